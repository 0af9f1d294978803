"""Numbers of any type as pixels, 0 = paper and 255 = ink, block by block in little memory."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet.picture.arrays import SLIGHTLY_ABOVE_ONE

PIXELS = 28 * 28
MOST_IMAGES = 2_000_000  # twice the largest set of digits and letters, EMNIST ByClass; 1.6 GB
SCALED = "pixels of 0 to 1 were multiplied by 255"
ROUNDED = "pixels that are fractions of 0 to 255 were rounded"


class LevelError(Exception):
    """Numbers are no pixels; the text follows the name of what holds them."""


class PixelError(LevelError):
    """One pixel is no level of ink; the text follows its place.

    Attributes
    ----------
    image, pixel : int
        Which image, and which of its pixels, both from 0.
    """

    def __init__(self, image: int, pixel: int, fault: str) -> None:
        super().__init__(fault)
        self.image, self.pixel = image, pixel


class Levels:
    """Gathers images as uint8, whatever the numbers are: 0 to 255, or all of 0 to 1.

    Whole numbers are taken as they are. Where some are fractions, either no pixel is greater than 1
    and all are multiplied by 255, or they are rounded. Both scales at once are refused.

    Attributes
    ----------
    scaled : bool
        Whether the pixels so far were multiplied by 255.
    rounded : bool
        Whether fractions of 0 to 255 were rounded.
    """

    def __init__(self) -> None:
        self.scaled = self.rounded = False
        self._pixels = bytearray()  # grows in place, without a copy of the whole
        self._highest = 0.0
        self._has_numbers = False  # other than bool, whose True is ink for certain

    def __len__(self) -> int:
        return len(self._pixels) // PIXELS

    def add(self, block: NDArray[Any]) -> None:
        """Append images, (m, 784), bool, integer or float.

        Raises
        ------
        PixelError
            A pixel is not finite, negative or greater than 255; or it is of an image of 0 to 1
            while others are of 0 to 255.
        LevelError
            There are more than `MOST_IMAGES`.
        """
        if len(self) + len(block) > MOST_IMAGES:
            raise LevelError(
                f"holds more than {MOST_IMAGES:,} images, which need more than "
                f"{MOST_IMAGES * PIXELS / 1e9:.1f} GB of memory; give a part of them"
            )
        if block.dtype == bool:
            self._pixels += (block * np.uint8(255)).tobytes()
            return
        self._has_numbers = True
        if block.dtype != np.uint8:
            self._check_range(block)
        highest = float(block.max(initial=0))
        of_one = fractions_of_one(block)
        if self.scaled and highest > 1:
            self._refuse(block, block > 1, "is greater than 1, but others are fractions")
        if of_one.any() and not self.scaled:
            if max(highest, self._highest) > 1:
                self._refuse(block, of_one, "is a fraction, but others are greater than 1")
            stored = np.frombuffer(self._pixels, np.uint8)
            stored *= 255
            del stored  # a bytearray cannot grow while an array looks at it
            self.scaled = True
        self._highest = max(highest, self._highest)
        whole = block
        if block.dtype.kind == "f":
            whole = np.rint(block * 255.0 if self.scaled else block)
            self.rounded |= not self.scaled and bool((whole != block).any())
        elif self.scaled:
            whole = block * 255
        self._pixels += whole.astype("u1").tobytes()

    @property
    def notes(self) -> list[str]:
        """What was done to the numbers, in a line; empty if they were taken as they are."""
        return [SCALED] if self.scaled else [ROUNDED] if self.rounded else []

    def images(self) -> NDArray[np.uint8]:
        """Return all images, uint8 (n, 28, 28), writable; nothing can be added any more.

        Raises
        ------
        LevelError
            No pixel is greater than 1, and none a fraction: 1 may be ink or one level of 255. Or
            some are fractions and the highest is between 1 and 2: either of 0 to 1, overshot, or
            nearly black.
        """
        if self._has_numbers and not self.scaled and self._highest == 1:
            raise LevelError("holds only pixels of 0 and 1; multiply them by 255 if 1 is ink")
        if self.rounded and self._highest < SLIGHTLY_ABOVE_ONE:
            raise LevelError(
                f"holds fractions up to {self._highest:.7g}; give pixels of 0 to 1, or of 0 to 255"
            )
        return np.frombuffer(self._pixels, np.uint8).reshape(-1, 28, 28)

    def _check_range(self, block: NDArray[Any]) -> None:
        if block.dtype.kind == "f":
            self._refuse(block, ~np.isfinite(block), "is no number")
        if block.dtype.kind != "u":
            self._refuse(block, block < 0, "is negative")
        self._refuse(block, block > 255, "is greater than 255")

    def _refuse(self, block: NDArray[Any], bad: NDArray[np.bool_], fault: str) -> None:
        if bad.any():
            image, pixel = divmod(int(bad.argmax()), PIXELS)
            raise PixelError(
                len(self) + image,
                pixel,
                f"is {block[image, pixel]:.6g}, which {fault}; pixels are of 0 to 255, or all of 0 "
                "to 1",
            )


def fractions_of_one(block: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which numbers of images (m, p) are fractions in an image without any above 1.

    >>> fractions_of_one(np.array([[0, 0.5], [0.5, 7], [0, 1]])).tolist()
    [[False, True], [False, False], [False, False]]
    """
    if block.dtype.kind != "f":
        return np.zeros((1, 1), bool)
    return np.asarray((block != np.floor(block)) & (block.max(1, initial=0) <= 1)[:, None])
