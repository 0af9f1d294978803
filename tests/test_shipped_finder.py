"""The finder that ships: what it finds on pages that were drawn in another way than its scenes."""

from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from lenet.drawing import draw_picture
from lenet.drawing.pages import PAPERS
from lenet.finder import Candidates, Finder
from lenet.finder.matching import assign
from lenet.picture import decode
from lenet.run import MODEL, Run

PICTURES = Path(str(resources.files("lenet").joinpath("pictures")))
TEXT = "7351/9042/866"


@pytest.fixture(scope="module")
def finder() -> Finder:
    return Finder(Run.find("finder").require_finder().read(MODEL), threads=1)


def believed(found: Candidates) -> Candidates:
    return found.take(found.digit >= 0)


def test_nearly_all_digits_are_found_on_every_paper(finder: Finder) -> None:
    total = found = false = right = 0
    for number, paper in enumerate(PAPERS):
        page = draw_picture(TEXT, np.random.default_rng([number, 5]), paper=paper)
        classes = [int(sign) for sign in TEXT if sign != "/"]
        truth = np.array([(c, *box) for c, box in zip(classes, page.boxes, strict=True)], np.int16)
        digits = believed(finder.find(page.pixels).digits)
        own, counts = assign(digits.boxes, truth)
        total, found = total + len(truth), found + int((own >= 0).sum())
        false += int((counts & (own < 0)).sum())
        right += int((truth[own[own >= 0], 0] == digits.classes[own >= 0].argmax(1)).sum())
    assert found >= 0.95 * total
    assert false <= 0.05 * total
    assert right >= 0.9 * found, "it knows which digit it is, nearly as well as the reader"


def test_the_one_digit_of_each_picture_of_ours_is_found(finder: Finder) -> None:
    pictures = sorted(PICTURES.glob("*.png"))
    counts = [len(believed(finder.find(decode(path).pixels).digits)) for path in pictures]
    assert sum(count == 1 for count in counts) >= 9, counts


def test_the_shipped_finder_is_small() -> None:
    run = Run.find("finder")
    assert len(run.read(MODEL)) <= 1_600_000
    card = (run.folder / "README.md").read_text("utf-8")
    for source in ("UNIPEN", "MNIST", "scikit-image", "mate-backgrounds"):
        assert source in card
