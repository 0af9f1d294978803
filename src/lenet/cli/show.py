"""`lenet show …`: look inside data, networks, runs, and at what a network does with a picture.

Drawings go to ``-o``: a name that ends in .png or .svg takes all figures on one sheet, a folder
takes a .png of each. No window is opened, and no display is needed.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from lenet.cli.console import err, print_json, print_table, write
from lenet.cli.looking import show_source
from lenet.cli.options import (
    DataDir,
    DigitNumber,
    Json,
    Layers,
    Model,
    ModelArgument,
    OptionalOutput,
    Output,
    Picture,
    Sheet,
)
from lenet.errors import ModelError, PictureError, UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lenet.models import Layer
    from lenet.run import Run

PREVIEW = 800  # longest edge, in pixels, of the picture beside its layers

app = typer.Typer(
    help="Look inside data, networks and runs, and at what a network does with a picture.",
    no_args_is_help=True,
)


app.command("data")(show_source)  # the same as `lenet data show`


@app.command()
def model(
    name: Annotated[str, typer.Argument(metavar="MODEL", help="Name of an architecture.")],
    output: OptionalOutput = None,
    as_json: Json = False,
) -> None:
    """Print the layers of a network: kernel, output, arithmetic, parameters, multiply-adds.

    With -o, draw the network too.
    """
    from dataclasses import asdict

    from lenet.models import build, layer_table

    layers = layer_table(build(name))
    if output:
        from lenet import figures
        from lenet.figures import gallery

        gallery.check_output(output)
    if as_json:
        print_json([asdict(layer) for layer in layers])
    else:
        _print_layers(layers)
    if output:
        write({name: figures.architecture(layers, name)}, output, to_stderr=as_json)


def _print_layers(layers: list["Layer"]) -> None:
    rows = [
        (
            *(layer.name, layer.kind, layer.shape, layer.arithmetic),
            *(f"{count:,}" if count else "" for count in (layer.parameters, layer.multiply_adds)),
        )
        for layer in layers
    ]
    parameters = sum(layer.parameters for layer in layers)
    multiply_adds = sum(layer.multiply_adds for layer in layers)
    rows.append(("total", "", "", "", f"{parameters:,}", f"{multiply_adds:,}"))
    heading = ("layer", "what", "output", "(N + 2P − F)/S + 1", "parameters", "multiply-adds")
    print_table(heading, rows, text=4)


@app.command()
def run(
    name: ModelArgument,
    output: Sheet,
    figure: Annotated[
        list[str] | None,
        typer.Option(
            help="curves, confusion, table, reliability, roc, mistakes or robustness; can be "
            "repeated. All of them by default."
        ),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Draw how a training went, and its scores on the test set."""
    from lenet.figures import gallery
    from lenet.inspection import Inspection
    from lenet.run import Run

    gallery.check_output(output)
    names = gallery.chosen(figure or [], gallery.RUN_FIGURES)
    inspection = Inspection(Run.find(name), data_dir)
    drawn, missing = {}, None
    for figure_name in names:
        try:
            drawn[figure_name] = gallery.RUN_FIGURES[figure_name](inspection)
        except ModelError as error:
            if figure:
                raise
            missing = error
            err.print(f"without {figure_name}: {error}")
    if not drawn and missing:
        raise missing
    write(drawn, output)


@app.command()
def filters(name: ModelArgument, output: Sheet, layer: Layers = None) -> None:
    """Draw the kernels of every convolution, before and after training."""
    from lenet.figures import gallery
    from lenet.inspection import Inspection
    from lenet.run import Run

    gallery.check_output(output)
    write(gallery.filters(Inspection(Run.find(name)), layer or []), output)


@app.command()
def embedding(
    name: ModelArgument,
    output: Output,
    tsne: Annotated[
        bool, typer.Option("--tsne", help="t-SNE of 2,000 digits instead of PCA of all digits.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Draw the test digits in two dimensions, by the values of the last hidden layer."""
    from lenet import figures
    from lenet.figures import gallery
    from lenet.inspection import Inspection
    from lenet.run import Run

    gallery.check_output(output)
    inspection = Inspection(Run.find(name), data_dir)
    plane = inspection.neighbours if tsne else inspection.plane
    labels, classes = inspection.test.labels[plane.indices], inspection.test.classes
    drawn = figures.embedding(plane.points, labels, classes, plane.title)
    write({"embedding": drawn}, output)


@app.command()
def layers(
    picture: Picture,
    output: Output,
    model: Model = "lenet5",
    layer: Layers = None,
    digit: DigitNumber = None,
) -> None:
    """Draw a digit as photographed, as the network gets it, and the output of each layer."""
    from lenet import figures
    from lenet.figures import gallery
    from lenet.inspection import Inspection
    from lenet.run import Run

    gallery.check_output(output)
    inspection = Inspection(Run.find(model))
    network = inspection.layers
    for layer_name in layer or []:
        network.check(layer_name)
    shown = _find(picture, digit, inspection.run)
    outputs = {
        name: values
        for name, values in network.outputs(shown.image).items()
        # The answer belongs under every drawing.
        if not layer or name in layer or name == "output"
    }
    drawn = figures.feature_maps(outputs, network.classes, shown.image, shown.picture, shown.box)
    write({"layers": drawn}, output)


@app.command()
def attention(
    picture: Picture, output: Output, model: Model = "lenet5", digit: DigitNumber = None
) -> None:
    """Draw which pixels decided: the effect of covering them, and of adding ink."""
    from lenet import figures
    from lenet.figures import gallery
    from lenet.inspection import Inspection
    from lenet.inspection.attention import gradient, occlusion
    from lenet.run import Run

    gallery.check_output(output)
    inspection = Inspection(Run.find(model))
    classifier = inspection.classifier
    shown = _find(picture, digit, inspection.run)
    answer = int(classifier.probabilities(shown.image[None])[0].argmax())
    drawn = figures.attention(
        shown.image,
        occlusion(classifier, shown.image, answer),
        gradient(inspection.network, shown.image, answer),
        classifier.classes[answer],
        shown.picture,
        shown.box,
    )
    write({"attention": drawn}, output)


@app.command()
def finder(
    picture: Picture,
    output: Output,
    model: Annotated[
        str, typer.Option(help="Name of a shipped finder, or its run folder.")
    ] = "finder",
) -> None:
    """Draw what a finder sees in a picture: digits, other characters and ink, size by size."""
    from lenet import figures
    from lenet.figures import gallery
    from lenet.finder import Finder, found_in
    from lenet.picture import decode
    from lenet.run import MODEL, Run

    gallery.check_output(output)
    network = Finder(Run.find(model).require_finder().read(MODEL))
    pixels = decode(picture, all_formats=True).pixels
    seen = network.look(pixels)
    digits = found_in(seen).digits
    believed = digits.boxes[digits.digit >= 0]
    levels = [(heat.contrast, *heat.probabilities) for heat in seen]
    write({"finder": figures.finder_levels(pixels, believed, levels)}, output)


class _Shown(NamedTuple):
    """The digit of a picture to show."""

    image: "NDArray[np.uint8]"
    picture: "NDArray[np.uint8]"  # scaled down for the drawing
    box: (
        tuple[float, float, float, float] | None
    )  # in that picture; None if the digit is its only one


def _find(path: Path, number: int | None, run: "Run") -> _Shown:
    """Find digit `number` of a picture as `lenet predict` does, the first one by default."""
    import numpy as np
    from PIL import Image

    from lenet.picture import decode
    from lenet.reader import Reader

    page = decode(path, all_formats=True)
    reading = Reader(run.folder).read(page)
    # If every place was refused, show those.
    refused = tuple(place for place in reading.rejected if place.image is not None)
    crops = reading.digits or refused
    if not crops:
        blank = reading.status == "blank"
        fault = "is blank" if blank else "has nothing like a digit on it"
        raise PictureError(f"{page.name} {fault}: give a picture with a digit on it")
    if number is not None and not 1 <= number <= len(crops):
        count = "one digit" if len(crops) == 1 else f"{len(crops)} digits"
        raise UsageError(f"{page.name} has {count}, asked for --digit {number}: they count from 1")
    if number is None and len(crops) > 1:
        err.print(
            f"{page.name} has {len(crops)} digits: the first is shown; --digit 2 shows the next"
        )
    preview = Image.fromarray(page.pixels)
    preview.thumbnail((PREVIEW, PREVIEW))
    crop = crops[(number or 1) - 1]
    x, y, width, height = crop.box
    scale = preview.width / (page.pixels.shape[1] * page.reduced)
    box = (scale * x, scale * y, scale * width, scale * height)
    assert crop.image is not None, "only regions with an image are shown"
    return _Shown(crop.image, np.asarray(preview), box if len(crops) > 1 else None)
