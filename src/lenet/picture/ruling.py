"""Ruling, squares and boxes that are printed paler than one writes."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.picture.pieces import pieces_of

STRAIGHT = 0.06  # of the longer edge: pale strokes straight for so long are no handwriting
LONG = 3  # times that: none of a digit of usual size, be it a pale pencil's
MOST = 0.3  # of what is pale, at least, goes on so
SQUARE = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, eq=False)
class Ruling:
    """Lines printed paler than one writes.

    Attributes
    ----------
    limit : float
        The contrast between them and the pen.
    level, upright : ndarray of uint8, (h, w)
        1 where they are.
    """

    limit: float
    level: NDArray[np.uint8]
    upright: NDArray[np.uint8]

    def out_of(self, mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return a mask without the lines, but with the strokes that cross them."""
        rest = mask & ~(self.level | self.upright)
        crossing = np.zeros_like(rest)
        for lines, across in ((self.level, (1, 0)), (self.upright, (0, 1))):
            if not cv2.countNonZero(lines):
                continue
            distance = np.asarray(cv2.distanceTransform(lines, cv2.DIST_L2, 3))
            thick = round(2 * float(np.percentile(distance[distance > 0], 90))) + 2
            shape = np.ones((1 + thick * across[0], 1 + thick * across[1]), np.uint8)
            crossing |= np.asarray(cv2.morphologyEx(rest, cv2.MORPH_CLOSE, shape), np.uint8) & lines
        return np.asarray(rest | (crossing & mask), np.uint8)


def find_ruling(amount: NDArray[np.uint8], least: float) -> Ruling | None:
    """Return what of the ink is ruling, squares and boxes; None if nothing is.

    `amount` is the contrast to the paper, (h, w), `least` that of ink.

    They are printed paler than one writes: along the middles of all strokes there are two kinds
    of contrast with a gap between, and most of what is pale goes on straight for long, unlike
    what is bold.
    """
    middle = (amount >= np.asarray(cv2.dilate(amount, SQUARE))) & (amount > 0.5 * least)
    values = amount[middle]
    if values.size < 50:
        return None
    limit, _ = cv2.threshold(values, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    pale, bold = values[values <= limit], values[values > limit]
    if pale.size < 0.05 * values.size or bold.size < 0.01 * values.size:
        return None
    low, high = float(np.percentile(pale, 90)), float(np.percentile(bold, 10))
    if high < 1.3 * low:
        return None
    length = max(9, round(STRAIGHT * max(amount.shape)))
    is_pale = amount <= limit
    straight = _straight(((amount > 0.5 * least) & is_pale).view(np.uint8), length)
    share = np.count_nonzero(straight[middle & is_pale]) / pale.size
    if share < 0.5:
        return None
    of_bold = _straight((~is_pale).view(np.uint8), length)
    if share < np.count_nonzero(of_bold[middle & ~is_pale]) / bold.size:
        return None
    # A stroke that goes on straight for longer is none of a digit of usual size.
    thick = np.asarray(cv2.dilate((amount > 0.5 * least).view(np.uint8), SQUARE), np.uint8)
    level, upright = (
        _opened(thick, shape) & is_pale for shape in ((1, LONG * length), (LONG * length, 1))
    )
    if np.count_nonzero((level | upright)[middle & is_pale]) < MOST * pale.size:
        return None
    upright |= _between(_opened(thick, (length, 1)) & is_pale & ~upright, level)
    return Ruling(0.5 * (low + high), level, upright)


def _between(runs: NDArray[np.uint8], level: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return those of upright runs that go from one level line to another: sides of boxes."""
    labels, stats = pieces_of(runs)
    near = np.asarray(cv2.dilate(level, np.ones((7, 7), np.uint8)))
    kept = np.zeros(len(stats), np.uint8)
    for number, (x, y, w, h, _) in enumerate(stats.tolist()[1:], 1):
        kept[number] = near[y, x : x + w].any() and near[y + h - 1, x : x + w].any()
    return np.asarray(kept[labels], np.uint8)


def _straight(mask: NDArray[np.uint8], length: int) -> NDArray[np.uint8]:
    """Return what of a mask goes on level or upright for long, and is no stain."""
    thick = np.asarray(cv2.dilate(mask, SQUARE), np.uint8)
    straight = _opened(thick, (1, length)) | _opened(thick, (length, 1))
    wide = max(5, length // 4)  # what is as wide as that is a stain or a shadow
    return np.asarray(straight & ~_opened(mask, (wide, wide)), np.uint8)


def _opened(mask: NDArray[np.uint8], shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Return what of a mask a rectangle of `shape` (h, w) fits into; nothing if it is larger."""
    if shape[0] > mask.shape[0] or shape[1] > mask.shape[1]:
        return np.zeros_like(mask)  # OpenCV would take what is outside for ink
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones(shape, np.uint8)), np.uint8)
