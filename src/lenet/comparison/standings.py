"""Rank contenders by errors, test the differences, and format the result as tables and text."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from statistics import mean, median
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from lenet.comparison.results import Result
from lenet.metrics import duration, mcnemar, rate, rate_interval, t_interval, wilson

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIGNIFICANT = 0.05  # the customary significance level
HEADING = (
    *("", "errors", "rate", "95 % interval", "n", "parameters", "multiply-adds", "training"),
    *("ms/image", "ONNX"),
)
ABSENT = "–"


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


def to_markdown(comparison: Comparison) -> str:
    """Return the table of results and, for several contenders, that of median p-values."""
    standings = comparison.standings
    lines = [_table_row(HEADING), _table_row(["---", *["---:"] * (len(HEADING) - 1)])]
    lines += [_table_row([f"`{s.name}`", *cells(s)[1:]]) for s in standings]
    lines += ["", *notes(comparison)]
    if comparison.pairs:
        lines += ["", *p_matrix(comparison)]
    return "\n".join(lines)


def p_matrix(comparison: Comparison) -> list[str]:
    """Return the lines of a Markdown table of median p-values, one for each pair."""
    names = [standing.name for standing in comparison.standings]
    p_values = {(pair.first.name, pair.second.name): p_value(pair.p) for pair in comparison.pairs}
    lines = [
        "The row has fewer errors than the column; below 0.05 by more than chance explains "
        "(McNemar's exact test, median p over seeds):",
        "",
        _table_row(["", *(f"`{name}`" for name in names[1:])]),
        _table_row(["---", *["---:"] * (len(names) - 1)]),
    ]
    lines += [
        _table_row([f"`{row}`", *(p_values.get((row, column), "") for column in names[1:])])
        for row in names[:-1]
    ]
    return lines


def to_dict(comparison: Comparison) -> dict[str, Any]:
    """Return the comparison as JSON values at full precision."""
    return {
        "data": comparison.data,
        "contenders": [_standing_dict(standing) for standing in comparison.standings],
        "pairs": [
            {
                "first": pair.first.name,
                "second": pair.second.name,
                "better": pair.better,
                "p": pair.p,
                "duels": [
                    {
                        "seeds": list(duel.seeds),
                        "only_first_wrong": duel.only_first,
                        "only_second_wrong": duel.only_second,
                        "p": duel.p,
                    }
                    for duel in pair.duels
                ],
            }
            for pair in comparison.pairs
        ],
        "failures": list(comparison.failures),
    }


def draw(comparison: Comparison) -> "Figure":
    """Draw the error rate of each contender against the time for one image."""
    from lenet.figures import error_against_cost

    standings = comparison.standings
    # A logarithmic axis has no zero: draw zero errors as half an error, and label them.
    half = 0.5 / standings[0].total
    return error_against_cost(
        [s.name if s.mean else f"{s.name} (no errors)" for s in standings],
        [standing.error_rate or half for standing in standings],
        [standing.interval for standing in standings],
        [standing.milliseconds for standing in standings],
        "milliseconds for one image, not batched",
    )


def sentence(pair: Pair) -> str:
    """State which of two contenders is better, and the p-value."""
    first, second = pair.first, pair.second
    verb = "is better than" if pair.better else "is not clearly better than"
    counts = f"{_format_mean(first.mean)} against {_format_mean(second.mean)} errors"
    seeds = f", median of {len(pair.duels)}" if len(pair.duels) > 1 else ""
    return f"{first.name} {verb} {second.name}: {counts}, p {p_value(pair.p, '= ')}{seeds}"


def p_value(p: float, equals: str = "") -> str:
    """Format a p-value with its significant digits.

    >>> p_value(0.0372), p_value(0.00012), p_value(3e-9), p_value(0.6, "= ")
    ('0.037', '0.0001', '< 0.0001', '= 0.60')
    """
    if p < 0.0001:
        return "< 0.0001"
    return equals + (f"{p:.2f}" if p >= 0.1 else f"{p:.3f}" if p >= 0.001 else f"{p:.4f}")


def errors_cell(standing: Standing) -> str:
    """Format the errors: a count, or mean ± standard deviation."""
    if standing.sd is None:
        return f"{standing.errors[0]:,}"
    return f"{_format_mean(standing.mean)} ± {standing.sd:.1f}"


def interval_cell(standing: Standing) -> str:
    """Format the interval of the error rate in per cent."""
    return rate_interval(standing.interval)


def cells(standing: Standing) -> tuple[str, ...]:
    """Return the row of a contender, one cell for each of `HEADING`."""
    first = standing.results[0]
    return (
        standing.name,
        errors_cell(standing),
        rate(standing.error_rate),
        interval_cell(standing),
        str(len(standing.results)),
        ABSENT if first.parameters is None else f"{first.parameters:,}",
        ABSENT if first.multiply_adds is None else f"{first.multiply_adds:,}",
        duration(standing.seconds),
        f"{standing.milliseconds:.3f}"
        if standing.milliseconds < 10
        else f"{standing.milliseconds:.1f}",
        ABSENT if first.size is None else f"{first.size / 1000:,.0f} kB",
    )


def _standing_dict(standing: Standing) -> dict[str, Any]:
    first = standing.results[0]
    return {
        "name": standing.name,
        "kind": standing.kind,
        "seeds": [result.seed for result in standing.results],
        "errors": list(standing.errors),
        "test_images": standing.total,
        "mean_errors": standing.mean,
        "sd_errors": standing.sd,
        "error_rate": standing.error_rate,
        "interval": list(standing.interval),
        "interval_kind": standing.interval_kind,
        "parameters": first.parameters,
        "multiply_adds": first.multiply_adds,
        "training_seconds": standing.seconds,
        "milliseconds_per_image": standing.milliseconds,
        "onnx_bytes": first.size,
    }


def notes(comparison: Comparison) -> list[str]:
    """Return the notes below the table: test set, kinds of interval, failed trainings."""
    kinds = {standing.interval_kind for standing in comparison.standings}
    intervals = []
    if "t" in kinds:
        intervals.append("of the mean over n seeds (Student's t)")
    if "wilson" in kinds:
        intervals.append("of a single result (Wilson)")
    total = f"{comparison.standings[0].total:,} test images of {comparison.data}"
    notes = [f"Errors in {total}; interval {', or '.join(intervals)}."]
    notes += [f"Missing: {failure}" for failure in comparison.failures]
    return notes


def _format_mean(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def _table_row(cells: Any) -> str:
    return f"| {' | '.join(cells)} |"
