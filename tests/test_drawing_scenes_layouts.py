"""Layouts of text: what is on them is where it was put, and is what the truth says."""

import re
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pytest

from lenet.drawing.scenes import texts
from lenet.drawing.scenes.block import OTHER, Block, Drawing, Glyph, Layout
from lenet.drawing.scenes.layouts.forms import FORMS
from lenet.drawing.scenes.layouts.placing import (
    aligned,
    by_hand,
    filled_line,
    fitted,
    fitting,
    in_cell,
    scaled,
    straight,
    touching,
    turned,
    warped,
)
from lenet.drawing.scenes.layouts.rows import ROWS
from lenet.drawing.scenes.layouts.sums import addition, equation, multiplication

LAYOUTS = {layout.__name__.strip("_"): layout for layout in (*ROWS, *FORMS)}
HEIGHTS = (8, 24, 80)
WITHOUT_DIGITS = {"words", "paragraph", "letters", "check_boxes"}


@dataclass
class Stamp:
    """A writer whose characters are filled boxes; some it does not know, as a font may."""

    height: float
    lacking: str = "ß"
    written: list[str] = field(default_factory=list)

    def glyph(self, character: str) -> Glyph | None:
        if character in self.lacking:
            return None
        self.written.append(character)
        side = max(3, round(self.height)), max(2, round(0.5 * self.height))
        return Glyph(np.full(side, 255, np.uint8), 0, 0, side[1])

    def gap(self) -> float:
        return 0.1 * self.height


@dataclass
class Stamps:
    """Writers that are all stamps, and remember what was written."""

    lacking: str = "ß"
    made: list[Stamp] = field(default_factory=list)

    def hand(self, height: float) -> Stamp:
        self.made.append(Stamp(height, self.lacking))
        return self.made[-1]

    def font(self, height: float, *, digits_only: bool = False) -> Stamp:
        return self.hand(height)

    def display(self, height: float) -> Stamp:
        return self.hand(height)

    def any(self, height: float) -> Stamp:
        return self.hand(height)

    def written(self) -> Counter[str]:
        return Counter(c for writer in self.made for c in writer.written)


def draw(layout: Layout, seed: int, height: float) -> tuple[Drawing | None, Stamps]:
    stamps = Stamps()
    return layout(np.random.default_rng(seed), height, stamps).render(), stamps


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_draws_at_every_height_and_says_what_was_written(name: str) -> None:
    drawn = 0
    for height in HEIGHTS:
        for seed in range(6):
            drawing, stamps = draw(LAYOUTS[name], seed, height)
            if drawing is None:
                continue
            drawn += 1
            assert 0 < drawing.shade.max() <= 1
            assert drawing.ids.max() <= len(drawing.classes)
            truth = Counter(str(c) for c in drawing.classes if c != OTHER)
            # A scribble hides what is below; a 0 is also drawn to measure its width.
            hidden = stamps.written() if name == "struck_out" else Counter("0")
            assert truth <= stamps.written()
            written = Counter({c: n for c, n in stamps.written().items() if c in "0123456789"})
            assert written - truth <= hidden
    assert drawn >= 16


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_is_the_same_for_the_same_seed(name: str) -> None:
    first, second = draw(LAYOUTS[name], 3, 20)[0], draw(LAYOUTS[name], 3, 20)[0]
    assert first is not None
    assert second is not None
    np.testing.assert_array_equal(first.shade, second.shade)
    np.testing.assert_array_equal(first.ids, second.ids)
    assert first.classes == second.classes


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_manages_with_a_writer_that_lacks_characters(name: str) -> None:
    for seed in range(10):
        block = LAYOUTS[name](np.random.default_rng(seed), 16, Stamps("13579aeiou+=:$"))
        assert block.render() is not None or not block


@pytest.mark.parametrize("name", sorted(WITHOUT_DIGITS))
def test_a_layout_of_words_and_letters_has_no_digits(name: str) -> None:
    for seed in range(20):
        drawing, _ = draw(LAYOUTS[name], seed, 16)
        assert drawing is not None
        assert set(drawing.classes) <= {OTHER}


def test_most_layouts_fit_on_a_page() -> None:
    for height in (8, 16, 24, 40):
        sizes = [draw(f, seed, height)[0] for f in LAYOUTS.values() for seed in range(6)]
        wide = [drawing is None or max(drawing.shade.shape) > 400 for drawing in sizes]
        assert np.mean(wide) < 0.15


def test_a_lone_rule_is_a_mark_and_a_one_beside_it_a_digit() -> None:
    for seed in range(10):
        drawing, stamps = draw(LAYOUTS["ones_near_rules"], seed, 20)
        assert drawing is not None
        assert len(drawing.classes) == sum(stamps.written().values())
        marks = (drawing.shade > 0.3) & (drawing.ids == 0)
        assert marks.any(1).sum() > 30  # rows of pixels that a rule crosses


def test_an_empty_cell_has_no_character() -> None:
    for seed in range(20):
        drawing, stamps = draw(LAYOUTS["sudoku"], seed, 10)
        assert drawing is not None
        assert len(drawing.classes) == sum(stamps.written().values())
        assert 0 < len(drawing.classes) < 81


def digits_of(text: str) -> int:
    return int("".join(re.findall(r"\d", text)))


@pytest.mark.parametrize("seed", range(30))
def test_a_long_addition_has_the_right_result(seed: int) -> None:
    rng = np.random.default_rng(seed)
    above, [(result, _)] = addition(rng, 1 + seed % 5, 2 + seed % 3)
    numbers = [digits_of(text) for text, _ in above]
    expected = sum(numbers) if above[-1][0][0] == "+" else numbers[0] - numbers[1]
    assert int(result) == expected
    assert result.isdigit()  # never negative


@pytest.mark.parametrize("seed", range(30))
def test_a_long_multiplication_has_the_right_products(seed: int) -> None:
    factors, partial, [(result, _)] = multiplication(np.random.default_rng(seed), 1 + seed % 3)
    first, second = (digits_of(text) for text, _ in factors)
    assert int(result) == first * second
    if partial:
        assert int(result) == sum(int(text) * 10**shift for text, shift in partial)


def test_an_equation_without_an_unknown_is_right() -> None:
    rng = np.random.default_rng(1)
    known = [text for text in (equation(rng) for _ in range(200)) if not re.search("[a-z]", text)]
    for text in known:
        left, right = text.replace(" ", "").replace("×", "*").replace("÷", "//").split("=")
        if left.startswith("√"):
            assert int(left[1:]) == int(right) ** 2
        else:
            assert eval(left) == int(right)
    assert set("+-×÷√()") <= set("".join(known))


def test_a_receipt_adds_up() -> None:
    for seed in range(20):
        _, stamps = draw(LAYOUTS["receipt"], seed, 10)
        found = re.findall(r"\d+\.\d\d", "".join(stamps.made[0].written))
        *prices, total = (round(100 * float(price)) for price in found)
        # A date above the prices may look like one.
        assert total in {sum(prices[first:]) for first in range(len(prices))}


def box(block: Block) -> tuple[list[int], list[int]]:
    low, high = block.bounds(characters_only=True)
    return low.round().astype(int).tolist(), high.round().astype(int).tolist()


@pytest.mark.parametrize(("align", "left"), [(0.0, 100), (0.5, 89), (1.0, 78)])
def test_a_line_is_aligned_by_its_left_end_middle_or_right_end(align: float, left: int) -> None:
    block = Block()
    aligned(block, Stamp(20), "12", 100, 7, align)
    assert box(block) == ([left, 7], [left + 22, 27])


def test_a_character_stands_in_the_middle_of_its_cell() -> None:
    block = Block()
    in_cell(np.random.default_rng(0), block, Stamp(20), "7", (100, 50, 30, 40), 0)
    assert box(block) == ([110, 60], [120, 80])


def test_a_turned_glyph_keeps_its_middle() -> None:
    glyph = Stamp(40).glyph("1")
    assert glyph is not None
    quarter = turned(glyph, 40, np.pi / 2)
    ys, xs = np.nonzero(quarter.ink > 128)
    assert xs.max() - xs.min() + 1 == pytest.approx(40, abs=1)
    assert ys.max() - ys.min() + 1 == pytest.approx(20, abs=1)
    assert quarter.x + xs.mean() == pytest.approx(10, abs=1)
    assert quarter.y + ys.mean() == pytest.approx(20, abs=1)


def test_a_scaled_glyph_keeps_its_corner_and_a_slanted_one_its_foot() -> None:
    glyph = Stamp(40).glyph("1")
    assert glyph is not None
    small = scaled(glyph, 0.5)
    ys, xs = np.nonzero(small.ink > 128)
    assert (small.x + xs.min(), small.y + ys.min()) == pytest.approx((0, 0), abs=1)
    assert small.advance == glyph.advance / 2
    leaning = warped(glyph, np.array([[1, -0.5], [0, 1.0]]), (0, 40))
    bottom = np.flatnonzero(leaning.ink[-4 - round(leaning.y + leaning.ink.shape[0] - 40)] > 128)
    assert leaning.x + bottom[0] == pytest.approx(0, abs=3)


def test_touching_digits_share_as_many_pixels_as_said() -> None:
    stamp = Stamp(20)
    left, right = stamp.glyph("1"), stamp.glyph("2")
    assert left is not None
    assert right is not None
    assert touching(left, right, 3) == 10 - 3
    apart = Glyph(right.ink, right.x, 500, right.advance)
    assert touching(left, apart, 3) == left.advance


def test_no_more_is_laid_out_than_fits() -> None:
    rng = np.random.default_rng(0)
    assert {fitting(rng, 50, 1, 9, 210) for _ in range(100)} == {1, 2, 3, 4}
    assert fitting(rng, 500, 2, 9, 210) == 2
    for _ in range(100):
        assert len(fitted(rng, texts.number, 80, 240)) <= 4
    assert filled_line(["four", "words", "and", "more"], 10) == "four words"
    assert filled_line(["unbreakable"], 4) == "unbreakable"


def test_a_line_by_hand_stays_near_the_straight_one() -> None:
    line = by_hand(np.random.default_rng(0), straight(0, 0, 100, 0), 1)
    assert np.abs(line[:, 1]).max() < 4
    level = by_hand(np.random.default_rng(0), straight(0, 0, 70, 0), 0)
    np.testing.assert_allclose(level[:, 0], np.linspace(0, 70, 8))
