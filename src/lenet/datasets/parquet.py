"""Parquet files of pictures and labels, as Hugging Face stores image data sets."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lenet.datasets.arrays import MOST_BYTES
from lenet.datasets.cache import progress
from lenet.datasets.dataset import Splits
from lenet.datasets.dataset import listed as listed_classes
from lenet.datasets.labels import LABEL_NAMES, LabelError, Labels, of_texts, to_splits
from lenet.datasets.levels import MOST_IMAGES
from lenet.datasets.pictures import Given, Pictures, parse_place
from lenet.errors import DataError
from lenet.finder import Preparation

IMAGE_NAMES = ("image", "images", "img", "picture")
BLOCK = 256  # rows that are read at a time
_PARTS = {"training": "train", "testing": "test", "valid": "validation", "val": "validation"}


class _Row(NamedTuple):
    file: Path
    number: int  # from 0

    def __str__(self) -> str:
        return f"{self.file}, row {self.number}"


@dataclass
class _Names:
    """Class names: those that a file declares, or else those met so far, with their indices."""

    declared: tuple[str, ...] | None = None
    met: dict[str, int] = field(default_factory=dict)

    def index(self, row: _Row, label: int | float | str) -> int:
        if self.declared is None or isinstance(label, str):
            return self.met.setdefault(str(label), len(self.met))
        if not 0 <= label < len(self.declared):
            raise DataError(
                f"{row} holds the label {label}, but there are {len(self.declared)} classes; "
                "repair or remove the row"
            )
        return int(label)

    def labels(self, codes: NDArray[np.int64]) -> Labels:
        """Return the labels of a part."""
        if self.declared is not None:
            return Labels(self.declared, codes, declared=True)
        return of_texts(list(self.met), codes)


def load_parquet(
    place: str, learnt: Preparation | None = None, *, show_progress: bool = False
) -> Splits:
    """Load a Parquet file, or a folder of files with train and test in their names.

    A column ``image`` holds files of pictures, as bytes or as Hugging Face's struct of ``bytes``
    and ``path``; a column named as in `LABEL_NAMES` holds class names, or numbers, which Hugging
    Face's description in the file names. Each picture becomes an image as in a folder of pictures,
    with the same options. `learnt` is that of `lenet.datasets.pictures.Pictures`.

    Files with validation in their names are for testing if none are, and otherwise not used. Where
    all files are of one part, a fixed fifth of every class is held out for testing.

    Raises
    ------
    DataError
        PyArrow is not installed; a file is missing, damaged or too large, lacks a column, holds
        nulls or labels beyond its classes; or a picture cannot be read or shows nothing.
    UsageError
        An option is unknown.
    """
    name = f"parquet:{place}"
    path, options = parse_place("parquet", place)
    files, notes = _files(path)
    names, pictures = _Names(), Pictures(name, options, learnt)
    total = sum(_rows(file) for part in files for file in part)
    with progress("Reading pictures", total, show_progress, unit="pictures") as report:
        for part, part_files in enumerate(files):
            for number, file in enumerate(part_files):
                _read(file, part, pictures, names, report, is_first=not (part or number))
    preparation, read_notes = pictures.finish()
    try:
        read = [
            (images, names.labels(labels))
            for images, labels in map(pictures.part, range(len(files)))
        ]
    except LabelError as error:
        raise DataError(f"{path} {error}") from error
    test = read[1] if len(read) > 1 else None
    return to_splits(name, read[0], test, [*notes, *read_notes], preparation)


def _files(path: Path) -> tuple[list[list[Path]], list[str]]:
    """Return the files to train on and, if there are any, those to test on; and notes."""
    if not path.is_dir():
        return [[path]], []
    parts: dict[str, list[Path]] = {}
    for file in sorted(path.rglob("*.parquet")):
        words = re.split("[^a-z]+", file.relative_to(path).as_posix().lower())
        named = [_PARTS.get(word, word) for word in reversed(words)]
        part = next((each for each in named if each in ("train", "test", "validation")), "")
        parts.setdefault(part, []).append(file)
    if not parts:
        raise DataError(f"no .parquet files in {path}; give a folder that holds some")
    if len(parts) == 1:
        return list(parts.values()), []
    if "" in parts or "train" not in parts:
        odd = parts[""][0] if "" in parts else parts["test"][0]
        raise DataError(
            f"{path} holds {odd.relative_to(path)} among its files: with several parts, each name "
            "says train, test or validation, and there is one to train on"
        )
    if "test" not in parts:
        return [parts["train"], parts["validation"]], ["files of validation are the test set"]
    unused = ["files of validation are not used"] if "validation" in parts else []
    return [parts["train"], parts["test"]], unused


@contextmanager
def _reading(file: Path) -> Iterator[Any]:
    """Open a file with PyArrow; turn what it raises into one line."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise DataError(
            "parquet:PLACE is read with PyArrow, which is not installed: "
            "pip install 'lenet[parquet]'"
        ) from error
    try:
        with file.open("rb") as stream, pq.ParquetFile(stream) as opened:
            yield opened
    except (OSError, pa.ArrowException) as error:
        if isinstance(error, OSError) and error.strerror:
            raise DataError(
                f"cannot read {file}: {error.strerror}; check that the file may be read"
            ) from error
        reason = str(error).splitlines()[0]
        raise DataError(
            f"{file} is no Parquet file or damaged ({reason}); bring it again"
        ) from error


def _rows(file: Path) -> int:
    with _reading(file) as opened:
        return int(opened.metadata.num_rows)


def _read(
    file: Path,
    part: int,
    pictures: Pictures,
    names: _Names,
    report: Callable[[int], None],
    *,
    is_first: bool,
) -> None:
    """Append the pictures and labels of a file, the first of all or a later one."""
    with _reading(file) as opened:
        columns = _columns(file, opened.schema_arrow.names)
        _check_size(file, opened.metadata, len(pictures))
        declared = _declared(opened.schema_arrow.metadata, columns[1])
        if not is_first and declared != names.declared:
            raise DataError(
                f"{file} names {_told(declared)}, but the files before it {_told(names.declared)}; "
                "give files of one data set"
            )
        names.declared = declared
        nulls, number = [0, 0], 0
        for batch in opened.iter_batches(BLOCK, columns=list(columns)):
            given = []
            for picture, label in zip(
                *(batch.column(name).to_pylist() for name in columns), strict=True
            ):
                is_null = picture is None, _is_missing(label)
                nulls = [count + each for count, each in zip(nulls, is_null, strict=True)]
                if not any(nulls):  # of a file with nulls, only their numbers are wanted
                    given.append(_given(_Row(file, number), part, picture, names, label))
                number += 1
            pictures.add(given, report)
    if any(nulls):
        raise DataError(
            f"{file} holds {nulls[0]:,} null images and {nulls[1]:,} null labels in {number:,} "
            "rows; remove those rows"
        )
    if not number:
        raise DataError(f"{file} holds no rows; give a file with images")


def _columns(file: Path, names: Sequence[str]) -> tuple[str, str]:
    """Return the names of the columns of pictures and of labels."""
    found = []
    for kind, known in (("pictures", IMAGE_NAMES), ("labels", LABEL_NAMES)):
        fitting = [name for name in names if name.lower() in known]
        if len(fitting) != 1:
            raise DataError(
                f"{file} has {len(fitting)} columns of {kind} named {', '.join(known[:-1])} or "
                f"{known[-1]}, expected one; it has {', '.join(names[:12])}"
            )
        found += fitting
    return found[0], found[1]


def _check_size(file: Path, metadata: Any, before: int) -> None:
    if before + metadata.num_rows > MOST_IMAGES:
        raise DataError(
            f"{file} holds {metadata.num_rows:,} rows, the most in all is {MOST_IMAGES:,}; give a "
            "part of them"
        )
    groups = [metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups)]
    if max(groups, default=0) > MOST_BYTES:
        raise DataError(
            f"{file} holds {max(groups):,} bytes in one row group, the most is {MOST_BYTES:,}; "
            "write it with smaller groups"
        )


def _declared(metadata: dict[bytes, bytes] | None, column: str) -> tuple[str, ...] | None:
    """Return the class names in Hugging Face's description of a file, if it has one."""
    try:
        features = json.loads((metadata or {})[b"huggingface"])["info"]["features"]
        names = features[column]["names"]
        return tuple(str(name) for name in names) if isinstance(names, list) else None
    except (KeyError, TypeError, ValueError):
        return None


def _told(declared: tuple[str, ...] | None) -> str:
    return "no classes" if declared is None else f"the classes {listed_classes(declared)}"


def _is_missing(label: Any) -> bool:
    # Hugging Face writes -1 where a label is kept back.
    return label is None or label == -1 or label != label or not str(label).strip()


def _given(row: _Row, part: int, picture: Any, names: _Names, label: Any) -> Given:
    content = picture.get("bytes") if isinstance(picture, dict) else picture
    if not isinstance(content, bytes):
        raise DataError(
            f"{row} holds no bytes of a picture; write the pictures into the file, not their paths"
        )
    if not isinstance(label, int | float | str):
        raise DataError(
            f"{row} holds a {type(label).__name__} as label, expected a number or a name"
        )
    return Given(content, str(row), names.index(row, label), part)
