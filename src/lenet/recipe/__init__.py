"""`Recipe`: every number that a run depends on, validated.

The built-in recipes are data, `recipes/*.toml` inside the package; a person's own is any TOML file
with the same fields. A run folder keeps its recipe with every default spelled out.
"""

from lenet.recipe.recipe import (
    CLASSICAL_MODELS,
    Augment,
    Recipe,
    builtin_names,
    parse_changes,
    refuse_classical,
)

__all__ = [
    "CLASSICAL_MODELS",
    "Augment",
    "Recipe",
    "builtin_names",
    "parse_changes",
    "refuse_classical",
]
