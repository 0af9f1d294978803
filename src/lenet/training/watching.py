"""What a caller is told while a network learns: epoch by epoch, and as events for TensorBoard."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lenet.errors import UsageError
from lenet.run import Run

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter


@dataclass(frozen=True)
class Epoch:
    """What one pass over the training data came to.

    Losses are means over images in nats and hold no weight penalty. Those of the training part
    are counted as the images were learnt from, under dropout and while the weights changed; images
    that show no class are among them.
    """

    epoch: int  # 1 is the first
    learning_rate: float  # of the last step
    loss: float
    errors: int
    images: int
    validation_loss: float | None
    validation_errors: int | None
    validation_images: int
    seconds: float  # of training, without validation

    @property
    def images_per_second(self) -> float:
        """Training images per second of training."""
        return self.images / self.seconds


class Watcher:
    """What a caller is told while a run goes on; every method does nothing here."""

    def begins(self, run: Run, epochs_done: int) -> None:
        """Hear that a run folder is there and training begins, or goes on after so many epochs."""

    def sees(self, epoch: int, images: int, total: int) -> None:
        """Hear that `images` of the `total` of this epoch were learnt from."""

    def passed(self, epoch: Epoch) -> None:
        """Hear that an epoch is over and saved."""

    def enters(self, stage: str) -> None:
        """Hear that something begins that takes a second or more; `stage` is for a person."""


FOLDER = "tensorboard"  # inside the run folder


class TensorBoard(Watcher):
    """Writes loss, errors and learning rate of each epoch as events into the run folder.

    Parameters
    ----------
    watcher : Watcher, optional
        Is told everything as well.

    Raises
    ------
    UsageError
        The package is not installed.

    Examples
    --------
    ``lenet.train("fast", watcher=TensorBoard())``, then ``tensorboard --logdir runs``.
    """

    def __init__(self, watcher: Watcher | None = None) -> None:
        try:
            import torch.utils.tensorboard  # noqa: F401
        except ModuleNotFoundError:
            raise UsageError(
                "events for TensorBoard need the package tensorboard, which is not installed: "
                "pip install 'lenet[tensorboard]'"
            ) from None
        self.watcher = watcher or Watcher()
        self._writer: SummaryWriter | None = None

    def begins(self, run: Run, epochs_done: int) -> None:
        """Open the file of events; what an interrupted sitting wrote too far is not shown."""
        from torch.utils.tensorboard import SummaryWriter

        self._writer = SummaryWriter(run.folder / FOLDER, purge_step=epochs_done + 1)
        self.watcher.begins(run, epochs_done)

    def sees(self, epoch: int, images: int, total: int) -> None:
        """Pass on."""
        self.watcher.sees(epoch, images, total)

    def passed(self, epoch: Epoch) -> None:
        """Write the epoch, so that it is to be seen at once."""
        assert self._writer is not None, "training has begun"
        for tag, value in _scalars(epoch).items():
            self._writer.add_scalar(tag, value, epoch.epoch)
        self._writer.flush()
        self.watcher.passed(epoch)

    def enters(self, stage: str) -> None:
        """Close the file once training is over, before the run folder takes its digest."""
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
