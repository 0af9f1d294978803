"""What a caller is told while a run goes on."""

from lenet.run import Run
from lenet.training import Epoch


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
