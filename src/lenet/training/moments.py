"""What an optimizer remembers of each weight, as tensors by name: a file can hold them."""

from typing import Any

import torch
from torch import Tensor


def moments_of(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Return what is remembered, each as ``<number of the weight>.<kind>``."""
    return {
        f"{index}.{kind}": tensor
        for index, kinds in optimizer.state_dict()["state"].items()
        for kind, tensor in kinds.items()
    }


def remember(
    optimizer: torch.optim.Optimizer, moments: dict[str, Tensor], groups: list[dict[str, Any]]
) -> None:
    """Let `optimizer` go on with the `moments` and the groups of parameters that another had."""
    state: dict[int, dict[str, Tensor]] = {}
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    for name, tensor in moments.items():
        index, kind = name.split(".")
        like = parameters[int(index)]
        if tensor.shape == like.shape:
            # The fused update walks both in memory order, so the order has to be the same.
            tensor = torch.empty_like(like).copy_(tensor)
        state.setdefault(int(index), {})[kind] = tensor
    optimizer.load_state_dict(
        {"state": state, "param_groups": [_with_tuples(group) for group in groups]}
    )


def _with_tuples(group: dict[str, Any]) -> dict[str, Any]:
    # JSON has no tuples; Adam's betas are one.
    return {name: tuple(value) if name == "betas" else value for name, value in group.items()}
