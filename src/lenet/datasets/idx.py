"""IDX files, the format of MNIST and its kin, gzip or plain.

Big-endian: a magic number (0x803: bytes on three axes, 0x801: bytes on one, 0xc02: numbers of 32
bits on two), the length of each axis as 32 bits, then the values. Described on Yann LeCun's page of
MNIST.
"""

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lenet.datasets.dataset import Dataset, Splits
from lenet.datasets.labels import check_trained
from lenet.errors import DataError, UsageError

IMAGES, LABELS = 0x803, 0x801
EXTENDED = 0xC02  # labels of QMNIST: a row for each image
EXTENDED_COLUMNS = 8  # the first is the label
WIDTHS = {0x8: 1, 0xC: 4}  # bytes of a value, by the upper byte of the magic number
GZIP = b"\x1f\x8b"  # how a gzip file begins
LARGEST = 2**31  # bytes; three times the largest set of this kind, EMNIST ByClass

_NAME = re.compile(
    r"(?P<set>.*?)-?(?P<part>train|test|t10k)-(?P<kind>images|labels)[-.]idx[13]-ubyte(\.gz)?"
)


class DamagedError(Exception):
    """The bytes are not what they should be; the text follows the file's name."""


def load_idx(source: str) -> Splits:
    """Load the image and label files of a folder, as ``DIR``, ``DIR/SET`` or ``…?transpose``.

    Files are named as MNIST's (``train-images-idx3-ubyte``, ``t10k-…``) or EMNIST's
    (``emnist-digits-train-images-idx3-ubyte``, ``…-test-…``), with or without ``.gz``. If a folder
    holds several sets, ``DIR/emnist-digits`` names one. ``?transpose`` swaps rows and columns,
    which EMNIST needs.

    Class names are the lines of ``classes.txt``, otherwise the labels themselves. Labels that
    count from 1, as in EMNIST Letters, are shifted to 0 and keep their names "1", "2", …

    Raises
    ------
    DataError
        A file is missing, unreadable, damaged or not what its name says, or images and labels do
        not belong together; or training lacks images of a class that is tested.
    UsageError
        The option is not ``?transpose``.
    """
    path, _, option = source.partition("?")
    if option not in ("", "transpose"):
        raise UsageError(f"idx:{source}: no option {option!r}; there is: ?transpose")
    folder, files = _find(Path(path).expanduser())
    parts = {}
    for part in ("train", "test"):
        images = read_images(files[part, "images"])
        labels = read_labels(files[part, "labels"])
        if len(images) != len(labels):
            raise DataError(
                f"{files[part, 'images']} holds {len(images):,} images but "
                f"{files[part, 'labels'].name} {len(labels):,} labels; bring the two that belong "
                "together"
            )
        if option == "transpose":
            images = np.ascontiguousarray(images.transpose(0, 2, 1))
        parts[part] = images, labels
    lowest = int(min(labels.min() for _, labels in parts.values()))
    highest = int(max(labels.max() for _, labels in parts.values()))
    classes, first = _classes(folder, lowest, highest)
    train, test = (
        Dataset(f"idx:{source}", images, labels - first, classes)
        for images, labels in parts.values()
    )
    splits = Splits(train, test)
    check_trained(splits)
    return splits


def read_images(path: Path) -> NDArray[np.uint8]:
    """Return the images of an IDX file, uint8 (n, 28, 28) (`DataError`: it is not one)."""
    with _named(path):
        return parse_images(unpack_whole(path.read_bytes(), IMAGES))


def read_labels(path: Path) -> NDArray[np.int64]:
    """Return the labels of an IDX file, int64 (n,) (`DataError`: it is not one)."""
    with _named(path):
        return parse_labels(unpack_whole(path.read_bytes(), LABELS))


def parse_images(content: bytes) -> NDArray[np.uint8]:
    """Return the images in the bytes of a plain IDX file, uint8 (n, 28, 28), writable.

    Raises
    ------
    DamagedError
        They are not such bytes.
    """
    count, rows, columns = _lengths(content, IMAGES)
    if (rows, columns) != (28, 28):
        raise DamagedError(f"holds images of {rows}×{columns}, expected 28×28; scale them first")
    return np.frombuffer(content, np.uint8, offset=16).reshape(count, 28, 28).copy()


def parse_labels(content: bytes) -> NDArray[np.int64]:
    """Return the labels in the bytes of a plain IDX file, int64 (n,).

    Raises
    ------
    DamagedError
        They are not such bytes.
    """
    _lengths(content, LABELS)
    return np.frombuffer(content, np.uint8, offset=8).astype(np.int64)


def parse_extended_labels(content: bytes) -> NDArray[np.int64]:
    """Return the labels in the bytes of a plain IDX file of QMNIST, int64 (n,).

    Raises
    ------
    DamagedError
        They are not such bytes.
    """
    _, columns = _lengths(content, EXTENDED)
    if columns != EXTENDED_COLUMNS:
        raise DamagedError(
            f"holds {columns} numbers a label, expected {EXTENDED_COLUMNS}; bring the original file"
        )
    return np.frombuffer(content, ">i4", offset=12).reshape(-1, columns)[:, 0].astype(np.int64)


def unpack_whole(content: bytes, magic: int) -> bytes:
    """Unpack `content`, if it is gzip, to the length that its header says.

    Parameters
    ----------
    content : bytes
        Of an IDX file, plain or gzip.
    magic : int
        With which its content must begin: `IMAGES` or `LABELS`.

    Raises
    ------
    DamagedError
        It begins with something else, is damaged, or is longer than its header says.
    """
    header = _gunzip(content, 16) if content.startswith(GZIP) else content[:16]
    return unpack(content, _size(header, magic))


def unpack(content: bytes, most: int) -> bytes:
    """Unpack `content` if it is gzip, which its first bytes tell.

    Raises
    ------
    DamagedError
        It is truncated, its checksum is wrong, or it unpacks to more than `most` bytes.
    """
    if content.startswith(GZIP):
        content = _gunzip(content, most + 1)
    if len(content) > most:
        raise DamagedError(f"holds more than the {most:,} bytes expected; bring the original file")
    return content


def _gunzip(content: bytes, amount: int) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            return file.read(amount)
    except EOFError as error:
        raise DamagedError("is a truncated gzip file; download it again") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DamagedError("is a damaged gzip file; download it again") from error


def _size(header: bytes, magic: int) -> int:
    """Return the length of the whole file that begins with `header`."""
    axes = magic & 0xFF
    actual = int.from_bytes(header[:4], "big")
    if actual != magic or len(header) < 4 + 4 * axes:
        kind = "image" if magic == IMAGES else "label"
        raise DamagedError(
            f"is not an IDX {kind} file: its magic number is {actual:#x}, expected {magic:#x}; "
            "bring the original file"
        )
    size = 4 + 4 * axes
    content = WIDTHS[magic >> 8]
    for axis in range(axes):
        content *= int.from_bytes(header[4 + 4 * axis : 8 + 4 * axis], "big")
    if content == 0:
        raise DamagedError(
            f"holds no {'images' if magic == IMAGES else 'labels'}; bring another file"
        )
    if content > LARGEST:
        raise DamagedError(f"claims {content:,} bytes of data, the most is {LARGEST:,}")
    return size + content


def _lengths(content: bytes, magic: int) -> tuple[int, ...]:
    size = _size(content[:16], magic)
    if len(content) != size:
        raise DamagedError(
            f"holds {len(content):,} bytes where its header says {size:,}; download it again"
        )
    axes = magic & 0xFF
    return tuple(int(length) for length in np.frombuffer(content, ">u4", axes, offset=4))


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Name the file in errors."""
    try:
        yield
    except DamagedError as error:
        raise DataError(f"{path} {error}") from error
    except OSError as error:
        raise DataError(
            f"cannot read {path}: {error.strerror or error}; check that the file may be read"
        ) from error


def _find(path: Path) -> tuple[Path, dict[tuple[str, str], Path]]:
    """Return the folder of a set, and its four files by part and kind."""
    folder, wanted = (path, None) if path.is_dir() else (path.parent, path.name)
    with _named(folder):
        names = sorted(file.name for file in folder.iterdir()) if folder.is_dir() else []
    sets: dict[str, dict[tuple[str, str], Path]] = {}
    for name in names:
        if match := _NAME.fullmatch(name):
            part = "train" if match["part"] == "train" else "test"
            # Of a plain file and its .gz, the plain one comes first: it is faster to read.
            sets.setdefault(match["set"], {}).setdefault((part, match["kind"]), folder / name)
    if wanted is not None:
        if wanted not in sets:
            raise DataError(f"no folder {path}; give one that holds IDX files")
        chosen = wanted
    elif not sets:
        raise DataError(
            f"no IDX files in {path}; their names are like train-images-idx3-ubyte.gz and "
            "t10k-labels-idx1-ubyte.gz"
        )
    elif len(sets) > 1:
        raise DataError(
            f"{path} holds several sets ({', '.join(sorted(sets))}); name one, "
            f"as idx:{path / min(filter(None, sets))}"
        )
    else:
        chosen = next(iter(sets))
    for part in ("train", "test"):
        for kind in ("images", "labels"):
            if (part, kind) not in sets[chosen]:
                raise DataError(f"no {part} {kind} in {path}; a set needs all four files")
    return folder, sets[chosen]


def _classes(folder: Path, lowest: int, highest: int) -> tuple[tuple[str, ...], int]:
    """Return the class names, and the stored label that becomes 0."""
    first = 1 if lowest == 1 else 0
    path = folder / "classes.txt"
    if not path.exists():
        return tuple(str(label) for label in range(first, highest + 1)), first
    try:
        with _named(path):
            lines = path.read_text("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 text; write one class name a line") from error
    classes = tuple(line.strip() for line in lines if line.strip())
    # For labels 1 to 9, ten names count from 0 and nine names from 1.
    if len(classes) > highest:
        first = 0
    if highest - first >= len(classes):
        raise DataError(
            f"{path} names {len(classes)} classes but label {highest} is out of that range; "
            "write one class name a line, the lowest label first"
        )
    return classes, first
