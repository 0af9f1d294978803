"""A model's card as facts: how it was made and what it scores, without a place on this machine."""

from pathlib import PurePath
from typing import Any

from pydantic import BaseModel, Field

from lenet.datasets import Source
from lenet.datasets.parts import Part
from lenet.evaluation import read_changes
from lenet.recipe import Recipe
from lenet.run import MEASURED
from lenet.server.models import Served

SOURCES = ("data", "extra_data", "nondigits")  # fields of a recipe that name sources
COUNTS = ("train", "validation", "test", "nondigits")  # numbers of images a manifest may hold
NONDIGITS = ", what is no digit"  # how a change of those is told from one of the source's digits


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
