"""What a network's logits are worth: how probable its answers are, and what it should refuse."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, logsumexp

REFUSED_DIGITS = 0.002  # share of held-out digits that may be refused


@dataclass(frozen=True)
class Calibration:
    """How to read the logits of one network.

    Attributes
    ----------
    temperature : float
        What logits are divided by before the softmax.
    rejection : float or None
        The logarithm of the sum of the logits' exponentials below which an image shows no class
        (Liu, Wang, Owens, Li 2020, Energy-based out-of-distribution detection, section 3.2);
        None where no image is refused.
    """

    temperature: float
    rejection: float | None = None


def calibrate(
    logits: NDArray[np.floating],
    labels: NDArray[np.int64],
    nondigit_logits: NDArray[np.floating] | None = None,
) -> Calibration:
    """Fit temperature and rejection on images that were not learnt from.

    The temperature makes the likelihood of the labels greatest (Guo, Pleiss, Sun, Weinberger 2017,
    On Calibration of Modern Neural Networks, section 4.2). The rejection is the score at which the
    shares of digits refused and of non-digits let through add up to the least, but no more than
    `REFUSED_DIGITS` of the digits are refused.

    Parameters
    ----------
    logits : float array (n, k)
    labels : int64 array (n,)
    nondigit_logits : float array (m, k), optional
        Of images that show no class.
    """
    found = minimize_scalar(
        lambda log: _loss(logits / np.exp(log), labels), bounds=(-3, 3), method="bounded"
    )
    temperature = float(np.exp(found.x))
    if nondigit_logits is None:
        return Calibration(temperature)
    digits = np.sort(logsumexp(logits.astype(np.float64), axis=1))
    others = np.sort(logsumexp(nondigit_logits.astype(np.float64), axis=1))
    candidates = digits[: int(REFUSED_DIGITS * len(digits)) + 1]
    refused = np.arange(len(candidates)) / len(digits)
    let_through = 1 - np.searchsorted(others, candidates) / len(others)
    return Calibration(temperature, float(candidates[np.argmin(refused + let_through)]))


def _loss(logits: NDArray[np.floating], labels: NDArray[np.int64]) -> float:
    log_probabilities = log_softmax(logits.astype(np.float64), axis=1)
    return -float(log_probabilities[np.arange(len(labels)), labels].mean())
