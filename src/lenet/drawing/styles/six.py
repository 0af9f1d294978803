"""The styles in which people write a 6.

Curved, straight, upright, hooked, angular; its loop open, big, tiny, curled, overshot.
Its stem stays clear of the loop, unlike the closed ring of a 0.
"""

import numpy as np

from lenet.drawing.strokes import CORNER, Floats, Point, Sampler, Stroke, Style, arc, style


@style("curved", 2.5)
def _curved(u: Sampler) -> list[Stroke]:
    w, loop = u(0.45, 0.62), u(0.42, 0.56)
    lap = u(0.0, 0.12)
    return [[(w * u(0.7, 1.0), u(0.0, 0.05)), (0.38 * w, 0.14), (0.06 * w, 0.45), (0.02, 0.76),
             (0.42 * w, 1.0),
             (0.88 * w, 0.9), (w, 0.5 + loop / 2), (0.62 * w, loop), (0.2 * w, loop + 0.1),
             (0.04 * w, 0.72 + lap)]]  # fmt: skip


@style("straight", 1.5)
def _straight(u: Sampler) -> list[Stroke]:
    """Draw a straight diagonal that runs into the loop."""
    w, loop = u(0.45, 0.62), u(0.5, 0.62)
    return [[(w * u(0.5, 0.85), 0.0), (0.3 * w, 0.32), (0.02 * w, 0.68), (0.08 * w, 0.9),
             (0.45 * w, 1.0),
             (0.9 * w, 0.9), (w, 0.5 + loop / 2), (0.65 * w, loop), (0.25 * w, loop + 0.08),
             (0.04 * w, 0.78)]]  # fmt: skip


@style("upright", 0.8)
def _upright(u: Sampler) -> list[Stroke]:
    """Draw a steep stem, like a backward-leaning b."""
    w, loop = u(0.4, 0.55), u(0.52, 0.64)
    return [[(w * u(0.1, 0.3), 0.0), (0.06 * w, 0.3), (0.0, 0.68), (0.12 * w, 0.94),
             (0.5 * w, 1.0), (0.92 * w, 0.9), (w, 0.5 + loop / 2), (0.65 * w, loop),
             (0.2 * w, loop + 0.06), (0.0, 0.78)]]  # fmt: skip


@style("open loop", 0.9, 0.4, 0.2)
def _open(u: Sampler) -> list[Stroke]:
    """End the loop short of the stem."""
    w, loop = u(0.48, 0.62), u(0.5, 0.6)
    return [[(w * u(0.6, 0.95), u(0.0, 0.05)), (0.32 * w, 0.17), (0.04 * w, 0.5),
             (0.05 * w, 0.82), (0.45 * w, 1.0),
             (0.9 * w, 0.9), (0.96 * w, 0.5 + loop / 2), (0.7 * w, loop),
             (w * u(0.36, 0.5), loop + u(0.03, 0.1))]]  # fmt: skip


@style("big loop", 1, 0.4)
def _big_loop(u: Sampler) -> list[Stroke]:
    w, loop = u(0.55, 0.72), u(0.33, 0.42)
    return [[(w * u(0.65, 0.9), u(0.0, 0.03)), (0.34 * w, 0.1), (0.05 * w, 0.4), (0.02, 0.74),
             (0.4 * w, 1.0),
             (0.88 * w, 0.9), (w, 0.5 + loop / 2), (0.62 * w, loop), (0.25 * w, loop + 0.12),
             (0.05 * w, 0.72)]]  # fmt: skip


@style("tiny loop", 0.8, 0.4, 0.11)
def _tiny_loop(u: Sampler) -> list[Stroke]:
    """End a long stem in a small loop."""
    w, loop = u(0.28, 0.4), u(0.62, 0.74)
    reach, r = u(0.0, 0.3), (1 - loop) / 2
    return [[(w / 2 + reach, u(0.0, 0.03)), (0.3 * w + 0.35 * reach, 0.32), (0.02, loop - 0.06),
             (0.0, loop + r), (0.1 * w, 0.95), (0.5 * w, 1.0), (0.94 * w, loop + 1.3 * r),
             (0.85 * w, loop + 0.3 * r), (0.5 * w, loop), (0.1 * w, loop + 0.7 * r),
             (0.02, loop + r + u(0.0, 0.04))]]  # fmt: skip


@style("spiral", 0.6, 0.4, 0.15)
def _spiral(u: Sampler) -> list[Stroke]:
    """Continue the loop into a spiral."""
    w, loop = u(0.5, 0.65), u(0.5, 0.6)
    return [[(w * u(0.6, 1.0), u(0.0, 0.05)), (0.32 * w, 0.17), (0.04 * w, 0.5),
             (0.05 * w, 0.82), (0.45 * w, 1.0),
             (0.9 * w, 0.9), (0.94 * w, 0.5 + loop / 2), (0.62 * w, loop),
             (0.3 * w, loop + 0.14), (0.45 * w, u(0.8, 0.86))]]  # fmt: skip


@style("hooked", 0.5, 0.35, 0.18)
def _hooked(u: Sampler) -> list[Stroke]:
    """Start with a hook at the top, as in cursive."""
    w, loop = u(0.48, 0.62), u(0.5, 0.6)
    return [[(0.95 * w, u(0.1, 0.16)), (0.72 * w, 0.0), (0.3 * w, 0.15), (0.03 * w, 0.5),
             (0.05 * w, 0.82), (0.45 * w, 1.0),
             (0.92 * w, 0.88), (0.97 * w, 0.5 + loop / 2), (0.64 * w, loop),
             (0.2 * w, loop + 0.1), (0.03 * w, 0.76)]]  # fmt: skip


def _diagonal(u: Sampler, reach: Floats, high: Floats, kink: Floats) -> list[Point]:
    """Return a stem that falls to the left, with a kink off the straight line.

    It rises 38 to 75 degrees from level: so much that it reaches no farther than `reach`.
    """
    x = np.minimum(high / np.tan(np.radians(u(38, 75))), reach)
    at = u(0.3, 0.7)
    return [(x, 0.0), (x * (1 - at) + kink, high * at + 0.4 * kink), (0.0, high)]


@style("slope and ring", 1.2, 0.3, 0.16, widest=1.25)
def _slope_and_ring(u: Sampler) -> list[Stroke]:
    """Draw a straight diagonal that runs into a low, round or flat loop."""
    w, high = u(0.46, 0.8), u(0.42, 0.58)
    r = (1 - high) / 2
    x, y = 0.06 * w, high + 0.6 * r  # where the diagonal meets the left of the ring
    stem = [(x + across, down) for across, down in _diagonal(u, 0.9 * w, y, u(-0.05, 0.02))]
    ring = arc((w / 2, high + r), (w / 2, r), -0.46, -1.46 + u(-0.05, 0.03), 10)
    return [[stem[0], stem[1], *ring]]


@style("kinked", 0.7, 0.3, 0.15, widest=1.2)
def _kinked(u: Sampler) -> list[Stroke]:
    """Draw a diagonal that bends steeply downwards into a loop with corners."""
    w, high = u(0.45, 0.75), u(0.4, 0.58)
    knee = u(0.24, 0.42)
    return [[(u(0.35, 0.85) * w, 0.0), CORNER, (u(0.0, 0.12) * w, knee), CORNER,
             (u(0.0, 0.1) * w, u(0.9, 1.0)), CORNER, (u(0.85, 1.0) * w, u(0.93, 1.02)), CORNER,
             (w, high + u(-0.03, 0.08)), CORNER,
             (u(0.02, 0.1) * w, high + u(0.0, 0.1))]]  # fmt: skip


@style("boxy loop", 0.8, 0.3, 0.15, widest=1.2)
def _boxy(u: Sampler) -> list[Stroke]:
    """Draw a straight diagonal that runs into a loop with four corners."""
    w, high = u(0.45, 0.8), u(0.42, 0.6)
    foot = u(0.86, 1.0)
    stem = _diagonal(u, 0.95 * w, high + 0.1, u(-0.04, 0.02))
    return [[stem[0], stem[1], stem[2], CORNER, (u(0.0, 0.12) * w, foot), CORNER,
             (u(0.75, 1.0) * w, u(0.94, 1.02)), CORNER, (w, high + u(0.0, 0.12)), CORNER,
             (u(0.04, 0.16) * w, high + u(0.02, 0.14))]]  # fmt: skip


@style("polygon", 0.7, 0.3, 0.16, widest=1.25)
def _polygon(u: Sampler) -> list[Stroke]:
    """Draw straight lines only, as with a mouse; the loop has five corners."""
    w, high = u(0.5, 0.75), u(0.42, 0.56)
    return [[(u(0.4, 0.9) * w, 0.0), CORNER, (u(0.05, 0.2) * w, u(0.3, 0.5)), CORNER,
             (0.0, u(0.68, 0.85)), CORNER, (u(0.2, 0.45) * w, 1.0), CORNER,
             (u(0.75, 0.95) * w, u(0.88, 1.0)), CORNER, (w, u(0.64, 0.76)), CORNER,
             (u(0.5, 0.75) * w, high), CORNER, (u(0.04, 0.14) * w, u(0.62, 0.74))]]  # fmt: skip


@style("overshot loop", 0.9, 0.3, 0.14, widest=1.25)
def _overshot(u: Sampler) -> list[Stroke]:
    """Close a low loop with a horizontal stroke that overshoots the diagonal."""
    w, high = u(0.5, 0.8), u(0.46, 0.64)
    r = (1 - high) / 2
    stem = [(x + 0.06 * w, y) for x, y in _diagonal(u, 0.95 * w, high + 0.6 * r, u(-0.05, 0.02))]
    return [[*stem, (u(0.0, 0.1) * w, high + 1.4 * r), (0.4 * w, 1.0), (0.9 * w, high + 1.5 * r),
             (w, high + 0.7 * r), (0.7 * w, high + u(0.0, 0.05)), (0.3 * w, high + u(0.0, 0.1)),
             (-u(0.02, 0.2) * w, high + u(0.0, 0.15))]]  # fmt: skip


SIX: tuple[Style, ...] = (
    _curved, _straight, _upright, _open, _big_loop, _tiny_loop,
    _spiral, _hooked, _slope_and_ring, _overshot, _kinked, _boxy,
    _polygon,
)  # fmt: skip
