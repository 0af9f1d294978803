"""The classical models of scikit-learn that networks are measured against.

They take the 784 pixels in 0..1, learn from the whole training part (nothing is held out, because
nothing is chosen), and live only inside a comparison. Settings are sensible ones from the
literature and from scikit-learn; none was searched for on test data.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet.datasets import Dataset


@dataclass(frozen=True)
class Classical:
    """A kind of classical model.

    Attributes
    ----------
    about : str
        What it is and how it is set, for people.
    build : callable
        Makes a fresh one from a seed.
    chance : bool
        Whether the seed makes a difference; without chance one training says it all.
    """

    about: str
    build: Callable[[int], Any]
    chance: bool = False


def _knn(_seed: int) -> Any:
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(n_neighbors=3)


def _logistic_regression(_seed: int) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=0.1, tol=1e-3, max_iter=1000)


def _svm_linear(_seed: int) -> Any:
    from sklearn.svm import LinearSVC

    # The primal form: no chance in it, and quick where there are more images than pixels.
    return LinearSVC(C=0.01, dual=False)


def _svm_rbf(_seed: int) -> Any:
    from sklearn.svm import SVC

    return SVC(C=5, gamma="scale", cache_size=1000)


def _random_forest(seed: int) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(n_estimators=300, random_state=seed, n_jobs=-1)


def _gradient_boosting(seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        max_iter=100, max_features=0.1, early_stopping=False, random_state=seed
    )


CLASSICAL = {
    "knn": Classical("the 3 nearest neighbours, Euclidean distance", _knn),
    "logistic-regression": Classical("multinomial, C = 0.1", _logistic_regression),
    "svm-linear": Classical("one against the rest, squared hinge, C = 0.01", _svm_linear),
    "svm-rbf": Classical("Gaussian kernel, C = 5, gamma = 1/(784·variance)", _svm_rbf),
    "random-forest": Classical("300 trees", _random_forest, chance=True),
    "gradient-boosting": Classical(
        "100 rounds of histogram trees, a tenth of the pixels at each split",
        _gradient_boosting,
        chance=True,
    ),
}


def fit(kind: Classical, seed: int, train: Dataset) -> tuple[Any, float]:
    """Train a fresh model; return it and the seconds that took."""
    model = kind.build(seed)
    pixels = as_pixels(train.images)
    started = time.perf_counter()
    model.fit(pixels, train.labels)
    seconds = time.perf_counter() - started
    if getattr(model, "n_jobs", None):
        model.set_params(n_jobs=1)  # to ask for one answer, starting threads costs most
    return model, seconds


def as_pixels(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Turn uint8 ``(n, 28, 28)`` images into what these models take: ``(n, 784)`` in 0..1."""
    return np.divide(images.reshape(len(images), -1), 255, dtype=np.float32)


def costs(model: Any) -> tuple[int | None, int | None]:
    """Return the weights of a trained model and its multiply-adds for one image.

    None where it has no such thing: trees compare, neighbours and support vectors are examples
    and no weights.
    """
    if hasattr(model, "support_vectors_"):  # each is compared with the image, then weighed
        vectors, pixels = model.support_vectors_.shape
        return None, int(vectors * pixels + vectors * model.dual_coef_.shape[0])
    if hasattr(model, "coef_"):
        return int(model.coef_.size + model.intercept_.size), int(model.coef_.size)
    if hasattr(model, "n_samples_fit_"):
        return None, int(model.n_samples_fit_ * model.n_features_in_)
    return None, None
