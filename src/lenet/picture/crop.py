"""The ink of one character, cut out of a page by its box and the finder's map of ink."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

MARGIN = 0.15  # of the box's longer side: paper around it, to measure its colour
AROUND = 0.25  # of the longer side: paper around a character whose ink is on no map
REACH = 0.75  # of the longer side: a piece of ink that reaches farther is no character's
STEEP = 4.0  # logit: of ink twice as strong as the threshold between ink and paper
FEWEST, MOST = 40, 80  # pixels of the longer side to work at: strokes of 3 pixels and more
INK, HARDLY_INK, NO_INK = 0.4, -0.4, -2.0  # logits of the map, probabilities 0.6, 0.4 and 0.12
FARTHEST = 0.3  # of the pixels of ink give its colour: of a thin stroke, most are half paper
TRIMMED = 0.2  # of the paper's pixels are lines and neighbours, and not taken for its colour
SAMPLES = 300  # pixels that tell the colour of paper or ink: more change nothing
FEW = 12  # pixels that are surely ink or paper; with fewer, the surest are taken
RIDGE = 0.15  # of the width: slopes of the paper are measured where samples spread wider
FAINTEST = 2.0  # grey levels between ink and paper: less is rounding
LOW, HIGH = 0.22, 0.82  # of that contrast: paper's grain below, full ink above
HINT = 0.2  # of full ink: the most that the map adds or takes away, for pale ink in grain
SOFT = 0.3  # of full ink: with more, a pixel belongs to a piece
OWN = 0.8  # of a piece of ink that is on the map: what has less is a line or a neighbour
MOSTLY = 0.5  # of a piece: with less in the box it is a neighbour's, unless it is the largest
NEARLY = 0.9  # of a piece: with more in the box, the box is a little off, and the rest counts too
CRUMB = 0.02  # of all its ink: smaller pieces are dust


@dataclass(frozen=True, eq=False)
class InkMap:
    """Where in a page the ink of digits is.

    Attributes
    ----------
    logits : ndarray of float32, (h, w)
    scale : tuple of float
        Pixels of the map in a pixel of the page, across and down.
    margin : tuple of float
        Pixels of the map to the left of the page and above it; negative where the map begins later.
    sharpening : float
        By how much the page is to be sharpened there, as by `sharpened`; 0 where it need not be.
    radius : float
        Radius of that sharpening, in pixels of the map.
    """

    logits: NDArray[np.float32]
    scale: tuple[float, float]
    margin: tuple[float, float]
    sharpening: float = 0.0
    radius: float = 0.0


def cut_ink(
    page: NDArray[np.uint8], box: tuple[float, float, float, float], ink: InkMap
) -> NDArray[np.uint8]:
    """Return the ink of the character in a box.

    Parameters
    ----------
    page : ndarray of uint8, (h, w, 3)
    box : tuple of float
        x, y, width, height in pixels of the page.
    ink : InkMap
        The map of the level in which the box was found.

    Returns
    -------
    ndarray of uint8, (h, w)
        0 = paper, 255 = ink, without what else is in the box; `FEWEST` to `MOST` pixels along the
        longer side. One pixel of paper if nothing there is ink.
    """
    colours, logits, inside = _patch(page, box, ink)
    amount = _amount(colours, logits, inside)
    own = _own(amount, logits, inside)
    x, y, w, h = cv2.boundingRect(own)
    if w == 0:
        return np.zeros((1, 1), np.uint8)
    amount *= 255 * own
    return np.asarray(np.rint(amount[y : y + h, x : x + w]), np.uint8)


def sharpened(pixels: cv2.typing.MatLike, amount: float, radius: float) -> NDArray[np.uint8]:
    """Return pixels ``(h, w)`` or ``(h, w, 3)`` with the detail finer than `radius` strengthened.

    Of the difference from a blurred copy, `amount` times as much is added: an unsharp mask.
    """
    blurred = cv2.GaussianBlur(pixels, (0, 0), radius)
    return np.asarray(cv2.addWeighted(pixels, 1 + amount, blurred, -amount, 0), np.uint8)


def cut_by_contrast(
    page: NDArray[np.uint8], box: tuple[float, float, float, float]
) -> NDArray[np.uint8]:
    """Return the ink of a character whose ink is on no map: what differs from the paper around it.

    The parameters and the result are those of `cut_ink`.
    """
    x, y, w, h = box
    levels, threshold, (left, top) = _contrast(page, box, AROUND)
    logits = np.clip(STEEP * (levels / max(1.0, threshold) - 1), -STEEP, STEEP)
    height, width = levels.shape
    patch = page[top : top + height, left : left + width]
    ink = InkMap(logits.astype(np.float32), (1, 1), (0, 0))
    return cut_ink(patch, (x - left, y - top, w, h), ink)


def whole_box(
    page: NDArray[np.uint8], box: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    """Return a box with the rest of those pieces of ink that are partly in it.

    A piece that reaches far beyond, such as a ruled line, is left as it is.
    """
    x, y, w, h = box
    levels, threshold, (left, top) = _contrast(page, box, REACH)
    height, width = levels.shape
    _, labels, stats, _ = cv2.connectedComponentsWithStats(
        np.asarray(levels > threshold, np.uint8), connectivity=8
    )
    rows, columns = _whole(y - top, y + h - top, height), _whole(x - left, x + w - left, width)
    inside = np.unique(labels[slice(*rows), slice(*columns)])
    pieces = stats[inside[inside > 0], :4]
    low, high = pieces[:, :2], pieces[:, :2] + pieces[:, 2:4]
    near = (low > 0).all(1) & (high < (width, height)).all(1)
    if not near.any():
        return box
    first = np.minimum((x - left, y - top), low[near].min(0))
    last = np.maximum((x + w - left, y + h - top), high[near].max(0))
    return (
        float(first[0] + left),
        float(first[1] + top),
        float(last[0] - first[0]),
        float(last[1] - first[1]),
    )


def _contrast(
    page: NDArray[np.uint8], box: tuple[float, float, float, float], reach: float
) -> tuple[NDArray[np.uint8], float, tuple[int, int]]:
    """Return by how much each pixel around a box differs from the paper there.

    Returns
    -------
    levels : ndarray of uint8, (h, w)
        255 is the largest difference.
    threshold : float
        Level between paper and ink.
    corner : tuple of int
        Column and row of the page at which the levels begin.
    """
    x, y, w, h = box
    margin = reach * max(w, h) + 1
    left, right = _whole(x - margin, x + w + margin, page.shape[1])
    top, bottom = _whole(y - margin, y + h + margin, page.shape[0])
    height, width = bottom - top, right - left
    outside = np.ones((height, width), bool)
    rows, columns = _whole(y - top, y + h - top, height), _whole(x - left, x + w - left, width)
    outside[slice(*rows), slice(*columns)] = False
    around = np.flatnonzero(outside)
    every = np.arange(outside.size)
    if len(around) < FEW:
        around = every
    pixels = page[top:bottom, left:right].reshape(-1, 3).astype(np.float32)
    plane = _paper(pixels, around[:: 1 + len(around) // SAMPLES], width)
    away = np.linalg.norm(pixels - _terms(every, width) @ plane, axis=1)
    strongest = max(float(away.max()), FAINTEST)
    levels = np.rint(255 * away / strongest).astype(np.uint8).reshape(height, width)
    threshold, _ = cv2.threshold(levels, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return levels, threshold, (left, top)


def _patch(
    page: NDArray[np.uint8], box: tuple[float, float, float, float], ink: InkMap
) -> tuple[NDArray[np.float32], NDArray[np.float32], tuple[slice, slice]]:
    """Return the part of a page around a box, its size halved or enlarged to work with.

    Returns
    -------
    colours : ndarray of float32, (h, w, 3)
    logits : ndarray of float32, (h, w)
        Those of the map.
    inside : tuple of slice
        The box.
    """
    x, y, w, h = box
    longer = max(w, h)
    margin = MARGIN * longer + 1
    left, right = _whole(x - margin, x + w + margin, page.shape[1])
    top, bottom = _whole(y - margin, y + h + margin, page.shape[0])
    patch: cv2.typing.MatLike = page[top:bottom, left:right]
    if longer < FEWEST:
        scale = FEWEST / longer
        size = math.ceil((right - left) * scale), math.ceil((bottom - top) * scale)
        patch = cv2.resize(patch, size, interpolation=cv2.INTER_CUBIC)
    while longer > MOST:  # several times as fast as at once
        size = max(1, patch.shape[1] // 2), max(1, patch.shape[0] // 2)
        patch = cv2.resize(patch, size, interpolation=cv2.INTER_AREA)
        longer /= 2
    height, width = patch.shape[:2]
    across, down = (right - left) / width, (bottom - top) / height  # of the page, in a pixel
    if ink.sharpening:
        patch = sharpened(patch, ink.sharpening, ink.radius / (ink.scale[0] * across))
    to_map = np.array(
        [
            [across * ink.scale[0], 0, (left + across / 2) * ink.scale[0] + ink.margin[0] - 0.5],
            [0, down * ink.scale[1], (top + down / 2) * ink.scale[1] + ink.margin[1] - 0.5],
        ]
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    logits = cv2.warpAffine(
        ink.logits, to_map, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    inside = (
        slice(*_whole((y - top) / down, (y + h - top) / down, height)),
        slice(*_whole((x - left) / across, (x + w - left) / across, width)),
    )
    return np.asarray(patch, np.float32), np.asarray(logits, np.float32), inside


def _whole(low: float, high: float, size: int) -> tuple[int, int]:
    """Return whole numbers from 0 to `size` around an interval, at least one apart."""
    start = min(max(0, math.floor(low)), size - 1)
    return start, max(start + 1, min(size, math.ceil(high)))


def _amount(
    colours: NDArray[np.float32], logits: NDArray[np.float32], inside: tuple[slice, slice]
) -> NDArray[np.float32]:
    """Return how much ink is on each pixel, 0 to 1, float32 (h, w).

    Ink is what differs from the paper in the direction, in RGB, in which the map's ink does.
    """
    height, width = logits.shape
    ours = np.full_like(logits, -np.inf)
    ours[inside] = logits[inside]
    sure = np.flatnonzero(ours > INK)
    if len(sure) < FEW:
        sure = np.argsort(ours, axis=None)[-FEW:]
    near = cv2.dilate((logits > HARDLY_INK).astype(np.uint8), np.ones((3, 3), np.uint8))
    paper = np.flatnonzero((logits < NO_INK) & (near == 0))
    if len(paper) < FEW:
        paper = np.flatnonzero(logits <= np.quantile(logits, 0.3))
    pixels = colours.reshape(-1, 3)
    plane = _paper(pixels, paper[:: 1 + len(paper) // SAMPLES], width)
    sure = sure[:: 1 + len(sure) // SAMPLES]
    inked = pixels[sure] - _terms(sure, width) @ plane
    colour = _farthest(inked, np.einsum("ij,ij->i", inked, inked))
    colour = _farthest(inked, inked @ colour)
    contrast = float(colour @ colour)
    if contrast < FAINTEST**2:
        return np.zeros(logits.shape, np.float32)
    gain = colour / (contrast * (HIGH - LOW))
    amount = np.asarray(cv2.transform(colours, gain[None]), np.float32)
    constant, across, down = (plane @ gain).tolist()
    amount -= across * np.arange(width, dtype=np.float32)
    amount -= (down * np.arange(height, dtype=np.float32) + constant + LOW / (HIGH - LOW))[:, None]
    amount += HINT * np.tanh(logits / 2)
    return np.clip(amount, 0, 1, out=amount)


def _farthest(colours: NDArray[np.float32], distance: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean of the colours ``(n, 3)`` that are farthest away, (3,)."""
    nearer = int((1 - FARTHEST) * len(colours))
    far = colours[np.argpartition(distance, nearer)[nearer:]]
    return np.asarray(far.mean(0), np.float32)


def _terms(indices: NDArray[np.intp], width: int) -> NDArray[np.float32]:
    """Return 1, x and y of pixels, float32 (n, 3)."""
    terms = np.empty((len(indices), 3), np.float32)
    terms[:, 0] = 1
    terms[:, 2], terms[:, 1] = np.divmod(indices, width)
    return terms


def _paper(
    pixels: NDArray[np.float32], samples: NDArray[np.intp], width: int
) -> NDArray[np.float32]:
    """Return the colour of the paper as a plane, fitted to those samples that it fits best.

    Returns
    -------
    ndarray of float32, (3, 3)
        The colours are ``(1, x, y) @ plane``.
    """
    colours, terms = pixels[samples], _terms(samples, width)
    count = len(samples)
    nearest = max(1, int((1 - TRIMMED) * count))
    middle = terms.mean(0)
    middle[0] = 0
    terms -= middle
    # Few samples, or some that lie on one side, say little about a slope.
    ridge = np.diag([0, 1, 1]).astype(np.float32) * (count * (RIDGE * width) ** 2)
    away = colours - np.partition(colours, count // 2, 0)[count // 2]
    for _ in range(2):
        near = np.argpartition(np.einsum("ij,ij->i", away, away), nearest - 1)[:nearest]
        a, b = terms[near], colours[near]
        plane = np.linalg.solve(a.T @ a + ridge, a.T @ b)
        away = colours - terms @ plane
    plane[0] -= middle @ plane
    return np.asarray(plane, np.float32)


def _own(
    amount: NDArray[np.float32], logits: NDArray[np.float32], inside: tuple[slice, slice]
) -> NDArray[np.uint8]:
    """Return 1 where ink or its soft edge is that of the character, uint8 (h, w).

    A piece of ink that lies mostly outside of the box is a neighbour's. A piece that lies nearly
    inside belongs to the character with its ends, even those outside of the box. A piece that is
    only partly on the map touches a line: just the part on the map counts.
    """
    square = np.ones((3, 3), np.uint8)
    on_map = np.asarray(logits > HARDLY_INK, np.uint8)
    inked = np.asarray(amount > SOFT, np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(inked, connectivity=8)
    area = np.maximum(1, stats[:, cv2.CC_STAT_AREA])
    covered = np.bincount(labels.ravel(), on_map.ravel(), count)
    within = np.bincount(labels[inside].ravel(), minlength=count)
    covered[0] = within[0] = 0
    ours = (within > MOSTLY * area) | (within == within.max())
    ours &= covered > CRUMB * covered[ours].sum()
    whole = ours & (covered >= OWN * area)
    near = np.asarray(cv2.dilate(on_map, square))
    own = near * (ours & (within > NEARLY * area))[labels]
    own[inside] = whole[labels[inside]] | (ours[labels[inside]] & (near[inside] > 0))
    return np.asarray(cv2.dilate(own.astype(np.uint8), square), np.uint8)
