import functools

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from lenet.errors import ModelError
from lenet.experiment.export import to_onnx
from lenet.inspection.graph import Field, Graph
from lenet.inspection.layers import Layers
from lenet.models import MODELS, build, layer_table
from lenet.run import LAYERS, Run

DIGITS = tuple("0123456789")


# Exporting takes seconds, so the quick tests look at the network with the oddest layers alone.
NETWORKS = [
    "lenet5-1998",
    *(pytest.param(name, marks=pytest.mark.slow) for name in MODELS if name != "lenet5-1998"),
]


@functools.cache
def layers_of(name: str) -> bytes:
    """The ``layers.onnx`` of an untrained network."""
    return to_onnx(build(name), DIGITS).layers


def test_every_stored_weight_is_read_as_the_package_onnx_reads_it() -> None:
    content = Run.find("lenet5").read(LAYERS)
    graph = Graph(content)
    stored = {
        tensor.name: numpy_helper.to_array(tensor)
        for tensor in onnx.load_from_string(content).graph.initializer
    }
    kernels = [part.kernels for part in graph.parts if part.kernels]
    assert kernels == ["model.C1.weight", "model.C3.weight", "model.C5.weight"]
    for name in kernels:
        assert np.array_equal(graph.weights(name), stored[name])


@pytest.mark.parametrize("name", NETWORKS)
def test_layers_have_the_names_kinds_and_weights_of_the_network(name: str) -> None:
    content = layers_of(name)
    parts = Graph(content).parts
    assert tuple(part.name for part in parts) == Layers(content).names
    for part, layer in zip(parts, layer_table(build(name)), strict=True):
        assert part.name == layer.name
        if layer.kind.startswith(("convolution", "maximum", "padding", "full")):
            assert part.kind == layer.kind
            if name != "lenet5-relu-twice-divided":  # whose biases, all 0, are left out
                assert part.parameters == layer.parameters


def test_the_kernels_of_a_partial_connection_are_zero_where_nothing_is_connected() -> None:
    graph = Graph(layers_of("lenet5-1998"))
    (c3,) = (part for part in graph.parts if part.name == "C3")
    kernels = graph.weights(c3.kernels)
    assert kernels.shape == (16, 6, 5, 5)
    assert int(kernels.any(axis=(2, 3)).sum()) == 60


@pytest.mark.parametrize("name", NETWORKS)
def test_a_pixel_of_a_map_sees_its_receptive_field_and_nothing_else(name: str) -> None:
    content = layers_of(name)
    layers = Layers(content)
    image = np.random.default_rng(0).integers(0, 256, (28, 28), np.uint8)
    before = layers.outputs(image)
    changed = image.copy()
    changed[13, 9] ^= 255
    after = layers.outputs(changed)
    for part in Graph(content).parts:
        if part.field is None:
            continue
        difference = (before[part.name] != after[part.name]).any(axis=0)
        rows, columns = (
            [
                part.field.start + part.field.step * place <= pixel
                and pixel < part.field.start + part.field.step * place + part.field.size
                for place in range(side)
            ]
            for pixel, side in zip((13, 9), difference.shape, strict=True)
        )
        seen = np.outer(rows, columns)
        assert not difference[~seen].any(), part.name
        assert difference.any(), part.name
        # A sum of squares or of tanh moves wherever a pixel of it moves; a maximum may not.
        if name in ("lenet5", "lenet5-1998"):
            assert np.array_equal(difference, seen), part.name


def test_the_receptive_fields_of_lenet5_are_those_one_calculates_by_hand() -> None:
    fields = {part.name: part.field for part in Graph(Run.find("lenet5").read(LAYERS)).parts}
    assert fields["C1"] == Field(size=5, step=1, start=-2)
    assert fields["S2"] == Field(size=6, step=2, start=-2)
    assert fields["C3"] == Field(size=14, step=2, start=-2)
    assert fields["S4"] == Field(size=16, step=4, start=-2)
    assert fields["C5"] == Field(size=32, step=4, start=-2)
    assert fields["F6"] is None


@pytest.mark.parametrize("content", [b"", b"no model at all", b"\xff" * 100])
def test_what_is_no_onnx_file_is_refused(content: bytes) -> None:
    with pytest.raises(ModelError, match=r"no layers\.onnx that lenet made"):
        Graph(content)


def test_a_file_cut_short_is_refused_wherever_it_is_cut() -> None:
    content = Run.find("lenet5").read(LAYERS)
    for end in range(1, len(content), 4_001):
        with pytest.raises(ModelError):
            _ = Graph(content[:end]).parts
