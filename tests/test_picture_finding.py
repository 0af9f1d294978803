"""Facts about finding digits: paper, ink, lines, borders, rows, touching and broken digits."""

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from lenet.picture import Crop, Found, decode, find_digits

Bytes = NDArray[np.uint8]
Place = tuple[int, int]  # where a digit's lower left corner is


def blank(height: int, width: int) -> Bytes:
    return np.full((height, width), 255, np.uint8)


def write(page: Bytes, digit: str, place: Place, height: int = 60, pen: int = 6) -> None:
    """Draw a digit as pen strokes, black."""
    scale = height / 21
    cv2.putText(page, digit, place, cv2.FONT_HERSHEY_SIMPLEX, scale, 0, pen, cv2.LINE_AA)


def rows_of(*texts: str, height: int = 60, pen: int = 6, gap: int = 100) -> Bytes:
    """Draw rows of digits on a white page, one every `gap` pixels."""
    page = blank(gap * (len(texts) + 1), gap * (max(map(len, texts)) + 1))
    for row, text in enumerate(texts):
        for column, digit in enumerate(text):
            if digit != " ":
                write(page, digit, (gap // 2 + gap * column, gap * (row + 1)), height, pen)
    return page


def find(picture: Any, **options: bool) -> Found:
    return find_digits(decode(picture), **options)


def centres(found: Found) -> list[tuple[float, float]]:
    return [(x + w / 2, y + h / 2) for x, y, w, h in (crop.box for crop in found.crops)]


def difference(a: Bytes, b: Bytes) -> float:
    """Mean absolute difference in grey levels, at best when moved by up to a pixel."""
    moves = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    return float(min(np.abs(a.astype(int) - np.roll(b, m, (0, 1))).mean() for m in moves))


def same_digits(found: Found, other: Found, most: float = 12) -> bool:
    """Whether both hold the same digits, in the same order."""
    pairs = list(zip(found.crops, other.crops, strict=False))
    return len(found.crops) == len(other.crops) and all(
        difference(a.image, b.image) < most for a, b in pairs
    )


@pytest.fixture
def page() -> Bytes:
    return rows_of("3705", "2846", "5923")


# --- rows and reading order


def test_digits_are_read_row_by_row_from_left_to_right(page: Bytes) -> None:
    found = find(page)
    assert [crop.row for crop in found.crops] == [0] * 4 + [1] * 4 + [2] * 4
    for number, (x, y) in enumerate(centres(found)):
        assert abs(x - (70 + 100 * (number % 4))) < 15
        assert abs(y - (70 + 100 * (number // 4))) < 15
    assert not found.turned


def test_rows_of_different_lengths_with_gaps_keep_their_order() -> None:
    found = find(rows_of("37", "2 46 8", "5   3"))
    assert [crop.row for crop in found.crops] == [0, 0, 1, 1, 1, 1, 2, 2]


@pytest.mark.parametrize("degrees", [-20, -12, -5, 5, 12, 20])
def test_a_slanted_page_is_read_as_the_level_one(page: Bytes, degrees: int) -> None:
    wide = cv2.copyMakeBorder(page, 120, 120, 120, 120, cv2.BORDER_CONSTANT, value=255)
    h, w = wide.shape
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), degrees, 1)
    slanted = np.asarray(cv2.warpAffine(wide, turn, (w, h), borderValue=255), np.uint8)
    found = find(slanted)
    assert [crop.row for crop in found.crops] == [0] * 4 + [1] * 4 + [2] * 4
    assert same_digits(found, find(page), most=25)
    for (x, y), (there_x, there_y) in zip(centres(found), centres(find(wide)), strict=True):
        there = turn @ (there_x, there_y, 1)
        assert np.hypot(x - there[0], y - there[1]) < 8, "boxes are of the picture as it is"


def test_rows_may_bend() -> None:
    page = blank(300, 900)
    for column in range(8):
        for row in range(2):
            write(
                page, "28305769"[column], (40 + 100 * column, 110 + 110 * row + 3 * column**2 // 2)
            )
    assert [crop.row for crop in find(page).crops] == [0] * 8 + [1] * 8


@pytest.mark.parametrize("quarters", [1, 3])
def test_a_sideways_photo_is_offered_both_ways_up(page: Bytes, quarters: int) -> None:
    found = find(np.rot90(page, quarters).copy())
    (other,) = found.turned
    upright = find(page)
    ups = [same_digits(up, upright) for up in (found, other)]
    assert sorted(ups) == [False, True]
    right = (found, other)[ups.index(True)]
    for (x, y), (u, v) in zip(centres(right), centres(upright), strict=True):
        h, w = page.shape
        there = (v, w - u) if quarters == 1 else (h - v, u)
        assert np.hypot(x - there[0], y - there[1]) < 4, "boxes are of the picture as it is"


def test_upside_down_is_offered_only_if_asked(page: Bytes) -> None:
    head = page[::-1, ::-1].copy()
    assert not find(head).turned
    (turned,) = find(head, upside_down=True).turned
    assert same_digits(turned, find(page))


# --- paper and ink


def test_any_pen_on_any_paper_gives_the_same_digits(page: Bytes) -> None:
    cover = (255 - page[:, :, None]) / 255.0
    for paper, pen in [
        ((250, 235, 130), (30, 50, 160)),
        ((40, 60, 50), (240, 240, 235)),
        ((255, 255, 255), (170, 170, 170)),
        ((128, 128, 128), (200, 60, 60)),
    ]:
        picture = np.array(paper) + (np.array(pen) - np.array(paper)) * cover
        assert same_digits(find(picture.astype(np.uint8)), find(page)), pen


def test_pale_digits_on_a_page_with_bold_ones_are_found() -> None:
    page = rows_of("37", "28", "46", "59", gap=200)
    pale = page.copy()
    pale[500:] = 255 - (255 - page[500:]) // 4
    assert same_digits(find(pale), find(page))


@pytest.mark.parametrize("shadow", ["soft edge", "corner", "lamp"])
def test_shadows_are_paper(page: Bytes, shadow: str) -> None:
    h, w = page.shape
    y, x = np.mgrid[0 : 1 : h * 1j, 0 : 1 : w * 1j]
    light = {
        "soft edge": 1 - 0.5 / (1 + np.exp(-(x - 0.5) * 25)),
        "corner": 1 - 0.6 * np.clip(x + y - 1.2, 0, 1),
        "lamp": 1 - 0.6 * np.hypot(x - 0.3, y - 0.4),
    }[shadow]
    chance = np.random.default_rng(0)
    photo = (30 + 0.8 * page) * light + chance.normal(0, 3, page.shape)
    found = find(np.clip(photo, 0, 255).astype(np.uint8))
    assert same_digits(found, find(page), most=20)


@pytest.mark.parametrize("pen", [2, 4, 8, 16, 24])
def test_pencil_and_marker_give_strokes_of_like_width(pen: int) -> None:
    chance = np.random.default_rng(0)
    page = blank(400, 300)
    write(page, "3", (70, 320), 250, pen)
    photo = page * (1 - 0.4 * np.linspace(0, 1, 300)) + chance.normal(0, 2, page.shape)
    image = find(np.clip(photo, 0, 255).astype(np.uint8)).crops[0].image
    covered = (image > 127).mean()
    assert 0.07 < covered < 0.26
    assert image.max() > 220


def test_thick_strokes_on_an_unevenly_lit_photo_are_not_hollowed() -> None:
    page = np.linspace(240, 150, 900)[:, None] * np.ones((1, 700))
    page[200:700, 250:400] = 25
    image = find(page.astype(np.uint8)).crops[0].image
    assert image[8:20, 13:15].min() > 230


def test_jpeg_artefacts_around_a_tiny_digit_are_no_ink() -> None:
    page = blank(28, 28)
    write(page, "5", (7, 23), 18, 2)
    for quality in (30, 50, 75):
        _, file = cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, quality])
        found = find(file.tobytes())
        assert len(found.crops) == 1
        assert difference(found.crops[0].image, find(page).crops[0].image) < 14


def test_small_digits_on_a_large_page_are_found() -> None:
    page = blank(2400, 3200)
    places = [(x, y) for y in range(300, 2300, 400) for x in range(200, 3100, 300)]
    for number, place in enumerate(places):
        write(page, str(number % 10), place, 40, 3)
    found = find(page)
    assert len(found.crops) == len(places)
    for (x, y), (left, bottom) in zip(centres(found), places, strict=True):
        assert abs(x - left - 16) < 12
        assert abs(y - bottom + 20) < 12


def test_bold_letters_that_fill_the_picture_are_ink_not_paper() -> None:
    letter = np.zeros((28, 28), np.uint8)
    letter[:, :9] = letter[:6] = letter[11:17] = letter[22:] = 255  # a white E
    (crop,) = find(letter).crops
    assert crop.box[2:] == (28, 28)


# --- what is no digit


def ruled(page: Bytes, gap: int = 50, grey: int = 150, pen: int = 2, tilt: float = 0) -> Bytes:
    """Draw horizontal lines from edge to edge, below the digits and through them."""
    lined = page.copy()
    for y in range(gap, page.shape[0] + gap, gap):
        end = (page.shape[1], round(y + tilt * page.shape[1]))
        cv2.line(lined, (0, y), end, grey, pen)
    return np.minimum(lined, page)


@pytest.mark.parametrize(("grey", "tilt"), [(150, 0), (60, 0), (60, 0.03), (150, -0.02)])
def test_ruling_is_taken_away(page: Bytes, grey: int, tilt: float) -> None:
    found = find(ruled(page, 102, grey, tilt=tilt))
    assert same_digits(found, find(page), most=22)


def test_squared_paper_is_taken_away(page: Bytes) -> None:
    squared = ruled(page, 51, 170, 1)
    squared = np.minimum(squared, ruled(page.T.copy(), 51, 170, 1).T)
    assert same_digits(find(squared), find(page), most=22)


def test_form_boxes_and_tables_are_taken_away() -> None:
    page = rows_of("3705", "2846")
    table = page.copy()
    for x in range(30, 440, 100):
        cv2.line(table, (x, 30), (x + 4, 225), 20, 3)
    for y in (30, 125, 225):
        cv2.line(table, (30, y), (434, y + 5), 20, 3)
    found = find(table)
    assert same_digits(found, find(page), most=20)
    assert {region.reason for region in found.rejected} == {"line"}


@pytest.mark.parametrize("single", [True, False])
@pytest.mark.parametrize("pen", [2, 4])
def test_a_frame_is_no_part_of_its_digit(single: bool, pen: int) -> None:
    page = rows_of("5", height=90, gap=150)
    framed = page.copy()
    cv2.rectangle(framed, (20, 15), (250, 260), 0, pen)
    assert same_digits(find(framed, single=single), find(page))


def test_strokes_of_a_single_digit_are_no_lines() -> None:
    drawings = {
        "1": [((150, 40), (150, 360)), ((60, 360), (260, 362))],
        "7": [((60, 50), (240, 48)), ((240, 48), (140, 370)), ((110, 200), (240, 198))],
        "4": [((120, 40), (60, 230)), ((60, 230), (260, 232)), ((200, 120), (190, 380))],
    }
    for digit, lines in drawings.items():
        for pen in (2, 5, 12):
            page = blank(400, 300)
            for start, end in lines:
                cv2.line(page, start, end, 0, pen)
            found = find(page, single=True)
            x, y, w, h = cv2.boundingRect(255 - page)
            assert found.crops[0].box == pytest.approx((x, y, w, h), abs=3), (digit, pen)
            assert not found.rejected


def test_ruled_paper_without_writing_holds_no_digit_but_is_not_blank() -> None:
    found = find(ruled(blank(400, 600)))
    assert not found.crops
    assert not found.blank
    assert all(region.reason == "line" for region in found.rejected)


def test_the_dark_border_of_a_scan_is_no_digit(page: Bytes) -> None:
    for border in (np.s_[:, :12], np.s_[-20:], np.s_[:15]):
        scan = page.copy()
        scan[border] = 20
        assert same_digits(find(scan), find(page)), border
    alone = rows_of("5", gap=150)
    alone[:, -9:] = alone[-6:] = 0
    assert same_digits(find(alone, single=True), find(rows_of("5", gap=150)))


def test_dust_is_left_out_and_dots_are_too_small(page: Bytes) -> None:
    chance = np.random.default_rng(0)
    dusty = page.copy()
    dusty[chance.integers(0, page.shape[0], 60), chance.integers(0, page.shape[1], 60)] = 0
    dusty[350:360, 440:450] = 0
    found = find(dusty)
    assert same_digits(found, find(page))
    assert [region.reason for region in found.rejected] == ["too_small"]
    assert found.rejected[0].box == pytest.approx((440, 350, 10, 10), abs=1)


# --- broken and touching digits


def ways(crop: Crop) -> Iterator[tuple[Crop, ...]]:
    yield (crop,)
    yield from crop.alternatives


def test_the_bar_of_a_5_that_stands_apart_belongs_to_it() -> None:
    five = blank(200, 160)
    cv2.line(five, (70, 45), (66, 90), 0, 8)
    cv2.ellipse(five, (75, 120), (36, 32), 0, -110, 140, 0, 8)
    whole = five.copy()
    cv2.line(whole, (70, 45), (115, 42), 0, 8)
    cv2.line(five, (86, 44), (115, 42), 0, 8)
    found = find(five)
    assert len(found.crops) == 1
    assert difference(found.crops[0].image, find(whole).crops[0].image) < 8
    assert difference(find(five, single=True).crops[0].image, found.crops[0].image) < 1


def test_a_broken_4_is_offered_whole_and_in_parts() -> None:
    four = blank(200, 160)
    cv2.polylines(four, [np.array([(60, 40), (45, 110), (86, 110)])], False, 0, 8)
    cv2.line(four, (100, 60), (98, 165), 0, 8)
    (region,) = find(four).crops
    assert {len(way) for way in ways(region)} == {1, 2}


def test_touching_digits_are_offered_cut(page: Bytes) -> None:
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
            max(difference(crop.image, there.image) for crop, there in zip(way, alone, strict=True))
            for way in ways(region)
            if len(way) == 2
        )
        assert best < 18, pair


def test_hardly_any_mnist_digit_is_taken_for_several(mnist_images: Bytes) -> None:
    several = sum(len(find(image).crops) != 1 for image in mnist_images[::5])
    assert several <= 8  # of 2,000


def test_with_single_all_near_strokes_are_one_digit() -> None:
    page = rows_of("1 ", gap=150)
    page[30:34, 200:210] = 0
    broken = page.copy()
    broken[105:112] = 255
    (crop,) = find(broken, single=True).crops
    assert crop.box == pytest.approx(find(rows_of("1 ", gap=150)).crops[0].box, abs=2)


# --- properties


def test_where_and_how_large_digits_are_written_does_not_matter(page: Bytes) -> None:
    chance = np.random.default_rng(0)
    expected = find(page)
    for _ in range(12):
        scale = float(chance.uniform(0.5, 3))
        top, left, bottom, right = chance.integers(5, 200, 4).tolist()
        other = Image.fromarray(page).resize(
            (round(page.shape[1] * scale), round(page.shape[0] * scale)), Image.Resampling.BICUBIC
        )
        moved = cv2.copyMakeBorder(
            np.asarray(other), top, bottom, left, right, cv2.BORDER_CONSTANT, value=255
        )
        found = find(np.asarray(moved, np.uint8))
        assert same_digits(found, expected, most=16), scale
        x, y, w, h = expected.crops[5].box
        there = (left + scale * x, top + scale * y, scale * w, scale * h)
        assert found.crops[5].box == pytest.approx(there, abs=3 + 3 * scale)


def test_light_on_dark_is_dark_on_light(page: Bytes) -> None:
    found, other = find(page), find(255 - page)
    assert [crop.box for crop in found.crops] == [crop.box for crop in other.crops]
    assert all((a.image == b.image).all() for a, b in zip(found.crops, other.crops, strict=True))


def test_textures_take_no_time_and_end_in_few_regions() -> None:
    chance = np.random.default_rng(0)
    noise = chance.integers(0, 256, (600, 800, 3), np.uint8)
    checked = np.indices((600, 800)).sum(0) // 7 % 2 * 255
    for texture in (noise, cv2.GaussianBlur(noise, (0, 0), 4), checked.astype(np.uint8)):
        assert len(find(np.asarray(texture, np.uint8)).crops) < 2_000
