"""Alphabets of drawn scenes: the characters of one person, of one drawn hand, or of many people."""

import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lenet.drawing import letters
from lenet.drawing.digits import drawings
from lenet.drawing.material import Handwriting
from lenet.drawing.scenes.block import DIGITS
from lenet.drawing.strokes import Floats, Hand, Style, write

# Seeds of the drawings that a process makes once for all its scenes.
HAND_SEED, LOOSE_SEED, LETTER_SEED = 101, 102, 103
HANDS = 400  # drawn hands; each writes a digit in two ways
LOOSE_DIGITS = 150  # drawings of each digit, each by another hand
LETTER_DRAWINGS = 12  # of each form of a letter
FEWEST_DIGITS = 6  # different ones that a person must have written to write a number
PERSON_THICKEST = 0.14  # stroke width, as a share of the height, at which loops stay open
# Width over height of a character, from and to; others have a wrong label or are half of it.
WIDEST_LETTER = 2.2
PROPORTIONS = {"1": (0.0, 1.3), "023456789": (0.12, 1.7), "&*%#$": (0.35, 2.0), "?": (0.2, 1.2)}
# Least length of a character's lines, in diagonals of its box: shorter ones are bars.
# UNIPEN's @ is mostly scrawl that nobody could name.
LENGTHS = {"@": 2.5, "&02345689": 1.3, "ABCDEFGHKMNPQRSUVWXYZabcdeghkmnopqrsuvwxyz": 1.12}
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
