"""The matrix of contenders and seeds: train what is missing, score it, keep the result."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet import datasets, experiment, training
from lenet.comparison.contenders import (
    Classical,
    Contender,
    as_pixels,
    costs,
    find_all,
    fit,
    shared_data,
)
from lenet.comparison.results import LEDGER, Ledger, Result
from lenet.comparison.standings import Comparison, Standing
from lenet.datasets import Dataset, Splits
from lenet.datasets.parts import learnt_before, preparation_of, split_parts
from lenet.errors import DataError, ModelError, OutcomeError, UsageError
from lenet.evaluation import read_scores
from lenet.finder import Preparation
from lenet.models import layer_table
from lenet.reader import Classifier
from lenet.recipe import Recipe
from lenet.run import MODEL, SCORES, Run
from lenet.storage import sha256

TIMED_IMAGES = 200  # images predicted one by one to measure the time, enough for a steady median
TIMED_SECONDS = 2.0  # at most


@dataclass(frozen=True)
class Cell:
    """One contender with one seed."""

    contender: Contender
    seed: int
    digest: str


class Watcher(training.Watcher):
    """Callbacks during a comparison; every method does nothing by default."""

    def opens(self, cell: Cell, position: int, total: int) -> None:
        """Handle the start of a cell, `position` from 1 of `total`."""

    def closes(self, result: Result, position: int, total: int, kept: bool) -> None:
        """Handle a result; `kept` if it is an earlier one."""

    def fails(self, error: OutcomeError) -> None:
        """Handle a training that diverged; the others continue."""


class Matrix:
    """All contenders with all their seeds, validated before anything is trained.

    Parameters
    ----------
    words : sequence of str
        Names of the contenders.
    seeds, data, runs, data_dir, device
        See `lenet.comparison.compare`.
    ledger : Path, optional
        The file of finished results, by default `LEDGER` in `runs`.

    Attributes
    ----------
    contenders : list of Contender
    cells : list of Cell
        Seed by seed, so that an interrupted comparison has results of every contender.
    failures : list of str
        Trainings that diverged.
    arguments : dict
        What makes the same matrix in another process.
    """

    def __init__(
        self,
        words: Sequence[str],
        *,
        seeds: int = 5,
        data: Sequence[str] | None = None,
        runs: str | Path = "runs",
        data_dir: str | Path | None = None,
        device: str = "auto",
        ledger: Path | None = None,
    ) -> None:
        self.arguments = {
            "words": list(words),
            "seeds": seeds,
            "data": None if data is None else list(data),
            "runs": str(runs),
            "data_dir": None if data_dir is None else str(data_dir),
            "device": device,
        }
        if seeds < 1:
            raise UsageError(f"a comparison needs one seed or more, found {seeds}: use --seeds 5")
        self.runs = Path(runs)
        self.data_dir = Path(data_dir) if data_dir else None
        self.device = device
        self.contenders = find_all(words, self.runs)
        self.sources = shared_data(self.contenders, data)
        self._loaded: dict[Preparation | None, dict[str, Splits]] = {}
        self.splits = datasets.join_splits(self._load(None).values())
        for contender in self.contenders:
            _check_classes(contender, self.splits.test)
        self.ledger = Ledger(ledger or self.runs / LEDGER)
        self.digest = sha256((self.splits.train.digest + self.splits.test.digest).encode())
        cells = [
            Cell(contender, seed, digest)
            for contender in self.contenders
            for digest in [contender.digest(len(self.splits.test.classes))]
            for seed in contender.seeds(seeds)
        ]
        self.cells = sorted(cells, key=lambda cell: 0 if _is_run(cell) else cell.seed)
        self.failures: list[str] = []
        self._runs_scored: dict[str, Result] = {}

    def result(self, cell: Cell) -> Result | None:
        """Return the result of `cell`, if there is one."""
        if _is_run(cell):
            return self._runs_scored.get(cell.contender.name)
        return self.ledger.find(cell.digest, cell.seed, self.digest)

    def complete(
        self, watcher: Watcher, enough: Callable[[], bool] = lambda: False
    ) -> Iterator[Result]:
        """Yield the result of each cell; start nothing new once `enough` returns True."""
        for position, cell in enumerate(self.cells, 1):
            result, kept = self.result(cell), True
            if result is None:
                if enough():
                    continue
                watcher.opens(cell, position, len(self.cells))
                try:
                    result, kept = self.obtain(cell, watcher), False
                    self.keep(cell, result)
                except OutcomeError as error:
                    self.give_up(cell, str(error), watcher)
                    continue
            watcher.closes(result, position, len(self.cells), kept)
            yield result

    def comparison(self) -> Comparison:
        """Compare the contenders that have a result."""
        by_name: dict[str, list[Result]] = {}
        for cell in self.cells:
            if result := self.result(cell):
                by_name.setdefault(cell.contender.name, []).append(result)
        standings = [
            Standing(contender.name, contender.kind, contender.stochastic, tuple(results))
            for contender in self.contenders
            if (results := by_name.get(contender.name))
        ]
        return Comparison.of(standings, self.splits.test.name, tuple(self.failures))

    def keep(self, cell: Cell, result: Result) -> None:
        """Keep the result of a cell: in the file, unless it is a run's (`DataError`: it cannot)."""
        if _is_run(cell):
            self._runs_scored[cell.contender.name] = result
        else:
            self.ledger.append(result)

    def give_up(self, cell: Cell, reason: str, watcher: Watcher) -> None:
        """Note that the training of a cell diverged."""
        failure = f"{cell.contender.name}, seed {cell.seed}: {reason}"
        self.failures.append(failure)
        watcher.fails(OutcomeError(failure))

    def obtain(self, cell: Cell, watcher: Watcher) -> Result:
        """Return the result of a cell, which is trained if need be, and not kept here.

        Raises
        ------
        OutcomeError
            Its training diverged.
        """
        match cell.contender.what:
            case Run() as run:
                return self._result(cell, score_run(run, self._test_for(run)))
            case Recipe() as recipe:
                changes = {"seed": cell.seed, "data": self.sources}
                run = self._train(recipe.with_changes(changes), watcher)
                return self._result(cell, score_run(run, self._test_for(run)))
            case Classical() as kind:
                return self._result(cell, score_classical(kind, cell.seed, self.splits))

    def _load(self, learnt: Preparation | None) -> dict[str, Splits]:
        """Load the data, with pictures made into images as a model takes them, each way once."""
        if learnt not in self._loaded:
            is_alike = learnt is not None and self.splits.preparation in (None, learnt)
            self._loaded[learnt] = (
                self._loaded[None]
                if is_alike
                else datasets.load_each(
                    self.sources, self.data_dir, show_progress=True, learnt=learnt
                )
            )
        return self._loaded[learnt]

    def _test_for(self, run: Run) -> Dataset:
        """Return the test images as the model of a run takes them.

        Raises
        ------
        DataError
            A picture that shows nothing to one model shows something to another.
        """
        test = datasets.join_splits(self._load(preparation_of(run)).values()).test
        if not np.array_equal(test.labels, self.splits.test.labels):
            raise DataError(
                f"{run.folder.name} takes pictures of {test.name} in another way and finds others "
                "empty: leave out ?skip-broken, or compare models that were trained alike"
            )
        return test

    def _train(self, recipe: Recipe, watcher: Watcher) -> Run:
        """Train `recipe`, or return or finish an earlier run of it."""
        run = self._find_run(recipe)
        if run is None:
            return experiment.train(
                recipe,
                runs=self.runs,
                data_dir=self.data_dir,
                device=self.device,
                report=False,
                watcher=watcher,
            )
        if run.manifest.state == "training":
            return experiment.resume(
                run.folder, data_dir=self.data_dir, report=False, watcher=watcher
            )
        if run.manifest.state == "diverged":
            raise OutcomeError(f"training diverged before: remove {run.folder} to try again")
        return run

    def _find_run(self, recipe: Recipe) -> Run | None:
        """Find a run of an equal recipe, under any name, on the same data."""
        runs: list[Run] = []
        for manifest in sorted(self.runs.glob("*/run.json")):
            try:
                run = Run.open(manifest.parent)
            except ModelError:
                continue  # a broken run folder does not stop the comparison
            if _intent(run.recipe) == _intent(recipe):
                runs.append(run)
        if not runs:
            return None
        sources = self._load(learnt_before(recipe))
        facts = split_parts(recipe, sources, data_dir=self.data_dir).facts()
        order = ["done", "training", "diverged", "regressed"]
        same = [run for run in runs if run.manifest.data == facts]
        return min(same, key=lambda run: order.index(run.manifest.state), default=None)

    def _result(self, cell: Cell, outcome: Mapping[str, object]) -> Result:
        return Result.model_validate(
            {
                "contender": cell.contender.name,
                "digest": cell.digest,
                "data": self.digest,
                "seed": cell.seed,
                "finished": datetime.now(UTC).astimezone().isoformat(timespec="seconds"),
                **outcome,
            }
        )


def _is_run(cell: Cell) -> bool:
    return isinstance(cell.contender.what, Run)


def _intent(recipe: Recipe) -> dict[str, object]:
    return recipe.model_dump(exclude={"name", "about"})


def _check_classes(contender: Contender, test: Dataset) -> None:
    if not isinstance(contender.what, Run):
        return
    classes = Classifier(contender.what.read(MODEL)).classes
    if classes != test.classes:
        raise DataError(
            f"{contender.name} has the classes {', '.join(classes)}, but {test.name} has "
            f"{', '.join(test.classes)}: choose --data with the same classes, or leave it out"
        )


def score_run(run: Run, test: Dataset) -> dict[str, object]:
    """Score the ONNX model of a run on the test images, and measure its costs.

    Raises
    ------
    ModelError
        The run is unfinished, broken or altered.
    """
    content = run.read(MODEL)
    classifier = Classifier(content, threads=1)
    layers = layer_table(experiment.load(run.folder))
    train = read_scores(run).get("train") if SCORES in run.manifest.files else None
    return {
        **_count(classifier.probabilities(test.images).argmax(axis=1), test),
        "train_total": train.total if train else None,
        "train_errors": train.errors if train else None,
        "parameters": sum(layer.parameters for layer in layers),
        "multiply_adds": sum(layer.multiply_adds for layer in layers),
        "seconds": run.manifest.seconds,
        "milliseconds": time_one(classifier.logits, test.images),
        "size": len(content),
        "versions": run.manifest.versions,
    }


def score_classical(kind: Classical, seed: int, splits: Splits) -> dict[str, object]:
    """Train a classical model and score it on the test images."""
    model, seconds = fit(kind, seed, splits.train)
    pixels = as_pixels(splits.test.images)
    parameters, multiply_adds = costs(model)
    return {
        **_count(model.predict(pixels), splits.test),
        "parameters": parameters,
        "multiply_adds": multiply_adds,
        "seconds": seconds,
        "milliseconds": time_one(model.predict, pixels),
        "versions": {name: version(name) for name in ("lenet", "scikit-learn", "numpy")},
    }


def _count(answers: NDArray[np.int64], test: Dataset) -> dict[str, object]:
    wrong = np.flatnonzero(answers != test.labels)
    return {"total": len(test), "errors": len(wrong), "wrong": wrong.tolist()}


def time_one(predict: Callable[[NDArray[Any]], object], inputs: NDArray[Any]) -> float:
    """Return the median milliseconds for one image, predicting images one by one."""
    times: list[float] = []
    started = time.perf_counter()
    for i in range(TIMED_IMAGES):
        one = inputs[i % len(inputs)][None]
        before = time.perf_counter()
        predict(one)
        after = time.perf_counter()
        times.append(after - before)
        if after - started > TIMED_SECONDS:
            break
    return 1000 * median(times)


def compare(
    contenders: Sequence[str],
    *,
    seeds: int = 5,
    data: Sequence[str] | None = None,
    runs: str | Path = "runs",
    data_dir: str | Path | None = None,
    device: str = "auto",
    watcher: Watcher | None = None,
) -> Comparison:
    """Train what is missing, score all contenders on one test set, and test significance.

    Parameters
    ----------
    contenders : sequence of str
        Run folders, recipes (built-in names or TOML files), classical models.
    seeds : int
        Recipes are trained once with each seed 0..seeds-1.
    data : sequence of str, optional
        Data to train and test on. By default the contenders' own, which must be the same.
    runs : path
        Folder of the run folders and of the file with finished results.
    data_dir : path, optional
        Folder searched first for MNIST.
    device : str
        ``auto``, ``cpu``, ``cuda`` or ``mps``.
    watcher : Watcher, optional
        Receives callbacks.

    Raises
    ------
    UsageError
        A contender is unknown or named twice, there is no seed, or the data differ.
    DataError
        The data cannot be read, or have other classes than a run.
    ModelError
        A run folder is missing, broken or unfinished.

    Examples
    --------
    >>> import tempfile
    >>> outcome = compare(["svm-linear", "knn"], data=["uci-digits"], runs=tempfile.mkdtemp())
    >>> [(standing.name, standing.errors) for standing in outcome.standings]
    [('knn', (6,)), ('svm-linear', (18,))]
    >>> outcome.pairs[0].better
    'knn'
    """
    matrix = Matrix(contenders, seeds=seeds, data=data, runs=runs, data_dir=data_dir, device=device)
    for _ in matrix.complete(watcher or Watcher()):
        pass
    return matrix.comparison()
