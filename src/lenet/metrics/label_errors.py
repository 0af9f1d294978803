"""Label errors: those known in MNIST's test set, and likely ones in any labels.

A perfect reader would disagree with ten published labels: 99.90 % is the best honest accuracy.
Likely ones are found by confident learning: C. G. Northcutt, L. Jiang, I. L. Chuang, "Confident
Learning: Estimating Uncertainty in Dataset Labels", JAIR 70 (2021), section 3.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

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


@dataclass(frozen=True, eq=False)
class LikelyErrors:
    """Images whose label is probably wrong, the most doubtful first.

    Attributes
    ----------
    indices : intp ndarray (m,)
    suggested : int64 ndarray (m,)
        The class that each looks like.
    joint : int64 ndarray (k, k)
        The confident joint: how many images labelled i are confidently of class j. What is off its
        diagonal are these m images.
    """

    indices: NDArray[np.intp]
    suggested: NDArray[np.int64]
    joint: NDArray[np.int64]


def likely_errors(probabilities: NDArray[np.floating], labels: NDArray[np.int64]) -> LikelyErrors:
    """Find labels that held-out predictions contradict.

    A class is confidently that of an image if its probability is at least as high as on average
    over the images labelled with it; of several such classes it is the most probable. An image
    whose confident class is not its label is a likely error. They are ordered by normalised margin:
    the probability of the label less that of the confident class.

    Parameters
    ----------
    probabilities : float ndarray (n, k)
        Of networks that were not trained on these images; each row sums to 1.
    labels : int64 ndarray (n,)
        0..k-1. A class that no image has is never suggested.

    Examples
    --------
    Two classes; the last image is labelled 0, but looks like a 1.

    >>> likely = np.array([[0.9, 0.1], [0.8, 0.2], [0.2, 0.8], [0.1, 0.9]])
    >>> found = likely_errors(likely, np.array([0, 0, 1, 0]))
    >>> found.indices.tolist(), found.suggested.tolist(), found.joint.tolist()
    ([3], [1], [[2, 1], [0, 1]])
    """
    images, k = np.arange(len(labels)), probabilities.shape[1]
    sizes = np.bincount(labels, minlength=k)
    sums = np.bincount(labels, probabilities[images, labels], minlength=k)
    thresholds = np.where(sizes > 0, sums / np.maximum(sizes, 1), np.inf)
    confident = np.where(probabilities >= thresholds, probabilities, -1.0)
    best = confident.argmax(axis=1)
    counted = confident[images, best] >= 0
    joint = np.bincount(labels[counted] * k + best[counted], minlength=k * k).reshape(k, k)
    wrong = np.flatnonzero(counted & (best != labels))
    margins = probabilities[wrong, labels[wrong]] - probabilities[wrong, best[wrong]]
    order = wrong[np.argsort(margins, kind="stable")]
    return LikelyErrors(order, best[order].astype(np.int64), joint.astype(np.int64))
