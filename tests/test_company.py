"""Regions judged by their neighbours."""

import numpy as np
import pytest

from lenet.picture import Crop
from lenet.reader.company import AMONG_DIGITS, LIKE_IN_HEIGHT, ON_NOISE, are_digits

SURE, NEARLY, HARDLY = 5.0, -AMONG_DIGITS + 0.1, -AMONG_DIGITS - 0.1  # scores; 0 is asked for


def judged(
    *scores: float, rows: str = "", heights: tuple[int, ...] = (), noise: float = 0.0
) -> list[bool]:
    """Return which regions are digits, all in one row or in the `rows` given."""
    regions = zip(rows or "0" * len(scores), heights or [20] * len(scores), strict=True)
    image = np.zeros((28, 28), np.uint8)
    crops = [Crop(image, (0, 0, 10, height), row=int(row)) for row, height in regions]
    return are_digits(crops, scores, 0.0, noise)


def test_a_nearly_sure_region_is_a_digit_among_digits() -> None:
    assert judged(NEARLY, SURE, SURE) == [True, True, True]


def test_an_unlikely_region_is_refused_even_among_digits() -> None:
    assert judged(HARDLY, SURE, SURE) == [False, True, True]


@pytest.mark.parametrize("scores", [(NEARLY,), (NEARLY, SURE), (SURE, SURE, NEARLY, -9, -9, -9)])
def test_a_nearly_sure_region_alone_or_among_signs_is_refused(scores: tuple[float, ...]) -> None:
    assert judged(*scores) == [score == SURE for score in scores]


def test_digits_of_another_row_are_no_company() -> None:
    assert judged(NEARLY, SURE, SURE, rows="011") == [False, True, True]


@pytest.mark.parametrize("height", [round(20 * LIKE_IN_HEIGHT) + 1, round(20 / LIKE_IN_HEIGHT) - 1])
def test_a_region_much_taller_or_lower_than_the_digits_is_refused(height: int) -> None:
    assert judged(NEARLY, SURE, SURE, heights=(height, 20, 20)) == [False, True, True]


def test_without_a_threshold_every_region_is_a_digit() -> None:
    crop = Crop(np.zeros((28, 28), np.uint8), (0, 0, 10, 20))
    assert are_digits([crop] * 3, [-9.0, 0.0, 9.0], -np.inf) == [True, True, True]


@pytest.mark.parametrize(("score", "is_digit"), [(SURE, False), (0.4 * ON_NOISE + 0.1, True)])
def test_on_noisy_paper_a_digit_must_score_higher(score: float, is_digit: bool) -> None:
    assert judged(score, noise=0.4) == [is_digit]


def test_company_lowers_the_threshold_on_noisy_paper_too() -> None:
    more = 0.4 * ON_NOISE
    assert judged(more + NEARLY, more + SURE, more + SURE, noise=0.4) == [True, True, True]
    assert judged(more + HARDLY, more + SURE, more + SURE, noise=0.4) == [False, True, True]
