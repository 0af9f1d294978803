"""What one finished model comes to on the test set, as facts of a `Result`."""

import time
from collections.abc import Callable
from importlib.metadata import version
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet import experiment
from lenet.comparison.classical import Classical, as_pixels, costs, fit
from lenet.datasets import Dataset, Splits
from lenet.evaluation import read_scores
from lenet.models import layer_table
from lenet.reader import Classifier
from lenet.run import MODEL, SCORES, Run

TIMED_IMAGES = 200  # how many images a model is asked about one by one to time it
TIMED_SECONDS = 2.0  # but for no longer than this


def score_run(run: Run, test: Dataset) -> dict[str, object]:
    """Ask the ONNX model of a run about every test image, and weigh it.

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
    """Train a classical model and ask it about every test image."""
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


def time_one(ask: Callable[[NDArray[Any]], object], inputs: NDArray[Any]) -> float:
    """Return the median milliseconds for one image when images come one by one."""
    times: list[float] = []
    started = time.perf_counter()
    for i in range(TIMED_IMAGES):
        one = inputs[i % len(inputs)][None]
        before = time.perf_counter()
        ask(one)
        after = time.perf_counter()
        times.append(after - before)
        if after - started > TIMED_SECONDS:
            break
    return 1000 * median(times)
