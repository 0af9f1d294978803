"""Pages that lie askew are turned until their rows are level, and boxes are mapped back."""

import cv2
import numpy as np
import pytest

from lenet.drawing import draw_picture
from lenet.finder import Finder, Heat, shipped_finder
from lenet.picture import Box, Picture
from lenet.reader import Reader, turning
from lenet.reader.proposals import propose
from lenet.reader.turning import LARGEST, Turn, best_way_up, find_turned
from lenet.run import MODEL, Run
from pages import Bytes, rows_of

SIZE = (300, 200)
TEXT = "7351/9042/8660/2718"


def middle_of(box: Box) -> tuple[float, float]:
    x, y, w, h = box
    return x + w / 2, y + h / 2


def sheet(number: int, height: float) -> Bytes:
    """Return a drawn sheet whose digits are so many pixels high."""
    page = draw_picture(TEXT, np.random.default_rng([number, 5]))
    scale = height / float(np.median([height for *_, height in page.boxes]))
    small = cv2.resize(page.pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def askew(page: Bytes, degrees: float, table: int = 96) -> Bytes:
    """Return a photo of a sheet that lies turned clockwise on a dark table."""
    height, width = page.shape[:2]
    side = int(1.2 * np.hypot(height, width))
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
    matrix[:, 2] += (side - width) / 2, (side - height) / 2
    colour = (table, table, table)
    return np.asarray(cv2.warpAffine(page, matrix, (side, side), borderValue=colour), np.uint8)


def look(page: Bytes, finder: Finder) -> Turn:
    return best_way_up(page, finder.look(page), finder, all_characters=False).turn


@pytest.mark.parametrize("quarters", range(4))
@pytest.mark.parametrize("slant", [0.0, 30.0, -17.0])
@pytest.mark.parametrize("times", [1, 20])
def test_a_spot_is_where_it_was_after_turning_there_and_back(
    quarters: int, slant: float, times: int
) -> None:
    width, height = SIZE[0] * times, SIZE[1] * times
    page = np.full((height, width, 3), 255, np.uint8)
    spot = np.array([60, 150, 8, 12]) * times
    x, y, w, h = spot.tolist()
    page[y : y + h, x : x + w] = 0
    turn = Turn((width, height), quarters, slant)
    turned = turn.page(page)
    assert max(turned.shape) <= max(LARGEST, width)
    assert (turned[0, 0] == 255).all()  # what lies beside the page has the colour of its edge
    box = np.array(cv2.boundingRect((turned[:, :, 0] < 128).astype(np.uint8)), np.float32)
    back = np.array(turn.box(box))
    scale = turn.side / max(width, height)
    assert back[:2] + back[2:] / 2 == pytest.approx(spot[:2] + spot[2:] / 2, abs=0.8 / scale)
    assert turn.holds(box[None]).all()
    assert turn.holds(np.array([[-9, -9, 4, 4]], np.float32)).all() == (not slant)


@pytest.mark.parametrize("size", [(20_000, 1), (1, 20_000), (20_000, 3), (5_000, 5_000)])
def test_a_page_of_any_shape_can_be_turned(size: tuple[int, int]) -> None:
    turn = Turn(size, slant=10)
    turned = turn.page(np.full((size[1], size[0], 3), 200, np.uint8))
    assert max(turned.shape[:2]) <= LARGEST
    assert turn.side <= 1.02 * LARGEST


def test_a_round_shape_has_the_same_box_however_a_page_is_turned() -> None:
    turn = Turn(SIZE, slant=33)
    *_, w, h = turn.box(np.array([100, 80, 20, 20], np.float32))
    assert (w, h) == pytest.approx((20, 20))


@pytest.mark.parametrize("degrees", [-40, 40])
def test_a_sheet_that_lies_askew_is_read_as_if_it_lay_straight(degrees: float) -> None:
    page = sheet(0, 96)
    photo, level = askew(page, degrees), askew(page, 0)
    turn = look(photo, shipped_finder())
    assert turn.quarters == 0
    assert turn.slant == pytest.approx(degrees, abs=3)
    reading, straight = (Reader().read(Picture(page, "sheet")) for page in (photo, level))
    assert reading.text == straight.text == TEXT.replace("/", "\n")
    matrix = cv2.getRotationMatrix2D((level.shape[1] / 2, level.shape[0] / 2), -degrees, 1)
    for digit, other in zip(reading.digits, straight.digits, strict=True):
        middle = matrix @ (*middle_of(other.box), 1)
        assert middle_of(digit.box) == pytest.approx(middle, abs=0.1 * other.box[3])


def test_more_sheets_are_read_because_they_are_turned(monkeypatch: pytest.MonkeyPatch) -> None:
    photos = [askew(sheet(n, 16), degrees) for n in range(12) for degrees in (-38, 38)]
    reader = Reader(threads=2)

    def read() -> int:
        texts = (reader.read(Picture(photo, "sheet")).text for photo in photos)
        return sum(text.replace(" ", "").replace("\n", "/") == TEXT for text in texts)

    turned = read()
    monkeypatch.setattr(turning, "ASKEW", 90.0)
    assert turned >= read() + 4


@pytest.mark.parametrize(("degrees", "slant"), [(70, -20), (110, 20)])
def test_a_page_on_its_side_and_askew_is_turned_twice(degrees: float, slant: float) -> None:
    photo = askew(sheet(0, 24), degrees)
    turn = look(photo, shipped_finder())
    assert turn.quarters == 1
    assert turn.slant == pytest.approx(slant, abs=3)
    assert Reader().read(Picture(photo, "sheet")).text == TEXT.replace("/", "\n")


def test_a_page_askew_and_upside_down_is_read_if_asked() -> None:
    photo = askew(sheet(0, 24), 180 + 38)
    reading = Reader().read(Picture(photo, "sheet"), upside_down=True)
    assert reading.text == TEXT.replace("/", "\n")


def test_what_is_known_of_a_place_does_not_depend_on_how_large_a_photo_is() -> None:
    photo = askew(sheet(0, 96), 40)
    large = np.asarray(cv2.resize(photo, (4_000, 4_000), interpolation=cv2.INTER_CUBIC), np.uint8)
    networks = Reader().networks
    shares = []
    for page in (photo, large):
        [way] = propose(Picture(page, "sheet"), networks.finder)
        assert way.turn.slant > 20
        shares.append(float(np.median(way.digits.boxes[:16, 3])) / way.side)
    assert shares[0] == pytest.approx(shares[1], rel=0.05)


class LessSure(Finder):
    """Sees nothing surely on a page larger than the first."""

    def look(self, page: Bytes) -> list[Heat]:
        seen = super().look(page)
        self.size = getattr(self, "size", page.size)
        if page.size > self.size:
            for heat in seen:
                heat.maps[:2] -= 2
        return seen


def test_a_page_stays_askew_if_it_is_seen_less_surely_once_turned() -> None:
    photo = askew(sheet(0, 24), 40)
    assert look(photo, shipped_finder()).slant == pytest.approx(40, abs=3)
    finder = LessSure(Run.find("finder").require_finder().read(MODEL), threads=1)
    assert look(photo, finder).slant == 0


def test_what_lies_beside_a_turned_page_is_not_on_it() -> None:
    page = askew(sheet(0, 24), 40)
    seen = find_turned(page, Turn((90, 60), slant=40), shipped_finder(), all_characters=False)
    assert seen.turn.holds(seen.found.digits.boxes).all()
    assert seen.turn.holds(seen.found.others.boxes).all()


def test_a_level_page_and_a_few_characters_are_left_as_they_are() -> None:
    finder = shipped_finder()
    level = np.repeat(rows_of("3705", "2846")[:, :, None], 3, 2)
    assert look(level, finder).slant == 0
    three = draw_picture("735", np.random.default_rng(3), paper="white").pixels
    assert look(askew(three, 25), finder).slant == 0
