"""Writers of drawn scenes: the hands of people and drawn ones, and where to get one.

A hand is an alphabet, a pen and some habits, all the same throughout a text.
"""

import unicodedata
from functools import lru_cache
from itertools import accumulate, pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.drawing import pen
from lenet.drawing.material import Material
from lenet.drawing.scenes.alphabets import (
    HANDS,
    NAMES,
    Alphabet,
    Drawn,
    DrawnHand,
    Either,
    Mixture,
    Person,
    people_of,
)
from lenet.drawing.scenes.block import DIGITS, Glyph, Writer
from lenet.drawing.scenes.machines import Font, display, fineness, reduced
from lenet.drawing.scenes.signs import ACCENTS, SIGNS, TAILS
from lenet.drawing.strokes import Floats

SPACING = 0.04  # between the points of a line, as a share of the height
SMOOTH_FROM = 45  # pixels of a digit from which the few points of a tablet show as corners
THINNEST = 0.45  # pixels: thinner pens are as thin and as pale as this
LEANING = 0.2  # share of hands that lean to the right, as people learnt it at school once
MOST_SLANTED = 0.7  # tangent of the angle of their upright strokes: 35 degrees
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
SMALL = "acemnorsuvwxzαγηκμπρτχωμ"  # as tall as an x
LOW = "gpqyγημρχ"  # with a descender
LOW_AND_HIGH = "jβξφψ"


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
        if rng.random() < LEANING:
            slant = float(rng.uniform(0.15, MOST_SLANTED))
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
