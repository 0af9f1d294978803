"""Find the digits of a picture, in reading order."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.picture.contrast import find_ink
from lenet.picture.cutting import Part
from lenet.picture.decoding import Picture
from lenet.picture.form_boxes import sides_of_boxes
from lenet.picture.found import Crop, Found, Rejected
from lenet.picture.ink import TINY, Ink
from lenet.picture.lines import erased, without_lines, without_thin_lines
from lenet.picture.regions import find_regions
from lenet.picture.sheet import Sheet
from lenet.picture.strokes import (
    Strokes,
    at_the_edges,
    borders,
    find_strokes,
    without_borders,
)

WORKING_EDGE = 2048  # pixels; digits are looked for at this size


def find_digits(picture: Picture, *, single: bool = False, upside_down: bool = False) -> Found:
    """Find the digits in a picture: dark on light, light on dark, or in colour.

    Parameters
    ----------
    picture : Picture
        As `decode` gives it.
    single : bool
        It holds exactly one digit: all strokes belong to it.
    upside_down : bool
        It may stand on its head: offer that way of reading too.

    Returns
    -------
    Found
        In reading order; `blank` where there is only paper.
    """
    pixels, scale = _reduced(picture.pixels)
    ink = find_ink(pixels)
    if ink is None:
        return Found()
    ink, mask, strokes = _right_way_round(ink)
    scale *= picture.reduced
    sheet = Sheet(ink, mask, np.array([[scale, 0, 0], [0, scale, 0]], float))
    rejected: list[Rejected] = []
    if len(strokes) and max(mask.shape) > TINY:
        mask = without_borders(mask)
        sides = sides_of_boxes(mask)
        rest, thin = without_thin_lines(mask)
        rest, lines = without_lines(rest)  # tells a table better while it is whole
        lines += [side for side in sides if side.share(rest) > 0.5 * side.share(mask)]
        mask = erased(rest, sides)
        places = [*thin, *(line.box for line in lines)]
        rejected += [Rejected(sheet.box(place), "line") for place in dict.fromkeys(places)]
        if mask is not sheet.mask:
            sheet = replace(sheet, mask=mask)
            strokes = find_strokes(mask)
    if len(strokes) > 1:
        edges = borders(strokes)
        if not edges.all():
            places = strokes.boxes[edges].tolist()
            rejected += [Rejected(sheet.box(tuple(place)), "line") for place in places]
            strokes = strokes[~edges]
    if not len(strokes):
        return Found(rejected=tuple(rejected))
    if single:
        crops = _one(sheet, strokes)
        return Found(crops, () if crops else tuple(rejected))
    found = find_regions(sheet, strokes, upside_down=upside_down)
    noise = ink.floor / ink.level
    return replace(found, rejected=(*rejected, *found.rejected), noise=noise)


def _reduced(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    height, width = pixels.shape[:2]
    scale = max(1.0, max(height, width) / WORKING_EDGE)
    if scale > 1:
        size = max(1, round(width / scale)), max(1, round(height / scale))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    return pixels, scale


def _right_way_round(ink: Ink) -> tuple[Ink, NDArray[np.uint8], Strokes]:
    """Return the ink, where it is, and its pieces; of what seems the paper, if that is the ink.

    Where what seems ink lies mostly in pieces that are open to the edges over half their length, or
    small ones over a fifth, and the paper in fewer, that is the ink: a bold letter that fills the
    picture. The edges cut strokes of a digit more narrowly.
    """
    mask = ink.mask()
    strokes = find_strokes(mask)
    as_found = ink, mask, strokes
    if ink.floor > 0.05 * ink.level or len(strokes) < 2 or not at_the_edges(strokes).any():
        return as_found
    if cv2.countNonZero(mask) < 0.12 * mask.size:
        return as_found
    labels = strokes.labels
    edges = np.concatenate((labels[0], labels[-1], labels[:, 0], labels[:, -1]))
    contact = np.bincount(edges, minlength=int(strokes.ids.max()) + 1)[strokes.ids]
    narrow = np.where(strokes.area < 0.15 * mask.size, 0.2, 0.5)
    if strokes.area[contact > narrow * strokes.longer].sum() < 0.7 * strokes.area.sum():
        return as_found
    level = np.uint8(min(255, round(ink.level)))
    inverse = replace(ink, amount=level - np.minimum(ink.amount, level))
    mask_of_inverse = inverse.mask()
    of_inverse = find_strokes(mask_of_inverse)
    return (inverse, mask_of_inverse, of_inverse) if len(of_inverse) < len(strokes) else as_found


def _one(sheet: Sheet, strokes: Strokes) -> tuple[Crop, ...]:
    """Return all strokes as one digit: the main piece, and what is near it and not tiny.

    What lies wholly inside the picture goes before what its edges cut.
    """
    weight = strokes.area * ~at_the_edges(strokes)
    if weight.max() <= 0.1 * strokes.area.max():
        weight = strokes.area
    main = int(weight.argmax())
    size = strokes.longer[main]
    if size < max(3, 0.02 * max(sheet.mask.shape)) or weight[main] < 0.1 * strokes.area.sum():
        return ()
    x, y, w, h = strokes.boxes.T
    apart = np.maximum(
        np.maximum(x - x[main] - w[main], x[main] - x - w),
        np.maximum(y - y[main] - h[main], y[main] - y - h),
    )
    large = weight > 0.03 * weight[main]
    members = np.flatnonzero(large & ((apart < 0.4 * size) | (weight > 0.3 * weight[main])))
    return (sheet.crop(Part(*strokes.mask(members)), 0),)
