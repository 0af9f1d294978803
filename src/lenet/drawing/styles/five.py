"""The styles in which people write a 5.

Its bar apart or far off, in one stroke, like an S, with a long bar, a low bowl, corners.
Its bowl stays wide open, unlike the closed loop of a 6.
"""

from lenet.drawing.strokes import CORNER, Floats, Point, Sampler, Stroke, Style, style


def _bowl(w: Floats, top: Floats, end: Floats, left: Floats) -> list[Point | None]:
    """Return the bowl of a 5, from the left shoulder at height `top` to the tail."""
    return [(0.4 * w, top - 0.07), (0.85 * w, top + 0.04), (w, top + 0.27), (0.82 * w, top + 0.47),
            (0.42 * w, 1.0), (left, end)]  # fmt: skip


@style("bar apart", 2.2, 0.45, 0.2)
def _bar_apart(u: Sampler) -> list[Stroke]:
    w, x, top = u(0.5, 0.65), u(0.02, 0.12), u(0.4, 0.5)
    rise, gap = u(-0.05, 0.03), u(-0.02, 0.06)
    return [[(x + u(0.0, 0.08), 0.03), (x, top),
             CORNER, *_bowl(w, top, u(0.84, 0.97), u(-0.2, 0.06))],
            [(x + gap + 0.02, 0.02), (w * u(0.85, 1.5), 0.02 + rise)]]  # fmt: skip


@style("one stroke", 2, 0.45, 0.2)
def _one_stroke(u: Sampler) -> list[Stroke]:
    w, x, top = u(0.5, 0.65), u(0.02, 0.12), u(0.4, 0.5)
    return [[(w * u(0.8, 1.5), u(-0.05, 0.05)), (x + 0.04, 0.0), CORNER, (x, top), CORNER,
             *_bowl(w, top, u(0.84, 0.97), u(-0.2, 0.06))]]  # fmt: skip


@style("like an S", 0.8, 0.3, 0.2)
def _s(u: Sampler) -> list[Stroke]:
    """Draw it almost like an S, but with a flat top and a steep neck."""
    w, top = u(0.5, 0.62), u(0.4, 0.46)
    return [[(w * u(0.85, 1.1), u(-0.02, 0.05)), (0.5 * w, 0.0), (0.16 * w, 0.04),
             (0.08 * w, top - 0.12),
             (0.2 * w, top), (0.62 * w, top + 0.03), (w, top + 0.25), (0.85 * w, 0.9),
             (0.42 * w, 1.0),
             (u(-0.05, 0.05), u(0.88, 0.96))]]  # fmt: skip


@style("long bar", 1, 0.4, 0.16)
def _long_bar(u: Sampler) -> list[Stroke]:
    w, x, top = u(0.42, 0.55), u(0.02, 0.1), u(0.4, 0.5)
    return [[(x, 0.06), (x, top), CORNER, *_bowl(w, top, u(0.88, 0.98), u(-0.25, 0.04))],
            [(x - u(0.0, 0.06), 0.05), (w + u(0.15, 0.6), u(-0.06, 0.06))]]  # fmt: skip


@style("low bowl", 0.8, 0.4, 0.2)
def _low_bowl(u: Sampler) -> list[Stroke]:
    """Draw a slanting neck that runs into a small round bowl."""
    w, top = u(0.5, 0.62), u(0.36, 0.46)
    return [[(w + u(-0.05, 0.15), u(-0.03, 0.04)), (0.25, 0.0), CORNER, (0.14, top),
             CORNER, (0.5 * w, top - 0.01),
             (0.95 * w, top + 0.2), (0.8 * w, 0.86), (0.3 * w, 1.0),
             (u(-0.08, 0.0), u(0.93, 1.0))]]  # fmt: skip


@style("bar far off", 0.6, 0.4, 0.17)
def _bar_far_off(u: Sampler) -> list[Stroke]:
    """Draw the bar detached, above or to the right of the bowl."""
    w, x, top = u(0.5, 0.65), u(0.02, 0.12), u(0.4, 0.5)
    away, lift = u(0.06, 0.26), u(-0.12, 0.04)
    return [[(x + u(0.0, 0.08), 0.05), (x, top),
             CORNER, *_bowl(w, top, u(0.86, 0.97), u(-0.2, 0.04))],
            [(x + away, lift), (w * u(1.0, 1.5), lift + u(-0.06, 0.04))]]  # fmt: skip


@style("cornered", 0.6, 0.3, 0.15)
def _cornered(u: Sampler) -> list[Stroke]:
    """Draw straight lines only, as with a mouse."""
    w, x, top = u(0.46, 0.62), u(0.0, 0.1), u(0.38, 0.48)
    return [[(w * u(0.85, 1.2), u(-0.04, 0.04)), (x, 0.0), CORNER, (u(-0.02, 0.06), top), CORNER,
             (u(0.7, 0.95) * w, top + u(-0.05, 0.04)), CORNER, (w, u(0.62, 0.86)), CORNER,
             (u(0.6, 0.95) * w, 1.0), CORNER, (u(-0.1, 0.04), 1.0 + u(-0.06, 0.02))]]  # fmt: skip


FIVE: tuple[Style, ...] = (
    _bar_apart, _one_stroke, _s, _long_bar, _low_bowl, _bar_far_off,
    _cornered,
)  # fmt: skip
