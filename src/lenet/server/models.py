"""The models that are served, and the card of each; private paths are left out."""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Annotated, Any, Literal, NotRequired

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field
from typing_extensions import TypedDict  # pydantic takes only this one before Python 3.12

from lenet.datasets import Source
from lenet.datasets.parts import Part
from lenet.errors import ModelError, UsageError
from lenet.evaluation import NONDIGITS, read_changes
from lenet.reader import DEFAULT_MODEL, Reader
from lenet.recipe import Recipe
from lenet.run import (
    EMBEDDING,
    HISTORY,
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
    shipped_readers,
)
from lenet.server.queues import Answers, Batcher
from lenet.storage import read_arrays

if TYPE_CHECKING:
    from lenet.inspection.feature_maps import Layers
    from lenet.inspection.operations import Operation

Content = Literal[
    "card", "scores", "mistakes", "history", "figures", "embedding", "kernels", "layers", "network"
]

# What the API can return about a model, and the files of its run that this needs.
FILES: dict[Content, list[str]] = {
    "card": [RECIPE],
    "scores": [SCORES],
    "mistakes": [MISTAKES],
    "history": [HISTORY],
    "figures": [],  # some of `FIGURES`
    "embedding": [EMBEDDING],
    "kernels": [LAYER_FACTS, WEIGHTS],
    "layers": [LAYER_FACTS, LAYERS],
    "network": [LAYER_FACTS, WEIGHTS],
}
# Of a run, for its report. Those that the page does not draw itself come first.
FIGURES = ("roc", "robustness", "reliability", "curves", "confusion")
SOURCES = ("data", "extra_data", "nondigits")  # fields of a recipe that name sources
COUNTS = ("train", "validation", "test", "nondigits")  # image counts that a manifest may hold


DigitClass = Annotated[
    int, Field(ge=0, le=9, description="Left out by a model of other classes than the ten digits.")
]
OtherClass = Annotated[
    str,
    Field(description="By a model of other classes, instead of `digit`: the name of the class."),
]
# `class` is no name of a field in a class statement.
ClassAnswer = TypedDict(
    "ClassAnswer", {"digit": NotRequired[DigitClass], "class": NotRequired[OtherClass]}
)


class Served:
    """One model that is served.

    Parameters
    ----------
    name : str
        Its name in the API.
    run : Run
    reader : Reader
    watch : callable
        Called with the size of each batch.
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
        # Read now, so that a broken file stops the service from starting.
        known = {name for files in FILES.values() for name in files} | {*map(_drawn, FIGURES)}
        names = known & set(run.manifest.files)
        self._files = {name: run.read(name) for name in names}
        self._arrays = read_arrays(run.folder / WEIGHTS)[0] if WEIGHTS in names else {}

    @property
    def reads_digits(self) -> bool:
        """Whether its classes are the ten digits."""
        return self.reader.networks.reads_digits

    @cached_property
    def answers(self) -> list[ClassAnswer]:
        """How JSON tells each class: as ``digit``, or as ``class`` where they are no digits."""
        classes = self.reader.classifier.classes
        if self.reads_digits:
            return [{"digit": digit} for digit in range(len(classes))]
        return [{"class": name} for name in classes]

    def classify(self, images: NDArray[np.uint8]) -> Answers:
        """Return the network's answers for uint8 images ``(n, 28, 28)``."""
        classifier = self.reader.classifier
        judgement = classifier.judge(classifier.logits(images))
        return Answers(
            judgement.answers.tolist(), judgement.probabilities.tolist(), judgement.statuses
        )

    def has(self, content: Content) -> bool:
        """Whether the run has the files that `content` needs, and its layers are readable."""
        if not all(name in self._files for name in FILES[content]):
            return False
        with suppress(ModelError):
            # Opening them takes time, but a client that asks will need them open anyway.
            match content:
                case "figures":
                    return bool(self.figures)
                case "kernels":
                    return self.kernels is not None
                case "layers":
                    return self.layer_facts is not None and self.layers is not None
                case "network":
                    return self.operations is not None
                case _:
                    return True
        return False

    def _file(self, name: str) -> bytes:
        if name not in self._files:
            raise ModelError(f"{self.name} has no {name}: this run was made without it")
        return self._files[name]

    # Each property raises `ModelError` if the file is missing or invalid. They are computed when
    # first used, because their imports take longer than starting the service.

    @cached_property
    def layers(self) -> "Layers":
        """The network, with every layer as an output."""
        from lenet.inspection.feature_maps import Layers

        return Layers(self._file(LAYERS), threads=1)

    @cached_property
    def layer_facts(self) -> list[LayerFacts]:
        """Facts about each layer."""
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
    def operations(self) -> "list[Operation]":
        """What each layer does, with its weights."""
        from lenet.inspection.operations import operations

        return operations(self.layer_facts, self._arrays)

    @cached_property
    def scores(self) -> dict[str, Any]:
        """The content of `scores.json`."""
        scores: dict[str, Any] = json.loads(self._file(SCORES))
        return scores

    @cached_property
    def mistakes(self) -> dict[str, Any]:
        """The content of `mistakes.json`."""
        mistakes: dict[str, Any] = json.loads(self._file(MISTAKES))
        return mistakes

    @cached_property
    def embedding(self) -> dict[str, Any]:
        """The content of `embedding.json`."""
        embedding: dict[str, Any] = json.loads(self._file(EMBEDDING))
        return embedding

    @cached_property
    def history(self) -> list[dict[str, Any]]:
        """The lines of `history.jsonl`, one for each epoch."""
        return [json.loads(line) for line in self._file(HISTORY).splitlines()]

    @property
    def figures(self) -> dict[str, bytes]:
        """The figures that were drawn for its report, as PNG, by name."""
        return {name: self._files[_drawn(name)] for name in FIGURES if _drawn(name) in self._files}


def _drawn(figure: str) -> str:
    return f"figures/{figure}.png"


def load_models(
    names: Sequence[str | Path] = (),
    *,
    allow_regressed: bool = False,
    watch: Callable[[str], Callable[[int], Any]] = lambda name: lambda images: None,
) -> dict[str, Served]:
    """Load models by name or run folder; without `names`, all readers that ship with the package.

    Raises
    ------
    UsageError
        There is no such model, or two would have the same name.
    ModelError
        A model is missing, broken, unfinished or marked as regressed, or a file that is served was
        altered.
    """
    shipped = sorted(shipped_readers(), key=lambda name: (name != DEFAULT_MODEL, name))
    models: dict[str, Served] = {}
    for asked in names or shipped:
        run = Run.find(asked)
        name = run.folder.resolve().name
        if name in models:
            raise UsageError(f"two models are called {name}: rename one of the folders")
        if run.manifest.state == "regressed" and not allow_regressed:
            raise ModelError(
                f"{run.folder} is marked as regressed, it does worse on some of its data than the "
                "model it started from: choose another, or use --allow-regressed"
            )
        # One thread each, because requests are already handled in parallel.
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
    """Errors on one source's test set, before (the model it started from) and after training."""

    source: str
    nondigits: bool = Field(description="Whether these are images that show no digit.")
    total: int
    before: int
    after: int


class Condition(BaseModel):
    """Errors on test images under one condition, such as noise."""

    name: str
    errors: int
    total: int


class Table(BaseModel):
    """A table of results as text."""

    columns: list[str]
    rows: list[list[str]]


class Elsewhere(BaseModel):
    """Results on pictures from outside its data."""

    title: str
    lead: str
    tables: list[Table]
    notes: list[str]


class Measured(BaseModel):
    """Results beyond a model's scores: ``measured.json``."""

    conditions: list[Condition] = Field([], description="The unchanged images come first.")
    elsewhere: Elsewhere | None = None


class Card(BaseModel):
    """How a model was made and what it scores. Of private sources only the kind is shown."""

    name: str
    about: str
    classes: list[str]
    recipe: dict[str, Any] = Field(description="Its fields, as in recipe.toml.")
    recipe_file: str = Field(description="The same as TOML, for `lenet train --recipe`.")
    version: str = Field(description="Of lenet, that trained it.")
    images: dict[str, int] = Field(description="By part: train, validation, test, nondigits.")
    seed: int
    seconds: float = Field(description="Of training.")
    device: str
    threads: int
    started: str = Field(description="ISO 8601 with offset.")
    weights: str = Field(description="SHA-256 of names, types, shapes and values of all arrays.")
    temperature: float | None = Field(description="Divides the logits; null if not calibrated.")
    rejection: float | None = Field(description="Lower scores are refused; null: never refuses.")
    scores: list[PartErrors]
    changes: list[Change] = Field(description="Empty unless it started from another model.")
    measured: Measured


def card_of(served: Served) -> Card:
    """Return the card of a model that is served."""
    run, classifier = served.run, served.reader.classifier
    scores = served.scores if served.has("scores") else {}
    return Card(
        name=served.name,
        about=run.recipe.about,
        classes=list(classifier.classes),
        recipe=(public := public_recipe(run.recipe)),
        recipe_file=run.recipe.with_changes(public).to_toml(),
        version=run.manifest.versions.get("lenet", ""),
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
    """Return a recipe's fields for JSON, without the paths of its sources.

    Of `start_from` and `finder` only the last part is kept: the name of a model or run folder.
    """
    fields: dict[str, Any] = recipe.model_dump(mode="json")
    for name in SOURCES:
        fields[name] = [Source.parse(source).public for source in fields[name]]
    for name in ("start_from", "finder"):
        fields[name] = PurePath(fields[name]).name
    return fields
