"""Find the digit in a picture and normalise it as MNIST's were."""

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.picture.decoding import Picture

WORKING_EDGE = 512  # digits are looked for at this size
MIN_CONTRAST = 12  # of ink to paper, in grey levels of 255


@dataclass(frozen=True, eq=False)
class Crop:
    """One digit found in a picture.

    Attributes
    ----------
    image : ndarray of uint8, (28, 28)
        0 = paper, 255 = ink, as MNIST was made.
    box : tuple of int
        Where it was: x, y, width, height in pixels of the upright picture.
    """

    image: NDArray[np.uint8]
    box: tuple[int, int, int, int]


def find_digits(picture: Picture) -> list[Crop]:
    """Find the digit in a picture that holds one: dark on light, light on dark, or in colour.

    Returns
    -------
    list of Crop
        One crop, or none where there is only paper.
    """
    height, width = picture.pixels.shape[:2]
    scale = max(1.0, max(height, width) / WORKING_EDGE)
    pixels: NDArray[Any] = picture.pixels
    if scale > 1:
        size = max(1, round(width / scale)), max(1, round(height / scale))
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    ink = _one_digit(_ink(pixels.astype(np.float32)))
    x, y, w, h = cv2.boundingRect(ink)
    if w == 0:
        return []
    image = normalise(_thickened(ink[y : y + h, x : x + w]))
    scale *= picture.reduced
    left, top, right, bottom = (round(edge * scale) for edge in (x, y, x + w, y + h))
    return [Crop(image, (left, top, right - left, bottom - top))]


def _ink(pixels: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return how much ink each pixel holds, 0..255.

    Ink is what differs from the paper, in the direction of colour in which most of it differs, so
    polarity and colours need no cases of their own.
    """
    difference = pixels - _paper(pixels)
    strength = np.abs(difference).sum(2)
    direction = difference[strength >= 0.5 * _top(strength)].sum(0)
    direction /= max(float(np.abs(direction).sum()), 1e-6)
    ink: NDArray[np.float32] = difference @ direction
    level = float(np.median(ink[ink >= 0.5 * _top(ink)]))
    other = ink[ink < 0]  # what differs from the paper the other way is noise
    noise = 1.5 * float(np.median(-other)) if other.size else 0.0
    if level < max(MIN_CONTRAST, 4 * noise):
        return np.zeros(ink.shape, np.uint8)
    floor = 3 * noise
    # Strong ink on clean paper is left as it is, so MNIST's own images stay the same.
    gain = 1 if floor == 0 and level > 200 else 255 / (level - floor)
    return np.asarray(np.clip(np.rint((ink - floor) * gain), 0, 255), np.uint8)


def _top(values: NDArray[np.float32]) -> float:
    """Return the highest of `values` but for a few stray ones."""
    place = values.size - 1 - values.size // 1000
    return float(np.partition(values.ravel(), place)[place])


def _paper(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the colour of the paper, (3,); where light is uneven, of each pixel, (h, w, 3).

    Uneven light is a surface of second order: it follows the light of a room and most shadows,
    but no stroke, so thick strokes are not hollowed.
    """
    h, w = pixels.shape[:2]
    step = math.ceil(max(h, w) / 64)
    part = np.s_[min(step, h) // 2 :: step, min(step, w) // 2 :: step]
    sample = pixels[part].reshape(-1, 3)
    grey = pixels[part].mean(2).astype(np.uint8)
    _, light = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    # Paper is the more frequent of light and dark. The edge counts once more by half, so that a
    # thick digit may cover more than half of the picture.
    edge = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]])
    flat = light.ravel() == (light.mean() + 0.5 * edge.mean() > 0.75)
    paper: NDArray[np.float32] = np.median(sample[flat], 0)
    distance = np.abs(sample - paper).max(1)
    if np.median(distance[flat]) < 2:
        return paper
    y, x = (np.linspace(-1, 1, side, dtype=np.float32) for side in (h, w))
    x, y = np.meshgrid(x, y)
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], 2)
    thin = terms[part].reshape(-1, 6)
    for _ in range(8):
        flat = distance <= 3 * max(1.0, float(np.median(distance[flat])))
        normal = thin[flat].T
        surface = np.linalg.lstsq(normal @ thin[flat], normal @ sample[flat], rcond=None)[0]
        distance = np.abs(sample - thin @ surface).max(1)
    return np.asarray(terms @ surface)


def _one_digit(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return `ink` without what is no part of the digit; without any, where there is no digit.

    What lies wholly inside the picture goes before what its edges cut.
    """
    h, w = ink.shape
    _, labels, stats, _ = cv2.connectedComponentsWithStats((ink > 64).astype(np.uint8))
    x, y, width, height, area = stats.T
    area[0] = 0  # the paper
    inside = (x > 0) & (y > 0) & (x + width < w) & (y + height < h)
    weight = area * inside
    if weight.max() <= 0.1 * area.max():
        weight = area
    main = int(weight.argmax())
    longer = max(width[main], height[main])
    if longer < max(3, 0.03 * max(h, w)) or area[main] < 0.1 * area.sum():
        return np.zeros_like(ink)
    kept = (weight > 0.03 * area[main]).astype(np.uint8)[labels]
    soft_edges = np.asarray(cv2.dilate(kept, np.ones((3, 3), np.uint8)), np.uint8)
    return ink * soft_edges


def _thickened(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return `ink` with thin strokes made as thick as MNIST's, lest they fade when made small."""
    longer = max(ink.shape)
    if longer <= 28:
        return ink
    mask = np.pad((ink > 64).astype(np.uint8), 1)
    thickness = 4 * cv2.distanceTransform(mask, cv2.DIST_L2, 3)[mask > 0].mean()
    missing = round(0.1 * longer - thickness)
    if missing <= 0:
        return ink
    pen = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (missing + 1, missing + 1))
    return np.asarray(cv2.dilate(np.pad(ink, missing), pen), np.uint8)


def normalise(ink: NDArray[Any]) -> NDArray[np.uint8]:
    """Return `ink` as MNIST was made: in a 20×20 box, antialiased, centred by mass in 28×28.

    Parameters
    ----------
    ink : ndarray of uint8 or float, (h, w)
        0 = paper, 255 = ink.

    Returns
    -------
    ndarray of uint8, (28, 28)
        All paper if there is no ink. MNIST's own test images come out exactly as they went in.
    """
    image = np.zeros((28, 28), np.uint8)
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    if not rows.size:
        return image
    digit = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(float)
    longer = max(digit.shape)
    if longer not in (19, 20):  # 19 where the faintest edge of an MNIST image was rounded away
        h, w = (max(1, round(side * 20 / longer)) for side in digit.shape)
        way = cv2.INTER_AREA if longer > 20 else cv2.INTER_CUBIC
        digit = cv2.resize(digit, (w, h), interpolation=way)
    digit = np.clip(np.rint(digit), 0, 255)
    corner = []
    for axis, side in enumerate(digit.shape):
        mass = digit.sum(1 - axis)
        centre = mass @ np.arange(side) / mass.sum()
        # The rounding that leaves every MNIST test image where it is.
        corner.append(min(max(math.ceil(13.5 - centre), 0), 28 - side))
    top, left = corner
    image[top : top + digit.shape[0], left : left + digit.shape[1]] = digit
    return image
