"""Boxes: x, y, width, height."""

import numpy as np
from numpy.typing import NDArray

Box = tuple[int, int, int, int]


def around(boxes: NDArray[np.integer]) -> Box:
    """Return the box around boxes ``(n, 4)``.

    >>> around(np.array([[2, 3, 10, 10], [5, 0, 2, 5]]))
    (2, 0, 10, 13)
    """
    left, top = boxes[:, 0].min(), boxes[:, 1].min()
    right, bottom = (boxes[:, 0] + boxes[:, 2]).max(), (boxes[:, 1] + boxes[:, 3]).max()
    return int(left), int(top), int(right - left), int(bottom - top)
