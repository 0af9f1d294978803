"""Drawn digits: any number of them, the same for the same seed."""

import numpy as np
from numpy.typing import NDArray

from lenet.drawing.crops import crop, crude
from lenet.drawing.four_to_six import FIVE, FOUR, SIX
from lenet.drawing.seven_to_nine import EIGHT, NINE, SEVEN
from lenet.drawing.strokes import Floats, Hand, Style, write
from lenet.drawing.zero_to_three import ONE, THREE, TWO, ZERO

STYLES = dict(enumerate((ZERO, ONE, TWO, THREE, FOUR, FIVE, SIX, SEVEN, EIGHT, NINE)))
CHUNK = 2_000  # digits whose curves are computed at once
CRUDE = 0.08  # share of digits that are as in crude bitmaps; of 1s, whose bars grow fat, twice it


def draw_digits(n: int, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Draw `n` digits as people all over the world write them.

    Parameters
    ----------
    n : int
        How many; each class is drawn equally often, give or take one.
    seed : int
        Not negative. The same seed gives the same images.

    Returns
    -------
    images : ndarray of uint8, (n, 28, 28)
        0 = paper, 255 = ink, most of them normalised as MNIST was.
    labels : ndarray of int64, (n,)
        0..9 in mixed order.
    """
    images = np.empty((n, 28, 28), np.uint8)
    labels = balanced(n, seed)
    for start in range(0, n, CHUNK):
        chance = np.random.default_rng([seed, 1, start])
        part = drawings(labels[start : start + CHUNK], chance)
        for place, (lines, style) in enumerate(part, start):
            one = bool(labels[place] == 1)
            if chance.random() < CRUDE * (1 + one):
                images[place] = crude(lines, style, one, chance)
            else:
                images[place] = crop(lines, style.stoutest, chance)
    return images, labels


def drawings(
    digits: NDArray[np.int64], chance: np.random.Generator, hand: Hand | None = None
) -> list[tuple[list[Floats], Style]]:
    """Return one drawing for each of `digits`.

    Parameters
    ----------
    digits : ndarray of int64, (n,)
        0..9.
    chance : numpy.random.Generator
        Where chance comes from.
    hand : Hand, optional
        Whose writing it is: equal digits are then in the same style. By default each is by another
        hand, in a style of its own.

    Returns
    -------
    list of (list of float64 arrays (m, 2), Style)
        The strokes as lines, in a box at the origin whose longer side is 1; and the style.
    """
    made: list[tuple[list[Floats], Style]] = [([], STYLES[0][0])] * len(digits)
    for digit, styles in STYLES.items():
        places = np.flatnonzero(digits == digit)
        weights = np.array([style.weight for style in styles])
        many = 1 if hand else len(places)
        chosen = np.zeros(len(places), np.int64)
        chosen[:] = chance.choice(len(styles), many, p=weights / weights.sum())
        for i, style in enumerate(styles):
            mine = places[chosen == i]
            if mine.size:
                lines = write(style, len(mine), chance, hand)
                for k, place in enumerate(mine):
                    made[place] = [line[k] for line in lines], style
    return made


def balanced(n: int, seed: int) -> NDArray[np.int64]:
    """Return `n` labels 0..9, each equally often, give or take one, in mixed order; int64 (n,)."""
    labels = np.arange(n, dtype=np.int64) % 10
    np.random.default_rng([seed, 0]).shuffle(labels)
    return labels
