"""Strokes as smooth curves, computed for many drawings of one style at once.

A style is a function: it takes a `Sampler`, which draws one number per drawing, and gives strokes
as lists of points (x, y) in a box 1 high, y downwards. A coordinate is a number, or an array with
one number per drawing. Curves go smoothly through the points; after `CORNER` they start anew.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Coordinate = float | Floats
Point = tuple[Coordinate, Coordinate]
Stroke = Sequence[Point | None]

CORNER = None  # stands in a stroke after the point at which the curve has a corner
STEPS = 8  # pieces of line between two points of a stroke


class Sampler:
    """Draws numbers for `n` drawings at once.

    Parameters
    ----------
    chance : numpy.random.Generator
        Where chance comes from.
    n : int
        How many drawings.
    """

    def __init__(self, chance: np.random.Generator, n: int) -> None:
        self.chance = chance
        self.n = n

    def __call__(self, low: float, high: float) -> Floats:
        """Return one number for each drawing, evenly spread from `low` to `high`."""
        return self.chance.uniform(low, high, self.n)

    def normal(self, mean: float, deviation: float, low: float, high: float) -> Floats:
        """Return one normal number for each drawing, clipped to `low`..`high`."""
        return np.clip(self.chance.normal(mean, deviation, self.n), low, high)

    def sign(self, share: float = 0.5) -> Floats:
        """Return -1 or 1 for each drawing, 1 for about `share` of them."""
        return np.where(self.chance.random(self.n) < share, 1.0, -1.0)


@dataclass(frozen=True)
class Style:
    """One way to draw a digit or a sign.

    Attributes
    ----------
    name : str
        What it looks like.
    weight : float
        How often it is drawn, against the others of its digit.
    draw : callable
        Takes a `Sampler`, gives the strokes.
    slant : float
        How much slant it bears before it looks like something else: tangent of the angle.
    stoutest : float
        The thickest pen it bears, as a share of its longer side.
    narrowest, widest : float
        How much it may be pressed and stretched sideways.
    """

    name: str
    weight: float
    draw: Callable[[Sampler], list[Stroke]]
    slant: float
    stoutest: float
    narrowest: float
    widest: float


def style(
    name: str,
    weight: float,
    slant: float = 0.5,
    stoutest: float = 0.24,
    narrowest: float = 0.65,
    widest: float = 1.55,
) -> Callable[[Callable[[Sampler], list[Stroke]]], Style]:
    """Turn the function that draws a style into a `Style`; a decorator."""
    return lambda draw: Style(name, weight, draw, slant, stoutest, narrowest, widest)


def arc(
    centre: Point, radius: Point, start: Coordinate, end: Coordinate, points: int
) -> list[Point]:
    """Return points on an ellipse from angle `start` to `end`.

    Angles are in turns, 0 at the right, 0.25 at the bottom: clockwise on paper.
    """
    (x, y), (wide, high) = centre, radius
    angles = [2 * np.pi * (start + (end - start) * i / (points - 1)) for i in range(points)]
    return [(x + wide * np.cos(angle), y + high * np.sin(angle)) for angle in angles]


def curves(strokes: Sequence[Stroke], sampler: Sampler, unsteady: Floats) -> list[Floats]:
    """Return the strokes as lines of many points.

    Parameters
    ----------
    strokes : sequence of Stroke
        What a style gave.
    sampler : Sampler
        Of the same number n of drawings.
    unsteady : float64 array (n,)
        How far the points stray from their places, as a standard deviation.

    Returns
    -------
    list of float64 arrays (n, m, 2)
        One for each stroke.
    """
    lines = []
    for stroke in strokes:
        places = [point for point in stroke if point is not CORNER]
        knots = np.empty((sampler.n, len(places), 2))
        for i, (x, y) in enumerate(places):
            knots[:, i, 0], knots[:, i, 1] = x, y
        knots += sampler.chance.normal(0, 1, knots.shape) * unsteady[:, None, None]
        lines.append(np.einsum("mk,nkc->nmc", _spline(_corners(stroke)), knots, optimize=True))
    return lines


def _corners(stroke: Stroke) -> tuple[bool, ...]:
    """Return, for each point of a stroke, whether a corner is there; its ends count as corners."""
    sharp: list[bool] = []
    for point in stroke:
        if point is CORNER:
            sharp[-1] = True
        else:
            sharp.append(not sharp)
    sharp[-1] = True
    return tuple(sharp)


@cache
def _spline(sharp: tuple[bool, ...]) -> Floats:
    """Return the matrix that takes points to a Catmull-Rom curve through them."""
    count = len(sharp)
    if count == 1:
        return np.ones((2, 1))
    rows = []
    t = np.linspace(0, 1, STEPS, endpoint=False)
    unit = np.eye(count)
    for i in range(count - 1):
        here, there = unit[i], unit[i + 1]
        # At a corner, as at an end, the curve leaves as a parabola: no straight piece, no swing.
        away = None if sharp[i] else (there - unit[i - 1]) / 2
        into = None if sharp[i + 1] else (unit[i + 2] - here) / 2
        if away is None:
            away = there - here if into is None else 1.5 * (there - here) - into / 2
        if into is None:
            into = there - here if sharp[i] else 1.5 * (there - here) - away / 2
        h00, h10 = 2 * t**3 - 3 * t**2 + 1, t**3 - 2 * t**2 + t
        h01, h11 = 3 * t**2 - 2 * t**3, t**3 - t**2
        rows.append(
            np.outer(h00, here) + np.outer(h10, away) + np.outer(h01, there) + np.outer(h11, into)
        )
    rows.append(unit[-1:])
    return np.concatenate(rows)


@dataclass(frozen=True)
class Hand:
    """What stays the same in all that one person writes.

    Attributes
    ----------
    slant : float
        Tangent of the angle, to the right.
    breadth : float
        1 = as in the skeletons.
    roundness : float
        0 = pointed corners, 1 = blunt ones.
    tremor : float
        As a share of a digit's height.
    """

    slant: float
    breadth: float
    roundness: float
    tremor: float

    @classmethod
    def of(cls, chance: np.random.Generator) -> "Hand":
        """Return somebody's hand."""
        slant, breadth, tremor = chance.normal((0.1, 0.05, 0), (0.15, 0.14, 0.004)).tolist()
        return cls(slant, float(np.exp(breadth)), float(chance.random()), abs(tremor))


def write(
    style: Style, n: int, chance: np.random.Generator, hand: Hand | None = None
) -> list[Floats]:
    """Draw `style` by `n` different hands, or `n` times by the same one.

    Each has its own proportions, slant, turn, breadth, unsteadiness and tremor; strokes do not
    quite meet, corners are more or less round, ends fall short or overshoot.

    Parameters
    ----------
    style : Style
        What to draw.
    n : int
        How often.
    chance : numpy.random.Generator
        Where chance comes from.
    hand : Hand, optional
        Whose writing it is; somebody else's each time by default.

    Returns
    -------
    list of float64 arrays (n, m, 2)
        One for each stroke: points (x, y), y downwards; the longer side of each drawing is 1 and
        its upper left corner at the origin.
    """
    sampler = Sampler(chance, n)
    unsteady = np.abs(chance.normal(0, 0.016, n)) + 0.003
    lines = curves(style.draw(sampler), sampler, unsteady)
    lines = _proportioned(lines, chance)
    roundness = chance.uniform(0, 1, n)
    tremor = np.abs(chance.normal(0, 0.005, n)) * np.where(chance.random(n) < 0.2, 3.0, 1)
    if hand:
        roundness, tremor = np.full(n, hand.roundness), np.full(n, hand.tremor)
    lines = [_shaken(_rounded(line, roundness), tremor, chance) for line in lines]
    for line in lines[1:]:
        line += chance.normal(0, 0.013, (n, 1, 2))  # put down again not quite where it belongs
    slant, breadth = chance.normal(0.1, 0.2, n), np.exp(chance.normal(0.05, 0.2, n))
    if hand:
        slant = chance.normal(hand.slant, 0.03, n)
        breadth = hand.breadth * np.exp(chance.normal(0, 0.05, n))
    slant = np.clip(slant, -0.5 * style.slant, style.slant)
    breadth = np.clip(breadth, style.narrowest, style.widest)
    turn = np.clip(chance.normal(0, 0.06, n), -0.15, 0.15)
    cos, sin = np.cos(turn), np.sin(turn)
    # breadth first, then slant, then turn
    matrix = np.empty((n, 2, 2))
    matrix[:, 0, 0], matrix[:, 0, 1] = breadth * cos, breadth * sin
    matrix[:, 1, 0], matrix[:, 1, 1] = -slant * cos - sin, -slant * sin + cos
    return _fitted([line @ matrix for line in lines])


def _proportioned(lines: list[Floats], chance: np.random.Generator) -> list[Floats]:
    """Return the lines with the middle raised or lowered, and head and foot of other breadths."""
    n = len(lines[0])
    power = np.exp(chance.normal(0, 0.1, (n, 1)))
    spread = chance.normal(0, 0.12, (n, 1))
    for line in lines:
        line[:, :, 1] = np.sign(line[:, :, 1]) * np.abs(line[:, :, 1]) ** power
        line[:, :, 0] *= 1 + spread * (line[:, :, 1] - 0.5)
    return lines


def _rounded(line: Floats, roundness: Floats) -> Floats:
    """Return the lines with their corners blunted, none at 0, most at 1."""
    smooth = line.copy()
    for _ in range(2):
        smooth[:, 1:-1] = (smooth[:, :-2] + 2 * smooth[:, 1:-1] + smooth[:, 2:]) / 4
    return line + roundness[:, None, None] * (smooth - line)


def _shaken(line: Floats, tremor: Floats, chance: np.random.Generator) -> Floats:
    """Return the lines with a smooth wander of `tremor`, as a standard deviation."""
    n, points, _ = line.shape
    knots = points // 5 + 2
    rough = chance.normal(0, 1, (n, knots, 2)) * tremor[:, None, None]
    place = np.linspace(0, knots - 1.001, points)
    below = place.astype(int)
    share = (place - below)[:, None]
    return np.asarray(line + rough[:, below] * (1 - share) + rough[:, below + 1] * share)


def _fitted(lines: list[Floats]) -> list[Floats]:
    """Return the drawings moved to the origin, their longer side made 1."""
    low = np.min([line.min(1) for line in lines], 0)
    high = np.max([line.max(1) for line in lines], 0)
    longer = np.maximum((high - low).max(1), 1e-6)
    return [(line - low[:, None]) / longer[:, None, None] for line in lines]
