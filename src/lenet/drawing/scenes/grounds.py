"""What characters stand on: papers, tables, walls, panels; and the level of ink that suits each.

A ground is grey, float32 (h, w), 0..255, and may overshoot a little.
"""

from collections.abc import Callable, Sequence
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.drawing.pen import FRACTION_BITS, grain
from lenet.drawing.strokes import Floats

Grey = NDArray[np.float32]
BANK_SIDE = 512  # pixels of a texture that is kept


def _grains(size: float) -> Callable[[], Grey]:
    return lambda: _standardised(grain(size, round(10 * size), BANK_SIDE))


def _standardised(texture: Grey) -> Grey:
    return np.asarray((texture - texture.mean()) / texture.std(), np.float32)


def _wood() -> Grey:
    """Return boards: long fibres and rings that run along them."""
    fibres = cv2.blur(grain(0.6, 31, BANK_SIDE), (61, 1))
    warp = cv2.blur(grain(30, 32, BANK_SIDE), (121, 1))
    rows = np.arange(BANK_SIDE, dtype=np.float32)[:, None]
    rings = np.sin(rows / 7 + 3.5 * warp / warp.std())
    return _standardised(np.asarray(fibres / fibres.std() + rings, np.float32))


def _cloth() -> Grey:
    """Return a plain weave with irregular threads."""
    y, x = np.mgrid[:BANK_SIDE, :BANK_SIDE].astype(np.float32)
    uneven = grain(12, 33, BANK_SIDE)
    weave = np.sin(1.6 * x + 0.5 * uneven) * np.sin(1.6 * y + 0.5 * uneven)
    return _standardised(np.asarray(weave + 0.5 * grain(0.8, 34, BANK_SIDE), np.float32))


def _concrete() -> Grey:
    """Return spots of all sizes and dark pits."""
    spots = sum(grain(size, 35 + k, BANK_SIDE) for k, size in enumerate((0.6, 2, 7, 24)))
    pits = np.minimum(0, grain(2, 41, BANK_SIDE) + 1.6)
    return _standardised(np.asarray(spots + 4 * pits, np.float32))


def _brickwork() -> Grey:
    """Return rows of bricks or tiles with light joints."""
    y, x = np.mgrid[:BANK_SIDE, :BANK_SIDE]
    shifted = x + 32 * (y // 32 % 2)
    joints = (y % 32 < 3) | (shifted % 64 < 3)
    bricks = np.random.default_rng(42).normal(0, 0.5, (16, 9))[y // 32, shifted // 64]
    return _standardised(np.asarray(2 * joints + bricks + 0.3 * grain(1, 43, BANK_SIDE)))


def _leather() -> Grey:
    """Return a skin of small cells, as of artificial leather or stucco."""
    return _standardised(np.asarray(np.abs(grain(4, 44, BANK_SIDE)), np.float32))


def _fibres() -> Grey:
    return _standardised(np.asarray(cv2.blur(grain(0.7, 45, BANK_SIDE), (11, 1)), np.float32))


_FINE: dict[str, Callable[[], Grey]] = {
    "fine grain": _grains(0.6),
    "grain": _grains(1.2),
    "coarse grain": _grains(3),
    "blotches": _grains(9),
    "clouds": _grains(28),
    "fibres": _fibres,
}
TEXTURES = _FINE | {
    "wood": _wood,
    "cloth": _cloth,
    "concrete": _concrete,
    "bricks": _brickwork,
    "leather": _leather,
}
PAPER_TEXTURES, SURFACE_TEXTURES = tuple(_FINE), tuple(TEXTURES)


@cache
def _texture(name: str) -> Grey:
    return TEXTURES[name]()


def texture(rng: np.random.Generator, shape: tuple[int, int], names: Sequence[str]) -> Grey:
    """Return a part of one of these textures, mean about 0 and variance about 1.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    shape : tuple of int
        Height and width.
    names : sequence of str
        Names in `TEXTURES`.
    """
    bank = _texture(names[int(rng.integers(len(names)))])
    zoom = float(np.exp(rng.uniform(np.log(0.6), np.log(2.5))))
    if rng.random() < 0.4:
        bank = bank.T
    return _crop(rng, bank, shape, zoom)


def _crop(
    rng: np.random.Generator, picture: NDArray[np.generic], shape: tuple[int, int], zoom: float
) -> Grey:
    """Return a part of a picture, enlarged by `zoom` or by as much as fills the shape."""
    zoom = max(zoom, shape[0] / picture.shape[0], shape[1] / picture.shape[1])
    h, w = (min(p, max(1, round(s / zoom))) for p, s in zip(picture.shape, shape, strict=True))
    y, x = (int(rng.integers(p - s + 1)) for p, s in zip(picture.shape, (h, w), strict=True))
    part = np.asarray(picture[y : y + h, x : x + w], np.float32)
    how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(part, shape[::-1], interpolation=how), np.float32)


def gradient(rng: np.random.Generator, shape: tuple[int, int]) -> Grey:
    """Return a slope in any direction, float32 (h, w), from 0 to 1."""
    angle = rng.uniform(0, 2 * np.pi)
    y = np.linspace(-1, 1, shape[0], dtype=np.float32)[:, None] * np.float32(np.sin(angle))
    x = np.linspace(-1, 1, shape[1], dtype=np.float32)[None] * np.float32(np.cos(angle))
    reach = abs(np.sin(angle)) + abs(np.cos(angle))
    return np.asarray(np.clip((x + y) / (2 * reach) + 0.5, 0, 1), np.float32)


def paper_level(rng: np.random.Generator) -> float:
    """Return how light a paper is: mostly light, often dark, at times mid-grey."""
    kind = rng.random()
    if kind < 0.2:
        return 255.0  # paint programs and scans
    if kind < 0.65:
        return float(rng.uniform(190, 254))
    if kind < 0.82:
        return float(rng.uniform(70, 190))  # tinted paper, paper in the shade
    return 0.0 if kind < 0.88 else float(rng.uniform(3, 70))  # screens, boards


def paper(rng: np.random.Generator, shape: tuple[int, int], height: float) -> Grey:
    """Return a paper with its texture and ruling.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    shape : tuple of int
        Height and width.
    height : float
        Height of the usual digit on it, in pixels.
    """
    level = paper_level(rng)
    grey = np.full(shape, level, np.float32)
    if rng.random() < 0.4:
        grey += texture(rng, shape, PAPER_TEXTURES) * np.float32(rng.exponential(2.5))
    if rng.random() < 0.15:
        grey += (gradient(rng, shape) - 0.5) * np.float32(rng.normal(0, 40))
    ruling = rng.random()
    if ruling < 0.24:
        rule(rng, grey, level, height)
    elif ruling < 0.28:
        _band(rng, grey, height)
    if rng.random() < 0.05:
        _fold(rng, grey)
    return grey


def rule(rng: np.random.Generator, grey: Grey, level: float, height: float) -> None:
    """Draw lines or squares all over the paper, as often as not to fit the digits."""
    h, w = grey.shape
    fitting = rng.random() < 0.5
    pitch = max(4.0, height * rng.choice([0.5, 1.2, 1.5, 2]) if fitting else rng.uniform(6, 60))
    room = max(level, 255 - level)
    contrast = rng.uniform(8, min(120, room))
    tone = level - contrast if level > 128 else level + contrast
    width = 1 if rng.random() < 0.7 else max(1, round(0.06 * pitch))
    tilt = rng.normal(0, 0.01) if rng.random() < 0.4 else 0
    squared = rng.random() < 0.5
    before = grey.copy()
    for y in np.arange(rng.uniform(0, pitch), h, pitch):
        _rule_line(grey, (0, y), (w, y + tilt * w), tone, width)
    if squared:
        for x in np.arange(rng.uniform(0, pitch), w, pitch):
            _rule_line(grey, (x, 0), (x - tilt * h, h), tone, width)
    elif rng.random() < 0.25:  # the margin of an exercise book
        x = rng.uniform(0.05, 0.3) * w
        _rule_line(grey, (x, 0), (x - tilt * h, h), tone, width)
    grey += (before - grey) * np.float32(rng.uniform(0, 0.4))


def _rule_line(
    grey: Grey, start: tuple[float, float], end: tuple[float, float], tone: float, width: int
) -> None:
    scale = 1 << FRACTION_BITS
    first, last = (tuple(round(float(v) * scale) for v in point) for point in (start, end))
    cv2.line(grey, first, last, float(tone), width, cv2.LINE_AA, FRACTION_BITS)


def _band(rng: np.random.Generator, grey: Grey, height: float) -> None:
    """Tint every other row, as in printed tables."""
    pitch = max(5.0, height * rng.uniform(1.2, 2.5))
    rows = (np.arange(len(grey)) + rng.uniform(0, 2 * pitch)) / pitch
    grey += np.where(rows % 2 < 1, np.float32(rng.normal(0, 25)), np.float32(0))[:, None]


def _fold(rng: np.random.Generator, grey: Grey) -> None:
    """Fold the paper along a line: its halves differ, the crease is lighter or darker."""
    h, w = grey.shape
    slope = gradient(rng, (h, w)) - np.float32(rng.uniform(0.25, 0.75))
    grey += np.float32(rng.normal(0, 8)) * np.sign(slope)
    crease = np.exp(-((slope * max(h, w) / np.float32(rng.uniform(0.7, 2))) ** 2))
    grey += np.float32(rng.normal(0, 25)) * crease


def surface(
    rng: np.random.Generator, shape: tuple[int, int], photos: tuple[NDArray[np.uint8], ...]
) -> Grey:
    """Return a table, a wall, a floor, or a part of a photo of things.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    shape : tuple of int
        Height and width.
    photos : tuple of ndarray of uint8, (h, w)
        Grey photos of things.
    """
    if photos and rng.random() < 0.5:
        return thing(rng, shape, photos)
    level = float(rng.uniform(15, 240))
    grey = np.full(shape, level, np.float32)
    kind = rng.random()
    if kind < 0.8:
        grey += texture(rng, shape, SURFACE_TEXTURES) * np.float32(rng.uniform(1, 20))
    elif kind < 0.87:
        width = rng.uniform(2, 40)
        stripes = np.sin(gradient(rng, shape) * np.float32(2 * np.pi * max(shape) / width))
        stripes = np.sign(stripes) if rng.random() < 0.4 else stripes
        grey += stripes * np.float32(rng.uniform(4, 50))
    if rng.random() < 0.3:
        grey += (gradient(rng, shape) - 0.5) * np.float32(rng.normal(0, 70))
    return np.clip(grey, 0, 255)


def thing(
    rng: np.random.Generator, shape: tuple[int, int], photos: tuple[NDArray[np.uint8], ...]
) -> Grey:
    """Return a part of one of the photos, at a random scale and contrast; see `surface`."""
    photo = photos[int(rng.integers(len(photos)))]
    if rng.random() < 0.5:
        photo = photo[:, ::-1]
    zoom = float(np.exp(rng.uniform(np.log(0.25), np.log(2))))
    grey = _crop(rng, photo, shape, zoom)
    if rng.random() < 0.25:
        grey = np.asarray(cv2.GaussianBlur(grey, (0, 0), float(rng.uniform(0.8, 5))), np.float32)
    if rng.random() < 0.5:
        share = np.float32(rng.uniform(0.35, 1))
        grey = grey * share + np.float32(rng.uniform(0, 255)) * (1 - share)
    return grey


def polygon(shape: tuple[int, int], outline: Floats) -> Grey:
    """Return the share of each pixel that lies in the outline, float64 (m, 2); float32, 0..1."""
    mask = np.zeros(shape, np.uint8)
    points = np.rint(outline * (1 << FRACTION_BITS)).astype(np.int32)
    cv2.fillPoly(mask, [points], 255.0, cv2.LINE_AA, FRACTION_BITS)
    return mask.astype(np.float32) / np.float32(255)


def lay_panel(rng: np.random.Generator, grey: Grey, outline: Floats, level: float) -> None:
    """Draw a plate, a note or a window on the ground, perhaps with an edge or a shadow.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    grey : ndarray of float32, (h, w)
        The ground; drawn on.
    outline : ndarray of float64, (m, 2)
        Corners of the panel in pixels.
    level : float
        Its grey.
    """
    low = np.maximum(np.floor(outline.min(0)).astype(int) - 12, 0)
    high = np.minimum(np.ceil(outline.max(0)).astype(int) + 12, grey.shape[::-1])
    if (high <= low).any():
        return
    part = grey[low[1] : high[1], low[0] : high[0]]
    outline = outline - low
    if rng.random() < 0.25:
        drop_shadow(rng, part, outline)
    fill = np.full(part.shape, level, np.float32)
    if rng.random() < 0.2:
        fill += texture(rng, part.shape, PAPER_TEXTURES) * np.float32(rng.uniform(0.5, 5))
    part += (fill - part) * polygon(part.shape, outline)
    if rng.random() < 0.35:
        points = np.rint(outline * (1 << FRACTION_BITS)).astype(np.int32)
        tone, width = float(rng.uniform(0, 255)), int(rng.integers(1, 5))
        cv2.polylines(part, [points], True, tone, width, cv2.LINE_AA, FRACTION_BITS)


def drop_shadow(rng: np.random.Generator, grey: Grey, outline: Floats) -> None:
    """Darken the ground beside an outline: what lies there is lit from one side."""
    moved = outline + rng.normal(0, 4, 2)
    shadow = cv2.GaussianBlur(polygon(grey.shape, moved), (0, 0), float(rng.uniform(0.8, 5)))
    grey *= 1 - np.float32(rng.uniform(0.15, 0.7)) * shadow


def torn(rng: np.random.Generator, outline: Floats) -> Floats:
    """Return the outline, float64 (m, 2), with one of its edges torn."""
    edge = int(rng.integers(len(outline)))
    outline = np.roll(outline, -edge, 0)
    start, end = outline[:2]
    along = np.linspace(0, 1, 24)[:, None]
    line = start + (end - start) * along
    length = float(np.hypot(*(end - start)))
    wander = np.cumsum(rng.normal(0, 0.012 * length, 24))
    wander -= wander[0] + (wander[-1] - wander[0]) * along[:, 0]
    normal = np.array([start[1] - end[1], end[0] - start[0]]) / max(length, 1)
    return np.concatenate([line + wander[:, None] * normal, outline[2:]])


LEAST_CONTRAST = 18.0  # of 255 between ink and ground: barely readable, but for faint pencil


def ink_level(rng: np.random.Generator, ground: float, spread: float) -> float:
    """Return a grey of ink that can be read on this ground.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    ground : float
        Median of the ground, 0..255.
    spread : float
        Its standard deviation: on a restless ground the contrast is higher.
    """
    kind = rng.random()
    if kind < 0.64:
        contrast = rng.uniform(95, 255)
    elif kind < 0.88:
        contrast = rng.uniform(45, 120)
    else:
        contrast = rng.uniform(LEAST_CONTRAST, 50)
    contrast = max(float(contrast), 2.2 * spread)
    darker = bool(rng.random() < 0.93) == (ground > 120)
    if (ground if darker else 255 - ground) < min(contrast, LEAST_CONTRAST + 2.2 * spread):
        darker = ground > 127.5
    return float(np.clip(ground - contrast if darker else ground + contrast, 0, 255))
