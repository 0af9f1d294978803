"""The training loops, which yield epochs and neither print nor save.

`Loop` holds all state that changes while a network learns: `Trainer` trains networks for digit
images, `finder_trainer.FinderTrainer` the one that finds digits on pages. A new one of the same
recipe and data that restores the `state` after an epoch continues to bit-identical weights on a CPU
with the same number of threads: the randomness of each epoch depends only on the seed and its
number.
"""

from lenet.training.loop import Loop
from lenet.training.trainer import Trainer, as_input, choose_device, infer
from lenet.training.watching import Epoch, Watcher

__all__ = [
    "Epoch",
    "Loop",
    "Trainer",
    "Watcher",
    "as_input",
    "choose_device",
    "infer",
]
