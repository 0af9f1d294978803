"""The order in which digits are read: rows, numbers in them, and the text that they make.

Slant, perspective and bend are removed first (`lenet.finder.dewarping`). Each digit is linked to
its right neighbour, the closest links first. Chains of digits are then linked where they turn into
each other, as on an arc, and across wider gaps, along the slope that each chain has at its end: the
rows of a table are read across its columns.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lenet.finder.candidates import crossing
from lenet.finder.dewarping import ALIKE, FEWEST, Centred, Dewarp, dewarp, dewarps

SHEAR = 15  # degrees at most by which columns of a grid lean, seen askew
WIDTH = 0.6  # of the height of a digit: its usual width
REACH = 1.6  # heights between digits that are linked at once: what is wider apart needs a slope
OVERLAP = 0.3  # of the lower one of two digits in a row, as of an exponent and its base
ROW = 0.4  # heights: how far a chain may miss another one that it is linked to
AT_ONCE = 64  # chains compared with all others: a page has up to 5,000, and 25 million pairs
BEND, TURN = 50, 30  # degrees at most: of a step on an arc, and between one step and the next
UNEVEN = 2.5  # times the usual turn; a level row with a digit above its end turns only there
STIFFNESS = 3.0  # heights: chains shorter than it have the slope of the page
APART = 0.45, 1.0  # heights: a narrower gap never parts numbers, a wider one always does
WIDER = 2.0  # times the usual gap of a row: gaps between numbers are
CELL = 0.6  # heights: centres in one row of a grid differ less, those of two rows more
EMPTY = 8  # rows of a grid that may be empty one after the other, as in a sudoku
CORE = 0.6  # of a row's height, in its middle: rows whose cores overlap stand side by side
SIMILAR = 0.8  # of the widest gap: others as wide part bands at the same time
GUTTER = 2.0  # heights between columns that are read one after the other, if no row crosses it

Number = tuple[int, ...]
Row = tuple[Number, ...]


def rows(
    boxes: NDArray[np.floating | np.integer],
    others: NDArray[np.floating | np.integer] | None = None,
) -> tuple[Row, ...]:
    """Return the rows of a page in reading order, each as its numbers.

    Parameters
    ----------
    boxes : ndarray, (n, 4)
        x, y, width, height of digits.
    others : ndarray, (m, 4), optional
        The same of other characters: they part numbers.

    Returns
    -------
    tuple of tuple of tuple of int
        Indices of boxes by row and number.

    Examples
    --------
    >>> rows(np.array([[40, 0, 10, 20], [0, 1, 10, 20], [12, 0, 10, 20], [3, 40, 10, 20]]))
    (((1, 2), (0,)), ((3,),))
    """
    if len(boxes) < 2:
        return (((0,),),) * len(boxes)
    removed, level, chains = _dewarped(Centred.of(boxes))
    signs = removed(Centred.of(np.empty((0, 4)) if others is None else others))
    return tuple(_numbers(chain, level, signs) for chain in _ordered(chains, level))


def text(rows: Sequence[Row], characters: Sequence[str]) -> str:
    r"""Return the characters by rows: numbers parted by a space, rows by a newline.

    >>> text((((0, 1), (2,)), ((3,),)), "1237")
    '12 3\n7'
    """
    return "\n".join(
        " ".join("".join(characters[index] for index in number) for number in row) for row in rows
    )


def grid(boxes: NDArray[np.floating | np.integer]) -> tuple[Row, ...]:
    """Return the cells of a grid row by row, as of a sudoku; an empty cell is an empty number.

    Rows and columns at the edge that are empty cannot be known of.

    Parameters
    ----------
    boxes : ndarray, (n, 4)
        x, y, width, height of digits.

    Examples
    --------
    >>> grid(np.array([[0, 0, 10, 20], [80, 0, 10, 20], [40, 40, 10, 20], [52, 40, 10, 20]]))
    (((0,), (), (1,)), ((), (2, 3), ()))
    """
    if len(boxes) < 2:
        return (((0,),),) * len(boxes)
    _, level, _ = _dewarped(Centred.of(boxes))
    column = dewarp(level.transposed, SHEAR)(level.transposed).y
    nothing = Centred.of(np.empty((0, 4)))
    cells = [cell for chain in _linked(level) for cell in _numbers(chain, level, nothing, APART[0])]
    x, y = (np.array([values[list(cell)].mean() for cell in cells]) for values in (column, level.y))
    height = float(np.median(level.h))
    i, j = _steps(y, height), _steps(x, height)
    table: list[list[Number]] = [[()] * (int(j.max()) + 1) for _ in range(int(i.max()) + 1)]
    for index in np.argsort(x, kind="stable").tolist():
        table[i[index]][j[index]] += cells[index]
    return tuple(map(tuple, table))


def grid_text(cells: Sequence[Row], characters: Sequence[str]) -> str:
    r"""Return a grid as text, ``.`` for an empty cell.

    >>> grid_text((((0,), (), (1,)), ((), (2,), ())), "123")
    '1.2\n.3.'
    >>> grid_text((((0, 1), ()),), "123")
    '12 .'
    """
    space = " " if any(len(cell) > 1 for row in cells for cell in row) else ""
    return "\n".join(
        space.join("".join(characters[index] for index in cell) or "." for cell in row)
        for row in cells
    )


def _steps(values: NDArray[np.float64], height: float) -> NDArray[np.intp]:
    """Return which row of a grid each value is in, float64 (n,); empty ones are counted."""
    order = np.argsort(values, kind="stable")
    number = np.concatenate([[0], np.cumsum(np.diff(values[order]) > CELL * height)])
    if number[-1] == 0:
        return np.zeros(len(values), np.intp)
    centres = np.bincount(number, values[order]) / np.bincount(number)
    away = np.diff(centres)
    pitch = np.median(away[away < 1.5 * away.min()])
    place = np.concatenate([[0], np.cumsum(np.clip(np.rint(away / pitch), 1, EMPTY + 1))])
    steps = np.empty(len(values), np.intp)
    steps[order] = place[number]
    return steps


def _dewarped(digits: Centred) -> tuple[Dewarp, Centred, list[list[int]]]:
    """Return how the rows of a page run, its digits with that removed, and chains of them.

    Of the ways that rows may run, the first that makes the fewest of them is taken.
    """
    ways = []
    for way in dewarps(digits):
        level = way(digits)
        ways.append((way, level, _joined(_bent(_linked(level), level), level)))
        if len(ways[-1][2]) == 1:
            break
    return min(ways, key=lambda way: len(way[2]))


def _matched(
    first: NDArray[np.intp], second: NDArray[np.intp], costs: NDArray[np.float64], count: int
) -> list[list[int]]:
    """Return chains of 0..count-1: pairs are linked, the cheapest first, while both are free."""
    after, before = [-1] * count, [-1] * count
    for index in np.argsort(costs, kind="stable").tolist():
        a, b = int(first[index]), int(second[index])
        if after[a] < 0 and before[b] < 0:
            after[a], before[b] = b, a
    chains = []
    for start in range(count):
        if before[start] < 0:
            chain = [start]
            while after[chain[-1]] >= 0:
                chain.append(after[chain[-1]])
            chains.append(chain)
    return chains


def _linked(level: Centred) -> list[list[int]]:
    """Return chains of digits that stand close together."""
    x, y, w, h = level.x, level.y, level.w, level.h
    first, second = crossing(x - w / 2, x + w / 2 + REACH * h)
    across, down = x[second] - x[first], np.abs(y[second] - y[first])
    lower, higher = np.minimum(h[first], h[second]), np.maximum(h[first], h[second])
    gap = np.maximum(0, across - (w[first] + w[second]) / 2)
    good = (across > 0.2 * lower) & (gap < REACH * lower)
    good &= (lower + higher) / 2 - down > OVERLAP * lower
    costs = (gap + across / 2 + down) / lower + np.log(higher / lower) / 2
    return _matched(first[good], second[good], costs[good], len(x))


def _joined(chains: list[list[int]], level: Centred) -> list[list[int]]:
    """Return chains, linked across wide gaps to those that they run into."""
    height = np.array([np.median(level.h[chain]) for chain in chains])
    starts, ends = (
        np.array(
            [_tangent(level, part, at, h) for part, at, h in zip(parts, tips, height, strict=True)]
        )
        for parts, tips in (
            ([chain[:5] for chain in chains], [chain[0] for chain in chains]),
            ([chain[-5:] for chain in chains], [chain[-1] for chain in chains]),
        )
    )
    links = []
    for at in range(0, len(chains), AT_ONCE):
        # From the ends of some chains to the start of each other one.
        end, own = ends[at : at + AT_ONCE, None], height[at : at + AT_ONCE, None]
        across = starts[:, 0] - end[..., 0]
        slope = (starts[:, 2] + end[..., 2]) / 2
        away = np.abs(starts[:, 1] - end[..., 1] - slope * across)
        lower = np.minimum(own, height)
        good = (across > 0.5 * lower) & (away < ROW * lower)
        good &= lower > 0.4 * np.maximum(own, height)
        first, second = np.nonzero(good)
        links.append((first + at, second, (across + 3 * away)[good]))
    first, second, costs = (np.concatenate(parts) for parts in zip(*links, strict=True))
    joined = _matched(first, second, costs, len(chains))
    return [[index for part in parts for index in chains[part]] for parts in joined]


def _bent(chains: list[list[int]], level: Centred) -> list[list[int]]:
    """Return chains, linked where the tips of two are nearest to each other and the row bends.

    Only rows of `FEWEST` digits are bent: of two or three, as of a fraction, any lie on an arc.
    """
    of = np.empty(len(level.x), np.intp)
    for number, chain in enumerate(chains):
        of[chain] = number
    starts, ends = (np.array([chain[tip] for chain in chains]) for tip in (0, -1))
    behind, before = _nearest(ends, of, level, 1), _nearest(starts, of, level, -1)
    first = np.flatnonzero((behind >= 0) & (starts[of[behind]] == behind))
    second = of[behind[first]]
    mutual = before[second] == ends[first]
    first, second = first[mutual], second[mutual]
    bent = []
    for numbers in _matched(first, second, np.zeros(len(first)), len(chains)):
        row = [index for number in numbers for index in chains[number]]
        if len(row) >= FEWEST and _is_arc(row, level):
            bent.append(row)
        else:
            bent += [chains[number] for number in numbers]
    return bent


def _nearest(
    tips: NDArray[np.intp], of: NDArray[np.intp], level: Centred, side: int
) -> NDArray[np.intp]:
    """Return the digit of another chain nearest to each tip, to its right or left; -1: none."""
    nearest = np.full(len(tips), -1, np.intp)
    for at in range(0, len(tips), AT_ONCE):
        some = tips[at : at + AT_ONCE]
        across, down = level.x - level.x[some, None], level.y - level.y[some, None]
        away = np.where(
            (of != of[some, None]) & (side * across > 0), np.hypot(across, down), np.inf
        )
        best = away.argmin(1)
        found = np.isfinite(away[np.arange(len(some)), best])
        nearest[at : at + AT_ONCE][found] = best[found]
    return nearest


def _is_arc(row: list[int], level: Centred) -> bool:
    """Whether digits follow each other closely, to the right, and turn evenly to one side."""
    across, down = np.diff(level.x[row]), np.diff(level.y[row])
    heights = level.h[row]
    lower, higher = np.minimum(heights[1:], heights[:-1]), np.maximum(heights[1:], heights[:-1])
    steps = np.degrees(np.arctan2(down, across))
    turns = np.diff(steps)
    usual = abs(float(turns.mean()))
    return bool(
        (np.abs(steps) < BEND).all()
        and (np.abs(turns) < min(TURN, UNEVEN * usual)).all()
        and (np.sign(turns.mean()) * turns > -usual).all()
        and (lower > ALIKE * higher).all()
        and (np.hypot(across, down) < (1 + REACH) * lower).all()
    )


def _tangent(
    level: Centred, part: list[int], tip: int, height: float
) -> tuple[float, float, float]:
    """Return x of the digit `tip`, and y and slope of the line through a part of a chain there."""
    x, y = level.x[part], level.y[part]
    middle_x, middle_y = x.mean(), y.mean()
    spread = ((x - middle_x) ** 2).sum() + (STIFFNESS * height) ** 2
    slope = ((x - middle_x) * (y - middle_y)).sum() / spread
    at = level.x[tip]
    return float(at), float(middle_y + slope * (at - middle_x)), float(slope)


def _numbers(chain: list[int], level: Centred, signs: Centred, widest: float = APART[1]) -> Row:
    """Return the numbers of a row: they are parted by other characters and by wide gaps."""
    x, y, w, h = (values[chain] for values in (level.x, level.y, level.w, level.h))
    height = np.maximum(h[1:], h[:-1])
    distance = np.hypot(np.diff(x), np.diff(y))
    # Of narrow digits the usual width counts: 1s are no further apart than others, but look so.
    gap = np.minimum(distance - (w[1:] + w[:-1]) / 2, distance - WIDTH * height) / height
    usual = float(np.sort(gap)[(len(gap) - 1) // 2]) if len(gap) else 0.0
    apart = gap > min(max(APART[0], WIDER * usual), widest)
    between = (signs.x > x[:-1, None]) & (signs.x < x[1:, None])
    off = np.abs(signs.y - (y[:-1, None] + y[1:, None]) / 2)
    apart |= (between & (off < 0.75 * height[:, None])).any(1)
    ends = [0, *(np.flatnonzero(apart) + 1).tolist(), len(chain)]
    return tuple(tuple(chain[start:end]) for start, end in pairwise(ends))


def _ordered(chains: list[list[int]], level: Centred) -> list[list[int]]:
    """Return rows from top to bottom; of columns that no row crosses, one after the other."""
    height = np.array([np.median(level.h[chain]) for chain in chains])
    middle = np.array([level.y[chain].mean() for chain in chains])
    left = np.array([(level.x[chain] - level.w[chain] / 2).min() for chain in chains])
    right = np.array([(level.x[chain] + level.w[chain] / 2).max() for chain in chains])
    top, bottom = middle - CORE / 2 * height, middle + CORE / 2 * height

    def ordered(some: NDArray[np.intp]) -> list[int]:
        if len(some) < 2:
            return list(some)
        down, bands = _bands(top[some], bottom[some])
        across, columns = _bands(left[some], right[some])
        if across > GUTTER * max(down, float(np.median(height[some]))):
            bands = columns
        elif down <= 0:
            return list(some[np.argsort(middle[some], kind="stable")])
        parts = (some[bands == band] for band in range(bands.max() + 1))
        return [index for part in parts for index in ordered(part)]

    return [chains[index] for index in ordered(np.arange(len(chains)))]


def _bands(low: NDArray[np.float64], high: NDArray[np.float64]) -> tuple[float, NDArray[np.intp]]:
    """Return the widest gap between intervals, and which of the bands that it parts each is in.

    Gaps nearly as wide part bands too, or a long page would be cut a thousand times.
    """
    order = np.argsort(low, kind="stable")
    gaps = low[order][1:] - np.maximum.accumulate(high[order])[:-1]
    widest = float(gaps.max())
    band = np.empty(len(low), np.intp)
    band[order] = np.concatenate([[0], np.cumsum(gaps >= max(SIMILAR * widest, 1e-9))])
    return widest, band
