"""The styles in which people write the digits 0 to 3."""

import numpy as np

from lenet.drawing.strokes import CORNER, Floats, Point, Sampler, Stroke, Style, arc, style

# 0: plain, narrow, open at the top, ends overlapping, curled, slashed, dotted, square, halved.


def _ring(u: Sampler, wide: tuple[float, float], gap: tuple[float, float]) -> Stroke:
    """Return a counterclockwise ring that starts near the top; a negative gap overlaps the ends."""
    start = u(-0.36, -0.16)
    return arc((0.0, 0.5), (u(*wide), 0.5), start, start - 1 + u(*gap), 11)


@style("plain", 4, widest=1.25)
def _zero_plain(u: Sampler) -> list[Stroke]:
    return [_ring(u, (0.25, 0.46), (-0.03, 0.02))]


@style("narrow", 1, 0.5, 0.16, widest=1.25)
def _zero_narrow(u: Sampler) -> list[Stroke]:
    return [_ring(u, (0.15, 0.25), (-0.03, 0.01))]


@style("open at the top", 1.5, widest=1.25)
def _zero_open(u: Sampler) -> list[Stroke]:
    return [_ring(u, (0.25, 0.45), (0.03, 0.1))]


@style("ends overlapping", 1.2, 0.4, 0.2, widest=1.25)
def _zero_overlapping(u: Sampler) -> list[Stroke]:
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
def _zero_curled(u: Sampler) -> list[Stroke]:
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
def _zero_slashed(u: Sampler) -> list[Stroke]:
    return [_ring(u, (0.28, 0.44), (-0.02, 0.02)), _slash(u, (0.8, 1.35))]


@style("slashed inside", 0.4, 0.3, 0.13, widest=1.25)
def _zero_slashed_inside(u: Sampler) -> list[Stroke]:
    return [_ring(u, (0.3, 0.44), (-0.02, 0.02)), _slash(u, (0.35, 0.6))]


@style("dotted", 0.5, 0.3, 0.13, widest=1.25)
def _zero_dotted(u: Sampler) -> list[Stroke]:
    x, y = u(-0.03, 0.03), u(0.45, 0.55)
    return [_ring(u, (0.32, 0.45), (-0.02, 0.02)), [(x, y), (x + 0.01, y + u(0.0, 0.06))]]


@style("square", 0.5, 0.2, widest=1.25)
def _zero_square(u: Sampler) -> list[Stroke]:
    """Draw a rounded box, as on displays."""
    power, start = u(0.35, 0.6), u(-0.3, -0.2)
    ring = arc((0.0, 0.0), (1.0, 1.0), start, start - 1, 17)
    w = u(0.22, 0.38)
    return [[(w * np.sign(x) * np.abs(x) ** power, 0.5 + 0.5 * np.sign(y) * np.abs(y) ** power)
             for x, y in ring]]  # fmt: skip


@style("two halves", 0.6, 0.4, 0.2, widest=1.25)
def _zero_halves(u: Sampler) -> list[Stroke]:
    """Draw the left half, then the right half; their ends cross or leave a small gap."""
    wide, lap = u(0.25, 0.42), u(-0.02, 0.05)
    centre: Point = (0.0, 0.5)
    left = arc(centre, (wide, 0.5), -0.25 + u(-0.04, 0.04), -0.75 - lap, 7)
    right = arc(centre, (wide, 0.5), -0.25 - u(-0.02, 0.05), 0.25 + lap, 7)
    return [left, right]


ZERO: tuple[Style, ...] = (
    _zero_plain, _zero_narrow, _zero_open, _zero_overlapping, _zero_curled, _zero_slashed,
    _zero_slashed_inside, _zero_dotted, _zero_square, _zero_halves,
)  # fmt: skip


# 1: a bar, with a flag from short to the long European upstroke, with a foot, like a caret, bent.
#
# The flag is steep, unlike the flat bar of a 7. The flattest flags are shorter than that bar and
# have upright stems.


@style("bar", 2.5, widest=1.1)
def _one_bar(u: Sampler) -> list[Stroke]:
    return [[(0.0, 0.0), (u(-0.03, 0.03), 0.5), (0.0, 1.0)]]


@style("slanted bar", 1, 0.2, widest=1.1)
def _one_slanted(u: Sampler) -> list[Stroke]:
    lean = u(0.2, 0.65)
    return [[(lean, 0.0), (lean / 2 + u(-0.04, 0.04), 0.5), (0.0, 1.0)]]


@style("bent bar", 0.4, 0.3, widest=1.1)
def _one_bent(u: Sampler) -> list[Stroke]:
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
def _one_short_flag(u: Sampler) -> list[Stroke]:
    return [_flagged(u, (0.14, 0.32), (38, 65))]


@style("flag", 2.2, 0.22, widest=1.1)
def _one_flag(u: Sampler) -> list[Stroke]:
    return [_flagged(u, (0.32, 0.55), (44, 66))]


@style("flat flag", 1.1, 0.2, 0.18, widest=1.1)
def _one_flat_flag(u: Sampler) -> list[Stroke]:
    """Draw a fairly flat flag, about half as long as the stem."""
    return [_flagged(u, (0.3, 0.5), (24, 40), 0.05)]


@style("wide flag", 0.9, 0.12, 0.18, widest=1.2)
def _one_wide_flag(u: Sampler) -> list[Stroke]:
    """Draw a flag almost as wide as the stem is high."""
    return [_flagged(u, (0.55, 1.25), (33, 50), 0.06)]


@style("flag and flick", 0.4, 0.2, 0.18, widest=1.1)
def _one_flag_and_flick(u: Sampler) -> list[Stroke]:
    """Flick to the right at the end of the stem, as in cursive."""
    stem = _flagged(u, (0.2, 0.6), (48, 66), 0.0)
    out = u(0.06, 0.17)
    return [[*stem[:-2], (0.0, 0.5), (u(-0.02, 0.02), 0.86), (0.4 * out, 1.0),
             (out, 1.0 - u(0.02, 0.12))]]  # fmt: skip


@style("long flag", 1.6, 0.12, 0.18, widest=1.1)
def _one_long_flag(u: Sampler) -> list[Stroke]:
    """Draw the European upstroke, from mid-height or near the baseline."""
    return [_flagged(u, (0.55, 1.0), (54, 72), 0.06)]


@style("caret", 0.8, 0.1, 0.14, widest=1.1)
def _one_caret(u: Sampler) -> list[Stroke]:
    """Draw flag and stem like a caret with a longer right leg."""
    stem = _flagged(u, (0.6, 0.9), (58, 76), 0.0)
    reach = u(0.04, 0.3)
    return [[*stem[:-2], (reach / 2 + u(-0.02, 0.02), 0.5), (reach, 1.0)]]


@style("flag apart", 0.6, 0.22, widest=1.1)
def _one_two_stroke_flag(u: Sampler) -> list[Stroke]:
    """Draw flag and stem as two strokes with a small gap."""
    angle, long = np.radians(u(44, 64)), u(0.25, 0.5)
    top = u(-0.04, 0.05)
    return [
        [(0.0, 0.0), (u(-0.04, 0.04), 1.0)],
        [(0.02 - long * np.cos(angle), top + long * np.sin(angle)), (0.0, top)],
    ]


@style("round flag", 0.6, 0.25, widest=1.1)
def _one_round_flag(u: Sampler) -> list[Stroke]:
    """Join flag and stem with a tight curve instead of a corner."""
    long = u(0.12, 0.26)
    return [[(-0.8 * long, long), (-0.25 * long, 0.25 * long), (0.0, 0.0), (0.03, 0.12),
             (0.02, 0.5),
             (u(-0.06, 0.06), 1.0)]]  # fmt: skip


def _foot(u: Sampler, wide: tuple[float, float]) -> Stroke:
    half, shift, tilt = u(*wide) / 2, u(-0.06, 0.06), u(-0.03, 0.03)
    return [(shift - half, 1.0 + tilt), (shift + half, 1.0 - tilt)]


@style("foot", 1, 0.25, widest=1.1)
def _one_bar_and_foot(u: Sampler) -> list[Stroke]:
    return [[(0.0, 0.0), (u(-0.02, 0.02), 0.5), (0.0, 1.0)], _foot(u, (0.25, 0.9))]


@style("flag and foot", 1.8, 0.12, widest=1.1)
def _one_flag_and_foot(u: Sampler) -> list[Stroke]:
    stem = _flagged(u, (0.18, 0.45), (30, 62), 0.0)
    stem[-1] = (0.0, u(0.97, 1.02))
    return [stem, _foot(u, (0.3, 0.9))]


@style("long flag and foot", 0.7, 0.1, 0.18, widest=1.1)
def _one_long_flag_and_foot(u: Sampler) -> list[Stroke]:
    stem = _flagged(u, (0.45, 0.7), (46, 66), 0.0)
    stem[-1] = (0.0, u(0.97, 1.02))
    return [stem, _foot(u, (0.4, 0.95))]


@style("serifs", 0.7, 0.15, widest=1.1)
def _one_serifs(u: Sampler) -> list[Stroke]:
    """Draw a horizontal serif at the top and a short foot."""
    w, d = u(0.1, 0.22), u(0.06, 0.16)
    return [[(-w, d), (-0.4 * w, 0.75 * d), (0.0, 0.0), CORNER, (0.0, 0.5), (0.0, 1.0)],
            _foot(u, (0.3, 0.55))]  # fmt: skip


ONE: tuple[Style, ...] = (
    _one_bar, _one_slanted, _one_short_flag, _one_flag, _one_flat_flag, _one_wide_flag,
    _one_long_flag, _one_caret, _one_two_stroke_flag, _one_round_flag, _one_bar_and_foot,
    _one_flag_and_foot, _one_long_flag_and_foot, _one_serifs, _one_flag_and_flick, _one_bent,
)  # fmt: skip


# 2: with a corner, a wave or a loop at the base; angular; like a swan; hooked; like a Z.


def _head(u: Sampler, wide: Floats) -> list[Point | None]:
    start = u(0.12, 0.34)
    high = u(0.25, 0.36)
    return [(u(-0.02, 0.06), start), (0.14 * wide, 0.4 * start), (0.5 * wide, 0.0),
            (0.92 * wide, 0.42 * high), (wide, high),
            (0.85 * wide, high + u(0.14, 0.2))]  # fmt: skip


@style("plain", 3)
def _two_plain(u: Sampler) -> list[Stroke]:
    w = u(0.45, 0.72)
    drop = u(-0.02, 0.02)
    return [[*_head(u, w), (0.45 * w, u(0.68, 0.76)), (u(-0.06, 0.06), 0.98 + drop), CORNER,
             (0.5 * w, 0.98), (w + u(-0.06, 0.35), 0.98 + u(-0.04, 0.04))]]  # fmt: skip


@style("wavy base", 1.2)
def _two_wavy(u: Sampler) -> list[Stroke]:
    w, wave = u(0.5, 0.72), u(0.03, 0.08)
    return [[*_head(u, w), (0.45 * w, u(0.68, 0.76)), (u(-0.06, 0.06), 0.96), CORNER,
             (0.2 * w, 0.94 - wave), (0.45 * w, 0.95), (0.75 * w, 0.96 + wave),
             (w + u(0.02, 0.15), 0.93 - wave)]]  # fmt: skip


@style("looped", 2, 0.4, 0.16)
def _two_looped(u: Sampler) -> list[Stroke]:
    """Draw a loop where the stem meets the base."""
    w, loop, high = u(0.5, 0.75), u(0.1, 0.24), u(0.09, 0.2)
    return [[*_head(u, w), (0.5 * w, 0.72), (0.8 * loop, 0.94), (0.0, 1.0),
             (-0.07, 0.97 - high / 2),
             (0.4 * loop, 0.95 - high), (loop + 0.08, 0.93), (0.72 * w, 1.0),
             (w + u(0.02, 0.18), 0.93 + u(-0.06, 0.03))]]  # fmt: skip


@style("angular", 1, 0.3)
def _two_angular(u: Sampler) -> list[Stroke]:
    """Draw a Z with a round shoulder."""
    w, high = u(0.45, 0.65), u(0.1, 0.2)
    return [[(0.0, u(0.06, 0.2)), (0.3 * w, 0.01), (0.75 * w, 0.0), (w, high),
             (0.94 * w, high + 0.13),
             (0.0, 1.0), CORNER, (w + u(-0.05, 0.25), 1.0 + u(-0.03, 0.03))]]  # fmt: skip


@style("swan", 1.5)
def _two_swan(u: Sampler) -> list[Stroke]:
    """Draw a big head; the stem curves into the base without a corner."""
    w = u(0.5, 0.7)
    return [[*_head(u, w), (0.4 * w, 0.75), (0.08 * w, 0.9), (0.02, 0.985), (0.16 * w, 0.99),
             (0.6 * w, 0.96), (w + u(0.0, 0.15), 0.97)]]  # fmt: skip


@style("hooked", 0.6, 0.4, 0.18)
def _two_hooked(u: Sampler) -> list[Stroke]:
    """Start with a curl inside the head."""
    w, high = u(0.5, 0.7), u(0.25, 0.34)
    return [[(0.28 * w, u(0.2, 0.28)), (0.05 * w, 0.24), (0.1 * w, 0.08), (0.5 * w, 0.0),
             (0.92 * w, 0.1),
             (w, high), (0.82 * w, high + 0.17), (0.42 * w, 0.72), (0.0, 1.0),
             CORNER, (0.5 * w, 0.98),
             (w + u(-0.05, 0.25), 0.98 + u(-0.04, 0.04))]]  # fmt: skip


@style("Z", 0.8, 0.3, 0.2)
def _two_zed(u: Sampler) -> list[Stroke]:
    """Draw three straight lines, like a Z."""
    w = u(0.45, 0.75)
    return [[(u(-0.04, 0.08), u(0.0, 0.1)), (0.5 * w, u(-0.02, 0.03)), (w, u(0.0, 0.06)), CORNER,
             (0.5 * w + u(-0.04, 0.04), 0.5), (u(-0.06, 0.04), 1.0), CORNER,
             (w + u(-0.06, 0.3), 1.0 + u(-0.05, 0.03))]]  # fmt: skip


@style("long base", 0.7, 0.4, 0.17, widest=1.1)
def _two_long_base(u: Sampler) -> list[Stroke]:
    """Extend the base far to the right, horizontal or falling."""
    w = u(0.45, 0.6)
    base = w + u(0.3, 0.7)
    return [[*_head(u, w), (0.45 * w, u(0.66, 0.74)), (u(-0.06, 0.04), 0.95), CORNER,
             (0.5 * base, 0.95 + u(-0.03, 0.03)), (base, 0.97 + u(-0.06, 0.1))]]  # fmt: skip


TWO: tuple[Style, ...] = (
    _two_plain, _two_wavy, _two_looped, _two_angular, _two_swan, _two_hooked, _two_zed,
    _two_long_base,
)  # fmt: skip


# 3: round, with a soft or looped waist, flat on top, angular, with a long tail, in two strokes.


@style("round", 3)
def _three_round(u: Sampler) -> list[Stroke]:
    w, waist = u(0.42, 0.6), u(0.42, 0.5)
    inner = u(0.3, 0.55)
    top = w * u(0.8, 1.0)
    return [[(u(-0.02, 0.06), u(0.08, 0.22)), (0.45 * w, 0.0), (top, 0.18), (0.8 * top, 0.36),
             (inner * w, waist), CORNER, (0.8 * w, waist + 0.09), (w, 0.72), (0.85 * w, 0.9),
             (0.45 * w, 1.0),
             (u(-0.06, 0.04), u(0.8, 0.95))]]  # fmt: skip


@style("soft waist", 1.2)
def _three_soft(u: Sampler) -> list[Stroke]:
    """Draw the waist as a wave instead of a cusp."""
    w, waist = u(0.42, 0.58), u(0.43, 0.5)
    return [[(0.0, u(0.05, 0.18)), (0.45 * w, 0.0), (0.92 * w, 0.16), (0.75 * w, 0.36),
             (0.5 * w, waist), (0.78 * w, waist + 0.1), (w, 0.72), (0.8 * w, 0.93), (0.42 * w, 1.0),
             (u(-0.06, 0.04), u(0.82, 0.97))]]  # fmt: skip


@style("looped waist", 0.8, 0.4, 0.13)
def _three_looped(u: Sampler) -> list[Stroke]:
    """Draw a small loop in the waist."""
    w, waist, loop = u(0.5, 0.65), u(0.43, 0.48), u(0.14, 0.24)
    return [[(0.0, u(0.06, 0.2)), (0.45 * w, 0.0), (0.95 * w, 0.17), (0.78 * w, 0.35),
             (0.5 * w, waist + 0.06),
             (0.5 * w - loop, waist + 0.01), (0.48 * w, waist - 0.09), (0.8 * w, waist + 0.08),
             (w, 0.72), (0.82 * w, 0.92),
             (0.42 * w, 1.0), (u(-0.06, 0.03), u(0.82, 0.95))]]  # fmt: skip


@style("flat top", 1.5, 0.4)
def _three_flat(u: Sampler) -> list[Stroke]:
    """Draw a flat top and a slanting waist, like a Z on top of a bowl."""
    w, waist = u(0.48, 0.62), u(0.36, 0.46)
    return [[(u(-0.03, 0.04), u(-0.02, 0.05)), (w, 0.0), CORNER, (u(0.3, 0.5) * w, waist), CORNER,
             (0.75 * w, waist + 0.05), (w, waist + 0.28), (0.8 * w, 0.93), (0.4 * w, 1.0),
             (u(-0.06, 0.04), u(0.84, 0.95))]]  # fmt: skip


@style("angular", 0.7, 0.4)
def _three_angular(u: Sampler) -> list[Stroke]:
    w, waist = u(0.4, 0.55), u(0.42, 0.5)
    return [[(0.0, u(-0.02, 0.08)), (0.6 * w, 0.0), (w, 0.2), (0.4 * w, waist), CORNER,
             (w, 0.72), (0.6 * w, 1.0), (-0.02, u(0.92, 1.0))]]  # fmt: skip


@style("long tail", 0.8, 0.4, 0.2)
def _three_ezh(u: Sampler) -> list[Stroke]:
    """Draw a flat top, a diagonal to the waist, and a tail that extends far to the left."""
    w, waist = u(0.42, 0.58), u(0.34, 0.46)
    return [[(u(-0.03, 0.06), u(-0.02, 0.06)), (w, 0.0), CORNER, (u(0.15, 0.4) * w, waist), CORNER,
             (0.7 * w, waist + 0.03), (w, waist + 0.24), (0.85 * w, 0.9), (0.4 * w, 1.0),
             (u(-0.3, -0.05), u(0.86, 1.0))]]  # fmt: skip


@style("cornered", 0.5, 0.3, 0.15)
def _three_cornered(u: Sampler) -> list[Stroke]:
    """Draw straight lines only, like a mirrored E."""
    w, waist = u(0.42, 0.62), u(0.42, 0.54)
    return [[(u(-0.04, 0.04), u(-0.02, 0.06)), (w, 0.0), CORNER, (w + u(-0.04, 0.02), waist),
             CORNER, (u(0.1, 0.45) * w, waist + u(-0.02, 0.02)), CORNER, (w, waist + 0.02), CORNER,
             (w + u(-0.02, 0.04), 1.0), CORNER,
             (u(-0.06, 0.04), 1.0 + u(-0.05, 0.02))]]  # fmt: skip


@style("two bows", 0.5, 0.4, 0.17)
def _three_two_bows(u: Sampler) -> list[Stroke]:
    """Draw the upper and lower bowl as two strokes that almost meet at the waist."""
    w, waist, inner = u(0.44, 0.6), u(0.42, 0.5), u(0.2, 0.5)
    return [[(u(-0.02, 0.06), u(0.06, 0.2)), (0.45 * w, 0.0), (0.9 * w, 0.16), (0.72 * w, 0.36),
             (inner * w, waist)],
            [(inner * w + u(-0.04, 0.04), waist + u(-0.02, 0.04)), (0.8 * w, waist + 0.1),
             (w, 0.74), (0.82 * w, 0.93), (0.42 * w, 1.0),
             (u(-0.08, 0.04), u(0.8, 0.95))]]  # fmt: skip


THREE: tuple[Style, ...] = (
    _three_round, _three_soft, _three_looped, _three_flat, _three_angular, _three_ezh,
    _three_cornered, _three_two_bows,
)  # fmt: skip
