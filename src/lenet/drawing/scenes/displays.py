"""Layouts of displays and keys: LCD, LED and dot matrix, clocks, calculators, dial pads."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lenet.drawing.scenes.block import Block, Glyph, Layout, Writer, Writers
from lenet.drawing.scenes.machines import DotMatrix
from lenet.drawing.scenes.shapes import (
    SMALLEST,
    ellipse,
    letter,
    panel,
    rectangle,
    segment,
    shadow,
    within,
)
from lenet.drawing.scenes.texts import plain_digits, word
from lenet.drawing.strokes import Floats

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
_DIAL = ("123", "456", "789", "*0#")
_DIAL_LETTERS = ("", "ABC", "DEF", "GHI", "JKL", "MNO", "PQRS", "TUV", "WXYZ", "", "+", "")
_CALCULATOR = ("789÷", "456×", "123-", "0.=+")
_SHIFTED = dict(zip("1234567890", '!"#$%&/()=', strict=True))


@dataclass(frozen=True)
class _Look:
    """How a display looks: shades of the panel, of what is on and of what is off."""

    panel: float | None
    on: float
    off: float | None
    glows: bool


def _look(rng: np.random.Generator) -> _Look:
    has_ghosts = rng.random() < 0.35
    if rng.random() < 0.5:
        shade = float(rng.uniform(0, 0.4))
        off = shade + float(rng.uniform(0.04, 0.15)) if has_ghosts else None
        return _Look(shade if rng.random() < 0.85 else None, float(rng.uniform(0.8, 1)), off, False)
    shade = float(rng.uniform(0.75, 1))
    off = shade - float(rng.uniform(0.04, 0.15)) if has_ghosts else None
    return _Look(shade, float(rng.uniform(0, 0.15)), off, bool(rng.random() < 0.6))


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


def _one(rng: np.random.Generator, of: Sequence[str]) -> str:
    return of[int(rng.integers(len(of)))]


def _screen_writer(rng: np.random.Generator, height: float, writers: Writers) -> Writer:
    return writers.display(height) if rng.random() < 0.85 else writers.font(height)


def _show(
    block: Block, writer: Writer, text: str, right: float, y: float, look: _Look, spare: int = 0
) -> float:
    """Write a row that ends at `right`, in cells of one width; return where it starts.

    The cells, and `spare` empty ones before them, show what is off.
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
        shadow(block, row, (0, 0), 0.1 * writer.height, 0.5 * (look.panel or 0) + 0.5 * look.on)
    block.append(row, 0, 0)
    return x


def _on_panel(rng: np.random.Generator, content: Block, look: _Look, height: float) -> Block:
    """Return the content on its panel, often with a frame."""
    low, high = content.bounds()
    margin = height * rng.uniform((0.15, 0.12), (0.8, 0.5))
    (x, y), (w, h) = low - margin, high - low + 2 * margin
    block = Block()
    radius = float(rng.choice([0, 0.1, 0.25])) * height
    roll = rng.random()
    if roll < 0.3:
        frame = float(rng.uniform(0.1, 0.5)) * height
        outline = rectangle(x - frame, y - frame, w + 2 * frame, h + 2 * frame, radius + frame)
        block.fill(outline, float(rng.choice([0.15, 0.5, 0.8, 1])))
    edge = float(rng.uniform(0.03, 0.12)) * height if roll > 0.6 or look.panel is None else 0
    panel(block, rectangle(x, y, w, h, radius), look.panel, edge, float(rng.uniform(0.3, 1)))
    block.append(content, 0, 0)
    return block


def _icon(
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
    rng: np.random.Generator, height: float, writers: Writers, texts: Sequence[str], look: _Look
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
            label.write(writers.font(small), _one(rng, LABELS), 0, 0, look.on)
            if label:
                block.append(label, -float(rng.uniform(1, 3.5)) * size, y)
                y += 1.35 * small
        spare = int(rng.integers(0, 3)) if look.off is not None or rng.random() < 0.1 else 0
        left = _show(block, writer, text, 0, y, look, spare)
        if with_units and rng.random() < 0.8:
            unit = writers.font(small)
            place = y + float(rng.choice([0, size - small]))
            block.write(unit, _one(rng, UNITS), 0.2 * size, place, look.on)
        if rng.random() < 0.12:
            _icon(rng, block, left - size, y + 0.2 * size, 0.5 * size, look.on)
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
    look = _look(rng)
    texts = [
        clock_time(rng) if rng.random() < 0.12 and longest > 3 else reading(rng, longest)
        for _ in range(count)
    ]
    return _on_panel(rng, _rows(rng, height, writers, texts, look), look, height)


def clock(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a digital clock, often with a date, a weekday or a second time."""
    height = within(height, 4.5, 2)
    look, block = _look(rng), Block()
    writer = _screen_writer(rng, height, writers)
    text = clock_time(rng)
    left = _show(block, writer, text, 0, 0, look)
    small = max(SMALLEST, height * float(rng.uniform(0.25, 0.45)))
    other = _screen_writer(rng, small, writers)
    if rng.random() < 0.35:
        _show(block, other, f"{rng.integers(60):02}", 2.2 * small, height - small, look)
    if rng.random() < 0.3:
        word_writer = writers.font(small)
        block.write(word_writer, _one(rng, ("AM", "PM", "pm", "am")), 0.3 * small, 0, look.on)
    if rng.random() < 0.4:
        day, month = rng.integers((1, 1), (32, 13)).tolist()
        date = _one(rng, (f"{day}-{month}", f"{day:02}.{month:02}", f"{month}-{day:02}"))
        start = _show(block, other, date, -0.2 * height, 1.25 * height, look)
        if start > left:
            block.write(writers.font(small), _one(rng, LABELS), left, 1.25 * height, look.on)
    if rng.random() < 0.2:
        _icon(rng, block, left, -0.5 * height, 0.3 * height, look.on)
    return _on_panel(rng, block, look, height)


def device(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a scale, thermostat or meter: a display in a case with words, buttons and lamps."""
    height = within(height, 6, 6)
    look = _look(rng)
    texts = [reading(rng, 4) for _ in range(int(rng.choice([1, 1, 2])))]
    screen = _on_panel(rng, _rows(rng, height, writers, texts, look), look, height)
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
        _button(rng, block, centre, size, ink)
        if below > 2 * height and 4 * small < w / count:
            name = writers.font(small)
            letter(block, name, _one(rng, LABELS), (centre[0], centre[1] + 1.7 * size), ink)
    return block


def _button(
    rng: np.random.Generator, block: Block, centre: tuple[float, float], size: float, ink: float
) -> None:
    """Add a button with an arrow, a sign or nothing on it; `size` is its radius."""
    x, y = centre
    if rng.random() < 0.5:
        outline = ellipse(x, y, size)
    else:
        outline = rectangle(x - size, y - 0.7 * size, 2 * size, 1.4 * size, 0.2 * size)
    panel(block, outline, float(rng.choice([0.2, 0.5, 0.8])), max(0.7, 0.08 * size), ink)
    _icon(rng, block, x - 0.4 * size, y - 0.4 * size, 0.8 * size, ink)


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
) -> Block:
    """Return rows of keys; the first stands at the origin. A caption stands below each."""
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
        letter(block, writer, legend, (x, y - up), keys.ink)
        if caption and text:
            letter(block, caption[0], text, (x, y + 0.55 * height), keys.ink)
    under.append(block, 0, 0)
    return under


def dial_pad(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return the keys of a phone, an alarm or a cash machine, often in a case."""
    height = within(height, 6.5, 8)
    rows = list(_DIAL)
    if rng.random() < 0.15:
        rows = ["789", "456", "123", _one(rng, ("*0#", ".0-", " 0 "))]
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
            0, [_one(rng, ("C", "AC", "CE", "ON")), "M+", "MR", _one(rng, ("%", "√", "+/-"))]
        )
    block = _pad(rng, height, writers.font(height), rows, keys)
    (x, y), (right, _) = block.bounds()
    look, screen = _look(rng), Block()
    size = height * float(rng.uniform(1, 1.4))
    writer = writers.display(size)
    longest = max(2, min(8, int((right - x) / size)))
    _show(screen, writer, reading(rng, longest), 0, 0, look, int(rng.integers(0, 2)))
    screen = _on_panel(rng, screen, look, size)
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
        _button(
            rng, block, (float(x) + (i + 0.5) * float(right - x) / 3, y - height), 0.6 * height, 1
        )
    letter(block, small, _one(rng, LABELS), (middle, y - 2.3 * height))
    ring = float(bottom) + 2.2 * height
    panel(block, ellipse(middle, ring, 1.8 * height), 0.15, 1)
    panel(block, ellipse(middle, ring, 0.8 * height), 0, 1)
    letter(block, small, "OK", (middle, ring))
    for i in range(4):
        angle = np.pi / 2 * i
        x, y = middle + 1.3 * height * np.cos(angle), ring + 1.3 * height * np.sin(angle)
        _icon(rng, block, x - 0.2 * height, y - 0.2 * height, 0.4 * height, 1)
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


def board(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    """Return a scoreboard or a departure board: rows of dots on a dark panel."""
    rows = int(rng.integers(1, 4))
    height = within(height, 6, 1.6 * rows)
    look, block = _look(rng), Block()
    writer: Writer = DotMatrix(height, rng)
    for i in range(rows):
        y = 1.5 * height * i
        text = _one(
            rng,
            (
                clock_time(rng),
                reading(rng, 4),
                f"{rng.integers(1, 60)}min",
                f"{rng.integers(100)}%",
            ),
        )
        _show(block, writer, text, 0, y, look)
        label = Block()
        label.write(writer, word(rng).upper()[:5], 0, 0, look.on)
        if label and rng.random() < 0.6:
            block.append(label, float(-8 * height), y)
    return _on_panel(rng, block, look, height)


DISPLAYS: dict[Layout, float] = {
    display: 5,
    clock: 2,
    device: 2,
    board: 1.2,
    dial_pad: 0.8,
    calculator: 0.7,
    remote: 0.4,
    elevator: 0.6,
    keyboard: 0.5,
}
