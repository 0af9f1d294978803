"""Layouts of digits of unequal sizes and distances, bent and slanted rows."""

from collections.abc import Callable

import numpy as np

from lenet.drawing.scenes import texts
from lenet.drawing.scenes.block import SMALLEST, Block, Layout, Writer, Writers
from lenet.drawing.scenes.layouts.placing import (
    PAGE,
    chance,
    digit_row,
    fitted,
    fitting,
    touching,
    turned,
    warped,
)


def _heading(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw large digits or a large word, and small rows of numbers below."""
    block = Block()
    large = writers.any(height)
    share = rng.uniform(0.25, 0.6)
    small = writers.any(max(SMALLEST, share * height))
    is_word = chance(rng, 0.3)
    head = fitted(rng, texts.word, height) if is_word else digit_row(rng, height, 1, 4)
    block.write(large, head, 0, 0)
    y = height * rng.uniform(1.2, 1.6)
    for _ in range(fitting(rng, 2 * small.height, 1, 5, PAGE - height)):
        text = fitted(rng, texts.number, small.height, 0.9 * PAGE)
        block.write(small, text, rng.uniform(0, 0.5) * height, y)
        y += rng.uniform(1.4, 1.9) * small.height
    return block


def _ones(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw 1s of every length and slant, alone and beside other digits."""
    block = Block()
    writer = writers.hand(height) if chance(rng, 0.8) else writers.any(height)
    x = 0.0
    slant, spread = rng.normal(0, 0.3), rng.uniform(0, 0.2)
    text = digit_row(rng, height, 1, 7)
    for character in text:
        is_one = chance(rng, 0.6)
        glyph = writer.glyph("1" if is_one else character)
        if glyph is None:
            continue
        y = 0.0
        if is_one:
            length = np.clip(np.exp(rng.normal(0, 0.25)), 0.75, 1.7)
            lean = np.clip(rng.normal(slant, spread), -0.7, 0.7)
            glyph = warped(glyph, np.array([[1, -lean], [0, length]]), (0, height))
            x += max(0.0, -glyph.x)
            y = rng.normal(0, 0.1) * height
        block.put("1" if is_one else character, glyph, x, y)
        x += glyph.advance + max(0.12 * height, writer.gap())
    return block


def _spaced(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw digits far apart or close together."""
    block, writer = Block(), writers.any(height)
    space = (rng.uniform(0.6, 2) if chance(rng, 0.6) else rng.uniform(0.02, 0.1)) * height
    length = fitting(rng, space + 0.6 * height, 2, 9)
    line_height = rng.uniform(1.3, 2) * height
    for row in range(fitting(rng, line_height, 1, 3)):
        x = 0.0
        for character in texts.plain_digits(rng, length):
            if (glyph := writer.glyph(character)) is not None:
                block.put(character, glyph, x, row * line_height)
                x += glyph.advance + space
    return block


def _touching(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw digits that touch or overlap."""
    block, writer = Block(), writers.hand(height)
    most = (0.06 if chance(rng, 0.7) else 0.25) * height
    x, previous = 0.0, None
    for character in digit_row(rng, height, 2, 6):
        glyph = writer.glyph(character)
        if glyph is None:
            continue
        if previous is not None:
            x += touching(previous, glyph, rng.uniform(0.5, max(1, most)))
        block.put(character, glyph, x, 0)
        previous = glyph
        if chance(rng, 0.25):  # not all touch
            x += 0.15 * height
    return block


def _arc(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw digits along an arc, upright or turned with it."""
    length = fitting(rng, 1.2 * height, 3, 9)
    radius = height * rng.uniform(0.25, 0.8) * length
    step = rng.uniform(1.0, 1.5) * height / radius
    start = -step * (length - 1) / 2 + rng.normal(0, 0.2)
    bend = 1 if chance(rng, 0.8) else -1

    def place(i: int) -> tuple[float, float, float]:
        angle = start + i * step
        return radius * np.sin(angle), -bend * radius * np.cos(angle), bend * angle

    return _along(rng, writers.any(height), length, place)


def _bent_row(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw a row that climbs, falls or waves."""
    length = fitting(rng, height, 2, 9)
    step = rng.uniform(0.75, 1.3) * height
    slope, wave, phase = rng.normal(0, 0.25), rng.uniform(0, 0.4) * height, rng.uniform(0, 6)
    if chance(rng, 0.4):
        wave = 0.0

    def place(i: int) -> tuple[float, float, float]:
        y = slope * i * step + wave * np.sin(i + phase)
        return i * step, y, np.arctan(slope + wave * np.cos(i + phase) / step)

    return _along(rng, writers.any(height), length, place)


def _along(
    rng: np.random.Generator,
    writer: Writer,
    length: int,
    place: Callable[[int], tuple[float, float, float]],
) -> Block:
    """Draw digits whose middles are at the x and y of `place`, with its angle or upright."""
    block = Block()
    is_turned = chance(rng, 0.6)
    for i, character in enumerate(texts.plain_digits(rng, length)):
        x, y, angle = place(i)
        if (glyph := writer.glyph(character)) is not None:
            if is_turned:
                glyph = turned(glyph, writer.height, angle)
            block.put(character, glyph, x - glyph.advance / 2, y - writer.height / 2)
    return block


def _slanted_rows(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw rows of numbers of one slope, as on a sheet without lines."""
    block, writer = Block(), writers.hand(height)
    slope = rng.normal(0, 0.12)
    line_height = rng.uniform(1.4, 2.2) * height
    for row in range(fitting(rng, line_height, 2, 5)):
        x = rng.normal(0, 0.3) * height
        for character in fitted(rng, texts.number, height):
            x = block.write(writer, character, x, row * line_height + slope * x)
    return block


UNEVEN: dict[Layout, float] = {
    _heading: 3,
    _ones: 5,
    _spaced: 3,
    _touching: 3,
    _arc: 1.5,
    _bent_row: 2,
    _slanted_rows: 2,
}
"""These layouts, and how often each is drawn relative to the others."""
