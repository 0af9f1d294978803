"""Figures of networks: architecture, kernels, feature maps, and the pixels that matter."""

from collections.abc import Mapping, Sequence
from math import prod
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from lenet.figures.style import (
    BLUE,
    GREY,
    ORANGE,
    PALE,
    STONE,
    bare,
    canvas,
    headline,
    mosaic,
    styled,
)

if TYPE_CHECKING:
    from lenet.models import Layer

MOST_SHEETS = 10
# Layout of the architecture, in input pixels:
STEP = 1.2  # offset from sheet to sheet
GAP = 6.0  # between blocks
NARROWEST = 19.0  # width of a block, enough for its caption
TEXT_LINE = 3.8  # height of a line of text
INCH = 0.042  # inches per pixel
MOST_KERNELS = 16  # along each axis of a kernel tensor
MOST_MAPS = 32
SHEET = 7.2  # width of a layer's maps, in inches
LEVEL = 2.4  # width of a size of a page, in inches
TOP = 1.5  # height of the row of pictures, in inches
MOST_ACROSS = 2.4  # largest width of a picture, in heights of that row
VECTOR_LINE = 128  # elements of a vector in a line


@styled
def architecture(layers: Sequence["Layer"], name: str) -> Figure:
    """Draw a network from left to right, as in its paper.

    Layers that keep the size (activation, normalisation, dropout) are listed below the block before
    them.

    Parameters
    ----------
    layers : sequence of Layer
        From `lenet.models.layer_table`.
    name : str
        Name of the network.
    """
    blocks = _blocks(layers)
    captions = [_caption(block) for block in blocks]
    tall = max(_height(block[0].size) for block in blocks)
    below = (max(caption.count("\n") for caption in captions) + 1.5) * TEXT_LINE
    places, x = [], 0.0
    for block in blocks:
        width = max(_width(block[0].size), NARROWEST)
        places.append(x + width / 2)
        x += width + GAP
    figure = canvas(INCH * x, INCH * (tall + 3 * TEXT_LINE + below) + 0.3)
    axes = figure.subplots()
    for block, caption, place in zip(blocks, captions, places, strict=True):
        _draw(axes, block[0], place)
        axes.text(
            place,
            tall / 2 + 3,
            f"{block[0].name}\n{block[0].shape}",
            ha="center",
            va="bottom",
            size=9,
            weight="bold",
        )
        axes.text(place, -tall / 2 - 3, caption, ha="center", va="top", size=9, color=GREY)
    axes.set_xlim(-GAP / 2, x - GAP / 2)
    axes.set_ylim(-tall / 2 - below, tall / 2 + 3 * TEXT_LINE)
    axes.set_aspect("equal")
    axes.axis("off")
    weights = sum(layer.parameters for layer in layers)
    work = sum(layer.multiply_adds for layer in layers)
    axes.set_title(f"{name}: {weights:,} weights (blue layers), {work:,} multiply-adds per image")
    return figure


def _blocks(layers: Sequence["Layer"]) -> list[list["Layer"]]:
    blocks: list[list[Layer]] = []
    for layer in layers:
        if blocks and _same(layer, blocks[-1][0]):
            blocks[-1].append(layer)
        else:
            blocks.append([layer])
    return blocks


def _same(layer: "Layer", first: "Layer") -> bool:
    # 120 maps of one pixel count as a vector.
    sizes = [tuple(side for side in size if side > 1) for size in (layer.size, first.size)]
    return sizes[0] == sizes[1] and not layer.multiply_adds


def _caption(block: list["Layer"]) -> str:
    kinds = [layer.kind for layer in block if layer.kind not in ("flatten", "dropout 0")]
    return "\n".join(line for kind in kinds or ["flatten"] for line in wrap(kind, 13))


def _sheets(size: tuple[int, ...]) -> int:
    return min(size[0], MOST_SHEETS)


def _width(size: tuple[int, ...]) -> float:
    return 3.0 if prod(size) == size[0] else size[2] + STEP * (_sheets(size) - 1)


def _height(size: tuple[int, ...]) -> float:
    if prod(size) == size[0]:
        # Logarithmic, so that ten outputs stay visible beside thousands of inputs.
        return float(4 + 10 * np.log10(size[0]))
    return size[1] + STEP * (_sheets(size) - 1)


def _draw(axes: Axes, layer: "Layer", middle: float) -> None:
    width, height = _width(layer.size), _height(layer.size)
    left, top = middle - width / 2, height / 2
    style: dict[str, Any] = {"fc": BLUE if layer.parameters else STONE, "ec": "white", "lw": 0.8}
    if prod(layer.size) == layer.size[0]:
        axes.add_patch(Rectangle((left, -top), width, height, **style))
        return
    _, rows, columns = layer.size
    for i in reversed(range(_sheets(layer.size))):
        axes.add_patch(Rectangle((left + STEP * i, top - rows - STEP * i), columns, rows, **style))


@styled
def filters(before: NDArray[np.floating], after: NDArray[np.floating], name: str) -> Figure:
    """Draw the kernels of a convolution before and after training, on one colour scale.

    Parameters
    ----------
    before, after : float ndarray (out, in, height, width)
        The first 16 outputs and inputs are shown.
    name : str
        Name of the layer.
    """
    outputs, inputs = (min(n, MOST_KERNELS) for n in after.shape[:2])
    # Kernels of a single input are laid out as a square instead of a column.
    columns = inputs if inputs > 1 else int(np.ceil(np.sqrt(outputs)))
    rows = outputs if inputs > 1 else -(-outputs // columns)
    size = 0.42 if inputs > 1 else 0.85
    figure = canvas(max(6.5, 1.9 + 2 * size * columns), 0.9 + max(size * rows, 1.2))
    limit = float(max(np.abs(before).max(), np.abs(after).max()))
    panels = figure.subplots(1, 2)
    for axes, kernels, when in zip(panels, (before, after), ("before", "after"), strict=True):
        tiles = kernels[:outputs, :inputs].reshape(-1, *kernels.shape[2:])
        drawn = axes.imshow(mosaic(tiles, columns), cmap="RdBu_r", vmin=-limit, vmax=limit)
        bare(axes, frame=True)
        axes.set_title(f"{when} training", size=10)
        if inputs > 1:
            axes.set_xlabel("input map →")
            axes.set_ylabel("← output map")
    bar = figure.colorbar(drawn, ax=panels, shrink=0.8, aspect=25, label="weight")
    bar.outline.set_visible(False)
    out, into, height, width = after.shape
    part = "" if (out, into) == (outputs, inputs) else f", the first {outputs} × {inputs} shown"
    headline(figure, f"{name}: {out} × {into} kernels of {height} × {width}{part}")
    return figure


@styled
def feature_maps(
    layers: Mapping[str, NDArray[np.floating]],
    classes: Sequence[str],
    image: NDArray[np.uint8],
    picture: NDArray[np.uint8] | None = None,
    box: tuple[float, float, float, float] | None = None,
) -> Figure:
    """Draw the output of every layer for one digit.

    Parameters
    ----------
    layers : mapping of str to float ndarray (c, height, width) or (c,)
        Outputs by layer, in order; the last one is (k,), one number for each class. Each layer is
        drawn from its lowest value (dark) to its highest; the first 32 maps are shown.
    classes : sequence of str
    image : uint8 ndarray (28, 28)
        The network's input.
    picture : uint8 ndarray (height, width) or (height, width, 3), optional
        The original picture, drawn first.
    box : tuple of float, optional
        Bounding box of the digit in the picture: x, y, width, height in pixels.
    """
    *hidden, (last, outputs) = layers.items()
    sheets = [_sheet(values) for _, values in hidden]
    heights = [TOP] + [height for _, height in sheets] + [1.8]
    figure = canvas(SHEET + 1.9, sum(heights) + 0.14 * len(heights) + 0.5)
    top, *panels = figure.subplots(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    _pictures(top, image, picture, box)
    for axes, (sheet, _), (name, values) in zip(panels, sheets, hidden, strict=False):
        axes.imshow(sheet, cmap="viridis")
        bare(axes)
        _label(axes, _layer_caption(name, values))
    _bars(panels[-1], outputs, classes)
    _label(panels[-1], f"{last}\nlargest: {classes[int(outputs.argmax())]}")
    headline(figure, "Output of each layer, from its lowest value (dark) to its highest")
    return figure


@styled
def attention(
    image: NDArray[np.uint8],
    occlusion: NDArray[np.floating],
    gradient: NDArray[np.floating],
    answer: str,
    picture: NDArray[np.uint8] | None = None,
    box: tuple[float, float, float, float] | None = None,
) -> Figure:
    """Draw which pixels matter: the effect of covering them, and the gradient.

    Parameters
    ----------
    image : uint8 ndarray (28, 28)
        The network's input.
    occlusion : float ndarray (28, 28)
        Drop of the answer's probability when the pixel is covered.
    gradient : float ndarray (28, 28)
        Derivative of the answer's logit with respect to each pixel.
    answer : str
        The predicted class.
    picture : uint8 ndarray (height, width) or (height, width, 3), optional
        The original picture.
    box : tuple of float, optional
        Bounding box of the digit in the picture: x, y, width, height in pixels.
    """
    count = 3 + (picture is not None)
    figure = canvas(3.3 * count, 3.3)
    panels = list(figure.subplots(1, count))
    for axes in panels:
        bare(axes, frame=True)
    if picture is not None:
        first = panels.pop(0)
        first.imshow(picture, vmin=0, vmax=255, cmap="gray", interpolation="antialiased")
        if box is not None:
            _frame(first, box, ORANGE)
        first.set_title("original picture", size=10)
    panels[0].imshow(image, vmin=0, vmax=255)
    panels[0].set_title(f"network input: {answer}", size=10)
    maps = (
        (occlusion, f"drop of P({answer}) if covered"),
        (gradient, "more ink: favours (red), opposes (blue)"),
    )
    for axes, (values, title) in zip(panels[1:], maps, strict=True):
        limit = float(np.abs(values).max()) or 1.0
        drawn = axes.imshow(values, cmap="RdBu_r", vmin=-limit, vmax=limit)
        axes.contour(image, levels=[127], colors="black", linewidths=1)
        axes.set_title(title, size=10)
        bar = figure.colorbar(drawn, ax=axes, shrink=0.8, aspect=25)
        bar.outline.set_visible(False)
    return figure


@styled
def finder_levels(
    page: NDArray[np.uint8],
    boxes: NDArray[np.float32],
    levels: Sequence[tuple[NDArray[np.float32], ...]],
) -> Figure:
    """Draw what a finder sees in a page, in each of the sizes in which it looks at it.

    Parameters
    ----------
    page : uint8 ndarray (height, width) or (height, width, 3)
    boxes : float32 ndarray (n, 4)
        Where digits may stand: x, y, width, height in pixels of the page.
    levels : sequence of four float32 ndarrays each
        For each size: the contrast that the network is shown, and the probabilities of digits, of
        other characters and of ink.
    """
    height, width = page.shape[:2]
    panel = min(max(LEVEL * height / width, 0.6), 2 * LEVEL)
    figure = canvas(5 * LEVEL, 0.3 + len(levels) * (panel + 0.3))
    rows = figure.subplots(len(levels), 5, squeeze=False)
    for axes in rows.flat:
        bare(axes, frame=True)
    for axes in rows[1:, 0]:
        axes.set_visible(False)
    rows[0, 0].imshow(page, vmin=0, vmax=255, cmap="gray", interpolation="antialiased")
    for box in boxes.tolist():
        _frame(rows[0, 0], box, ORANGE)
    titles = "page", "shown to the network", "digits", "other characters", "ink of digits"
    for axes, title in zip(rows[0], titles, strict=True):
        axes.set_title(title, size=10)
    for axes, (contrast, *probabilities) in zip(rows[:, 1:], levels, strict=True):
        axes[0].imshow(contrast, cmap="gray", vmin=-3, vmax=3, interpolation="antialiased")
        axes[0].set_xlabel(f"{contrast.shape[1]}×{contrast.shape[0]} pixels", size=9)
        for panel_axes, values in zip(axes[1:], probabilities, strict=True):
            panel_axes.imshow(values, vmin=0, vmax=1, interpolation="antialiased")
    return figure


def _pictures(
    axes: Axes,
    image: NDArray[np.uint8],
    picture: NDArray[np.uint8] | None,
    box: tuple[float, float, float, float] | None,
) -> None:
    """Draw the picture and the network's input side by side, with captions."""
    caption = "network input"
    if picture is None:
        _place(axes, image, 0, 1, "gray_r")
        _label(axes, caption)
    else:
        height, width = picture.shape[:2]
        scale = min(1 / height, MOST_ACROSS / width)
        _place(axes, picture, 0, scale * height, "gray")
        _label(axes, "original picture")
        if box is not None:
            x, y, across, down = (scale * side for side in box)
            top = (1 - scale * height) / 2
            _frame(axes, (x, top + y, across, down), ORANGE)
        after = scale * width + 0.12
        _place(axes, image, after, 1, "gray_r")
        axes.text(after + 1.08, 0.5, caption, size=9, va="center")
    bare(axes)
    axes.set_xlim(0, SHEET / TOP)
    axes.set_ylim(1, 0)


def _place(axes: Axes, drawn: NDArray[np.uint8], x: float, height: float, colours: str) -> None:
    """Draw a picture at `x`, vertically centred in a row of height 1."""
    width, top = height * drawn.shape[1] / drawn.shape[0], (1 - height) / 2
    extent = (x, x + width, top + height, top)
    axes.imshow(drawn, vmin=0, vmax=255, cmap=colours, interpolation="antialiased", extent=extent)
    _frame(axes, (x, top, width, height), PALE)


def _frame(axes: Axes, box: tuple[float, float, float, float], colour: str) -> None:
    x, y, width, height = box
    line_width = 1.5 if colour == ORANGE else 0.8
    axes.add_patch(Rectangle((x, y), width, height, fill=False, ec=colour, lw=line_width))


def _sheet(values: NDArray[np.floating]) -> tuple[NDArray[np.float64], float]:
    """Return a layer as one image, and its height in inches."""
    if values.size == len(values):
        row = mosaic(values.reshape(-1, 1, 1), min(len(values), VECTOR_LINE), gap=0)
        return row, max(0.22, row.shape[0] * SHEET / VECTOR_LINE)
    maps = values[:MOST_MAPS]
    columns = min(len(maps), 16)
    sheet = mosaic(maps, columns)
    return sheet, min(
        0.9 * sheet.shape[0] / values.shape[1], SHEET * sheet.shape[0] / sheet.shape[1]
    )


def _label(axes: Axes, text: str) -> None:
    axes.set_anchor("W")
    axes.set_ylabel(text, rotation=0, ha="right", va="center", size=9, labelpad=8)


def _layer_caption(name: str, values: NDArray[np.floating]) -> str:
    shape = "×".join(map(str, values.shape))
    part = f"\nthe first {MOST_MAPS}" if values.size > len(values) > MOST_MAPS else ""
    return f"{name}  {shape}{part}\n{values.min():.2g} to {values.max():.2g}"


def _bars(axes: Axes, outputs: NDArray[np.floating], classes: Sequence[str]) -> None:
    best = int(outputs.argmax())
    shades = [ORANGE if c == best else BLUE for c in range(len(classes))]
    axes.bar(range(len(classes)), outputs, color=shades)
    axes.axhline(0, color=GREY, linewidth=1)
    axes.set_xticks(range(len(classes)), classes)
    axes.tick_params(axis="x", length=0)
