"""Handwritten letters and signs, to learn that they are not digits.

Their forms are in ``letters.toml``. `LIKE_DIGITS` are only for words: alone they could be digits.
"""

import tomllib
from pathlib import Path

from lenet.drawing.strokes import CORNER, Point, Sampler, Stroke, Style, style

# Relative frequency, 1 for those not listed: common characters are drawn more often.
_FREQUENCY = dict.fromkeys(("plus", "minus", "times", "divided by", "equals", "tick"), 2.5)
_FREQUENCY |= dict.fromkeys(("at", "ampersand"), 2.5) | dict.fromkeys("AEHKTXaehmnruw", 1.6)
_FREQUENCY |= {"y": 2.5, "gamma": 2.0, "k": 2.0, "L": 1.6, "Y": 1.6}  # most similar to a 4 or a 1
# How far points move at random, as a share of the height.
POINT_JITTER = 0.04
# Dense forms, which a thick pen would fill: all forms of a name, or one form by its number.
_DENSE = {"beta", "theta", "phi", "xi", "e", "at", "ampersand", "percent", "hash", "shin"}
_DENSE |= {"Omega", "house", "field", "flower", "stick figure", "ma (Hangul)"}
_DENSE |= {"gamma 2", "gamma 4", "gamma 5", "f 2", "f 5", "h 1", "h 3", "h 5"}
_DENSE |= {"k 2", "k 3", "k 4", "L 2", "L 5", "H 4"}


def _strokes(form: str) -> list[list[tuple[float, float] | None]]:
    """Parse the notation of a form."""
    strokes = []
    for part in form.split("|"):
        stroke: list[tuple[float, float] | None] = []
        for point in part.split(","):
            x, y, *corner = point.split()
            stroke.append((float(x) / 100, float(y) / 100))
            stroke += [CORNER] * len(corner)
        strokes.append(stroke)
    return strokes


def _style(name: str, form: str, weight: float, thickest: float) -> Style:
    shape = _strokes(form)

    def moved(point: tuple[float, float] | None, u: Sampler) -> Point | None:
        if point is None:
            return None
        return point[0] + u(-POINT_JITTER, POINT_JITTER), point[1] + u(-POINT_JITTER, POINT_JITTER)

    def draw(u: Sampler) -> list[Stroke]:
        return [[moved(point, u) for point in stroke] for stroke in shape]

    return style(name, weight, 0.35, thickest, widest=1.7)(draw)


def _styles(forms: dict[str, list[str]]) -> tuple[Style, ...]:
    """Return a style for each form; from the second form on, its name ends in a number."""
    return tuple(
        _style(
            full_name,
            form,
            _FREQUENCY.get(name, 1.0) / len(variants),
            0.12 if _DENSE & {name, full_name} else 0.19,
        )
        for name, variants in forms.items()
        for number, form in enumerate(variants)
        for full_name in [f"{name} {number}" if number else name]
    )


_FORMS = tomllib.loads((Path(__file__).parent / "letters.toml").read_text("utf-8"))
LETTERS = _styles(_FORMS["capitals"] | _FORMS["small"] | _FORMS["greek"])
SIGNS = _styles(_FORMS["signs"])
LIKE_DIGITS = _styles(_FORMS["like digits"])
