"""`Dataset` and `Splits`, what every source becomes; splitting, repeating and joining them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from lenet.errors import DataError

if TYPE_CHECKING:
    from lenet.finder import Preparation

DIGITS = tuple("0123456789")  # class names of digits
MNIST = "mnist"  # name of the one source whose order is the convention
NONE = "none"  # class name of images that show no digit
TEST_SHARE = 0.2  # of a source that has no test set of its own
MOST_LISTED = 12  # class names of a dataset in an error; of more, the first and the last


@dataclass(frozen=True, eq=False)
class Dataset:
    """Digit images with their labels; checked when made.

    Attributes
    ----------
    name : str
        The source it came from.
    images : uint8 array (n, 28, 28)
        0 = paper, 255 = ink.
    labels : int64 array (n,)
        0..k-1.
    classes : tuple of k str
        What the labels stand for.

    Raises
    ------
    DataError
        A dtype or shape is wrong, counts differ, a label is out of range, or there is no image.
    """

    name: str
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.images.dtype != np.uint8 or self.images.shape[1:] != (28, 28):
            raise DataError(
                f"{self.name}: images are {self.images.dtype} {self.images.shape}, "
                "expected uint8 (n, 28, 28)"
            )
        if self.labels.dtype != np.int64 or self.labels.ndim != 1:
            raise DataError(
                f"{self.name}: labels are {self.labels.dtype} {self.labels.shape}, "
                "expected int64 (n,)"
            )
        if len(self.images) != len(self.labels):
            raise DataError(
                f"{self.name}: {len(self.images):,} images but {len(self.labels):,} labels; "
                "each image needs one label"
            )
        if not len(self.images):
            raise DataError(f"{self.name} holds no images; give a source with at least one")
        if not self.classes or len(set(self.classes)) < len(self.classes):
            raise DataError(
                f"{self.name}: class names must be given and differ, found {list(self.classes)}"
            )
        lowest, highest = self.labels.min(), self.labels.max()
        if lowest < 0 or highest >= len(self.classes):
            raise DataError(
                f"{self.name}: label {lowest if lowest < 0 else highest} is out of range, "
                f"{len(self.classes)} classes have labels 0 to {len(self.classes) - 1}"
            )

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        return f"Dataset({self.name!r}: {len(self):,} images of {len(self.classes):,} classes)"

    @cached_property
    def digest(self) -> str:
        """SHA-256 over images, labels and class names, in hexadecimal."""
        digest = hashlib.sha256(repr((self.images.shape, self.classes)).encode())
        digest.update(np.ascontiguousarray(self.images).data)
        digest.update(np.ascontiguousarray(self.labels, "<i8").data)
        return digest.hexdigest()

    def subset(self, indices: NDArray[np.intp] | slice) -> "Dataset":
        """Return the images at `indices`, in that order; a slice copies nothing."""
        return Dataset(self.name, self.images[indices], self.labels[indices], self.classes)


@dataclass(frozen=True, eq=False)
class Splits:
    """What a model is trained on, and the test set that is read once, at the end.

    Attributes
    ----------
    train, test : Dataset
    notes : tuple of str
        What was guessed or changed while the source was read, one line each.
    preparation : Preparation, optional
        How its pictures became images; None of a source that holds images ready for a network.
    """

    train: Dataset
    test: Dataset
    notes: tuple[str, ...] = ()
    preparation: "Preparation | None" = None


def carve(
    dataset: Dataset,
    share: float,
    seed: int,
    how: Literal["stratified", "last"] = "stratified",
    *,
    allow_none: bool = False,
) -> tuple[Dataset, Dataset | None]:
    """Split `dataset` into images to train on and images to hold out.

    Parameters
    ----------
    dataset : Dataset
    share : float
        Share to hold out, 0 <= share < 1; ``round(share * n)`` images exactly.
    seed : int
        Decides which images a stratified split holds out; "last" ignores it.
    how : {"stratified", "last"}
        The same share of every class up to rounding: drawn, or the last of each. Of MNIST, whose
        images are in no order, "last" means the last images, as in the projects that say so.
    allow_none : bool
        Hold out nothing, instead of raising, where the share rounds to no image.

    Returns
    -------
    train, held_out : Dataset, Dataset or None
        Both in the order of `dataset`. Nothing is held out when `share` is 0.

    Raises
    ------
    DataError
        There are so few images that one of the two would be empty.
    """
    if not 0 <= share < 1:
        raise ValueError(f"share must be in 0 <= share < 1, found {share}")
    total = len(dataset)
    count = round(share * total)
    if share == 0 or (allow_none and count == 0):
        return dataset, None
    if count in (0, total):
        raise DataError(
            f"{dataset.name}: a share of {share:g} of its {total} images is {count}; bring more "
            "images or choose another share"
        )
    if how == "last" and dataset.name == MNIST:
        return dataset.subset(slice(total - count)), dataset.subset(slice(total - count, None))
    held_out = np.zeros(total, dtype=bool)
    if how == "stratified":
        held_out[draw_stratified(dataset.labels, count, seed)] = True
    else:
        for label, quota in enumerate(_quotas(dataset.labels, count)):
            indices = np.flatnonzero(dataset.labels == label)
            held_out[indices[len(indices) - quota :]] = True
    return dataset.subset(np.flatnonzero(~held_out)), dataset.subset(np.flatnonzero(held_out))


def carve_test(dataset: Dataset) -> Splits:
    """Split a source that has no test set of its own: always the same fifth of each class.

    Raises
    ------
    DataError
        There are fewer than three images.
    """
    train, test = carve(dataset, TEST_SHARE, seed=0)
    assert test is not None  # the share is not 0
    return Splits(train, test)


def draw_stratified(labels: NDArray[np.int64], count: int, seed: int) -> NDArray[np.intp]:
    """Draw `count` indices of `labels`, the same share of each class."""
    generator = np.random.default_rng(seed)
    return np.concatenate(
        [
            generator.permutation(np.flatnonzero(labels == label))[:quota]
            for label, quota in enumerate(_quotas(labels, count))
        ]
    )


def _quotas(labels: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Return how many of `count` images each class gives, the same share of each."""
    sizes = np.bincount(labels)
    exact = sizes * (count / len(labels))
    quotas = np.floor(exact).astype(np.int64)
    # The classes that lost most by rounding down get one more each, until the total is exact.
    losses = np.argsort(quotas - exact, kind="stable")
    quotas[losses[: count - quotas.sum()]] += 1
    return np.asarray(quotas, np.int64)


def repeat_small(parts: Sequence[Dataset], *, least_share: float) -> list[Dataset]:
    """Repeat the images of small `parts` until each has about `least_share` of the total.

    The total is counted before anything is repeated. No part is cut.
    """
    least = least_share * sum(len(part) for part in parts)
    repeated = []
    for part in parts:
        times = round(least / len(part))
        whole = part if times <= 1 else part.subset(np.tile(np.arange(len(part)), times))
        repeated.append(whole)
    return repeated


def join(parts: Sequence[Dataset]) -> Dataset:
    """Return `parts` as one dataset, in their order.

    Raises
    ------
    DataError
        Their class names differ.
    """
    first, *others = parts
    for other in others:
        if other.classes != first.classes:
            raise DataError(
                f"{first.name} and {other.name} cannot be joined: their classes are "
                f"{listed(first.classes)} and {listed(other.classes)}; join data of the same "
                "classes"
            )
    if not others:
        return first
    return Dataset(
        "+".join(part.name for part in parts),
        np.concatenate([part.images for part in parts]),
        np.concatenate([part.labels for part in parts]),
        first.classes,
    )


def listed(classes: tuple[str, ...]) -> str:
    """Name the classes in an error or a message; of many, the first and the last."""
    if len(classes) <= MOST_LISTED:
        return " ".join(classes)
    return f"{' '.join(classes[:5])} … {classes[-1]} ({len(classes)} of them)"


@dataclass(frozen=True)
class Pixels:
    """Statistics over all pixels of some images, 0 = paper and 1 = ink.

    Attributes
    ----------
    mean, deviation : float
        Mean and standard deviation of the values.
    paper, ink : float
        Shares of the pixels that are exactly 0, and exactly 1.
    """

    mean: float
    deviation: float
    paper: float
    ink: float


def pixels(images: NDArray[np.uint8]) -> Pixels:
    """Return the statistics of uint8 images ``(n, 28, 28)``, n > 0.

    >>> pixels(np.array([[[0, 255]]], np.uint8))
    Pixels(mean=0.5, deviation=0.5, paper=0.5, ink=0.5)
    """
    # Counts stay exact over 60,000 images; sums of float32 would not.
    share = np.bincount(images.ravel(), minlength=256) / images.size
    values = np.arange(256) / 255
    mean = float(share @ values)
    deviation = float(np.sqrt(share @ (values - mean) ** 2))
    return Pixels(mean, deviation, float(share[0]), float(share[-1]))


def border(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the outermost pixels of each image, (n, h, w), as (n, 2 w + 2 h - 4)."""
    sides = (images[:, 0], images[:, -1], images[:, 1:-1, 0], images[:, 1:-1, -1])
    return np.concatenate(sides, axis=1)
