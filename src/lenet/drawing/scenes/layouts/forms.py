"""Layouts with lines and boxes around text: forms, receipts, ruled and squared paper."""

from collections.abc import Sequence

import numpy as np

from lenet.drawing.scenes import texts
from lenet.drawing.scenes.block import SMALLEST, Block, Layout, Writer, Writers
from lenet.drawing.scenes.layouts.grids import GRIDS
from lenet.drawing.scenes.layouts.marked import MARKED
from lenet.drawing.scenes.layouts.placing import (
    ADVANCE,
    LONGEST_TEXT,
    MIDDLE,
    PAGE,
    RIGHT,
    aligned,
    cell_character,
    chance,
    filled_line,
    fitted,
    fitting,
    frame,
    in_cell,
    line_style,
    ruled_cells,
    straight,
)


def _small(rng: np.random.Generator, height: float, writers: Writers) -> Writer:
    """Return the font of a form's own words."""
    return writers.font(max(SMALLEST, height * rng.uniform(0.35, 0.8)))


def _boxes(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw boxes for one digit each, side by side or apart; some empty, some with a letter."""
    is_tight = chance(rng, 0.35)
    size = (rng.uniform(0.75, 1.1, 2) if is_tight else rng.uniform(1.05, 2, 2)) * height
    size[1] = max(size[1], 0.9 * size[0])
    gaps = rng.uniform(0.1, 0.6, 2) * size if chance(rng, 0.5) else np.zeros(2)
    block = Block()
    writer = writers.hand(height) if chance(rng, 0.8) else writers.any(height)
    width, shade = line_style(rng, height)
    columns = fitting(rng, size[0] + gaps[0], 1, 10)
    rows = fitting(rng, size[1] + gaps[1], 1, 5) if chance(rng, 0.35) else 1
    cells = [
        (x * (size[0] + gaps[0]), y * (size[1] + gaps[1]))
        for y in range(rows)
        for x in range(columns)
    ]
    for x, y in cells:
        frame(block, x, y, size[0], size[1], width, shade)
    share = rng.uniform(0.5, 1)
    for x, y in cells:
        if chance(rng, share):
            looseness = rng.uniform(0.03, 0.15)
            in_cell(rng, block, writer, cell_character(rng), (x, y, *size), looseness)
    return block


def _comb_row(
    rng: np.random.Generator, block: Block, writer: Writer, columns: int, x: float, y: float
) -> None:
    """Draw a base line with ticks; digits stand between the ticks, on the line or through it."""
    height = writer.height
    step = rng.uniform(0.85, 1.5) * height
    tick = rng.uniform(0.12, 0.7) * height
    width, shade = line_style(rng, height)
    end = x + columns * step
    block.line(straight(x, y, end, y), width, shade)
    for place in range(columns + 1):
        is_outer = place in {0, columns}
        top = y - (1.2 * height if is_outer and chance(rng, 0.2) else tick)
        block.line(straight(x + place * step, top, x + place * step, y), width, shade)
    drop = rng.normal(-0.04, 0.06) * height
    for place in range(columns - int(rng.integers(0, columns // 2 + 1))):
        middle = x + (place + 0.5 + rng.normal(0, 0.06)) * step
        top = y - height + drop + rng.normal(0, 0.03) * height
        aligned(block, writer, cell_character(rng), middle, top)


def _comb(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    block = Block()
    writer = writers.hand(height) if chance(rng, 0.8) else writers.any(height)
    columns = fitting(rng, 1.2 * height, 2, 12)
    _comb_row(rng, block, writer, columns, 0, 1.2 * height)
    if chance(rng, 0.4):
        label = _small(rng, height, writers)
        word = fitted(rng, texts.word, label.height, 0.6 * PAGE)
        if chance(rng, 0.5):
            block.write(label, word, 0, -label.height)
        else:
            aligned(block, label, word, -0.5 * height, 1.2 * height - label.height, RIGHT)
    return block


def _bank_form(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw fields below each other: small words, then a comb, a row of boxes or a line."""
    block, hand = Block(), writers.hand(height)
    label = writers.font(max(SMALLEST, 0.45 * height))
    y = 0.0
    for _ in range(fitting(rng, 2.6 * height, 1, 4)):
        word = filled_line((texts.word(rng) for _ in range(3)), int(PAGE / (0.7 * label.height)))
        block.write(label, word, 0, y)
        y += label.height + rng.uniform(0.2, 0.5) * height
        kind = rng.random()
        if kind < 0.5:
            _comb_row(rng, block, hand, fitting(rng, 1.2 * height, 3, 12), 0, y + 1.15 * height)
        elif kind < 0.75:
            columns = fitting(rng, 1.4 * height, 3, 10)
            step = 1.4 * height
            xs = [step * i for i in range(columns + 1)]
            ruled_cells(block, xs, (y, y + step), *line_style(rng, height))
            for x in xs[: int(rng.integers(1, columns + 1))]:
                in_cell(rng, block, hand, cell_character(rng), (x, y, step, step))
        else:
            make = texts.word if chance(rng, 0.4) else texts.number
            block.line(straight(0, y + 1.15 * height, PAGE, y + 1.15 * height), 1, 0.7)
            block.write(hand, fitted(rng, make, height, 0.8 * PAGE), 0.4 * height, y)
        y += rng.uniform(1.5, 2.2) * height
    return block


def _cheque(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw lines to write on, a date, an amount in a box and a row of printed digits."""
    block, hand = Block(), writers.hand(height)
    label = writers.font(max(SMALLEST, 0.5 * height))
    width = max(PAGE * rng.uniform(0.8, 1.1), 5 * height)
    line_width, shade = line_style(rng, 0.6 * height)
    y = 1.8 * height
    date = fitted(rng, texts.date, height, 0.5 * PAGE)
    aligned(block, hand, date, width - 0.5 * height, 0, RIGHT)
    start = min(width / 2, block.bounds()[0][0] - 0.3 * height)
    block.line(straight(start, 1.15 * height, width, 1.15 * height), line_width, shade)
    aligned(block, label, "Date", start, height - label.height, RIGHT)
    for _ in range(fitting(rng, 3 * height, 1, 2)):
        end = block.write(label, texts.word(rng), 0, y + height - label.height)
        words = fitted(rng, texts.word, height, 0.45 * PAGE)
        block.line(straight(end, y + 1.15 * height, width, y + 1.15 * height), line_width, shade)
        block.write(hand, words, end + 0.3 * height, y)
        y += 1.8 * height
    amount = Block()
    sign = "$€£"[int(rng.integers(3))]
    end = amount.write(label, sign, 0, height - label.height)
    amount.write(hand, fitted(rng, texts.money, height, 0.5 * PAGE), end + 0.2 * height, 0)
    (left, _), (right, _) = amount.bounds()
    x = max(0.0, width - (right - left) - 0.4 * height)
    frame(block, x, y - 0.3 * height, width - x, 1.6 * height, line_width, shade)
    block.append(amount, x + 0.2 * height, y)
    print_ = writers.font(max(SMALLEST, 0.6 * height), digits_only=True)
    digits = texts.plain_digits(rng, fitting(rng, print_.height, 4, 18, width))
    block.write(print_, digits, 0, y + 2 * height)
    if chance(rng, 0.5):
        frame(block, -height, -height, width + 2 * height, y + 5 * height, line_width, shade)
    return block


def _written_lines(
    rng: np.random.Generator, block: Block, writer: Writer, ys: Sequence[float], width: float
) -> None:
    """Write words and numbers whose digits stand on the lines `ys`, a little off, or between."""
    share = rng.uniform(0.4, 1)
    drop = rng.normal(-0.05, 0.1) * writer.height
    if chance(rng, 0.25):
        drop = rng.uniform(-0.5, 0.5) * writer.height  # across or between the lines
    make = texts.plain_digits if chance(rng, 0.4) else texts.number
    left = LONGEST_TEXT
    for y in ys:
        x = rng.uniform(0, 0.3) * width
        while chance(rng, share) and x < 0.7 * width and left > 0:
            text = fitted(rng, make if chance(rng, 0.75) else texts.word, writer.height, width - x)
            x = block.write(writer, text, x, y - writer.height + drop)
            x += rng.uniform(0.5, 2) * writer.height
            left -= len(text)


def _ruled(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw lined paper with numbers and words on it, perhaps with a margin line."""
    block, writer = Block(), writers.hand(height)
    step = rng.uniform(1.1, 2.6) * height
    width = rng.uniform(0.7, 1.3) * PAGE
    rows = fitting(rng, step, 2, 9)
    ys = [step * row for row in range(rows)]
    line_width, shade = line_style(rng, min(height, 24))
    ruled_cells(block, (0, width), ys, line_width, shade, upright=False)
    if chance(rng, 0.35):
        x = rng.uniform(0.05, 0.2) * width
        for offset in (0, 3) if chance(rng, 0.3) else (0,):
            line = straight(x + offset, -step, x + offset, ys[-1] + 0.5 * step)
            block.line(line, line_width, shade)
    _written_lines(rng, block, writer, ys, width)
    return block


def _squared(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw squared paper with digits in the squares, over some of them, or freely on it."""
    block, writer = Block(), writers.hand(height)
    cell = max(4.0, height * float(rng.choice([0.5, 0.6, 0.8, 1, 1.2, 1.5])))
    columns, rows = (fitting(rng, cell, 4, 40, room) for room in (1.2 * PAGE, 0.9 * PAGE))
    xs, ys = ([cell * i for i in range(n + 1)] for n in (columns, rows))
    line_width, shade = line_style(rng, min(height, 16))
    ruled_cells(block, xs, ys, line_width, 0.8 * shade)
    if cell >= 0.8 * height and chance(rng, 0.6):
        for row in range(int(rng.integers(0, 2)), rows, int(rng.integers(1, 3))):
            start = int(rng.integers(0, columns))
            for column in range(start, min(columns, start + int(rng.integers(1, 8)))):
                character = cell_character(rng)
                if chance(rng, 0.15):
                    character = "+-=.,:/"[int(rng.integers(7))]
                box = (xs[column], ys[row], cell, cell)
                in_cell(rng, block, writer, character, box, 0.08)
    else:
        every = max(1, round(1.6 * height / cell))
        _written_lines(rng, block, writer, ys[every::every], columns * cell)
    return block


def _blanks(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw words followed by dots or a line to write on; some filled in with a number."""
    block, hand = Block(), writers.hand(height)
    label = writers.font(max(SMALLEST, height * rng.uniform(0.5, 1)))
    line_height = rng.uniform(1.5, 2.5) * height
    has_dots = chance(rng, 0.4)
    dot = max(1.0, 0.08 * label.height)
    width = rng.uniform(0.6, 1) * PAGE
    for row in range(fitting(rng, line_height, 1, 5)):
        y = row * line_height
        base = y + 1.05 * height
        word = fitted(rng, texts.word, label.height, 0.5 * PAGE)
        x = block.write(label, word, 0, y + height - label.height)
        end = max(width, x + 2 * height)
        if has_dots:
            for left in np.arange(x, end, rng.uniform(3, 5) * dot):
                block.line(straight(left, base, left + 0.4, base), dot)
        else:
            block.line(straight(x, base, end, base), max(0.8, 0.04 * height))
        if chance(rng, 0.7):
            make = texts.number if chance(rng, 0.8) else texts.word
            text = fitted(rng, make, height, end - x)
            block.write(hand, text, x + rng.uniform(0.1, 0.8) * height, y)
    return block


def _check_boxes(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw boxes that are empty, ticked or crossed, with words and no digits."""
    block, writer = Block(), writers.font(height)
    line_height = rng.uniform(1.4, 2.4) * height
    size = rng.uniform(0.8, 1.3) * height
    width, shade = line_style(rng, height)
    pen_width = max(0.8, rng.uniform(0.06, 0.15) * height)
    for row in range(fitting(rng, line_height, 1, 6)):
        y = row * line_height
        frame(block, 0, y, size, size, width, shade)
        kind = rng.random()
        low, high = -0.15 * size, 1.15 * size
        if kind < 0.25:
            block.line(straight(low, y + low, high, y + high) + rng.normal(0, 0.5, 2), pen_width)
            block.line(straight(low, y + high, high, y + low) + rng.normal(0, 0.5, 2), pen_width)
        elif kind < 0.5:
            tick = np.array([[low, y + 0.5 * size], [0.4 * size, y + 0.9 * size], [high, y + low]])
            block.line(tick, pen_width)
        word = filled_line((texts.word(rng) for _ in range(3)), int(0.8 * PAGE / (0.7 * height)))
        block.write(writer, word, 1.8 * size, y)
    return block


def _bubbles(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw rows of an answer sheet: a number and circles, each black or with a character in it."""
    block, number = Block(), writers.font(height)
    inside = writers.font(max(SMALLEST, 0.8 * height))
    step = rng.uniform(1.9, 2.6) * height
    radius = rng.uniform(0.75, 0.9) * height
    choices = "ACEFH" if chance(rng, 0.2) else "ABCDE" if chance(rng, 0.6) else "0123456789"
    columns = min(len(choices), fitting(rng, step, 3, 10, 0.9 * PAGE))
    start = int(rng.integers(1, 60))
    angle = np.linspace(0, 2 * np.pi, 33)
    circle = radius * np.stack([np.cos(angle), np.sin(angle)], 1)
    width, shade = line_style(rng, height)
    for row in range(fitting(rng, step, 1, 6)):
        y = row * step
        aligned(block, number, str(start + row), -height, y, RIGHT)
        answer = int(rng.integers(-1, columns))
        for column in range(columns):
            centre = np.array([(column + 0.5) * step, y + 0.5 * height])
            if column == answer:
                block.fill(centre + circle, rng.uniform(0.7, 1))
                continue
            block.line(centre + circle, width, shade)
            top = centre[1] - 0.5 * inside.height
            aligned(block, inside, choices[column], centre[0], top)
    return block


def _receipt(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw a narrow printed column: words on the left, prices on the right, a sum below."""
    block, writer = Block(), writers.font(height)
    width = min(24 * ADVANCE * height, 1.1 * PAGE)
    line_height = rng.uniform(1.4, 1.8) * height
    y = 0.0
    if chance(rng, 0.6):
        aligned(block, writer, fitted(rng, texts.word, height, width), width / 2, y, MIDDLE)
        y += line_height
        if chance(rng, 0.5):
            aligned(block, writer, fitted(rng, texts.date, height, width), width / 2, y, MIDDLE)
            y += line_height
    amounts = []
    for _ in range(fitting(rng, line_height, 1, 8, 0.7 * PAGE)):
        cents = int(rng.integers(10, 3_000))
        amounts.append(cents)
        price = f"{cents // 100}.{cents % 100:02d}"
        room = width - 0.9 * height * (len(price) + 2)
        count = f"{int(rng.integers(1, 10))} " if chance(rng, 0.3) else ""
        if room > height:
            block.write(writer, count + fitted(rng, texts.word, height, 0.8 * room), 0, y)
        aligned(block, writer, price, width, y, RIGHT)
        y += line_height
    if chance(rng, 0.5):
        dash = rng.uniform(0.2, 0.6) * height
        for x in np.arange(0, width, 1.6 * dash):
            block.line(straight(x, y, x + dash, y), max(0.7, 0.06 * height))
    y += 0.4 * height
    total = sum(amounts)
    if width > 8 * height:
        block.write(writer, "Total" if chance(rng, 0.5) else "SUM", 0, y)
    aligned(block, writer, f"{total // 100}.{total % 100:02d}", width, y, RIGHT)
    return block


def _page_number(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw the last lines of a printed page and its number below."""
    block, writer = Block(), writers.font(height)
    line_height = rng.uniform(1.4, 1.9) * height
    most = min(40, max(1, int(PAGE / (0.7 * height))))
    rows = fitting(rng, line_height, 1, min(5, 1 + LONGEST_TEXT // most), 0.7 * PAGE)
    for row in range(rows):
        line = filled_line((texts.word(rng) for _ in range(most // 3 + 1)), most)
        block.write(writer, line, 0, row * line_height)
    before, after = (("", ""), ("- ", " -"), ("", " / 10"), ("p. ", ""))[int(rng.integers(4))]
    number = f"{before}{int(rng.integers(1, 500))}{after}"
    y = (rows + rng.uniform(0.3, 1)) * line_height
    x = float(rng.choice([0.0, 0.5, 1.0]))
    aligned(block, writer, number, x * PAGE, y, x)
    return block


def _ones_near_rules(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw long upright lines that are no digits, and 1s and other digits between them."""
    block, writer = Block(), writers.any(height)
    step = rng.uniform(1, 3) * height
    columns = fitting(rng, step, 1, 7)
    top, bottom = -rng.uniform(0.5, 3) * height, rng.uniform(1.5, 4) * height
    width = max(0.7, rng.uniform(0.03, 0.14) * height)
    shade = rng.uniform(0.4, 1)
    share = rng.uniform(0.4, 1.2)
    for column in range(columns + 1):
        if column and not chance(rng, share):
            continue
        x = column * step + rng.normal(0, 0.05) * height
        lean = rng.normal(0, 0.02) * (bottom - top)
        block.line(straight(x, top, x + lean, bottom), width, shade)
    for column in range(columns):
        if chance(rng, 0.75):
            character = "1" if chance(rng, 0.55) else texts.plain_digits(rng, 1)
            x = (column + rng.uniform(0.3, 0.7)) * step
            aligned(block, writer, character, x, rng.normal(0, 0.15) * height)
    return block


FORMS: dict[Layout, float] = (
    {
        _boxes: 6,
        _comb: 4,
        _bank_form: 2.5,
        _cheque: 2,
        _ruled: 5,
        _squared: 4,
        _blanks: 3,
        _check_boxes: 2,
        _bubbles: 2,
        _receipt: 2.5,
        _page_number: 1,
        _ones_near_rules: 4,
    }
    | GRIDS
    | MARKED
)
"""Layouts with lines or tints, and how often each is drawn relative to the others."""
