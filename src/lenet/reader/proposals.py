"""What may be a digit on a page: where it stands, which way up, and what a reader sees of it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.finder import Candidates, Finder, Found, Heat, Preparation, Single, found_in, prepare
from lenet.finder.candidates import UNCLEAR, clearness
from lenet.picture import Box, Picture
from lenet.picture.normalising import SIDE, Polarity, normalised_ink

# A page is on its side where characters are seen unclearly, but surely once it is turned.
GLIMPSED = 1.5  # sum of probabilities; with less, a page is not worth turning
# With these, of 200 drawn scenes on their side (some with fewer characters), 110 are turned
# upright, and of 200 upright ones 1 is turned (`benchmarks/drawn_scenes.py`).
FEWEST = 4  # characters more probable than not; fewer do not tell which way up a page is
SURER = 2.0  # times as surely: the sum of what each is more probable than not
EMPTY = 1.2  # local standard deviations: paper, its grain and shadows differ less from around them


@dataclass(frozen=True, eq=False)
class Proposals:
    """What may be digits on a page, seen one way up.

    Attributes
    ----------
    digits : Candidates
        Where digits may stand, in pixels of the page as it is turned.
    others : Candidates
        Where other characters stand.
    images : ndarray of uint8, (n, 28, 28)
        What the reader is to see of each.
    turns : int
        By how many quarters the page was turned counter-clockwise.
    size : tuple of int
        Width and height of the page as it came.
    is_one : bool
        Whether the page is one digit, and no finder judged it.
    blank : bool
        Whether the page is empty.
    """

    digits: Candidates
    others: Candidates
    images: NDArray[np.uint8]
    turns: int
    size: tuple[int, int]
    is_one: bool = False
    blank: bool = False

    @property
    def side(self) -> float:
        """Longer side of the page in pixels."""
        return float(max(self.size))

    def box(self, box: NDArray[np.float32], reduced: float) -> Box:
        """Return a box of the turned page in pixels of the picture as it came, reduced or not."""
        x, y, w, h = box.tolist()
        width, height = self.size
        match self.turns % 4:
            case 1:
                x, y, w, h = width - y - h, x, h, w
            case 2:
                x, y = width - x - w, height - y - h
            case 3:
                x, y, w, h = y, height - x - w, h, w
        left, top = round(max(0.0, x) * reduced), round(max(0.0, y) * reduced)
        right, bottom = round(min(width, x + w) * reduced), round(min(height, y + h) * reduced)
        return left, top, max(1, right - left), max(1, bottom - top)


def as_one_digit(page: Picture, polarity: Polarity = "auto") -> Proposals | None:
    """Return the one digit of an image made as MNIST's were, which needs no finder; else None."""
    ink = normalised_ink(page.pixels, polarity)
    if ink is None:
        return None
    box = np.array(cv2.boundingRect(ink), np.float32)
    return _one(Single(ink, box), (SIDE, SIDE))


def only_thing(page: Picture, preparation: Preparation, finder: Finder) -> Proposals:
    """Return the one digit, or other thing, of a page that shows exactly one."""
    height, width = page.pixels.shape[:2]
    return _one(prepare(page.pixels, preparation, lambda: finder), (width, height))


def _one(single: Single, size: tuple[int, int]) -> Proposals:
    blank = not single.image.any()
    boxes = np.empty((0, 4), np.float32) if blank else single.box[None]
    images = single.image[None][: len(boxes)]
    return Proposals(_places(boxes), _places(boxes[:0]), images, 0, size, is_one=True, blank=blank)


def propose(
    page: Picture,
    finder: Finder,
    *,
    upside_down: bool = False,
    all_characters: bool = False,
) -> list[Proposals]:
    """Return what may be digits on a page; with `upside_down` also of the page on its head.

    Parameters
    ----------
    page : Picture
    finder : Finder
    upside_down : bool
        The page may be upside down.
    all_characters : bool
        As in `Finder.find`.
    """
    pixels = page.pixels
    seen = finder.look(pixels)
    height, width = pixels.shape[:2]
    if _is_empty(seen):
        none = _places(np.empty((0, 4), np.float32))
        images = np.empty((0, SIDE, SIDE), np.uint8)
        return [Proposals(none, none, images, 0, (width, height), blank=True)]
    found, turns = _best_way_up(pixels, seen, finder, all_characters=all_characters)
    ways = [(found, turns)]
    if upside_down:
        over = np.ascontiguousarray(np.rot90(pixels, turns + 2))
        ways.append((finder.find(over, all_characters=all_characters), turns + 2))
    return [
        _proposals(np.ascontiguousarray(np.rot90(pixels, turns)), found, turns, (width, height))
        for found, turns in ways
    ]


def _best_way_up(
    pixels: NDArray[np.uint8], seen: list[Heat], finder: Finder, *, all_characters: bool
) -> tuple[Found, int]:
    """Return what was found, of a page on its side after turning it, and the quarters turned."""
    upright = found_in(seen, all_characters=all_characters)
    chances = _chances(upright)
    if chances.sum() < GLIMPSED or clearness(_logits(upright)) > UNCLEAR:
        return upright, 0
    best, turns, surest = upright, 0, SURER * _sureness(chances)
    for quarters in (1, 3):
        page = np.ascontiguousarray(np.rot90(pixels, quarters))
        found = finder.find(page, all_characters=all_characters)
        chances = _chances(found)
        if np.count_nonzero(chances > 0.5) >= FEWEST and _sureness(chances) > surest:
            best, turns, surest = found, quarters, _sureness(chances)
    return best, turns


def _chances(found: Found) -> NDArray[np.float64]:
    """Return the probability of each character that was found, (n,)."""
    return np.asarray(1 / (1 + np.exp(-_logits(found))), np.float64)


def _logits(found: Found) -> NDArray[np.float64]:
    return np.concatenate([found.digits.digit, found.others.other]).astype(np.float64)


def _sureness(chances: NDArray[np.float64]) -> float:
    return float(np.maximum(2 * chances - 1, 0).sum())


def _proposals(
    page: NDArray[np.uint8], found: Found, turns: int, size: tuple[int, int]
) -> Proposals:
    images = found.images(page)
    kept = np.flatnonzero(images.any((1, 2)))
    return Proposals(found.digits.take(kept), found.others, images[kept], turns, size)


def _places(boxes: NDArray[np.float32]) -> Candidates:
    """Return places that no finder speaks of."""
    none = np.zeros(len(boxes), np.float32)
    return Candidates(
        boxes, none, none, np.zeros((len(boxes), 10), np.float32), np.zeros(len(boxes), np.intp)
    )


def _is_empty(seen: list[Heat]) -> bool:
    """Whether nothing stands out of the page, apart from the grain of the finest level."""
    return all(np.abs(heat.contrast).max() < EMPTY for heat in (seen[1:] or seen))
