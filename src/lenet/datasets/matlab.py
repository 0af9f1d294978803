"""MATLAB files of images and labels: EMNIST's layout, SVHN's, and arrays by name."""

import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.datasets.arrays import BLOCK, MOST_BYTES, build, choose
from lenet.datasets.dataset import Splits
from lenet.datasets.labels import Labels, of_array, to_splits
from lenet.datasets.levels import MOST_IMAGES, PIXELS
from lenet.errors import DataError
from lenet.finder import Preparation

# https://www.mathworks.com/help/pdf_doc/matlab/matfile_format.pdf: a header of 128 bytes, then
# elements, each a type and a length, 32 bits each, and so many bytes.
_HEADER = 128
_COMPRESSED = 15
_HDF5 = b"\x89HDF\r\n\x1a\n"

SVHN = (32, 32, 3)  # of the images in SVHN's cropped digits
SVHN_PREPARATION = Preparation("squeeze", "light")  # whole, and neither polarity is turned round
EMNIST_PARTS = ("train", "test")


def load_mat(place: str) -> Splits:
    """Load a MATLAB file of version 4 to 7.

    It holds EMNIST's struct ``dataset`` (images stored transposed are put upright, and classes are
    named by its mapping), or SVHN's cropped digits ``X`` and ``y`` (in grey, scaled from 32×32 to
    28×28; 10 stands for 0), or arrays that `choose` knows by name: images (n, 784), (784, n),
    (n, 28, 28) or (28, 28, n) with their labels.

    Raises
    ------
    DataError
        SciPy is not installed; the file is missing, damaged, too large, of version 7.3 (HDF5), or
        holds no such arrays.
    """
    path, name = Path(place).expanduser(), f"mat:{place}"
    content = _load(path)
    if "dataset" in content and content["dataset"].dtype.names:
        return _emnist(name, path, content["dataset"])
    if {"X", "y"} <= content.keys() and content["X"].shape[:3] == SVHN:
        return _svhn(name, path, content["X"], content["y"])
    arrays = {key: _rows_first(array) for key, array in content.items() if _is_numeric(array)}
    return build(
        name, path, arrays, choose(path, {key: each.shape for key, each in arrays.items()})
    )


def _load(path: Path) -> dict[str, NDArray[Any]]:
    """Return the variables of a file."""
    with _reading(path), path.open("rb") as file:
        start = file.read(1024)
        if b"MATLAB 7.3" in start[:_HEADER] or start.startswith(_HDF5) or _HDF5 in start[512:520]:
            raise DataError(
                f"{path} is a MATLAB 7.3 file (HDF5), which is not read; convert it in MATLAB: "
                f"load('{path.name}'); save('{path.stem}-v7.mat', '-v7')"
            )
        file.seek(0)
        _check_size(path, file)
        file.seek(0)
        return _loadmat(file)


def _loadmat(file: IO[bytes]) -> dict[str, NDArray[Any]]:
    try:
        from scipy.io import loadmat
    except ImportError as error:
        raise DataError(
            "mat:FILE is read with SciPy, which is not installed: pip install 'lenet[train]'"
        ) from error
    content: dict[str, Any] = loadmat(file, struct_as_record=True)
    return {key: value for key, value in content.items() if isinstance(value, np.ndarray)}


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except DataError:
        raise
    except Exception as error:  # SciPy raises nearly anything on damaged bytes
        if isinstance(error, OSError) and error.strerror:
            raise DataError(
                f"cannot read {path}: {error.strerror}; check that the file may be read"
            ) from error
        raise DataError(f"{path} is no MATLAB file or damaged ({error}); bring it again") from error


def _check_size(path: Path, file: IO[bytes]) -> None:
    """Refuse a file whose compressed elements hold more than `MOST_BYTES`."""
    header = file.read(_HEADER)
    order = {b"IM": "<", b"MI": ">"}.get(header[126:128])
    if order is None:
        return  # version 4, which compresses nothing
    left = MOST_BYTES
    while len(tag := file.read(8)) == 8:
        kind, size = struct.unpack(f"{order}II", tag)
        end = file.tell() + size
        if kind == _COMPRESSED:
            unpacker = zlib.decompressobj()
            while not unpacker.eof and (packed := file.read(min(2**16, end - file.tell()))):
                while packed and left >= 0:
                    left -= len(unpacker.decompress(packed, 2**20))
                    packed = unpacker.unconsumed_tail
                if left < 0:
                    raise DataError(
                        f"{path} unpacks to more than {MOST_BYTES:,} bytes; save a part of it"
                    )
        file.seek(end)


def _is_numeric(array: NDArray[Any]) -> bool:
    return array.dtype.kind in "biuf" and array.ndim > 1


def _rows_first(array: NDArray[Any]) -> NDArray[Any]:
    """Return images with the images along the first axis; MATLAB users often have them last."""
    if array.ndim == 3 and array.shape[:2] == (28, 28) and array.shape[2] != 28:
        return array.transpose(2, 0, 1)
    if array.ndim == 2 and array.shape[0] == PIXELS and array.shape[1] != PIXELS:
        return array.T
    return array.T if array.ndim == 2 and len(array) == 1 else array


def _emnist(name: str, path: Path, dataset: NDArray[Any]) -> Splits:
    """Return the data sets in EMNIST's struct: train and test, each of images and labels."""
    try:
        # Row by row a label and the codes of its characters, the capital first.
        names = {int(row[0]): chr(int(row[1])) for row in dataset["mapping"][0, 0]}
        parts = [dataset[part][0, 0] for part in EMNIST_PARTS]
        arrays = [(part["images"][0, 0], part["labels"][0, 0].ravel()) for part in parts]
    except (ValueError, IndexError, KeyError, TypeError, OverflowError) as error:
        raise DataError(
            f"{path} holds a struct dataset unlike EMNIST's, of train and test, each with images "
            f"and labels, and mapping ({error}); bring the original file"
        ) from error
    train, test = (_emnist_part(path, *part, names) for part in arrays)
    return to_splits(name, train, test)


def _emnist_part(
    path: Path, images: NDArray[Any], labels: NDArray[Any], names: Mapping[int, str]
) -> tuple[NDArray[np.uint8], Labels]:
    """Return the images upright, (n, 28, 28), and their labels, named by the mapping."""
    if images.dtype != np.uint8 or images.shape != (len(labels), PIXELS):
        raise DataError(
            f"{path} holds images that are {images.dtype} {images.shape}, expected uint8 "
            f"({len(labels)}, 784); bring the original file"
        )
    index = {label: i for i, label in enumerate(names)}
    distinct, codes = np.unique(labels, return_inverse=True)
    if unknown := [label for label in distinct.tolist() if label not in index]:
        raise DataError(
            f"{path} holds the label {unknown[0]:g}, but its mapping names only "
            f"{min(names)} to {max(names)}; bring the original file"
        )
    indices = np.array([index[int(label)] for label in distinct], np.int64)
    upright = np.ascontiguousarray(images.reshape(-1, 28, 28).transpose(0, 2, 1))
    return upright, Labels(tuple(names.values()), indices[codes], declared=True)


def _svhn(name: str, path: Path, images: NDArray[Any], digits: NDArray[Any]) -> Splits:
    """Return SVHN's digits in grey, 28×28; 10 stands for 0."""
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[3] > MOST_IMAGES:
        raise DataError(
            f"{path}: X is {images.dtype} {images.shape}, expected uint8 (32, 32, 3, n) of at most "
            f"{MOST_IMAGES:,} images; bring the original file"
        )
    digits = digits.ravel()
    if len(digits) != images.shape[3]:
        raise DataError(
            f"{path}: X holds {images.shape[3]:,} images but y {len(digits):,} labels; bring the "
            "two that belong together"
        )
    small = np.empty((len(digits), 28, 28), np.uint8)
    for first in range(0, len(digits), BLOCK):
        block = np.ascontiguousarray(images[..., first : first + BLOCK].transpose(3, 0, 1, 2))
        for number, colour in enumerate(block, first):
            grey = cv2.cvtColor(colour, cv2.COLOR_RGB2GRAY)
            small[number] = cv2.resize(grey, (28, 28), interpolation=cv2.INTER_AREA)
    labels: Labels = of_array(np.where(digits == 10, 0, digits))
    notes = ["pictures in colour were made grey, 28×28"]
    return to_splits(name, (small, labels), notes=notes, preparation=SVHN_PREPARATION)
