"""Teaching a model further: what it learns, what it keeps, and what is refused."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from lenet import experiment
from lenet.datasets import Dataset
from lenet.errors import UsageError
from lenet.evaluation import Parts
from lenet.finetuning import Change, read_changes
from lenet.inspection.weights import beginning
from lenet.picture import normalise
from lenet.recipe import Recipe
from lenet.run import Run
from test_cli import complaint, run_lenet


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


def taught(quick_run: Run, folder: Path, **changes: object) -> Recipe:
    return quick_run.recipe.with_changes(
        {
            "name": "taught",
            "start_from": str(quick_run.folder),
            "data": ["uci-digits", f"folder:{folder}"],
            "least_share": 0.2,
            "epochs": 3,
            **changes,
        }
    )


def test_a_private_way_of_writing_is_learnt_and_the_rest_is_kept(
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
    parts = Parts.load(taught(quick_run, spiral_folder))
    small = sum(len(part) for part in (parts.train,)) - round(1438 * 0.9)
    assert small / len(parts.train) == pytest.approx(0.2, abs=0.05)
    assert len(parts.test) == 359 + 20


def test_a_model_that_loses_what_it_could_is_marked_and_the_command_exits_1(
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
    assert "changed    uci-digits:" in done.stdout


def test_losing_a_fifth_of_a_point_or_one_image_is_tolerated_and_no_more() -> None:
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
def test_the_reader_learns_spirals_from_corrections_in_minutes_and_mnist_holds(
    mnist_dir: Path, tmp_path: Path
) -> None:
    from lenet.corrections import Correction, Corrections

    place = tmp_path / "corrections.db"
    store = Corrections(str(place))
    now = datetime.now(UTC)
    for image in spirals(60).images:
        store.add(Correction(uuid4(), image, "reader", "0" * 64, 6, 0.9, 1, now))
    store.close()
    done = run_lenet(
        "train",
        "--recipe",
        "reader-finetune",
        "--data",
        "mnist",
        "--data",
        f"corrections:{place}",
        "--runs",
        str(tmp_path / "runs"),
        "--no-report",
        "--json",
    )
    assert done.returncode == 0, done.stderr
    old, new = json.loads(done.stdout)["changes"]
    assert old["source"] == "mnist"
    assert new["before"] >= 0.8 * new["total"]
    assert new["after"] <= 0.2 * new["total"]
