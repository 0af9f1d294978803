"""What may be a digit on a page, which way up, and what needs no finder."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from finders import Pieces
from lenet.drawing import draw_picture
from lenet.drawing.pages import PAPERS
from lenet.finder import Finder, Heat, Preparation, shipped_finder
from lenet.picture import Picture, decode
from lenet.reader.proposals import Proposals, as_one_digit, only_thing, propose
from lenet.reader.turning import Turn
from pages import Bytes, blank, rows_of, write


def picture(pixels: Bytes) -> Picture:
    return decode(pixels)


def middles(way: Proposals, reduced: float = 1) -> NDArray[np.float64]:
    """Return the centres of what was proposed, in pixels of the picture as it came."""
    boxes = np.array([way.box(box, reduced) for box in way.digits.boxes], float).reshape(-1, 4)
    return np.asarray(boxes[:, :2] + boxes[:, 2:] / 2)


def same_places(one: NDArray[np.float64], other: NDArray[np.float64], tolerance: float) -> bool:
    """Whether both hold the same places, in any order."""
    away = np.hypot(*(one[:, None] - other[None]).transpose(2, 0, 1))
    return len(one) == len(other) and bool((away.min(0) <= tolerance).all())


# --- images that are one digit as they are


def test_an_mnist_image_is_one_digit_bit_for_bit(mnist_images: Bytes) -> None:
    for image in mnist_images[::20]:
        for pixels in (image, 255 - image):
            one = as_one_digit(picture(pixels))
            assert one is not None
            assert one.is_one
            assert not one.blank
            assert np.array_equal(one.images, image[None])
            assert one.box(one.digits.boxes[0], 1) == cv2.boundingRect(image)


def test_other_pictures_are_left_to_the_finder(mnist_images: Bytes) -> None:
    image = mnist_images[0]
    off_the_middle = np.roll(image, 3, 0)
    tinted = np.dstack([image, image, image | 1])
    larger = np.pad(image, 1)
    for other in (off_the_middle, tinted, larger):
        assert as_one_digit(picture(other)) is None


# --- the only digit


def test_the_only_digit_is_proposed_with_its_box() -> None:
    page = blank(300, 200)
    write(page, "3", (60, 200), 120, 9)
    one = next(only_thing(picture(page), Preparation(), Pieces()))
    assert (one.is_one, one.blank, len(one.images)) == (True, False, 1)
    x, y, w, h = cv2.boundingRect(255 - page)
    assert one.box(one.digits.boxes[0], 1) == pytest.approx((x, y, w, h), abs=2)


def test_the_only_digit_of_a_blank_page_is_none() -> None:
    one = next(only_thing(picture(blank(300, 200)), Preparation(), Pieces()))
    assert (one.is_one, one.blank, len(one.images), len(one.digits)) == (True, True, 0, 0)


# --- proposals of a page


def test_every_piece_of_ink_is_proposed_and_signs_apart() -> None:
    page = rows_of("37", "28")
    cv2.line(page, (20, 118), (60, 118), 0, 6)
    [way] = propose(picture(page), Pieces())
    assert (len(way.digits), len(way.others), way.images.shape) == (4, 1, (4, 28, 28))
    assert (way.turn.quarters, way.is_one, way.blank) == (0, False, False)
    assert way.turn.size == (300, 300)
    assert way.side == 300
    [every] = propose(picture(page), Pieces(), all_characters=True)
    assert (len(every.digits), len(every.others)) == (5, 0)


@pytest.mark.parametrize("finder", [Pieces, shipped_finder])
@pytest.mark.parametrize("level", [0, 130, 255])
def test_a_page_of_one_colour_is_blank(level: int, finder: Callable[[], Finder]) -> None:
    [way] = propose(picture(np.full((200, 300, 3), level, np.uint8)), finder())
    assert way.blank
    assert way.images.shape == (0, 28, 28)
    assert (len(way.digits), len(way.others)) == (0, 0)


def papers() -> dict[str, NDArray[np.floating]]:
    """Pages on which nothing is written."""
    rng = np.random.default_rng(0)
    ramp = np.linspace(90, 240, 400)[:, None] + np.zeros((1, 300))
    return {
        "shade": ramp,
        "shade with grain": ramp + rng.normal(0, 3, ramp.shape),
        "grain": rng.normal(230, 4, ramp.shape),
    }


@pytest.mark.parametrize("kind", papers())
def test_paper_with_grain_and_shade_is_blank(kind: str) -> None:
    page = np.clip(papers()[kind], 0, 255).astype(np.uint8)
    for way in propose(picture(page), shipped_finder(), upside_down=True):
        assert way.blank


def test_a_page_of_a4_with_one_small_digit_is_not_blank() -> None:
    page = blank(1754, 1240)  # 150 dpi
    write(page, "7", (400, 600), 41, 4)  # 7 mm
    [way] = propose(picture(page), shipped_finder())
    assert not way.blank
    best = way.box(way.digits.boxes[0], 1)
    x, y, w, h = cv2.boundingRect(255 - page)
    assert best == pytest.approx((x, y, w, h), abs=5)


def test_boxes_of_a_reduced_page_are_in_pixels_of_the_original() -> None:
    page = rows_of("37")
    small = Picture(picture(page).pixels, "x", reduced=4)
    [way] = propose(small, Pieces())
    assert same_places(middles(way, 4), 4 * middles(way), 4)


@pytest.mark.parametrize("slant", [0.0, 30.0])
def test_a_box_stays_inside_the_page(slant: float) -> None:
    [way] = propose(picture(rows_of("7")), Pieces())
    for quarters in range(5):
        inside = replace(way, turn=Turn((60, 100), quarters, slant))
        x, y, w, h = inside.box(np.array([-5, 40, 300, 300], np.float32), 1)
        assert 0 <= x < x + w <= 60
        assert 0 <= y < y + h <= 100


# --- which way up


class Upright(Pieces):
    """Is sure of characters only if the corner of the page that is marked is the upper left."""

    def look(self, page: Bytes) -> list[Heat]:
        seen = super().look(page)
        if page[:14, :14].min() == 255:
            for heat in seen:
                heat.maps[:2][heat.maps[:2] > 0] = -1
        return seen


def marked(*texts: str) -> Bytes:
    page = rows_of(*texts)
    page[3:12, 3:12] = 0
    return page


@pytest.mark.parametrize("quarters", [0, 1, 3])
def test_a_page_on_its_side_is_turned_and_boxes_are_mapped_back(quarters: int) -> None:
    page = marked("3705", "2846", "59")
    turned = np.ascontiguousarray(np.rot90(page, quarters))
    [way] = propose(picture(turned), Upright())
    assert way.turn.quarters == -quarters % 4
    assert way.turn.size == turned.shape[::-1]
    [as_it_is] = propose(picture(turned), Pieces())
    assert same_places(middles(way), middles(as_it_is), 3)
    [upright] = propose(picture(page), Pieces())
    assert len(way.images) == len(upright.images)
    assert np.abs(way.images.astype(int) - upright.images).mean() < 3


@pytest.mark.parametrize(("texts", "turns"), [(("3",), 0), (("370", "284"), 3)])
def test_few_characters_do_not_tell_which_way_up(texts: tuple[str, ...], turns: int) -> None:
    page = np.ascontiguousarray(np.rot90(marked(*texts)))
    [way] = propose(picture(page), Upright())
    assert way.turn.quarters == turns


def test_upside_down_pages_are_proposed_both_ways_if_asked() -> None:
    page = rows_of("3705", "2846")
    assert len(propose(picture(page), Pieces())) == 1
    upright, over = propose(picture(page), Pieces(), upside_down=True)
    assert (upright.turn.quarters, over.turn.quarters) == (0, 2)
    assert same_places(middles(upright), middles(over), 3)
    [other] = propose(picture(page[::-1, ::-1].copy()), Pieces())
    assert len(over.images) == len(other.images)
    assert np.abs(over.images.astype(int) - other.images).mean() < 3


@pytest.mark.parametrize("quarters", [0, 1, 3])
@pytest.mark.parametrize("text", ["7351", "735190", "7351/9042/866"])
def test_the_shipped_finder_sees_which_side_is_up(text: str, quarters: int) -> None:
    papers = list(PAPERS)[::3]
    turned = 0
    for number, paper in enumerate(papers):
        page = draw_picture(text, np.random.default_rng([number, 7]), paper=paper).pixels
        lying = picture(np.ascontiguousarray(np.rot90(page, quarters)))
        [way] = propose(lying, shipped_finder())
        turned += way.turn.quarters == -quarters % 4
    assert turned >= len(papers) - 1
