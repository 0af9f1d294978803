"""Layouts of written and printed text: numbers, words and both, in rows and in columns."""

import numpy as np

from lenet.drawing.scenes import texts
from lenet.drawing.scenes.block import SMALLEST, Block, Layout, Writer, Writers
from lenet.drawing.scenes.layouts.placing import (
    ADVANCE,
    LEFT,
    LONGEST_TEXT,
    PAGE,
    RIGHT,
    aligned,
    chance,
    filled_line,
    fitted,
    fitting,
    pitch,
    straight,
)
from lenet.drawing.scenes.layouts.sums import SUMS
from lenet.drawing.scenes.layouts.uneven import UNEVEN


def _one_digit(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    block = Block()
    block.write(writers.any(height), texts.plain_digits(rng, 1), 0, 0)
    return block


def _two_or_three_digits(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    block = Block()
    block.write(writers.any(height), texts.plain_digits(rng, int(rng.integers(2, 4))), 0, 0)
    return block


def _numbers(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw a number of any kind, or some below each other."""
    block, writer = Block(), writers.any(height)
    line_height = rng.uniform(1.3, 2.2) * height
    rows = fitting(rng, line_height, 1, 5) if chance(rng, 0.4) else 1
    for row in range(rows):
        text = fitted(rng, texts.number, height)
        block.write(writer, text, rng.normal(0, 0.2) * height, row * line_height)
    return block


def _numbers_in_a_row(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw some numbers with spaces between, narrow or wide."""
    block, writer = Block(), writers.any(height)
    line_height = rng.uniform(1.3, 2.5) * height
    space = rng.uniform(0.3, 2) * height
    for row in range(fitting(rng, line_height, 1, 3)):
        x = 0.0
        while x < rng.uniform(0.6, 1) * PAGE:
            length = int(rng.choice([1, 1, 2, 2, 3, 4]))
            x = block.write(writer, texts.plain_digits(rng, length), x, row * line_height) + space
    return block


def _digit_rows(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw plain rows of digits of equal length."""
    block, writer = Block(), writers.any(height)
    line_height = rng.uniform(1.2, 2) * height
    length = fitting(rng, ADVANCE * height, 1, 10)
    for row in range(fitting(rng, line_height, 1, 6)):
        block.write(writer, texts.plain_digits(rng, length), 0, row * line_height)
    return block


def _digit_columns(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw single digits at the places of a grid, or in one column."""
    block, writer = Block(), writers.any(height)
    step = rng.uniform(1.1, 2.5, 2) * height
    columns = 1 if chance(rng, 0.4) else fitting(rng, step[0], 2, 8)
    looseness = rng.uniform(0, 0.12) * height
    for row in range(fitting(rng, step[1], 2, 8)):
        for column in range(columns):
            x, y = step * (column, row) + rng.normal(0, looseness, 2)
            aligned(block, writer, texts.plain_digits(rng, 1), x, y)
    return block


def _loose_table(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw columns of numbers without lines, perhaps with words above and in front."""
    block, writer = Block(), writers.any(height)
    length = fitting(rng, ADVANCE * height, 1, 5, PAGE / 3)
    step = length * pitch(writer) + rng.uniform(0.5, 2.2) * height
    line_height = rng.uniform(1.4, 2.3) * height
    align = float(rng.choice([LEFT, RIGHT, RIGHT]))
    columns, rows = fitting(rng, step, 1, 5), fitting(rng, line_height, 2, 7)
    has_header, has_names = chance(rng, 0.4), chance(rng, 0.4)
    for column in range(columns):
        x = (column + align) * step
        if has_header:
            header = fitted(rng, texts.word, height, step)
            aligned(block, writer, header, x, -line_height, align)
        for row in range(rows):
            number = texts.plain_digits(rng, int(rng.integers(1, length + 1)))
            aligned(block, writer, number, x, row * line_height, align)
    for row in range(rows if has_names else 0):
        name = fitted(rng, texts.word, height, 0.6 * PAGE)
        aligned(block, writer, name, -height, row * line_height, RIGHT)
    return block


def _label_writer(rng: np.random.Generator, height: float, writers: Writers) -> Writer:
    height = max(SMALLEST, height)
    return writers.font(height) if chance(rng, 0.5) else writers.hand(height)


def _label_and_number(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw a printed or written label with a number beside, below, above or in front of it."""
    block = Block()
    small = _label_writer(rng, height * rng.uniform(0.5, 1.15), writers)
    large = writers.hand(height) if chance(rng, 0.6) else writers.any(height)
    label = filled_line((texts.word(rng) for _ in range(3)), int(0.6 * PAGE / small.height))
    number = fitted(rng, texts.number, height, 0.7 * PAGE)
    drop = height - small.height  # both stand on the same line
    kind = rng.random()
    if kind < 0.55:
        end = block.write(small, label, 0, drop)
        block.write(large, number, end + rng.uniform(0.2, 1.5) * height, 0)
    elif kind < 0.7:
        end = block.write(large, number, 0, 0)
        block.write(small, label, end + rng.uniform(0.2, 1) * height, drop)
    elif kind < 0.9:
        end = block.write(small, label, 0, 0)
        below = small.height + rng.uniform(0.3, 1.2) * height
        block.write(large, number, rng.uniform(-0.2, 0.6) * end, below)
    else:
        end = block.write(large, number, 0, 0)
        aligned(block, small, label, end / 2, (1 + rng.uniform(0.25, 0.8)) * height)
    return block


def _list(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw words, each with a number behind or in front: things to buy, scores, contents."""
    block = Block()
    words = _label_writer(rng, height, writers)
    numbers = words if chance(rng, 0.6) else writers.any(height)
    line_height = rng.uniform(1.3, 2.2) * height
    width = rng.uniform(0.35, 0.75) * PAGE
    is_ragged, is_behind = chance(rng, 0.4), chance(rng, 0.75)
    dots = 0.5 * height if chance(rng, 0.2) else 0.0
    make = texts.plain_digits if chance(rng, 0.6) else texts.number
    for row in range(fitting(rng, line_height, 2, 8)):
        y = row * line_height
        word = fitted(rng, texts.word, height, width)
        number = fitted(rng, make, height, 0.4 * PAGE)
        if not is_behind:
            end = block.write(numbers, number, 0, y) + 0.3 * height
            block.write(words, word, end if is_ragged else max(end, width / 2), y)
            continue
        end = block.write(words, word, 0, y)
        if is_ragged:
            block.write(numbers, number, end + 0.7 * height, y)
            continue
        for x in np.arange(end, width, dots) if dots else ():
            block.line(straight(x, y + 0.95 * height, x + 0.05 * height, y + 0.95 * height), 1)
        part = Block()
        start = width + 2 * height - part.write(numbers, number, 0, 0)
        block.append(part, max(end + 0.3 * height, start), y)
    return block


def _words(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw one or a few words, no number."""
    block, writer = Block(), _label_writer(rng, height, writers)
    most = int(PAGE / (0.6 * height))
    line = filled_line((texts.word(rng) for _ in range(int(rng.integers(1, 4)))), most)
    block.write(writer, line, 0, 0)
    return block


def _paragraph(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    return _text_lines(rng, height, writers, 0)


def _paragraph_with_numbers(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    return _text_lines(rng, height, writers, rng.uniform(0.05, 0.35))


def _text_lines(
    rng: np.random.Generator, height: float, writers: Writers, number_share: float
) -> Block:
    """Draw lines of words, some of them numbers."""
    block, writer = Block(), _label_writer(rng, height, writers)
    line_height = rng.uniform(1.4, 2.2) * height
    most = max(4, min(36, int(rng.uniform(0.5, 1.1) * PAGE / (0.75 * height))))

    def anything() -> str:
        return texts.number(rng) if chance(rng, number_share) else texts.word(rng)

    for row in range(fitting(rng, line_height, 2, min(8, 1 + LONGEST_TEXT // most))):
        words = [anything() for _ in range(most // 3 + 1)]
        block.write(writer, filled_line(words, most), 0, row * line_height)
    return block


def _alphabet(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw the letters in their order, and the digits, as a sample of a font or of a hand."""
    block, writer = Block(), _label_writer(rng, height, writers)
    line_height = rng.uniform(1.4, 1.9) * height
    small = "abcdefghijklmnopqrstuvwxyz"
    text = small.upper() * chance(rng, 0.7) + small * chance(rng, 0.6)
    most = max(3, min(26, int(rng.uniform(0.6, 1.2) * PAGE / pitch(writer))))
    lines = [text[start : start + most] for start in range(0, len(text), most)]
    start = int(rng.integers(0, max(1, len(lines) - int(PAGE / line_height) + 1)))
    lines = lines[start : start + 5] + ["1234567890"[:most]] * chance(rng, 0.8)
    for row, line in enumerate(lines):
        block.write(writer, line, 0, row * line_height)
    return block


def _letters(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw characters that stand alone, none a digit."""
    block = Block()
    writer = writers.hand(height) if chance(rng, 0.6) else writers.font(height)
    step = rng.uniform(1, 2.2) * height
    line_height = rng.uniform(1.4, 2.2) * height
    columns = int(rng.choice([1, 1, 2, 3, 4]))
    for row in range(fitting(rng, line_height, 1, 3)):
        for column in range(columns):
            block.write(writer, texts.lone_letter(rng), column * step, row * line_height)
    return block


def _formatted(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw a date, time, phone number, amount or other number with signs in it."""
    kinds = (texts.date, texts.date, texts.time, texts.phone, texts.money, texts.decimal)
    make = kinds[int(rng.integers(len(kinds)))]
    block = Block()
    block.write(writers.any(height), fitted(rng, make, height, 1.3 * PAGE), 0, 0)
    return block


def _signs_between(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw slashes, bars, brackets and dashes between digits, as tall as a 1 and no 1."""
    block, writer = Block(), writers.any(height)
    line_height = rng.uniform(1.4, 2.2) * height
    for row in range(fitting(rng, line_height, 1, 3)):
        length = fitting(rng, ADVANCE * height, 2, 8)
        signs = "/|()[]\\-,.:!" if chance(rng, 0.5) else "/|"
        text = texts.plain_digits(rng, length)
        for place in sorted(rng.integers(0, length + 1, int(rng.integers(1, 4))), reverse=True):
            text = text[:place] + signs[int(rng.integers(len(signs)))] + text[place:]
        block.write(writer, text, 0, row * line_height)
    return block


def _enumeration(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw entries with their numbers in front: 1) 2) 3) or 1. 2. 3."""
    block, writer = Block(), _label_writer(rng, height, writers)
    line_height = rng.uniform(1.4, 2.8) * height
    before, after = [("", ")"), ("", "."), ("", "."), ("(", ")"), ("", ":"), ("", " -")][
        int(rng.integers(6))
    ]
    start = 1 if chance(rng, 0.6) else int(rng.integers(1, 30))
    step = (ADVANCE * len(f"{before}{start}{after}") + 0.5) * height
    make = texts.word if chance(rng, 0.7) else texts.number
    most = int(0.7 * PAGE / (0.7 * height))
    for row in range(fitting(rng, line_height, 2, 7)):
        y = row * line_height
        end = block.write(writer, f"{before}{start + row}{after}", 0, y)
        entry = filled_line((make(rng) for _ in range(int(rng.integers(0, 4)))), most)
        block.write(writer, entry, max(step, end + 0.2 * height), y)
    return block


ROWS: dict[Layout, float] = (
    {
        _one_digit: 8,
        _two_or_three_digits: 4,
        _numbers: 9,
        _numbers_in_a_row: 4,
        _digit_rows: 5,
        _digit_columns: 4,
        _loose_table: 4,
        _label_and_number: 8,
        _list: 4,
        _words: 4,
        _paragraph: 4,
        _paragraph_with_numbers: 4,
        _alphabet: 1,
        _letters: 4,
        _formatted: 6,
        _signs_between: 4,
        _enumeration: 3,
    }
    | SUMS
    | UNEVEN
)
"""Layouts of text, and how often each is drawn relative to the others."""
