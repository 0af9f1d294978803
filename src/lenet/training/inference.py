"""Run a torch network, and choose the device it runs on."""

from typing import Any

import torch
from torch import Tensor, nn

from lenet.errors import UsageError


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
