"""A model's card as facts: how it was made and what it scores, without a place on this machine."""

from pathlib import PurePath
from typing import Any

from lenet.evaluation.finetuning import read_changes
from lenet.recipe import Recipe
from lenet.server.models import Served

PRIVATE = ("folder", "idx", "corrections")  # kinds of source whose place is the owner's business
SOURCES = ("data", "extra_data", "nondigits")  # fields of a recipe that name sources
COUNTS = ("train", "validation", "test", "nondigits")  # numbers of images a manifest may hold
NONDIGITS = ", what is no digit"  # how a change of those is told from one of the source's digits


def public(source: str) -> str:
    """Return a source without its place on this machine, or its database's password.

    >>> public("folder:/home/me/scans"), public("drawn:1000")
    ('folder', 'drawn:1000')
    """
    kind, _, _ = source.partition(":")
    return kind if kind in PRIVATE else source


def card(served: Served) -> dict[str, Any]:
    """Return the facts of `lenet.server.answers.Card`."""
    manifest, classifier = served.run.manifest, served.reader.classifier
    scores = served.scores if served.has("scores") else {}
    return {
        "name": served.name,
        "about": served.run.recipe.about,
        "classes": list(classifier.classes),
        "recipe": public_recipe(served.run.recipe),
        "images": {part: manifest.data[part] for part in COUNTS if manifest.data.get(part)},
        "seed": manifest.seed,
        "seconds": manifest.seconds,
        "device": manifest.device,
        "threads": manifest.threads,
        "started": manifest.started,
        "weights": manifest.weights,
        "temperature": classifier.temperature if served.run.recipe.calibrate else None,
        "rejection": classifier.rejection,
        "scores": [
            {"part": part, **{name: score[name] for name in ("errors", "total", "interval")}}
            for part, score in scores.items()
        ],
        "changes": [
            {
                "source": public(change.source),
                "nondigits": change.source.endswith(NONDIGITS),
                "total": change.total,
                "before": change.before,
                "after": change.after,
            }
            for change in read_changes(served.run)
        ],
    }


def public_recipe(recipe: Recipe) -> dict[str, Any]:
    """Return a recipe's fields as JSON holds them, its sources and its start without their places.

    What the training began with is told by its last name: a model, or the folder of a run.
    """
    fields: dict[str, Any] = recipe.model_dump(mode="json")
    for name in SOURCES:
        fields[name] = [public(source) for source in fields[name]]
    fields["start_from"] = PurePath(recipe.start_from).name
    return fields
