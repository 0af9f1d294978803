"""A network as a list of plain operations with their numbers, for the page's own arithmetic.

The page computes layers itself, in JavaScript, from what is here. Everything comes from
`layers.json` and `model.safetensors`: sizes and strides of windows from the receptive fields,
activations from what the layers say of themselves. Batch normalisation becomes a factor and a shift
for each map.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet.errors import ModelError
from lenet.inspection.feature_maps import stored_kernels
from lenet.run import LayerFacts, Receptive

Array = NDArray[np.float32]
Arrays = Mapping[str, NDArray[Any]]

EPSILON = 1e-5  # torch's, in batch normalisation; no architecture has another one
LEAK = re.compile(r"leaky ReLU ([\d.e-]+)")
SCALE = re.compile(r"scale to (-?[\d.e-]+?)\.\.(-?[\d.e-]+)")
PADDING = re.compile(r"padding (\d+)")


@dataclass(frozen=True, eq=False)
class Operation:
    """What one layer does to the numbers before it.

    Attributes
    ----------
    name : str
        Of the layer.
    does : str
        ``convolution``, ``residual``, ``average``, ``maximum``, ``subsampling``, ``dense``,
        ``distance``, ``tanh``, ``relu``, ``squash``, ``normalisation``, ``scale``, ``padding`` or
        ``nothing``.
    shape : list of int
        Of the output: (maps, height, width), or (size,).
    settings : dict of str to float
        Such as ``stride``, ``padding``, ``slope``.
    arrays : dict of str to float32 ndarray
        Such as ``weights`` (out, in, height, width) and ``bias`` (out,).
    connections : list of list of int or None
        For each output map of a convolution, the input maps it is connected to; None if all are.
    """

    name: str
    does: str
    shape: list[int]
    settings: dict[str, float] = field(default_factory=dict)
    arrays: dict[str, Array] = field(default_factory=dict)
    connections: list[list[int]] | None = None

    @property
    def multiply_adds(self) -> int:
        """Multiplications of a weight by an input for one image, as in `lenet.models.layers`."""
        if self.does in ("dense", "distance"):
            return sum(array.size for array in self.arrays.values() if array.ndim > 1)
        kernels = sum(array.size for array in self.arrays.values() if array.ndim == 4)
        if self.connections is not None:  # absent kernels are zeros in the array
            side = self.arrays["weights"].shape[-1]
            kernels = sum(map(len, self.connections)) * side * side
        return kernels * prod(self.shape[1:])


@dataclass(frozen=True)
class _Layer:
    """A layer, and what it needs to know of those before it."""

    facts: LayerFacts
    before: Receptive | None
    paper: float
    arrays: Arrays

    @property
    def window(self) -> dict[str, float]:
        """The side, stride and padding of its sliding window, from the receptive fields."""
        before, after = self.before, self.facts.receptive
        if before is None or after is None:
            raise ValueError("it has no window")
        return {
            "side": (after.size - before.size) // before.step + 1,
            "stride": after.step // before.step,
            "padding": (before.start - after.start) // before.step,
        }

    def array(self, name: str) -> Array:
        """Return an array of this layer as contiguous float32."""
        return np.ascontiguousarray(self.arrays[f"{self.facts.name}.{name}"], np.float32)

    def operation(self, does: str, *arrays: str, **settings: float) -> Operation:
        """Return an operation with arrays of this layer."""
        found = {array: self.array(array) for array in arrays}
        return Operation(self.facts.name, does, self.facts.shape, settings, found)


def operations(facts: Sequence[LayerFacts], arrays: Arrays) -> list[Operation]:
    """Return what each layer of a network does, in order.

    Parameters
    ----------
    facts : sequence of LayerFacts
        As `layers.json` has them.
    arrays : mapping of str to ndarray
        As `model.safetensors` has them.

    Raises
    ------
    ModelError
        A layer is of a kind that the page does not compute, or its numbers are not those its kind
        needs.
    """
    done: list[Operation] = []
    before: Receptive | None = Receptive(size=1, step=1, start=0)
    paper = 0.0  # what blank paper is at this point: padding is made of it
    for layer in facts:
        one = _Layer(layer, before, paper, arrays)
        try:
            operation = _MAKERS[layer.family](one)
        except (KeyError, ValueError) as error:
            raise ModelError(
                f"the page cannot compute layer {layer.name}, {layer.kind}: "
                "name a model whose layers are of the kinds in lenet.inspection.operations"
            ) from error
        if operation.does == "scale":
            paper = operation.settings["paper"]
        done.append(operation)
        before = layer.receptive
    return done


def _convolution(layer: _Layer) -> Operation:
    names = layer.facts.kernels
    if names is None:
        raise ValueError("its kernels are not stored as one array")
    weights, bias = stored_kernels(names, layer.arrays)
    window = layer.window
    if weights.shape[2:] != (window["side"], window["side"]):
        raise ValueError("its kernels are dilated")
    found = {"weights": np.ascontiguousarray(weights, np.float32)}
    if bias.size:
        found["bias"] = np.ascontiguousarray(bias, np.float32)
    facts = layer.facts
    return Operation(facts.name, "convolution", facts.shape, window, found, names.connections)


def _normalised(arrays: Arrays, name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the factor and the shift that a batch normalisation comes to."""
    scale, shift, mean, variance = (
        np.asarray(arrays[f"{name}.{part}"], np.float64)
        for part in ("weight", "bias", "running_mean", "running_var")
    )
    factor = scale / np.sqrt(variance + EPSILON)
    return factor, shift - mean * factor


def _normalisation(layer: _Layer) -> Operation:
    factor, shift = _normalised(layer.arrays, layer.facts.name)
    found = {"factor": factor.astype(np.float32), "shift": shift.astype(np.float32)}
    return Operation(layer.facts.name, "normalisation", layer.facts.shape, arrays=found)


def _residual(layer: _Layer) -> Operation:
    """Return a block of two convolutions and a shortcut, their normalisations folded in."""
    name, before, after = layer.facts.name, layer.before, layer.facts.receptive
    if before is None or after is None:
        raise ValueError("it has no receptive field")
    found: dict[str, Array] = {}

    def fold(part: str, convolution: str, norm: str) -> None:
        factor, shift = _normalised(layer.arrays, f"{name}.{norm}")
        weights = np.asarray(layer.arrays[f"{name}.{convolution}.weight"], np.float64)
        found[f"{part}_weights"] = (weights * factor[:, None, None, None]).astype(np.float32)
        found[f"{part}_bias"] = shift.astype(np.float32)

    fold("first", "conv1", "norm1")
    fold("second", "conv2", "norm2")
    if f"{name}.around.0.weight" in layer.arrays:
        fold("around", "around.0", "around.1")
    settings = {"stride": float(after.step // before.step)}
    return Operation(name, "residual", layer.facts.shape, settings, found)


def _activation(layer: _Layer) -> Operation:
    kind = layer.facts.kind
    if leak := LEAK.fullmatch(kind):
        return layer.operation("relu", slope=float(leak[1]))
    functions = {"ReLU": "relu", "tanh": "tanh", "1.7159·tanh(2x/3)": "squash"}
    return layer.operation(functions[kind])


def _pooling(layer: _Layer) -> Operation:
    return layer.operation(layer.facts.kind.split()[0], **layer.window)


def _padding(layer: _Layer) -> Operation:
    found = PADDING.fullmatch(layer.facts.kind)
    if found is None:
        raise ValueError("its width is unknown")
    return layer.operation("padding", by=float(found[1]), value=layer.paper)


def _scale(layer: _Layer) -> Operation:
    found = SCALE.fullmatch(layer.facts.kind)
    if found is None:
        raise ValueError("its scale is unknown")
    return layer.operation("scale", paper=float(found[1]), ink=float(found[2]))


def _dense(layer: _Layer) -> Operation:
    operation = layer.operation("dense", "weight", "bias")
    weights, bias = operation.arrays["weight"], operation.arrays["bias"]
    return Operation(
        operation.name, "dense", operation.shape, arrays={"weights": weights, "bias": bias}
    )


_MAKERS: dict[str, Callable[[_Layer], Operation]] = {
    "convolution": _convolution,
    "residual": _residual,
    "pooling": _pooling,
    "subsampling": lambda layer: layer.operation(
        "subsampling", "coefficient", "bias", **layer.window
    ),
    "dense": _dense,
    "distance": lambda layer: layer.operation("distance", "centres"),
    "activation": _activation,
    "normalisation": _normalisation,
    "padding": _padding,
    "scale": _scale,
    "flatten": lambda layer: layer.operation("nothing"),
    "dropout": lambda layer: layer.operation("nothing"),
}
