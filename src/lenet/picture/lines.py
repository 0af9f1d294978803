"""Find the lines that no hand wrote - ruling, squares, tables, boxes - and take them away."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.picture.boxes import Box, around
from lenet.picture.pieces import pieces_of
from lenet.picture.straight import Line, straight_lines

SHORTEST = 0.25  # of the longer edge; a shorter line may be a stroke
THIN = 0.006  # of the longer edge: printed lines are no thicker
THIN_RUN = 0.06  # of the longer edge: thin ink that goes on straight for so long
LONGER = 2.5  # times as long as the strokes beside it: then it is no stroke


def without_thin_lines(mask: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], list[Box]]:
    """Return `mask`, (h, w), without boxes and tables in it, and where their sides are.

    They are printed thinner than one writes: at least two thin runs of ink that are level, and two
    upright ones.
    """
    longest = max(mask.shape)
    x, y, w, h = cv2.boundingRect(mask)
    left, top = max(0, x - 2), max(0, y - 2)  # paper around it, where there is some
    place = np.s_[top : y + h + 2, left : x + w + 2]
    ink = np.ascontiguousarray(mask[place])
    distance = np.asarray(cv2.distanceTransform(_framed_by_paper(ink), cv2.DIST_L2, 3))
    inside = distance[distance > 0]
    if inside.size == 0:
        return mask, []
    pen = 2 * float(np.percentile(inside, 90)) - 1
    brush = min(round(0.6 * pen), max(2, round(THIN * longest)))
    if brush < 2:
        return mask, []
    square = np.ones((brush, brush), np.uint8)
    thick = np.asarray(cv2.morphologyEx(ink, cv2.MORPH_OPEN, square), np.uint8)
    strokes = np.asarray(cv2.dilate(thick, np.ones((3, 3), np.uint8)), np.uint8)
    wider = np.asarray(cv2.dilate(ink, np.ones((3, 3), np.uint8)), np.uint8)
    length = max(9, round(THIN_RUN * longest))
    shortest = 0.6 * length
    rest, boxes = ink.copy(), []
    for side, shape in ((2, (1, length)), (3, (length, 1))):
        opened = cv2.morphologyEx(wider, cv2.MORPH_OPEN, np.ones(shape, np.uint8))
        runs = np.asarray(opened, np.uint8) & ink & ~strokes
        if cv2.countNonZero(runs) < 2 * shortest:
            return mask, []
        labels, stats = pieces_of(runs)
        long = stats[:, side] >= shortest
        long[0] = False
        if np.count_nonzero(long) < 2:
            return mask, []
        rest &= ~long.view(np.uint8)[labels]
        boxes += [(left + x, top + y, w, h) for x, y, w, h in stats[long, :4].tolist()]
    # What is left of them are crumbs without any stroke of the pen.
    pieces, stats = pieces_of(rest)
    written = np.zeros(len(stats), np.uint8)
    written[pieces[(strokes & rest) > 0]] = 1
    written[0] = 0
    # The sides of boxes are higher than what is in them; stems of digits are not.
    writing = stats[written > 0]
    if len(writing) and sorted(h for _, _, _, h in boxes)[-2] < _size(writing):
        return mask, []
    cleaned = np.zeros_like(mask)
    cleaned[place] = written[pieces]
    return cleaned, boxes


def _framed_by_paper(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT), np.uint8)


def without_lines(mask: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], list[Line]]:
    """Return `mask`, (h, w), without the lines in it, and these.

    What makes a line of a straight stroke is what else is there: others beside it that are much
    longer than the writing too, or go from edge to edge of the picture; three more that make a
    frame with it around all the rest; or nothing, when it is too long for a stroke.
    """
    lines = straight_lines(mask, SHORTEST)
    if not lines:
        return mask, []
    rest = erased(mask, lines)
    pieces = _pieces(rest, 4 * max(line.thickness for line in lines))
    if len(pieces) and _framed(lines, pieces):
        kept = lines
    else:
        size = _writing(mask, lines)
        # Where all of it stands on lines, what these leave of it tells.
        left = _size(pieces) if len(pieces) > 2 else math.inf
        many = sum(line.across for line in lines) > 1
        table = sum(line.length > LONGER * size for line in lines) > 2
        kept = [
            line
            for line in lines
            if (line.length > LONGER * size and (table or _apart(line, mask)))
            or (line.across and (many or (len(pieces) > 0 and _apart(line, mask))))
            or (line.across and line.length > LONGER * left)
        ]
    if len(kept) > 1:  # tables, squares and boxes have shorter ones too
        rest = erased(mask, kept)
        size = _writing(mask, kept)
        shorter = straight_lines(rest, 0.2 * SHORTEST)
        kept += [ln for ln in shorter if ln.length > LONGER * size or _between(ln, kept, mask)]
    return (erased(mask, kept) if kept else mask), kept


def _writing(mask: NDArray[np.uint8], lines: list[Line]) -> float:
    """Return the size of the writing that touches no line; infinite if there is hardly any."""
    labels, stats = pieces_of(mask)
    lined = np.zeros(len(stats), bool)
    lined[
        np.unique(np.concatenate([labels[line.pixels[:, 1], line.pixels[:, 0]] for line in lines]))
    ] = True
    ink = stats[lined, 4][1:].sum()
    large = stats[:, 2:4].max(1) >= max(4, 0.02 * max(mask.shape))
    free = stats[~lined & large]
    if not len(free) or free[:, 4].sum() < 0.15 * ink:
        return math.inf
    return _size(free)


def _between(line: Line, others: list[Line], mask: NDArray[np.uint8]) -> bool:
    """Whether `line` goes from one of `others` to another, and is as thin."""
    if line.thickness > 1.5 * max(other.thickness for other in others) + 1:
        return False
    near = np.zeros(mask.shape, np.uint8)
    for other in others:
        near[other.pixels[:, 1], other.pixels[:, 0]] = 1
    near = np.asarray(cv2.dilate(near, np.ones((11, 11), np.uint8)), np.uint8)
    way = np.array([line.box[2], line.box[3]]) > max(line.box[2:]) / 2
    along = line.pixels @ way.astype(int)
    ends = line.pixels[[along.argmin(), along.argmax()]]
    return bool(near[ends[:, 1], ends[:, 0]].all())


def erased(mask: NDArray[np.uint8], lines: list[Line]) -> NDArray[np.uint8]:
    """Return `mask` without lines, and without crumbs of them that lie along them."""
    if not lines:
        return mask
    band = np.zeros(mask.shape, np.uint8)
    for line in lines:
        band[line.pixels[:, 1], line.pixels[:, 0]] = 1
    rest = mask & ~band
    thickest = max(line.thickness for line in lines)
    around_it = 2 * round(2.5 * thickest) + 3
    band = np.asarray(cv2.dilate(band, np.ones((around_it, around_it), np.uint8)), np.uint8)
    labels, stats = pieces_of(rest)
    beside = np.bincount(labels[band > 0], minlength=len(stats))
    crumb = (beside > 0.8 * stats[:, 4]) & (stats[:, 2:4].min(1) <= 2 * thickest + 1)
    crumb[0] = True
    return np.asarray((~crumb).view(np.uint8)[labels], np.uint8)


def _pieces(mask: NDArray[np.uint8], least: float) -> NDArray[np.int32]:
    """Return x, y, width, height, area of the pieces of ink that are no crumbs of lines, (n, 5)."""
    stats = pieces_of(mask)[1][1:]
    return np.asarray(stats[stats[:, 2:4].max(1) >= max(4, 0.02 * max(mask.shape), least)])


def _size(pieces: NDArray[np.int32]) -> float:
    """Return how long strokes are: the median of pieces, by their area."""
    longer, area = pieces[:, 2:4].max(1), pieces[:, 4]
    order = np.argsort(longer)
    return float(longer[order][np.searchsorted(np.cumsum(area[order]), area.sum() / 2)])


def _framed(lines: list[Line], pieces: NDArray[np.int32]) -> bool:
    """Whether four lines or more, two by two about at right angles, enclose nearly all pieces.

    The pieces lie around its middle, as a digit in a box does, not in a corner of a round 0.
    """
    boxes = np.array([line.box for line in lines])
    level = boxes[:, 2] > boxes[:, 3]
    if min(level.sum(), (~level).sum()) < 2:
        return False
    x, y, w, h = around(boxes)
    if np.ptp(boxes[level, 1]) < 0.8 * h or np.ptp(boxes[~level, 0]) < 0.8 * w:
        return False
    inner = around(pieces)
    centred = (
        inner[0] < x + w / 2 < inner[0] + inner[2] and inner[1] < y + h / 2 < inner[1] + inner[3]
    )
    left, top, width, height, area = pieces.T
    inside = (left > x) & (top > y) & (left + width < x + w) & (top + height < y + h)
    return centred and bool(area[inside].sum() > 0.9 * area.sum())


def _apart(line: Line, mask: NDArray[np.uint8]) -> bool:
    """Whether hardly any ink touches `line`."""
    x, y = line.pixels.T
    near = np.zeros(mask.shape, np.uint8)
    near[y, x] = 1
    ring = np.asarray(cv2.dilate(near, np.ones((5, 5), np.uint8)), np.uint8) - near
    return int((ring & mask).sum()) < 0.02 * int(ring.sum())
