"""Draw the example pictures in src/lenet/pictures.

Each one has smooth pen strokes, a paper and a light of its own. Run ``python
tools/draw_pictures.py`` from the root of the repository; it always draws the same pictures.
"""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

FOLDER = Path(__file__).parents[1] / "src" / "lenet" / "pictures"

Floats = NDArray[np.float64]

# Points (x, y) of each stroke in a box of height 1, y downwards, connected by a smooth curve.
# A repeated point is a corner.
STROKES: dict[int, list[list[tuple[float, float]]]] = {
    0: [[(0.36, 0.03), (0.12, 0.2), (0.05, 0.52), (0.16, 0.88), (0.37, 0.98), (0.58, 0.83),
         (0.66, 0.45), (0.56, 0.13), (0.33, 0.02)]],
    1: [[(0.27, 0.2), (0.35, 0.12), (0.42, 0.01), (0.42, 0.01), (0.4, 0.5), (0.37, 1.0)]],
    2: [[(0.08, 0.25), (0.17, 0.07), (0.37, 0.01), (0.57, 0.12), (0.57, 0.35), (0.38, 0.63),
         (0.05, 0.96), (0.05, 0.96), (0.3, 0.95), (0.66, 0.92)]],
    3: [[(0.09, 0.13), (0.3, 0.01), (0.52, 0.08), (0.53, 0.28), (0.38, 0.43), (0.25, 0.46),
         (0.25, 0.46), (0.48, 0.5), (0.6, 0.68), (0.51, 0.9), (0.28, 0.99), (0.04, 0.88)]],
    4: [[(0.4, 0.02), (0.24, 0.3), (0.03, 0.62), (0.03, 0.62), (0.35, 0.63), (0.7, 0.6)],
        [(0.52, 0.33), (0.5, 0.65), (0.47, 1.0)]],
    5: [[(0.17, 0.05), (0.15, 0.22), (0.11, 0.46), (0.11, 0.46), (0.3, 0.4), (0.52, 0.47),
         (0.6, 0.68), (0.5, 0.9), (0.27, 0.99), (0.04, 0.91)],
        [(0.17, 0.05), (0.38, 0.05), (0.62, 0.02)]],
    6: [[(0.5, 0.02), (0.28, 0.18), (0.11, 0.47), (0.07, 0.75), (0.2, 0.96), (0.42, 0.95),
         (0.56, 0.77), (0.47, 0.58), (0.28, 0.56), (0.1, 0.72)]],
    7: [[(0.06, 0.08), (0.3, 0.06), (0.62, 0.03), (0.62, 0.03), (0.46, 0.4), (0.3, 0.7),
         (0.22, 1.0)]],
    8: [[(0.55, 0.12), (0.36, 0.01), (0.17, 0.11), (0.19, 0.31), (0.38, 0.47), (0.57, 0.66),
         (0.56, 0.89), (0.33, 0.99), (0.1, 0.87), (0.11, 0.67), (0.33, 0.47), (0.52, 0.28),
         (0.55, 0.11)]],
    9: [[(0.58, 0.14), (0.4, 0.02), (0.17, 0.12), (0.11, 0.33), (0.27, 0.47), (0.47, 0.39),
         (0.58, 0.14), (0.58, 0.14), (0.55, 0.45), (0.5, 0.72), (0.42, 1.0)]],
}  # fmt: skip


def path(points: list[tuple[float, float]]) -> Floats:
    """Return a Catmull-Rom curve through `points` as a dense (n, 2) polyline."""
    knots = np.array([points[0], *points, points[-1]], float)
    t = np.linspace(0, 1, 40)[:, None]
    pieces = []
    for a, b, c, d in zip(knots, knots[1:], knots[2:], knots[3:], strict=False):
        if np.array_equal(b, c):
            continue
        # At corners and ends the curve points straight to the next point.
        left = c - b if np.array_equal(a, b) else (c - a) / 2
        right = c - b if np.array_equal(c, d) else (d - b) / 2
        pieces.append(
            (2 * t**3 - 3 * t**2 + 1) * b
            + (t**3 - 2 * t**2 + t) * left
            + (3 * t**2 - 2 * t**3) * c
            + (t**3 - t**2) * right
        )
    return np.concatenate(pieces)


def pen(
    digit: int,
    size: tuple[int, int],
    height: float,
    centre: tuple[float, float],
    width: float,
    rng: np.random.Generator,
    slant: float = 0.0,
    turn: float = 0.0,
    tremor: float = 0.006,
) -> Floats:
    """Return the ink, 0..1, of one digit drawn with a shaky round pen.

    `size` is (w, h); `height`, `centre` and the pen's `width` are relative to the picture's height.
    """
    fine = 4  # supersampling factor, for antialiasing
    w, h = size
    canvas = np.zeros((h * fine, w * fine), np.uint8)
    cos, sin = np.cos(turn), np.sin(turn)
    for points in STROKES[digit]:
        jitter = rng.normal(0, 0.012, (len(points), 2))
        moved = [(x + dx, y + dy) for (x, y), (dx, dy) in zip(points, jitter, strict=True)]
        for i in range(1, len(points)):
            if points[i] == points[i - 1]:
                moved[i] = moved[i - 1]
        line = path(moved) - (0.35, 0.5)
        line[:, 0] -= slant * line[:, 1]
        line = line @ np.array([[cos, sin], [-sin, cos]]) * height * h
        line += wander(len(line), 25, rng)[:, None] * tremor * h
        line += np.array([centre[0] * w, centre[1] * h])
        pressure = 1 + 0.16 * wander(len(line), 40, rng)
        for (x, y), p in zip(line * fine, pressure, strict=True):
            radius = max(0.5, 0.5 * width * h * fine * p)
            cv2.circle(
                canvas, (round(x * 16), round(y * 16)), round(radius * 16), 255, -1, cv2.LINE_AA, 4
            )
    return np.asarray(cv2.resize(canvas, size, interpolation=cv2.INTER_AREA), float) / 255.0


def wander(n: int, smooth: float, rng: np.random.Generator) -> Floats:
    """Return n slowly varying random numbers, mean 0 and variance about 1."""
    rough = rng.normal(0, 1, (1, n + int(6 * smooth)))
    line = np.asarray(cv2.GaussianBlur(rough, (0, 0), smooth), float)[0, int(3 * smooth) :][:n]
    spread: float = np.sqrt(2 * smooth * np.sqrt(np.pi))
    return line * spread


def grain(size: tuple[int, int], blur: float, rng: np.random.Generator) -> Floats:
    """Return noise with grains of `blur` pixels, mean 0 and variance 1."""
    texture = np.asarray(cv2.GaussianBlur(rng.normal(0, 1, size[::-1]), (0, 0), blur), float)
    return texture / float(texture.std())


def light(size: tuple[int, int], towards: float, depth: float) -> Floats:
    """Return brightness: 1 at the lit corner, `1 - depth` at the opposite one."""
    w, h = size
    y, x = np.mgrid[0 : 1 : h * 1j, 0 : 1 : w * 1j]
    along: Floats = x * np.cos(towards) + y * np.sin(towards)
    along = (along - along.min()) / np.ptp(along)
    return 1 - depth * along**1.4


def blend(paper: Floats, ink: tuple[int, int, int], cover: Floats) -> Floats:
    """Return `paper` (h, w, 3) covered with `ink` by the shares `cover` (h, w)."""
    return paper + (np.array(ink) - paper) * cover[:, :, None]


def sheet(size: tuple[int, int], colour: tuple[int, int, int]) -> Floats:
    """Return plain paper (h, w, 3)."""
    return np.full((size[1], size[0], 3), colour, float)


def pencil_on_white(rng: np.random.Generator) -> Image.Image:
    """Draw with a dark pencil on rough white paper."""
    size = 200, 240
    cover = pen(0, size, 0.56, (0.47, 0.52), 0.026, rng, slant=0.12)
    tooth = np.clip(0.78 + 0.2 * grain(size, 0.7, rng), 0, 1)  # texture of the paper
    paper = sheet(size, (250, 250, 247)) + 1.5 * grain(size, 1, rng)[:, :, None]
    return grey(blend(paper, (62, 62, 66), cover * tooth))


def marker_in_uneven_light(rng: np.random.Generator) -> Image.Image:
    """Draw with a black marker on grey paper, lit from one corner."""
    size = 260, 260
    cover = pen(1, size, 0.6, (0.55, 0.5), 0.055, rng, slant=0.1)
    paper = sheet(size, (206, 206, 208)) * light(size, 0.6, 0.5)[:, :, None]
    return grey(blend(paper, (22, 22, 24), 0.95 * cover) + 2 * grain(size, 0.8, rng)[:, :, None])


def painted_with_the_mouse(rng: np.random.Generator) -> Image.Image:
    """Draw black on white, as in a paint program."""
    size = 280, 280
    cover = pen(2, size, 0.62, (0.5, 0.5), 0.05, rng, tremor=0.004)
    return grey(blend(sheet(size, (255, 255, 255)), (0, 0, 0), cover))


def blue_pen_on_yellow(rng: np.random.Generator) -> Image.Image:
    """Draw with a blue pen on a yellow note."""
    size = 220, 220
    cover = pen(3, size, 0.6, (0.46, 0.5), 0.03, rng, slant=0.15, turn=0.05)
    paper = sheet(size, (253, 236, 138)) * light(size, 1.2, 0.07)[:, :, None]
    return colours(blend(paper, (32, 56, 150), 0.93 * cover))


def chalk_on_a_blackboard(rng: np.random.Generator) -> Image.Image:
    """Draw with white chalk on a green board, light on dark."""
    size = 280, 240
    cover = pen(4, size, 0.6, (0.5, 0.5), 0.04, rng, slant=0.05)
    dust = np.clip(0.8 + 0.35 * grain(size, 0.8, rng), 0.15, 1)
    board = sheet(size, (44, 62, 54)) + 5 * grain(size, 22, rng)[:, :, None]
    return colours(blend(board, (238, 238, 230), cover * dust))


def photo_with_a_shadow(rng: np.random.Generator) -> Image.Image:
    """Draw a photo of a page in warm light with the photographer's shadow."""
    size = 800, 1000
    cover = pen(5, size, 0.34, (0.54, 0.45), 0.017, rng, slant=0.1, turn=-0.06)
    paper = sheet(size, (222, 215, 203)) * light(size, 0.9, 0.3)[:, :, None]
    paper += 1.2 * grain(size, 6, rng)[:, :, None]
    photo = blend(paper, (38, 40, 58), 0.92 * cover)
    hand = np.zeros(size[::-1], np.uint8)
    outline = [(800, 640), (640, 700), (520, 780), (440, 900), (420, 1000), (800, 1000)]
    cv2.fillPoly(hand, [np.array(outline)], 255)
    photo *= (1 - 0.3 * cv2.GaussianBlur(hand / 255.0, (0, 0), 45))[:, :, None]
    photo = np.asarray(cv2.GaussianBlur(photo, (0, 0), 1.1), float)
    return colours(photo + 1.3 * grain(size, 0.9, rng)[:, :, None])


def transparent(rng: np.random.Generator) -> Image.Image:
    """Draw black strokes on a transparent background."""
    size = 160, 160
    cover = pen(6, size, 0.68, (0.5, 0.5), 0.06, rng, slant=0.1)
    black = np.zeros((size[1], size[0], 2), np.uint8)
    black[:, :, 1] = np.rint(cover * 255)
    return Image.fromarray(black)  # grey and alpha


def small(rng: np.random.Generator) -> Image.Image:
    """Draw a picture only slightly larger than MNIST's."""
    size = 40, 60
    cover = pen(7, size, 0.6, (0.52, 0.5), 0.06, rng)
    return grey(blend(sheet(size, (246, 246, 246)), (30, 30, 30), cover))


def red_felt_tip_in_a_corner(rng: np.random.Generator) -> Image.Image:
    """Draw with a red felt-tip, far off centre."""
    size = 360, 260
    cover = pen(8, size, 0.42, (0.8, 0.68), 0.034, rng, slant=0.18)
    return colours(blend(sheet(size, (252, 252, 250)), (196, 38, 46), 0.95 * cover))


def ballpoint_on_brown_paper(rng: np.random.Generator) -> Image.Image:
    """Draw a thin dark line on wrapping paper."""
    size = 300, 220
    cover = pen(9, size, 0.52, (0.3, 0.46), 0.022, rng, slant=0.12, turn=0.04)
    paper = sheet(size, (196, 164, 122)) * light(size, 2.4, 0.12)[:, :, None]
    paper += 2.5 * cv2.blur(grain(size, 0.8, rng), (9, 1))[:, :, None]  # fibres
    return colours(blend(paper, (30, 28, 40), 0.9 * cover))


def grey(pixels: Floats) -> Image.Image:
    """Return `pixels` as a grey picture."""
    return colours(pixels).convert("L")


def colours(pixels: Floats) -> Image.Image:
    """Return `pixels` as an RGB picture."""
    return Image.fromarray(np.clip(np.rint(pixels), 0, 255).astype(np.uint8))


PICTURES: dict[str, Callable[[np.random.Generator], Image.Image]] = {
    "0-pencil": pencil_on_white,
    "1-marker-uneven-light": marker_in_uneven_light,
    "2-mouse": painted_with_the_mouse,
    "3-blue-pen-yellow-paper": blue_pen_on_yellow,
    "4-chalk": chalk_on_a_blackboard,
    "5-photo-with-shadow": photo_with_a_shadow,
    "6-transparent": transparent,
    "7-small": small,
    "8-red-felt-tip-corner": red_felt_tip_in_a_corner,
    "9-ballpoint-brown-paper": ballpoint_on_brown_paper,
}

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, draw in PICTURES.items():
        picture = draw(np.random.default_rng(int(name[0])))
        if picture.height > 300:  # a palette keeps the package small
            picture = picture.quantize(48, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        picture.save(FOLDER / f"{name}.png", optimize=True)
