"""Little pictures, scribbles and made-up signs: what people draw that is no digit."""

from collections.abc import Callable

import numpy as np

from lenet.drawing.strokes import CORNER, Coordinate, Point, Sampler, Stroke, Style, arc


def _smiley(u: Sampler) -> list[Stroke]:
    start, mouth = u(-0.4, -0.1), u(-0.12, 0.16)
    eye, high = u(0.15, 0.25), u(0.3, 0.42)
    tall = u(0.01, 0.08)
    return [arc((0.5, 0.5), (u(0.42, 0.55), 0.5), start, start + 1 + u(-0.03, 0.05), 11),
            [(0.5 - eye, high), (0.5 - eye, high + tall)], [(0.5 + eye, high),
             (0.5 + eye, high + tall)],
            [(0.28, 0.66), (0.38, 0.68 + 0.6 * mouth), (0.5, 0.68 + mouth),
             (0.62, 0.68 + 0.6 * mouth), (0.72, 0.66)]]  # fmt: skip


def _sun(u: Sampler) -> list[Stroke]:
    ring = arc((0.5, 0.5), (u(0.2, 0.28), u(0.2, 0.28)), 0.0, 1.0, 9)
    rays: list[Stroke] = []
    for i in range(8):
        angle = 2 * np.pi * (i / 8 + u(-0.02, 0.02))
        near, far = u(0.32, 0.38), u(0.46, 0.56)
        rays.append([(0.5 + near * np.cos(angle), 0.5 + near * np.sin(angle)),
                     (0.5 + far * np.cos(angle), 0.5 + far * np.sin(angle))])  # fmt: skip
    return [ring, *rays]


def _spiral(u: Sampler) -> list[Stroke]:
    turns, start, way = u(2.2, 3.5), u(0.0, 1.0), u.sign()
    points: list[Point] = []
    for i in range(30):
        angle = 2 * np.pi * (start + way * turns * i / 29)
        radius = 0.03 + 0.47 * i / 29
        points.append((0.5 + radius * np.cos(angle), 0.5 + radius * np.sin(angle)))
    return [points]


def _zigzag(u: Sampler) -> list[Stroke]:
    points: list[Point | None] = []
    high = u(0.25, 0.8)
    for i in range(7):
        points += [(i / 6 + u(-0.03, 0.03), (i % 2) * high + u(-0.05, 0.05)), CORNER]
    return [points[:-1]]


def _wave(u: Sampler) -> list[Stroke]:
    high = u(0.1, 0.5)
    return [[(i / 8 + u(-0.02, 0.02), (i % 2) * high + u(-0.05, 0.05)) for i in range(9)]]


def _flat_arc(u: Sampler) -> list[Stroke]:
    """Draw a piece of a wide ring, well bent, so that it is no 1."""
    start = u(0.0, 1.0)
    return [arc((0.5, 0.5), (0.5, 0.5), start, start + u(0.4, 0.62), 8)]


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


def _triangle(u: Sampler) -> list[Stroke]:
    top, end = u(0.1, 0.9), (0.0, 1.0)
    return [[end, (top, u(0.0, 0.3)), CORNER, (1.0, u(0.8, 1.0)), CORNER, end]]


def _grating(u: Sampler) -> list[Stroke]:
    """Draw parallel lines, and lines across them."""
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


def _hatched(u: Sampler) -> list[Stroke]:
    """Go to and fro, as one shades or crosses out."""
    tilt, thin = u(-0.3, 0.5), u(0.04, 0.12)
    points: list[Point] = []
    for i in range(12):
        side = u(0.85, 1.1) if i % 2 else u(-0.1, 0.15)
        points.append((side + tilt * i * thin, i * thin))
    return [points]


def _bundle(kinds: str) -> Callable[[Sampler], list[Stroke]]:
    """Return a sign of strokes as East Asian scripts have: level, upright, falling, dots."""

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


def _dots(u: Sampler) -> list[Stroke]:
    places = [(u(0, 1), u(0, 1)) for _ in range(5)]
    return [[(x, y), (x + u(0, 0.02), y)] for x, y in places]


DOODLES: tuple[Style, ...] = (
    Style("smiley", 2, _smiley, 0.2, 0.1),
    Style("sun", 1, _sun, 0.2, 0.12),
    Style("spiral", 1, _spiral, 0.2, 0.09),
    Style("zigzag", 1.5, _zigzag, 0.5, 0.14),
    Style("wave", 1, _wave, 0.5, 0.14),
    Style("arc", 1.2, _flat_arc, 0.2, 0.2),
    Style("wide box", 1, _wide_box, 0.3, 0.2),
    Style("triangle", 1.2, _triangle, 0.3, 0.16),
    Style("grating", 1, _grating, 0.3, 0.12),
    Style("scribble of 7", 1, _scribble(7), 0.3, 0.14),
    Style("scribble of 10", 1.5, _scribble(10), 0.3, 0.14),
    Style("scribble of 14", 1.5, _scribble(14), 0.3, 0.12),
    Style("hatched", 1.2, _hatched, 0.3, 0.12),
    Style("bundle of 5", 1, _bundle("--||/"), 0.2, 0.12),
    Style("bundle of 6", 1, _bundle("--|/\\."), 0.2, 0.12),
    Style("bundle of 8", 1, _bundle("---||/\\."), 0.2, 0.1),
    Style("dots", 0.7, _dots, 0.3, 0.16),
)  # fmt: skip
