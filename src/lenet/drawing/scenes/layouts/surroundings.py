"""Layouts of what surrounds writing: walls, cloth, furniture, tools, cables, charts, maps."""

from itertools import pairwise

import numpy as np

from lenet.drawing.pen import Ink, grain
from lenet.drawing.scenes.block import SMALLEST, Block, Layout, Writers
from lenet.drawing.scenes.layouts.shapes import (
    blurred,
    ellipse,
    frame,
    letter,
    panel,
    polar,
    rectangle,
    segment,
    turned,
)
from lenet.drawing.scenes.texts import word, words
from lenet.drawing.strokes import Floats


def size_beside(
    rng: np.random.Generator, height: float, low: float = 1.5, high: float = 7
) -> float:
    """Return the size of a thing beside digits of this height, in pixels."""
    return float(np.clip(height * rng.uniform(low, high), 12, 240))


def width_beside(rng: np.random.Generator, height: float) -> float:
    """Return the width of lines beside digits of this height, in pixels."""
    return max(0.6, float(np.exp(rng.uniform(np.log(0.02), np.log(0.2)))) * height)


def smooth(points: Floats, steps: int = 8) -> Floats:
    """Return a smooth line near some points, float64 (m, 2)."""
    at = np.linspace(0, len(points) - 1, steps * len(points))
    line = np.stack([np.interp(at, np.arange(len(points)), axis) for axis in points.T], 1)
    padded = np.pad(line, ((steps, steps), (0, 0)), "edge")
    kernel = np.hanning(2 * steps + 3)[1:-1]
    kernel /= kernel.sum()
    return np.stack([np.convolve(axis, kernel, "valid") for axis in padded.T], 1)


def any_shade(rng: np.random.Generator) -> float:
    """Return a shade, most often that of the ink."""
    return float(rng.choice([1, 1, 1, 0.7, 0.4, 0.2]))


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
    size = size_beside(rng, height, 4, 10)
    block = Block()
    for _ in range(int(rng.integers(2, 6))):
        start, way = rng.random(2) * size, rng.normal(0, 1, 2)
        steps = way / np.hypot(*way) * size / 8 + rng.normal(0, size / 16, (9, 2))
        line = smooth(start + np.cumsum(steps, 0))
        width, shade = width_beside(rng, 0.6 * min(height, 40)), any_shade(rng)
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
    w, h = size_beside(rng, height, 4, 9), size_beside(rng, height, 3, 7)
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
            block.fill(rectangle((i + 0.2) * step, -value, 0.6 * step, value), any_shade(rng))
    else:
        points = np.stack([(np.arange(count) + 0.5) * step, -values], 1)
        block.line(points if rng.random() < 0.5 else smooth(points), 1.5 * width)
        for x, y in points:
            block.fill(ellipse(x, y, 2 * width), 1)
    writer = writers.font(max(SMALLEST, 0.08 * h))
    letter(block, writer, word(rng), (w / 2, 0.15 * h))
    return block


def texture(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a patch of wood, cloth, plaster or brushed metal."""
    w, h = int(size_beside(rng, height, 4, 10)), int(size_beside(rng, height, 3, 8))
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
    size = size_beside(rng, height, 4, 9)
    line = smooth(np.cumsum(rng.normal((0.25, 0), 0.25, (6, 2)), 0) * size, 10)
    block, kind = Block(), int(rng.integers(3))
    thick = max(2.0, min(14.0, 0.3 * height))
    if kind == 0:
        block.line(line, thick, any_shade(rng))
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
    size, kind = min(200.0, max(50.0, size_beside(rng, height, 3, 7))), int(rng.integers(5))
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
        leaf = np.concatenate([smooth(half), smooth(half * (1, -1))[::-1]]) * size
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
        panel(block, outline, fill, float(rng.uniform(1, 6)), any_shade(rng))
        if rng.random() < 0.4:
            x, y = corner + 0.5 * size
            block.fill(ellipse(x, y, float(rng.uniform(3, 9))), 1)
    return block


def crowd(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return dots, blades of grass, leaves or pebbles strewn over a patch."""
    size = size_beside(rng, height, 3, 8)
    block, kind = Block(), int(rng.integers(3))
    unit = max(1.5, 0.06 * size)
    for x, y in rng.random((int(rng.integers(15, 50)), 2)) * size:
        if kind == 0:
            block.fill(ellipse(x, y, unit * float(rng.uniform(0.4, 1.2))), any_shade(rng))
        elif kind == 1:
            blade = np.array(
                [
                    (x, y),
                    (x + float(rng.normal(0, 2)) * unit, y - 2 * unit),
                    (x + float(rng.normal(0, 4)) * unit, y - 4 * unit),
                ]
            )
            block.line(smooth(blade, 4), max(0.6, 0.15 * unit), any_shade(rng))
        else:
            points = np.array(
                [polar(x, y, unit * float(rng.uniform(0.8, 2)), i / 6) for i in range(6)]
            )
            panel(block, smooth(np.concatenate([points, points[:1]]), 3), any_shade(rng), 0.7)
    return block


SURROUNDINGS: dict[Layout, float] = {
    music: 0.4,
    map_lines: 0.8,
    chart: 0.8,
    texture: 1,
    bricks: 0.6,
    chain: 0.6,
    tool: 1,
    on_desk: 1.2,
    furniture: 1.2,
    crowd: 0.8,
}
