"""Calibrate a network: turn logits into probabilities and choose the rejection threshold."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

REFUSED_DIGITS = 0.002  # largest share of held-out digits that may be rejected


@dataclass(frozen=True)
class Calibration:
    """How to interpret the logits of a network.

    Attributes
    ----------
    temperature : float
        Logits are divided by it before the softmax.
    rejection : float or None
        An image is rejected if the log-sum-exp of its logits is below this (Liu, Wang, Owens, Li
        2020, Energy-based out-of-distribution detection, section 3.2); None rejects no image.
    """

    temperature: float
    rejection: float | None = None


def calibrate(
    logits: NDArray[np.floating],
    labels: NDArray[np.int64],
    nondigit_logits: NDArray[np.floating] | None = None,
    *,
    own: int | None = None,
) -> Calibration:
    """Fit temperature and rejection threshold on images held out from training.

    The temperature maximises the likelihood of the labels (Guo, Pleiss, Sun, Weinberger 2017, On
    Calibration of Modern Neural Networks, section 4.2). The threshold minimises the share of
    digits rejected plus the share of non-digits accepted, while rejecting at most `REFUSED_DIGITS`
    of the digits, or of the first `own` of them.

    Parameters
    ----------
    logits : float array (n, k)
    labels : int64 array (n,)
    nondigit_logits : float array (m, k), optional
        Logits of images that show no class.
    own : int, optional
        How many of the images are what the network is for; the others, such as crops of blurred
        photos, may be less legible.
    """
    from scipy.optimize import minimize_scalar  # only some recipes calibrate
    from scipy.special import logsumexp

    optimum = minimize_scalar(
        lambda log_t: _loss(logits / np.exp(log_t), labels), bounds=(-3, 3), method="bounded"
    )
    temperature = float(np.exp(optimum.x))
    if nondigit_logits is None:
        return Calibration(temperature)
    scores = logsumexp(logits.astype(np.float64), axis=1)
    limited = np.sort(scores[:own] if own else scores)
    digits = np.sort(scores)
    others = np.sort(logsumexp(nondigit_logits.astype(np.float64), axis=1))
    candidates = digits[digits <= limited[int(REFUSED_DIGITS * len(limited))]]
    rejected = np.arange(len(candidates)) / len(digits)
    accepted = 1 - np.searchsorted(others, candidates) / len(others)
    return Calibration(temperature, float(candidates[np.argmin(rejected + accepted)]))


def _loss(logits: NDArray[np.floating], labels: NDArray[np.int64]) -> float:
    from scipy.special import log_softmax

    log_probabilities = log_softmax(logits.astype(np.float64), axis=1)
    return -float(log_probabilities[np.arange(len(labels)), labels].mean())
