"""Papers to write on, from a sheet of squared paper to a blackboard."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.drawing.pen import grain

Box = tuple[int, int, int, int]
Pixels = NDArray[np.float32]
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Sheet:
    """Where the writing will stand: what a paper needs to know to print lines and boxes.

    Lengths are in pixels.
    """

    shape: tuple[int, int]  # of the page
    height: float  # of a digit
    baselines: tuple[float, ...]  # y of each row's foot
    rows: tuple[tuple[Box, ...], ...]  # of each digit's ink


Paper = Callable[[Sheet, np.random.Generator], Pixels]


def _plain(colour: Colour, sheet: Sheet) -> Pixels:
    return np.full((*sheet.shape, 3), colour, np.float32)


def white(sheet: Sheet, chance: np.random.Generator) -> Pixels:
    """Return white as of a paint program or a scan."""
    level = int(chance.choice([255, 255, 248, 240]))
    return _plain((level, level, level), sheet)


def yellow(sheet: Sheet, chance: np.random.Generator) -> Pixels:
    """Return a sticky note."""
    return _plain((253, 236, int(chance.integers(110, 170))), sheet)


def brown(sheet: Sheet, chance: np.random.Generator) -> Pixels:
    """Return wrapping paper with its fibres."""
    fibres = cv2.blur(_grain(sheet.shape, 0.8), (9, 1)) * 6
    return _plain((196, 164, 122), sheet) + fibres[:, :, None]


def blackboard(sheet: Sheet, chance: np.random.Generator) -> Pixels:
    """Return a wiped green or black board."""
    colour: Colour = (44, 62, 54) if chance.random() < 0.6 else (38, 38, 40)
    return _plain(colour, sheet) + 5 * _grain(sheet.shape, 16)[:, :, None]


def black(sheet: Sheet, chance: np.random.Generator) -> Pixels:
    """Return the black of a screen."""
    return _plain((0, 0, 0), sheet)


def squared(sheet: Sheet, chance: np.random.Generator) -> Pixels:
    """Return squared paper."""
    page = _plain((252, 252, 250), sheet)
    pitch = float(chance.uniform(0.3, 0.7)) * sheet.height
    colour = _rule(chance)
    h, w = sheet.shape
    for y in np.arange(sheet.baselines[0] % pitch, h, pitch):
        cv2.line(page, (0, int(y)), (w, int(y)), colour, _thin(sheet))
    for x in np.arange(pitch / 2, w, pitch):
        cv2.line(page, (int(x), 0), (int(x), h), colour, _thin(sheet))
    return page


def ruled(sheet: Sheet, chance: np.random.Generator) -> Pixels:
    """Return ruled paper: digits stand on the lines."""
    page = _plain((253, 252, 246), sheet)
    colour, (_, w) = _rule(chance), sheet.shape
    for y in sheet.baselines:
        foot = int(y + 0.03 * sheet.height)
        cv2.line(page, (0, foot), (w, foot), colour, _thin(sheet))
    return page


def form(sheet: Sheet, chance: np.random.Generator) -> Pixels:
    """Return a printed form: each digit in a cell of its own."""
    page = _plain((250, 250, 250), sheet)
    shade = int(chance.integers(0, 170))
    space = 0.12 * sheet.height
    for row in sheet.rows:
        top = int(min(y for _, y, _, _ in row) - space)
        bottom = int(max(y + h for _, y, _, h in row) + space)
        between = [(a + w + b) / 2 for (a, _, w, _), (b, _, _, _) in pairwise(row)]
        edges = [row[0][0] - space, *between, row[-1][0] + row[-1][2] + space]
        for left, right in pairwise(edges):
            first, last = (int(left), top), (int(right), bottom)
            cv2.rectangle(page, first, last, (shade,) * 3, _thin(sheet))
    return page


def desk(sheet: Sheet, chance: np.random.Generator) -> Pixels:
    """Return a sheet as photographed on a desk."""
    tint = int(chance.integers(195, 235))
    page = _plain((tint, tint - 4, tint - 14), sheet)
    return np.asarray(page + 1.2 * _grain(sheet.shape, 5)[:, :, None])


def whiteboard(sheet: Sheet, chance: np.random.Generator) -> Pixels:
    """Return a whiteboard with a shine on it."""
    h, w = sheet.shape
    y, x = np.mgrid[0 : 1 : h * 1j, 0 : 1 : w * 1j].astype(np.float32)
    cx, cy = chance.uniform(0, 1, 2)
    shine = 18 * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 0.08)
    return np.asarray(_plain((228, 230, 232), sheet) + shine[:, :, None], np.float32)


PAPERS: dict[str, Paper] = {
    each.__name__: each
    for each in (
        white, yellow, brown, blackboard, black, squared, ruled, form, desk, whiteboard,
    )
}  # fmt: skip
DARK = {"blackboard", "black"}
PHOTOGRAPHED = {"yellow", "brown", "blackboard", "squared", "ruled", "desk", "whiteboard"}


def _rule(chance: np.random.Generator) -> Colour:
    colours: tuple[Colour, ...] = (
        (176, 200, 226),
        (200, 200, 204),
        (190, 214, 190),
        (226, 186, 190),
    )
    return colours[int(chance.integers(len(colours)))]


def _thin(sheet: Sheet) -> int:
    return max(1, round(0.015 * sheet.height))


def _grain(shape: tuple[int, int], size: float) -> Pixels:
    texture = grain(size, 3)
    repeat = [-(-side // 512) for side in shape]
    return np.tile(texture, repeat)[: shape[0], : shape[1]]
