"""`Scores` of one evaluation: counts, rates, intervals, ROC curves, and tests of significance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import comb, sqrt
from statistics import NormalDist, mean, stdev
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

CALIBRATION_BINS = 15  # as in Guo, Pleiss, Sun, Weinberger (2017)


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


def duration(seconds: float) -> str:
    """Write a duration in seconds or minutes.

    >>> duration(25.04), duration(1994.4)
    ('25.0 s', '33.2 min')
    """
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds / 60:.1f} min"


@dataclass(frozen=True)
class Bin:
    """The answers whose probability falls into one bin of the reliability diagram.

    Attributes
    ----------
    count, correct : int
        Number of answers, and of correct ones.
    confidence : float
        Their mean probability; 0.0 in an empty bin.
    """

    count: int
    correct: int
    confidence: float

    @property
    def accuracy(self) -> float:
        """Share of correct answers; 0.0 in an empty bin."""
        return self.correct / self.count if self.count else 0.0


@dataclass(frozen=True)
class Row:
    """One row of the classification table; `auc` is None where it is undefined."""

    name: str
    precision: float
    recall: float
    f1: float
    support: int
    auc: float | None


@dataclass(frozen=True, eq=False)
class Scores:
    """How well a set of images was classified.

    Attributes
    ----------
    classes : tuple of str
        Names of the k classes.
    confusion : int64 ndarray (k, k)
        Counts: rows are true classes, columns are answers. Read-only.
    loss : float
        Mean negative log-likelihood of the true class, in nats.
    auc : tuple of (float or None)
        Area under each class's one-vs-rest ROC curve; None if no image or every image is of the
        class.
    calibration : tuple of Bin
        The answers in 15 equal-width bins of their probability.
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
        """Number of wrong answers."""
        return self.total - int(self.confusion.trace())

    @property
    def error_rate(self) -> float:
        """Errors per image, 0..1."""
        return self.errors / self.total

    @property
    def accuracy(self) -> float:
        """Correct answers per image, 0..1."""
        return (self.total - self.errors) / self.total

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson score interval of the error rate."""
        return wilson(self.errors, self.total)

    @property
    def calibration_error(self) -> float:
        """Expected calibration error: weighted mean gap between confidence and accuracy."""
        gaps = (abs(part.correct - part.count * part.confidence) for part in self.calibration)
        return sum(gaps) / self.total

    @cached_property
    def per_class(self) -> tuple[Row, ...]:
        """Precision, recall and F1 of each class; 0 where the denominator is 0."""
        columns = zip(*self._of_classes(), strict=True)
        support = self.confusion.sum(axis=1)
        return tuple(
            Row(name, float(p), float(r), float(f), int(n), auc)
            for name, (p, r, f), n, auc in zip(
                self.classes, columns, support, self.auc, strict=True
            )
        )

    @cached_property
    def macro(self) -> Row:
        """Unweighted mean over the classes."""
        return self._average("macro", [1] * len(self.classes))

    @cached_property
    def weighted(self) -> Row:
        """Mean over the classes, weighted by support."""
        return self._average("weighted", [int(n) for n in self.confusion.sum(axis=1)])

    def summary(self) -> str:
        """Summarise the errors in one line.

        >>> from lenet.metrics import evaluate
        >>> truth = [0] * 10_000
        >>> evaluate([[0.1, 0.9]] * 98 + [[0.9, 0.1]] * 9_902, truth, ("0", "1")).summary()
        '98 errors in 10,000 (0.98 %), 95 % interval 0.80 - 1.19 %'
        """
        counted = error_count(self.errors, self.total)
        return f"{counted}, 95 % interval {rate_interval(self.interval)}"

    def table(self) -> list[tuple[str, ...]]:
        """Return the classification table as text: heading, classes, two averages."""
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
        """Return all numbers, including derived ones, as JSON values at full precision."""
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
        """Rebuild scores from `to_dict`; derived numbers are computed again."""
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
        means = self._of_classes() @ np.asarray(weights) / sum(weights)
        precision, recall, f1 = (float(value) for value in means)
        return Row(f"{how} average", precision, recall, f1, self.total, auc)

    def _of_classes(self) -> NDArray[np.float64]:
        """Return precision, recall and F1 of each class, (3, k); 0 where nothing can be counted."""
        right = self.confusion.diagonal()
        answered, true = self.confusion.sum(0), self.confusion.sum(1)
        counts = np.stack([right, right, 2 * right]), np.stack([answered, true, answered + true])
        shares = np.zeros((3, len(right)))
        np.divide(*counts, out=shares, where=counts[1] > 0)
        return shares


def frozen_counts(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Make `counts` read-only and return it."""
    counts.setflags(write=False)
    return counts


Curve = tuple[NDArray[np.float64], NDArray[np.float64]]


def evaluate(probabilities: ArrayLike, labels: ArrayLike, classes: Sequence[str]) -> Scores:
    """Score the answers to a whole set of images.

    Parameters
    ----------
    probabilities : float array (n, k)
        Rows sum to one; the answer is the most probable class, the first one of a tie.
    labels : int array (n,)
        True classes, 0..k-1.
    classes : sequence of str
        Names of the k classes.

    Raises
    ------
    ValueError
        No images, mismatched shapes, labels out of range, or rows that do not sum to one.
    """
    p, truth = _checked(probabilities, labels, len(classes))
    answers, k = p.argmax(axis=1), len(classes)
    # Probability 0 for the true class would make the loss infinite; this is float32's smallest.
    given = np.maximum(p[np.arange(len(truth)), truth], np.finfo(np.float32).smallest_subnormal)
    return Scores(
        classes=tuple(classes),
        confusion=frozen_counts(np.bincount(truth * k + answers, minlength=k * k).reshape(k, k)),
        loss=float(-np.log(given).mean()),
        auc=tuple(_area(truth == c, p[:, c]) if _both(truth == c) else None for c in range(k)),
        calibration=_calibration(p.max(axis=1), answers == truth),
    )


def roc_curves(probabilities: ArrayLike, labels: ArrayLike) -> list[Curve | None]:
    """Return the one-vs-rest ROC curve of each class.

    Returns
    -------
    list of (false positive rate, true positive rate) or None
        Float64 arrays from (0, 0) to (1, 1), without collinear points. None if no image or every
        image is of the class.
    """
    p, truth = _checked(probabilities, labels, np.shape(probabilities)[-1])
    curves: list[Curve | None] = []
    for c in range(p.shape[1]):
        if not _both(truth == c):
            curves.append(None)
            continue
        false, true = _counts_above(truth == c, p[:, c])
        bends = (np.diff(false, 2) != 0) | (np.diff(true, 2) != 0)
        kept = np.concatenate([[True], bends, [True]])
        curves.append((false[kept] / false[-1], true[kept] / true[-1]))
    return curves


def _counts_above(
    positive: NDArray[np.bool_], scores: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count the false and the true positives at every threshold, from none of them to all.

    >>> _counts_above(np.array([True, False, True]), np.array([0.9, 0.5, 0.5]))
    (array([0, 0, 1]), array([0, 1, 2]))
    """
    order = np.argsort(-scores, kind="stable")
    # Of equal scores only the last one ends a threshold.
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(order) - 1)
    true = np.cumsum(positive[order])[ends]
    return np.append(0, ends + 1 - true), np.append(0, true)


def _area(positive: NDArray[np.bool_], scores: NDArray[np.float64]) -> float:
    """Return the area under the ROC curve: the share of pairs in order, an equal pair half."""
    false, true = _counts_above(positive, scores)
    twice = int((np.diff(false) * (true[1:] + true[:-1])).sum())
    return twice / (2 * int(false[-1]) * int(true[-1]))


def _calibration(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[Bin, ...]:
    # Bin i holds i/15 < confidence <= (i+1)/15.
    which = np.clip(np.ceil(confidence * CALIBRATION_BINS).astype(int) - 1, 0, None)
    parts = ((confidence[which == i], right[which == i]) for i in range(CALIBRATION_BINS))
    return tuple(
        Bin(len(part), int(hits.sum()), float(part.mean()) if len(part) else 0.0)
        for part, hits in parts
    )


def _checked(
    probabilities: ArrayLike, labels: ArrayLike, k: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    p, truth = np.asarray(probabilities, np.float64), np.asarray(labels)
    if p.ndim != 2 or p.shape != (len(truth), k) or truth.ndim != 1 or not p.size:
        raise ValueError(
            f"need probabilities (n, {k}) and labels (n,) of n > 0 images, "
            f"found {p.shape} and {truth.shape}"
        )
    if not np.issubdtype(truth.dtype, np.integer) or truth.min() < 0 or truth.max() >= k:
        raise ValueError(
            f"labels must be integers in 0..{k - 1}, found {truth.dtype} in "
            f"{truth.min()}..{truth.max()}"
        )
    if not (np.isfinite(p).all() and p.min() >= 0 and np.allclose(p.sum(axis=1), 1, atol=1e-3)):
        raise ValueError(
            "each row of probabilities must sum to one: apply a softmax to logits first"
        )
    return p, truth.astype(np.int64)


def _both(positive: NDArray[np.bool_]) -> bool:
    return bool(positive.any() and not positive.all())


def wilson(errors: int, total: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the Wilson score interval of `errors / total` (Wilson, 1927).

    >>> low, high = wilson(0, 10_000)
    >>> f"{low:.4%} {high:.4%}"
    '0.0000% 0.0384%'
    """
    if not 0 <= errors <= total or total == 0:
        raise ValueError(f"errors must be 0..total and total > 0, found {errors} in {total}")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    rate = errors / total
    middle = rate + z * z / (2 * total)
    reach = z * sqrt(rate * (1 - rate) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    # At the extremes the bound is exactly 0 or 1; rounding could exceed it.
    low = 0.0 if errors == 0 else (middle - reach) / scale
    high = 1.0 if errors == total else (middle + reach) / scale
    return low, high


def mcnemar(errors_a: ArrayLike, errors_b: ArrayLike) -> float:
    """Return the p-value of the two-sided exact McNemar test (McNemar, 1947).

    Parameters
    ----------
    errors_a, errors_b : bool array (n,)
        Which of the same n images each model got wrong. Only images that exactly one of them got
        wrong count; under the null hypothesis each of these is a fair coin toss.
    """
    a, b = np.asarray(errors_a, bool), np.asarray(errors_b, bool)
    if a.shape != b.shape or a.ndim != 1:
        raise ValueError(f"need the same images for both, found {a.shape} and {b.shape}")
    only_a, only_b = int((a & ~b).sum()), int((b & ~a).sum())
    differ = only_a + only_b
    tail = sum(comb(differ, i) for i in range(min(only_a, only_b) + 1))
    p: float = 2 * tail / 2**differ
    return min(1.0, p)


def t_interval(values: Sequence[float], confidence: float = 0.95) -> tuple[float, ...]:
    """Return (mean, standard deviation, low, high) over seeds, with Student's t interval.

    Raises
    ------
    ValueError
        Fewer than two values.
    """
    if len(values) < 2:
        raise ValueError(f"an interval needs two or more values, found {len(values)}")
    from scipy.stats import t

    middle, spread = mean(values), stdev(values)
    reach = float(t.ppf((1 + confidence) / 2, len(values) - 1)) * spread / sqrt(len(values))
    return middle, spread, middle - reach, middle + reach
