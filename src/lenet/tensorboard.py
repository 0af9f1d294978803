"""A training as TensorBoard shows it; the package tensorboard is needed only here."""

from typing import TYPE_CHECKING

from lenet.errors import UsageError
from lenet.experiment import Watcher
from lenet.run import Run
from lenet.training import Epoch

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

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
