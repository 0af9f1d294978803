"""The ink of one digit: cut out of pages with lines, boxes, shadows and neighbours."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from lenet.picture.crop import InkMap, cut_ink
from lenet.picture.normalising import normalise

Page = NDArray[np.uint8]
BOX = (40, 30, 44, 62)  # where a digit is drawn, roughly


def digit(text: str = "5", x: int = 42, thickness: int = 5) -> Page:
    """Return how much ink of a digit is on each pixel of a page of 150×120, 0 to 255."""
    page = np.zeros((120, 150), np.uint8)
    cv2.putText(page, text, (x, 88), cv2.FONT_HERSHEY_SIMPLEX, 2.4, 255, thickness, cv2.LINE_AA)
    return page


def coloured(
    ink: Page, colour: tuple[int, ...] = (20, 20, 40), paper: NDArray[np.floating] | float = 235.0
) -> NDArray[np.float64]:
    """Return a page, float (120, 150, 3), with ink on paper."""
    cover = ink[..., None] / 255
    ground = np.broadcast_to(np.asarray(paper, float).reshape(*np.shape(paper), 1), (120, 150, 3))
    return np.asarray(ground * (1 - cover) + np.array(colour, float) * cover)


def map_of(ink: Page, scale: float = 0.25, margin: float = 8) -> InkMap:
    """Return the map of ink that a finder draws: coarse and soft."""
    size = round(150 * scale), round(120 * scale)
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    m = int(margin)
    padded = cv2.copyMakeBorder(small, m, m + 3, m, m + 3, cv2.BORDER_CONSTANT)
    logits = np.asarray(12 * np.clip(padded, 0, 0.7) - 4, np.float32)
    return InkMap(logits, (size[0] / 150, size[1] / 120), (margin, margin))


def box_of(ink: Page) -> tuple[float, float, float, float]:
    x, y, w, h = cv2.boundingRect(ink)
    return x, y, w, h


def cut(page: NDArray[np.floating], own: Page, *, others: Page | None = None) -> Page:
    """Return the image of the digit whose ink is `own`."""
    inked = own if others is None else np.maximum(own, others)
    pixels = np.clip(np.rint(page), 0, 255).astype(np.uint8)
    return normalise(cut_ink(pixels, box_of(own), map_of(inked)))


def alike(image: Page, own: Page) -> float:
    """Return the correlation of an image with that of clean ink, wherever in it that is."""
    x, y, w, h = cv2.boundingRect(own)
    clean = np.pad(normalise(own[y : y + h, x : x + w]), 2).astype(np.float32)
    return float(cv2.matchTemplate(clean, image.astype(np.float32), cv2.TM_CCOEFF_NORMED).max())


@pytest.mark.parametrize("text", list("0123456789"))
def test_ink_on_plain_paper_comes_out_as_it_is(text: str) -> None:
    own = digit(text)
    image = cut(coloured(own), own)
    assert alike(image, own) > 0.97
    assert image.max() > 240


@pytest.mark.parametrize(
    ("ink", "paper"), [((250, 250, 250), 30), ((200, 60, 60), 100), ((150, 150, 150), 175)]
)
def test_any_colour_on_any_paper_comes_out(ink: tuple[int, ...], paper: float) -> None:
    own = digit("3")
    assert alike(cut(coloured(own, ink, paper), own), own) > 0.98


def test_red_ink_as_light_as_its_green_paper_comes_out() -> None:
    own = digit("3")
    page = coloured(own, (200, 60, 60))
    page[own == 0] = 60, 131, 60
    assert alike(cut(page, own), own) > 0.95


def test_a_thin_stroke_is_not_taken_for_paper() -> None:
    own = digit("2", thickness=1)
    assert alike(cut(coloured(own, (120, 120, 120)), own), own) > 0.93


def test_a_shadow_that_falls_off_leaves_nothing() -> None:
    own = digit("4")
    slope = np.linspace(70, 240, 150)[None] * np.linspace(1, 0.8, 120)[:, None]
    assert alike(cut(coloured(own, (10, 10, 10), slope), own), own) > 0.96


def test_lines_across_a_digit_stay_behind_except_on_its_ink() -> None:
    own = digit("8")
    lines = np.zeros_like(own)
    for y in (50, 95):
        cv2.line(lines, (0, y), (150, y), 255, 2)
    page = coloured(np.maximum(own, lines))
    assert alike(cut(page, own), own) > 0.93


def test_the_frame_of_a_form_stays_behind() -> None:
    own = digit("6")
    x, y, w, h = cv2.boundingRect(own)
    frame = np.zeros_like(own)
    cv2.rectangle(frame, (x - 3, y - 3), (x + w + 2, y + h + 2), 255, 2)
    assert alike(cut(coloured(np.maximum(own, frame)), own), own) > 0.95


def test_a_frame_that_a_digit_touches_stays_behind() -> None:
    own = digit("7")
    x, y, w, h = cv2.boundingRect(own)
    frame = np.zeros_like(own)
    cv2.rectangle(frame, (x - 6, y + 1), (x + w + 5, y + h + 8), 255, 3)
    assert alike(cut(coloured(np.maximum(own, frame)), own), own) > 0.9


def test_a_neighbour_that_is_near_stays_behind() -> None:
    own, neighbour = digit("5"), digit("3", x=90)
    page = coloured(np.maximum(own, neighbour))
    assert alike(cut(page, own, others=neighbour), own) > 0.95


def test_hardly_anything_of_a_touching_neighbour_comes_along() -> None:
    own = digit("0")
    neighbour = digit("0", x=42 + cv2.boundingRect(own)[2] - 2)
    assert np.minimum(own, neighbour).any()
    image = cut(coloured(np.maximum(own, neighbour)), own, others=neighbour)
    assert alike(image, own) > 0.85


def test_parts_of_neighbours_in_its_box_stay_behind() -> None:
    own, left, right = digit("5"), digit("7", x=2), digit("0", x=83)
    page = np.rint(coloured(np.maximum(np.maximum(own, left), right))).astype(np.uint8)
    x, y, w, h = box_of(own)
    wide = (x - 6.0, y, w + 12, h)
    assert np.maximum(left, right)[:, int(x) - 6 : int(x + w) + 6].any()
    ink = map_of(np.maximum(np.maximum(own, left), right))
    assert alike(normalise(cut_ink(page, wide, ink)), own) > 0.95


def test_noise_on_the_paper_stays_behind() -> None:
    own = digit("9")
    noise = np.random.default_rng(0).normal(0, 6, (120, 150, 3))
    image = cut(coloured(own, (60, 60, 60), 200.0) + noise, own)
    assert alike(image, own) > 0.95


@pytest.mark.parametrize("factor", [0.15, 0.4, 5])
def test_small_and_large_digits_come_out_alike(factor: float) -> None:
    own = digit("2", thickness=8)
    page = np.rint(coloured(own)).astype(np.uint8)
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    page = np.asarray(cv2.resize(page, None, fx=factor, fy=factor, interpolation=way), np.uint8)
    x, y, w, h = (factor * side for side in box_of(own))
    ink = map_of(own)
    across, down = ink.scale
    ink = InkMap(ink.logits, (across / factor, down / factor), ink.margin)
    cut_out = cut_ink(page, (x, y, w, h), ink)
    assert 30 <= max(cut_out.shape) <= 90
    assert alike(normalise(cut_out), own) > 0.9


def test_a_digit_at_the_edge_of_the_page_is_cut_there() -> None:
    own = digit("3", x=-20)
    x, y, w, h = box_of(own)
    page = np.rint(coloured(own)).astype(np.uint8)
    image = normalise(cut_ink(page, (x - 9, y, w + 9, h), map_of(own)))
    assert alike(image, own) > 0.95


def test_nothing_comes_of_a_page_of_one_colour() -> None:
    page = np.full((120, 150, 3), 90, np.uint8)
    assert not cut_ink(page, BOX, map_of(digit())).any()


def test_a_map_without_ink_and_a_box_out_of_the_page_do_no_harm() -> None:
    own = digit()
    page = np.rint(coloured(own)).astype(np.uint8)
    nothing = InkMap(np.full((40, 50), -9, np.float32), (0.25, 0.25), (8, 8))
    assert cut_ink(page, BOX, nothing).dtype == np.uint8
    assert cut_ink(page, (400, 300, 0.5, 0.5), nothing).size
    full = InkMap(np.full((40, 50), 9, np.float32), (0.25, 0.25), (8, 8))
    assert cut_ink(page, BOX, full).size


@pytest.mark.parametrize("scale", [0.25, 0.5])
def test_a_blurred_digit_is_cut_out_sharper_if_its_map_says_so(scale: float) -> None:
    ink = digit()
    soft = np.asarray(cv2.GaussianBlur(coloured(ink).astype(np.uint8), (0, 0), 4), np.uint8)
    plain = map_of(ink, scale)
    asked = replace(plain, sharpening=2.0, radius=12 * scale)  # 12 pixels of the page
    sharp, as_it_is, sharpened = (
        int(np.count_nonzero((cut > 25) & (cut < 230)))
        for cut in (
            cut_ink(coloured(ink).astype(np.uint8), box_of(ink), plain),
            cut_ink(soft, box_of(ink), plain),
            cut_ink(soft, box_of(ink), asked),
        )
    )
    assert sharp < sharpened < 0.85 * as_it_is  # pixels that are neither ink nor paper
