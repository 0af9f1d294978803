"""A comparison as tables, sentences, Markdown, JSON and a figure."""

from typing import TYPE_CHECKING, Any

from lenet.comparison.standings import Comparison, Pair, Standing
from lenet.metrics import duration, rate, rate_interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HEADING = (
    *("", "errors", "rate", "95 % interval", "n", "parameters", "multiply-adds", "training"),
    *("ms/image", "ONNX"),
)
ABSENT = "–"


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
