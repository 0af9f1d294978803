"""Ink made an image as MNIST's were made, and small pictures that need nothing else."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from lenet.picture import decode, normalise
from lenet.picture.normalising import FAINTEST, PLAIN_EDGE, evened, plain_ink
from pages import encode

Ink = NDArray[np.uint8]


def rgb(grey: Ink) -> Ink:
    return np.dstack([grey] * 3)


def stroke(longer: int, width: int) -> Ink:
    """Return an upright stroke with a foot, so high and so thick."""
    ink = np.zeros((longer, longer * 3 // 4), np.uint8)
    ink[:, 2 : 2 + width] = ink[-width:] = 255
    return ink


def width_of(ink: Ink) -> float:
    """Return the width of the stroke of `stroke`, of its height."""
    rows = np.flatnonzero(ink.any(1))
    return float((ink[rows[0] + len(rows) // 3] > 127).sum()) / len(rows)


# --- normalising


def test_normalising_an_mnist_image_changes_nothing(mnist_images: Ink) -> None:
    changed = [i for i, image in enumerate(mnist_images) if (normalise(image) != image).any()]
    assert changed == []


@pytest.mark.parametrize("shape", [(100, 60), (60, 100), (5, 3), (20, 20), (400, 7), (1, 1)])
def test_the_longer_side_becomes_20_pixels_and_the_mass_is_centred(shape: tuple[int, int]) -> None:
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


@pytest.mark.parametrize("side", [8, 200])
def test_edges_are_antialiased_as_in_mnist(side: int) -> None:
    ink = cv2.dilate(np.eye(side, dtype=np.uint8) * 255, np.ones((1 + side // 20,) * 2, np.uint8))
    image = normalise(np.asarray(ink, np.uint8))
    assert ((image > 20) & (image < 235)).sum() > 20


def test_floats_and_bytes_give_the_same_image() -> None:
    ink = stroke(57, 6)
    assert np.array_equal(normalise(ink.astype(np.float64)), normalise(ink))


def test_no_ink_gives_an_empty_image() -> None:
    assert not normalise(np.zeros((50, 40))).any()


# --- the width of strokes


@pytest.mark.parametrize(("longer", "width"), [(40, 1), (90, 3), (400, 10)])
def test_thin_strokes_are_made_thicker(longer: int, width: int) -> None:
    ink = stroke(longer, width)
    assert width_of(evened(ink)) > width_of(ink)
    assert 0.09 < width_of(evened(ink)) < 0.2


@pytest.mark.parametrize(("longer", "width"), [(90, 36), (400, 160)])
def test_thick_strokes_are_made_thinner(longer: int, width: int) -> None:
    assert width_of(evened(stroke(longer, width))) < 0.35


@pytest.mark.parametrize(("longer", "width"), [(20, 3), (90, 15), (200, 40)])
def test_strokes_as_thick_as_mnists_stay_as_they_are(longer: int, width: int) -> None:
    ink = stroke(longer, width)
    assert evened(ink) is ink


def test_hardly_a_stroke_of_mnist_is_changed(mnist_images: Ink) -> None:
    changed = 0
    for image in mnist_images[::5]:
        x, y, w, h = cv2.boundingRect(image)
        ink = image[y : y + h, x : x + w]
        changed += evened(ink) is not ink
    assert changed <= 0.005 * len(mnist_images[::5])


# --- plain pictures


def same(ink: Ink | None, other: Ink) -> bool:
    return ink is not None and np.array_equal(ink, other)


def test_an_mnist_image_is_its_own_ink(mnist_images: Ink) -> None:
    other = [i for i, image in enumerate(mnist_images) if not same(plain_ink(rgb(image)), image)]
    assert other == []


@pytest.mark.parametrize("paper", [255, 200])
def test_dark_ink_on_light_paper_is_turned_over(paper: int) -> None:
    ink = np.pad(stroke(20, 3), 6) // 2
    assert same(plain_ink(rgb((paper - ink).astype(np.uint8))), ink)


def test_light_ink_on_grey_paper_is_what_is_lighter() -> None:
    ink = np.pad(stroke(20, 3), 6) // 3
    assert same(plain_ink(rgb((90 + ink).astype(np.uint8))), ink)


@pytest.mark.parametrize("paper", [0, 128, 255])
def test_marks_too_faint_to_be_ink_are_paper(paper: int) -> None:
    page = np.full((28, 28), paper, np.uint8)
    page[5:20, 10:13] = paper + (FAINTEST - 1) * (1 if paper < 200 else -1)
    ink = plain_ink(rgb(page))
    assert ink is not None
    assert not ink.any()


def test_other_pictures_are_not_plain() -> None:
    page = np.full((28, 28), 255, np.uint8)
    page[5:20, 10:13] = 0
    tinted = rgb(page)
    tinted[0, 0, 2] = 254
    grained = np.random.default_rng(0).integers(240, 256, (28, 28), np.uint8)
    large = np.full((PLAIN_EDGE + 1, 28), 255, np.uint8)
    framed = page.copy()
    framed[0] = framed[-1] = framed[:, 0] = framed[:, -1] = 90
    full = np.full((28, 28), 255, np.uint8)
    full[1:27, 1:27] = 0
    compressed = decode(encode(page, "JPEG", quality=90)).pixels
    for other in (tinted, rgb(grained), rgb(large), rgb(framed), rgb(full), compressed):
        assert plain_ink(other) is None
