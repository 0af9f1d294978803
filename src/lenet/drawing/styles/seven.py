"""The styles in which people write a 7.

Plain, upright, curved, swaying, crossed, half crossed, hooked, dropped, wavy, round, based.
A base is short and only drawn together with a crossbar, which a 2 lacks.
"""

from lenet.drawing.strokes import CORNER, Floats, Point, Sampler, Stroke, Style, style


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
def _plain(u: Sampler) -> list[Stroke]:
    bar, w = _bar(u, (0.45, 0.7))
    reach = u(0.2, 0.5)
    return [[*bar, (w - reach / 2 + u(-0.04, 0.03), 0.5), (w - reach, 1.0)]]


@style("upright", 0.8, 0.3, narrowest=0.85)
def _upright(u: Sampler) -> list[Stroke]:
    """Draw a vertical stem under a wide bar."""
    bar, w = _bar(u, (0.5, 0.68))
    reach = u(0.0, 0.15)
    return [[*bar, (w - reach / 2, 0.5), (w - reach, 1.0)]]


@style("curved", 1.2, 0.3, narrowest=0.85)
def _curved(u: Sampler) -> list[Stroke]:
    """Bend the stem, concave to the right."""
    bar, w = _bar(u, (0.45, 0.7))
    reach = u(0.3, 0.5)
    bow = u(0.04, 0.13)
    return [[*bar, (w - 0.6 * reach, 0.5 - bow), (w - reach + u(0.0, 0.05), 1.0)]]


@style("crossed", 2, 0.3, 0.2, narrowest=0.85)
def _crossed(u: Sampler) -> list[Stroke]:
    bar, w = _bar(u, (0.45, 0.7))
    reach = u(0.12, 0.45)
    return [
        [*bar, (w - reach / 2 + u(-0.03, 0.02), 0.5), (w - reach, 1.0)],
        _cross(u, w, reach),
    ]


@style("long crossed", 0.8, 0.3, 0.17, narrowest=0.85)
def _long_crossed(u: Sampler) -> list[Stroke]:
    """Cross the stem with a bar about as long as the one on top."""
    bar, w = _bar(u, (0.45, 0.75))
    reach = u(0.1, 0.45)
    return [[*bar, (w - reach / 2 + u(-0.03, 0.02), 0.5), (w - reach, 1.0)],
            _cross(u, w, reach, (0.24, 0.36))]  # fmt: skip


@style("curved and crossed", 0.8, 0.3, 0.18, narrowest=0.85)
def _curved_crossed(u: Sampler) -> list[Stroke]:
    """Bend the stem, concave to the right, and cross it."""
    bar, w = _bar(u, (0.45, 0.7))
    reach, bow = u(0.28, 0.5), u(0.04, 0.13)
    return [[*bar, (w - 0.6 * reach, 0.5 - bow), (w - reach + u(0.0, 0.05), 1.0)],
            _cross(u, w - bow, reach)]  # fmt: skip


@style("swaying", 0.5, 0.3, 0.2, narrowest=0.85)
def _swaying(u: Sampler) -> list[Stroke]:
    """Bend the stem into a long S."""
    bar, w = _bar(u, (0.45, 0.68))
    reach = u(0.2, 0.42)
    return [[*bar, (w - 0.22 * reach, 0.3), (w - 0.78 * reach, 0.66), (w - reach, 0.86),
             (w - reach + u(-0.04, 0.05), 1.0)]]  # fmt: skip


def _hook(u: Sampler, deep: tuple[float, float]) -> list[Point | None]:
    return [(u(-0.05, 0.03), u(*deep)), (0.0, u(-0.02, 0.03)), CORNER]


@style("hooked", 1, 0.3, 0.2, narrowest=0.85)
def _hooked(u: Sampler) -> list[Stroke]:
    bar, w = _bar(u, (0.48, 0.7))
    reach = u(0.15, 0.45)
    return [
        [*_hook(u, (0.08, 0.2)), *bar[1:], (w - reach / 2 + u(-0.04, 0.02), 0.5), (w - reach, 1.0)]
    ]


@style("hooked and crossed", 0.7, 0.3, 0.17, narrowest=0.85)
def _hooked_crossed(u: Sampler) -> list[Stroke]:
    bar, w = _bar(u, (0.48, 0.7))
    reach = u(0.15, 0.4)
    return [
        [*_hook(u, (0.08, 0.2)), *bar[1:], (w - reach / 2, 0.5), (w - reach, 1.0)],
        _cross(u, w, reach),
    ]


@style("long drop", 0.9, 0.3, 0.18, narrowest=0.85)
def _asian(u: Sampler) -> list[Stroke]:
    """Start with a long serif at the left, as taught in East Asia."""
    bar, w = _bar(u, (0.4, 0.58))
    reach = u(0.05, 0.28)
    return [[*_hook(u, (0.2, 0.38)), *bar[1:], (w - 0.4 * reach, 0.5), (w - reach, 1.0)]]


@style("wavy bar", 0.7, 0.3, narrowest=0.85)
def _wavy(u: Sampler) -> list[Stroke]:
    """Draw the bar as a wave."""
    w, wave, reach = u(0.5, 0.7), u(0.03, 0.09), u(0.2, 0.45)
    return [[(0.0, 0.02 + wave), (0.25 * w, 0.0), (0.6 * w, 0.02 + wave), (w, 0.0), CORNER,
             (w - reach / 2, 0.48), (w - reach, 1.0)]]  # fmt: skip


@style("round shoulder", 0.7, 0.3, narrowest=0.85)
def _round(u: Sampler) -> list[Stroke]:
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
def _based(u: Sampler) -> list[Stroke]:
    """Draw a crossed 7 that ends in a short base."""
    bar, w = _bar(u, (0.45, 0.68))
    reach, base = u(0.12, 0.45), u(0.14, 0.34)
    foot = w - reach
    return [[*bar, (w - reach / 2 + u(-0.03, 0.02), 0.5), (foot, 1.0), CORNER,
             (foot + base / 2, 1.0 + u(-0.03, 0.02)), (foot + base, 1.0 + u(-0.06, 0.03))],
            _cross(u, w, reach)]  # fmt: skip


@style("half crossed", 0.8, 0.25, 0.13, narrowest=0.85)
def _half_crossed(u: Sampler) -> list[Stroke]:
    """Draw a crossbar that ends at the stem, almost as long as the top bar."""
    w, reach, bow = u(0.5, 0.75), u(0.0, 0.3), u(0.0, 0.08)
    tilt, at = u(-0.1, 0.06), u(0.4, 0.56)
    end = w - reach * at + bow + u(-0.02, 0.07)
    long = u(0.3, 0.5)
    return [[(0.0, u(-0.03, 0.1)), (w / 2, u(-0.02, 0.04)), (w, u(0.0, 0.08)), CORNER,
             (w - 0.3 * reach + bow, 0.4), (w - reach, 1.0)],
            [(end - long, at + tilt), (end, at + u(0.0, 0.08))]]  # fmt: skip


SEVEN: tuple[Style, ...] = (
    _plain, _upright, _curved, _crossed, _long_crossed,
    _curved_crossed, _swaying, _hooked, _hooked_crossed, _asian,
    _based, _half_crossed, _wavy, _round,
)  # fmt: skip
