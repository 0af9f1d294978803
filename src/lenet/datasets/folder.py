"""A folder of pictures for each class: ``DIR/<class>/*.png``."""

from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lenet.datasets.dataset import NONE, Dataset, Splits, carve_test
from lenet.datasets.labels import sort_classes
from lenet.errors import DataError, PictureError
from lenet.finder import only_character, shipped_finder
from lenet.picture import decode


def load_folder(source: str) -> Splits:
    """Load ``DIR/<class>/*.png``, or ``DIR/train/<class>/*.png`` and ``DIR/test/<class>/*.png``.

    Without train and test folders, a fixed fifth of every class is the test set. Classes are
    sorted, as numbers if all are numbers. A folder ``none`` beside others is not a class: it holds
    images of none of them (`load_others`). A 28×28 PNG in 8-bit grey is taken as a digit image,
    0 = paper and 255 = ink; in any other picture, the digit is found and scaled.

    Raises
    ------
    DataError
        A folder is missing, unreadable or empty, or a picture is unreadable or shows no digit.
    """
    folder, name = Path(source).expanduser(), f"folder:{source}"
    if not folder.is_dir():
        raise DataError(f"no folder {folder}; give one that holds a folder of .png per class")
    if (folder / "train").is_dir() and (folder / "test").is_dir():
        classes = _classes(folder / "train", folder / "test")
        return Splits(_read(name, folder / "train", classes), _read(name, folder / "test", classes))
    return carve_test(_read(name, folder, _classes(folder)))


def load_others(source: str) -> tuple[Dataset | None, Dataset | None]:
    """Load a folder's images that show none of its classes, for training and for testing.

    They are in ``none`` beside the classes, or in ``train/none`` and ``test/none``. Without train
    and test folders, all are for training.

    Raises
    ------
    DataError
        A folder or a picture cannot be read.
    """
    folder, name = Path(source).expanduser(), f"folder:{source}"
    if (folder / "train").is_dir() and (folder / "test").is_dir():
        return _read_none(name, folder / "train"), _read_none(name, folder / "test")
    return (_read_none(name, folder) if folder.is_dir() else None), None


def _read_none(name: str, folder: Path) -> Dataset | None:
    folders = {path.name for path in _listing(folder) if path.is_dir()}
    return _read(name, folder, (NONE,)) if NONE in folders and len(folders) > 1 else None


def _classes(*folders: Path) -> tuple[str, ...]:
    names = {path.name for folder in folders for path in _listing(folder) if path.is_dir()}
    if len(names) > 1:
        names.discard(NONE)
    if not names:
        raise DataError(f"no class folders in {folders[0]}; it needs one folder of .png per class")
    return sort_classes(names)


def _read(name: str, folder: Path, classes: tuple[str, ...]) -> Dataset:
    images, labels = [], []
    for label, class_name in enumerate(classes):
        if not (folder / class_name).is_dir():
            continue  # either part, train or test, may lack a class
        for path in _listing(folder / class_name):
            if path.suffix.lower() == ".png":
                images.append(_digit_image(path))
                labels.append(label)
    if not images:
        raise DataError(
            f"no .png in the class folders of {folder}: {', '.join(classes)}; put some there"
        )
    return Dataset(name, np.stack(images), np.array(labels, np.int64), classes)


def _digit_image(path: Path) -> NDArray[np.uint8]:
    image = read_digit_image(path)
    return crop_only_digit(path, str(path)) if image is None else image


def crop_only_digit(picture: Path | bytes | NDArray[np.uint8], name: str) -> NDArray[np.uint8]:
    """Find the digit in a picture of one, and scale it to uint8 (28, 28).

    Parameters
    ----------
    picture : Path, bytes of a file, or array
        As `lenet.picture.decode` takes it.
    name : str
        What errors call it.

    Raises
    ------
    DataError
        It cannot be read or shows no digit.
    """
    try:
        image = only_character(decode(picture, name=name).pixels, shipped_finder).image
    except PictureError as error:
        raise DataError(str(error)) from error
    if not image.any():
        raise DataError(f"{name} holds 0 digits, expected one; crop or remove it")
    return image


def read_digit_image(
    file: Path | IO[bytes], formats: tuple[str, ...] = ("PNG",)
) -> NDArray[np.uint8] | None:
    """Return the pixels of a 28×28 picture in 8-bit grey; None for any other file."""
    try:
        with Image.open(file, formats=formats) as image:
            if (image.mode, image.size) == ("L", (28, 28)) and not image.has_transparency_data:
                return np.array(image)
    except Exception:  # Pillow raises nearly anything on damaged bytes; `decode` explains it
        return None
    return None


def _listing(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise DataError(
            f"cannot read {folder}: {error.strerror}; check that it may be read"
        ) from error
