"""Progress of a training: a live bar on a terminal, otherwise plain lines."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from lenet.cli.console import err
from lenet.datasets.dataset import listed
from lenet.datasets.duplicates import count_duplicates
from lenet.datasets.overview import balance, split_text
from lenet.datasets.parts import Parts
from lenet.metrics import error_count
from lenet.run import Run
from lenet.training import Epoch, Watcher


class TrainingLines(Watcher):
    """Prints what the data are when training begins, and a line for each epoch and stage."""

    def __init__(self) -> None:
        self.run: Run | None = None

    def loads(self, parts: Parts) -> None:
        """Print the classes of the data, equal images, and how it is split."""
        classes, counts = parts.train.classes, balance(parts.train)
        err.print(f"{parts.train.name}: {len(classes)} classes, {listed(classes)}; {counts}")
        for note in (*parts.notes, *([counts.hint] if counts.hint else [])):
            err.print(note)
        held_out = [parts.validation] if parts.validation else []
        err.print(f"equal images: {count_duplicates([parts.train, *held_out], parts.test)}")
        others = f", {len(parts.nondigits):,} of no class to train on" if parts.nondigits else ""
        split = split_text(len(parts.train), sum(map(len, held_out)), len(parts.test))
        err.print(f"split: {split}{others}")

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


@contextmanager
def show_training() -> Iterator[Watcher]:
    """Show a training's progress on stderr, and how to resume if it is stopped."""
    watcher = TrainingLines()
    try:
        if err.is_terminal:
            rate = TextColumn("{task.fields[rate]}")
            with bar_of(rate, TimeRemainingColumn()) as bar:
                watcher = TrainingBar(bar)
                yield watcher
        else:
            yield watcher
    except SystemExit:
        if watcher.run:
            err.print(f"stopped; resume with: lenet train --resume {watcher.run.folder}")
        raise


def bar_of(*columns: ProgressColumn) -> Progress:
    """Return a bar on stderr, which vanishes at the end, with columns behind it."""
    description = TextColumn("{task.description}")
    return Progress(description, BarColumn(), *columns, console=err, transient=True)
