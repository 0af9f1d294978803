"""Images that stand in a dataset twice: equal ones, and ones that are nearly equal."""

import hashlib
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.datasets.dataset import Dataset

# Two images are near if, each centred and scaled to unit length, their distance is below this: they
# differ by less than a tenth of their ink. Of MNIST's 70,000 images six are near another one, all
# of them ones. A copy that was moved is found, one saved as JPEG of quality 75 nine times in ten.
NEAR = 0.1
BLOCK = 4  # pixels; a side of the blocks whose means are compared first
ROWS = 512  # images compared at once with all that may be near: at most 300 MB for 70,000
PAIRS = 20_000  # pairs compared in full at once: 125 MB


class Duplicates(NamedTuple):
    """How many images of a source equal an earlier one.

    Attributes
    ----------
    train, test : int
        Images whose earlier twin is in the same part.
    across : int
        Test images whose twin is in the training part: what is tested was learnt.
    relabelled : int
        Images of any of these whose label differs from their twin's.
    """

    train: int
    test: int
    across: int
    relabelled: int

    def __str__(self) -> str:
        if not any(self):
            return "none"
        return (
            f"{self.train:,} within training, {self.test:,} within test, {self.across:,} test "
            f"images that are also trained on; {self.relabelled:,} with two labels"
        )


def count_duplicates(train: Sequence[Dataset], test: Dataset) -> Duplicates:
    """Count the equal images of a source, whose training part may be split.

    >>> one, two = (
    ...     Dataset("one", np.ones((1, 28, 28), np.uint8), np.array([label]), ("7", "9"))
    ...     for label in (0, 1)
    ... )
    >>> print(count_duplicates([one], two))
    0 within training, 0 within test, 1 test images that are also trained on; 1 with two labels
    """
    every = [*train, test]
    twins = exact_twins(chain.from_iterable(part.images for part in every))
    labels = np.concatenate([part.labels for part in every])
    again = np.flatnonzero(twins != np.arange(len(twins)))
    first_test = len(twins) - len(test)
    in_test, twin_in_test = again >= first_test, twins[again] >= first_test
    return Duplicates(
        int((~in_test).sum()),
        int((in_test & twin_in_test).sum()),
        int((in_test & ~twin_in_test).sum()),
        int((labels[again] != labels[twins[again]]).sum()),
    )


def exact_twins(images: Iterable[NDArray[np.uint8]]) -> NDArray[np.intp]:
    """Return for each image the index of the first that equals it: its own, if it is the first.

    >>> exact_twins(np.array([[[7]], [[8]], [[7]]], np.uint8)).tolist()
    [0, 1, 0]
    """
    first: dict[bytes, int] = {}
    digests = (hashlib.blake2b(image.tobytes(), digest_size=16).digest() for image in images)
    return np.array([first.setdefault(digest, i) for i, digest in enumerate(digests)], np.intp)


def near_twins(images: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Return for each image the index of the nearest earlier one that is near, see `NEAR`.

    Where an image stands and how dark its ink is makes no difference. All pairs are compared that
    may be near: the order of their first principal coordinate, and then the means of blocks, rule
    out the others without error, since neither can be farther apart than the images.

    Parameters
    ----------
    images : uint8 ndarray (n, 28, 28)
        0 = paper. A blank one is near to none.

    Returns
    -------
    intp ndarray (n,)
        The image's own index, if none before it is near.
    """
    inked = np.flatnonzero(images.any(axis=(1, 2)))
    twins = np.arange(len(images))
    if len(inked) < 2:
        return twins
    vectors = _centred(images[inked])
    coarse = _block_means(vectors)
    first = coarse @ np.linalg.eigh(np.cov(coarse.T))[1][:, -1].astype(np.float32)
    order = np.argsort(first, kind="stable")
    ends = np.searchsorted(first[order], first[order] + NEAR, "right")
    least = np.full(len(inked), NEAR, np.float32)
    for start in range(0, len(order), ROWS):
        rows, columns = order[start : start + ROWS], order[start : ends[start : start + ROWS].max()]
        pairs = _close(coarse[rows], coarse[columns])
        for part in np.array_split(pairs, len(pairs) // PAIRS + 1):
            a, b = rows[part[:, 0]], columns[part[:, 1]]
            distances = np.linalg.norm(vectors[a] - vectors[b], axis=1)
            # The later image of a pair gets the earlier one. Nearest last, so that it is kept.
            for i in np.argsort(-distances, kind="stable"):
                earlier, later = sorted((int(a[i]), int(b[i])))
                if distances[i] < least[later] and earlier != later:
                    least[later], twins[inked[later]] = distances[i], inked[earlier]
    return twins


def _close(rows: NDArray[np.float32], columns: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return the pairs (p, 2) of a row and a later column whose distance is below `NEAR`."""
    squares = (rows**2).sum(1)[:, None] + (columns**2).sum(1) - 2 * rows @ columns.T
    # The columns begin with the rows themselves. Rounding errs by far less than a tenth of NEAR².
    return np.argwhere(np.triu(squares < 1.1 * NEAR**2, 1))


def _centred(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return images as vectors (n, 784) of unit length, their centre of mass in the middle."""
    height, width = images.shape[1:]
    vectors = np.empty((len(images), height * width), np.float32)
    ys, xs = np.mgrid[:height, :width]
    positions = np.stack([xs.ravel(), ys.ravel()], axis=1).astype(np.float32)
    middle = np.array([width - 1, height - 1], np.float32) / 2
    for image, vector in zip(images, vectors, strict=True):
        weights = image.reshape(-1).astype(np.float32)
        dx, dy = middle - weights @ positions / weights.sum()
        matrix = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
        moved = cv2.warpAffine(weights.reshape(height, width), matrix, (width, height)).ravel()
        vector[:] = moved / np.linalg.norm(moved)
    return vectors


def _block_means(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the means of blocks, scaled so that no two are farther apart than their vectors."""
    side = round(vectors.shape[1] ** 0.5)
    blocks = vectors.reshape(len(vectors), side // BLOCK, BLOCK, side // BLOCK, BLOCK)
    means: NDArray[np.float32] = blocks.mean(axis=(2, 4)).reshape(len(vectors), -1) * BLOCK
    return means
