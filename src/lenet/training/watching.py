"""Progress callbacks of a training: after each epoch, and as TensorBoard events."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lenet.datasets.parts import Parts
from lenet.errors import UsageError
from lenet.run import Run

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

FOLDER = "tensorboard"  # inside the run folder


@dataclass(frozen=True)
class Epoch:
    """The results of one pass over the training data.

    Losses are means over images, in nats, without weight penalty. Training loss and errors are
    measured during the pass, with dropout and changing weights, and include images that show no
    class. For a finder see `FinderTrainer`.
    """

    epoch: int  # from 1
    learning_rate: float  # at the last step
    loss: float
    errors: int
    images: int
    validation_loss: float | None
    validation_errors: int | None
    validation_images: int
    seconds: float  # of training, excluding validation

    @property
    def images_per_second(self) -> float:
        """Training images per second."""
        return self.images / self.seconds


class Watcher:
    """Callbacks during a run; every method does nothing by default."""

    def loads(self, parts: Parts) -> None:
        """Handle the data of a training on digit images, just before `begins`."""

    def begins(self, run: Run, epochs_done: int) -> None:
        """Handle the start of training, or its resumption after `epochs_done` epochs."""

    def sees(self, epoch: int, images: int, total: int) -> None:
        """Handle a training step: `images` of the `total` of this epoch are processed."""

    def passed(self, epoch: Epoch) -> None:
        """Handle the end of an epoch, once it is saved."""

    def enters(self, stage: str) -> None:
        """Handle the start of a stage that takes a second or more; `stage` describes it."""


class TensorBoard(Watcher):
    """Write loss, errors and learning rate of each epoch as events into the run folder.

    Parameters
    ----------
    watcher : Watcher, optional
        Receives all callbacks as well.

    Raises
    ------
    UsageError
        The package tensorboard is not installed.

    Examples
    --------
    ``lenet.train("fast", watcher=TensorBoard())``, then ``tensorboard --logdir runs``.
    """

    def __init__(self, watcher: Watcher | None = None) -> None:
        try:
            import torch.utils.tensorboard  # noqa: F401
        except ModuleNotFoundError as error:
            raise UsageError(
                "events for TensorBoard need the package tensorboard, which is not installed: "
                "pip install 'lenet[tensorboard]'"
            ) from error
        self.watcher = watcher or Watcher()
        self._writer: SummaryWriter | None = None

    def loads(self, parts: Parts) -> None:
        """Forward to the inner watcher."""
        self.watcher.loads(parts)

    def begins(self, run: Run, epochs_done: int) -> None:
        """Open the event file; hide what an interrupted training wrote after its last save."""
        from torch.utils.tensorboard import SummaryWriter

        self._writer = SummaryWriter(run.folder / FOLDER, purge_step=epochs_done + 1)
        self.watcher.begins(run, epochs_done)

    def sees(self, epoch: int, images: int, total: int) -> None:
        """Forward to the inner watcher."""
        self.watcher.sees(epoch, images, total)

    def passed(self, epoch: Epoch) -> None:
        """Write the epoch and flush, so that TensorBoard shows it at once."""
        assert self._writer is not None, "training has begun"
        for tag, value in _scalars(epoch).items():
            self._writer.add_scalar(tag, value, epoch.epoch)
        self._writer.flush()
        self.watcher.passed(epoch)

    def enters(self, stage: str) -> None:
        """Close the file after training, before the run folder computes its digest."""
        if self._writer is not None:
            self._writer.close()
        self.watcher.enters(stage)


def _scalars(epoch: Epoch) -> dict[str, float]:
    scalars = {
        "loss/training": epoch.loss,
        "errors/training": epoch.errors,
        "error_rate/training": epoch.errors / epoch.images,
        "learning_rate": epoch.learning_rate,
        "images_per_second": epoch.images_per_second,
    }
    if epoch.validation_loss is not None and epoch.validation_errors is not None:
        scalars |= {
            "loss/held_out": epoch.validation_loss,
            "errors/held_out": epoch.validation_errors,
            "error_rate/held_out": epoch.validation_errors / epoch.validation_images,
        }
    return scalars
