"""`Trainer` trains a network by a recipe; `infer` asks one."""

import copy
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lenet.datasets import Dataset
from lenet.errors import OutcomeError, UsageError
from lenet.models.lenet5_1998 import map_loss
from lenet.models.weights import beginning
from lenet.recipe import Recipe
from lenet.training.augment import augment
from lenet.training.optimization import Average, moments_of, optimizer_of, remember, schedule_of
from lenet.training.watching import Epoch


def as_input(images: Tensor) -> Tensor:
    """Turn uint8 images ``(n, 28, 28)`` into network input: float32 ``(n, 1, 28, 28)``, 0..1."""
    return images.unsqueeze(1).float().div_(255)


@torch.inference_mode()
def infer(model: nn.Module, images: Any, batch: int = 1000) -> Tensor:
    """Return the logits ``(n, k)`` of uint8 images ``(n, 28, 28)``, on the CPU.

    The only place that evaluates a torch network: evaluation mode, no gradients, in batches.
    """
    was_training = model.training
    model.eval()
    device = next(model.parameters()).device
    parts = torch.as_tensor(images).split(batch)
    logits = torch.cat([model(as_input(part.to(device))).cpu() for part in parts])
    model.train(was_training)
    return logits


def choose_device(name: str) -> str:
    """Return the torch device for ``auto``, ``cpu``, ``cuda`` or ``mps``.

    Raises
    ------
    UsageError
        The name is unknown, or this machine has no such device.
    """
    available = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name == "auto":
        return next(device for device, usable in available.items() if usable)
    if name not in available:
        raise UsageError(f"no device {name!r}: say auto, cpu, cuda or mps")
    if not available[name]:
        raise UsageError(f"this machine has no {name} device that torch can use: say --device cpu")
    return name


class Trainer:
    """Trains a network by a recipe.

    Parameters
    ----------
    recipe : Recipe
        All hyperparameters.
    train : Dataset
        Training images.
    validation : Dataset or None
        Held-out images that decide the best epoch and early stopping.
    device : str
        Name of a torch device.
    nondigits : Dataset, optional
        Images that show none of the classes. For them the softmax has one more class, "none", with
        a constant logit of 0, so that the network learns low logits for all classes.

    Attributes
    ----------
    model : nn.Sequential
        The network that the optimizer updates.
    history : list of Epoch
        All epochs so far.
    """

    def __init__(
        self,
        recipe: Recipe,
        train: Dataset,
        validation: Dataset | None,
        device: str = "cpu",
        nondigits: Dataset | None = None,
    ) -> None:
        self.recipe = recipe
        self.device = torch.device(device)
        self.images = torch.from_numpy(train.images).to(self.device)
        self.labels = torch.from_numpy(train.labels).to(self.device)
        self.with_none = nondigits is not None
        if nondigits is not None:
            others = torch.from_numpy(nondigits.images).to(self.device)
            none = torch.full((len(others),), len(train.classes), device=self.device)
            self.images = torch.cat([self.images, others])
            self.labels = torch.cat([self.labels, none])
        self.validation = validation
        model = beginning(recipe, len(train.classes))
        # CPU convolutions are fastest in channels-last layout. Torch's stubs lack the argument.
        model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.model = model.to(self.device)
        self._average = Average(self.model, recipe.averaging) if recipe.averaging else None
        self.averaged = self._average.network if self._average else None
        self.optimizer = optimizer_of(self.model, recipe, self.device)
        self.steps_per_epoch = math.ceil(len(self.images) / recipe.batch)
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

    def epochs(self, on_images: Callable[[int], None] | None = None) -> Iterator[Epoch]:
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

    def _epoch(self, number: int, on_images: Callable[[int], None] | None) -> Epoch:
        started = time.perf_counter()
        with torch.random.fork_rng(devices=[] if self.device.type == "cpu" else None):
            seed = _epoch_seed(self.recipe.seed, number)
            torch.manual_seed(seed)
            total, errors = self._pass(torch.Generator().manual_seed(seed), on_images)
        weights = self.model.parameters()
        if not math.isfinite(total) or not all(torch.isfinite(w).all() for w in weights):
            raise OutcomeError(
                f"training diverged in epoch {number}: its loss is {total / len(self.images):.4g}; "
                f"try a learning_rate below {self.recipe.learning_rate:g}"
            )
        seconds = time.perf_counter() - started
        validation_loss, validation_errors = self._validate()
        return Epoch(
            epoch=number,
            learning_rate=float(self.optimizer.param_groups[0]["lr"]),
            loss=total / len(self.images),
            errors=errors,
            images=len(self.images),
            validation_loss=validation_loss,
            validation_errors=validation_errors,
            validation_images=len(self.validation) if self.validation else 0,
            seconds=seconds,
        )

    def _pass(
        self, distortions: torch.Generator, on_images: Callable[[int], None] | None
    ) -> tuple[float, int]:
        """Train on every image once; return the summed loss and the number of errors."""
        self.model.train()
        losses, logits = [], []
        seen = 0
        order = torch.randperm(len(self.images)).to(self.device)
        for batch in order.split(self.recipe.batch):
            images = augment(as_input(self.images[batch]), self.recipe.augment, distortions)
            logits.append(self._answer(images))
            loss = self._loss(logits[-1], self.labels[batch])
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.schedule.step()
            if self._average:
                self._average.follow(self.schedule.last_epoch)
            # Errors are counted after the loop: networks this small notice every operation.
            logits[-1] = logits[-1].detach()
            losses.append(loss.detach() * len(batch))
            seen += len(batch)
            if on_images:
                on_images(seen)
        errors = torch.cat(logits).argmax(1) != self.labels[order]
        return torch.stack(losses).cpu().double().sum().item(), int(errors.sum())

    def _answer(self, images: Tensor) -> Tensor:
        logits: Tensor = self.model(images)
        return F.pad(logits, (0, 1)) if self.with_none else logits

    def _loss(self, logits: Tensor, labels: Tensor) -> Tensor:
        match self.recipe.loss:
            case "cross-entropy":
                smoothing = self.recipe.label_smoothing
                return F.cross_entropy(logits, labels, label_smoothing=smoothing)
            case "map-1998":
                return map_loss(logits, labels)

    def _validate(self) -> tuple[float | None, int | None]:
        """Return loss and errors on the validation images; keep the best weights."""
        if self.validation is None:
            return None, None
        logits = infer(self._watched(), self.validation.images)
        labels = torch.from_numpy(self.validation.labels)
        loss = F.cross_entropy(logits, labels).item()
        if loss < self.best_loss:
            self.best_loss, self.waited = loss, 0
            if self.recipe.keep == "best":
                weights = self._watched().state_dict()
                self.best = {name: t.clone() for name, t in weights.items()}
        else:
            self.waited += 1
        return loss, int((logits.argmax(1) != labels).sum())


def _epoch_seed(seed: int, epoch: int) -> int:
    # Both fit into 31 bits, so each (seed, epoch) has its own random stream.
    return seed << 31 | epoch


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {
        name.removeprefix(prefix): tensor
        for name, tensor in tensors.items()
        if name.startswith(prefix)
    }
