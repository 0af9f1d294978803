"""A drawing of how a picture was read: its regions, and what the network saw of each."""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import count

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from lenet.picture import Box, Picture
from lenet.reader import Digit, Reading, Rejection, percent

SMALL_EDGE, LARGE_EDGE = 480, 1400  # the picture is shown between these, in pixels
MARGIN, GAP = 20, 12
CELL = 4 * 28  # edge of an image that the network saw
LINE = 20  # height of a line of text

# Okabe and Ito, "Color universal design", 2008: nearly everyone can tell these apart. Each has a
# dash pattern of its own besides.
DIGIT, UNCERTAIN, REJECTED = "#0072b2", "#d55e00", "#8f3f71"
TEXT, QUIET, PAPER = "#1a1a1a", "#5c5c5c", "#ffffff"
_DASHES = {DIGIT: (1, 0), UNCERTAIN: (10, 4), REJECTED: (3, 4)}
_REASONS = {"not_a_digit": "not a digit", "sign": "another character"}


@dataclass(frozen=True)
class _Region:
    """One region as it is drawn."""

    box: Box
    colour: str
    number: str  # empty for what the network was not asked about
    answer: str
    sureness: str
    image: NDArray[np.uint8] | None


def explain(page: Picture, reading: Reading) -> Image.Image:
    """Draw `page` with every region framed and numbered.

    Below it stands each 28×28 image that the network saw, with the answer and its probability.

    Parameters
    ----------
    page : Picture
        As `lenet.picture.decode` returned it; small ones are enlarged, large ones reduced.
    reading : Reading
        The answer of a `Reader` for it.

    Returns
    -------
    PIL.Image.Image
        In RGB.

    Examples
    --------
    >>> from lenet.picture import decode
    >>> from lenet.reader import Reader
    >>> page = decode(np.full((40, 40), 255, np.uint8))
    >>> explain(page, Reader().read(page)).size
    (520, 592)
    """
    regions = list(_regions(reading))
    view = _view(page, regions)
    asked = sum(region.image is not None for region in regions)
    width = max(view.width, SMALL_EDGE, min(asked, 8) * (CELL + GAP) - GAP)
    parts = [_title(page, reading, width), view, _seen(regions, width), _legend(regions, width)]
    parts = [part for part in parts if part.height]
    height = sum(part.height + GAP for part in parts) - GAP + 2 * MARGIN
    sheet = Image.new("RGB", (width + 2 * MARGIN, height), PAPER)
    y = MARGIN
    for part in parts:
        sheet.paste(part, (MARGIN, y))
        y += part.height + GAP
    return sheet


def _regions(reading: Reading) -> Iterator[_Region]:
    asked = count(1)
    regions: tuple[Digit | Rejection, ...] = (*reading.digits, *reading.rejected)
    for region in regions:
        number = "" if region.image is None else str(next(asked))
        match region:
            case Digit():
                sure = region.status == "digit"
                colour, answer = (DIGIT, "") if sure else (UNCERTAIN, "?")
                answer = f"{region.character}{answer}"
                sureness = percent(region.probability)
            case Rejection():
                colour, answer, sureness = REJECTED, _REASONS[region.reason], ""
        yield _Region(region.box, colour, number, answer, sureness, region.image)


@lru_cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _canvas(width: int, height: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", (width, height), PAPER)
    return image, ImageDraw.Draw(image)


def _title(page: Picture, reading: Reading, width: int) -> Image.Image:
    """Return the answer in large letters, and the picture's name below it."""
    text = reading.text.replace("\n", " / ") or f"({reading.status})"
    image, draw = _canvas(width, 3 * LINE)
    draw.text((0, 0), _cut(draw, text, _font(30), width), TEXT, _font(30))
    name = f"{page.name}, page {page.page}" if page.of_several else page.name
    draw.text((0, 2 * LINE), _cut(draw, name, _font(14), width, end=True), QUIET, _font(14))
    return image


def _cut(
    draw: ImageDraw.ImageDraw,
    text: str,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    width: int,
    end: bool = False,
) -> str:
    """Return as much of `text` as fits in `width`, from its start or its end."""
    text = text[-500:] if end else text[:500]
    if draw.textlength(text, font) <= width:
        return text
    while text and draw.textlength(f"{text}...", font) > width:
        text = text[1:] if end else text[:-1]
    return f"...{text}" if end else f"{text}..."


def _view(page: Picture, regions: list[_Region]) -> Image.Image:
    """Return the page at a size that is easy to look at, with the regions framed."""
    height, width = page.pixels.shape[:2]
    scale = min(max(SMALL_EDGE / max(height, width), 1), LARGE_EDGE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    # Enlarged, the pixels stay visible.
    resampling = Image.Resampling.NEAREST if scale > 1 else Image.Resampling.LANCZOS
    image = Image.fromarray(page.pixels).resize(size, resampling)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, size[0] - 1, size[1] - 1), outline="#c8c8c8")
    scale /= page.reduced
    for region in regions:
        x, y, w, h = (value * scale for value in region.box)
        edges = (x - 2, y - 2, x + w + 1, y + h + 1)
        if region.number:
            _frame(draw, edges, region.colour)
        else:  # of a page of words there are hundreds
            draw.rectangle(edges, outline=region.colour)
    for region in regions:  # above every frame
        if region.number:
            _tag(draw, region.box[0] * scale - 3, region.box[1] * scale - 3, region, size)
    return image


def _frame(
    draw: ImageDraw.ImageDraw, edges: tuple[float, float, float, float], colour: str
) -> None:
    """Draw a frame that is visible on any background: in colour, with white on both sides."""
    x0, y0, x1, y1 = (round(edge) for edge in edges)
    for grown in (2, -1):
        draw.rectangle((x0 - grown, y0 - grown, x1 + grown, y1 + grown), outline=PAPER)
    on, off = _DASHES[colour]
    for start in range(x0, x1 + 1, on + off):
        stop = min(start + on, x1 + 1) - 1
        draw.rectangle((start, y0 - 1, stop, y0), fill=colour)
        draw.rectangle((start, y1, stop, y1 + 1), fill=colour)
    for start in range(y0, y1 + 1, on + off):
        stop = min(start + on, y1 + 1) - 1
        draw.rectangle((x0 - 1, start, x0, stop), fill=colour)
        draw.rectangle((x1, start, x1 + 1, stop), fill=colour)


def _tag(
    draw: ImageDraw.ImageDraw, x: float, y: float, region: _Region, size: tuple[int, int]
) -> None:
    """Write the number in the frame's colour and the answer in black, above the frame."""
    font, height = _font(13), 18
    number = draw.textlength(region.number, font) + 8 if region.number else 0
    answer = draw.textlength(region.answer, font) + 8
    left = min(max(x, 0), max(0, size[0] - number - answer))
    top = y - height if y >= height else max(y, 0)
    edges = (left + number, top, left + number + answer, top + height - 1)
    draw.rectangle(edges, fill=PAPER, outline=region.colour)
    draw.text((left + number + 4, top + height / 2), region.answer, TEXT, font, anchor="lm")
    if number:
        draw.rectangle((left, top, left + number, top + height - 1), fill=region.colour)
        draw.text((left + 4, top + height / 2), region.number, PAPER, font, anchor="lm")


def _seen(regions: list[_Region], width: int) -> Image.Image:
    """Return the images that the network saw, with their answers, in rows."""
    shown = [region for region in regions if region.image is not None]
    if not shown:
        return Image.new("RGB", (width, 0))
    side = CELL if len(shown) <= 40 else CELL * 3 // 4
    step = side + GAP
    columns = max(1, (width + GAP) // step)
    high = side + 2 * LINE + GAP
    image, draw = _canvas(width, LINE + 4 + math.ceil(len(shown) / columns) * high - GAP)
    draw.text((0, 0), "What the network saw", TEXT, _font(15))
    for index, region in enumerate(shown):
        row, column = divmod(index, columns)
        x, y = column * step, LINE + 4 + row * high
        cell = Image.fromarray(np.asarray(region.image)).convert("RGB")
        image.paste(cell.resize((side, side), Image.Resampling.NEAREST), (x, y))
        draw.rectangle((x, y, x + side - 1, y + side - 1), outline=region.colour, width=2)
        number = draw.textlength(region.number, _font(13)) + 8
        draw.rectangle((x, y + side, x + number, y + side + LINE - 3), fill=region.colour)
        middle = y + side + (LINE - 2) / 2
        draw.text((x + 4, middle), region.number, PAPER, _font(13), anchor="lm")
        large = _font(13 if region.colour == REJECTED else 18)
        draw.text((x + number + 6, middle), region.answer, TEXT, large, anchor="lm")
        draw.text((x, y + side + LINE), region.sureness, QUIET, _font(13))
    return image


def _legend(regions: list[_Region], width: int) -> Image.Image:
    """Return the meaning of each kind of frame, with the number of its regions."""
    colours = Counter(region.colour for region in regions)
    reasons = Counter(region.answer for region in regions if region.colour == REJECTED)
    meanings = {
        DIGIT: f"digit ({colours[DIGIT]})",
        UNCERTAIN: f"uncertain ({colours[UNCERTAIN]})",
        REJECTED: ", ".join(f"{reason} ({count})" for reason, count in reasons.items()),
    }
    if not colours:
        return Image.new("RGB", (width, 0))
    image, draw = _canvas(width, LINE)
    x = 2.0
    for colour, meaning in meanings.items():
        if colours[colour]:
            _frame(draw, (x, 3, x + 22, LINE - 5), colour)
            draw.text((x + 30, LINE / 2 - 1), meaning, TEXT, _font(14), anchor="lm")
            x += 30 + draw.textlength(meaning, _font(14)) + 24
    return image
