"""Cut regions of ink into digits: every plausible way, for a network to choose from.

As in "heuristic over-segmentation" (LeCun, Bottou, Bengio and Haffner, "Gradient-based learning
applied to document recognition", 1998, section V): ink is cut rather too often, and runs of
neighbouring cuttings are put together again.
"""

from dataclasses import dataclass
from itertools import combinations, pairwise
from operator import itemgetter

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.picture.boxes import Box, around

WIDE = 1.05  # width by height; digits hardly are wider, so this may be two that touch
WIDEST = 1.4  # of a single digit
LOWEST = 0.45  # height by that of the region, of a digit in it
ZONES = 6  # of a region in which a cut is looked for, at most
CUTS = 4  # of a region, at most, the cheapest ones
DEAREST = 0.6  # of the height: how much ink a seam may cross
SEAM = 48  # pixels high is a region in which seams are looked for


@dataclass(frozen=True, eq=False)
class Part:
    """Ink that is not cut further.

    Attributes
    ----------
    box : Box
    mask : ndarray of uint8, (h, w)
        1 where it is in the box.
    cut : bool
        Whether it was connected to more ink.
    """

    box: Box
    mask: NDArray[np.uint8]
    cut: bool = False


def joined(parts: list[Part]) -> Part:
    """Return parts as one."""
    if len(parts) == 1:
        return parts[0]
    box = around(np.array([part.box for part in parts]))
    mask = np.zeros((box[3], box[2]), np.uint8)
    for part in parts:
        x, y, w, h = part.box
        mask[y - box[1] : y - box[1] + h, x - box[0] : x - box[0] + w] |= part.mask
    return Part(box, mask, parts[0].cut or parts[-1].cut)


def cut(part: Part, amount: NDArray[np.uint8]) -> list[Part]:
    """Return a part cut where strokes of two digits may touch, from left to right.

    Cuts are seams from top to bottom that cross least ink, of which `amount`, (h, w), tells.
    """
    x, y, w, h = part.box
    scale = min(1.0, SEAM / h)
    size = max(3, round(w * scale)), max(3, round(h * scale))
    top = max(1, int((amount * part.mask).max()))
    ink = part.mask * (amount.astype(np.float32) / np.float32(top))
    seams = _seams(np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.float32))
    if not seams:
        return [part]
    columns = np.arange(w)
    pieces = []
    left = np.zeros(h)
    for seam in [*seams, np.full(size[1], float(size[0]))]:
        edge = np.interp((np.arange(h) + 0.5) * size[1] / h - 0.5, np.arange(size[1]), seam)
        edge *= w / size[0]
        mask = part.mask * ((columns >= left[:, None]) & (columns < edge[:, None]))
        left = np.maximum(left, edge)
        px, py, pw, ph = cv2.boundingRect(mask)
        if pw:
            inner = np.ascontiguousarray(mask[py : py + ph, px : px + pw])
            pieces.append(Part((x + px, y + py, pw, ph), inner, cut=True))
    return pieces


def _seams(ink: NDArray[np.float32]) -> list[NDArray[np.intp]]:
    """Return the columns of a few seams, (h,) each, from left to right."""
    h, w = ink.shape
    cost = ink + 0.02
    # For each pixel the cheapest way down to it, from straight above or from beside that.
    above = np.full(w + 2, np.inf, np.float32)
    total = above[1:-1]
    total[:] = cost[0]
    steps = np.zeros((h, w), np.int8)
    for row in range(1, h):
        before, after = above[:-2] + np.float32(0.05), above[2:] + np.float32(0.05)
        beside = np.minimum(before, after)
        steps[row] = np.where(total <= beside, 0, np.where(before <= after, -1, 1))
        total[:] = np.minimum(total, beside) + cost[row]
    seams = np.empty((h, w), np.intp)
    seams[-1] = np.arange(w)
    for row in range(h - 1, 0, -1):
        seams[row - 1] = seams[row] + steps[row, seams[row]]
    # On both sides of a cut there is ink from nearly top to bottom, as of digits.
    sums = np.pad(np.cumsum(ink, 1), ((0, 0), (1, 0)))
    rows = np.arange(h)[:, None]
    left = sums[rows, seams] > 0.5
    right = sums[:, -1:] - sums[rows, seams + 1] > 0.5
    halves = np.minimum(_extent(left), _extent(right)) >= LOWEST * h
    price = np.where(halves & (total <= DEAREST * h), total, np.inf)
    middle = seams.mean(0)
    zones = min(ZONES, max(2, round(w / (0.25 * h))))  # some three to the width of a digit
    found = []
    for start, end in pairwise(np.linspace(0, w, zones + 1)):
        inside = np.where((middle >= start) & (middle < end), price, np.inf)
        best = int(inside.argmin())
        if np.isfinite(inside[best]):
            found.append((float(inside[best]), float(start), seams[:, best]))
    found = sorted(sorted(found, key=itemgetter(0))[:CUTS], key=itemgetter(1))
    return [seam for _, _, seam in found]


def _extent(ink: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the rows from the first to the last that has ink, of each column."""
    extent = len(ink) - ink.argmax(0) - ink[::-1].argmax(0)
    return np.asarray(np.where(ink.any(0), extent, 0))


def ways(
    shapes: dict[tuple[int, int], tuple[int, int]], whole: list[bool]
) -> list[list[tuple[int, int]]]:
    """Return the ways to put parts in a row together to digits, but the one of all together.

    A way is a list of runs: the first part and the one after the last. Digits are not wider than
    `WIDEST`. A part lower than `LOWEST` that stands alone is left out, unless it was cut off.

    Parameters
    ----------
    shapes : dict
        Width and height of each run.
    whole : list of bool
        Of each part, whether it is as it was found.
    """
    count = len(whole)
    height = shapes[0, count][1]
    found = []
    for cuts in range(1, count):
        for places in combinations(range(1, count), cuts):
            edges = [0, *places, count]
            runs = list(pairwise(edges))
            high = [run for run in runs if shapes[run][1] >= LOWEST * height]
            low = [run for run in runs if run not in high]
            narrow = all(shapes[run][0] <= WIDEST * shapes[run][1] for run in high)
            if high and narrow and all(end - start == 1 and whole[start] for start, end in low):
                found.append(high)
    return found
