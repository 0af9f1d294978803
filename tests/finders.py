"""A finder without a network, for pages whose ink is clear: each piece of it is a digit."""

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.finder import Finder, Heat, normalise_contrast
from lenet.finder.candidates import CELL, UNIT
from lenet.finder.levels import PADDING, level_sizes

USUAL = 26  # pixels of a digit's longer side in the level in which it is found
SIGN = 1.8  # times as wide as high: a dash
NEVER, SURE = -6, 4  # logits


class Pieces(Finder):
    """Finds the connected pieces of ink, and takes those that are wider than high for signs."""

    def __init__(self) -> None:
        pass

    def __getstate__(self) -> dict[str, object]:
        return {}

    def __setstate__(self, state: dict[str, object]) -> None:
        pass

    @property
    def digest(self) -> str:
        return "pieces"

    def look(self, page: NDArray[np.uint8]) -> list[Heat]:
        grey = page
        if page.ndim == 3:
            grey = np.asarray(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY), np.uint8)
        away, boxes = _pieces(grey)
        height, width = grey.shape
        sizes = level_sizes(width, height)
        longer = np.outer(boxes[:, 2:].max(1, initial=1), [size[0] / width for size in sizes])
        own = np.abs(np.log(longer / USUAL)).argmin(1)
        return [_heat(grey, away, boxes[own == level], size) for level, size in enumerate(sizes)]


def _pieces(grey: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return how much each pixel differs from the border, 0 to 1, and the boxes of ink."""
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    away = np.abs(grey.astype(np.float32) - np.median(border)).astype(np.float32)
    away /= max(60, away.max())
    inked = (away > 0.5).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(inked, connectivity=8)
    boxes = np.asarray(stats[1:, :4], np.float32)
    return away, boxes[boxes[:, 2:].max(1, initial=0) > 0.02 * max(grey.shape)]


def _heat(
    grey: NDArray[np.uint8],
    away: NDArray[np.float32],
    boxes: NDArray[np.float32],
    size: tuple[int, int],
) -> Heat:
    """Return what a perfect network says of one level of a page, with these boxes on it."""
    (width, height), scale = size, (grey.shape[1] / size[0], grey.shape[0] / size[1])
    room = [(PADDING, PADDING + -side % 16) for side in (height, width)]
    level = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    shown = normalise_contrast(np.pad(level, room, "edge"))
    maps = np.full((16, shown.shape[0] // CELL, shown.shape[1] // CELL), NEVER, np.float32)
    for x, y, w, h in (boxes / (*scale, *scale)).tolist():
        across, down = (x + w / 2 + PADDING) / CELL - 0.5, (y + h / 2 + PADDING) / CELL - 0.5
        i, j = round(down), round(across)
        maps[int(w > SIGN * h), i, j] = SURE
        maps[2:6, i, j] = np.log(w / UNIT), np.log(h / UNIT), across - j, down - i
    ink = np.full((shown.shape[0] // 2, shown.shape[1] // 2), -4, np.float32)
    half = max(1, width // 2), max(1, height // 2)
    inner = tuple(slice(PADDING // 2, PADDING // 2 + side) for side in half[::-1])
    ink[inner] = 8 * cv2.resize(away, half, interpolation=cv2.INTER_AREA) - 4
    return Heat(shown, maps, ink, size, (0, 0), (0, 0, 1, 1), scale)
