"""What further training changed: better on the new data, no worse on the old."""

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

TOLERATED = 0.002  # the share of a test set that may be lost


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
            found.append(Change(f"{source}, what is no digit", len(others), *taken))
    return found


def _taken_for_digits(classifier: Classifier, others: Dataset) -> int:
    """Return how many of `others`, which show no digits, are not refused."""
    return int((~classifier.judge(classifier.logits(others.images)).refused).sum())


def read_changes(run: Run) -> list[Change]:
    """Return the `changes` kept by a finished run; none if it began from fresh weights.

    Raises
    ------
    ModelError
        The file is missing or was altered.
    """
    if not run.recipe.start_from:
        return []
    return [Change(**change) for change in json.loads(run.read(FINETUNING))]
