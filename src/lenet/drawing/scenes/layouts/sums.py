"""Layouts of arithmetic: long sums, fractions, powers, equations and tables; all results right."""

import numpy as np

from lenet.drawing.scenes import texts
from lenet.drawing.scenes.block import Block, Layout, Writer, Writers
from lenet.drawing.scenes.layouts.placing import (
    PAGE,
    RIGHT,
    aligned,
    by_hand,
    chance,
    fitted,
    fitting,
    scaled,
    straight,
)
from lenet.drawing.strokes import Floats

Rows = list[tuple[str, int]]  # text and how many columns its last digit is from the right


def addition(rng: np.random.Generator, length: int, terms: int) -> tuple[Rows, Rows]:
    """Return the rows above and below the bar of a long addition or subtraction.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    length : int
        Digits of the largest number above the bar.
    terms : int
        Numbers above the bar; two may be a subtraction.
    """
    numbers = [int(n) for n in rng.integers(0, 10**length, terms)]
    sign, result = "+", sum(numbers)
    if terms == 2 and chance(rng, 0.35):
        numbers.sort(reverse=True)
        sign, result = "-", numbers[0] - numbers[1]
    above = [(str(n), 0) for n in numbers]
    above[-1] = (sign + " " * (length - len(above[-1][0])) + above[-1][0], 0)
    return above, [(str(result), 0)]


def multiplication(rng: np.random.Generator, length: int) -> tuple[Rows, Rows, Rows]:
    """Return the rows of a long multiplication: factors, partial products, result.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    length : int
        Digits of the second factor; with one there are no partial products.
    """
    first = int(rng.integers(2, 10 ** (length + 1)))
    second = int(rng.integers(10 ** (length - 1), 10**length))
    partial = [(str(first * int(d)), i) for i, d in enumerate(reversed(str(second)))]
    factors = [(str(first), 0), (f"×{second}", 0)]
    return factors, partial if length > 1 else [], [(str(first * second), 0)]


def _written_rows(
    block: Block, writer: Writer, rows: Rows, y: float, step: float, line_height: float
) -> float:
    """Write rows whose digits stand below each other; return the top of the next row."""
    for text, shift in rows:
        for place, character in enumerate(reversed(text)):
            aligned(block, writer, character, -(place + shift) * step, y)
        y += line_height
    return y


def _bar(
    rng: np.random.Generator, block: Block, y: float, left: float, right: float, height: float
) -> None:
    """Draw the line above a result; above another line if the result is final."""
    width = max(0.7, rng.uniform(0.02, 0.08) * height)
    wobble = 0.02 * height if chance(rng, 0.7) else 0
    tilt = rng.normal(0, 0.03) * height
    block.line(by_hand(rng, straight(left, y, right, y + tilt), wobble), width)


def _long_addition(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw numbers below each other, a bar, their sum or difference; perhaps digits carried."""
    block = Block()
    writer = writers.hand(height) if chance(rng, 0.75) else writers.any(height)
    step = rng.uniform(0.8, 1.2) * height
    line_height = rng.uniform(1.2, 1.6) * height
    length = fitting(rng, step, 1, 5, 0.8 * PAGE)
    above, below = addition(rng, length, fitting(rng, line_height, 2, 4, 0.7 * PAGE))
    y = _written_rows(block, writer, above, 0, step, line_height)
    widest = max(len(text) for text, _ in above + below)
    _bar(rng, block, y - 0.1 * height, -(widest - 0.3) * step, 0.7 * step, height)
    has_result = chance(rng, 0.85)
    if has_result:
        y = _written_rows(block, writer, below, y + 0.15 * height, step, line_height)
        if chance(rng, 0.15):
            for drop in (0, 0.15 * height):
                _bar(rng, block, y - 0.1 * height + drop, -widest * step, 0.7 * step, height)
    for place in range(1, length if has_result and chance(rng, 0.25) else 0):
        if (glyph := writer.glyph("1")) is not None:
            block.put("1", scaled(glyph, 0.45), -place * step, -0.65 * height)
    return block


def _long_multiplication(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw factors, a bar, partial products, a bar and the result."""
    block = Block()
    writer = writers.hand(height) if chance(rng, 0.75) else writers.any(height)
    step = rng.uniform(0.8, 1.1) * height
    line_height = rng.uniform(1.2, 1.6) * height
    length = fitting(rng, 6 * height, 1, 3)
    factors, partial, result = multiplication(rng, length)
    left = -(max(len(text) + shift for text, shift in partial + result) - 0.4) * step
    y = 0.0
    for rows in (factors, partial, result):
        if rows:
            y = _written_rows(block, writer, rows, y, step, line_height)
            if rows is not result:
                _bar(rng, block, y - 0.1 * height, left, 0.7 * step, height)
                y += 0.15 * height
    return block


def _fractions(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw fractions with a bar, level or slanted, perhaps with a whole number in front."""
    block = Block()
    writer = writers.hand(height) if chance(rng, 0.7) else writers.font(height)
    x = 0.0
    if chance(rng, 0.3):
        x = block.write(writer, texts.plain_digits(rng, 1), 0, -0.5 * height) + 0.15 * height
    is_level = chance(rng, 0.75)
    signs = "+-=×"
    for number in range(fitting(rng, 2.5 * height, 1, 3)):
        if number:
            sign = signs[int(rng.integers(len(signs)))]
            x = block.write(writer, sign, x + 0.3 * height, -0.5 * height) + 0.3 * height
        above, below = (texts.plain_digits(rng, int(rng.integers(1, 3))) for _ in range(2))
        half = (0.4 * max(len(above), len(below)) + 0.15) * height
        if is_level:
            space = rng.uniform(0.1, 0.3) * height
            aligned(block, writer, above, x + half, -height - space)
            aligned(block, writer, below, x + half, space)
            _bar(rng, block, 0, x, x + 2 * half, height)
            x += 2 * half
        else:
            drop = rng.uniform(0.2, 0.45) * height
            for part, y in ((above, -drop), ("/", 0), (below, drop)):
                x = block.write(writer, part, x, y - 0.5 * height)
    return block


def _powers(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw numbers and letters with an exponent or an index."""
    block = Block()
    writer = writers.hand(height) if chance(rng, 0.65) else writers.font(height)
    x = 0.0
    for _ in range(fitting(rng, 2 * height, 1, 4)):
        base, exponent = texts.power(rng)
        is_index = chance(rng, 0.3)
        if is_index:
            base = texts.lone_letter(rng)
        elif chance(rng, 0.5):
            base = texts.plain_digits(rng, int(rng.integers(1, 3)))
        x = block.write(writer, base, x, 0) - max(0.0, writer.gap() - 0.1 * height)
        size = rng.uniform(0.38, 0.65)
        y = (rng.uniform(0.65, 0.9) if is_index else rng.uniform(-0.35, 0.05)) * height
        for character in exponent:
            if (glyph := writer.glyph(character)) is not None:
                block.put(character, scaled(glyph, size), x, y)
                x += size * glyph.advance + 0.05 * height
        if chance(rng, 0.6):
            sign = "+-=×·"[int(rng.integers(5))]
            x = block.write(writer, sign, x + 0.2 * height, 0)
        x += 0.25 * height
    return block


def equation(rng: np.random.Generator) -> str:
    """Return an equation of whole numbers that is right, or a linear one with an unknown."""
    a, b = (int(n) for n in rng.integers(1, 10 ** int(rng.integers(1, 3)), 2))
    space = " " if chance(rng, 0.6) else ""
    kind = rng.random()
    if kind < 0.3:
        parts = [str(a), "+", str(b), "=", str(a + b)]
    elif kind < 0.5:
        parts = [str(a + b), "-", str(b), "=", str(a)]
    elif kind < 0.65:
        parts = [str(a), "×", str(b), "=", str(a * b)]
    elif kind < 0.75:
        parts = [str(a * b), "÷/"[int(rng.integers(2))], str(b), "=", str(a)]
    elif kind < 0.83:
        parts = [f"({a}", "+", f"{b})", "×", str(a), "=", str((a + b) * a)]
    elif kind < 0.86:
        parts = [f"√{a * a}", "=", str(a)]
    else:
        x, y = "xa"[int(rng.integers(2))], "yn"[int(rng.integers(2))]
        sign = "+-"[int(rng.integers(2))]
        second = f"{b}{y}" if chance(rng, 0.5) else str(b)
        parts = [f"{a}{x}", sign, second, "=", texts.plain_digits(rng, int(rng.integers(1, 4)))]
    return space.join(parts)


def _equations(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw one equation or some below each other, perhaps with a brace in front."""
    block = Block()
    writer = writers.hand(height) if chance(rng, 0.75) else writers.font(height)
    line_height = rng.uniform(1.3, 2.2) * height
    rows = 1 if chance(rng, 0.5) else fitting(rng, line_height, 2, 5)
    for row in range(rows):
        block.write(writer, fitted(rng, equation, height, 1.3 * PAGE), 0, row * line_height)
    if 1 < rows < 4 and chance(rng, 0.5):
        block.line(_brace(-0.5 * height, -0.2 * height, rows * line_height), 0.07 * height)
    return block


def _formulas(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw one formula or some below each other, most of whose characters are no digits."""
    block = Block()
    writer = writers.hand(height) if chance(rng, 0.75) else writers.font(height)
    line_height = rng.uniform(1.4, 2.2) * height
    for row in range(1 if chance(rng, 0.5) else fitting(rng, line_height, 2, 4)):
        block.write(writer, fitted(rng, texts.formula, height, 1.3 * PAGE), 0, row * line_height)
    return block


def _brace(x: float, top: float, bottom: float) -> Floats:
    """Return a curly brace that opens to the right."""
    along = np.linspace(-1, 1, 41)
    depth = 0.06 * (bottom - top)
    bend = np.tanh(8 * (along + 1)) * np.tanh(8 * (1 - along)) + np.exp(-((8 * along) ** 2))
    return np.stack([x - depth * bend, (top + bottom) / 2 + along * (bottom - top) / 2], 1)


def _times_table(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw 1 × 7 = 7, 2 × 7 = 14 and so on."""
    block, writer = Block(), writers.any(height)
    sign = "×x·"[int(rng.integers(3))]
    factor, start = int(rng.integers(1, 13)), int(rng.integers(1, 8))
    line_height = rng.uniform(1.3, 1.9) * height
    step = rng.uniform(0.8, 1) * height
    for row in range(fitting(rng, line_height, 3, 10)):
        y = row * line_height
        aligned(block, writer, str(start + row), 0, y, RIGHT)
        aligned(block, writer, sign, step, y)
        aligned(block, writer, str(factor), 2.5 * step, y)
        aligned(block, writer, "=", 4 * step, y)
        aligned(block, writer, str(factor * (start + row)), 7 * step, y, RIGHT)
    return block


SUMS: dict[Layout, float] = {
    _long_addition: 3,
    _long_multiplication: 1,
    _fractions: 2,
    _powers: 2.5,
    _equations: 4,
    _formulas: 3,
    _times_table: 1.5,
}
"""Layouts of arithmetic, and how often each is drawn relative to the others."""
