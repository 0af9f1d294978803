"""The layers of a network: their descriptions, their outputs for an image, their kernels."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from lenet.errors import ModelError, UsageError, suggest
from lenet.run import KernelNames, LayerFacts
from lenet.runtime import as_input, input_batches, open_session

if TYPE_CHECKING:
    from torch import nn

    from lenet.recipe import Recipe

_FACTS = TypeAdapter(list[LayerFacts])


class Layers:
    """A network in ONNX that gives the output of each of its layers.

    Parameters
    ----------
    model : bytes
        A ``layers.onnx`` that `lenet.experiment.export` wrote.
    threads : int, optional
        CPU threads per call; all cores by default.

    Attributes
    ----------
    names : tuple of str
        Layer names in order; the last is ``output``, the logits.
    classes : tuple of str
        Class names.

    Raises
    ------
    ModelError
        `model` is not a ``layers.onnx``.
    """

    def __init__(self, model: bytes, threads: int = 0) -> None:
        try:
            self._session = open_session(model, threads)
            facts = self._session.get_modelmeta().custom_metadata_map
            self.classes = tuple(facts["classes"].split("\n"))
        except Exception as error:
            # ONNX Runtime has a dozen exception classes with no common base.
            raise ModelError(
                "not a layers.onnx made by lenet: export it again with `lenet export RUN`"
            ) from error
        *hidden, self._last = (str(output.name) for output in self._session.get_outputs())
        # The last output is named "logits" in the file, but "output" in the network.
        self.names = (*hidden, "output")
        self._input = self._session.get_inputs()[0].name

    def outputs(self, image: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        """Return the output of each layer for a uint8 image ``(28, 28)``.

        Returns
        -------
        dict of str to float32 ndarray (c, height, width) or (c,)
            Layer name to output, in order.
        """
        values = self._session.run(None, {self._input: as_input(image[None])})
        return {name: value[0] for name, value in zip(self.names, values, strict=True)}

    def vectors(self, images: NDArray[np.uint8], layer: str) -> NDArray[np.float32]:
        """Return one layer's output for uint8 images ``(n, 28, 28)``, as float32 ``(n, d)``.

        Raises
        ------
        UsageError
            The network has no such layer.
        """
        self.check(layer)
        names = [self._last if layer == "output" else layer]
        batches = [
            self._session.run(names, {self._input: batch})[0] for batch in input_batches(images)
        ]
        return np.concatenate(batches).reshape(len(images), -1)

    @property
    def last_hidden(self) -> str:
        """The layer just before the output."""
        return self.names[-2]

    def check(self, layer: str) -> None:
        """Raise `UsageError` if the network has no layer of that name."""
        if layer not in self.names:
            raise UsageError(f"no layer {layer!r} in this network: {suggest(layer, self.names)}")


class Kernels(NamedTuple):
    """The kernels of one convolution, float32 (out, in, height, width) each."""

    before: NDArray[np.float32]
    after: NDArray[np.float32]


def kernels(network: "nn.Module", recipe: "Recipe", classes: int) -> dict[str, Kernels]:
    """Return the kernels of every convolution before and after training, by layer.

    Parameters
    ----------
    network : nn.Module
        The trained network.
    recipe : Recipe
        The recipe it was trained with.
    classes : int
        Number of classes.
    """
    from lenet.models.weights import beginning

    before, after = _convolutions(beginning(recipe, classes)), _convolutions(network)
    return {name: Kernels(before[name], after[name]) for name in after}


def read_facts(content: bytes) -> list[LayerFacts]:
    """Parse a `layers.json`: the facts about each layer, in order.

    Raises
    ------
    ModelError
        `content` is not a `layers.json`.
    """
    try:
        return _FACTS.validate_json(content)
    except ValidationError as error:
        raise ModelError(
            "not a layers.json made by lenet: export it again with `lenet export RUN`"
        ) from error


def stored_kernels(
    names: KernelNames, arrays: Mapping[str, NDArray[Any]]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return a convolution's kernels and biases from the arrays of `model.safetensors`.

    Returns
    -------
    kernels : float32 ndarray (out, in, height, width)
        0 where two maps are not connected.
    biases : float32 ndarray (out,)
        Empty if the layer has none.

    Raises
    ------
    ModelError
        The arrays belong to another network.
    """
    try:
        weights = arrays[names.weights]
        biases = arrays[names.bias] if names.bias else np.empty(0, np.float32)
        if names.connections is None:
            return weights, biases
        pairs = [(out, source) for out, row in enumerate(names.connections) for source in row]
        outputs, inputs = np.array(pairs).T
        shape = len(names.connections), inputs.max() + 1, *weights.shape[1:]
        dense = np.zeros(shape, np.float32)
        dense[outputs, inputs] = weights
    except (KeyError, ValueError, IndexError) as error:
        raise ModelError(
            f"layers.json names the kernels {names.weights}, but model.safetensors has none: "
            "export it again with `lenet export RUN`"
        ) from error
    return dense, biases


def _convolutions(network: "nn.Module") -> dict[str, NDArray[np.float32]]:
    import torch

    weights = ((name, getattr(module, "weight", None)) for name, module in network.named_modules())
    return {
        name: np.asarray(weight.detach().cpu().clone(memory_format=torch.contiguous_format))
        for name, weight in weights
        if isinstance(weight, torch.Tensor) and weight.ndim == 4
    }
