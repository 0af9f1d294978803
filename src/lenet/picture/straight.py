"""Find straight lines in a picture, and follow each as its ink goes."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.picture.blocks import block_tops
from lenet.picture.boxes import Box
from lenet.picture.pieces import pieces_of

EDGE = 400  # pixels along the longer edge at which lines are looked for
BENT = 0.03  # of its length, how much a line may bend: paper is not always flat
MOST = 200  # lines that are followed; more than that is no writing


@dataclass(frozen=True, eq=False)
class Line:
    """A straight line, or one that bends a little.

    Attributes
    ----------
    pixels : ndarray of int, (n, 2)
        x and y of its ink, without that of strokes which cross it.
    length, thickness : float
        In pixels.
    across : bool
        Whether it goes from one edge of the picture to another.
    """

    pixels: NDArray[np.intp]
    length: float
    thickness: float
    across: bool

    @property
    def box(self) -> Box:
        """Where it is: x, y, width, height."""
        x, y, w, h = cv2.boundingRect(self.pixels.astype(np.int32))
        return x, y, w, h

    def share(self, mask: NDArray[np.uint8]) -> float:
        """Return how much of it is ink in a mask, (h, w), 1 where there is some."""
        return float(mask[self.pixels[:, 1], self.pixels[:, 0]].mean())


def straight_lines(mask: NDArray[np.uint8], shortest: float) -> list[Line]:
    """Return the lines in `mask`, (h, w), not 0 where there is ink; no ink is in two of them.

    They are at least as long as `shortest`, a share of the longer edge.
    """
    rest = mask.copy()
    lines = []
    for ends in _segments(mask, shortest):
        line = followed(rest, *ends)
        if line:
            rest[line.pixels[:, 1], line.pixels[:, 0]] = 0
            lines.append(line)
    return lines


def _segments(mask: NDArray[np.uint8], shortest: float) -> list[tuple[float, float, float, float]]:
    """Return the ends x, y, x, y of straight thin pieces of ink, each line once."""
    step = math.ceil(max(mask.shape) / EDGE)
    small = block_tops(mask, EDGE)
    h, w = small.shape
    least = max(16.0, min(shortest * max(h, w), 0.6 * min(h, w)))
    labels, stats = pieces_of(small)
    long = stats[:, 2:4].max(1) >= least
    long[0] = False
    if not long.any():
        return []
    if not long[1:].all():
        small = long.view(np.uint8)[labels]
    thick = cv2.morphologyEx(small, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    thin = small & ~np.asarray(cv2.dilate(thick, np.ones((3, 3), np.uint8)), np.uint8)
    votes = round(0.5 * least)
    if not votes <= cv2.countNonZero(thin) <= 0.3 * thin.size:
        return []  # too little for a line, or a texture
    found = cv2.HoughLinesP(
        thin, 1, math.pi / 360, votes, minLineLength=least, maxLineGap=0.08 * max(h, w)
    )
    if found is None:
        return []
    ends = found.reshape(-1, 4).astype(float)
    order = np.argsort(-np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1]))
    chosen: list[NDArray[np.float64]] = []
    for candidate in ends[order]:
        if len(chosen) < MOST and not any(_along(candidate, other) for other in chosen):
            chosen.append(candidate)
    return [tuple(((e + 0.5) * step).tolist()) for e in chosen]


def _along(candidate: NDArray[np.float64], line: NDArray[np.float64]) -> bool:
    """Whether both ends of `candidate` lie beside `line`, within four pixels."""
    start, way = line[:2], line[2:] - line[:2]
    length = float(np.hypot(*way))
    way = way / length
    for end in (candidate[:2], candidate[2:]):
        offset = end - start
        along = float(offset @ way)
        if abs(offset[0] * way[1] - offset[1] * way[0]) > 4 or not -8 < along < length + 8:
            return False
    return True


def followed(mask: NDArray[np.uint8], x0: float, y0: float, x1: float, y1: float) -> Line | None:
    """Return the line near the ends given, as its ink goes; None if it is none."""
    h, w = mask.shape
    length, angle = math.hypot(x1 - x0, y1 - y0), math.atan2(y1 - y0, x1 - x0)
    more = round(0.15 * length)  # both ways, to find its ends
    reach = 4 + 2 * math.ceil(max(h, w) / EDGE) + round(0.01 * length)
    columns = round(length) + 2 * more
    cos, sin = math.cos(angle), math.sin(angle)
    # From the strip, in which the line lies level in the middle, to the picture.
    turn = np.array(
        [
            [cos, -sin, x0 - cos * more + sin * reach],
            [sin, cos, y0 - sin * more - cos * reach],
        ]
    )
    flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    strip = np.asarray(cv2.warpAffine(mask, turn, (columns, 2 * reach + 1), flags=flags), np.uint8)
    middle = np.full(columns, float(reach))
    for tolerance in (reach, max(3, reach // 2)):
        top, bottom, there = _runs(strip, middle, tolerance)
        if np.count_nonzero(there) < 0.85 * length:
            return None
        thickness = float(np.median((bottom - top)[there]))
        thin = there & (bottom - top <= 1.5 * thickness + 1)
        at = np.flatnonzero(thin)
        if at.size < 0.5 * length:
            return None
        bend = np.polynomial.Polynomial.fit(at, (top + bottom)[at] / 2, 2)
        middle = np.clip(bend(np.arange(columns)), 0, 2 * reach)
    chord = np.linspace(middle[more], middle[-more - 1], columns - 2 * more)
    if thickness > 0.1 * length or np.abs(middle[more:-more] - chord).max() > BENT * length:
        return None
    row = np.arange(2 * reach + 1)[:, None]
    rows, at = np.nonzero((row >= top - 1) & (row <= bottom + 1) & thin)
    x, y = turn[:, :2] @ np.stack([at, rows]) + turn[:, 2:]
    whole = np.stack([np.floor(x), np.floor(y)], 1).astype(np.intp)
    pixels = np.concatenate([whole + corner for corner in ((0, 0), (1, 0), (0, 1), (1, 1))])
    inside = (pixels >= 0).all(1) & (pixels < (w, h)).all(1)
    pixels = np.unique(pixels[inside], axis=0)
    margin = 0.03 * max(h, w)
    along = pixels @ np.array([cos, sin])
    ends = pixels[[along.argmin(), along.argmax()]]
    near = [
        {side for side, away in enumerate((x, y, w - 1 - x, h - 1 - y)) if away <= margin}
        for x, y in ends.tolist()
    ]
    across = any(one != other for one in near[0] for other in near[1])
    return Line(pixels, float(np.ptp(np.flatnonzero(thin))), thickness, across)


def _runs(
    strip: NDArray[np.uint8], middle: NDArray[np.float64], tolerance: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
    """Return first and last row of the run of ink nearest to `middle`, and whether there is one."""
    row = np.arange(len(strip))[:, None]
    away = np.where(strip > 0, np.abs(row - middle), np.inf)
    nearest = away.argmin(0)
    there = away.min(0) <= tolerance
    paper = np.where(strip == 0, row, -1)
    above = np.maximum.accumulate(paper, 0)
    paper = np.where(strip == 0, row, len(strip))
    below = np.minimum.accumulate(paper[::-1], 0)[::-1]
    column = np.arange(strip.shape[1])
    return above[nearest, column] + 1, below[nearest, column] - 1, there
