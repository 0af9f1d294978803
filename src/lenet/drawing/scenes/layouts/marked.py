"""Layouts of numbers that are circled, underlined, framed, highlighted or struck out."""

import numpy as np

from lenet.drawing.scenes import texts
from lenet.drawing.scenes.block import Block, Layout, Writers
from lenet.drawing.scenes.layouts.placing import (
    PAGE,
    RIGHT,
    aligned,
    around,
    by_hand,
    chance,
    fitted,
    fitting,
    rectangle,
    ring,
    straight,
)


def _circled(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw a number in a ring, or some in a row of which one or all have a ring."""
    block, writer = Block(), writers.any(height)
    width = max(0.7, rng.uniform(0.02, 0.12) * height)
    x = 0.0
    count = fitting(rng, 2.5 * height, 1, 4) if chance(rng, 0.4) else 1
    is_printed, needs_all = chance(rng, 0.25), count == 1 or chance(rng, 0.6)
    for _ in range(count):
        part = Block()
        end = part.write(writer, texts.plain_digits(rng, int(rng.choice([1, 1, 2, 3]))), 0, 0)
        centre, radii = around(part, rng.uniform(0.05, 0.7) * height)
        if chance(rng, 0.7):
            radii = np.maximum(radii, 0.8 * radii.max())
        if needs_all or chance(rng, 0.4):
            if is_printed:
                angle = np.linspace(0, 2 * np.pi, 41)
                circle = np.stack([np.cos(angle), np.sin(angle)], 1)
                outline = centre + radii.max() * circle
            else:
                outline = ring(rng, centre + rng.normal(0, 0.08, 2) * height, radii)
            block.line(outline + np.array([x, 0]), width)
        block.append(part, x, 0)
        x += end + 2 * radii[0] - centre[0] + rng.uniform(0.2, 1) * height
    return block


def _underlined(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw a number with one or two lines below, perhaps one above."""
    block, part, writer = Block(), Block(), writers.any(height)
    make = texts.word if chance(rng, 0.15) else texts.number
    part.write(writer, fitted(rng, make, height), 0, 0)
    (left, _), (right, _) = part.bounds(characters_only=True)
    width = max(0.7, rng.uniform(0.02, 0.1) * height)
    y = rng.uniform(1, 1.35) * height
    space = rng.uniform(0.12, 0.25) * height
    wobble = 0.03 * height if chance(rng, 0.7) else 0
    heights = [y] + [y + space] * chance(rng, 0.3) + [-space] * chance(rng, 0.15)
    for y in heights:
        margin = rng.uniform(-0.1, 0.4, 2) * height
        tilt = rng.normal(0, 0.05) * height
        corners = straight(left - margin[0], y, right + margin[1], y + tilt)
        block.line(by_hand(rng, corners, wobble), width)
    block.append(part, 0, 0)
    return block


def _boxed_result(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw a number in a frame drawn by hand, often after words or an equals sign."""
    block, part = Block(), Block()
    writer = writers.hand(height) if chance(rng, 0.7) else writers.any(height)
    part.write(writer, fitted(rng, texts.number, height, 0.7 * PAGE), 0, 0)
    centre, (w, h) = around(part, rng.uniform(0.1, 0.5) * height)
    x, y = centre - (w, h)
    corners = np.concatenate([rectangle(x, y, 2 * w, 2 * h), [[x, y]]])
    wobble = 0.04 * height if chance(rng, 0.7) else 0
    block.line(by_hand(rng, corners, wobble), max(0.7, rng.uniform(0.02, 0.09) * height))
    block.append(part, 0, 0)
    if chance(rng, 0.5):
        before = "=" if chance(rng, 0.5) else texts.word(rng)
        aligned(block, writer, before, x - 0.4 * height, 0, RIGHT)
    return block


def _highlighted(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw text of which a number lies in a tint: a highlighter or a field of a form."""
    block, part = Block(), Block()
    writer = writers.any(height)
    part.write(writer, fitted(rng, texts.number, height, 0.8 * PAGE), 0, 0)
    centre, (w, h) = around(part, rng.uniform(0.05, 0.5) * height)
    shade = rng.uniform(0.1, 0.35)
    x, y = centre - (w, h)
    if chance(rng, 0.5):
        outline = rectangle(x, y, 2 * w, 2 * h)
    else:
        y_middle = centre[1] + rng.normal(0, 0.1) * height
        middle = by_hand(rng, straight(x, y_middle, x + 2 * w, y_middle), 0.03 * height)
        half = np.array([0, rng.uniform(0.4, 0.7) * height])
        outline = np.concatenate([middle - half, middle[::-1] + half])
    block.fill(outline, shade)
    block.append(part, 0, 0)
    if chance(rng, 0.5):
        aligned(block, writer, texts.word(rng), x - 0.3 * height, 0, RIGHT)
    if chance(rng, 0.4):
        text = fitted(rng, texts.number, height)
        block.write(writer, text, 0, rng.uniform(1.5, 2) * height)
    return block


def _struck_out(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Draw a number with a line through it, or scribbled over until nobody can read it."""
    block, part, writer = Block(), Block(), writers.hand(height)
    width = max(0.7, rng.uniform(0.03, 0.1) * height)
    number = fitted(rng, texts.plain_digits, height, 0.6 * PAGE)
    end = part.write(writer, number, 0, 0)
    (x0, y0), (x1, y1) = part.bounds(characters_only=True)
    if chance(rng, 0.7):
        block.append(part, 0, 0)
        for _ in range(int(rng.integers(1, 3))):
            left, right = rng.uniform(0.2, 0.8, 2) * height
            corners = straight(-0.2 * height, left, end + 0.1 * height, right)
            block.line(by_hand(rng, corners, 0.03 * height), width)
    else:
        turns = 2 * int(rng.integers(4, 9)) * len(number)
        corners = np.stack([np.linspace(x0, x1, turns), np.resize([y0, y1], turns)], 1)
        block.line(corners + rng.normal(0, 0.1, (turns, 2)) * height, 1.5 * width)
    if chance(rng, 0.6):
        better = fitted(rng, texts.plain_digits, height, 0.4 * PAGE)
        if chance(rng, 0.5):
            block.write(writer, better, rng.uniform(0, 0.3) * height, -1.3 * height)
        else:
            block.write(writer, better, end + 0.3 * height, 0)
    return block


MARKED: dict[Layout, float] = {
    _circled: 3,
    _underlined: 3,
    _boxed_result: 2,
    _highlighted: 2.5,
    _struck_out: 2,
}
"""These layouts, and how often each is drawn relative to the others."""
