"""Tell ink from paper: either polarity, any colours, pencil to thick marker."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.picture.blocks import block_tops
from lenet.picture.ruling import find_ruling

MIN_CONTRAST = 12  # of ink to paper, in grey levels of 255
WEAK = 0.2  # of a full stroke's contrast; what is weaker everywhere is no ink
FAINT = 0.4  # of the strongest ink near; what is all fainter than that is no stroke
TINY = 64  # pixels along the longer edge; no lines are looked for in smaller pictures
REACH = 0.008  # of the longer edge: how far weak ink goes on from strong ink
LOCAL = 64  # blocks along the longer edge, to find the strongest ink near a pixel
SMALL = 256  # pixels along the longer edge; ink of smaller pictures is looked at as a whole


@dataclass(frozen=True, eq=False)
class Ink:
    """How much ink each pixel of a picture holds.

    Attributes
    ----------
    amount : ndarray of uint8, (h, w)
        Contrast to the paper in grey levels; 0 = paper.
    level : float
        Contrast of a full stroke.
    floor : float
        Contrast that noise reaches.
    """

    amount: NDArray[np.uint8]
    level: float
    floor: float

    @property
    def as_it_is(self) -> bool:
        """Whether it is strong ink on clean paper, which normalising leaves alone, like MNIST's."""
        return self.floor == 0 and self.level > 200

    def mask(self) -> NDArray[np.uint8]:
        """Return 1 where there is ink, (h, w): a quarter of the strongest ink near it, or more.

        So a pale digit on a page with bold ones is found, and a faint line near a digit is not.
        What a pen left half as much belongs to it a little way from there, but not a ruled line;
        on clean paper what it left a quarter as much, however far it goes on.
        """
        least = self.floor + 0.25 * (self.level - self.floor)
        shape = self.amount.shape
        ruling = find_ruling(self.amount, least) if max(shape) > TINY else None
        if max(shape) <= SMALL:
            lowest = max(0.5 * least, min(least, 1.5 * self.floor))
            possible = _above(self.amount, lowest)
            if ruling:
                least = max(least, ruling.limit)
                possible = ruling.out_of(possible)
            count, labels = cv2.connectedComponents(possible)
            if count == 2 and not ruling:
                return possible
            return _containing(labels, count, self.amount > least)
        weakest = min(max(2 * self.floor, MIN_CONTRAST, WEAK * self.level), least)
        if ruling:
            weakest = max(weakest, ruling.limit)
        # The strongest ink around each of a grid of blocks.
        nearby = cv2.dilate(block_tops(self.amount, LOCAL), np.ones((7, 7), np.uint8))
        limit = np.clip(0.25 * nearby.astype(np.float32), weakest, 255).astype(np.uint8)
        strong = np.asarray(cv2.resize(limit, shape[::-1], interpolation=cv2.INTER_LINEAR))
        clean = self.floor == 0  # so what is faint is a pen's too
        faintest = MIN_CONTRAST if clean else min(255, max(1.5 * self.floor, 4))
        weak = np.maximum(strong >> (2 if clean else 1), np.uint8(faintest))
        certain = self.amount > strong
        reach = 2 * round(REACH * max(shape)) + 1
        near = cv2.dilate(certain.view(np.uint8), np.ones((reach, reach), np.uint8))
        possible = (self.amount > np.minimum(weak, strong)).view(np.uint8)
        if ruling:
            possible = ruling.out_of(possible)
        elif not clean:
            possible &= np.asarray(near, np.uint8)
        if cv2.connectedComponents(possible)[0] == 2:  # there the strongest ink of all is
            return np.asarray(possible)
        count, labels, _, centres = cv2.connectedComponentsWithStatsWithAlgorithm(
            possible, 8, cv2.CV_32S, cv2.CCL_GRANA
        )
        place = np.flatnonzero(possible.view(np.bool_))
        piece = np.asarray(labels, np.int32).ravel()[place]
        amount = self.amount.ravel()[place]
        top = np.zeros(count, np.uint8)
        np.maximum.at(top, piece, amount)
        kept = np.zeros(count, bool)
        kept[piece[certain.ravel()[place]]] = True
        # Pieces much fainter than the ink near them are creases, stains.
        x, y = (np.asarray(centres)[1:] * nearby.shape[::-1] / shape[::-1]).astype(int).T
        kept[1:] &= top[1:] >= FAINT * nearby[y, x]
        mask = np.zeros(shape, np.uint8)
        mask.ravel()[place[kept[piece]]] = 1
        return mask


def _above(amount: NDArray[np.uint8], limit: float) -> NDArray[np.uint8]:
    return np.asarray(cv2.threshold(amount, limit, 1, cv2.THRESH_BINARY)[1], np.uint8)


def _containing(labels: Any, count: int, seeds: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return 1 where a piece is in which there is a seed."""
    kept = np.zeros(count, np.uint8)
    kept[labels[seeds]] = 1
    kept[0] = 0
    return np.asarray(kept[labels], np.uint8)
