"""What the answers of a network are worth: counts first, everything else divided from them last.

`evaluate` turns probabilities and labels into `Scores`. Errors are integers ("98 errors in
10,000"); a rate is one division at the end, never a mean of means of batches. scikit-learn does
the arithmetic where it has a function for it, and is imported only when asked: it takes a second.
"""

from lenet.metrics.label_errors import MNIST_CORRECTED, MNIST_DROPPED, corrected, is_mnist_test
from lenet.metrics.scores import (
    CALIBRATION_BINS,
    Bin,
    Curve,
    Row,
    Scores,
    error_count,
    evaluate,
    mcnemar,
    rate,
    rate_interval,
    roc_curves,
    t_interval,
    wilson,
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
