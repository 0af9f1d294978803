"""A writer's hand: how one person's drawing of a style differs from the next one's."""

from dataclasses import dataclass

import numpy as np

from lenet.drawing.strokes import Floats, Sampler, Style, curves


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
