"""Regions that are no strokes: noise, blots, patterns, silhouettes; uint8 (28, 28)."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.drawing.pen import Ink
from lenet.drawing.strokes import Floats
from lenet.picture import normalise


def noise(chance: np.random.Generator) -> Ink:
    """Return noise of some grain and some contrast."""
    field = _field(chance, chance.uniform(0.1, 2.5))
    return _grey(128 + field * chance.uniform(20, 110))


def specks(chance: np.random.Generator) -> Ink:
    """Return few or many specks on paper."""
    share = chance.uniform(0.01, 0.4)
    return np.asarray(255 * (chance.random((28, 28)) < share), np.uint8)


def blot(chance: np.random.Generator) -> Ink:
    """Return one or a few blots, whole and filled."""
    high = _field(chance, chance.uniform(3, 6))
    y, x = np.mgrid[-1:1:28j, -1:1:28j]
    shape = high * chance.uniform(0.2, 0.7) - 2.2 * (x * x * chance.uniform(0.6, 2) + y * y) + 0.9
    return normalise(_grey(128 + 400 * shape))


def patches(chance: np.random.Generator) -> Ink:
    """Return the plain of a photo cut into light and dark."""
    return _grey(128 + 500 * (_field(chance, chance.uniform(2, 5)) - chance.uniform(-0.6, 0.6)))


def stripes(chance: np.random.Generator) -> Ink:
    """Return parallel stripes in some direction."""
    y, x = np.mgrid[0:28, 0:28]
    angle, pitch = chance.uniform(0, np.pi), chance.uniform(3, 9)
    phase = (x * np.cos(angle) + y * np.sin(angle)) * 2 * np.pi / pitch + chance.uniform(0, 6)
    return _grey(128 + chance.uniform(100, 500) * (np.sin(phase) - chance.uniform(-0.5, 0.6)))


def checker(chance: np.random.Generator) -> Ink:
    """Return a checkered or squared pattern."""
    y, x = np.mgrid[0:28, 0:28] / chance.uniform(3, 9)
    if chance.random() < 0.5:
        return np.asarray(255 * ((np.floor(x) + np.floor(y)) % 2), np.uint8)
    thin = chance.uniform(0.15, 0.4)
    return np.asarray(255 * ((x % 1 < thin) | (y % 1 < thin)), np.uint8)


def shade(chance: np.random.Generator) -> Ink:
    """Return a slope from light to dark, or one grey."""
    y, x = np.mgrid[-1:1:28j, -1:1:28j]
    angle = chance.uniform(0, 2 * np.pi)
    slope = (x * np.cos(angle) + y * np.sin(angle)) * chance.uniform(0, 160)
    return _grey(chance.uniform(30, 230) + slope)


def solid(chance: np.random.Generator) -> Ink:
    """Return a filled box, disc, triangle or other simple form."""
    canvas = np.zeros((56, 56), np.uint8)
    luck = chance.random()
    if luck < 0.4:
        corners = int(chance.integers(3, 7))
        angles = np.sort(chance.uniform(0, 2 * np.pi, corners))
        radius = chance.uniform(12, 27, corners)
        outline = 28 + np.stack([np.cos(angles), np.sin(angles)], 1) * radius[:, None]
        cv2.fillPoly(canvas, [np.rint(outline).astype(np.int32)], 255, cv2.LINE_AA)
    elif luck < 0.7:
        axes = int(chance.integers(10, 26)), int(chance.integers(10, 26))
        cv2.ellipse(canvas, (28, 28), axes, float(chance.uniform(0, 180)), 0, 360, 255, -1)
    else:
        w, h = chance.integers(8, 25, 2)
        cv2.rectangle(canvas, (28 - int(w), 28 - int(h)), (28 + int(w), 28 + int(h)), 255, -1)
    return normalise(canvas)


def silhouette(chance: np.random.Generator) -> Ink:
    """Return a thing as photographed: a body with limbs, filled, shaded inside."""
    canvas = np.zeros((84, 84), np.uint8)
    centre = chance.uniform(30, 54, 2)
    axes = int(chance.integers(9, 26)), int(chance.integers(9, 26))
    cv2.ellipse(
        canvas, centre.astype(int).tolist(), axes, float(chance.uniform(0, 180)), 0, 360, 255, -1
    )
    for _ in range(int(chance.integers(2, 7))):
        end = centre + chance.normal(0, 22, 2)
        thick = int(chance.integers(3, 15))
        cv2.line(
            canvas, centre.astype(int).tolist(), end.astype(int).tolist(), 255, thick, cv2.LINE_AA
        )
    image = normalise(canvas).astype(np.float32)
    light = 1 + chance.uniform(0, 0.5) * (_field(chance, chance.uniform(0.6, 4)) - 1)
    return _grey(image * light)


def texture(chance: np.random.Generator) -> Ink:
    """Return one of `TEXTURES`, but none that is a fat 1: a bar, whole and narrow."""
    while True:
        image = _DRAWERS[int(np.searchsorted(_SHARES, chance.random()))](chance)
        if not bar_like(image):
            return image


TEXTURES: dict[Callable[[np.random.Generator], Ink], float] = {
    noise: 1,
    specks: 1,
    blot: 1.5,
    patches: 1.2,
    stripes: 1,
    checker: 1,
    shade: 0.6,
    solid: 1.5,
    silhouette: 2.5,
}
_DRAWERS = tuple(TEXTURES)
_SHARES = np.cumsum(list(TEXTURES.values())) / sum(TEXTURES.values())


def bar_like(image: Ink) -> bool:
    """Whether a 28×28 image, uint8, could be a fat 1: it is narrow, or a full and longish piece."""
    breadth, fullness = bulk(image)
    return breadth <= 0.45 or (breadth <= 0.75 and fullness >= 0.72)


def bulk(image: Ink) -> tuple[float, float]:
    """Return how broad the ink is and how full.

    Parameters
    ----------
    image : uint8 array (28, 28)
        0 = paper, 255 = ink.

    Returns
    -------
    breadth : float
        The shorter by the longer side of the smallest box, however turned, round the ink; 0 if
        there is none.
    fullness : float
        The share of its convex hull that is ink.
    """
    points = cv2.findNonZero((image > 64).astype(np.uint8))
    if points is None:
        return 0.0, 0.0
    _, (w, h), _ = cv2.minAreaRect(points)
    hull = cv2.fillConvexPoly(np.zeros_like(image), cv2.convexHull(points), 1)
    return (min(w, h) + 1) / (max(w, h) + 1), len(points) / int(hull.sum())


def _field(chance: np.random.Generator, size: float) -> Floats:
    """Return smooth noise about 0, spread 1, (28, 28)."""
    rough = chance.standard_normal((40, 40))
    field = np.asarray(cv2.GaussianBlur(rough, (0, 0), size), np.float64)[6:34, 6:34]
    return field / max(1e-6, float(field.std()))


def _grey(values: NDArray[Any]) -> Ink:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)
