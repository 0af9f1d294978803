"""What was found in a picture: crops of digits, and regions that are none."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lenet.picture.boxes import Box


@dataclass(frozen=True, eq=False)
class Crop:
    """One region that may be a digit.

    Attributes
    ----------
    image : ndarray of uint8, (28, 28)
        0 = paper, 255 = ink, as MNIST was made.
    box : tuple of int
        Where it was: x, y, width, height in pixels of the upright picture.
    row : int
        Of the rows of the picture, from 0.
    cut : bool
        Whether its ink was cut off from ink that it touched.
    offer : callable
        Gives `alternatives`; it can be pickled, and holds no more of the picture than it needs.
    """

    image: NDArray[np.uint8]
    box: Box
    row: int = 0
    cut: bool = False
    offer: Callable[[], tuple[tuple["Crop", ...], ...]] = tuple

    @property
    def alternatives(self) -> tuple[tuple["Crop", ...], ...]:
        """Other ways to cut the same ink, each in reading order.

        Two digits that touch, cut apart, or two parts of a broken digit as digits of their own.
        Whoever has a network chooses. They take long to find, so they are found when asked for,
        anew each time.
        """
        return self.offer()


@dataclass(frozen=True)
class Rejected:
    """One region that is no digit by its shape alone.

    Attributes
    ----------
    box : tuple of int
        Where it was: x, y, width, height in pixels of the upright picture.
    reason : str
        ``line`` (ruling, a frame, the border of a scan) or ``too_small``. Ruling paler than the
        pen is taken for paper, and is not told.
    """

    box: Box
    reason: Literal["line", "too_small"]


@dataclass(frozen=True, eq=False)
class Found:
    """What a picture holds.

    Attributes
    ----------
    crops : tuple of Crop
        In reading order.
    rejected : tuple of Rejected
        In no order.
    turned : tuple of Found
        The same picture read another way up, where it may lie on its side or stand on its head.
    noise : float
        What the paper's noise reaches of a stroke's contrast, in all of the picture: 0 on clean
        paper, 0.5 at most. It is not told, but 0, of the ways `turned`, and where it is known that
        there is one digit, as its ground is no evidence then.
    """

    crops: tuple[Crop, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    turned: tuple["Found", ...] = ()
    noise: float = 0.0

    @property
    def blank(self) -> bool:
        """Whether nothing at all was found."""
        return not self.crops and not self.rejected
