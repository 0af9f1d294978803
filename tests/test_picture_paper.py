"""Separating ink from paper, and removing lines."""

import cv2
import numpy as np
import pytest

from lenet.drawing import draw_picture
from lenet.drawing.pages import PAPERS
from lenet.picture.form_boxes import sides_of_boxes
from pages import Bytes, blank, centres, difference, find, rows_of, same_digits, write

PALE = (slice(60, 80), slice(150, 170))  # rows of pixels


@pytest.fixture
def page() -> Bytes:
    return rows_of("3705", "2846", "5923")


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
def test_shadows_are_not_ink(page: Bytes, shadow: str) -> None:
    h, w = page.shape
    y, x = np.mgrid[0 : 1 : h * 1j, 0 : 1 : w * 1j]
    light = {
        "soft edge": 1 - 0.5 / (1 + np.exp(-(x - 0.5) * 25)),
        "corner": 1 - 0.6 * np.clip(x + y - 1.2, 0, 1),
        "lamp": 1 - 0.6 * np.hypot(x - 0.3, y - 0.4),
    }[shadow]
    rng = np.random.default_rng(0)
    photo = (30 + 0.8 * page) * light + rng.normal(0, 3, page.shape)
    result = find(np.clip(photo, 0, 255).astype(np.uint8))
    assert same_digits(result, find(page), most=20)


@pytest.mark.parametrize("share", [0.3, 0.4, 0.6])
@pytest.mark.parametrize("pen", [3, 6])
def test_paper_with_large_shadows_is_still_light(share: float, pen: int) -> None:
    page = rows_of("3705", "2846", "5923", pen=pen)
    h, w = page.shape
    x = np.arange(w) + np.arange(h)[:, None] / 4
    light = 1 - 0.45 / (1 + np.exp((share * (w + h / 4) - x) / 6))
    rng = np.random.default_rng(0)
    photo = np.dstack([page] * 3) * np.array([0.75, 0.64, 0.47]) * light[:, :, None] + 20
    photo += rng.normal(0, 2, photo.shape)
    assert same_digits(find(np.clip(photo, 0, 255).astype(np.uint8)), find(page), most=20)


@pytest.mark.parametrize("pen", [2, 4, 6])
def test_faint_parts_of_a_stroke_on_clean_paper_are_ink(pen: int) -> None:
    page = rows_of("9999", "8888", "3333", height=80, pen=pen, gap=140)
    faint = page.copy()
    for row in (76, 216, 356):
        faint[row : row + 10] = 255 - (255 - page[row : row + 10]) // 9
    result = find(faint)
    assert same_digits(result, find(page))
    assert [crop.box for crop in result.crops] == [crop.box for crop in find(page).crops]


@pytest.mark.parametrize("pen", [2, 4, 8, 16, 24])
def test_pencil_and_marker_give_similar_stroke_widths(pen: int) -> None:
    rng = np.random.default_rng(0)
    page = blank(400, 300)
    write(page, "3", (70, 320), 250, pen)
    photo = page * (1 - 0.4 * np.linspace(0, 1, 300)) + rng.normal(0, 2, page.shape)
    image = find(np.clip(photo, 0, 255).astype(np.uint8)).crops[0].image
    covered = (image > 127).mean()
    assert 0.07 < covered < 0.26
    assert image.max() > 220


def test_thick_strokes_in_uneven_light_have_no_holes() -> None:
    page = np.linspace(240, 150, 900)[:, None] * np.ones((1, 700))
    page[200:700, 250:400] = 25
    image = find(page.astype(np.uint8)).crops[0].image
    assert image[8:20, 13:15].min() > 230


def test_jpeg_artefacts_around_a_tiny_digit_are_not_ink() -> None:
    page = blank(28, 28)
    write(page, "5", (7, 23), 18, 2)
    for quality in (30, 50, 75):
        _, file = cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, quality])
        result = find(file.tobytes())
        assert len(result.crops) == 1
        assert difference(result.crops[0].image, find(page).crops[0].image) < 14


def test_small_digits_on_a_large_page_are_found() -> None:
    page = blank(2400, 3200)
    corners = [(x, y) for y in range(300, 2300, 400) for x in range(200, 3100, 300)]
    for number, corner in enumerate(corners):
        write(page, str(number % 10), corner, 40, 3)
    result = find(page)
    assert len(result.crops) == len(corners)
    for (x, y), (left, bottom) in zip(centres(result), corners, strict=True):
        assert abs(x - left - 16) < 12
        assert abs(y - bottom + 20) < 12


def test_bold_characters_that_fill_the_picture_are_ink() -> None:
    letter = np.zeros((28, 28), np.uint8)
    letter[:, :9] = letter[:6] = letter[11:17] = letter[22:] = 255  # a white E
    (crop,) = find(letter).crops
    assert crop.box[2:] == (28, 28)


# --- lines, dust and borders


def ruled(page: Bytes, gap: int = 50, grey: int = 150, pen: int = 2, tilt: float = 0) -> Bytes:
    """Draw horizontal lines from edge to edge, below and through the digits."""
    lined = page.copy()
    for y in range(gap, page.shape[0] + gap, gap):
        end = (page.shape[1], round(y + tilt * page.shape[1]))
        cv2.line(lined, (0, y), end, grey, pen)
    return np.minimum(lined, page)


@pytest.mark.parametrize(("grey", "tilt"), [(150, 0), (60, 0), (60, 0.03), (150, -0.02)])
def test_ruled_lines_are_removed(page: Bytes, grey: int, tilt: float) -> None:
    result = find(ruled(page, 102, grey, tilt=tilt))
    assert same_digits(result, find(page), most=22)


@pytest.mark.parametrize("shade", [0, 60])
@pytest.mark.parametrize("pen", [2, 5])
def test_a_line_that_touches_all_digits_is_removed(shade: int, pen: int) -> None:
    page = rows_of("381628", pen=pen)
    lined = page.copy()
    cv2.line(lined, (0, 100), (page.shape[1], 101), shade, 2)
    assert same_digits(find(lined), find(page), most=22)


def test_the_grid_of_graph_paper_is_removed(page: Bytes) -> None:
    squared = ruled(page, 51, 170, 1)
    squared = np.minimum(squared, ruled(page.T.copy(), 51, 170, 1).T)
    assert same_digits(find(squared), find(page), most=22)


def test_form_boxes_and_tables_are_removed() -> None:
    page = rows_of("3705", "2846")
    table = page.copy()
    for x in range(30, 440, 100):
        cv2.line(table, (x, 30), (x + 4, 225), 20, 3)
    for y in (30, 125, 225):
        cv2.line(table, (30, y), (434, y + 5), 20, 3)
    result = find(table)
    assert same_digits(result, find(page), most=20)
    assert {region.reason for region in result.rejected} == {"line"}


def boxed(page: Bytes, columns: int, rows: int, shade: int, pen: int) -> Bytes:
    """Draw a box around each digit of `rows_of`, as high as the digit."""
    form = blank(*page.shape)
    for row in range(rows):
        for column in range(columns):
            x, y = 32 + 100 * column, 28 + 100 * row
            cv2.rectangle(form, (x, y), (x + 80, y + 82), shade, pen)
    return np.minimum(form, page)


@pytest.mark.parametrize(("shade", "pen"), [(0, 2), (0, 5), (90, 2), (150, 3)])
@pytest.mark.parametrize("texts", [("37",), ("3705", "28")])
def test_boxes_of_digit_height_and_pen_width_are_removed(
    texts: tuple[str, ...], shade: int, pen: int
) -> None:
    page = rows_of(*texts, pen=5)
    result = find(boxed(page, len(texts[0]), len(texts), shade, pen))
    assert same_digits(result, find(page), most=20)
    assert {region.reason for region in result.rejected} <= {"line"}


def test_each_line_of_a_form_is_rejected_once() -> None:
    form = rows_of("37052846")
    for x in range(30, 850, 100):
        cv2.line(form, (x, 30), (x, 125), 0, 3)
    for y in (30, 125):
        cv2.line(form, (30, y), (830, y), 0, 3)
    result = find(form)
    places = [region.box for region in result.rejected]
    assert len(result.crops) == 8
    assert len(set(places)) == len(places)
    assert len([box for box in places if box[3] > box[2]]) == 9
    assert len(places) <= 9 + 2 * 8


def test_a_dense_pattern_of_boxes_is_not_a_form() -> None:
    squared, nested = blank(600, 800), blank(800, 800)
    squared[::40] = squared[:, ::40] = 0
    write(squared, "3", (100, 300), 120, 5)
    for inset in range(4, 390, 4):
        cv2.rectangle(nested, (inset, inset), (799 - inset, 799 - inset), 0, 1)
    for page in (squared, nested):
        assert not sides_of_boxes((page < 128).view(np.uint8))


def test_strokes_across_a_narrow_strip_are_not_ruled_lines() -> None:
    strip = blank(40, 1200)
    for number in range(12):
        x = 50 + 100 * number
        cv2.line(strip, (x, 0), (x, 39), (0, 130)[number % 2], 4)
    assert len(find(strip).crops) == 12


def test_boxes_bolder_than_the_pencil_are_not_writing() -> None:
    page = rows_of("3705", "2846", pen=4)
    rng = np.random.default_rng(0)
    grain = rng.uniform(0.4, 0.75, page.shape)
    pencil = 255 - (255 - page) * cv2.GaussianBlur(grain, (0, 0), 1)
    form = boxed(pencil.astype(np.uint8), 4, 2, 20, 2)
    result = find(form)
    assert same_digits(result, find(page), most=25)


def test_a_stroke_as_pale_as_the_ruled_lines_is_not_broken() -> None:
    page = rows_of("3705", "2846", pen=5)
    light = page.copy()
    light[60:80], light[150:170] = (255 - (255 - page[rows] / 1.0) * 0.42 for rows in PALE)
    squared = np.minimum(ruled(light, 51, 160, 1), ruled(light.T.copy(), 51, 160, 1).T)
    assert same_digits(find(squared), find(page), most=25)


def test_a_digit_as_dark_as_the_grid_is_kept() -> None:
    page = blank(400, 400)
    write(page, "3", (150, 260), 120, 6)
    squared = np.minimum(ruled(page, 40, 100, 5), ruled(page.T.copy(), 40, 100, 5).T)
    assert [crop.box for crop in find(squared, single=True).crops] == [
        pytest.approx(find(page).crops[0].box, abs=8)
    ]


@pytest.mark.parametrize("single", [True, False])
@pytest.mark.parametrize("pen", [2, 4])
def test_a_frame_is_not_part_of_its_digit(single: bool, pen: int) -> None:
    page = rows_of("5", height=90, gap=150)
    framed = page.copy()
    cv2.rectangle(framed, (20, 15), (250, 260), 0, pen)
    assert same_digits(find(framed, single=single), find(page))


def test_strokes_of_a_single_digit_are_not_removed_as_lines() -> None:
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
            result = find(page, single=True)
            x, y, w, h = cv2.boundingRect(255 - page)
            assert result.crops[0].box == pytest.approx((x, y, w, h), abs=3), (digit, pen)
            assert not result.rejected


def test_empty_ruled_paper_has_no_digits_but_is_not_blank() -> None:
    result = find(ruled(blank(400, 600)))
    assert not result.crops
    assert not result.blank
    assert all(region.reason == "line" for region in result.rejected)


def test_the_dark_border_of_a_scan_is_not_a_digit(page: Bytes) -> None:
    for border in (np.s_[:, :12], np.s_[-20:], np.s_[:15]):
        scan = page.copy()
        scan[border] = 20
        assert same_digits(find(scan), find(page)), border
    alone = rows_of("5", gap=150)
    alone[:, -9:] = alone[-6:] = 0
    assert same_digits(find(alone, single=True), find(rows_of("5", gap=150)))


def test_dust_is_ignored_and_dots_are_rejected_as_too_small(page: Bytes) -> None:
    rng = np.random.default_rng(0)
    dusty = page.copy()
    dusty[rng.integers(0, page.shape[0], 60), rng.integers(0, page.shape[1], 60)] = 0
    dusty[350:360, 440:450] = 0
    result = find(dusty)
    assert same_digits(result, find(page))
    assert [region.reason for region in result.rejected] == ["too_small"]
    assert result.rejected[0].box == pytest.approx((440, 350, 10, 10), abs=1)


def test_on_every_paper_exactly_the_written_digits_are_found() -> None:
    wrong = 0
    for number, paper in enumerate(list(PAPERS) * 6):
        rng = np.random.default_rng(number)
        text = "".join(map(str, rng.integers(0, 10, 4))) + "/" + str(rng.integers(10, 99))
        page = draw_picture(text, rng, paper=paper, height=float(rng.uniform(40, 90)))
        boxes = np.array([crop.box for crop in find(page.pixels).crops]).reshape(-1, 4)
        middles = np.array([(x + w / 2, y + h / 2) for x, y, w, h in page.boxes])
        apart = middles[:, None] - boxes[:, :2]
        inside = ((apart >= 0) & (apart <= boxes[:, 2:])).all(2)  # (digits, boxes)
        wrong += not ((inside.sum(1) == 1).all() and inside.any(0).all())
    assert wrong <= 3  # of 60
