"""Figures of scores: confusion matrix, ROC, table, reliability, curves, comparison, robustness."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import (
    FuncFormatter,
    LogLocator,
    MaxNLocator,
    NullLocator,
    StrMethodFormatter,
)
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from lenet.figures.style import BLUE, GREY, ORANGE, PALE, canvas, colour, line, styled
from lenet.metrics import Curve, Scores, rate, wilson


@styled
def confusion(scores: Scores) -> Figure:
    """Draw the confusion matrix: errors in shades of blue, the diagonal in grey."""
    counts, k = scores.confusion, len(scores.classes)
    wrong = np.where(np.eye(k, dtype=bool) | (counts == 0), np.nan, counts.astype(float))
    worst = max(1, int(counts[~np.eye(k, dtype=bool)].max(initial=0)))
    # Inches for long class names at the left and below.
    label_space = 0.07 * max(0, max(map(len, scores.classes)) - 8)
    side = 1.8 + (0.46 if k <= 15 else 0.36) * k + label_space
    figure = canvas(side + 0.6, side)
    axes = figure.subplots()
    axes.imshow(np.where(np.eye(k, dtype=bool), 0.12, np.nan), vmin=0, vmax=1)
    shades = axes.imshow(wrong, cmap="Blues", vmin=-worst / 5, vmax=worst)
    for (truth, answer), count in np.ndenumerate(counts):
        if truth == answer:
            axes.text(answer, truth, f"{count}", ha="center", va="center", color=GREY, size=9)
        elif count:
            dark = count > 0.5 * worst
            axes.text(
                answer,
                truth,
                f"{count}",
                ha="center",
                va="center",
                color="white" if dark else "black",
                size=10,
            )
    long = max(map(len, scores.classes)) > 3
    axes.set_xticks(range(k), scores.classes, rotation=90 if long else 0)
    axes.set_yticks(range(k), scores.classes)
    axes.set_xticks(np.arange(k - 1) + 0.5, minor=True)
    axes.set_yticks(np.arange(k - 1) + 0.5, minor=True)
    axes.grid(which="minor", linewidth=0.8)
    axes.tick_params(which="both", length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("answer")
    axes.set_ylabel("truth")
    axes.set_title(scores.summary(), size=10)
    bar = figure.colorbar(shades, ax=axes, shrink=0.6, aspect=25, label="errors")
    bar.ax.set_ylim(0, worst)
    bar.ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    bar.outline.set_visible(False)
    return figure


@styled
def roc(scores: Scores, curves: Sequence[Curve | None]) -> Figure:
    """Draw the ROC curve of each class, and its upper left corner enlarged.

    Parameters
    ----------
    scores : Scores
        For the class names and areas.
    curves : sequence of (false positive rate, true positive rate) or None
        From `lenet.metrics.roc_curves`; a class with None has no curve.
    """
    k = len(scores.classes)
    figure = canvas(11 + 1.2 * (k > 13), 4.6)
    whole, corner = figure.subplots(1, 2, width_ratios=(5.2, 6))
    floor = 0.5 / scores.total  # stands for 0 on the logarithmic axis
    lowest = 1.0
    for c, curve in enumerate(curves):
        if curve is None:
            continue
        false_positive, true_positive = curve
        style = {"color": colour(c), "linestyle": line(c), "linewidth": 1.5}
        name = f"{scores.classes[c]}   {scores.auc[c]:.5f}"
        whole.plot(false_positive, true_positive, **style)
        corner.plot(
            np.maximum(false_positive, floor),
            true_positive,
            label=name,
            drawstyle="steps-post",
            **style,
        )
        lowest = min(lowest, float(np.interp(0.001, false_positive, true_positive)))
    whole.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--")
    whole.set_aspect("equal")
    whole.set_xlabel("false positive rate")
    whole.set_ylabel("true positive rate")
    whole.set_title("ROC, one class against the rest")
    _enlarge_corner(corner, floor, lowest)
    missing = sum(curve is None for curve in curves)
    corner.legend(
        title="class   AUC" + (f"  ({missing} without)" if missing else ""),
        loc="center left",
        bbox_to_anchor=(1, 0.5),
        ncols=1 + (k > 13),
        alignment="left",
    )
    return figure


def _enlarge_corner(axes: Axes, floor: float, lowest: float) -> None:
    axes.set_xscale("log")
    axes.set_xlim(floor, 1)
    bottom = 1 - 1.6 * max(1 - lowest, 0.003)
    axes.set_ylim(max(0, bottom), 1 + 0.03 * (1 - bottom))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.set_xlabel("false positive rate, logarithmic")
    axes.set_ylabel("true positive rate")
    axes.set_title("Upper left corner, enlarged")
    axes.grid(visible=True)


@styled
def score_table(scores: Scores) -> Figure:
    """Draw precision, recall, F1, support and AUC: each class, macro and weighted average."""
    table = scores.table()
    figure = canvas(6.6, 0.7 + 0.26 * len(table))
    axes = figure.subplots()
    bare_table(axes, table)
    axes.set_title(scores.summary(), size=10)
    return figure


@styled
def reliability(scores: Scores) -> Figure:
    """Draw accuracy against confidence, and the number of answers in each bin."""
    used = [(i, bin_) for i, bin_ in enumerate(scores.calibration) if bin_.count]
    n = len(scores.calibration)
    figure = canvas(5.6, 5.8)
    upper, lower = figure.subplots(2, 1, height_ratios=(3, 1), sharex=True)
    upper.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--", label="perfect")
    confidence = [bin_.confidence for _, bin_ in used]
    accuracy = [bin_.accuracy for _, bin_ in used]
    intervals = [wilson(bin_.correct, bin_.count) for _, bin_ in used]
    bars = [
        [max(0.0, a - low) for a, (low, _) in zip(accuracy, intervals, strict=True)],
        [max(0.0, high - a) for a, (_, high) in zip(accuracy, intervals, strict=True)],
    ]
    upper.errorbar(
        confidence, accuracy, bars, fmt="o", color=BLUE, capsize=3, label="measured, 95 % interval"
    )
    upper.set_ylim(-0.02, 1.02)
    upper.set_ylabel("share correct")
    upper.grid(visible=True)
    upper.legend(loc="upper left")
    upper.set_title(f"Reliability: expected calibration error {rate(scores.calibration_error)}")
    middles, counts = [(i + 0.5) / n for i, _ in used], [bin_.count for _, bin_ in used]
    lower.bar(middles, counts, 0.9 / n, color=BLUE)
    lower.set_yscale("log")
    lower.set_ylim(0.5)
    lower.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    lower.set_xlim(0, 1.02)
    lower.set_xlabel("probability of the answer")
    lower.set_ylabel("images")
    return figure


def bare_table(axes: Axes, table: Sequence[Sequence[str]]) -> None:
    """Draw a table as text: first column left-aligned, others right; averages in bold."""
    columns, rows = len(table[0]), len(table)
    axes.set_xlim(0, columns + 0.6)
    axes.set_ylim(rows - 0.5, -0.6)
    axes.axis("off")
    for y, row in enumerate(table):
        for x, text in enumerate(row):
            axes.text(
                0.05 if x == 0 else x + 1.5,
                y,
                text,
                ha="left" if x == 0 else "right",
                va="center",
                weight="bold" if y == 0 or y >= rows - 2 else "normal",
            )
        axes.axhline(y + 0.5, color=ORANGE if y in (0, rows - 3) else PALE, linewidth=0.8)


@styled
def training_curves(history: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw loss, errors and learning rate over the epochs.

    Parameters
    ----------
    history : sequence of mappings
        One for each epoch, as in ``history.jsonl``: epoch, learning_rate, loss, errors, images,
        validation_loss, validation_errors, validation_images. Validation values are None if
        nothing was held out.
    """
    validated = [row for row in history if row["validation_loss"] is not None]
    best = min(validated, key=lambda row: row["validation_loss"], default=None)

    figure = canvas(11, 3.8)
    losses, errors, rates = figure.subplots(1, 3, width_ratios=(5, 5, 3))
    _plot_lines(
        losses,
        training=[(row["epoch"], row["loss"]) for row in history],
        held_out=[(row["epoch"], row["validation_loss"]) for row in validated],
    )
    _plot_lines(
        errors,
        training=[(row["epoch"], 100 * row["errors"] / row["images"]) for row in history],
        held_out=[
            (row["epoch"], 100 * row["validation_errors"] / row["validation_images"])
            for row in validated
        ],
    )
    steps = [(row["epoch"], row["learning_rate"]) for row in history]
    _plot_lines(rates, training=steps, shade=GREY, logarithmic=False)
    rates.set_ylim(bottom=0)
    rates.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    losses.set_ylabel("loss (nats)")
    losses.legend()
    errors.set_ylabel("errors (%)")
    accuracy = errors.secondary_yaxis("right")
    accuracy.set_ylabel("accuracy (%)")
    if errors.get_yscale() == "log":
        _set_log_ticks(accuracy.yaxis)
    accuracy.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 - value:g}"))
    rates.set_title("Learning rate")
    _set_titles(losses, errors, history[-1], best)
    return figure


def _set_titles(
    losses: Axes, errors: Axes, last: Mapping[str, Any], best: Mapping[str, Any] | None
) -> None:
    if best is None:
        losses.set_title(f"Loss: {last['loss']:.4f} at the end")
        errors.set_title(f"Errors: {last['errors']:,} of {last['images']:,}")
        return
    for axes in (losses, errors):
        axes.axvline(best["epoch"], color=GREY, linewidth=1, linestyle="--", zorder=0)
    losses.set_title(f"Loss: lowest held out {best['validation_loss']:.4f}, epoch {best['epoch']}")
    errors.set_title(
        f"Errors: {best['validation_errors']:,} of {best['validation_images']:,} held out"
    )


def _plot_lines(
    axes: Axes,
    training: list[tuple[int, float]],
    held_out: list[tuple[int, float]] | None = None,
    shade: str = BLUE,
    logarithmic: bool = True,
) -> None:
    for name, points, line_colour in (
        ("training", training, shade),
        ("held out", held_out, ORANGE),
    ):
        if points:
            axes.plot(*zip(*points, strict=True), "o-", markersize=4, color=line_colour, label=name)
    # A logarithmic axis cannot show an epoch without errors.
    if logarithmic and all(value > 0 for _, value in training + (held_out or [])):
        axes.set_yscale("log")
        _set_log_ticks(axes.yaxis)
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.grid(visible=True)


def _set_log_ticks(axis: Axis) -> None:
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axis.set_minor_locator(NullLocator())


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
        bars = [[max(0.0, rates[i] - low[i])], [max(0.0, high[i] - rates[i])]]
        axes.errorbar(x, rates[i], bars, fmt="o", color=colour(i), capsize=3)
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
    """Draw the errors under each condition; those of undisturbed images come first."""
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
    """Yield the side of each point, (±1, ±1), where its name overlaps nothing, if there is one."""
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
