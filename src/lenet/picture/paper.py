"""The colour of the paper: uneven light, shadows, and what the sheet lies on."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

FLAT = 2  # grey levels; paper that varies less is of one colour, as in drawings by computer
CELLS = 32  # of the grid of local colours, along the longer edge
NARROW = 7  # cells; what is darker than its surroundings and narrower is ink, no shadow
UNEVEN = 6.0  # grey levels that paper may differ from cell to cell
SPLIT = 0.2  # of the edge that is light, or dark: then part of the paper may be in shadow
LARGE = 128  # pixels along the longer edge; smaller pictures get no grid

Colour = tuple[float, ...]  # red, green, blue or one grey, and zeros up to four for OpenCV


def find_paper(pixels: NDArray[np.uint8]) -> NDArray[np.uint8] | Colour:
    """Return the colour of the paper of a picture: one, or of each pixel.

    The picture is ``(h, w, 3)``, or ``(h, w)`` where all of it is grey, and so are the colours.

    First a surface of second order: it follows the light of a room, but no stroke, so thick
    strokes are not hollowed. On larger pictures a grid of local colours then follows shadows.
    """
    h, w = pixels.shape[:2]
    step = math.ceil(max(h, w) / 64)
    part = np.s_[min(step, h) // 2 :: step, min(step, w) // 2 :: step]
    grey = pixels[part]
    sample = grey.reshape(grey.shape[0] * grey.shape[1], -1).astype(np.float32)
    if grey.ndim == 3:
        grey = grey.mean(2).astype(np.uint8)
    light = np.asarray(cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[1])
    # Paper is the more frequent of light and dark. The edge counts once more by half, so that a
    # thick digit may cover more than half of the picture.
    edge = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]])
    share = float(light.mean() + 0.5 * edge.mean())
    lighter = share > 0.75
    flat = light.ravel() == lighter
    paper = np.median(sample[flat], 0)
    distance = np.abs(sample - paper).max(1)
    if np.percentile(distance[flat], 75) < FLAT:
        return *np.rint(paper).tolist(), *[0.0] * (4 - paper.size)
    # Light paper half in shadow looks like dark paper; but a shadow covers a part of the edge.
    least = 0.4 if SPLIT < edge.mean() < 1 - SPLIT else 0.63
    if least < share < 0.87 and max(h, w) >= LARGE and lighter != _narrow_is_dark(pixels, lighter):
        lighter = not lighter
        flat = light.ravel() == lighter
        distance = np.abs(sample - np.median(sample[flat], 0)).max(1)
    y, x = (np.linspace(-1, 1, side, dtype=np.float32) for side in (h, w))
    terms = _terms(y[part[0]], x[part[1]]).reshape(-1, 6)
    for _ in range(8):
        flat = distance <= 3 * max(1.0, float(np.median(distance[flat])))
        normal = terms[flat].T
        surface = np.linalg.lstsq(normal @ terms[flat], normal @ sample[flat], rcond=None)[0]
        distance = np.abs(sample - terms @ surface).max(1)
    if max(h, w) < LARGE:
        curved = np.clip(np.rint(_terms(y, x) @ surface), 0, 255)
        return np.asarray(curved.reshape(pixels.shape), np.uint8)
    grid = _local(pixels, surface, lighter)
    return np.asarray(cv2.resize(grid, (w, h), interpolation=cv2.INTER_LINEAR), np.uint8)


def _narrow_is_dark(pixels: NDArray[np.uint8], otherwise: bool) -> bool:
    """Whether what is narrowest, as strokes are, is rather dark than light; if that is clear."""
    scale = min(1.0, 256 / max(pixels.shape[:2]))
    size = tuple(max(1, round(side * scale)) for side in pixels.shape[1::-1])
    small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
    grey = small if small.ndim == 2 else np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY))
    for width in (3, 7, 15, 31):
        square = np.ones((width, width), np.uint8)
        dark = np.asarray(cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, square)).mean()
        light = np.asarray(cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, square)).mean()
        if max(dark, light) > max(0.3, 1.7 * min(dark, light)):
            return bool(dark > light)
    return otherwise


def _terms(y: NDArray[np.float32], x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return 1, x, y, x², xy, y² of each pixel, (h, w, 6), of its y and x from -1 to 1."""
    x, y = np.meshgrid(x, y)
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], 2)


def _local(
    pixels: NDArray[np.uint8], surface: NDArray[np.float32], lighter: bool
) -> NDArray[np.uint8]:
    """Return a grid of local colours of the paper.

    A cell's colour is that of the lightest quarter in it (the darkest on dark paper), which thin
    strokes do not reach. Cells darker than all around them are strokes: a shadow is wider. Of wider
    ones that are darker than `surface`, those that come in from the edge are shadow, or what the
    sheet lies on; others are thick ink. Cells of ink are filled from around.
    """
    size = max(8.0, max(pixels.shape[:2]) / CELLS)
    h, w = (max(1, round(side / size)) for side in pixels.shape[:2])
    small = np.asarray(cv2.resize(pixels, (w * 8, h * 8), interpolation=cv2.INTER_AREA))
    cells = small.reshape(h, 8, w, 8, -1).swapaxes(1, 2).reshape(h, w, 64, -1)
    ordered = np.sort(cells, 2).astype(np.float32)
    colour = ordered[:, :, 47 if lighter else 16]
    colour -= np.median(colour - ordered[:, :, 31], (0, 1))  # so much is noise
    y, x = (np.linspace(-1, 1, side, dtype=np.float32) for side in (h, w))
    shade = colour.mean(2) if lighter else -colour.mean(2)
    light = (_terms(y, x) @ surface).mean(2) * (1 if lighter else -1)
    square = np.ones((NARROW, NARROW), np.uint8)
    smooth = np.asarray(cv2.medianBlur(shade, 3))
    around = np.asarray(cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, square))
    dark = light - around > max(UNEVEN, 4 * float(np.median(np.abs(around - light))))
    noise = max(UNEVEN, 3 * float(np.median(np.abs(shade - smooth))))
    # Near the edges against the surface too: a corner where the light fades is narrow, but no ink.
    bent = np.asarray(cv2.morphologyEx(smooth - light, cv2.MORPH_CLOSE, square)) + light
    inner = np.s_[NARROW // 2 : h - NARROW // 2, NARROW // 2 : w - NARROW // 2]
    bent[inner] = around[inner]
    paper = (shade > np.minimum(around, bent) - noise) & (~dark | _from_the_edge(dark))
    known = paper.astype(np.float32)
    # Each cell takes the mean of the known ones around it, from as near as there are some; of very
    # different ones the darkest, lest the edge of a shadow among strokes be taken for one.
    filled = np.zeros_like(colour)
    missing = np.ones((h, w), bool)
    shaded = np.where(paper[:, :, None], colour, 255 if lighter else 0)
    for reach in (3, 5, 9, 17, 33, 65):
        weight = np.asarray(cv2.boxFilter(known, -1, (reach, reach), normalize=False))
        total = np.asarray(
            cv2.boxFilter(colour * known[:, :, None], -1, (reach, reach), normalize=False)
        ).reshape(colour.shape)
        now = missing & (weight >= 1)
        filled[now] = total[now] / weight[now][:, None]
        least = np.asarray(
            (cv2.erode if lighter else cv2.dilate)(shaded, np.ones((reach, reach), np.uint8))
        ).reshape(colour.shape)
        uneven = now & ~paper & (np.abs(filled - least).max(2) > 4 * UNEVEN)
        filled[uneven] = least[uneven]
        missing &= ~now
    # At the edge of a shadow the darkest paper around counts, lest the edge be taken for a stroke.
    darkest, lightest = (
        np.asarray(way(filled, np.ones((3, 3), np.uint8))).reshape(filled.shape)
        for way in (cv2.erode, cv2.dilate)
    )
    steep = (lightest - darkest).max(2) > 4 * UNEVEN
    filled[steep] = (darkest if lighter else lightest)[steep]
    return np.clip(np.rint(filled), 0, 255).astype(np.uint8)


def _from_the_edge(cells: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return those of `cells` that belong to something wide which comes in from the edge."""
    padded = cv2.copyMakeBorder(cells.view(np.uint8), 3, 3, 3, 3, cv2.BORDER_REPLICATE)
    wide = np.asarray(cv2.morphologyEx(padded, cv2.MORPH_OPEN, np.ones((6, 6), np.uint8)))
    parts = np.asarray(cv2.connectedComponents(np.ascontiguousarray(wide[3:-3, 3:-3]))[1])
    at_edge = np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]])
    found = np.isin(parts, at_edge[at_edge > 0]).astype(np.uint8)
    return np.asarray(cv2.dilate(found, np.ones((3, 3), np.uint8))) > 0
