"""Figures of images: samples, class counts, mean images, embeddings and misread images."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import StrMethodFormatter
from numpy.typing import NDArray

from lenet.datasets import Splits
from lenet.datasets.dataset import pixels
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
from lenet.metrics import MNIST_CORRECTED, MNIST_DROPPED, corrected, is_mnist_test
from lenet.reader import percent

if TYPE_CHECKING:
    from lenet.inspection.data_check import Finding

GAP = 2  # pixels between samples
MANY = 12  # classes; with more, the counts above the bars are vertical
MOST = 400  # misread images in a figure
WIDTH = 11.0  # inches
INCH = 38.0  # image pixels per inch


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
        Images of each class; fewer if the class has fewer.
    """
    pitch = images.shape[1] + GAP
    rows = []
    for c in range(len(classes)):
        row = images[labels == c][:each].astype(np.float64)
        rows.append(np.pad(row, ((0, each - len(row)), (0, 0), (0, 0)), constant_values=np.nan))
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
    """Draw the number of images of each class in each part.

    Parameters
    ----------
    parts : mapping of str to int64 ndarray (n,)
        Labels by name of the part: training, validation, test.
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
    """Draw the mean image of each class, and state the statistics of the pixels.

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
    stats = pixels(images)
    headline(figure, f"Mean image of each class, of {len(images):,} images")
    figure.supxlabel(
        f"Pixels, 0 paper to 1 ink: mean {stats.mean:.4f}, "
        f"standard deviation {stats.deviation:.4f}, {100 * stats.paper:.1f} % pure paper",
        size=10,
    )
    return figure


@styled
def embedding(
    points: NDArray[np.floating], labels: NDArray[np.int64], classes: Sequence[str], title: str
) -> Figure:
    """Draw points in the colour of their class, and each class's name at its median.

    Parameters
    ----------
    points : float ndarray (n, 2)
    labels : int64 ndarray (n,)
    classes : sequence of str
    title : str
        Title of the figure.
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


@styled
def mistakes(
    images: NDArray[np.uint8],
    labels: NDArray[np.int64],
    probabilities: NDArray[np.floating],
    classes: Sequence[str],
    most: int = MOST,
) -> Figure:
    """Draw every misread image, the most confident answer first.

    If the labels are those of MNIST's test set, known label errors are marked, and the errors are
    also counted by the corrected labels.

    Parameters
    ----------
    images : uint8 ndarray (n, 28, 28)
        The whole set.
    labels : int64 ndarray (n,)
        True classes.
    probabilities : float ndarray (n, k)
        Answers of the network.
    classes : sequence of str
    most : int
        Largest number of images drawn; all are counted.
    """
    answers = probabilities.argmax(axis=1)
    wrong = np.flatnonzero(answers != labels)
    wrong = wrong[np.argsort(-probabilities[wrong, answers[wrong]], kind="stable")]
    shown = wrong[:most]
    known = is_mnist_test(labels)

    # Long names need wider cells and separate lines.
    longest = max(map(len, classes))
    captions = []
    for index in shown:
        doubtful = known and int(index) in (MNIST_CORRECTED.keys() | MNIST_DROPPED.keys())
        mark, arrow = " *" if doubtful else "", " → " if longest <= 2 else "\n→ "
        text = f"{classes[labels[index]]}{arrow}{classes[answers[index]]}{mark}\n"
        text += percent(float(probabilities[index, answers[index]]))
        captions.append((text, BLUE if doubtful else RED))
    heading = _heading(labels, answers, len(shown), known)
    return _captioned(images[shown], captions, heading, max(35.0, 3.2 * longest + 14))


@styled
def findings(found: Sequence["Finding"], splits: Splits, title: str, most: int = MOST) -> Figure:
    """Draw what a check found: each image, and beside a duplicate its twin.

    Parameters
    ----------
    found : sequence of Finding
        All of one kind, at least one.
    splits : Splits
        The data that was checked.
    title : str
        What was found.
    most : int
        Largest number of findings drawn.
    """
    tiles, captions = [], []
    for each in found[:most]:
        image = _image_at(splits, each.place)
        if each.twin:
            gap = np.full((image.shape[0], GAP), np.nan)
            image = np.concatenate([image, gap, _image_at(splits, each.twin)], axis=1)
        looks = f" → {each.suggested}" if each.suggested else ""
        sure = "" if each.probability is None else f", {percent(each.probability)}"
        below = each.twin and f"\n{each.twin}"
        captions.append((f"{each.label}{looks}{sure}\n{each.place}{below}", RED if looks else GREY))
        tiles.append(image)
    longest = max(len(line) for text, _ in captions for line in text.split("\n"))
    few = "" if len(tiles) == len(found) else f", {len(tiles)} of them shown"
    heading = [f"{found[0].source}: {len(found):,} {title}{few}"]
    width = max(tiles[0].shape[1] + 7.0, 2.9 * longest + 6)
    return _captioned(np.stack(tiles), captions, heading, width)


def _image_at(splits: Splits, place: str) -> NDArray[np.float64]:
    part, _, index = place.partition(":")
    images = (splits.train if part == "train" else splits.test).images
    return np.asarray(images[int(index)], np.float64)


def _captioned(
    tiles: NDArray[np.generic],
    captions: Sequence[tuple[str, str]],
    heading: Sequence[str],
    width: float,
) -> Figure:
    """Draw tiles (n, h, w) row by row, `width` pixels apart, each below its text in its colour."""
    columns = max(1, int(WIDTH * INCH / width))
    rows = -(-len(tiles) // columns)
    lines = max((text.count("\n") + 1 for text, _ in captions), default=2)
    above = 1.0 + 6.0 * lines
    pitch = tiles.shape[1] + above + 5
    figure = canvas(
        columns * width / INCH + 0.2, 0.2 * len(heading) + 0.3 + max(0.1, rows * pitch / INCH)
    )
    axes = figure.subplots()
    bare(axes)
    axes.set(xlim=(0, columns * width), ylim=(rows * pitch or 1, 0), anchor="NW")
    axes.set_title("\n".join(heading), size=10, weight="normal")
    for place, (tile, (text, colour_of_text)) in enumerate(zip(tiles, captions, strict=True)):
        x, y = place % columns * width, place // columns * pitch + above
        _picture(axes, tile, x, y)
        axes.text(x, y - 1.5, text, size=9, va="bottom", color=colour_of_text)
    return figure


def _heading(
    labels: NDArray[np.int64], answers: NDArray[np.int64], shown: int, known: bool
) -> list[str]:
    wrong = int((answers != labels).sum())
    heading = [f"{wrong:,} of {len(labels):,} images were misread"]
    if known:
        truth, kept = corrected(labels)
        left = int(((answers != truth) & kept).sum())
        heading.append(
            f"{left:,} of {int(kept.sum()):,} by corrected labels: "
            "10 labels of MNIST are corrected, 5 ambiguous images left out"
        )
    if wrong:
        which = "Each" if shown == wrong else f"The {shown} most certain"
        doubt = "; blue with *: one of these 15" if known else ""
        heading.append(f"{which}: truth → answer, and its probability{doubt}")
    return heading


def _picture(axes: Axes, image: NDArray[np.generic], x: float, y: float) -> None:
    height, width = image.shape
    axes.imshow(image, vmin=0, vmax=255, extent=(x, x + width, y + height, y))
    axes.add_patch(Rectangle((x, y), width, height, fill=False, ec=PALE, lw=0.8))
    # imshow would change the limits of the axes.
    axes.autoscale(enable=False)
