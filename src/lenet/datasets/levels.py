"""Numbers of any type as pixels, 0 = paper and 255 = ink, block by block in little memory."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

PIXELS = 28 * 28
MOST_IMAGES = 2_000_000  # twice the largest set of digits and letters, EMNIST ByClass; 1.6 GB
SCALED = "pixels of 0 to 1 were multiplied by 255"


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

    Numbers are taken as they are. Only where none is above 1 and some are fractions, all are
    multiplied by 255. Other fractions are refused: the two scales may be mixed.

    Attributes
    ----------
    scaled : bool
        Whether the pixels so far were multiplied by 255.
    """

    def __init__(self) -> None:
        self.scaled = False
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
            A pixel is not finite, negative, greater than 255, or a fraction that it may not be.
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
        fractional = block != np.floor(block) if block.dtype.kind == "f" else np.zeros((), bool)
        if fractional.any() and not self.scaled:
            if max(highest, self._highest) > 1:
                self._refuse(block, fractional, "is a fraction, but others are greater than 1")
            stored = np.frombuffer(self._pixels, np.uint8)
            stored *= 255
            del stored  # a bytearray cannot grow while an array looks at it
            self.scaled = True
        elif self.scaled and highest > 1:
            self._refuse(block, block > 1, "is greater than 1, but others are fractions")
        self._highest = max(highest, self._highest)
        self._pixels += (np.rint(block * 255.0) if self.scaled else block).astype("u1").tobytes()

    def images(self) -> NDArray[np.uint8]:
        """Return all images, uint8 (n, 28, 28), writable; nothing can be added any more.

        Raises
        ------
        LevelError
            No pixel is greater than 1, and none a fraction: 1 may be ink or one level of 255.
        """
        if self._has_numbers and not self.scaled and self._highest == 1:
            raise LevelError("holds only pixels of 0 and 1; multiply them by 255 if 1 is ink")
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
                f"is {block[image, pixel]:.6g}, which {fault}; pixels are whole numbers of 0 to "
                "255, or all of 0 to 1",
            )
