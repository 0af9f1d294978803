"""Rank contenders by their errors, and test which differences are significant."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from statistics import mean, median
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from lenet.comparison.results import Result
from lenet.metrics import mcnemar, t_interval, wilson

SIGNIFICANT = 0.05  # the customary significance level


@dataclass(frozen=True)
class Standing:
    """The results of one contender over its seeds.

    Attributes
    ----------
    name, kind : str
        See `lenet.comparison.Contender`.
    stochastic : bool
        Whether the result depends on the seed.
    results : tuple of Result
        One or more, on the same test set.
    """

    name: str
    kind: Literal["run", "recipe", "classical"]
    stochastic: bool
    results: tuple[Result, ...]

    @property
    def errors(self) -> tuple[int, ...]:
        """Errors for each seed."""
        return tuple(result.errors for result in self.results)

    @property
    def total(self) -> int:
        """Number of test images."""
        return self.results[0].total

    @property
    def mean(self) -> float:
        """Mean errors over the seeds."""
        return mean(self.errors)

    @property
    def sd(self) -> float | None:
        """Standard deviation of the errors over the seeds; None for a single seed."""
        return t_interval(self.errors)[1] if len(self.errors) > 1 else None

    @property
    def error_rate(self) -> float:
        """Mean errors per image, 0..1."""
        return self.mean / self.total

    @cached_property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the error rate.

        Several seeds: Student's t interval of the mean, for the uncertainty over seeds.
        One seed: Wilson interval, for the uncertainty over test sets.
        """
        if len(self.errors) == 1:
            return wilson(self.errors[0], self.total)
        _, _, low, high = t_interval(self.errors)
        return max(0.0, low / self.total), high / self.total

    @property
    def interval_kind(self) -> Literal["t", "wilson"]:
        """The kind of `interval`."""
        return "t" if len(self.errors) > 1 else "wilson"

    @property
    def seconds(self) -> float:
        """Mean training time."""
        return mean(result.seconds for result in self.results)

    @property
    def milliseconds(self) -> float:
        """Median time for one image."""
        return median(result.milliseconds for result in self.results)


@dataclass(frozen=True)
class Duel:
    """Two results compared: errors that only one made, and the p-value of McNemar's exact test."""

    seeds: tuple[int, int]
    only_first: int
    only_second: int
    p: float

    @classmethod
    def of(cls, first: Result, second: Result) -> Self:
        """Compare two results image by image."""
        a, b = _mistakes(first), _mistakes(second)
        seeds = (first.seed, second.seed)
        return cls(seeds, int((a & ~b).sum()), int((b & ~a).sum()), mcnemar(a, b))


@dataclass(frozen=True)
class Pair:
    """Two contenders compared; `first` has no more errors than `second` on average."""

    first: Standing
    second: Standing
    duels: tuple[Duel, ...]

    @classmethod
    def of(cls, first: Standing, second: Standing) -> Self:
        """Compare results of equal seed; a deterministic one is compared with every seed."""
        return cls(
            first,
            second,
            tuple(
                Duel.of(a, b)
                for a in first.results
                for b in second.results
                if a.seed == b.seed or not (first.stochastic and second.stochastic)
            ),
        )

    @property
    def p(self) -> float:
        """Median p-value over the duels."""
        return median(duel.p for duel in self.duels)

    @property
    def better(self) -> str | None:
        """The name of the better one; None if the difference is not significant."""
        return self.first.name if self.p < SIGNIFICANT else None


@dataclass(frozen=True)
class Comparison:
    """The outcome of a comparison.

    Attributes
    ----------
    standings : tuple of Standing
        Fewest errors first.
    pairs : tuple of Pair
        Each contender against each one ranked below it.
    data : str
        Name of the test set.
    failures : tuple of str
        One message for each training that diverged.
    """

    standings: tuple[Standing, ...]
    pairs: tuple[Pair, ...]
    data: str
    failures: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, standings: Sequence[Standing], data: str = "", failures: tuple[str, ...] = ()
    ) -> Self:
        """Rank `standings` and compare all pairs."""
        ranked = tuple(sorted(standings, key=lambda standing: standing.mean))
        pairs = (Pair.of(first, second) for first, second in combinations(ranked, 2))
        return cls(ranked, tuple(pair for pair in pairs if pair.duels), data, failures)


def _mistakes(result: Result) -> NDArray[np.bool_]:
    mistakes = np.zeros(result.total, bool)
    mistakes[list(result.wrong)] = True
    return mistakes
