"""What is no digit, to learn what to refuse."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.drawing import printing
from lenet.drawing.crops import crop, crude, decorated, draw
from lenet.drawing.digits import drawings
from lenet.drawing.doodles import DOODLES, bar_like, bulk, texture
from lenet.drawing.letters import LETTERS, SIGNS
from lenet.drawing.pen import Ink
from lenet.drawing.printing import fonts, glyph, print_glyph
from lenet.drawing.strokes import Floats, Style, write
from lenet.picture import normalise

CHUNK = 2_000
CRUDE = 0.07  # share of what is drawn by hand that is as in crude bitmaps
# Fonts in which letters look like digits, or like nothing.
_ILLEGIBLE = {"segments-1", "segments-2", "hand-1", "hand-4"}
# What of a digit is no digit when the rest is cut off: digit -> (axis, from, to).
_CUTS = {
    0: [("y", 0.0, 0.5), ("y", 0.5, 1.0), ("x", 0.0, 0.45), ("x", 0.55, 1.0)],
    2: [("y", 0.55, 1.0), ("x", 0.0, 0.28)],
    3: [("x", 0.0, 0.38)],
    5: [("y", 0.0, 0.4), ("x", 0.0, 0.45)],
    8: [("x", 0.0, 0.5), ("y", 0.3, 0.7)],
}
# Letters whose upper and lower halves are no digits: in a round E is a 5, in an a a 2.
_HALVED = [
    style
    for style in LETTERS
    if style.name.split()[0] in set("CEHKMNUVWXmnwx") and style.name != "E 2"
]
# Letters of which the right part alone is no digit: in an h it is a 1, in an e nearly a 2.
_PARTED = [
    style for style in LETTERS if style.name.split()[0] in set("EKXkx") and style.name != "E 2"
]


@dataclass(frozen=True)
class Kind:
    """One kind of what is no digit.

    Attributes
    ----------
    weight : float
        How often it is made, against the others.
    make : callable
        Takes how many and where chance comes from, gives images, uint8 (28, 28) each.
    """

    weight: float
    make: Callable[[int, np.random.Generator], list[Ink]]


def draw_nondigits(n: int, seed: int) -> NDArray[np.uint8]:
    """Draw and print `n` images that are no digits: letters, signs, scribbles, textures, pairs.

    Parameters
    ----------
    n : int
        How many.
    seed : int
        Not negative. The same seed gives the same images.

    Returns
    -------
    ndarray of uint8, (n, 28, 28)
        0 = paper, 255 = ink, in mixed order.
    """
    images = np.empty((n, 28, 28), np.uint8)
    weights = np.array([kind.weight for kind in KINDS.values()])
    shares = weights / weights.sum()
    for start in range(0, n, CHUNK):
        chance = np.random.default_rng([seed, 3, start])
        part = images[start : start + CHUNK]
        chosen = chance.choice(len(KINDS), len(part), p=shares)
        for i, kind in enumerate(KINDS):
            places = np.flatnonzero(chosen == i)
            part[places] = draw_kind(kind, len(places), chance)
    return images


def draw_kind(kind: str, n: int, chance: np.random.Generator) -> NDArray[np.uint8]:
    """Return `n` images of one of `KINDS`, uint8 (n, 28, 28)."""
    return np.array(KINDS[kind].make(n, chance), np.uint8).reshape(n, 28, 28)


def _each(weight: float, make: Callable[[np.random.Generator], Ink]) -> Kind:
    return Kind(weight, lambda n, chance: [make(chance) for _ in range(n)])


def _in_print(weight: float, characters: str) -> Kind:
    return _each(weight, lambda chance: print_glyph(_printed(characters, chance), chance))


def _by_hand(weight: float, styles: Sequence[Style]) -> Kind:
    return Kind(weight, partial(_drawn, styles))


def _printed(characters: str, chance: np.random.Generator) -> Ink:
    """Return the glyph of one of `characters` in some font that has it."""
    faces = [face for face in fonts() if face.stem not in _ILLEGIBLE]
    while True:  # few fonts have all characters
        face = faces[int(chance.integers(len(faces)))]
        ink = glyph(face, characters[int(chance.integers(len(characters)))])
        if ink.any():
            return ink


def _decorated(chance: np.random.Generator) -> Ink:
    """Return a capital as in decorative fonts, but none that is as narrow as a 1."""
    while True:
        image = decorated(_printed(printing.CAPITALS, chance), chance)
        if bulk(image)[0] > 0.45:
            return image


def _drawn(styles: Sequence[Style], n: int, chance: np.random.Generator) -> list[Ink]:
    weights = np.array([style.weight for style in styles])
    images: list[Ink] = []
    for style, count in zip(styles, chance.multinomial(n, weights / weights.sum()), strict=True):
        for lines in zip(*write(style, int(count), chance), strict=True):
            image = crude(lines, style, False, chance) if chance.random() < CRUDE else None
            if image is None or bar_like(image):
                image = crop(lines, style.stoutest, chance)
            images.append(image)
    order = chance.permutation(n)
    return [images[k] for k in order]


def _joined(n: int, chance: np.random.Generator) -> list[Ink]:
    """Put two or three digits into one box."""
    pool = drawings(chance.integers(0, 10, 3 * n), chance)
    images = []
    for k in range(n):
        count = 3 if chance.random() < 0.2 else 2
        right, lines, stoutest = 0.0, [], 0.1
        for digit, _ in pool[3 * k : 3 * k + count]:
            grown = float(chance.uniform(0.85, 1.1)) / max(0.3, _size(digit)[1])
            digit = [line * grown for line in digit]
            place = np.array([right, chance.normal(0, 0.04)])
            lines += [line + place for line in digit]
            right += _size(digit)[0] + float(chance.uniform(-0.04, 0.28))
        images.append(crop(_fitted(lines), stoutest, chance))
    return images


def _stacked(n: int, chance: np.random.Generator) -> list[Ink]:
    """Put one digit above another: such as make no third one."""
    pool = drawings(chance.choice([2, 3, 4, 5, 7], 2 * n), chance)
    images = []
    for k in range(n):
        (upper, _), (lower, _) = pool[2 * k : 2 * k + 2]
        gap = float(chance.uniform(0.0, 0.2))
        place = np.array([chance.normal(0, 0.1), 1 + gap])
        lines = [*upper, *(line + place for line in lower)]
        images.append(crop(_fitted(lines), 0.1, chance))
    return images


def _cut_digits(n: int, chance: np.random.Generator) -> list[Ink]:
    """Cut off a part of a digit, so that the rest is none: not even as narrow as a 1."""
    images: list[Ink] = []
    while len(images) < n:
        digits = chance.choice(list(_CUTS), n)
        for digit, (lines, style) in zip(digits, drawings(digits, chance), strict=True):
            cuts = _CUTS[int(digit)]
            axis, low, high = cuts[int(chance.integers(len(cuts)))]
            ink = draw(lines, min(style.stoutest, 0.15), chance)
            image = _cut(ink, axis, low, high, chance)
            if bulk(image)[0] > 0.4:
                images.append(image)
    return images[:n]


def _cut_letters(n: int, chance: np.random.Generator) -> list[Ink]:
    """Cut off the upper, lower or left part of a letter, but leave none as narrow as a 1."""
    images: list[Ink] = []
    while len(images) < n:
        axis, styles = ("x", _PARTED) if chance.random() < 0.4 else ("y", _HALVED)
        style = styles[int(chance.integers(len(styles)))]
        for k, lines in enumerate(zip(*write(style, 8, chance), strict=True)):
            ink = draw(lines, 0.18, chance)
            share = float(chance.uniform(0.35, 0.65)) if axis == "y" else chance.uniform(0.25, 0.5)
            low, high = (0.0, share) if axis == "y" and k % 2 else (share, 1.0)
            image = _cut(ink, axis, low, high, chance)
            if bulk(image)[0] > 0.6:
                images.append(image)
    return images[:n]


def _cut(ink: Ink, axis: str, low: float, high: float, chance: np.random.Generator) -> Ink:
    """Return what lies from `low` to `high` of the ink, some of it at the edge that cuts it."""
    x, y, w, h = cv2.boundingRect(ink)
    ink = ink[y : y + h, x : x + w]
    ink = ink if axis == "y" else ink.T
    start = int(low * len(ink))
    part = ink[start : max(start + 1, int(high * len(ink)))]
    image = normalise(part if axis == "y" else part.T)
    if chance.random() < 0.3:
        image = image if axis == "y" else image.T
        rows = np.flatnonzero(image.max(1))
        free = -int(rows[0]) if low > 0 else len(image) - 1 - int(rows[-1])
        image = np.roll(image, free, 0)
        image = image if axis == "y" else image.T
    return np.ascontiguousarray(image)


def _size(lines: Sequence[Floats]) -> NDArray[np.float64]:
    return np.asarray(np.max([line.max(0) for line in lines], 0))


def _fitted(lines: Sequence[Floats]) -> list[Floats]:
    """Return the lines moved to the origin, their longer side made 1."""
    low = np.min([line.min(0) for line in lines], 0)
    high = np.max([line.max(0) for line in lines], 0)
    return [(line - low) / float((high - low).max()) for line in lines]


KINDS = {
    "printed Latin letters": _in_print(18, printing.LATIN),
    "decorated Latin letters": _each(8, _decorated),
    "printed Greek and Cyrillic letters": _in_print(3, printing.GREEK + printing.CYRILLIC),
    "printed kana and Han": _in_print(3, printing.KANA + printing.HAN),
    "printed signs": _in_print(5, printing.SIGNS),
    "drawn letters": _by_hand(44, LETTERS),
    "drawn signs": _by_hand(9, SIGNS),
    "doodles": _by_hand(7, DOODLES),
    "digits side by side": Kind(7, _joined),
    "digits one above the other": Kind(1.5, _stacked),
    "cut digits": Kind(3, _cut_digits),
    "cut letters": Kind(2.5, _cut_letters),
    "textures": _each(9, texture),
}
