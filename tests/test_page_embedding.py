"""An image among test images: what a run keeps of them, and the page's arithmetic in Node."""

import base64
import io
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from lenet import datasets
from lenet.datasets import Dataset
from lenet.inspection.feature_maps import Layers
from lenet.inspection.kept_embedding import MOST_IMAGES, embedding_of
from lenet.inspection.operations import operations
from lenet.models import build
from lenet.models.layers import layer_facts
from lenet.run import EMBEDDING, LAYERS, Run, shipped_readers
from lenet.server.models import load_models
from lenet.server.networks import network_of, steps_of

PROGRAM = Path(__file__).parent / "page_embedding.mjs"
NODE = shutil.which("node")
NEAREST = 5

needs_node = pytest.mark.skipif(NODE is None, reason="Node is not here")


def kept_by(run: Run) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(run.read(EMBEDDING))
    return kept


def array(text: str, kind: str, columns: int) -> NDArray[Any]:
    return np.frombuffer(base64.b64decode(text), kind).reshape(-1, columns)


def points_of(kept: dict[str, Any]) -> NDArray[np.float64]:
    return array(kept["points"], "<i2", len(kept["shares"])) * float(kept["step"])


def placed(kept: dict[str, Any], vectors: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the points of vectors, as the file says."""
    mean = array(kept["mean"], "<f4", kept["size"])
    directions = array(kept["directions"], "<f4", kept["size"])
    points: NDArray[np.float64] = (vectors.astype(float) - mean) @ directions.T
    return points


def images_in(kept: dict[str, Any]) -> NDArray[np.uint8]:
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(kept["images"]))).convert("L"))
    rows = picture.reshape(-1, 28, kept["columns"], 28).swapaxes(1, 2).reshape(-1, 28, 28)
    return rows[: len(kept["labels"])]


def test_a_run_keeps_its_test_images_by_their_last_hidden_layer(quick_run: Run) -> None:
    kept = kept_by(quick_run)
    test = datasets.load("uci-digits").test
    assert kept["labels"] == test.labels.tolist()
    assert np.abs(images_in(kept).astype(int) - test.images).max() <= 255 / 15 / 2 + 1
    layers = Layers(quick_run.read(LAYERS))
    expected = placed(kept, layers.vectors(test.images, "tanh6"))
    assert np.abs(expected - points_of(kept)).max() <= kept["step"]
    directions = array(kept["directions"], "<f4", kept["size"])
    assert np.abs(directions @ directions.T - np.eye(len(directions))).max() < 1e-5
    assert (directions.max(axis=1) > -directions.min(axis=1)).all()  # which way is up is settled
    assert kept["shares"] == sorted(kept["shares"], reverse=True)
    variances = expected.var(axis=0) / layers.vectors(test.images, "tanh6").var(axis=0).sum()
    assert np.abs(variances - kept["shares"]).max() < 1e-3


@pytest.mark.parametrize("name", shipped_readers())
def test_shipped_models_keep_a_thousand_digits_of_mnist(name: str, mnist_dir: Path) -> None:
    run = Run.find(name)
    kept = kept_by(run)
    assert "CC BY-SA 3.0" in kept["licence"]
    assert len(kept["labels"]) == MOST_IMAGES
    today = embedding_of(Layers(run.read(LAYERS)), datasets.load("mnist", mnist_dir).test)
    assert today
    assert today["labels"] == kept["labels"]
    assert np.array_equal(images_in(today), images_in(kept))
    assert np.abs(points_of(today) - points_of(kept)).max() < 1e-3


def test_corrections_and_test_sets_of_a_few_images_are_not_kept(quick_run: Run) -> None:
    test = datasets.load("uci-digits").test
    layers = Layers(quick_run.read(LAYERS))
    hidden = np.arange(len(test)) % 2 == 1
    kept = embedding_of(layers, test, hidden)
    assert kept
    assert kept["labels"] == test.labels[::2].tolist()
    assert embedding_of(layers, test, np.arange(len(test)) >= 9) is None
    equal = Dataset("equal", test.images[:1].repeat(12, axis=0), test.labels[:1].repeat(12),
                    test.classes)  # fmt: skip
    alike = embedding_of(layers, equal)
    assert alike
    assert not points_of(alike).any()


def ask_node(folder: Path, **question: Any) -> list[dict[str, Any]]:
    asked = folder / "asked.json"
    asked.write_text(json.dumps(question))
    assert NODE
    done = subprocess.run([NODE, PROGRAM, asked], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


@needs_node
@pytest.mark.parametrize("model", shipped_readers())
def test_the_page_puts_a_digit_where_python_does(
    tmp_path: Path, mnist_images: NDArray[np.uint8], model: str
) -> None:
    images = mnist_images[7::200]
    (served,) = load_models([model]).values()
    kept = kept_by(served.run)
    packed = base64.b64encode(images.tobytes()).decode()
    found = ask_node(
        tmp_path, plan=network_of(served), images=packed, embedding=kept, count=NEAREST
    )
    expected = placed(kept, served.layers.vectors(images, served.layers.last_hidden))
    ours = np.array([each["point"] for each in found])
    assert np.abs(ours - expected).max() < 1e-4 * np.abs(expected).max()
    far = np.linalg.norm(points_of(kept)[None] - expected[:, None], axis=2)
    chosen = np.take_along_axis(far, np.array([each["nearest"] for each in found]), axis=1)
    assert np.abs(chosen - np.sort(far, axis=1)[:, :NEAREST]).max() < 1e-4 * far.max()
    # What is near to a digit is, nearly always, the same digit.
    labels = np.array(kept["labels"])[[each["nearest"][0] for each in found]]
    answers = served.reader.classifier.judge(served.reader.classifier.logits(images)).answers
    assert (labels == answers).mean() > 0.9


@needs_node
@pytest.mark.parametrize("name", ["lenet5", "lenet5-1998"])
def test_what_decides_between_two_classes_adds_up_to_the_lead(tmp_path: Path, name: str) -> None:
    torch.manual_seed(1)
    network = build(name).eval()
    arrays = {key: value.numpy() for key, value in network.state_dict().items()}
    steps = steps_of(operations(layer_facts(network), arrays))
    images = np.random.default_rng(0).integers(0, 256, (3, 28, 28), np.uint8)
    plan = {"layers": steps, "temperature": 1, "rejection": None}
    packed = base64.b64encode(images.tobytes()).decode()
    for each in ask_node(tmp_path, plan=plan, images=packed, embedding=None, count=0):
        assert len(each["products"]) == 84
        assert sum(each["products"]) + each["bias"] == pytest.approx(each["total"])
        assert each["total"] == pytest.approx(each["lead"], abs=1e-3)
        sizes = [abs(product) for product in each["products"]]
        assert sizes == sorted(sizes, reverse=True)
