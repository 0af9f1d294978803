"""The moving average of a network's weights, which is a network itself."""

import copy

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import get_ema_multi_avg_fn


class Average:
    """A network that follows another one, with the moving average of its weights and buffers.

    Parameters
    ----------
    model : nn.Sequential
        The network that learns.
    decay : float
        What is kept of the average in each step.

    Attributes
    ----------
    network : nn.Sequential
        The one that follows; its weights are changed in place.
    """

    def __init__(self, model: nn.Sequential, decay: float) -> None:
        self.network = copy.deepcopy(model)
        self.decay = decay
        # What is averaged and what is counted, each as the tensors of both networks.
        self._means: tuple[list[Tensor], list[Tensor]] = [], []
        self._counts: tuple[list[Tensor], list[Tensor]] = [], []
        theirs = model.state_dict()
        for name, tensor in self.network.state_dict().items():
            kind = self._means if tensor.is_floating_point() else self._counts
            kind[0].append(tensor)
            kind[1].append(theirs[name])

    @torch.no_grad()
    def follow(self, step: int) -> None:
        """Move towards the current weights after so many steps."""
        # A young average forgets fast, so that it does not drag its random beginning along.
        decay = min(self.decay, (1 + step) / (10 + step))
        get_ema_multi_avg_fn(decay)(*self._means, step)
        for ours, theirs in zip(*self._counts, strict=True):
            ours.copy_(theirs)
