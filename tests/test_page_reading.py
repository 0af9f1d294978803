"""How proposals become a reading: probabilities, rows and numbers, signs, grids, other classes."""

from dataclasses import dataclass, field, replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from finders import Pieces
from lenet.finder import Found, Heat, Preparation
from lenet.picture import Picture, decode
from lenet.reader import Classifier, Reader, Reading
from lenet.reader.belief import FACTS, Belief
from lenet.reader.page_reading import Networks, Options, judge, propose_ways, read_pages
from pages import Bytes, blank, rows_of

Ways = tuple[str, ...]
DIGITS = tuple("0123456789")


@pytest.fixture(scope="module")
def networks() -> Networks:
    """A reader that refuses nothing, and a finder that takes pieces of ink for digits."""
    return Networks(Reader("lenet5", threads=1).classifier, Pieces())


def read(pixels: Bytes, networks: Networks, **options: bool | float) -> Reading:
    [reading] = read_pages([decode(pixels)], networks, Options(**options))  # type: ignore[arg-type]
    return reading


def dash(page: Bytes, x: int, y: int) -> Bytes:
    cv2.line(page, (x, y), (x + 24, y), 0, 5)
    return page


@dataclass
class Told(Classifier):
    """Knows narrow ink from wide ink, and refuses what is below the threshold asked for."""

    classes: Ways = ("bar", "ring")
    rejection: float | None = None
    temperature: float = 1.0
    preparation: Preparation = field(default_factory=Preparation)
    asked: int = 0

    def logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        self.asked += len(images)
        logits = np.zeros((len(images), len(self.classes)), np.float32)
        narrow = (images > 127).any(1).sum(1) < 9
        logits[np.arange(len(images)), np.where(narrow, 0, 1)] = 4
        return logits


def believing(amount: float) -> Belief:
    """Return a belief that says the same of every place."""
    odds = np.log(amount / (1 - amount))
    zeros = np.zeros(FACTS)
    return Belief("", "", zeros, zeros + 1, np.zeros((FACTS + 1, 1)), np.array([0, odds]))


# --- rows and numbers


def test_digits_are_read_row_by_row(networks: Networks) -> None:
    reading = read(rows_of("3705", "2846", "5923", gap=75), networks)
    assert reading.text == str(reading) == "3705\n2846\n5923"
    assert reading.status == "digits"
    assert reading.rows == (((0, 1, 2, 3),), ((4, 5, 6, 7),), ((8, 9, 10, 11),))
    assert [number.text for number in reading.numbers] == ["3705", "2846", "5923"]
    middles = [x + w / 2 for x, _, w, _ in (digit.box for digit in reading.digits[:4])]
    assert middles == sorted(middles)


def test_a_wide_gap_parts_numbers(networks: Networks) -> None:
    assert read(rows_of("37  05", "2846", gap=60, height=45), networks).text == "37 05\n2846"


def test_a_sign_parts_numbers_and_is_told_without_an_image(networks: Networks) -> None:
    page = rows_of("1207", gap=80)
    assert read(page, networks).text == "1207"
    page = np.insert(page, [185] * 40, 255, axis=1)
    reading = read(dash(page, 188, 60), networks)
    assert reading.text == "12 07"
    [sign] = reading.rejected
    assert (sign.reason, sign.image) == ("sign", None)
    assert sign.box == pytest.approx((186, 58, 30, 5), abs=4)


def test_a_digit_that_could_be_a_sign_does_not_part_its_number(networks: Networks) -> None:
    class Doubtful(Pieces):
        """Thinks that each digit is rather another character, a pixel further right."""

        def look(self, page: Bytes) -> list[Heat]:
            seen = super().look(page)
            for heat in seen:
                beside = np.roll(heat.maps, 1, axis=2)  # one cell, which is four pixels
                at = beside[0] > 0
                heat.maps[2:6, at] = beside[2:6, at]
                heat.maps[4, at] -= 0.75
                heat.maps[1] = beside[0] + 0.5
            return seen

    reading = read(rows_of("3705"), replace(networks, finder=Doubtful()))
    assert (reading.text, reading.rejected) == ("3705", ())


def test_numbers_know_their_box_digits_and_probability(networks: Networks) -> None:
    reading = read(rows_of("37  05", gap=60, height=45), networks)
    first, second = reading.numbers
    assert (first.digits, second.digits) == ((0, 1), (2, 3))
    three, seven = (digit.box for digit in reading.digits[:2])
    assert first.box[0] == three[0]
    assert first.box[0] + first.box[2] == seven[0] + seven[2]
    product = reading.digits[0].probability * reading.digits[1].probability
    assert first.probability == pytest.approx(product)


def test_empty_cells_of_a_grid_are_points_if_asked(networks: Networks) -> None:
    page = rows_of("3 05", " 84 ", "592 ", gap=75)
    assert read(page, networks, grid=True).text == "3.05\n.84.\n592."
    assert "." not in read(page, networks).text
    numbers = read(page, networks, grid=True).numbers
    assert [number.text for number in numbers] == list("30584592")


def test_pages_are_read_together_as_each_alone(networks: Networks) -> None:
    pages = [rows_of("37", "28"), blank(90, 90), rows_of("4"), blank(28, 28), rows_of("90")]
    decoded = [decode(page) for page in pages]
    alone = [read(page, networks) for page in pages]
    assert read_pages(decoded, networks, Options()) == alone
    assert [reading.status for reading in alone] == ["digits", "blank", "digits", "blank", "digits"]
    assert read_pages([], networks, Options()) == []


def test_a_page_keeps_its_name_number_and_scale(networks: Networks) -> None:
    pixels = decode(rows_of("37")).pixels
    whole = read(rows_of("37"), networks)
    [reading] = read_pages([Picture(pixels, "x.pdf", 2, 3, True)], networks, Options())
    assert (reading.picture, reading.page, reading.of_several) == ("x.pdf", 3, True)
    for digit, same in zip(reading.digits, whole.digits, strict=True):
        assert digit.box == pytest.approx(tuple(2 * side for side in same.box), abs=2)


def test_of_both_ways_up_the_more_believed_is_read(networks: Networks) -> None:
    class Careful(Pieces):
        def find(self, page: Bytes, *, all_characters: bool = False) -> Found:
            found = super().find(page, all_characters=all_characters)
            upright = page[:20, :20].min() == 0
            return found if upright else replace(found, digits=found.digits.take(np.arange(1)))

        def look(self, page: Bytes) -> list:  # type: ignore[type-arg]
            seen = super().look(page)
            if page[:20, :20].min() > 0:
                for heat in seen:
                    heat.maps[:2] = -6
            return seen

    careful = replace(networks, finder=Careful())
    page = rows_of("3705", "2846", gap=75)
    page[2:12, 2:12] = 0
    turned = np.ascontiguousarray(page[::-1, ::-1])
    assert read(turned, careful).status == "nothing"
    assert "3705\n2846" in read(turned, careful, upside_down=True).text
    x, y, w, h = read(turned, careful, upside_down=True).digits[-1].box
    assert (x + w / 2, y + h / 2) < (turned.shape[1] / 2, turned.shape[0] / 2)


# --- probabilities and belief


@pytest.mark.parametrize("amount", [None, 0.7, 0.9, 0.999])
def test_probabilities_sum_to_1_and_unbelief_lowers_them(
    amount: float | None, networks: Networks
) -> None:
    belief = None if amount is None else believing(amount)
    reading = read(rows_of("37"), replace(networks, belief=belief))
    certain = read(rows_of("37"), networks)
    assert reading.text == certain.text
    for digit, sure in zip(reading.digits, certain.digits, strict=True):
        assert sum(digit.probabilities) == pytest.approx(1)
        assert digit.probability == max(digit.probabilities)
        share = 1 if amount is None else amount
        expected = share * sure.probability + (1 - share) / 10
        assert digit.probability == pytest.approx(expected)


def test_what_is_not_believed_is_rejected_with_its_image(networks: Networks) -> None:
    reading = read(rows_of("37"), replace(networks, belief=believing(0.6)))
    assert (reading.status, reading.text, reading.digits) == ("nothing", "", ())
    assert [region.reason for region in reading.rejected] == ["not_a_digit"] * 2
    images = [digit.image for digit in read(rows_of("37"), networks).digits]
    for region in reading.rejected:
        assert region.image is not None
        assert any(np.array_equal(region.image, image) for image in images)


def test_belief_counts_the_refusals_of_the_reader_only_where_there_is_none() -> None:
    strict = Networks(Told(DIGITS, rejection=1e9), Pieces())
    page = rows_of("1", "0")
    assert read(page, strict).status == "nothing"
    assert read(page, replace(strict, belief=believing(0.9))).status == "digits"


def test_a_page_that_is_one_digit_is_not_judged_by_the_belief(networks: Networks) -> None:
    unbelieving = replace(networks, belief=believing(0.01))
    assert read(rows_of("3"), unbelieving, single=True).text == "3"
    assert read(rows_of("3"), unbelieving).text == ""


def test_a_doubtful_digit_is_a_question_mark(networks: Networks) -> None:
    doubting = replace(networks, belief=believing(0.75))
    reading = read(rows_of("37"), doubting, min_probability=0.9)
    assert (reading.text, reading.status) == ("??", "digits")
    assert [digit.status for digit in reading.digits] == ["uncertain"] * 2
    kept = read(rows_of("37"), doubting, min_probability=0.9, keep_uncertain=True)
    assert kept.text == "37"


# --- images that are one digit as they are


class NoFinder(Pieces):
    def look(self, page: Bytes) -> list:  # type: ignore[type-arg]
        raise AssertionError("no finder is needed")


def ready_made() -> Bytes:
    """Return an image as MNIST's were made, with a 1 on it."""
    page = np.zeros((28, 28), np.uint8)
    page[4:24, 13:16] = 255
    return page


@pytest.mark.parametrize("single", [False, True])
def test_an_image_as_networks_take_it_needs_no_finder(single: bool) -> None:
    classifier = Told(DIGITS)
    for pixels in (ready_made(), 255 - ready_made()):
        reading = read(pixels, Networks(classifier, NoFinder()), single=single)
        assert reading.text == "0", "as `Told` reads a bar"
        assert np.array_equal(reading.digits[0].image, ready_made())
        assert reading.digits[0].box == (13, 4, 3, 20)
    assert classifier.asked == 2, "each image is classified once"


@pytest.mark.parametrize("single", [False, True])
def test_an_image_that_the_reader_refuses_is_shown_to_the_finder(single: bool) -> None:
    strict = Networks(Told(DIGITS, rejection=1e9), Pieces())
    reading = read(ready_made(), strict, single=single)
    assert reading.status == "nothing"
    assert {region.reason for region in reading.rejected} == {"not_a_digit"}
    with pytest.raises(AssertionError, match="no finder is needed"):
        read(ready_made(), replace(strict, finder=NoFinder()), single=single)


def test_what_the_finder_sees_on_a_refused_image_is_judged_by_the_belief() -> None:
    strict = Networks(Told(DIGITS, rejection=1e9), Pieces(), belief=believing(0.9))
    assert read(ready_made(), strict).text == "0"
    assert read(ready_made(), strict, single=True).text == ""


def test_of_all_ways_to_take_one_digit_one_that_is_not_refused_counts() -> None:
    class Unsure(Pieces):
        """Sees everything, and is sure of nothing."""

        def find(self, page: Bytes, *, all_characters: bool = False) -> Found:
            found = super().find(page, all_characters=all_characters)
            unsure = np.full(len(found.digits), -0.5, np.float32)
            return replace(found, digits=replace(found.digits, digit=unsure, other=unsure))

    class OnlyBars(Told):
        def logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
            logits = super().logits(images)
            logits[:, 1] = 0
            return logits

    page = blank(200, 200)
    page[40:160, 60:76] = 0
    page[85:125, 110:170] = 0
    strict = OnlyBars(rejection=2.0)
    reading = read(page, Networks(strict, Unsure()), single=True)
    assert [digit.name for digit in reading.digits] == ["bar"]
    assert reading.digits[0].box == pytest.approx((60, 40, 16, 120), abs=3)
    assert strict.asked == 2, "the ink of the whole page, then the longest piece"
    sure = Told(rejection=2.0)
    read(page, Networks(sure, Unsure()), single=True)
    assert sure.asked == 1, "what is not refused is not looked at in other ways"


def test_single_is_one_digit_or_one_rejection(networks: Networks) -> None:
    page = rows_of("37", "28")
    reading = read(page, networks, single=True)
    assert len(reading.digits) == 1
    refusing = replace(networks, classifier=Told(DIGITS, rejection=1e9))
    refused = read(page, refusing, single=True)
    assert (len(refused.digits), len(refused.rejected)) == (0, 1)
    assert refused.rejected[0].box == reading.digits[0].box


# --- models of other classes


def bars_and_rings() -> Bytes:
    page = blank(120, 260)
    cv2.line(page, (30, 30), (30, 90), 0, 8)
    cv2.circle(page, (85, 60), 28, 0, 8)
    cv2.line(page, (140, 30), (140, 90), 0, 8)
    return page


def test_a_model_of_words_reads_one_word_a_picture() -> None:
    reading = read(bars_and_rings()[:, 50:120], Networks(Told(), Pieces()))
    assert reading.text == "ring"
    first = reading.to_dict()["digits"][0]
    assert first["class"] == "ring"
    assert "digit" not in first
    assert len(reading.numbers) == 1


def test_classes_of_one_character_make_words() -> None:
    reading = read(bars_and_rings(), Networks(Told(("I", "O")), Pieces()))
    assert reading.text == "IOI"
    assert [digit.character for digit in reading.digits] == list("IOI")


def test_every_entry_of_a_model_of_other_classes_has_the_same_keys() -> None:
    mixed = Told(("0", "A"))
    entries = read(bars_and_rings(), Networks(mixed, Pieces())).to_dict()["digits"]
    assert [entry["class"] for entry in entries] == ["0", "A", "0"]
    assert not any("digit" in entry for entry in entries)


def test_a_model_of_other_classes_reads_what_the_finder_takes_for_signs() -> None:
    page = dash(bars_and_rings(), 180, 60)
    every = read(page, Networks(Told(("I", "O")), Pieces()))
    assert sorted(digit.name for digit in every.digits) == ["I", "I", "O", "O"]
    assert not every.rejected
    only = read(page, Networks(Told(DIGITS), Pieces()))
    assert [digit.digit for digit in only.digits] == [0, 1, 0]
    assert [region.reason for region in only.rejected] == ["sign"]


def test_a_proposal_that_is_seen_too_faintly_is_rejected_without_a_belief() -> None:
    networks = Networks(Told(DIGITS), Pieces())
    [way] = next(propose_ways(decode(bars_and_rings()), networks, Options()))
    way.digits.digit[1] = -0.5
    [judged] = judge([way], networks)
    assert judged.is_digit.tolist() == [True, False, True]
    assert judged.probabilities.sum(1) == pytest.approx(1)
