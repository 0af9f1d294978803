"""The kernels of a network: as they are, and as they were before training."""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from lenet.models.weights import beginning
from lenet.recipe import Recipe


class Kernels(NamedTuple):
    """The kernels of one convolution, float32 (out, in, height, width) each."""

    before: NDArray[np.float32]
    after: NDArray[np.float32]


def kernels(network: nn.Module, recipe: Recipe, classes: int) -> dict[str, Kernels]:
    """Return the kernels of every convolution before and after training, by layer.

    Parameters
    ----------
    network : nn.Module
        As trained.
    recipe : Recipe
        What it was trained by.
    classes : int
        How many it tells apart.
    """
    before, after = _convolutions(beginning(recipe, classes)), _convolutions(network)
    return {name: Kernels(before[name], after[name]) for name in after}


def _convolutions(network: nn.Module) -> dict[str, NDArray[np.float32]]:
    weights = ((name, getattr(module, "weight", None)) for name, module in network.named_modules())
    return {
        name: np.asarray(weight.detach().cpu().clone(memory_format=torch.contiguous_format))
        for name, weight in weights
        if isinstance(weight, torch.Tensor) and weight.ndim == 4
    }
