"""Crops of drawn scenes, as the shipped finder cuts them: digits, and what it takes for one.

A network that learns from them sees what it will see later: boxes that are a little off, rests of
lines and of neighbours, letters, slashes and parts of pictures that look like a digit. Cutting them
takes long, so they are kept in the user's cache, until the scenes, the finder or the code change.
"""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lenet import finder as finding
from lenet import picture
from lenet.datasets.cache import cache_folder, code_digest, npz, progress, read_npz
from lenet.datasets.dataset import DIGITS, NONE, Dataset, Splits
from lenet.datasets.scenes import Scenes, count_of, load_material, load_scenes
from lenet.datasets.unipen import NARROWEST
from lenet.finder import Finder
from lenet.finder.matching import assign
from lenet.run import MODEL, Run
from lenet.runtime import available_cores
from lenet.storage import cannot_write, write_atomically

FINDER = "finder"  # the shipped one
MATERIAL = ("mnist", "unipen", "things")
# Other scenes than those that the finder has learnt from: there it sees more than it will later.
TRAIN_SEED, TEST_SEED = 10, 11
NO_CLASS = -1  # label of a crop that is no digit

Crops = tuple[NDArray[np.uint8], NDArray[np.int64]]  # images (n, 28, 28) and labels (n,)


def load_crops(place: str, data_dir: Path | None = None) -> Splits:
    """Load the digits found in drawn scenes.

    Parameters
    ----------
    place : str
        How many scenes are drawn to learn from; a tenth as many, along the pens of other people,
        are drawn for testing.
    data_dir : Path, optional
        First folder to search for MNIST and UNIPEN.

    Raises
    ------
    UsageError
        `place` is not such a number.
    DataError
        The material of the scenes is missing, or the disk refuses.
    ModelError
        There is no shipped finder.
    """
    train, test = (
        Dataset(f"crops:{place}", images[labels >= 0], labels[labels >= 0], DIGITS)
        for images, labels in _load(place, data_dir)
    )
    return Splits(train, test)


def load_others(place: str, data_dir: Path | None = None) -> tuple[Dataset, Dataset]:
    """Load what was found there and is no digit, for training and for testing; see `load_crops`.

    A bar that is no digit may look exactly like a 1, and only what is around it tells them apart,
    so bars are left out.
    """
    others = (
        images[(labels < 0) & ~are_narrow(images)] for images, labels in _load(place, data_dir)
    )
    train, test = (
        Dataset(f"crops:{place}", images, np.zeros(len(images), np.int64), (NONE,))
        for images in others
    )
    return train, test


@cache  # for the digits and for the others of one recipe
def _load(place: str, data_dir: Path | None) -> tuple[Crops, Crops]:
    count = count_of(place)
    finder = Finder(Run.find(FINDER).require_finder().read(MODEL), threads=1, small_print=False)
    train, test = (
        _cut(finder, load_held_scenes(number, seed, data_dir, held_out=held_out))
        for number, seed, held_out in (
            (count, TRAIN_SEED, False),
            (max(1, count // 10), TEST_SEED, True),
        )
    )
    return train, test


def load_held_scenes(
    count: int, seed: int, data_dir: Path | None = None, *, held_out: bool
) -> Scenes:
    """Load scenes of a seed that no finder learns from, drawn from the material of the shipped one.

    Raises
    ------
    DataError
        The material is missing, or the disk refuses.
    """
    material = load_material(MATERIAL, data_dir, held_out=held_out)
    return load_scenes(count, seed, material, show_progress=True)


def _cut(finder: Finder, scenes: Scenes) -> Crops:
    """Return the digits that the finder finds in scenes, and what else it finds."""
    key = hashlib.sha256(
        f"{finder.digest} {scenes.digest}".encode() + code_digest(picture) + code_digest(finding)
    )
    kept = cache_folder("crops") / f"{key.hexdigest()[:32]}.npz"
    if arrays := read_npz(kept):
        return arrays["images"], arrays["labels"]
    parts = list(_crops(finder, scenes))
    images, labels = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(kept, npz({"images": images, "labels": labels}))
    except OSError as error:
        raise cannot_write(kept, error) from error
    return images, labels


def are_narrow(images: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return which of the images ``(n, 28, 28)`` show ink as narrow as that of a 1, (n,)."""
    across, down = images.any(1).sum(1), images.any(2).sum(1)
    return np.asarray(across < NARROWEST * down)


def _crops(finder: Finder, scenes: Scenes) -> Iterator[Crops]:
    def crops_of(index: int) -> Crops:
        page = scenes.images[index]
        found = finder.find(page)
        images = found.images(page)
        characters = scenes.characters[scenes.first[index] : scenes.first[index + 1]]
        own, counts = assign(found.digits.boxes, characters)
        kept = counts & images.any((1, 2))
        labels = np.full(len(own), NO_CLASS, np.int64)
        labels[own >= 0] = characters[own[own >= 0], 0]
        return images[kept], labels[kept]

    with (
        progress("Cutting digits out of scenes", len(scenes), True, unit="scenes") as report,
        ThreadPoolExecutor(available_cores()) as pool,
    ):
        for crops in pool.map(crops_of, range(len(scenes))):
            report(1)
            yield crops
