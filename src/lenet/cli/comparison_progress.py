"""Progress of a comparison: a live bar on a terminal, otherwise plain lines."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn

from lenet import comparison
from lenet.cli.console import err
from lenet.cli.progress import bar_of
from lenet.comparison import Cell, Result
from lenet.errors import OutcomeError
from lenet.metrics import error_count
from lenet.run import Run
from lenet.training import Epoch

EXPORTING = 0.05  # share of a contender's bar left for export and scoring


class ComparisonLines(comparison.Watcher):
    """Prints a line when a contender starts and one when it finishes."""

    def opens(self, cell: Cell, position: int, total: int) -> None:
        """Print the contender's name and seed."""
        err.print(f"{position} of {total}: {cell.contender.name}, seed {cell.seed} …")

    def closes(self, result: Result, position: int, total: int, kept: bool) -> None:
        """Print the result."""
        errors = error_count(result.errors, result.total)
        time = "already finished" if kept else f"trained for {result.seconds:.1f} s"
        err.print(
            f"{position} of {total}: {result.contender}, seed {result.seed}: {errors}, {time}"
        )

    def fails(self, error: OutcomeError) -> None:
        """Print that a contender diverged."""
        err.print(str(error))


class ComparisonBar(ComparisonLines):
    """Draws a bar for the whole comparison below the lines."""

    def __init__(self, bar: Progress) -> None:
        self.bar = bar
        self.task = bar.add_task("", total=None)
        self.name, self.contenders_done, self.epochs = "", 0, 1

    def opens(self, cell: Cell, position: int, total: int) -> None:
        """Show the contender's name beside the bar."""
        self.name = f"{cell.contender.name}, seed {cell.seed}"
        self.contenders_done = position - 1
        self.bar.update(
            self.task, description=self.name, total=total, completed=self.contenders_done
        )

    def begins(self, run: Run, epochs_done: int) -> None:
        """Start with `epochs_done` epochs filled in."""
        self.epochs = run.recipe.epochs
        self._move(epochs_done / self.epochs)

    def sees(self, epoch: int, images: int, total: int) -> None:
        """Move within the epoch."""
        self._move((epoch - 1 + images / total) / self.epochs)

    def passed(self, epoch: Epoch) -> None:
        """Move to the end of the epoch."""
        self._move(epoch.epoch / self.epochs)

    def enters(self, stage: str) -> None:
        """Show the stage beside the bar."""
        self.bar.update(self.task, description=f"{self.name}: {stage}")

    def closes(self, result: Result, position: int, total: int, kept: bool) -> None:
        """Print the result, and move to the next contender."""
        super().closes(result, position, total, kept)
        self.bar.update(self.task, total=total, completed=position)

    def _move(self, share: float) -> None:
        self.bar.update(self.task, completed=self.contenders_done + (1 - EXPORTING) * share)


@contextmanager
def show_comparison() -> Iterator[comparison.Watcher]:
    """Show a comparison's progress on stderr, and how to resume if it is stopped."""
    try:
        if err.is_terminal:
            with bar_of(MofNCompleteColumn(), TimeElapsedColumn()) as bar:
                yield ComparisonBar(bar)
        else:
            yield ComparisonLines()
    except SystemExit:
        err.print("stopped; run the same command again to resume")
        raise
