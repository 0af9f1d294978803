"""Letters and signs as strokes: what people write that is no digit.

Each has one or more forms, written as strokes of points ``x y`` in hundredths of the height, y
downwards: ``"0 0, 0 100 !, 55 100"`` is an L. ``!`` makes a corner, ``|`` begins the next stroke.
"""

from lenet.drawing.letters.greek import GREEK
from lenet.drawing.letters.latin import CAPITALS, SMALL
from lenet.drawing.letters.signs import SIGNS as _SIGNS
from lenet.drawing.strokes import CORNER, Point, Sampler, Stroke, Style

# How often one is drawn, against 1 for the others: what people write most is drawn most.
_OFTEN = {"plus": 2.5, "minus": 2.5, "times": 2.5, "divided by": 2.5, "equals": 2.5, "tick": 2.5}
_OFTEN |= {"at": 2.5, "ampersand": 2.5}
_OFTEN |= dict.fromkeys("AEHKTXaehmnruw", 1.6)
# What thick pens fill.
_DENSE = {"beta", "gamma", "theta", "phi", "xi", "e", "at", "ampersand", "percent", "hash"}
_DENSE |= {"f", "h", "k", "L", "Omega", "house", "field", "flower", "stick figure"}


def _strokes(form: str) -> list[list[tuple[float, float] | None]]:
    """Return the strokes that `form` notes."""
    strokes = []
    for part in form.split("|"):
        stroke: list[tuple[float, float] | None] = []
        for point in part.split(","):
            x, y, *corner = point.split()
            stroke.append((float(x) / 100, float(y) / 100))
            stroke += [CORNER] * len(corner)
        strokes.append(stroke)
    return strokes


def _style(name: str, form: str, weight: float, stoutest: float) -> Style:
    shape = _strokes(form)

    def moved(point: tuple[float, float] | None, u: Sampler) -> Point | None:
        if point is None:
            return None
        return point[0] + u(-0.035, 0.035), point[1] + u(-0.035, 0.035)

    def draw(u: Sampler) -> list[Stroke]:
        return [[moved(point, u) for point in stroke] for stroke in shape]

    return Style(name, weight, draw, 0.3, stoutest)


def _styles(forms: dict[str, tuple[str, ...]]) -> tuple[Style, ...]:
    """Return a style for each form; the first one bears the plain name, the next ones a number."""
    return tuple(
        _style(
            f"{name} {number}" if number else name,
            form,
            _OFTEN.get(name, 1.0) / len(each),
            0.12 if name in _DENSE else 0.18,
        )
        for name, each in forms.items()
        for number, form in enumerate(each)
    )


LETTERS = _styles(CAPITALS | SMALL | GREEK)
SIGNS = _styles(_SIGNS)
