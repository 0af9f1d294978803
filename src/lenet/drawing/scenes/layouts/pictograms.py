"""Layouts of pictograms: the small signs on screens, cards and machines, alone or beside a number.

Each is drawn in a square of side 1, y downwards. Closed shapes as narrow as a digit get what no
digit has: a padlock its body, a lamp its socket, a bottle its label.
"""

from collections.abc import Callable

import numpy as np

from lenet.drawing.scenes.block import SMALLEST, Block, Layout, Writers
from lenet.drawing.scenes.layouts.shapes import ellipse, panel, rectangle, segment
from lenet.drawing.scenes.layouts.surroundings import size_beside
from lenet.drawing.scenes.texts import money, percentage, plain_digits, time, word
from lenet.drawing.strokes import Floats

_JITTER = 0.02  # of a pictogram that is drawn by hand, as a share of its side


class _Sketch:
    """A pictogram in the making: outlines that are filled or not, and lines."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.parts: list[tuple[Floats, bool | None]] = []  # True: solid, False: cut out, None: line

    def solid(self, outline: Floats) -> None:
        self.parts.append((outline, True))

    def hole(self, outline: Floats) -> None:
        self.parts.append((outline, False))

    def line(self, *points: tuple[float, float]) -> None:
        self.parts.append((np.array(points, np.float64), None))

    def curve(self, points: Floats) -> None:
        self.parts.append((points, None))


def _padlock(sketch: _Sketch) -> None:
    wide, top = sketch.rng.uniform((0.55, 0.38), (0.8, 0.5)).tolist()
    left = (1 - wide) / 2
    shackle = wide * float(sketch.rng.uniform(0.28, 0.4))
    foot = 0.5 + shackle * float(sketch.rng.choice([1, 1, 0.9, 2.2]))  # closed, or open
    sketch.curve(
        np.concatenate(
            [[(0.5 - shackle, top)], ellipse(0.5, 0.3, shackle, 0.27, 0.5, 1), [(foot, top)]]
        )
    )
    sketch.solid(rectangle(left, top, wide, 0.96 - top, 0.06))
    sketch.hole(ellipse(0.5, (top + 0.96) / 2, 0.07))


def _house(sketch: _Sketch) -> None:
    sketch.solid(
        np.array([(0.5, 0.05), (1, 0.5), (0.85, 0.5), (0.85, 0.95), (0.15, 0.95), (0.15, 0.5),
                  (0, 0.5), (0.5, 0.05)])
    )  # fmt: skip
    sketch.hole(rectangle(0.4, 0.6, 0.2, 0.35))


def _envelope(sketch: _Sketch) -> None:
    sketch.solid(rectangle(0, 0.2, 1, 0.62, 0.04))
    sketch.hole(np.array([(0.05, 0.24), (0.5, 0.56), (0.95, 0.24), (0.5, 0.5), (0.05, 0.24)]))


def _magnifier(sketch: _Sketch) -> None:
    sketch.solid(ellipse(0.4, 0.4, 0.36))
    sketch.hole(ellipse(0.4, 0.4, 0.25))
    sketch.line((0.65, 0.65), (1, 1))


def _gear(sketch: _Sketch) -> None:
    teeth = int(sketch.rng.integers(6, 11))
    turns = np.repeat(np.arange(2 * teeth) / (2 * teeth), 2)
    radius = np.tile([0.5, 0.5, 0.38, 0.38], teeth)
    angles = 2 * np.pi * (turns + np.tile([-0.12, 0.12], 2 * teeth) / teeth)
    sketch.solid(0.5 + np.stack([np.cos(angles), np.sin(angles)], 1) * radius[:, None])
    sketch.hole(ellipse(0.5, 0.5, 0.17))


def _bell(sketch: _Sketch) -> None:
    arch = ellipse(0.5, 0.42, 0.32, 0.36, 0.5, 1)
    sketch.solid(np.concatenate([arch, [(0.84, 0.68), (0.98, 0.8), (0.02, 0.8), (0.16, 0.68)]]))
    sketch.solid(ellipse(0.5, 0.86, 0.13, 0.1))


def _bin(sketch: _Sketch) -> None:
    sketch.line((0.05, 0.2), (0.95, 0.2))
    sketch.line((0.35, 0.2), (0.38, 0.08), (0.62, 0.08), (0.65, 0.2))
    sketch.solid(np.array([(0.14, 0.3), (0.86, 0.3), (0.78, 1), (0.22, 1), (0.14, 0.3)]))
    for x in (0.36, 0.5, 0.64):
        sketch.hole(rectangle(x - 0.03, 0.42, 0.06, 0.46))


def _heart(sketch: _Sketch) -> None:
    t = np.linspace(0, 2 * np.pi, 40)
    x = 0.5 + 0.5 * np.sin(t) ** 3
    y = 0.42 - (13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)) / 32
    sketch.solid(np.stack([x, y], 1))


def _key(sketch: _Sketch) -> None:
    sketch.solid(ellipse(0.2, 0.5, 0.2))
    sketch.hole(ellipse(0.16, 0.5, 0.07))
    sketch.line((0.4, 0.5), (1, 0.5), (1, 0.7))
    sketch.line((0.8, 0.5), (0.8, 0.66))


def _camera(sketch: _Sketch) -> None:
    sketch.solid(rectangle(0, 0.25, 1, 0.65, 0.06))
    sketch.solid(rectangle(0.3, 0.12, 0.4, 0.2, 0.04))
    sketch.hole(ellipse(0.5, 0.57, 0.22))
    sketch.solid(ellipse(0.5, 0.57, 0.12))


def _person(sketch: _Sketch) -> None:
    sketch.solid(ellipse(0.5, 0.25, 0.2))
    sketch.solid(np.concatenate([ellipse(0.5, 0.95, 0.42, 0.4, 0.5, 1), [(0.08, 0.95)]]))


def _speaker(sketch: _Sketch) -> None:
    sketch.solid(
        np.array([(0, 0.35), (0.2, 0.35), (0.45, 0.1), (0.45, 0.9), (0.2, 0.65), (0, 0.65),
                  (0, 0.35)])
    )  # fmt: skip
    for radius in (0.18, 0.34, 0.5)[: int(sketch.rng.integers(1, 4))]:
        sketch.curve(ellipse(0.5, 0.5, radius, None, -0.14, 0.14))


def _cup(sketch: _Sketch) -> None:
    sketch.solid(np.array([(0.1, 0.3), (0.75, 0.3), (0.65, 0.95), (0.2, 0.95), (0.1, 0.3)]))
    sketch.curve(ellipse(0.75, 0.5, 0.2, 0.15, -0.28, 0.25))


def _cart(sketch: _Sketch) -> None:
    sketch.line((0, 0.12), (0.16, 0.12), (0.3, 0.68), (0.85, 0.68))
    sketch.solid(np.array([(0.22, 0.24), (1, 0.24), (0.88, 0.58), (0.3, 0.58), (0.22, 0.24)]))
    for x in (0.38, 0.78):
        sketch.solid(ellipse(x, 0.86, 0.09))


def _pin(sketch: _Sketch) -> None:
    arch = ellipse(0.5, 0.36, 0.33, 0.33, 0.42, 1.08)
    sketch.solid(np.concatenate([arch, [(0.5, 1)], arch[:1]]))
    sketch.hole(ellipse(0.5, 0.36, 0.13))


def _lamp(sketch: _Sketch) -> None:
    sketch.solid(ellipse(0.5, 0.36, 0.33))
    sketch.solid(rectangle(0.34, 0.6, 0.32, 0.16))
    for y in (0.84, 0.94):
        sketch.line((0.36, y), (0.64, y))


def _wireless(sketch: _Sketch) -> None:
    for radius in (0.2, 0.42, 0.64):
        sketch.curve(ellipse(0.5, 0.85, radius, None, 0.64, 0.86))
    sketch.solid(ellipse(0.5, 0.85, 0.07))


def _bolt(sketch: _Sketch) -> None:
    sketch.solid(
        np.array([(0.6, 0), (0.2, 0.55), (0.48, 0.55), (0.38, 1), (0.82, 0.4), (0.54, 0.4),
                  (0.6, 0)])
    )  # fmt: skip


def _thumb(sketch: _Sketch) -> None:
    sketch.solid(rectangle(0.02, 0.45, 0.2, 0.5))
    sketch.solid(
        np.array([(0.28, 0.5), (0.5, 0.05), (0.63, 0.12), (0.58, 0.4), (0.95, 0.42), (0.85, 0.95),
                  (0.28, 0.9), (0.28, 0.5)])
    )  # fmt: skip


def _no_entry(sketch: _Sketch) -> None:
    sketch.solid(ellipse(0.5, 0.5, 0.5))
    sketch.hole(rectangle(0.15, 0.42, 0.7, 0.16))


def _person_with_skirt(sketch: _Sketch) -> None:
    sketch.solid(ellipse(0.5, 0.12, 0.11))
    sketch.solid(np.array([(0.4, 0.26), (0.6, 0.26), (0.82, 0.72), (0.18, 0.72), (0.4, 0.26)]))
    for x in (0.42, 0.58):
        sketch.curve(segment((x, 0.7), (x, 1)))


PICTOGRAMS: tuple[Callable[[_Sketch], None], ...] = (
    _padlock, _padlock, _house, _envelope, _magnifier, _gear, _bell, _bin, _heart, _key, _camera,
    _person, _speaker, _cup, _cart, _pin, _lamp, _wireless, _bolt, _thumb, _no_entry,
    _person_with_skirt,
)  # fmt: skip
"""Each as frequent as the others; the padlock, which is most like a digit, twice as often."""


def pictogram(
    rng: np.random.Generator, draw: Callable[[_Sketch], None], size: float, *, is_solid: bool
) -> Block:
    """Return one pictogram with a side of `size` pixels, solid or as outlines."""
    sketch = _Sketch(rng)
    draw(sketch)
    width = max(0.8, float(rng.uniform(0.05, 0.13)) * size)
    jitter = _JITTER * float(rng.random() < 0.4)
    block = Block()
    for points, is_filled in sketch.parts:
        shaken = (points + rng.normal(0, jitter + 1e-9, points.shape)) * size
        if is_filled is None:
            block.line(shaken, width)
        elif is_solid:
            panel(block, shaken, float(is_filled))
        else:
            block.line(np.concatenate([shaken, shaken[:1]]), width)
    return block


def pictograms(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return pictograms in a row, a column or a grid, perhaps with words below."""
    size = size_beside(rng, height, 0.8, 3)
    pitch = size * rng.uniform(1.2, 2.2, 2)
    most = np.maximum(1, 240 // pitch).astype(int)
    columns, rows = np.minimum(rng.choice([1, 1, 2, 3, 4], 2), most).tolist()
    is_solid = bool(rng.random() < 0.6)
    writer = writers.font(max(SMALLEST, 0.3 * size)) if rng.random() < 0.35 else None
    block = Block()
    for i in range(columns * rows):
        x, y = (pitch * (i % columns, i // columns)).tolist()
        draw = PICTOGRAMS[int(rng.integers(len(PICTOGRAMS)))]
        block.append(pictogram(rng, draw, size, is_solid=is_solid), x, y)
        if writer is not None and pitch[1] > size + 1.5 * writer.height:
            block.write(writer, word(rng)[:7], x, y + size + 0.3 * writer.height)
    return block


def counters(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return numbers, each with the pictogram that says what it counts before or after it."""
    writer = writers.font(height) if rng.random() < 0.7 else writers.any(height)
    size = height * float(rng.uniform(0.8, 1.5))
    gap = height * float(rng.uniform(0.15, 0.7))
    is_solid, is_behind = (rng.random(2) < (0.6, 0.2)).tolist()
    line_height = 1.5 * max(size, height)
    block = Block()
    for row in range(int(min(rng.choice([1, 1, 2, 3, 4]), max(1, 220 // line_height)))):
        y = row * line_height
        make = (plain_digits, plain_digits, money, percentage, time)[int(rng.integers(5))]
        draw = PICTOGRAMS[int(rng.integers(len(PICTOGRAMS)))]
        x = 0.0 if is_behind else size + gap
        end = block.write(writer, make(rng)[: max(1, int(220 / height))], x, y)
        sign = pictogram(rng, draw, size, is_solid=is_solid)
        block.append(sign, end + gap if is_behind else 0, y + (height - size) / 2)
    return block


PICTURED: dict[Layout, float] = {pictograms: 1.5}
"""Layouts without a digit, and how often each is drawn relative to the rest of the clutter."""
COUNTED: dict[Layout, float] = {counters: 1.0}
"""Layouts with digits, and how often each is drawn relative to the other instruments."""
