"""`lenet compare`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from lenet.cli.console import err, out, print_json
from lenet.errors import DataError, OutcomeError, UsageError

if TYPE_CHECKING:
    from lenet.comparison import Cell, Result, Watcher
    from lenet.run import Run
    from lenet.training import Epoch


def compare(
    contenders: Annotated[
        list[str],
        typer.Argument(
            metavar="CONTENDER...",
            help="Run folders (scored as they are), recipes (trained), and classical models: knn, "
            "logistic-regression, svm-linear, svm-rbf, random-forest, gradient-boosting.",
        ),
    ],
    seeds: Annotated[int, typer.Option(help="How many times each recipe is trained.")] = 5,
    data: Annotated[
        list[str] | None,
        typer.Option(help="Data for all, instead of their own; may be said several times."),
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder in which MNIST is looked for first.")
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    runs: Annotated[
        Path, typer.Option(help="Folder of the run folders and of what is finished.")
    ] = Path("runs"),
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Draw error against cost to this .png or .svg."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the table as Markdown.")
    ] = False,
) -> None:
    """Compare models on one test set: errors over seeds, cost, and who is better.

    What is finished is not trained again: stop it at any time, and say the same to go on.
    """
    if as_json and as_markdown:
        raise UsageError("--json and --markdown exclude each other: choose one")
    if output:
        _check_output(output)

    from lenet import comparison

    matrix = comparison.Matrix(
        contenders, seeds=seeds, data=data, runs=runs, data_dir=data_dir, device=device
    )
    with progress() as watcher:
        for _ in matrix.complete(watcher):
            pass
    outcome = matrix.comparison()
    if outcome.standings:
        if as_json:
            print_json(comparison.to_dict(outcome))
        else:
            render = comparison.to_markdown if as_markdown else comparison.to_text
            out.print(render(outcome))
        if output:
            from lenet.figures import gallery

            for path in gallery.save({"comparison": comparison.draw(outcome)}, output):
                err.print(f"drawn to {path}")
    if matrix.failures:
        raise OutcomeError(
            f"{len(matrix.failures)} of {len(matrix.cells)} trainings diverged: "
            f"{'; '.join(matrix.failures)}"
        )


@contextmanager
def progress() -> Iterator["Watcher"]:
    """Show on stderr how the whole matrix goes: a bar on a terminal, lines elsewhere."""
    from lenet.comparison import Watcher
    from lenet.metrics import error_count

    class Plain(Watcher):
        """Says a line when something begins and one when it ends."""

        def opens(self, cell: "Cell", position: int, total: int) -> None:
            err.print(f"{position} of {total}: {cell.contender.name}, seed {cell.seed} …")

        def closes(self, result: "Result", position: int, total: int, kept: bool) -> None:
            counted = error_count(result.errors, result.total)
            err.print(
                f"{position} of {total}: {result.contender}, seed {result.seed}: {counted}"
                + (", finished before" if kept else f", trained for {result.seconds:.1f} s")
            )

        def fails(self, error: OutcomeError) -> None:
            err.print(str(error))

    class Live(Plain):
        """Draws a bar over the whole matrix below the lines."""

        def __init__(self, bar: Progress) -> None:
            self.bar = bar
            self.task = bar.add_task("", total=None)
            self.name, self.before, self.epochs = "", 0, 1

        def opens(self, cell: "Cell", position: int, total: int) -> None:
            self.name, self.before = f"{cell.contender.name}, seed {cell.seed}", position - 1
            self.bar.update(self.task, description=self.name, total=total, completed=self.before)

        def begins(self, run: "Run", epochs_done: int) -> None:
            self.epochs = run.recipe.epochs
            self._done(epochs_done / self.epochs)

        def sees(self, epoch: int, images: int, total: int) -> None:
            self._done((epoch - 1 + images / total) / self.epochs)

        def passed(self, epoch: "Epoch") -> None:
            self._done(epoch.epoch / self.epochs)

        def enters(self, stage: str) -> None:
            self.bar.update(self.task, description=f"{self.name}: {stage}")

        def closes(self, result: "Result", position: int, total: int, kept: bool) -> None:
            super().closes(result, position, total, kept)
            self.bar.update(self.task, total=total, completed=position)

        def _done(self, share: float) -> None:
            # After the last epoch there is still exporting and scoring to be done.
            self.bar.update(self.task, completed=self.before + 0.95 * share)

    try:
        if err.is_terminal:
            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
            )
            with Progress(*columns, console=err, transient=True) as bar:
                yield Live(bar)
        else:
            yield Plain()
    except SystemExit:
        err.print("stopped; say the same again to go on where it was")
        raise


def _check_output(output: Path) -> None:
    """Refuse now what could only be refused after hours of training."""
    from lenet.figures import gallery

    gallery.check_output(output)
    folder = output if output.is_dir() else output.parent
    if not folder.is_dir():
        raise DataError(f"cannot write {output}: there is no folder {folder}; make it first")
    if not os.access(folder, os.W_OK):
        raise DataError(f"cannot write {output}: {folder} takes no files; choose another place")
