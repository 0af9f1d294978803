"""What became of a model that was trained further: better on the new data, no worse on the old."""

import json
from dataclasses import dataclass
from pathlib import Path

from lenet import datasets
from lenet.evaluation import score
from lenet.reader import Classifier
from lenet.recipe import Recipe
from lenet.run import FINETUNING, MODEL, Run

TOLERATED = 0.002  # share of a test set that may be lost


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


def changes(recipe: Recipe, after: Classifier, data_dir: Path | None = None) -> list[Change]:
    """Ask the model that `recipe` starts from, and what came of it, about each source's test set.

    Raises
    ------
    UsageError, ModelError
        What the recipe starts from is missing, broken or altered.
    DataError
        A source cannot be read, or has other classes.
    """
    before = Classifier(Run.find(recipe.start_from).read(MODEL))
    found = []
    for source in recipe.data:
        test = datasets.load(source, data_dir).test
        errors = [score(classifier, test).errors for classifier in (before, after)]
        found.append(Change(source, len(test), *errors))
    return found


def read_changes(run: Run) -> list[Change]:
    """Return what `changes` found when `run` was finished; nothing if it began from fresh weights.

    Raises
    ------
    ModelError
        The file is missing or was altered.
    """
    if not run.recipe.start_from:
        return []
    return [Change(**change) for change in json.loads(run.read(FINETUNING))]
