"""What the answers of a network are worth: counts first, everything else divided from them last.

`evaluate` turns probabilities and labels into `Scores`. Errors are integers ("98 errors in
10,000"); a rate is one division at the end, never a mean of means of batches. scikit-learn does
the arithmetic where it has a function for it, and is imported only when asked: it takes a second.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lenet.metrics.intervals import mcnemar, t_interval, wilson
from lenet.metrics.label_errors import MNIST_CORRECTED, MNIST_DROPPED, corrected, is_mnist_test
from lenet.metrics.scores import (
    Bin,
    Row,
    Scores,
    error_count,
    frozen_counts,
    rate,
    rate_interval,
)

__all__ = [
    "CALIBRATION_BINS",
    "MNIST_CORRECTED",
    "MNIST_DROPPED",
    "Bin",
    "Curve",
    "Row",
    "Scores",
    "corrected",
    "error_count",
    "evaluate",
    "is_mnist_test",
    "mcnemar",
    "rate",
    "rate_interval",
    "roc_curves",
    "t_interval",
    "wilson",
]

Curve = tuple[NDArray[np.float64], NDArray[np.float64]]

CALIBRATION_BINS = 15  # as in Guo, Pleiss, Sun, Weinberger (2017)


def evaluate(probabilities: ArrayLike, labels: ArrayLike, classes: Sequence[str]) -> Scores:
    """Score the answers to a whole set at once.

    Parameters
    ----------
    probabilities : float array (n, k)
        Rows sum to one; the answer is the largest, the first of equals.
    labels : int array (n,)
        The truth, 0..k-1.
    classes : sequence of str
        Names of the k classes.

    Raises
    ------
    ValueError
        No images, shapes that do not agree, labels out of range, or rows that are no probabilities.
    """
    from sklearn.metrics import confusion_matrix, roc_auc_score

    p, truth = _checked(probabilities, labels, len(classes))
    answers = p.argmax(axis=1)
    # A truth given probability 0 would cost infinity; float32 cannot tell less than this from 0.
    given = np.maximum(p[np.arange(len(truth)), truth], np.finfo(np.float32).smallest_subnormal)
    return Scores(
        classes=tuple(classes),
        confusion=frozen_counts(
            confusion_matrix(truth, answers, labels=range(len(classes))).astype(np.int64)
        ),
        loss=float(-np.log(given).mean()),
        auc=tuple(
            float(roc_auc_score(truth == c, p[:, c])) if _both(truth == c) else None
            for c in range(len(classes))
        ),
        calibration=_calibration(p.max(axis=1), answers == truth),
    )


def roc_curves(probabilities: ArrayLike, labels: ArrayLike) -> list[Curve | None]:
    """Return each class's ROC curve, one against the rest.

    Returns
    -------
    list of (false positive rate, true positive rate) or None
        Float64 arrays from (0, 0) to (1, 1); points on a straight line between others are left
        out, which changes nothing of the curve. None where the set has no image of the class,
        or none of another.
    """
    from sklearn.metrics import roc_curve

    p, truth = _checked(probabilities, labels, np.shape(probabilities)[-1])
    return [
        roc_curve(truth == c, p[:, c], drop_intermediate=True)[:2] if _both(truth == c) else None
        for c in range(p.shape[1])
    ]


def _calibration(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[Bin, ...]:
    # Bin i holds i/15 < confidence <= (i+1)/15.
    which = np.clip(np.ceil(confidence * CALIBRATION_BINS).astype(int) - 1, 0, None)
    parts = ((confidence[which == i], right[which == i]) for i in range(CALIBRATION_BINS))
    return tuple(
        Bin(len(part), int(hits.sum()), float(part.mean()) if len(part) else 0.0)
        for part, hits in parts
    )


def _checked(
    probabilities: ArrayLike, labels: ArrayLike, k: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    p, truth = np.asarray(probabilities, np.float64), np.asarray(labels)
    if p.ndim != 2 or p.shape != (len(truth), k) or truth.ndim != 1 or not p.size:
        raise ValueError(
            f"need probabilities (n, {k}) and labels (n,) of n > 0 images, "
            f"found {p.shape} and {truth.shape}"
        )
    if not np.issubdtype(truth.dtype, np.integer) or truth.min() < 0 or truth.max() >= k:
        raise ValueError(f"labels must be whole numbers in 0..{k - 1}")
    if not (np.isfinite(p).all() and p.min() >= 0 and np.allclose(p.sum(axis=1), 1, atol=1e-3)):
        raise ValueError("each row of probabilities must sum to one; are these logits?")
    return p, truth.astype(np.int64)


def _both(positive: NDArray[np.bool_]) -> bool:
    return bool(positive.any() and not positive.all())
