"""The styles in which people write a 2.

With a corner, a wave or a loop at the base; angular; like a swan; hooked; like a Z.
"""

from lenet.drawing.strokes import CORNER, Floats, Point, Sampler, Stroke, Style, style


def _head(u: Sampler, wide: Floats) -> list[Point | None]:
    start = u(0.12, 0.34)
    high = u(0.25, 0.36)
    return [(u(-0.02, 0.06), start), (0.14 * wide, 0.4 * start), (0.5 * wide, 0.0),
            (0.92 * wide, 0.42 * high), (wide, high),
            (0.85 * wide, high + u(0.14, 0.2))]  # fmt: skip


@style("plain", 3)
def _plain(u: Sampler) -> list[Stroke]:
    w = u(0.45, 0.72)
    drop = u(-0.02, 0.02)
    return [[*_head(u, w), (0.45 * w, u(0.68, 0.76)), (u(-0.06, 0.06), 0.98 + drop), CORNER,
             (0.5 * w, 0.98), (w + u(-0.06, 0.35), 0.98 + u(-0.04, 0.04))]]  # fmt: skip


@style("wavy base", 1.2)
def _wavy(u: Sampler) -> list[Stroke]:
    w, wave = u(0.5, 0.72), u(0.03, 0.08)
    return [[*_head(u, w), (0.45 * w, u(0.68, 0.76)), (u(-0.06, 0.06), 0.96), CORNER,
             (0.2 * w, 0.94 - wave), (0.45 * w, 0.95), (0.75 * w, 0.96 + wave),
             (w + u(0.02, 0.15), 0.93 - wave)]]  # fmt: skip


@style("looped", 2, 0.4, 0.16)
def _looped(u: Sampler) -> list[Stroke]:
    """Draw a loop where the stem meets the base."""
    w, loop, high = u(0.5, 0.75), u(0.1, 0.24), u(0.09, 0.2)
    return [[*_head(u, w), (0.5 * w, 0.72), (0.8 * loop, 0.94), (0.0, 1.0),
             (-0.07, 0.97 - high / 2),
             (0.4 * loop, 0.95 - high), (loop + 0.08, 0.93), (0.72 * w, 1.0),
             (w + u(0.02, 0.18), 0.93 + u(-0.06, 0.03))]]  # fmt: skip


@style("angular", 1, 0.3)
def _angular(u: Sampler) -> list[Stroke]:
    """Draw a Z with a round shoulder."""
    w, high = u(0.45, 0.65), u(0.1, 0.2)
    return [[(0.0, u(0.06, 0.2)), (0.3 * w, 0.01), (0.75 * w, 0.0), (w, high),
             (0.94 * w, high + 0.13),
             (0.0, 1.0), CORNER, (w + u(-0.05, 0.25), 1.0 + u(-0.03, 0.03))]]  # fmt: skip


@style("swan", 1.5)
def _swan(u: Sampler) -> list[Stroke]:
    """Draw a big head; the stem curves into the base without a corner."""
    w = u(0.5, 0.7)
    return [[*_head(u, w), (0.4 * w, 0.75), (0.08 * w, 0.9), (0.02, 0.985), (0.16 * w, 0.99),
             (0.6 * w, 0.96), (w + u(0.0, 0.15), 0.97)]]  # fmt: skip


@style("hooked", 0.6, 0.4, 0.18)
def _hooked(u: Sampler) -> list[Stroke]:
    """Start with a curl inside the head."""
    w, high = u(0.5, 0.7), u(0.25, 0.34)
    return [[(0.28 * w, u(0.2, 0.28)), (0.05 * w, 0.24), (0.1 * w, 0.08), (0.5 * w, 0.0),
             (0.92 * w, 0.1),
             (w, high), (0.82 * w, high + 0.17), (0.42 * w, 0.72), (0.0, 1.0),
             CORNER, (0.5 * w, 0.98),
             (w + u(-0.05, 0.25), 0.98 + u(-0.04, 0.04))]]  # fmt: skip


@style("Z", 0.8, 0.3, 0.2)
def _zed(u: Sampler) -> list[Stroke]:
    """Draw three straight lines, like a Z."""
    w = u(0.45, 0.75)
    return [[(u(-0.04, 0.08), u(0.0, 0.1)), (0.5 * w, u(-0.02, 0.03)), (w, u(0.0, 0.06)), CORNER,
             (0.5 * w + u(-0.04, 0.04), 0.5), (u(-0.06, 0.04), 1.0), CORNER,
             (w + u(-0.06, 0.3), 1.0 + u(-0.05, 0.03))]]  # fmt: skip


@style("long base", 0.7, 0.4, 0.17, widest=1.1)
def _long_base(u: Sampler) -> list[Stroke]:
    """Extend the base far to the right, horizontal or falling."""
    w = u(0.45, 0.6)
    base = w + u(0.3, 0.7)
    return [[*_head(u, w), (0.45 * w, u(0.66, 0.74)), (u(-0.06, 0.04), 0.95), CORNER,
             (0.5 * base, 0.95 + u(-0.03, 0.03)), (base, 0.97 + u(-0.06, 0.1))]]  # fmt: skip


TWO: tuple[Style, ...] = (
    _plain, _wavy, _looped, _angular, _swan, _hooked, _zed,
    _long_base,
)  # fmt: skip
