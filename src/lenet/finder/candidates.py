"""`Candidates`: where characters may stand, from the maps of the network, each of them once."""

from dataclasses import dataclass, fields

import cv2
import numpy as np
from numpy.typing import NDArray

CELL = 4  # pixels of a level along each side of a cell of the maps
UNIT = 16.0  # pixels; the maps hold the logarithm of width and height by this
LOWEST = -2.2  # logit, a probability of 0.1: what is less probable is not worth reading
LEAST, MOST = 8.0, 70.0  # pixels of a box's longer side in its level: trained on 13 to 46
SMALL = 18.0  # pixels; a box below it is measured better one level finer, if that sees it too
SMALL_HANDICAP = 0.1  # of probability: the coarser level wins only by more
SAME_UNION = 0.35  # intersection by union from which two boxes are of one character
SAME_SMALLER = 0.65  # intersection by the smaller box: a loop of an 8 is no 0
SLIMMEST = 0.35  # width by height; a 1 is compared as if it were so wide, or it counts twice
# Clearness: 99 % of drawn scenes on their side are seen less clearly, and so are most textures.
UNCLEAR = 0.5
CROWD = 5_000  # candidates of a page; a page densely written has 2,000


@dataclass(frozen=True, eq=False)
class Candidates:
    """Places in a page where a character may stand, the most probable first.

    Attributes
    ----------
    boxes : ndarray of float32, (n, 4)
        x, y, width, height in pixels of the page.
    digit : ndarray of float32, (n,)
        Logit that a digit is there.
    other : ndarray of float32, (n,)
        Logit that another character is there.
    classes : ndarray of float32, (n, k)
        Logits of the classes.
    level : ndarray of intp, (n,)
        Index of the level of the page in which it was found; 0 is the finest.
    """

    boxes: NDArray[np.float32]
    digit: NDArray[np.float32]
    other: NDArray[np.float32]
    classes: NDArray[np.float32]
    level: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.boxes)

    def take(self, indices: NDArray[np.integer | np.bool]) -> "Candidates":
        """Return those at `indices`, or where a mask is true."""
        return Candidates(*(getattr(self, field.name)[indices] for field in fields(self)))


def peaks(
    maps: NDArray[np.float32],
    heat: NDArray[np.float32],
    level: int,
    bounds: tuple[float, float, float, float],
    scale: tuple[float, float],
    margin: tuple[int, int],
) -> Candidates:
    """Return the local maxima of a heat map as candidates.

    Parameters
    ----------
    maps : ndarray of float32, (16, h, w)
        Output of the network for one level.
    heat : ndarray of float32, (h, w)
        Logits whose maxima are wanted: one of the first two maps, or their maximum.
    level : int
    bounds : tuple of float
        Left, upper, right and lower limit of the middle of a candidate, in pixels of the level.
    scale : tuple of float
        Pixels of the page in a pixel of the level, across and down.
    margin : tuple of int
        Pixels of the level from the left and upper edge of the maps to those of the page.
    """
    highest = np.asarray(cv2.dilate(heat, np.ones((3, 3), np.uint8)), np.float32)
    i, j = np.nonzero((heat >= highest) & (heat > LOWEST))
    found = maps[:, i, j].T
    width, height = UNIT * np.exp(np.clip(found[:, 2:4].T, -4, 4))
    x = (j + 0.5 + found[:, 4]) * CELL - margin[0]
    y = (i + 0.5 + found[:, 5]) * CELL - margin[1]
    longer = np.maximum(width, height)
    good = (longer >= LEAST) & (longer <= MOST)
    left, top, right, bottom = bounds
    good &= (x >= left) & (x <= right) & (y >= top) & (y <= bottom)
    across, down = scale
    boxes = np.stack(
        [(x - width / 2) * across, (y - height / 2) * down, width * across, height * down], axis=1
    ).astype(np.float32)
    levels = np.full(len(found), level, np.intp)
    return Candidates(boxes, found[:, 0], found[:, 1], found[:, 6:], levels).take(good)


def distinct(
    parts: list[Candidates], scores: list[NDArray[np.float32]], scales: list[float]
) -> Candidates:
    """Return the candidates of all levels without those that repeat a better one.

    Parameters
    ----------
    parts : list of Candidates
        Those of each level.
    scores : list of ndarray of float32
        Their logits, to compare them by.
    scales : list of float
        Pixels of the page in a pixel of each level.
    """
    joined = Candidates(
        *(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Candidates))
    )
    probability = 1 / (1 + np.exp(-np.concatenate(scores)))
    longer = joined.boxes[:, 2:].max(1, initial=0) / np.array(scales)[joined.level]
    rank = probability - SMALL_HANDICAP * (longer < SMALL)
    best = np.argsort(-rank, kind="stable")[:CROWD]
    joined = joined.take(best)
    first, second = same_characters(joined.boxes)
    repeated = np.zeros(len(joined), bool)
    rivals: dict[int, list[int]] = {}
    for a, b in zip(first.tolist(), second.tolist(), strict=True):
        rivals.setdefault(a, []).append(b)
    for better in sorted(rivals):
        if not repeated[better]:
            repeated[rivals[better]] = True
    kept = joined.take(~repeated)
    return kept.take(np.argsort(-probability[best][~repeated], kind="stable"))


def same_characters(
    boxes: NDArray[np.float32],
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the pairs of boxes ``(n, 4)`` that are of one character, the earlier one first."""
    width = np.maximum(boxes[:, 2], SLIMMEST * boxes[:, 3])
    height = np.maximum(boxes[:, 3], SLIMMEST * boxes[:, 2])
    left = boxes[:, 0] - (width - boxes[:, 2]) / 2
    top = boxes[:, 1] - (height - boxes[:, 3]) / 2
    is_tall = top.max(initial=0) > left.max(initial=0)
    a, b = crossing(top, top + height) if is_tall else crossing(left, left + width)  # the fewer
    across = np.minimum((left + width)[a], (left + width)[b]) - np.maximum(left[a], left[b])
    down = np.minimum((top + height)[a], (top + height)[b]) - np.maximum(top[a], top[b])
    area = width * height
    shared = np.maximum(across, 0) * np.maximum(down, 0)
    union = area[a] + area[b] - shared
    same = (shared > SAME_UNION * union) | (shared > SAME_SMALLER * np.minimum(area[a], area[b]))
    a, b = a[same], b[same]
    return np.minimum(a, b), np.maximum(a, b)


def clearness(logits: NDArray[np.floating]) -> float:
    """Return how clearly characters are seen: the sum of p² divided by that of their p.

    Parameters
    ----------
    logits : ndarray, (n,)
        That a character is at each place.

    Examples
    --------
    >>> clearness(np.array([9.0, 9.0, -9.0])) > 0.99, clearness(np.zeros(3))
    (True, 0.5)
    """
    probabilities = 1 / (1 + np.exp(-logits.astype(np.float64)))
    return float((probabilities**2).sum()) / max(float(probabilities.sum()), 1e-9)


def crossing(
    low: NDArray[np.floating], high: NDArray[np.floating]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return all pairs of intervals that overlap, each once, as two arrays of indices.

    >>> first, second = crossing(np.array([0.0, 5.0, 1.0]), np.array([2.0, 6.0, 3.0]))
    >>> first.tolist(), second.tolist()
    ([0], [2])
    """
    order = np.argsort(low, kind="stable")
    behind = np.searchsorted(low[order], high[order], side="left")
    count = np.maximum(behind - np.arange(len(order)) - 1, 0)
    first = np.repeat(np.arange(len(order)), count)
    second = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + first + 1
    return order[first], order[second]
