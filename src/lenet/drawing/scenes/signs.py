"""Signs as the strokes of a pen: slashes, commas, brackets, plus and minus, accents.

The unit is the height of a digit: y is 0 at its top and 1 on the line it stands on. A sign has its
left end at 0.
"""

from collections.abc import Callable, Sequence

import numpy as np

from lenet.drawing.strokes import Floats

Habit = Sequence[float]
"""Four numbers in 0..1: how a hand draws one sign each time, but for a little jitter."""
Maker = Callable[[Habit], list[Floats]]


def _line(*points: tuple[float, float]) -> Floats:
    return np.array(points, np.float64)


def _between(low: float, high: float, share: float) -> float:
    return low + (high - low) * share


def _bow(start: tuple[float, float], end: tuple[float, float], bulge: float) -> Floats:
    """Return a curve that leaves the straight line by `bulge` to the left of its direction."""
    t = np.linspace(0, 1, 9)[:, None]
    (x, y), (u, v) = start, end
    normal = np.array([v - y, x - u])
    curve: Floats = np.array(start) * (1 - t) + np.array(end) * t + 4 * bulge * t * (1 - t) * normal
    return curve


def _dot(x: float, y: float, size: float = 0.01) -> Floats:
    return _line((x, y), (x + size, y + 0.3 * size))


def _slash(habit: Habit) -> list[Floats]:
    """Draw it at any slant; the steeper, the farther it goes beyond the digits, unlike a 1."""
    wide = _between(0.02, 0.8, habit[0] ** 1.3)
    beyond = 0.1 * (wide < 0.3) + 0.12 * (wide < 0.15)
    top, bottom = _between(0.1, -0.35, habit[1]) - beyond, _between(0.92, 1.3, habit[2]) + beyond
    return [_bow((wide, top), (0, bottom), 0.06 * (habit[3] - 0.5))]


def _bar(habit: Habit) -> list[Floats]:
    """Draw it higher and lower than any 1."""
    top, bottom = _between(-0.25, -0.8, habit[0]), _between(1.2, 1.7, habit[1])
    return [_bow((0.04 * habit[2], top), (0, bottom), 0.03 * (habit[3] - 0.5))]


def _minus(habit: Habit) -> list[Floats]:
    y, wide = _between(0.38, 0.68, habit[0]), _between(0.18, 0.75, habit[1])
    rise = 0.12 * (habit[2] - 0.5)
    return [_bow((0, y), (wide, y - rise), 0.1 * (habit[3] - 0.5))]


def _underscore(habit: Habit) -> list[Floats]:
    y, wide = _between(0.98, 1.15, habit[0]), _between(0.4, 1.0, habit[1])
    return [_line((0, y), (wide, y + 0.06 * (habit[2] - 0.5)))]


def _point(habit: Habit) -> list[Floats]:
    return [_dot(0, _between(0.92, 1.02, habit[0]), _between(0.005, 0.05, habit[1] ** 2))]


def _comma(habit: Habit) -> list[Floats]:
    """Draw it from tiny to a third of a digit tall, straight or bent."""
    top, tall = _between(0.85, 1.0, habit[0]), _between(0.08, 0.36, habit[1])
    wide = _between(0.0, 0.16, habit[2])
    return [_bow((wide, top), (0, top + tall), 0.25 * (habit[3] - 0.3))]


def _apostrophe(habit: Habit) -> list[Floats]:
    top, tall = _between(-0.15, 0.05, habit[0]), _between(0.1, 0.32, habit[1])
    wide = _between(-0.05, 0.12, habit[2])
    return [_bow((max(wide, 0), top), (max(-wide, 0), top + tall), 0.2 * (habit[3] - 0.3))]


def _quotes(habit: Habit) -> list[Floats]:
    mark = _apostrophe(habit)[0]
    return [mark, mark + np.array([_between(0.1, 0.2, habit[3]), 0.02])]


def _colon(habit: Habit) -> list[Floats]:
    low, high = _between(0.8, 0.98, habit[0]), _between(0.25, 0.5, habit[1])
    size = _between(0.005, 0.06, habit[2] ** 2)
    return [_dot(0, high, size), _dot(0.06 * (habit[3] - 0.5), low, size)]


def _semicolon(habit: Habit) -> list[Floats]:
    comma = _comma(habit)
    return [_dot(comma[0][0, 0], _between(0.3, 0.5, habit[3])), *comma]


def _bracket(habit: Habit) -> list[Floats]:
    wide = _between(0.08, 0.32, habit[0])
    top, bottom = _between(0.05, -0.35, habit[1]), _between(0.98, 1.35, habit[2])
    a = np.linspace(-1, 1, 12)
    x = wide * np.abs(a) ** _between(1.7, 2.6, habit[3])
    return [np.stack([x, (top + bottom) / 2 + a * (bottom - top) / 2], 1)]


def _square_bracket(habit: Habit) -> list[Floats]:
    wide = _between(0.1, 0.3, habit[0])
    top, bottom = _between(0.02, -0.3, habit[1]), _between(1.0, 1.3, habit[2])
    return [_line((wide, top), (0, top), (0.03 * (habit[3] - 0.5), bottom), (wide, bottom))]


def _brace(habit: Habit) -> list[Floats]:
    wide, middle = _between(0.2, 0.35, habit[0]), _between(0.45, 0.6, habit[1])
    top, bottom = _between(0.0, -0.25, habit[2]), _between(1.0, 1.25, habit[3])
    half = wide / 2
    return [_line((wide, top), (half * 1.2, top + 0.04), (half, top + 0.15), (half, middle - 0.12),
                  (0, middle), (half, middle + 0.12), (half, bottom - 0.15),
                  (half * 1.2, bottom - 0.04), (wide, bottom))]  # fmt: skip


def _plus(habit: Habit) -> list[Floats]:
    half, y = _between(0.18, 0.42, habit[0]), _between(0.45, 0.65, habit[1])
    tilt, long = 0.1 * (habit[2] - 0.5), _between(0.75, 1.2, habit[3])
    return [
        _line((0, y + tilt), (2 * half, y - tilt)),
        _line((half + tilt, y - half * long), (half - tilt, y + half * long)),
    ]


def _equals(habit: Habit) -> list[Floats]:
    wide, y, apart = (
        _between(0.3, 0.8, habit[0]),
        _between(0.35, 0.5, habit[1]),
        _between(0.15, 0.32, habit[2]),
    )
    rise = 0.1 * (habit[3] - 0.5)
    return [
        _line((0, y), (wide, y - rise)),
        _line((0.02, y + apart), (wide, y + apart - 0.6 * rise)),
    ]


def _times(habit: Habit) -> list[Floats]:
    side, bottom = _between(0.25, 0.6, habit[0]), _between(0.8, 1.0, habit[1])
    lean = 0.15 * (habit[2] - 0.3)
    first = _bow((0, bottom - side), (side, bottom), 0.15 * (habit[3] - 0.5))
    return [first, _line((side + lean, bottom - side), (-min(0, lean), bottom))]


def _divided(habit: Habit) -> list[Floats]:
    wide, y, apart = (
        _between(0.35, 0.75, habit[0]),
        _between(0.48, 0.6, habit[1]),
        _between(0.18, 0.3, habit[2]),
    )
    return [_line((0, y), (wide, y)), _dot(wide / 2, y - apart), _dot(wide / 2, y + apart)]


def _middle_dot(habit: Habit) -> list[Floats]:
    return [_dot(0, _between(0.45, 0.62, habit[0]), 0.04 * habit[1])]


def _less(habit: Habit) -> list[Floats]:
    wide, tall = _between(0.35, 0.7, habit[0]), _between(0.4, 0.8, habit[1])
    y = _between(0.5, 0.62, habit[2])
    return [_line((wide, y - tall / 2), (0, y + 0.05 * (habit[3] - 0.5)), (wide, y + tall / 2))]


def _root(habit: Habit) -> list[Floats]:
    top, long = _between(-0.3, 0.0, habit[0]), _between(0.5, 1.6, habit[1])
    knee = _between(0.2, 0.4, habit[2])
    return [
        _line((0, 0.62), (0.12, 0.55), (knee, 1.05), (knee + 0.2, top), (knee + 0.2 + long, top))
    ]


def _percent(habit: Habit) -> list[Floats]:
    wide, ring = _between(0.5, 0.9, habit[0]), _between(0.1, 0.17, habit[1])
    rings = [
        _ring((ring, 0.18 + 0.1 * habit[2]), ring, ring * 1.1),
        _ring((wide - ring, 0.8 + 0.1 * habit[3]), ring, ring * 1.1),
    ]
    return [*rings, _line((wide * 0.95, 0.0), (wide * 0.1, 1.02))]


def _ring(centre: tuple[float, float], wide: float, high: float) -> Floats:
    angles = np.linspace(-1.6, 4.8, 12)
    return np.stack([centre[0] + wide * np.cos(angles), centre[1] + high * np.sin(angles)], 1)


def _degree(habit: Habit) -> list[Floats]:
    size = _between(0.08, 0.15, habit[0])
    return [_ring((size, _between(0.0, 0.15, habit[1])), size, size)]


def _hash(habit: Habit) -> list[Floats]:
    wide, lean = _between(0.5, 0.9, habit[0]), _between(0.0, 0.2, habit[1])
    x, y = _between(0.25, 0.35, habit[2]), _between(0.3, 0.42, habit[3])
    upright = [_line((at * wide + lean, 0.0), (at * wide, 1.0)) for at in (x, 1 - x)]
    return [*upright, *(_line((0, at), (wide + lean, at - 0.03)) for at in (y, 1.02 - y))]


def _exclamation(habit: Habit) -> list[Floats]:
    top, end = _between(-0.2, 0.0, habit[0]), _between(0.6, 0.78, habit[1])
    return [_line((0.1 * habit[2], top), (0, end)), _dot(0, _between(0.95, 1.03, habit[3]))]


def _dollar(habit: Habit) -> list[Floats]:
    wide, beyond = _between(0.4, 0.6, habit[0]), _between(0.1, 0.25, habit[1])
    curve = _line((wide, 0.18), (wide * 0.6, 0.02), (wide * 0.15, 0.08), (0.0, 0.26),
                  (wide * 0.2, 0.42), (wide * 0.75, 0.56), (wide, 0.74), (wide * 0.8, 0.93),
                  (wide * 0.4, 1.0), (0.0, 0.82))  # fmt: skip
    bars = (0.4, 0.62) if habit[2] > 0.7 else (0.5,)
    return [curve, *(_line((wide * at, -beyond), (wide * at, 1 + beyond)) for at in bars)]


def _pound(habit: Habit) -> list[Floats]:
    wide, y = _between(0.45, 0.65, habit[0]), _between(0.5, 0.62, habit[1])
    hook = _line((wide * 0.95, 0.16), (wide * 0.7, 0.01), (wide * 0.4, 0.06), (wide * 0.3, 0.3),
                 (wide * 0.34, 0.6), (wide * 0.28, 0.88), (0.0, 1.0), (wide * 0.4, 0.94),
                 (wide * 0.75, 1.0), (wide, 0.9))  # fmt: skip
    return [hook, _line((0.0, y), (wide * 0.75, y - 0.02))]


def _mirrored(maker: Maker) -> Maker:
    """Return the maker of the same sign seen in a mirror."""

    def make(habit: Habit) -> list[Floats]:
        lines = maker(habit)
        right = max(float(line[:, 0].max()) for line in lines)
        return [np.array([right, 0]) + line * [-1, 1] for line in lines]

    return make


SIGNS: dict[str, Maker] = {
    "/": _slash, "\\": _mirrored(_slash), "|": _bar, "-": _minus, "–": _minus, "_": _underscore,
    ".": _point, ",": _comma, "'": _apostrophe, '"': _quotes, ":": _colon, ";": _semicolon,
    "(": _bracket, ")": _mirrored(_bracket), "[": _square_bracket, "]": _mirrored(_square_bracket),
    "{": _brace, "}": _mirrored(_brace), "+": _plus, "=": _equals, "×": _times, "÷": _divided,
    "·": _middle_dot, "<": _less, ">": _mirrored(_less), "√": _root, "%": _percent, "°": _degree,
    "#": _hash, "!": _exclamation, "$": _dollar, "£": _pound,
}  # fmt: skip

# Accents by their combining character: over a letter whose top is at 0, about the middle 0.
ACCENTS: dict[str, list[Floats]] = {
    "\u0300": [_line((-0.12, -0.28), (0.06, -0.12))],  # grave
    "\u0301": [_line((0.12, -0.28), (-0.06, -0.12))],  # acute
    "\u0302": [_line((-0.14, -0.12), (0, -0.27), (0.14, -0.12))],  # circumflex
    "\u0303": [_line((-0.16, -0.15), (-0.07, -0.24), (0.05, -0.16), (0.16, -0.24))],  # tilde
    "\u0306": [_line((-0.13, -0.25), (0, -0.13), (0.13, -0.25))],  # breve
    "\u0307": [_dot(0, -0.2)],
    "\u0308": [_dot(-0.12, -0.2), _dot(0.12, -0.2)],  # diaeresis
    "\u030a": [_ring((0, -0.2), 0.08, 0.08)],
    "\u030c": [_line((-0.13, -0.27), (0, -0.13), (0.13, -0.27))],  # caron
}
# Below a letter that stands on 1.
TAILS: dict[str, list[Floats]] = {
    "\u0327": [_line((0, 1.0), (0.05, 1.1), (0.0, 1.2), (-0.1, 1.18))],  # cedilla
    "\u0328": [_line((0.05, 1.0), (-0.02, 1.1), (0.04, 1.2), (0.12, 1.18))],  # ogonek
}
