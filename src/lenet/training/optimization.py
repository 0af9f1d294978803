"""The update rule of a recipe, and how its learning rate goes over the run."""

import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR, LRScheduler, OneCycleLR

from lenet.recipe import Recipe


def optimizer_of(
    model: nn.Sequential, recipe: Recipe, device: torch.device
) -> torch.optim.Optimizer:
    """Return the recipe's optimizer of all weights of `model`, decay only where it is wanted.

    The fused forms are used where there are any: one pass over all weights instead of several.
    """
    output = {id(p) for p in model.get_submodule("output").parameters()}
    decayed: list[nn.Parameter] = []
    free: list[nn.Parameter] = []
    for parameter in model.parameters():
        match recipe.weight_decay_on:
            case "all":
                decays = True
            case "weights":
                decays = parameter.ndim > 1
            case "hidden-weights":
                decays = parameter.ndim > 1 and id(parameter) not in output
        (decayed if decays else free).append(parameter)
    groups = [{"params": decayed, "weight_decay": recipe.weight_decay}]
    if free:
        groups.append({"params": free, "weight_decay": 0.0})
    rate, fused = recipe.learning_rate, device.type in ("cpu", "cuda")
    match recipe.optimizer:
        case "adam":
            return torch.optim.Adam(groups, lr=rate, fused=fused)
        case "adamw":
            return torch.optim.AdamW(groups, lr=rate, fused=fused)
        case "sgd":
            return torch.optim.SGD(groups, lr=rate, momentum=recipe.momentum, fused=fused)


def schedule_of(
    optimizer: torch.optim.Optimizer, recipe: Recipe, steps_per_epoch: int
) -> LRScheduler:
    """Return the recipe's schedule; it is to be stepped after every batch."""
    steps = recipe.epochs * steps_per_epoch
    match recipe.schedule:
        case "constant":
            return LambdaLR(optimizer, lambda step: 1.0)
        case "one-cycle":
            # Smith and Topin (2019), Super-convergence; one step more than there are, because a
            # scheduler also takes the one after the last update.
            # It divides by the steps of rising less one, so there have to be two.
            rising = min(1.0, max(recipe.warmup, 2 / (steps + 1)))
            return OneCycleLR(
                optimizer, recipe.learning_rate, total_steps=steps + 1, pct_start=rising
            )
        case "cosine":
            return CosineAnnealingLR(optimizer, T_max=steps)
        case "exponential":
            return LambdaLR(optimizer, lambda step: recipe.decay ** (step // steps_per_epoch))
