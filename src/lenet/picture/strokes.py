"""Pieces of ink: which of them are strokes, and which strokes belong together."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.picture.boxes import Box, around
from lenet.picture.pieces import pieces_of

MOST = 2_000  # pieces that are looked at, the largest ones; more than that is no writing
PAIRS = 2_000  # of pieces whose distance is measured; more than that is no writing
DUST = 100  # pieces; so many of them, and most of the ink specks, are noise
SPECK = 0.006  # of the longer edge of the picture; what is smaller is dust or noise
WRITING = 4  # pieces wholly inside the picture
BAND = 0.08  # of the shorter edge: how deep the dark border of a scan may be


@dataclass(frozen=True, eq=False)
class Strokes:
    """Connected pieces of ink.

    Attributes
    ----------
    labels : ndarray of int32, (h, w)
        Which piece a pixel is of; 0 = paper, and pieces that are left out.
    ids : ndarray of int, (n,)
        Their labels.
    boxes : ndarray of int, (n, 4)
        x, y, width, height.
    area : ndarray of int, (n,)
        Pixels.
    """

    labels: NDArray[np.int32]
    ids: NDArray[np.intp]
    boxes: NDArray[np.intp]
    area: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, chosen: NDArray[np.generic] | slice) -> "Strokes":
        return Strokes(self.labels, self.ids[chosen], self.boxes[chosen], self.area[chosen])

    @property
    def longer(self) -> NDArray[np.intp]:
        """Longer side of each, (n,)."""
        return np.asarray(self.boxes[:, 2:].max(1))

    def size(self) -> float:
        """Return the size of the digits: the median of the longer sides, by ink."""
        longer = self.longer
        order = np.argsort(longer)
        weight = np.cumsum((self.area * longer)[order])
        return float(longer[order][np.searchsorted(weight, weight[-1] / 2)])

    def mask(self, members: NDArray[np.intp]) -> tuple[Box, NDArray[np.uint8]]:
        """Return the box around pieces, and 1 in it where their ink is."""
        box = around(self.boxes[members])
        x, y, w, h = box
        part = self.labels[y : y + h, x : x + w]
        if len(members) == 1:
            return box, (part == self.ids[members[0]]).view(np.uint8)
        return box, np.isin(part, self.ids[members]).view(np.uint8)


def find_strokes(mask: NDArray[np.uint8]) -> Strokes:
    """Return the pieces of ink of a mask ``(h, w)``, without dust; none if most ink is dust."""
    labels, stats = pieces_of(mask)
    boxes, area = stats[1:, :4].astype(np.intp), stats[1:, 4].astype(np.intp)
    strokes = Strokes(labels, np.arange(1, len(stats)), boxes, area)
    if len(strokes) > 1:
        longer = strokes.longer
        if len(strokes) > DUST and 2 * area[longer <= 4].sum() > area.sum():
            return strokes[:0]
        strokes = strokes[longer >= max(2, SPECK * max(mask.shape))]
    if len(strokes) > MOST:
        strokes = strokes[np.sort(np.argsort(-strokes.longer)[:MOST])]
    return strokes


def at_the_edges(strokes: Strokes) -> NDArray[np.bool_]:
    """Return which pieces the edges of the picture cut, (n,)."""
    h, w = strokes.labels.shape
    x, y, width, height = strokes.boxes.T
    return np.asarray((x == 0) | (y == 0) | (x + width == w) | (y + height == h))


def without_borders(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a mask without the dark borders that a scan or the table under a sheet leaves.

    A border is ink that goes on along an edge for long, to about the same depth. Where there is
    much writing besides, a shorter one counts too, so that it takes no digit with it.
    """
    if not (mask[0].any() or mask[-1].any() or mask[:, 0].any() or mask[:, -1].any()):
        return mask
    rest = mask.copy()
    writing = find_strokes(mask)
    inner = ~at_the_edges(writing) & (writing.longer > 0.02 * max(mask.shape))
    long = 0.3 if np.count_nonzero(inner) >= WRITING else 0.9
    for side in (rest, rest[::-1], rest.T, rest.T[::-1]):
        length = side.shape[1]
        deepest = round(0.15 * side.shape[0])
        if deepest == 0:
            continue
        strip = np.ascontiguousarray(side[: 2 * deepest])
        closing = np.ones((1 + len(rest) // 100, 1 + length // 100), np.uint8)  # it may be speckled
        strip = np.asarray(cv2.morphologyEx(strip, cv2.MORPH_CLOSE, closing), np.uint8)
        depth = np.where(strip.all(0), 2 * deepest, strip.argmin(0))
        there = np.convolve(depth > 0, np.ones(9), "same") > 0
        if there.mean() < long:
            continue
        window = max(3, length // 12 | 1)
        near = np.lib.stride_tricks.sliding_window_view(np.pad(depth, window // 2, "edge"), window)
        usual = np.median(near, 1)
        limit = np.where(usual <= deepest, np.minimum(depth, 1.5 * usual + 3), 0)
        side[: 2 * deepest][np.arange(2 * deepest)[:, None] < limit] = 0
    return rest


def borders(strokes: Strokes) -> NDArray[np.bool_]:
    """Return which pieces are a dark border of the picture: long, and nearly all at its edges.

    Beside writing so is a slice at an edge that is too narrow for a digit.
    """
    h, w = strokes.labels.shape
    cut = at_the_edges(strokes)
    if np.count_nonzero(~cut) >= WRITING:
        size = strokes[~cut].size()
        x, y, width, height = strokes.boxes.T
        beside, above = (x == 0) | (x + width == w), (y == 0) | (y + height == h)
        slices = (beside & (width < 0.4 * size)) | (above & (height < 0.4 * size))
    else:
        slices = np.zeros_like(cut)
    long = (strokes.boxes[:, 2] >= 0.4 * w) | (strokes.boxes[:, 3] >= 0.4 * h)
    found = cut & long
    if not found.any():
        return np.asarray(slices)
    depth = max(1, round(BAND * min(h, w)))
    inner = strokes.labels[depth : h - depth, depth : w - depth]
    inside = np.bincount(inner.ravel(), minlength=int(strokes.ids.max()) + 1)[strokes.ids]
    return np.asarray(slices | (found & (inside < 0.2 * strokes.area)))


def together(strokes: Strokes, size: float) -> list[NDArray[np.intp]]:
    """Return the groups of pieces that surely are of one digit each.

    `size` is how long digits are. A piece lies within another's box, close above or below it, or
    is a small part close by: the bar of a 5, the lower half of a broken 8, the crumbs of a pencil.
    """
    n = len(strokes)
    group = np.arange(n)
    if n == 1:
        return [group]
    x, y, w, h = strokes.boxes.T
    right, bottom = x + w, y + h
    beside = np.minimum(right[:, None], right) - np.maximum(x[:, None], x)  # < 0: a gap
    above = np.minimum(bottom[:, None], bottom) - np.maximum(y[:, None], y)
    longer = strokes.longer
    smaller, larger = np.minimum(longer[:, None], longer), np.maximum(longer[:, None], longer)
    high = np.maximum(bottom[:, None], bottom) - np.minimum(y[:, None], y)
    higher = np.maximum(h[:, None], h)
    covered = beside / np.minimum(w[:, None], w)
    covered_high = above / np.minimum(h[:, None], h)
    fits = (high <= 1.35 * higher) | (high <= 1.15 * size)
    small = smaller < 0.5 * larger
    inside = (covered > 0.8) & (covered_high > 0.8)
    stacked = (covered >= 0.6) & (above <= 0) & (-above <= 0.2 * larger) & fits
    halves = (covered >= 0.6) & (above <= 0) & (-above <= 0.08 * larger) & (high <= 2.1 * higher)
    halves &= high <= 1.3 * size if n > 4 else high <= 2.2 * size
    near = small & fits & (-beside <= 0.2 * larger) & (-above <= 0.2 * larger)
    joined = np.triu(inside | stacked | halves | near, 1)
    outlines: dict[int, NDArray[np.int32]] = {}
    for i, j in np.argwhere(joined)[:PAIRS].tolist():
        for k in (i, j):
            if k not in outlines:
                outlines[k] = outline(*strokes.mask(np.array([k])))
        sure = inside[i, j] and smaller[i, j] < 0.6 * larger[i, j]
        if sure or distance(outlines[i], outlines[j]) <= 0.2 * larger[i, j]:
            group[group == group[j]] = group[i]
    return [np.flatnonzero(group == g) for g in np.unique(group)]


def outline(box: Box, mask: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Return points on the outline of the ink in a box, x and y, at most some 100."""
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE, offset=box[:2])
    points = np.concatenate(contours)[:, 0]
    return np.asarray(points[:: 1 + len(points) // 100])


def distance(a: NDArray[np.int32], b: NDArray[np.int32]) -> float:
    """Return the least distance between points ``(n, 2)`` and ``(m, 2)``."""
    apart = a[:, None].astype(np.float32) - b
    return float(np.sqrt((apart**2).sum(2).min()))
