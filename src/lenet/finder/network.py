"""`Finder`: runs the network over a page, made small step by step, and says what stands where."""

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.errors import ModelError
from lenet.finder.candidates import CELL, UNCLEAR, Candidates, clearness, distinct, peaks
from lenet.finder.contrast import RADIUS, normalise_contrast, sharpening, to_grey
from lenet.finder.levels import (
    PADDING,
    finer_size,
    inked_part,
    level_sizes,
    padded,
    resized,
    window,
)
from lenet.picture.crop import InkMap, cut_by_contrast, cut_ink, sharpened
from lenet.picture.normalising import evened, normalise
from lenet.runtime import open_session
from lenet.storage import sha256

# Print is small where at least half of all characters, and at least three, are below 15 pixels of
# the finest level: the network is trained on 13 and more, and two may be spots.
SMALL_PRINT, SEVERAL = 15, 3
SHIPPED = "finder"  # name of the finder in the package
OFF = 8.0  # pixels by which the middle of a character may seem to lie outside of all ink
CLEARLY_DIGIT = 2.0  # logits by which a digit is seen rather than another character
NOWHERE = -20.0  # logit of what bare paper holds


@dataclass(frozen=True, eq=False)
class Found:
    """What the finder says of a page.

    Attributes
    ----------
    digits : Candidates
        Where digits may stand, the most probable first.
    others : Candidates
        Where other characters stand rather than digits.
    ink : tuple of InkMap
        Of each level: the ink of digits.
    all_characters : bool
        Whether `digits` are all characters, as in `Finder.find`.
    """

    digits: Candidates
    others: Candidates
    ink: tuple[InkMap, ...]
    all_characters: bool = False

    @property
    def may_be_other(self) -> NDArray[np.bool_]:
        """Which of `digits` may be other characters, (n,)."""
        unclear = self.digits.digit - self.digits.other < CLEARLY_DIGIT
        return np.asarray(unclear & self.all_characters)

    def images(self, page: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the images of `digits`, uint8 (n, 28, 28), cut out of the page they were found in.

        All paper where nothing differs from it. A character that may be another than a digit is cut
        out by its contrast: the map knows the ink of digits.
        """
        if page.ndim == 2:
            page = np.asarray(cv2.cvtColor(page, cv2.COLOR_GRAY2RGB), np.uint8)
        images = np.zeros((len(self.digits), 28, 28), np.uint8)
        for image, (x, y, w, h), level, is_other in zip(
            images,
            self.digits.boxes.tolist(),
            self.digits.level.tolist(),
            self.may_be_other.tolist(),
            strict=True,
        ):
            box = x, y, w, h
            ink = cut_by_contrast(page, box) if is_other else cut_ink(page, box, self.ink[level])
            image[:] = normalise(evened(ink))
        return images


@dataclass(frozen=True, eq=False)
class Heat:
    """What the network says of one level of a page, to be looked at.

    Attributes
    ----------
    shown : ndarray of float32, (4 h, 4 w)
        What the network was given: the contrast of the level, sharpened if it was blurred, with
        padding.
    maps : ndarray of float32, (16, h, w)
    ink : ndarray of float32, (2 h, 2 w)
    size : tuple of int
        Width and height of the level in pixels, without padding.
    corner : tuple of int
        Column and row of the padded level at which `shown` begins; before it, and behind it, is
        bare paper.
    inked : tuple of float
        Left, upper, right and lower edge of what is not bare paper, as shares of the page.
    scale : tuple of float
        Pixels of the page in a pixel of the level, across and down.
    sharpening : float
        By how much the level was sharpened.
    """

    shown: NDArray[np.float32]
    maps: NDArray[np.float32]
    ink: NDArray[np.float32]
    size: tuple[int, int]
    corner: tuple[int, int]
    inked: tuple[float, float, float, float]
    scale: tuple[float, float]
    sharpening: float = 0.0

    @property
    def margin(self) -> tuple[int, int]:
        """Pixels of the level from the left and upper edge of `shown` to those of the page."""
        return PADDING - self.corner[0], PADDING - self.corner[1]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Where in the level the middle of a character may lie: its left, upper, … limit."""
        (left, top, right, bottom), (width, height) = self.inked, self.size
        return (
            max(0, left * width - OFF),
            max(0, top * height - OFF),
            min(width, right * width + OFF),
            min(height, bottom * height + OFF),
        )

    @property
    def contrast(self) -> NDArray[np.float32]:
        """`shown` without padding."""
        return self._inside(self.shown, 1, bare=0)

    @property
    def probabilities(self) -> tuple[NDArray[np.float32], ...]:
        """Of digits and of other characters at each cell, and of ink; without padding."""
        logits = (
            self._inside(self.maps[0], CELL, bare=NOWHERE),
            self._inside(self.maps[1], CELL, bare=NOWHERE),
            self._inside(self.ink, CELL // 2, bare=NOWHERE),
        )
        return tuple(np.asarray(1 / (1 + np.exp(-each)), np.float32) for each in logits)

    def _inside(
        self, values: NDArray[np.float32], step: int, *, bare: float
    ) -> NDArray[np.float32]:
        (left, top), start = (edge // step for edge in self.corner), PADDING // step
        rows, columns = values.shape
        width, height = (-(-side // step) for side in self.size)
        level = np.full(
            (max(start + height, top + rows), max(start + width, left + columns)), bare, np.float32
        )
        level[top : top + rows, left : left + columns] = values
        return level[start : start + height, start : start + width]


class Finder:
    """A network in ONNX that finds digits in pages; safe to use from several threads.

    It can be pickled. A copy in another process uses one thread, since such processes are many.

    Parameters
    ----------
    model : bytes
        An ONNX file of a finder.
    threads : int, optional
        CPU threads of one call; all cores by default.
    small_print : bool
        Look one level finer where print is small, if it is clearer there. Not at drawn scenes: they
        are parts of pages, and are learnt from and measured as large as they are.

    Raises
    ------
    ModelError
        It is no such file.
    """

    def __init__(self, model: bytes, threads: int = 0, *, small_print: bool = True) -> None:
        try:
            self._session = open_session(model, threads, keep_memory=False)
            (pages,), (maps, ink) = self._session.get_inputs(), self._session.get_outputs()
            if (
                (pages.name, pages.type, pages.shape[1]) != ("pages", "tensor(float)", 1)
                or (maps.name, maps.type, maps.shape[1]) != ("maps", "tensor(float)", 16)
                or (ink.name, ink.type, ink.shape[1]) != ("ink", "tensor(float)", 1)
            ):
                raise ValueError("its input or outputs are not those of a finder")
        except Exception as error:
            # ONNX Runtime has an exception class of its own for each of a dozen faults.
            raise ModelError(
                "the file is no finder that lenet made: export it again: `lenet export RUN`"
            ) from error
        self._model = model
        self.small_print = small_print

    def __getstate__(self) -> dict[str, Any]:
        return {"_model": self._model, "small_print": self.small_print}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._session = open_session(self._model, threads=1, keep_memory=False)

    @property
    def digest(self) -> str:
        """The SHA-256 of the file."""
        return sha256(self._model)

    def run(self, pages: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return maps ``(n, 16, h/4, w/4)`` and ink ``(n, 1, h/2, w/2)`` of ``(n, 1, h, w)``."""
        maps, ink = self._session.run(["maps", "ink"], {"pages": pages})
        return maps, ink

    def look(self, page: NDArray[np.uint8]) -> list[Heat]:
        """Return what the network says of each level of a page, the finest first.

        Where a page has a bare margin, as drawings and screenshots have, no time is spent on it.

        Parameters
        ----------
        page : ndarray of uint8, (h, w, 3) or (h, w)
        """
        height, width = page.shape[:2]
        sizes = level_sizes(width, height)
        grey = to_grey(resized(page, sizes[0]))
        inked = inked_part(grey)
        seen = [self.see(grey, inked, (width, height))]
        finer = finer_size(sizes[0], (width, height)) if self.small_print else None
        if finer and _holds_small_print(seen[0]):
            heat = self.see(resized(grey, finer), inked, (width, height))
            if _clearness_of(heat) > max(UNCLEAR, _clearness_of(seen[0])):  # or it is a texture
                seen.insert(0, heat)
        for size in sizes[1:]:
            grey = resized(grey, size)
            seen.append(self.see(grey, inked, (width, height)))
        return seen

    def see(
        self,
        grey: NDArray[np.uint8],
        inked: tuple[float, float, float, float],
        page: tuple[int, int],
    ) -> Heat:
        """Return what the network says of one level of a page.

        Parameters
        ----------
        grey : ndarray of uint8, (h, w)
            The level.
        inked : tuple of float
            As in `Heat`.
        page : tuple of int
            Width and height of the page in pixels.
        """
        height, width = grey.shape
        level = padded(grey)
        rows, columns = window(inked, (width, height), level.shape)
        shown = normalise_contrast(level[rows, columns])
        # To enlarge a sharp picture blurs it, but there is nothing to be sharpened.
        is_enlarged = width > page[0]
        amount = sharpening(normalise_contrast(resized(grey, page)) if is_enlarged else shown)
        if amount:
            shown = normalise_contrast(sharpened(level[rows, columns], amount, RADIUS), amount)
        maps, ink = self.run(shown[None, None])
        scale, corner = (page[0] / width, page[1] / height), (columns.start, rows.start)
        return Heat(shown, maps[0], ink[0, 0], (width, height), corner, inked, scale, amount)

    def find(self, page: NDArray[np.uint8], *, all_characters: bool = False) -> Found:
        """Return where digits may stand in a page.

        Parameters
        ----------
        page : ndarray of uint8, (h, w, 3) or (h, w)
        all_characters : bool
            Take whatever the network sees as a character for a digit: for a reader whose classes
            are not the digits.
        """
        return found_in(self.look(page), all_characters=all_characters)


@cache
def shipped_finder() -> Finder:
    """Return the finder that ships with the package; each of its calls takes one thread.

    Raises
    ------
    ModelError
        It is missing, broken or altered.
    """
    from lenet.run import MODEL, Run

    return Finder(Run.find(SHIPPED).require_finder().read(MODEL), threads=1)


def _holds_small_print(heat: Heat) -> bool:
    """Whether at least half of a level's characters are smaller than the network finds well."""
    seen = _characters(heat)
    is_probable = np.maximum(seen.digit, seen.other) > 0
    is_small = seen.boxes[is_probable, 2:].max(1, initial=0) < SMALL_PRINT
    return int(is_small.sum()) >= max(SEVERAL, len(is_small) / 2)


def _clearness_of(heat: Heat) -> float:
    seen = _characters(heat)
    return clearness(np.maximum(seen.digit, seen.other))


def _characters(heat: Heat) -> Candidates:
    """Return where a level has characters, digits or not, in its own pixels."""
    return peaks(heat.maps, heat.maps[:2].max(0), 0, heat.bounds, (1, 1), heat.margin)


def found_in(seen: list[Heat], *, all_characters: bool = False) -> Found:
    """Return where digits may stand, from what the network said of a page; see `Finder.find`."""
    digits = _candidates(seen, *((0, 1) if all_characters else (0,)))
    others = _candidates(seen, 1)
    others = others.take(others.other > (np.inf if all_characters else others.digit))
    maps = tuple(
        InkMap(
            heat.ink,
            (0.5 / heat.scale[0], 0.5 / heat.scale[1]),
            (heat.margin[0] / 2, heat.margin[1] / 2),
            heat.sharpening,
            RADIUS / 2,
        )
        for heat in seen
    )
    return Found(digits, others, maps, all_characters)


def _candidates(seen: list[Heat], *channels: int) -> Candidates:
    """Return the candidates where the highest of these channels of the maps has a maximum."""
    parts, scores = [], []
    for level, heat in enumerate(seen):
        own = heat.maps[list(channels)].max(0)
        part = peaks(heat.maps, own, level, heat.bounds, heat.scale, heat.margin)
        parts.append(part)
        scores.append(np.stack([part.digit, part.other])[list(channels)].max(0))
    return distinct(parts, scores, [math.sqrt(heat.scale[0] * heat.scale[1]) for heat in seen])
