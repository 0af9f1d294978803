"""What scenes are drawn from and this package does not hold: handwriting and photos of things."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lenet.drawing.strokes import Floats


@dataclass(frozen=True, eq=False)
class Handwriting:
    """Pen strokes of `n` characters; all points of all strokes stand in one array.

    Attributes
    ----------
    labels : ndarray of str, (n,)
        What each character is: a digit, a letter or a sign.
    writers : ndarray of int64, (n,)
        Number of the person who wrote it.
    first_strokes : ndarray of int64, (n + 1,)
        The strokes of character i are those from ``first_strokes[i]`` up to
        ``first_strokes[i + 1]``.
    first_points : ndarray of int64, (strokes + 1,)
        The same for the points of a stroke.
    points : ndarray of float32, (points, 2)
        x to the right, y downwards; each character fills a box at the origin with longer side 1.
    """

    labels: NDArray[np.str_]
    writers: NDArray[np.int64]
    first_strokes: NDArray[np.int64]
    first_points: NDArray[np.int64]
    points: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.labels)

    def strokes(self, index: int) -> list[Floats]:
        """Return the strokes of one character as polylines, float64 (m, 2)."""
        first, last = self.first_strokes[index : index + 2]
        edges = self.first_points[first : last + 1]
        return [self.points[start:end].astype(np.float64) for start, end in pairwise(edges)]

    def of_writers(self, writers: Iterable[int]) -> "Handwriting":
        """Return the characters that these people wrote."""
        return self.take(np.flatnonzero(np.isin(self.writers, list(writers))))

    def take(self, indices: NDArray[np.intp]) -> "Handwriting":
        """Return the characters at these indices."""
        strokes = _ranges(self.first_strokes, indices)
        points = _ranges(self.first_points, strokes)
        return Handwriting(
            self.labels[indices],
            self.writers[indices],
            _offsets(np.diff(self.first_strokes)[indices]),
            _offsets(np.diff(self.first_points)[strokes]),
            self.points[points],
        )


def _ranges(first: NDArray[np.int64], indices: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return all numbers in ``first[i]`` up to ``first[i + 1]``, for each index i."""
    if not len(indices):
        return np.empty(0, np.intp)
    return np.concatenate([np.arange(first[i], first[i + 1]) for i in indices])


def _offsets(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


@dataclass(frozen=True, eq=False)
class Material:
    """What is handed in to draw scenes from; each part may be missing.

    Attributes
    ----------
    handwriting : Handwriting, optional
        Pen strokes of digits, letters and signs.
    digits : ndarray of uint8, (n, 28, 28)
        Images of handwritten digits, 0 = paper, 255 = ink.
    digit_labels : ndarray of int64, (n,)
        0..9.
    photos : tuple of ndarray of uint8, (h, w)
        Grey pictures of things and textures that show no digit that can be read.
    """

    handwriting: Handwriting | None = None
    digits: NDArray[np.uint8] = field(default_factory=lambda: np.empty((0, 28, 28), np.uint8))
    digit_labels: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    photos: tuple[NDArray[np.uint8], ...] = ()
