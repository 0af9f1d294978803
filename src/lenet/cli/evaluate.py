"""`lenet evaluate`."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lenet.cli.console import out, print_json

if TYPE_CHECKING:
    from lenet.metrics import Scores


class Split(StrEnum):
    """The parts of a dataset."""

    test = "test"
    train = "train"
    validation = "validation"


def evaluate(
    model: Annotated[str, typer.Argument(metavar="RUN", help="Run folder, or shipped model.")],
    data: Annotated[
        list[str] | None, typer.Option(help="Other data than the run's; may be said several times.")
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder in which MNIST is looked for first.")
    ] = None,
    split: Annotated[Split, typer.Option(help="Which part of the data.")] = Split.test,
    as_json: Annotated[bool, typer.Option("--json", help="Print the scores as JSON.")] = False,
) -> None:
    """Count the errors of a model: in all, by class, and which for which."""
    from lenet import evaluation

    scores = evaluation.evaluate(model, part=split.value, data=data, data_dir=data_dir)
    if as_json:
        print_json({"model": model, "split": split.value, **scores.to_dict()})
    else:
        print_scores(scores)


def print_scores(scores: "Scores") -> None:
    """Print scores as a person reads them: summary, table by class, confusion matrix."""
    from lenet.metrics import rate

    out.print(scores.summary())
    out.print(f"loss {scores.loss:.4f}   calibration error {rate(scores.calibration_error)}")
    out.print()
    for line in table_lines(scores):
        out.print(line)
    out.print()
    for line in confusion_lines(scores):
        out.print(line)


def table_lines(scores: "Scores") -> list[str]:
    """Return precision, recall, F1 and support by class with both averages, in columns."""
    rows = scores.table()
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]


def confusion_lines(scores: "Scores") -> list[str]:
    """Return the confusion matrix: a row for each truth, a column for each answer."""
    names = scores.classes
    cell = max(len(f"{scores.confusion.max():,}"), *(len(name) for name in names)) + 1
    side = max(len("truth"), *(len(name) for name in names))
    lines = [f"{'truth':>{side}} |" + "".join(f"{name:>{cell}}" for name in names) + "   answer"]
    for name, counts in zip(names, scores.confusion, strict=True):
        cells = "".join(f"{count:>{cell},}" if count else f"{'·':>{cell}}" for count in counts)
        lines.append(f"{name:>{side}} |{cells}")
    return lines
