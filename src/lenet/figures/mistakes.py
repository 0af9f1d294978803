"""The gallery of everything that was read wrongly."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from lenet.figures.style import BLUE, PALE, RED, bare, canvas, styled
from lenet.metrics import MNIST_CORRECTED, MNIST_DROPPED, corrected, is_mnist_test
from lenet.reader import percent

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
