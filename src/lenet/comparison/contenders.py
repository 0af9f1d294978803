"""What a comparison compares: runs, recipes, and classical models of scikit-learn.

Classical models take the 784 pixels in 0..1 and learn from the whole training part; nothing is held
out, because nothing is selected.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC, LinearSVC

from lenet.datasets import Dataset
from lenet.errors import UsageError, suggest
from lenet.metrics import duration
from lenet.models import build, layer_table
from lenet.recipe import Recipe, builtin_names, measured_outcome
from lenet.run import MANIFEST, Run, shipped_names
from lenet.storage import sha256

RECIPE = "recipe:"  # before the name of a recipe, where a model has the same name


@dataclass(frozen=True)
class Classical:
    """A classical model and its settings.

    Attributes
    ----------
    about : str
        The settings, in words.
    build : callable
        Returns an untrained estimator for a seed.
    stochastic : bool
        Whether the result depends on the seed; otherwise it is trained only once.
    """

    about: str
    build: Callable[[int], Any]
    stochastic: bool = False


# The settings are common ones; none was tuned on test data.
CLASSICAL = {
    "knn": Classical(
        "the 3 nearest neighbours, Euclidean distance",
        lambda _: KNeighborsClassifier(n_neighbors=3),
    ),
    "logistic-regression": Classical(
        "multinomial, C = 0.1", lambda _: LogisticRegression(C=0.1, tol=1e-3, max_iter=1000)
    ),
    "svm-linear": Classical(
        "one against the rest, squared hinge, C = 0.01",
        # The primal form is deterministic, and fast with more images than pixels.
        lambda _: LinearSVC(C=0.01, dual=False),
    ),
    "svm-rbf": Classical(
        "Gaussian kernel, C = 5, gamma = 1/(784·variance)",
        lambda _: SVC(C=5, gamma="scale", cache_size=1000),
    ),
    "random-forest": Classical(
        "300 trees",
        lambda seed: RandomForestClassifier(n_estimators=300, random_state=seed, n_jobs=-1),
        stochastic=True,
    ),
    "gradient-boosting": Classical(
        "100 rounds of histogram trees, a tenth of the pixels at each split",
        lambda seed: HistGradientBoostingClassifier(
            max_iter=100, max_features=0.1, early_stopping=False, random_state=seed
        ),
        stochastic=True,
    ),
}


def fit(kind: Classical, seed: int, train: Dataset) -> tuple[Any, float]:
    """Train a model; return it and the training time in seconds."""
    model = kind.build(seed)
    pixels = as_pixels(train.images)
    started = time.perf_counter()
    model.fit(pixels, train.labels)
    seconds = time.perf_counter() - started
    if getattr(model, "n_jobs", None):
        model.set_params(n_jobs=1)  # starting threads takes longer than a single prediction
    return model, seconds


def as_pixels(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Turn uint8 images ``(n, 28, 28)`` into the input of these models: ``(n, 784)``, 0..1."""
    return np.divide(images.reshape(len(images), -1), 255, dtype=np.float32)


def costs(model: Any) -> tuple[int | None, int | None]:
    """Return the weights of a trained classical model, and its multiply-adds for one image.

    None where undefined: trees only compare; neighbours and support vectors are examples, not
    weights.
    """
    if hasattr(model, "support_vectors_"):  # each is compared with the image, then weighted
        vectors, pixels = model.support_vectors_.shape
        return None, int(vectors * pixels + vectors * model.dual_coef_.shape[0])
    if hasattr(model, "coef_"):
        return int(model.coef_.size + model.intercept_.size), int(model.coef_.size)
    if hasattr(model, "n_samples_fit_"):
        return None, int(model.n_samples_fit_ * model.n_features_in_)
    return None, None


@dataclass(frozen=True)
class Contender:
    """A model in a comparison.

    Attributes
    ----------
    name : str
        As the user wrote it, without ``recipe:``.
    what : Run or Recipe or Classical
        A finished training, one to be done, or a classical model.
    """

    name: str
    what: Run | Recipe | Classical

    @classmethod
    def find(cls, word: str, runs: Path) -> Self:
        """Return the contender that `word` names.

        A shipped model or a run, also one in the folder `runs`, comes before a recipe of its
        name; ``recipe:NAME`` always means the recipe.

        Raises
        ------
        UsageError
            Nothing has that name.
        ModelError
            It is the path of a run folder that is missing or broken.
        """
        if word in CLASSICAL:
            return cls(word, CLASSICAL[word])
        if word.startswith(RECIPE) or word.endswith(".toml"):
            name = word.removeprefix(RECIPE)
            return cls(name, Recipe.load(name))
        if word in shipped_names():
            return cls(word, Run.find(word))
        path = Path(word)
        for folder in (path, runs / path):
            if (folder / MANIFEST).is_file():
                return cls(str(path), Run.open(folder))
        if word in builtin_names():
            return cls(word, Recipe.load(word))
        if path.is_dir() or len(path.parts) > 1:
            return cls(str(path), Run.find(path))
        known = [*builtin_names(), *CLASSICAL]
        folders = [each.parent.name for each in runs.glob(f"*/{MANIFEST}")]
        near = get_close_matches(word, [*known, *folders], n=2)
        raise UsageError(
            f"no recipe, run or classical model {word!r}: {suggest(word, near or known)}"
        )

    @property
    def kind(self) -> Literal["run", "recipe", "classical"]:
        """The sort of contender, in a word."""
        if isinstance(self.what, Run):
            return "run"
        return "recipe" if isinstance(self.what, Recipe) else "classical"

    @property
    def stochastic(self) -> bool:
        """Whether the result depends on the seed."""
        if isinstance(self.what, Classical):
            return self.what.stochastic
        return isinstance(self.what, Recipe)

    @property
    def data(self) -> tuple[str, ...] | None:
        """Its sources of data, None if it takes any."""
        match self.what:
            case Run():
                return self.what.recipe.data
            case Recipe():
                return self.what.data
            case Classical():
                return None

    def prospect(self, trainings: int, data: Sequence[str]) -> str | None:
        """Return a line for the user on what will be trained and how long that takes.

        Parameters
        ----------
        trainings : int
            How many there will be.
        data : sequence of str
            What it will be trained on.

        Returns
        -------
        str or None
            None if there is nothing to say.
        """
        if isinstance(self.what, Run):
            if self.name not in builtin_names():
                return None
            return f"{self.name} is a finished model: {RECIPE}{self.name} trains the recipe instead"
        if not trainings:
            return None
        line = f"{self.name} will be trained {'once' if trainings == 1 else f'{trainings} times'}"
        if isinstance(self.what, Classical):
            return line
        count = self.what.epochs
        epochs = "1 epoch" if count == 1 else f"{count} epochs"
        line += f", for {'up to ' if self.what.patience else ''}{epochs}"
        measured = measured_outcome(self.what.with_changes({"data": list(data)}))
        if measured is None:
            return line + "; how long that takes was not measured"
        each, total = duration(measured.seconds), duration(trainings * measured.seconds)
        together = f" each, {total} in total," if trainings > 1 else ""
        return f"{line}; {each}{together} when it was measured"

    def seeds(self, count: int) -> Sequence[int]:
        """Return the seeds to train with: `count` of them if the result depends on the seed."""
        if isinstance(self.what, Run):
            return (self.what.manifest.seed,)
        return range(count) if self.stochastic else (0,)

    def digest(self, classes: int) -> str:
        """Return the SHA-256 of everything that determines its result, except seed and data.

        For a recipe these are its fields and the shapes of its network, so that a result is not
        reused after the network has changed.
        """
        match self.what:
            case Run():
                facts: object = self.what.manifest.weights
            case Recipe():
                network = build(self.what.model, classes, self.what.dropout)
                # Without defaults, so that adding a field does not invalidate older results.
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
    """Find all contenders; see `Contender.find`.

    Raises
    ------
    UsageError
        No name is given, one is given twice, or one is a finder's.
    """
    contenders = [Contender.find(word, runs) for word in words]
    for contender in contenders:
        _refuse_finder(contender)
    names = [contender.name for contender in contenders]
    contenders = [
        replace(contender, name=word) if names.count(contender.name) > 1 else contender
        for contender, word in zip(contenders, words, strict=True)
    ]
    names = [contender.name for contender in contenders]
    if not names:
        raise UsageError("nothing to compare: name recipes, runs or classical models")
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"{name} is named twice: name it once")
    return contenders


def _refuse_finder(contender: Contender) -> None:
    match contender.what:
        case Run():
            contender.what.require_reader()
        case Recipe(finds=True):
            raise UsageError(
                f"{contender.name} trains a finder, which does not read digit images: train it by "
                "itself, then `lenet evaluate RUN` says how well it finds"
            )


def shared_data(contenders: Sequence[Contender], asked: Sequence[str] | None) -> tuple[str, ...]:
    """Return the data to train and test on: those `asked` for, or the contenders' own.

    Raises
    ------
    UsageError
        The contenders use different data and none was asked for.
    """
    if asked:
        return tuple(asked)
    with_data = [(contender, data) for contender in contenders if (data := contender.data)]
    if not with_data:
        return ("mnist",)
    first, data = with_data[0]
    for other, other_data in with_data[1:]:
        if other_data != data:
            raise UsageError(
                f"{first.name} is tested on {', '.join(data)} and {other.name} on "
                f"{', '.join(other_data)}: choose one for all with --data"
            )
    return data
