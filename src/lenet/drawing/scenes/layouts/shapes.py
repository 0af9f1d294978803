"""What instruments, signs and clutter are made of: outlines, soft edges, text along a curve."""

from collections.abc import Callable

import cv2
import numpy as np

from lenet.drawing.pen import Ink
from lenet.drawing.scenes.block import SMALLEST, Block, Glyph, Writer
from lenet.drawing.strokes import Floats

LARGEST = 290  # pixels of a block, so that most of it can be seen on a page of 256


def within(height: float, wide: float, high: float) -> float:
    """Return a digit's height at which `wide` × `high` such heights are no larger than `LARGEST`.

    It is `height` where that is small enough.
    """
    return max(SMALLEST, min(height, LARGEST / wide, LARGEST / high))


def rectangle(x: float, y: float, w: float, h: float, radius: float = 0) -> Floats:
    """Return the outline of a rectangle with round corners, closed, float64 (m, 2)."""
    radius = min(radius, w / 2, h / 2)
    if radius < 0.5:
        return np.array([(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)], np.float64)
    angles = np.linspace(0, np.pi / 2, 6)
    turns = np.stack([np.cos(angles), np.sin(angles)], 1) * radius
    corners = [(x + w, y + h), (x, y + h), (x, y), (x + w, y)]
    parts = []
    for quarter, corner in enumerate(corners):
        cos, sin = [(1, 0), (0, 1), (-1, 0), (0, -1)][quarter]
        inward = np.array(corner) - radius * np.array([cos - sin, sin + cos])
        parts.append(inward + turns @ np.array([[cos, sin], [-sin, cos]]))
    return np.concatenate([*parts, parts[0][:1]])


def frame(low: Floats, high: Floats, margin: float = 0, radius: float = 0) -> Floats:
    """Return the outline of a rectangle `margin` around that between two corners."""
    (x, y), (w, h) = (low - margin).tolist(), (high - low + 2 * margin).tolist()
    return rectangle(x, y, w, h, radius)


def ellipse(
    x: float, y: float, rx: float, ry: float | None = None, start: float = 0, end: float = 1
) -> Floats:
    """Return points on an ellipse around (x, y), float64 (m, 2).

    `start` and `end` are in turns, clockwise from the right; `ry` is `rx` if it is not given.
    """
    ry = rx if ry is None else ry
    points = int(np.clip(abs(end - start) * (12 + 0.8 * max(rx, ry)), 6, 90))
    angles = 2 * np.pi * np.linspace(start, end, points)
    return np.stack([x + rx * np.cos(angles), y + ry * np.sin(angles)], 1)


def polar(x: float, y: float, radius: float, turns: float) -> tuple[float, float]:
    """Return the point at `radius` from (x, y), `turns` clockwise from the right."""
    angle = 2 * np.pi * turns
    return x + radius * float(np.cos(angle)), y + radius * float(np.sin(angle))


def segment(start: tuple[float, float], end: tuple[float, float]) -> Floats:
    """Return the line between two points, float64 (2, 2)."""
    return np.array([start, end], np.float64)


def panel(
    block: Block,
    outline: Floats,
    fill: float | None,
    edge: float = 0,
    edge_shade: float = 1,
) -> None:
    """Add a filled outline with an edge `edge` pixels wide, or only one of them."""
    if fill is not None:
        block.fill(outline, fill)
    if edge > 0:
        block.line(outline, edge, edge_shade)


class Styled:
    """A writer each of whose characters is changed in the same way."""

    def __init__(self, writer: Writer, change: Callable[[Ink], Ink]) -> None:
        self.height = writer.height
        self.writer = writer
        self.change = change

    def glyph(self, character: str) -> Glyph | None:
        """Draw a character; None if the writer has no such character."""
        glyph = self.writer.glyph(character)
        if glyph is None:
            return None
        ink = self.change(glyph.ink)
        grown = (ink.shape[0] - glyph.ink.shape[0]) / 2, (ink.shape[1] - glyph.ink.shape[1]) / 2
        return Glyph(ink, glyph.x - grown[1], glyph.y - grown[0], glyph.advance)

    def gap(self) -> float:
        """Return the pixels between two characters."""
        return self.writer.gap()


def hollow(width: float) -> Callable[[Ink], Ink]:
    """Return a function that leaves the edge of a character, `width` pixels wide."""
    size = max(3, 2 * round(width) + 1)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))

    def change(ink: Ink) -> Ink:
        padded = np.pad(ink, 1)
        return np.asarray(cv2.subtract(padded, cv2.erode(padded, disc)), np.uint8)

    return change


def thicker(ink: Ink, width: float) -> Ink:
    """Return the ink grown by `width` pixels on each side; a margin must be there."""
    size = max(3, 2 * round(width) + 1)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return np.asarray(cv2.dilate(ink, disc), np.uint8)


def blurred(ink: Ink, sigma: float) -> Ink:
    """Return the ink, blurred."""
    return np.asarray(cv2.GaussianBlur(ink, (0, 0), max(0.3, sigma)), np.uint8)


def shadow(block: Block, row: Block, shift: tuple[float, float], blur: float, shade: float) -> None:
    """Add a soft shadow of `row`, or its glow, moved by `shift`."""
    ink, x, y = row.silhouette(int(3 * blur) + 2)
    block.mark(blurred(ink, blur), x + shift[0], y + shift[1], shade)


def letter(
    block: Block,
    writer: Writer,
    text: str,
    centre: tuple[float, float],
    shade: float = 1,
    turn: float = 0,
) -> None:
    """Write a text around its centre, `turn` turns clockwise."""
    glyphs: list[tuple[str, Glyph, float]] = []
    x = 0.0
    for character in text:
        glyph = None if character == " " else writer.glyph(character)
        if glyph is None:
            x += 0.4 * writer.height
            continue
        glyphs.append((character, glyph, x))
        x += glyph.advance + writer.gap()
    if not glyphs:
        return
    left = min(start + glyph.x for _, glyph, start in glyphs)
    right = max(start + glyph.x + glyph.ink.shape[1] for _, glyph, start in glyphs)
    middle = np.array([(left + right) / 2, writer.height / 2])
    for character, glyph, start in glyphs:
        if not turn:
            block.put(character, glyph, centre[0] - middle[0] + start, centre[1] - middle[1], shade)
            continue
        size = np.array(glyph.ink.shape[::-1]) / 2
        offset = np.array([start + glyph.x, glyph.y]) + size - middle
        ink = turned(glyph.ink, turn)
        x, y = np.array(centre) + _rotation(turn) @ offset - np.array(ink.shape[::-1]) / 2
        block.put(character, Glyph(ink, 0, 0, 0, 360 * turn), float(x), float(y), shade)


def around(
    block: Block,
    writer: Writer,
    text: str,
    centre: tuple[float, float],
    radius: float,
    middle: float,
    shade: float = 1,
) -> None:
    """Write a text along a circle, its middle at `middle` turns; below the centre upside up."""
    glyphs = [(character, writer.glyph(character)) for character in text]
    steps = [
        0.5 * writer.height if glyph is None else glyph.advance + writer.gap()
        for _, glyph in glyphs
    ]
    below = 0.02 < middle % 1 < 0.48
    at = -sum(steps) / 2
    for (character, glyph), step in zip(glyphs, steps, strict=True):
        bend = (at + step / 2) / (2 * np.pi * radius)
        at += step
        if glyph is None:
            continue
        turns = middle - bend if below else middle + bend
        turn = turns - 0.25 if below else turns + 0.25
        ink = turned(glyph.ink, turn)
        drop = glyph.y + glyph.ink.shape[0] / 2 - writer.height / 2
        x, y = polar(*centre, radius + drop if below else radius - drop, turns)
        h, w = ink.shape
        block.put(character, Glyph(ink, 0, 0, 0, 360 * turn), x - w / 2, y - h / 2, shade)


def turned(ink: Ink, turns: float) -> Ink:
    """Return the ink turned clockwise, on a canvas that holds it."""
    h, w = ink.shape
    matrix = _rotation(turns)
    width, height = np.ceil(np.abs(matrix) @ np.array([w, h])).astype(int) + 2
    shift = np.array([width, height]) / 2 - matrix @ np.array([w, h]) / 2
    affine = np.column_stack([matrix, shift])
    return np.asarray(cv2.warpAffine(ink, affine, (int(width), int(height))), np.uint8)


def _rotation(turns: float) -> Floats:
    angle = 2 * np.pi * turns
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
