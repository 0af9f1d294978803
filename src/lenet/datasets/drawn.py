"""Digits drawn and printed by the program itself, and things that are no digits, as datasets."""

import numpy as np

from lenet import drawing
from lenet.datasets.dataset import NONE, Dataset, Splits
from lenet.errors import UsageError

LARGEST = 10_000_000  # images of one source
TRAIN_SEED, TEST_SEED = 1, 2
DIGITS = tuple("0123456789")


def load_drawn(kind: str, count: str) -> Splits:
    """Make `count` training images and a tenth as many test images, the same every time.

    Parameters
    ----------
    kind : {"drawn", "printed", "nondigits"}
        Digits written by hand; digits in fonts; or what is no digit, all of one class ``none``.
    count : str
        How many training images, a whole number in 1..10,000,000.

    Raises
    ------
    UsageError
        `count` is no such number.
    """
    n = int(count) if count.isascii() and count.isdigit() and len(count) <= 8 else 0
    if not 1 <= n <= LARGEST:
        raise UsageError(
            f"{kind}:{count} names no number of images: "
            f"give a whole number from 1 to {LARGEST:,}, as in {kind}:60000"
        )
    parts = ((n, TRAIN_SEED), (max(1, n // 10), TEST_SEED))
    train, test = (_made(kind, f"{kind}:{count}", many, seed) for many, seed in parts)
    return Splits(train, test)


def _made(kind: str, name: str, n: int, seed: int) -> Dataset:
    if kind == "nondigits":
        images = drawing.draw_nondigits(n, seed)
        return Dataset(name, images, np.zeros(n, np.int64), (NONE,))
    images, labels = (drawing.draw_digits if kind == "drawn" else drawing.print_digits)(n, seed)
    return Dataset(name, images, labels, DIGITS)
