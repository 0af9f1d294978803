"""Facts about choosing among the ways to cut ink, with a network that believes what it is told."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from lenet.picture import Crop, Found
from lenet.reader import Classifier
from lenet.reader.choosing import CUT, SURE, WHOLE, choose

Belief = tuple[int, float]  # what an image is read as, and its score


def image(digit: int, score: float) -> NDArray[np.uint8]:
    """Return an image that `Told` reads as `digit` with `score`."""
    drawn = np.zeros((28, 28), np.uint8)
    drawn[0, :2] = digit, round(10 * score) + 100
    return drawn


@dataclass
class Told(Classifier):
    """A network whose logits are as each image says; 0 is where it begins to refuse."""

    rejection: float | None = 0.0

    def logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        logits = np.full((len(images), 10), -50, np.float32)
        scores = (images[:, 0, 1].astype(np.float32) - 100) / 10
        logits[np.arange(len(images)), images[:, 0, 0]] = scores
        return logits


def crop(belief: Belief, *, cut: bool = False, ways: tuple[tuple[Crop, ...], ...] = ()) -> Crop:
    return Crop(image(*belief), (0, 0, 10, 10), cut=cut, offer=lambda: ways)


def parts(*beliefs: Belief, cut: bool) -> tuple[Crop, ...]:
    return tuple(crop(belief, cut=cut) for belief in beliefs)


def digits(found: Found, classifier: Classifier) -> list[int]:
    [(crops, logits)] = choose([found], classifier)
    assert len(crops) == len(logits)
    assert not any(crop.alternatives for crop in crops)
    assert [int(crop.image[0, 0]) for crop in crops] == logits.argmax(1).tolist()
    return [int(digit) for digit in logits.argmax(1)]


def test_a_region_that_is_clearly_one_digit_stays_whole() -> None:
    region = crop((0, 7.0), ways=(parts((1, 7.5), (1, 7.5), cut=False),))
    assert digits(Found((region,)), Told()) == [0]


@pytest.mark.parametrize(("rejection", "score"), [(0.0, SURE), (None, 9.0)])
def test_a_sure_digit_is_not_searched_for_cuts(rejection: float | None, score: float) -> None:
    def offer() -> tuple[tuple[Crop, ...], ...]:
        raise AssertionError("this takes longer than all the rest")

    region = Crop(image(0, score), (0, 0, 10, 10), offer=offer)
    assert digits(Found((region,)), Told(rejection)) == [0]


def test_the_ways_to_cut_are_asked_for_once() -> None:
    asked = []

    def offer() -> tuple[tuple[Crop, ...], ...]:
        asked.append(1)
        return (parts((2, 9.0), (3, 9.5), cut=False),)  # other crops each time

    region = Crop(image(8, 1.0), (0, 0, 10, 10), offer=offer)
    assert digits(Found((region,)), Told()) == [2, 3]
    assert len(asked) == 1


@pytest.mark.parametrize("cut", [False, True])
def test_a_region_that_is_clearly_two_digits_is_cut(cut: bool) -> None:
    region = crop((8, 1.0), ways=(parts((2, 9.0), (3, 9.5), cut=cut),))
    assert digits(Found((region,)), Told()) == [2, 3]


def test_a_cut_through_ink_needs_more_than_a_gap() -> None:
    whole = 9.0 - WHOLE - CUT / 2
    for cut, read in ((False, [1, 1]), (True, [7])):
        region = crop((7, whole), ways=(parts((1, 9.0), (1, 9.0), cut=cut),))
        assert digits(Found((region,)), Told()) == read


@pytest.mark.parametrize("strokes", [2, 4])
def test_the_strokes_of_a_letter_do_not_become_ones(
    strokes: int,
) -> None:
    letter = crop((4, -3.0), ways=(parts(*[(1, 15.0)] * strokes, cut=True),))
    assert digits(Found((letter,)), Told()) == [4], "refused afterwards, by its score"


def test_a_one_that_touches_another_digit_is_cut_off() -> None:
    region = crop((4, -3.0), ways=(parts((1, 12.0), (7, 12.0), (1, 12.0), cut=True),))
    assert digits(Found((region,)), Told()) == [1, 7, 1]


def test_two_ones_with_paper_between_them_are_two_ones() -> None:
    region = crop((4, -3.0), ways=(parts((1, 9.0), (1, 9.0), cut=False),))
    assert digits(Found((region,)), Told()) == [1, 1]


def test_the_least_believed_part_counts() -> None:
    region = crop((4, 2.0), ways=(parts((1, 12.0), (7, 1.0), cut=False),))
    assert digits(Found((region,)), Told()) == [4]


def test_a_digit_beside_a_nondigit_is_read_on_its_own() -> None:
    region = crop((0, -4.0), ways=(parts((5, 9.0), (1, -5.0), cut=False),))
    assert digits(Found((region,)), Told()) == [5, 1], "the second is refused afterwards"


def test_the_orientation_with_the_higher_belief_is_taken() -> None:
    left = Found((crop((2, 1.0)), crop((4, 2.0))))
    right = Found((crop((7, 8.0)), crop((1, 7.0))))
    assert digits(Found(left.crops, turned=(right,)), Told()) == [7, 1]
    assert digits(Found(right.crops, turned=(left,)), Told()) == [7, 1]


def test_a_network_that_does_not_refuse_chooses_by_probability() -> None:
    class Plain(Told):
        def logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
            return np.maximum(super().logits(images), 0)  # so a score of 0 is a guess

    network = Plain(rejection=None)
    ways = (parts((2, 9.0), (3, 9.0), cut=False),)
    assert digits(Found((crop((8, 0.0), ways=ways),)), network) == [2, 3]
    assert digits(Found((crop((8, 9.0), ways=ways),)), network) == [8]


def test_pictures_are_chosen_for_one_by_one_and_blank_ones_stay_blank() -> None:
    pictures = [Found(), Found((crop((3, 5.0)),)), Found(), Found((crop((4, 5.0)),))]
    chosen = choose(pictures, Told())
    assert [len(crops) for crops, _ in chosen] == [0, 1, 0, 1]
    assert [logits.shape for _, logits in chosen] == [(0, 10), (1, 10), (0, 10), (1, 10)]
