"""The styles in which people write a 4.

Open, splayed, closed, in one stroke, looped, with a short stem, sharp, like a flag.
An open 4 has a corner or a wide opening, unlike the loop of a 9; its stem is upright, unlike the
slanting tail of a y.
"""

import numpy as np

from lenet.drawing.strokes import CORNER, Sampler, Stroke, Style, style


@style("open", 3)
def _open(u: Sampler) -> list[Stroke]:
    """Draw a corner and a separate stem."""
    bar, w = u(0.52, 0.7), u(0.5, 0.95)
    start, stem = u(0.08, 0.28), u(0.36, 0.5)
    lean = u(-0.08, 0.04)
    return [[(start, 0.0), (start / 2 + u(-0.02, 0.02), bar / 2), (0.0, bar),
             CORNER, (w / 2, bar + u(-0.02, 0.02)),
             (w, bar + u(-0.06, 0.03))],
            [(stem, u(-0.02, 0.3)), (stem + lean / 2, 0.6), (stem + lean, 1.0)]]  # fmt: skip


@style("open, round", 1.3, 0.35, 0.2)
def _open_round(u: Sampler) -> list[Stroke]:
    """Draw a round left side with a wide opening."""
    bar, w = u(0.45, 0.6), u(0.46, 0.62)
    return [[(u(-0.02, 0.04), 0.0), (-0.02, 0.55 * bar), (0.12 * w, 0.93 * bar), (0.45 * w, bar),
             (w + u(0.0, 0.15), bar - u(0.02, 0.08))],
            [(w, u(-0.05, 0.12)), (w - 0.02, 0.5), (w + u(-0.1, 0.02), 1.0)]]  # fmt: skip


@style("open, square", 1.2, 0.3, 0.17)
def _square(u: Sampler) -> list[Stroke]:
    """Draw a short vertical arm, a horizontal bar, and a long parallel stem."""
    bar, w = u(0.44, 0.64), u(0.34, 0.56)
    over = u(0.0, 0.3)
    return [[(u(-0.03, 0.05), u(0.0, 0.25)), (0.0, bar), CORNER, (w / 2, bar + u(-0.02, 0.02)),
             (w + over, bar + u(-0.05, 0.02))],
            [(w, u(-0.05, 0.1)), (w + u(-0.03, 0.03), 1.0)]]  # fmt: skip


@style("open, splayed", 1.2, 0.25, 0.15)
def _splayed(u: Sampler) -> list[Stroke]:
    """Spread the arms towards the top; the bar ends at or beyond the stem."""
    bar, w, out = u(0.44, 0.62), u(0.3, 0.5), u(0.04, 0.2)
    over = np.maximum(0.0, u(-0.15, 0.3))
    return [[(-out, u(0.0, 0.22)), (-0.3 * out, 0.6 * bar), (0.0, bar), CORNER,
             (w + over, bar - u(0.0, 0.1))],
            [(w + out * u(0.2, 0.8), u(-0.05, 0.1)), (w - u(0.0, 0.08), 1.0)]]  # fmt: skip


@style("open, one stroke", 0.8, 0.3, 0.17)
def _open_one_stroke(u: Sampler) -> list[Stroke]:
    """Draw it in one stroke: left side, bar, up, and down again."""
    bar, w = u(0.42, 0.58), u(0.42, 0.58)
    return [[(0.0, u(0.0, 0.06)), (0.0, 0.6 * bar), (0.1 * w, bar), (0.55 * w, bar),
             (w, u(0.0, 0.15)), CORNER,
             (w - 0.02, 0.6), (w + u(-0.1, 0.0), 1.0)]]  # fmt: skip


@style("closed", 2, 0.35, 0.2)
def _closed(u: Sampler) -> list[Stroke]:
    """Draw the closed triangle of printed 4s: stem and diagonal meet at the top."""
    bar, stem = u(0.55, 0.7), u(0.38, 0.58)
    over = u(0.08, 0.4)
    return [[(stem, 0.0), (stem / 2, bar / 2), (0.0, bar),
             CORNER, (stem + over, bar + u(-0.04, 0.02))],
            [(stem, u(-0.03, 0.04)), (stem + u(-0.03, 0.03), 1.0)]]  # fmt: skip


@style("one stroke", 1, 0.35, 0.18)
def _one_stroke(u: Sampler) -> list[Stroke]:
    """Draw a closed 4 in one stroke that starts at the end of the bar."""
    bar, stem = u(0.52, 0.7), u(0.36, 0.55)
    return [[(stem + u(0.06, 0.35), bar + u(-0.05, 0.03)), (0.0, bar), CORNER, (stem, 0.0), CORNER,
             (stem - 0.01, 0.5), (stem + u(-0.05, 0.03), 1.0)]]  # fmt: skip


@style("looped corner", 0.6, 0.35, 0.17)
def _loop(u: Sampler) -> list[Stroke]:
    """Draw a small loop at the left corner, as in cursive."""
    bar, stem, loop = u(0.55, 0.68), u(0.4, 0.52), u(0.05, 0.1)
    return [[(u(0.15, 0.25), 0.0), (0.1, 0.35), (0.0, bar), (-loop, bar + loop),
             (0.0, bar - 0.04), (stem, bar),
             (stem + u(0.1, 0.25), bar - 0.03)],
            [(stem, u(0.1, 0.32)), (stem + u(-0.06, 0.02), 1.0)]]  # fmt: skip


@style("lightning", 1.2, 0.3, 0.18)
def _lightning(u: Sampler) -> list[Stroke]:
    """Draw a long diagonal and a short stem through the bar."""
    bar, w = u(0.55, 0.74), u(0.5, 0.9)
    start, stem = u(0.28, 0.45), u(0.34, 0.46)
    return [[(start, 0.0), (0.0, bar), CORNER, (w, bar + u(-0.07, 0.0))],
            [(stem + 0.02, bar - u(0.16, 0.3)), (stem - u(0.0, 0.12), 1.0)]]  # fmt: skip


@style("sharp", 0.9, 0.25, 0.16)
def _sharp(u: Sampler) -> list[Stroke]:
    """Draw a lightning bolt in one stroke: a diagonal, a rising bar, and the stem."""
    bar, w = u(0.46, 0.62), u(0.44, 0.66)
    return [[(u(0.2, 0.7) * w, 0.0), (0.0, bar), CORNER, (w, bar - u(0.08, 0.3)), CORNER,
             (w - u(0.08, 0.3), 1.0)]]  # fmt: skip


@style("round corner", 0.6, 0.3, 0.15)
def _round_corner(u: Sampler) -> list[Stroke]:
    """Curve from a long diagonal into the bar; a short stem crosses its end."""
    bar, w = u(0.62, 0.76), u(0.45, 0.65)
    stem = u(0.6, 0.9) * w
    return [[(u(0.25, 0.5), 0.0), (0.08, 0.6 * bar), (0.0, 0.88 * bar), (0.1 * w, bar),
             (0.5 * w, bar), (w, bar - u(0.0, 0.08))],
            [(stem + 0.03, bar - u(0.16, 0.32)), (stem - u(0.0, 0.1), 1.0)]]  # fmt: skip


@style("short bar", 0.8, 0.35, 0.2)
def _short_bar(u: Sampler) -> list[Stroke]:
    """End the bar at the stem."""
    bar, w = u(0.5, 0.66), u(0.4, 0.55)
    start = u(0.05, 0.2)
    return [[(start, 0.0), (0.0, bar), CORNER, (w, bar + u(-0.04, 0.02))],
            [(w, u(-0.02, 0.2)), (w + u(-0.05, 0.03), 1.0)]]  # fmt: skip


@style("flag", 0.8, 0.3, 0.1, narrowest=0.85)
def _flag(u: Sampler) -> list[Stroke]:
    """Draw a small triangle at the upper left of a long stem."""
    bar, w = u(0.3, 0.45), u(0.28, 0.42)
    return [[(w, u(-0.02, 0.04)), (0.0, bar), CORNER, (w + u(-0.01, 0.14), bar + u(-0.03, 0.03))],
            [(w, 0.0), (w + u(-0.03, 0.02), 0.5), (w + u(-0.08, 0.04), 1.0)]]  # fmt: skip


@style("open flag", 0.5, 0.3, 0.12, narrowest=0.8)
def _open_flag(u: Sampler) -> list[Stroke]:
    """Draw a small open corner at the upper left of a long stem."""
    bar, w = u(0.34, 0.48), u(0.26, 0.42)
    start = u(0.02, 0.14)
    return [[(start, u(0.0, 0.06)), (0.0, bar), CORNER, (w + u(0.0, 0.12), bar + u(-0.03, 0.03))],
            [(w, u(-0.04, 0.1)), (w + u(-0.08, 0.03), 1.0)]]  # fmt: skip


FOUR: tuple[Style, ...] = (
    _open, _open_round, _square, _splayed, _open_one_stroke,
    _closed, _one_stroke, _loop, _lightning, _sharp, _round_corner,
    _short_bar, _flag, _open_flag,
)  # fmt: skip
