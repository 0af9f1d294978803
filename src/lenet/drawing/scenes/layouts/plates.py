"""Layouts of numbers on plates, signs, shirts and walls: printed, painted, raised or glowing."""

from collections.abc import Callable

import numpy as np

from lenet.drawing.pen import Ink
from lenet.drawing.scenes.block import SMALLEST, Block, Layout, Writer, Writers
from lenet.drawing.scenes.layouts.shapes import (
    Styled,
    around,
    ellipse,
    frame,
    hollow,
    letter,
    panel,
    polar,
    rectangle,
    shadow,
    thicker,
    within,
)
from lenet.drawing.scenes.texts import CODE_CAPITALS, letters, plain_digits, word, words
from lenet.drawing.strokes import Floats

LOWEST_RELIEF = 13.0  # pixels: lower characters cannot be read by their sides alone
_LENGTHS = (0.28, 0.34, 0.23, 0.15)  # of house and race numbers with 1 to 4 digits


def _short(rng: np.random.Generator, height: float) -> str:
    """Return a number of one to four digits that is not wider than a page."""
    count = int(rng.choice(4, p=_LENGTHS)) + 1
    return plain_digits(rng, max(1, min(count, int(260 / (0.75 * height)))))


def _row(writer: Writer, text: str, shade: float = 1, space: float = 0) -> Block:
    """Return a line of text, its digits from 0 downwards, with `space` more between them."""
    block = Block()
    x = 0.0
    for character in text:
        x = block.write(writer, character, x, 0, shade) + space
    return block


def _screws(block: Block, low: Floats, high: Floats, size: float, shade: float) -> None:
    for x in (low[0] + 2.5 * size, high[0] - 2.5 * size):
        for y in (low[1] + 2.5 * size, high[1] - 2.5 * size):
            panel(block, ellipse(float(x), float(y), size), shade, 0.6, 0.5)


def _relief(block: Block, row: Block, height: float, rng: np.random.Generator) -> None:
    """Add the light and the dark side of raised characters, and the characters between them."""
    depth = max(1.0, height * float(rng.uniform(0.02, 0.07)))
    side = float(rng.choice([-1, 1]))
    ink, x, y = row.silhouette(int(depth) + 2)
    block.mark(ink, x + side * depth, y + depth, 1)
    block.mark(ink, x - side * depth / 2, y - depth / 2, 0)


def house_number(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return digits on a wall, with a shadow, a bright side or nothing."""
    writer = writers.font(height, digits_only=True)
    text = _short(rng, height)
    if rng.random() < 0.12:
        text += "abcAC"[int(rng.integers(5))]
    row = _row(writer, text, 1, float(rng.choice([0, 0, 0.1, 0.3])) * height)
    block = Block()
    if rng.random() < 0.5 and row:
        shift = height * rng.uniform((-0.12, 0.02), (0.12, 0.12))
        blur = float(rng.uniform(0.02, 0.08)) * height
        shadow(block, row, (float(shift[0]), float(shift[1])), blur, float(rng.uniform(0.2, 0.6)))
    block.append(row, 0, 0)
    return block


def number_plate(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a plate with a house number, a frame, screws, sometimes a street's name."""
    writer = writers.font(height, digits_only=True)
    row = _row(writer, _short(rng, height), 1, float(rng.choice([0, 0.1])) * height)
    low, high = row.bounds()
    margin = height * rng.uniform((0.2, 0.15), (0.9, 0.6))
    low, high = low - margin, high + margin
    fill = float(rng.choice([0, 0.1, 0.25, 0.8, 1]))
    ink = 0.0 if fill > 0.5 else 1.0
    block, name = Block(), Block()
    small = max(SMALLEST, float(rng.uniform(0.25, 0.4)) * height)
    if rng.random() < 0.3:
        letter(name, writers.font(small), words(rng, 1), ((low[0] + high[0]) / 2, high[1]), ink)
        high = high + np.array([0, 1.2 * small])
    (x, y), (w, h) = low, high - low
    shape = rng.random()
    if shape < 0.6:
        outline = rectangle(x, y, w, h, float(rng.choice([0, 0.1, 0.3])) * height)
        inner = rectangle(x + 0.1 * height, y + 0.1 * height, w - 0.2 * height, h - 0.2 * height)
    else:
        outline = ellipse(x + w / 2, y + h / 2, 0.62 * w, 0.7 * h)
        inner = ellipse(x + w / 2, y + h / 2, 0.56 * w, 0.63 * h)
    if rng.random() < 0.3:
        shade = Block()
        shade.fill(outline, 1)
        shadow(block, shade, (0.05 * height, 0.1 * height), 0.06 * height, 0.5)
    panel(block, outline, fill, max(1, 0.06 * height) if fill < 0.3 else 0)
    if rng.random() < 0.4:
        block.line(inner, max(0.8, 0.04 * height), ink)
    if rng.random() < 0.4 and shape < 0.6:
        _screws(block, low, high, 0.06 * height, ink)
    block.append(_row_again(rng, row, ink, height), 0, 0)
    block.append(name, 0, 0)
    return block


def _row_again(rng: np.random.Generator, row: Block, ink: float, height: float) -> Block:
    """Return the characters in the shade `ink`, some in relief."""
    block = Block()
    if rng.random() < 0.2:
        _relief(block, row, height, rng)
    block.append(row.in_shade(ink), 0, 0)
    return block


def tiles(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return tiles side by side, or one below the other, each with a digit."""
    count = int(rng.integers(1, 5))
    upright = rng.random() < 0.15
    height = within(height, 1 if upright else 1.9 * count, 2.2 * count if upright else 1)
    size = height * rng.uniform((1.0, 1.4), (1.6, 2))
    writer = writers.font(height, digits_only=True)
    block = Block()
    fill = float(rng.choice([0, 0, 0.15, 0.9, 1]))
    ink = 0.0 if fill > 0.5 else 1.0
    radius = float(rng.choice([0, 0.1, 0.3])) * height
    gap = float(rng.choice([0, 0.08, 0.25])) * height
    has_inner = rng.random() < 0.35
    for i, digit in enumerate(plain_digits(rng, count)):
        corner = i * (size + gap) * ((0, 1) if upright else (1, 0))
        panel(block, frame(corner, corner + size, 0, radius), fill, max(1, 0.06 * height), 0.9)
        if has_inner:
            outline = frame(corner, corner + size, -0.12 * height, radius)
            block.line(outline, max(0.7, 0.04 * height), 0.6)
        x, y = corner + size / 2
        letter(block, writer, digit, (x, y), ink)
    if rng.random() < 0.4:
        low, high = block.bounds()
        edge = height * float(rng.uniform(0.1, 0.3))
        under = Block()
        under.fill(frame(low, high, edge, radius), float(rng.choice([0.4, 1])))
        under.append(block, 0, 0)
        return under
    return block


def bib(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a runner's number with words above and below, a logo and pins."""
    height = within(height, 3.6, 3)
    row = _row(writers.font(height), plain_digits(rng, int(rng.choice([2, 3, 3, 4, 4, 5]))))
    low, high = row.bounds()
    margin = height * rng.uniform((0.2, 0.4), (0.6, 0.9))
    (x, y), (w, h) = low - margin, high - low + 2 * margin
    block = Block()
    panel(block, rectangle(x, y, w, h), 0, 1 if rng.random() < 0.7 else 0, 0.6)
    band = 0.35 * height
    small = max(SMALLEST, 0.22 * height)
    for top in (y, y + h - band):
        if rng.random() < 0.7:
            shade = float(rng.choice([0, 0.5, 0.8, 1]))
            block.fill(rectangle(x, top, w, band), shade)
            text = f"{word(rng)} {word(rng)}" if w > 12 * small else word(rng)
            centre = x + w / 2, top + band / 2
            letter(block, writers.font(small), text.upper(), centre, float(shade < 0.6))
    if rng.random() < 0.6:
        _screws(block, np.array([x, y]), np.array([x + w, y + h]), max(0.8, 0.04 * height), 1)
    block.append(row, 0, 0)
    return block


def vehicle_plate(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return the plate of a vehicle: letters and digits in groups, a frame, a country's strip."""
    count = max(2, min(4, int(280 / height) - 3))
    digits = plain_digits(rng, int(rng.integers(2, count + 1)))
    head, tail = ("".join(rng.choice(list(CODE_CAPITALS), int(rng.integers(1, 4)))) for _ in "ab")
    order = [f"{head} {digits}", f"{head} {digits} {tail}", f"{digits} {tail}", f"{head}-{digits}"]
    text = order[int(rng.integers(4))]
    height = within(height, 0.75 * len(text) + 1.5, 2)
    fill = float(rng.choice([0, 0, 0.1, 0.9]))
    ink = 0.0 if fill > 0.5 else 1.0
    row = _row(writers.font(height), text, ink, 0.06 * height)
    low, high = row.bounds()
    margin = height * rng.uniform((0.2, 0.15), (0.5, 0.4))
    (x, y), (w, h) = low - margin, high - low + 2 * margin
    block = Block()
    strip = 0.6 * height if rng.random() < 0.5 else 0
    outline = rectangle(x - strip, y, w + strip, h, 0.15 * height)
    panel(block, outline, fill, max(1, 0.06 * height))
    if strip:
        block.fill(rectangle(x - strip, y, strip, h), 0.7)
        if 0.3 * height > SMALLEST:
            name = writers.font(0.3 * height)
            letter(block, name, "DFEANL"[int(rng.integers(6))], (x - strip / 2, y + 0.75 * h), 0)
    block.append(row, 0, 0)
    return block


def jersey(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return the large number of a player with an outline, and a name above."""
    height = within(height, 2.2, 2)
    row = _row(writers.font(height), str(int(rng.integers(0, 100))))
    block = Block()
    width = max(1.0, float(rng.uniform(0.03, 0.09)) * height)
    ink, x, y = row.silhouette(int(3 * width) + 2)
    if rng.random() < 0.4:
        block.mark(thicker(ink, 2 * width), x, y, 1)
        block.mark(thicker(ink, width), x, y, 0)
    else:
        block.mark(thicker(ink, width), x, y, float(rng.choice([0.4, 1])))
    shade = 1.0 if rng.random() < 0.4 else 0.0
    if shade and width < 2:
        block = Block()
    block.append(row.in_shade(shade), 0, 0)
    if rng.random() < 0.5:
        low, high = block.bounds()
        name = writers.font(max(SMALLEST, 0.22 * height))
        letter(block, name, word(rng).upper(), ((low[0] + high[0]) / 2, low[1] - 0.25 * height))
    return block


def round_sign(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a number in a ring or on a disc: a speed limit, a bus line, a stamp, a coin."""
    text = plain_digits(rng, int(rng.choice([1, 2, 2, 3])))
    height = within(height, 0.8 * len(text) + 1.5, 0.8 * len(text) + 1.5)
    radius = height * (0.6 + 0.3 * len(text)) * float(rng.uniform(0.95, 1.5))
    block = Block()
    fill = float(rng.choice([0, 0, 0.15, 0.8, 1]))
    ink = 0.0 if fill > 0.5 else 1.0
    ring = radius * float(rng.choice([0.05, 0.1, 0.2]))
    corners = int(rng.choice([0, 0, 0, 4, 6, 8]))
    outline = ellipse(0, 0, radius)
    if corners:
        outline = np.array([polar(0, 0, 1.15 * radius, i / corners) for i in range(corners + 1)])
    panel(block, outline, fill, max(1, ring), float(rng.choice([1, 0.7, 0.5])))
    letter(block, writers.font(height), text, (0, 0), ink)
    small = 0.3 * height
    if small >= SMALLEST and rng.random() < 0.5 and not corners:
        name = writers.font(small)
        around(block, name, word(rng).upper(), (0, 0), radius + 0.7 * small + ring, 0.75)
        block.line(ellipse(0, 0, radius + 1.6 * small + ring), max(1, 0.3 * ring))
    elif small >= SMALLEST and rng.random() < 0.4:
        letter(block, writers.font(small), "km/h", (0, 0.75 * height), ink)
    return block


def street_sign(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a sign with a place and a distance or a road's number, with an arrow."""
    height = within(height, 6, 2)
    fill = float(rng.choice([0, 0.8, 1, 1]))
    ink = 0.0 if fill > 0.5 else 1.0
    writer = writers.font(height)
    row = Block()
    number = plain_digits(rng, int(rng.integers(1, 4)))
    name = word(rng).strip(":.,!?=-;")[:8]
    text = (
        f"{name} {number}",
        f"{number} km",
        f"{'ABEM'[int(rng.integers(4))]} {number}",
        f"{number} {name}",
    )
    row.write(writer, text[int(rng.integers(4))], 0, 0, ink)
    low, high = row.bounds()
    if rng.random() < 0.4:
        x, y, s = float(high[0]) + 0.4 * height, 0.5 * height, 0.35 * height
        head = np.array([(x, y - s), (x + 1.2 * s, y), (x, y + s)])
        row.fill(head, ink)
        row.fill(rectangle(x - 0.2 * height, y - 0.25 * s, 0.3 * height, 0.5 * s), ink)
        high = row.bounds()[1]
    margin = height * rng.uniform((0.3, 0.3), (0.6, 0.6))
    (x, y), (w, h) = low - margin, high - low + 2 * margin
    block = Block()
    panel(block, rectangle(x, y, w, h, 0.2 * height), fill, max(1, 0.05 * height))
    inner = 0.12 * height
    if rng.random() < 0.4:
        block.line(
            rectangle(x + inner, y + inner, w - 2 * inner, h - 2 * inner, 0.15 * height), 1, ink
        )
    block.append(row, 0, 0)
    return block


def painted(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a number painted or stencilled on a crate, a road or a wall, often with a word."""
    height = within(height, 4, 3)
    writer: Writer = writers.hand(height) if rng.random() < 0.5 else writers.font(height)
    if rng.random() < 0.5:
        writer = Styled(writer, _stencil(max(1, round(0.06 * height))))
    block = Block()
    block.append(_row(writer, _short(rng, height), 1, 0.05 * height), 0, 0)
    if rng.random() < 0.4:
        size = max(SMALLEST, 0.5 * height)
        text = word(rng).upper() if rng.random() < 0.7 else letters(rng, 2)
        letter(block, writers.font(size), text, (0.8 * height, 1.7 * height))
    if rng.random() < 0.4:
        low, high = block.bounds()
        block.line(
            frame(low, high, 0.4 * height), max(1, 0.08 * height), float(rng.uniform(0.4, 1))
        )
    return block


def _stencil(gap: int) -> Callable[[Ink], Ink]:
    """Return a function that leaves the bridges of a stencil free, `gap` pixels wide."""

    def change(ink: Ink) -> Ink:
        cut = ink.copy()
        middle = (ink.shape[1] - gap) // 2
        if ink.shape[1] > 6 * gap:  # not along a 1
            cut[:, middle : middle + gap] = 0
        return cut

    return change


def embossed(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return raised or sunk characters that only their light and dark sides show."""
    height = max(height, LOWEST_RELIEF)
    row = _row(writers.font(height), _short(rng, height))
    low, high = row.bounds()
    block = Block()
    base = float(rng.uniform(0.35, 0.65))
    block.fill(frame(low, high, 0.5 * height, 0.2 * height), base)
    _relief(block, row, height, rng)
    block.append(row.in_shade(base + float(rng.uniform(-0.1, 0.1))), 0, 0)
    return block


def neon(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return glowing or hollow characters: a neon sign, an outlined number."""
    width = max(1.0, float(rng.uniform(0.03, 0.08)) * height)
    row = _row(Styled(writers.font(height), hollow(width)), _short(rng, height), 1, 0.08 * height)
    block = Block()
    if rng.random() < 0.5:
        shadow(block, row, (0, 0), 0.12 * height, 0.6)
    block.append(row, 0, 0)
    return block


PLATES: dict[Layout, float] = {
    house_number: 2.5,
    number_plate: 2,
    tiles: 1.5,
    bib: 2,
    vehicle_plate: 1,
    jersey: 0.8,
    round_sign: 1.2,
    street_sign: 0.8,
    painted: 1,
    embossed: 0.8,
    neon: 0.5,
}
