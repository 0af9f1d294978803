"""A chain of plain layers as an ONNX graph, written down layer by layer.

torch's own exporter takes five seconds, most of them for importing compilers; a LeNet is a chain of
a dozen layers with an ONNX operator each. Networks with layers of their own kind go through the
exporter.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from torch import Tensor, nn

from lenet.models import layer_table
from lenet.models.lenet5_1998 import Scale

OPSET, IR_VERSION = 20, 10  # those of torch's exporter
BATCH = "n"  # the first axis of every input and output
INPUT, OUTPUT = "images", "logits"


class UnknownLayerError(Exception):
    """A layer has no operator here."""


class _Graph:
    """Gathers the nodes and weights of a graph."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.weights: list[Any] = []

    def constant(self, name: str, values: Tensor | NDArray[Any] | float) -> str:
        array = values.detach().cpu().numpy() if isinstance(values, Tensor) else values
        array = np.asarray(array, None if isinstance(array, np.ndarray) else np.float32)
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, kind: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output


def plain_onnx(model: nn.Sequential) -> Any | None:
    """Return an ONNX model that outputs every layer of `model`; None if one is not plain.

    Parameters
    ----------
    model : nn.Sequential
        It takes ``(n, 1, 28, 28)`` and gives ``(n, k)``. On the CPU.
    """
    graph, last, outputs = _Graph(), INPUT, []
    rows = layer_table(model)
    for (name, layer), row in zip(model.named_children(), rows, strict=True):
        output = OUTPUT if row is rows[-1] else name
        write = _WRITERS.get(type(layer))
        try:
            if write is None:
                raise UnknownLayerError(name)
            last = write(graph, layer, last, output)
        except UnknownLayerError:
            return None
        outputs.append(_value(last, row.size))
    made = helper.make_graph(
        graph.nodes, "main_graph", [_value(INPUT, (1, 28, 28))], outputs, graph.weights
    )
    return helper.make_model(
        made,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="lenet",
    )


def _value(name: str, size: Sequence[int]) -> Any:
    return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [BATCH, *size])


def _pair(value: int | Sequence[int]) -> list[int]:
    return [value, value] if isinstance(value, int) else [int(side) for side in value]


def _parameters(graph: _Graph, layer: nn.Module, name: str, *wanted: str) -> list[str]:
    values = {each: getattr(layer, each) for each in wanted}
    return [graph.constant(f"{name}.{each}", v) for each, v in values.items() if v is not None]


def _convolution(graph: _Graph, layer: nn.Conv2d, x: str, name: str) -> str:
    if layer.padding_mode != "zeros" or isinstance(layer.padding, str):
        raise UnknownLayerError(name)
    return graph.node(
        "Conv",
        [x, *_parameters(graph, layer, name, "weight", "bias")],
        name,
        kernel_shape=_pair(layer.kernel_size),
        strides=_pair(layer.stride),
        pads=2 * _pair(layer.padding),
        dilations=_pair(layer.dilation),
        group=layer.groups,
    )


def _dense(graph: _Graph, layer: nn.Linear, x: str, name: str) -> str:
    return graph.node(
        "Gemm", [x, *_parameters(graph, layer, name, "weight", "bias")], name, transB=1
    )


def _normalisation(graph: _Graph, layer: nn.BatchNorm1d | nn.BatchNorm2d, x: str, name: str) -> str:
    wanted = ("weight", "bias", "running_mean", "running_var")
    if any(getattr(layer, each) is None for each in wanted):
        raise UnknownLayerError(name)
    return graph.node(
        "BatchNormalization", [x, *_parameters(graph, layer, name, *wanted)], name,
        epsilon=layer.eps,
    )  # fmt: skip


def _largest(graph: _Graph, layer: nn.MaxPool2d, x: str, name: str) -> str:
    return graph.node(
        "MaxPool",
        [x],
        name,
        kernel_shape=_pair(layer.kernel_size),
        strides=_pair(layer.stride),
        pads=2 * _pair(layer.padding),
        dilations=_pair(layer.dilation),
        ceil_mode=int(layer.ceil_mode),
    )


def _mean(graph: _Graph, layer: nn.AvgPool2d, x: str, name: str) -> str:
    if layer.divisor_override is not None:
        raise UnknownLayerError(name)
    return graph.node(
        "AveragePool",
        [x],
        name,
        kernel_shape=_pair(layer.kernel_size),
        strides=_pair(layer.stride),
        pads=2 * _pair(layer.padding),
        ceil_mode=int(layer.ceil_mode),
        count_include_pad=int(layer.count_include_pad),
    )


def _padding(graph: _Graph, layer: nn.ConstantPad2d | nn.ZeroPad2d, x: str, name: str) -> str:
    left, right, top, bottom = layer.padding
    sides = np.array([0, 0, top, left, 0, 0, bottom, right], np.int64)
    inputs = [x, graph.constant(f"{name}.sides", sides)]
    return graph.node("Pad", [*inputs, graph.constant(f"{name}.value", float(layer.value))], name)


def _scale(graph: _Graph, layer: Scale, x: str, name: str) -> str:
    span = graph.constant(f"{name}.span", layer.ink - layer.paper)
    stretched = graph.node("Mul", [x, span], f"{name}.stretched")
    return graph.node("Add", [stretched, graph.constant(f"{name}.paper", layer.paper)], name)


def _leaky(graph: _Graph, layer: nn.LeakyReLU, x: str, name: str) -> str:
    return graph.node("LeakyRelu", [x], name, alpha=layer.negative_slope)


def _flat(graph: _Graph, layer: nn.Flatten, x: str, name: str) -> str:
    if (layer.start_dim, layer.end_dim) != (1, -1):
        raise UnknownLayerError(name)
    return graph.node("Flatten", [x], name, axis=1)


def _simple(kind: str) -> Callable[[_Graph, nn.Module, str, str], str]:
    return lambda graph, layer, x, name: graph.node(kind, [x], name)


_WRITERS: dict[type[nn.Module], Callable[[_Graph, Any, str, str], str]] = {
    nn.Conv2d: _convolution,
    nn.Linear: _dense,
    nn.BatchNorm1d: _normalisation,
    nn.BatchNorm2d: _normalisation,
    nn.MaxPool2d: _largest,
    nn.AvgPool2d: _mean,
    nn.ZeroPad2d: _padding,
    nn.ConstantPad2d: _padding,
    nn.LeakyReLU: _leaky,
    nn.Flatten: _flat,
    Scale: _scale,
    nn.ReLU: _simple("Relu"),
    nn.Tanh: _simple("Tanh"),
    nn.Dropout: _simple("Identity"),
}
