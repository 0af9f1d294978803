"""The models that are served, and what is known of each."""

import json
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lenet.errors import DataError, ModelError, UsageError
from lenet.reader import DEFAULT_MODEL, Reader, softmax
from lenet.run import CARD, LAYERS, MODEL, SCORES, Run, shipped_names
from lenet.server.batching import Answers, Batcher

if TYPE_CHECKING:
    from lenet.inspection.graph import Graph
    from lenet.inspection.layers import Layers

# What there may be of a model, and the file of its run that it comes from.
FILES = {"card": CARD, "scores": SCORES, "mistakes": SCORES, "kernels": LAYERS, "layers": LAYERS}

# Sources whose test images lie somewhere; others are drawn anew, which takes long.
LYING = ("mnist", "uci-digits", "idx", "folder")

MIN_PROBABILITY = 0.5  # a digit less probable is uncertain
MISTAKES = 100  # of a model are kept at most


class Mistakes(NamedTuple):
    """The test images that a model misreads, the most certain answers first.

    Attributes
    ----------
    data : str
        Name of the data.
    total, errors : int
        How many test images there are, and how many of them are misread.
    indices : int ndarray (n,)
        Where the worst of these are among the test images.
    images : uint8 ndarray (n, 28, 28)
    labels : int64 ndarray (n,)
    probabilities : float64 ndarray (n, 10)
    """

    data: str
    total: int
    errors: int
    indices: NDArray[np.intp]
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    probabilities: NDArray[np.float64]


class Served:
    """One model that is served.

    Parameters
    ----------
    name : str
        What the API calls it.
    run : Run
    reader : Reader
    watch : callable
        Is told the size of each batch.
    """

    def __init__(
        self,
        name: str,
        run: Run,
        reader: Reader,
        watch: Callable[[int], Any] = lambda images: None,
    ) -> None:
        self.name = name
        self.run = run
        self.reader = reader
        self.batcher = Batcher(self.classify, watch)
        self.digest = run.manifest.files[MODEL]

    def classify(self, images: NDArray[np.uint8]) -> Answers:
        """Return what the network says of uint8 images ``(n, 28, 28)``."""
        classifier = self.reader.classifier
        logits = classifier.logits(images)
        probabilities = softmax(logits.astype(np.float64) / classifier.temperature)
        strange = (
            [False] * len(images)
            if classifier.rejection is None
            else (classifier.scores(logits) < classifier.rejection).tolist()
        )
        return Answers(probabilities.argmax(axis=1).tolist(), probabilities.tolist(), strange)

    def has(self, what: str) -> bool:
        """Whether the run has the file that `what` (a key of `FILES`) comes from."""
        return FILES[what] in self.run.manifest.files

    # Each of these raises `ModelError` where the run lacks the file, and is read when first asked
    # for: what it needs takes longer to import than the service to start.

    @cached_property
    def layers(self) -> "Layers":
        """The network with every layer as an output."""
        from lenet.inspection.layers import Layers

        return Layers(self.run.read(LAYERS), threads=1)

    @cached_property
    def graph(self) -> "Graph":
        """What the layers are."""
        from lenet.inspection.graph import Graph

        return Graph(self.run.read(LAYERS))

    @cached_property
    def shapes(self) -> list[tuple[int, ...]]:
        """The shape of what each layer gives for one image."""
        blank = np.zeros((28, 28), np.uint8)
        return [values.shape for values in self.layers.outputs(blank).values()]

    @cached_property
    def card(self) -> str:
        """The model card in Markdown."""
        return self.run.read(CARD).decode()

    @cached_property
    def scores(self) -> dict[str, Any]:
        """What `scores.json` says."""
        scores: dict[str, Any] = json.loads(self.run.read(SCORES))
        return scores

    @cached_property
    def mistakes(self) -> Mistakes:
        """What it misreads of the test images on this machine (`DataError`: none are there)."""
        from lenet import datasets

        sources = [source for source in self.run.recipe.data if source.partition(":")[0] in LYING]
        if not sources:
            raise DataError(f"{self.name} was tested on no images that lie somewhere")
        test = datasets.load_all(sources, download=False).test
        probabilities = self.reader.classifier.probabilities(test.images)
        answers = probabilities.argmax(axis=1)
        wrong = np.flatnonzero(answers != test.labels)
        certain = np.argsort(-probabilities[wrong, answers[wrong]], kind="stable")
        worst = wrong[certain[:MISTAKES]]
        return Mistakes(
            test.name,
            len(test),
            len(wrong),
            worst,
            test.images[worst],
            test.labels[worst],
            probabilities[worst],
        )


def load_models(
    names: Sequence[str | Path] = (),
    *,
    allow_regressed: bool = False,
    watch: Callable[[str], Callable[[int], Any]] = lambda name: lambda images: None,
) -> dict[str, Served]:
    """Load models by name or run folder; without any, all that ship with the package.

    Raises
    ------
    UsageError
        There is no such model, or two would have the same name.
    ModelError
        One is missing, broken, altered, unfinished, or marked as regressed.
    """
    shipped = sorted(shipped_names(), key=lambda name: (name != DEFAULT_MODEL, name))
    models: dict[str, Served] = {}
    for asked in names or shipped:
        run = Run.find(asked)
        name = run.folder.resolve().name
        if name in models:
            raise UsageError(f"two models are called {name}: rename one of the folders")
        if run.manifest.state == "regressed" and not allow_regressed:
            raise ModelError(
                f"{run.folder} is marked as regressed, it reads MNIST worse than the model it "
                "began from: choose another, or say --allow-regressed"
            )
        # One thread each: requests are what is worked on side by side.
        reader = Reader(run.folder, threads=1, min_probability=MIN_PROBABILITY)
        models[name] = Served(name, run, reader, watch(name))
    return models
