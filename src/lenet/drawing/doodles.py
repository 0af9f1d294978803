"""Doodles and textures: small pictures, scribbles, invented signs, noise, blots and patterns."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.drawing.pen import Ink
from lenet.drawing.strokes import (
    CORNER,
    Coordinate,
    Floats,
    Point,
    Sampler,
    Stroke,
    Style,
    arc,
    style,
)
from lenet.picture import normalise


@style("smiley", 2, 0.2, 0.1)
def _smiley(u: Sampler) -> list[Stroke]:
    start, mouth = u(-0.4, -0.1), u(-0.12, 0.16)
    eye, high = u(0.15, 0.25), u(0.3, 0.42)
    tall = u(0.01, 0.08)
    return [arc((0.5, 0.5), (u(0.42, 0.55), 0.5), start, start + 1 + u(-0.03, 0.05), 11),
            [(0.5 - eye, high), (0.5 - eye, high + tall)], [(0.5 + eye, high),
             (0.5 + eye, high + tall)],
            [(0.28, 0.66), (0.38, 0.68 + 0.6 * mouth), (0.5, 0.68 + mouth),
             (0.62, 0.68 + 0.6 * mouth), (0.72, 0.66)]]  # fmt: skip


@style("sun", 1, 0.2, 0.12)
def _sun(u: Sampler) -> list[Stroke]:
    ring = arc((0.5, 0.5), (u(0.2, 0.28), u(0.2, 0.28)), 0.0, 1.0, 9)
    rays: list[Stroke] = []
    for i in range(8):
        angle = 2 * np.pi * (i / 8 + u(-0.02, 0.02))
        near, far = u(0.32, 0.38), u(0.46, 0.56)
        rays.append([(0.5 + near * np.cos(angle), 0.5 + near * np.sin(angle)),
                     (0.5 + far * np.cos(angle), 0.5 + far * np.sin(angle))])  # fmt: skip
    return [ring, *rays]


@style("spiral", 1, 0.2, 0.09)
def _spiral(u: Sampler) -> list[Stroke]:
    turns, start, way = u(2.2, 3.5), u(0.0, 1.0), u.sign()
    points: list[Point] = []
    for i in range(30):
        angle = 2 * np.pi * (start + way * turns * i / 29)
        radius = 0.03 + 0.47 * i / 29
        points.append((0.5 + radius * np.cos(angle), 0.5 + radius * np.sin(angle)))
    return [points]


@style("zigzag", 1.5, 0.5, 0.14)
def _zigzag(u: Sampler) -> list[Stroke]:
    points: list[Point | None] = []
    high = u(0.25, 0.8)
    for i in range(7):
        points += [(i / 6 + u(-0.03, 0.03), (i % 2) * high + u(-0.05, 0.05)), CORNER]
    return [points[:-1]]


@style("wave", 1, 0.5, 0.14)
def _wave(u: Sampler) -> list[Stroke]:
    high = u(0.1, 0.5)
    return [[(i / 8 + u(-0.02, 0.02), (i % 2) * high + u(-0.05, 0.05)) for i in range(9)]]


@style("arc", 1.2, 0.2, 0.2)
def _flat_arc(u: Sampler) -> list[Stroke]:
    """Draw part of a wide ring, curved enough not to look like a 1."""
    start = u(0.0, 1.0)
    return [arc((0.5, 0.5), (0.5, 0.5), start, start + u(0.4, 0.62), 8)]


@style("wide box", 1, 0.3, 0.2)
def _wide_box(u: Sampler) -> list[Stroke]:
    w = u(1.4, 2.6)
    corners: list[Point | None] = [
        (0.0, 0.0),
        (w, 0.0),
        CORNER,
        (w, 1.0),
        CORNER,
        (0.0, 1.0),
        CORNER,
    ]
    return [[*corners, (0.0, u(-0.05, 0.05))]]


@style("triangle", 1.2, 0.3, 0.16)
def _triangle(u: Sampler) -> list[Stroke]:
    top, end = u(0.1, 0.9), (0.0, 1.0)
    return [[end, (top, u(0.0, 0.3)), CORNER, (1.0, u(0.8, 1.0)), CORNER, end]]


@style("grating", 1, 0.3, 0.12)
def _grating(u: Sampler) -> list[Stroke]:
    """Draw parallel lines, crossed by others."""
    upright: list[Stroke] = [
        [(at + u(-0.05, 0.05), 0.0), (at + u(-0.05, 0.05), 1.0)] for at in (0.25, 0.5, 0.75)
    ]
    level: list[Stroke] = [
        [(0.0, at + u(-0.05, 0.05)), (1.0, at + u(-0.05, 0.05))] for at in (0.33, 0.67)
    ]
    return [*upright, *level]


def _scribble(points: int) -> Callable[[Sampler], list[Stroke]]:
    def draw(u: Sampler) -> list[Stroke]:
        return [[(u(0, 1), u(0, 1)) for _ in range(points)]]

    return draw


@style("hatched", 1.2, 0.3, 0.12)
def _hatched(u: Sampler) -> list[Stroke]:
    """Draw back-and-forth hatching, as in shading or crossing out."""
    tilt, thin = u(-0.3, 0.5), u(0.04, 0.12)
    points: list[Point] = []
    for i in range(12):
        side = u(0.85, 1.1) if i % 2 else u(-0.1, 0.15)
        points.append((side + tilt * i * thin, i * thin))
    return [points]


def _bundle(kinds: str) -> Callable[[Sampler], list[Stroke]]:
    """Return a sign built of strokes as in East Asian scripts, one for each of `kinds`."""

    def draw(u: Sampler) -> list[Stroke]:
        strokes: list[Stroke] = []
        for kind in kinds:
            x, y = u(0.0, 1.0), u(0.0, 1.0)
            long = u(0.25, 0.8)
            dx: Coordinate
            dy: Coordinate
            if kind == "-":
                x, dx, dy = u(0.0, 0.3), long, u(-0.08, 0.02)
            elif kind == "|":
                y, dx, dy = u(0.0, 0.3), u(-0.04, 0.04), long
            elif kind == "/":
                dx, dy = -0.6 * long, 0.7 * long
            elif kind == "\\":
                dx, dy = 0.6 * long, 0.6 * long
            else:
                dx, dy = u(0.03, 0.1), u(0.05, 0.12)
            strokes.append([(x, y), (x + dx / 2 + u(-0.03, 0.03), y + dy / 2), (x + dx, y + dy)])
        return strokes

    return draw


@style("dots", 0.7, 0.3, 0.16)
def _dots(u: Sampler) -> list[Stroke]:
    places = [(u(0, 1), u(0, 1)) for _ in range(5)]
    return [[(x, y), (x + u(0, 0.02), y)] for x, y in places]


DOODLES: tuple[Style, ...] = (
    _smiley,
    _sun,
    _spiral,
    _zigzag,
    _wave,
    _flat_arc,
    _wide_box,
    _triangle,
    _grating,
    style("scribble of 7", 1, 0.3, 0.14)(_scribble(7)),
    style("scribble of 10", 1.5, 0.3, 0.14)(_scribble(10)),
    style("scribble of 14", 1.5, 0.3, 0.12)(_scribble(14)),
    _hatched,
    style("bundle of 5", 1, 0.2, 0.12)(_bundle("--||/")),
    style("bundle of 6", 1, 0.2, 0.12)(_bundle("--|/\\.")),
    style("bundle of 8", 1, 0.2, 0.1)(_bundle("---||/\\.")),
    _dots,
)


def noise(rng: np.random.Generator) -> Ink:
    """Return noise of random grain size and contrast."""
    field = _field(rng, rng.uniform(0.1, 2.5))
    return _grey(128 + field * rng.uniform(20, 110))


def specks(rng: np.random.Generator) -> Ink:
    """Return specks on paper, few or many."""
    share = rng.uniform(0.01, 0.4)
    return np.asarray(255 * (rng.random((28, 28)) < share), np.uint8)


def blot(rng: np.random.Generator) -> Ink:
    """Return one or a few solid blots."""
    high = _field(rng, rng.uniform(3, 6))
    y, x = np.mgrid[-1:1:28j, -1:1:28j]
    shape = high * rng.uniform(0.2, 0.7) - 2.2 * (x * x * rng.uniform(0.6, 2) + y * y) + 0.9
    return normalise(_grey(128 + 400 * shape))


def patches(rng: np.random.Generator) -> Ink:
    """Return light and dark patches, as in a thresholded photo."""
    return _grey(128 + 500 * (_field(rng, rng.uniform(2, 5)) - rng.uniform(-0.6, 0.6)))


def stripes(rng: np.random.Generator) -> Ink:
    """Return parallel stripes in a random direction."""
    y, x = np.mgrid[0:28, 0:28]
    angle, pitch = rng.uniform(0, np.pi), rng.uniform(3, 9)
    phase = (x * np.cos(angle) + y * np.sin(angle)) * 2 * np.pi / pitch + rng.uniform(0, 6)
    return _grey(128 + rng.uniform(100, 500) * (np.sin(phase) - rng.uniform(-0.5, 0.6)))


def checker(rng: np.random.Generator) -> Ink:
    """Return a checkerboard or a grid."""
    y, x = np.mgrid[0:28, 0:28] / rng.uniform(3, 9)
    if rng.random() < 0.5:
        return np.asarray(255 * ((np.floor(x) + np.floor(y)) % 2), np.uint8)
    thin = rng.uniform(0.15, 0.4)
    return np.asarray(255 * ((x % 1 < thin) | (y % 1 < thin)), np.uint8)


def shade(rng: np.random.Generator) -> Ink:
    """Return a gradient from light to dark, or a single grey."""
    y, x = np.mgrid[-1:1:28j, -1:1:28j]
    angle = rng.uniform(0, 2 * np.pi)
    slope = (x * np.cos(angle) + y * np.sin(angle)) * rng.uniform(0, 160)
    return _grey(rng.uniform(30, 230) + slope)


def solid(rng: np.random.Generator) -> Ink:
    """Return a filled polygon, ellipse or rectangle."""
    canvas = np.zeros((56, 56), np.uint8)
    roll = rng.random()
    if roll < 0.4:
        corners = int(rng.integers(3, 7))
        angles = np.sort(rng.uniform(0, 2 * np.pi, corners))
        radius = rng.uniform(12, 27, corners)
        outline = 28 + np.stack([np.cos(angles), np.sin(angles)], 1) * radius[:, None]
        cv2.fillPoly(canvas, [np.rint(outline).astype(np.int32)], 255, cv2.LINE_AA)
    elif roll < 0.7:
        axes = int(rng.integers(10, 26)), int(rng.integers(10, 26))
        cv2.ellipse(canvas, (28, 28), axes, float(rng.uniform(0, 180)), 0, 360, 255, -1)
    else:
        w, h = rng.integers(8, 25, 2)
        cv2.rectangle(canvas, (28 - int(w), 28 - int(h)), (28 + int(w), 28 + int(h)), 255, -1)
    return normalise(canvas)


def silhouette(rng: np.random.Generator) -> Ink:
    """Return a photographed object: a filled, shaded body with limbs."""
    canvas = np.zeros((84, 84), np.uint8)
    centre = rng.uniform(30, 54, 2)
    axes = int(rng.integers(9, 26)), int(rng.integers(9, 26))
    cv2.ellipse(
        canvas, centre.astype(int).tolist(), axes, float(rng.uniform(0, 180)), 0, 360, 255, -1
    )
    for _ in range(int(rng.integers(2, 7))):
        end = centre + rng.normal(0, 22, 2)
        thick = int(rng.integers(3, 15))
        cv2.line(
            canvas, centre.astype(int).tolist(), end.astype(int).tolist(), 255, thick, cv2.LINE_AA
        )
    image = normalise(canvas).astype(np.float32)
    light = 1 + rng.uniform(0, 0.5) * (_field(rng, rng.uniform(0.6, 4)) - 1)
    return _grey(image * light)


def texture(rng: np.random.Generator) -> Ink:
    """Return one of `TEXTURES` that could not be taken for a fat 1."""
    while True:
        image = _DRAWERS[int(np.searchsorted(_SHARES, rng.random()))](rng)
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
    """Whether a 28×28 image, uint8, could be a fat 1: narrow, or solid and elongated."""
    breadth, fullness = bulk(image)
    return breadth <= 0.45 or (breadth <= 0.75 and fullness >= 0.72)


def bulk(image: Ink) -> tuple[float, float]:
    """Return the aspect ratio and the solidity of the ink.

    Parameters
    ----------
    image : uint8 array (28, 28)
        0 = paper, 255 = ink.

    Returns
    -------
    breadth : float
        Shorter over longer side of the minimum-area (rotated) bounding box; 0 without ink.
    fullness : float
        Share of the convex hull that is ink.
    """
    points = cv2.findNonZero((image > 64).astype(np.uint8))
    if points is None:
        return 0.0, 0.0
    _, (w, h), _ = cv2.minAreaRect(points)
    hull = cv2.fillConvexPoly(np.zeros_like(image), cv2.convexHull(points), 1)
    return (min(w, h) + 1) / (max(w, h) + 1), len(points) / int(hull.sum())


def _field(rng: np.random.Generator, size: float) -> Floats:
    """Return smooth noise with mean 0 and standard deviation 1, (28, 28)."""
    rough = rng.standard_normal((40, 40))
    field = np.asarray(cv2.GaussianBlur(rough, (0, 0), size), np.float64)[6:34, 6:34]
    return field / max(1e-6, float(field.std()))


def _grey(values: NDArray[Any]) -> Ink:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)
