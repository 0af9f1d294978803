"""Finding and normalising the digit in a picture of a single digit."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

import lenet
from lenet.picture import decode, find_digits, normalise
from pages import Bytes, difference, digit_in, encode, lone_seven

DRAWN = sorted((Path(lenet.__file__).parent / "pictures").glob("*.png"))


@pytest.fixture
def seven() -> Bytes:
    return lone_seven()


# --- normalising


def test_normalising_an_mnist_image_changes_nothing(mnist_images: Bytes) -> None:
    changed = [i for i, image in enumerate(mnist_images) if (normalise(image) != image).any()]
    assert changed == []


def test_mnist_images_survive_the_whole_pipeline_almost_unchanged(mnist_images: Bytes) -> None:
    images = mnist_images[::10]
    crops = np.stack(
        [find_digits(decode(encode(image)), single=True).crops[0].image for image in images]
    ).astype(np.int64)
    assert (crops == images).all((1, 2)).mean() > 0.95
    assert np.abs(crops - images).mean() < 0.3


def test_mnist_images_are_recovered_from_a_large_white_page(mnist_images: Bytes) -> None:
    differences = []
    for image in mnist_images[:200]:
        page = np.full((150, 200), 255, np.uint8)
        page[90:118, 20:48] = 255 - image
        differences.append(difference(digit_in(page), image))
    assert np.mean(differences) < 0.5
    assert max(differences) < 20  # pale digits get darker, thin ones thicker


def test_the_longer_side_becomes_20_pixels_and_the_mass_is_centred() -> None:
    for shape in [(100, 60), (60, 100), (5, 3), (20, 20), (400, 7)]:
        image = normalise(np.full(shape, 255, np.uint8))
        rows, columns = np.flatnonzero(image.any(1)), np.flatnonzero(image.any(0))
        assert max(len(rows), len(columns)) == 20
        assert abs(rows.mean() - 14) <= 0.5
        assert abs(columns.mean() - 14) <= 0.5


def test_asymmetric_ink_stays_inside_the_image() -> None:
    ink = np.zeros((200, 200), np.uint8)
    ink[:20, :20] = 255
    ink[199, :] = ink[:, 199] = 40
    image = normalise(ink)
    assert image.any(1).sum() == image.any(0).sum() == 20


def test_downscaling_antialiases_edges_as_in_mnist(seven: Bytes) -> None:
    image = digit_in(seven)
    assert ((image > 20) & (image < 235)).sum() > 20


def test_a_tiny_digit_is_upscaled_smoothly() -> None:
    image = normalise(np.eye(8, dtype=np.uint8) * 255)
    assert ((image > 20) & (image < 235)).sum() > 20


def test_no_ink_gives_an_empty_image() -> None:
    assert not normalise(np.zeros((50, 40))).any()


# --- finding the digit


def test_polarity_does_not_matter(seven: Bytes) -> None:
    assert (digit_in(seven) == digit_in(255 - seven)).all()


def test_the_position_of_a_digit_does_not_matter(seven: Bytes) -> None:
    moved = np.roll(seven, (30, -20), (0, 1))
    assert (digit_in(seven) == digit_in(moved)).all()


def test_the_size_of_a_digit_does_not_matter(seven: Bytes) -> None:
    for size in [(60, 80), (600, 800), (2400, 3200)]:
        other = np.asarray(Image.fromarray(seven).resize(size, Image.Resampling.BICUBIC))
        assert difference(digit_in(seven), digit_in(other)) < 6


def test_colours_of_pen_and_paper_do_not_matter(seven: Bytes) -> None:
    cover = (255 - seven[:, :, None]) / 255.0
    for paper, pen in [
        ((250, 235, 130), (30, 50, 160)),  # blue on yellow
        ((40, 60, 50), (240, 240, 235)),  # chalk on a blackboard
        ((128, 128, 128), (200, 60, 60)),  # red on grey of equal brightness
        ((255, 255, 255), (250, 230, 60)),  # yellow on white
    ]:
        picture = np.array(paper) + (np.array(pen) - np.array(paper)) * cover
        assert difference(digit_in(picture.astype(np.uint8)), digit_in(seven)) < 4, pen


def test_uneven_light_and_noise_do_not_matter(seven: Bytes) -> None:
    rng = np.random.default_rng(0)
    y, x = np.mgrid[0:1:160j, 0:1:120j]
    for light in (1 - 0.6 * x, 1 - 0.5 * x * y, 1 - 0.5 * ((x - 0.5) ** 2 + (y - 0.5) ** 2)):
        photo = (0.1 + 0.8 * seven / 255) * light * 255 + rng.normal(0, 3, seven.shape)
        image = digit_in(np.clip(photo, 0, 255).astype(np.uint8))
        assert difference(image, digit_in(seven)) < 8


def test_thick_strokes_have_no_holes() -> None:
    page = np.full((100, 100), 230, np.uint8) - np.arange(100, dtype=np.uint8)[:, None] // 2
    page[20:80, 30:65] = 20
    assert digit_in(page)[8:20, 11:17].min() > 195


def test_a_thick_digit_may_cover_more_than_half_of_the_picture() -> None:
    page = np.full((28, 28), 255, np.uint8)
    page[3:27, 2:25] = 0
    assert digit_in(page)[14, 14] == 255


def test_thin_strokes_survive_downscaling_of_a_large_picture() -> None:
    page = Image.new("L", (400, 400), 255)
    ImageDraw.Draw(page).line([(100, 40), (300, 60), (180, 360)], fill=0, width=3)
    assert digit_in(page).max() > 200


def test_pale_pencil_becomes_as_dark_as_ink(seven: Bytes) -> None:
    pencil = (255 - (255 - seven) * 0.2).astype(np.uint8)
    assert difference(digit_in(pencil), digit_in(seven)) < 4


def test_specks_and_strokes_cut_by_the_edge_are_left_out(seven: Bytes) -> None:
    dirty = seven.copy()
    dirty[10:12, 100:102] = dirty[150, 20] = 0
    dirty[:, :3] = 0
    assert (digit_in(dirty) == digit_in(seven)).all()


def test_separate_strokes_belong_to_one_digit(seven: Bytes) -> None:
    five = seven.copy()
    five[70:75] = 255
    assert difference(digit_in(five), digit_in(seven)) < 12


def test_the_box_encloses_the_digit(seven: Bytes) -> None:
    assert find_digits(decode(seven)).crops[0].box == pytest.approx((35, 24, 55, 93), abs=1)


def test_the_box_is_in_pixels_of_the_original_picture(seven: Bytes) -> None:
    x, y, w, h = find_digits(decode(seven)).crops[0].box
    large = Image.fromarray(seven).resize((3600, 4800))
    box = find_digits(decode(encode(large, "JPEG"))).crops[0].box
    assert box == pytest.approx((30 * x, 30 * y, 30 * w, 30 * h), abs=60)


def test_blank_paper_contains_no_digit() -> None:
    rng = np.random.default_rng(0)
    ramp = np.linspace(90, 240, 200)
    blank = [
        np.full((200, 200), 255),
        np.zeros((200, 200)),
        ramp[:, None] + np.zeros((1, 200)),
        ramp[:, None] + rng.normal(0, 6, (200, 200)),
        rng.normal(230, 4, (200, 200)),
        rng.uniform(0, 255, (200, 200)),
        np.where(rng.random((200, 200)) < 0.02, 0, 255),
        np.where(rng.random((200, 200)) < 0.1, 0, 255),
    ]
    for picture in blank:
        assert not find_digits(decode(np.clip(picture, 0, 255).astype(np.uint8))).crops
    assert find_digits(decode(Image.new("RGBA", (50, 50)))).blank, "all transparent"


def test_pictures_of_any_shape_are_accepted() -> None:
    rng = np.random.default_rng(0)
    for shape in [(1, 1), (1, 2), (2, 1), (1, 5_000), (20_000, 1), (3, 3), (5, 2_000)]:
        for picture in (
            np.zeros(shape),
            rng.uniform(0, 255, shape),
            rng.normal(200, 9, shape),
        ):
            find_digits(decode(np.clip(picture, 0, 255).astype(np.uint8)))


def test_pictures_of_a_few_pixels_are_accepted() -> None:
    rng = np.random.default_rng(0)
    for shape in np.ndindex(5, 5):
        size = shape[0] + 1, shape[1] + 1
        line = np.full(size, 255)
        line[1:3] = 0
        for picture in (
            line,
            np.where(np.indices(size).sum(0) % 2, 255, 0),
            np.where(rng.random(size) < 0.3, 0, 200),
            rng.integers(0, 256, size),
            rng.integers(0, 256, (*size, 3)),
            np.dstack([line, line, np.full(size, 90)]),
        ):
            for single in (True, False):
                find_digits(decode(picture.astype(np.uint8)), single=single)


def test_each_example_picture_contains_one_digit() -> None:
    assert [path.name[0] for path in DRAWN] == list("0123456789")
    for path in DRAWN:
        assert digit_in(path).max() > 200, path.name
    assert sum(path.stat().st_size for path in DRAWN) < 400_000


def test_greyscale_and_slightly_tinted_pictures_give_the_same_digit(seven: Bytes) -> None:
    rng = np.random.default_rng(0)
    light = np.linspace(1, 0.6, 120)
    photo = np.clip(seven * light + rng.normal(0, 2, seven.shape), 0, 255).astype(np.uint8)
    for grey in (seven, 255 - seven, seven // 2 + 60, photo):
        tinted = np.dstack([grey] * 3)
        tinted[0, 0, 2] ^= 1
        assert np.abs(digit_in(grey) - digit_in(tinted)).max() <= 1
