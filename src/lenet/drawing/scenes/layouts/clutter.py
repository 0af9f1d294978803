"""Layouts without a digit: codes, logos, doodles, lines, patterns, charts, tools, words.

None may look like a digit: no lone upright stroke as long as a 1, no lone ring shaped like a 0.
"""

import numpy as np

from lenet.drawing.doodles import DOODLES
from lenet.drawing.letters import SIGNS
from lenet.drawing.scenes.block import SMALLEST, Block, Layout, Writers
from lenet.drawing.scenes.layouts.displays import LABELS
from lenet.drawing.scenes.layouts.pictograms import PICTURED
from lenet.drawing.scenes.layouts.shapes import (
    around,
    ellipse,
    letter,
    panel,
    polar,
    rectangle,
    segment,
    within,
)
from lenet.drawing.scenes.layouts.surroundings import (
    SURROUNDINGS,
    any_shade,
    size_beside,
    smooth,
    width_beside,
)
from lenet.drawing.scenes.layouts.things import bars
from lenet.drawing.scenes.texts import lone_letter, word, words
from lenet.drawing.strokes import write

# Signs and doodles that look like a digit or a 1 in some hand are left out.
_LIKE_DIGITS = {
    "minus", "divided by", "equals", "less", "greater", "left bracket", "right bracket", "tick",
    "square bracket", "question", "exclamation", "dollar-like", "crossed out", "infinity", "arc",
    "spiral", "big", "sum", "root", "tav", "so (Hangul)", "dots", "wave",
}  # fmt: skip
_STYLES = [style for style in (*SIGNS, *DOODLES) if style.name not in _LIKE_DIGITS]


def bar_code(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a barcode without digits, upright or on its side."""
    block = Block()
    size = size_beside(rng, height, 3, 8), size_beside(rng, height, 1, 4)
    bars(rng, block, (0, 0), size)
    if rng.random() < 0.7:
        return block
    ink, _, _ = block.silhouette()
    on_side = Block()
    on_side.mark(np.ascontiguousarray(ink.T), 0, 0)
    return on_side


def square_code(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a QR code or a data matrix."""
    cells = int(rng.integers(14, 34))
    bits = rng.random((cells, cells)) < 0.5
    if rng.random() < 0.7:
        ring = np.ones((7, 7), bool)
        ring[1:6, 1:6] = False
        ring[2:5, 2:5] = True
        for place in (np.s_[:8, :8], np.s_[:8, -8:], np.s_[-8:, :8]):
            bits[place] = False
        for place in (np.s_[:7, :7], np.s_[:7, -7:], np.s_[-7:, :7]):
            bits[place] = ring
    else:
        bits[:, 0] = bits[-1] = True
        bits[0] = np.arange(cells) % 2 == 0
        bits[:, -1] = np.arange(cells) % 2 == 1
    unit = max(1, round(size_beside(rng, height, 2, 6) / cells))
    block = Block()
    block.mark(np.kron(bits, np.full((unit, unit), 255)).astype(np.uint8), 0, 0)
    return block


def stamp(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a round stamp or a logo with words along its ring."""
    radius = max(18.0, min(110.0, height * float(rng.uniform(1.5, 3.5))))
    size = max(SMALLEST, 0.22 * radius)
    block = Block()
    shade = float(rng.choice([1, 0.7, 0.5]))
    width = max(0.8, float(rng.uniform(0.02, 0.08)) * radius)
    for part in (1.0, 0.62 - 0.3 * float(rng.random() < 0.3)):
        block.line(ellipse(0, 0, part * radius), width, shade)
    writer = writers.font(size)
    text = f"{word(rng)} {word(rng)}".upper()[: int(radius / size * 4)]
    around(block, writer, text, (0, 0), 0.81 * radius, 0.75, shade)
    if rng.random() < 0.5:
        around(block, writer, word(rng).upper(), (0, 0), 0.81 * radius, 0.25, shade)
    if rng.random() < 0.5:
        letter(block, writers.font(1.5 * size), lone_letter(rng), (0, 0), shade)
    else:
        _star(block, 0.4 * radius, int(rng.integers(4, 9)), shade)
    return block


def _star(block: Block, radius: float, corners: int, shade: float) -> None:
    points = [
        polar(0, 0, radius * (1 - 0.55 * (i % 2)), i / corners / 2) for i in range(2 * corners)
    ]
    block.fill(np.array(points), shade)


def logo(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a solid sign: a star, a pie, a wave in a disc, stacked bars, a leaf, a drop."""
    size = size_beside(rng, height, 1.5, 4) / 2
    block, kind = Block(), int(rng.integers(6))
    if kind == 0:
        _star(block, size, int(rng.integers(4, 13)), 1)
    elif kind == 1:
        arc = ellipse(0, 0, size, None, 0.1, float(rng.uniform(0.6, 0.95)))
        block.fill(np.concatenate([arc, [(0, 0)]]), any_shade(rng))
        panel(block, ellipse(0, 0, 0.35 * size), 0)
    elif kind == 2:
        block.fill(ellipse(0, 0, size), 1)
        x = np.linspace(-0.9, 0.9, 30) * size
        for y in (-0.3, 0, 0.3):
            block.line(np.stack([x, (y + 0.12 * np.sin(6 * x / size)) * size], 1), 0.1 * size, 0)
    elif kind == 3:
        for i in range(3):
            block.fill(rectangle(-size, (0.7 * i - 1) * size, 2 * size, 0.4 * size, 0.1 * size), 1)
    elif kind == 4:
        for side in (-1, 1):
            tip = np.array([(0, -size), (side * 0.6 * size, 0), (0, size)])
            block.fill(smooth(tip), 1 if side > 0 else 0.6)
    else:
        for turns in np.arange(5) / 5:
            block.fill(ellipse(*polar(0, 0, 0.6 * size, float(turns)), 0.38 * size), any_shade(rng))
    if rng.random() < 0.5:
        name = writers.font(max(SMALLEST, 0.5 * size))
        letter(block, name, word(rng), (0, 1.6 * size))
    return block


def arrow(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return an arrow, straight or bent, with an open or a solid head."""
    long = size_beside(rng, height, 2, 8)
    bend = float(rng.normal(0, 0.2)) * long
    tail, tip = np.array([0, 0.0]), np.array([long, 0])
    width = width_beside(rng, height)
    angle = float(rng.choice([0, 0.25, 0.5, 0.75])) + float(rng.normal(0, 0.06))
    cos, sin = np.cos(2 * np.pi * angle), np.sin(2 * np.pi * angle)
    turn = np.array([[cos, sin], [-sin, cos]])
    shaft = smooth(np.array([tail, (long / 2, bend), tip]))
    head = max(4.0, 0.15 * long) + 2 * width
    slope = -np.arctan2(2 * bend, long)
    sides = [tip - head * np.array([np.cos(slope + d), np.sin(slope + d)]) for d in (-0.5, 0.5)]
    block = Block()
    block.line(shaft @ turn, width)
    triangle = np.array([sides[0], tip, sides[1]]) @ turn
    if rng.random() < 0.5:
        block.fill(triangle, 1)
    else:
        block.line(triangle, width)
    return block


def drawing(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a sign or a doodle drawn by hand: a smiley, a check mark, a cross, a scribble."""
    style = _STYLES[int(rng.integers(len(_STYLES)))]
    size = size_beside(rng, height, 1, 5)
    width = min(width_beside(rng, height), style.thickest * size)
    block = Block()
    for line in write(style, 1, rng):
        block.line(line[0] * size, width)
    return block


def check_boxes(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return boxes below or beside each other, some checked or crossed, with words."""
    block = Block()
    size = max(7.0, height * float(rng.uniform(0.8, 1.5)))
    count = int(np.clip(250 / (1.7 * size), 1, rng.integers(1, 6)))
    width = max(0.8, 0.06 * size)
    upright = rng.random() < 0.7
    writer = writers.any(max(SMALLEST, 0.7 * size))
    for i in range(count):
        x, y = (0.0, 1.6 * size * i) if upright else (1.7 * size * i, 0.0)
        block.line(rectangle(x, y, size, size), width, 0.8)
        roll = rng.random()
        if roll < 0.3:
            tick = np.array([(0.15, 0.5), (0.4, 0.9), (1.1, -0.2)]) + rng.normal(0, 0.06, (3, 2))
            block.line((x, y) + tick * size, 1.5 * width)
        elif roll < 0.6:
            for ends in ([(0, 0), (1, 1)], [(1, 0), (0, 1)]):
                block.line(
                    (x, y) + (np.array(ends) + rng.normal(0, 0.07, (2, 2))) * size, 1.5 * width
                )
        if upright:
            block.write(writer, words(rng, 1), x + 1.5 * size, y + 0.15 * size)
    return block


def scribble(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a wild line, or a word that is crossed out with one."""
    block = Block()
    w, h = size_beside(rng, height, 2, 7), size_beside(rng, height, 0.8, 2.5)
    if rng.random() < 0.5:
        writer = writers.hand(max(SMALLEST, 0.6 * h))
        letter(block, writer, words(rng, 1), (w / 2, h / 2))
    count = int(rng.integers(8, 26))
    along = np.linspace(0, 1, count)[:, None]
    points = rng.random((count, 2)) * (0.25 if rng.random() < 0.6 else 1, 1) + along * (0.75, 0)
    block.line(smooth(points * (w, h)), min(width_beside(rng, height), 0.1 * h + 0.6))
    return block


def signature(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a signature: loops that run to the right, with a flourish, perhaps on a line."""
    size = min(50.0, height * float(rng.uniform(0.8, 2)))
    count = int(rng.integers(14, 30))
    phase = np.cumsum(rng.uniform(0.9, 2.2, count))
    tall = rng.uniform(0.15, 0.5, count) * np.where(rng.random(count) < 0.2, 2.2, 1)
    x = np.cumsum(rng.uniform(0.05, 0.3, count)) + 0.25 * np.cos(phase)
    points = np.stack([x, tall * np.sin(phase)], 1) * size
    end = points[-1]
    points = np.concatenate(
        [points, end + np.array([(0.8 * size, -0.2 * size), rng.normal(0, size, 2)])]
    )
    block = Block()
    block.line(smooth(points), max(0.7, float(rng.uniform(0.02, 0.07)) * size))
    if rng.random() < 0.4:
        y = 0.7 * size
        block.line(segment((-0.3 * size, y), (float(end[0]) + size, y)), 1, 0.6)
    return block


def lines(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return one to three long lines: upright, level or slanted, straight or bent."""
    block = Block()
    angle = float(rng.choice([0, 0.25, 0.25, 0.25])) + float(rng.choice([0, 1])) * float(
        rng.normal(0, 0.05)
    )
    long = min(280.0, max(70.0, 5 * height, height * float(rng.uniform(4, 12))))
    for _ in range(int(rng.choice([1, 1, 2, 3]))):
        start = rng.normal(0, 0.15 * long, 2)
        way = polar(0, 0, long * float(rng.uniform(0.8, 1)), angle + float(rng.normal(0, 0.01)))
        end = start + way
        points = np.array([start, (start + end) / 2 + rng.normal(0, 0.01 * long, 2), end])
        block.line(smooth(points), width_beside(rng, height), any_shade(rng))
    return block


def hatching(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return many parallel strokes: hatching, a comb, blinds, a fence, a scale without numbers."""
    count = int(rng.integers(9, 40))
    pitch = max(2.5, min(240 / count, height * float(rng.uniform(0.15, 1))))
    long, lean = size_beside(rng, height, 0.5, 5), float(rng.choice([0, 0, 0.3, -0.4, 0.8]))
    width = max(0.6, pitch * float(rng.uniform(0.1, 0.6)))
    every = int(rng.choice([1, 5, 10]))
    jitter = float(rng.choice([0, 0.1])) * pitch
    level = rng.random() < 0.4
    block = Block()
    for i in range(count):
        x = i * pitch + float(rng.normal(0, jitter + 1e-6))
        high = long if i % every == 0 else 0.6 * long
        stroke = np.array([(x + lean * high, 0.0), (x, high)])
        block.line(stroke[:, ::-1] if level else stroke, width)
    if rng.random() < 0.4:
        bar = np.array([(0.0, 0.0), ((count - 1) * pitch, 0.0)])
        block.line(bar[:, ::-1] if level else bar, width)
    return block


def grid(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return an empty table or grid, a lattice, a window, a chessboard."""
    columns, rows = rng.integers(2, 11, 2).tolist()
    cell = np.minimum(height * rng.uniform((1, 0.8), (4, 2.5)), 260 / np.array([columns, rows]))
    w, h = cell * (columns, rows)
    block = Block()
    width = width_beside(rng, 0.7 * min(height, 30))
    checked = rng.random() < 0.2
    for i in range(columns * rows if checked else 0):
        if (i % columns + i // columns) % 2:
            block.fill(rectangle(i % columns * cell[0], i // columns * cell[1], *cell), 0.8)
    for i in range(columns + 1):
        block.line(segment((i * cell[0], 0), (i * cell[0], h)), width)
    for i in range(rows + 1):
        block.line(segment((0, i * cell[1]), (w, i * cell[1])), width)
    if rng.random() < 0.4:
        writer = writers.font(max(SMALLEST, 0.45 * float(cell[1])))
        for i in range(columns):
            if cell[0] > 2.5 * writer.height:
                letter(block, writer, lone_letter(rng), ((i + 0.5) * cell[0], 0.5 * cell[1]))
    return block


def bracket(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a large brace or a pair of brackets."""
    h = max(45.0, size_beside(rng, height, 3, 8))
    w = 0.12 * h
    if rng.random() < 0.5:
        points = np.array(
            [(1, 0), (0.3, 0.1), (0.4, 0.4), (-0.5, 0.5), (0.4, 0.6), (0.3, 0.9), (1, 1)]
        )
        shape = smooth(points * (w, h), 4)
    else:
        shape = np.array([(1, 0), (0, 0), (0, 1), (1, 1)]) * (w, h)
    block = Block()
    width = width_beside(rng, min(height, 30))
    side = float(rng.choice([-1, 1]))
    block.line(shape * (side, 1), width)
    if rng.random() < 0.4:
        block.line((shape - (4 * h * 0.5, 0)) * (-side, 1), width)
    return block


def shapes(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a flat ellipse, a triangle, a polygon, a solid disc, rings in each other."""
    size, kind = size_beside(rng, height, 0.8, 4), int(rng.integers(6))
    width, block = width_beside(rng, height), Block()
    fill = None if rng.random() < 0.5 else any_shade(rng)
    if kind == 0:
        panel(block, ellipse(0, 0, size, size * float(rng.uniform(0.25, 0.5))), fill, width)
    elif kind == 1:
        corners = int(rng.integers(3, 8))
        angles = np.sort(rng.uniform(0, 1, corners))
        points = np.array(
            [polar(0, 0, size * float(rng.uniform(0.7, 1)), float(a)) for a in angles]
        )
        panel(block, np.concatenate([points, points[:1]]), fill, width)
    elif kind == 2:
        block.fill(ellipse(0, 0, size / 2), any_shade(rng))
    elif kind == 3:
        for part in np.linspace(0.25, 1, int(rng.integers(3, 6))):
            block.line(ellipse(0, 0, float(part) * size), min(width, 0.06 * size))
    elif kind == 4:
        panel(block, rectangle(0, 0, 1.8 * size, size, 0.2 * size), fill, width)
        block.fill(np.array([(0.3 * size, size), (0.5 * size, size), (0.2 * size, 1.4 * size)]), 1)
    else:
        corners = int(rng.choice([3, 4, 5, 6]))
        points = np.array([polar(0, 0, size, (i + 0.25) / corners) for i in range(corners + 1)])
        panel(block, points, fill, width)
        block.fill(ellipse(0, 0, 0.2 * size), 1)
    return block


def text(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return words or lone letters without any number: lines, a list, a heading."""
    writer = writers.font(height) if rng.random() < 0.4 else writers.hand(height)
    rows = int(np.clip(200 / (1.6 * height), 1, rng.integers(1, 7)))
    longest = max(3, int(400 / height))
    in_capitals = rng.random() < 0.3  # as many write on notes
    block = Block()
    for i in range(rows):
        content = words(rng)[:longest] if rng.random() < 0.8 else lone_letter(rng)
        if in_capitals and len(content) > 1:
            content = content.upper()
        block.write(writer, content, 0, i * height * 1.6)
    if not block:  # a writer who has none of the signs
        block.write(writers.font(height), "KEY", 0, 0)
    return block


def keyboard(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return keys with letters and names."""
    height = within(height, 12, 8)
    writer, small = writers.font(height), writers.font(max(SMALLEST, 0.5 * height))
    pitch = height * float(rng.uniform(1.8, 2.4))
    fill = float(rng.choice([0, 0.1, 0.8, 1]))
    ink = 0.0 if fill > 0.5 else 1.0
    block = Block()
    for row, keys in enumerate(("WERTYUP", "AFHJKL", "XCVNM")[: int(rng.integers(1, 4))]):
        x = (0.3 * row + 0.8) * pitch
        name = LABELS[int(rng.integers(len(LABELS)))]
        panel(block, rectangle(x - 1.4 * pitch, row * pitch, 1.3 * pitch, 0.9 * pitch, 2), fill, 1)
        letter(block, small, name[:5], (x - 0.75 * pitch, (row + 0.45) * pitch), ink)
        for key in keys:
            panel(block, rectangle(x, row * pitch, 0.9 * pitch, 0.9 * pitch, 2), fill, 1)
            letter(block, writer, key, (x + 0.45 * pitch, (row + 0.45) * pitch), ink)
            x += pitch
    return block


CLUTTER: dict[Layout, float] = {
    **SURROUNDINGS,
    **PICTURED,
    bar_code: 1.5,
    square_code: 1,
    stamp: 1,
    logo: 1.2,
    arrow: 1.2,
    drawing: 2,
    check_boxes: 0.8,
    scribble: 1.2,
    signature: 1.2,
    lines: 2.5,
    hatching: 1.5,
    grid: 1.2,
    bracket: 0.6,
    shapes: 1.5,
    text: 8,
    keyboard: 0.5,
}
