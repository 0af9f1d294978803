"""Every number a run depends on, validated: a `Recipe` is what was intended, a run what came of it.

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
