"""Progress of trainings and comparisons: a live bar on a terminal, otherwise plain lines."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from lenet import comparison
from lenet.cli.console import err
from lenet.comparison import Cell, Result
from lenet.datasets.dataset import listed
from lenet.datasets.overview import balance, split_text
from lenet.datasets.parts import Parts
from lenet.errors import OutcomeError
from lenet.metrics import error_count
from lenet.run import Run
from lenet.training import Epoch, Watcher

EXPORTING = 0.05  # share of a contender's bar left for export and scoring


class TrainingLines(Watcher):
    """Prints what the data are when training begins, and a line for each epoch and stage."""

    def __init__(self) -> None:
        self.run: Run | None = None

    def loads(self, parts: Parts) -> None:
        """Print the classes of the data, and how it is split."""
        classes, counts = parts.train.classes, balance(parts.train)
        err.print(f"{parts.train.name}: {len(classes)} classes, {listed(classes)}; {counts}")
        for note in (*parts.notes, *([counts.hint] if counts.hint else [])):
            err.print(note)
        held_out = len(parts.validation) if parts.validation else 0
        others = f", {len(parts.nondigits):,} of no class to train on" if parts.nondigits else ""
        err.print(f"split: {split_text(len(parts.train), held_out, len(parts.test))}{others}")

    def begins(self, run: Run, epochs_done: int) -> None:
        """Print the model, its data and its folder."""
        self.run = run
        data = run.manifest.data
        verb = f"resuming after epoch {epochs_done} of" if epochs_done else "training"
        err.print(
            f"{verb} {run.recipe.model} on {data['train']:,} {_unit(run)} of {data['name']} "
            f"in {run.folder} ({run.manifest.device}, {run.manifest.threads} threads)"
        )

    def passed(self, epoch: Epoch) -> None:
        """Print the epoch."""
        assert self.run is not None
        err.print(epoch_line(epoch, self.run.recipe.epochs))

    def enters(self, stage: str) -> None:
        """Print the stage."""
        err.print(stage)


class TrainingBar(TrainingLines):
    """Draws a bar for the whole run below the lines."""

    def __init__(self, bar: Progress) -> None:
        super().__init__()
        self.bar = bar
        self.task = bar.add_task("", total=None, rate="")

    def begins(self, run: Run, epochs_done: int) -> None:
        """Start the bar, with `epochs_done` epochs filled in."""
        super().begins(run, epochs_done)
        images = run.manifest.data["train"] + run.manifest.data.get("nondigits", 0)
        self.bar.update(self.task, total=run.recipe.epochs * images, completed=epochs_done * images)

    def sees(self, epoch: int, images: int, total: int) -> None:
        """Move the bar."""
        assert self.run is not None
        speed = self.bar.tasks[0].speed
        self.bar.update(
            self.task,
            description=f"epoch {epoch}/{self.run.recipe.epochs}",
            completed=(epoch - 1) * total + images,
            rate=f"{speed:,.0f} images/s" if speed else "",
        )


def _unit(run: Run) -> str:
    return "scenes" if run.recipe.finds else "images"


def epoch_line(epoch: Epoch, epochs: int) -> str:
    """Return the line printed after an epoch; `epochs` is the total number."""
    parts = [f"epoch {epoch.epoch:>{len(str(epochs))}}/{epochs}", f"loss {epoch.loss:.4f}"]
    if epoch.validation_errors is not None:
        errors = error_count(epoch.validation_errors, epoch.validation_images)
        parts.append(f"validation {errors}")
    parts.append(f"{epoch.images_per_second:,.0f} images/s")
    return "  ".join(parts)


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
def show_training() -> Iterator[Watcher]:
    """Show a training's progress on stderr, and how to resume if it is stopped."""
    watcher = TrainingLines()
    try:
        if err.is_terminal:
            rate = TextColumn("{task.fields[rate]}")
            with _bar(rate, TimeRemainingColumn()) as bar:
                watcher = TrainingBar(bar)
                yield watcher
        else:
            yield watcher
    except SystemExit:
        if watcher.run:
            err.print(f"stopped; resume with: lenet train --resume {watcher.run.folder}")
        raise


@contextmanager
def show_comparison() -> Iterator[comparison.Watcher]:
    """Show a comparison's progress on stderr, and how to resume if it is stopped."""
    try:
        if err.is_terminal:
            with _bar(MofNCompleteColumn(), TimeElapsedColumn()) as bar:
                yield ComparisonBar(bar)
        else:
            yield ComparisonLines()
    except SystemExit:
        err.print("stopped; run the same command again to resume")
        raise


def _bar(*columns: ProgressColumn) -> Progress:
    description = TextColumn("{task.description}")
    return Progress(description, BarColumn(), *columns, console=err, transient=True)
