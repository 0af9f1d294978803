"""Make a digit's ink an image as MNIST's were made."""

import math
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

PEN, BRUSH = 0.12, 0.26  # of the longer side: strokes are made no thinner and no thicker than this
THIN, THICK = 0.09, 0.32  # hardly a stroke of MNIST's is thinner or thicker; small ones stay so
PLAIN_EDGE = 64  # pixels; a larger picture is a page
FAINTEST = 12  # grey levels between ink and paper
REDUCED = 128  # pixels along the longer side at which strokes are made thicker
ENLARGED = 96  # the same of small digits
SIDE = 28  # pixels of an image as networks take it
DUST = 1 / 8  # of the strongest ink: JPEG of quality 75 hardly leaves more beside a stroke

Polarity = Literal["auto", "dark", "light"]


def plain_ink(page: NDArray[np.uint8], polarity: Polarity = "auto") -> NDArray[np.uint8] | None:
    """Return the ink of a small grey picture on paper of exactly one grey, uint8 (h, w).

    0 = paper; of MNIST's images it is what they hold. None for any other picture.

    Parameters
    ----------
    page : ndarray of uint8, (h, w, 3)
    polarity : {"auto", "dark", "light"}
        Whether the ink is dark on light paper or light on dark; "auto": as the picture looks. Of a
        picture that looks otherwise, the lightest or darkest grey is the paper.
    """
    ink = _ink(page, polarity)
    if ink is None:
        return None
    strong = np.asarray(ink >= FAINTEST, np.uint8)
    if not strong.any():
        return np.zeros_like(ink)
    # What is faint and not at the edge of ink was left by JPEG: the paper has more than one grey.
    is_edge = np.asarray(cv2.dilate(strong, np.ones((3, 3), np.uint8)), np.bool_)
    return None if ink[~is_edge].any() else ink


def normalised_ink(
    page: NDArray[np.uint8], polarity: Polarity = "auto"
) -> NDArray[np.uint8] | None:
    """Return the ink of a picture that was made as MNIST's images were; else None.

    It may have been saved as JPEG since: then the dust that this left beside the strokes, which are
    as thick as MNIST's, is taken away. The parameters are those of `plain_ink`.
    """
    ink = _ink(page, polarity) if page.shape[:2] == (SIDE, SIDE) else None
    if ink is None:
        return None
    if _is_normalised(ink):
        return ink
    clean = np.where(ink > DUST * ink.max(), ink, 0).astype(np.uint8)
    x, y, w, h = cv2.boundingRect(clean)
    digit = clean[y : y + h, x : x + w]
    return clean if _is_normalised(clean) and evened(digit) is digit else None


def plain_polarity(page: NDArray[np.uint8]) -> Literal["dark", "light"] | None:
    """Return what the ink of a small grey picture looks like; None of any other, or without ink."""
    grey = _plain_grey(page)
    return None if grey is None else _paper(grey)[1]


def _ink(page: NDArray[np.uint8], polarity: Polarity) -> NDArray[np.uint8] | None:
    """Return the ink of a small grey picture, most of whose paper has one grey; else None."""
    grey = _plain_grey(page)
    if grey is None:
        return None
    paper, looks = _paper(grey)
    is_dark = looks == "dark" if polarity == "auto" else polarity == "dark"
    if looks and is_dark != (looks == "dark"):
        paper = int(grey.max() if is_dark else grey.min())
    darker, lighter = _from_paper(grey, paper)
    return darker if is_dark else lighter


def _plain_grey(page: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Return the greys of a small grey picture, most of whose paper has one; else None."""
    if max(page.shape) > PLAIN_EDGE:
        return None
    red, green, blue = (page[:, :, channel].tobytes() for channel in range(3))
    if not red == green == blue:
        return None
    grey = np.ascontiguousarray(page[:, :, 0])
    counts = np.bincount(grey.ravel(), minlength=256)
    paper = int(counts.argmax())
    edge = grey[0].tobytes() + grey[-1].tobytes() + grey[:, 0].tobytes() + grey[:, -1].tobytes()
    is_plain = counts[paper] >= 0.5 * grey.size and edge.count(paper) >= 0.5 * len(edge)
    return grey if is_plain else None


def _paper(grey: NDArray[np.uint8]) -> tuple[int, Literal["dark", "light"] | None]:
    """Return the grey of the paper, and what the ink on it looks like; None if there is none."""
    paper = int(np.bincount(grey.ravel()).argmax())
    darker, lighter = (int(each.sum()) for each in _from_paper(grey, paper))
    if darker == lighter == 0:
        return paper, None
    return paper, "dark" if darker > lighter else "light"


def _from_paper(grey: NDArray[np.uint8], paper: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return by how much each pixel is darker than the paper, and by how much lighter."""
    shade = grey.astype(np.int16)
    darker, lighter = np.maximum(paper - shade, 0), np.maximum(shade - paper, 0)
    return darker.astype(np.uint8), lighter.astype(np.uint8)


def _is_normalised(ink: NDArray[np.uint8]) -> bool:
    """Tell whether ink, (28, 28), is an image as `normalise` makes them, give or take a pixel."""
    x, y, w, h = cv2.boundingRect(ink)
    if max(w, h) not in (19, 20):
        return False
    top, left = _corner(ink[y : y + h, x : x + w])
    return abs(top - y) <= 1 and abs(left - x) <= 1


def evened(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return `ink`, (h, w), with strokes about as thick as MNIST's.

    Thin ones would fade when they are made small, or stay thinner than any that a network has
    seen; thick ones fill the loops. What has more pixels than needed comes out smaller.
    """
    longer = max(ink.shape)
    width = _stroke_width(ink)
    thin, thick = (THIN, THICK) if longer <= 28 else (PEN, BRUSH)
    if thin * longer <= width <= thick * longer and longer <= 2 * REDUCED:
        return ink
    scale = 1.0
    if longer < ENLARGED / 2:
        scale = math.ceil(ENLARGED / longer)
        ink = _resized(ink, scale, cv2.INTER_LINEAR)
    missing = scale * (PEN * longer - width)
    if longer > 2 * REDUCED:
        step = longer / REDUCED
        grown = round(min(max(missing, 0), step))  # thin strokes would fade even at this size
        if grown > 0:
            square = np.ones((grown + 1, grown + 1), np.uint8)
            ink = np.asarray(cv2.dilate(_padded(ink, grown), square), np.uint8)
            missing -= grown
        ink = _resized(ink, 1 / step, cv2.INTER_AREA)
        missing, scale = missing / step, 1 / step
    surplus = scale * (width - BRUSH * longer)
    if width < thin * longer and round(missing) > 0:
        return np.asarray(cv2.dilate(_padded(ink, round(missing)), _pen(round(missing))), np.uint8)
    if width > thick * longer and round(surplus) > 0:
        return np.asarray(cv2.erode(_padded(ink, 1), _pen(round(surplus))), np.uint8)
    return ink


def _stroke_width(ink: NDArray[np.uint8]) -> float:
    """Return how thick strokes are on average, in pixels.

    In a stroke of width w the distance to the paper is w / 4 + 1 / 2 on average.
    """
    mask = np.asarray(cv2.threshold(ink, 64, 1, cv2.THRESH_BINARY)[1], np.uint8)
    distance = cv2.distanceTransform(_padded(mask, 1), cv2.DIST_L2, 3)
    return max(1.0, 4 * float(cv2.sumElems(distance)[0]) / max(1, cv2.countNonZero(mask)) - 2)


def _pen(size: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size + 1, size + 1)), np.uint8)


def _resized(ink: NDArray[np.uint8], scale: float, way: int) -> NDArray[np.uint8]:
    h, w = (max(1, round(side * scale)) for side in ink.shape)
    return np.asarray(cv2.resize(ink, (w, h), interpolation=way), np.uint8)


def _padded(ink: NDArray[np.uint8], by: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.copyMakeBorder(ink, by, by, by, by, cv2.BORDER_CONSTANT), np.uint8)


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
    image = np.zeros((SIDE, SIDE), np.uint8)
    x, y, w, h = cv2.boundingRect(ink if ink.dtype == np.uint8 else (ink != 0).view(np.uint8))
    if w == 0:
        return image
    digit = ink[y : y + h, x : x + w]
    longer = max(h, w)
    if longer not in (19, 20):  # 19 where the faintest edge of an MNIST image was rounded away
        h, w = max(1, round(h * 20 / longer)), max(1, round(w * 20 / longer))
        way = cv2.INTER_AREA if longer > 20 else cv2.INTER_CUBIC
        digit = cv2.resize(digit.astype(np.float32), (w, h), interpolation=way)
    if digit.dtype != np.uint8:
        digit = np.clip(np.rint(digit), 0, 255).astype(np.uint8)
    top, left = _corner(digit)
    image[top : top + h, left : left + w] = digit
    return image


def _corner(digit: NDArray[np.uint8]) -> tuple[int, int]:
    """Return the row and column of 28×28 at which a digit is centred by mass."""
    h, w = digit.shape
    moments = cv2.moments(digit)
    mass = moments["m00"] or 1.0
    # The rounding that leaves every MNIST test image where it is.
    top = min(max(math.ceil(13.5 - moments["m01"] / mass), 0), SIDE - h)
    left = min(max(math.ceil(13.5 - moments["m10"] / mass), 0), SIDE - w)
    return top, left
