"""`lenet evaluate`: the errors of one model."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from lenet.cli.console import out, print_json, print_table
from lenet.cli.options import DataDir, Json, ModelArgument, OtherData

if TYPE_CHECKING:
    from lenet.metrics import Scores


class Split(StrEnum):
    """Parts of a dataset."""

    test = "test"
    train = "train"
    validation = "validation"


def evaluate(
    model: ModelArgument,
    data: OtherData = None,
    data_dir: DataDir = None,
    split: Annotated[Split, typer.Option(help="Part of the data to score on.")] = Split.test,
    as_json: Json = False,
) -> None:
    """Count the errors of a model: in total, by class, and as a confusion matrix.

    It is scored on its own data unless --data names other data.
    """
    from lenet import evaluation

    scores = evaluation.evaluate(model, part=split.value, data=data, data_dir=data_dir)
    if as_json:
        print_json({"model": model, "split": split.value, **scores.to_dict()})
    else:
        print_scores(scores)


def print_scores(scores: "Scores") -> None:
    """Print scores as text: summary, table by class, confusion matrix."""
    from lenet.metrics import rate

    out.print(scores.summary())
    out.print(f"loss {scores.loss:.4f}   calibration error {rate(scores.calibration_error)}\n")
    heading, *rows = scores.table()
    print_table(heading, rows)
    out.print("\nConfusion matrix: a row for each true class, a column for each answer")
    confusion = [
        [name, *(f"{count:,}" if count else "·" for count in counts)]
        for name, counts in zip(scores.classes, scores.confusion.tolist(), strict=True)
    ]
    print_table(["truth", *scores.classes], confusion)
