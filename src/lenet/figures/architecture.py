"""The drawing of a network: its feature maps as stacks of sheets, its vectors as bars."""

from collections.abc import Sequence
from math import prod
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lenet.figures.style import BLUE, GREY, STONE, canvas, styled

if TYPE_CHECKING:
    from lenet.models import Layer

MOST_SHEETS = 10
# In pixels of the network's input:
STEP = 1.2  # from sheet to sheet
GAP = 6.0  # between blocks
NARROWEST = 19.0  # block: its words need this much
LINE = 3.8  # of text
INCH = 0.042  # inches of a pixel


@styled
def architecture(layers: Sequence["Layer"], name: str) -> Figure:
    """Draw a network from left to right, as its paper does.

    A layer that changes no size - an activation, a normalisation, dropout - is written under the
    block before it.

    Parameters
    ----------
    layers : sequence of Layer
        From `lenet.models.layer_table`.
    name : str
        Of the network.
    """
    blocks = _blocks(layers)
    captions = [_caption(block) for block in blocks]
    tall = max(_height(block[0].size) for block in blocks)
    below = (max(caption.count("\n") for caption in captions) + 1.5) * LINE
    places, x = [], 0.0
    for block in blocks:
        width = max(_width(block[0].size), NARROWEST)
        places.append(x + width / 2)
        x += width + GAP
    figure = canvas(INCH * x, INCH * (tall + 3 * LINE + below) + 0.3)
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
    axes.set_ylim(-tall / 2 - below, tall / 2 + 3 * LINE)
    axes.set_aspect("equal")
    axes.axis("off")
    weights = sum(layer.parameters for layer in layers)
    work = sum(layer.multiply_adds for layer in layers)
    axes.set_title(
        f"{name}: {weights:,} weights, in the blue layers; {work:,} multiply-adds for an image"
    )
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
    # 120 maps of one pixel are a vector already.
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
        # Ten outputs must be seen beside thousands of inputs.
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
