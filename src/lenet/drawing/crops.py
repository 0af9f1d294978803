"""Lines become 28×28 images as the reader meets them: inked, cropped, normalised, some untidily."""

from collections.abc import Sequence

import cv2
import numpy as np

from lenet.drawing import pen
from lenet.drawing.pen import TOOLS, Ink
from lenet.drawing.strokes import Floats, Style
from lenet.picture import normalise

UNTIDY = 0.16  # share of images that are not neatly cropped
_TOOLS = tuple(TOOLS)
_SHARES = np.cumsum(list(TOOLS.values())) / sum(TOOLS.values())


def crop(lines: Sequence[Floats], stoutest: float, chance: np.random.Generator) -> Ink:
    """Draw lines with some pen and crop them as the picture room does.

    Parameters
    ----------
    lines : sequence of float64 arrays (m, 2)
        Points (x, y); the longer side of the whole is about 1.
    stoutest : float
        The thickest pen allowed, as a share of the longer side.
    chance : numpy.random.Generator
        Where chance comes from.

    Returns
    -------
    ndarray of uint8, (28, 28)
    """
    ink = draw(lines, stoutest, chance)
    luck = chance.random()
    if luck > UNTIDY:
        return normalise(ink)
    if luck > 0.6 * UNTIDY:
        return displaced(normalise(ink), chance)
    if luck > 0.4 * UNTIDY:
        return bordered(normalise(ink), chance)
    if luck > 0.15 * UNTIDY:
        return normalise(littered(ink, chance))
    return displaced(normalise(littered(ink, chance)), chance)


def draw(lines: Sequence[Floats], stoutest: float, chance: np.random.Generator) -> Ink:
    """Draw lines with some pen of some width, and return the ink with a margin; uint8 (h, w)."""
    luck, kind = chance.random(2)
    if luck < 0.15:  # small pictures, as of paint programs: their lines are a pixel or two thick
        size = chance.uniform(18, 30)
        share = min(stoutest, float(chance.choice([1, 1.5, 2])) / size)
    else:
        size = chance.uniform(32, 72)
        share = width(stoutest, chance)
    thickness = share * size
    margin = int(0.8 * thickness) + 3
    extent = np.max([line.max(0) for line in lines], 0) * size
    canvas = np.zeros((int(extent[1]) + 2 * margin, int(extent[0]) + 2 * margin), np.uint8)
    tool = _TOOLS[int(np.searchsorted(_SHARES, kind))]
    return tool(canvas, [line * size + margin for line in lines], thickness, chance)


def width(stoutest: float, chance: np.random.Generator) -> float:
    """Return a pen's width as a share of the longer side: thin ones as thickened, to thick ones."""
    luck = chance.random()
    if luck < 0.72:  # most are thin; the picture room makes hairlines about so thick
        return float(chance.uniform(0.058, 0.108))
    if luck < 0.92:
        return float(min(stoutest, chance.uniform(0.1, 0.175)))
    return float(min(stoutest, chance.uniform(0.17, 0.26)))


def bordered(image: Ink, chance: np.random.Generator) -> Ink:
    """Return the image with a neighbour's stroke that its edge cuts."""
    reach, tall = chance.uniform(1, 4), chance.uniform(4, 16)
    across, along = chance.uniform(-3, reach, 3), chance.uniform(0, 28 - tall)
    points = np.stack([across, along + tall * np.sort(chance.random(3))], 1)
    edge = int(chance.integers(4))
    if edge % 2:
        points = points[:, ::-1]
    if edge > 1:
        points = 27 - points
    canvas = image.copy()
    pen.pen(canvas, [points], float(chance.uniform(1, 3)), chance)
    return canvas


def displaced(image: Ink, chance: np.random.Generator) -> Ink:
    """Return the image a little too large or small and off centre."""
    zoom = chance.uniform(0.8, 1.12)
    x, y = chance.uniform(-2, 2, 2)
    matrix = np.array([[zoom, 0, 13.5 * (1 - zoom) + x], [0, zoom, 13.5 * (1 - zoom) + y]])
    return np.asarray(cv2.warpAffine(image, matrix, (28, 28), flags=cv2.INTER_LINEAR), np.uint8)


def littered(ink: Ink, chance: np.random.Generator) -> Ink:
    """Return the ink with what does not belong to it: a neighbour's stroke, a line, specks."""
    h, w = ink.shape
    luck = chance.random()
    if luck < 0.25:  # the tip of a neighbour's stroke
        side, tall = int(0.12 * w) + 2, 0.3 * h
        x = side if chance.random() < 0.5 else 0
        canvas = np.zeros((h, w + side), np.uint8)
        canvas[:, x : x + w] = ink
        left, right = (0, side) if x else (w, w + side)
        top = chance.uniform(0, h - tall)
        ends = np.stack([chance.uniform(left, right, 2), chance.uniform(top, top + tall, 2)], 1)
        pen.pen(canvas, [ends], float(chance.uniform(0.04, 0.1)) * h, chance)
        return canvas
    if luck < 0.75:  # a piece of a ruled line
        canvas = ink.copy()
        # Through the middle it would make a theta of a 0.
        y = chance.uniform(*((0.75, 1.0) if chance.random() < 0.8 else (0.0, 0.2))) * (h - 2)
        tilt = chance.uniform(-0.03, 0.03) * h
        ends = np.sort(chance.uniform(0, w, 2)) if chance.random() < 0.4 else np.array([0.0, w])
        line = np.stack([ends, [y - tilt, y + tilt]], 1)
        pen.pen(canvas, [line], float(chance.uniform(0.015, 0.05)) * h, chance)
        return canvas
    canvas = np.pad(ink, int(0.05 * max(h, w)))
    for x, y in chance.uniform(0, 1, (int(chance.integers(1, 5)), 2)) * canvas.shape[::-1]:
        radius = max(1, round(float(chance.uniform(0.01, 0.04)) * h))
        cv2.circle(canvas, (int(x), int(y)), radius, 255, -1, cv2.LINE_AA)
    return canvas


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
