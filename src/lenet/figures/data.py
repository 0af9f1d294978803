"""What a dataset looks like: samples, how many of each class, and each class's mean."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter
from numpy.typing import NDArray

from lenet.figures.style import BLUE, GREY, bare, canvas, headline, mosaic, styled
from lenet.inspection.pixels import pixels

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
