"""Scoring a model on a part of its data: ONNX Runtime, no torch."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lenet import datasets, metrics
from lenet.datasets import Dataset, Splits
from lenet.errors import DataError, UsageError
from lenet.metrics import Scores
from lenet.reader import Classifier
from lenet.recipe import Recipe
from lenet.run import MODEL, SCORES, Run

Part = Literal["test", "validation", "train"]


@dataclass(frozen=True)
class Parts:
    """The data of a recipe, ready to train and test on.

    Attributes
    ----------
    train, validation : Dataset
        Of the recipe's data and extra data together.
    test : Dataset
        Of the recipe's data alone.
    nondigits, nondigits_validation : Dataset, optional
        Images that show no class.
    folder : Path, optional
        Where MNIST was looked for first.
    """

    train: Dataset
    validation: Dataset | None
    test: Dataset
    nondigits: Dataset | None = None
    nondigits_validation: Dataset | None = None
    folder: Path | None = None

    @classmethod
    def load(cls, recipe: Recipe, data_dir: Path | None = None) -> "Parts":
        """Load the recipe's sources and carve its validation parts (`DataError`)."""
        splits = datasets.load_all(recipe.data, data_dir, show_progress=True)
        return cls.of(recipe, splits, data_dir)

    @classmethod
    def of(cls, recipe: Recipe, splits: Splits, data_dir: Path | None = None) -> "Parts":
        """Carve the recipe's parts out of its data, loaded already, and what it adds to them."""

        def carve(whole: Dataset) -> tuple[Dataset, Dataset | None]:
            return datasets.carve(whole, recipe.validation, recipe.seed, recipe.validation_split)

        def load(sources: tuple[str, ...]) -> Dataset:
            return datasets.load_all(sources, data_dir, show_progress=True).train

        parts = [carve(splits.train)]
        if recipe.least_share:  # the sources one by one, to repeat the small ones
            parts = [carve(load((source,))) for source in recipe.data]
        if recipe.extra_data:
            parts.append(carve(load(recipe.extra_data)))
        trains = [train for train, _ in parts]
        if recipe.least_share:
            least = recipe.least_share * sum(map(len, trains))
            trains = [
                train for each in trains for train in [each] * max(1, round(least / len(each)))
            ]
        validations = [validation for _, validation in parts if validation]
        others, others_held_out = (
            carve(load(recipe.nondigits)) if recipe.nondigits else (None, None)
        )
        return cls(
            datasets.join(trains),
            datasets.join(validations) if validations else None,
            splits.test,
            others,
            others_held_out,
            data_dir,
        )

    def present(self) -> dict[Part, Dataset]:
        """Return the parts that there are, by name."""
        parts: dict[Part, Dataset | None] = {
            "test": self.test,
            "validation": self.validation,
            "train": self.train,
        }
        return {name: part for name, part in parts.items() if part is not None}

    def facts(self) -> dict[str, object]:
        """Return what `run.json` says of them."""
        facts: dict[str, object] = {"name": self.train.name, "classes": list(self.train.classes)}
        for name, part in self.present().items():
            facts |= {name: len(part), f"{name}_digest": part.digest}
        if self.nondigits:
            facts |= {"nondigits": len(self.nondigits), "nondigits_digest": self.nondigits.digest}
        return facts


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
    parts = Parts.load(recipe, folder).present()
    if part not in parts:
        raise UsageError(f"{run.folder} held out no {part} part: say --split train or test")
    return score(classifier, parts[part])


def score(classifier: Classifier, dataset: Dataset) -> Scores:
    """Ask `classifier` about every image of `dataset` and count (`DataError`: other classes)."""
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
