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
    from sklearn.decomposition import PCA

    _check(vectors)
    projection = PCA(2, svd_solver="covariance_eigh")
    points = projection.fit_transform(vectors.astype(np.float64))
    return points, float(projection.explained_variance_ratio_.sum())


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
