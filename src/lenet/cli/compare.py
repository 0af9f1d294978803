"""`lenet compare`: the errors of several models side by side."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lenet.cli.console import err, out, print_json, print_table
from lenet.cli.options import (
    DataDir,
    Device,
    Json,
    OptionalOutput,
    OtherData,
    Runs,
)
from lenet.errors import DataError, OutcomeError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lenet.comparison import Comparison, Matrix, Result, Watcher


Contenders = Annotated[
    list[str],
    typer.Argument(
        metavar="CONTENDER...",
        help="Run folders and shipped models (scored as they are), recipes (trained), and "
        "classical models: knn, logistic-regression, svm-linear, svm-rbf, random-forest, "
        "gradient-boosting. A name that a model and a recipe share means the model; "
        "recipe:NAME means the recipe.",
    ),
]


def compare(
    contenders: Contenders,
    seeds: Annotated[int, typer.Option(help="How many times to train each recipe.")] = 5,
    data: OtherData = None,
    data_dir: DataDir = None,
    device: Device = "auto",
    runs: Runs = Path("runs"),
    output: OptionalOutput = None,
    as_json: Json = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the table as Markdown.")
    ] = False,
    workers: Annotated[
        str | None,
        typer.Option(
            metavar="ray",
            help="Train several at a time on a Ray cluster (RAY_ADDRESS, or one of this machine's "
            "cores), each on one core.",
        ),
    ] = None,
) -> None:
    """Compare models on one test set: errors over seeds, cost, and which is better.

    With -o, draw error against cost. Nothing is trained twice: stop at any time,
    and run the same command again to go on.
    """
    if as_json and as_markdown:
        raise UsageError("--json and --markdown exclude each other: choose one")
    if workers not in (None, "ray"):
        raise UsageError(f"--workers is {workers!r}: say ray, or leave it out")
    if output:
        _check_output(output)

    from lenet import comparison
    from lenet.cli.comparison_progress import show_comparison

    matrix = comparison.Matrix(
        contenders, seeds=seeds, data=data, runs=runs, data_dir=data_dir, device=device
    )
    _announce(matrix)
    with show_comparison() as watcher:
        for _ in _complete(matrix, watcher, on_ray=workers == "ray"):
            pass
    outcome = matrix.comparison()
    if outcome.standings:
        if as_json:
            print_json(comparison.to_dict(outcome))
        elif as_markdown:
            out.print(comparison.to_markdown(outcome))
        else:
            print_comparison(outcome)
        if output:
            _draw(outcome, output)
    if matrix.failures:
        raise OutcomeError(
            f"{len(matrix.failures)} of {len(matrix.cells)} trainings diverged: "
            f"{'; '.join(matrix.failures)}"
        )


def _complete(matrix: "Matrix", watcher: "Watcher", *, on_ray: bool) -> "Iterator[Result]":
    if not on_ray:
        return matrix.complete(watcher)
    from lenet.cluster.comparing import complete_on_ray

    return complete_on_ray(matrix, watcher, lambda words: err.print(f"training with {words}"))


def _announce(matrix: "Matrix") -> None:
    """Print what will be trained, and how long that takes."""
    missing = [cell.contender.name for cell in matrix.cells if matrix.result(cell) is None]
    for contender in matrix.contenders:
        if line := contender.prospect(missing.count(contender.name), matrix.sources):
            err.print(line)


def print_comparison(outcome: "Comparison") -> None:
    """Print a comparison as text: a table, what its interval means, and a sentence on each pair."""
    from lenet.comparison import tables

    print_table(tables.HEADING, [tables.cells(standing) for standing in outcome.standings])
    out.print()
    for note in tables.notes(outcome):
        out.print(note)
    if outcome.pairs:
        out.print("\nWhich is better, by McNemar's exact test:")
        for pair in outcome.pairs:
            out.print(tables.sentence(pair))


def _draw(outcome: "Comparison", output: Path) -> None:
    from lenet.comparison import draw
    from lenet.figures import gallery

    for path in gallery.save({"comparison": draw(outcome)}, output):
        err.print(f"drawn to {path}")


def _check_output(output: Path) -> None:
    """Refuse now what could otherwise only be refused after hours of training."""
    from lenet.figures import gallery

    gallery.check_output(output)
    folder = output if output.is_dir() else output.parent
    if not folder.is_dir():
        raise DataError(f"cannot write {output}: there is no folder {folder}; make it first")
    if not os.access(folder, os.W_OK):
        raise DataError(f"cannot write {output}: {folder} takes no files; choose another place")
