"""The levels of a page: how large each is, and how much of it to look at."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.finder.contrast import WINDOW

# The network finds characters of 13 to 46 pixels, so each level is half as large as the one before.
FINEST = 1_600  # pixels of a page's longer side: a digit of 1 % of a photo has 16 of them
ENLARGED, MOST_ENLARGED = 320, 4.0  # pixels to which small pictures are enlarged, and by how much
COARSEST = 46  # pixels: a digit as high as the page is found there
THINNEST = 6  # pixels of a level's shorter side: no digit is more than 8 times as high as wide
FINER = 1.25  # times as fine as a page's finest level: one more is looked at if print is small
STRIDE = 16  # pixels; the network takes multiples of it
PADDING = 16  # pixels: room for the contrast around ink at the edge
BARE = 3  # grey levels: paper, which differs from the border's colour by no more
# Pixels of paper to look at around all ink: half a `WINDOW` for its contrast, and a margin as that
# of a page. With half a window alone, one of 539 pictures of a digit was read otherwise.
AROUND = WINDOW // 2 + PADDING
EVEN = 12  # grey levels: a border has one colour if most of it is nearer to its median


def level_sizes(width: int, height: int) -> list[tuple[int, int]]:
    """Return width and height of each level of a page, the finest first.

    >>> level_sizes(28, 28)
    [(112, 112), (56, 56), (28, 28)]
    >>> level_sizes(4000, 3000)
    [(1600, 1200), (800, 600), (400, 300), (200, 150), (100, 75), (50, 38), (25, 19)]
    """
    longer, shorter = max(width, height), min(width, height)
    scale = min(max(1.0, ENLARGED / longer), MOST_ENLARGED, FINEST / longer)
    sizes = []
    while True:
        sizes.append((max(1, round(width * scale)), max(1, round(height * scale))))
        if longer * scale <= COARSEST or shorter * scale / 2 < THINNEST:
            return sizes
        scale /= 2


def finer_size(finest: tuple[int, int], page: tuple[int, int]) -> tuple[int, int] | None:
    """Return a level finer than the finest of a page; None if none would be much finer.

    Parameters
    ----------
    finest, page : tuple of int
        Width and height.

    Examples
    --------
    >>> finer_size((560, 600), (560, 600))
    (1120, 1200)
    >>> finer_size((1000, 1333), (1000, 1333)), finer_size((112, 112), (28, 28))
    (None, None)
    """
    longer = max(finest)
    scale = min(2.0, FINEST / longer, MOST_ENLARGED * max(page) / longer)
    return (round(finest[0] * scale), round(finest[1] * scale)) if scale > FINER else None


def resized(page: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return a page as large as a level of this width and height."""
    height, width = page.shape[:2]
    if (width, height) == size:
        return page
    way = cv2.INTER_AREA if size[0] < width else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(page, size, interpolation=way), np.uint8)


def inked_part(grey: NDArray[np.uint8]) -> tuple[float, float, float, float]:
    """Return what is not bare paper: its left, upper, right and lower edge, as shares of the page.

    Bare is what has the colour of most of the border.
    """
    height, width = grey.shape
    colour = float(np.median(_border(grey)))
    is_inked = np.abs(grey - np.float32(colour)) > BARE
    across, down = np.flatnonzero(is_inked.any(0)), np.flatnonzero(is_inked.any(1))
    if not len(across):
        return 0, 0, 0, 0
    return (
        across[0] / width,
        down[0] / height,
        (across[-1] + 1) / width,
        (down[-1] + 1) / height,
    )


def window(
    inked: tuple[float, float, float, float], size: tuple[int, int], shape: tuple[int, ...]
) -> tuple[slice, slice]:
    """Return the rows and columns of a padded level to look at, in multiples of `STRIDE`.

    >>> window((0, 0, 1, 1), (640, 400), (432, 672))
    (slice(0, 432, None), slice(0, 672, None))
    >>> window((0.5, 0.5, 0.6, 0.7), (640, 400), (432, 672))
    (slice(176, 336, None), slice(288, 448, None))
    """
    left, top, right, bottom = inked
    spans = []
    for first, last, side, most in (
        (top, bottom, size[1], shape[0]),
        (left, right, size[0], shape[1]),
    ):
        start = max(0, int(first * side) + PADDING - AROUND) // STRIDE * STRIDE
        end = -(-(math.ceil(last * side) + PADDING + AROUND) // STRIDE) * STRIDE
        spans.append(slice(start, min(end, most)))
    return spans[0], spans[1]


def _border(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])


def padded(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a level with a margin, and as large as the network takes it.

    The margin has the colour of the border: to repeat the border would draw ink that touches it
    out into streaks. Only where the border has no colour of its own is it repeated.
    """
    height, width = grey.shape
    border = _border(grey)
    colour = float(np.median(border))
    even = np.count_nonzero(np.abs(border - colour) < EVEN) > 0.5 * len(border)
    bottom, right = (PADDING + -(side + 2 * PADDING) % STRIDE for side in (height, width))
    way = cv2.BORDER_CONSTANT if even else cv2.BORDER_REPLICATE
    level = cv2.copyMakeBorder(grey, PADDING, bottom, PADDING, right, way, value=colour)
    return np.asarray(level, np.uint8)
