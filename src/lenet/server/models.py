"""The models that are served, and what is known of each."""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from lenet.errors import ModelError, UsageError
from lenet.reader import DEFAULT_MODEL, Reader
from lenet.run import (
    LAYER_FACTS,
    LAYERS,
    MISTAKES,
    MODEL,
    RECIPE,
    SCORES,
    WEIGHTS,
    LayerFacts,
    Run,
    shipped_names,
)
from lenet.server.queues import Answers, Batcher
from lenet.storage import read_arrays

if TYPE_CHECKING:
    from lenet.inspection.feature_maps import Layers

Content = Literal["card", "scores", "mistakes", "kernels", "layers"]

# What the API may tell of a model, and the files of its run that it comes from.
FILES: dict[Content, list[str]] = {
    "card": [RECIPE],
    "scores": [SCORES],
    "mistakes": [MISTAKES],
    "kernels": [LAYER_FACTS, WEIGHTS],
    "layers": [LAYER_FACTS, LAYERS],
}


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
        # Read once, at the start, when a broken one can still be reported.
        names = {name for files in FILES.values() for name in files} & set(run.manifest.files)
        self._files = {name: run.read(name) for name in names}
        self._arrays = read_arrays(run.folder / WEIGHTS)[0] if WEIGHTS in names else {}

    def classify(self, images: NDArray[np.uint8]) -> Answers:
        """Return what the network says of uint8 images ``(n, 28, 28)``."""
        classifier = self.reader.classifier
        judgement = classifier.judge(classifier.logits(images))
        return Answers(
            judgement.answers.tolist(), judgement.probabilities.tolist(), judgement.statuses
        )

    def has(self, content: Content) -> bool:
        """Whether the run has the files that `content` comes from, and its layers are readable."""
        if not all(name in self._files for name in FILES[content]):
            return False
        with suppress(ModelError):
            # Opening them takes time; whoever looks inside needs them open anyway.
            match content:
                case "kernels":
                    return self.kernels is not None
                case "layers":
                    return self.layer_facts is not None and self.layers is not None
                case _:
                    return True
        return False

    def _file(self, name: str) -> bytes:
        if name not in self._files:
            raise ModelError(f"{self.name} has no {name}: this run was made without it")
        return self._files[name]

    # Each of these raises `ModelError` where the run lacks the file or it holds something else, and
    # is made when first asked for: what it needs takes longer to import than the service to start.

    @cached_property
    def layers(self) -> "Layers":
        """The network with every layer as an output."""
        from lenet.inspection.feature_maps import Layers

        return Layers(self._file(LAYERS), threads=1)

    @cached_property
    def layer_facts(self) -> list[LayerFacts]:
        """What the layers are."""
        from lenet.inspection.feature_maps import read_facts

        return read_facts(self._file(LAYER_FACTS))

    @cached_property
    def kernels(self) -> dict[str, tuple[NDArray[np.float32], NDArray[np.float32]]]:
        """Kernels and biases of every convolution, by layer."""
        from lenet.inspection.feature_maps import stored_kernels

        return {
            layer.name: stored_kernels(layer.kernels, self._arrays)
            for layer in self.layer_facts
            if layer.kernels
        }

    @cached_property
    def scores(self) -> dict[str, Any]:
        """What `scores.json` says."""
        scores: dict[str, Any] = json.loads(self._file(SCORES))
        return scores

    @cached_property
    def mistakes(self) -> dict[str, Any]:
        """What `mistakes.json` says."""
        mistakes: dict[str, Any] = json.loads(self._file(MISTAKES))
        return mistakes


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
        One is missing, broken, altered in any file that is served, unfinished, or marked as
        regressed.
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
                f"{run.folder} is marked as regressed, it does worse on some of its data than the "
                "model it began from: choose another, or say --allow-regressed"
            )
        # One thread each: requests are what is worked on side by side.
        reader = Reader(run.folder, threads=1)
        models[name] = Served(name, run, reader, watch(name))
    return models
