"""The ink of a picture, perhaps turned, with the way back to the picture."""

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.picture.boxes import Box
from lenet.picture.cutting import Part
from lenet.picture.found import Crop
from lenet.picture.ink import Ink
from lenet.picture.normalising import evened, normalise


@dataclass(frozen=True, eq=False)
class Sheet:
    """The ink of a picture, perhaps turned, and the way back.

    Attributes
    ----------
    ink : Ink
    mask : ndarray of uint8, (h, w)
        1 where ink is looked at; lines and borders are taken out.
    back : ndarray of float, (2, 3)
        From here to the upright picture: (x, y) there = back @ (x, y, 1) here.
    """

    ink: Ink
    mask: NDArray[np.uint8]
    back: NDArray[np.float64]

    def box(self, box: Box) -> Box:
        """Return where a box is in the picture."""
        x, y, w, h = box
        (xx, xy, x0), (yx, yy, y0) = self.back.tolist()
        corners = [(a, b) for a in (x, x + w) for b in (y, y + h)]
        across = [xx * a + xy * b + x0 for a, b in corners]
        down = [yx * a + yy * b + y0 for a, b in corners]
        left, top = round(min(across)), round(min(down))
        return left, top, max(1, round(max(across)) - left), max(1, round(max(down)) - top)

    def around(self, box: Box) -> "Sheet":
        """Return a copy of what is in a box, and of the pixels just around it."""
        x, y, w, h = box
        left, top = max(0, x - 1), max(0, y - 1)
        place = np.s_[top : y + h + 1, left : x + w + 1]
        ink = replace(self.ink, amount=self.ink.amount[place].copy())
        back = self.back.copy()
        back[:, 2] += self.back[:, :2] @ (left, top)
        return Sheet(ink, self.mask[place].copy(), back)

    def crop(self, part: Part, row: int) -> Crop:
        """Return a part of the ink as a digit."""
        return Crop(self._image(part), self.box(part.box), row, part.cut)

    def _image(self, part: Part) -> NDArray[np.uint8]:
        """Return the image of a part, without what else is in its box, (28, 28)."""
        x, y, w, h = part.box
        left, top = min(x, 1), min(y, 1)  # room for the soft edges
        place = np.s_[y - top : y + h + 1, x - left : x + w + 1]
        amount = self.ink.amount[place]
        bottom, right = amount.shape[0] - h - top, amount.shape[1] - w - left
        own = cv2.copyMakeBorder(part.mask, top, bottom, left, right, cv2.BORDER_CONSTANT)
        soft = cv2.dilate(own, np.ones((3, 3), np.uint8))
        if not (self.ink.as_it_is and amount.max() > 0.7 * self.ink.level):
            floor = self.ink.floor
            strong = amount[own > 0]
            level = max(float(np.median(strong[strong >= 0.5 * strong.max()])), floor + 1)
            gain = 255 / (level - floor)
            amount = np.asarray(cv2.addWeighted(amount, gain, amount, 0, -gain * floor), np.uint8)
        amount = amount * (soft & (own | (self.mask[place] == 0)))
        return normalise(evened(np.asarray(amount, np.uint8)))

    def quarter_turned(self, quarters: int) -> "Sheet":
        """Return it turned counter-clockwise by 90° `quarters` times."""
        h, w = self.mask.shape
        back = {
            1: [[0, -1, w], [1, 0, 0], [0, 0, 1]],
            2: [[-1, 0, w], [0, -1, h], [0, 0, 1]],
            3: [[0, 1, 0], [-1, 0, h], [0, 0, 1]],
        }[quarters]
        amount, mask = (
            np.ascontiguousarray(np.rot90(part, quarters)) for part in (self.ink.amount, self.mask)
        )
        return Sheet(replace(self.ink, amount=amount), mask, self.back @ np.array(back, float))

    def levelled(self, falling: float) -> "Sheet":
        """Return it turned so that rows that fall to the right by `falling` radians are level."""
        h, w = self.mask.shape
        cos, sin = math.cos(falling), math.sin(falling)
        wide, high = abs(w * cos) + abs(h * sin), abs(w * sin) + abs(h * cos)
        back = np.array(
            [
                [cos, -sin, w / 2 - cos * wide / 2 + sin * high / 2],
                [sin, cos, h / 2 - sin * wide / 2 - cos * high / 2],
                [0, 0, 1],
            ]
        )
        size = math.ceil(wide), math.ceil(high)
        shift = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])  # pixels are squares, not points
        way = (np.linalg.inv(shift) @ back @ shift)[:2]
        amount = cv2.warpAffine(
            self.ink.amount, way, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        )
        mask = cv2.warpAffine(self.mask, way, size, flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)
        ink = replace(self.ink, amount=np.asarray(amount, np.uint8))
        return Sheet(ink, np.asarray(mask, np.uint8), self.back @ back)
