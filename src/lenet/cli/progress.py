"""How a training is shown: a live bar on a terminal, one plain line per epoch elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from lenet.cli.console import err

if TYPE_CHECKING:
    from lenet.run import Run
    from lenet.training import Epoch, Watcher


@contextmanager
def progress() -> Iterator["Watcher"]:
    """Show a training on stderr, and say how to go on with it when it is stopped."""
    from lenet.training import Watcher

    class Plain(Watcher):
        """Says one line per epoch."""

        def __init__(self) -> None:
            self.run: Run | None = None

        def begins(self, run: "Run", epochs_done: int) -> None:
            self.run = run
            data = run.manifest.data
            begun = f"going on after epoch {epochs_done} of" if epochs_done else "training"
            err.print(
                f"{begun} {run.recipe.model} on {data['train']:,} images of {data['name']} "
                f"in {run.folder} ({run.manifest.device}, {run.manifest.threads} threads)"
            )

        def passed(self, epoch: "Epoch") -> None:
            assert self.run is not None
            err.print(epoch_line(epoch, self.run.recipe.epochs))

        def enters(self, stage: str) -> None:
            err.print(stage)

    class Live(Plain):
        """Draws a bar for the whole run below the lines."""

        def __init__(self, bar: Progress) -> None:
            super().__init__()
            self.bar = bar
            self.task = bar.add_task("", total=None, rate="")

        def begins(self, run: "Run", epochs_done: int) -> None:
            super().begins(run, epochs_done)
            images = run.manifest.data["train"] + run.manifest.data.get("nondigits", 0)
            self.bar.update(
                self.task, total=run.recipe.epochs * images, completed=epochs_done * images
            )

        def sees(self, epoch: int, images: int, total: int) -> None:
            assert self.run is not None
            speed = self.bar.tasks[0].speed
            self.bar.update(
                self.task,
                description=f"epoch {epoch}/{self.run.recipe.epochs}",
                completed=(epoch - 1) * total + images,
                rate=f"{speed:,.0f} images/s" if speed else "",
            )

    watcher: Plain
    try:
        if err.is_terminal:
            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                TextColumn("{task.fields[rate]}"),
                TimeRemainingColumn(),
            )
            with Progress(*columns, console=err, transient=True) as bar:
                watcher = Live(bar)
                yield watcher
        else:
            watcher = Plain()
            yield watcher
    except SystemExit:
        if watcher.run:
            err.print(f"stopped; go on with: lenet train --resume {watcher.run.folder}")
        raise


def epoch_line(epoch: "Epoch", epochs: int) -> str:
    """Return what is said of an epoch."""
    from lenet.metrics import error_count

    parts = [f"epoch {epoch.epoch:>{len(str(epochs))}}/{epochs}", f"loss {epoch.loss:.4f}"]
    if epoch.validation_errors is not None:
        counted = error_count(epoch.validation_errors, epoch.validation_images)
        parts.append(f"validation {counted}")
    parts.append(f"{epoch.images_per_second:,.0f} images/s")
    return "  ".join(parts)
