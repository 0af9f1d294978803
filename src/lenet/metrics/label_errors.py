"""Known label errors in MNIST's test set.

A perfect reader would disagree with ten published labels: 99.90 % is the best honest accuracy.
"""

import hashlib
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

# From Northcutt, Athalye, Mueller (2021), five votes per image, published in
# cleanlab/label-errors, mnist_mturk.json.
# At least three of five voted for another digit: index -> (published label, consensus).
MNIST_CORRECTED: Mapping[int, tuple[int, int]] = {
    947: (8, 9),
    1621: (0, 6),
    1901: (9, 4),
    2462: (2, 0),
    2597: (5, 3),
    3558: (5, 0),
    5937: (5, 3),
    6651: (0, 6),
    6783: (1, 6),
    9729: (5, 6),
}
# Most voted "neither", or no three agreed: index -> published label.
MNIST_DROPPED: Mapping[int, int] = {2130: 4, 2654: 6, 3520: 6, 8527: 4, 9679: 6}
# SHA-256 of t10k-labels-idx1-ubyte, decompressed.
_MNIST_TEST_LABELS = "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"


def is_mnist_test(labels: ArrayLike) -> bool:
    """Whether these are all labels of MNIST's test set, in order."""
    truth = np.asarray(labels)
    if truth.shape != (10_000,) or truth.min() < 0 or truth.max() > 9:
        return False
    idx_header = bytes([0, 0, 8, 1]) + (10_000).to_bytes(4, "big")
    content = idx_header + truth.astype(np.uint8).tobytes()
    return hashlib.sha256(content).hexdigest() == _MNIST_TEST_LABELS


def corrected(labels: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return MNIST's test labels with 10 corrected, and which 5 to leave out.

    Returns
    -------
    labels : int64 ndarray (10000,)
        With the labels of `MNIST_CORRECTED` replaced.
    kept : bool ndarray (10000,)
        False for the images of `MNIST_DROPPED`.

    Raises
    ------
    ValueError
        The labels are not those of MNIST's test set.
    """
    if not is_mnist_test(labels):
        raise ValueError(
            f"these {np.size(labels):,} labels are not those of MNIST's test set: "
            "pass all 10,000 in order"
        )
    truth, kept = np.array(labels, np.int64), np.ones(10_000, bool)
    for index, (_, consensus) in MNIST_CORRECTED.items():
        truth[index] = consensus
    kept[list(MNIST_DROPPED)] = False
    return truth, kept
