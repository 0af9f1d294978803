"""The truth about a picture: which characters are in it, where, and which nobody can read."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.drawing.scenes.block import CUT, OTHER
from lenet.drawing.scenes.camera import Ids

WHOLE = 0.95  # share of its ink that a digit at the edge must show, or it is cut off
UNCOVERED = 0.88  # the same for a digit elsewhere, which may overlap a neighbour
LEAST_SIDE = 5  # pixels of a digit's longer side that somebody can still read
LEAST_SIGN = 2  # the same for other characters: dots and commas are small
LEAST_CONTRAST = 8.0  # of 255 between a character's ink and what is around it
LEAST_CLEAR = 0.35  # the same, in standard deviations of what is around it
LEAST_INK = 0.6  # share of its pixels that must differ from what is around it


@dataclass
class Taken:
    """A picture that was taken, with the character in each pixel.

    Attributes
    ----------
    image : ndarray of uint8, (h, w)
        Grey.
    ids : ndarray of int32, (h, w)
        0 = no character, i = the i-th of `classes`, counted from 1.
    classes : list of int
        0..9 for a digit, else `OTHER`; `CUT` for one that is known to be unreadable.
    inked : list of float
        Pixels that each character would have if none of it were cut off or covered.
    frame : tuple of int
        x and y of the first pixel that is no padding, and of that after the last one.
    """

    image: NDArray[np.uint8]
    ids: Ids
    classes: list[int] = field(default_factory=list)
    inked: list[float] = field(default_factory=list)
    frame: tuple[int, int, int, int] = (0, 0, 0, 0)

    def __post_init__(self) -> None:
        if self.frame == (0, 0, 0, 0):
            self.frame = (0, 0, self.image.shape[1], self.image.shape[0])


def characters(taken: Taken) -> tuple[NDArray[np.int32], NDArray[np.int16]]:
    """Return the characters of a picture, those that can't be read as `CUT`.

    Returns
    -------
    numbers : ndarray of int32, (m,)
        The id of each character.
    rows : ndarray of int16, (m, 5)
        Class, x, y, width, height of its ink in pixels.
    """
    y, x = np.nonzero(taken.ids)
    owners = taken.ids[y, x]
    order = np.argsort(owners, kind="stable")
    numbers, first, counts = np.unique(owners[order], return_index=True, return_counts=True)
    if not len(numbers):
        return np.empty(0, np.int32), np.empty((0, 5), np.int16)
    x, y = x[order], y[order]
    left, right = np.minimum.reduceat(x, first), np.maximum.reduceat(x, first) + 1
    top, bottom = np.minimum.reduceat(y, first), np.maximum.reduceat(y, first) + 1
    classes = np.array(taken.classes)[numbers - 1]
    x0, y0, x1, y1 = taken.frame
    at_edge = (left <= x0) | (top <= y0) | (right >= x1) | (bottom >= y1)
    inked = np.maximum(np.array(taken.inked)[numbers - 1], 1)
    rounding = 1 / np.sqrt(inked)  # a small character has fewer or more pixels when it is turned
    shown = counts / inked + np.where(at_edge, 0, rounding)
    sides = np.maximum(right - left, bottom - top)
    is_cut = (shown < np.where(at_edge, WHOLE, UNCOVERED)) | (sides < LEAST_SIDE)
    classes[is_cut & (classes < OTHER)] = CUT
    classes[~_readable(taken, numbers)] = CUT
    kept = sides >= LEAST_SIGN
    rows = np.stack([classes, left, top, right - left, bottom - top], 1)
    return numbers[kept], rows[kept].astype(np.int16)


def _readable(taken: Taken, numbers: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return whether the ink of each of these characters stands out from what is around it."""
    count = int(taken.ids.max()) + 1
    # A little blur makes greys of the dots of a printed or dithered picture.
    grey = cv2.GaussianBlur(taken.image.astype(np.float32), (0, 0), 0.7)
    ids = taken.ids.astype(np.int16)
    reach = cv2.dilate(ids, np.ones((7, 7), np.uint8))
    near = cv2.dilate(ids, np.ones((3, 3), np.uint8))
    ring = (reach > 0) & (near == 0)
    around, owners = grey[ring], reach[ring]
    total = np.maximum(np.bincount(owners, minlength=count), 1)
    ground = np.bincount(owners, around, count) / total
    spread = np.sqrt(np.bincount(owners, (around - ground[owners]) ** 2, count) / total)
    inked = ids > 0
    owners = ids[inked]
    off = grey[inked] - ground[owners]
    total = np.maximum(np.bincount(owners, minlength=count), 1)
    contrast = np.bincount(owners, off, count) / total
    share = np.bincount(owners, off * contrast[owners] > 0.3 * contrast[owners] ** 2, count) / total
    clear = np.abs(contrast) > np.maximum(LEAST_CONTRAST, LEAST_CLEAR * spread)
    return np.asarray((clear & (share > LEAST_INK))[numbers])


def shrunk(ids: Ids, numbers: NDArray[np.int32]) -> NDArray[np.uint8]:
    """Return whose ink is in each square of two by two pixels: i for the i-th of `numbers`.

    Parameters
    ----------
    ids : ndarray of int32, (2 h, 2 w)
        The character in each pixel.
    numbers : ndarray of int32, (m,)
        The ids that are kept, rising; m <= 254.

    Returns
    -------
    ndarray of uint8, (h, w)
    """
    renumbered = np.zeros(int(ids.max(initial=0)) + 1, np.uint8)
    renumbered[numbers] = np.arange(1, len(numbers) + 1)
    whole = renumbered[ids]
    rows = np.maximum(whole[::2], whole[1::2])
    return np.maximum(rows[:, ::2], rows[:, 1::2])
