"""The styles in which people write a 9.

Straight, leaning, curled, hooked, an open or a small loop, in two strokes, angular.
"""

from lenet.drawing.strokes import CORNER, Floats, Point, Sampler, Stroke, Style, arc, style


def _loop(u: Sampler, close: tuple[float, float]) -> tuple[list[Point], Floats]:
    """Return the loop, which starts at the top right and leaves a gap of `close`, and its width."""
    w, high = u(0.42, 0.62), u(0.4, 0.54)
    r = w / 2
    loop = arc((r, high / 2), (r, high / 2), u(-0.16, -0.08), -1 + u(*close), 8)
    return loop, w


@style("straight", 2.5, 0.4, 0.19)
def _straight(u: Sampler) -> list[Stroke]:
    loop, w = _loop(u, (-0.08, 0.02))
    return [[*loop, (w, u(0.02, 0.1)), CORNER, (w - 0.01, 0.5), (w + u(-0.1, 0.03), 1.0)]]


@style("leaning", 1.2, 0.4, 0.19)
def _leaning(u: Sampler) -> list[Stroke]:
    """Draw a straight stem that falls to the left."""
    loop, w = _loop(u, (-0.05, 0.02))
    reach = u(0.12, 0.4)
    return [[*loop, (w, u(0.08, 0.16)), (w - 0.25 * reach, 0.5), (w - reach, 1.0)]]


@style("curled", 1.8, 0.4, 0.19)
def _curled(u: Sampler) -> list[Stroke]:
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
def _hooked(u: Sampler) -> list[Stroke]:
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
def _open(u: Sampler) -> list[Stroke]:
    """Leave a small gap at the top, between loop and stem."""
    w, high = u(0.45, 0.62), u(0.42, 0.54)
    r = w / 2
    loop = arc((r, high / 2), (r, high / 2), u(-0.2, -0.12), -1 + u(0.0, 0.03), 8)
    return [[*loop[:-1], (w, u(0.02, 0.09)), CORNER, (w, 0.5), (w + u(-0.12, 0.03), 1.0)]]


@style("small loop", 0.9, 0.4, 0.11)
def _small_loop(u: Sampler) -> list[Stroke]:
    """Draw a small head on a long straight stem."""
    w, high = u(0.28, 0.4), u(0.26, 0.38)
    start = u(-0.18, -0.06)
    loop = arc((w / 2, high / 2), (w / 2, high / 2), start, -1 + u(-0.06, 0.02), 8)
    return [[*loop, (w, u(0.02, 0.08)), CORNER, (w - 0.01, 0.5), (w + u(-0.14, 0.03), 1.0)]]


@style("small loop, hooked", 0.6, 0.35, 0.12)
def _small_hooked(u: Sampler) -> list[Stroke]:
    """Draw a small head on a long curve that ends at the lower left."""
    w, high = u(0.24, 0.38), u(0.24, 0.36)
    bow, end = u(0.02, 0.1), u(-0.15, 0.1)
    loop = arc((w / 2, high / 2), (w / 2, high / 2), u(-0.18, -0.06), -1 + u(-0.06, 0.02), 8)
    return [[*loop, (w + bow, 0.4), (w + bow, 0.7), (0.75 * w, 0.94), (end, u(0.92, 1.0))]]


@style("flicked", 0.4, 0.3, 0.17)
def _flicked(u: Sampler) -> list[Stroke]:
    """Flick to the right at the end of the stem."""
    loop, w = _loop(u, (-0.06, 0.02))
    out = u(0.08, 0.24)
    return [[*loop, (w, u(0.04, 0.1)), CORNER, (w, 0.5), (w + u(-0.04, 0.02), 0.88),
             (w + 0.4 * out, 1.0), (w + out, 1.0 - u(0.02, 0.1))]]  # fmt: skip


@style("two strokes", 1, 0.4, 0.19)
def _two_strokes(u: Sampler) -> list[Stroke]:
    """Draw a ring, then the stem beside it."""
    w, high = u(0.42, 0.6), u(0.42, 0.54)
    r = w / 2
    start = u(-0.3, -0.05)
    return [arc((r, high / 2), (r, high / 2), start, start - 1 + u(-0.04, 0.02), 9),
            [(w + u(-0.02, 0.03), u(-0.02, 0.12)), (w + u(-0.02, 0.02), 0.5),
             (w + u(-0.12, 0.03), 1.0)]]  # fmt: skip


@style("angular", 0.7, 0.4, 0.18)
def _angular(u: Sampler) -> list[Stroke]:
    """Draw a narrow head with a pointed chin."""
    w, high = u(0.4, 0.55), u(0.42, 0.52)
    return [[(w, u(0.0, 0.06)), (0.45 * w, 0.0), (0.03 * w, 0.45 * high), (0.3 * w, high),
             (0.8 * w, 0.7 * high), (w, 0.04), CORNER,
             (w - 0.02, 0.55), (w + u(-0.15, 0.0), 1.0)]]  # fmt: skip


NINE: tuple[Style, ...] = (
    _straight, _leaning, _curled, _hooked, _open, _small_loop,
    _small_hooked, _flicked, _two_strokes, _angular,
)  # fmt: skip
