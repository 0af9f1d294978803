"""What is inside an ONNX file of ours: weights, kinds of layers, and what each sees."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lenet.errors import ModelError
from lenet.inspection.onnx_file import Node, read_onnx

_KINDS = {
    "Tanh": "tanh",
    "Relu": "ReLU",
    "LeakyRelu": "leaky ReLU",
    "BatchNormalization": "batch normalisation",
    "Reshape": "flatten",
    "Gemm": "full connection",
    "Identity": "dropout",
    "Pow": "squared distance",
}


@dataclass(frozen=True)
class Field:
    """The receptive field of a layer: the part of the image that one of its pixels sees.

    Pixel (y, x) sees rows ``start + step * y`` to ``start + step * y + size - 1`` of the image, and
    the same of its columns; what sticks out of the image is padding.
    """

    size: int
    step: int
    start: int

    def slide(self, size: int, step: int, padding: int) -> "Field":
        """Return the field of a window of `size` that slides over this layer by `step`.

        >>> Field(size=6, step=2, start=-2).slide(size=3, step=2, padding=1)
        Field(size=10, step=4, start=-4)
        """
        return Field(
            self.size + (size - 1) * self.step, self.step * step, self.start - padding * self.step
        )

    def join(self, other: "Field") -> "Field":
        """Return the field of the sum of two layers with the same step."""
        start = min(self.start, other.start)
        end = max(self.start + self.size, other.start + other.size)
        return Field(end - start, self.step, start)


@dataclass(frozen=True)
class Part:
    """One named layer of a network.

    Attributes
    ----------
    name : str
    kind : str
        What it is, in words.
    parameters : int
        Weights stored for it.
    field : Field or None
        None where every number sees the whole image.
    kernels : str
        Name of the weights of its only convolution; empty if it has none, or several.
    bias : str
        Name of that convolution's biases; empty if it has none.
    """

    name: str
    kind: str
    parameters: int
    field: Field | None
    kernels: str = ""
    bias: str = ""


class Graph:
    """A network as its ``layers.onnx`` describes it.

    Parameters
    ----------
    model : bytes
        The file that `lenet.experiment.export` made.

    Raises
    ------
    ModelError
        It is no such file.
    """

    def __init__(self, model: bytes) -> None:
        found = read_onnx(model)
        self._nodes, self._stored, self._outputs = found.nodes, found.stored, found.outputs
        self._makers = {output: node for node in self._nodes for output in node.outputs}

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The named layers in order; the last is ``output``, the logits."""
        parts = []
        fields: dict[str, Field | None] = {"images": Field(1, 1, 0)}
        members: list[Node] = []
        for node in self._nodes:
            members.append(node)
            if seen := [fields[name] for name in node.inputs if name in fields]:
                fields[node.outputs[0]] = self._field(node, seen)
            if node.outputs[0] in self._outputs:
                name = node.outputs[0] if node.outputs[0] != self._outputs[-1] else "output"
                flow = [each for each in members if each.outputs[0] in fields]
                parts.append(self._part(name, flow, members, fields[node.outputs[0]]))
                members = []
        return tuple(parts)

    def weights(self, name: str) -> NDArray[np.float32]:
        """Return weights by the name that a `Part` gives."""
        if name in self._stored:
            return self._stored[name].astype(np.float32, copy=False)
        # Weights of which only some exist, as of a partial connection, are put together first.
        node = self._makers[name]
        match node.op:
            case "Reshape":
                return self.weights(node.inputs[0]).reshape(self._stored[node.inputs[1]])
            case "ConstantOfShape":
                return np.zeros(self._stored[node.inputs[0]], np.float32)
            case "ScatterND":
                array = self.weights(node.inputs[0]).copy()
                array[tuple(self._stored[node.inputs[1]].T)] = self.weights(node.inputs[2])
                return array
            case _:
                raise ModelError(f"layers.onnx has no weights {name}: train again")

    def _field(self, node: Node, seen: list[Field | None]) -> Field | None:
        """Return the field of what `node` makes of layers with the fields `seen`."""
        known = [each for each in seen if each is not None]
        if len(known) < len(seen):
            return None
        first, *others = known
        match node.op:
            case "Conv" | "AveragePool" | "MaxPool":
                spread = (node.side("kernel_shape", 1) - 1) * node.side("dilations", 1) + 1
                return first.slide(spread, node.side("strides", 1), node.side("pads", 0))
            case "Pad":
                return first.slide(1, 1, int(self._stored[node.inputs[1]][2]))
            case "Reshape" | "Gemm" | "Unsqueeze" | "ReduceSum" | "ReduceMean":
                return None
            case _:
                for other in others:
                    first = first.join(other)
                return first

    def _part(self, name: str, flow: list[Node], members: list[Node], seen: Field | None) -> Part:
        """Describe a layer: `flow` is what the image passes, `members` make weights as well."""
        convolutions = [node for node in flow if node.op == "Conv"]
        only = convolutions[0].inputs if len(convolutions) == 1 else []
        return Part(
            name,
            self._kind(flow),
            sum(self._stored[weights].size for weights in self._weights_of(members)),
            seen,
            only[1] if only else "",
            only[2] if len(only) > 2 else "",
        )

    def _weights_of(self, members: list[Node]) -> set[str]:
        """Return the names of weights that `members` hold."""
        names: set[str] = set()
        for node in members:
            # What batch normalisation saw on average is no weight.
            inputs = node.inputs[:3] if node.op == "BatchNormalization" else node.inputs
            names |= {
                each
                for each in inputs
                if each in self._stored
                and self._stored[each].dtype == np.float32
                and self._stored[each].ndim
            }
        return names

    def _kind(self, flow: list[Node]) -> str:
        kinds = []
        for node in flow:
            side = node.side("kernel_shape", 0)
            match node.op:
                case "Conv":
                    kinds.append(f"convolution {side}×{side}")
                case "AveragePool":
                    kinds.append(f"average {side}×{side}")
                case "MaxPool":
                    kinds.append(f"maximum {side}×{side}")
                case "Pad":
                    kinds.append(f"padding {self._stored[node.inputs[1]][2]}")
                case op if op in _KINDS:
                    kinds.append(_KINDS[op])
        named = [f"{kinds.count(kind)} × {kind}" for kind in dict.fromkeys(kinds)]
        return ", ".join(each.removeprefix("1 × ") for each in named) or "scale"
