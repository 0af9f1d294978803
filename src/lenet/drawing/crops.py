"""Turn lines and glyphs into 28×28 images, cropped and normalised as the reader does it.

Some crops are untidy on purpose; some digits look like crude bitmaps, some letters like decorative
fonts.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.drawing import pen
from lenet.drawing.pen import TOOLS, Ink
from lenet.drawing.strokes import Floats, Style
from lenet.picture import normalise

UNTIDY = 0.16  # share of images that are badly cropped
_TOOLS = tuple(TOOLS)
_SHARES = np.cumsum(list(TOOLS.values())) / sum(TOOLS.values())


def crop(lines: Sequence[Floats], thickest: float, rng: np.random.Generator) -> Ink:
    """Draw lines with a random pen and crop them as `lenet.picture` does.

    Parameters
    ----------
    lines : sequence of float64 arrays (m, 2)
        Points (x, y); the longer side of the drawing is about 1.
    thickest : float
        Largest stroke width, as a share of the longer side.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray of uint8, (28, 28)
    """
    ink = draw(lines, thickest, rng)
    roll = rng.random()
    if roll > UNTIDY:
        return normalise(ink)
    if roll > 0.6 * UNTIDY:
        return displaced(normalise(ink), rng)
    if roll > 0.4 * UNTIDY:
        return bordered(normalise(ink), rng)
    if roll > 0.15 * UNTIDY:
        return normalise(littered(ink, rng))
    return displaced(normalise(littered(ink, rng)), rng)


def draw(lines: Sequence[Floats], thickest: float, rng: np.random.Generator) -> Ink:
    """Draw lines with a random pen and stroke width; return the ink with a margin, uint8 (h, w)."""
    roll, kind = rng.random(2)
    if roll < 0.15:  # small pictures, as from paint programs, with lines one or two pixels thick
        size = rng.uniform(18, 30)
        share = min(thickest, float(rng.choice([1, 1.5, 2])) / size)
    else:
        size = rng.uniform(32, 72)
        share = width(thickest, rng)
    thickness = share * size
    margin = int(0.8 * thickness) + 3
    extent = np.max([line.max(0) for line in lines], 0) * size
    canvas = np.zeros((int(extent[1]) + 2 * margin, int(extent[0]) + 2 * margin), np.uint8)
    tool = _TOOLS[int(np.searchsorted(_SHARES, kind))]
    return tool(canvas, [line * size + margin for line in lines], thickness, rng)


def width(thickest: float, rng: np.random.Generator) -> float:
    """Return a random stroke width as a share of the longer side."""
    roll = rng.random()
    if roll < 0.72:  # thin; `lenet.picture` thickens hairlines to about this
        return float(rng.uniform(0.058, 0.108))
    if roll < 0.92:
        return float(min(thickest, rng.uniform(0.1, 0.175)))
    return float(min(thickest, rng.uniform(0.17, 0.26)))


def bordered(image: Ink, rng: np.random.Generator) -> Ink:
    """Return the image with part of a neighbouring stroke at its edge."""
    reach, tall = rng.uniform(1, 4), rng.uniform(4, 16)
    across, along = rng.uniform(-3, reach, 3), rng.uniform(0, 28 - tall)
    points = np.stack([across, along + tall * np.sort(rng.random(3))], 1)
    edge = int(rng.integers(4))
    if edge % 2:
        points = points[:, ::-1]
    if edge > 1:
        points = 27 - points
    canvas = image.copy()
    pen.pen(canvas, [points], float(rng.uniform(1, 3)), rng)
    return canvas


def displaced(image: Ink, rng: np.random.Generator) -> Ink:
    """Return the image slightly too large or too small, and off centre."""
    zoom = rng.uniform(0.8, 1.12)
    x, y = rng.uniform(-2, 2, 2)
    matrix = np.array([[zoom, 0, 13.5 * (1 - zoom) + x], [0, zoom, 13.5 * (1 - zoom) + y]])
    return np.asarray(cv2.warpAffine(image, matrix, (28, 28), flags=cv2.INTER_LINEAR), np.uint8)


def littered(ink: Ink, rng: np.random.Generator) -> Ink:
    """Return the ink with clutter: a neighbouring stroke, a ruled line or specks."""
    h, w = ink.shape
    roll = rng.random()
    if roll < 0.25:  # the end of a neighbouring stroke
        side, tall = int(0.12 * w) + 2, 0.3 * h
        x = side if rng.random() < 0.5 else 0
        canvas = np.zeros((h, w + side), np.uint8)
        canvas[:, x : x + w] = ink
        left, right = (0, side) if x else (w, w + side)
        top = rng.uniform(0, h - tall)
        ends = np.stack([rng.uniform(left, right, 2), rng.uniform(top, top + tall, 2)], 1)
        pen.pen(canvas, [ends], float(rng.uniform(0.04, 0.1)) * h, rng)
        return canvas
    if roll < 0.75:  # part of a ruled line
        canvas = ink.copy()
        # Not through the middle: that would turn a 0 into a theta.
        y = rng.uniform(*((0.75, 1.0) if rng.random() < 0.8 else (0.0, 0.2))) * (h - 2)
        tilt = rng.uniform(-0.03, 0.03) * h
        ends = np.sort(rng.uniform(0, w, 2)) if rng.random() < 0.4 else np.array([0.0, w])
        line = np.stack([ends, [y - tilt, y + tilt]], 1)
        pen.pen(canvas, [line], float(rng.uniform(0.015, 0.05)) * h, rng)
        return canvas
    canvas = np.pad(ink, int(0.05 * max(h, w)))
    for x, y in rng.uniform(0, 1, (int(rng.integers(1, 5)), 2)) * canvas.shape[::-1]:
        radius = max(1, round(float(rng.uniform(0.01, 0.04)) * h))
        cv2.circle(canvas, (int(x), int(y)), radius, 255, -1, cv2.LINE_AA)
    return canvas


FAT, STRETCHED, RAGGED = 0.5, 0.6, 0.7  # shares of crude digits


def crude(lines: Sequence[Floats], style: Style, one: bool, rng: np.random.Generator) -> Ink:
    """Draw lines as a crude bitmap: fat, stretched, with a ragged outline; uint8 (28, 28).

    Parameters
    ----------
    lines : sequence of float64 arrays (m, 2)
        Points (x, y); the longer side of the drawing is about 1.
    style : Style
        The style of the lines, with its limits.
    one : bool
        Whether it is a 1, which is always stretched: its bar is up to 0.6 times as wide as high.
    rng : numpy.random.Generator
        Source of randomness.
    """
    kind = rng.random(3)
    size = rng.uniform(36, 60)
    bound = style.thickest
    share = rng.uniform(bound, 1.2 * bound) if kind[0] < FAT else rng.uniform(0.08, bound)
    thickness = share * size
    margin = int(0.8 * thickness) + 3
    extent = np.max([line.max(0) for line in lines], 0) * size
    canvas = np.zeros((int(extent[1]) + 2 * margin, int(extent[0]) + 2 * margin), np.uint8)
    ink = pen.pen(canvas, [line * size + margin for line in lines], thickness, rng)
    if one or kind[1] < STRETCHED:
        ink = _stretched(_trimmed(ink), style, one, rng)
    if kind[2] < RAGGED:
        ink = _ragged(_trimmed(ink), rng)
    return normalise(ink)


def _trimmed(ink: Ink) -> Ink:
    x, y, w, h = cv2.boundingRect(ink)
    return ink[y : y + h, x : x + w]


def _stretched(ink: Ink, style: Style, one: bool, rng: np.random.Generator) -> Ink:
    """Return the ink scaled horizontally."""
    h, w = ink.shape
    if one:
        factor = max(1.0, float(rng.uniform(0.25, 0.62)) * h / w)
    else:
        low = max(
            0.65, style.narrowest, min(1.0, 0.6 * h / w)
        )  # any narrower, it would look like a 1
        factor = float(np.exp(rng.uniform(np.log(low), np.log(1.5))))
    size = max(2, round(factor * w)), h
    return np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _ragged(ink: Ink, rng: np.random.Generator) -> Ink:
    """Return the ink at a low resolution, with rows shifted and partly smeared."""
    h, w = ink.shape
    small = rng.uniform(18, 30) / max(h, w)
    size = max(2, round(w * small)), max(2, round(h * small))
    bits = cv2.resize(ink, size, interpolation=cv2.INTER_AREA) > rng.uniform(70, 150)
    bits = np.pad(bits, 2)
    shaky = rng.uniform(0.1, 0.5)
    shifts = rng.choice(3, (2, len(bits)), p=[shaky / 2, 1 - shaky, shaky / 2]) - 1
    for row, (one, other) in enumerate(shifts.T):
        bits[row] = np.roll(bits[row], one) | np.roll(bits[row], other)
    return np.asarray(255 * bits, np.uint8)


def decorated(ink: Ink, rng: np.random.Generator) -> Ink:
    """Turn a glyph fat, stencilled, outlined, inverted or stretched; uint8 (h, w) to (28, 28)."""
    h, w = ink.shape
    image: Ink = np.pad(ink, 12)
    kinds = rng.random(4)
    if kinds[0] < 0.35:
        image = np.asarray(cv2.dilate(image, _disc(rng.uniform(0.06, 0.16) * h)), np.uint8)
    if kinds[1] < 0.3:
        image = _cut_through(image, rng)
    if kinds[2] < 0.35:
        thin = _disc(rng.uniform(0.06, 0.1) * h)
        image = np.asarray(cv2.morphologyEx(image, cv2.MORPH_GRADIENT, thin), np.uint8)
    elif kinds[2] < 0.6:
        edge = round(float(rng.uniform(-8, 0)))
        image = 255 - image[12 + edge : 12 + h - edge, 12 + edge : 12 + w - edge]
    if kinds[3] < 0.5:
        factor = float(np.exp(rng.uniform(np.log(0.65), np.log(1.9))))
        size = max(2, round(image.shape[1] * factor)), image.shape[0]
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    return normalise(image)


def _disc(size: float) -> Ink:
    side = max(2, round(size))
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)


def _cut_through(ink: Ink, rng: np.random.Generator) -> Ink:
    """Return the ink with one to three straight gaps, as in stencil fonts."""
    cut = ink.copy()
    h, w = ink.shape
    for _ in range(int(rng.integers(1, 4))):
        ends = rng.uniform(0.2, 0.8, 2)
        thick = max(2, round(float(rng.uniform(0.03, 0.09)) * h))
        if rng.random() < 0.5:
            first, last = (0, int(ends[0] * h)), (w, int(ends[1] * h))
        else:
            first, last = (int(ends[0] * w), 0), (int(ends[1] * w), h)
        cv2.line(cut, first, last, 0, thick, cv2.LINE_AA)
    return cut


def balanced(n: int, seed: int) -> NDArray[np.int64]:
    """Return `n` shuffled labels 0..9, balanced to within one; int64 (n,)."""
    labels = np.arange(n, dtype=np.int64) % 10
    np.random.default_rng([seed, 0]).shuffle(labels)
    return labels
