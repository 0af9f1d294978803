"""The finder that ships: what it finds on pages that were drawn in another way than its scenes."""

from importlib import resources
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from lenet.drawing import draw_picture
from lenet.drawing.pages import PAPERS
from lenet.finder import Candidates, Finder, contrast, found_in
from lenet.finder.matching import assign
from lenet.picture import decode
from lenet.reader import Reader
from lenet.run import MODEL, Run

PICTURES = Path(str(resources.files("lenet").joinpath("pictures")))
TEXT = "7351/9042/866"


@pytest.fixture(scope="module")
def finder() -> Finder:
    return Finder(Run.find("finder").require_finder().read(MODEL), threads=1)


def believed(found: Candidates) -> Candidates:
    return found.take(found.digit >= 0)


@pytest.mark.parametrize("corner", [(200, 260), (0, 100), (508, 340)])
def test_bare_paper_takes_no_time_and_changes_nothing(
    finder: Finder, corner: tuple[int, int]
) -> None:
    page = np.full((400, 640), 250, np.uint8)
    for number, name in enumerate(("2-mouse.png", "7-small.png")):
        drawn = Image.open(PICTURES / name).convert("L").resize((60, 60))
        x, y = corner[0] + 70 * number, corner[1]
        page[y : y + 60, x : x + 60] = np.asarray(drawn)
    whole = page.copy()
    whole[[0, 0, -1, -1], [0, -1, 0, -1]] = 200  # its corners are not bare
    brief, full = finder.look(page), finder.look(whole)
    assert sum(heat.shown.size for heat in brief) < 0.4 * sum(heat.shown.size for heat in full)
    x, y = corner
    inside = np.s_[max(30, y - 10) : min(370, y + 70), max(30, x - 10) : min(610, x + 140)]
    assert brief[0].contrast[inside] == pytest.approx(full[0].contrast[inside], abs=0.01)
    cells = tuple(slice(each.start // 4 + 1, each.stop // 4 - 1) for each in inside)
    for ours, theirs in zip(brief[0].probabilities[:2], full[0].probabilities[:2], strict=True):
        assert ours[cells] == pytest.approx(theirs[cells], abs=0.05)
    found, known = (found_in(seen).digits for seen in (brief, full))
    sure = np.flatnonzero(found.digit > 0)
    assert len(sure) == np.count_nonzero(known.digit > 0) >= 2
    for box, other in zip(
        *(sorted(each.boxes[sure].tolist()) for each in (found, known)), strict=True
    ):
        assert box == pytest.approx(other, abs=2)


def test_nothing_stands_out_of_bare_paper(finder: Finder) -> None:
    blank = finder.look(np.full((400, 640), 250, np.uint8))
    assert all(not heat.contrast.any() for heat in blank)


def test_the_paper_around_a_cut_is_that_of_the_page(finder: Finder) -> None:
    page = np.full((400, 640), 250, np.uint8)
    page[:60] = 40  # a bar along the upper edge, most of what is looked at
    drawn = Image.open(PICTURES / "7-small.png").convert("L").resize((40, 40))
    page[64:104, 300:340] = np.asarray(drawn)
    whole = page.copy()
    whole[-1, [0, -1]] = 200
    ours, theirs = (finder.find(each).digits for each in (page, whole))
    assert ours.boxes[0] == pytest.approx(theirs.boxes[0], abs=0.5)
    assert ours.digit[0] == pytest.approx(theirs.digit[0], abs=0.1)


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


def test_more_blurred_pages_are_read_because_they_are_sharpened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    blurred = []
    for number in range(16):
        page = draw_picture(TEXT, np.random.default_rng([number, 5]))
        scale = 16 / float(np.median([height for *_, height in page.boxes]))
        small = cv2.resize(page.pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        blurred.append(np.asarray(cv2.GaussianBlur(small, (0, 0), 1.9), np.uint8))
    reader = Reader(threads=2)

    def read() -> int:
        texts = (reader.read(page).text for page in blurred)
        return sum(text.replace(" ", "").replace("\n", "/") == TEXT for text in texts)

    sharpened = read()
    monkeypatch.setattr(contrast, "MOST_SHARPENED", 0.0)
    assert sharpened >= read() + 4


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
