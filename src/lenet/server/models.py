"""The models that are served, and what is known of each: its card as facts, without places."""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from lenet.datasets import Source
from lenet.datasets.parts import Part
from lenet.errors import ModelError, UsageError
from lenet.evaluation import NONDIGITS, read_changes
from lenet.reader import DEFAULT_MODEL, Reader
from lenet.recipe import Recipe
from lenet.run import (
    LAYER_FACTS,
    LAYERS,
    MEASURED,
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
SOURCES = ("data", "extra_data", "nondigits")  # fields of a recipe that name sources
COUNTS = ("train", "validation", "test", "nondigits")  # numbers of images a manifest may hold


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


class PartErrors(BaseModel):
    """The errors on one part of the data."""

    part: Part
    errors: int
    total: int
    interval: list[float] = Field(description="95 % interval of the error rate: low, high.")


class Change(BaseModel):
    """Errors on the test set of one source, of the model it began with and of this one."""

    source: str
    nondigits: bool = Field(description="Whether these are the images that show no digit.")
    total: int
    before: int
    after: int


class Condition(BaseModel):
    """Errors on test images that were disturbed in one way."""

    name: str
    errors: int
    total: int


class Table(BaseModel):
    """Figures in words."""

    columns: list[str]
    rows: list[list[str]]


class Elsewhere(BaseModel):
    """What was measured on other pictures than its data's."""

    title: str
    lead: str
    tables: list[Table]
    notes: list[str]


class Measured(BaseModel):
    """What was measured of a model beyond its scores: ``measured.json``."""

    conditions: list[Condition] = Field([], description="The undisturbed images come first.")
    elsewhere: Elsewhere | None = None


class Card(BaseModel):
    """How a model was made and what it scores. Private sources are told by their kind alone."""

    name: str
    about: str
    classes: list[str]
    recipe: dict[str, Any] = Field(description="Its fields, as in recipe.toml.")
    images: dict[str, int] = Field(description="By part: train, validation, test, nondigits.")
    seed: int
    seconds: float = Field(description="Of training.")
    device: str
    threads: int
    started: str = Field(description="ISO 8601 with offset.")
    weights: str = Field(description="SHA-256.")
    temperature: float | None = Field(description="Divides the logits; null: not calibrated.")
    rejection: float | None = Field(description="Lower scores are refused; null: none is.")
    scores: list[PartErrors]
    changes: list[Change] = Field(description="Empty unless it began with another model.")
    measured: Measured


def card_of(served: Served) -> Card:
    """Return the card of a model that is served."""
    run, classifier = served.run, served.reader.classifier
    scores = served.scores if served.has("scores") else {}
    return Card(
        name=served.name,
        about=run.recipe.about,
        classes=list(classifier.classes),
        recipe=public_recipe(run.recipe),
        images={part: run.manifest.data[part] for part in COUNTS if run.manifest.data.get(part)},
        seed=run.manifest.seed,
        seconds=run.manifest.seconds,
        device=run.manifest.device,
        threads=run.manifest.threads,
        started=run.manifest.started,
        weights=run.manifest.weights,
        temperature=classifier.temperature if run.recipe.calibrate else None,
        rejection=classifier.rejection,
        scores=[
            PartErrors.model_validate({**score, "part": part}) for part, score in scores.items()
        ],
        changes=[
            Change(
                source=Source.parse(change.source.removesuffix(NONDIGITS)).public,
                nondigits=change.source.endswith(NONDIGITS),
                total=change.total,
                before=change.before,
                after=change.after,
            )
            for change in read_changes(run)
        ],
        measured=(
            Measured.model_validate_json(run.read(MEASURED))
            if MEASURED in run.manifest.files
            else Measured()
        ),
    )


def public_recipe(recipe: Recipe) -> dict[str, Any]:
    """Return a recipe's fields as JSON holds them, its sources and its start without their places.

    What the training began with is told by its last name: a model, or the folder of a run.
    """
    fields: dict[str, Any] = recipe.model_dump(mode="json")
    for name in SOURCES:
        fields[name] = [Source.parse(source).public for source in fields[name]]
    fields["start_from"] = PurePath(recipe.start_from).name
    return fields
