"""Figures are complete, legible and within their canvas, also for unusual input."""

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from lenet import datasets, figures
from lenet.datasets import Dataset, Splits
from lenet.inspection.data_check import Finding
from lenet.metrics import MNIST_CORRECTED, evaluate, roc_curves
from lenet.models import build, layer_table

DIGITS = tuple("0123456789")
LETTERS = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
CLOTHES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
    "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip


class Answers:
    """Random images with labels and mostly correct answers."""

    def __init__(self, classes: tuple[str, ...], n: int = 600, missing: int | None = None) -> None:
        rng = np.random.default_rng(0)
        k = len(classes)
        self.classes = classes
        self.images = rng.integers(0, 256, (n, 28, 28), np.uint8)
        self.labels = np.resize([c for c in range(k) if c != missing], n).astype(np.int64)
        logits = rng.normal(size=(n, k)) + 4 * np.eye(k)[self.labels]
        self.probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        self.scores = evaluate(self.probabilities, self.labels, classes)


def history(epochs: int, *, validated: bool = True, last_errors: int = 30) -> list[dict[str, Any]]:
    return [
        {
            "epoch": e,
            "learning_rate": 0.001 * (epochs - e),
            "loss": 0.5 / e,
            "errors": last_errors if e == epochs else 900 // e,
            "images": 9_000,
            "validation_loss": 0.1 + 0.01 * abs(e - 3) if validated else None,
            "validation_errors": 20 + e if validated else None,
            "validation_images": 1_000 if validated else 0,
        }
        for e in range(1, epochs + 1)
    ]


def layers_of_a_small_network(k: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    shapes = {"conv1": (40, 24, 24), "pool1": (40, 12, 12), "conv2": (120, 1, 1), "flat": (3_000,)}
    return {name: rng.normal(size=shape) for name, shape in {**shapes, "output": (k,)}.items()}


def all_figures(answers: Answers) -> dict[str, Callable[[], Figure]]:
    """All figures by name, for the same answers."""
    images, labels, classes = answers.images, answers.labels, answers.classes
    scores, probabilities, k = answers.scores, answers.probabilities, len(answers.classes)
    rng = np.random.default_rng(1)
    before, after = rng.normal(size=(2, 32, 20, 3, 3))
    map_, points = rng.normal(size=(28, 28)), rng.normal(size=(len(labels), 2))
    picture = rng.integers(0, 256, (50, 90, 3), np.uint8)
    names = [f"model number {i}" for i in range(12)]
    rates = np.geomspace(0.003, 0.1, 12)
    limits = [(rate * 0.8, rate * 1.2) for rate in rates]
    return {
        "samples": lambda: figures.samples(images, labels, classes),
        "class_distribution": lambda: figures.class_distribution(
            {"training": labels, "test": labels[:50]}, classes
        ),
        "mean_images": lambda: figures.mean_images(images, labels, classes),
        "training_curves": lambda: figures.training_curves(history(5)),
        "confusion": lambda: figures.confusion(scores),
        "roc": lambda: figures.roc(scores, roc_curves(probabilities, labels)),
        "score_table": lambda: figures.score_table(scores),
        "reliability": lambda: figures.reliability(scores),
        "mistakes": lambda: figures.mistakes(images, labels, probabilities, classes),
        "filters": lambda: figures.filters(before, after, "conv2"),
        "feature_maps": lambda: figures.feature_maps(
            layers_of_a_small_network(k), classes, images[0], picture
        ),
        "architecture": lambda: figures.architecture(layer_table(build("lenet5", k)), "lenet5"),
        "attention": lambda: figures.attention(images[0], map_, -map_, classes[0], picture),
        "embedding": lambda: figures.embedding(points, labels, classes, "PCA"),
        "error_against_cost": lambda: figures.error_against_cost(
            names, list(rates), limits, list(1e5 / rates), "multiply-adds for an image"
        ),
        "findings": lambda: figures.findings(
            [
                Finding("data", "train", i, classes[labels[i]], classes[-1], 0.9, "label", "")
                for i in range(9)
            ],
            Splits(
                Dataset("data", images, labels, classes), Dataset("data", images, labels, classes)
            ),
            "likely label errors",
        ),
        "finder_levels": lambda: figures.finder_levels(
            picture,
            np.array([[10, 10, 20, 30]], np.float32),
            [
                (map_.astype(np.float32), *rng.random((3, 7, 7)).astype(np.float32))
                for _ in range(3)
            ],
        ),
        "robustness": lambda: figures.robustness({"as it is": scores, "inverted": scores}),
    }


NAMES = list(all_figures(Answers(DIGITS)))


@pytest.fixture(scope="module")
def digits() -> Answers:
    return Answers(DIGITS)


def texts(figure: Figure) -> str:
    return "\n".join(text.get_text() for text in figure.findobj(Text) if isinstance(text, Text))


def drawn(figure: Figure) -> Figure:
    figure.savefig(io.BytesIO(), format="png")
    return figure


def test_every_public_figure_is_tested_here() -> None:
    assert sorted(NAMES) == sorted(figures.__all__)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "answers",
    [Answers(LETTERS, missing=25), Answers(CLOTHES)],
    ids=["many classes, one missing", "long names"],
)
def test_figures_are_legible_and_fit_the_canvas(name: str, answers: Answers) -> None:
    figure = drawn(all_figures(answers)[name]())
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        assert float(text.get_fontsize()) >= 9 or not text.get_text(), text
    everything = figure.get_tightbbox()
    assert everything.x0 >= -0.02
    assert everything.y0 >= -0.02
    assert everything.x1 <= figure.get_figwidth() + 0.02
    assert everything.y1 <= figure.get_figheight() + 0.02
    titles = [
        axes._left_title.get_window_extent()  # type: ignore[attr-defined]
        for axes in figure.axes
        if axes.get_title("left")
    ]
    assert not any(a.overlaps(b) for i, a in enumerate(titles) for b in titles[:i])


def test_dollar_signs_in_names_are_not_parsed_as_mathematics() -> None:
    money = Answers(("US$", "A$", "€"))
    figure = drawn(figures.mistakes(money.images, money.labels, money.probabilities, money.classes))
    assert not any(text.get_parse_math() for text in figure.axes[0].texts)


def test_figures_need_no_display_and_no_pyplot() -> None:
    code = (
        "import sys; from lenet import figures; import numpy as np;"
        "figures.filters(*np.ones((2, 6, 1, 5, 5)), 'C1').savefig(sys.stdout.buffer, format='svg');"
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert result.returncode == 0, result.stderr
    assert b"<svg" in result.stdout


def test_drawing_does_not_change_matplotlibs_settings(digits: Answers) -> None:
    before = dict(mpl.rcParams)
    with mpl.rc_context({"font.size": 30}):
        figure = figures.score_table(digits.scores)
        assert mpl.rcParams["font.size"] == 30
    assert max(text.get_fontsize() for text in figure.axes[0].texts) == 10
    assert dict(mpl.rcParams) == before


def test_samples_show_each_class_in_its_own_row(digits: Answers) -> None:
    figure = figures.samples(digits.images, digits.labels, DIGITS, each=3)
    sheet = figure.axes[0].images[0].get_array()
    assert sheet is not None
    for c in range(10):
        own = digits.images[digits.labels == c]
        for i in range(3):
            assert np.array_equal(sheet[30 * c : 30 * c + 28, 30 * i : 30 * i + 28], own[i])


def test_the_distribution_counts_each_class() -> None:
    labels = np.repeat([0, 1, 2], [1_234, 0, 56])
    text = texts(figures.class_distribution({"training": labels}, ("a", "b", "c")))
    assert "training: 1,290 images" in text
    for count in ("1,234", "0", "56"):
        assert count in text.split("\n")


def test_mean_images_state_the_known_statistics_of_mnist(mnist_dir: Path) -> None:
    train = datasets.load("mnist", mnist_dir).train
    text = texts(figures.mean_images(train.images, train.labels, train.classes))
    assert "mean 0.1307, standard deviation 0.3081" in text
    assert "80.9 % pure paper" in text


def test_training_curves_mark_the_epoch_with_the_lowest_validation_loss() -> None:
    figure = figures.training_curves(history(5))
    assert "lowest held out 0.1000, epoch 3" in texts(figure)
    assert "23 of 1,000 held out" in texts(figure)
    losses, errors, rates = figure.axes
    assert [line.get_label() for line in losses.lines[:2]] == ["training", "held out"]
    assert np.array_equal(losses.lines[2].get_xdata(), [3, 3])
    assert np.allclose(errors.lines[0].get_ydata(), [10, 5, 100 / 30, 2.5, 100 / 300])
    assert np.allclose(rates.lines[0].get_ydata(), np.array([4, 3, 2, 1, 0]) / 1_000)


@pytest.mark.parametrize(
    "rows",
    [history(1), history(4, validated=False), history(4, last_errors=0), history(1, last_errors=0)],
    ids=["one epoch", "nothing held out", "no errors at the end", "no errors at all"],
)
def test_training_curves_of_unusual_histories_are_drawn(rows: list[dict[str, Any]]) -> None:
    figure = drawn(figures.training_curves(rows))
    assert ("held out" in texts(figure)) == (rows[0]["validation_loss"] is not None)


def test_the_confusion_matrix_shows_counts_and_colours_only_errors(digits: Answers) -> None:
    figure = figures.confusion(digits.scores)
    shown = {(t.get_position(), t.get_text()) for t in figure.axes[0].texts}
    for (truth, answer), count in np.ndenumerate(digits.scores.confusion):
        assert (((answer, truth), str(count)) in shown) == (count > 0 or truth == answer)
    coloured = figure.axes[0].images[1].get_array()
    assert coloured is not None
    assert np.ma.count(np.ma.masked_invalid(coloured)) == np.count_nonzero(
        digits.scores.confusion * (1 - np.eye(10, dtype=int))
    )
    assert digits.scores.summary() in texts(figure)


def test_roc_curves_are_labelled_with_their_area_and_enlarged(
    digits: Answers,
) -> None:
    figure = figures.roc(digits.scores, roc_curves(digits.probabilities, digits.labels))
    assert figure.axes[1].get_xscale() == "log"
    for name, area in zip(DIGITS, digits.scores.auc, strict=True):
        assert f"{name}   {area:.5f}" in texts(figure)


def test_a_class_without_images_is_left_out_of_the_roc_curves() -> None:
    letters = Answers(LETTERS, missing=25)
    figure = figures.roc(letters.scores, roc_curves(letters.probabilities, letters.labels))
    assert len(figure.axes[1].lines) == 25
    assert "(1 without)" in texts(figure)


def test_every_class_has_its_own_colour_and_line_style() -> None:
    letters = Answers(LETTERS)
    figure = figures.roc(letters.scores, roc_curves(letters.probabilities, letters.labels))
    looks = {(line.get_color(), line.get_linestyle()) for line in figure.axes[1].lines}
    assert len(looks) == 26


def test_the_score_table_contains_every_score(digits: Answers) -> None:
    text = texts(figures.score_table(digits.scores)).split("\n")
    for row in digits.scores.table():
        assert set(row) <= set(text)


def test_the_reliability_diagram_draws_the_filled_bins(digits: Answers) -> None:
    figure = figures.reliability(digits.scores)
    filled = [part for part in digits.scores.calibration if part.count]
    points = figure.axes[0].containers[0].lines[0].get_xydata()  # type: ignore[attr-defined]
    assert np.allclose(points, [(part.confidence, part.accuracy) for part in filled])
    assert f"error {100 * digits.scores.calibration_error:.2f} %" in texts(figure)


@pytest.mark.parametrize("wrong", [0, 1, 5, 100, 300])
def test_all_misread_images_are_shown_most_confident_first(wrong: int) -> None:
    n, rng = 1_000, np.random.default_rng(0)
    labels = rng.integers(0, 10, n)
    answers = (labels + (np.arange(n) < wrong)) % 10
    certainty = rng.uniform(0.5, 0.99, n)[:, None]
    probabilities = np.eye(10)[answers] * certainty + np.eye(10)[(answers + 5) % 10] * (
        1 - certainty
    )
    images = rng.integers(0, 256, (n, 28, 28), np.uint8)
    figure = drawn(figures.mistakes(images, labels, probabilities, DIGITS))
    axes = figure.axes[0]
    assert f"{wrong:,} of 1,000 images were misread" in texts(figure)
    assert "corrected labels" not in texts(figure)
    assert len(axes.images) == len(axes.texts) == wrong
    shown = [text.get_text() for text in axes.texts]
    order = np.argsort(-certainty[:wrong, 0])
    assert shown == [f"{labels[i]} → {answers[i]}\n{100 * certainty[i, 0]:.1f} %" for i in order]
    for i, picture in zip(order, axes.images, strict=True):
        assert np.array_equal(picture.get_array(), images[i])  # type: ignore[arg-type]


def test_a_full_sheet_of_misread_images_states_the_total() -> None:
    labels = np.zeros(3_000, np.int64)
    probabilities = np.tile([0.1, 0.9], (3_000, 1))
    figure = figures.mistakes(
        np.zeros((3_000, 28, 28), np.uint8), labels, probabilities, ("a", "b")
    )
    assert "3,000 of 3,000" in texts(figure)
    assert "The 400 most certain" in texts(figure)


def test_known_label_errors_of_mnist_are_marked_and_counted(mnist_dir: Path) -> None:
    test = datasets.load("mnist", mnist_dir).test
    answers = test.labels.copy()
    for index, (_, consensus) in MNIST_CORRECTED.items():
        answers[index] = consensus  # correct, but different from the published label
    answers[[2130, 0]] = [9, 1]  # an ambiguous image, and a plain error
    probabilities = np.eye(10)[answers]
    figure = figures.mistakes(test.images, test.labels, probabilities, test.classes)
    assert "12 of 10,000 images were misread" in texts(figure)
    assert "1 of 9,995 by corrected labels" in texts(figure)
    marked = [text.get_text() for text in figure.axes[0].texts if "*" in text.get_text()]
    assert len(marked) == 11
    assert "7 → 1\n> 99.9 %" in texts(figure)


def test_filters_before_and_after_training_share_a_colour_scale() -> None:
    before, after = np.full((6, 1, 5, 5), 0.1), np.full((6, 1, 5, 5), -0.7)
    figure = figures.filters(before, after, "C1")
    assert [axes.images[0].get_clim() for axes in figure.axes[:2]] == [(-0.7, 0.7)] * 2
    assert "C1: 6 × 1 kernels of 5 × 5" in texts(figure)
    assert "before training" in texts(figure)


def test_figures_state_how_many_filters_and_maps_are_shown() -> None:
    kernels = np.ones((64, 32, 3, 3))
    assert "the first 16 × 16 shown" in texts(figures.filters(kernels, kernels, "conv2"))
    image = np.zeros((28, 28), np.uint8)
    text = texts(figures.feature_maps(layers_of_a_small_network(10), DIGITS, image))
    assert "conv1  40×24×24\nthe first 32" in text
    assert "conv2  120×1×1\n-" in text, "a vector is drawn whole"


def test_feature_maps_include_every_layer_and_the_outputs() -> None:
    layers = layers_of_a_small_network(10)
    figure = figures.feature_maps(layers, DIGITS, np.zeros((28, 28), np.uint8))
    text = texts(figure)
    for name in layers:
        assert name in text
    assert f"largest: {layers['output'].argmax()}" in text
    assert "original picture" not in text
    assert [bar.get_height() for bar in figure.axes[-1].patches] == list(layers["output"])  # type: ignore[attr-defined]


def test_the_architecture_of_lenet5_shows_layers_and_sizes() -> None:
    text = texts(figures.architecture(layer_table(build("lenet5")), "lenet5"))
    for label in ("C1\n6×28×28", "S2\n6×14×14", "C3\n16×10×10", "S4\n16×5×5", "C5\n120×1×1"):
        assert label in text
    assert "61,706 weights" in text
    assert "tanh1" not in text, "an activation is not a block of its own"


def test_both_attention_maps_have_colour_scales_centred_on_zero() -> None:
    image = np.zeros((28, 28), np.uint8)
    image[8:20, 13:15] = 255
    lost, slope = np.zeros((28, 28)), np.zeros((28, 28))
    lost[14, 14], slope[3, 3] = 0.4, -2.0
    figure = drawn(figures.attention(image, lost, slope, "1"))
    assert [axes.images[0].get_clim() for axes in figure.axes[1:3]] == [(-0.4, 0.4), (-2, 2)]
    assert "network input: 1" in texts(figure)
    drawn(figures.attention(np.zeros((28, 28), np.uint8), 0 * lost, 0 * lost, "1"))


def test_labels_of_models_do_not_overlap() -> None:
    names = ["lenet5", "lenet5-relu", "fast", "lenet-keras", "best"]
    rates, costs = [0.0098, 0.0099, 0.0085, 0.0097, 0.0040], [4.2e5, 4.6e5, 8e5, 5.2e5, 1e7]
    figure = drawn(
        figures.error_against_cost(names, rates, [(r * 0.9, r * 1.1) for r in rates], costs, "cost")
    )
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    assert [text.get_text() for text in figure.axes[0].texts] == names
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_robustness_shows_the_error_rate_of_each_condition(digits: Answers) -> None:
    perfect = evaluate(np.eye(10)[digits.labels], digits.labels, DIGITS)
    text = texts(figures.robustness({"as it is": perfect, "inverted": digits.scores}))
    assert "0.00 %" in text
    assert f"{100 * digits.scores.error_rate:.2f} %" in text


def test_figures_save_as_png_of_their_size(digits: Answers, tmp_path: Path) -> None:
    figure = figures.confusion(digits.scores)
    figure.savefig(tmp_path / "confusion.png")
    with Image.open(tmp_path / "confusion.png") as picture:
        assert picture.width == pytest.approx(120 * figure.get_figwidth(), abs=1)
