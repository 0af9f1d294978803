"""1: a bar, with a flag from short to the long European upstroke, with a foot, like a caret, bent.

The flag falls steeply where the bar of a 7 lies flat; the flattest ones are shorter than such a
bar, and their stems stand upright.
"""

import numpy as np

from lenet.drawing.strokes import CORNER, Point, Sampler, Stroke, Style


def _bar(u: Sampler) -> list[Stroke]:
    return [[(0.0, 0.0), (u(-0.03, 0.03), 0.5), (0.0, 1.0)]]


def _slanted(u: Sampler) -> list[Stroke]:
    lean = u(0.2, 0.65)
    return [[(lean, 0.0), (lean / 2 + u(-0.04, 0.04), 0.5), (0.0, 1.0)]]


def _bent(u: Sampler) -> list[Stroke]:
    """Bend the bar as a shallow bow."""
    bow = u(0.04, 0.09) * u.sign()
    lower = bow * u(-0.1, 1.0)
    return [[(0.0, 0.0), (bow, 0.32), (lower, 0.68), (u(-0.03, 0.03), 1.0)]]


def _flagged(
    u: Sampler, length: tuple[float, float], fall: tuple[float, float], lean: float = 0.1
) -> list[Point | None]:
    """Return an upstroke of `length` that rises `fall` degrees from level, and the stem."""
    angle, long = np.radians(u(*fall)), u(*length)
    x, y = -long * np.cos(angle), long * np.sin(angle)
    bow = u(-0.05, 0.06) * long  # a flag is often hollow or round
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


def _short_flag(u: Sampler) -> list[Stroke]:
    return [_flagged(u, (0.14, 0.32), (38, 65))]


def _flag(u: Sampler) -> list[Stroke]:
    return [_flagged(u, (0.32, 0.55), (44, 66))]


def _flat_flag(u: Sampler) -> list[Stroke]:
    """Draw a flag about half as long as the stem that falls but little."""
    return [_flagged(u, (0.3, 0.5), (24, 40), 0.05)]


def _wide_flag(u: Sampler) -> list[Stroke]:
    """Draw a flag that reaches as far to the left as the stem is high, or nearly."""
    return [_flagged(u, (0.55, 1.25), (33, 50), 0.06)]


def _flag_and_flick(u: Sampler) -> list[Stroke]:
    """Swing out of the stem to the right, as in running hand."""
    stem = _flagged(u, (0.2, 0.6), (48, 66), 0.0)
    out = u(0.06, 0.17)
    return [[*stem[:-2], (0.0, 0.5), (u(-0.02, 0.02), 0.86), (0.4 * out, 1.0),
             (out, 1.0 - u(0.02, 0.12))]]  # fmt: skip


def _long_flag(u: Sampler) -> list[Stroke]:
    """Draw the European upstroke: to mid-height or nearly to the base line."""
    return [_flagged(u, (0.55, 1.0), (54, 72), 0.06)]


def _caret(u: Sampler) -> list[Stroke]:
    """Let flag and stem part like legs, of which the right one is longer."""
    stem = _flagged(u, (0.6, 0.9), (58, 76), 0.0)
    reach = u(0.04, 0.3)
    return [[*stem[:-2], (reach / 2 + u(-0.02, 0.02), 0.5), (reach, 1.0)]]


def _two_stroke_flag(u: Sampler) -> list[Stroke]:
    """Draw flag and stem apart, not quite meeting."""
    angle, long = np.radians(u(44, 64)), u(0.25, 0.5)
    top = u(-0.04, 0.05)
    return [
        [(0.0, 0.0), (u(-0.04, 0.04), 1.0)],
        [(0.02 - long * np.cos(angle), top + long * np.sin(angle)), (0.0, top)],
    ]


def _round_flag(u: Sampler) -> list[Stroke]:
    """Join flag and stem in a narrow bow instead of a corner."""
    long = u(0.12, 0.26)
    return [[(-0.8 * long, long), (-0.25 * long, 0.25 * long), (0.0, 0.0), (0.03, 0.12),
             (0.02, 0.5),
             (u(-0.06, 0.06), 1.0)]]  # fmt: skip


def _foot(u: Sampler, wide: tuple[float, float]) -> Stroke:
    half, shift, tilt = u(*wide) / 2, u(-0.06, 0.06), u(-0.03, 0.03)
    return [(shift - half, 1.0 + tilt), (shift + half, 1.0 - tilt)]


def _bar_and_foot(u: Sampler) -> list[Stroke]:
    return [[(0.0, 0.0), (u(-0.02, 0.02), 0.5), (0.0, 1.0)], _foot(u, (0.25, 0.9))]


def _flag_and_foot(u: Sampler) -> list[Stroke]:
    stem = _flagged(u, (0.18, 0.45), (30, 62), 0.0)
    stem[-1] = (0.0, u(0.97, 1.02))
    return [stem, _foot(u, (0.3, 0.9))]


def _long_flag_and_foot(u: Sampler) -> list[Stroke]:
    stem = _flagged(u, (0.45, 0.7), (46, 66), 0.0)
    stem[-1] = (0.0, u(0.97, 1.02))
    return [stem, _foot(u, (0.4, 0.95))]


def _serifs(u: Sampler) -> list[Stroke]:
    """Draw a flag that starts level, as in Roman type, and a short foot."""
    w, d = u(0.1, 0.22), u(0.06, 0.16)
    return [[(-w, d), (-0.4 * w, 0.75 * d), (0.0, 0.0), CORNER, (0.0, 0.5), (0.0, 1.0)],
            _foot(u, (0.3, 0.55))]  # fmt: skip


STYLES: tuple[Style, ...] = (
    Style("bar", 2.5, _bar, widest=1.1),
    Style("slanted bar", 1, _slanted, 0.2, widest=1.1),
    Style("short flag", 2, _short_flag, 0.35, widest=1.1),
    Style("flag", 2.2, _flag, 0.22, widest=1.1),
    Style("flat flag", 1.1, _flat_flag, 0.2, 0.18, widest=1.1),
    Style("wide flag", 0.9, _wide_flag, 0.12, 0.18, widest=1.2),
    Style("long flag", 1.6, _long_flag, 0.12, 0.18, widest=1.1),
    Style("caret", 0.8, _caret, 0.1, 0.14, widest=1.1),
    Style("flag apart", 0.6, _two_stroke_flag, 0.22, widest=1.1),
    Style("round flag", 0.6, _round_flag, 0.25, widest=1.1),
    Style("foot", 1, _bar_and_foot, 0.25, widest=1.1),
    Style("flag and foot", 1.8, _flag_and_foot, 0.12, widest=1.1),
    Style("long flag and foot", 0.7, _long_flag_and_foot, 0.1, 0.18, widest=1.1),
    Style("serifs", 0.7, _serifs, 0.15, widest=1.1),
    Style("flag and flick", 0.4, _flag_and_flick, 0.2, 0.18, widest=1.1),
    Style("bent bar", 0.4, _bent, 0.3, widest=1.1),
)
