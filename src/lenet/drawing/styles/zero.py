"""The styles in which people write a 0.

Plain, narrow, open at the top, ends overlapping, curled, slashed, dotted, square, halved.
"""

import numpy as np

from lenet.drawing.strokes import Point, Sampler, Stroke, Style, arc, style


def _ring(u: Sampler, wide: tuple[float, float], gap: tuple[float, float]) -> Stroke:
    """Return a counterclockwise ring that starts near the top; a negative gap overlaps the ends."""
    start = u(-0.36, -0.16)
    return arc((0.0, 0.5), (u(*wide), 0.5), start, start - 1 + u(*gap), 11)


@style("plain", 4, widest=1.25)
def _plain(u: Sampler) -> list[Stroke]:
    return [_ring(u, (0.25, 0.46), (-0.03, 0.02))]


@style("narrow", 1, 0.5, 0.16, widest=1.25)
def _narrow(u: Sampler) -> list[Stroke]:
    return [_ring(u, (0.15, 0.25), (-0.03, 0.01))]


@style("open at the top", 1.5, widest=1.25)
def _open(u: Sampler) -> list[Stroke]:
    return [_ring(u, (0.25, 0.45), (0.03, 0.1))]


@style("ends overlapping", 1.2, 0.4, 0.2, widest=1.25)
def _overlapping(u: Sampler) -> list[Stroke]:
    start, end = u(-0.33, -0.17), u(-0.12, -0.02)
    wide = u(0.25, 0.43)
    ring = arc((0.0, 0.5), (wide, 0.5), start, start - 1, 11)
    tail = (np.cos(2 * np.pi * (start + end)), np.sin(2 * np.pi * (start + end)))
    out = u(0.8, 1.25)
    return [
        [
            *ring[:-1],
            (ring[-1][0], u(-0.03, 0.08)),
            (out * wide * tail[0], 0.5 + out * 0.5 * tail[1]),
        ]
    ]


@style("curled", 0.7, 0.4, 0.16, widest=1.25)
def _curled(u: Sampler) -> list[Stroke]:
    """Start with a small curl inside the top."""
    wide, start = u(0.27, 0.42), u(-0.25, -0.15)
    ring = arc((0.0, 0.5), (wide, 0.5), start, start - 1, 11)
    return [[(u(-0.15, 0.0), u(0.08, 0.2)), *ring]]


def _slash(u: Sampler, reach: tuple[float, float]) -> Stroke:
    along, steep = u(*reach), u(0.9, 1.6)
    x, y = 0.4 * along, 0.4 * along * steep
    lift = u(-0.04, 0.04)
    return [(-x, 0.5 + y + lift), (x, 0.5 - y + lift)]


@style("slashed", 1, 0.3, 0.13, widest=1.25)
def _slashed(u: Sampler) -> list[Stroke]:
    return [_ring(u, (0.28, 0.44), (-0.02, 0.02)), _slash(u, (0.8, 1.35))]


@style("slashed inside", 0.4, 0.3, 0.13, widest=1.25)
def _slashed_inside(u: Sampler) -> list[Stroke]:
    return [_ring(u, (0.3, 0.44), (-0.02, 0.02)), _slash(u, (0.35, 0.6))]


@style("dotted", 0.5, 0.3, 0.13, widest=1.25)
def _dotted(u: Sampler) -> list[Stroke]:
    x, y = u(-0.03, 0.03), u(0.45, 0.55)
    return [_ring(u, (0.32, 0.45), (-0.02, 0.02)), [(x, y), (x + 0.01, y + u(0.0, 0.06))]]


@style("square", 0.5, 0.2, widest=1.25)
def _square(u: Sampler) -> list[Stroke]:
    """Draw a rounded box, as on displays."""
    power, start = u(0.35, 0.6), u(-0.3, -0.2)
    ring = arc((0.0, 0.0), (1.0, 1.0), start, start - 1, 17)
    w = u(0.22, 0.38)
    return [[(w * np.sign(x) * np.abs(x) ** power, 0.5 + 0.5 * np.sign(y) * np.abs(y) ** power)
             for x, y in ring]]  # fmt: skip


@style("two halves", 0.6, 0.4, 0.2, widest=1.25)
def _halves(u: Sampler) -> list[Stroke]:
    """Draw the left half, then the right half; their ends cross or leave a small gap."""
    wide, lap = u(0.25, 0.42), u(-0.02, 0.05)
    centre: Point = (0.0, 0.5)
    left = arc(centre, (wide, 0.5), -0.25 + u(-0.04, 0.04), -0.75 - lap, 7)
    right = arc(centre, (wide, 0.5), -0.25 - u(-0.02, 0.05), 0.25 + lap, 7)
    return [left, right]


ZERO: tuple[Style, ...] = (
    _plain, _narrow, _open, _overlapping, _curled, _slashed,
    _slashed_inside, _dotted, _square, _halves,
)  # fmt: skip
