"""An ONNX file of ours taken apart: its operations, and the arrays stored with them.

ONNX Runtime tells neither, and the package ``onnx`` belongs to training. The format is a protocol
buffer, of which only what `lenet.experiment.export` writes is read here: onnx/onnx.proto of
https://github.com/onnx/onnx names the fields.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet.errors import ModelError

# Of onnx.proto: the numbers of the fields that are read, by the message they are in.
_MODEL = {7: "graph"}
_GRAPH = {1: "nodes", 5: "initializers", 12: "outputs"}
_NODE = {1: "inputs", 2: "outputs", 4: "op", 5: "attributes"}
_ATTRIBUTE = {1: "name", 3: "ints", 8: "ints"}
_TENSOR = {1: "shape", 2: "dtype", 8: "name", 9: "bytes"}
_VALUE = {1: "name"}
_DTYPES: dict[int, np.dtype[Any]] = {1: np.dtype("<f4"), 7: np.dtype("<i8")}


@dataclass(frozen=True)
class Node:
    """One operation: what it is called in ONNX, and the names of what it takes and gives."""

    op: str
    inputs: list[str]
    outputs: list[str]
    attributes: dict[str, list[int]]

    def side(self, name: str, default: int) -> int:
        """Return the first number of an attribute: all ours are the same up and across."""
        return self.attributes.get(name, [default])[0]


@dataclass(frozen=True)
class OnnxFile:
    """What is in a file.

    Attributes
    ----------
    nodes : list of Node
        In the order in which they are computed.
    stored : dict of str to ndarray
        Arrays by name, float32 or int64.
    outputs : list of str
        Names of what the network gives.
    """

    nodes: list[Node]
    stored: dict[str, NDArray[Any]]
    outputs: list[str]


def read_onnx(model: bytes) -> OnnxFile:
    """Take a file apart that `lenet.experiment.export` made.

    Raises
    ------
    ModelError
        It is no such file.
    """
    try:
        found = _fields(_fields(model, _MODEL)["graph"][0], _GRAPH)
        return OnnxFile(
            [_node(each) for each in found["nodes"]],
            dict(_tensor(each) for each in found["initializers"]),
            [_text(_fields(each, _VALUE)["name"][0]) for each in found["outputs"]],
        )
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        raise ModelError(
            "the file is no layers.onnx that lenet made: train again to get one"
        ) from None


def _fields(message: bytes, names: dict[int, str]) -> dict[str, list[Any]]:
    """Return the values of the fields of a protocol buffer, ints or bytes, by their `names`."""
    found: dict[str, list[Any]] = {name: [] for name in names.values()}
    place = 0
    while place < len(message):
        tag, place = _varint(message, place)
        match tag & 7:
            case 0:
                value: int | bytes
                value, place = _varint(message, place)
            case 1 | 2 | 5 as kind:
                size = {1: 8, 5: 4}.get(kind, 0)
                if kind == 2:
                    size, place = _varint(message, place)
                if place + size > len(message):
                    raise ValueError("cut short")
                value, place = message[place : place + size], place + size
            case _:
                raise ValueError("no protocol buffer")
        if tag >> 3 in names:
            found[names[tag >> 3]].append(value)
    return found


def _varint(message: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[place]
        place += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, place
        shift += 7


def _node(message: bytes) -> Node:
    found = _fields(message, _NODE)
    attributes = (_fields(each, _ATTRIBUTE) for each in found["attributes"])
    return Node(
        _text(found["op"][0]),
        [_text(name) for name in found["inputs"]],
        [_text(name) for name in found["outputs"]],
        {_text(each["name"][0]): _ints(each["ints"]) for each in attributes},
    )


def _tensor(message: bytes) -> tuple[str, NDArray[Any]]:
    found = _fields(message, _TENSOR)
    array: NDArray[Any] = np.frombuffer(b"".join(found["bytes"]), _DTYPES[found["dtype"][0]])
    return _text(found["name"][0]), array.reshape(_ints(found["shape"]))


def _ints(values: list[Any]) -> list[int]:
    """Return repeated numbers, whether they are packed or come one by one."""
    numbers = []
    for value in values:
        if isinstance(value, int):
            numbers.append(value)
            continue
        place = 0
        while place < len(value):
            number, place = _varint(value, place)
            numbers.append(number)
    return numbers


def _text(value: bytes) -> str:
    return value.decode()
