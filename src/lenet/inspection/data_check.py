"""Checks a source for what harms training and testing: wrong labels, duplicates, leaks.

Labels are judged by networks that never saw the image: the training part in folds, the test part by
one trained on the whole training part.
"""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lenet.datasets import Dataset, Splits, join
from lenet.datasets.duplicates import exact_twins, near_twins
from lenet.errors import UsageError
from lenet.metrics import duration, error_count, likely_errors
from lenet.recipe import Recipe
from lenet.training import Trainer, infer

Kind = Literal["label", "exact", "near"]
Tell = Callable[[str], None]

# Of one training. Of uci-digits with 54 labels altered, recipe fast found 45 with 100 steps and
# named 3 others; with 20 steps it found 35 and named 1 other.
LEAST_STEPS = 100
LONG = 200_000  # images in all epochs of all trainings, from which the time is estimated first
TRIED_BATCHES = 20  # trained on to estimate the time; below a second


@dataclass(frozen=True)
class Finding:
    """An image to look at.

    Attributes
    ----------
    source : str
    part : {"train", "test"}
    index : int
        Of the image in its part.
    label : str
        The name of its class.
    suggested : str
        The class that it looks like; of a duplicate, the label of its twin if that is another.
    probability : float or None
        Of the suggested class; None for duplicates.
    kind : {"label", "exact", "near"}
        The label is probably wrong; the image equals an earlier one, or nearly does.
    twin : str
        That earlier image, as part:index. Training images come before test images, so the twin of
        a test image that leaked is a training image.
    """

    source: str
    part: Literal["train", "test"]
    index: int
    label: str
    suggested: str
    probability: float | None
    kind: Kind
    twin: str

    @property
    def place(self) -> str:
        """Where it is, as part:index."""
        return f"{self.part}:{self.index}"

    @property
    def is_leak(self) -> bool:
        """Whether it is a test image that is also trained on."""
        return self.part == "test" and self.twin.startswith("train")


class Facts(NamedTuple):
    """What was checked, and how.

    Attributes
    ----------
    source : str
    train, test : int
        Images of each part.
    recipe : str
    epochs : int
        Of each training.
    folds : int
    unjudged : tuple of str
        Classes with fewer training images than folds: their labels were not checked.
    """

    source: str
    train: int
    test: int
    recipe: str
    epochs: int
    folds: int
    unjudged: tuple[str, ...]


@dataclass(frozen=True)
class Check:
    """The outcome of a check.

    Attributes
    ----------
    facts : Facts
    findings : tuple of Finding
        Likely label errors, the most doubtful first; then exact and near duplicates, in order.
    """

    facts: Facts
    findings: tuple[Finding, ...]

    def of(self, kind: Kind) -> list[Finding]:
        """Return the findings of one kind."""
        return [finding for finding in self.findings if finding.kind == kind]

    def to_csv(self) -> str:
        """Return the findings as CSV with a heading; a column for each field of `Finding`."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        columns = [field.name for field in fields(Finding)]
        writer.writerow(columns)
        writer.writerows([getattr(finding, name) for name in columns] for finding in self.findings)
        return text.getvalue()


def check_data(
    splits: Splits,
    recipe: Recipe,
    *,
    folds: int = 5,
    device: str = "cpu",
    tell: Tell = lambda _: None,
) -> Check:
    """Find likely label errors, duplicates and leaks in a source.

    On a CPU, the same data, recipe and number of threads give the same findings.

    Parameters
    ----------
    splits : Splits
    recipe : Recipe
        The network and how it is trained. Its data, validation part and starting weights are left
        out: the networks must not have seen what they judge. Of small data there are more epochs,
        so that a training has 100 steps.
    folds : int
        Parts that the training images are divided into, 2 or more.
    device : str
        Name of a torch device.
    tell : callable, optional
        Called with a line before and after each training.

    Raises
    ------
    UsageError
        The recipe trains a finder, or there are fewer than two folds.
    OutcomeError
        A training diverged.
    """
    if recipe.finds:
        raise UsageError(
            f"recipe {recipe.name} trains a finder, which knows no classes: "
            "choose one for digit images, as --recipe fast"
        )
    if folds < 2:
        raise UsageError(f"found {folds} folds: a check needs 2 or more, 5 are usual")
    judged = np.bincount(splits.train.labels, minlength=len(splits.train.classes)) >= folds
    learner = _learner(recipe, len(splits.train), folds)
    every = join([splits.train, splits.test])
    findings: list[Finding] = []
    if judged.sum() >= 2:
        probabilities = _held_out(splits, learner, folds, device, tell)
        findings += _doubtful(splits, every, probabilities, judged)
    tell(f"looking for duplicates among {len(every):,} images")
    findings += _duplicates(splits, every)
    unjudged = tuple(
        name for name, is_judged in zip(every.classes, judged, strict=True) if not is_judged
    )
    facts = Facts(
        source=splits.train.name,
        train=len(splits.train),
        test=len(splits.test),
        recipe=recipe.name,
        epochs=learner.epochs,
        folds=folds,
        unjudged=unjudged,
    )
    return Check(facts, tuple(findings))


def _learner(recipe: Recipe, images: int, folds: int) -> Recipe:
    """Return how the judging networks are trained: on nothing but the images they are given."""
    steps_per_epoch = -(-images * (folds - 1) // folds // recipe.batch) or 1
    return recipe.with_changes(
        {
            "epochs": max(recipe.epochs, -(-LEAST_STEPS // steps_per_epoch)),
            "start_from": "",
            "extra_data": (),
            "nondigits": (),
            "least_share": 0.0,
            "validation": 0.0,
            "keep": "last",
            "patience": 0,
            "calibrate": False,
        }
    )


def _held_out(
    splits: Splits, learner: Recipe, folds: int, device: str, tell: Tell
) -> NDArray[np.float64]:
    """Return each image's probabilities (n, k), training part first, by a network new to it."""
    train, test = splits.train, splits.test
    tell(_announcement(train, learner, folds, device))
    probabilities = np.empty((len(train) + len(test), len(train.classes)))
    fold_of = _deal(train, folds, learner.seed)
    for fold in range(folds):
        held_out = np.flatnonzero(fold_of == fold)
        if not len(held_out):
            continue  # so many images are equal that none is left for it
        rest = train.subset(np.flatnonzero(fold_of != fold))
        probabilities[held_out] = _judge(learner, rest, train.images[held_out], device)
        wrong = probabilities[held_out].argmax(axis=1) != train.labels[held_out]
        tell(f"fold {fold + 1} of {folds}: {error_count(int(wrong.sum()), len(held_out))}")
    answers = _judge(learner, train, test.images, device)
    probabilities[len(train) :] = answers
    wrong = answers.argmax(axis=1) != test.labels
    tell(f"test images: {error_count(int(wrong.sum()), len(test))}")
    return probabilities


def _deal(train: Dataset, folds: int, seed: int) -> NDArray[np.int64]:
    """Return the fold of each image: each class is dealt evenly, and equal images stay together.

    Otherwise a network would have learnt the label of an image from its twin.
    """
    generator = np.random.default_rng(seed)
    fold_of = np.empty(len(train), np.int64)
    dealt = 0
    for label in range(len(train.classes)):
        indices = generator.permutation(np.flatnonzero(train.labels == label))
        fold_of[indices] = (np.arange(len(indices)) + dealt) % folds
        dealt += len(indices)
    return fold_of[exact_twins(train.images)]


def _judge(
    learner: Recipe, seen: Dataset, images: NDArray[np.uint8], device: str
) -> NDArray[np.float64]:
    """Train a network on `seen`, and return its probabilities for other images."""
    trainer = Trainer(learner, seen, None, device)
    for _ in trainer.epochs():
        pass
    logits = infer(trainer.result(), images).double()
    return np.asarray(logits.softmax(dim=1), np.float64)


def _announcement(train: Dataset, learner: Recipe, folds: int, device: str) -> str:
    """Return what will be trained, and for about how long if that is long."""
    # Each image is trained on in all folds but its own, and once more for the test part.
    passes = learner.epochs * len(train) * folds
    text = f"training {learner.model} {folds + 1} times for {learner.epochs} epochs"
    if passes < LONG:
        return text
    batches = train.subset(np.random.default_rng(0).permutation(len(train)))
    sample = batches.subset(slice(TRIED_BATCHES * learner.batch))
    trial = Trainer(learner.with_changes({"epochs": 2}), sample, None, device)
    *_, warm = trial.epochs()
    return f"{text}: about {duration(passes / warm.images_per_second)}"


def _place(splits: Splits, index: int) -> tuple[Literal["train", "test"], int]:
    """Return the part of an image and its index there, from its index among all images."""
    first = len(splits.train)
    return ("train", index) if index < first else ("test", index - first)


def _doubtful(
    splits: Splits, every: Dataset, probabilities: NDArray[np.float64], judged: NDArray[np.bool_]
) -> Iterator[Finding]:
    """Yield the images whose label is probably wrong."""
    rows = np.flatnonzero(judged[every.labels])
    errors = likely_errors(probabilities[rows], every.labels[rows])
    for index, suggested in zip(rows[errors.indices].tolist(), errors.suggested, strict=True):
        yield Finding(
            splits.train.name,
            *_place(splits, index),
            every.classes[every.labels[index]],
            every.classes[suggested],
            float(probabilities[index, suggested]),
            "label",
            "",
        )


def _duplicates(splits: Splits, every: Dataset) -> Iterator[Finding]:
    """Yield the images that equal an earlier one; then those that only nearly do."""
    exact = exact_twins(every.images)
    firsts = np.flatnonzero(exact == np.arange(len(exact)))
    near = np.arange(len(exact))
    near[firsts] = firsts[near_twins(every.images[firsts])]
    kinds: tuple[tuple[Kind, NDArray[np.intp]], ...] = (("exact", exact), ("near", near))
    for kind, twins in kinds:
        for index in np.flatnonzero(twins != np.arange(len(twins))).tolist():
            own, other = (every.classes[every.labels[i]] for i in (index, twins[index]))
            part, place = _place(splits, int(twins[index]))
            yield Finding(
                splits.train.name,
                *_place(splits, index),
                own,
                other if other != own else "",
                None,
                kind,
                f"{part}:{place}",
            )
