"""Fitting what to believe of a finder's proposals, and when a run does it."""

import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import logit
from sklearn.neural_network import MLPClassifier

from finders import Pieces
from lenet import experiment
from lenet.datasets import Dataset
from lenet.datasets.crops import are_narrow
from lenet.datasets.scenes import Scenes, load_scenes
from lenet.drawing.material import Material
from lenet.errors import LeNetError, ModelError, UsageError
from lenet.experiment import belief_run
from lenet.experiment.belief_run import (
    Known,
    carry_belief,
    collect,
    fit_belief,
    fit_member,
    plain_pages,
    scene_pages,
)
from lenet.finder import Found, Heat, found_in, shipped_finder
from lenet.metrics.calibration import calibrate
from lenet.reader import Classifier, Reader
from lenet.reader.belief import FACTS, Belief
from lenet.reader.page_reading import Networks
from lenet.recipe import Recipe
from lenet.run import BELIEF, MODEL, Run
from lenet.storage import sha256

FINDER_RECIPE = {
    "data": "uci-digits",
    "nondigits": "nondigits:200",
    "calibrate": True,
    "validation": 0.2,
    "epochs": 1,
    "finder": "finder",
}


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Scenes:
    return load_scenes(120, 3, Material(), tmp_path_factory.mktemp("scenes"))


@pytest.fixture(scope="module")
def model() -> bytes:
    return Run.find("reader").read(MODEL)


def test_a_fitted_belief_tells_digits_from_what_the_finder_took_for_one(
    scenes: Scenes, model: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(belief_run, "load_held_scenes", lambda *_, **__: scenes)
    belief = fit_belief(model, "finder", count=len(scenes))
    assert (belief.finder, belief.reader) == (shipped_finder().digest, sha256(model))
    assert belief.mean.shape == (FACTS,)
    networks = Networks(Classifier(model, 1), shipped_finder())
    seen, is_digit = collect(networks, plain_pages(40, 5))
    others, is_other = collect(networks, scene_pages(scenes))
    assert belief(seen)[is_digit].mean() > 0.9
    assert belief(others)[is_other].mean() > belief(others)[~is_other].mean() + 0.3
    again = Belief.from_json(belief.to_json())
    assert np.allclose(again(seen), belief(seen), atol=1e-3)


def test_a_belief_is_the_mean_of_networks_that_differ(
    scenes: Scenes, model: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    members: list[MLPClassifier] = []

    def remembered(*words: Any) -> MLPClassifier:
        members.append(fit_member(*words))
        return members[-1]

    monkeypatch.setattr(belief_run, "load_held_scenes", lambda *_, **__: scenes)
    monkeypatch.setattr(belief_run, "fit_member", remembered)
    belief = fit_belief(model, "finder", count=len(scenes))
    seen, _ = collect(Networks(Classifier(model, 1), shipped_finder()), scene_pages(scenes))
    standardised = (seen - belief.mean) / belief.scale
    logits = [logit(member.predict_proba(standardised)[:, 1]) for member in members]
    assert len(members) == belief_run.MEMBERS
    assert np.std(logits, axis=0).max() > 0.1
    assert np.allclose(logit(belief(seen)), np.mean(logits, axis=0), atol=1e-6)


def test_scenes_are_looked_at_as_large_as_they_are(
    scenes: Scenes, model: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(networks: Networks, pages: object) -> None:
        raise ModelError(f"small print: {networks.finder.small_print}")

    monkeypatch.setattr(belief_run, "load_held_scenes", lambda *_, **__: scenes)
    monkeypatch.setattr(belief_run, "collect", stop)
    with pytest.raises(ModelError, match="small print: False"):
        fit_belief(model, "finder", count=len(scenes))


def test_every_second_plain_page_shows_a_single_digit() -> None:
    pages = list(plain_pages(10, 7))
    assert [len(page.characters) == 1 for page in pages] == [False, True] * 5
    for page in pages:
        height, width = page.pixels.shape[:2]
        for label, x, y, w, h in page.characters.tolist():
            assert 0 <= label < 10
            assert 0 <= x < x + w <= width
            assert 0 <= y < y + h <= height


def test_scenes_become_pages_with_their_characters(scenes: Scenes) -> None:
    pages = list(scene_pages(scenes))
    assert len(pages) == len(scenes)
    for page, image, (first, last) in zip(
        pages, scenes.images, pairwise(scenes.first), strict=True
    ):
        assert np.array_equal(page.pixels[:, :, 1], image)
        assert len(page.characters) == last - first


class Blind(Pieces):
    """Sees its pages, and finds nothing on them."""

    def look(self, page: np.ndarray) -> list[Heat]:
        return super().look(np.full_like(page, 255))

    def find(self, page: np.ndarray, *, all_characters: bool = False) -> Found:
        return found_in(self.look(page), all_characters=all_characters)


def test_a_finder_that_finds_no_digit_is_an_error(model: bytes) -> None:
    page = np.zeros((80, 80, 3), np.uint8)
    page[20:60, 38:42] = 255
    known = [Known(page, np.array([[1, 38, 20, 4, 40]], np.int16))]
    with pytest.raises(ModelError, match="finds no digit in drawn scenes: train it longer"):
        collect(Networks(Classifier(model, 1), Blind()), known)


def test_a_run_whose_recipe_names_a_finder_keeps_a_belief(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fit(content: bytes, finder: str, data_dir: Path | None) -> Belief:
        assert (finder, data_dir) == ("finder", None)
        zeros = np.zeros(FACTS)
        weights = np.zeros((FACTS + 1, 1)), np.array([0.0, 2.0])
        return Belief(shipped_finder().digest, sha256(content), zeros, zeros + 1, *weights)

    monkeypatch.setattr(belief_run, "fit_belief", fit)
    recipe = Recipe.load("fast").with_changes(FINDER_RECIPE)
    run = experiment.train(recipe, runs=tmp_path, device="cpu", report=False)
    assert BELIEF in run.manifest.files
    belief = Reader(run.folder, threads=1).networks.belief
    assert belief is not None
    assert belief(np.zeros((1, FACTS))) == pytest.approx(1 / (1 + np.exp(-2)))

    further = recipe.with_changes(
        {"start_from": str(run.folder), "finder": "", "nondigits": [], "calibrate": False}
    )
    taught = experiment.train(further, runs=tmp_path, device="cpu", report=False)
    of_taught = Reader(taught.folder, threads=1).networks.belief
    assert of_taught is not None
    assert of_taught.reader == sha256(taught.read(MODEL)) != belief.reader
    assert np.array_equal(of_taught.output, belief.output)


def test_a_reader_without_a_belief_of_its_own_hands_none_on(model: bytes, tmp_path: Path) -> None:
    assert carry_belief(Run.find("lenet5"), model) is None
    reader = Run.open(Path(shutil.copytree(Run.find("reader").folder, tmp_path / "reader")))
    assert carry_belief(reader, model) is not None
    anew = Belief.from_json(reader.read(BELIEF))
    changed = reader.replace({BELIEF: replace(anew, reader="0" * 64).to_json()})[0]
    assert carry_belief(changed, model) is None


@pytest.mark.parametrize(
    ("changes", "kind", "text"),
    [
        ({"finder": "no-such-run"}, UsageError, "no model 'no-such-run'"),
        ({"finder": "lenet5"}, LeNetError, "lenet5"),
        ({}, UsageError, "a finder finds the ten digits, and letters has the classes a, b: leave"),
    ],
)
def test_a_finder_that_is_of_no_use_stops_a_run_before_it_begins(
    changes: dict[str, str], kind: type[LeNetError], text: str, tmp_path: Path
) -> None:
    recipe = Recipe.load("fast").with_changes({**FINDER_RECIPE, **changes})
    images = np.random.default_rng(0).integers(0, 255, (40, 28, 28), np.uint8)
    letters = Dataset("letters", images, np.arange(40) % 2, ("a", "b"))
    data = None if changes else letters
    with pytest.raises(kind, match=text):
        experiment.train(recipe, data=data, runs=tmp_path, device="cpu", report=False)
    assert not list(tmp_path.iterdir())


def test_only_the_own_images_limit_how_many_digits_are_refused() -> None:
    rng = np.random.default_rng(0)
    labels = np.arange(2_000) % 10
    logits = rng.normal(0, 1, (2_000, 10)) + 12 * np.eye(10)[labels]
    logits[1_000:] -= 9  # the second half is hardly legible
    nothing = rng.normal(0, 1, (2_000, 10)) - 2
    limited = calibrate(logits, labels, nothing).rejection
    own = calibrate(logits, labels, nothing, own=1_000).rejection
    assert limited is not None
    assert own is not None
    assert own > limited
    assert calibrate(logits, labels, nothing, own=0).rejection == limited


def test_a_bar_is_narrow_and_a_ring_is_not() -> None:
    images = np.zeros((3, 28, 28), np.uint8)
    images[0, 4:24, 12:15] = 255
    images[1, 4:24, 4:24] = 255
    images[2, 12:15, 4:24] = 255
    assert are_narrow(images).tolist() == [True, False, False]
