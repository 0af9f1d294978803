"""The styles in which people write a 1.

A bar, with a flag from short to the long European upstroke, with a foot, like a caret, bent.
The flag is steep, unlike the flat bar of a 7. The flattest flags are shorter than that bar and
have upright stems.
"""

import numpy as np

from lenet.drawing.strokes import CORNER, Point, Sampler, Stroke, Style, style


@style("bar", 2.5, widest=1.1)
def _bar(u: Sampler) -> list[Stroke]:
    return [[(0.0, 0.0), (u(-0.03, 0.03), 0.5), (0.0, 1.0)]]


@style("slanted bar", 1, 0.2, widest=1.1)
def _slanted(u: Sampler) -> list[Stroke]:
    lean = u(0.2, 0.65)
    return [[(lean, 0.0), (lean / 2 + u(-0.04, 0.04), 0.5), (0.0, 1.0)]]


@style("bent bar", 0.4, 0.3, widest=1.1)
def _bent(u: Sampler) -> list[Stroke]:
    """Bend the bar into a shallow curve."""
    bow = u(0.04, 0.09) * u.sign()
    lower = bow * u(-0.1, 1.0)
    return [[(0.0, 0.0), (bow, 0.32), (lower, 0.68), (u(-0.03, 0.03), 1.0)]]


def _flagged(
    u: Sampler, length: tuple[float, float], fall: tuple[float, float], lean: float = 0.1
) -> list[Point | None]:
    """Return an upstroke of `length`, `fall` degrees from horizontal, followed by the stem."""
    angle, long = np.radians(u(*fall)), u(*length)
    x, y = -long * np.cos(angle), long * np.sin(angle)
    bow = u(-0.05, 0.06) * long  # flags are often concave or convex
    middle = (x / 2 + bow * np.sin(angle), y / 2 + bow * np.cos(angle))
    bottom = u(-lean, 0.5 * lean)
    return [
        (x, y),
        middle,
        (0.0, 0.0),
        CORNER,
        (bottom / 2 + u(-0.02, 0.02), 0.5),
        (bottom, 1.0),
    ]


@style("short flag", 2, 0.35, widest=1.1)
def _short_flag(u: Sampler) -> list[Stroke]:
    return [_flagged(u, (0.14, 0.32), (38, 65))]


@style("flag", 2.2, 0.22, widest=1.1)
def _flag(u: Sampler) -> list[Stroke]:
    return [_flagged(u, (0.32, 0.55), (44, 66))]


@style("flat flag", 1.1, 0.2, 0.18, widest=1.1)
def _flat_flag(u: Sampler) -> list[Stroke]:
    """Draw a fairly flat flag, about half as long as the stem."""
    return [_flagged(u, (0.3, 0.5), (24, 40), 0.05)]


@style("wide flag", 0.9, 0.12, 0.18, widest=1.2)
def _wide_flag(u: Sampler) -> list[Stroke]:
    """Draw a flag almost as wide as the stem is high."""
    return [_flagged(u, (0.55, 1.25), (33, 50), 0.06)]


@style("flag and flick", 0.4, 0.2, 0.18, widest=1.1)
def _flag_and_flick(u: Sampler) -> list[Stroke]:
    """Flick to the right at the end of the stem, as in cursive."""
    stem = _flagged(u, (0.2, 0.6), (48, 66), 0.0)
    out = u(0.06, 0.17)
    return [[*stem[:-2], (0.0, 0.5), (u(-0.02, 0.02), 0.86), (0.4 * out, 1.0),
             (out, 1.0 - u(0.02, 0.12))]]  # fmt: skip


@style("long flag", 1.6, 0.12, 0.18, widest=1.1)
def _long_flag(u: Sampler) -> list[Stroke]:
    """Draw the European upstroke, from mid-height or near the baseline."""
    return [_flagged(u, (0.55, 1.0), (54, 72), 0.06)]


@style("caret", 0.8, 0.1, 0.14, widest=1.1)
def _caret(u: Sampler) -> list[Stroke]:
    """Draw flag and stem like a caret with a longer right leg."""
    stem = _flagged(u, (0.6, 0.9), (58, 76), 0.0)
    reach = u(0.04, 0.3)
    return [[*stem[:-2], (reach / 2 + u(-0.02, 0.02), 0.5), (reach, 1.0)]]


@style("flag apart", 0.6, 0.22, widest=1.1)
def _two_stroke_flag(u: Sampler) -> list[Stroke]:
    """Draw flag and stem as two strokes with a small gap."""
    angle, long = np.radians(u(44, 64)), u(0.25, 0.5)
    top = u(-0.04, 0.05)
    return [
        [(0.0, 0.0), (u(-0.04, 0.04), 1.0)],
        [(0.02 - long * np.cos(angle), top + long * np.sin(angle)), (0.0, top)],
    ]


@style("round flag", 0.6, 0.25, widest=1.1)
def _round_flag(u: Sampler) -> list[Stroke]:
    """Join flag and stem with a tight curve instead of a corner."""
    long = u(0.12, 0.26)
    return [[(-0.8 * long, long), (-0.25 * long, 0.25 * long), (0.0, 0.0), (0.03, 0.12),
             (0.02, 0.5),
             (u(-0.06, 0.06), 1.0)]]  # fmt: skip


def _foot(u: Sampler, wide: tuple[float, float]) -> Stroke:
    half, shift, tilt = u(*wide) / 2, u(-0.06, 0.06), u(-0.03, 0.03)
    return [(shift - half, 1.0 + tilt), (shift + half, 1.0 - tilt)]


@style("foot", 1, 0.25, widest=1.1)
def _bar_and_foot(u: Sampler) -> list[Stroke]:
    return [[(0.0, 0.0), (u(-0.02, 0.02), 0.5), (0.0, 1.0)], _foot(u, (0.25, 0.9))]


@style("flag and foot", 1.8, 0.12, widest=1.1)
def _flag_and_foot(u: Sampler) -> list[Stroke]:
    stem = _flagged(u, (0.18, 0.45), (30, 62), 0.0)
    stem[-1] = (0.0, u(0.97, 1.02))
    return [stem, _foot(u, (0.3, 0.9))]


@style("long flag and foot", 0.7, 0.1, 0.18, widest=1.1)
def _long_flag_and_foot(u: Sampler) -> list[Stroke]:
    stem = _flagged(u, (0.45, 0.7), (46, 66), 0.0)
    stem[-1] = (0.0, u(0.97, 1.02))
    return [stem, _foot(u, (0.4, 0.95))]


@style("serifs", 0.7, 0.15, widest=1.1)
def _serifs(u: Sampler) -> list[Stroke]:
    """Draw a horizontal serif at the top and a short foot."""
    w, d = u(0.1, 0.22), u(0.06, 0.16)
    return [[(-w, d), (-0.4 * w, 0.75 * d), (0.0, 0.0), CORNER, (0.0, 0.5), (0.0, 1.0)],
            _foot(u, (0.3, 0.55))]  # fmt: skip


ONE: tuple[Style, ...] = (
    _bar, _slanted, _short_flag, _flag, _flat_flag, _wide_flag,
    _long_flag, _caret, _two_stroke_flag, _round_flag, _bar_and_foot,
    _flag_and_foot, _long_flag_and_foot, _serifs, _flag_and_flick, _bent,
)  # fmt: skip
