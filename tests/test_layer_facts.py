"""What `layers.json` says of a network is what the network does."""

import functools
import json

import numpy as np
import pytest
import torch

from lenet.errors import ModelError
from lenet.experiment.exporting import Exported, to_onnx
from lenet.inspection.feature_maps import Layers, read_facts, stored_kernels
from lenet.models import MODELS, build, layer_table
from lenet.models.layers import layer_facts
from lenet.models.lenet5_1998 import PartialConvolution
from lenet.run import LAYER_FACTS, WEIGHTS, KernelNames, LayerFacts, Receptive, Run
from lenet.storage import read_arrays

DIGITS = tuple("0123456789")


# Exporting takes seconds, so the quick tests look at the network with the oddest layers alone.
NETWORKS = [
    "lenet5-1998",
    *(pytest.param(name, marks=pytest.mark.slow) for name in MODELS if name != "lenet5-1998"),
]


@functools.cache
def exported(name: str) -> Exported:
    """An untrained network."""
    return to_onnx(build(name), DIGITS)


def facts_of(name: str) -> dict[str, LayerFacts]:
    return {layer.name: layer for layer in read_facts(exported(name).facts)}


@pytest.mark.parametrize("name", NETWORKS)
def test_layers_json_describes_the_outputs_of_layers_onnx(name: str) -> None:
    outputs = Layers(exported(name).layers).outputs(np.zeros((28, 28), np.uint8))
    facts = facts_of(name)
    assert list(facts) == list(outputs)
    for layer, values in outputs.items():
        assert tuple(facts[layer].shape) == values.shape


@pytest.mark.parametrize("name", NETWORKS)
def test_layers_json_agrees_with_the_shape_table(name: str) -> None:
    for row, facts in zip(layer_table(build(name)), facts_of(name).values(), strict=True):
        assert (facts.name, facts.family, facts.kind) == (row.name, row.family, row.kind)
        assert (tuple(facts.shape), facts.parameters) == (row.size, row.parameters)


@pytest.mark.parametrize("name", ["lenet5", "reader"])
def test_shipped_kernels_are_those_of_the_network_in_torch(name: str) -> None:
    from lenet import experiment

    run, network = Run.find(name), experiment.load(name)
    arrays, _ = read_arrays(run.folder / WEIGHTS)
    convolutions = {
        layer: module
        for layer, module in network.named_children()
        if isinstance(module, torch.nn.Conv2d)
    }
    facts = {layer.name: layer for layer in read_facts(run.read(LAYER_FACTS))}
    assert [layer for layer, each in facts.items() if each.kernels] == list(convolutions)
    for layer, module in convolutions.items():
        names = facts[layer].kernels
        assert names is not None
        kernels, biases = stored_kernels(names, arrays)
        assert np.array_equal(kernels, module.weight.detach().numpy())
        expected = () if module.bias is None else module.bias.detach().numpy()
        assert np.array_equal(biases, expected)


@pytest.mark.parametrize("name", ["lenet5", "reader"])
def test_shipped_layers_json_is_what_the_network_says_of_itself(name: str) -> None:
    from lenet import experiment

    facts = read_facts(Run.find(name).read(LAYER_FACTS))
    assert facts == layer_facts(experiment.load(name))


def test_kernels_between_unconnected_maps_are_zero() -> None:
    torch.manual_seed(0)
    network = build("lenet5-1998")
    arrays = {name: value.numpy() for name, value in network.state_dict().items()}
    names = facts_of("lenet5-1998")["C3"].kernels
    assert names is not None
    kernels, biases = stored_kernels(names, arrays)
    assert kernels.shape == (16, 6, 5, 5)
    assert int(kernels.any(axis=(2, 3)).sum()) == 60
    convolution = network.get_submodule("C3")
    assert isinstance(convolution, PartialConvolution)
    assert np.array_equal(kernels, convolution.weight.detach().numpy())
    assert np.array_equal(biases, arrays["C3.bias"])


@pytest.mark.parametrize("name", NETWORKS)
def test_a_pixel_of_a_map_sees_its_receptive_field_and_nothing_else(name: str) -> None:
    layers = Layers(exported(name).layers)
    image = np.random.default_rng(0).integers(0, 256, (28, 28), np.uint8)
    before = layers.outputs(image)
    changed = image.copy()
    changed[13, 9] ^= 255
    after = layers.outputs(changed)
    for layer, facts in facts_of(name).items():
        field = facts.receptive
        if field is None:
            assert len(facts.shape) == 1
            continue
        difference = (before[layer] != after[layer]).any(axis=0)
        rows, columns = (
            [
                field.start + field.step * index <= pixel
                and pixel < field.start + field.step * index + field.size
                for index in range(side)
            ]
            for pixel, side in zip((13, 9), difference.shape, strict=True)
        )
        seen = np.outer(rows, columns)
        assert not difference[~seen].any(), layer
        assert difference.any(), layer
        # A sum of squares or of tanh moves wherever a pixel of it moves; a maximum may not.
        if name in ("lenet5", "lenet5-1998"):
            assert np.array_equal(difference, seen), layer


def test_the_receptive_fields_of_lenet5_are_those_one_calculates_by_hand() -> None:
    facts = read_facts(Run.find("lenet5").read(LAYER_FACTS))
    fields = {layer.name: layer.receptive for layer in facts}
    assert fields["C1"] == Receptive(size=5, step=1, start=-2)
    assert fields["S2"] == Receptive(size=6, step=2, start=-2)
    assert fields["C3"] == Receptive(size=14, step=2, start=-2)
    assert fields["S4"] == Receptive(size=16, step=4, start=-2)
    assert fields["C5"] == Receptive(size=32, step=4, start=-2)
    assert fields["F6"] is None


def test_layers_of_the_paper_are_of_the_family_they_belong_to() -> None:
    families = {name: layer.family for name, layer in facts_of("lenet5-1998").items()}
    assert families == {
        "input": "scale",
        "pad": "padding",
        **dict.fromkeys(("C1", "C3", "C5"), "convolution"),
        **dict.fromkeys(("S2", "S4"), "subsampling"),
        **{f"squash{number}": "activation" for number in range(1, 7)},
        "flat": "flatten",
        "F6": "dense",
        "output": "distance",
    }


def test_a_layer_that_does_not_say_what_it_is_is_refused() -> None:
    network = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.Hardswish())
    with pytest.raises(TypeError, match=r"Hardswish does not say .* give it a `family`"):
        layer_table(network)


@pytest.mark.parametrize("content", [b"", b"[{}]", b'{"layers": []}', b"\xff" * 100])
def test_a_file_that_is_not_a_layers_json_is_refused(content: bytes) -> None:
    with pytest.raises(ModelError, match=r"not a layers\.json .* `lenet export RUN`"):
        read_facts(content)


def test_an_unknown_family_is_refused() -> None:
    layers = json.loads(Run.find("lenet5").read(LAYER_FACTS))
    layers[0]["family"] = "magic"
    with pytest.raises(ModelError, match=r"not a layers\.json"):
        read_facts(json.dumps(layers).encode())


@pytest.mark.parametrize(
    "names",
    [KernelNames(weights="C9.weight"), KernelNames(weights="C1.weight", connections=[[0], [0, 1]])],
)
def test_kernels_of_another_network_are_refused(names: KernelNames) -> None:
    arrays, _ = read_arrays(Run.find("lenet5").folder / WEIGHTS)
    with pytest.raises(ModelError, match=r"but model\.safetensors has none"):
        stored_kernels(names, arrays)
