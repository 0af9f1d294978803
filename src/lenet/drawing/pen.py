"""Pens that turn lines into ink, 0 = paper, 255 = ink."""

from collections.abc import Callable, Sequence
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.drawing.strokes import Floats

Ink = NDArray[np.uint8]
FRACTION_BITS = 4  # of the fixed-point coordinates that OpenCV takes


def _line(canvas: Ink, line: Floats, thickness: int, strength: float = 255) -> None:
    points = np.rint(line * (1 << FRACTION_BITS)).astype(np.int32)
    cv2.polylines(canvas, [points], False, strength, thickness, cv2.LINE_AA, FRACTION_BITS)


def pen(canvas: Ink, lines: Sequence[Floats], width: float, rng: np.random.Generator) -> Ink:
    """Draw with a round pen of constant width."""
    for line in lines:
        _line(canvas, line, max(1, round(width)))
    return canvas


def ballpoint(canvas: Ink, lines: Sequence[Floats], width: float, rng: np.random.Generator) -> Ink:
    """Draw with pressure that varies along the stroke."""
    for line in lines:
        parts = max(2, len(line) // 5)
        pressure = np.interp(
            np.linspace(0, 1, parts), np.linspace(0, 1, 4), rng.uniform(0.65, 1.25, 4)
        )
        _in_parts(canvas, line, width * pressure)
    return canvas


def brush(canvas: Ink, lines: Sequence[Floats], width: float, rng: np.random.Generator) -> Ink:
    """Draw with a brush, whose strokes swell and taper."""
    for line in lines:
        parts = max(3, len(line) // 4)
        swell = rng.uniform(0.35, 1.0, 2)
        along = np.linspace(0, 1, parts)
        pressure = 1.2 * np.minimum(1, np.minimum(swell[0] + 2 * along, swell[1] + 2 * (1 - along)))
        _in_parts(canvas, line, width * pressure)
    return canvas


def _in_parts(canvas: Ink, line: Floats, widths: Floats) -> None:
    edges = np.linspace(0, len(line) - 1, len(widths) + 1).astype(int)
    for first, last, width in zip(edges[:-1], edges[1:], widths, strict=True):
        _line(canvas, line[first : last + 1], max(1, round(float(width))))


def marker(canvas: Ink, lines: Sequence[Floats], width: float, rng: np.random.Generator) -> Ink:
    """Draw with a chisel tip, wide in one direction and narrow in the other."""
    angle, narrow = rng.uniform(0, np.pi), rng.uniform(0.3, 0.6)
    thin = max(1, round(narrow * width))
    reach = max(0.0, width - thin) / 2
    nib = reach * np.array([np.cos(angle), np.sin(angle)])
    steps = max(2, int(2 * reach / max(1, thin * 0.6)) + 2)
    for line in lines:
        for at in np.linspace(-1, 1, steps):
            _line(canvas, line + at * nib, thin)
    return canvas


def mouse(canvas: Ink, lines: Sequence[Floats], width: float, rng: np.random.Generator) -> Ink:
    """Draw with a mouse in a paint program: few points, jagged edges."""
    step = int(rng.integers(1, 6))
    grid = float(rng.integers(1, 4)) if width > 4 else 1.0
    for line in lines:
        few = np.concatenate([line[:-1:step], line[-1:]])
        points = np.rint(few / grid) * grid
        cv2.polylines(canvas, [points.astype(np.int32)], False, 255, max(1, round(width)))
    return canvas


def pencil(canvas: Ink, lines: Sequence[Floats], width: float, rng: np.random.Generator) -> Ink:
    """Draw with a pencil, which shows the texture of the paper."""
    ballpoint(canvas, lines, width, rng)
    tooth = _patch(_tooth(), canvas.shape, rng)
    return _dimmed(canvas, tooth, rng.uniform(0.3, 0.9), rng.uniform(-0.05, 0.3))


def chalk(canvas: Ink, lines: Sequence[Floats], width: float, rng: np.random.Generator) -> Ink:
    """Draw with chalk, which is grainy and leaves bare spots."""
    pen(canvas, lines, width, rng)
    dust = _patch(_dust(), canvas.shape, rng)
    return _dimmed(canvas, dust, rng.uniform(0.5, 1.2), rng.uniform(-0.1, 0.25))


def retraced(canvas: Ink, lines: Sequence[Floats], width: float, rng: np.random.Generator) -> Ink:
    """Draw every stroke twice with a small offset."""
    thin = 0.75 * width
    pen(canvas, lines, thin, rng)
    return pen(canvas, [line + rng.normal(0, 0.3 * width, 2) for line in lines], thin, rng)


def worn(canvas: Ink, lines: Sequence[Floats], width: float, rng: np.random.Generator) -> Ink:
    """Draw with a worn pen, which leaves short gaps."""
    for line in lines:
        if len(line) < 12:
            _line(canvas, line, max(1, round(width)))
            continue
        cut = int(rng.integers(4, len(line) - 4))
        gap = int(rng.integers(1, 4))
        _line(canvas, line[: cut - gap // 2], max(1, round(width)))
        _line(canvas, line[cut + gap :], max(1, round(width)))
    return canvas


def fading(canvas: Ink, lines: Sequence[Floats], width: float, rng: np.random.Generator) -> Ink:
    """Draw with a thin pen that runs dry and turns pale in places."""
    thin = max(1, round(0.8 * width))
    for line in lines:
        parts = max(3, len(line) // 4)
        edges = np.linspace(0, len(line) - 1, parts + 1).astype(int)
        wet = np.clip(rng.normal(0.85, 0.25, parts), 0.3, 1)
        for first, last, strength in zip(edges[:-1], edges[1:], wet, strict=True):
            _line(canvas, line[first : last + 1], thin, 255 * float(strength))
    return canvas


Tool = Callable[[Ink, Sequence[Floats], float, np.random.Generator], Ink]
TOOLS: dict[Tool, float] = {
    pen: 5,
    ballpoint: 4,
    brush: 1.5,
    marker: 2,
    mouse: 2.5,
    pencil: 1.5,
    chalk: 1,
    retraced: 0.4,
    worn: 0.4,
    fading: 0.5,
}


def _dimmed(canvas: Ink, texture: NDArray[np.float32], strength: float, shift: float) -> Ink:
    """Return the ink modulated by the texture, without losing darkness on average."""
    gain = np.clip(1 + shift + strength * texture, 0, 1)
    return np.asarray(canvas * np.minimum(gain / gain.mean(), 1), np.uint8)


def _patch(
    texture: NDArray[np.float32], shape: tuple[int, ...], rng: np.random.Generator
) -> NDArray[np.float32]:
    if max(shape) >= min(texture.shape):
        texture = np.tile(texture, [-(-side // 512) + 1 for side in shape])
    y = int(rng.integers(0, texture.shape[0] - shape[0]))
    x = int(rng.integers(0, texture.shape[1] - shape[1]))
    return texture[y : y + shape[0], x : x + shape[1]]


@cache
def _tooth() -> NDArray[np.float32]:
    return grain(0.7, 1)


@cache
def _dust() -> NDArray[np.float32]:
    return grain(1.1, 2)


def grain(size: float, seed: int, side: int = 512) -> NDArray[np.float32]:
    """Return noise with grains of `size` pixels, mean 0 and variance 1; float32 (side, side)."""
    noise = np.random.default_rng(seed).standard_normal((side, side), np.float32)
    texture = np.asarray(cv2.GaussianBlur(noise, (0, 0), size), np.float32)
    return texture / np.float32(texture.std())
