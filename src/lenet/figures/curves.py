"""How training went: loss and errors, on what was learnt and on what was held out."""

from collections.abc import Mapping, Sequence
from typing import Any

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

from lenet.figures.style import BLUE, GREY, ORANGE, canvas, styled


@styled
def training_curves(history: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw loss, errors and learning rate over the epochs.

    Parameters
    ----------
    history : sequence of mappings
        One for each epoch, as `history.jsonl` has them: epoch, learning_rate, loss, errors,
        images, validation_loss, validation_errors, validation_images. The validation values
        may be None, where nothing was held out.
    """
    validated = [row for row in history if row["validation_loss"] is not None]
    best = min(validated, key=lambda row: row["validation_loss"], default=None)

    figure = canvas(11, 3.8)
    losses, errors, rates = figure.subplots(1, 3, width_ratios=(5, 5, 3))
    _lines(
        losses,
        training=[(row["epoch"], row["loss"]) for row in history],
        held_out=[(row["epoch"], row["validation_loss"]) for row in validated],
    )
    _lines(
        errors,
        training=[(row["epoch"], 100 * row["errors"] / row["images"]) for row in history],
        held_out=[
            (row["epoch"], 100 * row["validation_errors"] / row["validation_images"])
            for row in validated
        ],
    )
    steps = [(row["epoch"], row["learning_rate"]) for row in history]
    _lines(rates, training=steps, shade=GREY, logarithmic=False)
    rates.set_ylim(bottom=0)
    rates.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    losses.set_ylabel("loss (nats)")
    losses.legend()
    errors.set_ylabel("errors (%)")
    accuracy = errors.secondary_yaxis("right")
    accuracy.set_ylabel("accuracy (%)")
    if errors.get_yscale() == "log":
        _one_two_five(accuracy.yaxis)
    accuracy.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 - value:g}"))
    rates.set_title("Learning rate")
    if best is None:
        losses.set_title(f"Loss: {history[-1]['loss']:.4f} at the end")
        errors.set_title(f"Errors: {history[-1]['errors']:,} of {history[-1]['images']:,}")
        return figure
    for axes in (losses, errors):
        axes.axvline(best["epoch"], color=GREY, linewidth=1, linestyle="--", zorder=0)
    losses.set_title(f"Loss: lowest held out {best['validation_loss']:.4f}, epoch {best['epoch']}")
    errors.set_title(
        f"Errors: {best['validation_errors']:,} of {best['validation_images']:,} held out"
    )
    return figure


def _lines(
    axes: Axes,
    training: list[tuple[int, float]],
    held_out: list[tuple[int, float]] | None = None,
    shade: str = BLUE,
    logarithmic: bool = True,
) -> None:
    for name, points, colour in (("training", training, shade), ("held out", held_out, ORANGE)):
        if points:
            axes.plot(*zip(*points, strict=True), "o-", markersize=4, color=colour, label=name)
    # A logarithm cannot show an epoch without an error.
    if logarithmic and all(value > 0 for _, value in training + (held_out or [])):
        axes.set_yscale("log")
        _one_two_five(axes.yaxis)
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.grid(visible=True)


def _one_two_five(axis: Axis) -> None:
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axis.set_minor_locator(NullLocator())
