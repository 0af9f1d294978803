"""The page's own arithmetic, in Node, against torch and ONNX Runtime."""

import base64
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

from lenet.errors import ModelError
from lenet.inspection.operations import Operation, operations
from lenet.models import MODELS, build
from lenet.models.layers import layer_facts, layer_table
from lenet.reader import DEFAULT_MODEL
from lenet.server.models import load_models
from lenet.server.networks import network_of, steps_of
from parity import TOLERANCE, assert_as_in_python, needs_node, packed, run_in_node


def unsettled(name: str) -> nn.Sequential:
    """Return a fresh network whose normalisations have seen something."""
    torch.manual_seed(1)
    network = build(name).eval()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d) and module.running_mean is not None:
            module.running_mean.uniform_(-0.5, 0.5)
            assert module.running_var is not None
            module.running_var.uniform_(0.5, 2)
    return network


def operations_of(network: nn.Sequential) -> list[Operation]:
    arrays = {name: value.numpy() for name, value in network.state_dict().items()}
    return operations(layer_facts(network), arrays)


@pytest.mark.parametrize("name", MODELS)
def test_multiply_adds_are_counted_as_in_torch(name: str) -> None:
    network = build(name).eval()
    ours = {each.name: each.multiply_adds for each in operations_of(network)}
    assert ours == {layer.name: layer.multiply_adds for layer in layer_table(network)}


@needs_node
def test_every_layer_of_every_architecture_is_as_in_torch(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (2, 28, 28), np.uint8)
    networks = [unsettled(name) for name in MODELS]
    plans = [
        {"layers": steps_of(operations_of(network)), "temperature": 1, "rejection": None}
        for network in networks
    ]
    found = run_in_node(tmp_path, plans, images=packed(images), everything=True)
    for name, network, answers in zip(MODELS, networks, found, strict=True):
        values = torch.from_numpy(images / np.float32(255))[:, None]
        for index, (layer, module) in enumerate(network.named_children()):
            with torch.inference_mode():
                values = module(values)
            expected = values.numpy().reshape(2, -1)
            ours = [
                np.frombuffer(base64.b64decode(answer["layers"][index]), "<f4")
                for answer in answers
            ]
            off = np.abs(ours - expected).max() / max(1.0, np.abs(expected).max())
            assert off < TOLERANCE, f"{name}, layer {layer}: {off:.1e}"


def test_a_layer_of_another_kind_is_refused_in_one_line() -> None:
    network = build("lenet5")
    network.tanh1 = nn.GELU()
    network.tanh1.family, network.tanh1.kind = "activation", "GELU"  # type: ignore[assignment]
    with pytest.raises(
        ModelError, match=r"^the page cannot compute layer tanh1, GELU: name a "
    ) as e:
        operations_of(network)
    assert "\n" not in str(e.value)


@needs_node
@pytest.mark.parametrize("model", ["lenet5", DEFAULT_MODEL])
@pytest.mark.parametrize("count", [500, pytest.param(10_000, marks=pytest.mark.slow)])
def test_test_digits_are_answered_as_in_python(
    tmp_path: Path, mnist_images: NDArray[np.uint8], model: str, count: int
) -> None:
    images = mnist_images[:: len(mnist_images) // count]
    (served,) = load_models([model]).values()
    (found,) = run_in_node(tmp_path, [network_of(served)], images=packed(images))
    assert_as_in_python(found, served.reader.classifier, images)
