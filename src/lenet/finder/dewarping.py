"""How the rows of a page run - slanted, fanned out, slightly bent - and boxes with that removed.

A page is turned by the slant on which most near pairs of digits agree. A smooth surface is then
fitted to pairs of digits ever farther apart, so that a row is followed even across a sheet that is
seen askew. Of the first 100 sparse sudokus of `tests/test_finder_order.py`, 31 are read in order by
their slant alone, 93 with the surface.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lenet.finder.candidates import crossing

STEEPEST = 46  # degrees that rows may be slanted; beyond it a page lies on its side
DOUBTFUL = 15  # degrees: in a sparse grid more digits may agree on its diagonals than on its rows
NEIGHBOURS = 3.0  # heights of a digit: pairs within it tell how rows are slanted
OFF_LINE = 0.25  # heights: how far digits of a row are above and below its line
UNSLANTED = 1.3  # a slant needs so many times the votes of level rows, and one vote more
REFINED = 3  # times the slant is refined; a fourth changes nothing
FEWEST = 4  # digits that make a slant plausible: of three, one is easily out of line
ALIKE = 0.6  # of the height: only digits about as high tell how rows run
# Heights between the digits of a pair: each distance at most half as far again as the one before,
# so that the surface found with one leads to the next row of digits rather than to another row.
REACHES = 4.0, 6.0, 9.0, 13.5, 20.0, 30.0, 45.0
STEPS = 2  # of the fit, for each distance; a third changes nothing
TOLERANCE = 0.2  # heights: more joins columns whose rows do not meet, less loses rows askew
RIDGE = 1.0  # pairs that speak for a level page: what a few digits say of its bend is chance
MOST_PAIRS = 100_000  # of a page; of more than 316 digits only some are paired with all others


@dataclass(frozen=True, eq=False)
class Centred:
    """Boxes by their centres, in pixels.

    Attributes
    ----------
    x, y : ndarray of float64, (n,)
        Centres.
    w, h : ndarray of float64, (n,)
        Width and height, above 0.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    w: NDArray[np.float64]
    h: NDArray[np.float64]

    @classmethod
    def of(cls, boxes: NDArray[np.floating | np.integer]) -> "Centred":
        """Return boxes ``(n, 4)``, x, y, width and height."""
        x, y, w, h = np.asarray(boxes, np.float64).T
        return cls(x + w / 2, y + h / 2, w, h)

    @property
    def transposed(self) -> "Centred":
        """The same with columns for rows; heights stay, since distances are counted in them."""
        return Centred(self.y, self.x, self.w, self.h)


@dataclass(frozen=True, eq=False)
class Dewarp:
    """Removes from a page how its rows run.

    Attributes
    ----------
    slant : float
        Radians by which rows fall to the right.
    middle : tuple of float
        x and y of the digits' middle in pixels, once the page is turned by `slant`.
    unit : float
        Median height of the digits in pixels.
    span : float
        How far the outermost digits are from the middle, in units; at least 1.
    bend : ndarray of float64, (3,)
        Factors of `_terms`: what is left of the slope, a curve and a fan.
    """

    slant: float
    middle: tuple[float, float]
    unit: float
    span: float
    bend: NDArray[np.float64]

    def __call__(self, boxes: Centred) -> Centred:
        """Return boxes as they stand on the page, n of them, as they are where rows are level."""
        turned = _turned(boxes, self.slant)
        x, y = ((v - m) / self.unit for v, m in zip((turned.x, turned.y), self.middle, strict=True))
        fall = _terms(x, y, self.span) @ self.bend * self.unit
        return Centred(turned.x, turned.y - fall, turned.w, turned.h)


def dewarps(digits: Centred) -> list[Dewarp]:
    """Return how rows may run, the likeliest first.

    Slanted and bent as most digits agree; if that is steep, less steeply; slanted, but not bent;
    and level. A few digits say little about slant and bend, and could split a row of distant ones.

    Parameters
    ----------
    digits : Centred
        As they stand on the page.
    """
    first = dewarp(digits)
    doubtful = abs(first.slant) > math.radians(DOUBTFUL)
    straight = replace(first, bend=np.zeros(3))
    steep = [dewarp(digits, DOUBTFUL)] if doubtful else []
    return [first, *steep, straight, replace(straight, slant=0.0)]


def dewarp(digits: Centred, steepest: int = STEEPEST) -> Dewarp:
    """Return how the rows of digits run, if they are slanted by at most so many degrees."""
    slant = slant_of(digits, steepest)
    turned = _turned(digits, slant)
    unit = float(np.median(digits.h))
    middle = float(turned.x.mean()), float(turned.y.mean())
    x, y, height = (turned.x - middle[0]) / unit, (turned.y - middle[1]) / unit, digits.h / unit
    span = max(1.0, float(np.abs(x).max()), float(np.abs(y).max()))
    bend = np.zeros(3) if len(x) < FEWEST else _bend(x, y, height, span)
    return Dewarp(slant, middle, unit, span, bend)


def _turned(boxes: Centred, slant: float) -> Centred:
    cos, sin = math.cos(slant), math.sin(slant)
    x, y = boxes.x, boxes.y
    return Centred(x * cos + y * sin, y * cos - x * sin, boxes.w, boxes.h)


def slant_of(digits: Centred, steepest: int = STEEPEST) -> float:
    """Return how much rows fall to the right, in radians: the angle at which most pairs agree.

    At most `steepest` degrees; 0 for fewer than `FEWEST` digits, which say little.
    """
    x, y, height = digits.x, digits.y, digits.h
    if len(x) < FEWEST:
        return 0.0
    first, second = crossing(x, x + NEIGHBOURS * height)
    across, down = x[second] - x[first], y[second] - y[first]
    higher = np.maximum(height[first], height[second])
    distance = np.hypot(across, down) / higher
    near = (distance > 0.3) & (distance < NEIGHBOURS)
    near &= np.minimum(height[first], height[second]) > ALIKE * higher
    angle, distance = np.arctan2(down, across)[near], distance[near]
    turns = np.deg2rad(np.arange(-steepest, steepest + 1))

    def agreeing(turn: float) -> NDArray[np.float64]:
        return np.exp(-((distance * np.sin(angle - turn) / OFF_LINE) ** 2))

    votes = np.array([(agreeing(turn) / distance).sum() for turn in turns])
    slanted = votes.max() > UNSLANTED * votes[steepest] + 1
    slant = float(turns[votes.argmax()]) if slanted else 0.0
    for _ in range(REFINED):
        weight = agreeing(slant) * distance
        slant += float((weight * np.sin(angle - slant)).sum() / (weight.sum() + 1))
    return slant


def _bend(
    x: NDArray[np.float64], y: NDArray[np.float64], height: NDArray[np.float64], span: float
) -> NDArray[np.float64]:
    """Return the factors of `_terms` on which pairs of digits agree; lengths are in units."""
    every = np.arange(len(x))
    step = -(-(len(x) ** 2) // MOST_PAIRS)
    some = every[::step]
    first, second = np.repeat(some, len(every)), np.tile(every, len(some))
    higher = np.maximum(height[first], height[second])
    distance = np.hypot(x[second] - x[first], y[second] - y[first]) / higher
    is_pair = (distance > 0.3) & (distance < REACHES[-1])
    is_pair &= np.minimum(height[first], height[second]) > ALIKE * higher
    if step == 1:
        is_pair &= first < second  # each pair once
    first, second, distance, higher = (
        first[is_pair], second[is_pair], distance[is_pair], higher[is_pair],
    )  # fmt: skip
    terms = _terms(x, y, span)
    across, down = terms[second] - terms[first], y[second] - y[first]
    bend = np.zeros(3)
    for reach in REACHES:
        near = distance < reach
        of_near, fall, scale = across[near], down[near], TOLERANCE * higher[near]
        closeness = 1 / np.maximum(distance[near], 1)
        for _ in range(STEPS):
            agreeing = np.exp(-(((fall - of_near @ bend) / scale) ** 2))
            weighted = of_near * (agreeing * closeness)[:, None]
            bend = np.asarray(
                np.linalg.solve(weighted.T @ of_near + RIDGE * np.eye(3), weighted.T @ fall)
            )
    return bend


def _terms(x: NDArray[np.float64], y: NDArray[np.float64], span: float) -> NDArray[np.float64]:
    """Return by what a row falls at each place, (n, 3): evenly, curved, and fanned out."""
    return np.stack([x, x * x / span, x * y / span], 1)
