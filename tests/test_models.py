import math

import numpy as np
import onnxruntime as ort
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from lenet import datasets, recipe
from lenet.errors import UsageError
from lenet.experiment.exporting import to_onnx
from lenet.models import MODELS, PAGE_MODELS, build, layer_table
from lenet.models.lenet5_1998 import (
    C3_SEES,
    PartialConvolution,
    Subsampling,
    bitmaps,
    lenet5_1998,
    map_loss,
)
from lenet.recipe import Recipe

QUICK_TO_EXPORT = {"lenet5", "lenet5-1998"}


@pytest.mark.parametrize(
    ("name", "parameters", "multiply_adds"),
    [
        ("lenet5", 61_706, 416_520),
        ("lenet5-1998", 60_000, 326_520),
        ("lenet5-relu", 44_426, 281_640),
        ("lenet5-relu-twice-divided", 44_426, 281_640),
        ("lenet5-regularized", 44_426, 281_640),
        ("lenet-keras", 197_855, 1_029_500),
        ("cnn-batchnorm", 421_834, 4_241_152),
        ("fast", 80_250, 1_116_416),
        ("best", 325_994, 15_162_752),
        ("alexnet-small", 347_274, 10_843_136),
        ("resnet-small", 77_754, 9_345_920),
        ("reader", 399_258, 7_084_992),
    ],
)
def test_each_network_has_the_weights_and_the_cost_it_is_known_for(
    name: str, parameters: int, multiply_adds: int
) -> None:
    model = build(name)
    table = layer_table(model)
    assert sum(layer.parameters for layer in table) == parameters
    assert sum(p.numel() for p in model.parameters()) == parameters
    assert sum(layer.multiply_adds for layer in table) == multiply_adds


@pytest.mark.parametrize("name", MODELS)
def test_every_layer_has_a_row_in_words_and_the_last_one_is_the_output(name: str) -> None:
    model = build(name)
    table = layer_table(model)
    assert [layer.name for layer in table] == [layer for layer, _ in model.named_children()]
    assert (table[-1].name, table[-1].size) == ("output", (10,))
    class_names = {type(layer).__name__.lower() for layer in model} - {"flatten", "tanh"}
    assert class_names.isdisjoint(layer.kind for layer in table)


@pytest.mark.parametrize("name", sorted(MODELS.keys() - {"lenet5-1998"}))
def test_a_network_has_as_many_logits_as_there_are_classes(name: str) -> None:
    assert build(name, classes=47).eval()(torch.zeros(3, 1, 28, 28)).shape == (3, 47)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in QUICK_TO_EXPORT else pytest.mark.slow)
        for name in MODELS
    ],
)
def test_onnx_runtime_gives_the_logits_of_torch_for_any_number_of_images(name: str) -> None:
    torch.manual_seed(0)
    model = build(name)
    # A pass in training mode moves the running means of a normalisation away from 0 and 1.
    model(torch.rand(50, 1, 28, 28))
    exported = to_onnx(model.eval(), tuple("0123456789"))
    session = ort.InferenceSession(exported.model)
    for count in (1, 7):
        images = torch.rand(count, 1, 28, 28)
        with torch.inference_mode():
            expected = model(images).numpy()
        (logits,) = session.run(None, {"images": images.numpy()})
        np.testing.assert_allclose(logits, expected, rtol=1e-5, atol=1e-5)


def test_an_unknown_network_gets_the_nearest_name() -> None:
    with pytest.raises(UsageError, match=r"^no model 'lenet-5': did you mean lenet5"):
        build("lenet-5")


def test_dropout_for_a_network_without_dropout_layers_is_refused() -> None:
    with pytest.raises(
        UsageError,
        match=r"^model lenet5-relu has no dropout layers, found dropout = 0.5: set it to 0$",
    ):
        build("lenet5-relu", dropout=0.5)


@pytest.mark.parametrize(
    ("name", "layers"),
    [("lenet-keras", 1), ("lenet5-regularized", 2), ("best", 3), ("alexnet-small", 2)],
)
def test_the_dropout_asked_for_is_in_every_dropout_layer(name: str, layers: int) -> None:
    found = [layer.p for layer in build(name, dropout=0.25) if isinstance(layer, nn.Dropout)]
    assert found == [0.25] * layers


# The network of the paper.


def test_lenet5_1998_has_the_weights_of_the_paper_layer_by_layer() -> None:
    weights = {layer.name: layer.parameters for layer in layer_table(lenet5_1998())}
    named = {name: weights[name] for name in ("C1", "S2", "C3", "S4", "C5", "F6")}
    assert named == {"C1": 156, "S2": 12, "C3": 1_516, "S4": 32, "C5": 48_120, "F6": 10_164}
    assert sum(weights.values()) == 60_000


def test_table_one_has_60_connections_ten_from_each_map_of_s2() -> None:
    assert [len(sources) for sources in C3_SEES] == [3] * 6 + [4] * 9 + [6]
    assert len(set(C3_SEES)) == 16
    feeds = [sum(source in sources for sources in C3_SEES) for source in range(6)]
    assert feeds == [10] * 6
    contiguous = {
        tuple(sorted((first + i) % 6 for i in range(n))) for n in (3, 4) for first in range(6)
    }
    assert set(C3_SEES[:12]) == contiguous
    assert contiguous.isdisjoint(C3_SEES[12:])


def test_an_absent_connection_carries_nothing_and_is_never_learnt() -> None:
    torch.manual_seed(0)
    layer = PartialConvolution(C3_SEES, inputs=6, kernel_size=5)
    images = torch.rand(4, 6, 14, 14)
    optimizer = torch.optim.AdamW(layer.parameters(), 0.1, weight_decay=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        layer(images).square().sum().backward()
        optimizer.step()
    for out, sources in enumerate(C3_SEES):
        alone = F.conv2d(
            images[:, list(sources)],
            layer.weight[out : out + 1, list(sources)],
            layer.bias[out : out + 1],
        )
        torch.testing.assert_close(layer(images)[:, out : out + 1], alone)
        absent = [source for source in range(6) if source not in sources]
        assert layer.weight[out, absent].count_nonzero() == 0
    assert layer.weight.count_nonzero() == 1_500


def test_paper_and_ink_are_those_of_1998_to_the_edge_of_the_padding() -> None:
    image = torch.zeros(1, 1, 28, 28)
    image[0, 0, 14, 14] = 1
    seen = lenet5_1998()[:2](image)[0, 0]
    assert seen.shape == (32, 32)
    assert seen[16, 16].item() == pytest.approx(1.175)
    seen[16, 16] = -0.1
    torch.testing.assert_close(seen, torch.full((32, 32), -0.1))


def test_initial_weights_are_spread_over_2_4_by_the_fan_in() -> None:
    torch.manual_seed(0)
    model = lenet5_1998()
    fan_ins = {"C1": 25, "S2": 4, "S4": 4, "C5": 400, "F6": 120}
    for name, fan_in in fan_ins.items():
        for weights in model.get_submodule(name).parameters():
            assert weights.abs().max() <= 2.4 / fan_in
    assert model.get_parameter("F6.weight").abs().max() > 0.99 * 2.4 / 120
    c3 = model.get_submodule("C3")
    assert isinstance(c3, PartialConvolution)
    for out, sources in enumerate(C3_SEES):
        largest = c3.weight[out].abs().max().item()
        assert 0.9 < largest / (2.4 / (25 * len(sources))) <= 1


def test_subsampling_is_a_sum_of_four_times_a_coefficient_plus_a_bias() -> None:
    layer = Subsampling(6)
    with torch.no_grad():
        layer.coefficient.fill_(0.5)
        layer.bias.fill_(3.0)
        squares = layer(torch.arange(16.0).view(1, 1, 4, 4).expand(1, 6, 4, 4))
    assert squares[0, 5].tolist() == [[0.5 * 10 + 3, 0.5 * 18 + 3], [0.5 * 42 + 3, 0.5 * 50 + 3]]


def test_an_answer_that_is_a_bitmap_is_at_no_distance_from_its_class_alone() -> None:
    codes = bitmaps().flatten(1)
    assert codes.shape == (10, 84)
    assert set(codes.flatten().tolist()) == {-1.0, 1.0}
    logits = lenet5_1998()[-1](codes)
    assert logits.diagonal().tolist() == [0.0] * 10
    # Two different pixels are 2 apart, so a squared distance is 4 for each.
    different = (codes[:, None] != codes).sum(2)
    torch.testing.assert_close(logits, -4.0 * different)
    assert different[~torch.eye(10, dtype=torch.bool)].min() == 12


def test_lenet5_1998_knows_no_classes_but_the_ten_digits() -> None:
    with pytest.raises(
        UsageError, match=r"bitmaps of the ten digits, found 26 classes: use lenet5"
    ):
        build("lenet5-1998", classes=26)


def test_the_map_loss_is_equation_nine() -> None:
    distances = [[3.0, 0.5, 7.0], [0.2, 4.0, 0.3]]
    labels = [1, 2]
    expected = sum(
        y[d] + math.log(math.exp(-0.1) + sum(math.exp(-other) for other in y))
        for y, d in zip(distances, labels, strict=True)
    )
    found = map_loss(-torch.tensor(distances), torch.tensor(labels))
    assert found.item() == pytest.approx(expected / 2)


def test_lenet5_1998_learns_the_embedded_digits_from_equation_nine() -> None:
    splits = datasets.load("uci-digits")
    images = torch.from_numpy(splits.train.images)[:, None] / 255
    labels = torch.from_numpy(splits.train.labels)
    torch.manual_seed(0)
    model = lenet5_1998()
    optimizer = torch.optim.AdamW(model.parameters(), 5e-3)
    losses = []
    for _ in range(5):
        for batch in torch.randperm(len(labels)).split(32):
            optimizer.zero_grad()
            loss = map_loss(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    assert losses[-1] < losses[0] / 5
    assert (model(images).argmax(1) == labels).float().mean() > 0.95


# The recipes that come with the program.


@pytest.mark.parametrize("name", recipe.builtin_names())
def test_every_recipe_names_its_source_and_a_network_that_builds(name: str) -> None:
    chosen = Recipe.load(name)
    assert chosen.about
    assert chosen.name == name
    side, expected = (32, (2, 20, 8, 8)) if chosen.finds else (28, (2, 10))
    network = build(chosen.model, dropout=chosen.dropout)
    assert network(torch.zeros(2, 1, side, side)).shape == expected


@pytest.mark.parametrize("name", MODELS | PAGE_MODELS)
def test_every_network_has_a_recipe_of_its_name(name: str) -> None:
    assert Recipe.load(name).model == name
