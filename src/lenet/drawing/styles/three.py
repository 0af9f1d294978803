"""The styles in which people write a 3.

Round, with a soft or looped waist, flat on top, angular, with a long tail, in two strokes.
"""

from lenet.drawing.strokes import CORNER, Sampler, Stroke, Style, style


@style("round", 3)
def _round(u: Sampler) -> list[Stroke]:
    w, waist = u(0.42, 0.6), u(0.42, 0.5)
    inner = u(0.3, 0.55)
    top = w * u(0.8, 1.0)
    return [[(u(-0.02, 0.06), u(0.08, 0.22)), (0.45 * w, 0.0), (top, 0.18), (0.8 * top, 0.36),
             (inner * w, waist), CORNER, (0.8 * w, waist + 0.09), (w, 0.72), (0.85 * w, 0.9),
             (0.45 * w, 1.0),
             (u(-0.06, 0.04), u(0.8, 0.95))]]  # fmt: skip


@style("soft waist", 1.2)
def _soft(u: Sampler) -> list[Stroke]:
    """Draw the waist as a wave instead of a cusp."""
    w, waist = u(0.42, 0.58), u(0.43, 0.5)
    return [[(0.0, u(0.05, 0.18)), (0.45 * w, 0.0), (0.92 * w, 0.16), (0.75 * w, 0.36),
             (0.5 * w, waist), (0.78 * w, waist + 0.1), (w, 0.72), (0.8 * w, 0.93), (0.42 * w, 1.0),
             (u(-0.06, 0.04), u(0.82, 0.97))]]  # fmt: skip


@style("looped waist", 0.8, 0.4, 0.13)
def _looped(u: Sampler) -> list[Stroke]:
    """Draw a small loop in the waist."""
    w, waist, loop = u(0.5, 0.65), u(0.43, 0.48), u(0.14, 0.24)
    return [[(0.0, u(0.06, 0.2)), (0.45 * w, 0.0), (0.95 * w, 0.17), (0.78 * w, 0.35),
             (0.5 * w, waist + 0.06),
             (0.5 * w - loop, waist + 0.01), (0.48 * w, waist - 0.09), (0.8 * w, waist + 0.08),
             (w, 0.72), (0.82 * w, 0.92),
             (0.42 * w, 1.0), (u(-0.06, 0.03), u(0.82, 0.95))]]  # fmt: skip


@style("flat top", 1.5, 0.4)
def _flat(u: Sampler) -> list[Stroke]:
    """Draw a flat top and a slanting waist, like a Z on top of a bowl."""
    w, waist = u(0.48, 0.62), u(0.36, 0.46)
    return [[(u(-0.03, 0.04), u(-0.02, 0.05)), (w, 0.0), CORNER, (u(0.3, 0.5) * w, waist), CORNER,
             (0.75 * w, waist + 0.05), (w, waist + 0.28), (0.8 * w, 0.93), (0.4 * w, 1.0),
             (u(-0.06, 0.04), u(0.84, 0.95))]]  # fmt: skip


@style("angular", 0.7, 0.4)
def _angular(u: Sampler) -> list[Stroke]:
    w, waist = u(0.4, 0.55), u(0.42, 0.5)
    return [[(0.0, u(-0.02, 0.08)), (0.6 * w, 0.0), (w, 0.2), (0.4 * w, waist), CORNER,
             (w, 0.72), (0.6 * w, 1.0), (-0.02, u(0.92, 1.0))]]  # fmt: skip


@style("long tail", 0.8, 0.4, 0.2)
def _ezh(u: Sampler) -> list[Stroke]:
    """Draw a flat top, a diagonal to the waist, and a tail that extends far to the left."""
    w, waist = u(0.42, 0.58), u(0.34, 0.46)
    return [[(u(-0.03, 0.06), u(-0.02, 0.06)), (w, 0.0), CORNER, (u(0.15, 0.4) * w, waist), CORNER,
             (0.7 * w, waist + 0.03), (w, waist + 0.24), (0.85 * w, 0.9), (0.4 * w, 1.0),
             (u(-0.3, -0.05), u(0.86, 1.0))]]  # fmt: skip


@style("cornered", 0.5, 0.3, 0.15)
def _cornered(u: Sampler) -> list[Stroke]:
    """Draw straight lines only, like a mirrored E."""
    w, waist = u(0.42, 0.62), u(0.42, 0.54)
    return [[(u(-0.04, 0.04), u(-0.02, 0.06)), (w, 0.0), CORNER, (w + u(-0.04, 0.02), waist),
             CORNER, (u(0.1, 0.45) * w, waist + u(-0.02, 0.02)), CORNER, (w, waist + 0.02), CORNER,
             (w + u(-0.02, 0.04), 1.0), CORNER,
             (u(-0.06, 0.04), 1.0 + u(-0.05, 0.02))]]  # fmt: skip


@style("two bows", 0.5, 0.4, 0.17)
def _two_bows(u: Sampler) -> list[Stroke]:
    """Draw the upper and lower bowl as two strokes that almost meet at the waist."""
    w, waist, inner = u(0.44, 0.6), u(0.42, 0.5), u(0.2, 0.5)
    return [[(u(-0.02, 0.06), u(0.06, 0.2)), (0.45 * w, 0.0), (0.9 * w, 0.16), (0.72 * w, 0.36),
             (inner * w, waist)],
            [(inner * w + u(-0.04, 0.04), waist + u(-0.02, 0.04)), (0.8 * w, waist + 0.1),
             (w, 0.74), (0.82 * w, 0.93), (0.42 * w, 1.0),
             (u(-0.08, 0.04), u(0.8, 0.95))]]  # fmt: skip


THREE: tuple[Style, ...] = (
    _round, _soft, _looped, _flat, _angular, _ezh,
    _cornered, _two_bows,
)  # fmt: skip
