"""What became of a model that was trained further: better on the new data, no worse on the old."""

import json
from dataclasses import dataclass, replace

from lenet import datasets
from lenet.datasets import Dataset, Source
from lenet.datasets.parts import Parts
from lenet.errors import DataError
from lenet.evaluation.scoring import score
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


def with_former_tests(recipe: Recipe, parts: Parts) -> Parts:
    """Add the test sets of what the model was made from that `recipe` starts from.

    Whoever teaches it from corrections alone is to hear what it unlearnt as well. A folder, IDX
    files or corrections that were somewhere else then, or of other classes, are left out.

    Raises
    ------
    UsageError, ModelError
        What the recipe starts from is missing, broken or altered.
    DataError
        Such a test set cannot be had.
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
            ) from None
        if test.classes == parts.test.classes:
            tests[source] = test
    return replace(parts, tests=tests)


def changes(recipe: Recipe, after: Classifier, parts: Parts) -> list[Change]:
    """Ask the model that `recipe` starts from, and what came of it, about each source's test set.

    Raises
    ------
    UsageError, ModelError
        What the recipe starts from is missing, broken or altered.
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
            found.append(Change(f"{source}, what is no digit", len(others), *taken))
    return found


def _taken_for_digits(classifier: Classifier, others: Dataset) -> int:
    """Return how many of `others`, which show no digit, are not refused."""
    return int((~classifier.judge(classifier.logits(others.images)).refused).sum())


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
