"""Layouts of cells: tables, banded rows, sudokus, calendars, crosswords."""

import numpy as np

from lenet.drawing.scenes import texts
from lenet.drawing.scenes.block import SMALLEST, Block, Layout, Writers
from lenet.drawing.scenes.layouts.placing import (
    ADVANCE,
    LEFT,
    PAGE,
    RIGHT,
    aligned,
    cell_character,
    chance,
    drawn_cells,
    fitted,
    fitting,
    in_cell,
    line_style,
    pitch,
    rectangle,
    ring,
    ruled_cells,
)


def _table(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw a table with lines, words above the columns or in front of the rows, and numbers."""
    block = Block()
    printed = writers.font(height * rng.uniform(0.7, 1))
    writer = writers.hand(height) if chance(rng, 0.5) else printed
    length = fitting(rng, 2 * ADVANCE * height, 1, 4, 0.6 * PAGE)
    step = length * pitch(writer) + rng.uniform(0.5, 1.4) * height
    line_height = rng.uniform(1.3, 2.2) * height
    has_names = chance(rng, 0.5)
    name_width = rng.uniform(0.25, 0.45) * PAGE if has_names else 0.0
    columns = fitting(rng, step, 1, 6, PAGE - name_width)
    rows = fitting(rng, line_height, 2, 8)
    xs = [name_width + step * i for i in range(columns + 1)]
    ys = [line_height * i for i in range(rows + 1)]
    if has_names:
        xs.insert(0, 0.0)
    width, shade = line_style(rng, min(height, 30))
    if writer is not printed and chance(rng, 0.3):
        printed = writer
        drawn_cells(rng, block, xs, ys, max(0.7, width), 0.04 * height)
    else:
        upright, level = chance(rng, 0.85), chance(rng, 0.85)
        ruled_cells(block, xs, ys, width, shade, upright=upright, level=level)
    drop = (line_height - height) / 2
    has_header = chance(rng, 0.5)
    share = rng.uniform(0.5, 1)
    align = float(rng.choice([LEFT, 0.5, 0.5, RIGHT]))
    for row in range(rows):
        y = ys[row] + drop + height
        if has_names and chance(rng, 0.9):
            name = fitted(rng, texts.word, printed.height, name_width)
            block.write(printed, name, 0.25 * height, y - printed.height)
        for x in xs[has_names:-1]:
            if row == 0 and has_header:
                header = fitted(rng, texts.word, printed.height, step)
                aligned(block, printed, header, x + step / 2, y - printed.height)
            elif chance(rng, share):
                number = texts.plain_digits(rng, int(rng.integers(1, length + 1)))
                place = x + 0.2 * height + align * (step - 0.4 * height)
                aligned(block, writer, number, place, y - height, align)
    return block


def _banded_rows(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw rows with numbers, every other one tinted."""
    block, writer = Block(), writers.any(height)
    line_height = rng.uniform(1.2, 2) * height
    step = rng.uniform(2, 4.5) * height
    rows, columns = fitting(rng, line_height, 2, 10), fitting(rng, step, 1, 5)
    shade, first = rng.uniform(0.05, 0.25), int(rng.integers(2))
    for row in range(first, rows, 2):
        block.fill(rectangle(0, row * line_height, columns * step, line_height), shade)
    most = max(1, int(0.9 * step / pitch(writer)))
    has_words = chance(rng, 0.4)
    for row in range(rows):
        y = row * line_height + (line_height - height) / 2
        for column in range(columns):
            x = column * step + 0.25 * height
            if column == 0 and has_words:
                block.write(writer, fitted(rng, texts.word, height, step), x, y)
            else:
                length = int(rng.integers(1, most + 1))
                block.write(writer, texts.plain_digits(rng, length), x, y)
    return block


def _sudoku(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw a sudoku or a part of one: printed, filled in by hand, or with small candidates."""
    block = Block()
    cell = rng.uniform(1.3, 2.1) * height
    size = min(9, max(2, int(1.15 * PAGE / cell)))
    offset = 0 if size == 9 else int(rng.integers(0, 10 - size))
    marks = [cell * i for i in range(size + 1)]
    thick = [cell * i for i in range(size + 1) if (i + offset) % 3 == 0]
    width, shade = line_style(rng, min(height, 20))
    kind = rng.random()
    given, filled = (0.4, 0.0) if kind < 0.55 else (0.35, 0.5) if kind < 0.85 else (0.0, 0.9)
    is_drawn = given == 0 and chance(rng, 0.5)
    if is_drawn:
        drawn_cells(rng, block, marks, marks, max(0.7, width), 0.04 * height)
    else:
        ruled_cells(block, marks, marks, width, shade)
    for mark in thick if not is_drawn and chance(rng, 0.85) else ():
        strong = 1.5 * width + rng.uniform(0.02, 0.07) * height
        ruled_cells(block, (marks[0], marks[-1]), (mark,), strong, max(shade, 0.7), upright=False)
        ruled_cells(block, (mark,), (marks[0], marks[-1]), strong, max(shade, 0.7), level=False)
    given *= rng.uniform(0.6, 1.3)
    printed, hand = writers.font(height), writers.hand(height)
    small = hand if chance(rng, 0.5) else printed
    candidates = None
    if 0.3 * height >= SMALLEST and chance(rng, 0.2):
        size_of = 0.3 * height
        candidates = writers.hand(size_of) if small is hand else writers.font(size_of)
    for row in range(size):
        for column in range(size):
            box = (marks[column], marks[row], cell, cell)
            digit = str(int(rng.integers(1, 10)))
            if (share := rng.random()) < given:
                in_cell(rng, block, printed, digit, box, 0.01)
            elif share < given + filled:
                in_cell(rng, block, hand, digit, box)
            elif candidates is not None and chance(rng, 0.6):
                for place in rng.choice(9, int(rng.integers(1, 5)), replace=False):
                    x = box[0] + (place % 3 + 0.5) * cell / 3
                    y = box[1] + (place // 3 + 0.5) * cell / 3 - candidates.height / 2
                    aligned(block, candidates, str(place + 1), x, y)
    return block


def _date_cells(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw a box for each digit of a date, with small letters below: D D M M Y Y Y Y."""
    block, hand = Block(), writers.hand(height)
    letter = writers.font(max(SMALLEST, 0.45 * height))
    names = "DDMMYYYY" if chance(rng, 0.7) else "TTMMJJ" if chance(rng, 0.5) else "MMDDYY"
    cell = np.array([1.1 * height, height]) * rng.uniform(1, 1.4, 2)
    gap = rng.uniform(0.1, 0.5) * height if chance(rng, 0.4) else 0.0
    width, shade = line_style(rng, height)
    y = 1.3 * letter.height if chance(rng, 0.2) else -cell[1] - 0.4 * letter.height
    is_filled = chance(rng, 0.85)
    x = 0.0
    for place, name in enumerate(names):
        ruled_cells(block, (x, x + cell[0]), (y, y + cell[1]), width, shade)
        aligned(block, letter, name, x + cell[0] / 2, 0)
        if is_filled:
            in_cell(rng, block, hand, cell_character(rng), (x, y, cell[0], cell[1]), 0.07)
        x += cell[0] + gap * (place % 2 == 1 and place < 4)
    if chance(rng, 0.5):
        middle = y + (cell[1] - letter.height) / 2
        aligned(block, letter, texts.word(rng), -0.4 * height, middle, RIGHT)
    return block


def _calendar(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw the days of a month in weeks, or a part of them; names of days above, some marked."""
    block, writer = Block(), writers.font(height)
    step = rng.uniform(1.9, 2.6, 2) * height
    step[0] = max(step[0], 2.6 * pitch(writer))
    columns = max(2, min(7, int(1.15 * PAGE / step[0])))
    weeks = max(1, min(6, int(1.15 * PAGE / step[1])))
    xs, ys = (
        [size * i for i in range(n + 1)] for size, n in zip(step, (columns, weeks), strict=True)
    )
    if chance(rng, 0.5):
        ruled_cells(block, xs, ys, *line_style(rng, min(height, 20)))
    names = (("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"), ("M", "T", "W", "T", "F", "S", "S"))
    if chance(rng, 0.7):
        for x, name in zip(xs, names[int(rng.integers(2))][:columns], strict=False):
            aligned(block, writer, name, x + step[0] / 2, -1.4 * height)
    if chance(rng, 0.4):
        title = fitted(rng, texts.date, height, columns * step[0])
        aligned(block, writer, title, columns * step[0] / 2, -3 * height)
    first = -int(rng.integers(0, 7)) if weeks > 4 else int(rng.integers(-3, 31 - 7 * weeks))
    for row in range(weeks):
        for column in range(columns):
            day = first + 7 * row + column + 1
            if not 1 <= day <= 31:
                continue
            centre = np.array([xs[column] + step[0] / 2, ys[row] + step[1] / 2])
            if chance(rng, 0.03):
                block.line(ring(rng, centre, 0.45 * step), max(0.8, 0.08 * height))
            aligned(block, writer, str(day), centre[0], centre[1] - height / 2)
    return block


def _crossword(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw cells with letters, black cells, and small numbers in corners."""
    block, hand = Block(), writers.hand(height)
    cell = rng.uniform(1.4, 2.4) * height
    columns, rows = fitting(rng, cell, 2, 9), fitting(rng, cell, 2, 8)
    xs, ys = ([cell * i for i in range(n + 1)] for n in (columns, rows))
    index = writers.font(max(SMALLEST, 0.32 * height))
    filled, black, number = rng.uniform(0, 0.8), rng.uniform(0, 0.3), 0
    is_number_puzzle = chance(rng, 0.3)
    cells = [(x, y) for y in ys[:-1] for x in xs[:-1]]
    is_black = rng.random(len(cells)) < black
    for (x, y), full in zip(cells, is_black, strict=True):
        if full:
            block.fill(rectangle(x, y, cell, cell), 1)
    ruled_cells(block, xs, ys, *line_style(rng, min(height, 20)))
    for (x, y), full in zip(cells, is_black, strict=True):
        if full:
            continue
        if index.height < 0.4 * cell and chance(rng, 0.35):
            number += 1
            block.write(index, str(number), x + 0.08 * cell, y + 0.08 * cell)
        if chance(rng, filled):
            character = cell_character(rng) if is_number_puzzle else texts.lone_letter(rng)
            in_cell(rng, block, hand, character, (x, y + 0.1 * cell, cell, 0.9 * cell))
    return block


GRIDS: dict[Layout, float] = {
    _table: 6,
    _banded_rows: 2.5,
    _sudoku: 6,
    _date_cells: 2,
    _calendar: 2,
    _crossword: 1.5,
}
"""Layouts of cells, and how often each is drawn relative to the others."""
