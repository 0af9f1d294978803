"""What a run keeps so that the page can show any image among its test images.

The numbers that a network makes of an image before its output, seen from the directions in which
they differ most among test images: `lenet.inspection.embedding` without the data.
"""

import base64
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lenet.datasets import Dataset
from lenet.evaluation import licence_of
from lenet.inspection.embedding import principal_axes, spread
from lenet.inspection.feature_maps import Layers

MOST_IMAGES = 1000
LEAST_IMAGES = 10  # of fewer there is no map to speak of
# By this many directions the nearest test images are of the same class as often as by all numbers:
# 98 % with `lenet5` and 99 % with `reader`.
DIRECTIONS = 16
LEVELS = 16  # of grey in a kept image: with 256 the file would be half as large again
COLUMNS = 40  # images in a row of the picture that holds them


def embedding_of(
    layers: Layers, test: Dataset, hidden: NDArray[np.bool_] | None = None
) -> dict[str, Any] | None:
    """Return test images by what a network makes of them before its output, ready for JSON.

    Parameters
    ----------
    layers : Layers
    test : Dataset
        n images. At most `MOST_IMAGES` of them, evenly spread, are kept.
    hidden : bool ndarray (n,), optional
        Images that are never kept.

    Returns
    -------
    dict or None
        ``size`` d of the vectors; ``mean`` (d,) and ``directions`` (k, d), float32 in base64;
        ``shares`` of the variance in each; ``points`` (m, k), int16 in base64, to be multiplied
        by ``step``; ``labels`` (m,); ``images``, a PNG in base64 that holds the images in rows of
        ``columns``; and their ``licence``, where known. None if the layer before the output is no
        vector, or there are too few images.
    """
    (shown,) = np.nonzero(np.ones(len(test), bool) if hidden is None else ~hidden)
    shown = shown[spread(len(shown), MOST_IMAGES)]
    if len(shown) < LEAST_IMAGES:
        return None
    images = test.images[shown]
    if layers.outputs(images[0])[layers.last_hidden].ndim != 1:
        return None
    vectors = layers.vectors(images, layers.last_hidden)
    axes = principal_axes(vectors, DIRECTIONS)
    points = axes.project(vectors)
    step = float(np.abs(points).max() / np.iinfo(np.int16).max) or 1.0
    licence = licence_of(test)
    return {
        **({"licence": licence} if licence else {}),
        "size": len(axes.mean),
        "mean": _text(axes.mean, "<f4"),
        "directions": _text(axes.directions, "<f4"),
        "shares": np.round(axes.shares, 4).tolist(),
        "step": step,
        "points": _text(np.round(points / step), "<i2"),
        "labels": test.labels[shown].tolist(),
        "columns": COLUMNS,
        "images": base64.b64encode(_in_rows(images)).decode("ascii"),
    }


def _text(values: NDArray[np.float64], kind: str) -> str:
    return base64.b64encode(values.astype(kind).tobytes()).decode("ascii")


def _in_rows(images: NDArray[np.uint8]) -> bytes:
    """Return a PNG of uint8 images ``(n, h, w)`` in rows, in few levels of grey."""
    count, height, width = images.shape
    rows = -(-count // COLUMNS)
    cells = np.zeros((rows * COLUMNS, height, width), np.uint8)
    cells[:count] = np.round(images / 255 * (LEVELS - 1))
    cells = cells.reshape(rows, COLUMNS, height, width).swapaxes(1, 2)
    picture = Image.fromarray(cells.reshape(rows * height, COLUMNS * width))
    greys = np.linspace(0, 255, LEVELS).round().astype(int).repeat(3)
    picture.putpalette(greys.tolist())
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True, bits=(LEVELS - 1).bit_length())
    return file.getvalue()
