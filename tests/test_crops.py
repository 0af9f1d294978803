"""Crops of drawn scenes to learn reading from."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from finders import Pieces
from lenet.datasets import crops
from lenet.datasets.crops import NO_CLASS
from lenet.datasets.scenes import Scenes, load_scenes
from lenet.drawing.material import Material
from lenet.finder import Found
from lenet.reader import Classifier
from lenet.run import MODEL, Run


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier(Run.find("reader").read(MODEL))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scenes, Scenes]:
    cache = tmp_path_factory.mktemp("scenes")
    first, second = (load_scenes(200, seed, Material(), cache) for seed in (0, 1))
    return first, second


def test_crops_are_the_digits_of_scenes_and_what_is_none(
    drawn: tuple[Scenes, Scenes],
    classifier: Classifier,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    images, labels = crops._cut(Pieces(), drawn[0])
    assert images.shape[1:] == (28, 28)
    assert images.dtype == np.uint8
    assert images.any((1, 2)).all()
    assert set(np.unique(labels)) == {NO_CLASS, *range(10)}
    logits = classifier.logits(images)
    is_digit = labels != NO_CLASS
    assert (logits[is_digit].argmax(1) == labels[is_digit]).mean() > 0.8
    scores = classifier.scores(logits)
    assert np.median(scores[is_digit]) > np.median(scores[~is_digit]) + 3

    class Blind(Pieces):
        def find(self, page: NDArray[np.uint8], *, all_characters: bool = False) -> Found:
            raise AssertionError("the crops are kept")

    again, same = crops._cut(Blind(), drawn[0])
    assert np.array_equal(again, images)
    assert np.array_equal(same, labels)
