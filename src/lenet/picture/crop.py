"""The ink of one character, cut out of a page by its box and the finder's map of ink."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

MARGIN = 0.15  # of the box's longer side: paper around it, to measure its colour
LEEWAY = 0.12  # of the same: ink so far outside the box is still its own
FEWEST, MOST = 40, 80  # pixels of the longer side to work at: strokes of 3 pixels and more
INK, HARDLY_INK, NO_INK = 0.4, -0.4, -2.0  # logits of the map, probabilities 0.6, 0.4 and 0.12
OUTSIDE = -30.0  # logit out of the box
FARTHEST = 0.3  # of the pixels of ink give its colour: of a thin stroke, most are half paper
TRIMMED = 0.2  # of the paper's pixels are lines and neighbours, and not taken for its colour
SAMPLES = 600  # pixels of paper that tell its colour: more change nothing
FAINTEST = 2.0  # grey levels between ink and paper: less is rounding
LOW, HIGH = 0.22, 0.82  # of that contrast: paper's grain below, full ink above
OWN = 0.8  # of a piece of ink that is on the map: what has less is a line or a neighbour
CRUMB = 0.02, 0.04  # of all its ink: smaller pieces are dust, whole ones and cut ones


@dataclass(frozen=True, eq=False)
class InkMap:
    """Where in a page the ink of digits is.

    Attributes
    ----------
    logits : ndarray of float32, (h, w)
    scale : tuple of float
        Pixels of the map in a pixel of the page, across and down.
    margin : float
        Pixels of the map to the left of the page and above it.
    """

    logits: NDArray[np.float32]
    scale: tuple[float, float]
    margin: float


@dataclass(frozen=True, eq=False)
class _Patch:
    """Part of a page around a box: its colours, the map's logits, `OUTSIDE` out of the box."""

    colours: NDArray[np.float32]  # (h, w, 3)
    logits: NDArray[np.float32]  # (h, w)


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
        longer side. All 0 if nothing there differs from the paper.
    """
    patch = _patch(page, box, ink)
    amount = _amount(patch)
    mask = np.asarray(amount > 0.3, np.uint8)
    if not mask.any():
        return np.zeros(mask.shape, np.uint8)
    own = _own(mask, patch.logits)
    x, y, w, h = cv2.boundingRect(own)
    cut = np.rint(255 * amount * own)[y : y + h, x : x + w]
    return np.asarray(cut, np.uint8)


def _patch(page: NDArray[np.uint8], box: tuple[float, float, float, float], ink: InkMap) -> _Patch:
    x, y, w, h = box
    longer = max(w, h)
    margin = MARGIN * longer + 1
    left, right = _within(x - margin, x + w + margin, page.shape[1])
    top, bottom = _within(y - margin, y + h + margin, page.shape[0])
    scale = 1.0
    if not FEWEST <= longer <= MOST:
        scale = FEWEST / longer if longer < FEWEST else MOST / longer
    size = round((right - left) * scale) or 1, round((bottom - top) * scale) or 1
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    colours = cv2.resize(page[top:bottom, left:right], size, interpolation=way)
    # To the map from the middle of a pixel of the patch.
    across, down = (right - left) / size[0], (bottom - top) / size[1]
    to_map = np.array(
        [
            [across * ink.scale[0], 0, (left + across / 2) * ink.scale[0] + ink.margin - 0.5],
            [0, down * ink.scale[1], (top + down / 2) * ink.scale[1] + ink.margin - 0.5],
        ]
    )
    logits = np.asarray(
        cv2.warpAffine(
            ink.logits,
            to_map,
            size,
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        np.float32,
    )
    leeway = LEEWAY * longer
    first, last = _within((x - leeway - left) / across, (x + w + leeway - left) / across, size[0])
    upper, lower = _within((y - leeway - top) / down, (y + h + leeway - top) / down, size[1])
    inside = np.full_like(logits, OUTSIDE)
    inside[upper:lower, first:last] = logits[upper:lower, first:last]
    return _Patch(np.asarray(colours, np.float32), inside)


def _within(low: float, high: float, size: int) -> tuple[int, int]:
    """Return whole numbers from 0 to `size` around an interval, at least one apart."""
    start = min(max(0, math.floor(low)), size - 1)
    return start, max(start + 1, min(size, math.ceil(high)))


def _amount(patch: _Patch) -> NDArray[np.float32]:
    """Return how much ink is on each pixel, 0 to 1, float32 (h, w).

    Ink is what differs from the paper in the direction, in RGB, in which the map's ink does.
    """
    sure = patch.logits > INK
    if np.count_nonzero(sure) < 6:
        sure = patch.logits >= np.quantile(patch.logits, 0.9)
    near = cv2.dilate((patch.logits > HARDLY_INK).astype(np.uint8), np.ones((3, 3), np.uint8))
    paper = (patch.logits < NO_INK) & (near == 0)
    if np.count_nonzero(paper) < 12:
        paper = patch.logits <= np.quantile(patch.logits, 0.3)
    difference = patch.colours - _background(patch.colours, paper)
    inked = np.asarray(difference[sure], np.float32)
    colour = _farthest(inked, (inked * inked).sum(1))
    colour = _farthest(inked, np.asarray(inked @ colour, np.float32))
    contrast = float(colour @ colour)
    if contrast < FAINTEST**2:
        return np.zeros(sure.shape, np.float32)
    amount = (difference @ (colour / contrast) - LOW) / (HIGH - LOW)
    return np.asarray(np.clip(amount, 0, 1), np.float32)


def _farthest(colours: NDArray[np.float32], distance: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean of the colours ``(n, 3)`` that are farthest away, (3,)."""
    nearer = int((1 - FARTHEST) * len(colours))
    return np.asarray(colours[np.argpartition(distance, nearer)[nearer:]].mean(0), np.float32)


def _background(colours: NDArray[np.float32], paper: NDArray[np.bool]) -> NDArray[np.float32]:
    """Return the colours of the paper, ``(h, w, 3)``: a plane, fitted to what is nearest to it."""
    height, width = paper.shape
    i, j = np.nonzero(paper)
    step = 1 + len(i) // SAMPLES
    i, j = i[::step], j[::step]
    plane = np.stack([np.ones(len(i)), 2 * j / width - 1, 2 * i / height - 1], 1).astype(np.float32)
    samples = colours[i, j]
    # Few samples that lie on one side say little about a slope.
    ridge = np.diag([0, 0.02, 0.02]).astype(np.float32) * len(i)
    distance = np.abs(samples - np.median(samples, 0)).sum(1)
    nearest = max(1, int((1 - TRIMMED) * len(i)))
    for _ in range(2):
        near = np.argpartition(distance, nearest - 1)[:nearest]
        terms = plane[near]
        slopes = np.linalg.solve(terms.T @ terms + ridge, terms.T @ samples[near])
        distance = np.abs(samples - plane @ slopes).sum(1)
    x = (2 * np.arange(width, dtype=np.float32) / width - 1)[None, :, None]
    y = (2 * np.arange(height, dtype=np.float32) / height - 1)[:, None, None]
    return np.asarray(slopes[0] + x * slopes[1] + y * slopes[2], np.float32)


def _own(mask: NDArray[np.uint8], logits: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return 1 where the ink of `mask` or its soft edge is that of the character, uint8 (h, w).

    Pieces that lie on the map are its own. Of pieces that touch a line or a neighbour, what lies
    on the map is.
    """
    square = np.ones((3, 3), np.uint8)
    on_map = np.asarray(logits > HARDLY_INK, np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    covered = np.bincount(labels.ravel(), on_map.ravel(), count)
    covered[0] = 0
    whole = (covered >= OWN * stats[:, cv2.CC_STAT_AREA]) & (covered > CRUMB[0] * covered.sum())
    part = ~whole & (covered > CRUMB[1] * covered.sum())
    near = cv2.dilate(on_map, square)
    own = whole[labels] | (part[labels] & (near > 0))
    return np.asarray(cv2.dilate(own.astype(np.uint8), square), np.uint8)
