"""How many of the digits on pages a finder found: counts first, rates last, for a threshold."""

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from lenet.finder import Candidates
from lenet.finder.matching import LEAST_COUNTED, assign
from lenet.metrics.scores import rate

# Longer sides in pixels. Smaller digits than the first do not count. The finder sees those from
# 16 to 32 at full size or half of it, larger ones on a page made smaller.
SIZES = (LEAST_COUNTED, 16, 32, 64, math.inf)


class Size(NamedTuple):
    """Counts for the digits whose longer side is at least `least` pixels, up to the next size."""

    least: int
    digits: int
    found: int
    right: int  # found, with the class that they are


@dataclass(frozen=True)
class DetectionScores:
    """How a finder did on scenes.

    Attributes
    ----------
    threshold : float
        Probability from which a place counts as found.
    scenes : int
        Number of scenes.
    sizes : tuple of Size
        Digits by their longer side.
    false : int
        Places found where no digit is.
    ink_right, ink_false, ink_missed : int
        Pixels of ink that were found, found where none is, and not found.
    """

    threshold: float
    scenes: int
    sizes: tuple[Size, ...]
    false: int
    ink_right: int
    ink_false: int
    ink_missed: int

    @property
    def digits(self) -> int:
        """All digits that were to be found."""
        return sum(size.digits for size in self.sizes)

    @property
    def found(self) -> int:
        """Those that were found."""
        return sum(size.found for size in self.sizes)

    @property
    def right(self) -> int:
        """Those that were found with their class."""
        return sum(size.right for size in self.sizes)

    @property
    def recall(self) -> float:
        """Share of the digits that was found."""
        return self.found / max(1, self.digits)

    @property
    def precision(self) -> float:
        """Share of what was found that is a digit."""
        return self.found / max(1, self.found + self.false)

    @property
    def class_accuracy(self) -> float:
        """Share of the digits found that have the right class."""
        return self.right / max(1, self.found)

    @property
    def ink_f1(self) -> float:
        """Harmonic mean of recall and precision of the pixels of ink."""
        both = 2 * self.ink_right
        return both / max(1, both + self.ink_false + self.ink_missed)

    def summary(self) -> str:
        """Return one line."""
        return (
            f"{self.found:,} of {self.digits:,} digits found ({rate(self.recall)}), "
            f"{self.false:,} false (precision {rate(self.precision)}), "
            f"class right {rate(self.class_accuracy)}, ink F1 {rate(self.ink_f1)}"
        )

    def table(self) -> list[tuple[str, ...]]:
        """Return a heading and a row for each size of digits."""
        rows: list[tuple[str, ...]] = [("longer side", "digits", "found", "recall", "class right")]
        for size, end in zip(self.sizes, SIZES[1:], strict=True):
            pixels = f"{size.least} px on" if math.isinf(end) else f"{size.least}-{end:g} px"
            recall = rate(size.found / size.digits) if size.digits else "–"
            right = rate(size.right / size.found) if size.found else "–"
            rows.append((pixels, f"{size.digits:,}", f"{size.found:,}", recall, right))
        return rows

    def to_dict(self) -> dict[str, Any]:
        """Return counts and rates, ready for JSON."""
        rates = ("digits", "found", "recall", "precision", "class_accuracy", "ink_f1")
        return {
            **asdict(self),
            "sizes": [size._asdict() for size in self.sizes],
            **{name: getattr(self, name) for name in rates},
        }

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Self:
        """Restore the result of `to_dict`."""
        own = {name: fields[name] for name in cls.__dataclass_fields__}
        return cls(**own | {"sizes": tuple(Size(**size) for size in fields["sizes"])})


@dataclass(frozen=True, eq=False)
class Matches:
    """What was found in scenes beside what is there, most probable first in each scene.

    Attributes
    ----------
    probability : float64 ndarray (k,)
        Of each place that was found.
    size : int64 ndarray (k,)
        Index in `SIZES` of the digit that it is; -1 where none is.
    right : bool ndarray (k,)
        Whether its class is right.
    digits : int64 ndarray (4,)
        How many digits of each size there are.
    """

    probability: NDArray[np.float64]
    size: NDArray[np.int64]
    right: NDArray[np.bool_]
    digits: NDArray[np.int64]

    @classmethod
    def join(cls, parts: Iterable["Matches"]) -> "Matches":
        """Join those of several scenes."""
        several = list(parts)
        return cls(
            np.concatenate([part.probability for part in several]),
            np.concatenate([part.size for part in several]),
            np.concatenate([part.right for part in several]),
            np.sum([part.digits for part in several], axis=0),
        )

    def best_threshold(self) -> float:
        """Return the probability with the highest F1, which parts what is found from what is not.

        It lies half-way to the next place, so that rounding does not change what is found.
        """
        order = np.argsort(-self.probability, kind="stable")
        if not len(order):
            return 0.5
        falling = self.probability[order]
        found = np.cumsum(self.size[order] >= 0)
        f1 = 2 * found / (np.arange(1, len(order) + 1) + self.digits.sum())
        # Of equal probabilities, all count or none.
        f1[:-1][falling[:-1] == falling[1:]] = -1
        best = int(f1.argmax())
        return float(falling[best : best + 2].mean())

    def counts(self, threshold: float) -> tuple[tuple[Size, ...], int]:
        """Return the counts by size, and the number of false places, for a threshold."""
        kept = self.probability >= threshold
        sizes = tuple(
            Size(
                int(least),
                int(self.digits[i]),
                int((kept & (self.size == i)).sum()),
                int((kept & self.right & (self.size == i)).sum()),
            )
            for i, least in enumerate(SIZES[:-1])
        )
        return sizes, int((kept & (self.size < 0)).sum())


def match(found: Candidates, characters: NDArray[np.int16], digits: int = 10) -> Matches:
    """Match what was found on a page with its characters.

    Parameters
    ----------
    found : Candidates
        The most probable first.
    characters, digits
        As in `assign`.
    """
    classes, longer = characters[:, 0], characters[:, 3:].max(1, initial=0)
    sizes = np.searchsorted(SIZES, longer, side="right") - 1
    own, kept = assign(found.boxes, characters, digits)
    answers = found.classes.argmax(1) if len(found) else np.empty(0, np.int64)
    matched = own >= 0
    size = np.where(matched, sizes[own] if len(sizes) else -1, -1)
    right = matched & (answers == (classes[own] if len(classes) else -1))
    return Matches(
        (1 / (1 + np.exp(-found.digit.astype(np.float64))))[kept],
        size[kept].astype(np.int64),
        right[kept],
        np.bincount(sizes[(classes < digits) & (sizes >= 0)], minlength=len(SIZES) - 1),
    )
