"""`lenet data show` and `lenet data check`: what a source holds, and what is wrong with it."""

import csv
import json
import re
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from lenet import datasets
from lenet.cli import app
from lenet.datasets import Dataset, Splits
from lenet.datasets.dataset import DIGITS
from lenet.datasets.duplicates import count_duplicates, exact_twins, near_twins
from lenet.datasets.overview import balance, overview, overview_of
from lenet.errors import DataError, UsageError
from lenet.inspection import data_check
from lenet.inspection.data_check import Check, check_data
from lenet.metrics import likely_errors
from lenet.recipe import Recipe

FAST = Recipe.load("fast")
COLUMNS = ["source", "part", "index", "label", "suggested", "probability", "kind", "twin"]


@pytest.fixture(scope="module")
def uci() -> Splits:
    return datasets.load("uci-digits")


@pytest.fixture
def few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Train so little that labels are judged badly, where that is beside the point."""
    monkeypatch.setattr(data_check, "LEAST_STEPS", 4)


def some(uci: Splits, train: int = 120, test: int = 40) -> Splits:
    return Splits(uci.train.subset(slice(train)), uci.test.subset(slice(test)))


def altered(part: Dataset, share: float, seed: int) -> tuple[Dataset, NDArray[np.intp]]:
    """The part with a share of its labels changed to another, and which these are."""
    generator = np.random.default_rng(seed)
    wrong = generator.choice(len(part), round(share * len(part)), replace=False)
    labels = part.labels.copy()
    labels[wrong] = (labels[wrong] + generator.integers(1, 10, len(wrong))) % 10
    return replace(part, labels=labels), wrong


def with_image(part: Dataset, image: NDArray[np.uint8], label: int) -> Dataset:
    images, labels = np.append(part.images, image[None], axis=0), np.append(part.labels, label)
    return Dataset(part.name, images, labels, part.classes)


def test_most_altered_labels_are_named_and_few_others(uci: Splits) -> None:
    (train, in_train), (test, in_test) = altered(uci.train, 0.03, 1), altered(uci.test, 0.03, 2)
    told: list[str] = []
    found = check_data(Splits(train, test), FAST, folds=3, tell=told.append).of("label")
    wrong = {f"train:{i}" for i in in_train} | {f"test:{i}" for i in in_test}
    named = [finding.place for finding in found]
    assert len(wrong) == 54
    assert len(wrong.intersection(named)) >= 27
    assert len(set(named) - wrong) <= 9
    assert len(wrong.intersection(named[:20])) >= 18, "the most doubtful come first"
    for finding in found:
        if finding.place in wrong:
            truth = (uci.train if finding.part == "train" else uci.test).labels[finding.index]
            assert finding.label != finding.suggested
            assert finding.suggested == DIGITS[truth] or finding.probability is not None
    assert told[0] == "training fast 4 times for 13 epochs"
    assert told[1].startswith("fold 1 of 3: ")
    assert len(told) == 6


@pytest.fixture(scope="module")
def planted(uci: Splits) -> Splits:
    """Some images of which one is repeated, one with another label, one moved, one in both parts.

    The copies are train:120, train:121, train:122, test:40 and test:41.
    """
    train, test = some(uci).train, some(uci).test
    moved = np.roll(train.images[5], (1, -1), (0, 1))
    train = with_image(train, train.images[3], int(train.labels[3]))
    train = with_image(train, train.images[4], int(train.labels[4] + 1) % 10)
    train = with_image(train, moved, int(train.labels[5]))
    test = with_image(test, train.images[6], int(train.labels[6]))
    blurred = (0.9 * train.images[7]).astype(np.uint8)
    return Splits(train, with_image(test, blurred, int(train.labels[7])))


@pytest.fixture
def check(planted: Splits, few_steps: None) -> Check:
    return check_data(planted, FAST, folds=2)


def test_exact_and_near_duplicates_are_found_across_parts_too(check: Check) -> None:
    exact = {(each.place, each.twin): each for each in check.of("exact")}
    assert list(exact) == [
        ("train:120", "train:3"),
        ("train:121", "train:4"),
        ("test:40", "train:6"),
    ]
    near = {(each.place, each.twin): each for each in check.of("near")}
    assert {("train:122", "train:5"), ("test:41", "train:7")} <= set(near)
    assert len(near) <= 4, "few images are near by chance"
    relabelled = exact["train:121", "train:4"]
    assert relabelled.suggested
    assert relabelled.suggested != relabelled.label
    assert exact["train:120", "train:3"].suggested == ""
    assert {each.place for each in check.findings if each.is_leak} >= {"test:40", "test:41"}


def test_two_checks_are_equal(planted: Splits, check: Check) -> None:
    again = check_data(planted, FAST, folds=2)
    assert again == check
    assert again.to_csv() == check.to_csv()


def test_equal_images_are_judged_by_a_network_that_saw_neither(planted: Splits) -> None:
    fold_of = data_check._deal(planted.train, 5, seed=0)
    assert fold_of[120] == fold_of[3]
    assert fold_of[121] == fold_of[4], "whatever its label"
    assert np.bincount(fold_of).min() >= 20


def test_classes_with_few_images_are_not_judged(uci: Splits, few_steps: None) -> None:
    train = uci.train.subset(np.flatnonzero(uci.train.labels < 3))
    one = uci.train.subset(np.flatnonzero(uci.train.labels == 7)[:1])
    check = check_data(
        Splits(datasets.join([train, one]), uci.test.subset(slice(40))), FAST, folds=2
    )
    assert check.facts.unjudged == ("3", "4", "5", "6", "7", "8", "9")
    assert {each.suggested for each in check.of("label")} <= {"0", "1", "2"}


def test_a_single_class_is_checked_for_duplicates_alone(uci: Splits) -> None:
    ones = [part.subset(np.flatnonzero(part.labels == 1)[:20]) for part in (uci.train, uci.test)]
    told: list[str] = []
    check = check_data(
        Splits(ones[0], with_image(ones[1], ones[0].images[0], 1)), FAST, tell=told.append
    )
    assert told == ["looking for duplicates among 41 images"]
    assert [(each.place, each.twin) for each in check.of("exact")] == [("test:20", "train:0")]


def test_a_long_check_says_how_long_it_will_take(
    uci: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_check, "LONG", 100)
    monkeypatch.setattr(data_check, "TRIED_BATCHES", 1)
    learner = data_check._learner(FAST, len(uci.train), 5)
    text = data_check._announcement(uci.train, learner, 5, "cpu")
    assert text.startswith("training fast 6 times for 12 epochs: about ")
    assert text.endswith((" s", " min"))


def test_a_finder_or_a_single_fold_cannot_check(uci: Splits) -> None:
    with pytest.raises(UsageError, match="recipe finder trains a finder.*as --recipe fast"):
        check_data(uci, Recipe.load("finder"))
    with pytest.raises(UsageError, match="found 1 folds: a check needs 2 or more"):
        check_data(uci, FAST, folds=1)


def test_what_a_network_began_with_or_held_out_plays_no_part(uci: Splits) -> None:
    learner = data_check._learner(Recipe.load("reader-finetune"), 50_000, 5)
    assert (learner.start_from, learner.extra_data, learner.nondigits) == ("", (), ())
    assert (learner.validation, learner.keep, learner.calibrate) == (0, "last", False)


def test_a_rare_class_is_doubted_at_its_own_threshold() -> None:
    # The networks are never sure of class 1: 0.4 is much for it.
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.8, 0.2], [0.6, 0.4], [0.55, 0.45]])
    found = likely_errors(probabilities, np.array([0, 0, 0, 1, 0]))
    assert found.indices.tolist() == [4]
    assert found.suggested.tolist() == [1]
    assert found.joint.tolist() == [[3, 1], [0, 1]]


def test_near_is_a_tenth_of_the_ink_wherever_it_stands(uci: Splits) -> None:
    image = np.zeros((28, 28), np.uint8)
    image[6:20, 8:20] = uci.train.images[0][8:22, 8:20]
    generator = np.random.default_rng(0)
    noise = generator.normal(size=image.shape)
    noise *= np.linalg.norm(image.astype(float)) / np.linalg.norm(noise)
    copies = [np.roll(image, (5, 4), (0, 1)), (image // 2)]
    little, much = (np.clip(image + part * noise, 0, 255).astype(np.uint8) for part in (0.05, 0.3))
    blank = np.zeros_like(image)
    images = np.stack([blank, image, *copies, little, much, blank])
    assert near_twins(images)[[0, 1, 2, 3, 5, 6]].tolist() == [0, 1, 1, 1, 5, 6]
    assert near_twins(images)[4] != 4
    assert exact_twins(images).tolist() == [0, 1, 2, 3, 4, 5, 0]


def test_no_near_pair_is_missed_by_comparing_in_blocks(
    uci: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lenet.datasets import duplicates

    images = np.concatenate([uci.train.images[:100], np.roll(uci.train.images[:100], 1, axis=1)])
    vectors = duplicates._centred(images)
    distances = np.linalg.norm(vectors[:, None] - vectors, axis=2)
    is_near = np.tril(distances < duplicates.NEAR, -1)
    nearest = np.where(is_near, distances, np.inf).argmin(axis=1)
    expected = np.where(is_near.any(axis=1), nearest, np.arange(len(images)))
    assert (expected[100:] == np.arange(100)).sum() > 90
    for rows in (7, 512):
        monkeypatch.setattr(duplicates, "ROWS", rows)
        assert np.array_equal(near_twins(images), expected)


def test_equal_images_are_counted_by_part(planted: Splits) -> None:
    assert count_duplicates([planted.train], planted.test) == (2, 0, 1, 1)


def test_the_overview_shows_inverted_and_blank_images(uci: Splits) -> None:
    part = uci.train.subset(slice(100))
    seen = overview_of(part)
    assert (seen.images, sum(seen.classes.values()), seen.blank) == (100, 100, 0)
    assert (seen.ink_border, seen.looks_inverted) == (0, False)
    assert seen.ink_size == (11, 19), "nearly as tall as MNIST's"
    assert overview_of(replace(part, images=255 - part.images)).looks_inverted
    assert overview_of(with_image(part, np.zeros((28, 28), np.uint8), 0)).blank == 1


def test_a_class_with_ten_times_the_images_is_worth_a_hint(uci: Splits) -> None:
    assert balance(uci.train).hint == ""
    labels = uci.train.labels
    few = np.flatnonzero((labels == 3) | ((labels == 4) & (np.cumsum(labels == 4) <= 14)))
    uneven = balance(replace(uci.train.subset(few), classes=DIGITS))
    assert uneven.fewest == 0, "ten classes of which two have images"
    two = Dataset("two", uci.train.images[few], labels[few] - 3, ("three", "four"))
    assert str(balance(two)) == "smallest class four with 14 images, largest three with 146"
    assert "--set class_weights=balanced" in balance(two).hint


def test_the_overview_tells_how_a_recipe_splits_the_source(uci: Splits) -> None:
    seen = overview(uci, Recipe.load("lenet5"))
    assert seen.split == {"train": 1294, "held_out": 144, "test": 359}
    tiny = Splits(uci.train.subset(slice(2)), uci.test)
    assert (
        "a share of 0.1 of its 2 images is 0" in overview(tiny, Recipe.load("lenet5")).split_error
    )


def data(*words: object) -> None:
    """Run `lenet data` in this process; its errors are exceptions."""
    app(["data", *map(str, words)], standalone_mode=False)


@pytest.fixture
def source(planted: Splits, tmp_path: Path) -> str:
    """The planted images as IDX files."""
    for name, part in (("train", planted.train), ("t10k", planted.test)):
        for kind, array in (("images-idx3", part.images), ("labels-idx1", part.labels)):
            heading = struct.pack(f">{1 + array.ndim}I", 0x800 + array.ndim, *array.shape)
            path = tmp_path / f"{name}-{kind}-ubyte"
            path.write_bytes(heading + array.astype(np.uint8).tobytes())
    return f"idx:{tmp_path}"


def test_data_show_prints_one_screen(source: str, capsys: pytest.CaptureFixture[str]) -> None:
    data("show", source)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{source}: 10 classes of 28×28 images"
    assert (
        "equal images: 2 within training, 0 within test, 1 test images that are also trained on; "
        "1 with two labels"
    ) in lines
    assert lines[-2:] == [
        "split by recipe lenet5: 111 to train on, 12 held out, 42 to test",
        f"suspicious labels and near duplicates: lenet data check {source}",
    ]
    data("show", source, "--json", "--recipe", "fast")
    shown = json.loads(capsys.readouterr().out)
    assert shown["duplicates"] == {"train": 2, "test": 0, "across": 1, "relabelled": 1}
    assert shown["split"] == {"train": 111, "held_out": 12, "test": 42}
    assert shown["training"]["ink_border"] == 0


def test_what_was_guessed_of_a_file_is_said(
    tmp_path: Path, uci: Splits, capsys: pytest.CaptureFixture[str]
) -> None:
    some_of = uci.train.subset(slice(40))
    path = tmp_path / "digits.npz"
    np.savez(path, pictures=some_of.images / 255, answers=some_of.labels)
    app(["data", "show", f"npz:{path}"], standalone_mode=False)
    said = capsys.readouterr().out
    assert "pictures are images and answers their labels" in said
    assert "pixels of 0 to 1 were multiplied by 255" in said
    app(["data", "show", f"npz:{path}", "--json"], standalone_mode=False)
    notes = json.loads(capsys.readouterr().out)["notes"]
    assert [note.partition(" ")[0] for note in notes] == ["pictures", "pixels", "2"]
    runs = ["--runs", str(tmp_path), "--device", "cpu", "--no-report"]
    small = ["--recipe", "fast", "--set", "epochs=1"]
    app(["train", "--data", f"npz:{path}", *small, *runs], standalone_mode=False)
    assert "pixels of 0 to 1 were multiplied by 255" in capsys.readouterr().err


def test_data_show_and_show_data_are_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    data("show", "uci-digits")
    first = capsys.readouterr().out
    app(["show", "data", "uci-digits"], standalone_mode=False)
    assert capsys.readouterr().out == first


def test_a_check_writes_a_table_and_pictures(
    source: str, few_steps: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data("check", source, "--folds", 2, "-o", tmp_path / "found")
    printed = capsys.readouterr().out
    assert printed.startswith(f"{source}: 123 training and 42 test images\n")
    assert re.search(r"^exact duplicates +2 +1$", printed, re.M)
    assert re.search(r"^trained on and tested +\d+$", printed, re.M)
    with (tmp_path / "found" / "check.csv").open(newline="") as file:
        heading, *rows = csv.reader(file)
    assert heading == COLUMNS
    leak = next(row for row in rows if row[-2] == "exact" and row[1] == "test")
    assert (leak[0], leak[2], leak[4], leak[5], leak[7]) == (source, "40", "", "", "train:6")
    kinds = {row[6] for row in rows}
    pictures = {path.stem for path in (tmp_path / "found").glob("*.png")}
    assert {"exact", "near"} <= kinds
    assert pictures == kinds
    for path in (tmp_path / "found").glob("*.png"):
        with Image.open(path) as picture:
            assert min(picture.size) > 100


def test_a_check_in_json_has_all_findings(
    source: str, few_steps: None, capsys: pytest.CaptureFixture[str]
) -> None:
    data("check", source, "--folds", 2, "--json", "--seed", 3)
    captured = capsys.readouterr()
    shown = json.loads(captured.out)
    assert (shown["train"], shown["test"], shown["recipe"], shown["folds"]) == (123, 42, "fast", 2)
    assert list(shown["findings"][0]) == COLUMNS
    assert "fold 2 of 2: " in captured.err


def test_mistakes_in_words_are_errors_of_one_line(source: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for words, kind, text in (
        (["check", "mnits"], UsageError, "no dataset 'mnits': did you mean mnist"),
        (["check", source, "-o", tmp_path / "file"], UsageError, "is no folder: -o takes one"),
        (["check", source, "-o", tmp_path / "a.csv"], UsageError, "is no folder: -o takes one"),
        (["check", source, "--recipe", "fats"], UsageError, "no recipe 'fats': did you mean fast"),
        (["check", source, "--recipe", "finder"], UsageError, "choose one for digit images"),
        (["check", "folder:/nowhere"], DataError, "no folder /nowhere"),
        (["show", source, "--recipe", "fats"], UsageError, "no recipe 'fats'"),
        (["show", "folder:/nowhere"], DataError, "no folder /nowhere"),
    ):
        with pytest.raises(kind, match=text):
            data(*words)
