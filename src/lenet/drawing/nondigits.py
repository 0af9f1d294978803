"""Draw and print non-digits, so that a network learns to reject them."""

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
CRUDE = 0.07  # share of hand-drawn images that look like crude bitmaps
# Fonts whose letters look like digits, or are unreadable.
_ILLEGIBLE = {"segments-1", "segments-2", "hand-1", "hand-4"}
# Parts of a digit that are not digits themselves: digit -> (axis, from, to).
_CUTS = {
    0: [("y", 0.0, 0.5), ("y", 0.5, 1.0), ("x", 0.0, 0.45), ("x", 0.55, 1.0)],
    2: [("y", 0.55, 1.0), ("x", 0.0, 0.28)],
    3: [("x", 0.0, 0.38)],
    5: [("y", 0.0, 0.4), ("x", 0.0, 0.45)],
    8: [("x", 0.0, 0.5), ("y", 0.3, 0.7)],
}
# Letters whose upper and lower halves are not digits. Half a round E is a 5, half an a is a 2.
_HALVED = [
    style
    for style in LETTERS
    if style.name.split()[0] in set("CEHKMNUVWXmnwx") and style.name != "E 2"
]
# Letters whose right part is not a digit. That of an h is a 1, that of an e almost a 2.
_PARTED = [
    style for style in LETTERS if style.name.split()[0] in set("EKXkx") and style.name != "E 2"
]


@dataclass(frozen=True)
class Kind:
    """One kind of non-digit.

    Attributes
    ----------
    weight : float
        Relative frequency.
    make : callable
        Takes the number of images and a random generator, returns images, uint8 (28, 28) each.
    """

    weight: float
    make: Callable[[int, np.random.Generator], list[Ink]]


def draw_nondigits(n: int, seed: int) -> NDArray[np.uint8]:
    """Make `n` non-digits: letters, signs, scribbles, textures, parts of digits, several digits.

    Parameters
    ----------
    n : int
        Number of images.
    seed : int
        Non-negative. The same seed gives the same images.

    Returns
    -------
    ndarray of uint8, (n, 28, 28)
        0 = paper, 255 = ink, shuffled.
    """
    images = np.empty((n, 28, 28), np.uint8)
    weights = np.array([kind.weight for kind in KINDS.values()])
    shares = weights / weights.sum()
    for start in range(0, n, CHUNK):
        rng = np.random.default_rng([seed, 3, start])
        part = images[start : start + CHUNK]
        chosen = rng.choice(len(KINDS), len(part), p=shares)
        for i, kind in enumerate(KINDS):
            places = np.flatnonzero(chosen == i)
            part[places] = draw_kind(kind, len(places), rng)
    return images


def draw_kind(kind: str, n: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return `n` images of one of `KINDS`, uint8 (n, 28, 28)."""
    return np.array(KINDS[kind].make(n, rng), np.uint8).reshape(n, 28, 28)


def _each(weight: float, make: Callable[[np.random.Generator], Ink]) -> Kind:
    return Kind(weight, lambda n, rng: [make(rng) for _ in range(n)])


def _in_print(weight: float, characters: str) -> Kind:
    return _each(weight, lambda rng: print_glyph(_printed(characters, rng), rng))


def _by_hand(weight: float, styles: Sequence[Style]) -> Kind:
    return Kind(weight, partial(_drawn, styles))


def _printed(characters: str, rng: np.random.Generator) -> Ink:
    """Return a random one of `characters` in a random font that has it."""
    faces = [face for face in fonts() if face.stem not in _ILLEGIBLE]
    while True:  # most fonts lack some of the characters
        face = faces[int(rng.integers(len(faces)))]
        ink = glyph(face, characters[int(rng.integers(len(characters)))])
        if ink.any():
            return ink


def _decorated(rng: np.random.Generator) -> Ink:
    """Return a capital as in decorative fonts, but not one as narrow as a 1."""
    while True:
        image = decorated(_printed(printing.CAPITALS, rng), rng)
        if bulk(image)[0] > 0.45:
            return image


def _drawn(styles: Sequence[Style], n: int, rng: np.random.Generator) -> list[Ink]:
    weights = np.array([style.weight for style in styles])
    images: list[Ink] = []
    for style, count in zip(styles, rng.multinomial(n, weights / weights.sum()), strict=True):
        for lines in zip(*write(style, int(count), rng), strict=True):
            image = crude(lines, style, False, rng) if rng.random() < CRUDE else None
            if image is None or bar_like(image):
                image = crop(lines, style.thickest, rng)
            images.append(image)
    order = rng.permutation(n)
    return [images[k] for k in order]


def _joined(n: int, rng: np.random.Generator) -> list[Ink]:
    """Put two or three digits side by side."""
    pool = drawings(rng.integers(0, 10, 3 * n), rng)
    images = []
    for k in range(n):
        count = 3 if rng.random() < 0.2 else 2
        right, lines, thickest = 0.0, [], 0.1
        for digit, _ in pool[3 * k : 3 * k + count]:
            grown = float(rng.uniform(0.85, 1.1)) / max(0.3, _size(digit)[1])
            digit = [line * grown for line in digit]
            place = np.array([right, rng.normal(0, 0.04)])
            lines += [line + place for line in digit]
            right += _size(digit)[0] + float(rng.uniform(-0.04, 0.28))
        images.append(crop(_fitted(lines), thickest, rng))
    return images


def _stacked(n: int, rng: np.random.Generator) -> list[Ink]:
    """Stack two digits that do not look like a third one together."""
    pool = drawings(rng.choice([2, 3, 4, 5, 7], 2 * n), rng)
    images = []
    for k in range(n):
        (upper, _), (lower, _) = pool[2 * k : 2 * k + 2]
        gap = float(rng.uniform(0.0, 0.2))
        place = np.array([rng.normal(0, 0.1), 1 + gap])
        lines = [*upper, *(line + place for line in lower)]
        images.append(crop(_fitted(lines), 0.1, rng))
    return images


def _cut_digits(n: int, rng: np.random.Generator) -> list[Ink]:
    """Cut off part of a digit, so that the rest is not a digit, nor as narrow as a 1."""
    images: list[Ink] = []
    while len(images) < n:
        digits = rng.choice(list(_CUTS), n)
        for digit, (lines, style) in zip(digits, drawings(digits, rng), strict=True):
            cuts = _CUTS[int(digit)]
            axis, low, high = cuts[int(rng.integers(len(cuts)))]
            ink = draw(lines, min(style.thickest, 0.15), rng)
            image = _cut(ink, axis, low, high, rng)
            if bulk(image)[0] > 0.4:
                images.append(image)
    return images[:n]


def _cut_letters(n: int, rng: np.random.Generator) -> list[Ink]:
    """Cut off the upper, lower or left part of a letter; the rest is not as narrow as a 1."""
    images: list[Ink] = []
    while len(images) < n:
        axis, styles = ("x", _PARTED) if rng.random() < 0.4 else ("y", _HALVED)
        style = styles[int(rng.integers(len(styles)))]
        for k, lines in enumerate(zip(*write(style, 8, rng), strict=True)):
            ink = draw(lines, 0.18, rng)
            share = float(rng.uniform(0.35, 0.65)) if axis == "y" else rng.uniform(0.25, 0.5)
            low, high = (0.0, share) if axis == "y" and k % 2 else (share, 1.0)
            image = _cut(ink, axis, low, high, rng)
            if bulk(image)[0] > 0.6:
                images.append(image)
    return images[:n]


def _cut(ink: Ink, axis: str, low: float, high: float, rng: np.random.Generator) -> Ink:
    """Return the part of the ink from `low` to `high`, sometimes moved to the edge of the cut."""
    x, y, w, h = cv2.boundingRect(ink)
    ink = ink[y : y + h, x : x + w]
    ink = ink if axis == "y" else ink.T
    start = int(low * len(ink))
    part = ink[start : max(start + 1, int(high * len(ink)))]
    image = normalise(part if axis == "y" else part.T)
    if rng.random() < 0.3:
        image = image if axis == "y" else image.T
        rows = np.flatnonzero(image.max(1))
        free = -int(rows[0]) if low > 0 else len(image) - 1 - int(rows[-1])
        image = np.roll(image, free, 0)
        image = image if axis == "y" else image.T
    return np.ascontiguousarray(image)


def _size(lines: Sequence[Floats]) -> NDArray[np.float64]:
    return np.asarray(np.max([line.max(0) for line in lines], 0))


def _fitted(lines: Sequence[Floats]) -> list[Floats]:
    """Return the lines moved to the origin and scaled so that the longer side is 1."""
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
