"""Score a network's answers: counts first, rates last.

`evaluate` turns probabilities and labels into `Scores`. Errors are integers ("98 errors in
10,000"); a rate is a single division at the end, never a mean of batch means. What needs SciPy
imports it on first use, because importing it takes half a second.
"""

from lenet.metrics.label_errors import (
    MNIST_CORRECTED,
    MNIST_DROPPED,
    LikelyErrors,
    corrected,
    is_mnist_test,
    likely_errors,
)
from lenet.metrics.scores import (
    CALIBRATION_BINS,
    Bin,
    Curve,
    Row,
    Scores,
    duration,
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
    "LikelyErrors",
    "Row",
    "Scores",
    "corrected",
    "duration",
    "error_count",
    "evaluate",
    "is_mnist_test",
    "likely_errors",
    "mcnemar",
    "rate",
    "rate_interval",
    "roc_curves",
    "t_interval",
    "wilson",
]
