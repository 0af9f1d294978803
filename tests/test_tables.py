"""Tables of comma-separated values: how people write them, and what is wrong with bad ones."""

import gzip
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lenet import datasets
from lenet.datasets import Dataset, levels, lines
from lenet.datasets.dataset import carve_test
from lenet.errors import DataError

DIGITS = tuple("0123456789")
PIXELS = [f"pixel{i}" for i in range(784)]
COUNT = 60


@pytest.fixture(scope="module")
def digits() -> Dataset:
    """Sixty real digits, of all classes."""
    whole = datasets.load("uci-digits").train
    return whole.subset(slice(COUNT))


def rows_of(images: NDArray[np.uint8]) -> list[list[str]]:
    return [[str(value) for value in image.ravel().tolist()] for image in images]


def table(
    digits: Dataset,
    header: Sequence[str] = ("label", *PIXELS),
    *,
    labels: Sequence[str] | None = None,
    place: int = 0,
    separator: str = ",",
) -> str:
    """Write digits as a table with the label in the column `place`."""
    labels = labels or [digits.classes[label] for label in digits.labels]
    rows = [[*row[:place], label, *row[place:]] for row, label in
            zip(rows_of(digits.images), labels, strict=True)]  # fmt: skip
    written = [list(header), *rows] if header else rows
    return "".join(separator.join(row) + "\n" for row in written)


def load(path: Path, content: str | bytes) -> datasets.Splits:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return datasets.load(f"csv:{path}")


def error_of(path: Path, content: str | bytes) -> str:
    with pytest.raises(DataError) as error:
        load(path, content)
    text = str(error.value)
    assert "\n" not in text
    assert text.startswith((str(path), f"csv:{path}"))
    return text.removeprefix("csv:").removeprefix(str(path)).lstrip(",: ")


def zipped(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def same(found: datasets.Splits, digits: Dataset) -> bool:
    expected = carve_test(digits)
    return (found.train.digest, found.test.digest) == (expected.train.digest, expected.test.digest)


# --- how tables are written --------------------------------------------------------------------


def test_kaggles_table_gives_the_digits_it_was_written_from(
    tmp_path: Path, digits: Dataset
) -> None:
    found = load(tmp_path / "train.csv", table(digits))
    assert same(found, digits)
    assert found.train.name == f"csv:{tmp_path}/train.csv"
    assert (len(found.train), len(found.test), found.notes) == (48, 12, ())
    assert found.train.images.flags.writeable
    again = datasets.load(f"csv:{tmp_path}/train.csv")
    assert (again.train.digest, again.test.digest) == (found.train.digest, found.test.digest)


def test_a_table_written_from_mnist_gives_exactly_mnists_arrays(
    tmp_path: Path, mnist_dir: Path
) -> None:
    mnist = datasets.load("mnist", mnist_dir, download=False).test.subset(slice(2_000))
    assert same(load(tmp_path / "train.csv", table(mnist)), mnist)
    assert same(load(tmp_path / "train.csv", table(mnist, ())), mnist)


@pytest.mark.parametrize(
    ("header", "place", "note"),
    [
        (["class", *PIXELS], 0, ()),
        ([*PIXELS, "Target"], 784, ()),
        ([*PIXELS[:300], "Y", *PIXELS[300:]], 300, ()),
        (["label", *(f"{i}x{j}" for i in range(28) for j in range(28))], 0, ()),
        (["label", *map(str, range(784))], 0, ()),
        (["Letter", *PIXELS], 0, ()),
        (list(map(str, range(785))), 0, ("labels are in the first column",)),
        (list(map(str, range(785))), 784, ("labels are in the last column",)),
        ((), 0, ("labels are in the first column",)),
        ((), 784, ("labels are in the last column",)),
    ],
)
def test_the_label_is_found_by_its_name_or_by_what_it_holds(
    tmp_path: Path, digits: Dataset, header: Sequence[str], place: int, note: tuple[str, ...]
) -> None:
    found = load(tmp_path / "a.csv", table(digits, header, place=place))
    assert same(found, digits)
    assert found.notes == note


def test_a_row_of_digits_that_pandas_took_for_names_is_no_image(
    tmp_path: Path, digits: Dataset
) -> None:
    names, times = [], dict[str, int]()
    for value in ["0", *rows_of(digits.images)[0]]:
        names.append(f"{value}.{times[value]}" if times.get(value) else value)
        times[value] = times.get(value, 0) + 1
    assert same(load(tmp_path / "letters.csv", table(digits, names)), digits)


@pytest.mark.parametrize("separator", [";", "\t", " "])
def test_other_separators_are_understood(tmp_path: Path, digits: Dataset, separator: str) -> None:
    assert same(load(tmp_path / "a.csv", table(digits, separator=separator)), digits)
    assert same(load(tmp_path / "a.csv", table(digits, (), separator=separator)), digits)


@pytest.mark.parametrize(
    "write",
    [
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.removesuffix("\n").encode(),
        lambda text: (text.replace("\n", "\n\n") + "\n\n").encode(),
        lambda text: re.sub(r"[^,\n]+", r'"\g<0>"', text).encode(),
        lambda text: text.replace(",", ", ").encode(),
        lambda text: gzip.compress(text.encode(), 1),
        lambda text: zipped({"train.csv": text}),
        lambda text: zipped({"train.csv": text, "__MACOSX/._train.csv": "x", ".DS_Store": "x"}),
    ],
    ids=["crlf", "cr", "bom", "cut", "empty", "quoted", "spaced", "gzip", "zip", "mac's zip"],
)
def test_line_ends_quotes_and_packing_change_nothing(
    tmp_path: Path, digits: Dataset, write: Callable[[str], bytes]
) -> None:
    assert same(load(tmp_path / "a.csv", write(table(digits))), digits)
    assert same(load(tmp_path / "a.csv", write(table(digits, ()))), digits)


def test_columns_that_number_the_rows_are_passed_over(tmp_path: Path, digits: Dataset) -> None:
    rows = table(digits).splitlines()
    text = "\n".join(["," + rows[0], *(f"{i},{row}" for i, row in enumerate(rows[1:]))])
    found = load(tmp_path / "a.csv", text)
    assert same(found, digits)
    assert found.notes == ("columns that number the rows are not used: 1",)


def test_labels_may_be_words_and_are_trimmed(tmp_path: Path, digits: Dataset) -> None:
    words = ["zero", "one", "two", "three, or so", "four", "five", "six", "seven", "eight", "é"]
    labels = [f'" {words[label]}"' for label in digits.labels]
    classes = tuple(sorted(words))
    expected = np.array([classes.index(words[label]) for label in digits.labels])
    for header in (("label", *PIXELS), ()):
        found = load(tmp_path / "a.csv", table(digits, header, labels=labels))
        assert found.train.classes == classes
        assert same(found, Dataset("x", digits.images, expected, classes))


def test_letters_and_their_capitals_are_different_classes(tmp_path: Path, digits: Dataset) -> None:
    labels = ["aAbB01é2yz"[label] for label in digits.labels]
    found = load(tmp_path / "a.csv", table(digits, (), labels=labels))
    assert found.train.classes == ("0", "1", "2", "A", "B", "a", "b", "y", "z", "é")


@pytest.mark.parametrize("form", ["{}.0", "{}.", "{:.18e}", "+{}.00"])
def test_labels_written_as_decimals_are_whole_numbers(
    tmp_path: Path, digits: Dataset, form: str
) -> None:
    labels = [form.format(label).replace("+", "") for label in digits.labels.tolist()]
    found = load(tmp_path / "a.csv", table(digits, labels=labels))
    assert same(found, digits)
    labels[::2] = [str(label) for label in digits.labels.tolist()[::2]]
    assert same(load(tmp_path / "a.csv", table(digits, labels=labels)), digits)


def test_what_numpy_saves_is_read(tmp_path: Path, digits: Dataset) -> None:
    whole = np.hstack([digits.labels[:, None], digits.images.reshape(-1, 784)])
    np.savetxt(tmp_path / "a.csv", whole)
    assert same(datasets.load(f"csv:{tmp_path}/a.csv"), digits)


def test_pixels_of_0_to_1_are_scaled_and_that_is_said(tmp_path: Path, digits: Dataset) -> None:
    scaled = np.hstack([digits.labels[:, None], digits.images.reshape(-1, 784) / 255])
    buffer = io.BytesIO()
    np.savetxt(buffer, scaled, fmt="%.6g", delimiter=";")
    found = load(tmp_path / "a.csv", buffer.getvalue())
    assert same(found, digits)
    assert found.notes[-1] == "pixels of 0 to 1 were multiplied by 255"


def test_fractions_of_0_to_255_are_rounded_and_that_is_said(
    tmp_path: Path, digits: Dataset
) -> None:
    shifted = digits.images.reshape(-1, 784) + np.where(
        digits.images.reshape(-1, 784) < 255, 0.4, 0
    )
    buffer = io.BytesIO()
    np.savetxt(buffer, np.hstack([digits.labels[:, None], shifted]), fmt="%.6g", delimiter=",")
    found = load(tmp_path / "a.csv", buffer.getvalue())
    assert same(found, digits)
    assert found.notes[-1] == "pixels that are fractions of 0 to 255 were rounded"


def test_fractions_that_end_a_little_above_1_are_refused(tmp_path: Path, digits: Dataset) -> None:
    overshot = digits.images.reshape(-1, 784) / 255 * 1.2
    overshot[:, 400] = 1.3
    buffer = io.BytesIO()
    np.savetxt(buffer, np.hstack([digits.labels[:, None], overshot]), fmt="%.4f", delimiter=",")
    assert error_of(tmp_path / "a.csv", buffer.getvalue()) == (
        "holds fractions up to 1.3; give pixels of 0 to 1, or of 0 to 255"
    )


def test_pixels_of_0_and_1_before_the_first_fraction_are_scaled_too(tmp_path: Path) -> None:
    images = np.zeros((1_200, 784))
    images[:, 300] = 1
    images[-1, 300] = 0.5
    buffer = io.BytesIO()
    np.savetxt(buffer, np.hstack([np.arange(1_200)[:, None] % 2, images]), fmt="%g", delimiter=",")
    found = load(tmp_path / "a.csv", buffer.getvalue())
    levels_found = np.concatenate([found.train.images, found.test.images])
    assert sorted(set(levels_found.ravel().tolist())) == [0, 128, 255]
    assert (levels_found == 255).sum() == 1_199


# --- bad tables --------------------------------------------------------------------------------


def cell(line: int, column: int, value: str) -> Callable[[str], str]:
    """Change a cell; lines and columns count from 1."""

    def change(text: str) -> str:
        rows = [row.split(",") for row in text.splitlines()]
        rows[line - 1][column - 1] = value
        return "\n".join(",".join(row) for row in rows)

    return change


def dimmed(text: str) -> str:
    """Write the pixels of line 9 as 0 to 1."""
    rows = text.splitlines()
    label, *pixels = rows[8].split(",")
    rows[8] = ",".join([label, *(f"{int(pixel) / 255:.6g}" for pixel in pixels)])
    return "\n".join(rows)


EXPECTED = ", expected 785: a label and 784 pixels, 28×28"
BAD = "; repair or remove the line"
LEVELS = "; pixels are of 0 to 255, or all of 0 to 1"


@pytest.mark.parametrize(
    ("spoil", "text"),
    [
        (cell(7, 3, "1,2"), "line 7 has 786 columns where the first has 785; repair or remove it"),
        (lambda text: text + "3,0\n", "line 62 has 2 columns where the first has 785; repair or "
         "remove it"),
        (cell(7, 3, "x"), f"line 7, column 3: 'x' is no number{BAD}"),
        (cell(7, 3, ""), f"line 7, column 3: '' is no number{BAD}"),
        (cell(7, 3, "nan"), f"line 7: the pixel in column 3 is nan, which is no number{LEVELS}"),
        (cell(7, 3, "inf"), f"line 7: the pixel in column 3 is inf, which is no number{LEVELS}"),
        (cell(9, 785, "-1"), f"line 9: the pixel in column 785 is -1, which is negative{LEVELS}"),
        (cell(9, 2, "256"), "line 9: the pixel in column 2 is 256, which is greater than 255"
         f"{LEVELS}"),
        (cell(9, 2, "99999"), "line 9: the pixel in column 2 is 99999, which is greater than 255"
         f"{LEVELS}"),
        (dimmed, "line 9: the pixel in column 124 is 0.0196078, which is a fraction, but others "
         f"are greater than 1{LEVELS}"),
        (cell(7, 1, ""), "line 7 has no label; repair or remove the line"),
        (cell(7, 1, "NaN"), "line 7 has no label; repair or remove the line"),
        (cell(7, 1, "-1"), "holds the label -1; remove the images that have no label"),
        (cell(7, 1, "1.5"), "holds the label 1.5, a fraction; labels are whole numbers or names"),
        (cell(7, 1, "a\ab"), "holds the class name 'a\\x07b'; use printable characters"),
        (cell(1, 4, "class"), "has the columns label and class, either of which may be the label; "
         "remove or rename one"),
        (lambda text: "", "is empty; expected a label and 784 pixels, 28×28 per line"),
        (lambda text: "\n\n", "is empty; expected a label and 784 pixels, 28×28 per line"),
        (lambda text: text.splitlines()[0], "holds a header and no images; expected a label and "
         "784 pixels, 28×28 per line"),
        (lambda text: "hello", f"the number of columns is 1{EXPECTED}"),
        (lambda text: "label," + ",".join(PIXELS[1:]), f"the number of columns is 784{EXPECTED}"),
        (lambda text: ",".join(["0"] * 1025), f"the number of columns is 1,025{EXPECTED}"),
        (lambda text: "x" * 200_000, "line 1 is longer than 131,072 characters; it is no table"),
        (lambda text: "\n" * 2_000, "holds more than 1,000 empty lines; remove them"),
    ],
)  # fmt: skip
def test_the_error_for_a_bad_table_names_its_line(
    tmp_path: Path, digits: Dataset, spoil: Callable[[str], str], text: str
) -> None:
    assert error_of(tmp_path / "a.csv", spoil(table(digits))) == text


@pytest.mark.parametrize("header", [PIXELS, (), ["id", *PIXELS], ["", *map(str, range(784))]])
def test_a_table_without_labels_says_so(
    tmp_path: Path, digits: Dataset, header: Sequence[str]
) -> None:
    rows = [",".join(row) for row in rows_of(digits.images)]
    if len(header) == 785:
        rows = [f"{number},{row}" for number, row in enumerate(rows)]
    text = "\n".join([",".join(header), *rows]) if header else "\n".join(rows)
    assert error_of(tmp_path / "test.csv", text) == (
        "holds 784 columns of pixels and no labels, as Kaggle's test.csv; give the table with "
        "labels, such as train.csv"
    )


AMBIGUOUS = (
    "either the first or the last column may hold the labels; write a first line that names it: "
    "label, and any names for the pixels"
)


def test_a_table_whose_label_is_not_clear_is_refused(tmp_path: Path, digits: Dataset) -> None:
    images = digits.images.copy()
    path = tmp_path / "a.csv"
    images[:, -1, -1] = np.arange(COUNT)
    photos = Dataset("x", images, digits.labels, DIGITS)
    assert error_of(path, table(photos, ())) == AMBIGUOUS
    assert same(load(path, table(photos)), photos)
    images[:, -1, -1] = np.arange(COUNT) == 7  # a speck in one corner of one image
    assert same(load(path, table(photos, ())), photos)
    assert error_of(path, cell(9, 785, "x")(table(digits, ()))) == AMBIGUOUS
    assert error_of(path, cell(9, 785, "")(table(digits, ()))) == (
        "line 9, column 785 is empty; repair or remove the line"
    )
    letters = ["abcdefghij"[label] for label in digits.labels]
    twice = table(digits, (), labels=letters).replace("\n", "x\n")
    assert error_of(path, twice) == AMBIGUOUS


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (("Cat", "cat"), "holds the classes 'Cat' and 'cat', which differ only in case or in how "
         "Unicode writes them; give them one name"),
        (("é", "e\u0301"), "holds the classes 'e\\u0301' and '\\xe9', which differ only in case or "
         "in how Unicode writes them; give them one name"),
        (("A", "\uff21"), "holds the classes 'A' and '\\uff21', which differ only in case or in "
         "how Unicode writes them; give them one name"),
    ],
)  # fmt: skip
def test_class_names_that_look_alike_are_refused(
    tmp_path: Path, digits: Dataset, names: tuple[str, str], text: str
) -> None:
    labels = [names[label % 2] for label in digits.labels]
    assert error_of(tmp_path / "a.csv", table(digits, labels=labels)) == text


def test_more_classes_than_any_script_has_are_refused(tmp_path: Path) -> None:
    blank = "," + ",".join(["0"] * 784) + "\n"
    text = ",".join(["label", *PIXELS]) + "\n" + "".join(f"n{i}{blank}" for i in range(5_001))
    assert error_of(tmp_path / "a.csv", text) == (
        "holds 5,001 classes, the most is 5,000; check which column holds the labels"
    )


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (zipped({"train.csv": "", "test.csv": ""}), "holds 2 files (train.csv, test.csv), expected "
         "one table; unpack it and give one of them"),
        (zipped({".DS_Store": ""}), "holds 0 files (nothing), expected one table; unpack it and "
         "give one of them"),
        (zipped({"../train.csv": ""}), "holds '../train.csv', a path out of it; do not use it"),
        (zipped({"/etc/train.csv": ""}), "holds '/etc/train.csv', a path out of it; do not use it"),
        (zipped({"train.csv": "0" * 10**7}), "line 1 is longer than 131,072 characters; it is no "
         "table"),
        (gzip.compress(bytes(10**7)), "line 1 is longer than 131,072 characters; it is no table"),
        (gzip.compress(b"1,2,3\n" * 99)[:-20], "is damaged or packed unusually (Compressed file "
         "ended before the end-of-stream marker was reached); bring it again"),
        (zipped({"a.csv": "1,2"})[:-4], "is damaged or packed unusually (File is not a zip file); "
         "bring it again"),
        ("label\n".encode("utf-16"), "is not UTF-8 text; save it as CSV in UTF-8"),
    ],
)  # fmt: skip
def test_the_error_for_a_bad_archive_names_its_fault(
    tmp_path: Path, content: bytes, text: str
) -> None:
    assert error_of(tmp_path / "a.zip", content) == text


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    for place, reason in ((tmp_path / "no.csv", "No such file or"), (tmp_path, "Is a directory")):
        with pytest.raises(DataError, match=f"^cannot read {place}: {reason}.*; check that the"):
            datasets.load(f"csv:{place}")


def test_a_table_of_too_many_images_says_what_it_would_need(
    tmp_path: Path, digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(levels, "MOST_IMAGES", 50)
    assert error_of(tmp_path / "a.csv", table(digits)) == (
        "holds more than 50 images, which need more than 0.0 GB of memory; give a part of them"
    )
    monkeypatch.setattr(lines, "MOST_CHARACTERS", 100_000)
    assert error_of(tmp_path / "a.csv", table(digits)) == (
        "holds more than 100,000 characters; give a part of it"
    )


def test_pixels_of_only_0_and_1_are_refused(tmp_path: Path, digits: Dataset) -> None:
    binary = Dataset("x", (digits.images > 99).astype(np.uint8), digits.labels, DIGITS)
    assert error_of(tmp_path / "a.csv", table(binary)) == (
        "holds only pixels of 0 and 1; multiply them by 255 if 1 is ink"
    )
