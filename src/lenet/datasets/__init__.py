"""Sources of digit images with labels, each with a training and a test part.

An image is uint8 (28, 28), 0 = paper, 255 = ink; images stay uint8 in memory. A source is written

number of images made here: ``drawn:N``, ``printed:N``, ``nondigits:N`` and ``crops:N``. Scenes, to
find digits in, are no images of digits: `lenet.datasets.scenes`.
"""

from lenet.datasets.dataset import NONE, Dataset, Splits, carve, join
from lenet.datasets.loading import (
    join_splits,
    load,
    load_all,
    load_each,
    load_nondigits,
    load_others,
)
from lenet.datasets.source import SOURCES, Source

__all__ = [
    "NONE",
    "SOURCES",
    "Dataset",
    "Source",
    "Splits",
    "carve",
    "join",
    "join_splits",
    "load",
    "load_all",
    "load_each",
    "load_nondigits",
    "load_others",
]
