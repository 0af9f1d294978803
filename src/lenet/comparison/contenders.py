"""The classical models of scikit-learn that networks are measured against.

They take the 784 pixels in 0..1, learn from the whole training part (nothing is held out, because
nothing is chosen), and live only inside a comparison. Settings are sensible ones from the
literature and from scikit-learn; none was searched for on test data.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from lenet.datasets import Dataset
from lenet.errors import UsageError, suggest
from lenet.models import build, layer_table
from lenet.recipe import Recipe, builtin_names
from lenet.run import Run
from lenet.storage import sha256


@dataclass(frozen=True)
class Classical:
    """A kind of classical model.

    Attributes
    ----------
    about : str
        What it is and how it is set, for people.
    build : callable
        Makes a fresh one from a seed.
    stochastic : bool
        Whether the seed makes a difference; without stochastic one training says it all.
    """

    about: str
    build: Callable[[int], Any]
    stochastic: bool = False


def _knn(_seed: int) -> Any:
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(n_neighbors=3)


def _logistic_regression(_seed: int) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=0.1, tol=1e-3, max_iter=1000)


def _svm_linear(_seed: int) -> Any:
    from sklearn.svm import LinearSVC

    # The primal form: no stochastic in it, and quick where there are more images than pixels.
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
    "random-forest": Classical("300 trees", _random_forest, stochastic=True),
    "gradient-boosting": Classical(
        "100 rounds of histogram trees, a tenth of the pixels at each split",
        _gradient_boosting,
        stochastic=True,
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


@dataclass(frozen=True)
class Contender:
    """One of those compared.

    Attributes
    ----------
    name : str
        What the person called it.
    what : Run or Recipe or Classical
        A finished training, an intended one, or a classical model.
    """

    name: str
    what: Run | Recipe | Classical

    @classmethod
    def find(cls, word: str, runs: Path) -> Self:
        """Find who is meant by `word`; plain names of runs are looked for in the folder `runs`.

        Raises
        ------
        UsageError
            Nobody has that name.
        ModelError
            It is the path of a run folder that is missing or broken.
        """
        path = Path(word)
        if word in CLASSICAL:
            return cls(word, CLASSICAL[word])
        if path.suffix == ".toml" or word in builtin_names():
            return cls(word, Recipe.load(word))
        if path.is_dir() or len(path.parts) > 1:
            return cls(str(path), Run.find(path))
        if (runs / path / "run.json").is_file():
            return cls(word, Run.open(runs / path))
        known = [*builtin_names(), *CLASSICAL]
        folders = [each.parent.name for each in runs.glob("*/run.json")]
        near = get_close_matches(word, [*known, *folders], n=2)
        raise UsageError(
            f"no recipe, run or classical model {word!r}: {suggest(word, near or known)}"
        )

    @property
    def kind(self) -> Literal["run", "recipe", "classical"]:
        """What sort of contender it is, in a word."""
        match self.what:
            case Run():
                return "run"
            case Recipe():
                return "recipe"
            case Classical():
                return "classical"

    @property
    def stochastic(self) -> bool:
        """Whether another seed gives another result."""
        match self.what:
            case Run():
                return False
            case Recipe():
                return True
            case Classical():
                return self.what.stochastic

    @property
    def data(self) -> tuple[str, ...] | None:
        """Where its data come from, None if it takes any."""
        match self.what:
            case Run():
                return self.what.recipe.data
            case Recipe():
                return self.what.data
            case Classical():
                return None

    def seeds(self, count: int) -> Sequence[int]:
        """Return the seeds it is to be tried with, where `count` are wanted."""
        match self.what:
            case Run():
                return (self.what.manifest.seed,)
            case _:
                return range(count) if self.stochastic else (0,)

    def digest(self, classes: int) -> str:
        """Return the SHA-256 of all that makes its result what it is, but the seed and the data.

        Of a recipe these are its fields and the shapes of its network, so that a result is not
        taken for that of a network which has been rebuilt since.
        """
        match self.what:
            case Run():
                facts: object = self.what.manifest.weights
            case Recipe():
                network = build(self.what.model, classes, self.what.dropout)
                # Without defaults, so that a field which is added does not disown older results.
                facts = [
                    self.what.model_dump(
                        exclude={"name", "about", "seed", "data"}, exclude_defaults=True
                    ),
                    [(list(row.size), row.parameters) for row in layer_table(network)],
                ]
            case Classical():
                model = self.what.build(0)
                facts = [type(model).__name__, sorted(map(repr, model.get_params().items()))]
        return sha256(json.dumps(facts, sort_keys=True).encode())


def find_all(words: Sequence[str], runs: Path) -> list[Contender]:
    """Find everybody; see `Contender.find`.

    Raises
    ------
    UsageError
        There is nobody, or somebody is named twice.
    """
    contenders = [Contender.find(word, runs) for word in words]
    names = [contender.name for contender in contenders]
    if not names:
        raise UsageError("nothing to compare: name recipes, runs or classical models")
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"{name} is named twice: say it once")
    return contenders


def shared_data(contenders: Sequence[Contender], asked: Sequence[str] | None) -> tuple[str, ...]:
    """Return the data all are to be trained and tested on: what was `asked`, or their own.

    Raises
    ------
    UsageError
        They bring different data and none was asked for.
    """
    if asked:
        return tuple(asked)
    choosy = [(contender, data) for contender in contenders if (data := contender.data)]
    if not choosy:
        return ("mnist",)
    first, data = choosy[0]
    for other, others in choosy[1:]:
        if others != data:
            raise UsageError(
                f"{first.name} is tested on {', '.join(data)} and {other.name} on "
                f"{', '.join(others)}: choose one for all with --data"
            )
    return data
