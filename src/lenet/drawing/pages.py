"""Papers to write on, from a sheet of squared paper to a blackboard."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

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
        One of `lenet.drawing.pages.PAPERS`.
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
