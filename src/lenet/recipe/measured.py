"""What the built-in recipes cost and reached on MNIST: measured once, shipped as data.

`tools/results.py` writes `recipes/measured.json`; reading it takes no torch.
"""

import json
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from lenet.recipe import Recipe
from lenet.storage import sha256

FILE = "recipes/measured.json"  # in the package
OF = ("mnist",)  # the data on which everything in it was measured


class Costs(NamedTuple):
    """What a network of ten classes costs: trainable numbers, multiplications for one image."""

    parameters: int
    multiply_adds: int


class Outcome(NamedTuple):
    """What a recipe reached on MNIST's test images over several seeds.

    Attributes
    ----------
    errors : float
        Mean over the seeds.
    sd : float or None
        Standard deviation of the errors over the seeds; None of a single one.
    total : int
        Test images.
    seeds : int
        How many.
    seconds : float
        Mean duration of a training, on the machine that measured it.
    date : str
        Of the last training, ISO 8601.
    """

    errors: float
    sd: float | None
    total: int
    seeds: int
    seconds: float
    date: str

    @property
    def accuracy(self) -> float:
        """Mean share of the images that were read right."""
        return 1 - self.errors / self.total

    @property
    def accuracy_sd(self) -> float | None:
        """Standard deviation of that share over the seeds."""
        return None if self.sd is None else self.sd / self.total


def costs(model: str) -> Costs | None:
    """Return what a network costs, by its name; None of one that the package does not hold."""
    found = _content()["networks"].get(model)
    return found and Costs(**found)


def outcome(recipe: Recipe) -> Outcome | None:
    """Return what a recipe reached; None if it was not measured, or is another one today."""
    found = _content()["results"].get(recipe.name)
    if found is None or found["digest"] != digest(recipe):
        return None
    return Outcome(**{name: found[name] for name in Outcome._fields})


def digest(recipe: Recipe) -> str:
    """Return the SHA-256 of all that makes a recipe's result what it is, but its seed.

    Only what differs from the defaults counts, so that a field which is added later, and changes
    nothing where it is not set, leaves the digest as it is.
    """
    fields = recipe.model_dump(exclude={"name", "about", "seed"}, exclude_defaults=True)
    return sha256(json.dumps(fields, sort_keys=True).encode())


@cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(resources.files("lenet").joinpath(FILE).read_bytes())
    return content
