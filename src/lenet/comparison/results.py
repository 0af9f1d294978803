"""What is finished: one result per line, so that nothing is trained twice."""

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
    """How one contender did with one seed.

    `contender`, `digest`, `data` and `seed` say of whom and on what, the rest what came of it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    contender: str
    digest: str = Field(description="of the contender without its name, seed and data")
    data: str = Field(description="digest of the training and the test set")
    seed: int
    total: int = Field(gt=0, description="test images")
    errors: int
    wrong: tuple[int, ...] = Field(description="indices of the test images answered wrongly")
    train_total: int | None = Field(None, description="images learnt from, where they were scored")
    train_errors: int | None = None
    parameters: int | None = None
    multiply_adds: int | None = None
    seconds: float = Field(description="of training")
    milliseconds: float = Field(description="for one image, asked alone, on one thread")
    size: int | None = Field(None, description="bytes of the ONNX file")
    finished: str = Field(description="ISO 8601 with offset")
    versions: dict[str, str]

    @model_validator(mode="after")
    def _every_error_is_an_image(self) -> Self:
        if len(self.wrong) != self.errors:
            raise ValueError(f"{self.errors} errors, but {len(self.wrong)} wrong images")
        if list(self.wrong) != sorted(set(self.wrong) & set(range(self.total))):
            raise ValueError(f"wrong images must be ascending indices below {self.total}")
        return self


class Ledger:
    """A JSON Lines file of results; new ones are appended.

    Parameters
    ----------
    path : Path
        The file; it may not be there yet.

    Attributes
    ----------
    results : list of Result
        What it holds.

    Raises
    ------
    DataError
        A line of the file is no result.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.results: list[Result] = []
        content = _read(path)
        # What follows the last end of line was cut off while it was being written.
        self._whole = content.rfind(b"\n") + 1
        for number, line in enumerate(content[: self._whole].splitlines(), 1):
            try:
                self.results.append(Result.model_validate_json(line))
            except ValidationError as error:
                fault = error.errors(include_url=False)[0]
                where = ".".join(map(str, fault["loc"])) or "line"
                raise DataError(
                    f"{path}, line {number} is no result of a comparison ({where}: "
                    f"{fault['msg'].lower()}): remove that line"
                ) from None

    def find(self, digest: str, seed: int, data: str) -> Result | None:
        """Return the result of that contender with that seed on that data, the latest if more."""
        for result in reversed(self.results):
            if (result.digest, result.seed, result.data) == (digest, seed, data):
                return result
        return None

    def append(self, result: Result) -> None:
        """Add a result to the file at once (`DataError` when the disk refuses)."""
        line = result.model_dump_json().encode() + b"\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self._cut_off():
                os.truncate(self.path, self._whole)
            with self.path.open("ab") as file:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise cannot_write(self.path, error) from None
        self.results.append(result)

    def _cut_off(self) -> bool:
        content = _read(self.path)
        self._whole = content.rfind(b"\n") + 1
        return self._whole < len(content)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}; choose another place") from None


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
