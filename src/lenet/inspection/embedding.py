"""Many numbers for each digit projected to two."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lenet.errors import DataError

MOST_TSNE = 2000  # points; the time grows faster than their number


class Plane(NamedTuple):
    """Images as points: indices of the images, float64 points (n, 2), and a title."""

    indices: NDArray[np.intp]
    points: NDArray[np.float64]
    title: str


class Axes(NamedTuple):
    """The directions in which vectors differ most.

    Attributes
    ----------
    mean : float64 ndarray (d,)
    directions : float64 ndarray (k, d)
        Unit vectors, the greatest variance first. Of each, the largest number is positive.
    shares : float64 ndarray (k,)
        Share of the variance in each direction, 0..1.
    """

    mean: NDArray[np.float64]
    directions: NDArray[np.float64]
    shares: NDArray[np.float64]

    def project(self, vectors: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return vectors ``(n, d)`` along the directions, as float64 ``(n, k)``."""
        points: NDArray[np.float64] = (vectors - self.mean) @ self.directions.T
        return points


def principal_axes(vectors: NDArray[np.floating], most: int) -> Axes:
    """Return the directions, at most `most`, in which vectors ``(n, d)`` differ most.

    Raises
    ------
    DataError
        Fewer than three vectors.
    """
    _check(vectors)
    mean = vectors.mean(axis=0, dtype=np.float64)
    centred = vectors - mean
    variances, directions = np.linalg.eigh(centred.T @ centred)  # the smallest first
    directions = directions.T[::-1][:most]
    largest = np.abs(directions).argmax(axis=1)
    directions *= np.sign(directions[np.arange(len(directions)), largest])[:, None]
    shares = np.maximum(variances[::-1], 0) / max(variances.sum(), np.finfo(np.float64).tiny)
    return Axes(mean, directions, shares[:most])


def pca(vectors: NDArray[np.floating]) -> tuple[NDArray[np.float64], float]:
    """Project vectors ``(n, d)`` onto the two directions of greatest variance.

    Returns
    -------
    points : float64 ndarray (n, 2)
    share : float
        Share of the variance in these two directions, 0..1.

    Raises
    ------
    DataError
        Fewer than three vectors.
    """
    axes = principal_axes(vectors, 2)
    return axes.project(vectors), float(axes.shares.sum())


def tsne(vectors: NDArray[np.floating], seed: int = 0) -> NDArray[np.float64]:
    """Lay out vectors ``(n, d)`` so that neighbours stay neighbours; distances mean little.

    Van der Maaten, Hinton (2008), Visualizing data using t-SNE.

    Returns
    -------
    float64 ndarray (n, 2)

    Raises
    ------
    DataError
        Fewer than three vectors.
    """
    from sklearn.manifold import TSNE

    _check(vectors)
    nearest = min(30.0, (len(vectors) - 1) / 3)
    layout = TSNE(2, perplexity=nearest, init="pca", random_state=seed)
    return np.asarray(layout.fit_transform(vectors.astype(np.float32)), np.float64)


def spread(n: int, most: int) -> NDArray[np.intp]:
    """Return at most `most` of the indices 0..n-1, evenly spread.

    Not the first ones: the first half of MNIST's test set is the easier one.

    >>> spread(10, 4).tolist(), spread(3, 4).tolist()
    ([0, 2, 5, 7], [0, 1, 2])
    """
    count = min(n, most)
    return np.arange(count) * n // count


def _check(vectors: NDArray[np.floating]) -> None:
    if len(vectors) < 3:
        raise DataError(f"an embedding needs three images or more, found {len(vectors)}")
