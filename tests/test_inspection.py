import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from lenet import figures
from lenet.datasets import Dataset, load
from lenet.datasets.dataset import pixels
from lenet.datasets.parts import load_parts
from lenet.errors import DataError, ModelError, UsageError
from lenet.evaluation import score
from lenet.experiment.exporting import to_onnx
from lenet.inspection import Inspection
from lenet.inspection.attention import PATCH, gradient, occlusion
from lenet.inspection.conditions import CONDITIONS, robustness
from lenet.inspection.embedding import pca, spread, tsne
from lenet.inspection.feature_maps import Layers, kernels
from lenet.models import MODELS, build
from lenet.reader import Classifier
from lenet.recipe import Recipe
from lenet.run import Run
from lenet.training import Trainer, as_input

DIGITS = tuple("0123456789")


@pytest.fixture(scope="module")
def test_part() -> Dataset:
    return load("uci-digits").test


@pytest.fixture(scope="module")
def found(quick_run: Run) -> Inspection:
    return Inspection(quick_run)


def in_torch(network: torch.nn.Sequential, image: np.ndarray) -> dict[str, np.ndarray]:
    """What each layer gives, asked of torch."""
    x, outputs = as_input(torch.from_numpy(image[None])), {}
    with torch.inference_mode():
        for name, layer in network.named_children():
            x = layer(x)
            outputs[name] = x[0].numpy()
    return outputs


def test_layers_give_what_the_network_in_torch_gives(found: Inspection, test_part: Dataset) -> None:
    expected = in_torch(found.network, test_part.images[3])
    outputs = found.layers.outputs(test_part.images[3])
    assert list(outputs) == list(expected)
    for name, values in expected.items():
        assert outputs[name].shape == values.shape
        np.testing.assert_allclose(outputs[name], values, atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_every_network_can_be_looked_into(name: str, test_part: Dataset) -> None:
    torch.manual_seed(1)
    network = build(
        name, 10, 0.5 if "dropout" in " ".join(dict(build(name).named_children())) else 0
    )
    exported = to_onnx(network.eval(), DIGITS)
    layers, classifier, image = (
        Layers(exported.layers),
        Classifier(exported.model),
        test_part.images[0],
    )

    outputs, expected = layers.outputs(image), in_torch(network, image)
    assert layers.names == tuple(expected)
    for layer, values in expected.items():
        np.testing.assert_allclose(outputs[layer], values, atol=1e-3, err_msg=layer)
    figures.feature_maps(outputs, DIGITS, image).canvas.draw()
    assert layers.vectors(test_part.images, layers.last_hidden).shape[0] == len(test_part)
    assert np.isfinite(occlusion(classifier, image, 3)).all()
    assert np.abs(gradient(network, image, 3)).max() > 0
    found = kernels(network, Recipe(name=name, model=name), 10)
    assert found
    for layer, (before, after) in found.items():
        figures.filters(before, after, layer).canvas.draw()


def test_one_layer_of_many_images_is_a_row_for_each(found: Inspection, test_part: Dataset) -> None:
    vectors = found.layers.vectors(test_part.images, "S4")
    assert vectors.shape == (len(test_part), 16 * 5 * 5)
    one = found.layers.outputs(test_part.images[300])["S4"]
    np.testing.assert_allclose(vectors[300], one.ravel(), atol=1e-5)
    logits = found.layers.vectors(test_part.images, "output")
    np.testing.assert_allclose(logits, found.classifier.logits(test_part.images), atol=1e-4)


def test_a_layer_that_is_not_there_is_said_with_those_that_are(found: Inspection) -> None:
    with pytest.raises(UsageError, match="no layer 'tanh9' in this network: did you mean tanh"):
        found.layers.vectors(np.zeros((1, 28, 28), np.uint8), "tanh9")


def test_what_is_no_onnx_file_has_no_layers() -> None:
    with pytest.raises(ModelError, match=r"not a layers\.onnx made by lenet"):
        Layers(b"hello")


def test_kernels_before_training_are_those_that_training_began_with(
    found: Inspection, quick_run: Run
) -> None:
    parts = load_parts(quick_run.recipe)
    began = Trainer(quick_run.recipe, parts.train, parts.validation).model.state_dict()
    ended = found.network.state_dict()
    assert list(found.kernels) == ["C1", "C3", "C5"]
    for layer, (before, after) in found.kernels.items():
        np.testing.assert_array_equal(before, began[f"{layer}.weight"])
        np.testing.assert_array_equal(after, ended[f"{layer}.weight"])
        assert (before != after).any()


def test_kernels_that_the_paper_leaves_out_are_nothing() -> None:
    found = kernels(build("lenet5-1998"), Recipe(model="lenet5-1998"), 10)
    before, _ = found["C3"]
    assert before.shape == (16, 6, 5, 5)
    assert not before[0, 3:].any()
    assert before[15].any(axis=(1, 2)).all()


def test_occlusion_is_the_probability_that_covering_costs(
    found: Inspection, test_part: Dataset
) -> None:
    image = test_part.images[0]
    answer = int(test_part.labels[0])
    lost = occlusion(found.classifier, image, answer)
    covered = image.copy()
    covered[14 - PATCH // 2 : 14 + PATCH // 2 + 1, 10 - PATCH // 2 : 10 + PATCH // 2 + 1] = 0
    whole, hidden = found.classifier.probabilities(np.stack([image, covered]))[:, answer]
    assert lost[14, 10] == pytest.approx(whole - hidden, abs=1e-6)
    assert lost.max() > 0.05
    assert lost[0, 0] == pytest.approx(0, abs=1e-6), "there is no ink in the corner"


def test_gradient_is_the_slope_of_the_answer(found: Inspection, test_part: Dataset) -> None:
    image, answer, step = test_part.images[5], 3, 1e-4
    slope = gradient(found.network, image, answer)
    exact = build("lenet5")
    exact.load_state_dict(found.network.state_dict())
    exact.double().eval()
    pixels_ = torch.from_numpy(image)[None, None].double() / 255
    for y, x in ((14, 14), (7, 20), (20, 9)):
        nudge = torch.zeros_like(pixels_)
        nudge[0, 0, y, x] = step
        with torch.inference_mode():
            rise = (exact(pixels_ + nudge) - exact(pixels_ - nudge))[0, answer].item()
        assert slope[y, x] == pytest.approx(rise / (2 * step), rel=1e-3, abs=1e-4)


def centre(image: np.ndarray) -> np.ndarray:
    y, x = np.indices(image.shape)
    return np.array([np.average(y, weights=image), np.average(x, weights=image)])


@pytest.mark.parametrize("distance", [2, 4])
def test_shifting_moves_the_ink_along_one_axis(distance: int, test_part: Dataset) -> None:
    # Away from the border, where nothing is lost.
    images = np.zeros((40, 28, 28), np.uint8)
    images[:, 10:18, 12:16] = 255
    moves = {
        tuple(np.round(centre(moved) - centre(image)).astype(int))
        for image, moved in zip(images, CONDITIONS[f"shifted {distance} px"](images), strict=True)
    }
    d = distance
    assert moves == {(d, 0), (-d, 0), (0, d), (0, -d)}


def test_rotating_turns_to_both_sides_about_the_middle() -> None:
    images = np.zeros((20, 28, 28), np.uint8)
    images[:, 4:24, 13:15] = 255
    turned = CONDITIONS["rotated 30°"](images)
    angles = []
    for image in turned:
        y, x = np.indices(image.shape) - 13.5
        weights = image / image.sum()
        xx, yy, xy = ((weights * a * b).sum() for a, b in ((x, x), (y, y), (x, y)))
        angles.append(np.degrees(np.arctan2(2 * xy, yy - xx)) / 2)
    assert {round(abs(angle)) for angle in angles} == {30}
    assert min(angles) < 0 < max(angles)


def test_conditions_change_the_picture_and_not_its_form(test_part: Dataset) -> None:
    images = test_part.images[:50]
    disturbed = {name: disturb(images) for name, disturb in CONDITIONS.items()}
    for name, found_ in disturbed.items():
        assert found_.shape == images.shape, name
        assert found_.dtype == np.uint8, name
        np.testing.assert_array_equal(
            found_, CONDITIONS[name](images), err_msg="not the same again"
        )
    np.testing.assert_array_equal(disturbed["as they are"], images)
    np.testing.assert_array_equal(disturbed["inverted"], 255 - images)
    assert disturbed["low contrast, ink at 0.3"].max() == round(0.3 * images.max())
    blurred = disturbed["blur, sigma 1.5 px"]
    assert abs(np.diff(blurred.astype(int))).max() < abs(np.diff(images.astype(int))).max() / 2
    noise = disturbed["noise, sd 0.3"].astype(float)[:, 10:18, 10:18] - images[:, 10:18, 10:18]
    assert 0.1 < noise.std() / 255 < 0.3


def test_robustness_begins_with_the_undisturbed_score_of_the_same_images(
    found: Inspection, test_part: Dataset
) -> None:
    some = robustness(found.classifier, test_part, most=100)
    assert list(some) == list(CONDITIONS)
    assert {scores.total for scores in some.values()} == {100}
    expected = score(found.classifier, test_part.subset(spread(len(test_part), 100)))
    assert some["as they are"] == expected
    assert found.robustness["as they are"] == found.scores["test"]
    assert some["inverted"].errors > some["as they are"].errors + 30


def test_pca_finds_the_two_directions_in_which_points_differ() -> None:
    rng = np.random.default_rng(0)
    plane = rng.normal(size=(200, 2)) * [10, 5]
    vectors = np.zeros((200, 6), np.float32)
    vectors[:, [1, 4]] = plane
    vectors += rng.normal(size=vectors.shape) * 0.01
    points, share = pca(vectors)
    assert share > 0.999
    for i in range(2):
        assert abs(np.corrcoef(points[:, i], plane[:, i])[0, 1]) > 0.99


def test_tsne_keeps_neighbours_together(found: Inspection) -> None:
    plane = found.neighbours
    assert plane.points.shape == (359, 2)
    assert plane.title == "t-SNE of 359 test images in layer tanh6"
    labels = found.test.labels[plane.indices]
    distances = np.linalg.norm(plane.points[:, None] - plane.points[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    nearest = labels[distances.argmin(axis=1)]
    assert (nearest == labels).mean() > 0.8


def test_two_points_are_no_cloud() -> None:
    for embed in (pca, tsne):
        with pytest.raises(DataError, match="needs three images or more, found 2"):
            embed(np.zeros((2, 5)))


def test_a_run_is_not_judged_by_data_that_changed(quick_run: Run, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(quick_run.folder, tmp_path / "run"))
    facts = json.loads((folder / "run.json").read_text())
    facts["data"]["test_digest"] = "0" * 64
    (folder / "run.json").write_text(json.dumps(facts))
    with pytest.raises(DataError, match="have changed since it was trained"):
        Inspection(Run.open(folder)).test  # noqa: B018


def test_pixels_of_mnist_are_the_numbers_everyone_divides_by(mnist_dir: Path) -> None:
    found = pixels(load("mnist", mnist_dir).train.images)
    assert round(found.mean, 4) == 0.1307
    assert round(found.deviation, 4) == 0.3081
    assert 0.80 < found.paper < 0.81
