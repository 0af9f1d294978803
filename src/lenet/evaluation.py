"""How good a model is: its scores, what it misread, and what further training changed.

Models run in ONNX Runtime; nothing here needs torch.
"""

import base64
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet import datasets, metrics
from lenet.datasets import Dataset, Source
from lenet.datasets.parts import Part, Parts, load_parts
from lenet.errors import DataError, UsageError
from lenet.metrics import Scores
from lenet.reader import Classifier
from lenet.recipe import Recipe
from lenet.run import FINETUNING, MODEL, SCORES, Run

MOST_MISTAKES = 100  # images kept: some 100 kB, and more than anybody looks at
FORMER_NONDIGITS = ", what is no digit"  # in runs made before the word was changed
NONDIGITS = ", non-digits"  # ends the source of a change on images that show no class
TOLERATED = 0.002  # the share of a test set that may be lost
LICENCES = {
    "mnist": "Images of MNIST by Yann LeCun, Corinna Cortes and Christopher J. C. Burges, "
    "CC BY-SA 3.0, https://creativecommons.org/licenses/by-sa/3.0/"
}


def evaluate(
    model: str | Path,
    *,
    part: Part = "test",
    data: list[str] | None = None,
    data_dir: str | Path | None = None,
) -> Scores:
    """Score the ONNX model of a run on a part of its own data, or of other `data`.

    Raises
    ------
    UsageError
        No such model, or the run has no such part.
    DataError
        The data cannot be read, or has other classes than the model.
    ModelError
        The model is missing, broken or altered.
    """
    run = Run.find(model)
    classifier = Classifier(run.read(MODEL))
    recipe = run.recipe.with_changes({"data": data}) if data else run.recipe
    folder = Path(data_dir) if data_dir else None
    if part == "test":
        return score(classifier, datasets.load_all(recipe.data, folder, show_progress=True).test)
    parts = load_parts(recipe, folder).present()
    if part not in parts:
        raise UsageError(f"{run.folder} held out no {part} part: say --split train or test")
    return score(classifier, parts[part])


def score(classifier: Classifier, dataset: Dataset) -> Scores:
    """Classify every image of `dataset` and count.

    Raises
    ------
    DataError
        `dataset` has other classes than `classifier`.
    """
    if classifier.classes != dataset.classes:
        raise DataError(
            f"the model tells {', '.join(classifier.classes)} apart, but {dataset.name} holds "
            f"{', '.join(dataset.classes)}: choose data with the same classes"
        )
    probabilities = classifier.probabilities(dataset.images)
    return metrics.evaluate(probabilities, dataset.labels, dataset.classes)


def read_scores(run: Run) -> dict[str, Scores]:
    """Return the scores of a finished run by part."""
    return {name: Scores.from_dict(part) for name, part in json.loads(run.read(SCORES)).items()}


def find_mistakes(
    classifier: Classifier,
    test: Dataset,
    most: int = MOST_MISTAKES,
    hidden: NDArray[np.bool_] | None = None,
) -> dict[str, Any]:
    """Classify every image of `test` and return the misread ones, as JSON holds them.

    Parameters
    ----------
    classifier : Classifier
    test : Dataset
        With the classes of `classifier`; n images.
    most : int
        The most images to return, those with the most probable answers; all are counted.
    hidden : bool ndarray (n,), optional
        Images that are counted but never returned.

    Returns
    -------
    dict
        ``total`` and ``errors``; how many of all images are ``refused`` or ``uncertain``;
        ``confident_errors``, which are neither; and the list ``mistakes``, each with ``index``,
        ``truth``, ``answer``, ``probability``, ``status`` and ``image``, 784 bytes in base64.
        ``licence`` says whose the images are, where that is known.
    """
    judgement = classifier.judge(classifier.logits(test.images))
    answers, probabilities = judgement.answers, judgement.probabilities.max(axis=1)
    statuses = np.array(judgement.statuses, dtype=object)
    wrong = answers != test.labels
    (shown,) = np.nonzero(wrong if hidden is None else wrong & ~hidden)
    worst = shown[np.argsort(-probabilities[shown], kind="stable")][:most]
    names = test.name.split("+")
    known = [LICENCES[name] for name in names if name in LICENCES]
    if len(known) < len(names):
        known = [f"{licence}; the others are not theirs" for licence in known]
    return {
        **({"licence": "; ".join(known)} if known else {}),
        "total": len(test),
        "errors": int(wrong.sum()),
        "refused": int((statuses == "not_a_digit").sum()),
        "uncertain": int((statuses == "uncertain").sum()),
        "confident_errors": int((wrong & (statuses == "digit")).sum()),
        "mistakes": [
            {
                "index": int(index),
                "truth": int(test.labels[index]),
                "answer": int(answers[index]),
                "probability": float(probabilities[index]),
                "status": statuses[index],
                "image": base64.b64encode(test.images[index].tobytes()).decode("ascii"),
            }
            for index in worst
        ],
    }


@dataclass(frozen=True)
class Change:
    """Errors on the test set of one source, before and after."""

    source: str
    total: int
    before: int
    after: int

    @property
    def regressed(self) -> bool:
        """Whether more was lost than is tolerated: of a small test set, more than one image."""
        return self.after - self.before > max(1, self.total * TOLERATED)

    def __str__(self) -> str:
        return f"{self.source}: {self.before} errors of {self.total:,} before, {self.after} after"


def with_former_tests(recipe: Recipe, parts: Parts) -> Parts:
    """Add the test sets that the starting model of `recipe` was trained with.

    So a model trained further on corrections alone shows what it forgot as well. A folder, IDX
    files or corrections that are no longer there, or have other classes, are left out.

    Raises
    ------
    UsageError, ModelError
        The starting model is missing, broken or altered.
    DataError
        One of the test sets cannot be loaded.
    """
    if not recipe.start_from:
        return parts
    tests = dict(parts.tests)
    for source in Run.find(recipe.start_from).recipe.data:
        if source in tests:
            continue
        try:
            test = datasets.load(source, parts.folder, show_progress=True).test
        except DataError as error:
            if Source.parse(source).is_private:
                continue
            raise DataError(
                f"{source} is needed, on which {recipe.start_from} is tested before and after: "
                f"{error}"
            ) from error
        if test.classes == parts.test.classes:
            tests[source] = test
    return replace(parts, tests=tests)


def changes(recipe: Recipe, after: Classifier, parts: Parts) -> list[Change]:
    """Count the errors of the starting model of `recipe`, and of `after`, on each test set.

    Raises
    ------
    UsageError, ModelError
        The starting model is missing, broken or altered.
    DataError
        It has other classes.
    """
    before = Classifier(Run.find(recipe.start_from).read(MODEL))
    found = []
    for source in dict.fromkeys((*parts.tests, *parts.other_tests)):
        if test := parts.tests.get(source):
            errors = [score(classifier, test).errors for classifier in (before, after)]
            found.append(Change(source, len(test), *errors))
        if others := parts.other_tests.get(source):
            taken = [_taken_for_digits(classifier, others) for classifier in (before, after)]
            found.append(Change(source + NONDIGITS, len(others), *taken))
    return found


def _taken_for_digits(classifier: Classifier, others: Dataset) -> int:
    """Return how many of `others`, which show no digits, are not refused."""
    return int((~classifier.judge(classifier.logits(others.images)).refused).sum())


def read_changes(run: Run) -> list[Change]:
    """Return what further training changed, as a finished run keeps it; else an empty list.

    Raises
    ------
    ModelError
        The file is missing or was altered.
    """
    if not run.recipe.start_from:
        return []
    changes = [Change(**change) for change in json.loads(run.read(FINETUNING))]
    return [
        replace(change, source=change.source.replace(FORMER_NONDIGITS, NONDIGITS))
        for change in changes
    ]
