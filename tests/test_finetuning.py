"""Teaching a model further: what it learns, what it keeps, and what is refused."""

import base64
import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from command import complaint, run_lenet
from lenet import datasets, experiment, training
from lenet.corrections import Correction, Corrections
from lenet.datasets import Dataset, load
from lenet.datasets.parts import load_parts
from lenet.errors import DataError, UsageError
from lenet.evaluation import (
    NONDIGITS,
    Change,
    changes,
    read_changes,
    read_scores,
    with_former_tests,
)
from lenet.models.weights import beginning
from lenet.picture import normalise
from lenet.reader import Classifier
from lenet.recipe import Recipe
from lenet.run import FINETUNING, MISTAKES, MODEL, Run
from lenet.storage import sha256
from lenet.training import Epoch


def spiral(rng: np.random.Generator) -> NDArray[np.uint8]:
    """A private way to write 1 that nobody draws: a spiral of two turns."""
    turn = np.linspace(0, rng.uniform(3.6, 4.4) * np.pi, 80)
    radius = turn / turn[-1] * 60
    start, flat = rng.uniform(0, 2 * np.pi), rng.uniform(0.8, 1.2)
    x, y = radius * np.cos(turn + start), flat * radius * np.sin(turn + start)
    canvas = np.zeros((200, 200), np.uint8)
    points = np.rint(np.stack([x, y], 1) + 100).astype(np.int32)
    cv2.polylines(canvas, [points], False, 255, int(rng.integers(7, 11)), cv2.LINE_AA)
    return normalise(canvas)


def spirals(n: int, seed: int = 0) -> Dataset:
    rng = np.random.default_rng(seed)
    images = np.stack([spiral(rng) for _ in range(n)])
    return Dataset("spirals", images, np.ones(n, np.int64), tuple("0123456789"))


def face(rng: np.random.Generator) -> NDArray[np.uint8]:
    """A face with two eyes and no mouth, which is no digit and is easily read as a 0."""
    turn = np.linspace(0, 2 * np.pi, 60)
    outline = np.stack([np.cos(turn), rng.uniform(0.9, 1.1) * np.sin(turn)], 1) * 60 + 100
    points = np.rint(outline + rng.normal(0, 3, outline.shape)).astype(np.int32)
    canvas = np.zeros((200, 200), np.uint8)
    cv2.polylines(canvas, [points], True, 255, int(rng.integers(7, 11)), cv2.LINE_AA)
    for x in (-20, 20):
        eye = np.rint(rng.normal((100 + x, 85), 3)).astype(int)
        cv2.circle(canvas, (int(eye[0]), int(eye[1])), int(rng.integers(5, 9)), 255, -1)
    return normalise(canvas)


@pytest.fixture
def spiral_folder(tmp_path: Path) -> Path:
    """Twenty spirals as 1, four of them to test on, and every other class with one image."""
    folder = tmp_path / "spirals"
    rng = np.random.default_rng(3)
    for part, count in (("train", 20), ("test", 10)):
        for digit in range(10):
            (folder / part / str(digit)).mkdir(parents=True)
            image = normalise(
                cv2.putText(np.zeros((60, 60), np.uint8), str(digit), (8, 50), 0, 2, 255, 4)
            )
            cv2.imwrite(str(folder / part / str(digit) / "a.png"), image)
        for number in range(count):
            cv2.imwrite(str(folder / part / "1" / f"spiral-{number}.png"), spiral(rng))
    return folder


def taught(quick_run: Run, folder: Path, **others: object) -> Recipe:
    return quick_run.recipe.with_changes(
        {
            "name": "taught",
            "start_from": str(quick_run.folder),
            "data": ["uci-digits", f"folder:{folder}"],
            "least_share": 0.2,
            "epochs": 3,
            **others,
        }
    )


def test_an_unusual_handwriting_is_learnt_and_the_rest_is_kept(
    quick_run: Run, spiral_folder: Path, tmp_path: Path
) -> None:
    run = experiment.train(
        taught(quick_run, spiral_folder), runs=tmp_path, device="cpu", report=False
    )
    old, new = read_changes(run)
    assert run.manifest.state == "done"
    assert new.total == 20
    assert new.before >= 10
    assert new.after <= 3
    assert old.after <= old.before + 5


def corrected(place: Path, spirals_said: int | None, digits: int = 10) -> str:
    """Keep forty spirals, corrected to be something, and some digits; return the source."""
    store = Corrections(str(place))
    now = datetime.now(UTC)
    known = load("uci-digits").train
    said = [*((image, spirals_said) for image in spirals(40).images)]
    said += [(known.images[i], int(known.labels[i])) for i in range(digits)]
    for number, (image, truth) in enumerate(said):
        store.add(Correction(UUID(int=number), image, "quick", "0" * 64, 6, 0.9, truth, now))
    store.close()
    return f"corrections:{place}"


def test_images_corrected_as_nondigits_are_learnt_and_refused(
    quick_run: Run, tmp_path: Path
) -> None:
    source = corrected(tmp_path / "corrections.db", None)
    recipe = quick_run.recipe.with_changes(
        {
            "name": "taught",
            "start_from": str(quick_run.folder),
            "data": ["uci-digits", source],
            "nondigits": ["nondigits:300"],
            "calibrate": True,
            "keep": "last",
            "least_share": 0.2,
            "epochs": 3,
        }
    )
    run = experiment.train(recipe, runs=tmp_path / "runs", device="cpu", report=False)
    old, digits, others = read_changes(run)
    assert others.source == f"{source}{NONDIGITS}"
    assert others.before == others.total == len(datasets.load_others(source)[1] or ()) > 4
    assert others.after <= 0.25 * others.total
    assert digits.total == 2
    assert old.after <= old.before + 10
    assert f"on {others}." in run.read("README.md").decode()
    of_people = {image.tobytes() for image in load(source).test.images}
    shown = json.loads(run.read(MISTAKES))["mistakes"]
    assert shown
    assert not of_people & {base64.b64decode(each["image"]) for each in shown}
    assert Classifier(run.read(MODEL)).rejection is not None


def test_a_recipe_without_refusing_leaves_out_nondigits(quick_run: Run, tmp_path: Path) -> None:
    source = corrected(tmp_path / "corrections.db", None)
    recipe = quick_run.recipe.with_changes({"data": ["uci-digits", source]})
    parts = load_parts(recipe)
    assert parts.nondigits is None
    assert len(parts.train) + len(parts.validation or ()) == 1438 + 8
    refusing = load_parts(
        recipe.with_changes({"nondigits": ["nondigits:90"], "calibrate": True, "least_share": 0.5})
    )
    assert refusing.nondigits is not None
    learnt = {image.tobytes() for image in spirals(40).images}
    share = sum(image.tobytes() in learnt for image in refusing.nondigits.images)
    assert share / len(refusing.nondigits) > 0.35  # of 26 in 107 they are made twice as many


def test_a_handful_of_corrections_is_enough_to_begin_with(quick_run: Run, tmp_path: Path) -> None:
    source = corrected(tmp_path / "corrections.db", 1, digits=0)
    store = Corrections(source.partition(":")[2])
    for each in [*store][3:]:
        store.delete(each.id)
    store.close()
    parts = load_parts(
        quick_run.recipe.with_changes({"data": ["uci-digits", source], "least_share": 0.1})
    )
    assert len(parts.test) == 359 + 2  # of three, by their ids
    assert parts.train.name == "uci-digits+corrections"
    assert len(parts.train) == round(0.9 * 1438) + 130  # a tenth of both together


def test_the_starting_model_s_data_is_tested_even_if_not_trained_on(
    quick_run: Run, tmp_path: Path
) -> None:
    source = corrected(tmp_path / "corrections.db", 1)
    recipe = quick_run.recipe.with_changes({"start_from": str(quick_run.folder), "data": source})
    parts = with_former_tests(recipe, load_parts(recipe))
    assert len(parts.test) == len(parts.tests[source])
    before = Classifier(quick_run.read(MODEL))
    mine, former = changes(recipe, before, parts)
    assert (mine.source, former.source, former.total) == (source, "uci-digits", 359)
    assert former.before == former.after == read_scores(quick_run)["test"].errors


def test_missing_data_of_the_starting_model_fails_before_training(
    quick_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = corrected(tmp_path / "corrections.db", 1)
    recipe = quick_run.recipe.with_changes({"start_from": "lenet5", "data": source})
    parts = load_parts(recipe)

    def unreachable(*_: object, **__: object) -> None:
        raise DataError("cannot download")

    monkeypatch.setattr(datasets, "load", unreachable)
    with pytest.raises(
        DataError, match="^mnist is needed to test lenet5 before and after training"
    ):
        with_former_tests(recipe, parts)


def test_corrections_during_training_do_not_change_the_test_set(
    quick_run: Run, tmp_path: Path
) -> None:
    source = corrected(tmp_path / "corrections.db", 1)
    recipe = quick_run.recipe.with_changes(
        {"start_from": str(quick_run.folder), "data": ["uci-digits", source]}
    )
    parts = with_former_tests(recipe, load_parts(recipe))
    corrected(tmp_path / "more.db", 1, digits=300)
    (tmp_path / "more.db").replace(tmp_path / "corrections.db")
    _, change = changes(recipe, Classifier(quick_run.read(MODEL)), parts)
    assert change.total == len(parts.test) - 359 < len(load(source).test)


def test_resuming_after_a_withdrawn_correction_is_refused(quick_run: Run, tmp_path: Path) -> None:
    source = corrected(tmp_path / "corrections.db", 1)
    recipe = quick_run.recipe.with_changes({"data": ["uci-digits", source]})

    class StopError(Exception):
        pass

    class Impatient(training.Watcher):
        def passed(self, epoch: Epoch) -> None:
            raise StopError

    with pytest.raises(StopError):
        experiment.train(recipe, runs=tmp_path, device="cpu", watcher=Impatient())
    store = Corrections(source.partition(":")[2])
    store.delete(next(iter(store)).id)
    store.close()
    with pytest.raises(DataError, match="corrections were added or deleted; start a new run$"):
        experiment.resume(tmp_path / "quick-1")


def test_a_source_too_small_for_validation_fails_before_training(
    quick_run: Run, tmp_path: Path
) -> None:
    source = corrected(tmp_path / "corrections.db", 1, digits=0)
    store = Corrections(source.partition(":")[2])
    for each in [*store][4:]:
        store.delete(each.id)
    store.close()
    small = quick_run.recipe.with_changes({"data": source, "least_share": 0.1, "keep": "best"})
    message = "the recipe needs a validation part, but a share of"
    with pytest.raises(DataError, match=rf"^corrections: {message} \S+ of \d images is none"):
        load_parts(small)
    refusing = {"data": "uci-digits", "nondigits": ["nondigits:3"], "calibrate": True}
    with pytest.raises(DataError, match=rf"^nondigits:3: {message} \S+ of 3 images is none"):
        load_parts(small.with_changes(refusing))


def test_training_begins_with_the_weights_it_starts_from(
    quick_run: Run, spiral_folder: Path
) -> None:
    recipe = taught(quick_run, spiral_folder)
    begun, before = (
        beginning(recipe, 10).state_dict(),
        experiment.load(quick_run.folder).state_dict(),
    )
    assert all((begun[name] == before[name]).all() for name in before)


def test_small_sources_repeat_until_they_have_their_share(
    quick_run: Run, spiral_folder: Path
) -> None:
    parts = load_parts(taught(quick_run, spiral_folder))
    small = sum(len(part) for part in (parts.train,)) - round(1438 * 0.9)
    assert small / len(parts.train) == pytest.approx(0.2, abs=0.05)
    assert len(parts.test) == 359 + 20


def test_a_regressed_model_is_marked_and_the_command_exits_1(
    quick_run: Run, spiral_folder: Path, tmp_path: Path
) -> None:
    # Spirals alone, quickly and hard: everything becomes a 1.
    recipe = tmp_path / "hard.toml"
    recipe.write_text(
        taught(quick_run, spiral_folder, least_share=0.5, learning_rate=0.3, epochs=1).to_toml()
    )
    done = run_lenet(
        "train", "--recipe", str(recipe), "--runs", str(tmp_path / "runs"), "--no-report"
    )
    assert done.returncode == 1
    run = Run.open(tmp_path / "runs/taught-1")
    assert run.manifest.state == "regressed"
    assert "lost more than 0.2 points on what its model could do before" in complaint(done)
    assert re.search(r"^changed +uci-digits: ", done.stdout, re.MULTILINE)


def test_a_loss_of_0_2_points_or_one_image_is_tolerated_and_no_more() -> None:
    assert not Change("mnist", 10_000, 34, 54).regressed
    assert Change("mnist", 10_000, 34, 55).regressed
    assert not Change("corrections", 20, 3, 4).regressed
    assert Change("corrections", 20, 3, 5).regressed


def test_starting_from_another_network_is_refused(quick_run: Run, tmp_path: Path) -> None:
    recipe = quick_run.recipe.with_changes({"start_from": str(quick_run.folder), "model": "fast"})
    with pytest.raises(UsageError, match="trains the network fast, but .* is lenet5: start from"):
        experiment.train(recipe, runs=tmp_path, device="cpu", report=False)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_the_reader_learns_spirals_and_faces_and_mnist_holds(
    mnist_dir: Path, tmp_path: Path
) -> None:
    place = tmp_path / "corrections.db"
    store = Corrections(str(place))
    now = datetime.now(UTC)
    rng = np.random.default_rng(5)
    said = [*((image, 1) for image in spirals(60).images), *((face(rng), None) for _ in range(60))]
    for image, truth in said:
        store.add(Correction(uuid4(), image, "reader", "0" * 64, 6, 0.9, truth, now))
    store.close()
    words = ["--recipe", "reader-finetune", "--data", "mnist", "--data", f"corrections:{place}"]
    done = run_lenet("train", *words, "--runs", str(tmp_path / "runs"), "--no-report", "--json")
    assert done.returncode == 0, done.stderr
    old, new, others = json.loads(done.stdout)["changes"]
    assert old["source"] == "mnist"
    for taught_ in (new, others):
        assert taught_["before"] >= 0.8 * taught_["total"] > 2
        assert taught_["after"] <= 0.2 * taught_["total"]


def test_changes_written_by_an_older_lenet_are_read_as_todays(
    quick_run: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "older"
    shutil.copytree(quick_run.folder, folder)
    older = [{"source": "folder:mine, what is no digit", "total": 9, "before": 3, "after": 1}]
    content = json.dumps(older).encode()
    (folder / FINETUNING).write_bytes(content)
    recipe = quick_run.recipe.with_changes({"start_from": "lenet5"})
    files = {**quick_run.manifest.files, FINETUNING: sha256(content)}
    run = Run(folder, recipe, quick_run.manifest.model_copy(update={"files": files}))
    assert read_changes(run) == [Change(f"folder:mine{NONDIGITS}", 9, 3, 1)]
