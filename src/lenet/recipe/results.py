"""What the built-in recipes cost, and what they reached on MNIST.

It was measured once: `tools/results.py` writes `recipes/measured.json`.
"""

import json
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from lenet.recipe.recipe import Recipe
from lenet.storage import sha256

MEASURED = "recipe/recipes/measured.json"  # in the package
MEASURED_ON = ("mnist",)  # the data that the results were measured on


class Costs(NamedTuple):
    """Trainable parameters of a network of ten classes, and multiply-adds for one image."""

    parameters: int
    multiply_adds: int


class Outcome(NamedTuple):
    """Errors of a recipe on MNIST's test images over several seeds.

    Attributes
    ----------
    errors : float
        Mean over the seeds.
    sd : float or None
        Standard deviation of the errors over the seeds; None for a single seed.
    total : int
        Test images.
    seeds : int
        Number of seeds.
    seconds : float
        Mean duration of a training, on the machine that measured it.
    date : str
        Date of the last training, ISO 8601.
    """

    errors: float
    sd: float | None
    total: int
    seeds: int
    seconds: float
    date: str

    @property
    def accuracy(self) -> float:
        """Mean share of the images that were read correctly."""
        return 1 - self.errors / self.total

    @property
    def accuracy_sd(self) -> float | None:
        """Standard deviation of that share over the seeds."""
        return None if self.sd is None else self.sd / self.total


def network_costs(model: str) -> Costs | None:
    """Return what the network `model` costs; None if it is not one of the package's."""
    network = _measured()["networks"].get(model)
    return network and Costs(**network)


def measured_outcome(recipe: Recipe) -> Outcome | None:
    """Return what a recipe reached; None if it was not measured, or was changed since."""
    result = _measured()["results"].get(recipe.name)
    if result is None or result["digest"] != recipe_digest(recipe):
        return None
    return Outcome(**{name: result[name] for name in Outcome._fields})


def recipe_digest(recipe: Recipe) -> str:
    """Return the SHA-256 of all fields that its result depends on, except the seed.

    Only fields that differ from their defaults count. So a field that is added later does not
    change the digest of a recipe that does not set it.
    """
    fields = recipe.model_dump(exclude={"name", "about", "seed"}, exclude_defaults=True)
    return sha256(json.dumps(fields, sort_keys=True).encode())


@cache
def _measured() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(resources.files("lenet").joinpath(MEASURED).read_bytes())
    return content
