"""Evaluation of a model: its scores, its mistakes, and what further training changed.

Models run in ONNX Runtime; torch is not needed.
"""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet import datasets, metrics
from lenet.datasets import Dataset, Source, Splits
from lenet.datasets.named import NAMED
from lenet.datasets.parts import Part, Parts, load_parts
from lenet.errors import DataError, UsageError
from lenet.metrics import Scores
from lenet.metrics.detection import DetectionScores
from lenet.reader import Classifier
from lenet.recipe import Recipe
from lenet.run import FINETUNING, MODEL, SCORES, Run

MOST_MISTAKES = 100  # images kept: about 100 kB, and more than anyone looks at
NONDIGITS = ", non-digits"  # ends `Change.source` for images of no class
FORMER_NONDIGITS = ", what is no digit"  # its wording in older runs
TOLERATED = 0.002  # share of a test set that further training may lose
LICENCES = {
    "mnist": "Images of MNIST by Yann LeCun, Corinna Cortes and Christopher J. C. Burges, "
    "CC BY-SA 3.0, https://creativecommons.org/licenses/by-sa/3.0/",
    **{name: named.licence for name, named in NAMED.items()},
}


def evaluate(
    model: str | Path,
    data: Dataset | Sequence[str] | None = None,
    *,
    part: Part = "test",
    data_dir: str | Path | None = None,
    tell: Callable[[str], None] = lambda note: None,
) -> Scores:
    """Score the ONNX model of a run on part of its own data, or on other data.

    Pictures of a source become images as `predict` makes them with this model, unless the source
    says otherwise (``?fit=`` or ``?polarity=``).

    Parameters
    ----------
    model : str or path
        A run folder, or the name of a shipped model.
    data : Dataset or sequence of str, optional
        A dataset, of which all images are scored, or sources, of which `part` is.
    part : {"test", "validation", "train"}
    data_dir : path, optional
        The folder to look for data in first.
    tell : callable, optional
        Is called with what was guessed or changed while the data was read, line by line.

    Raises
    ------
    UsageError
        There is no such model, it is a finder, or its data has no such part.
    DataError
        The data cannot be read, or its classes differ from the model's.
    ModelError
        The model is missing, broken or altered.
    """
    run = Run.find(model).require_reader()
    classifier = Classifier(run.read(MODEL))
    if isinstance(data, Dataset):
        if part != "test":
            raise UsageError(f"{data.name} is one part, found part={part!r}: leave it out")
        return score(classifier, data)
    recipe = run.recipe.with_changes({"data": list(data)}) if data else run.recipe
    folder, learnt = Path(data_dir) if data_dir else None, classifier.preparation
    loaded: Splits | Parts
    if part == "test":
        loaded = datasets.load_all(recipe.data, folder, show_progress=True, learnt=learnt)
        parts: dict[Part, Dataset] = {"test": loaded.test}
    else:
        loaded = load_parts(recipe, folder, learnt)
        parts = loaded.present()
    for note in loaded.notes:
        tell(note)
    if part not in parts:
        raise UsageError(f"{run.folder} has no {part} part: use --split train or test")
    return score(classifier, parts[part])


def score(
    classifier: Classifier, dataset: Dataset, logits: NDArray[np.floating] | None = None
) -> Scores:
    """Classify every image of `dataset` and return the scores.

    `logits` are what the classifier says of them, if it was asked before.

    Raises
    ------
    DataError
        The classes of `dataset` and `classifier` differ.
    """
    if classifier.classes != dataset.classes:
        raise DataError(
            f"the model's classes are {', '.join(classifier.classes)}, but those of {dataset.name} "
            f"are {', '.join(dataset.classes)}: choose data with the same classes"
        )
    probabilities = classifier.calibrated(
        classifier.logits(dataset.images) if logits is None else logits
    )
    return metrics.evaluate(probabilities, dataset.labels, dataset.classes)


def read_scores(run: Run) -> dict[str, Scores]:
    """Return the scores of a finished run, by part of its data."""
    return {name: Scores.from_dict(part) for name, part in json.loads(run.read(SCORES)).items()}


def read_detections(run: Run) -> dict[str, DetectionScores]:
    """Return the scores of a finished run of a finder, by part of its scenes."""
    parts = json.loads(run.read(SCORES))
    return {name: DetectionScores.from_dict(part) for name, part in parts.items()}


def find_mistakes(
    classifier: Classifier,
    test: Dataset,
    most: int = MOST_MISTAKES,
    hidden: NDArray[np.bool_] | None = None,
    logits: NDArray[np.floating] | None = None,
) -> dict[str, Any]:
    """Classify every image of `test` and return the misread ones, ready for JSON.

    Parameters
    ----------
    classifier : Classifier
    test : Dataset
        n images, with the same classes as `classifier`.
    most : int
        Largest number of images to return, highest probability first; all are counted.
    hidden : bool ndarray (n,), optional
        Images that are counted but never returned.
    logits : float ndarray (n, k), optional
        What `classifier` says of them, if it was asked before.

    Returns
    -------
    dict
        ``total`` and ``errors``; how many of all images are ``refused`` or ``uncertain``;
        ``confident_errors``, the errors that are neither; ``wrong``, lists of the ``index``,
        ``truth`` and ``answer`` of every error, in the order of `test`, by which models are
        compared image by image; the list ``mistakes``, each with
        ``index``, ``truth``, ``answer``, ``probability``, ``status`` and ``image`` (784 bytes in
        base64); and ``licence``, the authors and terms of the images, where known.
    """
    judgement = classifier.judge(classifier.logits(test.images) if logits is None else logits)
    answers, probabilities = judgement.answers, judgement.probabilities.max(axis=1)
    statuses = np.array(judgement.statuses, dtype=object)
    wrong = answers != test.labels
    (shown,) = np.nonzero(wrong if hidden is None else wrong & ~hidden)
    worst = shown[np.argsort(-probabilities[shown], kind="stable")][:most]
    licence = licence_of(test)
    return {
        **({"licence": licence} if licence else {}),
        "total": len(test),
        "errors": int(wrong.sum()),
        "refused": int((statuses == "not_a_digit").sum()),
        "uncertain": int((statuses == "uncertain").sum()),
        "confident_errors": int((wrong & (statuses == "digit")).sum()),
        "wrong": {
            "index": np.flatnonzero(wrong).tolist(),
            "truth": test.labels[wrong].tolist(),
            "answer": answers[wrong].tolist(),
        },
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


def licence_of(dataset: Dataset) -> str:
    """Return the authors and terms of the images of a dataset; empty where they are not known."""
    names = dataset.name.split("+")
    licences = [LICENCES[name] for name in names if name in LICENCES]
    if len(licences) < len(names):
        licences = [f"{licence}; this does not cover the other images" for licence in licences]
    return "; ".join(licences)


@dataclass(frozen=True)
class Change:
    """Errors on the test set of one source, before and after further training."""

    source: str
    total: int
    before: int
    after: int

    @property
    def regressed(self) -> bool:
        """Whether errors rose by more than `TOLERATED`, and by more than one image."""
        return self.after - self.before > max(1, self.total * TOLERATED)

    def __str__(self) -> str:
        return f"{self.source}: {self.before} errors of {self.total:,} before, {self.after} after"


def with_former_tests(recipe: Recipe, parts: Parts) -> Parts:
    """Add the test sets of the model that `recipe` starts from.

    They show what a model forgot when it was trained further on corrections alone. Folders, IDX
    files or corrections that are gone, or have other classes, are left out.

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
            loaded = datasets.load(
                source, parts.folder, show_progress=True, learnt=parts.preparation
            )
        except DataError as error:
            if Source.parse(source).is_private:
                continue
            raise DataError(
                f"{source} is needed to test {recipe.start_from} before and after training: {error}"
            ) from error
        if loaded.test.classes == parts.test.classes:
            tests[source] = loaded.test
    return replace(parts, tests=tests)


def changes(recipe: Recipe, after: Classifier, parts: Parts) -> list[Change]:
    """Count errors on each test set, for the model that `recipe` starts from and for `after`.

    Raises
    ------
    UsageError, ModelError
        The starting model is missing, broken or altered.
    DataError
        Its classes differ.
    """
    before = Classifier(Run.find(recipe.start_from).read(MODEL))
    result = []
    for source in dict.fromkeys((*parts.tests, *parts.other_tests)):
        if test := parts.tests.get(source):
            errors = [score(classifier, test).errors for classifier in (before, after)]
            result.append(Change(source, len(test), *errors))
        if nondigits := parts.other_tests.get(source):
            errors = [_count_accepted(classifier, nondigits) for classifier in (before, after)]
            result.append(Change(source + NONDIGITS, len(nondigits), *errors))
    return result


def _count_accepted(classifier: Classifier, nondigits: Dataset) -> int:
    """Return how many `nondigits` are not refused."""
    return int((~classifier.judge(classifier.logits(nondigits.images)).refused).sum())


def read_changes(run: Run) -> list[Change]:
    """Return the changes stored in a finished run; empty if it was trained from scratch.

    A finder that was taught further has none: its scores say what it finds.

    Raises
    ------
    ModelError
        The file is missing or was altered.
    """
    if not run.recipe.start_from or run.recipe.finds:
        return []
    changes = [Change(**change) for change in json.loads(run.read(FINETUNING))]
    return [
        replace(change, source=change.source.replace(FORMER_NONDIGITS, NONDIGITS))
        for change in changes
    ]
