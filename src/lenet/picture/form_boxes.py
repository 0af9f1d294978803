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
MOST = 60  # boxes; what has more of them is squared paper, or no writing


def sides_of_boxes(mask: NDArray[np.uint8]) -> list[Line]:
    """Return the sides of the boxes in a mask, (h, w), 1 where there is ink.

    One that boxes side by side share is returned once. Where there are more than `MOST` boxes,
    nothing is.
    """
    lines: list[Line] = []
    ends = np.empty((0, 2, 2))  # of these
    for corners in _boxes(mask):
        for side in np.stack([corners, np.roll(corners, -1, 0)], 1):
            # Seen from the other box it goes the other way, and is as far away as it is thick.
            away = np.abs(ends[:, ::-1] - side).max((1, 2))
            if (away <= [line.thickness + 2 for line in lines]).any():
                continue
            line = followed(mask, *side.ravel().tolist())
            if line:
                lines.append(line)
                ends = np.concatenate([ends, side[None]])
    return lines


def _boxes(mask: NDArray[np.uint8]) -> list[NDArray[np.float64]]:
    """Return the corners of each box, (4, 2): x, y.

    There is ink in it, or in another of the same frame, or in one about as large.
    """
    contours, tree = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    least = max(16, SMALLEST * max(mask.shape))
    boxes: list[NDArray[np.float64]] = []
    frames, places, touched = [], [], []
    inner = np.flatnonzero(tree[0, :, 3] >= 0).tolist() if contours else []
    for number in inner:
        contour = contours[number]  # the inside of something
        place = cv2.boundingRect(contour)
        if min(place[2:]) < least:
            continue
        hull = cv2.convexHull(contour)
        around = cv2.minAreaRect(hull)
        area = cv2.contourArea(hull)
        if area < RECTANGLE * around[1][0] * around[1][1]:
            continue
        if len(boxes) == MOST:
            return []
        corners = cv2.approxPolyDP(hull, 0.04 * cv2.arcLength(hull, True), True)[:, 0]
        boxes.append(np.asarray(corners if len(corners) == 4 else cv2.boxPoints(around), float))
        frames.append(int(tree[0, number, 3]))
        places.append(place)
        touched.append(cv2.contourArea(contour) < RECTANGLE * area)  # by what is in it
    if not boxes:
        return []
    filled = np.array(touched) | _hold_ink(np.array(places), mask)
    if not filled.any():
        return []
    of_filled = np.isin(frames, np.array(frames)[filled])
    size = np.array(places, float)[:, 2:]
    ratio = size[:, None] / size[filled]
    alike = (np.maximum(ratio, 1 / ratio).max(2) < ALIKE).any(1)
    return [box for box, chosen in zip(boxes, alike | of_filled, strict=True) if chosen]


def _hold_ink(boxes: NDArray[np.int32], mask: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return in which boxes, (n, 4), there is a piece that is no crumb, and apart from the sides.

    What is not apart from them is more than the piece in the box, so all pieces are told at once.
    """
    stats = pieces_of(mask)[1][1:]
    stats = stats[stats[:, 3] >= FILLED * boxes[:, 3].min()]
    x, y, w, h = boxes.T[:, :, None]
    left, top, width, height = stats[:, :4].T
    across = (left > x + 1) & (left + width < x + w - 1)
    down = (top > y + 1) & (top + height < y + h - 1)
    return np.asarray((across & down & (height >= FILLED * h)).any(1))
