"""What a dataset looks like: samples, how many of each class, and each class's mean."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import StrMethodFormatter
from numpy.typing import NDArray

from lenet.figures.style import (
    BLUE,
    GREY,
    PALE,
    RED,
    bare,
    canvas,
    colour,
    headline,
    marker,
    mosaic,
    styled,
)
from lenet.inspection.pixels import pixels
from lenet.metrics import MNIST_CORRECTED, MNIST_DROPPED, corrected, is_mnist_test
from lenet.reader import percent

GAP = 2  # pixels between samples
MANY = 12  # classes beside each other, before their numbers have to stand upright


@styled
def samples(
    images: NDArray[np.uint8], labels: NDArray[np.int64], classes: Sequence[str], each: int = 12
) -> Figure:
    """Draw the first images of each class, one row for each class.

    Parameters
    ----------
    images : uint8 ndarray (n, 28, 28)
    labels : int64 ndarray (n,)
    classes : sequence of str
    each : int
        Images of each class; a class with fewer shows what it has.
    """
    pitch = images.shape[1] + GAP
    rows = []
    for c in range(len(classes)):
        found = images[labels == c][:each].astype(np.float64)
        rows.append(np.pad(found, ((0, each - len(found)), (0, 0), (0, 0)), constant_values=np.nan))
    figure = canvas(0.5 + 0.55 * each, 0.4 + 0.55 * len(classes))
    axes = figure.subplots()
    axes.imshow(mosaic(np.concatenate(rows), each, GAP), vmin=0, vmax=255)
    bare(axes)
    axes.set_yticks([(i + 0.5) * pitch - GAP for i in range(len(classes))], classes)
    axes.tick_params(length=0, labelsize=11)
    axes.set_title(f"Samples: {len(images):,} images, {len(classes)} classes")
    return figure


@styled
def class_distribution(parts: Mapping[str, NDArray[np.int64]], classes: Sequence[str]) -> Figure:
    """Draw how many images each class has in each part.

    Parameters
    ----------
    parts : mapping of str to int64 ndarray (n,)
        Labels by the name of their part: training, validation, test.
    classes : sequence of str
    """
    k = len(classes)
    figure = canvas(max(7.0, 1.2 + 0.28 * k * len(parts)), 0.6 + 1.9 * len(parts))
    panels = figure.subplots(len(parts), 1, squeeze=False, sharex=True)[:, 0]
    for axes, (name, labels) in zip(panels, parts.items(), strict=True):
        counts = np.bincount(labels, minlength=k)
        bars = axes.bar(range(k), counts, color=BLUE, width=0.75)
        upright = k > MANY
        for word in axes.bar_label(
            bars, [f"{n:,}" for n in counts], padding=3, size=9, rotation=90 if upright else 0
        ):
            word.set_bbox({"facecolor": "white", "linewidth": 0, "pad": 0.8})
        axes.axhline(len(labels) / k, color=GREY, linewidth=1, linestyle="--", zorder=0)
        axes.margins(x=0.02, y=0.4 if upright else 0.15)
        axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        axes.set_ylabel("images")
        axes.set_title(f"{name}: {len(labels):,} images, {len(labels) / k:,.0f} a class on average")
    crowded = max(map(len, classes)) * k > 60
    panels[-1].set_xticks(range(k), classes, rotation=90 if crowded else 0)
    panels[-1].set_xlabel("class")
    return figure


@styled
def mean_images(
    images: NDArray[np.uint8], labels: NDArray[np.int64], classes: Sequence[str]
) -> Figure:
    """Draw each class's mean image, and say in numbers what the pixels are like.

    Parameters
    ----------
    images : uint8 ndarray (n, 28, 28)
    labels : int64 ndarray (n,)
    classes : sequence of str
    """
    columns = min(len(classes), 10 if len(classes) % 5 else 5)
    rows = -(-len(classes) // columns)
    figure = canvas(max(6.5, 1.1 * columns), 0.7 + 1.35 * rows)
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in panels:
        bare(axes)
    for c, (axes, name) in enumerate(zip(panels, classes, strict=False)):
        of_class = images[labels == c]
        mean = of_class.mean(axis=0) if len(of_class) else np.zeros(images.shape[1:])
        axes.imshow(mean, vmin=0, vmax=255)
        axes.set_title(name if len(of_class) else f"{name}: none", loc="center", weight="normal")
    of = pixels(images)
    headline(figure, f"Mean image of each class, of {len(images):,} images")
    figure.supxlabel(
        f"Pixels, 0 paper to 1 ink: mean {of.mean:.4f}, standard deviation {of.deviation:.4f}, "
        f"{100 * of.paper:.1f} % pure paper",
        size=10,
    )
    return figure


@styled
def embedding(
    points: NDArray[np.floating], labels: NDArray[np.int64], classes: Sequence[str], title: str
) -> Figure:
    """Draw points in their class's colour, and each class's name at its median.

    Parameters
    ----------
    points : float ndarray (n, 2)
    labels : int64 ndarray (n,)
    classes : sequence of str
    title : str
        What the plane is.
    """
    figure = canvas(7.5, 6.5)
    axes = figure.subplots()
    size = float(np.clip(20_000 / len(points), 4, 30))
    for c, name in enumerate(classes):
        own = points[labels == c]
        if not len(own):
            continue
        axes.scatter(
            own[:, 0], own[:, 1], s=size, color=colour(c), marker=marker(c), alpha=0.6, linewidths=0
        )
        x, y = np.median(own, axis=0)
        word = axes.text(
            x,
            y,
            name,
            size=15,
            weight="bold",
            color=colour(c),
            ha="center",
            va="center",
        )
        word.set_path_effects([patheffects.withStroke(linewidth=4, foreground="white")])
    bare(axes)
    axes.set_aspect("equal", adjustable="datalim")
    axes.set_title(title)
    return figure


MOST = 400  # pictures on one sheet
WIDTH = 11.0  # inches
INCH = 38.0  # pixels of an image


@styled
def mistakes(
    images: NDArray[np.uint8],
    labels: NDArray[np.int64],
    probabilities: NDArray[np.floating],
    classes: Sequence[str],
    most: int = MOST,
) -> Figure:
    """Draw every image that was answered wrongly, the most certain answer first.

    Where the labels are those of MNIST's test set, images whose published label people do not
    agree with are marked, and the errors are also counted by the corrected labels.

    Parameters
    ----------
    images : uint8 ndarray (n, 28, 28)
        The whole set.
    labels : int64 ndarray (n,)
        Its truth.
    probabilities : float ndarray (n, k)
        Its answers.
    classes : sequence of str
    most : int
        So many are drawn, all are counted.
    """
    answers = probabilities.argmax(axis=1)
    wrong = np.flatnonzero(answers != labels)
    wrong = wrong[np.argsort(-probabilities[wrong, answers[wrong]], kind="stable")]
    shown = wrong[:most]
    known = is_mnist_test(labels)

    heading = [f"{len(wrong):,} of {len(labels):,} images were read wrongly"]
    if known:
        truth, kept = corrected(labels)
        left = int(((answers != truth) & kept).sum())
        heading.append(
            f"{left:,} of {int(kept.sum()):,} by corrected labels: people read 10 of MNIST's"
            " otherwise, and 5 they cannot agree on are left out"
        )
    if len(wrong):
        which = "Each" if len(shown) == len(wrong) else f"The {len(shown)} most certain"
        doubt = "; blue with *: one of these 15" if known else ""
        heading.append(f"{which}: truth → answer, and its probability{doubt}")

    # Long names need wider cells and a line each.
    longest = max(map(len, classes))
    width = max(35.0, 3.2 * longest + 14)
    columns = int(WIDTH * INCH / width)
    caption = 13.0 if longest <= 2 else 19.0
    rows = -(-len(shown) // columns)
    pitch = images.shape[1] + caption + 5
    figure = canvas(
        columns * width / INCH + 0.2, 0.2 * len(heading) + 0.3 + max(0.1, rows * pitch / INCH)
    )
    axes = figure.subplots()
    bare(axes)
    axes.set_xlim(0, columns * width)
    axes.set_ylim(rows * pitch or 1, 0)
    axes.set_anchor("NW")
    axes.set_title("\n".join(heading), size=10, weight="normal")
    for place, index in enumerate(shown):
        x, y = place % columns * width, place // columns * pitch + caption
        _picture(axes, images[index], x, y)
        noted = known and int(index) in (MNIST_CORRECTED.keys() | MNIST_DROPPED.keys())
        mark, arrow = " *" if noted else "", " → " if longest <= 2 else "\n→ "
        axes.text(
            x,
            y - 1.5,
            f"{classes[labels[index]]}{arrow}{classes[answers[index]]}{mark}\n"
            f"{percent(float(probabilities[index, answers[index]]))}",
            size=9,
            va="bottom",
            color=BLUE if noted else RED,
        )
    return figure


def _picture(axes: Axes, image: NDArray[np.uint8], x: float, y: float) -> None:
    height, width = image.shape
    axes.imshow(image, vmin=0, vmax=255, extent=(x, x + width, y + height, y))
    axes.add_patch(Rectangle((x, y), width, height, fill=False, ec=PALE, lw=0.8))
    # imshow takes the limits of the axes for its own.
    axes.autoscale(enable=False)
