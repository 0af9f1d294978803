"""The reading of a page: digits, the numbers and the text that they make, and what is none."""

import math
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lenet import finder
from lenet.finder import Row
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
    """One digit of a page, or one sign of another class that a model tells apart.

    Attributes
    ----------
    digit : int
        The most probable class: of the ten digits, 0..9.
    probabilities : tuple of float
        Of each class; they sum to 1.
    box : tuple of int
        x, y, width, height in pixels of the upright picture.
    image : ndarray of uint8, (28, 28)
        What the network saw: 0 = paper, 255 = ink.
    status : str
        ``digit``, or ``uncertain`` when it should not be relied on.
    name : str
        Name of the class if the model's classes are not the ten digits; else empty.
    """

    digit: int
    probabilities: tuple[float, ...]
    box: Box
    image: NDArray[np.uint8] = field(compare=False, repr=False)
    status: Literal["digit", "uncertain"] = "digit"
    name: str = ""

    @property
    def probability(self) -> float:
        """The probability of the answer."""
        return self.probabilities[self.digit]

    @property
    def character(self) -> str:
        """What it is in a text."""
        return self.name or str(self.digit)

    def to_dict(self) -> dict[str, Any]:
        """Return it as a dictionary for JSON; of other classes than digits, ``class`` names one."""
        return {
            **({"class": self.name} if self.name else {"digit": self.digit}),
            "probability": self.probability,
            "probabilities": list(self.probabilities),
            "status": self.status,
            "box": list(self.box),
        }


@dataclass(frozen=True)
class Number:
    """Digits that stand together.

    Attributes
    ----------
    text : str
        ``?`` for an uncertain digit.
    box : tuple of int
        x, y, width, height in pixels of the upright picture.
    probability : float
        That all of its digits are right.
    digits : tuple of int
        Indices in `Reading.digits`.
    """

    text: str
    box: Box
    probability: float
    digits: tuple[int, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return it as a dictionary for JSON."""
        return {
            "text": self.text,
            "box": list(self.box),
            "probability": self.probability,
            "digits": list(self.digits),
        }


@dataclass(frozen=True)
class Rejection:
    """A place on a page that is not a digit.

    Attributes
    ----------
    box : tuple of int
        x, y, width, height in pixels of the upright picture.
    reason : str
        ``not_a_digit`` (it may have been one, but is not believed) or ``sign`` (another character).
    image : ndarray of uint8, (28, 28), or None
        What the network saw, if it was asked.
    """

    box: Box
    reason: Literal["not_a_digit", "sign"]
    image: NDArray[np.uint8] | None = field(default=None, compare=False, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return it as a dictionary for JSON."""
        return {"box": list(self.box), "reason": self.reason}


@dataclass(frozen=True)
class Reading:
    """The answer of a `Reader` for one page; `str` gives the text.

    Attributes
    ----------
    picture : str
        Its name.
    status : str
        ``digits``, ``blank`` (nothing is on it) or ``nothing`` (nothing on it is a digit).
    digits : tuple of Digit
        In reading order.
    rejected : tuple of Rejection
        Places that may have been digits and are none.
    rows : tuple
        Of each row its numbers, and of each number the indices of its digits.
    grid : bool
        Whether the rows are those of a grid, whose empty cells are empty numbers.
    keep_uncertain : bool
        Whether `text` gives uncertain digits too.
    page : int
        Which page of its document it is, from 1.
    of_several : bool
        Whether its document has more than one page.

    Examples
    --------
    >>> image, sure, unsure = np.zeros((28, 28), np.uint8), (0.0, 1.0), (0.6, 0.4)
    >>> one, other = Digit(1, sure, (0, 0, 9, 9), image), Digit(1, sure, (0, 40, 9, 9), image)
    >>> zero = Digit(0, unsure, (10, 0, 9, 9), image, "uncertain")
    >>> reading = Reading("a.jpg", "digits", (one, zero, other), rows=(((0, 1),), ((2,),)))
    >>> print(reading)
    1?
    1
    >>> [(number.text, number.box) for number in reading.numbers]
    [('1?', (0, 0, 19, 9)), ('1', (0, 40, 9, 9))]
    """

    picture: str
    status: Literal["digits", "blank", "nothing"]
    digits: tuple[Digit, ...] = ()
    rejected: tuple[Rejection, ...] = ()
    rows: tuple[Row, ...] = ()
    grid: bool = field(default=False, repr=False)
    keep_uncertain: bool = field(default=False, repr=False)
    page: int = 1
    of_several: bool = field(default=False, repr=False)

    @property
    def text(self) -> str:
        """The digits in reading order: numbers parted by a space, rows by a newline.

        An uncertain digit is ``?``, an empty cell of a grid ``.``.
        """
        return (finder.grid_text if self.grid else finder.text)(self.rows, self._characters())

    @property
    def numbers(self) -> tuple[Number, ...]:
        """The numbers in reading order."""
        characters = self._characters()
        return tuple(
            Number(
                "".join(characters[index] for index in number),
                _around([self.digits[index].box for index in number]),
                math.prod(self.digits[index].probability for index in number),
                number,
            )
            for row in self.rows
            for number in row
            if number
        )

    def _characters(self) -> list[str]:
        return [
            digit.character if digit.status == "digit" or self.keep_uncertain else "?"
            for digit in self.digits
        ]

    def __str__(self) -> str:
        return self.text

    def to_dict(self) -> dict[str, Any]:
        """Return it as a dictionary for JSON: the digits, their numbers and text, and the rest."""
        return {
            "picture": self.picture,
            "page": self.page,
            "status": self.status,
            "text": self.text,
            "numbers": [number.to_dict() for number in self.numbers],
            "digits": [digit.to_dict() for digit in self.digits],
            "rejected": [region.to_dict() for region in self.rejected],
        }


def _around(boxes: list[Box]) -> Box:
    left, top = min(x for x, _, _, _ in boxes), min(y for _, y, _, _ in boxes)
    right, bottom = max(x + w for x, _, w, _ in boxes), max(y + h for _, y, _, h in boxes)
    return left, top, right - left, bottom - top
