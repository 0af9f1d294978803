"""Whole pictures: numbers written on some paper and photographed, scanned or painted."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.drawing import pen
from lenet.drawing.digits import drawings
from lenet.drawing.hand import Hand, write
from lenet.drawing.letters import SIGNS
from lenet.drawing.papers import DARK, PAPERS, PHOTOGRAPHED, Box, Colour, Pixels, Sheet
from lenet.drawing.pen import Tool
from lenet.drawing.strokes import Floats


@dataclass(frozen=True, eq=False)
class Page:
    """A drawn picture and what is in it.

    Attributes
    ----------
    pixels : ndarray of uint8, (h, w, 3)
        Red, green, blue.
    text : str
        The digits in reading order, rows joined by a newline, without the signs.
    boxes : tuple of (x, y, width, height)
        Where the ink of each digit is, in reading order, in pixels.
    paper, tool : str
        What it is written on, and with.
    """

    pixels: NDArray[np.uint8]
    text: str
    boxes: tuple[Box, ...]
    paper: str
    tool: str


def draw_picture(
    text: str,
    chance: np.random.Generator,
    *,
    paper: str | None = None,
    tool: str | None = None,
    height: float | None = None,
) -> Page:
    """Write digits on paper, all by one hand.

    Parameters
    ----------
    text : str
        Digits, and perhaps the signs ``+ - x =`` among them; rows are parted by ``/``, as in
        ``735/426``.
    chance : numpy.random.Generator
        Where chance comes from: hand, colours, light, noise and what is not given.
    paper : str, optional
        One of `lenet.drawing.papers.PAPERS`.
    tool : str, optional
        One of `TOOLS` of this module; chalk on a blackboard, anything else elsewhere.
    height : float, optional
        Of a digit, in pixels, 24 or more.

    Raises
    ------
    ValueError
        `text` holds something else, or a row without digits.
    """
    rows = text.split("/")
    digits = ["".join(character for character in row if character in DIGITS) for row in rows]
    if not all(digits) or set(text) - {*DIGITS, *_SIGNS, "/"}:
        raise ValueError(f"{text!r} is no rows of digits and + - x =, as in '735/426'")
    names = list(PAPERS)
    paper = paper or names[int(chance.integers(len(names)))]
    dark = paper in DARK
    tools = [name for name in TOOLS if dark or name != "chalk"]
    tool = tool or ("chalk" if paper == "blackboard" else tools[int(chance.integers(len(tools)))])
    height = height or float(chance.uniform(36, 130))
    written, size, baselines = _written(rows, height, chance)
    share = float(chance.uniform(*_WIDTHS[tool]))
    cover = np.zeros(size, np.uint8)
    boxes = []
    for character, lines in written:
        wide = max(1.5, share * height)
        low = np.min([line.min(0) for line in lines], 0) - 2 * wide - 2
        high = np.max([line.max(0) for line in lines], 0) + 2 * wide + 2
        left, top = np.maximum(low, 0).astype(int).tolist()
        right, bottom = np.minimum(high, size[::-1]).astype(int).tolist()
        canvas = np.zeros((bottom - top, right - left), np.uint8)
        ink = TOOLS[tool](canvas, [line - (left, top) for line in lines], wide, chance)
        if character in DIGITS:
            x, y, w, h = cv2.boundingRect((ink > 64).astype(np.uint8))
            boxes.append((left + x, top + y, w, h))
        np.maximum(cover[top:bottom, left:right], ink, out=cover[top:bottom, left:right])
    ends = np.cumsum([len(row) for row in digits]).tolist()
    parted = tuple(
        tuple(boxes[end - len(row) : end]) for end, row in zip(ends, digits, strict=True)
    )
    sheet = Sheet(size, height, baselines, parted)
    background = PAPERS[paper](sheet, chance)
    inks = _LIGHT_INKS if dark else _DARK_INKS
    colour = np.array(inks[int(chance.integers(len(inks)))], np.float32)
    strength = float(chance.uniform(0.45, 0.7) if tool == "pencil" else chance.uniform(0.85, 1.0))
    share_of_ink = (strength / 255 * cover.astype(np.float32))[:, :, None]
    pixels = background + (colour - background) * share_of_ink
    if paper in PHOTOGRAPHED:
        pixels = _photographed(pixels, chance)
    picture = np.clip(np.rint(pixels), 0, 255).astype(np.uint8)
    if chance.random() < 0.5:
        picture = _as_jpeg(picture, int(chance.integers(45, 95)))
    return Page(picture, "\n".join(digits), tuple(boxes), paper, tool)


def _written(
    rows: list[str], height: float, chance: np.random.Generator
) -> tuple[list[tuple[str, list[Floats]]], tuple[int, int], tuple[float, ...]]:
    """Return each character's lines in pixels of the page, the page's shape, the base lines."""
    hand = Hand.of(chance)
    margin = float(chance.uniform(0.5, 1.4)) * height
    gap = float(chance.uniform(0.22, 0.55)) * height
    leading = float(chance.uniform(1.5, 2.1)) * height
    tilt = float(chance.normal(0, 0.015))
    numbers = [int(character) for row in rows for character in row if character in DIGITS]
    digits = iter(drawings(np.array(numbers), chance, hand))
    placed: list[tuple[str, list[Floats]]] = []
    baselines = []
    right_end = 0.0
    for number, row in enumerate(rows):
        foot = margin + height + number * leading
        baselines.append(foot)
        x = margin
        for character in row:
            if character in DIGITS:
                lines, full = next(digits)[0], 1.0
            else:
                style = next(each for each in SIGNS if each.name == _SIGNS[character])
                lines, full = [line[0] for line in write(style, 1, chance, hand)], 0.5
            wide, tall = np.max([line.max(0) for line in lines], 0).tolist()
            # What is wider than high keeps its breadth within bounds.
            grown = full * height * float(chance.uniform(0.9, 1.05)) / max(tall, 0.8 * wide)
            drop = float(chance.normal(0, 0.03)) * height + tilt * x
            lift = 0.0 if full == 1 else height / 2 - tall * grown / 2
            corner = (x, foot + drop - lift - tall * grown)
            placed.append((character, [line * grown + corner for line in lines]))
            x += max(wide * grown, 0.12 * height) + gap
        right_end = max(right_end, x - gap)
    shape = int(baselines[-1] + margin + 0.1 * height), int(right_end + margin)
    return placed, shape, tuple(baselines)


DIGITS = "0123456789"
_SIGNS = {"+": "plus", "-": "minus", "x": "times", "=": "equals"}
TOOLS: dict[str, Tool] = {
    each.__name__: each
    for each in (pen.pen, pen.ballpoint, pen.brush, pen.marker, pen.mouse, pen.pencil, pen.chalk)
}
_WIDTHS = {
    "pen": (0.03, 0.08),
    "ballpoint": (0.025, 0.05),
    "brush": (0.07, 0.14),
    "marker": (0.08, 0.15),
    "mouse": (0.03, 0.12),
    "pencil": (0.025, 0.05),
    "chalk": (0.06, 0.1),
}
_DARK_INKS: tuple[Colour, ...] = ((20, 20, 24), (28, 44, 140), (40, 40, 44), (150, 24, 34))
_LIGHT_INKS: tuple[Colour, ...] = ((240, 240, 234), (255, 255, 255), (244, 230, 130))


# --- how it is taken ----------------------------------------------------------------------------


def _photographed(pixels: Pixels, chance: np.random.Generator) -> Pixels:
    """Return the page in uneven light, perhaps under a shadow, a little blurred and noisy."""
    h, w = pixels.shape[:2]
    y, x = np.mgrid[0 : 1 : h * 1j, 0 : 1 : w * 1j].astype(np.float32)
    angle = float(chance.uniform(0, 2 * np.pi))
    along = x * np.cos(angle) + y * np.sin(angle)
    along = (along - along.min()) / max(1e-6, float(np.ptp(along)))
    light = 1 - float(chance.uniform(0, 0.35)) * along**1.4
    if chance.random() < 0.4:
        light *= 1 - float(chance.uniform(0.12, 0.35)) * _shadow((h, w), chance)
    pixels = pixels * light[:, :, None]
    pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), float(chance.uniform(0.4, 1.1))))
    return pixels + chance.normal(0, chance.uniform(0.5, 3), pixels.shape).astype(np.float32)


def _shadow(shape: tuple[int, int], chance: np.random.Generator) -> Pixels:
    """Return a soft shadow that falls in from one side, 0..1, (h, w)."""
    h, w = shape
    mask = np.zeros(shape, np.float32)
    cut = chance.uniform(0.3, 0.9, 2) * w
    outline = np.array([[cut[0], -1], [cut[1], h], [w, h], [w, -1]]).astype(np.int32)
    cv2.fillPoly(mask, [outline], 1.0)
    if chance.random() < 0.5:
        mask = mask[:, ::-1]
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), 0.04 * max(shape)))


def _as_jpeg(pixels: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    _, data = cv2.imencode(".jpg", pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR_RGB), np.uint8)
