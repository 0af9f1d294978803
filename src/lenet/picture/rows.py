"""The order in which digits are read: rows, also on slanted pages and in sideways photos."""

import math

import numpy as np
from numpy.typing import NDArray

SIDEWAYS = 1.15  # width by height; digits are higher than wide, so these lie on their side


def slant(boxes: NDArray[np.intp]) -> float:
    """Return how much rows of boxes ``(n, 4)`` fall to the right, in radians; 0 if too few tell."""
    if len(boxes) < 4:
        return 0.0
    x, y, w, h = boxes.T.astype(float)
    centre_x, centre_y = x + w / 2, y + h / 2
    across, down = centre_x - centre_x[:, None], centre_y - centre_y[:, None]
    reach = 5 * np.maximum(h, h[:, None])
    ahead = (across > 0) & (across < reach) & (np.abs(down) < 0.6 * across)
    cost = np.where(ahead, across + 3 * np.abs(down), np.inf)
    nearest = cost.argmin(1)
    linked = np.flatnonzero(np.isfinite(cost.min(1)))
    if linked.size < 3:
        return 0.0
    angles = np.arctan2(down[linked, nearest[linked]], across[linked, nearest[linked]])
    return float(np.median(angles))


def rows(boxes: NDArray[np.intp], falling: float) -> list[list[int]]:
    """Return the indices of boxes ``(n, 4)`` row by row, each from left to right.

    `falling` is the slant of the rows. A box belongs to the row whose last box is level with it, so
    rows may bend.
    """
    if len(boxes) < 2:
        return [[i] for i in range(len(boxes))]
    x, y, w, h = boxes.T.astype(float)
    cos, sin = math.cos(falling), math.sin(falling)
    centre_x, centre_y = x + w / 2, y + h / 2
    across, down = centre_x * cos + centre_y * sin, centre_y * cos - centre_x * sin
    found: list[list[int]] = []
    tall = h >= 0.5 * np.median(h)
    for i in sorted(range(len(boxes)), key=lambda i: (not tall[i], across[i])):
        best, nearest = None, math.inf
        for row in found:
            last = min(row, key=lambda j: abs(across[j] - across[i]))
            away = abs(down[last] - down[i])
            if away < (0.5 if tall[i] else 0.75) * max(h[last], h[i]) and away < nearest:
                best, nearest = row, away
        if best is None:
            found.append([i])
        else:
            best.append(i)
    found.sort(key=lambda row: float(np.mean(down[row])))
    return [sorted(row, key=lambda i: across[i]) for row in found]


def sideways(boxes: NDArray[np.intp]) -> bool:
    """Whether most of at least four boxes are wider than high."""
    return len(boxes) >= 4 and float(np.median(boxes[:, 2] / boxes[:, 3])) > SIDEWAYS
