"""Digits as points in the plane."""

from collections.abc import Sequence

import numpy as np
from matplotlib import patheffects
from matplotlib.figure import Figure
from numpy.typing import NDArray

from lenet.figures.style import bare, canvas, colour, marker, styled


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
