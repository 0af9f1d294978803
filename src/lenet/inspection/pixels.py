"""What the pixels of a dataset are like, in numbers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Pixels:
    """Statistics over all pixels of some images, 0 = paper and 1 = ink.

    Attributes
    ----------
    mean, deviation : float
        Of the values.
    paper, ink : float
        Shares of the pixels that are exactly 0, and exactly 1.
    """

    mean: float
    deviation: float
    paper: float
    ink: float


def pixels(images: NDArray[np.uint8]) -> Pixels:
    """Return the statistics of uint8 images ``(n, 28, 28)``, n > 0.

    >>> pixels(np.array([[[0, 255]]], np.uint8))
    Pixels(mean=0.5, deviation=0.5, paper=0.5, ink=0.5)
    """
    # Counts stay exact over 60,000 images, where sums of float32 would not.
    share = np.bincount(images.ravel(), minlength=256) / images.size
    values = np.arange(256) / 255
    mean = float(share @ values)
    deviation = float(np.sqrt(share @ (values - mean) ** 2))
    return Pixels(mean, deviation, float(share[0]), float(share[-1]))
