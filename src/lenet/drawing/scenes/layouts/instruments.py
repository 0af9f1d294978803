"""Layouts of meters, odometers, rulers, gauges and clocks; the other instruments join them."""

import numpy as np

from lenet.drawing.scenes.block import SMALLEST, Block, Glyph, Layout, Writer, Writers
from lenet.drawing.scenes.layouts.displays import DISPLAYS, UNITS
from lenet.drawing.scenes.layouts.keys import KEYS
from lenet.drawing.scenes.layouts.pictograms import COUNTED
from lenet.drawing.scenes.layouts.plates import PLATES
from lenet.drawing.scenes.layouts.shapes import (
    LARGEST,
    around,
    ellipse,
    letter,
    panel,
    polar,
    rectangle,
    segment,
    within,
)
from lenet.drawing.scenes.layouts.things import THINGS
from lenet.drawing.scenes.texts import pick, plain_digits, word

HIDDEN = 0.35  # share of a digit; with more out of sight it cannot be told from others
_METER_WORDS = (
    "m3", "m³", "kWh", "No", "Qn", "bar", "km", "COLD", "WATER", "MADE IN", "TYPE", "CE",
)  # fmt: skip


def _slice(glyph: Glyph, top: float, bottom: float) -> tuple[Glyph, float]:
    """Return the part of a glyph between two heights, and the share of its ink outside them."""
    first = int(np.clip(round(top - glyph.y), 0, glyph.ink.shape[0]))
    last = int(np.clip(round(bottom - glyph.y), 0, glyph.ink.shape[0]))
    seen = glyph.ink[first:last]
    hidden = 1 - float(seen.sum(dtype=np.int64)) / max(1, int(glyph.ink.sum(dtype=np.int64)))
    return Glyph(seen, glyph.x, glyph.y + first, glyph.advance), hidden


def roll(
    block: Block,
    writer: Writer,
    digit: int,
    turned: float,
    window: tuple[float, float, float, float],
    shade: float,
) -> None:
    """Show a drum in a window (x, y, w, h), `turned` from one digit (0) to the next (1).

    A digit of which more than `HIDDEN` is out of the window is a mark.
    """
    x, y, w, h = window
    pitch = 0.12 * writer.height + max(h, 1.15 * writer.height)
    for value, shift in ((digit, -turned * pitch), (digit + 1, (1 - turned) * pitch)):
        glyph = writer.glyph(str(value % 10))
        if glyph is None:
            continue
        top = y + (h - writer.height) / 2 + shift
        seen, hidden = _slice(glyph, y - top, y + h - top)
        if not seen.ink.shape[0] or not seen.ink.any():
            continue
        left = x + (w - glyph.ink.shape[1]) / 2
        if hidden <= HIDDEN:
            block.put(str(value % 10), Glyph(seen.ink, 0, seen.y, 0), left, top, shade)
        else:
            block.mark(seen.ink, left, top + seen.y, shade)


def _round_off(
    block: Block, window: tuple[float, float, float, float], fill: float, depth: float
) -> None:
    """Darken a window towards its top and bottom, where a drum turns away from the light."""
    x, y, w, h = window
    bands = 6
    for i in range(bands):
        # Without `depth` a window has one shade; at 1 its ends are black on white drums.
        away = depth * (1 - (i + 0.5) / bands) ** 2
        shade = fill + (1 - fill) * away if fill < 0.5 else fill - 0.6 * fill * away
        for top in (y + 0.35 * h * i / bands, y + h - 0.35 * h * (i + 1) / bands):
            block.fill(rectangle(x, top, w, 0.35 * h / bands + 0.5), float(shade))


def drums(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return the drums of a water, gas or electricity meter, each in a window of its own."""
    count = int(np.clip(LARGEST / (1.6 * height), 1, rng.integers(4, 9)))
    writer = writers.font(height, digits_only=True)
    block = Block()
    size = height * rng.uniform((0.9, 1.2), (1.35, 1.7))
    pitch = size[0] + height * float(rng.choice([0, 0.06, 0.15, 0.35]))
    dark = float(rng.choice([1, 0.85, 0.15, 0]))
    fill = None if dark == 0 and rng.random() < 0.5 else dark
    ink = 0.0 if dark > 0.5 else 1.0
    last = int(rng.choice([0, 1, 2, 3])) if count > 3 else 0
    last_fill = float(rng.choice([0.45, 0.6, dark, 0.2]))
    has_edges = rng.random() < 0.7 or fill is None
    if rng.random() < (0.4 if dark > 0.5 else 0.7):  # white drums are seen through a dark plate
        margin = height * rng.uniform(0.1, 0.5)
        outline = rectangle(-margin, -margin, count * pitch + 2 * margin, size[1] + 2 * margin)
        panel(block, outline, float(rng.choice([0.1, 0.3, 0.7, 1])), 0)
    digits = plain_digits(rng, count).zfill(count)
    if rng.random() < 0.5:
        digits = "0" * int(rng.integers(1, 4)) + digits
    rolled = rng.random() < 0.5
    depth = float(rng.uniform(0.2, 0.8)) if rng.random() < 0.5 else 0.0
    for i, digit in enumerate(digits[:count]):
        is_last = i >= count - last
        window = i * pitch, 0.0, float(size[0]), float(size[1])
        shade = ink if not is_last or last_fill == dark else float(last_fill < 0.5)
        edge = max(1, 0.05 * height) if has_edges else 0
        panel(
            block,
            rectangle(*window, 0.08 * height),
            last_fill if is_last else fill,
            edge,
            0.5 if dark > 0.5 else 1,
        )
        own_fill = last_fill if is_last else fill
        if depth and own_fill is not None:
            _round_off(block, window, own_fill, depth)
        turned = float(np.clip(rng.normal(0, 0.03), -0.08, 0.08)) % 1
        if (rolled and i == count - 1) or rng.random() < 0.03:
            turned = float(rng.random())
        roll(block, writer, int(digit), turned, window, shade)
        if is_last and i == count - last and rng.random() < 0.5:
            dot = 0.12 * height
            block.fill(ellipse(i * pitch - (pitch - size[0]) / 2, size[1] + dot, dot), 1)
    if last and rng.random() < 0.4:
        frame = rectangle(
            (count - last) * pitch - 0.1 * height,
            -0.12 * height,
            last * pitch + 0.1 * height,
            size[1] + 0.24 * height,
        )
        block.line(frame, max(1, 0.08 * height), 0.8)
    if rng.random() < 0.6:
        small = max(SMALLEST, float(rng.uniform(0.35, 0.7)) * height)
        block.write(
            writers.font(small),
            pick(rng, _METER_WORDS),
            count * pitch + 0.3 * height,
            float(rng.uniform(0, 1)) * height,
        )
    return block


def odometer(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a counter of one piece: digits on a dark strip, parted by thin lines."""
    count = int(np.clip(270 / height, 1, rng.integers(4, 8)))
    writer = writers.font(height, digits_only=True)
    wide, high = height * rng.uniform((0.8, 1.1), (1.05, 1.5))
    block = Block()
    dark = float(rng.uniform(0.8, 1)) if rng.random() < 0.8 else float(rng.uniform(0, 0.15))
    panel(block, rectangle(-0.15 * height, 0, count * wide + 0.3 * height, high), dark)
    light_last = rng.random() < 0.4
    moving = float(rng.random()) if rng.random() < 0.6 else 0.0
    for i, digit in enumerate(plain_digits(rng, count).zfill(count)):
        window = i * wide, 0.0, wide, high
        shade = float(dark < 0.5)
        if light_last and i == count - 1:
            block.fill(rectangle(*window), 1 - dark)
            shade = 1 - shade
        roll(block, writer, int(digit), moving if i == count - 1 else 0, window, shade)
        if i and rng.random() < 0.95:
            block.line(segment((i * wide, 0), (i * wide, high)), max(0.7, 0.04 * height), 0.5)
    if rng.random() < 0.5:
        name = writers.font(max(SMALLEST, 0.5 * height))
        letter(
            block,
            name,
            pick(rng, ("km", "miles", "TRIP", "COUNT", "TOTAL", "km/h")),
            (count * wide / 2, high + 0.6 * height),
        )
    return block


def water_meter(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return the face of a meter: drums, words along the edge, small dials, a serial number."""
    height = within(height, 14, 14)
    middle = drums(rng, height, writers)
    low, high = middle.bounds()
    radius = float(max(high - low)) / 2 * float(rng.uniform(1.1, 1.3)) + height
    block = Block()
    x, y = (low + high).tolist()
    centre = x / 2, y / 2 + float(rng.uniform(0, 0.35)) * radius
    panel(block, ellipse(*centre, radius), float(rng.choice([0, 0, 0.1])), max(1, 0.1 * height))
    if rng.random() < 0.6:
        block.line(
            ellipse(*centre, 1.12 * radius), max(1, 0.3 * height), float(rng.uniform(0.3, 1))
        )
    block.append(middle, 0, 0)
    small = max(SMALLEST, 0.5 * height)
    name = writers.font(small)
    around(block, name, f"{word(rng)} {word(rng)}".upper(), centre, radius - small, 0.75)
    if rng.random() < 0.5:
        around(
            block,
            name,
            pick(rng, _METER_WORDS) + " " + plain_digits(rng, 6),
            centre,
            radius - small,
            0.25,
        )
    dials = int(rng.integers(0, 4))
    for i in range(dials):
        place = polar(*centre, 0.55 * radius, 0.08 + 0.34 * (i + 0.5) / dials)
        _small_dial(rng, block, writers, place, 0.2 * radius)
    if rng.random() < 0.4:
        letter(block, name, plain_digits(rng, 7), polar(*centre, 0.6 * radius, 0.75))
    return block


def _small_dial(
    rng: np.random.Generator,
    block: Block,
    writers: Writers,
    centre: tuple[float, float],
    radius: float,
) -> None:
    """Add a dial with 0-9 around a pointer, with marks where the digits would be too small."""
    panel(block, ellipse(*centre, radius), None, max(0.8, 0.06 * radius), 0.8)
    size = 0.36 * radius
    writer = writers.font(size) if size > 1.4 * SMALLEST else None
    for i in range(10):
        if writer is None:
            ends = polar(*centre, 0.75 * radius, i / 10), polar(*centre, 0.95 * radius, i / 10)
            block.line(segment(*ends), max(0.6, 0.05 * radius))
        else:
            letter(block, writer, str(i), polar(*centre, 0.72 * radius, i / 10 - 0.25))
    _pointer(rng, block, centre, 0.6 * radius, float(rng.random()))


def _pointer(
    rng: np.random.Generator,
    block: Block,
    centre: tuple[float, float],
    long: float,
    turns: float,
    ink: float = 1,
) -> None:
    """Add a pointer with a hub, wedge-shaped or straight."""
    shade = float(rng.choice([ink, ink, 0.5]))
    tip, tail = polar(*centre, long, turns), polar(*centre, 0.2 * long, turns + 0.5)
    if rng.random() < 0.5:
        sides = [polar(*centre, 0.1 * long, turns + side) for side in (0.25, -0.25)]
        block.fill(np.array([tip, sides[0], tail, sides[1]]), shade)
    else:
        block.line(segment(tip, tail), max(1, 0.05 * long), shade)
    block.fill(ellipse(*centre, max(1, 0.12 * long)), shade)


def ruler(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a ruler or a thermometer: long and short ticks with numbers, level or upright."""
    level = rng.random() < 0.6
    pitch = max(1.6 * height, min(120.0, height * float(rng.uniform(1.6, 4))))
    count = int(np.clip(270 / pitch, 2, rng.integers(3, 13)))
    step = int(rng.choice([1, 1, 1, 2, 5, 10, 20]))
    start = int(rng.integers(-3, 12)) * step * int(rng.random() < 0.6)
    ticks = int(rng.choice([1, 2, 4, 5, 10])) if pitch > 14 else 2
    long, width = (
        height * float(rng.uniform(0.5, 1.4)),
        max(0.6, height * float(rng.uniform(0.03, 0.1))),
    )
    block = Block()
    writer = writers.font(height)
    sign = float(rng.choice([-1, 1]))
    for i in range((count - 1) * ticks + 1):
        at = i / ticks * pitch
        part = 1.0 if i % ticks == 0 else 0.75 if 2 * i % ticks == 0 else 0.5
        tick = np.array([(at, 0), (at, sign * long * part)])
        block.line(tick if level else tick[:, ::-1], width)
        if i % ticks:
            continue
        text = str(start + i // ticks * step if level else start + (count - 1 - i // ticks) * step)
        away = sign * (long + (0.75 * height if level else (0.4 + 0.35 * len(text)) * height))
        letter(block, writer, text, (at, away) if level else (away, at))
    end = (count - 1) * pitch
    if rng.random() < 0.6:
        edge = np.array([(-0.5 * pitch, 0), (end + 0.5 * pitch, 0)])
        block.line(edge if level else edge[:, ::-1], max(1, width))
    if not level and rng.random() < 0.7:
        _tube(rng, block, end, -sign * height, 0.3 * height)
    elif rng.random() < 0.4:
        outline = rectangle(
            -0.7 * pitch, min(0, sign * 3.2 * height), end + 1.4 * pitch, 3.2 * height
        )
        panel(block, outline if level else outline[:, ::-1], None, max(1, width))
    if rng.random() < 0.4:
        unit = writers.font(max(SMALLEST, 0.8 * height))
        x, y = (end, sign * (long + 2.2 * height)) if level else (sign * 2 * height, -1.5 * height)
        letter(block, unit, pick(rng, ("cm", "mm", "°C", "°F", "inch", "ml", "%")), (x, y))
    return block


def _tube(rng: np.random.Generator, block: Block, end: float, x: float, radius: float) -> None:
    """Add the tube of a thermometer along the ticks, with its bulb below."""
    full = float(rng.uniform(0.1, 0.9)) * end
    panel(block, rectangle(x - radius, -2 * radius, 2 * radius, end + 5 * radius, radius), None, 1)
    block.fill(rectangle(x - 0.5 * radius, full, radius, end - full + 4 * radius), 0.8)
    block.fill(ellipse(x, end + 5 * radius, 2 * radius), 0.8)


def gauge(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a pressure gauge, speedometer or kitchen scale: numbers on an arc, a pointer."""
    height = within(height, 8, 8)
    radius = min(130.0, height * float(rng.uniform(3.5, 6)))
    step = float(rng.choice([1, 1, 2, 5, 10, 20, 0.5, 0.1]))
    first = 0.25 + float(rng.uniform(0.08, 0.25))
    span = 2 * (0.75 - first)
    longest = 1 if step < 2 and step >= 1 else 2 if step <= 5 else 2.6
    ring = 0.84 * radius - (0.5 + 0.25 * longest) * height
    room = 2 * np.pi * ring * span / ((0.6 * longest + 0.5) * height)
    count = int(np.clip(room, 2, rng.integers(5, 13)))
    block = Block()
    fill = None if rng.random() < 0.5 else float(rng.choice([0, 0.05, 0.9, 1]))
    ink = 0.0 if fill is not None and fill > 0.5 else 1.0
    edge = max(1, 0.15 * height) if rng.random() < 0.8 else 0
    panel(block, ellipse(0, 0, 1.12 * radius), fill, edge, 0.8)
    ticks = int(rng.choice([2, 5, 5]))
    for i in range((count - 1) * ticks + 1):
        turns = first + span * i / ((count - 1) * ticks)
        inner = 0.86 if i % ticks == 0 else 0.93
        width = max(0.6, (0.1 if i % ticks == 0 else 0.05) * height)
        ends = polar(0, 0, inner * radius, turns), polar(0, 0, radius, turns)
        block.line(segment(*ends), width, ink)
    writer = writers.font(height)
    is_turned = rng.random() < 0.2
    for i in range(count):
        turns = first + span * i / (count - 1)
        turn = turns + 0.25 if is_turned else 0
        letter(block, writer, f"{i * step:g}", polar(0, 0, ring, turns), ink, turn)
    _dial_words(rng, block, writers, 0.35 * radius, ink)
    _pointer(rng, block, (0, 0), 0.8 * radius, first + span * float(rng.random()), ink)
    return block


def _dial_words(
    rng: np.random.Generator, block: Block, writers: Writers, y: float, ink: float
) -> None:
    if rng.random() < 0.7:
        size = max(SMALLEST, 0.35 * y)
        letter(block, writers.font(size), pick(rng, UNITS), (0, y), ink)
    if rng.random() < 0.4:
        size = max(SMALLEST, 0.25 * y)
        letter(block, writers.font(size), word(rng), (0, -0.8 * y), ink)


def clock_face(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a clock with hands and all, or four, of its twelve numbers."""
    height = within(height, 8, 8)
    radius = min(135.0, height * float(rng.uniform(3.3, 5.5)))
    block = Block()
    fill = None if rng.random() < 0.5 else float(rng.choice([0, 0.1, 1]))
    ink = 0.0 if fill == 1 else 1.0
    panel(block, ellipse(0, 0, 1.1 * radius), fill, max(1, float(rng.uniform(0.05, 0.5)) * height))
    quarters_only, has_ticks, has_minutes = rng.random(3) < (0.2, 0.7, 0.4)
    writer = writers.any(height) if rng.random() < 0.3 else writers.font(height)
    for i in range(60):
        if (i % 5 and not has_minutes) or not has_ticks:
            continue
        inner = 0.93 if i % 5 == 0 else 0.97
        width = max(0.6, (0.12 if i % 5 == 0 else 0.05) * height)
        block.line(
            segment(polar(0, 0, inner * radius, i / 60), polar(0, 0, radius, i / 60)), width, ink
        )
    for hour in range(1, 13):
        if quarters_only and hour % 3:
            continue
        place = polar(0, 0, 0.9 * radius - 0.7 * height, hour / 12 - 0.25)
        letter(block, writer, str(hour), place, ink)
    _dial_words(rng, block, writers, 0.4 * radius, ink)
    for long, width in ((0.5, 0.2), (0.75, 0.13), (0.8, 0.04))[: int(rng.integers(2, 4))]:
        tip = polar(0, 0, long * radius, float(rng.random()))
        block.line(segment((0, 0), tip), max(0.8, width * height), ink)
    return block


INSTRUMENTS: dict[Layout, float] = {
    **DISPLAYS,
    **KEYS,
    **COUNTED,
    drums: 8,
    odometer: 2,
    water_meter: 3,
    ruler: 1.5,
    gauge: 1.5,
    clock_face: 1,
    **PLATES,
    **THINGS,
}
