"""`Block`: characters and marks that stand together in a scene, with the truth about each.

A block is drawn flat, on a canvas of its own, and pasted on the ground of a scene later. So it has
no colours yet, only shades: 0 = as the ground, 1 = as the ink. A zebra row has a shade of 0.1, the
window of a meter's drum 1, and the digit in that window 0 again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.drawing.pen import FRACTION_BITS, Ink
from lenet.drawing.strokes import Floats

DIGITS = "0123456789"
OTHER = 10  # class of a character that is no digit
CUT = 11  # class of a digit cut off and of what nobody can read: to find it is no error
SMALLEST = 5.0  # pixels of a digit's height: nobody can read a smaller one
LONGEST_SIDE = 1_500  # pixels of a block; a larger one is not drawn
INKED = 80  # of 255: pixels with more ink are the character's, or with half of its strongest


@dataclass(frozen=True)
class Glyph:
    """One character as a writer draws it.

    Attributes
    ----------
    ink : ndarray of uint8, (h, w)
        0 = none, 255 = full.
    x, y : float
        Left upper corner of `ink` in pixels, seen from the left end of the character at the top
        of a digit.
    advance : float
        Pixels to the right end of the character.
    turn : float
        By how many degrees it is turned, clockwise.
    """

    ink: Ink
    x: float
    y: float
    advance: float
    turn: float = 0.0


class Writer(Protocol):
    """Draws the characters of one text in one style: a hand and its pen, a font, a display.

    Attributes
    ----------
    height : float
        Height of a digit in pixels.
    """

    height: float

    def glyph(self, character: str) -> Glyph | None:
        """Draw a character, a new one each time; None if this writer has no such character."""

    def gap(self) -> float:
        """Return the pixels between two characters."""


@dataclass(frozen=True)
class _Layer:
    ink: Ink
    x: float
    y: float
    shade: float
    label: int | None  # class of a character; None for a mark
    turn: float = 0.0


@dataclass(frozen=True)
class Drawing:
    """A block, rendered.

    Attributes
    ----------
    shade : ndarray of float32, (h, w)
        0 = as the ground, 1 = as the ink.
    ids : ndarray of int32, (h, w)
        0 = no character, i = the i-th of `classes`, counted from 1.
    classes : tuple of int
        0..9 for a digit, else `OTHER`.
    turns : tuple of float
        By how many degrees each character is turned, clockwise.
    """

    shade: NDArray[np.float32]
    ids: NDArray[np.int32]
    classes: tuple[int, ...]
    turns: tuple[float, ...]


@dataclass
class Block:
    """Characters and marks, in pixels; the origin is where its maker wants it."""

    _layers: list[_Layer] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self._layers)

    def put(self, character: str, glyph: Glyph, x: float, y: float, shade: float = 1) -> None:
        """Add a character with the top of a digit at `y` and its left end at `x`."""
        label = int(character) if character in DIGITS else OTHER
        self._layers.append(_Layer(glyph.ink, x + glyph.x, y + glyph.y, shade, label, glyph.turn))

    def write(self, writer: Writer, text: str, x: float, y: float, shade: float = 1) -> float:
        """Write one line, the top of its digits at `y`; return where the next character starts."""
        for character in text:
            if character == " ":
                x += 0.5 * writer.height
            elif (glyph := writer.glyph(character)) is not None:
                self.put(character, glyph, x, y, shade)
                x += glyph.advance + writer.gap()
        return x

    def mark(self, ink: Ink, x: float, y: float, shade: float = 1) -> None:
        """Add ink that is no character, its left upper corner at (x, y)."""
        self._layers.append(_Layer(ink, x, y, shade, None))

    def line(self, points: Floats, width: float, shade: float = 1) -> None:
        """Add a polyline, float64 (m, 2), that is no character; `width` may be below 1 pixel."""
        margin = int(width) + 3
        low = np.floor(points.min(0)) - margin
        size = np.ceil(points.max(0)) + margin - low
        if size.max() > LONGEST_SIDE:
            return
        canvas = np.zeros((int(size[1]), int(size[0])), np.uint8)
        fixed = np.rint((points - low) * (1 << FRACTION_BITS)).astype(np.int32)
        strength = 255 * min(1.0, max(0.35, width))
        thickness = max(1, round(width))
        cv2.polylines(canvas, [fixed], False, strength, thickness, cv2.LINE_AA, FRACTION_BITS)
        self.mark(canvas, float(low[0]), float(low[1]), shade)

    def fill(self, outline: Floats, shade: float) -> None:
        """Add a filled polygon, float64 (m, 2), that is no character."""
        low = np.floor(outline.min(0)) - 1
        size = np.ceil(outline.max(0)) + 1 - low
        if size.max() > LONGEST_SIDE:
            return
        canvas = np.zeros((int(size[1]), int(size[0])), np.uint8)
        fixed = np.rint((outline - low) * (1 << FRACTION_BITS)).astype(np.int32)
        cv2.fillPoly(canvas, [fixed], 255.0, cv2.LINE_AA, FRACTION_BITS)
        self.mark(canvas, float(low[0]), float(low[1]), shade)

    def append(self, other: "Block", x: float, y: float) -> None:
        """Add all of another block, moved by (x, y)."""
        self._layers += [replace(part, x=part.x + x, y=part.y + y) for part in other._layers]

    def in_shade(self, shade: float) -> "Block":
        """Return the same characters and marks, all in one shade."""
        return Block([replace(part, shade=shade) for part in self._layers])

    def bounds(self, *, characters_only: bool = False) -> tuple[Floats, Floats]:
        """Return the left upper and the right lower corner of what was added, float64 (2,).

        Both are the origin if nothing was.
        """
        boxes = np.array(
            [
                (part.x, part.y, part.x + part.ink.shape[1], part.y + part.ink.shape[0])
                for part in self._layers
                if part.label is not None or not characters_only
            ]
            or [(0.0, 0.0, 0.0, 0.0)]
        )
        return boxes[:, :2].min(0), boxes[:, 2:].max(0)

    def silhouette(self, margin: int = 0) -> tuple[Ink, float, float]:
        """Return all its ink, whatever its shade, and where the left upper corner is.

        Parameters
        ----------
        margin : int
            Empty pixels on each side, for a shadow or an outline that is made of the ink.

        Returns
        -------
        ink : ndarray of uint8, (h, w)
        x, y : float
        """
        low, high = self.bounds()
        low = np.floor(low) - margin
        width, height = np.ceil(high - low).astype(int) + margin
        ink = np.zeros((height, width), np.uint8)
        for part in self._layers:
            x, y = round(part.x - low[0]), round(part.y - low[1])
            place = ink[y : y + part.ink.shape[0], x : x + part.ink.shape[1]]
            np.maximum(place, part.ink[: place.shape[0], : place.shape[1]], out=place)
        return ink, float(low[0]), float(low[1])

    def render(self, margin: int = 1) -> Drawing | None:
        """Draw it; None if it is empty or larger than `LONGEST_SIDE`."""
        if not self._layers:
            return None
        low, high = self.bounds()
        low = np.floor(low) - margin
        width, height = (np.ceil(high - low) + margin).astype(int).tolist()
        if max(width, height) > LONGEST_SIDE:
            return None
        shade = np.zeros((height, width), np.float32)
        ids = np.zeros((height, width), np.int32)
        classes: list[int] = []
        turns: list[float] = []
        for part in self._layers:
            x, y = round(part.x - low[0]), round(part.y - low[1])
            place = np.s_[y : y + part.ink.shape[0], x : x + part.ink.shape[1]]
            ink = part.ink[: height - y, : width - x]
            cover = ink.astype(np.float32) / 255
            shade[place] += (part.shade - shade[place]) * cover
            if part.label is not None:
                classes.append(part.label)
                turns.append(part.turn)
                ids[place][ink > min(INKED, int(ink.max(initial=0)) // 2)] = len(classes)
        return Drawing(shade, ids, tuple(classes), tuple(turns))


class Writers(Protocol):
    """Finds a writer for a text."""

    def hand(self, height: float) -> Writer:
        """Return somebody's hand with a pen."""

    def font(self, height: float, *, digits_only: bool = False) -> Writer:
        """Return a font; with `digits_only` also those that have nothing but digits."""

    def display(self, height: float) -> Writer:
        """Return a seven-segment display."""

    def any(self, height: float) -> Writer:
        """Return any of them, as often as they occur on real pictures."""


Layout = Callable[[np.random.Generator, float, Writers], Block]
"""Makes a block: source of randomness, height of its usual digit in pixels, writers."""
