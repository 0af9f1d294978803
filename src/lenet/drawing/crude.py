"""Digits as in crude bitmaps: fat, stretched to a square, with ragged outlines."""

from collections.abc import Sequence

import cv2
import numpy as np

from lenet.drawing import pen
from lenet.drawing.pen import Ink
from lenet.drawing.strokes import Floats, Style
from lenet.picture import normalise

FAT, STRETCHED, RAGGED = 0.5, 0.6, 0.7  # shares of the crude digits


def crude(lines: Sequence[Floats], style: Style, one: bool, chance: np.random.Generator) -> Ink:
    """Draw a digit's lines as a crude bitmap holds them; uint8 (28, 28).

    Parameters
    ----------
    lines : sequence of float64 arrays (m, 2)
        Points (x, y); the longer side of the whole is about 1.
    style : Style
        Whose lines they are.
    one : bool
        Whether it is a 1, which is always stretched: its bar is up to 0.6 as wide as high.
    chance : numpy.random.Generator
        Where chance comes from.
    """
    kind = chance.random(3)
    size = chance.uniform(36, 60)
    bound = style.stoutest
    share = chance.uniform(bound, 1.2 * bound) if kind[0] < FAT else chance.uniform(0.08, bound)
    thickness = share * size
    margin = int(0.8 * thickness) + 3
    extent = np.max([line.max(0) for line in lines], 0) * size
    canvas = np.zeros((int(extent[1]) + 2 * margin, int(extent[0]) + 2 * margin), np.uint8)
    ink = pen.pen(canvas, [line * size + margin for line in lines], thickness, chance)
    if one or kind[1] < STRETCHED:
        ink = _stretched(_trimmed(ink), style, one, chance)
    if kind[2] < RAGGED:
        ink = _ragged(_trimmed(ink), chance)
    return normalise(ink)


def _trimmed(ink: Ink) -> Ink:
    x, y, w, h = cv2.boundingRect(ink)
    return ink[y : y + h, x : x + w]


def _stretched(ink: Ink, style: Style, one: bool, chance: np.random.Generator) -> Ink:
    """Return the ink broader or narrower."""
    h, w = ink.shape
    if one:
        factor = max(1.0, float(chance.uniform(0.25, 0.62)) * h / w)
    else:
        low = max(0.65, style.narrowest, min(1.0, 0.6 * h / w))  # no narrower: it became a 1
        factor = float(np.exp(chance.uniform(np.log(low), np.log(1.5))))
    size = max(2, round(factor * w)), h
    return np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _ragged(ink: Ink, chance: np.random.Generator) -> Ink:
    """Return the ink as a bitmap of few pixels whose rows are shifted, and partly smeared."""
    h, w = ink.shape
    small = chance.uniform(18, 30) / max(h, w)
    size = max(2, round(w * small)), max(2, round(h * small))
    bits = cv2.resize(ink, size, interpolation=cv2.INTER_AREA) > chance.uniform(70, 150)
    bits = np.pad(bits, 2)
    shaky = chance.uniform(0.1, 0.5)
    shifts = chance.choice(3, (2, len(bits)), p=[shaky / 2, 1 - shaky, shaky / 2]) - 1
    for row, (one, other) in enumerate(shifts.T):
        bits[row] = np.roll(bits[row], one) | np.roll(bits[row], other)
    return np.asarray(255 * bits, np.uint8)
