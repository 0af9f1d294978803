"""Recipes: every number a run depends on, and what the built-in ones cost and reached.

The built-in recipes are data, `recipes/*.toml` in this package; a person's own is any TOML file
with the same fields. A run folder keeps its recipe with every default spelled out.
"""

from lenet.recipe.parsing import (
    CLASSICAL_MODELS,
    builtin_names,
    builtin_toml,
    parse_changes,
    refuse_classical,
)
from lenet.recipe.recipe import FINDER, Augment, Recipe
from lenet.recipe.results import (
    MEASURED,
    MEASURED_ON,
    Costs,
    Outcome,
    measured_outcome,
    network_costs,
    recipe_digest,
)

__all__ = [
    "CLASSICAL_MODELS",
    "FINDER",
    "MEASURED",
    "MEASURED_ON",
    "Augment",
    "Costs",
    "Outcome",
    "Recipe",
    "builtin_names",
    "builtin_toml",
    "measured_outcome",
    "network_costs",
    "parse_changes",
    "recipe_digest",
    "refuse_classical",
]
