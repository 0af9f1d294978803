"""Pictures become images as the model that shall read them takes them, wherever they come from."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import lenet
from command import run_lenet
from drawn import learn, save
from lenet import datasets
from lenet.datasets import Dataset
from lenet.datasets.loading import load_nondigits, load_others
from lenet.datasets.parts import load_parts
from lenet.errors import DataError
from lenet.finder import Preparation
from lenet.reader import Reader
from lenet.recipe import Recipe
from lenet.run import Run

DARK, LIGHT = Preparation("ink", "dark"), Preparation("ink", "light")
COUNT = 80
NOTE = (
    f"{COUNT} of {COUNT} small plain pictures look light on dark, but are taken for dark on light "
    "as the model learnt it: "
)


@pytest.fixture(scope="module")
def uci() -> Dataset:
    return datasets.load("uci-digits").train.subset(slice(COUNT))


def fill(folder: Path, data: Dataset, *, dark: bool, first: int = 0) -> str:
    for number, (image, label) in enumerate(zip(data.images, data.labels, strict=True), first):
        save(255 - image if dark else image, folder / data.classes[label] / f"{number:04}.png")
    return f"folder:{folder}"


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory, uci: Dataset) -> tuple[str, str]:
    """The same digits twice: dark on light, and light on dark."""
    place = tmp_path_factory.mktemp("digits")
    return fill(place / "dark", uci, dark=True), fill(place / "light", uci, dark=False)


@pytest.fixture(scope="module")
def of_dark(folders: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A model that learnt from small pictures, dark on light."""
    return learn(folders[0], tmp_path_factory.mktemp("runs"), epochs=8)


def contents(part: Dataset) -> set[bytes]:
    return {image.tobytes() for image in part.images}


# --- evaluating and comparing


def test_a_model_is_scored_on_what_predict_would_read(
    of_dark: Run, folders: tuple[str, str], uci: Dataset
) -> None:
    _, light = folders
    notes: list[str] = []
    turned = lenet.evaluate(of_dark.folder, [light], tell=notes.append)
    assert notes[0].startswith(NOTE)
    reader = Reader(of_dark.folder)
    test = datasets.load(light, learnt=DARK).test
    shown = [reader.classifier.probabilities(test.images).argmax(1)]
    assert turned.errors == int((np.concatenate(shown) != test.labels).sum())
    known = contents(uci)
    assert not contents(test) & known
    as_asked = lenet.evaluate(of_dark.folder, [f"{light}?polarity=auto"])
    assert as_asked.errors == lenet.evaluate(of_dark.folder).errors < turned.errors
    told = run_lenet("evaluate", of_dark.folder, "--data", light)
    assert told.stderr.replace("\n", " ").startswith(NOTE)


def test_a_model_of_arrays_takes_each_picture_as_it_looks(
    quick_run: Run, tmp_path: Path, uci: Dataset
) -> None:
    for half, is_dark in ((slice(0, 40), True), (slice(40, COUNT), False)):
        source = fill(tmp_path / "test", uci.subset(half), dark=is_dark, first=half.start)
    mixed = datasets.load(source, learnt=Preparation())
    assert contents(mixed.train) | contents(mixed.test) == contents(uci)
    whole = lenet.evaluate(quick_run.folder, mixed.test)
    assert lenet.evaluate(quick_run.folder, [source]) == whole


def test_a_model_of_whole_pictures_gets_whole_pictures(folders: tuple[str, str]) -> None:
    squeezed = Preparation("squeeze", "dark")
    dark, _ = folders
    found = datasets.load(dark, learnt=squeezed)
    assert found.preparation == squeezed
    assert datasets.load(f"{dark}?fit=ink", learnt=squeezed).preparation == DARK


def test_every_model_of_a_comparison_takes_pictures_in_its_own_way(
    of_dark: Run, quick_run: Run, folders: tuple[str, str], tmp_path: Path
) -> None:
    _, light = folders
    models = [str(of_dark.folder), str(quick_run.folder)]
    standings = lenet.compare(models, data=[light], runs=tmp_path).standings
    errors = {standing.name: standing.errors for standing in standings}
    for model in models:
        assert errors[model] == (lenet.evaluate(model, [light]).errors,)
    assert errors[models[0]] > errors[models[1]]


# --- teaching a model further, extra data and several sources


def recipe(source: str, **others: object) -> Recipe:
    return Recipe.load("fast").with_changes({"data": source, "validation": 0.2, **others})


def test_a_model_that_is_taught_further_keeps_how_it_takes_pictures(
    of_dark: Run, folders: tuple[str, str]
) -> None:
    start = {"start_from": str(of_dark.folder)}
    parts = load_parts(recipe(folders[1], **start))
    assert parts.preparation == DARK
    assert parts.notes[0].startswith(NOTE)
    assert load_parts(recipe("uci-digits", **start)).preparation == DARK
    said = load_parts(recipe(f"{folders[1]}?polarity=light", **start))
    assert said.preparation == LIGHT


def test_pictures_among_the_extra_data_decide_too(folders: tuple[str, str]) -> None:
    dark, light = folders
    parts = load_parts(recipe("uci-digits", extra_data=dark))
    assert parts.preparation == DARK
    assert parts.notes == (
        f"{COUNT} small plain pictures are dark on light",
        "the pictures have 28×28 pixels",
    )
    both = load_parts(recipe(light, extra_data=dark))
    assert both.preparation == Preparation()
    assert f"small plain pictures of {light} and {dark} differ: each is taken as it looks" in (
        both.notes
    )


def test_of_two_sources_each_picture_is_taken_as_it_looks(
    tmp_path: Path, folders: tuple[str, str], uci: Dataset
) -> None:
    odd = fill(tmp_path / "odd", uci, dark=True)
    save(uci.images[0], tmp_path / "odd" / "0" / "light.png")
    alone = datasets.load(odd)
    assert len((contents(alone.train) | contents(alone.test)) - contents(uci)) == 1
    together = datasets.load_all([odd, folders[1]])
    assert together.preparation == Preparation()
    assert contents(together.train) | contents(together.test) == contents(uci)
    said = datasets.load_all([f"{odd}?polarity=dark", folders[1]])
    assert said.preparation == Preparation()
    assert len((contents(said.train) | contents(said.test)) - contents(uci)) == 1


def test_what_is_data_already_is_no_extra_data() -> None:
    parts = load_parts(recipe("uci-digits", extra_data=["uci-digits", "drawn:50"]))
    alone = load_parts(recipe("uci-digits"))
    assert parts.validation
    assert alone.validation
    assert len(parts.train) == len(alone.train) + 40
    assert parts.own == len(alone.validation)


# --- pictures of no class


@pytest.fixture
def with_none(tmp_path: Path, uci: Dataset) -> tuple[str, NDArray[np.uint8]]:
    """Digits dark on light; among what is none of them a light one on dark, and a blank sheet."""
    source = fill(tmp_path / "own", uci, dark=True)
    sign = uci.images[3].T.copy()
    save(sign, tmp_path / "own" / "none" / "sign.png")
    save(np.full((60, 60), 255, np.uint8), tmp_path / "own" / "none" / "blank.png")
    return source, sign


def test_pictures_of_no_class_are_taken_as_those_of_the_classes(
    with_none: tuple[str, NDArray[np.uint8]],
) -> None:
    source, sign = with_none
    with_others = {"nondigits": "nondigits:50", "calibrate": True}
    parts = load_parts(recipe(source, **with_others))
    assert parts.preparation == DARK
    assert parts.nondigits is not None
    assert parts.nondigits_validation is not None
    seen = contents(parts.nondigits) | contents(parts.nondigits_validation)
    train, _ = load_others(source, None, DARK)
    assert train is not None
    assert contents(train) <= seen
    assert normalised(sign) not in contents(train)


def test_alone_pictures_of_no_class_are_taken_as_they_look(
    with_none: tuple[str, NDArray[np.uint8]],
) -> None:
    source, sign = with_none
    train, _ = load_others(source)
    assert train is not None
    assert normalised(sign) in contents(train)
    assert len(train) == 2
    assert sum(not image.any() for image in train.images) == 1


def test_a_blank_picture_is_an_image_of_no_class(tmp_path: Path, uci: Dataset) -> None:
    source = fill(tmp_path, uci, dark=True)
    save(np.full((60, 60), 255, np.uint8), tmp_path / "0" / "blank.png")
    with pytest.raises(DataError, match="blank.png shows nothing"):
        datasets.load(source)
    assert any(not image.any() for image in load_nondigits(source).images)


def normalised(ink: NDArray[np.uint8]) -> bytes:
    from lenet.finder import plain_character

    single = plain_character(np.dstack([ink] * 3))
    assert single is not None
    return single.image.tobytes()


# --- how many work at it


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines a process to some cores")
def test_a_process_confined_to_one_core_works_with_one() -> None:
    program = (
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "from lenet.runtime import available_cores, open_session\n"
        "from lenet.run import MODEL, Run\n"
        "before = len(os.listdir('/proc/self/task'))\n"
        "session = open_session(Run.find('lenet5').read(MODEL))\n"
        "print(available_cores(), len(os.listdir('/proc/self/task')) - before)\n"
    )
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout.split() == ["1", "0"]
