"""`Trainer` trains a network by a recipe; `infer` asks one."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lenet.datasets import Dataset
from lenet.errors import UsageError
from lenet.models.lenet5_1998 import map_loss
from lenet.recipe import Recipe
from lenet.training.augment import affine, augment, warp
from lenet.training.loop import Loop, OnImages, Validation

# Degrees. Of the reader of 2026-11-29 the mean of three looks, 8 degrees apart, refuses 93.5 % of
# letters by writers nobody trained on, and one look 88.0 %, where both read 96.8 % of the digits.
TURN = 8.0


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


class Trainer(Loop):
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
        self.images = torch.from_numpy(train.images).to(device)
        self.labels = torch.from_numpy(train.labels).to(device)
        self.with_none = nondigits is not None
        if nondigits is not None:
            others = torch.from_numpy(nondigits.images).to(device)
            none = torch.full((len(others),), len(train.classes), device=device)
            self.images = torch.cat([self.images, others])
            self.labels = torch.cat([self.labels, none])
        self.validation = validation
        super().__init__(recipe, len(self.images), len(train.classes), device)
        self.class_weights = (
            F.pad(balanced_weights(self.labels, len(train.classes)), (0, self.with_none), value=1.0)
            if recipe.class_weights == "balanced"
            else None
        )

    def _pass(self, seed: int, on_images: OnImages | None) -> tuple[float, int]:
        self.model.train()
        distortions = torch.Generator().manual_seed(seed)
        losses, logits = [], []
        seen = 0
        order = torch.randperm(len(self.images)).to(self.device)
        for batch in order.split(self.recipe.batch):
            images = augment(as_input(self.images[batch]), self.recipe.augment, distortions)
            logits.append(self._answer(self.model, images))
            loss = self._loss(logits[-1], self._targets(images, self.labels[batch]))
            self._step(loss)
            # Errors are counted after the loop: networks this small notice every operation.
            logits[-1] = logits[-1].detach()
            losses.append(loss.detach() * len(batch))
            seen += len(batch)
            if on_images:
                on_images(seen)
        errors = torch.cat(logits).argmax(1) != self.labels[order]
        return torch.stack(losses).cpu().double().sum().item(), int(errors.sum())

    def _answer(self, model: nn.Module, images: Tensor) -> Tensor:
        with self._autocast():
            logits: Tensor = model(images)
        logits = logits.float()
        return F.pad(logits, (0, 1)) if self.with_none else logits

    def _targets(self, images: Tensor, labels: Tensor) -> Tensor:
        """Return labels, int64 ``(n,)``, or in the last epochs probabilities, float32 ``(n, k)``.

        Those are half the label's and half the mean teacher's (Tarvainen and Valpola, 2017, Mean
        teachers are better role models): of the averaged weights, asked about the image and about
        it turned both ways. So one look learns what three together know.
        """
        taught = self.recipe.mean_teacher
        if self.averaged is None or len(self.history) < self.recipe.epochs - taught:
            return labels
        with torch.no_grad():
            views = torch.cat([images, *(turned(images, angle) for angle in (-TURN, TURN))])
            logits = self._answer(self.averaged.eval(), views)
        teacher = logits.view(3, len(images), -1).mean(0).softmax(1)
        return (F.one_hot(labels, teacher.shape[1]) + teacher) / 2

    def _loss(self, logits: Tensor, targets: Tensor) -> Tensor:
        match self.recipe.loss:
            case "cross-entropy":
                return F.cross_entropy(
                    logits,
                    targets,
                    self.class_weights,
                    label_smoothing=self.recipe.label_smoothing,
                )
            case "map-1998":
                return map_loss(logits, targets)

    def _validate(self) -> Validation | None:
        if self.validation is None:
            return None
        logits = infer(self._watched(), self.validation.images)
        labels = torch.from_numpy(self.validation.labels)
        errors = int((logits.argmax(1) != labels).sum())
        weights = (
            None if self.class_weights is None else self.class_weights[: logits.shape[1]].cpu()
        )
        return Validation(F.cross_entropy(logits, labels, weights).item(), errors, len(labels))


def turned(images: Tensor, degrees: float) -> Tensor:
    """Return images, float32 ``(n, 1, 28, 28)``, each turned about its centre."""
    ones, zeros = torch.ones(len(images)), torch.zeros(len(images))
    return warp(images, affine((zeros, zeros), zeros + degrees, (ones, ones), zeros))


def balanced_weights(labels: Tensor, classes: int) -> Tensor:
    """Return for each class how much one of its images counts, float32 ``(classes,)``.

    All images of a class together count as much as those of any other. The mean over all images of
    classes is 1; labels beyond are of no class.
    """
    counts = torch.bincount(labels, minlength=classes)[:classes].float()
    return counts.sum() / ((counts > 0).sum() * counts.clamp(min=1))
