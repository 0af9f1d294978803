"""The image of a picture that shows one character, whether the finder finds it or not."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.finder.network import Finder, Found
from lenet.picture.crop import cut_ink
from lenet.picture.normalising import evened, normalise, plain_ink

SURE = 0.0  # logit: a character is there rather than not


@dataclass(frozen=True, eq=False)
class Single:
    """The only character of a picture.

    Attributes
    ----------
    image : ndarray of uint8, (28, 28)
        As networks take it; all paper if nothing was seen.
    box : ndarray of float32, (4,)
        x, y, width, height in pixels of the picture.
    """

    image: NDArray[np.uint8]
    box: NDArray[np.float32]


def plain_character(page: NDArray[np.uint8]) -> Single | None:
    """Return the character of a small grey picture on paper of exactly one grey; else None.

    All ink of such a picture is the character's. An image made as MNIST's were passes unchanged,
    however thick its strokes are.

    Parameters
    ----------
    page : ndarray of uint8, (h, w, 3)
    """
    ink = plain_ink(page)
    if ink is None:
        return None
    x, y, w, h = cv2.boundingRect(ink)
    image = normalise(ink)
    if w and not np.array_equal(image, ink):
        image = normalise(evened(ink[y : y + h, x : x + w]))
    return Single(image, np.array([x, y, w, h], np.float32))


def only_character(page: NDArray[np.uint8], finder: Callable[[], Finder]) -> Single:
    """Return the only character of a picture: a digit, or one of another alphabet.

    It is the largest of those that are surely there; if none is, the ink of the whole picture, on
    the map of the level that sees most of it.

    Parameters
    ----------
    page : ndarray of uint8, (h, w, 3)
    finder : callable
        Returns the finder; it is called only if one is needed.
    """
    if plain := plain_character(page):
        return plain
    found = finder().find(page, all_characters=True)
    seen = np.maximum(found.digits.digit, found.digits.other)
    sure = found.digits.take(seen >= SURE)
    if len(sure):
        largest = np.array([int(sure.boxes[:, 2:].max(1).argmax())])
        chosen = sure.take(largest)
        image = Found(chosen, found.others, found.ink).images(page)[0]
        if image.any():
            return Single(image, chosen.boxes[0])
    height, width = page.shape[:2]
    box = np.array([0, 0, width, height], np.float32)
    images = [normalise(evened(cut_ink(page, (0, 0, width, height), ink))) for ink in found.ink]
    certainty = [float(np.maximum(ink.logits, 0).mean()) for ink in found.ink]
    return Single(images[int(np.argmax(certainty))], box)
