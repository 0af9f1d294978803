"""The styles in which people write a 8.

A closed, open or reversed S; two rings; unequal loops; an hourglass; from the waist.
"""

import numpy as np

from lenet.drawing.strokes import Sampler, Stroke, Style, arc, style


@style("S closed", 3, 0.5, 0.17)
def _s(u: Sampler) -> list[Stroke]:
    """Start at the top right with an S, then come back up and close the head."""
    w, top, waist = u(0.4, 0.6), u(0.62, 1.0), u(0.42, 0.5)
    close = u(-0.02, 0.03)
    r = w / 2
    return [[(r * top * 0.75, 0.1), (0.0, 0.0), (-r * top, waist / 2),
             (-0.3 * r * top, waist - 0.06), (0.55 * r, waist + 0.12), (r, 0.76),
             (0.0, 1.0), (-r, 0.76), (-0.55 * r, waist + 0.12), (0.3 * r * top, waist - 0.06),
             (r * top, waist / 2), (r * top * 0.75 + close, 0.1 + close)]]  # fmt: skip


@style("S reversed", 1, 0.4, 0.17)
def _reversed(u: Sampler) -> list[Stroke]:
    """Start at the top left with a mirrored S."""
    return [[point and (-point[0], point[1]) for point in stroke] for stroke in _s.draw(u)]


@style("S open", 1.4, 0.5, 0.17)
def _open(u: Sampler) -> list[Stroke]:
    """Leave the head open at the end of the stroke."""
    w, waist = u(0.42, 0.6), u(0.42, 0.5)
    r = w / 2
    return [[(0.7 * r, u(0.02, 0.1)), (-0.1 * r, 0.0), (-0.8 * r, 0.2), (-0.3 * r, waist - 0.04),
             (0.6 * r, waist + 0.12), (r, 0.78),
             (0.0, 1.0), (-0.95 * r, 0.78), (-0.55 * r, waist + 0.12), (0.35 * r, waist - 0.09),
             (u(0.9, 1.25) * r, u(0.12, 0.2))]]  # fmt: skip


@style("two rings", 2, 0.4, 0.17)
def _rings(u: Sampler) -> list[Stroke]:
    """Draw one ring on top of the other."""
    waist, top, bottom = u(0.42, 0.5), u(0.16, 0.25), u(0.22, 0.31)
    overlap = u(-0.01, 0.04)
    first, second = u(0.1, 0.35), u(-0.35, -0.15)
    lift = (waist + overlap) / 2
    return [arc((0.0, lift), (top, lift), first, first - 1 + u(-0.03, 0.01), 9),
            arc((u(-0.03, 0.03), (1 + waist) / 2),
            (bottom, (1 - waist) / 2), second, second - 1 + u(-0.03, 0.01), 9)]  # fmt: skip


@style("rings apart", 0.8, 0.3, 0.14)
def _rings_apart(u: Sampler) -> list[Stroke]:
    """Draw two rings that almost touch or are slightly offset."""
    waist, top, bottom = u(0.4, 0.5), u(0.17, 0.25), u(0.21, 0.3)
    gap, aside = u(-0.02, 0.05), u(-0.08, 0.08)
    first, second = u(-0.4, 0.35), u(-0.4, 0.35)
    return [arc((0.0, waist / 2), (top, waist / 2), first, first - 1 + u(-0.05, 0.03), 9),
            arc((aside, (1 + waist + gap) / 2), (bottom, (1 - waist - gap) / 2),
            second, second - 1 + u(-0.05, 0.03), 9)]  # fmt: skip


@style("unequal", 0.8, 0.4, 0.14)
def _unequal(u: Sampler) -> list[Stroke]:
    """Draw one loop much smaller than the other."""
    waist = np.where(u.sign() > 0, u(0.3, 0.37), u(0.56, 0.64))
    top, bottom = 0.5 * waist * u(0.85, 1.1), 0.5 * (1 - waist) * u(0.75, 1.0)
    return [[(0.7 * top, 0.16 * waist), (0.0, 0.0), (-top, waist / 2),
             (-0.3 * top, 0.87 * waist), (0.5 * bottom, waist + 0.2 * (1 - waist)),
             (bottom, 0.5 + waist / 2), (0.0, 1.0), (-bottom, 0.5 + waist / 2),
             (-0.5 * bottom, waist + 0.2 * (1 - waist)),
             (0.3 * top, 0.87 * waist), (top, waist / 2), (0.68 * top, 0.17 * waist)]]  # fmt: skip


@style("crossing", 1, 0.4, 0.15)
def _crossing(u: Sampler) -> list[Stroke]:
    """Draw an hourglass: two crossing diagonals with round ends."""
    w = u(0.38, 0.55)
    return [[(0.5 * w, 0.0), (0.08 * w, 0.1), (0.12 * w, 0.28), (0.5 * w, 0.48),
             (0.92 * w, 0.74), (0.8 * w, 0.96), (0.4 * w, 1.0),
             (0.06 * w, 0.84), (0.3 * w, 0.6), (0.85 * w, 0.28), (0.9 * w, 0.1),
             (0.5 * w, u(0.0, 0.03))]]  # fmt: skip


@style("from the waist", 0.8, 0.4, 0.17)
def _from_waist(u: Sampler) -> list[Stroke]:
    """Start at the waist: first the upper loop, then the lower one."""
    w, waist = u(0.4, 0.58), u(0.43, 0.5)
    r, t = w / 2, w / 2 * u(0.7, 0.95)
    return [[(u(-0.03, 0.03), waist), (-t, 0.6 * waist), (-0.75 * t, 0.12), (0.0, 0.0),
             (0.75 * t, 0.12), (t, 0.6 * waist), (0.0, waist),
             (-0.8 * r, waist + 0.14), (-0.9 * r, 0.85), (0.0, 1.0), (0.9 * r, 0.85),
             (0.8 * r, waist + 0.14), (u(-0.02, 0.03), waist)]]  # fmt: skip


EIGHT: tuple[Style, ...] = (
    _s, _reversed, _open, _rings, _rings_apart, _unequal,
    _crossing, _from_waist,
)  # fmt: skip
