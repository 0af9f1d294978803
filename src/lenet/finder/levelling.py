"""How the rows of a page run: slanted, askew or slightly bent, and boxes with all that taken out.

Which slant most near pairs of digits agree on comes first. A smooth surface is then fitted to
pairs ever wider apart, so that a row is followed even across a sheet seen askew, whose rows fan
out.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lenet.finder.candidates import crossing

STEEPEST = 46  # degrees that rows may be slanted; beyond it a page lies on its side
DOUBTFUL = 15  # degrees: in a sparse grid more digits may agree on its diagonals than on its rows
NEIGHBOURS = 3.0  # heights of a digit: pairs within it tell how rows are slanted
LEVEL = 0.25  # heights: how far digits of a row are above and below its line
UNSLANTED = 1.3  # a slant needs so many times the votes of level rows, and one vote more
REFINED = 3  # times the slant is refined; a fourth changes nothing
FEWEST = 4  # digits that make a slant plausible: of three, one is easily out of line
ALIKE = 0.6  # of the height: only digits about as high tell how rows run
# Of the first 100 sparse sudokus of `tests/test_finder_order.py`, 31 are read in order by their
# slant alone, 93 with the surface.
REACHES = 4.0, 6.0, 9.0, 13.5, 20.0, 30.0, 45.0  # heights between the digits of a pair, in steps
STEPS = 2  # of the fit, for each reach
TOLERANCE = 0.2  # heights: by how much a digit may be off the line of another
RIDGE = 1.0  # votes for a level page: what a few digits say of its bend is chance
MOST_PAIRS = 100_000  # of a page; of more than 300 digits not all are paired with all others


@dataclass(frozen=True, eq=False)
class Level:
    """Boxes, seen so that rows run across.

    Attributes
    ----------
    x, y : ndarray of float64, (n,)
        Centres.
    w, h : ndarray of float64, (n,)
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    w: NDArray[np.float64]
    h: NDArray[np.float64]

    @classmethod
    def of(cls, boxes: NDArray[np.floating | np.integer]) -> "Level":
        """Return boxes ``(n, 4)``, x, y, width and height, as they are."""
        x, y, w, h = np.asarray(boxes, np.float64).T
        return cls(x + w / 2, y + h / 2, w, h)

    @property
    def across(self) -> "Level":
        """The same with columns for rows; heights stay, since they are what distances count in."""
        return Level(self.y, self.x, self.w, self.h)


@dataclass(frozen=True, eq=False)
class Levelling:
    """Takes out of a page how its rows run.

    Attributes
    ----------
    slant : float
        Radians by which rows fall to the right.
    middle : tuple of float
        Of the digits, once the page is turned by `slant`; x and y.
    unit : float
        Their height; lengths are counted in it.
    span : float
        How far the outermost are from the middle, in units.
    bend : ndarray of float64, (3,)
        What is left, by `_terms`: a slope, a curve and a fan.
    """

    slant: float
    middle: tuple[float, float]
    unit: float
    span: float
    bend: NDArray[np.float64]

    def __call__(self, level: Level) -> Level:
        """Return boxes with level rows."""
        turned = _turned(level, self.slant)
        x, y = ((v - m) / self.unit for v, m in zip((turned.x, turned.y), self.middle, strict=True))
        down = _terms(x, y, self.span) @ self.bend * self.unit
        return Level(turned.x, turned.y - down, turned.w, turned.h)


def levellings(level: Level, steepest: int = STEEPEST) -> list[Levelling]:
    """Return how the rows of digits may run: as most of them agree, and, if that is steep, flatter.

    Parameters
    ----------
    level : Level
        Digits as they stand on the page.
    steepest : int
        Degrees by which rows may be slanted.
    """
    slants = [_slant(level, steepest)]
    if abs(slants[0]) > math.radians(DOUBTFUL):
        slants.append(_slant(level, DOUBTFUL))
    return [_fitted(level, slant) for slant in slants]


def _turned(level: Level, slant: float) -> Level:
    cos, sin = math.cos(slant), math.sin(slant)
    x, y = level.x, level.y
    return Level(x * cos + y * sin, y * cos - x * sin, level.w, level.h)


def _slant(level: Level, steepest: int) -> float:
    """Return how much rows fall to the right, in radians: the angle at which most pairs agree."""
    x, y, height = level.x, level.y, level.h
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
        return np.exp(-((distance * np.sin(angle - turn) / LEVEL) ** 2))

    votes = np.array([(agreeing(turn) / distance).sum() for turn in turns])
    slanted = votes.max() > UNSLANTED * votes[steepest] + 1
    slant = float(turns[votes.argmax()]) if slanted else 0.0
    for _ in range(REFINED):
        weight = agreeing(slant) * distance
        slant += float((weight * np.sin(angle - slant)).sum() / (weight.sum() + 1))
    return slant


def _fitted(level: Level, slant: float) -> Levelling:
    """Return the levelling of a slant and of the surface that pairs of digits then agree on."""
    turned = _turned(level, slant)
    unit = float(np.median(level.h))
    middle = float(turned.x.mean()), float(turned.y.mean())
    x, y, height = (turned.x - middle[0]) / unit, (turned.y - middle[1]) / unit, level.h / unit
    span = max(1.0, float(np.abs(x).max()), float(np.abs(y).max()))
    bend = np.zeros(3)
    if len(x) < FEWEST:
        return Levelling(slant, middle, unit, span, bend)
    every = np.arange(len(x))
    some = every[:: max(1, len(x) ** 2 // MOST_PAIRS)]
    first, second = np.repeat(some, len(every)), np.tile(every, len(some))
    higher = np.maximum(height[first], height[second])
    distance = np.hypot(x[second] - x[first], y[second] - y[first]) / higher
    good = (first < second) & (distance > 0.3) & (distance < REACHES[-1])
    good &= np.minimum(height[first], height[second]) > ALIKE * higher
    first, second, distance, higher = first[good], second[good], distance[good], higher[good]
    closeness = 1 / np.maximum(distance, 1)
    terms = _terms(x, y, span)
    step, down = terms[second] - terms[first], y[second] - y[first]
    for reach in REACHES:
        near = distance < reach
        own, fall, unlike = step[near], down[near], higher[near]
        for _ in range(STEPS):
            off = (fall - own @ bend) / (TOLERANCE * unlike)
            weighted = own * (np.exp(-(off**2)) * closeness[near])[:, None]
            agreed = np.linalg.solve(weighted.T @ own + RIDGE * np.eye(3), weighted.T @ fall)
            bend = np.asarray(agreed, np.float64)
    return Levelling(slant, middle, unit, span, bend)


def _terms(x: NDArray[np.float64], y: NDArray[np.float64], span: float) -> NDArray[np.float64]:
    """Return how a row falls at each place: evenly, curved, and fanned out from the others."""
    return np.stack([x, x * x / span, x * y / span], 1)
