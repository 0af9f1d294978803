"""The file src/lenet/recipe/recipes/measured.json, which `lenet recipes` shows without torch."""

from collections.abc import Mapping
from typing import Any

from lenet.comparison import Standing
from lenet.models import MODELS, PAGE_MODELS, build, layer_table
from lenet.recipe import MEASURED_ON, Recipe, builtin_names, recipe_digest


def shipped(standings: Mapping[str, Standing]) -> dict[str, Any]:
    """Return the costs of the networks and the results of the built-in recipes, by name."""
    recipes = [Recipe.load(name) for name in builtin_names()]
    return {
        "networks": {name: _costs(name) for name in sorted(MODELS | PAGE_MODELS)},
        "results": {
            recipe.name: _outcome(recipe, standings[recipe.name])
            for recipe in recipes
            if recipe.name in standings and recipe.data == MEASURED_ON
        },
    }


def _costs(model: str) -> dict[str, int]:
    layers = layer_table(build(model))
    return {
        "parameters": sum(layer.parameters for layer in layers),
        "multiply_adds": sum(layer.multiply_adds for layer in layers),
    }


def _outcome(recipe: Recipe, standing: Standing) -> dict[str, Any]:
    return {
        "digest": recipe_digest(recipe),
        "errors": standing.mean,
        "sd": standing.sd,
        "total": standing.total,
        "seeds": len(standing.results),
        "seconds": round(standing.seconds, 1),
        "date": max(result.finished for result in standing.results)[:10],
    }
