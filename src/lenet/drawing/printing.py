"""Print digits and other characters in freely licensed fonts, as on paper and screens."""

from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ImageFont

from lenet.drawing.crops import balanced, displaced, littered
from lenet.drawing.pen import Ink
from lenet.picture import normalise

FONTS = Path(__file__).parent / "fonts"
SIZE = 60  # font size in pixels
DIGITS = "0123456789"
# Characters that look like digits are left out: o O Q D (0), I i l | / (1), Z z (2), s S (5),
# G b (6), B (8), g q (9), and similar ones of other scripts.
CAPITALS = "ACEFHJKLMNPRTUVWXY"
LATIN = CAPITALS + "acdefhkmnprtuvwxy"
GREEK = "ΓΔΠΣΨΩαηκλμνπχψω"
CYRILLIC = "ДЖИЛПЦШЩЫЮЯджилмпцшщыю"
SIGNS = '+-=×÷<>()%?!#*&@$€£~":;.→←↑↓✓★♥'
KANA = "あいえおかきけさすたなぬねはひふほまむめもやゆよれをんオカキサセネヒホミムモヤルレン"
HAN = "水木金土火山田中大小天本国年車東京"


def print_digits(n: int, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Print `n` digits in the fonts of `FONTS`.

    Parameters
    ----------
    n, seed : int
        See `lenet.drawing.draw_digits`.

    Returns
    -------
    images : ndarray of uint8, (n, 28, 28)
    labels : ndarray of int64, (n,)
        See `lenet.drawing.draw_digits`.
    """
    rng = np.random.default_rng([seed, 2])
    labels = balanced(n, seed)
    images = np.empty((n, 28, 28), np.uint8)
    faces = fonts()
    for place, digit in enumerate(labels):
        face = faces[int(rng.integers(len(faces)))]
        images[place] = print_glyph(glyph(face, DIGITS[digit]), rng)
    return images, labels


@cache
def fonts() -> tuple[Path, ...]:
    """Return the font files that come with the package, sorted by name."""
    return tuple(sorted(file for file in FONTS.iterdir() if file.suffix in {".otf", ".ttf"}))


@cache
def glyph(font: Path, character: str) -> Ink:
    """Return a character's ink, uint8 (h, w); of size 0 if the font lacks it."""
    mask = _face(font).getmask(character)
    return np.array(mask, np.uint8).reshape(mask.size[::-1])


@cache
def _face(font: Path) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font, SIZE, layout_engine=ImageFont.Layout.BASIC)


def print_glyph(ink: Ink, rng: np.random.Generator) -> Ink:
    """Return a glyph rotated, slanted, scaled, thickened or blurred and cropped; uint8 (28, 28)."""
    h, w = ink.shape
    kind = rng.random(4)
    turn, lean = rng.normal(0, 0.04), rng.normal(0, 0.05) + (0.2 if kind[0] < 0.12 else 0)
    breadth, zoom = np.exp(rng.normal(0, 0.1)), rng.uniform(0.5, 1.0)
    cos, sin = np.cos(turn) * zoom, np.sin(turn) * zoom
    linear = np.array([[cos, -sin], [sin, cos]]) @ np.array([[breadth, -lean], [0, 1]])
    corners = linear @ np.array([[0.0, w, 0, w], [0, 0, h, h]])
    margin = 4.0
    shift = margin - corners.min(1)
    width, height = (corners.max(1) + shift + margin).astype(int)
    matrix = np.column_stack([linear, shift])
    turned = cv2.warpAffine(ink, matrix, (int(width), int(height)), flags=cv2.INTER_LINEAR)
    image: Ink = np.asarray(turned, np.uint8)
    longer = max(width, height) - 2 * margin
    if kind[1] < 0.5:
        image = _weighted(image, float(rng.normal(0.01, 0.025)) * longer)
    image = _at_least(image, 0.09 * longer)
    if kind[2] < 0.15:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), 0.02 * longer), np.uint8)
    if kind[3] < 0.08:
        return displaced(normalise(image), rng)
    if kind[3] < 0.12:
        return normalise(littered(image, rng))
    return normalise(image)


def _weighted(ink: Ink, change: float) -> Ink:
    """Return the ink with strokes `change` pixels thicker; not thinner if too much would vanish."""
    size = round(abs(change))
    if size < 1:
        return ink
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size + 1, size + 1))
    if change > 0:
        return np.asarray(cv2.dilate(ink, disc), np.uint8)
    thin = np.asarray(cv2.erode(ink, disc), np.uint8)
    return thin if thin.sum(dtype=np.int64) > 0.55 * ink.sum(dtype=np.int64) else ink


def _at_least(ink: Ink, thickness: float) -> Ink:
    """Return the ink with strokes at least `thickness` pixels wide, as `lenet.picture` does it."""
    mask = (ink > 64).astype(np.uint8)
    distance = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    missing = thickness - 4 * float(distance.sum()) / max(1, int(mask.sum()))
    return _weighted(ink, missing) if missing > 0 else ink
