"""Layouts of displays: LCD, LED and dot matrix, clocks, scales and other devices, boards."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lenet.drawing.scenes.block import SMALLEST, Block, Glyph, Layout, Writer, Writers
from lenet.drawing.scenes.layouts.shapes import (
    ellipse,
    letter,
    panel,
    rectangle,
    segment,
    shadow,
    within,
)
from lenet.drawing.scenes.machines import DotMatrix
from lenet.drawing.scenes.texts import pick, plain_digits, word

UNITS = (
    "kg", "g", "lb", "km", "km/h", "mph", "kWh", "V", "A", "W", "mA", "Hz", "%", "°C", "°F", "bar",
    "psi", "mmHg", "mg/dL", "mmol/L", "L", "rpm", "dB", "min", "sec", "am", "pm", "AM", "PM", "h",
    "EUR", "€", "$", "m/s", "hPa", "ppm", "pH", "bpm", "kPa", "cal", "TEMP",
)  # fmt: skip
LABELS = (
    "ODO", "TRIP", "SYS", "DIA", "PULSE", "TEMP", "HOLD", "AUTO", "MAX", "MIN", "MEM", "SET",
    "TARE", "NET", "TIME", "ALARM", "ON", "OFF", "MODE", "AVG", "RANGE", "TOTAL", "DC", "AC",
    "PRICE", "LITRES", "WEIGHT", "SPEED", "FUEL", "IN", "OUT", "MO", "TU", "WED", "FRI", "Amount",
)  # fmt: skip


@dataclass(frozen=True)
class Look:
    """How a display looks: shades of the panel and of lit and unlit segments."""

    panel: float | None
    on: float
    off: float | None
    glows: bool
    halo: float = 0.1  # reach of the glow as a share of a digit's height


def random_look(rng: np.random.Generator) -> Look:
    """Return dark characters on a light panel, or on none, or light ones that may glow."""
    has_ghosts = rng.random() < 0.35
    if rng.random() < 0.5:
        shade = float(rng.uniform(0, 0.4))
        off = shade + float(rng.uniform(0.04, 0.15)) if has_ghosts else None
        return Look(shade if rng.random() < 0.85 else None, float(rng.uniform(0.8, 1)), off, False)
    shade = float(rng.uniform(0.75, 1))
    off = shade - float(rng.uniform(0.04, 0.15)) if has_ghosts else None
    # A camera that is set for a dark room spreads the light of a display over its neighbours.
    halo = float(np.exp(rng.uniform(np.log(0.06), np.log(0.35))))
    if rng.random() < 0.2:  # overexposed: the light of a digit shows its unlit segments too
        return Look(shade, 0.0, shade - float(rng.uniform(0.15, 0.5)), True, halo)
    return Look(shade, float(rng.uniform(0, 0.15)), off, bool(rng.random() < 0.6), halo)


def reading(rng: np.random.Generator, longest: int) -> str:
    """Return a number as an instrument shows it, with up to `longest` digits."""
    text = plain_digits(rng, int(rng.integers(1, longest + 1)))
    if rng.random() < 0.5:
        text = str(int(text))
    if len(text) > 1 and rng.random() < 0.45:
        point = int(rng.integers(1, min(3, len(text) - 1) + 1))
        text = f"{text[:-point]}.{text[-point:]}"
    return f"-{text}" if rng.random() < 0.07 else text


def clock_time(rng: np.random.Generator) -> str:
    """Return a time of day."""
    hour, minute, second = rng.integers((0, 0, 0), (24, 60, 60)).tolist()
    start = f"{hour:02}" if rng.random() < 0.4 else str(hour)
    end = f":{second:02}" if rng.random() < 0.2 else ""
    return f"{start}:{minute:02}{end}"


def _screen_writer(rng: np.random.Generator, height: float, writers: Writers) -> Writer:
    return writers.display(height) if rng.random() < 0.85 else writers.font(height)


def show(
    block: Block, writer: Writer, text: str, right: float, y: float, look: Look, spare: int = 0
) -> float:
    """Write a row that ends at `right`, in cells of one width; return where it starts.

    Unlit segments, if the look has any, show in all cells and in `spare` empty ones before them.
    """
    eight = writer.glyph("8") or Glyph(np.zeros((1, 1), np.uint8), 0, 0, 0.6 * writer.height)
    gap = max(writer.gap(), 0.14 * writer.height)
    row = Block()
    dot = max(1, round(0.13 * writer.height))
    point = Glyph(np.full((dot, dot), 255, np.uint8), 0, writer.height - dot, dot)
    colon = np.zeros((round(0.5 * writer.height), dot), np.uint8)
    colon[:dot] = colon[-dot:] = 255
    x = right
    for character in reversed(" " * spare + text):
        if character == ".":
            row.put(".", point, x - 0.5 * (gap + dot), y, look.on)
            x -= 0.3 * gap
            continue
        if character == ":":
            x -= 2 * dot
            row.put(":", Glyph(colon, 0, 0.25 * writer.height, dot), x, y, look.on)
            x -= dot + 0.3 * gap
            continue
        x -= eight.advance
        if look.off is not None:
            block.mark(eight.ink, x + eight.x, y + eight.y, look.off)
        glyph = None if character == " " else writer.glyph(character)
        if glyph is not None:
            row.put(character, glyph, x + eight.advance - glyph.advance, y, look.on)
        x -= gap
    if look.glows and row:
        reach = look.halo * writer.height
        shadow(block, row, (0, 0), reach, 0.5 * (look.panel or 0) + 0.5 * look.on)
    block.append(row, 0, 0)
    return x


def on_panel(rng: np.random.Generator, content: Block, look: Look, height: float) -> Block:
    """Return the content on its panel, often with a frame."""
    low, high = content.bounds()
    margin = height * rng.uniform((0.15, 0.12), (0.8, 0.5))
    (x, y), (w, h) = low - margin, high - low + 2 * margin
    block = Block()
    radius = float(rng.choice([0, 0.1, 0.25])) * height
    roll = rng.random()
    if roll < 0.3 and look.panel is not None:
        frame = float(rng.uniform(0.1, 0.5)) * height
        outline = rectangle(x - frame, y - frame, w + 2 * frame, h + 2 * frame, radius + frame)
        block.fill(outline, float(rng.choice([0.15, 0.5, 0.8, 1])))
    edge = float(rng.uniform(0.03, 0.12)) * height if roll > 0.6 or look.panel is None else 0
    panel(block, rectangle(x, y, w, h, radius), look.panel, edge, float(rng.uniform(0.3, 1)))
    block.append(content, 0, 0)
    return block


def icon(
    rng: np.random.Generator, block: Block, x: float, y: float, size: float, shade: float
) -> None:
    """Add a small sign: a battery, a lamp, an arrow, bars."""
    kind = int(rng.integers(4))
    width = max(0.8, 0.12 * size)
    if kind == 0:
        block.line(rectangle(x, y, 1.6 * size, 0.8 * size), width, shade)
        block.fill(rectangle(x, y, float(rng.uniform(0.3, 1.4)) * size, 0.8 * size), shade)
    elif kind == 1:
        panel(block, ellipse(x + size / 2, y + size / 2, size / 2), shade)
    elif kind == 2:
        block.fill(np.array([(x, y + size), (x + size / 2, y), (x + size, y + size)]), shade)
    else:
        for i in range(4):
            high = (i + 1) / 4 * size
            block.fill(rectangle(x + i * 0.4 * size, y + size - high, 0.25 * size, high), shade)


def _rows(
    rng: np.random.Generator, height: float, writers: Writers, texts: Sequence[str], look: Look
) -> Block:
    """Return numbers one below the other, with units and labels around."""
    block = Block()
    y = 0.0
    with_units, with_labels = rng.random(2) < (0.6, 0.4)
    writer = _screen_writer(rng, height, writers)
    for text in texts:
        size = height if y == 0 else max(SMALLEST, height * float(rng.choice([1, 1, 0.75, 0.55])))
        if size != writer.height:
            writer = _screen_writer(rng, size, writers)
        small = max(SMALLEST, float(rng.uniform(0.25, 0.45)) * size)
        if with_labels and rng.random() < 0.8:
            label = Block()
            label.write(writers.font(small), pick(rng, LABELS), 0, 0, look.on)
            if label:
                block.append(label, -float(rng.uniform(1, 3.5)) * size, y)
                y += 1.35 * small
        spare = int(rng.integers(0, 3)) if look.off is not None or rng.random() < 0.1 else 0
        left = show(block, writer, text, 0, y, look, spare)
        if with_units and rng.random() < 0.8:
            unit = writers.font(small)
            place = y + float(rng.choice([0, size - small]))
            block.write(unit, pick(rng, UNITS), 0.2 * size, place, look.on)
        if rng.random() < 0.12:
            icon(rng, block, left - size, y + 0.2 * size, 0.5 * size, look.on)
        y += (1.2 + float(rng.uniform(0, 0.35))) * size
        if rng.random() < 0.1:
            block.line(segment((left, y), (0, y)), 0.05 * height, look.on)
            y += 0.3 * size
    return block


def display(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a display with one to four rows of numbers."""
    count = int(rng.choice([1, 1, 1, 2, 3, 4]))
    height = within(height, 4, 1.6 * count)
    longest = max(1, min(7, int(240 / height)))
    look = random_look(rng)
    texts = [
        clock_time(rng) if rng.random() < 0.12 and longest > 3 else reading(rng, longest)
        for _ in range(count)
    ]
    return on_panel(rng, _rows(rng, height, writers, texts, look), look, height)


def clock(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a digital clock, often with a date, a weekday or a second time."""
    height = within(height, 4.5, 2)
    look, block = random_look(rng), Block()
    writer = _screen_writer(rng, height, writers)
    text = clock_time(rng)
    left = show(block, writer, text, 0, 0, look)
    small = max(SMALLEST, height * float(rng.uniform(0.25, 0.45)))
    other = _screen_writer(rng, small, writers)
    if rng.random() < 0.35:
        show(block, other, f"{rng.integers(60):02}", 2.2 * small, height - small, look)
    if rng.random() < 0.3:
        word_writer = writers.font(small)
        block.write(word_writer, pick(rng, ("AM", "PM", "pm", "am")), 0.3 * small, 0, look.on)
    if rng.random() < 0.4:
        day, month = rng.integers((1, 1), (32, 13)).tolist()
        date = pick(rng, (f"{day}-{month}", f"{day:02}.{month:02}", f"{month}-{day:02}"))
        start = show(block, other, date, -0.2 * height, 1.25 * height, look)
        if start > left:
            block.write(writers.font(small), pick(rng, LABELS), left, 1.25 * height, look.on)
    if rng.random() < 0.2:
        icon(rng, block, left, -0.5 * height, 0.3 * height, look.on)
    return on_panel(rng, block, look, height)


def device(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a scale, thermostat or meter: a display in a case with words, buttons and lamps."""
    height = within(height, 6, 6)
    look = random_look(rng)
    texts = [reading(rng, 4) for _ in range(int(rng.choice([1, 1, 2])))]
    screen = on_panel(rng, _rows(rng, height, writers, texts, look), look, height)
    (x, y), (right, bottom) = screen.bounds()
    w = float(right - x)
    block = Block()
    above, below = height * rng.uniform((0.3, 0.3), (2, 3))
    side = float(rng.uniform(0.2, 1.5)) * height
    case = None if rng.random() < 0.2 else float(rng.choice([0, 0.05, 0.15, 0.3, 0.6, 0.9]))
    ink = 0.0 if case is not None and case > 0.5 else 1.0
    outline = rectangle(x - side, y - above, w + 2 * side, bottom - y + above + below, height * 0.5)
    panel(block, outline, case, max(1, 0.05 * height) if rng.random() < 0.7 else 0, 1)
    block.append(screen, 0, 0)
    small = max(SMALLEST, height * float(rng.uniform(0.25, 0.5)))
    if above > 1.6 * small:
        letter(block, writers.font(small), word(rng).upper(), (x + w / 2, y - above / 2), ink)
    if below < 1.2 * height:
        return block
    count = int(rng.integers(1, 5))
    size = min(0.7 * height, 0.35 * w / count)
    for i in range(count):
        centre = x + w * (i + 0.5) / count, float(bottom) + 0.3 * height + size
        button(rng, block, centre, size, ink)
        if below > 2 * height and 4 * small < w / count:
            name = writers.font(small)
            letter(block, name, pick(rng, LABELS), (centre[0], centre[1] + 1.7 * size), ink)
    return block


def button(
    rng: np.random.Generator, block: Block, centre: tuple[float, float], size: float, ink: float
) -> None:
    """Add a button with an arrow, a sign or nothing on it; `size` is its radius."""
    x, y = centre
    if rng.random() < 0.5:
        outline = ellipse(x, y, size)
    else:
        outline = rectangle(x - size, y - 0.7 * size, 2 * size, 1.4 * size, 0.2 * size)
    panel(block, outline, float(rng.choice([0.2, 0.5, 0.8])), max(0.7, 0.08 * size), ink)
    icon(rng, block, x - 0.4 * size, y - 0.4 * size, 0.8 * size, ink)


def board(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a scoreboard or a departure board: rows of dots on a dark panel."""
    rows = int(rng.integers(1, 4))
    height = within(height, 12, 1.6 * rows)
    look, block = random_look(rng), Block()
    writer: Writer = DotMatrix(height, rng)
    for i in range(rows):
        y = 1.5 * height * i
        text = pick(
            rng,
            (
                clock_time(rng),
                reading(rng, 4),
                f"{rng.integers(1, 60)}min",
                f"{rng.integers(100)}%",
            ),
        )
        left = show(block, writer, text, 0, y, look)
        label = Block()
        end = label.write(writer, word(rng).upper()[:5], 0, 0, look.on)
        if label and rng.random() < 0.6:
            block.append(label, min(-8 * height, left - end), y)
    return on_panel(rng, block, look, height)


DISPLAYS: dict[Layout, float] = {
    display: 5,
    clock: 2,
    device: 2,
    board: 1.2,
}
