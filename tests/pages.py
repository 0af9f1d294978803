"""Pictures for tests: files, pages of pen strokes, and how alike two digits are."""

import io
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from lenet.finder import only_character, shipped_finder
from lenet.picture import decode

Bytes = NDArray[np.uint8]
Place = tuple[int, int]  # where a digit's lower left corner is


def lone_seven() -> Bytes:
    """Return a black 7 on white, 120×160, off the middle."""
    page = Image.new("L", (120, 160), 255)
    ImageDraw.Draw(page).line([(35, 30), (85, 28), (55, 115)], fill=0, width=9, joint="curve")
    return np.asarray(page)


def encode(picture: Image.Image | NDArray[Any], form: str = "PNG", **options: Any) -> bytes:
    if isinstance(picture, np.ndarray):
        picture = Image.fromarray(picture)
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def digit_in(source: Any) -> NDArray[np.int64]:
    """Return the image of the only digit of a picture."""
    return only_character(decode(source).pixels, shipped_finder).image.astype(np.int64)


def difference(a: NDArray[Any], b: NDArray[Any]) -> float:
    """Mean absolute difference in grey levels, at best when moved by up to a pixel.

    Two different digits are some 40 apart.
    """
    moves = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    return float(
        min(np.abs(a.astype(np.int64) - np.roll(b, move, (0, 1))).mean() for move in moves)
    )


def blank(height: int, width: int) -> Bytes:
    return np.full((height, width), 255, np.uint8)


def write(page: Bytes, digit: str, place: Place, height: int = 60, pen: int = 6) -> None:
    """Draw a digit as pen strokes, black."""
    scale = height / 21
    cv2.putText(page, digit, place, cv2.FONT_HERSHEY_SIMPLEX, scale, 0, pen, cv2.LINE_AA)


def rows_of(*texts: str, height: int = 60, pen: int = 6, gap: int = 100) -> Bytes:
    """Draw rows of digits on a white page, one every `gap` pixels."""
    page = blank(gap * (len(texts) + 1), gap * (max(map(len, texts)) + 1))
    for row, text in enumerate(texts):
        for column, digit in enumerate(text):
            if digit != " ":
                write(page, digit, (gap // 2 + gap * column, gap * (row + 1)), height, pen)
    return page
