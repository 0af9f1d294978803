"""Letters as in decorative fonts: hollow, cut by a stencil, fat, stretched, in a filled box."""

import cv2
import numpy as np

from lenet.drawing.pen import Ink
from lenet.picture import normalise


def decorated(ink: Ink, chance: np.random.Generator) -> Ink:
    """Return a glyph, uint8 (h, w), as one to three kinds of decoration make it; (28, 28)."""
    h, w = ink.shape
    image: Ink = np.pad(ink, 12)
    kinds = chance.random(4)
    if kinds[0] < 0.35:
        image = np.asarray(cv2.dilate(image, _disc(chance.uniform(0.06, 0.16) * h)), np.uint8)
    if kinds[1] < 0.3:
        image = _cut_through(image, chance)
    if kinds[2] < 0.35:
        thin = _disc(chance.uniform(0.06, 0.1) * h)
        image = np.asarray(cv2.morphologyEx(image, cv2.MORPH_GRADIENT, thin), np.uint8)
    elif kinds[2] < 0.6:
        edge = round(float(chance.uniform(-8, 0)))
        image = 255 - image[12 + edge : 12 + h - edge, 12 + edge : 12 + w - edge]
    if kinds[3] < 0.5:
        factor = float(np.exp(chance.uniform(np.log(0.65), np.log(1.9))))
        size = max(2, round(image.shape[1] * factor)), image.shape[0]
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    return normalise(image)


def _disc(size: float) -> Ink:
    side = max(2, round(size))
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)


def _cut_through(ink: Ink, chance: np.random.Generator) -> Ink:
    """Return the ink with one to three straight cuts, as stencils have them."""
    cut = ink.copy()
    h, w = ink.shape
    for _ in range(int(chance.integers(1, 4))):
        ends = chance.uniform(0.2, 0.8, 2)
        thick = max(2, round(float(chance.uniform(0.03, 0.09)) * h))
        if chance.random() < 0.5:
            first, last = (0, int(ends[0] * h)), (w, int(ends[1] * h))
        else:
            first, last = (int(ends[0] * w), 0), (int(ends[1] * w), h)
        cv2.line(cut, first, last, 0, thick, cv2.LINE_AA)
    return cut
