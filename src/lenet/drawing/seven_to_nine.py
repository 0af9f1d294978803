"""The styles in which people write the digits 7 to 9."""

import numpy as np

from lenet.drawing.strokes import CORNER, Floats, Point, Sampler, Stroke, Style, arc, style

# 7: plain, upright, curved, swaying, crossed, half crossed, hooked, dropped, wavy, round, based.
#
# A base is short and only drawn together with a crossbar, which a 2 lacks.


def _bar(u: Sampler, wide: tuple[float, float]) -> tuple[list[Point | None], Floats]:
    w = u(*wide)
    left = u(-0.05, 0.05)
    return [(0.0, left), (w / 2, left / 2 + u(-0.03, 0.03)), (w, 0.0), CORNER], w


def _cross(
    u: Sampler, w: Floats, reach: Floats, half_as_long: tuple[float, float] = (0.13, 0.26)
) -> Stroke:
    """Return a crossbar, short by default; the stem runs `reach` to the left as it descends."""
    at, half, tilt = u(0.42, 0.6), u(*half_as_long), u(-0.07, 0.05)
    x = w - reach * at
    shift = u(-0.05, 0.05)
    return [(x + shift - half, at - tilt), (x + shift + half, at + tilt)]


@style("plain", 2.5, 0.3, narrowest=0.85)
def _seven_plain(u: Sampler) -> list[Stroke]:
    bar, w = _bar(u, (0.45, 0.7))
    reach = u(0.2, 0.5)
    return [[*bar, (w - reach / 2 + u(-0.04, 0.03), 0.5), (w - reach, 1.0)]]


@style("upright", 0.8, 0.3, narrowest=0.85)
def _seven_upright(u: Sampler) -> list[Stroke]:
    """Draw a vertical stem under a wide bar."""
    bar, w = _bar(u, (0.5, 0.68))
    reach = u(0.0, 0.15)
    return [[*bar, (w - reach / 2, 0.5), (w - reach, 1.0)]]


@style("curved", 1.2, 0.3, narrowest=0.85)
def _seven_curved(u: Sampler) -> list[Stroke]:
    """Bend the stem, concave to the right."""
    bar, w = _bar(u, (0.45, 0.7))
    reach = u(0.3, 0.5)
    bow = u(0.04, 0.13)
    return [[*bar, (w - 0.6 * reach, 0.5 - bow), (w - reach + u(0.0, 0.05), 1.0)]]


@style("crossed", 2, 0.3, 0.2, narrowest=0.85)
def _seven_crossed(u: Sampler) -> list[Stroke]:
    bar, w = _bar(u, (0.45, 0.7))
    reach = u(0.12, 0.45)
    return [
        [*bar, (w - reach / 2 + u(-0.03, 0.02), 0.5), (w - reach, 1.0)],
        _cross(u, w, reach),
    ]


@style("long crossed", 0.8, 0.3, 0.17, narrowest=0.85)
def _seven_long_crossed(u: Sampler) -> list[Stroke]:
    """Cross the stem with a bar about as long as the one on top."""
    bar, w = _bar(u, (0.45, 0.75))
    reach = u(0.1, 0.45)
    return [[*bar, (w - reach / 2 + u(-0.03, 0.02), 0.5), (w - reach, 1.0)],
            _cross(u, w, reach, (0.24, 0.36))]  # fmt: skip


@style("curved and crossed", 0.8, 0.3, 0.18, narrowest=0.85)
def _seven_curved_crossed(u: Sampler) -> list[Stroke]:
    """Bend the stem, concave to the right, and cross it."""
    bar, w = _bar(u, (0.45, 0.7))
    reach, bow = u(0.28, 0.5), u(0.04, 0.13)
    return [[*bar, (w - 0.6 * reach, 0.5 - bow), (w - reach + u(0.0, 0.05), 1.0)],
            _cross(u, w - bow, reach)]  # fmt: skip


@style("swaying", 0.5, 0.3, 0.2, narrowest=0.85)
def _seven_swaying(u: Sampler) -> list[Stroke]:
    """Bend the stem into a long S."""
    bar, w = _bar(u, (0.45, 0.68))
    reach = u(0.2, 0.42)
    return [[*bar, (w - 0.22 * reach, 0.3), (w - 0.78 * reach, 0.66), (w - reach, 0.86),
             (w - reach + u(-0.04, 0.05), 1.0)]]  # fmt: skip


def _hook(u: Sampler, deep: tuple[float, float]) -> list[Point | None]:
    return [(u(-0.05, 0.03), u(*deep)), (0.0, u(-0.02, 0.03)), CORNER]


@style("hooked", 1, 0.3, 0.2, narrowest=0.85)
def _seven_hooked(u: Sampler) -> list[Stroke]:
    bar, w = _bar(u, (0.48, 0.7))
    reach = u(0.15, 0.45)
    return [
        [*_hook(u, (0.08, 0.2)), *bar[1:], (w - reach / 2 + u(-0.04, 0.02), 0.5), (w - reach, 1.0)]
    ]


@style("hooked and crossed", 0.7, 0.3, 0.17, narrowest=0.85)
def _seven_hooked_crossed(u: Sampler) -> list[Stroke]:
    bar, w = _bar(u, (0.48, 0.7))
    reach = u(0.15, 0.4)
    return [
        [*_hook(u, (0.08, 0.2)), *bar[1:], (w - reach / 2, 0.5), (w - reach, 1.0)],
        _cross(u, w, reach),
    ]


@style("long drop", 0.9, 0.3, 0.18, narrowest=0.85)
def _seven_asian(u: Sampler) -> list[Stroke]:
    """Start with a long serif at the left, as taught in East Asia."""
    bar, w = _bar(u, (0.4, 0.58))
    reach = u(0.05, 0.28)
    return [[*_hook(u, (0.2, 0.38)), *bar[1:], (w - 0.4 * reach, 0.5), (w - reach, 1.0)]]


@style("wavy bar", 0.7, 0.3, narrowest=0.85)
def _seven_wavy(u: Sampler) -> list[Stroke]:
    """Draw the bar as a wave."""
    w, wave, reach = u(0.5, 0.7), u(0.03, 0.09), u(0.2, 0.45)
    return [[(0.0, 0.02 + wave), (0.25 * w, 0.0), (0.6 * w, 0.02 + wave), (w, 0.0), CORNER,
             (w - reach / 2, 0.48), (w - reach, 1.0)]]  # fmt: skip


@style("round shoulder", 0.7, 0.3, narrowest=0.85)
def _seven_round(u: Sampler) -> list[Stroke]:
    """Join bar and stem with a curve instead of a corner."""
    w, reach = u(0.45, 0.65), u(0.2, 0.42)
    return [
        [
            (0.0, u(0.0, 0.06)),
            (0.5 * w, 0.0),
            (0.9 * w, 0.03),
            (w, 0.14),
            (w - 0.35 * reach, 0.42),
            (w - reach, 1.0),
        ]
    ]


@style("crossed and based", 0.6, 0.3, 0.15, narrowest=0.85)
def _seven_based(u: Sampler) -> list[Stroke]:
    """Draw a crossed 7 that ends in a short base."""
    bar, w = _bar(u, (0.45, 0.68))
    reach, base = u(0.12, 0.45), u(0.14, 0.34)
    foot = w - reach
    return [[*bar, (w - reach / 2 + u(-0.03, 0.02), 0.5), (foot, 1.0), CORNER,
             (foot + base / 2, 1.0 + u(-0.03, 0.02)), (foot + base, 1.0 + u(-0.06, 0.03))],
            _cross(u, w, reach)]  # fmt: skip


@style("half crossed", 0.8, 0.25, 0.13, narrowest=0.85)
def _seven_half_crossed(u: Sampler) -> list[Stroke]:
    """Draw a crossbar that ends at the stem, almost as long as the top bar."""
    w, reach, bow = u(0.5, 0.75), u(0.0, 0.3), u(0.0, 0.08)
    tilt, at = u(-0.1, 0.06), u(0.4, 0.56)
    end = w - reach * at + bow + u(-0.02, 0.07)
    long = u(0.3, 0.5)
    return [[(0.0, u(-0.03, 0.1)), (w / 2, u(-0.02, 0.04)), (w, u(0.0, 0.08)), CORNER,
             (w - 0.3 * reach + bow, 0.4), (w - reach, 1.0)],
            [(end - long, at + tilt), (end, at + u(0.0, 0.08))]]  # fmt: skip


SEVEN: tuple[Style, ...] = (
    _seven_plain, _seven_upright, _seven_curved, _seven_crossed, _seven_long_crossed,
    _seven_curved_crossed, _seven_swaying, _seven_hooked, _seven_hooked_crossed, _seven_asian,
    _seven_based, _seven_half_crossed, _seven_wavy, _seven_round,
)  # fmt: skip


# 8: a closed, open or reversed S; two rings; unequal loops; an hourglass; from the waist.


@style("S closed", 3, 0.5, 0.17)
def _eight_s(u: Sampler) -> list[Stroke]:
    """Start at the top right with an S, then come back up and close the head."""
    w, top, waist = u(0.4, 0.6), u(0.62, 1.0), u(0.42, 0.5)
    close = u(-0.02, 0.03)
    r = w / 2
    return [[(r * top * 0.75, 0.1), (0.0, 0.0), (-r * top, waist / 2),
             (-0.3 * r * top, waist - 0.06), (0.55 * r, waist + 0.12), (r, 0.76),
             (0.0, 1.0), (-r, 0.76), (-0.55 * r, waist + 0.12), (0.3 * r * top, waist - 0.06),
             (r * top, waist / 2), (r * top * 0.75 + close, 0.1 + close)]]  # fmt: skip


@style("S reversed", 1, 0.4, 0.17)
def _eight_reversed(u: Sampler) -> list[Stroke]:
    """Start at the top left with a mirrored S."""
    return [[point and (-point[0], point[1]) for point in stroke] for stroke in _eight_s.draw(u)]


@style("S open", 1.4, 0.5, 0.17)
def _eight_open(u: Sampler) -> list[Stroke]:
    """Leave the head open at the end of the stroke."""
    w, waist = u(0.42, 0.6), u(0.42, 0.5)
    r = w / 2
    return [[(0.7 * r, u(0.02, 0.1)), (-0.1 * r, 0.0), (-0.8 * r, 0.2), (-0.3 * r, waist - 0.04),
             (0.6 * r, waist + 0.12), (r, 0.78),
             (0.0, 1.0), (-0.95 * r, 0.78), (-0.55 * r, waist + 0.12), (0.35 * r, waist - 0.09),
             (u(0.9, 1.25) * r, u(0.12, 0.2))]]  # fmt: skip


@style("two rings", 2, 0.4, 0.17)
def _eight_rings(u: Sampler) -> list[Stroke]:
    """Draw one ring on top of the other."""
    waist, top, bottom = u(0.42, 0.5), u(0.16, 0.25), u(0.22, 0.31)
    overlap = u(-0.01, 0.04)
    first, second = u(0.1, 0.35), u(-0.35, -0.15)
    lift = (waist + overlap) / 2
    return [arc((0.0, lift), (top, lift), first, first - 1 + u(-0.03, 0.01), 9),
            arc((u(-0.03, 0.03), (1 + waist) / 2),
            (bottom, (1 - waist) / 2), second, second - 1 + u(-0.03, 0.01), 9)]  # fmt: skip


@style("rings apart", 0.8, 0.3, 0.14)
def _eight_rings_apart(u: Sampler) -> list[Stroke]:
    """Draw two rings that almost touch or are slightly offset."""
    waist, top, bottom = u(0.4, 0.5), u(0.17, 0.25), u(0.21, 0.3)
    gap, aside = u(-0.02, 0.05), u(-0.08, 0.08)
    first, second = u(-0.4, 0.35), u(-0.4, 0.35)
    return [arc((0.0, waist / 2), (top, waist / 2), first, first - 1 + u(-0.05, 0.03), 9),
            arc((aside, (1 + waist + gap) / 2), (bottom, (1 - waist - gap) / 2),
            second, second - 1 + u(-0.05, 0.03), 9)]  # fmt: skip


@style("unequal", 0.8, 0.4, 0.14)
def _eight_unequal(u: Sampler) -> list[Stroke]:
    """Draw one loop much smaller than the other."""
    waist = np.where(u.sign() > 0, u(0.3, 0.37), u(0.56, 0.64))
    top, bottom = 0.5 * waist * u(0.85, 1.1), 0.5 * (1 - waist) * u(0.75, 1.0)
    return [[(0.7 * top, 0.16 * waist), (0.0, 0.0), (-top, waist / 2),
             (-0.3 * top, 0.87 * waist), (0.5 * bottom, waist + 0.2 * (1 - waist)),
             (bottom, 0.5 + waist / 2), (0.0, 1.0), (-bottom, 0.5 + waist / 2),
             (-0.5 * bottom, waist + 0.2 * (1 - waist)),
             (0.3 * top, 0.87 * waist), (top, waist / 2), (0.68 * top, 0.17 * waist)]]  # fmt: skip


@style("crossing", 1, 0.4, 0.15)
def _eight_crossing(u: Sampler) -> list[Stroke]:
    """Draw an hourglass: two crossing diagonals with round ends."""
    w = u(0.38, 0.55)
    return [[(0.5 * w, 0.0), (0.08 * w, 0.1), (0.12 * w, 0.28), (0.5 * w, 0.48),
             (0.92 * w, 0.74), (0.8 * w, 0.96), (0.4 * w, 1.0),
             (0.06 * w, 0.84), (0.3 * w, 0.6), (0.85 * w, 0.28), (0.9 * w, 0.1),
             (0.5 * w, u(0.0, 0.03))]]  # fmt: skip


@style("from the waist", 0.8, 0.4, 0.17)
def _eight_from_waist(u: Sampler) -> list[Stroke]:
    """Start at the waist: first the upper loop, then the lower one."""
    w, waist = u(0.4, 0.58), u(0.43, 0.5)
    r, t = w / 2, w / 2 * u(0.7, 0.95)
    return [[(u(-0.03, 0.03), waist), (-t, 0.6 * waist), (-0.75 * t, 0.12), (0.0, 0.0),
             (0.75 * t, 0.12), (t, 0.6 * waist), (0.0, waist),
             (-0.8 * r, waist + 0.14), (-0.9 * r, 0.85), (0.0, 1.0), (0.9 * r, 0.85),
             (0.8 * r, waist + 0.14), (u(-0.02, 0.03), waist)]]  # fmt: skip


EIGHT: tuple[Style, ...] = (
    _eight_s, _eight_reversed, _eight_open, _eight_rings, _eight_rings_apart, _eight_unequal,
    _eight_crossing, _eight_from_waist,
)  # fmt: skip


# 9: straight, leaning, curled, hooked, an open or a small loop, in two strokes, angular.


def _loop(u: Sampler, close: tuple[float, float]) -> tuple[list[Point], Floats]:
    """Return the loop, which starts at the top right and leaves a gap of `close`, and its width."""
    w, high = u(0.42, 0.62), u(0.4, 0.54)
    r = w / 2
    loop = arc((r, high / 2), (r, high / 2), u(-0.16, -0.08), -1 + u(*close), 8)
    return loop, w


@style("straight", 2.5, 0.4, 0.19)
def _nine_straight(u: Sampler) -> list[Stroke]:
    loop, w = _loop(u, (-0.08, 0.02))
    return [[*loop, (w, u(0.02, 0.1)), CORNER, (w - 0.01, 0.5), (w + u(-0.1, 0.03), 1.0)]]


@style("leaning", 1.2, 0.4, 0.19)
def _nine_leaning(u: Sampler) -> list[Stroke]:
    """Draw a straight stem that falls to the left."""
    loop, w = _loop(u, (-0.05, 0.02))
    reach = u(0.12, 0.4)
    return [[*loop, (w, u(0.08, 0.16)), (w - 0.25 * reach, 0.5), (w - reach, 1.0)]]


@style("curled", 1.8, 0.4, 0.19)
def _nine_curled(u: Sampler) -> list[Stroke]:
    """Draw a 6 rotated by 180 degrees."""
    loop, w = _loop(u, (-0.04, 0.02))
    return [
        [
            *loop,
            (w * 1.02, u(0.35, 0.5)),
            (0.93 * w, 0.78),
            (0.6 * w, 0.97),
            (u(0.05, 0.3) * w, u(0.96, 1.02)),
        ]
    ]


@style("hooked", 1.3, 0.35, 0.17)
def _nine_hooked(u: Sampler) -> list[Stroke]:
    """End in a hook to the left, like a g."""
    loop, w = _loop(u, (-0.06, 0.02))
    return [
        [
            *loop,
            (w, u(0.04, 0.1)),
            CORNER,
            (w, 0.5),
            (w - 0.01, 0.8),
            (0.75 * w, 0.97),
            (0.35 * w, 1.0),
            (u(-0.02, 0.12) * w, u(0.83, 0.92)),
        ]
    ]


@style("open loop", 0.8, 0.35, 0.17)
def _nine_open(u: Sampler) -> list[Stroke]:
    """Leave a small gap at the top, between loop and stem."""
    w, high = u(0.45, 0.62), u(0.42, 0.54)
    r = w / 2
    loop = arc((r, high / 2), (r, high / 2), u(-0.2, -0.12), -1 + u(0.0, 0.03), 8)
    return [[*loop[:-1], (w, u(0.02, 0.09)), CORNER, (w, 0.5), (w + u(-0.12, 0.03), 1.0)]]


@style("small loop", 0.9, 0.4, 0.11)
def _nine_small_loop(u: Sampler) -> list[Stroke]:
    """Draw a small head on a long straight stem."""
    w, high = u(0.28, 0.4), u(0.26, 0.38)
    start = u(-0.18, -0.06)
    loop = arc((w / 2, high / 2), (w / 2, high / 2), start, -1 + u(-0.06, 0.02), 8)
    return [[*loop, (w, u(0.02, 0.08)), CORNER, (w - 0.01, 0.5), (w + u(-0.14, 0.03), 1.0)]]


@style("small loop, hooked", 0.6, 0.35, 0.12)
def _nine_small_hooked(u: Sampler) -> list[Stroke]:
    """Draw a small head on a long curve that ends at the lower left."""
    w, high = u(0.24, 0.38), u(0.24, 0.36)
    bow, end = u(0.02, 0.1), u(-0.15, 0.1)
    loop = arc((w / 2, high / 2), (w / 2, high / 2), u(-0.18, -0.06), -1 + u(-0.06, 0.02), 8)
    return [[*loop, (w + bow, 0.4), (w + bow, 0.7), (0.75 * w, 0.94), (end, u(0.92, 1.0))]]


@style("flicked", 0.4, 0.3, 0.17)
def _nine_flicked(u: Sampler) -> list[Stroke]:
    """Flick to the right at the end of the stem."""
    loop, w = _loop(u, (-0.06, 0.02))
    out = u(0.08, 0.24)
    return [[*loop, (w, u(0.04, 0.1)), CORNER, (w, 0.5), (w + u(-0.04, 0.02), 0.88),
             (w + 0.4 * out, 1.0), (w + out, 1.0 - u(0.02, 0.1))]]  # fmt: skip


@style("two strokes", 1, 0.4, 0.19)
def _nine_two_strokes(u: Sampler) -> list[Stroke]:
    """Draw a ring, then the stem beside it."""
    w, high = u(0.42, 0.6), u(0.42, 0.54)
    r = w / 2
    start = u(-0.3, -0.05)
    return [arc((r, high / 2), (r, high / 2), start, start - 1 + u(-0.04, 0.02), 9),
            [(w + u(-0.02, 0.03), u(-0.02, 0.12)), (w + u(-0.02, 0.02), 0.5),
             (w + u(-0.12, 0.03), 1.0)]]  # fmt: skip


@style("angular", 0.7, 0.4, 0.18)
def _nine_angular(u: Sampler) -> list[Stroke]:
    """Draw a narrow head with a pointed chin."""
    w, high = u(0.4, 0.55), u(0.42, 0.52)
    return [[(w, u(0.0, 0.06)), (0.45 * w, 0.0), (0.03 * w, 0.45 * high), (0.3 * w, high),
             (0.8 * w, 0.7 * high), (w, 0.04), CORNER,
             (w - 0.02, 0.55), (w + u(-0.15, 0.0), 1.0)]]  # fmt: skip


NINE: tuple[Style, ...] = (
    _nine_straight, _nine_leaning, _nine_curled, _nine_hooked, _nine_open, _nine_small_loop,
    _nine_small_hooked, _nine_flicked, _nine_two_strokes, _nine_angular,
)  # fmt: skip
