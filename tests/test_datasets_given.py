"""Data that a Python program holds: what it may be, and training and evaluating on it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from numpy.typing import NDArray

import lenet
from lenet import datasets, experiment
from lenet.datasets import Dataset, Source, Splits
from lenet.datasets.given import as_splits
from lenet.errors import DataError, UsageError
from lenet.evaluation import read_scores
from lenet.recipe import Recipe
from lenet.run import CARD, Run
from lenet.training import Epoch, Watcher

DIGITS = tuple("0123456789")


@pytest.fixture(scope="module")
def uci() -> Splits:
    return datasets.load("uci-digits")


@pytest.fixture(scope="module")
def given(uci: Splits) -> Splits:
    """The embedded digits as a user may hold them: floats in rows, labels as text."""
    parts = (uci.train, uci.test)
    train, test = (
        lenet.Dataset(part.images.reshape(-1, 784) / 255, part.labels.astype(str), name="mine")
        for part in parts
    )
    return Splits(train, test)


def learnt(images: NDArray[np.uint8]) -> torch.Tensor:
    return torch.from_numpy(images / 255).requires_grad_()


@pytest.mark.parametrize(
    "form",
    [
        lambda images: images,
        lambda images: images.reshape(-1, 784),
        lambda images: images[:, None],
        lambda images: images[..., None].astype(np.int64),
        lambda images: images.astype(np.float32),
        lambda images: images + 0.3 * (images < 255),
        lambda images: images / 255,
        lambda images: (images / 255).astype(np.float16),
        lambda images: images.tolist(),
        lambda images: list(images),
        lambda images: pd.DataFrame(images.reshape(-1, 784)),
        learnt,
    ],
)
def test_images_of_any_type_and_shape_become_the_same(
    form: Callable[[NDArray[np.uint8]], object], uci: Splits
) -> None:
    images, labels = uci.test.images[:60], uci.test.labels[:60]
    made = lenet.Dataset(form(images), labels)
    assert made.images.dtype == np.uint8
    assert np.array_equal(made.images, images)
    assert (made.name, made.classes) == ("data", DIGITS)
    torch.from_numpy(made.images)  # warns of memory that it may not write to


def test_true_is_ink() -> None:
    mask = np.zeros((2, 28, 28), bool)
    mask[0, 3, 4] = True
    made = lenet.Dataset(mask, [0, 1])
    assert made.images[0, 3, 4] == made.images.sum() == 255


def test_of_uint8_no_copy_is_made(uci: Splits) -> None:
    made = lenet.Dataset(uci.test.images.reshape(-1, 784), uci.test.labels)
    assert np.shares_memory(made.images, uci.test.images)
    assert made.digest == uci.test.digest


@pytest.mark.parametrize(
    ("labels", "classes", "positions"),
    [
        ([10, 9, 9], ("9", "10"), [1, 0, 0]),
        ([10.0, 9.0, 9.0], ("9", "10"), [1, 0, 0]),
        (["b", "a", "a"], ("a", "b"), [1, 0, 0]),
        ([["b"], ["a"], ["a"]], ("a", "b"), [1, 0, 0]),
        ([True, False, False], ("False", "True"), [1, 0, 0]),
        ([[0, 1, 0], [1, 0, 0], [1, 0, 0]], ("0", "1", "2"), [1, 0, 0]),
        (torch.tensor([7, 3, 3]), ("3", "7"), [1, 0, 0]),
        (pd.Series(["b", "a", "a"]), ("a", "b"), [1, 0, 0]),
        (pd.Series(["b", "a", "a"], dtype="category"), ("a", "b"), [1, 0, 0]),
        (pd.Series([7, 3, 3], dtype="Int64"), ("3", "7"), [1, 0, 0]),
        (pd.DataFrame({"label": [7, 3, 3]}), ("3", "7"), [1, 0, 0]),
    ],
)
def test_labels_may_be_numbers_text_or_one_hot(
    labels: object, classes: tuple[str, ...], positions: list[int]
) -> None:
    made = lenet.Dataset(np.zeros((3, 784)), labels)
    assert (made.classes, made.labels.tolist()) == (classes, positions)
    assert made.labels.dtype == np.int64


@pytest.mark.parametrize(
    ("labels", "classes", "positions"),
    [
        ([1, 2, 9], range(1, 10), [0, 1, 8]),  # Sudoku: names, though 1 and 2 are positions too
        (["shoe", "bag", "bag"], ["shoe", "shirt", "bag"], [0, 2, 2]),
        ([0, 2, 2], ["shoe", "shirt", "bag"], [0, 2, 2]),
        ([[1, 0], [0, 1], [0, 1]], ["shoe", "bag"], [0, 1, 1]),
    ],
)
def test_classes_may_be_named_in_their_order(
    labels: object, classes: Any, positions: list[int]
) -> None:
    made = lenet.Dataset(np.zeros((3, 784)), labels, classes)
    assert made.classes == tuple(map(str, classes))
    assert made.labels.tolist() == positions


BLANK = np.zeros((2, 28, 28), np.uint8)


@pytest.mark.parametrize(
    ("images", "labels", "classes", "text"),
    [
        (
            np.zeros((2, 32, 32)),
            [0, 1],
            None,
            "images are float64 (2, 32, 32), expected (n, 28, 28), (n, 784), (n, 1, 28, 28) or "
            "(n, 28, 28, 1); scale others to 28×28, in grey",
        ),
        (
            BLANK - 1.0,
            [0, 1],
            None,
            "images are float64 (2, 28, 28), from -1 to -1; give floats from 0 to 1, or from 0 to "
            "255",
        ),
        (BLANK + 1.5, [0, 1], None, "from 1.5 to 1.5; give floats from 0 to 1, or from 0 to 255"),
        (BLANK + np.nan, [0, 1], None, "from nan to nan; give floats from 0 to 1, or from 0 to"),
        (BLANK + np.int64(256), [0, 1], None, "from 256 to 256; give integers from 0 to 255"),
        (BLANK + np.int64(1), [0, 1], None, "give integers from 0 to 255, or bool if there are"),
        (BLANK + 1, [0, 1], None, "from 0 to 1; multiply them by 255 if 1 is ink"),
        (
            np.add(BLANK, [[[0.5]], [[200.5]]]),
            [0, 1],
            None,
            "images are float64 (2, 28, 28), some of 0 to 1 with fractions, others of 0 to 255; "
            "give all in one scale",
        ),
        ([["a"] * 784] * 2, [0, 1], None, "; give numbers: uint8, other integers, floats or bool"),
        ([[1, 2], [1]], [0, 1], None, "this list cannot be converted to a NumPy array: "),
        (BLANK, [0], None, "2 images but 1 labels; each image needs one label"),
        ([], [], None, "data holds no images; give a source with at least one"),
        (BLANK, [0, None], None, "the array of labels holds no label for image 1; remove it"),
        (BLANK, [0, np.nan], None, "the array of labels holds no label for 1 of 2 images, first"),
        (BLANK, pd.Series([0, pd.NA]), None, "the array of labels holds no label for image 1"),
        (BLANK, ["a", ""], None, "the array of labels holds no label for 1 of 2 images"),
        (BLANK, [{}, {}], None, "holds a dict for image 0; give whole numbers or text"),
        (BLANK, [0.5, 1], None, "holds the label 0.5, a fraction; labels are whole numbers or nam"),
        (BLANK, ["a", "A "], ["a", "B"], "holds 'A', which is none of the 2 classes (a, B); name"),
        (BLANK, [0, 9], range(1, 10), "holds '0', which is none of the 9 classes (1, 2, 3, 4, 5 …"),
        (BLANK, [0, 3], ["shoe", "bag"], "holds '3', which is none of the 2 classes (shoe, bag)"),
        (BLANK, ["a", "a\nb"], None, "holds the class name 'a\\nb'; use printable characters"),
    ],
)
def test_what_is_no_data_of_digit_images_is_refused_in_one_line(
    images: object, labels: object, classes: Any, text: str
) -> None:
    with pytest.raises(DataError) as error:
        lenet.Dataset(images, labels, classes)
    assert text in str(error.value)
    assert str(error.value).startswith("data")
    assert "\n" not in str(error.value)


def test_of_one_dataset_a_fixed_fifth_is_for_testing(uci: Splits) -> None:
    splits = as_splits(uci.train)
    assert (len(splits.train), len(splits.test)) == (1150, 288)
    assert splits.test.digest == as_splits(uci.train).test.digest
    pair = as_splits((uci.train, uci.test))
    assert (pair.train, pair.test) == (uci.train, uci.test)


def test_parts_of_other_classes_and_bare_arrays_are_refused(uci: Splits) -> None:
    seven = lenet.Dataset(uci.test.images[:1], [7], name="seven")
    with pytest.raises(DataError) as unlike:
        as_splits((uci.train, seven))
    assert str(unlike.value) == (
        "uci-digits has 10 classes to train on, and seven 1 others to test on: make both with the "
        "same classes, lenet.Dataset(images, labels, classes=train.classes)"
    )
    lacking = uci.train.subset(np.flatnonzero(uci.train.labels != 7))
    with pytest.raises(DataError, match="holds test images of classes that training lacks: 7; br"):
        as_splits((lacking, uci.test))
    with pytest.raises(
        UsageError, match=r"data is a ndarray: give lenet.Dataset\(images, labels\)"
    ):
        lenet.train("fast", data=uci.train.images)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def run(given: Splits, quick_recipe: Recipe, tmp_path_factory: pytest.TempPathFactory) -> Run:
    runs = tmp_path_factory.mktemp("runs")
    return lenet.train(quick_recipe, data=given, runs=runs, device="cpu", report=False)


def test_training_on_arrays_equals_training_on_their_source(run: Run, quick_run: Run) -> None:
    assert run.manifest.weights == quick_run.manifest.weights
    facts, expected = run.manifest.data, quick_run.manifest.data
    assert facts == {**expected, "name": "mine"}
    assert read_scores(run) == read_scores(quick_run)


def test_a_run_says_that_its_data_was_handed_over(run: Run) -> None:
    assert Run.open(run.folder).recipe.data == ("memory:mine",)
    assert Source.parse("memory:mine").public == "memory"
    assert 'lenet.train("recipe.toml", data=…)' in run.read(CARD).decode()
    with pytest.raises(DataError) as error:
        lenet.evaluate(run.folder)
    assert str(error.value) == (
        "memory:mine is in no file, a Python program handed it over: hand it over again, as data "
        "of lenet.train, lenet.evaluate or lenet.experiment.resume"
    )


def test_a_model_is_evaluated_on_all_images_of_a_dataset(run: Run, given: Splits) -> None:
    assert lenet.evaluate(run.folder, given.test) == read_scores(run)["test"]
    assert lenet.evaluate("lenet5", given.test).total == 359
    with pytest.raises(UsageError, match="mine is one part, found part='train': leave it out"):
        lenet.evaluate(run.folder, given.test, part="train")
    with pytest.raises(DataError, match="the model's classes are 0, .* but those of data are 7, 8"):
        lenet.evaluate(run.folder, lenet.Dataset(given.test.images[:2], [7, 8]))


class StopAfterOne(Watcher):
    def passed(self, epoch: Epoch) -> None:
        raise KeyboardInterrupt


def test_a_stopped_run_goes_on_only_with_the_same_data(
    run: Run, quick_run: Run, given: Splits, quick_recipe: Recipe, tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        lenet.train(quick_recipe, data=given, runs=tmp_path, device="cpu", watcher=StopAfterOne())
    (folder,) = tmp_path.iterdir()
    with pytest.raises(DataError) as missing:
        experiment.resume(folder)
    assert str(missing.value) == (
        f"{folder} was trained on data that a Python program handed over: go on with "
        f'lenet.experiment.resume("{folder}", data=dataset)'
    )
    with pytest.raises(DataError, match="began: hand over the same images and labels, or start a"):
        experiment.resume(folder, data=given.train)
    resumed = experiment.resume(folder, data=given, report=False)
    assert resumed.manifest.weights == run.manifest.weights


def test_a_run_that_loads_its_own_data_takes_no_other(
    quick_run: Run, given: Splits, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "recipe.toml").write_bytes(quick_run.read("recipe.toml"))
    facts = json.loads((quick_run.folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**facts, "state": "training"}))
    with pytest.raises(UsageError, match="was trained on uci-digits, which it loads again: leave"):
        experiment.resume(folder, data=given)


def test_a_finder_does_not_learn_from_digit_images(given: Splits) -> None:
    with pytest.raises(UsageError, match="a finder learns from scenes"):
        lenet.train("finder", data=given)


def test_lenet_dataset_makes_the_only_dataset_there_is(given: Splits) -> None:
    assert type(given.train) is Dataset
