"""What a source holds, at a glance: counts, classes, pixels, duplicates, the split for training."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lenet.datasets.dataset import Dataset, Pixels, Splits, border, carve, pixels
from lenet.datasets.duplicates import Duplicates, count_duplicates
from lenet.errors import DataError
from lenet.recipe import Recipe

UNEVEN = 10  # times as many images in the largest class as in the smallest: time for class weights
INKED = 128  # a pixel that is ink rather than paper
INVERTED = 0.5  # share of the images with ink at the border from which a part looks inverted


class Balance(NamedTuple):
    """The classes with the fewest and the most images of a part, and how many these are.

    >>> Balance("5", 5_421, "1", 6_742).is_uneven
    False
    """

    smallest: str
    fewest: int
    largest: str
    most: int

    @property
    def is_uneven(self) -> bool:
        """Whether the largest class is ten times the smallest or more."""
        return self.most >= UNEVEN * self.fewest

    @property
    def hint(self) -> str:
        """What to do about very uneven classes; empty where they are not."""
        if not self.is_uneven:
            return ""
        return (
            f"the largest class has at least {UNEVEN} times the images of the smallest: consider "
            "--set class_weights=balanced"
        )

    def __str__(self) -> str:
        return (
            f"smallest class {self.smallest} with {self.fewest:,} images, "
            f"largest {self.largest} with {self.most:,}"
        )


def class_counts(part: Dataset) -> dict[str, int]:
    """Return how many images each class of `part` has, in the order of its classes."""
    counts = np.bincount(part.labels, minlength=len(part.classes))
    return dict(zip(part.classes, counts.tolist(), strict=True))


def balance(part: Dataset) -> Balance:
    """Return which classes have the fewest and the most images; of equal ones the first."""
    counts = class_counts(part)
    smallest, largest = min(counts, key=counts.__getitem__), max(counts, key=counts.__getitem__)
    return Balance(smallest, counts[smallest], largest, counts[largest])


@dataclass(frozen=True)
class PartOverview:
    """What the training or the test part of a source holds.

    Attributes
    ----------
    images : int
    classes : dict of str to int
        How many images each class has.
    pixels : Pixels
    ink_size : tuple of float
        Width and height in pixels of the box around the ink, medians over all images with ink.
    ink_border : float
        Share of the images whose border is ink rather than paper, on average. Nearly all, if the
        images are inverted.
    blank : int
        Images without ink, of which no pixel is half dark.
    """

    images: int
    classes: dict[str, int]
    pixels: Pixels
    ink_size: tuple[float, float]
    ink_border: float
    blank: int

    @property
    def looks_inverted(self) -> bool:
        """Whether most images have ink at their border."""
        return self.ink_border > INVERTED


def overview_of(part: Dataset) -> PartOverview:
    """Return what `part` holds."""
    widths, heights = _ink_sizes(part.images)
    return PartOverview(
        images=len(part),
        classes=class_counts(part),
        pixels=pixels(part.images),
        ink_size=(_median(widths), _median(heights)),
        ink_border=float((border(part.images).mean(axis=1) >= INKED).mean()),
        blank=int((widths == 0).sum()),
    )


@dataclass(frozen=True)
class Overview:
    """What a source holds.

    Attributes
    ----------
    train, test : PartOverview
    balance : Balance
        Of the training part.
    duplicates : Duplicates
    split : dict of str to int
        How many images a recipe trains on, holds out and is tested on.
    split_error : str
        Why the recipe cannot split the source; empty if it can.
    notes : tuple of str
        What was guessed or changed while the source was read.
    """

    train: PartOverview
    test: PartOverview
    balance: Balance
    duplicates: Duplicates
    split: Mapping[str, int]
    split_error: str
    notes: tuple[str, ...]


def overview(splits: Splits, recipe: Recipe) -> Overview:
    """Return what a source holds, and how `recipe` will split it."""
    split, split_error = {}, ""
    try:
        train, held_out = carve(
            splits.train, recipe.validation, recipe.seed, recipe.validation_split
        )
        held = len(held_out) if held_out else 0
        split = {"train": len(train), "held_out": held, "test": len(splits.test)}
    except DataError as error:
        split_error = str(error)
    return Overview(
        train=overview_of(splits.train),
        test=overview_of(splits.test),
        balance=balance(splits.train),
        duplicates=count_duplicates([splits.train], splits.test),
        split=split,
        split_error=split_error,
        notes=splits.notes,
    )


def split_text(train: int, held_out: int, test: int) -> str:
    """Say how many images a recipe trains on, holds out and is tested on.

    >>> split_text(54_000, 6_000, 10_000)
    '54,000 to train on, 6,000 held out, 10,000 to test'
    """
    return f"{train:,} to train on, {held_out:,} held out, {test:,} to test"


def _ink_sizes(images: NDArray[np.uint8]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the width and height of the box around each image's ink, 0 where there is none."""
    inked = images >= INKED
    columns: NDArray[np.bool_] = np.any(inked, axis=1)
    rows: NDArray[np.bool_] = np.any(inked, axis=2)
    return _extent(columns), _extent(rows)


def _extent(occupied: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return how far the True of each row (n, m) reach, from the first to the last."""
    first, last = occupied.argmax(axis=1), occupied.shape[1] - occupied[:, ::-1].argmax(axis=1)
    return np.where(occupied.any(axis=1), last - first, 0)


def _median(sizes: NDArray[np.intp]) -> float:
    present = sizes[sizes > 0]
    return float(np.median(present)) if len(present) else 0.0
