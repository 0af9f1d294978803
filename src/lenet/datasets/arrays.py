"""NumPy's .npz files of images and labels, and which arrays of a file are which.

Nothing in a file is ever unpickled, and nothing is unpacked to the disk.
"""

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lenet.datasets.dataset import Splits
from lenet.datasets.labels import LABEL_NAMES, LabelError, Labels, of_array, to_splits
from lenet.datasets.levels import PIXELS, LevelError, Levels, PixelError
from lenet.errors import DataError

MOST_BYTES = (
    2**32
)  # of an array; EMNIST ByClass, the largest set of this kind, has 2.6e9 as float32
BLOCK = 1_000  # images that are checked and converted at a time

_PART = "(?P<part>train|training|test|testing|val|valid|validation)?"
_KIND = rf"(?P<kind>x|images?|imgs?|data|pixels|features|{'|'.join(LABEL_NAMES)}|targets|classes)"
_NAMES = [re.compile(f"{first}{last}") for first, last in ((_PART, _KIND), (_KIND, _PART))]
_KERAS = {"x_train", "y_train", "x_test", "y_test"}
_LABELS = {*LABEL_NAMES, "targets", "classes"}
_EXPECTED = "name the arrays x_train, y_train, x_test and y_test, or images and labels"


class Pair(NamedTuple):
    """The names of an array of images and of the array of their labels."""

    images: str
    labels: str


@dataclass(frozen=True)
class Choice:
    """Which arrays of a file are images and labels; without `test` all are in `train`."""

    train: Pair
    test: Pair | None = None
    notes: tuple[str, ...] = ()

    def names(self) -> list[str]:
        """Return the names of the arrays chosen."""
        return [name for pair in (self.train, self.test) if pair for name in pair]


class _Header(NamedTuple):
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    size: int  # bytes of the array's content


def load_npz(place: str) -> Splits:
    """Load an .npz file of images and labels.

    Arrays are named as Keras' (``x_train``, ``y_train``, ``x_test``, ``y_test``), or alike
    (``train_images``, ``X``, ``labels`` …); or there are only two, told apart by their shapes. What
    was guessed is in the notes. Images are (n, 28, 28), (n, 784), (n, 28, 28, 1) or (n, 1, 28, 28),
    of levels as in `Levels`; labels as in `of_array`. Without test images, a fixed fifth of every
    class is held out for testing.

    Raises
    ------
    DataError
        The file is missing, damaged or too large, holds Python objects, it is not clear which
        arrays are which, or pixels or labels are wrong.
    """
    path = Path(place).expanduser()
    with _reading(path), path.open("rb") as file:
        if file.read(6) == b"\x93NUMPY":
            raise DataError(f"{path} holds one array and no labels; save both with numpy.savez")
        with zipfile.ZipFile(file) as archive:
            headers = dict(_headers(archive))
            choice = choose(path, {name: header.shape for name, header in headers.items()})
            for name in choice.names():
                _check_header(path, name, headers[name])
            arrays = {name: _read(archive, name) for name in choice.names()}
    return build(f"npz:{place}", path, arrays, choice)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn errors of a damaged file into one line."""
    try:
        yield
    except OSError as error:
        raise DataError(
            f"cannot read {path}: {error.strerror or error}; check that the file may be read"
        ) from error
    except (
        *(zipfile.BadZipFile, zlib.error, EOFError, ValueError, SyntaxError),
        *(RuntimeError, NotImplementedError, OverflowError),
    ) as error:
        raise DataError(f"{path} is no .npz file or damaged ({error}); bring it again") from error


def _headers(archive: zipfile.ZipFile) -> Iterator[tuple[str, _Header]]:
    for member in archive.infolist():
        name = member.filename.removesuffix(".npy")
        if name != member.filename:
            with archive.open(member) as file:
                shape, dtype = _read_header(file)
                yield name, _Header(shape, dtype, member.file_size - file.tell())


def _read_header(file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    version = np.lib.format.read_magic(file)
    first = version == (1, 0)
    read: Callable[[IO[bytes]], tuple[tuple[int, ...], bool, np.dtype[Any]]] = (
        np.lib.format.read_array_header_1_0 if first else np.lib.format.read_array_header_2_0
    )
    shape, _, dtype = read(file)
    return shape, dtype


def _check_header(path: Path, name: str, header: _Header) -> None:
    """Refuse an array that is unsafe or too large to read, before any of it is read."""
    if header.dtype.hasobject:
        raise DataError(
            f"{path}: {name} holds Python objects (of unequal shapes, perhaps), which could run "
            "code and are never read; save arrays of numbers or text"
        )
    size = prod(header.shape) * header.dtype.itemsize
    if size > MOST_BYTES:
        raise DataError(
            f"{path}: {name} needs {size:,} bytes of memory, the most is {MOST_BYTES:,}; save it "
            "as uint8, or a part of it"
        )
    if size != header.size:
        raise DataError(
            f"{path}: {name} holds {header.size:,} bytes where its header says {size:,}; "
            "bring it again"
        )


def _read(archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    with archive.open(f"{name}.npy") as file:
        array: NDArray[Any] = np.lib.format.read_array(file)  # unpickles nothing
        return array


def choose(path: Path, shapes: Mapping[str, Sequence[int]]) -> Choice:
    """Tell by names which arrays hold images and labels, or, of two arrays, by their shapes.

    Raises
    ------
    DataError
        It is not clear which do.
    """
    found: dict[tuple[str, str], str] = {}
    for name in shapes:
        if role := _role(name):
            if role in found:
                part = f"{role[0]} " if role[0] else ""
                raise DataError(
                    f"{path} holds {found[role]} and {name}, either of which may be the {part}"
                    f"{role[1]}; keep one of them"
                )
            found[role] = name
    whole, train, test = (_pair(found, part) for part in ("", "train", "test"))
    if whole and train:
        raise DataError(
            f"{path} holds {' and '.join(whole)}, and {' and '.join(train)}; keep one pair to "
            "train on"
        )
    pair = train or whole
    if pair is None:
        guess = _by_shape(shapes)
        if guess is None:
            raise DataError(f"{path} holds {_listing(shapes)}; {_EXPECTED}")
        return Choice(guess, None, (f"{guess.images} are images and {guess.labels} their labels",))
    if ("test", "images") in found and test is None:
        raise DataError(
            f"{path} holds {found['test', 'images']} but no labels of them; {_EXPECTED}"
        )
    pairs = [each for each in (pair, test) if each]
    names = {name for each in pairs for name in each}
    notes = [] if names <= _KERAS else [f"{a} are images and {b} their labels" for a, b in pairs]
    if validation := _pair(found, "val"):
        notes.append(f"{' and '.join(validation)} are not used")
    return Choice(pair, test, tuple(notes))


def _role(name: str) -> tuple[str, str] | None:
    """Return what an array's name says: "train", "test", "val" or "", and "images" or "labels"."""
    letters = re.sub("[^a-z]", "", name.lower())
    for pattern in _NAMES:
        if match := pattern.fullmatch(letters):
            part = next(
                (each for each in ("train", "test", "val") if each in str(match["part"])), ""
            )
            return part, "labels" if match["kind"] in _LABELS else "images"
    return None


def _pair(found: Mapping[tuple[str, str], str], part: str) -> Pair | None:
    images, labels = found.get((part, "images")), found.get((part, "labels"))
    return Pair(images, labels) if images and labels else None


def _by_shape(shapes: Mapping[str, Sequence[int]]) -> Pair | None:
    if len(shapes) != 2:
        return None
    pairs = [Pair(*names) for names in (tuple(shapes), tuple(shapes)[::-1])]
    fitting = [
        pair
        for pair in pairs
        if len(shapes[pair.images]) > 1
        and prod(shapes[pair.images][1:]) == PIXELS
        and list(shapes[pair.labels][:1]) == list(shapes[pair.images][:1])
        and prod(shapes[pair.labels][1:]) != PIXELS
    ]
    return fitting[0] if len(fitting) == 1 else None


def _listing(shapes: Mapping[str, Sequence[int]]) -> str:
    if not shapes:
        return "no arrays"
    first = [f"{name} {tuple(shape)}" for name, shape in list(shapes.items())[:8]]
    return ", ".join(first) + (" …" if len(shapes) > 8 else "")


def build(name: str, path: Path, arrays: Mapping[str, NDArray[Any]], choice: Choice) -> Splits:
    """Make datasets of the arrays chosen.

    Parameters
    ----------
    name : str
        The source, as the user wrote it.
    path : Path
        What errors name.
    arrays : mapping of str to array
        Images (n, 28, 28), (n, 784), (n, 28, 28, 1) or (n, 1, 28, 28), and labels as in `of_array`.
    choice : Choice

    Raises
    ------
    DataError
        Shapes, pixels or labels are wrong.
    """
    # Both parts in one: whether pixels are 0 to 1 is decided for all of them.
    levels = Levels()
    parts: list[tuple[int, Labels]] = []
    for images, labels in [choice.train, *([choice.test] if choice.test else [])]:
        try:
            parts.append((len(levels), of_array(arrays[labels])))
        except LabelError as error:
            raise DataError(f"{path}: {labels} {error}") from error
        _add(path, images, arrays[images], levels)
        if len(levels) - parts[-1][0] != len(parts[-1][1].codes):
            raise DataError(
                f"{path}: {images} holds {len(levels) - parts[-1][0]:,} images but {labels} "
                f"{len(parts[-1][1].codes):,} labels; bring the two that belong together"
            )
    try:
        pixels = levels.images()
    except LevelError as error:
        raise DataError(f"{path} {error}") from error
    notes = [*choice.notes, *levels.notes]
    if choice.test is None:
        return to_splits(name, (pixels, parts[0][1]), notes=notes)
    count = parts[1][0]
    return to_splits(name, (pixels[:count], parts[0][1]), (pixels[count:], parts[1][1]), notes)


def _add(path: Path, name: str, array: NDArray[Any], levels: Levels) -> None:
    shapes = {(28, 28), (PIXELS,), (28, 28, 1), (1, 28, 28)}
    if array.dtype.kind not in "biuf" or array.shape[1:] not in shapes:
        raise DataError(
            f"{path}: {name} is {array.dtype} {array.shape}, expected numbers of shape "
            "(n, 28, 28), (n, 784) or (n, 28, 28, 1); scale other pictures to 28×28, in grey"
        )
    start = len(levels)
    try:
        for first in range(0, len(array), BLOCK):
            levels.add(array[first : first + BLOCK].reshape(-1, PIXELS))
    except PixelError as error:
        row, column = divmod(error.pixel, 28)
        raise DataError(
            f"{path}: pixel [{row}, {column}] of {name}[{error.image - start}] {error}"
        ) from error
    except LevelError as error:
        raise DataError(f"{path} {error}") from error
