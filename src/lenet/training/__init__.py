"""The loop: it yields epochs, prints nothing and saves nothing.

`Trainer` holds everything that changes while a network learns. Its `state` after an epoch, given
to `restore` of a fresh `Trainer` of the same recipe and data, goes on to bit-identical weights on
a CPU with the same number of threads, because each epoch draws all its randomness from the seed
and its own number and from nothing before it.
"""

from lenet.training.inference import as_input, choose_device, infer
from lenet.training.trainer import Trainer
from lenet.training.watching import Epoch, Watcher

__all__ = ["Epoch", "Trainer", "Watcher", "as_input", "choose_device", "infer"]
