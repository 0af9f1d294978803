"""Layouts of things that bear a number: price tags, cards, balls, books, tickets, barcodes."""

import numpy as np

from lenet.drawing.scenes.block import SMALLEST, Block, Layout, Writers
from lenet.drawing.scenes.layouts.shapes import (
    around,
    blurred,
    ellipse,
    letter,
    panel,
    polar,
    rectangle,
    within,
)
from lenet.drawing.scenes.texts import plain_digits, word, words


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


def coin(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a coin or a medal: a value, words along the rim, beads or milling."""
    height = within(height, 3.6, 3.6)
    radius = 1.7 * height
    block = Block()
    base = float(rng.choice([0, 0.2, 0.6]))
    ink = 0.0 if base > 0.5 else 1.0
    panel(block, ellipse(0, 0, radius), base, max(1, 0.05 * height), 0.8)
    beads = int(rng.integers(24, 50))
    for i in range(beads):
        x, y = polar(0, 0, 0.94 * radius, i / beads)
        block.fill(ellipse(x, y, max(0.6, 0.03 * height)), 0.5)
    value = ("1", "2", "5", "10", "20", "50", "25", plain_digits(rng, 2))[int(rng.integers(8))]
    letter(block, writers.font(height), value, (0, -0.1 * height), ink)
    name = writers.font(max(SMALLEST, 0.25 * height))
    if rng.random() < 0.6:
        around(block, name, word(rng).upper(), (0, 0), 0.78 * radius, 0.75, ink)
    if rng.random() < 0.7:
        unit = ("CENT", "EURO", "RUPEE", "PENCE")[int(rng.integers(4))]
        letter(block, name, unit, (0, 0.85 * height), ink)
    return block


def postage(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a postage stamp: a value in a corner, a picture, a word, a perforated edge."""
    height = within(height, 5, 6)
    w, h = height * rng.uniform((3, 3.5), (5, 6))
    block = Block()
    fill = float(rng.choice([0, 0.2, 0.5]))
    margin = 0.4 * height
    block.fill(rectangle(-margin, -margin, w + 2 * margin, h + 2 * margin), 0.7)
    block.fill(rectangle(-0.8 * margin, -0.8 * margin, w + 1.6 * margin, h + 1.6 * margin), 0)
    panel(block, rectangle(0, 0, w, h), fill, 1)
    hill = np.array([(0, 1), (0, 0.6), (0.3, 0.5), (0.6, 0.7), (1, 0.55), (1, 1)])
    block.fill(hill * (w, h), float(rng.uniform(0.3, 0.8)))
    holes = max(4, int(h / max(3, 0.3 * height)))
    for i in range(holes):
        for x in (-margin, w + margin):
            block.fill(ellipse(x, (i + 0.5) * h / holes, max(1, 0.08 * height)), 0.7)
    text = plain_digits(rng, int(rng.integers(1, 3)))
    letter(block, writers.font(height), text, (0.95 * height, 0.8 * height))
    name = writers.font(max(SMALLEST, 0.3 * height))
    letter(block, name, words(rng, 1).upper()[:10], (w / 2, h - 0.8 * name.height), 0)
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
    price_tag: 1.5,
    dice: 0.4,
    card: 0.4,
    balls: 0.6,
    spine: 0.5,
    ticket: 0.8,
    barcode: 0.8,
    calendar: 0.4,
    coin: 0.5,
    postage: 0.4,
}
