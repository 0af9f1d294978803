"""The optimizer, learning-rate schedule and weight averaging of a recipe."""

import copy
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR, LRScheduler, OneCycleLR
from torch.optim.swa_utils import get_ema_multi_avg_fn

from lenet.recipe import Recipe


def optimizer_of(
    model: nn.Sequential, recipe: Recipe, device: torch.device
) -> torch.optim.Optimizer:
    """Return the recipe's optimizer, with weight decay on the weights that the recipe names.

    Fused implementations are used where available: one pass over all weights instead of several.
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
    """Return the recipe's learning-rate schedule, which is stepped after every batch."""
    steps = recipe.epochs * steps_per_epoch
    match recipe.schedule:
        case "constant":
            return LambdaLR(optimizer, lambda step: 1.0)
        case "one-cycle":
            # Smith and Topin (2019), Super-convergence. One extra step, because the scheduler is
            # also stepped after the last update. Two rising steps at least, because it divides by
            # their number minus one.
            rising = min(1.0, max(recipe.warmup, 2 / (steps + 1)))
            return OneCycleLR(
                optimizer, recipe.learning_rate, total_steps=steps + 1, pct_start=rising
            )
        case "cosine":
            return CosineAnnealingLR(optimizer, T_max=steps)
        case "exponential":
            return LambdaLR(optimizer, lambda step: recipe.decay ** (step // steps_per_epoch))


class Average:
    """An exponential moving average of a network's weights and buffers.

    Parameters
    ----------
    model : nn.Sequential
        The network being trained.
    decay : float
        Weight of the old average in each step.

    Attributes
    ----------
    network : nn.Sequential
        The averaged network; its weights are changed in place.
    """

    def __init__(self, model: nn.Sequential, decay: float) -> None:
        self.network = copy.deepcopy(model)
        self.decay = decay
        # Floating-point and integer tensors, each as (averaged network, trained network).
        self._means: tuple[list[Tensor], list[Tensor]] = [], []
        self._counts: tuple[list[Tensor], list[Tensor]] = [], []
        source = model.state_dict()
        for name, tensor in self.network.state_dict().items():
            kind = self._means if tensor.is_floating_point() else self._counts
            kind[0].append(tensor)
            kind[1].append(source[name])

    @torch.no_grad()
    def follow(self, step: int) -> None:
        """Update the average after `step` training steps."""
        # A small decay in the first steps, so that the random initial weights are soon forgotten.
        decay = min(self.decay, (1 + step) / (10 + step))
        get_ema_multi_avg_fn(decay)(*self._means, step)
        for average, current in zip(*self._counts, strict=True):
            average.copy_(current)


def moments_of(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Return the optimizer's moments by ``<index of the weight>.<kind>``."""
    return {
        f"{index}.{kind}": tensor
        for index, kinds in optimizer.state_dict()["state"].items()
        for kind, tensor in kinds.items()
    }


def remember(
    optimizer: torch.optim.Optimizer, moments: dict[str, Tensor], groups: list[dict[str, Any]]
) -> None:
    """Load the `moments` and parameter groups of another optimizer into `optimizer`."""
    state: dict[int, dict[str, Tensor]] = {}
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    for name, tensor in moments.items():
        index, kind = name.split(".")
        like = parameters[int(index)]
        if tensor.shape == like.shape:
            # The fused update needs the same memory layout in both.
            tensor = torch.empty_like(like).copy_(tensor)
        state.setdefault(int(index), {})[kind] = tensor
    optimizer.load_state_dict(
        {"state": state, "param_groups": [_with_tuples(group) for group in groups]}
    )


def _with_tuples(group: dict[str, Any]) -> dict[str, Any]:
    # Adam's betas are a tuple, which JSON turned into a list.
    return {name: tuple(value) if name == "betas" else value for name, value in group.items()}
