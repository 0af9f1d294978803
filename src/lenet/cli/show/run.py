"""`lenet show run`, `lenet show filters`, `lenet show embedding`."""

from pathlib import Path
from typing import Annotated

import typer

from lenet.cli.console import err
from lenet.cli.show import output as drawing
from lenet.errors import ModelError

Model = Annotated[str, typer.Argument(metavar="RUN", help="Run folder, or shipped model.")]
DataDir = Annotated[Path | None, typer.Option(help="Folder in which MNIST is looked for first.")]


def run(
    name: Model,
    output: drawing.Sheet,
    figure: Annotated[
        list[str] | None,
        typer.Option(
            help="curves, confusion, table, reliability, roc, mistakes or robustness; may be said "
            "several times. Default all."
        ),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Draw how a training went and what its outcome is worth on the test set."""
    from lenet.figures import gallery
    from lenet.inspection import Inspection
    from lenet.run import Run

    gallery.check_output(output)
    names = gallery.chosen(figure or [], gallery.RUN_FIGURES)
    found = Inspection(Run.find(name), data_dir)
    drawn, lacks = {}, None
    for each in names:
        try:
            drawn[each] = gallery.RUN_FIGURES[each](found)
        except ModelError as error:
            if figure:
                raise
            lacks = error
            err.print(f"without {each}: {error}")
    if not drawn and lacks:
        raise lacks
    drawing.write(drawn, output)


def filters(
    name: Model,
    output: drawing.Sheet,
    layer: Annotated[
        list[str] | None,
        typer.Option(help="A convolution; may be said several times. Default all of them."),
    ] = None,
) -> None:
    """Draw the kernels of every convolution, before and after training."""
    from lenet.figures import gallery
    from lenet.inspection import Inspection
    from lenet.run import Run

    gallery.check_output(output)
    drawing.write(gallery.filters(Inspection(Run.find(name)), layer or []), output)


def embedding(
    name: Model,
    output: drawing.Output,
    tsne: Annotated[
        bool, typer.Option("--tsne", help="t-SNE of 2,000 digits, in place of PCA of all.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Draw the test digits in two dimensions, as the last hidden layer tells them apart."""
    from lenet import figures
    from lenet.figures import gallery
    from lenet.inspection import Inspection
    from lenet.run import Run

    gallery.check_output(output)
    found = Inspection(Run.find(name), data_dir)
    plane = found.neighbours if tsne else found.plane
    labels, classes = found.test.labels[plane.indices], found.test.classes
    drawn = figures.embedding(plane.points, labels, classes, plane.title)
    drawing.write({"embedding": drawn}, output)
