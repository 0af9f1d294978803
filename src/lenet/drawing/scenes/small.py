"""Small pictures: one digit from edge to edge, as MNIST files and paint programs give them."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.drawing.material import Material
from lenet.drawing.scenes.block import INKED, Block
from lenet.drawing.scenes.camera import SCAN, SCREENSHOT, Photo, expose
from lenet.drawing.scenes.grounds import paper
from lenet.drawing.scenes.page import Content, Page, scatter
from lenet.drawing.scenes.truth import Taken

BITMAPS = 0.35  # of small pictures are images of the material, if it has any
LONE_DIGITS = 0.5  # show one drawn digit; the others any block


def small_picture(
    rng: np.random.Generator, material: Material, content: Content, side: int, *, has_digits: bool
) -> Taken:
    """Draw a small picture, mostly of one digit.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    material : Material
        Its images of digits are used as they are.
    content : Content
        What else may be on it; its height does not count.
    side : int
        Height and width in pixels.
    has_digits : bool
        Whether digits may be on it.
    """
    kind = rng.random()
    if has_digits and kind < BITMAPS and len(material.digits):
        return _enlarged(rng, _bitmap(rng, material), side)
    drawn = min(side, int(rng.uniform(20, 72))) if rng.random() < 0.35 else side
    page = Page(paper(rng, (drawn, drawn), 0.6 * drawn))
    height = float(rng.uniform(0.4, 0.98)) * drawn
    if has_digits and kind < BITMAPS + LONE_DIGITS:
        _lone_digit(rng, page, content, height)
    else:
        scatter(rng, page, replace(content, height=height), 1)
    photo = Photo(page.grey, page.ids, page.smallest, page.contrast)
    image = expose(rng, photo, SCREENSHOT if rng.random() < 0.5 else SCAN, 0.3)
    taken = Taken(image, photo.ids, page.upright(), [float(count) for count in page.inked])
    return _enlarged(rng, taken, side)


def _lone_digit(rng: np.random.Generator, page: Page, content: Content, height: float) -> None:
    """Write a digit in the middle, from edge to edge at times."""
    block = Block()
    block.write(content.writers.any(height), str(rng.integers(10)), 0, 0)
    drawing = block.render(margin=0)
    if drawing is None:
        return
    side = len(page.grey)
    rows = np.flatnonzero(drawing.shade.max(1) > 0)
    columns = np.flatnonzero(drawing.shade.max(0) > 0)
    if not len(rows):
        return
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    shade, ids = drawing.shade[part], drawing.ids[part]
    factor = side / max(shade.shape)
    if factor < 1:
        size = max(1, int(shade.shape[1] * factor)), max(1, int(shade.shape[0] * factor))
        shade = np.asarray(cv2.resize(shade, size, interpolation=cv2.INTER_AREA), np.float32)
        small = cv2.resize(ids.astype(np.int16), size, interpolation=cv2.INTER_NEAREST)
        ids = small.astype(np.int32)
    h, w = shade.shape
    free = np.array([side - w, side - h])
    corner = free * (0.5 if rng.random() < 0.6 else rng.random(2))
    x, y = np.rint(corner).astype(int).tolist()
    page.write(rng, replace(drawing, shade=shade, ids=ids), x, y, height)


def _bitmap(rng: np.random.Generator, material: Material) -> Taken:
    """Return one of the material's images, white on black or the other way round."""
    number = int(rng.integers(len(material.digits)))
    ink = material.digits[number]
    ids = (ink > INKED).astype(np.int32)
    if rng.random() < 0.35:  # cropped to its ink
        x, y, w, h = cv2.boundingRect(ids.astype(np.uint8))
        ink, ids = ink[y : y + h, x : x + w], ids[y : y + h, x : x + w]
        wide, high = (int(side) for side in rng.integers(0, 4, 2))
        ink, ids = (np.pad(part, ((high, high), (wide, wide))) for part in (ink, ids))
    image = ink if rng.random() < 0.5 else 255 - ink
    return Taken(image, ids, [int(material.digit_labels[number])], [float(ids.sum())])


def _enlarged(rng: np.random.Generator, taken: Taken, side: int) -> Taken:
    """Return the picture with a longer side of `side` pixels."""
    h, w = taken.ids.shape
    factor = side / max(h, w)
    if abs(factor - 1) < 0.02:
        return taken
    size = max(1, round(w * factor)), max(1, round(h * factor))
    how = (cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_CUBIC)[int(rng.integers(3))]
    image = cv2.resize(taken.image, size, interpolation=how if factor > 1 else cv2.INTER_AREA)
    ids = cv2.resize(taken.ids.astype(np.int16), size, interpolation=cv2.INTER_NEAREST)
    area = size[0] * size[1] / (w * h)
    inked = [count * area for count in taken.inked]
    return Taken(np.asarray(image, np.uint8), ids.astype(np.int32), taken.classes, inked)


def padded(rng: np.random.Generator, taken: Taken, side: int) -> Taken:
    """Return the picture somewhere in a square of its border's colour.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    taken : Taken
        A picture not larger than the square.
    side : int
        Height and width of the square in pixels.
    """
    h, w = taken.image.shape
    image = np.full((side, side), border_colour(taken.image), np.uint8)
    ids = np.zeros((side, side), np.int32)
    y, x = int(rng.integers(side - h + 1)), int(rng.integers(side - w + 1))
    image[y : y + h, x : x + w] = taken.image
    ids[y : y + h, x : x + w] = taken.ids
    return Taken(image, ids, taken.classes, taken.inked, (x, y, x + w, y + h))


def border_colour(image: NDArray[np.uint8]) -> int:
    """Return the median of the outermost pixels, with which pictures are padded."""
    edges = image[0], image[-1], image[:, 0], image[:, -1]
    return int(np.median(np.concatenate(edges)))
