"""The styles in which people write the digits 4 to 6."""

import numpy as np

from lenet.drawing.strokes import CORNER, Floats, Point, Sampler, Stroke, Style, arc, style

# 4: open, splayed, closed, in one stroke, looped, with a short stem, sharp, like a flag.
#
# An open 4 has a corner or a wide opening, unlike the loop of a 9; its stem is upright, unlike the
# slanting tail of a y.


@style("open", 3)
def _four_open(u: Sampler) -> list[Stroke]:
    """Draw a corner and a separate stem."""
    bar, w = u(0.52, 0.7), u(0.5, 0.95)
    start, stem = u(0.08, 0.28), u(0.36, 0.5)
    lean = u(-0.08, 0.04)
    return [[(start, 0.0), (start / 2 + u(-0.02, 0.02), bar / 2), (0.0, bar),
             CORNER, (w / 2, bar + u(-0.02, 0.02)),
             (w, bar + u(-0.06, 0.03))],
            [(stem, u(-0.02, 0.3)), (stem + lean / 2, 0.6), (stem + lean, 1.0)]]  # fmt: skip


@style("open, round", 1.3, 0.35, 0.2)
def _four_open_round(u: Sampler) -> list[Stroke]:
    """Draw a round left side with a wide opening."""
    bar, w = u(0.45, 0.6), u(0.46, 0.62)
    return [[(u(-0.02, 0.04), 0.0), (-0.02, 0.55 * bar), (0.12 * w, 0.93 * bar), (0.45 * w, bar),
             (w + u(0.0, 0.15), bar - u(0.02, 0.08))],
            [(w, u(-0.05, 0.12)), (w - 0.02, 0.5), (w + u(-0.1, 0.02), 1.0)]]  # fmt: skip


@style("open, square", 1.2, 0.3, 0.17)
def _four_square(u: Sampler) -> list[Stroke]:
    """Draw a short vertical arm, a horizontal bar, and a long parallel stem."""
    bar, w = u(0.44, 0.64), u(0.34, 0.56)
    over = u(0.0, 0.3)
    return [[(u(-0.03, 0.05), u(0.0, 0.25)), (0.0, bar), CORNER, (w / 2, bar + u(-0.02, 0.02)),
             (w + over, bar + u(-0.05, 0.02))],
            [(w, u(-0.05, 0.1)), (w + u(-0.03, 0.03), 1.0)]]  # fmt: skip


@style("open, splayed", 1.2, 0.25, 0.15)
def _four_splayed(u: Sampler) -> list[Stroke]:
    """Spread the arms towards the top; the bar ends at or beyond the stem."""
    bar, w, out = u(0.44, 0.62), u(0.3, 0.5), u(0.04, 0.2)
    over = np.maximum(0.0, u(-0.15, 0.3))
    return [[(-out, u(0.0, 0.22)), (-0.3 * out, 0.6 * bar), (0.0, bar), CORNER,
             (w + over, bar - u(0.0, 0.1))],
            [(w + out * u(0.2, 0.8), u(-0.05, 0.1)), (w - u(0.0, 0.08), 1.0)]]  # fmt: skip


@style("open, one stroke", 0.8, 0.3, 0.17)
def _four_open_one_stroke(u: Sampler) -> list[Stroke]:
    """Draw it in one stroke: left side, bar, up, and down again."""
    bar, w = u(0.42, 0.58), u(0.42, 0.58)
    return [[(0.0, u(0.0, 0.06)), (0.0, 0.6 * bar), (0.1 * w, bar), (0.55 * w, bar),
             (w, u(0.0, 0.15)), CORNER,
             (w - 0.02, 0.6), (w + u(-0.1, 0.0), 1.0)]]  # fmt: skip


@style("closed", 2, 0.35, 0.2)
def _four_closed(u: Sampler) -> list[Stroke]:
    """Draw the closed triangle of printed 4s: stem and diagonal meet at the top."""
    bar, stem = u(0.55, 0.7), u(0.38, 0.58)
    over = u(0.08, 0.4)
    return [[(stem, 0.0), (stem / 2, bar / 2), (0.0, bar),
             CORNER, (stem + over, bar + u(-0.04, 0.02))],
            [(stem, u(-0.03, 0.04)), (stem + u(-0.03, 0.03), 1.0)]]  # fmt: skip


@style("one stroke", 1, 0.35, 0.18)
def _four_one_stroke(u: Sampler) -> list[Stroke]:
    """Draw a closed 4 in one stroke that starts at the end of the bar."""
    bar, stem = u(0.52, 0.7), u(0.36, 0.55)
    return [[(stem + u(0.06, 0.35), bar + u(-0.05, 0.03)), (0.0, bar), CORNER, (stem, 0.0), CORNER,
             (stem - 0.01, 0.5), (stem + u(-0.05, 0.03), 1.0)]]  # fmt: skip


@style("looped corner", 0.6, 0.35, 0.17)
def _four_loop(u: Sampler) -> list[Stroke]:
    """Draw a small loop at the left corner, as in cursive."""
    bar, stem, loop = u(0.55, 0.68), u(0.4, 0.52), u(0.05, 0.1)
    return [[(u(0.15, 0.25), 0.0), (0.1, 0.35), (0.0, bar), (-loop, bar + loop),
             (0.0, bar - 0.04), (stem, bar),
             (stem + u(0.1, 0.25), bar - 0.03)],
            [(stem, u(0.1, 0.32)), (stem + u(-0.06, 0.02), 1.0)]]  # fmt: skip


@style("lightning", 1.2, 0.3, 0.18)
def _four_lightning(u: Sampler) -> list[Stroke]:
    """Draw a long diagonal and a short stem through the bar."""
    bar, w = u(0.55, 0.74), u(0.5, 0.9)
    start, stem = u(0.28, 0.45), u(0.34, 0.46)
    return [[(start, 0.0), (0.0, bar), CORNER, (w, bar + u(-0.07, 0.0))],
            [(stem + 0.02, bar - u(0.16, 0.3)), (stem - u(0.0, 0.12), 1.0)]]  # fmt: skip


@style("sharp", 0.9, 0.25, 0.16)
def _four_sharp(u: Sampler) -> list[Stroke]:
    """Draw a lightning bolt in one stroke: a diagonal, a rising bar, and the stem."""
    bar, w = u(0.46, 0.62), u(0.44, 0.66)
    return [[(u(0.2, 0.7) * w, 0.0), (0.0, bar), CORNER, (w, bar - u(0.08, 0.3)), CORNER,
             (w - u(0.08, 0.3), 1.0)]]  # fmt: skip


@style("round corner", 0.6, 0.3, 0.15)
def _four_round_corner(u: Sampler) -> list[Stroke]:
    """Curve from a long diagonal into the bar; a short stem crosses its end."""
    bar, w = u(0.62, 0.76), u(0.45, 0.65)
    stem = u(0.6, 0.9) * w
    return [[(u(0.25, 0.5), 0.0), (0.08, 0.6 * bar), (0.0, 0.88 * bar), (0.1 * w, bar),
             (0.5 * w, bar), (w, bar - u(0.0, 0.08))],
            [(stem + 0.03, bar - u(0.16, 0.32)), (stem - u(0.0, 0.1), 1.0)]]  # fmt: skip


@style("short bar", 0.8, 0.35, 0.2)
def _four_short_bar(u: Sampler) -> list[Stroke]:
    """End the bar at the stem."""
    bar, w = u(0.5, 0.66), u(0.4, 0.55)
    start = u(0.05, 0.2)
    return [[(start, 0.0), (0.0, bar), CORNER, (w, bar + u(-0.04, 0.02))],
            [(w, u(-0.02, 0.2)), (w + u(-0.05, 0.03), 1.0)]]  # fmt: skip


@style("flag", 0.8, 0.3, 0.1, narrowest=0.85)
def _four_flag(u: Sampler) -> list[Stroke]:
    """Draw a small triangle at the upper left of a long stem."""
    bar, w = u(0.3, 0.45), u(0.28, 0.42)
    return [[(w, u(-0.02, 0.04)), (0.0, bar), CORNER, (w + u(-0.01, 0.14), bar + u(-0.03, 0.03))],
            [(w, 0.0), (w + u(-0.03, 0.02), 0.5), (w + u(-0.08, 0.04), 1.0)]]  # fmt: skip


@style("open flag", 0.5, 0.3, 0.12, narrowest=0.8)
def _four_open_flag(u: Sampler) -> list[Stroke]:
    """Draw a small open corner at the upper left of a long stem."""
    bar, w = u(0.34, 0.48), u(0.26, 0.42)
    start = u(0.02, 0.14)
    return [[(start, u(0.0, 0.06)), (0.0, bar), CORNER, (w + u(0.0, 0.12), bar + u(-0.03, 0.03))],
            [(w, u(-0.04, 0.1)), (w + u(-0.08, 0.03), 1.0)]]  # fmt: skip


FOUR: tuple[Style, ...] = (
    _four_open, _four_open_round, _four_square, _four_splayed, _four_open_one_stroke,
    _four_closed, _four_one_stroke, _four_loop, _four_lightning, _four_sharp, _four_round_corner,
    _four_short_bar, _four_flag, _four_open_flag,
)  # fmt: skip


# 5: its bar apart or far off, in one stroke, like an S, with a long bar, a low bowl, corners.
#
# Its bowl stays wide open, unlike the closed loop of a 6.


def _bowl(w: Floats, top: Floats, end: Floats, left: Floats) -> list[Point | None]:
    """Return the bowl of a 5, from the left shoulder at height `top` to the tail."""
    return [(0.4 * w, top - 0.07), (0.85 * w, top + 0.04), (w, top + 0.27), (0.82 * w, top + 0.47),
            (0.42 * w, 1.0), (left, end)]  # fmt: skip


@style("bar apart", 2.2, 0.45, 0.2)
def _five_bar_apart(u: Sampler) -> list[Stroke]:
    w, x, top = u(0.5, 0.65), u(0.02, 0.12), u(0.4, 0.5)
    rise, gap = u(-0.05, 0.03), u(-0.02, 0.06)
    return [[(x + u(0.0, 0.08), 0.03), (x, top),
             CORNER, *_bowl(w, top, u(0.84, 0.97), u(-0.2, 0.06))],
            [(x + gap + 0.02, 0.02), (w * u(0.85, 1.5), 0.02 + rise)]]  # fmt: skip


@style("one stroke", 2, 0.45, 0.2)
def _five_one_stroke(u: Sampler) -> list[Stroke]:
    w, x, top = u(0.5, 0.65), u(0.02, 0.12), u(0.4, 0.5)
    return [[(w * u(0.8, 1.5), u(-0.05, 0.05)), (x + 0.04, 0.0), CORNER, (x, top), CORNER,
             *_bowl(w, top, u(0.84, 0.97), u(-0.2, 0.06))]]  # fmt: skip


@style("like an S", 0.8, 0.3, 0.2)
def _five_s(u: Sampler) -> list[Stroke]:
    """Draw it almost like an S, but with a flat top and a steep neck."""
    w, top = u(0.5, 0.62), u(0.4, 0.46)
    return [[(w * u(0.85, 1.1), u(-0.02, 0.05)), (0.5 * w, 0.0), (0.16 * w, 0.04),
             (0.08 * w, top - 0.12),
             (0.2 * w, top), (0.62 * w, top + 0.03), (w, top + 0.25), (0.85 * w, 0.9),
             (0.42 * w, 1.0),
             (u(-0.05, 0.05), u(0.88, 0.96))]]  # fmt: skip


@style("long bar", 1, 0.4, 0.16)
def _five_long_bar(u: Sampler) -> list[Stroke]:
    w, x, top = u(0.42, 0.55), u(0.02, 0.1), u(0.4, 0.5)
    return [[(x, 0.06), (x, top), CORNER, *_bowl(w, top, u(0.88, 0.98), u(-0.25, 0.04))],
            [(x - u(0.0, 0.06), 0.05), (w + u(0.15, 0.6), u(-0.06, 0.06))]]  # fmt: skip


@style("low bowl", 0.8, 0.4, 0.2)
def _five_low_bowl(u: Sampler) -> list[Stroke]:
    """Draw a slanting neck that runs into a small round bowl."""
    w, top = u(0.5, 0.62), u(0.36, 0.46)
    return [[(w + u(-0.05, 0.15), u(-0.03, 0.04)), (0.25, 0.0), CORNER, (0.14, top),
             CORNER, (0.5 * w, top - 0.01),
             (0.95 * w, top + 0.2), (0.8 * w, 0.86), (0.3 * w, 1.0),
             (u(-0.08, 0.0), u(0.93, 1.0))]]  # fmt: skip


@style("bar far off", 0.6, 0.4, 0.17)
def _five_bar_far_off(u: Sampler) -> list[Stroke]:
    """Draw the bar detached, above or to the right of the bowl."""
    w, x, top = u(0.5, 0.65), u(0.02, 0.12), u(0.4, 0.5)
    away, lift = u(0.06, 0.26), u(-0.12, 0.04)
    return [[(x + u(0.0, 0.08), 0.05), (x, top),
             CORNER, *_bowl(w, top, u(0.86, 0.97), u(-0.2, 0.04))],
            [(x + away, lift), (w * u(1.0, 1.5), lift + u(-0.06, 0.04))]]  # fmt: skip


@style("cornered", 0.6, 0.3, 0.15)
def _five_cornered(u: Sampler) -> list[Stroke]:
    """Draw straight lines only, as with a mouse."""
    w, x, top = u(0.46, 0.62), u(0.0, 0.1), u(0.38, 0.48)
    return [[(w * u(0.85, 1.2), u(-0.04, 0.04)), (x, 0.0), CORNER, (u(-0.02, 0.06), top), CORNER,
             (u(0.7, 0.95) * w, top + u(-0.05, 0.04)), CORNER, (w, u(0.62, 0.86)), CORNER,
             (u(0.6, 0.95) * w, 1.0), CORNER, (u(-0.1, 0.04), 1.0 + u(-0.06, 0.02))]]  # fmt: skip


FIVE: tuple[Style, ...] = (
    _five_bar_apart, _five_one_stroke, _five_s, _five_long_bar, _five_low_bowl, _five_bar_far_off,
    _five_cornered,
)  # fmt: skip


# 6: curved, straight, upright, hooked, angular; its loop open, big, tiny, curled, overshot.
#
# Its stem stays clear of the loop, unlike the closed ring of a 0.


@style("curved", 2.5)
def _six_curved(u: Sampler) -> list[Stroke]:
    w, loop = u(0.45, 0.62), u(0.42, 0.56)
    lap = u(0.0, 0.12)
    return [[(w * u(0.7, 1.0), u(0.0, 0.05)), (0.38 * w, 0.14), (0.06 * w, 0.45), (0.02, 0.76),
             (0.42 * w, 1.0),
             (0.88 * w, 0.9), (w, 0.5 + loop / 2), (0.62 * w, loop), (0.2 * w, loop + 0.1),
             (0.04 * w, 0.72 + lap)]]  # fmt: skip


@style("straight", 1.5)
def _six_straight(u: Sampler) -> list[Stroke]:
    """Draw a straight diagonal that runs into the loop."""
    w, loop = u(0.45, 0.62), u(0.5, 0.62)
    return [[(w * u(0.5, 0.85), 0.0), (0.3 * w, 0.32), (0.02 * w, 0.68), (0.08 * w, 0.9),
             (0.45 * w, 1.0),
             (0.9 * w, 0.9), (w, 0.5 + loop / 2), (0.65 * w, loop), (0.25 * w, loop + 0.08),
             (0.04 * w, 0.78)]]  # fmt: skip


@style("upright", 0.8)
def _six_upright(u: Sampler) -> list[Stroke]:
    """Draw a steep stem, like a backward-leaning b."""
    w, loop = u(0.4, 0.55), u(0.52, 0.64)
    return [[(w * u(0.1, 0.3), 0.0), (0.06 * w, 0.3), (0.0, 0.68), (0.12 * w, 0.94),
             (0.5 * w, 1.0), (0.92 * w, 0.9), (w, 0.5 + loop / 2), (0.65 * w, loop),
             (0.2 * w, loop + 0.06), (0.0, 0.78)]]  # fmt: skip


@style("open loop", 0.9, 0.4, 0.2)
def _six_open(u: Sampler) -> list[Stroke]:
    """End the loop short of the stem."""
    w, loop = u(0.48, 0.62), u(0.5, 0.6)
    return [[(w * u(0.6, 0.95), u(0.0, 0.05)), (0.32 * w, 0.17), (0.04 * w, 0.5),
             (0.05 * w, 0.82), (0.45 * w, 1.0),
             (0.9 * w, 0.9), (0.96 * w, 0.5 + loop / 2), (0.7 * w, loop),
             (w * u(0.36, 0.5), loop + u(0.03, 0.1))]]  # fmt: skip


@style("big loop", 1, 0.4)
def _six_big_loop(u: Sampler) -> list[Stroke]:
    w, loop = u(0.55, 0.72), u(0.33, 0.42)
    return [[(w * u(0.65, 0.9), u(0.0, 0.03)), (0.34 * w, 0.1), (0.05 * w, 0.4), (0.02, 0.74),
             (0.4 * w, 1.0),
             (0.88 * w, 0.9), (w, 0.5 + loop / 2), (0.62 * w, loop), (0.25 * w, loop + 0.12),
             (0.05 * w, 0.72)]]  # fmt: skip


@style("tiny loop", 0.8, 0.4, 0.11)
def _six_tiny_loop(u: Sampler) -> list[Stroke]:
    """End a long stem in a small loop."""
    w, loop = u(0.28, 0.4), u(0.62, 0.74)
    reach, r = u(0.0, 0.3), (1 - loop) / 2
    return [[(w / 2 + reach, u(0.0, 0.03)), (0.3 * w + 0.35 * reach, 0.32), (0.02, loop - 0.06),
             (0.0, loop + r), (0.1 * w, 0.95), (0.5 * w, 1.0), (0.94 * w, loop + 1.3 * r),
             (0.85 * w, loop + 0.3 * r), (0.5 * w, loop), (0.1 * w, loop + 0.7 * r),
             (0.02, loop + r + u(0.0, 0.04))]]  # fmt: skip


@style("spiral", 0.6, 0.4, 0.15)
def _six_spiral(u: Sampler) -> list[Stroke]:
    """Continue the loop into a spiral."""
    w, loop = u(0.5, 0.65), u(0.5, 0.6)
    return [[(w * u(0.6, 1.0), u(0.0, 0.05)), (0.32 * w, 0.17), (0.04 * w, 0.5),
             (0.05 * w, 0.82), (0.45 * w, 1.0),
             (0.9 * w, 0.9), (0.94 * w, 0.5 + loop / 2), (0.62 * w, loop),
             (0.3 * w, loop + 0.14), (0.45 * w, u(0.8, 0.86))]]  # fmt: skip


@style("hooked", 0.5, 0.35, 0.18)
def _six_hooked(u: Sampler) -> list[Stroke]:
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
def _six_slope_and_ring(u: Sampler) -> list[Stroke]:
    """Draw a straight diagonal that runs into a low, round or flat loop."""
    w, high = u(0.46, 0.8), u(0.42, 0.58)
    r = (1 - high) / 2
    x, y = 0.06 * w, high + 0.6 * r  # where the diagonal meets the left of the ring
    stem = [(x + across, down) for across, down in _diagonal(u, 0.9 * w, y, u(-0.05, 0.02))]
    ring = arc((w / 2, high + r), (w / 2, r), -0.46, -1.46 + u(-0.05, 0.03), 10)
    return [[stem[0], stem[1], *ring]]


@style("kinked", 0.7, 0.3, 0.15, widest=1.2)
def _six_kinked(u: Sampler) -> list[Stroke]:
    """Draw a diagonal that bends steeply downwards into a loop with corners."""
    w, high = u(0.45, 0.75), u(0.4, 0.58)
    knee = u(0.24, 0.42)
    return [[(u(0.35, 0.85) * w, 0.0), CORNER, (u(0.0, 0.12) * w, knee), CORNER,
             (u(0.0, 0.1) * w, u(0.9, 1.0)), CORNER, (u(0.85, 1.0) * w, u(0.93, 1.02)), CORNER,
             (w, high + u(-0.03, 0.08)), CORNER,
             (u(0.02, 0.1) * w, high + u(0.0, 0.1))]]  # fmt: skip


@style("boxy loop", 0.8, 0.3, 0.15, widest=1.2)
def _six_boxy(u: Sampler) -> list[Stroke]:
    """Draw a straight diagonal that runs into a loop with four corners."""
    w, high = u(0.45, 0.8), u(0.42, 0.6)
    foot = u(0.86, 1.0)
    stem = _diagonal(u, 0.95 * w, high + 0.1, u(-0.04, 0.02))
    return [[stem[0], stem[1], stem[2], CORNER, (u(0.0, 0.12) * w, foot), CORNER,
             (u(0.75, 1.0) * w, u(0.94, 1.02)), CORNER, (w, high + u(0.0, 0.12)), CORNER,
             (u(0.04, 0.16) * w, high + u(0.02, 0.14))]]  # fmt: skip


@style("polygon", 0.7, 0.3, 0.16, widest=1.25)
def _six_polygon(u: Sampler) -> list[Stroke]:
    """Draw straight lines only, as with a mouse; the loop has five corners."""
    w, high = u(0.5, 0.75), u(0.42, 0.56)
    return [[(u(0.4, 0.9) * w, 0.0), CORNER, (u(0.05, 0.2) * w, u(0.3, 0.5)), CORNER,
             (0.0, u(0.68, 0.85)), CORNER, (u(0.2, 0.45) * w, 1.0), CORNER,
             (u(0.75, 0.95) * w, u(0.88, 1.0)), CORNER, (w, u(0.64, 0.76)), CORNER,
             (u(0.5, 0.75) * w, high), CORNER, (u(0.04, 0.14) * w, u(0.62, 0.74))]]  # fmt: skip


@style("overshot loop", 0.9, 0.3, 0.14, widest=1.25)
def _six_overshot(u: Sampler) -> list[Stroke]:
    """Close a low loop with a horizontal stroke that overshoots the diagonal."""
    w, high = u(0.5, 0.8), u(0.46, 0.64)
    r = (1 - high) / 2
    stem = [(x + 0.06 * w, y) for x, y in _diagonal(u, 0.95 * w, high + 0.6 * r, u(-0.05, 0.02))]
    return [[*stem, (u(0.0, 0.1) * w, high + 1.4 * r), (0.4 * w, 1.0), (0.9 * w, high + 1.5 * r),
             (w, high + 0.7 * r), (0.7 * w, high + u(0.0, 0.05)), (0.3 * w, high + u(0.0, 0.1)),
             (-u(0.02, 0.2) * w, high + u(0.0, 0.15))]]  # fmt: skip


SIX: tuple[Style, ...] = (
    _six_curved, _six_straight, _six_upright, _six_open, _six_big_loop, _six_tiny_loop,
    _six_spiral, _six_hooked, _six_slope_and_ring, _six_overshot, _six_kinked, _six_boxy,
    _six_polygon,
)  # fmt: skip
