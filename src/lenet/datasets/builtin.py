"""Digits that need no files: those inside scikit-learn, and those that lenet draws and prints.

The ones in scikit-learn are 1,797 real handwritten digits, the test part of E. Alpaydin,
C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository, 1998
(CC BY 4.0). Each has 8×8 pixels of 0..16: the count of ink in a block of 4×4 pixels of a black and
white scan.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet import drawing
from lenet.datasets.dataset import DIGITS, NONE, Dataset, Splits, carve_test
from lenet.errors import DataError, UsageError
from lenet.picture import normalise

PIXELS_PER_BLOCK = 10  # when the scan is redrawn; enough for a smooth edge
MOST_IMAGES = 10_000_000  # of one source: 8 GB
TRAIN_SEED, TEST_SEED = 1, 2


def load_uci_digits() -> Splits:
    """Load scikit-learn's digits, scaled to 28×28 as MNIST's were.

    Raises
    ------
    DataError
        scikit-learn is not installed.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise DataError(
            "uci-digits come inside scikit-learn, which is not installed: "
            "pip install 'lenet[train]'"
        ) from error
    blocks, labels = load_digits(return_X_y=True)
    images = np.stack([normalise(redraw(digit)) for digit in blocks.reshape(-1, 8, 8)])
    return carve_test(Dataset("uci-digits", images, labels.astype(np.int64), DIGITS))


def redraw(blocks: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return an approximation of the scan with these counts of ink.

    A cubic surface through the counts is smooth where the scan had edges. Doubling the contrast
    about the half-full block brings the edges back, as narrow and as dark as MNIST's.

    Parameters
    ----------
    blocks : float64 array (8, 8)
        0 = paper, 16 = ink.

    Returns
    -------
    uint8 array (100, 100)
        0 = paper, 255 = ink, with a margin of one block.
    """
    zoom = PIXELS_PER_BLOCK
    smooth = cv2.resize(np.pad(blocks, 1), None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC)
    return np.clip((smooth - 4) / (12 - 4) * 255, 0, 255).astype(np.uint8)


def load_drawn(kind: str, count: str) -> Splits:
    """Make `count` training images and a tenth as many test images, the same every time.

    Parameters
    ----------
    kind : {"drawn", "printed", "nondigits"}
        Digits written by hand; digits in fonts; or images without a digit, of one class ``none``.
    count : str
        How many training images, a whole number in 1..10,000,000.

    Raises
    ------
    UsageError
        `count` is not such a number.
    """
    n = int(count) if count.isascii() and count.isdigit() and len(count) <= 8 else 0
    if not 1 <= n <= MOST_IMAGES:
        raise UsageError(
            f"{kind}:{count} names no number of images: "
            f"give a whole number from 1 to {MOST_IMAGES:,}, as in {kind}:60000"
        )
    name = f"{kind}:{count}"
    return Splits(_draw(kind, name, n, TRAIN_SEED), _draw(kind, name, max(1, n // 10), TEST_SEED))


def _draw(kind: str, name: str, n: int, seed: int) -> Dataset:
    if kind == "nondigits":
        return Dataset(name, drawing.draw_nondigits(n, seed), np.zeros(n, np.int64), (NONE,))
    images, labels = (drawing.draw_digits if kind == "drawn" else drawing.print_digits)(n, seed)
    return Dataset(name, images, labels, DIGITS)
