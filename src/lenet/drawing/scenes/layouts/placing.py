"""Where the characters and marks of a layout go: aligned text, cells, rules, bent glyphs."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.drawing.scenes import texts
from lenet.drawing.scenes.block import INKED, Block, Glyph, Writer
from lenet.drawing.strokes import Floats

PAGE = 256  # pixels: side of a scene, which a block should not much exceed
ADVANCE = 0.72  # usual distance of two characters, as a share of a digit's height
LONGEST_TEXT = 140  # characters: about half of what a scene may hold
SHORTEST = 3  # characters: an O or S alone would look like a digit
LEFT, MIDDLE, RIGHT = 0.0, 0.5, 1.0  # alignments


def chance(rng: np.random.Generator, share: float) -> bool:
    """Return True with probability `share`."""
    return bool(rng.random() < share)


def fitting(
    rng: np.random.Generator, step: float, least: int, most: int, room: float = 1.1 * PAGE
) -> int:
    """Return a random count, `least`..`most`, of things `step` pixels apart that fit in `room`."""
    return int(rng.integers(least, max(least, min(most, int(room / step))) + 1))


def pitch(writer: Writer) -> float:
    """Return the usual distance of two digits of this writer in pixels."""
    zero = writer.glyph("0")
    return max(0.5 * writer.height, writer.gap() + (zero.advance if zero else 0))


def fitted(
    rng: np.random.Generator,
    make: Callable[[np.random.Generator], str],
    height: float,
    room: float = 1.1 * PAGE,
) -> str:
    """Return a text by `make` that fits in `room` pixels at this height of a digit.

    If none of some tries fits, the last one is cut off, but keeps `SHORTEST` characters.
    """
    most = max(SHORTEST, int(room / (ADVANCE * height)))
    text = make(rng)
    for _ in range(4):
        if len(text) <= most:
            break
        text = make(rng)
    return text[:most].strip() or text[0]


def aligned(
    block: Block,
    writer: Writer,
    text: str,
    x: float,
    y: float,
    align: float = MIDDLE,
    shade: float = 1,
) -> None:
    """Write one line that starts, has its middle or ends at `x`, as `align` says."""
    part = Block()
    end = part.write(writer, text, 0, 0, shade) - writer.gap()
    block.append(part, x - align * end, y)


def ruled_cells(
    block: Block,
    xs: Sequence[float],
    ys: Sequence[float],
    width: float,
    shade: float = 1,
    *,
    upright: bool = True,
    level: bool = True,
) -> None:
    """Add the lines of a grid: upright ones at `xs`, level ones at `ys`."""
    for y in ys if level else ():
        block.line(straight(xs[0], y, xs[-1], y), width, shade)
    for x in xs if upright else ():
        block.line(straight(x, ys[0], x, ys[-1]), width, shade)


def drawn_cells(
    rng: np.random.Generator,
    block: Block,
    xs: Sequence[float],
    ys: Sequence[float],
    width: float,
    wobble: float,
) -> None:
    """Add the lines of a grid that somebody drew by hand; the ends stand out or fall short."""
    starts = [(x, ys[0], x, ys[-1]) for x in xs] + [(xs[0], y, xs[-1], y) for y in ys]
    for start in starts:
        ends = straight(*start) + rng.normal(0, 1.5 * wobble, (2, 2))
        block.line(by_hand(rng, ends, wobble), width)


def frame(
    block: Block, x: float, y: float, w: float, h: float, width: float, shade: float = 1
) -> None:
    """Add the four sides of a box."""
    ruled_cells(block, (x, x + w), (y, y + h), width, shade)


def straight(x0: float, y0: float, x1: float, y1: float) -> Floats:
    """Return a line segment, float64 (2, 2)."""
    return np.array([[x0, y0], [x1, y1]], np.float64)


def rectangle(x: float, y: float, w: float, h: float) -> Floats:
    """Return the corners of a box, float64 (4, 2)."""
    return np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], np.float64)


def by_hand(rng: np.random.Generator, corners: Floats, wobble: float) -> Floats:
    """Return a polyline with points moved by some `wobble` pixels, float64 (m, 2)."""
    parts = [
        start + (end - start) * np.linspace(0, 1, 8)[:, None] for start, end in pairwise(corners)
    ]
    line = np.concatenate(parts)
    drift = np.cumsum(rng.normal(0, 0.4 * wobble, line.shape), 0)
    drawn: Floats = line + drift - np.linspace(0, 1, len(line))[:, None] * drift[-1] * 0.7
    return drawn


def ring(rng: np.random.Generator, centre: Floats, radii: Floats) -> Floats:
    """Return a ring drawn by hand, not quite closed or overlapping; float64 (40, 2)."""
    angle = np.linspace(0, 2 * np.pi * rng.uniform(0.94, 1.12), 40) + rng.uniform(0, 2 * np.pi)
    swell = 1 + rng.uniform(0, 0.08) * np.sin(2 * angle + rng.uniform(0, 6))
    spiral = 1 + rng.normal(0, 0.05) * np.linspace(-1, 1, 40)
    circle = np.stack([np.cos(angle), np.sin(angle)], 1)
    return np.asarray(centre + radii * circle * (swell * spiral)[:, None], np.float64)


def around(part: Block, space: float) -> tuple[Floats, Floats]:
    """Return the centre and half the size, float64 (2,), of a block with `space` around it."""
    low, high = part.bounds()
    return (low + high) / 2, (high - low) / 2 + space


def warped(glyph: Glyph, linear: NDArray[np.float64], pivot: tuple[float, float]) -> Glyph:
    """Return a glyph turned, scaled or slanted.

    Parameters
    ----------
    glyph : Glyph
        What is warped.
    linear : ndarray of float64, (2, 2)
        Takes a point (x, y), seen from the pivot, to its new place.
    pivot : (float, float)
        Point that stays where it is, seen from the left end of the character at its top.
    """
    h, w = glyph.ink.shape
    corner = np.array([glyph.x, glyph.y]) - pivot
    corners = linear @ (corner + np.array([[0, 0], [w, 0], [0, h], [w, h]])).T
    low = np.floor(corners.min(1)) - 1
    size = np.ceil(corners.max(1) - low).astype(int) + 1
    matrix = np.column_stack([linear, linear @ corner - low])
    ink = cv2.warpAffine(glyph.ink, matrix, (int(size[0]), int(size[1])), flags=cv2.INTER_LINEAR)
    advance = float(glyph.advance * np.hypot(linear[0, 0], linear[1, 0]))
    return Glyph(np.asarray(ink, np.uint8), low[0] + pivot[0], low[1] + pivot[1], advance)


def scaled(glyph: Glyph, factor: float) -> Glyph:
    """Return a glyph of another size; the top left end of its character stays."""
    return warped(glyph, np.eye(2) * factor, (0, 0))


def turned(glyph: Glyph, height: float, angle: float) -> Glyph:
    """Return a glyph turned by `angle` (radians, clockwise) around its middle."""
    cos, sin = np.cos(angle), np.sin(angle)
    turn = np.array([[cos, -sin], [sin, cos]])
    upright = warped(glyph, turn, (glyph.advance / 2, height / 2))
    return replace(upright, turn=float(np.degrees(angle)))


def touching(left: Glyph, right: Glyph, overlap: float) -> float:
    """Return how far from the left end of `left` to start `right` so that the two overlap.

    They share `overlap` pixels in the row in which they come closest.
    """
    ends, starts = {}, {}
    for y, row in enumerate(left.ink > INKED, round(left.y)):
        if row.any():
            ends[y] = left.x + len(row) - int(row[::-1].argmax())
    for y, row in enumerate(right.ink > INKED, round(right.y)):
        if row.any():
            starts[y] = right.x + int(row.argmax())
    common = ends.keys() & starts.keys()
    if not common:
        return left.advance
    return max(ends[y] - starts[y] for y in common) - overlap


def filled_line(words: Iterable[str], most: int) -> str:
    """Return as many words as fit in a line of `most` characters, at least one."""
    line = ""
    for word in words:
        if line and len(line) + 1 + len(word) > most:
            break
        line = f"{line} {word}" if line else word
    return line


def line_style(rng: np.random.Generator, height: float) -> tuple[float, float]:
    """Return the width in pixels and the shade of a form's lines, for digits of this height."""
    thickest = 0.04 if chance(rng, 0.7) else 0.1
    return rng.uniform(0.5, max(1.1, thickest * height)), rng.uniform(0.25, 1)


def cell_character(rng: np.random.Generator) -> str:
    """Return what stands in one cell: a digit, a 1 more often than others, seldom a letter."""
    kind = rng.random()
    if kind < 0.05:
        return texts.lone_letter(rng)
    return "1" if kind < 0.18 else str(int(rng.integers(10)))


def in_cell(
    rng: np.random.Generator,
    block: Block,
    writer: Writer,
    character: str,
    cell: tuple[float, float, float, float],
    looseness: float = 0.05,
) -> None:
    """Write a character in the middle of a cell, (x, y, w, h) in pixels.

    `looseness` is the standard deviation of its place, as a share of the cell.
    """
    x, y, w, h = cell
    dx, dy = rng.normal(0, looseness, 2) * (w, h)
    aligned(block, writer, character, x + w / 2 + dx, y + (h - writer.height) / 2 + dy)


def digit_row(rng: np.random.Generator, height: float, least: int = 1, most: int = 9) -> str:
    """Return so many digits that they fit in a row."""
    return texts.plain_digits(rng, fitting(rng, ADVANCE * height, least, most))
