"""Which strokes make which digit, row by row, and where that is open, all the ways."""

import math
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from lenet.picture.cutting import WIDE, Part, cut, joined, ways
from lenet.picture.found import Crop, Found, Rejected
from lenet.picture.rows import rows, sideways, slant
from lenet.picture.sheet import Sheet
from lenet.picture.strokes import PAIRS, Strokes, distance, find_strokes, outline, together

LEVEL = math.radians(6)  # a page whose rows slant more is turned before its digits are cut out
SMALLEST = 0.3  # of the usual size; what is smaller is no digit
PARTS = 4  # that may make one region
LOW = 0.5  # of the height of another; what is lower is no digit beside it
NEAR, FAR = 0.17, 0.4  # of the size: how near digits are that may be one, and parts that are low


@dataclass(frozen=True, eq=False)
class Pieces:
    """Ink that stays together: digits, parts of digits, or several digits that touch."""

    parts: list[Part]
    boxes: NDArray[np.intp]
    size: float
    small: list[Part]


def find_regions(sheet: Sheet, strokes: Strokes, *, upside_down: bool) -> Found:
    """Return the digits of a sheet in reading order, and what is too small for one.

    Digits are higher than wide, so where most are wider the picture lies on its side: then it is
    read turned to the left and to the right, and whoever has a network chooses.
    """
    if len(strokes) == 1 and not upside_down:
        x, y, w, h = strokes.boxes[0].tolist()
        if max(h, w) >= 3 and w <= WIDE * h:
            part = Part((x, y, w, h), sheet.mask[y : y + h, x : x + w])
            return Found((sheet.crop(part, 0),))
    pieces = _pieces(sheet, strokes)
    if sideways(pieces.boxes):
        left, right = (_read(turned) for turned in (sheet.quarter_turned(k) for k in (1, 3)))
        return replace(left, turned=(right,))
    falling = slant(pieces.boxes)
    if abs(falling) > LEVEL:
        sheet = sheet.levelled(falling)
        pieces, falling = _pieces(sheet, find_strokes(sheet.mask)), 0.0
    found = _found(sheet, pieces, falling)
    if upside_down:
        return replace(found, turned=(_read(sheet.quarter_turned(2)),))
    return found


def _read(sheet: Sheet) -> Found:
    pieces = _pieces(sheet, find_strokes(sheet.mask))
    return _found(sheet, pieces, slant(pieces.boxes))


def _pieces(sheet: Sheet, strokes: Strokes) -> Pieces:
    size = strokes.size()
    if size < max(5, 0.008 * max(sheet.mask.shape)):
        return Pieces([], np.empty((0, 4), np.intp), size, [])
    strokes = strokes[strokes.longer >= 0.08 * size]
    parts = [Part(*strokes.mask(members)) for members in together(strokes, size)]
    large = [part for part in parts if max(part.box[2:]) >= SMALLEST * size]
    small = [part for part in parts if 0.12 * size <= max(part.box[2:]) < SMALLEST * size]
    return Pieces(large, np.array([part.box for part in large]).reshape(-1, 4), size, small)


def _found(sheet: Sheet, pieces: Pieces, falling: float) -> Found:
    regions = _linked(pieces)
    heads = np.array(
        [max((pieces.boxes[i] for i in region), key=lambda box: box[3]) for region in regions]
    )
    crops = [
        _region(sheet, [pieces.parts[i] for i in regions[region]], number)
        for number, row in enumerate(rows(heads.reshape(-1, 4), falling))
        for region in row
    ]
    rejected = tuple(Rejected(sheet.box(part.box), "too_small") for part in pieces.small)
    return Found(tuple(crops), rejected)


def _linked(pieces: Pieces) -> list[list[int]]:
    """Return the pieces that may be strokes of one digit, from left to right, nearest ones first.

    Two are linked that are level and nearly touch, or a low one near a high one: no digit itself.
    """
    region = list(range(len(pieces.parts)))
    x, y, w, h = pieces.boxes.T
    beside = np.maximum(x[:, None], x) - np.minimum((x + w)[:, None], x + w)
    above = np.maximum(y[:, None], y) - np.minimum((y + h)[:, None], y + h)
    low, high = np.minimum(h[:, None], h), np.maximum(h[:, None], h)
    part = low < LOW * high
    wide = np.maximum((x + w)[:, None], x + w) - np.minimum(x[:, None], x)
    tall = np.maximum((y + h)[:, None], y + h) - np.minimum(y[:, None], y)
    longer = np.maximum(w, h)
    reach = np.where(part, FAR, NEAR) * np.maximum(longer[:, None], longer)
    level = above < -0.5 * low
    stacked = (beside < -0.6 * np.minimum(w[:, None], w)) & (
        tall <= (1.3 * pieces.size if len(x) > 4 else 2.2 * wide)
    )
    fits = (wide <= 1.3 * tall) & (tall <= 1.6 * np.maximum(longer[:, None], longer))
    possible = (np.maximum(beside, above) <= reach) & (((part | level) & fits) | stacked)
    links = []
    for i, j in np.argwhere(np.triu(possible, 1))[:PAIRS].tolist():
        apart = distance(*(outline(p.box, p.mask) for p in (pieces.parts[i], pieces.parts[j])))
        if apart <= reach[i, j]:
            links.append((apart, i, j))
    for _, i, j in sorted(links):
        together = [k for k in range(len(region)) if region[k] in (region[i], region[j])]
        if len(together) <= PARTS:
            for k in together:
                region[k] = min(region[i], region[j])
    found: dict[int, list[int]] = {}
    for i in np.argsort(x + w / 2).tolist():
        found.setdefault(region[i], []).append(i)
    return list(found.values())


def _region(sheet: Sheet, parts: list[Part], row: int) -> Crop:
    """Return a region as one crop, with the other ways to cut it."""
    region = joined(parts)
    whole = sheet.crop(region, row)
    _, _, w, h = parts[0].box
    if len(parts) == 1 and w <= WIDE * h:
        return whole
    left, top = (max(0, place - 1) for place in region.box[:2])
    moved = [
        replace(part, box=(part.box[0] - left, part.box[1] - top, *part.box[2:])) for part in parts
    ]
    return replace(whole, offer=partial(_alternatives, sheet.around(region.box), moved, row))


def _alternatives(sheet: Sheet, parts: list[Part], row: int) -> tuple[tuple[Crop, ...], ...]:
    """Return the ways to cut a region, but the one in which it stays whole.

    What is too low for a digit is left out of a way in which it stands alone.
    """
    pieces, whole = [], []
    for part in parts:
        x, y, w, h = part.box
        amount = sheet.ink.amount[y : y + h, x : x + w]
        cuttings = cut(part, amount) if w > WIDE * h else [part]
        pieces += cuttings
        whole += [len(cuttings) == 1] * len(cuttings)
    count = len(pieces)
    runs = {(i, j): joined(pieces[i:j]) for i in range(count) for j in range(i + 1, count + 1)}
    found = ways({run: part.box[2:] for run, part in runs.items()}, whole)
    crops = {run: sheet.crop(runs[run], row) for run in {run for way in found for run in way}}
    return tuple(tuple(crops[run] for run in way) for way in found)
