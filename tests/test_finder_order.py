"""Reading order: rows that are level, slanted, bent, in tables, in columns and in grids."""

import tracemalloc
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from lenet.finder.order import grid, grid_text, rows, text

Boxes = NDArray[np.float64]
HEIGHT = 20.0


class Page:
    """Text set in boxes; `boxes` come in no order."""

    def __init__(self, seed: int = 0) -> None:
        self.chance = np.random.default_rng(seed)
        self.digits: list[tuple[str, float, float, float]] = []  # character, centre, height
        self.signs: list[tuple[str, float, float, float]] = []

    def write(
        self, line: str, x: float, y: float, height: float = HEIGHT, pitch: float = 0.75
    ) -> "Page":
        """Write a line that begins at the centre of its first digit; jitter is that of a hand."""
        for character in line:
            if character != " ":
                low = y + self.chance.normal(0, 0.06) * height
                kind = self.digits if character.isdigit() else self.signs
                kind.append((character, x, low, height))
                x += pitch * height * (0.55 if character in ".,/-:()" else 1)
            else:
                x += 0.5 * height
        return self

    def turned(self, degrees: float) -> "Page":
        """Turn what was written clockwise."""
        angle = np.deg2rad(degrees)
        cos, sin = float(np.cos(angle)), float(np.sin(angle))
        for kind in (self.digits, self.signs):
            kind[:] = [(c, x * cos - y * sin, x * sin + y * cos, h) for c, x, y, h in kind]
        return self

    def boxes(self, kind: Sequence[tuple[str, float, float, float]]) -> Boxes:
        sides = [
            (x - w * h / 2, y - h / 2, w * h, h)
            for c, x, y, h in kind
            for w in [0.15 if c == "1" else 0.6]
        ]
        return np.array(sides, np.float64).reshape(-1, 4)

    def read(self) -> str:
        self.chance.shuffle(self.digits)
        characters = [digit[0] for digit in self.digits]
        return text(rows(self.boxes(self.digits), self.boxes(self.signs)), characters)

    def read_grid(self) -> str:
        self.chance.shuffle(self.digits)
        return grid_text(grid(self.boxes(self.digits)), [digit[0] for digit in self.digits])


def test_nothing_and_one_digit_are_read() -> None:
    assert rows(np.empty((0, 4))) == () == grid(np.empty((0, 4)))
    assert text((), "") == ""
    assert Page().write("7", 5, 5).read() == "7" == Page().write("7", 5, 5).read_grid()


@pytest.mark.parametrize("seed", range(5))
def test_a_date_is_three_numbers_of_a_row(seed: int) -> None:
    page = Page(seed).write("12 03 2026", 30, 40).write("735", 30, 90)
    assert page.read() == "12 03 2026\n735"


@pytest.mark.parametrize("sign", list("/.,-:"))
def test_a_sign_parts_numbers(sign: str) -> None:
    assert Page().write(f"37{sign}14", 30, 40).read() == "37 14"


def test_brackets_part_numbers() -> None:
    assert Page().write("(030) 1234567", 30, 40).read() == "030 1234567"


@pytest.mark.parametrize("degrees", [-40, -30, -20, -8, 8, 20, 30, 40])
def test_slanted_rows_are_read_one_after_the_other(degrees: float) -> None:
    page = Page()
    for line in range(6):
        page.write(f"{line}07 1{line}11 5{line}", 0, 36 * line)
    wanted = "\n".join(f"{line}07 1{line}11 5{line}" for line in range(6))
    assert page.turned(degrees).read() == wanted


@pytest.mark.parametrize("degrees", [-30, 30])
def test_a_single_slanted_row_is_one_row(degrees: float) -> None:
    assert Page().write("4071", 0, 0).turned(degrees).read() == "4071"


@pytest.mark.parametrize("bend", [-1, 1])
@pytest.mark.parametrize(("step", "radius"), [(0.22, 90), (0.3, 100)])
def test_digits_along_an_arc_are_one_row(bend: int, step: float, radius: float) -> None:
    page = Page()
    for k, digit in enumerate("4071407"):
        angle = (k - 3) * step
        page.digits.append((digit, radius * np.sin(angle), -bend * radius * np.cos(angle), HEIGHT))
    assert page.read() == "4071407"


def test_a_few_digits_askew_are_no_arc() -> None:
    page = Page().write("3", 0, 40).write("7", 22, 18).write("1", 44, 0)
    assert page.read() == "1\n7\n3"


def test_rows_that_bend_in_parallel_stay_apart() -> None:
    page = Page()
    for line in range(4):
        for k in range(16):
            x = 18.0 * k
            page.digits.append((str(line), x, 34 * line + 25 * np.sin(x / 90), HEIGHT))
    assert page.read() == "\n".join(str(line) * 16 for line in range(4))


@pytest.mark.parametrize("degrees", [0, -12, 12])
def test_a_table_is_read_row_by_row(degrees: float) -> None:
    page = Page()
    cells = [["12", "405", "9"], ["7", "33", "118"], ["250", "1", "64"], ["3", "907", "52"]]
    for i, row in enumerate(cells):
        for j, cell in enumerate(row):
            page.write(cell, 160 * j, 32 * i)
    assert page.turned(degrees).read() == "\n".join(" ".join(row) for row in cells)


def test_a_table_with_an_empty_cell_is_read_row_by_row() -> None:
    page = Page()
    for i, (first, last) in enumerate([("12", "405"), ("7", ""), ("", "118"), ("250", "64")]):
        page.write(first, 0, 36 * i).write(last, 260, 36 * i)
    assert page.read() == "12 405\n7\n118\n250 64"


def test_columns_whose_rows_do_not_meet_are_read_one_by_one() -> None:
    page = Page()
    for i in range(5):
        page.write(f"1{i}20", 0, 36 * i).write(f"4{i}55", 260, 36 * i + 18)
    wanted = [f"1{i}20" for i in range(5)] + [f"4{i}55" for i in range(5)]
    assert page.read() == "\n".join(wanted)


def test_a_heading_stands_before_columns_below_it() -> None:
    page = Page().write("2026", 140, -80, 40)
    for i in range(4):
        page.write(f"1{i}2", 0, 30 * i).write(f"4{i}5", 260, 30 * i + 15)
    assert page.read().split() == ["2026", "102", "112", "122", "132", "405", "415", "425", "435"]


def test_an_exponent_belongs_to_its_row() -> None:
    page = Page().write("7", 0, 0, 100).write("2", 58, -45, 45)
    assert page.read() == "72"


def test_a_small_row_under_a_large_one_is_its_own() -> None:
    page = Page().write("40", 0, 0, 100).write("1704", 10, 90, 20)
    assert page.read() == "40\n1704"


def test_a_sum_is_read_line_by_line() -> None:
    page = Page().write("217", 16, 0).write("+48", -2, 30).write("265", 16, 62)
    assert page.read() == "217\n48\n265"


def test_the_digits_of_a_comb_field_are_one_number() -> None:
    assert Page().write("93582", 0, 0, pitch=1.4).read() == "93582"


def test_ones_are_no_further_apart_than_other_digits() -> None:
    assert Page().write("1111 7", 0, 0).read() == "1111 7"


def test_two_meters_side_by_side_are_two_numbers_of_a_row() -> None:
    page = Page().write("00412", 0, 0).write("731", 300, 4)
    assert page.read() == "00412 731"


def test_an_odd_digit_in_the_corner_is_a_row_of_its_own() -> None:
    page = Page().write("4071", 100, 100).write("3", 0, 0)
    assert page.read() == "3\n4071"


SUDOKU = """\
53..7....
6..195...
.98....6.
8...6...3
4..8.3..1
7...2...6
.6....28.
...419..5
....8..79"""


def sudoku(pitch: float = 34, text: str = SUDOKU) -> Page:
    page = Page()
    for i, row in enumerate(text.split("\n")):
        for j, cell in enumerate(row):
            if cell != ".":
                x, y = page.chance.normal(0, 1.5, 2)
                page.write(cell, pitch * j + x, pitch * i + y)
    return page


@pytest.mark.parametrize("degrees", [0, -5, 14])
@pytest.mark.parametrize("pitch", [28, 34, 60])
def test_the_empty_cells_of_a_sudoku_are_seen(pitch: float, degrees: float) -> None:
    assert sudoku(pitch).turned(degrees).read_grid() == SUDOKU


def test_a_sudoku_without_a_grid_is_read_row_by_row() -> None:
    digits = "".join(filter(str.isdigit, SUDOKU))
    assert "".join(sudoku().read().split()) == digits


def sparse_sudoku(seed: int, curve: float = 0) -> tuple[Page, str]:
    """Return a third of a sudoku's cells on a sheet that is photographed askew, and its text.

    With `curve` the sheet bends: its sides hang lower by so many rows.
    """
    page, chance = Page(seed), np.random.default_rng([seed, 1])
    pitch = chance.uniform(1.3, 3.6) * HEIGHT
    cells = chance.choice(list("123456789"), (9, 9))
    cells[chance.random((9, 9)) > 0.35] = "."
    for i, row in enumerate(cells):
        for j, cell in enumerate(row):
            if cell != ".":
                x, y = chance.normal(0, 1.2, 2)
                low = pitch * (i - 4 + curve * (j - 4) ** 2 / 16)
                page.write(cell, pitch * (j - 4) + x, low + y)
    page.turned(float(chance.uniform(-8, 8)))
    aside, below = chance.uniform(-0.1, 0.1, 2) / (4 * pitch)
    page.digits = [
        (digit, x / (1 + aside * x + below * y), y / (1 + aside * x + below * y), h)
        for digit, x, y, h in page.digits
    ]
    down, along = (np.flatnonzero((cells != ".").any(axis)) for axis in (1, 0))
    inner = cells[down[0] : down[-1] + 1, along[0] : along[-1] + 1]
    return page, "\n".join("".join(row) for row in inner)


def test_notes_side_by_side_are_one_row() -> None:
    """A few groups of digits, far from each other: the slant of three digits is no slant."""
    chance = np.random.default_rng(0)
    in_a_row = 0
    for _ in range(100):
        boxes, x = [], 0.0
        for _ in range(chance.integers(4, 8)):
            for _ in range(chance.integers(1, 4)):
                height = HEIGHT * chance.uniform(0.85, 1.2)
                boxes.append((x, chance.normal(0, 0.1 * HEIGHT) - height / 2, HEIGHT / 2, height))
                x += 0.8 * HEIGHT
            x += chance.uniform(3, 8) * HEIGHT
        in_a_row += len(rows(np.array(boxes))) == 1
    assert in_a_row >= 97


@pytest.mark.parametrize(("curve", "least"), [(0, 37), (0.4, 34)])
def test_sparse_sudokus_photographed_askew_are_read_row_by_row(curve: float, least: int) -> None:
    read = 0
    for seed in range(40):
        page, wanted = sparse_sudoku(seed, curve)
        read += "".join(page.read().split()) == "".join(filter(str.isdigit, wanted))
    assert read >= least


@pytest.mark.parametrize("curve", [0, 0.4])
def test_the_cells_of_sparse_sudokus_photographed_askew_are_told_apart(curve: float) -> None:
    told = 0
    for seed in range(40):
        page, wanted = sparse_sudoku(seed, curve)
        told += page.read_grid() == wanted
    assert told >= 37


def test_the_diagonals_of_a_sparse_grid_are_not_taken_for_its_rows() -> None:
    cells = """\
5...6...1
.9..7..2.
...8.4...
..8...1..
37.....48
..2...6..
...7.6...
.4..1..7.
8...3...2"""
    wanted = "".join(filter(str.isdigit, cells))
    assert "".join(sudoku(1.63 * HEIGHT, cells).read().split()) == wanted


def test_an_empty_row_within_a_grid_is_seen() -> None:
    cells = "1.2\n345\n...\n6.7"
    assert sudoku(34, cells).read_grid() == cells


def test_cells_of_several_digits_are_told_by_spaces() -> None:
    page = Page().write("12", 0, 0).write("5", 80, 0).write("30", 80, 40).write("7", 166, 40)
    assert page.read_grid() == "12 5 .\n. 30 7"


def test_two_thousand_digits_are_read_whole() -> None:
    page = Page()
    for line in range(40):
        page.write("0123456789" * 5, 0, 32 * line)
    assert page.turned(3).read() == "\n".join(["0123456789" * 5] * 40)


def test_order_does_not_matter_and_all_digits_are_read_once() -> None:
    chance = np.random.default_rng(1)
    for count in (2, 3, 17, 200):
        boxes = np.concatenate(
            [chance.uniform(0, 400, (count, 2)), chance.uniform(3, 60, (count, 2))], 1
        )
        for cells in (rows(boxes), grid(boxes)):
            read = [index for row in cells for number in row for index in number]
            assert sorted(read) == list(range(count))
        shuffled = chance.permutation(count)
        again = [[shuffled[i] for n in row for i in n] for row in rows(boxes[shuffled])]
        assert again == [[i for n in row for i in n] for row in rows(boxes)]


def test_two_thousand_lonely_digits_are_ordered_in_little_memory() -> None:
    down, across = np.divmod(np.arange(2_000), 40)
    boxes = np.stack([40 * across, 40 * down, 0 * down + 10, 0 * down + 15], 1)
    tracemalloc.start()
    lines = rows(boxes)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [index for line in lines for number in line for index in number] == [*range(2_000)]
    assert peak < 30_000_000  # one number for each pair of them: 32 MB


def test_a_thousand_rows_do_not_exhaust_the_stack() -> None:
    heights = np.cumsum(np.random.default_rng(0).uniform(21, 90, 1500))
    boxes = np.stack([0 * heights, heights, 0 * heights + 12, 0 * heights + 20], 1)
    assert rows(boxes) == tuple(((k,),) for k in range(1500))
