"""Strokes as smooth curves, and the handwriting that varies them, for many drawings at once.

A style is a function. It takes a `Sampler`, which returns one random number per drawing, and
returns strokes: lists of points (x, y) in a box of height 1, y downwards. A coordinate is a number
or an array with one number per drawing. Curves pass smoothly through the points, except at a
`CORNER`.
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

CORNER = None  # follows the point at which a stroke has a corner
STEPS = 8  # line segments between two points of a stroke


class Sampler:
    """Draws random numbers for `n` drawings at once.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    n : int
        Number of drawings.
    """

    def __init__(self, rng: np.random.Generator, n: int) -> None:
        self.rng = rng
        self.n = n

    def __call__(self, low: float, high: float) -> Floats:
        """Return one uniform number in `low`..`high` for each drawing."""
        return self.rng.uniform(low, high, self.n)

    def normal(self, mean: float, deviation: float, low: float, high: float) -> Floats:
        """Return one normal number for each drawing, clipped to `low`..`high`."""
        return np.clip(self.rng.normal(mean, deviation, self.n), low, high)

    def sign(self, share: float = 0.5) -> Floats:
        """Return -1 or 1 for each drawing, 1 with probability `share`."""
        return np.where(self.rng.random(self.n) < share, 1.0, -1.0)


@dataclass(frozen=True)
class Style:
    """One way to draw a digit or a sign.

    Attributes
    ----------
    name : str
        Describes the shape.
    weight : float
        Frequency relative to the other styles of the digit.
    draw : callable
        Takes a `Sampler`, returns the strokes.
    slant : float
        Largest slant, as a tangent, at which it cannot be taken for something else.
    thickest : float
        Largest stroke width, as a share of the longer side.
    narrowest, widest : float
        Limits of the horizontal scaling.
    """

    name: str
    weight: float
    draw: Callable[[Sampler], list[Stroke]]
    slant: float
    thickest: float
    narrowest: float
    widest: float


def style(
    name: str,
    weight: float,
    slant: float = 0.5,
    thickest: float = 0.24,
    narrowest: float = 0.65,
    widest: float = 1.55,
) -> Callable[[Callable[[Sampler], list[Stroke]]], Style]:
    """Decorate the function that draws a style; the result is a `Style`."""
    return lambda draw: Style(name, weight, draw, slant, thickest, narrowest, widest)


def arc(
    centre: Point, radius: Point, start: Coordinate, end: Coordinate, points: int
) -> list[Point]:
    """Return points on an ellipse from angle `start` to `end`.

    Angles are in turns and clockwise: 0 is right, 0.25 is down.
    """
    (x, y), (wide, high) = centre, radius
    angles = [2 * np.pi * (start + (end - start) * i / (points - 1)) for i in range(points)]
    return [(x + wide * np.cos(angle), y + high * np.sin(angle)) for angle in angles]


def curves(strokes: Sequence[Stroke], sampler: Sampler, jitter: Floats) -> list[Floats]:
    """Return the strokes as polylines.

    Parameters
    ----------
    strokes : sequence of Stroke
        From a style.
    sampler : Sampler
        For the same n drawings.
    jitter : float64 array (n,)
        Standard deviation of the random displacement of points.

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
        knots += sampler.rng.normal(0, 1, knots.shape) * jitter[:, None, None]
        lines.append(np.einsum("mk,nkc->nmc", _spline(_corners(stroke)), knots, optimize=True))
    return lines


def _corners(stroke: Stroke) -> tuple[bool, ...]:
    """Return whether each point of a stroke is a corner; both ends count as corners."""
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
    """Return the matrix that maps points to a Catmull-Rom curve through them."""
    count = len(sharp)
    if count == 1:
        return np.ones((2, 1))
    rows = []
    t = np.linspace(0, 1, STEPS, endpoint=False)
    unit = np.eye(count)
    for i in range(count - 1):
        start, end = unit[i], unit[i + 1]
        # At corners and ends the curve is a parabola, which is neither straight nor overshoots.
        outgoing = None if sharp[i] else (end - unit[i - 1]) / 2
        incoming = None if sharp[i + 1] else (unit[i + 2] - start) / 2
        if outgoing is None:
            outgoing = end - start if incoming is None else 1.5 * (end - start) - incoming / 2
        if incoming is None:
            incoming = end - start if sharp[i] else 1.5 * (end - start) - outgoing / 2
        h00, h10 = 2 * t**3 - 3 * t**2 + 1, t**3 - 2 * t**2 + t
        h01, h11 = 3 * t**2 - 2 * t**3, t**3 - t**2
        rows.append(
            np.outer(h00, start)
            + np.outer(h10, outgoing)
            + np.outer(h01, end)
            + np.outer(h11, incoming)
        )
    rows.append(unit[-1:])
    return np.concatenate(rows)


@dataclass(frozen=True)
class Hand:
    """The traits of one person's handwriting.

    Attributes
    ----------
    slant : float
        Tangent of the angle, positive to the right.
    breadth : float
        Horizontal scale; 1 leaves a style as it is.
    roundness : float
        0 = sharp corners, 1 = blunt ones.
    tremor : float
        Amplitude, as a share of a digit's height.
    """

    slant: float
    breadth: float
    roundness: float
    tremor: float

    @classmethod
    def of(cls, rng: np.random.Generator) -> "Hand":
        """Return a random handwriting."""
        slant, breadth, tremor = rng.normal((0.1, 0.05, 0), (0.15, 0.14, 0.004)).tolist()
        return cls(slant, float(np.exp(breadth)), float(rng.random()), abs(tremor))


def write(style: Style, n: int, rng: np.random.Generator, hand: Hand | None = None) -> list[Floats]:
    """Draw `style` in `n` different handwritings, or `n` times in the same one.

    Handwritings differ in proportions, slant, rotation, breadth, jitter and tremor; strokes do not
    quite meet, corners are more or less round.

    Parameters
    ----------
    style : Style
        The style to draw.
    n : int
        Number of drawings.
    rng : numpy.random.Generator
        Source of randomness.
    hand : Hand, optional
        The handwriting; by default each drawing has its own.

    Returns
    -------
    list of float64 arrays (n, m, 2)
        One for each stroke: points (x, y), y downwards. Each drawing starts at the origin and its
        longer side is 1.
    """
    sampler = Sampler(rng, n)
    jitter = np.abs(rng.normal(0, 0.016, n)) + 0.003
    lines = curves(style.draw(sampler), sampler, jitter)
    lines = _proportioned(lines, rng)
    roundness = rng.uniform(0, 1, n)
    tremor = np.abs(rng.normal(0, 0.005, n)) * np.where(rng.random(n) < 0.2, 3.0, 1)
    if hand:
        roundness, tremor = np.full(n, hand.roundness), np.full(n, hand.tremor)
    lines = [_shaken(_rounded(line, roundness), tremor, rng) for line in lines]
    for line in lines[1:]:
        line += rng.normal(0, 0.013, (n, 1, 2))  # the pen is put down slightly off
    slant, breadth = rng.normal(0.1, 0.2, n), np.exp(rng.normal(0.05, 0.2, n))
    if hand:
        slant = rng.normal(hand.slant, 0.03, n)
        breadth = hand.breadth * np.exp(rng.normal(0, 0.05, n))
    slant = np.clip(slant, -0.5 * style.slant, style.slant)
    breadth = np.clip(breadth, style.narrowest, style.widest)
    turn = np.clip(rng.normal(0, 0.06, n), -0.15, 0.15)
    cos, sin = np.cos(turn), np.sin(turn)
    # breadth first, then slant, then rotation
    matrix = np.empty((n, 2, 2))
    matrix[:, 0, 0], matrix[:, 0, 1] = breadth * cos, breadth * sin
    matrix[:, 1, 0], matrix[:, 1, 1] = -slant * cos - sin, -slant * sin + cos
    return _fitted([line @ matrix for line in lines])


def _proportioned(lines: list[Floats], rng: np.random.Generator) -> list[Floats]:
    """Return the lines with the middle moved up or down, and top and bottom scaled differently."""
    n = len(lines[0])
    power = np.exp(rng.normal(0, 0.1, (n, 1)))
    spread = rng.normal(0, 0.12, (n, 1))
    for line in lines:
        line[:, :, 1] = np.sign(line[:, :, 1]) * np.abs(line[:, :, 1]) ** power
        line[:, :, 0] *= 1 + spread * (line[:, :, 1] - 0.5)
    return lines


def _rounded(line: Floats, roundness: Floats) -> Floats:
    """Return the lines with their corners smoothed, 0 = not at all, 1 = most."""
    smooth = line.copy()
    for _ in range(2):
        smooth[:, 1:-1] = (smooth[:, :-2] + 2 * smooth[:, 1:-1] + smooth[:, 2:]) / 4
    return line + roundness[:, None, None] * (smooth - line)


def _shaken(line: Floats, tremor: Floats, rng: np.random.Generator) -> Floats:
    """Return the lines with a smooth random displacement of standard deviation `tremor`."""
    n, points, _ = line.shape
    knots = points // 5 + 2
    rough = rng.normal(0, 1, (n, knots, 2)) * tremor[:, None, None]
    place = np.linspace(0, knots - 1.001, points)
    below = place.astype(int)
    share = (place - below)[:, None]
    return np.asarray(line + rough[:, below] * (1 - share) + rough[:, below + 1] * share)


def _fitted(lines: list[Floats]) -> list[Floats]:
    """Return the drawings moved to the origin and scaled so that the longer side is 1."""
    low = np.min([line.min(1) for line in lines], 0)
    high = np.max([line.max(1) for line in lines], 0)
    longer = np.maximum((high - low).max(1), 1e-6)
    return [(line - low[:, None]) / longer[:, None, None] for line in lines]
