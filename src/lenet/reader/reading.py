"""The reading of a picture: digits, rejected regions, and the text they make."""

from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lenet.picture import Box

# From here on one decimal would read 100 %, a certainty that no network has.
ALMOST_CERTAIN = 0.9995


def percent(probability: float) -> str:
    """Write a probability of a reading with one decimal, and never as 100 %.

    >>> percent(0.9934), percent(0.9993), percent(0.9995), percent(1.0)
    ('99.3 %', '99.9 %', '> 99.9 %', '> 99.9 %')
    """
    return "> 99.9 %" if probability >= ALMOST_CERTAIN else f"{100 * probability:.1f} %"


@dataclass(frozen=True)
class Digit:
    """One digit of a picture.

    Attributes
    ----------
    digit : int
        The most probable one, 0..9.
    probabilities : tuple of float
        Of 0..9; they sum to 1.
    box : tuple of int
        x, y, width, height in pixels of the upright picture.
    image : ndarray of uint8, (28, 28)
        What the network saw: 0 = paper, 255 = ink.
    row : int
        Which row of the picture it stands in, from 0.
    status : str
        ``digit``, or ``uncertain`` when it should not be relied on.
    """

    digit: int
    probabilities: tuple[float, ...]
    box: Box
    image: NDArray[np.uint8] = field(compare=False, repr=False)
    row: int = 0
    status: Literal["digit", "uncertain"] = "digit"

    @property
    def probability(self) -> float:
        """The probability of the answer."""
        return self.probabilities[self.digit]

    def to_dict(self) -> dict[str, Any]:
        """Return it as a dictionary for JSON."""
        return {
            "digit": self.digit,
            "probability": self.probability,
            "probabilities": list(self.probabilities),
            "status": self.status,
            "box": list(self.box),
        }


@dataclass(frozen=True)
class Rejection:
    """A region of a picture that is not a digit.

    Attributes
    ----------
    box : tuple of int
        x, y, width, height in pixels of the upright picture.
    reason : str
        ``line`` (ruling, a frame, the border of a scan), ``too_small``, or ``not_a_digit``: its
        score is below the network's threshold.
    image : ndarray of uint8, (28, 28), or None
        What the network saw, if it was asked.
    """

    box: Box
    reason: Literal["line", "too_small", "not_a_digit"]
    image: NDArray[np.uint8] | None = field(default=None, compare=False, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return it as a dictionary for JSON."""
        return {"box": list(self.box), "reason": self.reason}


@dataclass(frozen=True)
class Reading:
    """The answer of a `Reader` for one picture; `str` gives the text.

    Attributes
    ----------
    picture : str
        Its name.
    status : str
        ``digits``, ``blank`` (nothing is on it) or ``nothing`` (no region of it is a digit).
    digits : tuple of Digit
        In reading order.
    rejected : tuple of Rejection
        Regions that are not digits.
    keep_uncertain : bool
        Whether `text` gives uncertain digits too.
    page : int
        Which page of its document it is, from 1.
    of_several : bool
        Whether its document has more than one page.

    Examples
    --------
    >>> image, sure, unsure = np.zeros((28, 28), np.uint8), (0.0, 1.0), (0.6, 0.4)
    >>> seven, nine = Digit(1, sure, (0, 0, 9, 9), image), Digit(1, sure, (0, 40, 9, 9), image, 1)
    >>> zero = Digit(0, unsure, (20, 0, 9, 9), image, status="uncertain")
    >>> reading = Reading("a.jpg", "digits", (seven, zero, nine))
    >>> print(reading)
    1?
    1
    """

    picture: str
    status: Literal["digits", "blank", "nothing"]
    digits: tuple[Digit, ...] = ()
    rejected: tuple[Rejection, ...] = ()
    keep_uncertain: bool = field(default=False, repr=False)
    page: int = 1
    of_several: bool = field(default=False, repr=False)

    @property
    def text(self) -> str:
        """The digits in reading order, rows joined by a newline, ``?`` for an uncertain one."""
        rows = groupby(self.digits, key=lambda digit: digit.row)
        return "\n".join("".join(map(self._sign, row)) for _, row in rows)

    def _sign(self, digit: Digit) -> str:
        return str(digit.digit) if digit.status == "digit" or self.keep_uncertain else "?"

    def __str__(self) -> str:
        return self.text

    def to_dict(self) -> dict[str, Any]:
        """Return it as a dictionary for JSON: picture, page, status, text, digits, rejected."""
        return {
            "picture": self.picture,
            "page": self.page,
            "status": self.status,
            "text": self.text,
            "digits": [digit.to_dict() for digit in self.digits],
            "rejected": [region.to_dict() for region in self.rejected],
        }
