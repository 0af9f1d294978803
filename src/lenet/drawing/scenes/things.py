"""Layouts of things that bear a number: house numbers, bibs, plates, tags, balls, tickets."""

from collections.abc import Callable

import numpy as np

from lenet.drawing.pen import Ink
from lenet.drawing.scenes.block import Block, Layout, Writer, Writers
from lenet.drawing.scenes.shapes import (
    SMALLEST,
    Styled,
    around,
    blurred,
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


def price_tag(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a price: large units, small raised cents, a sign, words around."""
    height = within(height, 4, 3)
    writer = writers.font(height) if rng.random() < 0.8 else writers.any(height)
    price = Block()
    small = max(SMALLEST, float(rng.choice([0.4, 0.5, 0.6, 1])) * height)
    x = 0.0
    sign = writers.font(max(SMALLEST, float(rng.choice([0.5, 1])) * height))
    mark = "$€£¥"[int(rng.integers(4))]
    before = rng.random() < 0.4
    if before:
        x = price.write(sign, mark, x, 0) + 0.05 * height
    x = price.write(writer, plain_digits(rng, int(rng.choice([1, 1, 2, 2, 3]))), x, 0)
    if small == height or rng.random() < 0.4:
        x = price.write(writer, ".,"[int(rng.integers(2))], x, 0)
    cents = ("99", "95", "50", "00", plain_digits(rng, 2), "-")[int(rng.integers(6))]
    x = price.write(writers.font(small) if small != height else writer, cents, x + 0.05 * height, 0)
    if not before and rng.random() < 0.7:
        price.write(sign, mark, x + 0.1 * height, height - sign.height)
    low, high = price.bounds()
    margin = height * rng.uniform((0.2, 0.2), (0.7, 0.8))
    (x, y), (w, h) = low - margin, high - low + 2 * margin
    block = Block()
    fill = None if rng.random() < 0.2 else float(rng.choice([0, 0.1, 0.25]))
    panel(block, rectangle(x, y, w, h, float(rng.choice([0, 0.2])) * height), fill, 1, 0.7)
    block.append(price, 0, 0)
    name = writers.font(max(SMALLEST, 0.25 * height))
    if margin[1] > 1.4 * name.height:
        letter(block, name, word(rng), (x + w / 2, y + margin[1] / 2))
    if rng.random() < 0.2 and h > 3 * name.height:
        letter(block, name, f"{plain_digits(rng, 3)} g", (x + w / 2, y + h - 0.8 * name.height))
    if rng.random() < 0.2:
        panel(block, ellipse(x + 0.3 * margin[0], y + h / 2, 0.1 * height), 0.6, 1)
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


def _pips(block: Block, x: float, y: float, side: float, count: int, shade: float) -> None:
    """Add the pips of a die's face."""
    near, middle, far = 0.25 * side, 0.5 * side, 0.75 * side
    places = {
        1: [(middle, middle)],
        2: [(near, near), (far, far)],
        3: [(near, near), (middle, middle), (far, far)],
        4: [(near, near), (far, far), (near, far), (far, near)],
    }
    spots = places.get(
        count, places[4] + (places[1] if count == 5 else [(near, middle), (far, middle)])
    )
    for dx, dy in spots:
        block.fill(ellipse(x + dx, y + dy, 0.1 * side), shade)


def dice(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return dice, whose pips are no digits, sometimes with their sum written beside."""
    block = Block()
    side = min(2 * height, 90)
    count = int(rng.integers(1, 4))
    fill = float(rng.choice([0, 0, 1]))
    faces = rng.integers(1, 7, count).tolist()
    for i, face in enumerate(faces):
        x = i * 1.2 * side
        panel(block, rectangle(x, 0, side, side, 0.2 * side), fill, max(1, 0.03 * side))
        _pips(block, x, 0, side, face, 1 - fill)
    if rng.random() < 0.5:
        size = within(height, 3, 3)
        block.write(writers.any(size), f"={sum(faces)}", count * 1.25 * side, 0.25 * side)
    return block


def card(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a playing card: a number in one corner, and pips."""
    size = within(height, 6, 9)
    writer = writers.font(size)
    w, h = size * rng.uniform((4.5, 6.5), (6, 8))
    number = int(rng.integers(2, 11))
    block = Block()
    panel(block, rectangle(0, 0, w, h, 0.5 * size), 0, 1)
    letter(block, writer, str(number), (0.8 * size, 0.9 * size))
    _suit(block, 0.8 * size, 2 * size, 0.35 * size)
    for i in range(number):
        column, row = i % 2, i // 2
        _suit(block, w * (0.4 + 0.25 * column), h * (0.2 + 0.13 * row), 0.45 * size)
    return block


def _suit(block: Block, x: float, y: float, size: float) -> None:
    block.fill(
        np.array([(x, y - size), (x + 0.75 * size, y), (x, y + size), (x - 0.75 * size, y)]), 1
    )


def balls(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return lottery or billiard balls, each with a number, in a row or heaped."""
    radius = height * float(rng.uniform(1.1, 1.6))
    count = int(np.clip(280 / (2.1 * radius), 1, rng.integers(1, 8)))
    writer = writers.font(height)
    block = Block()
    for i in range(count):
        x, y = 2.1 * radius * i, float(rng.choice([0, 0, 0.3])) * radius
        fill = float(rng.choice([0, 0.2, 0.6, 1]))
        ball, gloss = Block(), Block()
        ball.fill(ellipse(x, y, radius), 1)
        ink, left, top = ball.silhouette(2)
        block.mark(ink, left, top, fill)
        block.line(ellipse(x, y, radius), 1, 0.8)
        gloss.fill(ellipse(x - 0.3 * radius, y - 0.5 * radius, 0.2 * radius), 1)
        soft, left, top = gloss.silhouette(int(0.4 * radius) + 2)
        block.mark(blurred(soft, 0.12 * radius), left, top, max(0.0, fill - 0.5))
        shade = float(fill < 0.5)
        if rng.random() < 0.5:
            block.fill(ellipse(x, y, 0.75 * radius), 0)
            shade = 1.0
        letter(block, writer, str(int(rng.integers(1, 50))), (x, y), shade)
    return block


def spine(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return the back of a book or a folder: a title on its side, the volume's number below."""
    height = within(height, 3, 8)
    w, h = height * rng.uniform((1.6, 6), (3, 9))
    fill = float(rng.choice([0, 0.2, 0.8, 1]))
    ink = 0.0 if fill > 0.5 else 1.0
    block = Block()
    panel(block, rectangle(0, 0, w, h), fill, 1)
    size = max(SMALLEST, float(rng.uniform(0.5, 0.9)) * height)
    turn = float(rng.choice([0.25, -0.25]))
    letter(block, writers.font(size), words(rng, 1)[:9], (w / 2, 0.4 * h), ink, turn)
    letter(
        block,
        writers.font(height),
        plain_digits(rng, 1 + int(w > 2.2 * height)),
        (w / 2, 0.85 * h),
        ink,
    )
    for y in (0.05 * h, 0.75 * h):
        if rng.random() < 0.6:
            block.fill(rectangle(0, y, w, 0.15 * height), 1 - fill)
    return block


def ticket(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a ticket or a label: a large number, small print, a torn edge, a barcode."""
    height = within(height, 5, 4)
    block, content = Block(), Block()
    small = max(SMALLEST, 0.35 * height)
    name = writers.font(small)
    content.write(name, words(rng, 2), 0, 0)
    digits = plain_digits(rng, int(rng.integers(2, 6)))
    end = content.write(writers.font(height), digits, 0, 1.6 * small)
    if rng.random() < 0.5:
        content.write(name, f"{word(rng)} {plain_digits(rng, 2)}", 0, 1.6 * small + 1.3 * height)
    if rng.random() < 0.4:
        bars(rng, content, (end + 0.4 * height, 1.6 * small), (2 * height, height))
    low, high = content.bounds()
    margin = 0.4 * height
    (x, y), (w, h) = low - margin, high - low + 2 * margin
    panel(block, rectangle(x, y, w, h), float(rng.choice([0, 0.1])), 1, 0.6)
    if rng.random() < 0.4:
        for i in range(int(h / max(4, 0.3 * height))):
            block.fill(ellipse(x, y + (i + 0.5) * max(4, 0.3 * height), 0.08 * height), 0.8)
    block.append(content, 0, 0)
    return block


def bars(
    rng: np.random.Generator, block: Block, corner: tuple[float, float], size: tuple[float, float]
) -> None:
    """Add a barcode of a width and height that are about `size`."""
    x, y = corner
    unit = max(0.7, size[0] / 60 * float(rng.uniform(0.7, 1.4)))
    end = x + size[0]
    while x < end:
        wide = unit * int(rng.integers(1, 4))
        block.fill(rectangle(x, y, wide, size[1]), 1)
        x += wide + unit * int(rng.integers(1, 4))


def barcode(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a barcode with its digits below, or above."""
    count = int(np.clip(270 / (0.8 * height), 3, rng.integers(5, 14)))
    writer = writers.font(height)
    block, row = Block(), Block()
    row.write(writer, plain_digits(rng, count), 0, 0)
    low, high = row.bounds()
    wide, high_bars = float(high[0] - low[0]), height * float(rng.uniform(2, 5))
    bars(rng, block, (float(low[0]), 0), (wide, min(high_bars, 160)))
    foot = float(block.bounds()[1][1])
    above = rng.random() < 0.15
    block.append(row, 0, -1.3 * height if above else foot + 0.25 * height)
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


def calendar(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a leaf of a calendar: a large day, a month, a weekday."""
    height = within(height, 3, 3.5)
    block = Block()
    w, h = 2.6 * height, 2.8 * height
    panel(block, rectangle(0, 0, w, h, 0.15 * height), 0, 1)
    shade = float(rng.choice([0.5, 0.8, 1]))
    block.fill(rectangle(0, 0, w, 0.7 * height), shade)
    small = max(SMALLEST, 0.35 * height)
    letter(
        block,
        writers.font(small),
        word(rng).upper()[:9],
        (w / 2, 0.35 * height),
        float(shade < 0.6),
    )
    letter(block, writers.font(height), str(int(rng.integers(1, 32))), (w / 2, 1.4 * height))
    letter(block, writers.font(small), word(rng)[:9], (w / 2, 2.35 * height))
    return block


THINGS: dict[Layout, float] = {
    house_number: 2.5,
    number_plate: 2,
    tiles: 1.5,
    bib: 2,
    vehicle_plate: 1,
    jersey: 0.8,
    price_tag: 1.5,
    round_sign: 1.2,
    street_sign: 0.8,
    dice: 0.4,
    card: 0.4,
    balls: 0.6,
    spine: 0.5,
    ticket: 0.8,
    barcode: 0.8,
    painted: 1,
    embossed: 0.8,
    neon: 0.5,
    calendar: 0.4,
}
