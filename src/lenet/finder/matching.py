"""Which of the characters of a page, whose truth is known, each place found on it is."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SAME = 0.4  # intersection by union from which a place that was found is on a digit
SLIMMEST = 0.35  # width by height; a 1 is compared as if it were so wide, or no box fits it
LEAST_COUNTED = 10  # pixels of the longer side: smaller digits are neither to be found nor wrong


class Assignment(NamedTuple):
    """Which character each place on a page is.

    Attributes
    ----------
    character : int64 ndarray (n,)
        Index of the digit that a place is; -1 where none is.
    counts : bool ndarray (n,)
        Whether it is right or wrong; a digit that is cut off or too small to count is neither.
    """

    character: NDArray[np.int64]
    counts: NDArray[np.bool_]


def assign(
    found: NDArray[np.float32], characters: NDArray[np.int16], digits: int = 10
) -> Assignment:
    """Assign the digits of a page to the places found: each to one, the first place first.

    Parameters
    ----------
    found : float32 ndarray (n, 4)
        Boxes, x, y, width and height, the most probable first.
    characters : int16 ndarray (m, 5)
        Class, x, y, width and height; classes from `digits` on are other characters, and the last
        one digits that are cut off.
    digits : int
        Number of classes of digits.
    """
    classes, boxes = characters[:, 0], characters[:, 1:].astype(np.float32)
    free = (classes < digits) & (boxes[:, 2:].max(1, initial=0) >= LEAST_COUNTED)
    unsure = (classes > digits) | (classes < digits) & ~free
    shared = overlaps(found, boxes)
    own, kept = np.full(len(found), -1, np.int64), np.ones(len(found), bool)
    for place, row in enumerate(shared):
        fitting = np.where(free, row, 0)
        if fitting.max(initial=0) >= SAME:
            own[place] = fitting.argmax()
            free[own[place]] = False
        else:
            kept[place] = not (np.where(unsure, row, 0) > SAME).any() and not _inside(
                found[place], boxes[unsure]
            )
    return Assignment(own, kept)


def overlaps(found: NDArray[np.float32], boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return intersection by union ``(k, m)`` of boxes ``(k, 4)`` and ``(m, 4)``."""
    one, other = _widened(found)[:, None], _widened(boxes)[None]
    low = np.maximum(one[..., :2], other[..., :2])
    high = np.minimum(one[..., :2] + one[..., 2:], other[..., :2] + other[..., 2:])
    shared = np.maximum(high - low, 0).prod(-1)
    union = one[..., 2:].prod(-1) + other[..., 2:].prod(-1) - shared
    return np.asarray(shared / np.maximum(union, 1e-6), np.float32)


def _widened(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return boxes ``(n, 4)`` with narrow ones widened around their middle."""
    sides = np.maximum(boxes[:, 2:], SLIMMEST * boxes[:, :1:-1])
    return np.concatenate([boxes[:, :2] - (sides - boxes[:, 2:]) / 2, sides], axis=1)


def _inside(box: NDArray[np.float32], boxes: NDArray[np.float32]) -> bool:
    """Whether the middle of a box is in one of `boxes` ``(m, 4)``."""
    middle = box[:2] + box[2:] / 2
    return bool(((middle >= boxes[:, :2]) & (middle <= boxes[:, :2] + boxes[:, 2:])).all(1).any())
