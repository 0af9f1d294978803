"""A `Dataset` made of what a Python program holds: arrays, lists, tensors, data frames."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet.datasets.dataset import Dataset, Splits, carve_test
from lenet.datasets.labels import (
    LabelError,
    Labels,
    check_classes,
    check_trained,
    of_array,
    sort_classes,
)
from lenet.datasets.levels import PIXELS, fractions_of_one
from lenet.errors import DataError, UsageError
from lenet.picture.arrays import ArrayError, scale_of, to_array

Given = Dataset | Splits | tuple[Dataset, Dataset]

NAME = "data"  # of a dataset that is given none
SHAPES = {(28, 28), (784,), (1, 28, 28), (28, 28, 1)}  # of one image
BLOCK = 10_000  # images that are converted at a time


def make_dataset(
    images: Any, labels: Any, classes: Sequence[object] | None = None, name: str = NAME
) -> Dataset:
    """Make a `lenet.datasets.Dataset` of arrays, lists, tensors or data frames.

    As ``lenet.Dataset`` it is the way from a program's own data to `lenet.train` and
    `lenet.evaluate`.

    Parameters
    ----------
    images : array-like
        n images of 28×28, 0 = paper: (n, 28, 28), (n, 784), (n, 1, 28, 28) or (n, 28, 28, 1);
        integers or floats of 0..255, floats of 0..1, or bool. Of uint8 no copy is made.
    labels : array-like
        (n,), (n, 1) or one-hot (n, k): whole numbers or text.
    classes : sequence of k names, optional
        In the order that the network shall answer in. By default the labels that occur, sorted, as
        numbers if all are numbers. Labels are names of classes. Only where the names are not all
        numbers, labels that are numbers count the classes from 0.
    name : str
        What errors, `run.json` and the model card call it.

    Raises
    ------
    DataError
        Images are of other shapes, ambiguous or out of range; a label is missing or names no class;
        counts differ; or there is no image.

    Examples
    --------
    >>> data = make_dataset(np.zeros((3, 784)), ["b", "a", "b"])
    >>> data.images.shape, data.labels, data.classes
    ((3, 28, 28), array([1, 0, 1]), ('a', 'b'))
    """
    try:
        names = None if classes is None else tuple(str(each) for each in classes)
        positions, names = _positions(of_array(_labels(labels)), names)
        return Dataset(name or NAME, _images(images), positions, names)
    except ArrayError as error:
        raise DataError(f"{name}: {error}") from error
    except LabelError as error:
        raise DataError(f"{name}: the array of labels {error}") from error


def as_splits(data: Given) -> Splits:
    """Return data to train and to test on; of a single dataset a fixed fifth is held out.

    Raises
    ------
    UsageError
        It is neither a dataset nor a pair of them.
    DataError
        It has fewer than three images; or the classes of the two parts differ, or training lacks
        images of one that is tested.
    """
    match data:
        case Dataset():
            return carve_test(data)
        case Splits():
            splits = data
        case (Dataset() as train, Dataset() as test):
            splits = Splits(train, test)
        case _:
            raise UsageError(
                f"data is a {type(data).__name__}: give lenet.Dataset(images, labels), or a pair "
                "of them, (train, test)"
            )
    if splits.train.classes != splits.test.classes:
        raise DataError(
            f"{splits.train.name} has {len(splits.train.classes)} classes to train on, and "
            f"{splits.test.name} {len(splits.test.classes)} others to test on: make both with the "
            "same classes, lenet.Dataset(images, labels, classes=train.classes)"
        )
    check_trained(splits)
    return splits


def _images(source: Any) -> NDArray[np.uint8]:
    array = to_array(source)
    found = f"images are {array.dtype} {array.shape}"
    if array.shape[1:] not in SHAPES and array.size:
        raise ArrayError(
            f"{found}, expected (n, 28, 28), (n, 784), (n, 1, 28, 28) or (n, 28, 28, 1); "
            "scale others to 28×28, in grey"
        )
    if not array.size:
        return np.empty((0, 28, 28), np.uint8)
    try:
        scale = scale_of(array)
    except ArrayError as error:
        raise ArrayError(f"{found}{error}") from error
    if array.dtype != np.uint8:
        blocks = [array[i : i + BLOCK].reshape(-1, PIXELS) for i in range(0, len(array), BLOCK)]
        if scale == 1 and any(fractions_of_one(block).any() for block in blocks):
            raise ArrayError(
                f"{found}, some of 0 to 1 with fractions, others of 0 to 255; give all in one scale"
            )
        array = np.concatenate([np.rint(block * float(scale)).astype(np.uint8) for block in blocks])
    elif array.max() == 1:
        raise ArrayError(f"{found}, from 0 to 1; multiply them by 255 if 1 is ink")
    # torch shares memory only with arrays that it may write to.
    return np.require(array.reshape(-1, 28, 28), requirements=["C", "W"])


def _labels(source: Any) -> NDArray[Any]:
    """Return labels as an array of numbers or text, not of Python objects."""
    array = to_array(source)
    if array.dtype.kind != "O":
        return array
    values = array.ravel().tolist()
    for i, value in enumerate(values):
        if value is None or str(value) in ("<NA>", "nan", "NaT"):
            raise LabelError(f"holds no label for image {i:,}; remove it")
        if not isinstance(value, str | int | float | np.number):
            raise LabelError(
                f"holds a {type(value).__name__} for image {i:,}; give whole numbers or text"
            )
    return np.array([str(value) for value in values]).reshape(array.shape)


def _positions(
    found: Labels, classes: tuple[str, ...] | None
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the position of each label among the classes, and the classes."""
    names = classes or (found.names if found.declared else sort_classes(found.names))
    check_classes(names)
    if found.declared and len(names) == len(found.names):  # the columns of one-hot labels
        return found.codes, names
    index = {name: i for i, name in enumerate(names)}
    if not set(found.names) <= set(names) and _are_numbers(found.names) > _are_numbers(names):
        index = {str(i): i for i in range(len(names))}
    if unknown := sort_classes(set(found.names) - set(index)):
        raise LabelError(
            f"holds {unknown[0]!r}, which is none of the {len(names)} classes "
            f"({', '.join(names[:5])}{' …' if len(names) > 5 else ''}); name all classes"
        )
    return np.array([index[name] for name in found.names], np.int64)[found.codes], names


def _are_numbers(names: Sequence[str]) -> bool:
    return all(name.isdecimal() for name in names)
