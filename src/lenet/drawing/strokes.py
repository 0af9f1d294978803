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
    slant: float = 0.5
    stoutest: float = 0.24
    narrowest: float = 0.65
    widest: float = 1.55


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
