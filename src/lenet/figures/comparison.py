"""Figures of several models compared, and of one model under bad conditions."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator, StrMethodFormatter
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from lenet.figures.style import BLUE, GREY, canvas, colour, styled
from lenet.metrics import Scores


@styled
def error_against_cost(
    names: Sequence[str],
    error_rates: Sequence[float],
    intervals: Sequence[tuple[float, float]],
    costs: Sequence[float],
    cost: str,
) -> Figure:
    """Draw the error rate of each model against its cost, both logarithmic.

    Parameters
    ----------
    names : sequence of str
    error_rates : sequence of float
        0..1.
    intervals : sequence of (low, high)
        Intervals of the error rates.
    costs : sequence of float
        Above 0.
    cost : str
        Name and unit of the costs.
    """
    figure = canvas(8, 5)
    axes = figure.subplots()
    rates = 100 * np.asarray(error_rates)
    low, high = 100 * np.asarray(intervals).T
    for i, x in enumerate(costs):
        reach = [[max(0.0, rates[i] - low[i])], [max(0.0, high[i] - rates[i])]]
        axes.errorbar(x, rates[i], reach, fmt="o", color=colour(i), capsize=3)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.margins(x=0.15, y=0.08)
    for (dx, dy), name, x, y in zip(
        _label_sides(axes, names, costs, rates), names, costs, rates, strict=True
    ):
        axes.annotate(
            name,
            (x, y),
            (7 * dx, 6 * dy),
            textcoords="offset points",
            ha="left" if dx > 0 else "right",
            va="bottom" if dy > 0 else "top",
        )
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{value:,.0f}" if value >= 1 else f"{value:g}")
    )
    axes.grid(visible=True)
    axes.set_xlabel(cost)
    axes.set_ylabel("errors (%), with 95 % interval")
    axes.set_title("Error against cost: lower left is better")
    return figure


@styled
def robustness(results: Mapping[str, Scores]) -> Figure:
    """Draw the errors under each condition; the first one is undisturbed."""
    rates = [100 * scores.error_rate for scores in results.values()]
    figure = canvas(7.5, 0.9 + 0.34 * len(results))
    axes = figure.subplots()
    bars = axes.barh(range(len(results)), rates, color=[GREY] + [BLUE] * (len(results) - 1))
    axes.bar_label(bars, [f"{rate:.2f} %" for rate in rates], padding=4, size=9)
    axes.set_yticks(range(len(results)), list(results))
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.set_xlabel("errors (%)")
    axes.set_title("Errors under disturbances")
    return figure


def _label_sides(
    axes: Axes, names: Sequence[str], x: Sequence[float], y: NDArray[np.float64]
) -> Iterator[tuple[int, int]]:
    """Yield for each point a side, (±1, ±1), where its name overlaps nothing."""
    points = axes.transData.transform(np.column_stack([x, y])) * 72 / axes.figure.dpi
    taken = [Bbox.from_extents(px - 5, py - 5, px + 5, py + 5) for px, py in points]
    for i, (name, (px, py)) in enumerate(zip(names, points, strict=True)):
        width, height = 6.2 * len(name), 12
        others = taken[:i] + taken[i + 1 :]
        best = (1, 1)
        for dx, dy in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
            x0 = px + 7 if dx > 0 else px - 7 - width
            y0 = py + 6 if dy > 0 else py - 6 - height
            box = Bbox.from_bounds(x0, y0, width, height)
            if not box.count_overlaps(others):
                best = (dx, dy)
                taken.append(box)
                break
        yield best
