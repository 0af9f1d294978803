"""`lenet show data`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lenet.cli.console import out, print_json
from lenet.cli.show import output as drawing

if TYPE_CHECKING:
    from lenet.datasets import Dataset


def data(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="What `lenet data list` lists.")
    ] = "mnist",
    output: Annotated[Path | None, typer.Option("-o", "--output", help=drawing.HELP_SHEET)] = None,
    figure: Annotated[
        list[str] | None,
        typer.Option(
            help="samples, distribution or means; may be said several times. Default all."
        ),
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder in which MNIST is looked for first.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the numbers as JSON.")] = False,
) -> None:
    """Print what a source holds; draw samples, class distribution and mean images with -o.

    Samples, means and pixels are those of the training part.
    """
    from lenet import datasets

    if output:
        from lenet.figures import gallery

        gallery.check_output(output)
        names = gallery.chosen(figure or [], gallery.DATA_FIGURES)
    splits = datasets.load(source, data_dir, show_progress=True)
    parts = {"training": splits.train, "test": splits.test}
    if as_json:
        print_json({"source": source, **{name: _facts(part) for name, part in parts.items()}})
    else:
        _print(source, parts)
    if output:
        drawing.write(
            {name: gallery.DATA_FIGURES[name](splits) for name in names}, output, aside=as_json
        )


def _facts(part: "Dataset") -> dict[str, Any]:
    from dataclasses import asdict

    from lenet.inspection.pixels import pixels

    return {
        "images": len(part),
        "classes": dict(zip(part.classes, _counts(part), strict=True)),
        "pixels": asdict(pixels(part.images)),
    }


def _print(source: str, parts: dict[str, "Dataset"]) -> None:
    from lenet.inspection.pixels import pixels

    classes = parts["training"].classes
    rows = [("class", *parts), *zip(classes, *map(_words, parts.values()), strict=True)]
    rows.append(("all", *(f"{len(part):,}" for part in parts.values())))
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    out.print(f"{source}: {len(classes)} classes of 28×28 images")
    for row in rows:
        first, *numbers = (f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True))
        out.print("  ".join([f"{first.strip():<{widths[0]}}", *numbers]))
    for name, part in parts.items():
        of = pixels(part.images)
        out.print(
            f"pixels of the {name} images, 0 paper to 1 ink: mean {of.mean:.4f}, "
            f"standard deviation {of.deviation:.4f}, {100 * of.paper:.1f} % pure paper, "
            f"{100 * of.ink:.1f} % pure ink"
        )


def _words(part: "Dataset") -> list[str]:
    return [f"{count:,}" for count in _counts(part)]


def _counts(part: "Dataset") -> list[int]:
    import numpy as np

    return [int(count) for count in np.bincount(part.labels, minlength=len(part.classes))]
