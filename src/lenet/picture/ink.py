"""Tell ink from paper: either polarity, any colours, pencil to thick marker."""

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.picture.paper import find_paper

MIN_CONTRAST = 12  # of ink to paper, in grey levels of 255
WEAK = 0.2  # of a full stroke's contrast; what is weaker everywhere is no ink
FAINT = 0.4  # of the strongest ink near; what is all fainter than that is no stroke
TINY = 64  # pixels along the longer edge; no lines are looked for in smaller pictures
STRAIGHT = 0.06  # of the longer edge: pale strokes straight for so long are no handwriting
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
        What a pen left half as much belongs to it a little way from there, but not a ruled line.
        """
        least = self.floor + 0.25 * (self.level - self.floor)
        shape = self.amount.shape
        ruling = self._ruling(least) if max(shape) > TINY else 0.0
        least = max(least, ruling)
        if max(shape) <= SMALL:
            lowest = max(0.5 * least, min(least, 1.5 * self.floor), ruling)
            possible = _above(self.amount, lowest)
            count, labels = cv2.connectedComponents(possible)
            if count == 2:
                return possible
            return _containing(labels, count, self.amount > least)
        weakest = min(max(2 * self.floor, MIN_CONTRAST, WEAK * self.level, ruling), least)
        limit = np.clip(0.25 * self._nearby().astype(np.float32), weakest, 255).astype(np.uint8)
        strong = np.asarray(cv2.resize(limit, shape[::-1], interpolation=cv2.INTER_LINEAR))
        weak = np.maximum(strong // 2, np.uint8(min(255, max(1.5 * self.floor, 4, ruling))))
        certain = self.amount > strong
        reach = 2 * round(REACH * max(shape)) + 1
        near = cv2.dilate(certain.view(np.uint8), np.ones((reach, reach), np.uint8))
        possible = (self.amount > np.minimum(weak, strong)).view(np.uint8) & np.asarray(near)
        count, labels = cv2.connectedComponents(possible)
        return self._without_faint(_containing(labels, count, certain))

    def _ruling(self, least: float) -> float:
        """Return the contrast that parts ruling, squares and boxes from the pen; 0 if none is.

        They are printed paler than one writes: along the middles of all strokes there are two kinds
        of contrast with a gap between, and most of what is pale goes on straight for long.
        """
        middle = (self.amount >= np.asarray(cv2.dilate(self.amount, np.ones((3, 3), np.uint8)))) & (
            self.amount > 0.5 * least
        )
        values = self.amount[middle]
        if values.size < 50:
            return 0.0
        limit, _ = cv2.threshold(values, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
        pale, bold = values[values <= limit], values[values > limit]
        if pale.size < 0.05 * values.size or bold.size < 0.05 * values.size:
            return 0.0
        low, high = float(np.percentile(pale, 90)), float(np.percentile(bold, 10))
        if high < 1.3 * low:
            return 0.0
        thin = ((self.amount > 0.5 * least) & (self.amount <= limit)).view(np.uint8)
        length = max(9, round(STRAIGHT * max(self.amount.shape)))
        thick = np.asarray(cv2.dilate(thin, np.ones((3, 3), np.uint8)), np.uint8)
        straight = np.zeros_like(thin)
        for shape in ((1, length), (length, 1)):
            straight |= _opened(thick, shape)
        wide = max(5, length // 4)  # what is as wide as that is a stain or a shadow
        straight &= ~_opened(thin, (wide, wide))
        of_pale = middle & (self.amount <= limit)
        if np.count_nonzero(straight[of_pale]) < 0.5 * np.count_nonzero(of_pale):
            return 0.0
        return 0.5 * (low + high)

    def _nearby(self) -> NDArray[np.uint8]:
        """Return the contrast of the strongest ink around each of a grid of blocks."""
        tops = _block_tops(self.amount, LOCAL)
        return np.asarray(cv2.dilate(tops, np.ones((7, 7), np.uint8)), np.uint8)

    def _without_faint(self, mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return `mask` without pieces much fainter than the ink near them: creases, stains."""
        count, labels, _, centres = cv2.connectedComponentsWithStats(mask)
        place = np.flatnonzero(mask)
        piece = np.asarray(labels, np.intp).ravel()[place]
        top = np.zeros(count, np.uint8)
        np.maximum.at(top, piece, self.amount.ravel()[place])
        nearby = self._nearby()
        x, y = (centres * nearby.shape[::-1] / mask.shape[::-1]).astype(int).T
        kept = (top >= FAINT * nearby[y, x]).view(np.uint8)
        kept[0] = 0
        return np.asarray(kept[labels], np.uint8)


def find_ink(pixels: NDArray[np.uint8]) -> Ink | None:
    """Return the ink of a picture ``(h, w, 3)``; None where there is only paper.

    Ink is what differs from the paper, in the direction of colour in which most of it differs, so
    polarity and colours need no cases of their own.
    """
    if pixels.size <= 3 * 64 * 64:
        clean = _clean(pixels)
        if clean is not None:
            return clean if clean.level >= MIN_CONTRAST else None
    paper: Any = find_paper(pixels)
    difference = np.asarray(cv2.subtract(pixels, paper, dtype=cv2.CV_16S), np.int16)
    strength = _projection(np.abs(difference), np.full(3, 1 / 3))
    strong = np.flatnonzero(strength >= max(1.0, 0.5 * _top(strength)))
    strong = strong[:: 1 + strong.size // 50_000]
    direction = difference.reshape(-1, 3)[strong].sum(0, dtype=np.float64)
    direction /= max(float(np.abs(direction).sum()), 1e-6)
    ink = _projection(difference, direction)
    if isinstance(paper, np.ndarray) and direction.sum() < 0:
        ink = _lit(ink, _projection(paper.astype(np.int16), np.abs(direction)))
    sample = ink[:: 1 + ink.shape[0] // 512, :: 1 + ink.shape[1] // 512]
    opposite = sample[sample < 0]  # what differs from the paper the other way is noise
    noise = 1.5 * float(np.median(-opposite)) if opposite.size > 0.02 * sample.size else 0.0
    least, top = max(MIN_CONTRAST, 4 * noise), _top(ink)
    level = float(np.median(ink[ink >= 0.5 * top])) if top >= least else 0.0
    if level < least:
        return None
    return Ink(np.clip(ink, 0, 255).astype(np.uint8), level, 2 * noise)


def _lit(ink: NDArray[np.int16], paper: NDArray[np.int16]) -> NDArray[np.int16]:
    """Return dark ink as if all paper were as light as most is: a shadow dims what is in it."""
    sample = paper[:: 1 + paper.shape[0] // 128, :: 1 + paper.shape[1] // 128]
    light = float(np.percentile(sample, 90))
    if light < 1.15 * float(np.percentile(sample, 5)):
        return ink
    gain = np.clip(light / np.maximum(paper, 1).astype(np.float32), 1, 2)
    return np.asarray(ink * gain, np.int16)


def _clean(pixels: NDArray[np.uint8]) -> Ink | None:
    """Return the ink of a small grey picture on paper of exactly one grey; None if it is not so."""
    grey = pixels[:, :, 0]
    if not (np.array_equal(grey, pixels[:, :, 1]) and np.array_equal(grey, pixels[:, :, 2])):
        return None
    grey = np.ascontiguousarray(grey)
    counts = np.bincount(grey.ravel(), minlength=256)
    paper = int(counts.argmax())
    edge = np.concatenate((grey[0], grey[-1], grey[:, 0], grey[:, -1]))
    if counts[paper] < 0.5 * grey.size or np.count_nonzero(edge == paper) < 0.5 * edge.size:
        return None
    amount = grey
    if paper > 0:
        shade = grey.astype(np.int16)
        darker, lighter = np.maximum(paper - shade, 0), np.maximum(shade - paper, 0)
        amount = (darker if darker.sum() > lighter.sum() else lighter).astype(np.uint8)
    strong = amount[amount >= max(1.0, 0.5 * float(amount.max()))]
    middle = strong.size // 2
    return Ink(amount, float(np.partition(strong, middle)[middle]) if strong.size else 0.0, 0.0)


def _above(amount: NDArray[np.uint8], limit: float) -> NDArray[np.uint8]:
    return np.asarray(cv2.threshold(amount, limit, 1, cv2.THRESH_BINARY)[1], np.uint8)


def _opened(mask: NDArray[np.uint8], shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Return what of a mask a rectangle of `shape` (h, w) fits into."""
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones(shape, np.uint8)), np.uint8)


def _containing(labels: Any, count: int, seeds: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return 1 where a piece is in which there is a seed."""
    kept = np.zeros(count, np.uint8)
    kept[labels[seeds]] = 1
    kept[0] = 0
    return np.asarray(kept[labels], np.uint8)


def _projection(difference: NDArray[np.int16], direction: NDArray[np.float64]) -> NDArray[np.int16]:
    return np.asarray(cv2.transform(difference, direction[None]), np.int16)


def _block_tops(values: NDArray[Any], blocks: int) -> NDArray[Any]:
    """Return the highest value of each block, of a grid of at most `blocks` along an edge."""
    step = math.ceil(max(values.shape) / blocks)
    if step == 1:
        return values
    h, w = (math.ceil(side / step) * step for side in values.shape)
    padded = np.zeros((h, w), values.dtype)
    padded[: values.shape[0], : values.shape[1]] = values
    return np.asarray(padded.reshape(h // step, step, w // step, step).max((1, 3)))


def _top(values: NDArray[Any]) -> float:
    """Return the highest of `values`, but for a few stray ones, however small a part is ink."""
    tops = _block_tops(values, 128).ravel()
    stray = tops.size // 1000
    return float(np.partition(tops, tops.size - 1 - stray)[tops.size - 1 - stray])
