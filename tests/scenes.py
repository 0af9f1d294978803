"""Plain scenes for tests, with one digit or none in each quarter."""

import cv2
import numpy as np

from lenet.datasets.scenes import Scenes
from lenet.drawing.digits import draw_digits

SIDE = 96  # pixels of a scene's side: a finder takes any multiple of 16
INKED = 100  # of 255: from here on a pixel belongs to its digit


def plain_scenes(count: int, seed: int = 0) -> Scenes:
    """Dark digits of 16 to 40 pixels on light pages; about three a page."""
    rng = np.random.default_rng(seed)
    digits, labels = draw_digits(4 * count, seed)
    images = rng.integers(200, 230, (count, SIDE, SIDE), np.uint8)
    ids = np.zeros((count, SIDE // 2, SIDE // 2), np.uint8)
    characters, first = [], [0]
    for number, (digit, label) in enumerate(zip(digits, labels.tolist(), strict=True)):
        scene, quarter = divmod(number, 4)
        if rng.random() < 0.8:
            ink = _resized(digit, int(rng.integers(16, 41)))
            height, width = ink.shape
            top, left = (
                half * SIDE // 2 + int(rng.integers(2, SIDE // 2 - 1 - length))
                for half, length in zip(divmod(quarter, 2), ink.shape, strict=True)
            )
            place = np.s_[top : top + height, left : left + width]
            shade = images[scene][place] * (1 - ink / 255 * 0.8)
            images[scene][place] = shade.astype(np.uint8)
            characters.append((label, left, top, width, height))
            mask = np.zeros((SIDE, SIDE), np.uint8)
            mask[place] = ink
            is_ink = cv2.resize(mask, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) > INKED
            ids[scene][is_ink] = len(characters) - first[-1]
        if quarter == 3:
            first.append(len(characters))
    return Scenes(images, ids, np.array(characters, np.int16), np.array(first), f"plain {seed}")


def _resized(digit: np.typing.NDArray[np.uint8], longer: int) -> np.typing.NDArray[np.uint8]:
    """Return a digit image cut to its ink, with a longer side of so many pixels."""
    x, y, w, h = cv2.boundingRect((digit > INKED).astype(np.uint8))
    scale = longer / max(w, h)
    size = max(2, round(w * scale)), max(2, round(h * scale))
    cut = digit[y : y + h, x : x + w]
    return np.asarray(cv2.resize(cut, size, interpolation=cv2.INTER_CUBIC), np.uint8)
