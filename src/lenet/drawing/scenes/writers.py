"""Writers of drawn scenes: the hands of people and drawn ones, and where to get one.

A hand is an alphabet, a pen and some habits, all the same throughout a text. The alphabet is that
of one person of the handwriting that was handed in, of one drawn hand, or of many people.
"""

import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.drawing import letters, pen
from lenet.drawing.digits import drawings
from lenet.drawing.material import Handwriting, Material
from lenet.drawing.scenes.block import DIGITS, Glyph, Writer
from lenet.drawing.scenes.machines import Font, display, fineness, reduced
from lenet.drawing.scenes.signs import ACCENTS, SIGNS, TAILS
from lenet.drawing.strokes import Floats, Hand, Style, write

# Seeds of the drawings that a process makes once for all its scenes.
HAND_SEED, LOOSE_SEED, LETTER_SEED = 101, 102, 103
HANDS = 400  # drawn hands; each writes a digit in two ways
LOOSE_DIGITS = 150  # drawings of each digit, each by another hand
LETTER_DRAWINGS = 12  # of each form of a letter
FEWEST_DIGITS = 6  # different ones that a person must have written to write a number
PERSON_THICKEST = 0.14  # stroke width, as a share of the height, at which loops stay open
SPACING = 0.04  # between the points of a line, as a share of the height
SMOOTH_FROM = 45  # pixels of a digit from which the few points of a tablet show as corners
THINNEST = 0.45  # pixels: thinner pens are as thin and as pale as this
KINDS = {"person": 0.45, "drawn": 0.27, "mixed": 0.12, "images": 0.16}  # of hands

# Pen, frequency, usual stroke width as a share of the height, from and to.
TOOLS: tuple[tuple[pen.Tool, float, float, float], ...] = (
    (pen.pen, 4.0, 0.03, 0.13), (pen.ballpoint, 4.0, 0.022, 0.08), (pen.brush, 1.2, 0.06, 0.16),
    (pen.marker, 1.6, 0.07, 0.18), (pen.mouse, 1.2, 0.03, 0.13), (pen.pencil, 1.5, 0.022, 0.07),
    (pen.chalk, 0.8, 0.05, 0.11), (pen.retraced, 0.3, 0.04, 0.1), (pen.worn, 0.2, 0.04, 0.09),
    (pen.fading, 0.4, 0.03, 0.07),
)  # fmt: skip
_TOOLS_UP_TO = np.cumsum([tool[1] for tool in TOOLS])

# Written like another character, more or less.
ALIKE = {"ß": "β", "ı": "i", "œ": "o", "æ": "a", "ø": "o", "Ø": "O", "ł": "l", "µ": "μ", "đ": "d"}
OWN_SIGNS = "&?*%#$"  # drawn as people wrote them, where they did
# Width over height of a character, from and to; others have a wrong label or are half of it.
WIDEST_LETTER = 2.2
PROPORTIONS = {"1": (0.0, 1.3), "023456789": (0.12, 1.7), "&*%#$": (0.35, 2.0), "?": (0.2, 1.2)}
# Least length of a character's lines, in diagonals of its box: shorter ones are bars.
# UNIPEN's @ is mostly scrawl that nobody could name.
LENGTHS = {"@": 2.5, "&02345689": 1.3, "ABCDEFGHKMNPQRSUVWXYZabcdeghkmnopqrsuvwxyz": 1.12}
SMALL = "acemnorsuvwxzαγηκμπρτχωμ"  # as tall as an x
LOW = "gpqyγημρχ"  # with a descender
LOW_AND_HIGH = "jβξφψ"

NAMES: dict[str, str] = tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))[
    "names"
]

Drawn = tuple[list[Floats], float]
"""Lines of one character, in a box of their own, and the greatest stroke width they bear."""


@dataclass(frozen=True)
class People:
    """Where the characters of a handwriting stand."""

    handwriting: Handwriting
    by_character: dict[str, NDArray[np.intp]]
    by_writer: dict[int, dict[str, NDArray[np.intp]]]
    counting: tuple[int, ...]  # those who wrote enough digits


@lru_cache(maxsize=4)
def people_of(handwriting: Handwriting) -> People:
    """Return who wrote what, found once for each handwriting."""
    usable = np.flatnonzero(_plausible(handwriting))
    everyone = _by(handwriting.labels, usable)
    by_writer = {
        writer: _by(handwriting.labels, indices)
        for writer, indices in _by(handwriting.writers, usable).items()
    }
    digits = {writer: len(own.keys() & set(DIGITS)) for writer, own in by_writer.items()}
    counting = tuple(writer for writer, count in digits.items() if count >= FEWEST_DIGITS)
    return People(handwriting, everyone, by_writer, counting)


def _plausible(handwriting: Handwriting) -> NDArray[np.bool_]:
    """Return which characters have the proportions of their label; some labels are wrong."""
    first = handwriting.first_points[handwriting.first_strokes[:-1]]
    size = np.maximum.reduceat(handwriting.points, first) - np.minimum.reduceat(
        handwriting.points, first
    )
    breadth = size[:, 0] / np.maximum(size[:, 1], 1e-3)
    widest = np.full(len(handwriting), WIDEST_LETTER)
    narrowest = np.zeros(len(handwriting))
    for labels, limits in PROPORTIONS.items():
        chosen = np.isin(handwriting.labels, list(labels))
        narrowest[chosen], widest[chosen] = limits
    steps = np.hypot(*np.diff(handwriting.points, axis=0, prepend=0).T)
    steps[handwriting.first_points[:-1]] = 0  # from one stroke to the next
    length = np.add.reduceat(steps, first)
    least = np.zeros(len(handwriting))
    for labels, limit in LENGTHS.items():
        least[np.isin(handwriting.labels, list(labels))] = limit
    is_long = length >= least * np.hypot(*size.T)
    return np.asarray((narrowest <= breadth) & (breadth <= widest) & is_long)


def _by(values: NDArray[Any], indices: NDArray[np.intp]) -> dict[Any, NDArray[np.intp]]:
    """Return the indices of each value."""
    order = indices[np.argsort(values[indices], kind="stable")]
    names, first = np.unique(values[order], return_index=True)
    return dict(zip(names.tolist(), np.split(order, first[1:]), strict=True))


class Alphabet(Protocol):
    """The characters of one hand, or of many."""

    def draw(self, character: str, rng: np.random.Generator) -> Drawn | None:
        """Return one drawing; None if it has no such character."""


class Person:
    """The characters that one person wrote; those of others where the person wrote none.

    Without a number of a writer each character is by somebody else.
    """

    def __init__(self, people: People, writer: int | None) -> None:
        self.writer = writer
        self._people = people
        self._own = {} if writer is None else people.by_writer[writer]

    def draw(self, character: str, rng: np.random.Generator) -> Drawn | None:
        """Return one drawing; None if nobody wrote the character."""
        pool = self._own.get(character, self._people.by_character.get(character))
        if pool is None:
            return None
        chosen = int(pool[int(rng.integers(len(pool)))])
        return self._people.handwriting.strokes(chosen), PERSON_THICKEST


class DrawnHand:
    """A drawn hand of `HANDS`; without a number each digit is by another hand."""

    def __init__(self, number: int | None, form: float) -> None:
        self._number = number
        self._form = form  # 0..1: which form of each letter

    def draw(self, character: str, rng: np.random.Generator) -> Drawn | None:
        """Return one drawing; None for a letter or sign that `letters.toml` lacks."""
        if character in DIGITS:
            number = self._number
            pool = _loose(int(character)) if number is None else _hand(number)[int(character)]
        else:
            forms = _forms(NAMES.get(character, character))
            if not forms:
                return None
            pool = forms[int(self._form * len(forms))]
        lines, style = pool[int(rng.integers(len(pool)))]
        return lines, style.thickest


class Either:
    """One alphabet and, for what it lacks, another."""

    def __init__(self, first: Alphabet, second: Alphabet) -> None:
        self.first, self._second = first, second

    def draw(self, character: str, rng: np.random.Generator) -> Drawn | None:
        """Return one drawing; None if both lack the character."""
        drawn = self.first.draw(character, rng)
        return self._second.draw(character, rng) if drawn is None else drawn


class Mixture:
    """Each character from either of two alphabets."""

    def __init__(self, alphabets: tuple[Alphabet, Alphabet]) -> None:
        self._orders = [Either(*alphabets), Either(*alphabets[::-1])]

    def draw(self, character: str, rng: np.random.Generator) -> Drawn | None:
        """Return one drawing; None if both lack the character."""
        return self._orders[int(rng.integers(2))].draw(character, rng)


@lru_cache(maxsize=HANDS)
def _hand(number: int) -> list[list[tuple[list[Floats], Style]]]:
    rng = np.random.default_rng([HAND_SEED, number])
    drawn = drawings(np.repeat(np.arange(10), 2), rng, Hand.of(rng))
    return [drawn[2 * digit : 2 * digit + 2] for digit in range(10)]


@cache
def _loose(digit: int) -> list[tuple[list[Floats], Style]]:
    rng = np.random.default_rng([LOOSE_SEED, digit])
    return drawings(np.full(LOOSE_DIGITS, digit), rng)


@cache
def _styles() -> dict[str, list[Style]]:
    """Return the forms of each letter and sign; the names of further forms end in a number."""
    styles: dict[str, list[Style]] = {}
    for style in (*letters.LETTERS, *letters.LIKE_DIGITS, *letters.SIGNS):
        name, _, number = style.name.rpartition(" ")
        styles.setdefault(name if number.isdigit() else style.name, []).append(style)
    return styles


@cache
def _forms(name: str) -> list[list[tuple[list[Floats], Style]]]:
    """Return some drawings of each form of a letter or sign."""
    rng = np.random.default_rng([LETTER_SEED, *name.encode()])
    forms = []
    for style in _styles().get(name, ()):
        lines = write(style, LETTER_DRAWINGS, rng)
        forms.append([([line[i] for line in lines], style) for i in range(LETTER_DRAWINGS)])
    return forms


def _dense(line: Floats) -> Floats:
    """Return the line with points in between, which pens need to vary along it."""
    steps = np.hypot(*np.diff(line, axis=0).T)
    along = np.concatenate([[0], np.cumsum(steps)])
    at = np.linspace(0, along[-1], max(5, int(along[-1] / SPACING)))
    return np.stack([np.interp(at, along, line[:, 0]), np.interp(at, along, line[:, 1])], 1)


def _smooth(line: Floats) -> Floats:
    """Return the line with its corners cut, and twice as many points."""
    cut = np.repeat(line, 2, axis=0)
    cut[1:-1:2] = 0.75 * line[:-1] + 0.25 * line[1:]
    cut[2:-1:2] = 0.25 * line[:-1] + 0.75 * line[1:]
    return cut


class HandWriter:
    """An alphabet written with one pen.

    Parameters
    ----------
    height : float
        Of a digit, in pixels.
    alphabet : Alphabet
        Its digits and letters; signs are drawn.
    rng : numpy.random.Generator
        Source of randomness.
    """

    def __init__(self, height: float, alphabet: Alphabet, rng: np.random.Generator) -> None:
        self.height = height
        self.alphabet = alphabet
        self._rng = rng
        chosen = int(np.searchsorted(_TOOLS_UP_TO, rng.random() * _TOOLS_UP_TO[-1]))
        self.tool, _, thin, thick = TOOLS[chosen]
        u = rng.random(8)
        share = thin + (thick - thin) * u[1]
        if u[0] < 0.1:  # a hairline
            share = 0.012 + 0.015 * u[1]
        elif u[0] < 0.24:  # a fat pen
            share = 0.1 + 0.13 * u[1]
        self.width = max(float(share), THINNEST / height)
        self.fine = 1 if self.tool is pen.mouse else fineness(height)
        self._gap = -0.1 + 0.15 * u[3] if u[2] < 0.15 else 0.06 + 0.34 * u[3]
        self._x_height, self._descent = 0.4 + 0.2 * u[4], 0.28 + 0.2 * u[5]
        self._capital = 0.1 * u[6] - 0.12 if u[7] < 0.4 else 0.0  # top of capitals
        slant, breadth, self._sloppy, self._wobble = rng.normal(0, (0.1, 0.1, 0.05, 0.025)).tolist()
        self._slant, self._breadth = slant, float(np.exp(breadth))
        self._habits: dict[str, Floats] = {}

    def glyph(self, character: str) -> Glyph | None:
        """Write a character, a new one each time; None if the alphabet has no such character."""
        drawn = self._draw(character)
        if drawn is None:
            return None
        lines, thickest = drawn
        size, rise = self._rng.normal(0, (abs(self._sloppy), abs(self._wobble)))
        return self._inked(lines, min(self.width, thickest), 1 + size, rise)

    def gap(self) -> float:
        """Return the pixels between two characters, which vary a little."""
        between_lines = self._gap + 0.8 * self.width + self._rng.normal(0, 0.04)
        return float(between_lines * self.height)

    def _draw(self, character: str) -> Drawn | None:
        """Return the lines in units of a digit's height, the top of a digit at 0."""
        base, marks = ALIKE.get(character, character), ""
        if base not in NAMES:
            parts = unicodedata.normalize("NFD", base)
            base, marks = parts[0], parts[1:]
        drawn = None
        if base in NAMES or base.isalnum() or base in OWN_SIGNS:
            drawn = self.alphabet.draw(base, self._rng)
        if drawn is None:
            return self._sign(base)
        top, bottom = self._reach(base)
        lines, thickest = drawn
        if self.height >= SMOOTH_FROM:
            lines = [_smooth(line) for line in lines]
        joined = np.concatenate(lines)
        low, high = joined.min(0), joined.max(0)
        wide, tall = np.maximum(high - low, 1e-3).tolist()
        widest = 1.3 if base in DIGITS else 1.7
        scale = (bottom - top) * min(1 / tall, widest / wide)
        shift = np.array([0, bottom - tall * scale]) - low * scale
        lines = [line * scale + shift for line in lines]
        for mark in marks:
            middle = 0.5 * wide * scale
            lines += [line + np.array([middle, top]) for line in ACCENTS.get(mark, ())]
            lines += [line + np.array([middle, 0]) for line in TAILS.get(mark, ())]
        return lines, thickest

    def _reach(self, character: str) -> tuple[float, float]:
        """Return where the top and the bottom of a character are, those of digits being 0 and 1."""
        bottom = 1 + self._descent * (character in LOW or character in LOW_AND_HIGH)
        if character in SMALL or character in LOW:
            return 1 - self._x_height, bottom
        if character == "t":
            return 0.15, bottom
        return self._capital if character.isalpha() else 0.0, bottom

    def _sign(self, character: str) -> Drawn | None:
        """Draw a sign in this hand's way."""
        if character not in SIGNS:
            return None
        habit = self._habits.setdefault(character, self._rng.random(4))
        near = np.clip(habit + self._rng.normal(0, 0.08, 4), 0, 1).tolist()
        return [_dense(line) for line in SIGNS[character](near)], 1.0

    def _inked(self, lines: list[Floats], width: float, size: float, rise: float) -> Glyph:
        scale = self.fine * self.height
        stretched = np.array([[self._breadth, 0], [-self._slant, 1]]) * (size * scale)
        # It slants about its middle, is scaled about the line it stands on, and then raised.
        shift = np.array([size * self._slant / 2, 1 - size + rise]) * scale
        points = np.concatenate(lines) @ stretched + shift
        wide, fine = width * scale, self.fine
        margin = int(1.2 * wide) + 3
        left, top = ((points.min(0) - margin) // fine * fine).tolist()
        right, bottom = points.max(0).tolist()
        points -= (left, top)
        columns, rows = (int(-(-(margin + d) // fine) * fine) for d in (right - left, bottom - top))
        canvas = np.zeros((rows, columns), np.uint8)
        edges = list(accumulate((len(line) for line in lines), initial=0))
        shifted = [points[first:last] for first, last in pairwise(edges)]
        ink = self.tool(canvas, shifted, wide, self._rng)
        if wide < 1:
            ink = np.asarray(ink * wide, np.uint8)
        return Glyph(reduced(ink, fine), left / fine, top / fine, right / fine)


class ImageWriter(HandWriter):
    """Digits of images like MNIST's, enlarged smoothly; letters and signs by an alphabet.

    Parameters
    ----------
    height, alphabet, rng
        See `HandWriter`.
    images : ndarray of uint8, (n, 28, 28)
        0 = paper, 255 = ink.
    of_digit : tuple of ndarray of int64
        Which images show a 0, a 1 …
    """

    def __init__(
        self,
        height: float,
        alphabet: Alphabet,
        rng: np.random.Generator,
        images: NDArray[np.uint8],
        of_digit: tuple[NDArray[np.intp], ...],
    ) -> None:
        super().__init__(height, alphabet, rng)
        self.width = float(rng.uniform(0.08, 0.14))  # of MNIST's pens
        self._images, self._of_digit = images, of_digit
        self._threshold = float(rng.uniform(0.3, 0.6))  # of the enlarged ink: fat or thin strokes

    def glyph(self, character: str) -> Glyph | None:
        """Write a character; None if there is none such."""
        if character not in DIGITS or not len(pool := self._of_digit[int(character)]):
            return super().glyph(character)
        image = self._images[pool[int(self._rng.integers(len(pool)))]]
        x, y, w, h = cv2.boundingRect((image > 40).astype(np.uint8))
        size, rise = self._rng.normal(0, (abs(self._sloppy), abs(self._wobble)))
        scale = max(4.0, self.height * (1 + size)) / max(h, 1)
        fine = fineness(self.height)
        # One pixel of the image around the digit, so that its ink ends before the border.
        padded = cv2.copyMakeBorder(image[y : y + h, x : x + w], 1, 1, 1, 1, cv2.BORDER_CONSTANT)
        wide, high = (max(1, round((side + 2) * scale)) * fine for side in (w, h))
        large = cv2.resize(padded, (wide, high), interpolation=cv2.INTER_CUBIC)
        large = cv2.GaussianBlur(large, (0, 0), max(0.5, 0.35 * scale * fine))
        edge = (large.astype(np.float32) / 255 - self._threshold) / 0.15 + 0.5
        ink = reduced(np.asarray(255 * np.clip(edge, 0, 1), np.uint8), fine)
        top = float((rise - size) * self.height - scale)
        return Glyph(ink, -scale, top, float(w * scale))


@lru_cache(maxsize=4)
def _of_digit(material: Material) -> tuple[NDArray[np.intp], ...]:
    return tuple(np.flatnonzero(material.digit_labels == digit) for digit in range(10))


class WriterPool:
    """Finds a writer for a text: a hand, a font or a display.

    Parameters
    ----------
    material : Material
        Handwriting and images of digits to write with; without them all hands are drawn.
    rng : numpy.random.Generator
        Source of randomness, of the writers as well.
    """

    def __init__(self, material: Material, rng: np.random.Generator) -> None:
        self._material = material
        self._rng = rng
        self._people = people_of(material.handwriting) if material.handwriting else None

    def hand(self, height: float) -> Writer:
        """Return somebody's hand with a pen."""
        kinds = KINDS.copy()
        if self._people is None or not self._people.counting:
            kinds["person"] = 0.0
        if not len(self._material.digits):
            kinds["images"] = 0.0
        shares = np.cumsum(list(kinds.values()))
        kind = list(kinds)[int(np.searchsorted(shares, self._rng.random() * shares[-1], "right"))]
        alphabet = self._alphabet(kind)
        if kind == "images":
            images = self._material.digits
            return ImageWriter(height, alphabet, self._rng, images, _of_digit(self._material))
        return HandWriter(height, alphabet, self._rng)

    def font(self, height: float, *, digits_only: bool = False) -> Writer:
        """Return a font; with `digits_only` also those that have nothing but digits."""
        return Font(height, self._rng, digits_only=digits_only)

    def display(self, height: float) -> Writer:
        """Return a seven-segment display, or now and then one of dots."""
        return display(height, self._rng)

    def any(self, height: float) -> Writer:
        """Return any of them, as often as they occur on real pictures."""
        kind = self._rng.random()
        if kind < 0.65:
            return self.hand(height)
        return self.font(height) if kind < 0.93 else self.display(height)

    def _alphabet(self, kind: str) -> Alphabet:
        rng, people = self._rng, self._people
        is_mixed = kind == "mixed"
        drawn = DrawnHand(None if is_mixed else int(rng.integers(HANDS)), float(rng.random()))
        if people is None:
            return drawn
        writers = people.counting or tuple(people.by_writer)
        writer = None if is_mixed else writers[int(rng.integers(len(writers)))]
        person = Person(people, writer)
        if is_mixed:
            return Mixture((drawn, person))
        return Either(person, drawn) if kind == "person" else Either(drawn, person)
