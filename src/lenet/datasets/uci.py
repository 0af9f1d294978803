"""The embedded digits: 1,797 real handwritten ones that come inside scikit-learn.

E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
Repository, 1998 (CC BY 4.0), its test part: 8×8 pixels of 0..16, each the count of ink in a block
of 4×4 pixels of a black and white scan.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.datasets.dataset import Dataset, Splits, carve_test
from lenet.errors import DataError
from lenet.picture import normalise

FINER = 10  # pixels per block when the scan is drawn anew, enough for a smooth edge


def load_uci_digits() -> Splits:
    """Load the embedded digits, scaled to 28×28 as MNIST's were.

    Raises
    ------
    DataError
        scikit-learn, which brings them, is not installed.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise DataError(
            "uci-digits come inside scikit-learn, which is not installed: "
            "pip install 'lenet[train]'"
        ) from None
    blocks, labels = load_digits(return_X_y=True)
    images = np.stack([normalise(redraw(digit)) for digit in blocks.reshape(-1, 8, 8)])
    return carve_test(Dataset("uci-digits", images, labels.astype(np.int64), tuple("0123456789")))


def redraw(blocks: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return the scan that such counts of ink (8, 8) came from, as well as can be, 255 = ink.

    A cubic surface through the counts is smooth where the scan had edges. Doubling the contrast
    about the half-full block brings the edges back, as narrow and as dark as those of MNIST.
    """
    smooth = cv2.resize(np.pad(blocks, 1), None, fx=FINER, fy=FINER, interpolation=cv2.INTER_CUBIC)
    return np.clip((smooth - 4) / (12 - 4) * 255, 0, 255).astype(np.uint8)
