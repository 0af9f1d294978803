"""The image of a picture that shows exactly one character."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from finders import Pieces
from lenet.finder import Candidates, Finder, Found, only_character, plain_character, shipped_finder
from lenet.picture import decode
from pages import Bytes, blank, difference, digit_in, encode, lone_seven, write


@pytest.fixture(scope="module")
def seven() -> Bytes:
    return lone_seven()


def no_finder() -> Finder:
    raise AssertionError("no finder is needed")


class Blind(Pieces):
    """Finds nothing, though it sees the ink."""

    def find(self, page: Bytes, *, all_characters: bool = False) -> Found:
        found = super().find(page, all_characters=all_characters)
        none = np.zeros(0, np.intp)
        return Found(found.digits.take(none), found.others.take(none), found.ink)


# --- small plain pictures


@pytest.mark.parametrize("inverted", [False, True])
def test_an_mnist_image_passes_unchanged_bit_for_bit(mnist_images: Bytes, inverted: bool) -> None:
    changed = []
    for index, image in enumerate(mnist_images):
        page = decode(255 - image if inverted else image).pixels
        if not np.array_equal(only_character(page, no_finder).image, image):
            changed.append(index)
    assert changed == []


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (28, 28), (64, 64)])
def test_a_small_plain_picture_without_ink_gives_an_empty_image(shape: tuple[int, int]) -> None:
    for level in (0, 255):
        page = decode(np.full(shape, level, np.uint8)).pixels
        assert not only_character(page, no_finder).image.any()


def test_the_place_of_a_small_clean_digit_does_not_matter(mnist_images: Bytes) -> None:
    for image in mnist_images[:100]:
        page = np.full((60, 50), 255, np.uint8)
        page[25:53, 5:33] = 255 - image
        single = only_character(decode(page).pixels, no_finder)
        assert difference(single.image, image) < 6
        x, y, w, h = cv2.boundingRect(image)
        assert single.box.tolist() == [x + 5, y + 25, w, h]


def test_a_thin_stroke_of_a_small_picture_is_made_thicker() -> None:
    page = blank(60, 40)
    page[5:55, 20] = 0
    plain = plain_character(decode(page).pixels)
    assert plain is not None
    assert plain.image.astype(int).sum() > 1.5 * 20 * 255


# --- pages


def test_the_largest_character_is_taken_and_the_others_are_left() -> None:
    page = blank(400, 400)
    write(page, "3", (60, 330), 200, 20)
    write(page, "7", (300, 100), 50, 6)
    alone = blank(400, 400)
    write(alone, "3", (60, 330), 200, 20)
    for finder in (Pieces, shipped_finder):
        single = only_character(decode(page).pixels, finder)
        expected = only_character(decode(alone).pixels, finder)
        assert difference(single.image, expected.image) < 8
        assert single.box == pytest.approx(expected.box, abs=3)


def test_a_digit_that_the_finder_misses_is_cut_out_all_the_same(seven: Bytes) -> None:
    found = only_character(decode(seven).pixels, Pieces)
    missed = only_character(decode(seven).pixels, Blind)
    assert difference(missed.image, found.image) < 10
    assert missed.box.tolist() == [0, 0, 120, 160]


def test_any_character_counts_not_only_digits() -> None:
    page = blank(150, 150)
    page[70:85, 40:110] = 0  # a dash, which `Pieces` takes for a sign
    single = only_character(decode(page).pixels, Pieces)
    assert single.box.tolist() == pytest.approx([40, 70, 70, 15], abs=1)
    assert (single.image.any(0).sum(), single.image.any(1).sum()) in [(20, 4), (20, 5), (20, 6)]


def test_a_found_place_without_ink_falls_back_to_the_whole_picture(seven: Bytes) -> None:
    class Astray(Pieces):
        def find(self, page: Bytes, *, all_characters: bool = False) -> Found:
            found = super().find(page, all_characters=all_characters)
            corner = np.array([[100, 130, 12, 20]], np.float32)
            sure = np.full(1, 9, np.float32)
            wrong = Candidates(corner, sure, -sure, found.digits.classes[:1], np.zeros(1, np.intp))
            return Found(wrong, found.others, found.ink)

    single = only_character(decode(seven).pixels, Astray)
    assert difference(single.image, digit_in(seven)) < 12


def test_a_large_blank_page_gives_an_empty_image() -> None:
    for level in (0, 180, 255):
        page = decode(np.full((300, 200), level, np.uint8)).pixels
        assert not only_character(page, shipped_finder).image.any()


# --- the shipped finder


def test_polarity_does_not_matter(seven: Bytes) -> None:
    assert difference(digit_in(seven), digit_in(255 - seven)) < 4


@pytest.mark.parametrize("shift", [(30, -20), (-15, 25)])
def test_the_place_of_a_digit_hardly_matters(seven: Bytes, shift: tuple[int, int]) -> None:
    assert difference(digit_in(seven), digit_in(np.roll(seven, shift, (0, 1)))) < 5


@pytest.mark.parametrize("size", [(60, 80), (600, 800), (2400, 3200)])
def test_the_size_of_a_digit_hardly_matters(seven: Bytes, size: tuple[int, int]) -> None:
    other = np.asarray(Image.fromarray(seven).resize(size, Image.Resampling.BICUBIC))
    assert difference(digit_in(seven), digit_in(other)) < 10


@pytest.mark.parametrize(
    ("paper", "pen"),
    [
        ((250, 235, 130), (30, 50, 160)),  # blue on yellow
        ((40, 60, 50), (240, 240, 235)),  # chalk on a blackboard
        ((128, 128, 128), (200, 60, 60)),  # red on grey of equal brightness
        ((255, 255, 255), (250, 230, 60)),  # yellow on white
        ((255, 255, 255), (205, 205, 205)),  # pale pencil
    ],
)
def test_colours_of_pen_and_paper_hardly_matter(
    seven: Bytes, paper: tuple[int, ...], pen: tuple[int, ...]
) -> None:
    cover = (255 - seven[:, :, None]) / 255.0
    picture = np.array(paper) + (np.array(pen) - np.array(paper)) * cover
    assert difference(digit_in(picture.astype(np.uint8)), digit_in(seven)) < 6


@pytest.mark.parametrize(
    "light",
    [
        lambda x, y: 1 - 0.6 * x,
        lambda x, y: 1 - 0.5 * x * y,
        lambda x, y: 1 - 0.5 * ((x - 0.5) ** 2 + (y - 0.5) ** 2),
        lambda x, y: 1 - 0.45 / (1 + np.exp((0.4 - x) * 30)),
    ],
    ids=["side", "corner", "lamp", "shadow"],
)
def test_uneven_light_and_noise_hardly_matter(
    seven: Bytes, light: Callable[..., NDArray[np.float64]]
) -> None:
    y, x = np.mgrid[0:1:160j, 0:1:120j]
    photo = (0.1 + 0.8 * seven / 255) * light(x, y) * 255
    photo += np.random.default_rng(0).normal(0, 3, seven.shape)
    image = digit_in(np.clip(photo, 0, 255).astype(np.uint8))
    assert difference(image, digit_in(seven)) < 10


def test_a_tint_of_one_pixel_changes_nothing_but_rounding(seven: Bytes) -> None:
    for grey in (seven, 255 - seven, seven // 2 + 60):
        tinted = np.dstack([grey] * 3)
        tinted[0, 0, 2] ^= 1
        assert np.abs(digit_in(grey) - digit_in(tinted)).max() <= 1


def test_dust_and_a_frame_stay_behind(seven: Bytes) -> None:
    dirty = seven.copy()
    dirty[10:12, 100:102] = dirty[150, 20] = 0
    framed = cv2.rectangle(seven.copy(), (8, 8), (112, 150), 0, 2)
    for page in (dirty, framed):
        assert difference(digit_in(page), digit_in(seven)) < 5


def test_separate_strokes_belong_to_one_digit(seven: Bytes) -> None:
    broken = seven.copy()
    broken[70:75] = 255
    assert difference(digit_in(broken), digit_in(seven)) < 12


@pytest.mark.parametrize("pen", [2, 4, 8, 16, 24])
def test_pencil_and_marker_give_similar_stroke_widths(pen: int) -> None:
    page = blank(400, 300)
    write(page, "3", (70, 320), 250, pen)
    photo = page * (1 - 0.4 * np.linspace(0, 1, 300))
    photo += np.random.default_rng(0).normal(0, 2, page.shape)
    image = digit_in(np.clip(photo, 0, 255).astype(np.uint8))
    assert 0.07 < (image > 127).mean() < 0.26
    assert image.max() > 220


def test_thin_strokes_survive_the_reduction_of_a_large_picture() -> None:
    page = Image.new("L", (400, 400), 255)
    ImageDraw.Draw(page).line([(100, 40), (300, 60), (180, 360)], fill=0, width=3)
    assert digit_in(page).max() > 200


def test_thick_strokes_have_no_holes() -> None:
    page = np.linspace(240, 150, 900)[:, None] * np.ones((1, 700))
    page[200:700, 250:400] = 25
    assert digit_in(page.astype(np.uint8))[8:20, 13:15].min() > 220


def test_jpeg_artefacts_around_a_tiny_digit_are_not_ink() -> None:
    page = blank(28, 28)
    write(page, "5", (7, 23), 18, 2)
    tinted = np.dstack([page] * 3)
    tinted[0, 0, 2] = 254  # so that the finder is asked for it, too
    for quality in (30, 50, 75, 95):
        found = digit_in(encode(page, "JPEG", quality=quality))
        assert min(difference(found, digit_in(clean)) for clean in (page, tinted)) < 10


def test_mnist_digits_are_recovered_from_a_large_white_page(mnist_images: Bytes) -> None:
    differences = []
    for image in mnist_images[:60]:
        page = np.full((150, 200), 255, np.uint8)
        page[90:118, 20:48] = 255 - image
        differences.append(difference(digit_in(page), image))
    assert np.mean(differences) < 10
    assert np.quantile(differences, 0.9) < 20


def test_an_image_as_networks_take_it_comes_out_of_any_page() -> None:
    rng = np.random.default_rng(0)
    for shape in [(1, 1), (1, 5_000), (20_000, 1), (3, 3), (5, 2_000), (70, 90)]:
        page = rng.integers(0, 256, (*shape, 3), np.uint8)
        single = only_character(page, shipped_finder)
        assert single.image.dtype == np.uint8
        assert single.image.shape == (28, 28)
        assert single.box.shape == (4,)
