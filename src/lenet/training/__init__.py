"""The training loop, which yields epochs and neither prints nor saves.

`Trainer` holds all state that changes while a network learns. A new `Trainer` of the same recipe
and data that restores the `state` after an epoch continues to bit-identical weights on a CPU with
the same number of threads: the randomness of each epoch depends only on the seed and its number.
"""

from lenet.training.trainer import Trainer, as_input, choose_device, infer
from lenet.training.watching import Epoch, Watcher

__all__ = ["Epoch", "Trainer", "Watcher", "as_input", "choose_device", "infer"]
