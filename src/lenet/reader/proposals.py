"""What may be a digit on a page: where it stands, which way up, and what a reader sees of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.finder import Candidates, Finder, Heat, Preparation, Single, preparations
from lenet.finder.contrast import INKED
from lenet.picture import Box, Picture
from lenet.picture.normalising import SIDE, Polarity, normalised_ink
from lenet.reader.turning import Seen, Turn, best_way_up, find_turned


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
    turn : Turn
        How the page was turned.
    is_one : bool
        Whether the page is one digit, and no finder judged it.
    blank : bool
        Whether the page is empty.
    """

    digits: Candidates
    others: Candidates
    images: NDArray[np.uint8]
    turn: Turn
    is_one: bool = False
    blank: bool = False

    @property
    def side(self) -> float:
        """Longer side of the page, in pixels of the page as it is turned."""
        return self.turn.side

    def box(self, box: NDArray[np.float32], reduced: float) -> Box:
        """Return a box of the turned page in pixels of the picture as it came, reduced or not."""
        x, y, w, h = self.turn.box(box)
        width, height = self.turn.size
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


def only_thing(page: Picture, preparation: Preparation, finder: Finder) -> Iterator[Proposals]:
    """Yield the one digit, or other thing, of a page that shows exactly one: the likeliest first.

    What follows is the page in other ways, for a reader that refuses what came before.
    """
    height, width = page.pixels.shape[:2]
    for single in preparations(page.pixels, preparation, lambda: finder):
        yield _one(single, (width, height))


def _one(single: Single, size: tuple[int, int]) -> Proposals:
    blank = not single.image.any()
    boxes = np.empty((0, 4), np.float32) if blank else single.box[None]
    images = single.image[None][: len(boxes)]
    return Proposals(
        _places(boxes), _places(boxes[:0]), images, Turn(size), is_one=True, blank=blank
    )


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
        return [Proposals(none, none, images, Turn((width, height)), blank=True)]
    best = best_way_up(pixels, seen, finder, all_characters=all_characters)
    ways = [best]
    if upside_down:
        over = replace(best.turn, quarters=best.turn.quarters + 2)
        ways.append(find_turned(pixels, over, finder, all_characters=all_characters))
    return [_proposals(way) for way in ways]


def _proposals(way: Seen) -> Proposals:
    found, turn, page = way
    images = found.images(page)
    kept = np.flatnonzero(images.any((1, 2)))
    return Proposals(found.digits.take(kept), found.others, images[kept], turn)


def _places(boxes: NDArray[np.float32]) -> Candidates:
    """Return places that no finder speaks of."""
    none = np.zeros(len(boxes), np.float32)
    return Candidates(
        boxes, none, none, np.zeros((len(boxes), 10), np.float32), np.zeros(len(boxes), np.intp)
    )


def _is_empty(seen: list[Heat]) -> bool:
    """Whether nothing stands out of the page, apart from the grain of the finest level."""
    return all(np.abs(heat.contrast).max() < INKED for heat in (seen[1:] or seen))
