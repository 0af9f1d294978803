"""`Page`: a ground with blocks of characters on it, still flat and without light."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.drawing.scenes.block import CUT, OTHER, SMALLEST, Drawing, Layout, Writers
from lenet.drawing.scenes.grounds import Grey, gradient, ink_level, lay_panel, texture

MOST_CHARACTERS = 254  # of a scene: their numbers are kept in a byte, 0 is for none
TRIES = 8  # to find a free place for a block
BESIDE = 0.22  # share of later blocks that hold no digit: to be told from the digits beside
LYING = 48.0  # degrees: a digit that is turned further is not read as the one it was


@dataclass
class Page:
    """A ground with characters.

    Attributes
    ----------
    grey : ndarray of float32, (h, w)
        The picture so far, 0..255.
    ids : ndarray of int32, (h, w)
        0 = no character, i = the i-th of `classes`, counted from 1.
    classes : list of int
        0..9 for a digit, else `OTHER`.
    turns : list of float
        By how many degrees each of them is turned, clockwise.
    inked : list of int
        Pixels that each character has when nothing of it is cut off or covered.
    contrast : float
        The weakest contrast between ink and ground; noise must stay below.
    smallest : float
        Height of the smallest digits in pixels; blur must stay below.
    """

    grey: Grey
    ids: NDArray[np.int32] = field(init=False)
    classes: list[int] = field(default_factory=list)
    turns: list[float] = field(default_factory=list)
    inked: list[int] = field(default_factory=list)
    contrast: float = 255.0
    smallest: float = 400.0
    _taken: NDArray[np.bool_] = field(init=False)  # places where a block stands
    _ink: float | None = None  # level of the ink used before

    def __post_init__(self) -> None:
        self.ids = np.zeros(self.grey.shape, np.int32)
        self._taken = np.zeros(self.grey.shape, np.bool_)

    def upright(self, turned: float = 0) -> list[int]:
        """Return `classes`, with `CUT` for digits that lie if the page is turned by degrees."""
        return [
            CUT if label < OTHER and _lies(turn + turned) else label
            for label, turn in zip(self.classes, self.turns, strict=True)
        ]

    def is_free(self, x: int, y: int, w: int, h: int) -> bool:
        """Return whether no block stands on any part of this box."""
        return not self._taken[max(0, y) : max(0, y + h), max(0, x) : max(0, x + w)].any()

    def take(self, x: int, y: int, w: int, h: int) -> None:
        """Let no other block stand on this box."""
        self._taken[max(0, y) : max(0, y + h), max(0, x) : max(0, x + w)] = True

    def write(
        self, rng: np.random.Generator, drawing: Drawing, x: int, y: int, height: float
    ) -> None:
        """Write a block with its left upper corner at (x, y); what is outside the page is cut.

        `height` is that of its usual digit in pixels.
        """
        (h, w), (rows, columns) = drawing.shade.shape, self.grey.shape
        top, left, bottom, right = max(0, y), max(0, x), min(rows, y + h), min(columns, x + w)
        room = MOST_CHARACTERS - len(self.classes)
        if bottom <= top or right <= left or len(drawing.classes) > room:
            return
        here = np.s_[top:bottom, left:right]
        there = np.s_[top - y : bottom - y, left - x : right - x]
        grey, shade, ids = self.grey[here], drawing.shade[there], drawing.ids[there]
        level = self._level(rng, grey)
        if rng.random() < 0.25:
            shade = shade * _wear(rng, shade.shape)
        grey += (np.float32(level) - grey) * shade
        has_ink = ids > 0
        self.ids[here][has_ink] = ids[has_ink] + len(self.classes)
        self.classes += drawing.classes
        self.turns += drawing.turns
        counts = np.bincount(drawing.ids.ravel(), minlength=len(drawing.classes) + 1)
        self.inked += counts[1:].tolist()
        self.smallest = min(self.smallest, height)

    def _level(self, rng: np.random.Generator, ground: Grey) -> float:
        """Choose the ink for a ground: mostly the one used before, if it can be seen there."""
        sample = _sample(ground)
        median, spread = float(np.median(sample)), float(sample.std())
        reads = self._ink is not None and abs(self._ink - median) > max(30, 2.2 * spread)
        if self._ink is None or not reads or rng.random() < 0.2:
            self._ink = ink_level(rng, median, spread)
        self.contrast = min(self.contrast, abs(self._ink - median))
        return self._ink


def _sample(grey: Grey) -> Grey:
    """Return some hundred pixels in a lattice, for quick statistics."""
    step = max(1, round(np.sqrt(grey.size / 400)))
    return grey[step // 2 :: step, step // 2 :: step]


def _lies(turn: float) -> bool:
    return abs((turn + 180) % 360 - 180) > LYING


def _wear(rng: np.random.Generator, shape: tuple[int, int]) -> Grey:
    """Return how strong the ink is in each place, 0.4 to 1."""
    if rng.random() < 0.4:
        return np.full(shape, rng.uniform(0.5, 1), np.float32)
    uneven = texture(rng, shape, ("clouds", "blotches", "coarse grain"))
    worn = 1 - np.float32(rng.uniform(0.05, 0.3)) * (uneven + 1)
    return np.asarray(np.clip(worn, 0.4, 1), np.float32)


@dataclass(frozen=True)
class Content:
    """What is written on a page.

    Attributes
    ----------
    layouts : mapping of Layout to float
        Kinds of block and their relative frequencies.
    beside : mapping of Layout to float
        Kinds of block that only come beside another one.
    writers : Writers
        Who writes them.
    height : float
        Height of the usual digit in pixels.
    most_turned : float
        By how many degrees a block may be turned on the page.
    """

    layouts: Mapping[Layout, float]
    beside: Mapping[Layout, float]
    writers: Writers
    height: float
    most_turned: float = 45.0

    def block(
        self, rng: np.random.Generator, height: float, *, is_first: bool = True
    ) -> Drawing | None:
        """Draw a block; None if it came out empty or too large."""
        layouts = self.beside if not is_first and rng.random() < BESIDE else self.layouts
        shares = np.cumsum(list(layouts.values()))
        layout = list(layouts)[int(np.searchsorted(shares, rng.random() * shares[-1]))]
        block = layout(rng, height, self.writers)
        return block.render() if block else None


def scatter(rng: np.random.Generator, page: Page, content: Content, count: int) -> None:
    """Write up to `count` blocks in free places, mostly of one size."""
    for number in range(count):
        height = content.height
        if number:
            alike = rng.random() < 0.65
            height *= float(np.exp(rng.normal(0, 0.12 if alike else 0.7)))
        height = float(np.clip(height, SMALLEST, 1.6 * max(page.grey.shape)))
        drawing = content.block(rng, height, is_first=not number)
        if drawing is None:
            continue
        turn = float(np.clip(_angle(rng), -content.most_turned, content.most_turned))
        drawing = _turned(drawing, turn)
        factor = _fitting(rng, drawing, page.grey.shape)
        if factor == 1:
            _place(rng, page, drawing, height)
        elif factor > 0.3 and factor * height >= SMALLEST:
            _place(rng, page, _shrunk(drawing, factor), factor * height)


def fill(rng: np.random.Generator, page: Page, content: Content) -> None:
    """Write row below row until the page is full."""
    rows, columns = page.grey.shape
    gap = content.height * rng.uniform(0.3, 1.2)
    angle = rng.normal(0, 1.5) if rng.random() < 0.5 else 0.0
    y = float(rng.uniform(-1, 1)) * content.height
    while y < rows:
        x, lower = float(rng.uniform(-1, 1.5)) * content.height, y + content.height
        while x < columns:
            drawing = content.block(rng, content.height, is_first=not page.classes)
            if drawing is None or len(page.classes) > MOST_CHARACTERS - 20:
                return
            drawing = _turned(drawing, angle)
            h, w = drawing.shade.shape
            page.write(rng, drawing, round(x), round(y), content.height)
            x += w + gap
            lower = max(lower, y + h)
        y = lower + 0.6 * gap


def _angle(rng: np.random.Generator) -> float:
    """Return by how many degrees a block is turned: mostly little, since people write level."""
    kind = rng.random()
    if kind < 0.55:
        return 0.0
    return float(rng.normal(0, 3.5) if kind < 0.91 else rng.uniform(-45, 45))


def _turned(drawing: Drawing, angle: float) -> Drawing:
    if abs(angle) < 0.4:
        return drawing
    h, w = drawing.shade.shape
    matrix = cv2.getRotationMatrix2D((w / 2, h / 2), angle, 1)
    cosine, sine = abs(matrix[0, 0]), abs(matrix[0, 1])
    size = int(h * sine + w * cosine) + 2, int(h * cosine + w * sine) + 2
    matrix[:, 2] += size[0] / 2 - w / 2, size[1] / 2 - h / 2
    shade = cv2.warpAffine(drawing.shade, matrix, size, flags=cv2.INTER_LINEAR)
    ids = cv2.warpAffine(drawing.ids.astype(np.int16), matrix, size, flags=cv2.INTER_NEAREST)
    turns = tuple(turn - angle for turn in drawing.turns)  # OpenCV turns the other way
    return Drawing(np.asarray(shade, np.float32), ids.astype(np.int32), drawing.classes, turns)


def _fitting(rng: np.random.Generator, drawing: Drawing, shape: tuple[int, int]) -> float:
    """Return by how much a block is made smaller to fit the page; some hang out instead."""
    (h, w), (rows, columns) = drawing.shade.shape, shape
    factor = 0.98 * min(rows / h, columns / w)
    return 1.0 if factor >= 0.98 or rng.random() < 0.3 else factor


def _shrunk(drawing: Drawing, factor: float) -> Drawing:
    h, w = drawing.shade.shape
    size = max(3, int(w * factor)), max(3, int(h * factor))
    shade = cv2.resize(drawing.shade, size, interpolation=cv2.INTER_AREA)
    ids = cv2.resize(drawing.ids.astype(np.int16), size, interpolation=cv2.INTER_NEAREST)
    return replace(drawing, shade=np.asarray(shade, np.float32), ids=ids.astype(np.int32))


def show_through(rng: np.random.Generator, page: Page, content: Content) -> None:
    """Let writing on the back of the page shine through: mirrored, faint, not in the truth."""
    drawing = content.block(rng, content.height)
    if drawing is None:
        return
    shade = cv2.GaussianBlur(drawing.shade[:, ::-1], (0, 0), float(rng.uniform(0.8, 2)))
    h, w = (min(a, b) for a, b in zip(shade.shape, page.grey.shape, strict=True))
    y, x = (int(rng.integers(b - a + 1)) for a, b in zip((h, w), page.grey.shape, strict=True))
    strength = np.float32(rng.choice([-1, 1]) * rng.uniform(4, 16))
    page.grey[y : y + h, x : x + w] += strength * shade[:h, :w]


def _place(rng: np.random.Generator, page: Page, drawing: Drawing, height: float) -> None:
    """Write a block in a free place, perhaps over the edge of the page, perhaps on a panel."""
    (h, w), (rows, columns) = drawing.shade.shape, page.grey.shape
    beyond = 0.6 * height if rng.random() < 0.12 else 0.0
    margin = round(0.2 * height)
    for _ in range(TRIES):
        along, down = rng.random(2)
        x = round(along * (columns - w + 2 * beyond) - beyond)
        y = round(down * (rows - h + 2 * beyond) - beyond)
        if page.is_free(x - margin, y - margin, w + 2 * margin, h + 2 * margin):
            break
    else:
        return
    around = _sample(page.grey[max(0, y) : max(0, y + h), max(0, x) : max(0, x + w)])
    restless = bool(around.size) and float(around.std()) > 35
    reach = height * float(rng.uniform(0.1, 1.0))
    if restless or rng.random() < 0.26:
        x0, y0, x1, y1 = x - reach, y - reach, x + w + reach, y + h + reach
        if page.is_free(int(x0), int(y0), int(x1 - x0), int(y1 - y0)):
            corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
            corners += rng.normal(0, 0.03 * height, (4, 2))
            ground = float(np.median(around)) if around.size else 128.0
            lay_panel(rng, page.grey, corners, _panel_level(rng, ground))
            page.take(int(x0), int(y0), int(x1 - x0), int(y1 - y0))
    page.write(rng, drawing, x, y, height)
    page.take(x, y, w, h)
    if rng.random() < 0.03:
        _highlight(rng, page, x, y, drawing)


def _panel_level(rng: np.random.Generator, ground: float) -> float:
    """Return the grey of a panel: a tint of the ground, light, dark, or anything."""
    kind = rng.random()
    if kind < 0.4:
        return float(np.clip(ground + rng.choice([-1, 1]) * rng.uniform(8, 60), 0, 255))
    if kind < 0.6:
        return float(rng.uniform(215, 255))
    return float(rng.uniform(0, 45) if kind < 0.75 else rng.uniform(0, 255))


def _highlight(rng: np.random.Generator, page: Page, x: int, y: int, drawing: Drawing) -> None:
    """Draw over a part of a block with a highlighter: ink stays darker than its ground."""
    h, w = drawing.shade.shape
    top, left = y + rng.uniform(-0.1, 0.5) * h, x + rng.uniform(-0.2, 0.5) * w
    bottom, right = top + rng.uniform(0.3, 0.8) * h, left + rng.uniform(0.3, 1) * w
    part = page.grey[max(0, int(top)) : max(0, int(bottom)), max(0, int(left)) : max(0, int(right))]
    if part.size:
        part *= np.float32(rng.uniform(0.6, 0.92)) + 0.03 * gradient(rng, part.shape)
