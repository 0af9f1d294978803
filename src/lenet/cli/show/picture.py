"""`lenet show layers`, `lenet show attention`: what a network makes of a picture."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lenet.cli.console import err
from lenet.cli.show import output as drawing
from lenet.errors import PictureError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Picture = Annotated[Path, typer.Argument(metavar="PICTURE", help="Picture of a digit.")]
Model = Annotated[str, typer.Option(help="Shipped model by name, or a run folder.")]


def layers(
    picture: Picture,
    output: drawing.Output,
    model: Model = "lenet5",
    layer: Annotated[
        list[str] | None,
        typer.Option(help="A layer to draw; may be said several times. Default all of them."),
    ] = None,
) -> None:
    """Draw a digit as it came, as the network gets it, and what each layer makes of it."""
    from lenet import figures, gallery
    from lenet.inspection import Inspection
    from lenet.run import Run

    gallery.check_output(output)
    network = Inspection(Run.find(model)).layers
    for each in layer or []:
        network.check(each)
    shown, image = _read(picture)
    outputs = {
        name: values
        for name, values in network.outputs(image).items()
        # The answer belongs under every drawing.
        if not layer or name in layer or name == "output"
    }
    drawn = figures.feature_maps(outputs, network.classes, image, shown)
    drawing.write({"layers": drawn}, output)


def attention(picture: Picture, output: drawing.Output, model: Model = "lenet5") -> None:
    """Draw which pixels decided: what covering them costs, and where more ink would tell."""
    from lenet import figures, gallery
    from lenet.inspection import Inspection
    from lenet.inspection.attention import gradient, occlusion
    from lenet.run import Run

    gallery.check_output(output)
    found = Inspection(Run.find(model))
    shown, image = _read(picture)
    answer = int(found.classifier.probabilities(image[None])[0].argmax())
    drawn = figures.attention(
        image,
        occlusion(found.classifier, image, answer),
        gradient(found.network, image, answer),
        found.classifier.classes[answer],
        shown,
    )
    drawing.write({"attention": drawn}, output)


def _read(path: Path) -> "tuple[NDArray[np.uint8], NDArray[np.uint8]]":
    """Return a picture, reduced to what a drawing needs of it, and the first digit on it."""
    import numpy as np
    from PIL import Image

    from lenet.picture import decode, find_digits

    page = decode(path, tiff=True)
    crops = find_digits(page)
    if not crops:
        raise PictureError(f"{page.name} is blank: give a picture with a digit on it")
    if len(crops) > 1:
        err.print(f"{page.name} has {len(crops)} digits: the first of them is shown")
    shown = Image.fromarray(page.pixels)
    shown.thumbnail((800, 800))
    return np.asarray(shown), crops[0].image
