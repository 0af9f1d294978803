"""Find the boxes of forms, one or many, by what they are: rectangles of paper with ink inside."""

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.picture.pieces import pieces_of
from lenet.picture.straight import Line, followed

SMALLEST = 0.04  # of the longer edge of the picture, is the shorter side of a box
RECTANGLE = 0.93  # of the smallest rectangle around it, so much does a box cover; an ellipse 0.79
ALIKE = 1.25  # times as high or wide at most are boxes of one form
FILLED = 0.25  # of the height of a box, at least, is that of the ink in it


def sides_of_boxes(mask: NDArray[np.uint8]) -> list[Line]:
    """Return the sides of the boxes in a mask, (h, w), 1 where there is ink.

    Boxes side by side share one, which is returned with either.
    """
    sides = (
        followed(mask, *start.tolist(), *end.tolist())
        for corners in _boxes(mask)
        for start, end in zip(corners, np.roll(corners, -1, 0), strict=True)
    )
    return [line for line in sides if line]


def _boxes(mask: NDArray[np.uint8]) -> list[NDArray[np.float64]]:
    """Return the corners of each box, (4, 2): x, y.

    There is ink in it, or in another of the same frame, or in one about as large.
    """
    contours, tree = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    least = max(16, SMALLEST * max(mask.shape))
    boxes: list[NDArray[np.float64]] = []
    frames, sizes, filled = [], [], []
    for contour, (_, _, _, frame) in zip(contours, tree[0] if contours else (), strict=True):
        x, y, w, h = cv2.boundingRect(contour)
        if frame < 0 or min(w, h) < least:
            continue  # not the inside of anything, or a small loop
        hull = cv2.convexHull(contour)
        around = cv2.minAreaRect(hull)
        area = cv2.contourArea(hull)
        if area < RECTANGLE * around[1][0] * around[1][1]:
            continue
        corners = cv2.approxPolyDP(hull, 0.04 * cv2.arcLength(hull, True), True)[:, 0]
        boxes.append(np.asarray(corners if len(corners) == 4 else cv2.boxPoints(around), float))
        frames.append(frame)
        sizes.append((w, h))
        touched = cv2.contourArea(contour) < RECTANGLE * area  # by what is in it
        filled.append(touched or _holds_ink(mask[y : y + h, x : x + w]))
    if not any(filled):
        return []
    of_filled = {frame for frame, there in zip(frames, filled, strict=True) if there}
    size = np.array(sizes, float)
    ratio = size[:, None] / size[filled]
    alike = (np.maximum(ratio, 1 / ratio).max(2) < ALIKE).any(1)
    chosen = zip(boxes, frames, alike.tolist(), strict=True)
    return [box for box, frame, same in chosen if same or frame in of_filled]


def _holds_ink(box: NDArray[np.uint8]) -> bool:
    """Whether there is a piece in a box, (h, w), that is no crumb, and apart from its sides."""
    stats = pieces_of(np.ascontiguousarray(box))[1][1:]
    left, top, w, h = stats[:, :4].T
    apart = (left > 1) & (top > 1) & (left + w < box.shape[1] - 1) & (top + h < box.shape[0] - 1)
    return bool((h[apart] >= FILLED * len(box)).any())
