"""Parquet files of pictures and labels, as Hugging Face stores them."""

import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray
from PIL import Image

from array_files import few_digits, same
from lenet import datasets
from lenet.datasets import parquet
from lenet.datasets.dataset import DIGITS, Dataset, carve_test
from lenet.errors import DataError
from lenet.finder import Preparation


@pytest.fixture(scope="module")
def uci() -> datasets.Splits:
    return few_digits()


def encode(image: NDArray[np.uint8] | Image.Image, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    picture = image if isinstance(image, Image.Image) else Image.fromarray(image)
    picture.save(buffer, kind)
    return buffer.getvalue()


def write(
    path: Path,
    pictures: Sequence[bytes | None],
    labels: Sequence[Any],
    *,
    names: Sequence[str] | None = None,
    columns: tuple[str, str] = ("image", "label"),
    struct: bool = True,
) -> Path:
    """Write pictures as Hugging Face does: structs, and what the numbers mean."""
    path.parent.mkdir(parents=True, exist_ok=True)
    images: list[Any] = list(pictures)
    if struct:
        images = [None if each is None else {"bytes": each, "path": "a.png"} for each in pictures]
    content = pa.table({columns[0]: images, columns[1]: list(labels)})
    if names:
        label = {"names": list(names), "_type": "ClassLabel"}
        features = {columns[0]: {"_type": "Image"}, columns[1]: label}
        content = content.replace_schema_metadata(
            {"huggingface": json.dumps({"info": {"features": features}})}
        )
    pq.write_table(content, path, row_group_size=50)
    return path


def write_digits(path: Path, digits: Dataset, **how: Any) -> Path:
    pictures = [encode(image) for image in digits.images]
    return write(path, pictures, how.pop("labels", digits.labels.tolist()), **how)


def error_of(path: Path) -> str:
    with pytest.raises(DataError) as error:
        datasets.load(f"parquet:{path}")
    text = str(error.value)
    assert "\n" not in text
    return text.removeprefix(f"parquet:{path}").removeprefix(str(path)).lstrip()


SMALL = "100 small plain pictures are light on dark"
SIZE = "the pictures have 28×28 pixels"


@pytest.mark.parametrize(
    ("train", "test"),
    [
        ("data/train-00000-of-00001.parquet", "data/test-00000-of-00001.parquet"),
        ("mnist/train/0000.parquet", "mnist/test/0000.parquet"),
        ("digits_train.parquet", "digits_testing.parquet"),
        ("train.parquet", "validation.parquet"),
    ],
)
def test_a_folder_of_parts_gives_the_digits_it_was_written_from(
    tmp_path: Path, uci: datasets.Splits, train: str, test: str
) -> None:
    write_digits(tmp_path / train, uci.train, names=DIGITS)
    write_digits(tmp_path / test, uci.test, names=DIGITS)
    found = datasets.load(f"parquet:{tmp_path}")
    assert same(found, uci)
    assert found.notes[-2:] == (SMALL, SIZE)
    assert ("validation" in found.notes[0]) == (test == "validation.parquet")
    assert same(datasets.load(f"parquet:{tmp_path}"), found)


def test_the_parts_of_a_part_are_joined_in_the_order_of_their_names(
    tmp_path: Path, uci: datasets.Splits
) -> None:
    for part, data in (("train", uci.train), ("test", uci.test)):
        for number, first in enumerate(range(0, len(data), 20)):
            write_digits(
                tmp_path / f"{part}-0000{number}.parquet", data.subset(slice(first, first + 20))
            )
    write_digits(tmp_path / "validation.parquet", uci.test)
    found = datasets.load(f"parquet:{tmp_path}")
    assert same(found, uci)
    assert found.notes == ("files of validation are not used", SMALL, SIZE)


@pytest.mark.parametrize("struct", [True, False])
@pytest.mark.parametrize("columns", [("image", "label"), ("img", "Labels"), ("picture", "digit")])
def test_one_file_is_split_always_the_same(
    tmp_path: Path, uci: datasets.Splits, columns: tuple[str, str], struct: bool
) -> None:
    path = write_digits(tmp_path / "a.parquet", uci.train, columns=columns, struct=struct)
    assert same(datasets.load(f"parquet:{path}"), carve_test(uci.train))


def test_hugging_faces_description_names_the_classes_in_its_order(
    tmp_path: Path, uci: datasets.Splits
) -> None:
    names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    path = write_digits(tmp_path / "a.parquet", uci.train, names=names)
    found = datasets.load(f"parquet:{path}")
    assert found.train.classes == tuple(names)
    assert np.array_equal(found.test.labels, carve_test(uci.train).test.labels)


def test_labels_may_be_words_or_floats(tmp_path: Path, uci: datasets.Splits) -> None:
    for labels in (uci.train.labels.astype(float).tolist(), [f" {i}" for i in uci.train.labels]):
        path = write_digits(tmp_path / "a.parquet", uci.train, labels=labels)
        assert same(datasets.load(f"parquet:{path}"), carve_test(uci.train))


def test_other_pictures_are_read_as_in_a_folder(tmp_path: Path, uci: datasets.Splits) -> None:
    pictures = []
    for number, (image, label) in enumerate(
        zip(uci.train.images[:20], uci.train.labels, strict=False)
    ):
        large = Image.fromarray(255 - image).resize((140, 140), Image.Resampling.BICUBIC)
        place = tmp_path / "folder" / DIGITS[label]
        place.mkdir(parents=True, exist_ok=True)
        large.convert("RGB").save(place / f"{number:02}.png")
        pictures.append(encode(large.convert("RGB")))
    order = np.argsort(uci.train.labels[:20], kind="stable")
    path = write(
        tmp_path / "a.parquet",
        [pictures[i] for i in order],
        uci.train.labels[order].tolist(),
    )
    found = datasets.load(f"parquet:{path}")
    assert same(found, datasets.load(f"folder:{tmp_path}/folder"))
    assert found.notes == datasets.load(f"folder:{tmp_path}/folder").notes


def test_small_pictures_dark_on_light_are_turned_round(
    tmp_path: Path, uci: datasets.Splits
) -> None:
    dark = Dataset("x", 255 - uci.train.images, uci.train.labels, DIGITS)
    found = datasets.load(f"parquet:{write_digits(tmp_path / 'a.parquet', dark)}")
    assert found.notes == ("60 small plain pictures are dark on light", SIZE)
    assert found.preparation == Preparation("ink", "dark")
    assert same(found, carve_test(uci.train))


def test_most_small_pictures_decide_for_all(tmp_path: Path, uci: datasets.Splits) -> None:
    images = uci.train.images.copy()
    images[3] = 255 - images[3]
    mixed = Dataset("x", images, uci.train.labels, DIGITS)
    path = write_digits(tmp_path / "a.parquet", mixed)
    found = datasets.load(f"parquet:{path}")
    assert (
        f"look dark on light, but are taken for light on dark as the others: {path}, row 3; "
        in (found.notes[0])
    )
    assert same(datasets.load(f"parquet:{path}?polarity=auto"), carve_test(uci.train))


def test_bad_rows_are_named_and_nulls_are_counted(tmp_path: Path, uci: datasets.Splits) -> None:
    pictures: list[bytes | None] = [encode(image) for image in uci.train.images]
    labels: list[int | None] = uci.train.labels.tolist()
    path = tmp_path / "a.parquet"
    with_nulls = [None, None, *pictures[2:]], [None, *labels[1:-2], -1, None]
    assert error_of(write(path, *with_nulls)) == (
        "holds 2 null images and 3 null labels in 60 rows; remove those rows"
    )
    assert error_of(write(path, pictures, [10, *labels[1:]], names=DIGITS)) == (
        ", row 0 holds the label 10, but there are 10 classes; repair or remove the row"
    )
    assert error_of(write(path, [*pictures[:7], b"hello", *pictures[8:]], labels)) == (
        f": 1 of 60 pictures cannot be used: {path}, row 7 is text; repair or remove them, or go "
        "on without them: --skip-broken, or ?skip-broken behind the source"
    )
    assert len(datasets.load(f"parquet:{path}?skip-broken").train) == 47
    blank = [*pictures[:7], encode(Image.new("RGB", (60, 60), "white")), *pictures[8:]]
    assert f"{path}, row 7 shows nothing; repair or remove them" in (
        error_of(write(path, blank, labels))
    )
    assert error_of(write(path, pictures, [[label] for label in labels])) == (
        ", row 0 holds a list as label, expected a number or a name"
    )
    pq.write_table(pa.table({"image": ["a.png"], "label": [1]}), path)
    assert error_of(path) == (
        ", row 0 holds no bytes of a picture; write the pictures into the file, not their paths"
    )
    pq.write_table(pa.table({"image": [{"bytes": None, "path": "a.png"}], "label": [1]}), path)
    assert "row 0 holds no bytes of a picture" in error_of(path)


def test_bad_files_are_named(
    tmp_path: Path, uci: datasets.Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.parquet"
    assert error_of(tmp_path) == f"no .parquet files in {tmp_path}; give a folder that holds some"
    assert error_of(path) == (
        f"cannot read {path}: No such file or directory; check that the file may be read"
    )
    path.write_bytes(b"hello")
    assert error_of(path).startswith("is no Parquet file or damaged (")
    whole = write_digits(tmp_path / "b.parquet", uci.train).read_bytes()
    path.write_bytes(whole[:2000] + bytes(4000) + whole[6000:])
    assert error_of(path).startswith("is no Parquet file or damaged (")
    assert error_of(write(path, [], [])) == "holds no rows; give a file with images"
    assert error_of(write(path, [b""], [1], columns=("photo", "label"))) == (
        "has 0 columns of pictures named image, images, img or picture, expected one; it has "
        "photo, label"
    )
    pq.write_table(pa.table({"image": [b""], "label": [1], "class": [2]}), path)
    assert error_of(path) == (
        "has 2 columns of labels named label, labels, class, target, y or digit, expected one; it "
        "has image, label, class"
    )
    monkeypatch.setattr(parquet, "MOST_IMAGES", 50)
    assert error_of(write_digits(path, uci.train)) == (
        "holds 60 rows, the most in all is 50; give a part of them"
    )
    monkeypatch.setattr(parquet, "MOST_BYTES", 50)
    assert error_of(write_digits(path, uci.test)).endswith(
        "bytes in one row group, the most is 50; write it with smaller groups"
    )


def test_parts_that_do_not_fit_are_refused(tmp_path: Path, uci: datasets.Splits) -> None:
    write_digits(tmp_path / "train-0.parquet", uci.train, names=DIGITS)
    odd = write_digits(tmp_path / "more.parquet", uci.test)
    among = (
        " among its files: with several parts, each name says train, test or validation, and there "
        "is one to train on"
    )
    assert error_of(tmp_path) == f"holds more.parquet{among}"
    odd.rename(tmp_path / "train-1.parquet")
    with pytest.raises(DataError) as error:
        datasets.load(f"parquet:{tmp_path}")
    assert str(error.value) == (
        f"{tmp_path}/train-1.parquet names no classes, but the files before it the classes "
        "0 1 2 3 4 5 6 7 8 9; give files of one data set"
    )
    (tmp_path / "train-1.parquet").rename(tmp_path / "val.parquet")
    (tmp_path / "train-0.parquet").rename(tmp_path / "test.parquet")
    assert error_of(tmp_path) == f"holds test.parquet{among}"


def test_a_test_part_that_names_other_classes_is_refused(
    tmp_path: Path, uci: datasets.Splits
) -> None:
    write_digits(tmp_path / "train.parquet", uci.train, names=DIGITS)
    write_digits(tmp_path / "test.parquet", uci.test, names=DIGITS[::-1])
    with pytest.raises(DataError) as error:
        datasets.load(f"parquet:{tmp_path}")
    assert str(error.value) == (
        f"{tmp_path}/test.parquet names the classes 9 8 7 6 5 4 3 2 1 0, but the files before it "
        "the classes 0 1 2 3 4 5 6 7 8 9; give files of one data set"
    )


def test_test_images_of_unknown_classes_are_refused(tmp_path: Path, uci: datasets.Splits) -> None:
    write_digits(tmp_path / "train.parquet", uci.train)
    write_digits(tmp_path / "test.parquet", uci.test, labels=[*uci.test.labels.tolist()[1:], 11])
    assert error_of(tmp_path) == (
        "holds test images of classes that training lacks: 11; bring training images of them, or "
        "remove them"
    )


def test_without_pyarrow_a_parquet_file_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert error_of(tmp_path / "a.parquet") == (
        "parquet:PLACE is read with PyArrow, which is not installed: pip install 'lenet[parquet]'"
    )
