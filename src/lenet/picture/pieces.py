"""Connected pieces of a mask."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray


def pieces_of(mask: NDArray[np.uint8]) -> tuple[Any, NDArray[np.int32]]:
    """Return which piece each pixel is of, and what each piece is.

    Parameters
    ----------
    mask : ndarray of uint8, (h, w)
        1 where there is ink.

    Returns
    -------
    labels : ndarray of int32, (h, w)
        0 is paper.
    stats : ndarray of int32, (n + 1, 5)
        x, y, width, height, area; of the paper too, first.
    """
    count, labels = cv2.connectedComponents(mask)
    if count == 2:  # counting takes several times as long as looking for pieces
        area = cv2.countNonZero(mask)
        paper = 0, 0, mask.shape[1], mask.shape[0], mask.size - area
        return labels, np.array([paper, (*cv2.boundingRect(mask), area)], np.int32)
    # The algorithm is that of Grana, Borghesani and Cucchiara, "Optimized block-based connected
    # components labeling with decision trees" (2010), faster here than OpenCV's default.
    _, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(
        mask, 8, cv2.CV_32S, cv2.CCL_GRANA
    )
    return labels, np.asarray(stats)
