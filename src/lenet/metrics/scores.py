"""`Scores`: the counts and numbers of one evaluation, and what follows from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from lenet.metrics.intervals import wilson


def rate(share: float) -> str:
    """Write an error rate or accuracy, 0..1, in per cent with two decimals.

    >>> rate(0.0098)
    '0.98 %'
    """
    return f"{100 * share:.2f} %"


def rate_interval(interval: tuple[float, float]) -> str:
    """Write the interval of a rate in per cent.

    >>> rate_interval((0.008, 0.0119))
    '0.80 - 1.19 %'
    """
    low, high = interval
    return f"{100 * low:.2f} - {rate(high)}"


def error_count(errors: int, total: int) -> str:
    """Write errors as a count, with their rate.

    >>> error_count(82, 10_000), error_count(1, 400)
    ('82 errors in 10,000 (0.82 %)', '1 error in 400 (0.25 %)')
    """
    noun = "error" if errors == 1 else "errors"
    return f"{errors:,} {noun} in {total:,} ({rate(errors / total)})"


@dataclass(frozen=True)
class Bin:
    """The answers whose probability fell into one of the equal parts of 0..1.

    Attributes
    ----------
    count, correct : int
        How many there are, and how many of them are right.
    confidence : float
        Their mean probability; 0.0 in an empty bin.
    """

    count: int
    correct: int
    confidence: float

    @property
    def accuracy(self) -> float:
        """The share that is right; 0.0 in an empty bin."""
        return self.correct / self.count if self.count else 0.0


@dataclass(frozen=True)
class Row:
    """One line of the classification table; `auc` is None where it cannot be defined."""

    name: str
    precision: float
    recall: float
    f1: float
    support: int
    auc: float | None


@dataclass(frozen=True, eq=False)
class Scores:
    """How well a set of images was read.

    Attributes
    ----------
    classes : tuple of str
        Names of the k classes.
    confusion : int64 ndarray (k, k)
        Counts; the row is the truth, the column the answer. Read-only.
    loss : float
        Mean negative log-likelihood of the truth, in nats.
    auc : tuple of (float or None)
        Area under each class's ROC curve, one against the rest; None where the set has no image
        of the class, or none of another.
    calibration : tuple of Bin
        The answers in 15 bins of equal width by their probability.
    """

    classes: tuple[str, ...]
    confusion: NDArray[np.int64]
    loss: float
    auc: tuple[float | None, ...]
    calibration: tuple[Bin, ...]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scores) and self.to_dict() == other.to_dict()

    @property
    def total(self) -> int:
        """Number of images."""
        return int(self.confusion.sum())

    @property
    def errors(self) -> int:
        """Number of images answered wrongly."""
        return self.total - int(self.confusion.trace())

    @property
    def error_rate(self) -> float:
        """Errors per image, 0..1."""
        return self.errors / self.total

    @property
    def accuracy(self) -> float:
        """Right answers per image, 0..1."""
        return (self.total - self.errors) / self.total

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson score interval of the error rate."""
        return wilson(self.errors, self.total)

    @property
    def calibration_error(self) -> float:
        """Expected calibration error: mean distance of confidence from accuracy over the bins."""
        gaps = (abs(part.correct - part.count * part.confidence) for part in self.calibration)
        return sum(gaps) / self.total

    @cached_property
    def per_class(self) -> tuple[Row, ...]:
        """What precision, recall and F1 each class has; 0 where they would divide by nothing."""
        columns = zip(*self._precision_recall_f1(None), strict=True)
        support = self.confusion.sum(axis=1)
        return tuple(
            Row(name, float(p), float(r), float(f), int(n), auc)
            for name, (p, r, f), n, auc in zip(
                self.classes, columns, support, self.auc, strict=True
            )
        )

    @cached_property
    def macro(self) -> Row:
        """The mean over all classes, each counting the same."""
        return self._average("macro", [1] * len(self.classes))

    @cached_property
    def weighted(self) -> Row:
        """The mean over all classes, each counting by its support."""
        return self._average("weighted", [int(n) for n in self.confusion.sum(axis=1)])

    def summary(self) -> str:
        """Return the line one quotes.

        >>> from lenet.metrics import evaluate
        >>> truth = [0] * 10_000
        >>> evaluate([[0.1, 0.9]] * 98 + [[0.9, 0.1]] * 9_902, truth, ("0", "1")).summary()
        '98 errors in 10,000 (0.98 %), 95 % interval 0.80 - 1.19 %'
        """
        counted = error_count(self.errors, self.total)
        return f"{counted}, 95 % interval {rate_interval(self.interval)}"

    def table(self) -> list[tuple[str, ...]]:
        """Return the classification table as text: a heading, the classes, the two averages."""
        heading = ("class", "precision", "recall", "F1", "support", "AUC")
        lines = [
            (
                row.name,
                f"{row.precision:.4f}",
                f"{row.recall:.4f}",
                f"{row.f1:.4f}",
                f"{row.support:,}",
                "-" if row.auc is None else f"{row.auc:.5f}",
            )
            for row in (*self.per_class, self.macro, self.weighted)
        ]
        return [heading, *lines]

    def to_dict(self) -> dict[str, Any]:
        """Return all numbers, derived ones included, as plain JSON values at full precision."""
        return {
            "classes": list(self.classes),
            "total": self.total,
            "errors": self.errors,
            "error_rate": self.error_rate,
            "accuracy": self.accuracy,
            "interval": list(self.interval),
            "loss": self.loss,
            "calibration_error": self.calibration_error,
            "per_class": [vars(row) for row in self.per_class],
            "macro": vars(self.macro),
            "weighted": vars(self.weighted),
            "confusion": self.confusion.tolist(),
            "auc": list(self.auc),
            "calibration": [vars(part) for part in self.calibration],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Rebuild scores from `to_dict`; what can be derived is derived again."""
        return cls(
            classes=tuple(values["classes"]),
            confusion=frozen_counts(np.array(values["confusion"], np.int64)),
            loss=values["loss"],
            auc=tuple(values["auc"]),
            calibration=tuple(Bin(**part) for part in values["calibration"]),
        )

    def _average(self, how: str, weights: list[int]) -> Row:
        known = [(auc, w) for auc, w in zip(self.auc, weights, strict=True) if auc is not None]
        share = sum(w for _, w in known)
        auc = sum(auc * w for auc, w in known) / share if share else None
        precision, recall, f1 = (float(value) for value in self._precision_recall_f1(how))
        return Row(f"{how} average", precision, recall, f1, self.total, auc)

    def _precision_recall_f1(self, average: str | None) -> tuple[Any, Any, Any]:
        from sklearn.metrics import precision_recall_fscore_support

        # Each cell of the confusion matrix stands for that many images with this truth and answer.
        k = len(self.classes)
        truth, answers = np.indices((k, k)).reshape(2, -1)
        precision, recall, f1, _ = precision_recall_fscore_support(
            truth,
            answers,
            labels=range(k),
            sample_weight=self.confusion.ravel(),
            average=average,
            zero_division=0,
        )
        return precision, recall, f1


def frozen_counts(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return `counts`, made read-only."""
    counts.setflags(write=False)
    return counts
