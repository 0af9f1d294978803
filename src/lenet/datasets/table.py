"""Tables of comma-separated values: a row per image, of 784 pixels and a label.

A file is read line by line, so that its size does not matter, only the number of its images.
"""

import csv
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet.datasets.dataset import Splits
from lenet.datasets.labels import LABEL_NAMES, MOST_CLASSES, LabelError, Labels, of_texts, to_splits
from lenet.datasets.levels import PIXELS, LevelError, Levels, PixelError
from lenet.datasets.lines import numbered_lines
from lenet.errors import DataError

BLOCK = 512  # rows that are parsed at a time
SEPARATORS = (",", ";", "\t", " ")
ROW_NAMES = frozenset({"", "unnamed: 0", "id", "index", "imageid", "image_id"})  # of no use here
# Of all values of a column: paper fills the corner of nearly every image, no class so many of them.
PAPER_SHARE, CLASS_SHARE = 0.9, 0.6
_EXPECTED = "expected a label and 784 pixels, 28×28"


@dataclass(frozen=True)
class Layout:
    """Where in a row things are.

    Attributes
    ----------
    separator : str
    width : int
        Columns of a row.
    has_header : bool
    label : int, optional
        The label's column; None if the header does not say: the first or the last.
    unused : frozenset of int
        Columns that number or name the rows.
    """

    separator: str
    width: int
    has_header: bool
    label: int | None
    unused: frozenset[int] = frozenset()

    def column(self, pixel: int) -> int:
        """Return the column of a pixel, from 1, as people count them."""
        return next(
            itertools.islice((i + 1 for i in range(self.width) if self._is_pixel(i)), pixel, None)
        )

    def _is_pixel(self, column: int) -> bool:
        return column != self.label and column not in self.unused

    def split(self, text: str) -> tuple[str, str]:
        """Return the label in a row of the right width, and the row without it."""
        if '"' not in text and not self.unused:
            if self.label == 0:
                label, _, pixels = text.partition(self.separator)
                return label, pixels
            if self.label == self.width - 1:
                pixels, _, label = text.rpartition(self.separator)
                return label, pixels
        cells = self.cells(text)
        assert self.label is not None
        pixels = self.separator.join(cells[i] for i in range(self.width) if self._is_pixel(i))
        return cells[self.label], pixels

    def cells(self, text: str) -> list[str]:
        """Return the cells of a row."""
        return _cells(text, self.separator)

    def count(self, text: str) -> int:
        """Return how many cells a row has."""
        return len(self.cells(text)) if '"' in text else text.count(self.separator) + 1


def load_csv(place: str) -> Splits:
    """Load a table of images, plain, .gz, or the only file in a .zip.

    The label's column has one of the names `LABEL_NAMES`, is the one whose name is unlike the
    others', or is the first or the last, whichever holds labels. The other 784 are pixels, of
    levels as in `Levels`. A header, ``;``, tab or space as separator, quotes, CR LF and a
    byte-order mark are understood. A fixed fifth of every class is held out for testing.

    Raises
    ------
    DataError
        The file is missing, damaged, too large or no such table; which line is wrong, and how.
    """
    path = Path(place).expanduser()
    layout, notes = _layout(path), []
    if layout.label is None:
        layout, note = _find_label(path, layout)
        notes.append(note)
    levels, texts, codes = _read(path, layout)
    notes += levels.notes
    if layout.unused:
        notes.append(f"columns that number the rows are not used: {len(layout.unused)}")
    try:
        labels: Labels = of_texts(texts, codes)
        images = levels.images()
    except (LabelError, LevelError) as error:
        raise DataError(f"{path} {error}") from error
    return to_splits(f"csv:{place}", (images, labels), notes=notes)


def _cells(text: str, separator: str) -> list[str]:
    if '"' not in text:
        return text.split(separator)
    return next(csv.reader([text], delimiter=separator), [""])


# The header.


def _layout(path: Path) -> Layout:
    """Tell from the first line where pixels and labels are."""
    _, text = next(numbered_lines(path), (1, ""))
    if not text:
        raise DataError(f"{path} is empty; {_EXPECTED} per line")
    separator = max(SEPARATORS, key=lambda each: (text.count(each) >= PIXELS - 1, text.count(each)))
    cells = [cell.strip() for cell in _cells(text, separator)]
    if not _is_header(cells):
        _check_width(path, len(cells))
        return Layout(separator, len(cells), has_header=False, label=None)
    names = [name.lower() for name in cells]
    labels = [i for i, name in enumerate(names) if name in LABEL_NAMES]
    if len(labels) > 1:
        raise DataError(
            f"{path} has the columns {' and '.join(cells[i] for i in labels)}, either of which may "
            "be the label; remove or rename one"
        )
    unused = frozenset(i for i, name in enumerate(names) if name in ROW_NAMES)
    others = [i for i in range(len(names)) if i not in unused]
    _check_width(path, len(others), named=bool(labels))
    label = labels[0] if labels else _odd_one(names, others)
    if label is None and unused:
        raise DataError(
            f"{path} has no column {', '.join(LABEL_NAMES[:-1])} or {LABEL_NAMES[-1]}; name the "
            "column of labels in its first line"
        )
    return Layout(separator, len(cells), True, label, unused)


def _check_width(path: Path, width: int, *, named: bool = False) -> None:
    if width == PIXELS and not named:
        raise DataError(
            f"{path} holds 784 columns of pixels and no labels, as Kaggle's test.csv; give the "
            "table with labels, such as train.csv"
        )
    if width != 1 + PIXELS:
        raise DataError(
            f"{path}: the number of columns is {width:,}, expected 785: a label and 784 "
            "pixels, 28×28"
        )


def _is_header(cells: Sequence[str]) -> bool:
    """Tell whether the first line names the columns, even if the names are numbers.

    pandas names columns 0, 1, 2 …, and what it took for a header "0, 0.1, 0.2, 7, 0.3 …": it
    numbers names that occur again. A row of pixels is never so.
    """
    if sum(not _is_number(cell) for cell in cells) > len(cells) / 2:
        return True
    times: dict[str, int] = {}
    for cell in cells:
        base = cell.partition(".")[0]
        count = times.get(base, 0)
        if cell != (f"{base}.{count}" if count else base):
            return False
        times[base] = count + 1
    return True


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _odd_one(names: Sequence[str], columns: Sequence[int]) -> int | None:
    """Return the column whose name is unlike all others', but for the number in it."""
    stems: dict[str, list[int]] = {}
    for column in columns:
        stems.setdefault(re.sub(r"\d+", "", names[column]), []).append(column)
    alone = [found[0] for found in stems.values() if len(found) == 1]
    return alone[0] if len(stems) == 2 and len(alone) == 1 else None


# Which column holds the labels, where the header does not say.


def _find_label(path: Path, layout: Layout) -> tuple[Layout, str]:
    """Read the first and the last column of the whole file and tell which one holds labels."""
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for number, text in _rows(path, layout):
        cells = layout.cells(text) if '"' in text else None
        for column, counts, cell in (
            (1, first, cells[0] if cells else text.partition(layout.separator)[0]),
            (layout.width, last, cells[-1] if cells else text.rpartition(layout.separator)[2]),
        ):
            if cell.strip().lower() in ("", "nan"):
                raise DataError(
                    f"{path}, line {number}, column {column} is empty; repair or remove the line"
                )
            if len(counts) <= MOST_CLASSES or cell in counts:
                counts[cell] = counts.get(cell, 0) + 1
    is_first = _is_label(first, last)
    if is_first is None:
        raise DataError(
            f"{path}: either the first or the last column may hold the labels; write a first line "
            "that names it: label, and any names for the pixels"
        )
    label, place = (0, "first") if is_first else (layout.width - 1, "last")
    return replace(layout, label=label), f"labels are in the {place} column"


def _is_label(first: dict[str, int], last: dict[str, int]) -> bool | None:
    """Tell whether the first column holds labels and not the last, by the counts of their values.

    A column of text holds labels, and one of fractions pixels. Of two columns of whole numbers,
    that which is nearly always the same is a corner of the images. None if it is not clear.
    """
    kinds = [_kind(counts) for counts in (first, last)]
    if "mixed" in kinds or kinds in (["text", "text"], ["fractions", "fractions"]):
        return None
    if "text" in kinds:
        return kinds[0] == "text"
    if "fractions" in kinds:
        return kinds[1] == "fractions"
    if len(first) == 1 or len(last) == 1:
        return len(last) == 1  # of images of one class, by habit the label comes first
    if _share(first) <= CLASS_SHARE and _share(last) >= PAPER_SHARE:
        return True
    return False if _share(last) <= CLASS_SHARE and _share(first) >= PAPER_SHARE else None


def _kind(counts: dict[str, int]) -> str:
    """Return what a column holds: "text", "fractions", "numbers", or all "mixed" up."""
    values = [cell.strip().strip('"') for cell in counts]
    numbers = [float(value) for value in values if _is_number(value)]
    if len(numbers) < len(values):
        # Names and numbers may both be labels, but a few words among many zeros are damage.
        return "mixed" if numbers and _share(counts) > CLASS_SHARE else "text"
    whole = all(number.is_integer() for number in numbers)
    return "numbers" if whole and len(values) <= MOST_CLASSES else "fractions"


def _share(counts: dict[str, int]) -> float:
    return max(counts.values()) / sum(counts.values())


# Rows.


def _rows(path: Path, layout: Layout) -> Iterator[tuple[int, str]]:
    """Yield the rows, each of the right width, with the numbers of their lines."""
    for number, text in itertools.islice(numbered_lines(path), int(layout.has_header), None):
        if (width := layout.count(text)) != layout.width:
            raise DataError(
                f"{path}, line {number} has {width:,} columns where the first has "
                f"{layout.width:,}; repair or remove it"
            )
        yield number, text


def _read(path: Path, layout: Layout) -> tuple[Levels, list[str], NDArray[np.int64]]:
    """Return the pixels, the different texts of labels, and for each image which one it has."""
    levels, codes = Levels(), []
    texts: dict[str, int] = {}
    rows = _rows(path, layout)
    while block := list(itertools.islice(rows, BLOCK)):
        pixels = []
        for number, text in block:
            label, rest = layout.split(text)
            label = label.strip()
            if label.lower() in ("", "nan"):
                raise DataError(f"{path}, line {number} has no label; repair or remove the line")
            codes.append(texts.setdefault(label, len(texts)))
            pixels.append(rest)
        if len(texts) > 2 * MOST_CLASSES:  # "1" and "1.0" are one class
            raise DataError(
                f"{path} holds more than {MOST_CLASSES:,} classes; check which column holds the "
                "labels"
            )
        _add(path, block, _parse(path, block, pixels, layout), levels, layout)
    if not codes:
        raise DataError(f"{path} holds a header and no images; {_EXPECTED} per line")
    return levels, list(texts), np.array(codes, np.int64)


def _add(
    path: Path,
    block: Sequence[tuple[int, str]],
    pixels: NDArray[Any],
    levels: Levels,
    layout: Layout,
) -> None:
    start = len(levels)
    try:
        levels.add(pixels)
    except PixelError as error:
        line, column = block[error.image - start][0], layout.column(error.pixel)
        raise DataError(f"{path}, line {line}: the pixel in column {column} {error}") from error
    except LevelError as error:
        raise DataError(f"{path} {error}") from error


def _parse(
    path: Path, block: Sequence[tuple[int, str]], rows: Sequence[str], layout: Layout
) -> NDArray[Any]:
    """Return the numbers of rows, (m, 784), int16 if all are whole numbers, else float64."""
    for dtype in (np.int16, np.float64):
        try:
            return np.loadtxt(
                rows, dtype, delimiter=layout.separator, comments=None, quotechar='"', ndmin=2
            )
        except ValueError:  # try the wider type, then look for the cell
            continue
    for (number, _), row in zip(block, rows, strict=True):
        for pixel, cell in enumerate(layout.cells(row)):
            if not _is_number(cell):
                raise DataError(
                    f"{path}, line {number}, column {layout.column(pixel)}: {cell[:20]!r} is no "
                    "number; repair or remove the line"
                )
    raise DataError(f"{path}, line {block[0][0]} or one after it holds what is no number")
