"""Finding several digits: rows and reading order, touching and broken digits."""

import pickle
from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from PIL import Image

from lenet.picture import Crop
from pages import Bytes, blank, centres, difference, find, rows_of, same_digits, write


@pytest.fixture
def page() -> Bytes:
    return rows_of("3705", "2846", "5923")


# --- rows and reading order


def test_digits_are_in_reading_order(page: Bytes) -> None:
    result = find(page)
    assert [crop.row for crop in result.crops] == [0] * 4 + [1] * 4 + [2] * 4
    for number, (x, y) in enumerate(centres(result)):
        assert abs(x - (70 + 100 * (number % 4))) < 15
        assert abs(y - (70 + 100 * (number // 4))) < 15
    assert not result.turned


def test_rows_with_gaps_and_different_lengths_keep_their_order() -> None:
    result = find(rows_of("37", "2 46 8", "5   3"))
    assert [crop.row for crop in result.crops] == [0, 0, 1, 1, 1, 1, 2, 2]


@pytest.mark.parametrize("degrees", [-20, -12, -5, 5, 12, 20])
def test_a_slanted_page_has_the_same_reading_order(page: Bytes, degrees: int) -> None:
    wide = cv2.copyMakeBorder(page, 120, 120, 120, 120, cv2.BORDER_CONSTANT, value=255)
    h, w = wide.shape
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), degrees, 1)
    slanted = np.asarray(cv2.warpAffine(wide, turn, (w, h), borderValue=255), np.uint8)
    result = find(slanted)
    assert [crop.row for crop in result.crops] == [0] * 4 + [1] * 4 + [2] * 4
    assert same_digits(result, find(page), most=25)
    for (x, y), (u, v) in zip(centres(result), centres(find(wide)), strict=True):
        expected = turn @ (u, v, 1)
        assert np.hypot(x - expected[0], y - expected[1]) < 8, "boxes are of the picture as it is"


def test_curved_rows_are_kept_together() -> None:
    page = blank(300, 900)
    for column in range(8):
        for row in range(2):
            write(
                page, "28305769"[column], (40 + 100 * column, 110 + 110 * row + 3 * column**2 // 2)
            )
    assert [crop.row for crop in find(page).crops] == [0] * 8 + [1] * 8


@pytest.mark.parametrize("quarters", [1, 3])
def test_a_sideways_photo_is_proposed_in_both_orientations(page: Bytes, quarters: int) -> None:
    result = find(np.rot90(page, quarters).copy())
    (other,) = result.turned
    upright = find(page)
    ups = [same_digits(up, upright) for up in (result, other)]
    assert sorted(ups) == [False, True]
    right = (result, other)[ups.index(True)]
    for (x, y), (u, v) in zip(centres(right), centres(upright), strict=True):
        h, w = page.shape
        expected = (v, w - u) if quarters == 1 else (h - v, u)
        assert np.hypot(x - expected[0], y - expected[1]) < 4, "boxes are of the picture as it is"


def test_upside_down_is_proposed_only_on_request(page: Bytes) -> None:
    head = page[::-1, ::-1].copy()
    assert not find(head).turned
    (turned,) = find(head, upside_down=True).turned
    assert same_digits(turned, find(page))


# --- broken and touching digits


def ways(crop: Crop) -> Iterator[tuple[Crop, ...]]:
    yield (crop,)
    yield from crop.alternatives


def test_the_detached_bar_of_a_5_belongs_to_it() -> None:
    five = blank(200, 160)
    cv2.line(five, (70, 45), (66, 90), 0, 8)
    cv2.ellipse(five, (75, 120), (36, 32), 0, -110, 140, 0, 8)
    whole = five.copy()
    cv2.line(whole, (70, 45), (115, 42), 0, 8)
    cv2.line(five, (86, 44), (115, 42), 0, 8)
    result = find(five)
    assert len(result.crops) == 1
    assert difference(result.crops[0].image, find(whole).crops[0].image) < 8
    assert difference(find(five, single=True).crops[0].image, result.crops[0].image) < 1


def test_a_broken_4_is_proposed_whole_and_in_parts() -> None:
    four = blank(200, 160)
    cv2.polylines(four, [np.array([(60, 40), (45, 110), (86, 110)])], False, 0, 8)
    cv2.line(four, (100, 60), (98, 165), 0, 8)
    (region,) = find(four).crops
    assert {len(way) for way in ways(region)} == {1, 2}


def test_alternative_cuts_keep_no_copy_of_a_large_photo() -> None:
    rng = np.random.default_rng(0)
    page = blank(1_500, 2_000)
    write(page, "0", (900, 1_200), 80, 8)
    write(page, "0", (955, 1_200), 80, 8)
    write(page, "3", (300, 400), 80, 8)
    page = np.maximum(page, 4) - rng.integers(0, 4, page.shape, np.uint8)
    for turned in (page, np.rot90(page, 2).copy()):
        (region,) = [crop for crop in find(turned).crops if crop.box[2] > 90]
        packed = pickle.dumps(region)
        assert len(packed) < 60_000
        restored = pickle.loads(packed).alternatives
        assert [len(way) for way in restored] == [len(way) for way in region.alternatives]
        assert 2 in map(len, restored)
        for way, other in zip(restored, region.alternatives, strict=True):
            for one, same in zip(way, other, strict=True):
                assert (one.box, one.row, one.cut) == (same.box, same.row, same.cut)
                assert (one.image == same.image).all()
                x, y, w, h = one.box
                assert x >= region.box[0] - 1
                assert y >= region.box[1] - 1
                assert x + w <= region.box[0] + region.box[2] + 1
                assert y + h <= region.box[1] + region.box[3] + 1


def test_touching_digits_are_proposed_split(page: Bytes) -> None:
    for pair in ("23", "38", "62"):
        alone = [find(rows_of(digit, height=80, gap=140)).crops[0] for digit in pair]
        page = blank(160, 260)
        write(page, pair[0], (60, 120), 80, 8)
        left = cv2.boundingRect(255 - page)
        second = blank(160, 260)
        write(second, pair[1], (60, 120), 80, 8)
        x = cv2.boundingRect(255 - second)[0]
        page = np.minimum(page, np.roll(second, left[0] + left[2] - x - 5, 1))
        (region,) = find(page).crops
        best = min(
            max(
                difference(crop.image, single.image)
                for crop, single in zip(way, alone, strict=True)
            )
            for way in ways(region)
            if len(way) == 2
        )
        assert best < 18, pair


def test_mnist_digits_are_hardly_ever_split(mnist_images: Bytes) -> None:
    several = sum(len(find(image).crops) != 1 for image in mnist_images[::5])
    assert several <= 8  # of 2,000


def test_in_single_mode_nearby_strokes_are_one_digit() -> None:
    page = rows_of("1 ", gap=150)
    page[30:34, 200:210] = 0
    broken = page.copy()
    broken[105:112] = 255
    (crop,) = find(broken, single=True).crops
    assert crop.box == pytest.approx(find(rows_of("1 ", gap=150)).crops[0].box, abs=2)


# --- properties


def test_position_and_size_of_digits_do_not_matter(page: Bytes) -> None:
    rng = np.random.default_rng(0)
    expected = find(page)
    for _ in range(12):
        scale = float(rng.uniform(0.5, 3))
        top, left, bottom, right = rng.integers(5, 200, 4).tolist()
        other = Image.fromarray(page).resize(
            (round(page.shape[1] * scale), round(page.shape[0] * scale)), Image.Resampling.BICUBIC
        )
        moved = cv2.copyMakeBorder(
            np.asarray(other), top, bottom, left, right, cv2.BORDER_CONSTANT, value=255
        )
        result = find(np.asarray(moved, np.uint8))
        assert same_digits(result, expected, most=16), scale
        x, y, w, h = expected.crops[5].box
        box = (left + scale * x, top + scale * y, scale * w, scale * h)
        assert result.crops[5].box == pytest.approx(box, abs=3 + 3 * scale)


def test_light_on_dark_gives_the_same_digits(page: Bytes) -> None:
    result, other = find(page), find(255 - page)
    assert [crop.box for crop in result.crops] == [crop.box for crop in other.crops]
    assert all((a.image == b.image).all() for a, b in zip(result.crops, other.crops, strict=True))


def test_textures_give_few_regions() -> None:
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (600, 800, 3), np.uint8)
    checked = np.indices((600, 800)).sum(0) // 7 % 2 * 255
    for texture in (noise, cv2.GaussianBlur(noise, (0, 0), 4), checked.astype(np.uint8)):
        assert len(find(np.asarray(texture, np.uint8)).crops) < 2_000


def test_noise_is_measured_relative_to_the_contrast_of_the_strokes(page: Bytes) -> None:
    grain = np.random.default_rng(0).normal(0, 1, page.shape)
    noises = [
        find(np.clip(page // 2 + 60 + deviation * grain, 0, 255).astype(np.uint8)).noise
        for deviation in (0, 4, 12)
    ]
    assert noises[0] == 0  # also where the background is unknown, because a digit covers it
    noisy = np.clip(page // 2 + 60 + 12 * grain, 0, 255).astype(np.uint8)
    assert find(noisy, single=True).noise == 0
    assert 0.02 < noises[1] < noises[2] / 2 < 0.25
