"""`lenet evaluate`: the errors of one model."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from lenet.cli.console import err, out, print_json, print_table
from lenet.cli.options import DataDir, Json, ModelArgument, OtherData
from lenet.errors import UsageError

if TYPE_CHECKING:
    from lenet.metrics import Scores
    from lenet.run import Run


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

    It is scored on its own data unless --data names other data. Of a finder, what its training
    measured is printed: how many digits it finds, by size.
    """
    from lenet import evaluation
    from lenet.run import Run

    run = Run.find(model)
    if run.recipe.finds:
        _print_detections(run, split, data, as_json)
        return
    scores = evaluation.evaluate(
        model, part=split.value, data=data, data_dir=data_dir, tell=err.print
    )
    if as_json:
        print_json({"model": model, "split": split.value, **scores.to_dict()})
    else:
        print_scores(scores)


def _print_detections(run: "Run", split: Split, data: list[str] | None, as_json: bool) -> None:
    from lenet.evaluation import read_detections

    scores = read_detections(run).get(split.value)
    if data or scores is None:
        raise UsageError(
            f"{run.folder.name} is a finder, which was scored on scenes at the end of its "
            "training: leave out --data, and say --split test or validation"
        )
    if as_json:
        print_json({"model": str(run.folder), "split": split.value, **scores.to_dict()})
        return
    out.print(f"{scores.summary()}\n")
    heading, *rows = scores.table()
    print_table(heading, rows)
    out.print(f"\n{scores.scenes:,} scenes, threshold {scores.threshold:.3f}")


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
