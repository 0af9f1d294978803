"""Every number a run depends on, validated: a `Recipe` is what was intended, a run what came of it.

The built-in recipes are data, `recipes/*.toml` inside the package; a person's own is any TOML file
with the same fields. A run folder keeps its recipe with every default spelled out.
"""

from lenet.recipe.changes import parse_changes
from lenet.recipe.classical import CLASSICAL_MODELS, refuse_classical
from lenet.recipe.distortions import Augment
from lenet.recipe.recipe import Recipe, builtin_names

__all__ = [
    "CLASSICAL_MODELS",
    "Augment",
    "Recipe",
    "builtin_names",
    "parse_changes",
    "refuse_classical",
]
