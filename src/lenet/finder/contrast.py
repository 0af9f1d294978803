"""What the finder is shown of a page: its contrast, the same in light and in shadow."""

import cv2
import numpy as np
from numpy.typing import NDArray

WINDOW = 41  # pixels; as large as the largest digit that the finder is to find in one level
SAMPLES = 400  # pixels of a page's longer side, to see which of its colours stand out
FAINT = 0.1  # of the contrast in colour: if luminance has less, that in colour is used
NOISE = 0.03  # spread, of 1, at which contrast is halved: the grain of paper and cameras has less
INKED = 1.2  # local standard deviations: paper, its grain and shadows differ less from around them
FINE, COARSE = 3, 9  # pixels: within them, detail is that of an edge, or of a stroke
# Fine detail by coarse: below the first, edges are somewhat blurred; below the second, much. Three
# quarters of drawn scenes have more than the first; blurred by 1.5 pixels, they have 0.15 to 0.18.
SHARP, BLURRED = 0.26, 0.16
# Of 300 drawn scenes blurred by 1.5 pixels, 59.3 % are read exactly as they are, 63.3 % sharpened
# by 2, and 63.0 % by 3; of those not blurred, 66.7, 67.3 and 67.0 % (2026-12-01).
MOST_SHARPENED = 2.0
RADIUS = 3.0  # pixels of a level, of the blur whose difference sharpens


def normalise_contrast(grey: NDArray[np.uint8], sharpened: float = 0.0) -> NDArray[np.float32]:
    """Return how much lighter each pixel is than its surroundings, in local standard deviations.

    White ink on black gives the negative of black ink on white.

    Parameters
    ----------
    grey : ndarray of uint8, (h, w)
    sharpened : float
        By how much it was sharpened: its grain is so much stronger.

    Returns
    -------
    ndarray of float32, (h, w)
        About -5 to 5; 0 where nothing is.
    """
    size = WINDOW, WINDOW
    mean = cv2.boxFilter(grey, cv2.CV_32F, size, borderType=cv2.BORDER_REFLECT_101)
    squares = cv2.sqrBoxFilter(grey, cv2.CV_32F, size, borderType=cv2.BORDER_REFLECT_101)
    above = np.asarray(cv2.subtract(grey, mean, dtype=cv2.CV_32F), np.float32)
    variance = np.asarray(cv2.subtract(squares, cv2.multiply(mean, mean, dst=mean)), np.float32)
    np.maximum(variance, 0, out=variance)
    spread = np.sqrt(variance, out=variance)
    spread += 255 * NOISE * (1 + sharpened)
    above /= spread
    return above


def sharpening(contrast: NDArray[np.float32]) -> float:
    """Return by how much a level is to be sharpened: 0 if its ink has sharp edges.

    Where they are blurred, little of the detail of strokes is as fine as an edge.

    Parameters
    ----------
    contrast : ndarray of float32, (h, w)
        Of the level, by `normalise_contrast`; of the page, where the level is an enlarged one.
    """
    is_ink = (np.abs(contrast) > INKED).astype(np.uint8)
    at_edges = cv2.dilate(is_ink, np.ones((5, 5), np.uint8))
    fine, coarse = (
        cv2.mean(cv2.absdiff(contrast, cv2.blur(contrast, (side, side))), at_edges)[0]
        for side in (FINE, COARSE)
    )
    if coarse == 0:
        return 0.0
    return MOST_SHARPENED * float(np.clip((SHARP - fine / coarse) / (SHARP - BLURRED), 0, 1))


def to_grey(page: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a page in grey in which what stands out by colour stands out.

    That is its luminance, but where nearly all contrast is one of colours that are equally light,
    as of red ink on green, it is the direction in RGB along which neighbours differ most.

    Parameters
    ----------
    page : ndarray of uint8, (h, w, 3) or (h, w)
    """
    if page.ndim == 2:
        return page
    height, width = page.shape[:2]
    scale = min(1.0, SAMPLES / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(page, size, interpolation=cv2.INTER_AREA)
    colours = small.astype(np.float32)
    detail = (colours - cv2.blur(colours, (WINDOW // 2, WINDOW // 2))).reshape(-1, 3)
    spread, directions = np.linalg.eigh(detail.T @ detail)  # the largest last
    luminance = np.array([0.299, 0.587, 0.114], np.float32)
    direction = directions[:, 2]
    seen = luminance @ (detail.T @ detail) @ luminance / (luminance @ luminance)
    if seen >= FAINT * spread[2]:
        return np.asarray(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY), np.uint8)
    middle = 127.5 - float(direction @ colours.reshape(-1, 3).mean(0))
    matrix = np.append(direction, middle).astype(np.float32)[None]
    return np.asarray(cv2.transform(page, matrix), np.uint8)
