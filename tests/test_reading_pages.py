"""What the shipped reader reads on pages as people have them: paper, light, lines, rows, turns."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from lenet.drawing import draw_picture
from lenet.drawing.pages import PAPERS
from lenet.reader import Reader, Reading
from pages import Bytes, blank, rows_of, write

ROWS = "3705", "2846", "5923"
TEXT = "\n".join(ROWS)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(threads=1)


@pytest.fixture
def page() -> Bytes:
    return rows_of(*ROWS, gap=75)


def digits(reading: Reading) -> str:
    """The digits row by row, whether or not they are taken for several numbers."""
    return reading.text.replace(" ", "")


def clipped(pixels: NDArray[np.floating]) -> Bytes:
    return np.asarray(np.clip(pixels, 0, 255), np.uint8)


# --- paper, pens and light


@pytest.mark.parametrize(
    ("paper", "pen"),
    [
        ((255, 255, 255), (0, 0, 0)),
        ((0, 0, 0), (255, 255, 255)),
        ((250, 235, 130), (30, 50, 160)),
        ((40, 60, 50), (240, 240, 235)),
        ((255, 255, 255), (170, 170, 170)),
        ((128, 128, 128), (200, 60, 60)),  # equally light
    ],
)
def test_any_pen_on_any_paper_is_read(
    paper: tuple[int, ...], pen: tuple[int, ...], reader: Reader, page: Bytes
) -> None:
    cover = (255 - page[:, :, None]) / 255.0
    picture = np.array(paper) + (np.array(pen) - np.array(paper)) * cover
    assert digits(reader.read(clipped(picture))) == TEXT


@pytest.mark.parametrize(
    "light",
    [
        lambda x, y: 1 - 0.5 / (1 + np.exp(-(x - 0.5) * 25)),
        lambda x, y: 1 - 0.45 / (1 + np.exp((0.4 - x - y / 4) * 120)),
        lambda x, y: 1 - 0.6 * np.clip(x + y - 1.2, 0, 1),
        lambda x, y: 1 - 0.6 * np.hypot(x - 0.3, y - 0.4),
    ],
    ids=["soft edge", "hard edge", "corner", "lamp"],
)
def test_shadows_are_not_ink(
    light: Callable[..., NDArray[np.float64]], reader: Reader, page: Bytes
) -> None:
    h, w = page.shape
    y, x = np.mgrid[0 : 1 : h * 1j, 0 : 1 : w * 1j]
    photo = (30 + 0.8 * page) * light(x, y) + np.random.default_rng(0).normal(0, 3, page.shape)
    assert digits(reader.read(clipped(photo))) == TEXT


def test_pale_digits_beside_bold_ones_are_read(reader: Reader, page: Bytes) -> None:
    page[165:] = 255 - (255 - page[165:]) // 4
    assert digits(reader.read(page)) == TEXT


@pytest.mark.parametrize("pen", [2, 4, 9])
@pytest.mark.parametrize("height", [22, 60, 130])
def test_digits_of_any_size_and_pen_are_read(height: int, pen: int, reader: Reader) -> None:
    pen = max(1, pen * height // 60)
    sheet = rows_of(*ROWS, height=height, pen=pen, gap=5 * height // 4)
    assert digits(reader.read(sheet)) == TEXT


def test_small_digits_on_a_large_page_are_read(reader: Reader) -> None:
    page = blank(2400, 3200)
    for row in range(4):
        for column in range(10):
            write(page, str(column), (300 + 45 * column, 300 + 400 * row), 40, 4)
    assert digits(reader.read(page)) == "\n".join(["0123456789"] * 4)


def test_on_nearly_every_paper_the_written_digits_are_read(reader: Reader) -> None:
    wrong = []
    for number, paper in enumerate(PAPERS):
        page = draw_picture("7351/9042", np.random.default_rng([number, 3]), paper=paper)
        if digits(reader.read(page.pixels)) != "7351\n9042":
            wrong.append(paper)
    assert len(wrong) <= 2


# --- lines, frames, dust


def ruled(page: Bytes, gap: int, grey: int, pen: int = 2, tilt: float = 0) -> Bytes:
    """Draw horizontal lines from edge to edge, below and through the digits."""
    lined = page.copy()
    for y in range(gap, page.shape[0] + gap, gap):
        cv2.line(lined, (0, y), (page.shape[1], round(y + tilt * page.shape[1])), grey, pen)
    return np.minimum(lined, page)


def squared(page: Bytes) -> Bytes:
    return np.minimum(ruled(page, 38, 170, 1), ruled(page.T.copy(), 38, 170, 1).T)


def boxed(page: Bytes) -> Bytes:
    form = page.copy()
    for row in range(3):
        for column in range(4):
            x, y = 33 + 75 * column, 8 + 75 * row
            cv2.rectangle(form, (x, y), (x + 70, y + 74), 60, 2)
    return form


def bordered(page: Bytes) -> Bytes:
    scan = page.copy()
    scan[:, :12] = scan[-15:] = 20
    return scan


def dusty(page: Bytes) -> Bytes:
    chance = np.random.default_rng(0)
    dust = page.copy()
    dust[chance.integers(0, page.shape[0], 60), chance.integers(0, page.shape[1], 60)] = 0
    return dust


LINES: dict[str, Callable[[Bytes], Bytes]] = {
    "pale lines": lambda page: ruled(page, 77, 150),
    "dark lines": lambda page: ruled(page, 77, 60),
    "slanted lines": lambda page: ruled(page, 77, 60, tilt=0.03),
    "squares": squared,
    "boxes": boxed,
    "border of a scan": bordered,
    "dust": dusty,
}


@pytest.mark.parametrize("kind", LINES)
def test_lines_frames_and_dust_are_not_read(kind: str, reader: Reader, page: Bytes) -> None:
    assert digits(reader.read(LINES[kind](page))) == TEXT


@pytest.mark.parametrize("single", [False, True])
@pytest.mark.parametrize("pen", [2, 4])
def test_a_frame_is_not_part_of_its_digit(single: bool, pen: int, reader: Reader) -> None:
    page = rows_of("5", height=90, gap=150)
    cv2.rectangle(page, (20, 15), (250, 260), 0, pen)
    reading = reader.read(page, single=single)
    assert reading.text == "5"
    assert reading.digits[0].box[3] == pytest.approx(95, abs=12)


def test_empty_ruled_paper_has_no_digits_but_is_not_blank(reader: Reader) -> None:
    for empty in (ruled(blank(400, 600), 50, 150), squared(blank(400, 600))):
        assert reader.read(empty).status == "nothing"


def test_textures_and_noise_have_hardly_any_digits(reader: Reader) -> None:
    chance = np.random.default_rng(0)
    noise = chance.integers(0, 256, (300, 400, 3), np.uint8)
    checked = (np.indices((300, 400)).sum(0) // 7 % 2 * 255).astype(np.uint8)
    specks = np.where(chance.random((200, 200)) < 0.02, 0, 255).astype(np.uint8)
    for texture in (noise, cv2.GaussianBlur(noise, (0, 0), 4), checked, specks):
        assert len(reader.read(np.asarray(texture, np.uint8)).digits) <= 1


# --- rows and turns


@pytest.mark.parametrize("degrees", [-20, -8, 8, 20])
def test_a_slanted_page_is_read_row_by_row(degrees: int, reader: Reader, page: Bytes) -> None:
    wide = cv2.copyMakeBorder(page, 90, 90, 90, 90, cv2.BORDER_CONSTANT, value=255)
    h, w = wide.shape
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), degrees, 1)
    slanted = np.asarray(cv2.warpAffine(wide, turn, (w, h), borderValue=255), np.uint8)
    reading = reader.read(slanted)
    assert digits(reading) == TEXT
    for digit, level in zip(reading.digits, reader.read(wide).digits, strict=True):
        u, v, a, b = level.box
        expected = turn @ (u + a / 2, v + b / 2, 1)
        x, y, w, h = digit.box
        away = np.hypot(x + w / 2 - expected[0], y + h / 2 - expected[1])
        assert away < 12, "boxes are of the picture as it is"


def test_curved_rows_are_kept_together(reader: Reader) -> None:
    page = blank(280, 620)
    for column, digit in enumerate("28305769"):
        for row in range(2):
            write(page, digit, (30 + 70 * column, 90 + 110 * row + 3 * column**2 // 2))
    assert digits(reader.read(page)) == "28305769\n28305769"


def drawn(text: str) -> Bytes:
    """Return a page by hand; its digits are unlike one another on their side."""
    return draw_picture(text, np.random.default_rng(4), paper="white").pixels


@pytest.mark.parametrize("quarters", [1, 3])
@pytest.mark.parametrize("text", ["7351", "7351/9042/866"])
def test_a_photo_on_its_side_is_read_from_four_digits_on(
    text: str, quarters: int, reader: Reader
) -> None:
    upright = drawn(text)
    reading = reader.read(np.ascontiguousarray(np.rot90(upright, quarters)))
    assert digits(reading) == text.replace("/", "\n")
    height, width = upright.shape[:2]
    for digit, same in zip(reading.digits, reader.read(upright).digits, strict=True):
        (left, top, a, b), (x, y, w, h) = same.box, digit.box
        u, v = left + a / 2, top + b / 2
        expected = (v, width - u) if quarters == 1 else (height - v, u)
        assert np.hypot(x + w / 2 - expected[0], y + h / 2 - expected[1]) < 5


def test_a_page_on_its_head_is_read_only_on_request(reader: Reader) -> None:
    text = "7351/9042"
    head = np.ascontiguousarray(drawn(text)[::-1, ::-1])
    assert digits(reader.read(head)) != "7351\n9042"
    assert digits(reader.read(head, upside_down=True)) == "7351\n9042"
    assert digits(reader.read(drawn(text), upside_down=True)) == "7351\n9042"


# --- pictures of any kind


def test_pictures_of_any_shape_are_read_or_are_blank(reader: Reader) -> None:
    chance = np.random.default_rng(0)
    shapes = [(1, 1), (1, 2), (2, 1), (1, 5_000), (20_000, 1), (3, 3), (5, 2_000), (4, 2)]
    for shape in shapes:
        line = np.full(shape, 255)
        line[1:3] = 0
        for picture in (
            line,
            np.where(np.indices(shape).sum(0) % 2, 255, 0),
            chance.integers(0, 256, (*shape, 3)),
            np.dstack([line, line, np.full(shape, 90)]),
        ):
            for single in (True, False):
                reading = reader.read(picture.astype(np.uint8), single=single)
                for digit in reading.digits:
                    x, y, w, h = digit.box
                    assert 0 <= x <= x + w <= shape[1]
                    assert 0 <= y <= y + h <= shape[0]


@pytest.mark.parametrize("single", [False, True])
@pytest.mark.parametrize("shape", [(28, 28), (60, 40), (400, 300)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_page_of_one_colour_is_blank(
    single: bool, shape: tuple[int, int], level: int, reader: Reader
) -> None:
    reading = reader.read(np.full(shape, level, np.uint8), single=single)
    assert (reading.status, reading.text, reading.rejected) == ("blank", "", ())
