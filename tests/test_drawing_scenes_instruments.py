"""Layouts of instruments, things that bear numbers, and clutter."""

import cv2
import numpy as np
import pytest

from lenet.drawing.material import Material
from lenet.drawing.scenes.block import Block, Drawing, Layout
from lenet.drawing.scenes.layouts import clutter, displays, instruments, keys, plates, surroundings
from lenet.drawing.scenes.layouts.clutter import CLUTTER
from lenet.drawing.scenes.layouts.displays import clock_time, reading
from lenet.drawing.scenes.layouts.instruments import INSTRUMENTS, roll
from lenet.drawing.scenes.layouts.shapes import Styled, frame, hollow, letter, rectangle, turned
from lenet.drawing.scenes.machines import Font
from lenet.drawing.scenes.writers import WriterPool

HEIGHTS = (8.0, 24.0, 80.0)
SEEDS = range(3)
PLAIN_FONT = 5  # seed of a font that is neither outlined nor slanted


def printed(height: float) -> Font:
    return Font(height, np.random.default_rng(PLAIN_FONT))


def drawn(layout: Layout, height: float, seed: int) -> Drawing:
    rng = np.random.default_rng([seed, int(height)])
    drawing = layout(rng, height, WriterPool(Material(), rng)).render()
    assert drawing is not None
    return drawing


def rolled(turn: float) -> list[int]:
    block = Block()
    block.fill(rectangle(0, 0, 30, 44), 0.2)
    roll(block, printed(30), 4, turn, (0, 0, 30, 44), 1)
    drawing = block.render()
    assert drawing is not None
    return list(drawing.classes)


@pytest.mark.parametrize("layout", INSTRUMENTS, ids=lambda layout: layout.__name__)
def test_instruments_show_digits_that_fit_a_page(layout: Layout) -> None:
    seen: set[int] = set()
    for height in HEIGHTS:
        for seed in SEEDS:
            drawing = drawn(layout, height, seed)
            assert max(drawing.shade.shape) < 700
            assert 0 <= drawing.shade.min() <= drawing.shade.max() <= 1
            assert drawing.shade.std() > 0.01
            seen.update(label for label in drawing.classes if label < 10)
    assert len(seen) >= 4


@pytest.mark.parametrize("layout", CLUTTER, ids=lambda layout: layout.__name__)
def test_clutter_has_ink_and_no_digit(layout: Layout) -> None:
    for height in HEIGHTS:
        for seed in SEEDS:
            drawing = drawn(layout, height, seed)
            assert drawing.shade.max() > 0.02
            assert max(drawing.shade.shape) < 1_000
            assert not [label for label in drawing.classes if label < 10]


def test_digits_stand_out_from_what_is_around_them() -> None:
    for layout in INSTRUMENTS:
        if layout in (plates.embossed, plates.jersey):  # an edge shows them
            continue
        drawing = drawn(layout, 24, 7)
        for number, label in enumerate(drawing.classes, 1):
            if label < 10:
                inside = drawing.ids == number
                outside = cv2.dilate(inside.astype(np.uint8), np.ones((5, 5))) > inside
                shades = np.median(drawing.shade[inside]), np.median(drawing.shade[outside])
                assert abs(shades[0] - shades[1]) > 0.1, layout.__name__


@pytest.mark.parametrize("layouts", [INSTRUMENTS, CLUTTER])
def test_layouts_are_the_same_for_the_same_seed(layouts: dict[Layout, float]) -> None:
    for layout in layouts:
        first, again = drawn(layout, 20, 3), drawn(layout, 20, 3)
        assert first.classes == again.classes
        assert np.array_equal(first.shade, again.shade)
        assert np.array_equal(first.ids, again.ids)


@pytest.mark.parametrize(
    "layout", [clutter.logo, clutter.shapes, surroundings.on_desk, surroundings.tool]
)
def test_things_of_many_kinds_differ(layout: Layout) -> None:
    sizes = {drawn(layout, 20, seed).shade.shape for seed in range(30)}
    assert len(sizes) >= 12


def test_a_display_shows_the_number_it_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(displays, "reading", lambda rng, longest: "-40.7")
    monkeypatch.setattr(displays, "clock_time", lambda rng: "0:47")
    for seed in range(20):
        classes = drawn(displays.display, 20, seed).classes
        shown = sorted(label for label in classes if label < 10)
        rows = len(shown) // 3
        assert shown == sorted([0, 4, 7] * rows)


def test_a_clock_shows_a_time_that_exists() -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        hour, minute, *seconds = map(int, clock_time(rng).split(":"))
        assert hour < 24
        assert max(minute, *seconds, 0) < 60


def test_a_reading_has_no_more_digits_than_asked_for() -> None:
    rng = np.random.default_rng(2)
    readings = [reading(rng, 4) for _ in range(300)]
    assert {sum(map(str.isdigit, text)) for text in readings} == {1, 2, 3, 4}
    assert any("." in text for text in readings)
    assert any(text.startswith("-") for text in readings)


def test_a_drum_at_rest_shows_its_digit() -> None:
    assert rolled(0) == [4]


def test_a_drum_rolled_half_shows_nothing_to_read() -> None:
    assert rolled(0.5) == []


def test_a_drum_hardly_rolled_shows_the_digit_it_shows_most_of() -> None:
    assert rolled(0.15) == [4]
    assert rolled(0.85) == [5]


def test_nine_rolls_to_zero() -> None:
    block = Block()
    roll(block, printed(30), 9, 0.95, (0, 0, 30, 44), 1)
    drawing = block.render()
    assert drawing is not None
    assert drawing.classes == (0,)


def test_a_drum_without_that_digit_stays_empty() -> None:
    block = Block()
    roll(block, Styled(printed(30), lambda ink: ink[:0]), 4, 0, (0, 0, 30, 44), 1)
    assert not block


def test_some_meters_have_a_window_without_a_digit_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = set()
    monkeypatch.setattr(instruments, "plain_digits", lambda rng, count: "4" * count)
    for seed in range(30):
        classes = drawn(instruments.drums, 30, seed).classes
        counts.add(sum(label in (0, 4, 5) for label in classes))
    assert len(counts) >= 4


@pytest.mark.parametrize("layout", [keys.dial_pad, keys.remote])
def test_a_pad_of_keys_has_each_digit_once(layout: Layout) -> None:
    for seed in range(12):
        classes = drawn(layout, 16, seed).classes
        digits = sorted(label for label in classes if label < 10)
        assert digits == list(range(10))


def test_turned_ink_keeps_its_amount() -> None:
    ink = np.zeros((20, 12), np.uint8)
    ink[5:15, 3:9] = 255
    for turns in (0.05, 0.25, 0.6):
        assert int(turned(ink, turns).sum()) == pytest.approx(int(ink.sum()), rel=0.03)


def test_a_text_stands_around_its_centre() -> None:
    for turn in (0.0, 0.25, 0.5):
        block = Block()
        letter(block, printed(20), "808", (100, 50), 1, turn)
        low, high = block.bounds(characters_only=True)
        assert (low + high) / 2 == pytest.approx([100, 50], abs=2)
        assert (high - low).argmax() == (1 if turn == 0.25 else 0)


def test_a_text_without_any_known_character_leaves_no_mark() -> None:
    block = Block()
    letter(block, printed(20), " \U0010ffff ", (100, 50))
    assert not block


def test_hollow_characters_have_an_edge_and_no_inside() -> None:
    writer = printed(60)
    full = writer.glyph("1")
    edge = Styled(writer, hollow(1)).glyph("1")
    assert full is not None
    assert edge is not None
    assert 0.1 < edge.ink.sum() / full.ink.sum() < 0.9
    assert Styled(writer, hollow(1)).glyph("\U0010ffff") is None


def test_a_frame_stands_around_two_corners() -> None:
    outline = frame(np.array([10.0, 20]), np.array([30.0, 60]), 5, 4)
    assert outline.min(0) == pytest.approx([5, 15])
    assert outline.max(0) == pytest.approx([35, 65])


def test_a_silhouette_is_all_ink_in_full_strength() -> None:
    block = Block()
    block.fill(rectangle(3, 4, 10, 6), 0)
    ink, x, y = block.silhouette(2)
    assert (x, y) == (0, 1)
    assert ink.max() == 255
    assert (block.in_shade(0.5).render().shade.max()) == pytest.approx(0.5)  # type: ignore[union-attr]
