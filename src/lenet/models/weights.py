"""Networks with weights in torch: that of a run, and the one that training begins with."""

import torch
from torch import nn

from lenet.errors import ModelError, UsageError
from lenet.models import build
from lenet.recipe import Recipe
from lenet.run import WEIGHTS, Run
from lenet.storage import read_tensors


def network_of(run: Run) -> nn.Sequential:
    """Return the torch network of a run, in evaluation mode.

    Raises
    ------
    ModelError
        The file of weights is missing, broken or altered, or belongs to another network.
    """
    run.read(WEIGHTS)  # for its digest
    weights, facts = read_tensors(run.folder / WEIGHTS)
    network = build(facts["model"], len(facts["classes"]), facts["dropout"])
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        raise ModelError(
            f"the weights in {run.folder} do not fit the model {facts['model']!r}: train again"
        ) from error
    if not all(torch.isfinite(weight).all() for weight in weights.values()):
        raise ModelError(f"the weights in {run.folder} are not all finite numbers: train again")
    return network.eval()


def beginning(recipe: Recipe, classes: int) -> nn.Sequential:
    """Return the network that training with `recipe` begins with.

    Raises
    ------
    UsageError
        The model that the recipe starts from has another architecture or other classes.
    ModelError
        The model that the recipe starts from is missing, broken or altered.
    """
    if not recipe.start_from:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(recipe.seed)
            return build(recipe.model, classes, recipe.dropout)
    run = Run.find(recipe.start_from)
    if run.recipe.model != recipe.model:
        raise UsageError(
            f"recipe {recipe.name} trains the network {recipe.model}, but {recipe.start_from} is "
            f"{run.recipe.model}: start from another, or say --set model={run.recipe.model}"
        )
    network = build(recipe.model, classes, recipe.dropout)
    try:
        network.load_state_dict(network_of(run).state_dict())
    except RuntimeError as error:
        raise UsageError(
            f"{recipe.start_from} does not have {classes} classes, as the data do: "
            "start from another"
        ) from error
    return network
