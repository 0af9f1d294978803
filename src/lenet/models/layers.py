"""The shape table of a network: what each layer is, gives, holds and costs for one image."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn


@runtime_checkable
class Counted(Protocol):
    """A layer of our own that multiplies weights and says itself how often.

    The word for such a layer in the table is its class attribute ``kind``.
    """

    def multiply_adds(self, output: Tensor) -> int:
        """Return the multiplications of a weight by an input behind one image of `output`."""


@dataclass(frozen=True)
class Layer:
    """One named layer of a network, for one image.

    Attributes
    ----------
    name : str
        Its name in the `nn.Sequential`.
    kind : str
        What it is, in words: ``convolution 5×5``.
    size : tuple of int
        Shape of its output without the batch axis.
    parameters : int
        Trainable numbers in it.
    multiply_adds : int
        Multiplications of a weight by an input; pooling and activations count as none.
    arithmetic : str
        Its output's side spelled out as (N + 2P − F)/S + 1, or empty where that does not apply.
    """

    name: str
    kind: str
    size: tuple[int, ...]
    parameters: int
    multiply_adds: int
    arithmetic: str

    @property
    def shape(self) -> str:
        """The output's shape as people write it, ``6×28×28``."""
        return "×".join(str(side) for side in self.size)


def layer_table(model: nn.Sequential) -> list[Layer]:
    """Return a row for each named layer of `model`, found by passing one blank image through it.

    The model is left as it was: same weights, same training mode.
    """
    rows = []
    was_training = model.training
    model.eval()
    with torch.inference_mode():
        x = torch.zeros(1, 1, 28, 28, device=next(model.parameters()).device)
        for name, layer in model.named_children():
            y = layer(x)
            rows.append(
                Layer(
                    name=name,
                    kind=_kind(layer),
                    size=tuple(y.shape[1:]),
                    parameters=sum(p.numel() for p in layer.parameters() if p.requires_grad),
                    multiply_adds=_multiply_adds(layer, x),
                    arithmetic=_arithmetic(layer, x, y),
                )
            )
            x = y
    model.train(was_training)
    return rows


def _kind(layer: nn.Module) -> str:
    match layer:
        case nn.Conv2d():
            return f"convolution {_side(layer.kernel_size)}×{_side(layer.kernel_size)}"
        case nn.AvgPool2d():
            return f"average {_side(layer.kernel_size)}×{_side(layer.kernel_size)}"
        case nn.MaxPool2d():
            return f"maximum {_side(layer.kernel_size)}×{_side(layer.kernel_size)}"
        case nn.Linear():
            return "full connection"
        case nn.ZeroPad2d() | nn.ConstantPad2d():
            return f"padding {layer.padding[0]}"
        case nn.BatchNorm2d() | nn.BatchNorm1d():
            return "batch normalisation"
        case nn.ReLU():
            return "ReLU"
        case nn.LeakyReLU():
            return f"leaky ReLU {layer.negative_slope:g}"
        case nn.Flatten():
            return "flatten"
        case nn.Dropout():
            return f"dropout {layer.p:g}"
        case _:
            return str(getattr(layer, "kind", type(layer).__name__.lower()))


def _multiply_adds(layer: nn.Module, x: Tensor) -> int:
    """Count by watching everything inside `layer` that multiplies weights at work."""
    counted = 0

    def count(module: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal counted
        match module:
            case nn.Conv2d():
                counted += module.weight[0].numel() * output[0].numel()
            case nn.Linear():
                counted += module.weight.numel() * (output[0].numel() // module.out_features)
            case Counted():
                counted += module.multiply_adds(output)

    handles = [module.register_forward_hook(count) for module in layer.modules()]
    layer(x)
    for handle in handles:
        handle.remove()
    return counted


def _arithmetic(layer: nn.Module, x: Tensor, y: Tensor) -> str:
    match layer:
        case nn.ZeroPad2d() | nn.ConstantPad2d():
            return f"{x.shape[-1]} + 2·{layer.padding[0]} = {y.shape[-1]}"
        case nn.Module(kernel_size=size, stride=step, padding=margin):
            n, p, f, s = x.shape[-1], _side(margin), _side(size), _side(step)
            fraction = f"({n} + 2·{p} − {f})/{s}"
            whole = fraction if (n + 2 * p - f) % s == 0 else f"⌊{fraction}⌋"
            return f"{whole} + 1 = {y.shape[-1]}"
        case _:
            return ""


def _side(size: object) -> int:
    side = size[0] if isinstance(size, tuple) else size
    assert isinstance(side, int), "padding by name has no number"
    return side
