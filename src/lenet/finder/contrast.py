"""What the finder is shown of a page: its contrast, the same in light and in shadow."""

import cv2
import numpy as np
from numpy.typing import NDArray

WINDOW = 41  # pixels; as large as the largest digit that the finder is to find in one level
NOISE = 0.03  # contrast, of 1, that counts half: below it is the grain of paper and of cameras


def normalise_contrast(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return how much lighter each pixel is than its surroundings, in local standard deviations.

    White ink on black gives the negative of black ink on white.

    Parameters
    ----------
    grey : ndarray of uint8, (h, w)

    Returns
    -------
    ndarray of float32, (h, w)
        About -5 to 5; 0 where nothing is.
    """
    size = WINDOW, WINDOW
    mean = cv2.boxFilter(grey, cv2.CV_32F, size, borderType=cv2.BORDER_REFLECT_101)
    squares = cv2.sqrBoxFilter(grey, cv2.CV_32F, size, borderType=cv2.BORDER_REFLECT_101)
    above = np.asarray(cv2.subtract(grey, mean, dtype=cv2.CV_32F), np.float32)
    variance = np.asarray(cv2.subtract(squares, cv2.multiply(mean, mean, dst=mean)), np.float32)
    np.maximum(variance, 0, out=variance)
    spread = np.sqrt(variance, out=variance)
    spread += 255 * NOISE
    above /= spread
    return above
