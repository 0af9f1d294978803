"""Letters and signs as strokes: what people write that is no digit.

Each has one or more forms, written as strokes of points ``x y`` in hundredths of the height, y
downwards: ``"0 0, 0 100 !, 55 100"`` is an L. ``!`` makes a corner, ``|`` begins the next stroke.
"""

from lenet.drawing.letters.capitals import CAPITALS
from lenet.drawing.letters.greek import GREEK
from lenet.drawing.letters.signs import SIGNS as _SIGNS
from lenet.drawing.letters.small import SMALL
from lenet.drawing.strokes import CORNER, Point, Sampler, Stroke, Style

# How often one is drawn, against 1 for the others: what people write most is drawn most.
_OFTEN = {"plus": 2.5, "minus": 2.5, "times": 2.5, "divided by": 2.5, "equals": 2.5, "tick": 2.5}
_OFTEN |= {"at": 2.5, "ampersand": 2.5}
_OFTEN |= dict.fromkeys("AEHKTXaehmnruw", 1.6)
_OFTEN |= {"y": 2.5, "gamma": 2.0, "k": 2.0, "L": 1.6, "Y": 1.6}  # what is nearest to a 4 or a 1
# How far points are moved, as a share of the height.
MOVED = 0.04
# What thick pens fill: of these all forms, of the others the looped and the narrowest ones.
_DENSE = {"beta", "theta", "phi", "xi", "e", "at", "ampersand", "percent", "hash", "shin"}
_DENSE |= {"Omega", "house", "field", "flower", "stick figure", "ma (Hangul)"}
_DENSE |= {"gamma 2", "gamma 4", "gamma 5", "f 2", "f 5", "h 1", "h 3", "h 5"}
_DENSE |= {"k 2", "k 3", "k 4", "L 2", "L 5", "H 4"}


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
        return point[0] + u(-MOVED, MOVED), point[1] + u(-MOVED, MOVED)

    def draw(u: Sampler) -> list[Stroke]:
        return [[moved(point, u) for point in stroke] for stroke in shape]

    return Style(name, weight, draw, 0.35, stoutest, widest=1.7)


def _styles(forms: dict[str, tuple[str, ...]]) -> tuple[Style, ...]:
    """Return a style for each form; the first one bears the plain name, the next ones a number."""
    return tuple(
        _style(
            style,
            form,
            _OFTEN.get(name, 1.0) / len(each),
            0.12 if _DENSE & {name, style} else 0.19,
        )
        for name, each in forms.items()
        for number, form in enumerate(each)
        for style in [f"{name} {number}" if number else name]
    )


LETTERS = _styles(CAPITALS | SMALL | GREEK)
SIGNS = _styles(_SIGNS)
