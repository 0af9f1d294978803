"""`Loop`: what every training of a network has in common, epoch after epoch."""

import copy
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from lenet.errors import OutcomeError
from lenet.models.weights import beginning
from lenet.recipe import Recipe
from lenet.training.optimization import Average, moments_of, optimizer_of, remember, schedule_of
from lenet.training.watching import Epoch

OnImages = Callable[[int], None]


class Validation(NamedTuple):
    """Mean loss on held-out images, errors, and what these are counted of."""

    loss: float
    errors: int
    total: int


class Loop:
    """Trains a network by a recipe; a subclass says what a pass over its data is.

    Parameters
    ----------
    recipe : Recipe
        All hyperparameters.
    count : int
        Images, or scenes, of one epoch.
    classes : int
        Number of classes of the network.
    device : str
        Name of a torch device.

    Attributes
    ----------
    model : nn.Sequential
        The network that the optimizer updates.
    history : list of Epoch
        All epochs so far.
    """

    def __init__(self, recipe: Recipe, count: int, classes: int, device: str) -> None:
        self.recipe = recipe
        self.count = count
        self.device = torch.device(device)
        model = beginning(recipe, classes)
        # CPU convolutions are fastest in channels-last layout. Torch's stubs lack the argument.
        model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.model = model.to(self.device)
        self._average = Average(self.model, recipe.averaging) if recipe.averaging else None
        self.averaged = self._average.network if self._average else None
        self.optimizer = optimizer_of(self.model, recipe, self.device)
        self.steps_per_epoch = math.ceil(count / recipe.batch)
        self.schedule = schedule_of(self.optimizer, recipe, self.steps_per_epoch)
        self.history: list[Epoch] = []
        self.best: dict[str, Tensor] = {}
        self.best_loss = math.inf
        self.waited = 0  # epochs since the best epoch

    @property
    def finished(self) -> bool:
        """Whether all epochs are done or early stopping ended the training."""
        waited_enough = 0 < self.recipe.patience <= self.waited
        return len(self.history) >= self.recipe.epochs or waited_enough

    def epochs(self, on_images: OnImages | None = None) -> Iterator[Epoch]:
        """Train until finished; yield each epoch.

        Parameters
        ----------
        on_images : callable, optional
            Called after each step with the number of images processed in this epoch.

        Raises
        ------
        OutcomeError
            The loss is no longer finite; `history` ends with the last good epoch.
        """
        while not self.finished:
            self.history.append(self._epoch(len(self.history) + 1, on_images))
            yield self.history[-1]

    def result(self) -> nn.Sequential:
        """Return the final network of the recipe, last or best, in evaluation mode."""
        model = self._watched()
        if self.recipe.keep == "best" and self.best:
            model = copy.deepcopy(model)
            model.load_state_dict(self.best)
        return model.eval()

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Return the state of the training as named tensors and JSON values."""
        tensors = {f"model.{name}": t for name, t in self.model.state_dict().items()}
        tensors |= {f"best.{name}": t for name, t in self.best.items()}
        if self.averaged is not None:
            tensors |= {f"averaged.{name}": t for name, t in self.averaged.state_dict().items()}
        moments = moments_of(self.optimizer)
        tensors |= {f"optimizer.{name}": t for name, t in moments.items()}
        facts = {
            "groups": self.optimizer.state_dict()["param_groups"],
            "schedule": self.schedule.state_dict(),
            "best_loss": self.best_loss if math.isfinite(self.best_loss) else None,
            "waited": self.waited,
            "history": [asdict(epoch) for epoch in self.history],
        }
        return tensors, facts

    def restore(self, tensors: dict[str, Tensor], facts: dict[str, Any]) -> None:
        """Restore the result of `state`."""
        self.model.load_state_dict(_under("model.", tensors))
        if self.averaged is not None:
            self.averaged.load_state_dict(_under("averaged.", tensors))
        self.best = {name: t.to(self.device) for name, t in _under("best.", tensors).items()}
        self.best_loss = math.inf if facts["best_loss"] is None else facts["best_loss"]
        self.waited = facts["waited"]
        self.history = [Epoch(**epoch) for epoch in facts["history"]]
        remember(self.optimizer, _under("optimizer.", tensors), facts["groups"])
        self.schedule.load_state_dict(facts["schedule"])

    def _watched(self) -> nn.Sequential:
        return self.model if self.averaged is None else self.averaged

    def _epoch(self, number: int, on_images: OnImages | None) -> Epoch:
        started = time.perf_counter()
        with torch.random.fork_rng(devices=[] if self.device.type == "cpu" else None):
            seed = _epoch_seed(self.recipe.seed, number)
            torch.manual_seed(seed)
            total, errors = self._pass(seed, on_images)
        weights = self.model.parameters()
        if not math.isfinite(total) or not all(torch.isfinite(w).all() for w in weights):
            raise OutcomeError(
                f"training diverged in epoch {number}: its loss is {total / self.count:.4g}; "
                f"try a learning_rate below {self.recipe.learning_rate:g}"
            )
        seconds = time.perf_counter() - started
        validation = self._validate()
        if validation is not None:
            self._compare(validation.loss)
        return Epoch(
            epoch=number,
            learning_rate=float(self.optimizer.param_groups[0]["lr"]),
            loss=total / self.count,
            errors=errors,
            images=self.count,
            validation_loss=validation.loss if validation else None,
            validation_errors=validation.errors if validation else None,
            validation_images=validation.total if validation else 0,
            seconds=seconds,
        )

    def _pass(self, seed: int, on_images: OnImages | None) -> tuple[float, int]:
        """Train on everything once; return the summed loss and the number of errors.

        torch's global generator is seeded with `seed` already.
        """
        raise NotImplementedError

    def _validate(self) -> Validation | None:
        """Measure the network on what is held out; None if nothing is."""
        raise NotImplementedError

    def _autocast(self) -> torch.autocast:
        """Return the context for the recipe's precision on this device."""
        enabled = self.recipe.precision == "bfloat16" and _has_bfloat16(self.device)
        return torch.autocast(self.device.type, torch.bfloat16, enabled=enabled)

    def _step(self, loss: Tensor, most: float | None = None) -> None:
        """Update the weights by the gradient of `loss`, whose norm is cut down to `most`."""
        self.optimizer.zero_grad()
        loss.backward()
        if most is not None:
            nn.utils.clip_grad_norm_(self.model.parameters(), most)
        self.optimizer.step()
        self.schedule.step()
        if self._average:
            self._average.follow(self.schedule.last_epoch)

    def _compare(self, loss: float) -> None:
        """Keep the weights if the validation `loss` is the lowest so far."""
        if loss >= self.best_loss:
            self.waited += 1
            return
        self.best_loss, self.waited = loss, 0
        if self.recipe.keep == "best":
            weights = self._watched().state_dict()
            self.best = {name: t.clone() for name, t in weights.items()}


def _epoch_seed(seed: int, epoch: int) -> int:
    # Both fit into 31 bits, so each (seed, epoch) has its own random stream.
    return seed << 31 | epoch


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {
        name.removeprefix(prefix): tensor
        for name, tensor in tensors.items()
        if name.startswith(prefix)
    }


def _has_bfloat16(device: torch.device) -> bool:
    """Tell whether a device is faster with bfloat16; others are ten times slower with it."""
    if device.type == "cpu":
        able = torch.cpu.get_capabilities()
        return bool(able.get("amx_bf16") or able.get("avx512_bf16"))
    return device.type == "cuda" and torch.cuda.is_bf16_supported()
