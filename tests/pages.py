"""Pictures for tests: files, pages of pen strokes, and how alike the digits found are."""

import io
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from lenet.picture import Found, decode, find_digits

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
    crops = find_digits(decode(source)).crops
    assert len(crops) == 1
    assert crops[0].image.dtype == np.uint8
    assert crops[0].image.shape == (28, 28)
    return crops[0].image.astype(np.int64)


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


def find(picture: Any, **options: bool) -> Found:
    return find_digits(decode(picture), **options)


def centres(found: Found) -> list[tuple[float, float]]:
    return [(x + w / 2, y + h / 2) for x, y, w, h in (crop.box for crop in found.crops)]


def same_digits(found: Found, other: Found, most: float = 12) -> bool:
    """Whether both hold the same digits, in the same order."""
    pairs = list(zip(found.crops, other.crops, strict=False))
    return len(found.crops) == len(other.crops) and all(
        difference(a.image, b.image) < most for a, b in pairs
    )
