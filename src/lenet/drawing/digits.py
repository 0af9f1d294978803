"""Draw digits; the same seed gives the same digits."""

import numpy as np
from numpy.typing import NDArray

from lenet.drawing.crops import balanced, crop, crude
from lenet.drawing.strokes import Floats, Hand, Style, write
from lenet.drawing.styles import STYLES

CHUNK = 2_000  # digits whose curves are computed together
CRUDE = 0.08  # share of digits drawn as crude bitmaps; twice that for 1s, drawn with fat bars


def draw_digits(n: int, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Draw `n` digits in handwriting styles from around the world.

    Parameters
    ----------
    n : int
        Number of images, balanced over the classes.
    seed : int
        Non-negative. The same seed gives the same images.

    Returns
    -------
    images : ndarray of uint8, (n, 28, 28)
        0 = paper, 255 = ink; most are normalised like MNIST.
    labels : ndarray of int64, (n,)
        0..9, shuffled.
    """
    images = np.empty((n, 28, 28), np.uint8)
    labels = balanced(n, seed)
    for start in range(0, n, CHUNK):
        rng = np.random.default_rng([seed, 1, start])
        chunk = drawings(labels[start : start + CHUNK], rng)
        for index, (lines, style) in enumerate(chunk, start):
            is_one = bool(labels[index] == 1)
            if rng.random() < CRUDE * (1 + is_one):
                images[index] = crude(lines, style, is_one, rng)
            else:
                images[index] = crop(lines, style.thickest, rng)
    return images, labels


def drawings(
    digits: NDArray[np.int64], rng: np.random.Generator, hand: Hand | None = None
) -> list[tuple[list[Floats], Style]]:
    """Return one drawing for each of `digits`.

    Parameters
    ----------
    digits : ndarray of int64, (n,)
        0..9.
    rng : numpy.random.Generator
        Source of randomness.
    hand : Hand, optional
        One writer for all digits; equal digits then share a style. By default each digit has its
        own writer and style.

    Returns
    -------
    list of (list of float64 arrays (m, 2), Style)
        The strokes as polylines, in a box at the origin with longer side 1, and the style.
    """
    drawn: list[tuple[list[Floats], Style]] = [([], STYLES[0][0])] * len(digits)
    for digit, styles in STYLES.items():
        indices = np.flatnonzero(digits == digit)
        weights = np.array([style.weight for style in styles])
        choices = 1 if hand else len(indices)  # one writer writes equal digits in one style
        chosen = np.zeros(len(indices), np.int64)
        chosen[:] = rng.choice(len(styles), choices, p=weights / weights.sum())
        for i, style in enumerate(styles):
            in_style = indices[chosen == i]
            if in_style.size:
                lines = write(style, len(in_style), rng, hand)
                for k, index in enumerate(in_style):
                    drawn[index] = [line[k] for line in lines], style
    return drawn
