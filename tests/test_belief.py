"""What finder, reader and surroundings say of a place, and the belief that is made of it."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lenet.errors import ModelError
from lenet.finder import Candidates
from lenet.reader import Judgement, Reader
from lenet.reader.belief import FACTS, Belief, evidence
from lenet.run import BELIEF, MODEL, Run
from lenet.storage import sha256

Boxes = list[tuple[float, float, float, float]]
NONE = np.zeros(0, np.intp)


def places(boxes: Boxes, digit: float = 3, other: float = -3) -> Candidates:
    """Return places that are surely digits."""
    count = len(boxes)
    return Candidates(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.full(count, digit, np.float32),
        np.full(count, other, np.float32),
        np.zeros((count, 10), np.float32),
        np.zeros(count, np.intp),
    )


def judged(count: int) -> Judgement:
    """Return that each image is a 4, rather surely."""
    probabilities = np.full((count, 10), 0.01)
    probabilities[:, 4] = 0.91
    return Judgement(
        np.full(count, 4), probabilities, np.full(count, 2.0), *np.zeros((2, count), bool)
    )


def seen(
    found: Candidates, others: Candidates | None = None, side: float = 200
) -> NDArray[np.float64]:
    images = np.full((len(found), 28, 28), 40, np.uint8)
    return evidence(found, others or places([]), images, judged(len(found)), side)


def moved(boxes: Boxes, by: float) -> Boxes:
    return [(x + by, y + by, w, h) for x, y, w, h in boxes]


ROW: Boxes = [(20, 50, 12, 20), (36, 50, 12, 20), (52, 51, 12, 20)]


@pytest.fixture(scope="module")
def belief() -> Belief:
    rng = np.random.default_rng(0)
    numbers = rng.normal(0, 1, FACTS), rng.uniform(0.5, 2, FACTS)
    return Belief("f", "r", *numbers, rng.normal(0, 1, (FACTS + 1, 5)), rng.normal(0, 1, 6))


# --- evidence


@pytest.mark.parametrize("count", [0, 1, 3])
@pytest.mark.parametrize("signs", [0, 1])
def test_evidence_is_as_wide_for_any_number_of_places(count: int, signs: int) -> None:
    others = places([(90, 50, 12, 20)] * signs, digit=-3, other=3)
    known = seen(places(ROW[:count]), others)
    assert known.shape == (count, FACTS)
    assert np.isfinite(known).all()


def test_evidence_is_finite_however_sure_the_networks_are() -> None:
    found = places(ROW, digit=900, other=-900)
    certain = np.zeros((3, 10))
    certain[:, 4] = 1
    judgement = replace(judged(3), probabilities=certain, scores=np.array([-900.0, 0, 900]))
    images = np.zeros((3, 28, 28), np.uint8)
    assert np.isfinite(evidence(found, places([]), images, judgement, 200)).all()
    unsure = replace(judgement, scores=np.full(3, -900.0))
    unlikely = places(ROW, digit=-900)
    assert np.isfinite(evidence(unlikely, places([]), images, unsure, 200)).all()


def test_what_is_known_of_a_place_does_not_depend_on_where_on_the_page_it_is() -> None:
    assert np.allclose(seen(places(ROW)), seen(places(moved(ROW, 70))))


def test_the_scale_of_a_page_does_not_matter() -> None:
    large = [tuple(4 * side for side in box) for box in ROW]
    assert np.allclose(seen(places(ROW)), seen(places(large), side=800), atol=1e-5)  # type: ignore[arg-type]


def test_a_digit_in_a_row_of_digits_is_known_to_have_neighbours() -> None:
    among, alone = seen(places(ROW))[0], seen(places(ROW[:1]))[0]
    below = seen(places([ROW[0], (20, 76, 12, 20), (20, 102, 12, 20)]))[0]
    far = seen(places([ROW[0], (170, 50, 12, 20), (186, 50, 12, 20)]))[0]
    beside = np.flatnonzero(among > alone + 0.1)
    assert len(beside)
    assert (among[beside] > far[beside]).any()
    assert (among[beside] > below[beside] + 0.1).any()


def test_a_neighbour_that_is_hardly_a_digit_says_less() -> None:
    strong, weak = places(ROW), places(ROW)
    weak.digit[1:] = -3
    near = slice(10, 13)  # digits near: in its row, as high, and any
    assert (seen(weak)[0, near] < 0.1 * seen(strong)[0, near]).all()


def test_letters_around_a_digit_are_known() -> None:
    letters = places([(36, 50, 12, 20), (52, 50, 12, 20)], digit=-3, other=3)
    alone, among = seen(places(ROW[:1])), seen(places(ROW[:1]), letters)
    assert (among > alone + 0.1).sum() >= 3


def test_a_place_is_no_neighbour_of_itself() -> None:
    assert not seen(places(ROW[:1]))[0, 10:13].any()


def test_order_does_not_matter() -> None:
    chance = np.random.default_rng(0)
    boxes = np.concatenate([chance.uniform(0, 300, (40, 2)), chance.uniform(9, 40, (40, 2))], 1)
    found, order = places(boxes.tolist()), chance.permutation(40)
    assert np.allclose(seen(found)[order], seen(found.take(order)))


# --- belief


def test_a_belief_is_a_probability_for_each_place(belief: Belief) -> None:
    believed = belief(seen(places(ROW)))
    assert believed.shape == (3,)
    assert ((believed >= 0) & (believed <= 1)).all()
    assert belief(np.empty((0, FACTS))).shape == (0,)


def test_a_belief_comes_back_from_its_json(belief: Belief) -> None:
    again = Belief.from_json(belief.to_json())
    known = np.random.default_rng(1).normal(0, 2, (50, FACTS))
    assert (again.finder, again.reader) == ("f", "r")
    assert np.abs(again(known) - belief(known)).max() < 1e-4
    assert again.to_json() == belief.to_json()


@pytest.mark.parametrize(
    "fault",
    [
        b"",
        b"\xff",
        b"[]",
        b"7",
        b"{}",
        {"mean": None},
        {"mean": "many"},
        {"mean": [0.0] * (FACTS - 1)},
        {"mean": [0.0] * (FACTS - 1), "scale": [1.0] * (FACTS - 1)},
        {"mean": [float("nan")] * FACTS},
        {"hidden": [[1.0, 2.0], [3.0]]},
        {"hidden": [0.0]},
        {"output": [0.0]},
        {"output": [[0.0] * 6]},
    ],
    ids=str,
)
def test_a_broken_belief_is_a_model_error(fault: bytes | dict[str, object], belief: Belief) -> None:
    content = fault
    if isinstance(fault, dict):
        content = json.dumps({**json.loads(belief.to_json()), **fault}).encode()
    assert isinstance(content, bytes)
    with pytest.raises(ModelError, match="^belief.json is not valid: train the reader"):
        Belief.from_json(content)


@pytest.mark.parametrize("other", ["", "finder", "reader"])
def test_a_belief_is_used_only_for_the_two_it_was_fitted_for(
    other: str, belief: Belief, tmp_path: Path
) -> None:
    run = Run.open(Path(shutil.copytree(Run.find("reader").folder, tmp_path / "run")))
    digests = {name: sha256(Run.find(name).read(MODEL)) for name in ("finder", "reader")}
    digests |= {other: "another"} if other else {}
    fitted = replace(belief, finder=digests["finder"], reader=digests["reader"])
    run.write(BELIEF, fitted.to_json())
    run.finish("done")
    used = Reader(run.folder, threads=1).networks.belief
    assert (used is None) == bool(other)


def test_a_broken_belief_of_a_run_is_said_when_it_is_loaded(tmp_path: Path) -> None:
    run = Run.open(Path(shutil.copytree(Run.find("reader").folder, tmp_path / "run")))
    run.write(BELIEF, b"{}")
    run.finish("done")
    with pytest.raises(ModelError, match="belief.json is not valid"):
        Reader(run.folder)
