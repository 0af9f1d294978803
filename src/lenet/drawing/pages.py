"""Draw whole pages: rows of digits on paper, photographed, scanned or painted."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice, pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.drawing import pen
from lenet.drawing.digits import drawings
from lenet.drawing.letters import SIGNS
from lenet.drawing.pen import Tool, grain
from lenet.drawing.strokes import Floats, Hand, write

Box = tuple[int, int, int, int]
Pixels = NDArray[np.float32]
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Sheet:
    """The layout of a page, which tells a paper where to print lines and boxes; in pixels."""

    shape: tuple[int, int]  # of the page: height, width
    height: float  # of a digit
    baselines: tuple[float, ...]  # y of each row
    rows: tuple[tuple[Box, ...], ...]  # bounding box of each digit's ink


Paper = Callable[[Sheet, np.random.Generator], Pixels]


def _plain(colour: Colour, sheet: Sheet) -> Pixels:
    return np.full((*sheet.shape, 3), colour, np.float32)


def white(sheet: Sheet, rng: np.random.Generator) -> Pixels:
    """Return white, as from a paint program or a scanner."""
    level = int(rng.choice([255, 255, 248, 240]))
    return _plain((level, level, level), sheet)


def yellow(sheet: Sheet, rng: np.random.Generator) -> Pixels:
    """Return a sticky note."""
    return _plain((253, 236, int(rng.integers(110, 170))), sheet)


def brown(sheet: Sheet, rng: np.random.Generator) -> Pixels:
    """Return wrapping paper with visible fibres."""
    fibres = cv2.blur(_grain(sheet.shape, 0.8), (9, 1)) * 6
    return _plain((196, 164, 122), sheet) + fibres[:, :, None]


def blackboard(sheet: Sheet, rng: np.random.Generator) -> Pixels:
    """Return a wiped green or black blackboard."""
    colour: Colour = (44, 62, 54) if rng.random() < 0.6 else (38, 38, 40)
    return _plain(colour, sheet) + 5 * _grain(sheet.shape, 16)[:, :, None]


def black(sheet: Sheet, rng: np.random.Generator) -> Pixels:
    """Return a black page: a screen."""
    return _plain((0, 0, 0), sheet)


def squared(sheet: Sheet, rng: np.random.Generator) -> Pixels:
    """Return graph paper."""
    page = _plain((252, 252, 250), sheet)
    pitch = float(rng.uniform(0.3, 0.7)) * sheet.height
    colour = _rule(rng)
    h, w = sheet.shape
    for y in np.arange(sheet.baselines[0] % pitch, h, pitch):
        cv2.line(page, (0, int(y)), (w, int(y)), colour, _thin(sheet))
    for x in np.arange(pitch / 2, w, pitch):
        cv2.line(page, (int(x), 0), (int(x), h), colour, _thin(sheet))
    return page


def ruled(sheet: Sheet, rng: np.random.Generator) -> Pixels:
    """Return ruled paper with the digits on the lines."""
    page = _plain((253, 252, 246), sheet)
    colour, (_, w) = _rule(rng), sheet.shape
    for y in sheet.baselines:
        foot = int(y + 0.03 * sheet.height)
        cv2.line(page, (0, foot), (w, foot), colour, _thin(sheet))
    return page


def form(sheet: Sheet, rng: np.random.Generator) -> Pixels:
    """Return a printed form with a cell for each digit."""
    page = _plain((250, 250, 250), sheet)
    shade = int(rng.integers(0, 170))
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


def desk(sheet: Sheet, rng: np.random.Generator) -> Pixels:
    """Return a sheet photographed on a desk."""
    tint = int(rng.integers(195, 235))
    page = _plain((tint, tint - 4, tint - 14), sheet)
    return np.asarray(page + 1.2 * _grain(sheet.shape, 5)[:, :, None])


def whiteboard(sheet: Sheet, rng: np.random.Generator) -> Pixels:
    """Return a whiteboard with a highlight."""
    h, w = sheet.shape
    y, x = np.mgrid[0 : 1 : h * 1j, 0 : 1 : w * 1j].astype(np.float32)
    cx, cy = rng.uniform(0, 1, 2)
    shine = 18 * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 0.08)
    return np.asarray(_plain((228, 230, 232), sheet) + shine[:, :, None], np.float32)


PAPERS: dict[str, Paper] = {
    paper.__name__: paper
    for paper in (
        white, yellow, brown, blackboard, black, squared, ruled, form, desk, whiteboard,
    )
}  # fmt: skip
DARK = {"blackboard", "black"}
PHOTOGRAPHED = {"yellow", "brown", "blackboard", "squared", "ruled", "desk", "whiteboard"}


def _rule(rng: np.random.Generator) -> Colour:
    colours: tuple[Colour, ...] = (
        (176, 200, 226),
        (200, 200, 204),
        (190, 214, 190),
        (226, 186, 190),
    )
    return colours[int(rng.integers(len(colours)))]


def _thin(sheet: Sheet) -> int:
    return max(1, round(0.015 * sheet.height))


def _grain(shape: tuple[int, int], size: float) -> Pixels:
    texture = grain(size, 3)
    repeat = [-(-side // 512) for side in shape]
    return np.tile(texture, repeat)[: shape[0], : shape[1]]


DIGITS = "0123456789"
_SIGNS = {"+": "plus", "-": "minus", "x": "times", "=": "equals"}
TOOLS: dict[str, Tool] = {
    tool.__name__: tool
    for tool in (pen.pen, pen.ballpoint, pen.brush, pen.marker, pen.mouse, pen.pencil, pen.chalk)
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


@dataclass(frozen=True, eq=False)
class Page:
    """A drawn picture and its ground truth.

    Attributes
    ----------
    pixels : ndarray of uint8, (h, w, 3)
        Red, green, blue.
    text : str
        The digits in reading order without the signs, one line for each row.
    boxes : tuple of (x, y, width, height)
        Bounding box of each digit's ink, in reading order, in pixels.
    paper, tool : str
        Names of the paper and of the writing tool.
    """

    pixels: NDArray[np.uint8]
    text: str
    boxes: tuple[Box, ...]
    paper: str
    tool: str


def draw_picture(
    text: str,
    rng: np.random.Generator,
    *,
    paper: str | None = None,
    tool: str | None = None,
    height: float | None = None,
) -> Page:
    """Write digits on paper, all in one handwriting.

    Parameters
    ----------
    text : str
        Digits and the signs ``+ - x =``; ``/`` separates rows, as in ``735/426``.
    rng : numpy.random.Generator
        Source of randomness for handwriting, colours, light, noise and what is not given.
    paper : str, optional
        One of `PAPERS`.
    tool : str, optional
        One of `TOOLS`; by default chalk on a blackboard and anything but chalk on light paper.
    height : float, optional
        Height of a digit in pixels, 24 or more.

    Raises
    ------
    ValueError
        `text` contains anything else, or a row without digits.
    """
    rows = text.split("/")
    digits = ["".join(character for character in row if character in DIGITS) for row in rows]
    if not all(digits) or set(text) - {*DIGITS, *_SIGNS, "/"}:
        raise ValueError(
            f"{text!r} is not rows of digits and the signs + - x =: write it as in '735/426'"
        )
    names = list(PAPERS)
    paper = paper or names[int(rng.integers(len(names)))]
    dark = paper in DARK
    tools = [name for name in TOOLS if dark or name != "chalk"]
    tool = tool or ("chalk" if paper == "blackboard" else tools[int(rng.integers(len(tools)))])
    height = height or float(rng.uniform(36, 130))
    written, size, baselines = _written(rows, height, rng)
    cover, boxes = _inked(written, size, tool, float(rng.uniform(*_WIDTHS[tool])) * height, rng)
    remaining = iter(boxes)
    by_row = tuple(tuple(islice(remaining, len(row))) for row in digits)
    sheet = Sheet(size, height, baselines, by_row)
    background = PAPERS[paper](sheet, rng)
    inks = _LIGHT_INKS if dark else _DARK_INKS
    colour = np.array(inks[int(rng.integers(len(inks)))], np.float32)
    strength = float(rng.uniform(0.45, 0.7) if tool == "pencil" else rng.uniform(0.85, 1.0))
    share_of_ink = (strength / 255 * cover.astype(np.float32))[:, :, None]
    pixels = background + (colour - background) * share_of_ink
    if paper in PHOTOGRAPHED:
        pixels = _photographed(pixels, rng)
    picture = np.clip(np.rint(pixels), 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        picture = _as_jpeg(picture, int(rng.integers(45, 95)))
    return Page(picture, "\n".join(digits), tuple(boxes), paper, tool)


def _inked(
    written: list[tuple[str, list[Floats]]],
    size: tuple[int, int],
    tool: str,
    width: float,
    rng: np.random.Generator,
) -> tuple[NDArray[np.uint8], list[Box]]:
    """Draw the characters; return the ink of the page and the bounding box of each digit."""
    cover = np.zeros(size, np.uint8)
    boxes = []
    width = max(1.5, width)
    for character, lines in written:
        low = np.min([line.min(0) for line in lines], 0) - 2 * width - 2
        high = np.max([line.max(0) for line in lines], 0) + 2 * width + 2
        left, top = np.maximum(low, 0).astype(int).tolist()
        right, bottom = np.minimum(high, size[::-1]).astype(int).tolist()
        canvas = np.zeros((bottom - top, right - left), np.uint8)
        ink = TOOLS[tool](canvas, [line - (left, top) for line in lines], width, rng)
        if character in DIGITS:
            x, y, w, h = cv2.boundingRect((ink > 64).astype(np.uint8))
            boxes.append((left + x, top + y, w, h))
        np.maximum(cover[top:bottom, left:right], ink, out=cover[top:bottom, left:right])
    return cover, boxes


def _written(
    rows: list[str], height: float, rng: np.random.Generator
) -> tuple[list[tuple[str, list[Floats]]], tuple[int, int], tuple[float, ...]]:
    """Return each character with its lines in pixels, the shape of the page, and the baselines."""
    hand = Hand.of(rng)
    margin = float(rng.uniform(0.5, 1.4)) * height
    gap = float(rng.uniform(0.22, 0.55)) * height
    leading = float(rng.uniform(1.5, 2.1)) * height
    tilt = float(rng.normal(0, 0.015))
    numbers = [int(character) for row in rows for character in row if character in DIGITS]
    digits = iter(drawings(np.array(numbers), rng, hand))
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
                style = next(sign for sign in SIGNS if sign.name == _SIGNS[character])
                lines, full = [line[0] for line in write(style, 1, rng, hand)], 0.5
            wide, tall = np.max([line.max(0) for line in lines], 0).tolist()
            # Limits the width of digits that are wider than high.
            grown = full * height * float(rng.uniform(0.9, 1.05)) / max(tall, 0.8 * wide)
            drop = float(rng.normal(0, 0.03)) * height + tilt * x
            lift = 0.0 if full == 1 else height / 2 - tall * grown / 2
            corner = (x, foot + drop - lift - tall * grown)
            placed.append((character, [line * grown + corner for line in lines]))
            x += max(wide * grown, 0.12 * height) + gap
        right_end = max(right_end, x - gap)
    shape = int(baselines[-1] + margin + 0.1 * height), int(right_end + margin)
    return placed, shape, tuple(baselines)


def _photographed(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Return the page in uneven light, perhaps with a shadow, slightly blurred and noisy."""
    h, w = pixels.shape[:2]
    y, x = np.mgrid[0 : 1 : h * 1j, 0 : 1 : w * 1j].astype(np.float32)
    angle = float(rng.uniform(0, 2 * np.pi))
    along = x * np.cos(angle) + y * np.sin(angle)
    along = (along - along.min()) / max(1e-6, float(np.ptp(along)))
    light = 1 - float(rng.uniform(0, 0.35)) * along**1.4
    if rng.random() < 0.4:
        light *= 1 - float(rng.uniform(0.12, 0.35)) * _shadow((h, w), rng)
    pixels = pixels * light[:, :, None]
    pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), float(rng.uniform(0.4, 1.1))))
    return pixels + rng.normal(0, rng.uniform(0.5, 3), pixels.shape).astype(np.float32)


def _shadow(shape: tuple[int, int], rng: np.random.Generator) -> Pixels:
    """Return a soft shadow from one side, float32 (h, w), 0..1."""
    h, w = shape
    mask = np.zeros(shape, np.float32)
    cut = rng.uniform(0.3, 0.9, 2) * w
    outline = np.array([[cut[0], -1], [cut[1], h], [w, h], [w, -1]]).astype(np.int32)
    cv2.fillPoly(mask, [outline], 1.0)
    if rng.random() < 0.5:
        mask = mask[:, ::-1]
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), 0.04 * max(shape)))


def _as_jpeg(pixels: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    _, data = cv2.imencode(".jpg", pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR_RGB), np.uint8)
