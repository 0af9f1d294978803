"""Layouts without a digit: codes, logos, doodles, lines, patterns, charts, tools, words.

None may look like a digit: no lone upright stroke as long as a 1, no lone ring shaped like a 0.
"""

from itertools import pairwise

import numpy as np

from lenet.drawing.doodles import DOODLES
from lenet.drawing.letters import SIGNS
from lenet.drawing.pen import Ink, grain
from lenet.drawing.scenes.block import Block, Layout, Writers
from lenet.drawing.scenes.displays import LABELS
from lenet.drawing.scenes.shapes import (
    SMALLEST,
    around,
    blurred,
    ellipse,
    frame,
    letter,
    panel,
    polar,
    rectangle,
    segment,
    turned,
    within,
)
from lenet.drawing.scenes.texts import lone_letter, word, words
from lenet.drawing.scenes.things import bars
from lenet.drawing.strokes import Floats, write

# Signs and doodles that look like a digit or a 1 in some hand are left out.
_LIKE_DIGITS = {
    "minus", "divided by", "equals", "less", "greater", "left bracket", "right bracket", "tick",
    "square bracket", "question", "exclamation", "dollar-like", "crossed out", "infinity", "arc",
    "spiral", "big", "sum", "root", "tav", "so (Hangul)", "dots", "wave",
}  # fmt: skip
_STYLES = [style for style in (*SIGNS, *DOODLES) if style.name not in _LIKE_DIGITS]


def _size(rng: np.random.Generator, height: float, low: float = 1.5, high: float = 7) -> float:
    """Return the size of a thing beside digits of this height, in pixels."""
    return float(np.clip(height * rng.uniform(low, high), 12, 240))


def _width(rng: np.random.Generator, height: float) -> float:
    """Return the width of lines beside digits of this height, in pixels."""
    return max(0.6, float(np.exp(rng.uniform(np.log(0.02), np.log(0.2)))) * height)


def _smooth(points: Floats, steps: int = 8) -> Floats:
    """Return a smooth line near some points, float64 (m, 2)."""
    at = np.linspace(0, len(points) - 1, steps * len(points))
    line = np.stack([np.interp(at, np.arange(len(points)), axis) for axis in points.T], 1)
    padded = np.pad(line, ((steps, steps), (0, 0)), "edge")
    kernel = np.hanning(2 * steps + 3)[1:-1]
    kernel /= kernel.sum()
    return np.stack([np.convolve(axis, kernel, "valid") for axis in padded.T], 1)


def _shade(rng: np.random.Generator) -> float:
    return float(rng.choice([1, 1, 1, 0.7, 0.4, 0.2]))


def bar_code(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a barcode without digits, upright or on its side."""
    block = Block()
    size = _size(rng, height, 3, 8), _size(rng, height, 1, 4)
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
    unit = max(1, round(_size(rng, height, 2, 6) / cells))
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
    size = _size(rng, height, 1.5, 4) / 2
    block, kind = Block(), int(rng.integers(6))
    if kind == 0:
        _star(block, size, int(rng.integers(4, 13)), 1)
    elif kind == 1:
        arc = ellipse(0, 0, size, None, 0.1, float(rng.uniform(0.6, 0.95)))
        block.fill(np.concatenate([arc, [(0, 0)]]), _shade(rng))
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
            block.fill(_smooth(tip), 1 if side > 0 else 0.6)
    else:
        for turns in np.arange(5) / 5:
            block.fill(ellipse(*polar(0, 0, 0.6 * size, float(turns)), 0.38 * size), _shade(rng))
    if rng.random() < 0.5:
        name = writers.font(max(SMALLEST, 0.5 * size))
        letter(block, name, word(rng), (0, 1.6 * size))
    return block


def arrow(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return an arrow, straight or bent, with an open or a solid head."""
    long = _size(rng, height, 2, 8)
    bend = float(rng.normal(0, 0.2)) * long
    tail, tip = np.array([0, 0.0]), np.array([long, 0])
    width = _width(rng, height)
    angle = float(rng.choice([0, 0.25, 0.5, 0.75])) + float(rng.normal(0, 0.06))
    cos, sin = np.cos(2 * np.pi * angle), np.sin(2 * np.pi * angle)
    turn = np.array([[cos, sin], [-sin, cos]])
    shaft = _smooth(np.array([tail, (long / 2, bend), tip]))
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
    size = _size(rng, height, 1, 5)
    width = min(_width(rng, height), style.thickest * size)
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
    w, h = _size(rng, height, 2, 7), _size(rng, height, 0.8, 2.5)
    if rng.random() < 0.5:
        writer = writers.hand(max(SMALLEST, 0.6 * h))
        letter(block, writer, words(rng, 1), (w / 2, h / 2))
    count = int(rng.integers(8, 26))
    along = np.linspace(0, 1, count)[:, None]
    points = rng.random((count, 2)) * (0.25 if rng.random() < 0.6 else 1, 1) + along * (0.75, 0)
    block.line(_smooth(points * (w, h)), min(_width(rng, height), 0.1 * h + 0.6))
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
    block.line(_smooth(points), max(0.7, float(rng.uniform(0.02, 0.07)) * size))
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
        block.line(_smooth(points), _width(rng, height), _shade(rng))
    return block


def hatching(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return many parallel strokes: hatching, a comb, blinds, a fence, a scale without numbers."""
    count = int(rng.integers(9, 40))
    pitch = max(2.5, min(240 / count, height * float(rng.uniform(0.15, 1))))
    long, lean = _size(rng, height, 0.5, 5), float(rng.choice([0, 0, 0.3, -0.4, 0.8]))
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
    width = _width(rng, 0.7 * min(height, 30))
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
    h = max(45.0, _size(rng, height, 3, 8))
    w = 0.12 * h
    if rng.random() < 0.5:
        points = np.array(
            [(1, 0), (0.3, 0.1), (0.4, 0.4), (-0.5, 0.5), (0.4, 0.6), (0.3, 0.9), (1, 1)]
        )
        shape = _smooth(points * (w, h), 4)
    else:
        shape = np.array([(1, 0), (0, 0), (0, 1), (1, 1)]) * (w, h)
    block = Block()
    width = _width(rng, min(height, 30))
    side = float(rng.choice([-1, 1]))
    block.line(shape * (side, 1), width)
    if rng.random() < 0.4:
        block.line((shape - (4 * h * 0.5, 0)) * (-side, 1), width)
    return block


def shapes(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a flat ellipse, a triangle, a polygon, a solid disc, rings in each other."""
    size, kind = _size(rng, height, 0.8, 4), int(rng.integers(6))
    width, block = _width(rng, height), Block()
    fill = None if rng.random() < 0.5 else _shade(rng)
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
        block.fill(ellipse(0, 0, size / 2), _shade(rng))
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


def music(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a stave with notes."""
    space = max(3.0, min(14.0, 0.4 * height))
    w = min(260.0, space * float(rng.uniform(12, 30)))
    block = Block()
    for i in range(5):
        block.line(segment((0, i * space), (w, i * space)), max(0.6, 0.1 * space))
    x = 2 * space
    while x < w - space:
        y = float(rng.integers(0, 9)) * space / 2
        block.fill(ellipse(x, y, 0.65 * space, 0.45 * space), 1)
        up = -1 if y > 2 * space else 1
        stem = (x - up * 0.6 * space, y), (x - up * 0.6 * space, y + up * 3.2 * space)
        block.line(segment(*stem), max(0.6, 0.12 * space))
        if rng.random() < 0.3:
            block.line(
                segment(stem[1], (stem[1][0] + 0.9 * space, stem[1][1] - up * space)), 0.2 * space
            )
        x += space * float(rng.uniform(2, 3.5))
        if rng.random() < 0.15:
            block.line(segment((x, 0), (x, 4 * space)), max(0.6, 0.12 * space))
            x += 1.5 * space
    return block


def map_lines(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return roads, rivers, borders or contour lines of a map, perhaps with a name."""
    size = _size(rng, height, 4, 10)
    block = Block()
    for _ in range(int(rng.integers(2, 6))):
        start, way = rng.random(2) * size, rng.normal(0, 1, 2)
        steps = way / np.hypot(*way) * size / 8 + rng.normal(0, size / 16, (9, 2))
        line = _smooth(start + np.cumsum(steps, 0))
        width, shade = _width(rng, 0.6 * min(height, 40)), _shade(rng)
        block.line(line, width, shade)
        if rng.random() < 0.3:
            block.line(line, 0.5 * width, 0)
    if rng.random() < 0.5:
        letter(
            block, writers.font(max(SMALLEST, 0.6 * height)), words(rng, 1), (size / 2, size / 2)
        )
    return block


def chart(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return axes with bars or a curve, or a pie, without numbers."""
    w, h = _size(rng, height, 4, 9), _size(rng, height, 3, 7)
    block, kind = Block(), int(rng.integers(3))
    width = max(0.8, 0.008 * w)
    if kind == 2:
        edges = np.sort(np.concatenate([[0, 1], rng.random(3)]))
        for start, end in pairwise(edges.tolist()):
            part = ellipse(0, 0, h / 2, None, start, end)
            panel(block, np.concatenate([part, [(0, 0)], part[:1]]), float(rng.random()), width)
        return block
    block.line(np.array([(0, -h), (0, 0), (w, 0)]), width)
    count = int(rng.integers(4, 12))
    values = rng.uniform(0.1, 0.95, count) * h
    step = w / count
    if kind == 0:
        for i, value in enumerate(values):
            block.fill(rectangle((i + 0.2) * step, -value, 0.6 * step, value), _shade(rng))
    else:
        points = np.stack([(np.arange(count) + 0.5) * step, -values], 1)
        block.line(points if rng.random() < 0.5 else _smooth(points), 1.5 * width)
        for x, y in points:
            block.fill(ellipse(x, y, 2 * width), 1)
    writer = writers.font(max(SMALLEST, 0.08 * h))
    letter(block, writer, word(rng), (w / 2, 0.15 * h))
    return block


def texture(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a patch of wood, cloth, plaster or brushed metal."""
    w, h = int(_size(rng, height, 4, 10)), int(_size(rng, height, 3, 8))
    kind = int(rng.integers(4))
    noise = grain(float(rng.choice([0.8, 1.5, 3])), int(rng.integers(3)), 256)[:h, :w]
    y, x = np.mgrid[:h, :w]
    if kind == 0:
        flow = 0.03 * y + 0.004 * x + 0.35 * grain(12, 7, 256)[:h, :w]
        field = np.sin(2 * np.pi * flow * float(rng.uniform(1, 4))) + 0.4 * noise
    elif kind == 1:
        pitch = float(rng.uniform(2.5, 7))
        field = np.sin(2 * np.pi * x / pitch) * np.sign(np.sin(np.pi * y / pitch)) + 0.5 * noise
    elif kind == 2:
        field = noise
    else:
        field = np.repeat(noise[:, :1], w, 1) + 0.3 * noise
    strength = float(rng.uniform(0.1, 0.5))
    ink: Ink = np.clip(255 * strength * (0.5 + 0.4 * field), 0, 255).astype(np.uint8)
    block = Block()
    block.mark(np.ascontiguousarray(ink.T) if rng.random() < 0.3 else ink, 0, 0)
    return block


def bricks(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a wall of bricks, a floor of tiles or boards."""
    w, h = np.clip(height * rng.uniform((1.5, 0.8), (4, 2)), 6, 90).tolist()
    columns, rows = int(min(8, 260 / w)), int(min(8, 260 / h))
    block = Block()
    joint = max(0.8, 0.1 * h)
    shades = rng.uniform(0.3, 0.9) + rng.normal(0, 0.08, (rows, columns + 1))
    for row in range(rows):
        for column in range(columns + 1):
            x = (column - 0.5 * (row % 2)) * w
            brick = rectangle(x, row * h, w - joint, h - joint)
            block.fill(brick, float(np.clip(shades[row, column], 0, 1)))
    return block


def chain(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a chain, a cable, a rope or a zip along a curve."""
    size = _size(rng, height, 4, 9)
    line = _smooth(np.cumsum(rng.normal((0.25, 0), 0.25, (6, 2)), 0) * size, 10)
    block, kind = Block(), int(rng.integers(3))
    thick = max(2.0, min(14.0, 0.3 * height))
    if kind == 0:
        block.line(line, thick, _shade(rng))
        block.line(line - 0.2 * thick, max(0.6, 0.2 * thick), 0)
        block.fill(rectangle(line[-1, 0], line[-1, 1] - thick, 3 * thick, 2 * thick, thick / 3), 1)
        return block
    walk = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    for i, at in enumerate(np.arange(0, walk[-1], thick * (1.6 if kind == 1 else 0.8))):
        x, y = (float(np.interp(at, walk, axis)) for axis in line.T)
        if kind == 1:
            flat = (1.2, 0.7) if i % 2 else (1.2, 0.25)
            block.line(ellipse(x, y, flat[0] * thick, flat[1] * thick), 0.3 * thick)
        else:
            block.line(
                segment((x - thick / 2, y - thick / 2), (x + thick / 2, y + thick / 2)), 0.3 * thick
            )
    return block


def tool(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a pen, a hammer, a spanner, scissors, a leaf or a cup, solid or as an outline."""
    size, kind = min(200.0, max(50.0, _size(rng, height, 3, 7))), int(rng.integers(5))
    part, shade = Block(), float(rng.uniform(0.4, 1))
    edge = max(1, 0.015 * size)
    fill = shade if rng.random() < 0.6 else None
    if kind == 0:
        panel(part, rectangle(0, 0, size, 0.09 * size), fill, edge)
        panel(
            part,
            np.array([(size, 0), (1.15 * size, 0.045 * size), (size, 0.09 * size), (size, 0)]),
            0.5,
            edge,
        )
        part.fill(rectangle(0.1 * size, 0, 0.03 * size, 0.09 * size), 1)
    elif kind == 1:
        panel(part, rectangle(0, -0.04 * size, size, 0.08 * size, 0.04 * size), fill, edge)
        panel(part, rectangle(-0.1 * size, -0.2 * size, 0.16 * size, 0.4 * size), shade, edge)
    elif kind == 2:
        for side in (-1, 1):
            part.line(ellipse(0, side * 0.15 * size, 0.16 * size, 0.11 * size), 0.04 * size)
            blade = np.array([(0.12, 0.1), (0.4, 0), (1, -0.1), (0.4, -0.04)]) * (size, side * size)
            panel(part, np.concatenate([blade, blade[:1]]), shade, edge)
    elif kind == 3:
        half = np.array([(0, 0), (0.3, -0.22), (0.7, -0.2), (1, 0)])
        leaf = np.concatenate([_smooth(half), _smooth(half * (1, -1))[::-1]]) * size
        panel(part, leaf, fill, edge)
        part.line(segment((-0.1 * size, 0), (size, 0)), edge, 0 if fill else 1)
        for x in np.arange(0.2, 0.9, 0.15) * size:
            for side in (-1, 1):
                part.line(
                    segment((x, 0), (x + 0.1 * size, side * 0.12 * size)), edge, 0.2 if fill else 1
                )
    else:
        panel(part, rectangle(0, 0, 0.6 * size, 0.55 * size, 0.1 * size), shade, edge)
        part.line(
            ellipse(0.66 * size, 0.25 * size, 0.14 * size, 0.16 * size, -0.25, 0.25), 0.05 * size
        )
    ink, _, _ = part.silhouette()
    if fill is None or rng.random() < 0.6:
        return part
    block = Block()
    block.mark(turned(ink, float(rng.random())), 0, 0, shade)
    return block


def text(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return words or lone letters without any number: lines, a list, a heading."""
    writer = writers.font(height) if rng.random() < 0.4 else writers.hand(height)
    rows = int(np.clip(200 / (1.6 * height), 1, rng.integers(1, 7)))
    longest = max(3, int(400 / height))
    block = Block()
    for i in range(rows):
        content = words(rng)[:longest] if rng.random() < 0.8 else lone_letter(rng)
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


def on_desk(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return what lies on paper: a coffee ring, tape, a fold, punched holes, staples, clips."""
    block, kind = Block(), int(rng.integers(6))
    if kind == 0:
        radius = float(rng.uniform(60, 120))
        ring = Block()
        outline = ellipse(0, 0, radius, 0.96 * radius, 0, float(rng.uniform(0.6, 1)))
        ring.line(outline, float(rng.uniform(2, 7)))
        ink, x, y = ring.silhouette(6)
        block.mark(blurred(ink, 1.5), x, y, float(rng.uniform(0.15, 0.5)))
        block.fill(ellipse(1.1 * radius, 0.5 * radius, 4), 0.3)
    elif kind == 1:
        w, h = rng.uniform((50, 18), (150, 45))
        panel(block, rectangle(0, 0, w, h), float(rng.uniform(0.08, 0.3)), 1, 0.4)
    elif kind == 2:
        end = rng.uniform((150, -20), (270, 20))
        fold = np.stack([np.zeros(2), end])
        block.line(fold, float(rng.uniform(1, 4)), float(rng.uniform(0.15, 0.4)))
        block.line(fold + 2, 1, 0.1)
    elif kind == 3:
        radius = max(4.0, min(18.0, 0.5 * height))
        for i in range(int(rng.choice([2, 2, 4]))):
            panel(block, ellipse(0, i * radius * 8, radius), float(rng.choice([0.8, 1])), 1, 0.6)
    elif kind == 4:
        wide = max(12.0, min(30.0, height))
        block.line(np.array([(0, 3), (0, 0), (wide, 0), (wide, 3)]), max(1, 0.08 * wide), 0.8)
    else:
        size = max(24.0, min(70.0, 2 * height))
        for share in (1, 0.75):
            part_size = share * size
            block.line(rectangle(0, 0.1 * part_size, part_size, 0.3 * part_size, size), 2, 0.8)
    return block


def furniture(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return edges and panels of furniture, doors, shelves or buildings."""
    block = Block()
    for _ in range(int(rng.integers(1, 5))):
        corner, size = rng.uniform(0, 120, 2), rng.uniform(30, 170, 2)
        outline = frame(corner, corner + size) + rng.normal(0, 8, 2) * rng.random((5, 1))
        outline[-1] = outline[0]
        fill = None if rng.random() < 0.5 else float(rng.uniform(0.1, 0.9))
        panel(block, outline, fill, float(rng.uniform(1, 6)), _shade(rng))
        if rng.random() < 0.4:
            x, y = corner + 0.5 * size
            block.fill(ellipse(x, y, float(rng.uniform(3, 9))), 1)
    return block


def crowd(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return dots, blades of grass, leaves or pebbles strewn over a patch."""
    size = _size(rng, height, 3, 8)
    block, kind = Block(), int(rng.integers(3))
    unit = max(1.5, 0.06 * size)
    for x, y in rng.random((int(rng.integers(15, 50)), 2)) * size:
        if kind == 0:
            block.fill(ellipse(x, y, unit * float(rng.uniform(0.4, 1.2))), _shade(rng))
        elif kind == 1:
            blade = np.array(
                [
                    (x, y),
                    (x + float(rng.normal(0, 2)) * unit, y - 2 * unit),
                    (x + float(rng.normal(0, 4)) * unit, y - 4 * unit),
                ]
            )
            block.line(_smooth(blade, 4), max(0.6, 0.15 * unit), _shade(rng))
        else:
            points = np.array(
                [polar(x, y, unit * float(rng.uniform(0.8, 2)), i / 6) for i in range(6)]
            )
            panel(block, _smooth(np.concatenate([points, points[:1]]), 3), _shade(rng), 0.7)
    return block


CLUTTER: dict[Layout, float] = {
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
    music: 0.4,
    map_lines: 0.8,
    chart: 0.8,
    texture: 1,
    bricks: 0.6,
    chain: 0.6,
    tool: 1,
    text: 4,
    keyboard: 0.5,
    on_desk: 1.2,
    furniture: 1.2,
    crowd: 0.8,
}
