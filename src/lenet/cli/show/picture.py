"""`lenet show layers`, `lenet show attention`: what a network makes of a picture."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from lenet.cli.console import err
from lenet.cli.show import output as drawing
from lenet.errors import PictureError, UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lenet.reader import Classifier

Picture = Annotated[Path, typer.Argument(metavar="PICTURE", help="Picture of a digit.")]
Number = Annotated[
    int | None,
    typer.Option("--digit", metavar="N", help="Which digit of several, in reading order from 1."),
]
Model = Annotated[str, typer.Option(help="Shipped model by name, or a run folder.")]


def layers(
    picture: Picture,
    output: drawing.Output,
    model: Model = "lenet5",
    layer: Annotated[
        list[str] | None,
        typer.Option(help="A layer to draw; may be said several times. Default all of them."),
    ] = None,
    digit: Number = None,
) -> None:
    """Draw a digit as it came, as the network gets it, and what each layer makes of it."""
    from lenet import figures
    from lenet.figures import gallery
    from lenet.inspection import Inspection
    from lenet.run import Run

    gallery.check_output(output)
    run = Inspection(Run.find(model))
    network = run.layers
    for each in layer or []:
        network.check(each)
    found = _find(picture, digit, run.classifier)
    outputs = {
        name: values
        for name, values in network.outputs(found.image).items()
        # The answer belongs under every drawing.
        if not layer or name in layer or name == "output"
    }
    drawn = figures.feature_maps(outputs, network.classes, found.image, found.picture, found.box)
    drawing.write({"layers": drawn}, output)


def attention(
    picture: Picture, output: drawing.Output, model: Model = "lenet5", digit: Number = None
) -> None:
    """Draw which pixels decided: what covering them costs, and where more ink would tell."""
    from lenet import figures
    from lenet.figures import gallery
    from lenet.inspection import Inspection
    from lenet.inspection.pixels import gradient, occlusion
    from lenet.run import Run

    gallery.check_output(output)
    run = Inspection(Run.find(model))
    found = _find(picture, digit, run.classifier)
    answer = int(run.classifier.probabilities(found.image[None])[0].argmax())
    drawn = figures.attention(
        found.image,
        occlusion(run.classifier, found.image, answer),
        gradient(run.network, found.image, answer),
        run.classifier.classes[answer],
        found.picture,
        found.box,
    )
    drawing.write({"attention": drawn}, output)


class _Found(NamedTuple):
    """One digit of a picture."""

    image: "NDArray[np.uint8]"
    picture: "NDArray[np.uint8]"  # reduced to what a drawing needs of it
    box: tuple[float, float, float, float] | None  # in that; None where there is only one digit


def _find(path: Path, number: int | None, classifier: "Classifier") -> _Found:
    """Find the digit meant, the first if none is, as `lenet predict` would."""
    import numpy as np
    from PIL import Image

    from lenet.picture import decode, find_digits
    from lenet.reader.batches import judge
    from lenet.reader.reading import MIN_PROBABILITY, Reading

    page = decode(path, tiff=True)
    [reading] = judge(classifier, [(page.name, find_digits(page))], MIN_PROBABILITY, False)
    assert isinstance(reading, Reading), "it is decoded already"
    # Where all is refused, what was refused is worth a look.
    refused = tuple(region for region in reading.rejected if region.image is not None)
    crops = reading.digits or refused
    if not crops:
        blank = reading.status == "blank"
        lacks = "is blank" if blank else "has nothing on it like a digit"
        raise PictureError(f"{page.name} {lacks}: give a picture with a digit on it")
    if number is not None and not 1 <= number <= len(crops):
        few = "one digit" if len(crops) == 1 else f"{len(crops)} digits"
        raise UsageError(f"{page.name} has {few}, asked for --digit {number}: they count from 1")
    if number is None and len(crops) > 1:
        err.print(
            f"{page.name} has {len(crops)} digits: the first is shown; for the next say --digit 2"
        )
    shown = Image.fromarray(page.pixels)
    shown.thumbnail((800, 800))
    crop = crops[(number or 1) - 1]
    x, y, width, height = crop.box
    scale = shown.width / page.pixels.shape[1]
    box = (scale * x, scale * y, scale * width, scale * height)
    assert crop.image is not None, "chosen so"
    return _Found(crop.image, np.asarray(shown), box if len(crops) > 1 else None)
