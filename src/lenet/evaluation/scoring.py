"""Scores of a model on a part of its data."""

import json
from pathlib import Path

from lenet import datasets, metrics
from lenet.datasets import Dataset
from lenet.datasets.parts import Part, load_parts
from lenet.errors import DataError, UsageError
from lenet.metrics import Scores
from lenet.reader import Classifier
from lenet.run import MODEL, SCORES, Run


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
