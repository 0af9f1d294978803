"""Layouts of keys: phones, calculators, remote controls, lifts, keyboards."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lenet.drawing.scenes.block import SMALLEST, Block, Layout, Writer, Writers
from lenet.drawing.scenes.layouts.displays import (
    LABELS,
    button,
    icon,
    on_panel,
    random_look,
    reading,
    show,
)
from lenet.drawing.scenes.layouts.shapes import ellipse, letter, panel, rectangle, within
from lenet.drawing.scenes.texts import pick
from lenet.drawing.strokes import Floats

_DIAL = ("123", "456", "789", "*0#")
_DIAL_LETTERS = ("", "ABC", "DEF", "GHI", "JKL", "MNO", "PQRS", "TUV", "WXYZ", "", "+", "")
_CALCULATOR = ("789÷", "456×", "123-", "0.=+")
_SHIFTED = dict(zip("1234567890", '!"#$%&/()=', strict=True))


@dataclass(frozen=True)
class _Keys:
    """The look of keys: distance and size in digit heights, shades."""

    pitch: Floats  # (2,)
    size: Floats  # (2,)
    is_round: bool
    fill: float | None
    edge: float
    ink: float


def _keys(rng: np.random.Generator) -> _Keys:
    pitch = rng.uniform((1.7, 1.6), (2.6, 2.3))
    fill = None if rng.random() < 0.35 else float(rng.choice([0.1, 0.2, 0.35, 0.8, 1]))
    ink = 0.0 if fill is not None and fill > 0.5 else 1.0
    edge = float(rng.choice([0, 0.05, 0.1])) if fill is not None or rng.random() < 0.5 else 0.06
    size = pitch * rng.uniform(0.72, 0.94)
    return _Keys(pitch, size, bool(rng.random() < 0.3), fill, edge, ink)


def _pad(
    rng: np.random.Generator,
    height: float,
    writer: Writer,
    rows: Sequence[Sequence[str]],
    keys: _Keys,
    caption: tuple[Writer, Sequence[str]] | None = None,
    names: Writer | None = None,
) -> Block:
    """Return rows of keys; the first stands at the origin.

    A caption stands below each. `names` writes legends of several characters that are no number.
    """
    block = Block()
    under = Block()
    columns = max(map(len, rows))
    for i, legend in enumerate(key for row in rows for key in row):
        if keys.is_round and legend == " ":  # an empty ring would be a 0
            continue
        row, column = divmod(i, columns)
        x, y = keys.pitch * height * (column, row)
        w, h = keys.size * height
        if keys.is_round:
            outline = ellipse(x, y, min(w, h) / 2)
        else:
            outline = rectangle(x - w / 2, y - h / 2, w, h, 0.2 * height)
        panel(under, outline, keys.fill, keys.edge * height, 1)
        text = caption[1][i] if caption else ""
        up = 0.2 * height if text else 0
        is_name = len(legend) > 1 and not legend.isdigit()
        letter(block, names if names and is_name else writer, legend, (x, y - up), keys.ink)
        if caption and text:
            letter(block, caption[0], text, (x, y + 0.55 * height), keys.ink)
    under.append(block, 0, 0)
    return under


def dial_pad(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return the keys of a phone, an alarm or a cash machine, often in a case."""
    height = within(height, 6.5, 8)
    rows = list(_DIAL)
    if rng.random() < 0.15:
        rows = ["789", "456", "123", pick(rng, ("*0#", ".0-", " 0 "))]
    small = 0.38 * height
    has_letters = rows[0] == "123" and small > 0.8 * SMALLEST and rng.random() < 0.6
    caption = (writers.font(small), _DIAL_LETTERS) if has_letters else None
    pad = _pad(rng, height, writers.font(height), rows, _keys(rng), caption)
    return _in_case(rng, pad, height) if rng.random() < 0.5 else pad


def _in_case(rng: np.random.Generator, pad: Block, height: float) -> Block:
    low, high = pad.bounds()
    margin = float(rng.uniform(0.2, 0.8)) * height
    x, y = low - margin
    w, h = high - low + 2 * margin
    block = Block()
    shade = None if rng.random() < 0.4 else float(rng.uniform(0, 0.12))
    panel(block, rectangle(x, y, w, h, 0.6 * height), shade, max(1, 0.06 * height), 1)
    block.append(pad, 0, 0)
    return block


def calculator(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a calculator: a display above its keys."""
    height = within(height, 8.5, 11)
    keys = _keys(rng)
    rows: list[Sequence[str]] = [*_CALCULATOR]
    if rng.random() < 0.5:
        rows.insert(
            0, [pick(rng, ("C", "AC", "CE", "ON")), "M+", "MR", pick(rng, ("%", "√", "+/-"))]
        )
    names = writers.font(max(SMALLEST, 0.5 * height))
    block = _pad(rng, height, writers.font(height), rows, keys, names=names)
    (x, y), (right, _) = block.bounds()
    look, screen = random_look(rng), Block()
    size = height * float(rng.uniform(1, 1.4))
    writer = writers.display(size)
    longest = max(2, min(8, int((right - x) / size)))
    show(screen, writer, reading(rng, longest), 0, 0, look, int(rng.integers(0, 2)))
    screen = on_panel(rng, screen, look, size)
    (_, _), (edge, foot) = screen.bounds()
    block.append(screen, float(right - edge), float(y - foot - 0.6 * height))
    return _in_case(rng, block, height)


def remote(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a remote control: digits between buttons without any."""
    height = within(height, 6.5, 17)
    keys = _keys(rng)
    block = _pad(rng, height, writers.font(height), ["123", "456", "789", " 0 "], keys)
    (x, y), (right, bottom) = block.bounds()
    middle = float(x + right) / 2
    small = writers.font(max(SMALLEST, 0.5 * height))
    for i in range(3):
        button(
            rng, block, (float(x) + (i + 0.5) * float(right - x) / 3, y - height), 0.6 * height, 1
        )
    letter(block, small, pick(rng, LABELS), (middle, y - 2.3 * height))
    ring = float(bottom) + 2.2 * height
    panel(block, ellipse(middle, ring, 1.8 * height), 0.15, 1)
    panel(block, ellipse(middle, ring, 0.8 * height), 0, 1)
    letter(block, small, "OK", (middle, ring))
    for i in range(4):
        angle = np.pi / 2 * i
        x, y = middle + 1.3 * height * np.cos(angle), ring + 1.3 * height * np.sin(angle)
        icon(rng, block, x - 0.2 * height, y - 0.2 * height, 0.4 * height, 1)
    return _in_case(rng, block, height)


def elevator(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return the buttons of a lift: floors from below to above."""
    columns = int(rng.choice([1, 1, 2, 3]))
    count = int(rng.integers(2, 6))
    height = within(height, 2.5 * columns, 2.4 * count)
    first = int(rng.integers(-2, 9))
    names = [
        str(first + i) if first + i > 0 else "EGBKU"[-(first + i)] for i in range(count * columns)
    ]
    rows = [names[i * columns : (i + 1) * columns] for i in reversed(range(count))]
    block = _pad(rng, height, writers.font(height), rows, _keys(rng))
    return _in_case(rng, block, height) if rng.random() < 0.4 else block


def keyboard(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return part of a keyboard: the digits, the shifted signs and a row of letters."""
    count = int(rng.integers(3, 8))
    height = within(height, 2.4 * count, 6)
    keys = _keys(rng)
    start = int(rng.integers(0, 11 - count))
    digits = "1234567890"[start : start + count]
    writer = writers.font(height)
    has_signs = rng.random() < 0.6
    caption = (writers.font(0.7 * height), [_SHIFTED[key] for key in digits]) if has_signs else None
    block = _pad(rng, height, writer, [digits], keys, caption)
    for row, text in enumerate(("QWERTYUIOP", "ASDFGHJKL;")[: int(rng.integers(0, 3))], 1):
        letters = _pad(rng, height, writer, [text[start : start + count]], keys)
        shift = keys.pitch * height * (0.5 * row, row)
        block.append(letters, float(shift[0]), float(shift[1]))
    return block


KEYS: dict[Layout, float] = {
    dial_pad: 0.8,
    calculator: 0.7,
    remote: 0.4,
    elevator: 0.6,
    keyboard: 0.5,
}
