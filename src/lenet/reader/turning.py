"""Which way up a page is read: turned by quarters, then until its rows are level."""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.finder import Finder, Found, Heat, found_in
from lenet.finder.candidates import UNCLEAR, clearness
from lenet.finder.dewarping import Centred, slant_of
from lenet.finder.levels import FINEST

# A page is on its side where characters are seen unclearly, but surely once it is turned.
GLIMPSED = 1.5  # sum of probabilities; with less, a page is not worth turning
# With these, of 200 drawn scenes on their side (some with fewer characters), 110 are turned
# upright, and of 200 upright ones 1 is turned (`benchmarks/drawn_scenes.py`).
FEWEST = 4  # characters more probable than not; fewer do not tell which way up a page is
SURER = 2.0  # times as surely: the sum of what each is more probable than not
# Degrees of slant from which a page is turned until its rows are level, if more is seen then. Of
# 600 drawn scenes turned by 8 degrees, 61.2 % are read exactly without it, 62.4 % with 10, 63.4 %
# with 7 and 63.6 % with 5, which looks twice at a fifth of the upright ones too (2026-12-01).
ASKEW = 7.0
# Most pixels of the longer side of a page turned by an angle: twice those of its finest level. The
# canvas of a long, narrow page could need a thousand times its pixels.
LARGEST = 2 * FINEST


@dataclass(frozen=True)
class Turn:
    """How a page was turned to be read.

    Attributes
    ----------
    size : tuple of int
        Width and height of the page as it came.
    quarters : int
        Quarters of a turn, counter-clockwise.
    slant : float
        Degrees by which its rows fell to the right after that, and by which it was then turned
        counter-clockwise about its middle, on a canvas that holds all of it, reduced if that
        is large.
    """

    size: tuple[int, int]
    quarters: int = 0
    slant: float = 0.0

    @property
    def side(self) -> float:
        """Longer side of the page in pixels of the page as it is turned."""
        return max(self.size) * self._straightening()[2] if self.slant else float(max(self.size))

    def page(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the pixels ``(h, w, 3)`` of the page, turned.

        What lies beside it has the colour of most of its edge.
        """
        turned: cv2.typing.MatLike = np.ascontiguousarray(np.rot90(pixels, self.quarters))
        if not self.slant:
            return np.asarray(turned, np.uint8)
        edges = turned[0], turned[-1], turned[:, 0], turned[:, -1]
        colour = np.median(np.concatenate(edges), axis=0)
        matrix, canvas, scale = self._straightening()
        width, height = self._upright()
        if scale < 1:
            size = max(1, round(scale * width)), max(1, round(scale * height))
            turned = cv2.resize(turned, size, interpolation=cv2.INTER_AREA)
            matrix[:, 0] *= width / size[0]
            matrix[:, 1] *= height / size[1]
        # OpenCV counts from the middle of the first pixel, boxes from its corner.
        matrix[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5
        return np.asarray(
            cv2.warpAffine(turned, matrix, canvas, borderValue=colour.tolist()), np.uint8
        )

    def box(self, box: NDArray[np.float32]) -> tuple[float, float, float, float]:
        """Return x, y, width and height on the page as it came, of a box of the turned page.

        Where a slant was taken out, the box of the ellipse in it: the corners of a box are seldom
        inked.
        """
        x, y, w, h = box.tolist()
        if self.slant:
            back = cv2.invertAffineTransform(self._straightening()[0])
            middle = back[:, :2] @ (x + w / 2, y + h / 2) + back[:, 2]
            w, h = (2 * np.hypot(*(back[:, :2] * (w / 2, h / 2)).T)).tolist()
            x, y = (middle - (w / 2, h / 2)).tolist()
        width, height = self.size
        match self.quarters % 4:
            case 1:
                return width - y - h, x, h, w
            case 2:
                return width - x - w, height - y - h, w, h
            case 3:
                return y, height - x - w, h, w
        return x, y, w, h

    def holds(self, boxes: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Which boxes ``(n, 4)`` of the turned page have their middle on the page, (n,)."""
        if not self.slant:
            return np.ones(len(boxes), np.bool_)
        back = cv2.invertAffineTransform(self._straightening()[0])
        middles = (boxes[:, :2] + boxes[:, 2:] / 2) @ back[:, :2].T + back[:, 2]
        return np.asarray(((middles >= 0) & (middles <= self._upright())).all(1))

    def _upright(self) -> tuple[int, int]:
        """Return width and height after the quarters."""
        width, height = self.size
        return (height, width) if self.quarters % 2 else (width, height)

    def _straightening(self) -> tuple[NDArray[np.float64], tuple[int, int], float]:
        """Return the matrix ``(2, 3)`` that takes the slant out, its canvas, and its scale."""
        width, height = self._upright()
        matrix = np.asarray(
            cv2.getRotationMatrix2D((width / 2, height / 2), self.slant, 1), np.float64
        )
        canvas = np.abs(matrix[:, :2]) @ (width, height)
        matrix[:, 2] += (canvas - (width, height)) / 2
        scale = min(1.0, LARGEST / float(canvas.max()))
        across, down = np.ceil(scale * canvas - 1e-6).astype(int).tolist()
        return scale * matrix, (across, down), scale


class Seen(NamedTuple):
    """What is found on a page that was turned.

    Attributes
    ----------
    found : Found
    turn : Turn
    page : ndarray of uint8, (h, w, 3)
        The page, turned.
    """

    found: Found
    turn: Turn
    page: NDArray[np.uint8]


def best_way_up(
    pixels: NDArray[np.uint8], seen: list[Heat], finder: Finder, *, all_characters: bool
) -> Seen:
    """Return what is found on a page, turned if more is seen then.

    Parameters
    ----------
    pixels : ndarray of uint8, (h, w, 3)
    seen : list of Heat
        What `finder` says of the page as it came.
    finder : Finder
    all_characters : bool
        As in `Finder.find`.
    """
    turn = Turn((pixels.shape[1], pixels.shape[0]))
    best = Seen(found_in(seen, all_characters=all_characters), turn, pixels)
    if _chances(best.found).sum() < GLIMPSED:
        return best
    if clearness(_logits(best.found)) <= UNCLEAR:
        best = _best_quarters(best, finder, all_characters=all_characters)
    slant = _slant(best.found)
    if abs(slant) <= ASKEW:
        return best
    straight = replace(best.turn, slant=slant)
    level = find_turned(pixels, straight, finder, all_characters=all_characters)
    return level if _sureness(level.found) > _sureness(best.found) else best


def find_turned(
    pixels: NDArray[np.uint8], turn: Turn, finder: Finder, *, all_characters: bool
) -> Seen:
    """Return what is found on a page ``(h, w, 3)`` after turning it, less what lies beside it."""
    page = turn.page(pixels)
    found = finder.find(page, all_characters=all_characters)
    digits, others = (part.take(turn.holds(part.boxes)) for part in (found.digits, found.others))
    return Seen(replace(found, digits=digits, others=others), turn, page)


def _best_quarters(upright: Seen, finder: Finder, *, all_characters: bool) -> Seen:
    """Return the side of a page that is seen surely, or the page as it came if none is."""
    best, surest = upright, SURER * _sureness(upright.found)
    for quarters in (1, 3):
        turn = replace(upright.turn, quarters=quarters)
        side = find_turned(upright.page, turn, finder, all_characters=all_characters)
        is_clear = np.count_nonzero(_chances(side.found) > 0.5) >= FEWEST
        if is_clear and _sureness(side.found) > surest:
            best, surest = side, _sureness(side.found)
    return best


def _slant(found: Found) -> float:
    """Return by how many degrees the rows of characters more probable than not fall."""
    boxes = np.concatenate([found.digits.boxes, found.others.boxes])[_logits(found) > 0]
    return math.degrees(slant_of(Centred.of(boxes)))


def _chances(found: Found) -> NDArray[np.float64]:
    """Return the probability of each character that was found, (n,)."""
    return np.asarray(1 / (1 + np.exp(-_logits(found))), np.float64)


def _logits(found: Found) -> NDArray[np.float64]:
    return np.concatenate([found.digits.digit, found.others.other]).astype(np.float64)


def _sureness(found: Found) -> float:
    """Return the sum of what each character is more probable than not."""
    return float(np.maximum(2 * _chances(found) - 1, 0).sum())
