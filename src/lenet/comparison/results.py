"""The result of a contender with one seed: how it is measured, and the file that keeps it."""

import os
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from lenet import experiment
from lenet.comparison.contenders import Classical, as_pixels, costs, fit
from lenet.datasets import Dataset, Splits
from lenet.errors import DataError
from lenet.evaluation import read_scores
from lenet.models import layer_table
from lenet.reader import Classifier
from lenet.run import MODEL, SCORES, Run
from lenet.storage import cannot_write

LEDGER = "comparison.jsonl"  # beside the run folders


class Result(BaseModel):
    """The result of one contender with one seed.

    `contender`, `digest`, `data` and `seed` identify it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    contender: str
    digest: str = Field(description="of the contender, without name, seed and data")
    data: str = Field(description="digest of the training and the test set")
    seed: int
    total: int = Field(gt=0, description="test images")
    errors: int
    wrong: tuple[int, ...] = Field(description="indices of the misread test images")
    train_total: int | None = Field(None, description="training images, if they were scored")
    train_errors: int | None = None
    parameters: int | None = None
    multiply_adds: int | None = None
    seconds: float = Field(description="of training")
    milliseconds: float = Field(description="for a single image, on one thread")
    size: int | None = Field(None, description="bytes of the ONNX file")
    finished: str = Field(description="ISO 8601 with offset")
    versions: dict[str, str]

    @model_validator(mode="after")
    def _check_wrong(self) -> Self:
        if len(self.wrong) != self.errors:
            raise ValueError(f"{self.errors} errors, but {len(self.wrong)} wrong images")
        if list(self.wrong) != sorted(set(self.wrong) & set(range(self.total))):
            raise ValueError(f"wrong images must be ascending indices below {self.total}")
        return self


class Ledger:
    """A JSON Lines file of results.

    Parameters
    ----------
    path : Path
        The file; created when a result is appended.

    Attributes
    ----------
    results : list of Result
        The results in the file.

    Raises
    ------
    DataError
        A line of the file is not a result.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.results: list[Result] = []
        for number, line in enumerate(_complete_lines(path).splitlines(), 1):
            try:
                self.results.append(Result.model_validate_json(line))
            except ValidationError as error:
                fault = error.errors(include_url=False)[0]
                field = ".".join(map(str, fault["loc"])) or "line"
                raise DataError(
                    f"{path}, line {number} is not a result of a comparison ({field}: "
                    f"{fault['msg'].lower()}): remove that line"
                ) from error

    def find(self, digest: str, seed: int, data: str) -> Result | None:
        """Return the latest result with this digest, seed and data."""
        for result in reversed(self.results):
            if (result.digest, result.seed, result.data) == (digest, seed, data):
                return result
        return None

    def append(self, result: Result) -> None:
        """Append a result to the file (`DataError` if it cannot be written)."""
        line = result.model_dump_json().encode() + b"\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            complete = _complete_lines(self.path)
            with self.path.open("ab") as file:
                file.truncate(len(complete))
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise cannot_write(self.path, error) from error
        self.results.append(result)


def _complete_lines(path: Path) -> bytes:
    """Return the file without a last line that was cut off while it was being written."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}; choose another place") from error
    return content[: content.rfind(b"\n") + 1]


TIMED_IMAGES = 200  # images predicted one by one to measure the time, enough for a steady median
TIMED_SECONDS = 2.0  # at most


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
