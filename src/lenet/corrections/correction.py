"""One corrected reading."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Correction:
    """One corrected reading.

    Attributes
    ----------
    id : UUID
        Made by whoever corrects.
    image : uint8 ndarray (28, 28)
        What the network saw.
    model : str
        Name of the model that answered.
    digest : str
        SHA-256 of its ONNX file.
    answer : int
        What it answered, 0..9.
    probability : float
        Of the answer.
    truth : int or None
        What it is, 0..9; None where it is no digit.
    time : datetime
        When it was corrected, with time zone.
    """

    id: UUID
    image: NDArray[np.uint8]
    model: str
    digest: str
    answer: int
    probability: float
    truth: int | None
    time: datetime

    def says_the_same(self, other: "Correction") -> bool:
        """Whether it says the same of the same image."""
        return self.truth == other.truth and np.array_equal(self.image, other.image)

    @property
    def held_out(self) -> bool:
        """Whether it is for testing, never for learning: one in five, always the same ones."""
        return hashlib.sha256(self.id.bytes).digest()[0] % 5 == 0
