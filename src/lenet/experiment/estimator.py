"""`Classifier`: a recipe as an estimator of scikit-learn."""

import math
from typing import Any, Self

import cv2
import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from lenet.datasets import Dataset, carve
from lenet.datasets.given import SHAPES
from lenet.errors import UsageError
from lenet.metrics.calibration import calibrate
from lenet.picture.arrays import to_array
from lenet.recipe import Recipe
from lenet.training import Trainer, choose_device, infer

SIDE = 28  # pixels
BLOCK = 1_000  # rows that are scaled at a time
SEEDS = 2**31  # a recipe's seed is below


class Classifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
    """A network trained by a recipe, for scikit-learn's searches, pipelines and comparisons.

    It leaves no run folder: `lenet.train` does. (`lenet.reader.Classifier` is another class: it
    runs the ONNX file of a finished run, without torch.)

    Its networks look at images of 28×28. Of rows of numbers each becomes one image: the lowest
    number of the training rows is paper, the highest ink, and what lies beyond is clipped. Rows
    that fill no square are padded with paper; squares of other sizes are stretched to 28×28.

    Parameters
    ----------
    recipe : str or Recipe
        Name of a built-in recipe, path of a TOML file, or a recipe. Its data is not used. A share
        of the rows is held out only if the recipe chooses an epoch or calibrates by it.
    random_state : int, RandomState or None
        Seed of everything random, in place of the recipe's. With None the recipe's own is used, so
        that two fits give the same network.
    device : str
        Where to train: ``auto``, ``cpu``, ``cuda`` or ``mps``.

    Attributes
    ----------
    classes_ : ndarray (k,)
        The labels, sorted.
    network_ : nn.Sequential
        The trained network, on the CPU.
    temperature_ : float
        What its logits are divided by; 1 unless the recipe calibrates.
    history_ : list of Epoch
        Loss and errors, epoch by epoch.
    lowest_, highest_ : float
        The numbers that became paper and ink.
    n_features_in_ : int
        Length of a row.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> X, y = load_digits(return_X_y=True)
    >>> recipe = Recipe.load("fast").with_changes({"epochs": 5})
    >>> Classifier(recipe).fit(X[:1000], y[:1000]).score(X[1000:], y[1000:]) > 0.9
    True
    """

    def __init__(
        self,
        recipe: str | Recipe = "fast",
        *,
        random_state: int | np.random.RandomState | None = None,
        device: str = "auto",
    ) -> None:
        self.recipe = recipe
        self.random_state = random_state
        self.device = device

    def fit(self, X: Any, y: Any) -> Self:  # noqa: N803 - scikit-learn's name
        """Train on rows `X` with labels `y`.

        Parameters
        ----------
        X : array-like (n, m) or array (n, 28, 28), (n, 1, 28, 28), (n, 28, 28, 1)
            Finite numbers.
        y : array-like (n,)
            Numbers or text.

        Raises
        ------
        ValueError
            `X` or `y` are not such.
        UsageError
            There is no such recipe or device, or the recipe needs more than rows with labels.
        DataError
            There are too few rows to hold out a share, which the recipe needs.
        OutcomeError
            Training diverged.
        """
        recipe = _recipe(self.recipe, self.random_state)
        X, y = validate_data(self, _rows(X), y)  # noqa: N806
        check_classification_targets(y)
        self.classes_, positions = np.unique(y, return_inverse=True)
        self.lowest_, self.highest_ = float(X.min()), float(X.max())
        names = tuple(str(each) for each in self.classes_)
        train, held_out = Dataset("X", self._images(X), positions.astype(np.int64), names), None
        if recipe.needs_validation:
            train, held_out = carve(train, recipe.validation, recipe.seed, recipe.validation_split)
        trainer = Trainer(recipe, train, held_out, choose_device(self.device))
        self.history_ = list(trainer.epochs())
        self.network_ = trainer.result().cpu()
        self.temperature_ = 1.0
        if recipe.calibrate and held_out:
            logits = infer(self.network_, held_out.images).numpy()
            self.temperature_ = calibrate(logits, held_out.labels).temperature
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:  # noqa: N803
        """Return the probability of each class, float64 (n, k), for rows `X` as `fit` takes them.

        Raises
        ------
        NotFittedError, ValueError
            It is not fitted, or `X` is not such, or its rows have another length.
        """
        check_is_fitted(self)
        X = validate_data(self, _rows(X), reset=False)  # noqa: N806
        logits = infer(self.network_, self._images(X)).double()
        probabilities: NDArray[np.float64] = (logits / self.temperature_).softmax(1).numpy()
        return probabilities

    def predict(self, X: Any) -> NDArray[Any]:  # noqa: N803
        """Return the most probable of `classes_` for each row, (n,); see `predict_proba`."""
        answers: NDArray[Any] = self.predict_proba(X).argmax(1)
        return np.asarray(self.classes_[answers])

    def _images(self, rows: NDArray[Any]) -> NDArray[np.uint8]:
        """Return each of the rows (n, m) as an image, uint8 (n, 28, 28)."""
        # Halved, because the difference of two floats may be more than a float can hold.
        low, span = self.lowest_ / 2, self.highest_ / 2 - self.lowest_ / 2
        side = math.isqrt(rows.shape[1] - 1) + 1
        blank = side * side - rows.shape[1]
        images = np.empty((len(rows), SIDE, SIDE), np.uint8)
        for start in range(0, len(rows), BLOCK):
            block = rows[start : start + BLOCK].astype(np.float64) / 2
            ink = np.clip((block - low) / span, 0, 1) if span else np.zeros(block.shape)
            squares = np.pad(ink, ((0, 0), (0, blank))).reshape(-1, side, side)
            images[start : start + BLOCK] = np.rint(255 * _stretched(squares))
        return images


def _recipe(recipe: str | Recipe, random_state: int | np.random.RandomState | None) -> Recipe:
    if isinstance(recipe, str):
        recipe = Recipe.load(recipe)
    if recipe.finds or recipe.nondigits or recipe.extra_data:
        raise UsageError(
            f"the recipe {recipe.name} learns from more than images with labels: "
            "use lenet.train, or another recipe"
        )
    if random_state is None:
        return recipe
    if isinstance(random_state, np.random.RandomState):
        random_state = random_state.randint(SEEDS)
    return recipe.with_changes({"seed": int(random_state)})


def _rows(X: Any) -> Any:  # noqa: N803
    """Return images as rows; leave anything else to scikit-learn, which knows data frames."""
    if hasattr(X, "detach"):
        X = to_array(X)  # noqa: N806
    shape = tuple(getattr(X, "shape", ()))
    return to_array(X).reshape(len(X), -1) if len(shape) > 2 and shape[1:] in SHAPES else X


def _stretched(squares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Resize (n, s, s) to (n, 28, 28)."""
    side = squares.shape[1]
    if side == SIDE:
        return squares
    how = cv2.INTER_AREA if side > SIDE else cv2.INTER_LINEAR
    return np.stack([cv2.resize(each, (SIDE, SIDE), interpolation=how) for each in squares])
