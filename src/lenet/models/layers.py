"""Each layer of a network: its family, output shape, parameters, receptive field and cost.

An architecture defines its layers once; the shape table, `layers.json`, the service and the page
all come from here. torch's own layers are recognised by their class. A custom layer has two
attributes: ``family``, a `Family`, and ``kind``, a short description. One with a sliding window
also has ``kernel_size``, ``stride`` and ``padding``. Other behaviour is in the protocols below.
"""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from lenet.run import Family, KernelNames, LayerFacts, Receptive

IMAGE = Receptive(size=1, step=1, start=0)  # each pixel of the image sees only itself

_FAMILIES: dict[type[nn.Module], Family] = {
    nn.Conv2d: "convolution",
    nn.AvgPool2d: "pooling",
    nn.MaxPool2d: "pooling",
    nn.Linear: "dense",
    nn.ZeroPad2d: "padding",
    nn.ConstantPad2d: "padding",
    nn.BatchNorm1d: "normalisation",
    nn.BatchNorm2d: "normalisation",
    nn.ReLU: "activation",
    nn.LeakyReLU: "activation",
    nn.Tanh: "activation",
    nn.Flatten: "flatten",
    nn.Dropout: "dropout",
}
_SEE_EVERYTHING = ("dense", "distance", "flatten")


@runtime_checkable
class Counted(Protocol):
    """A custom layer that counts its own multiplications by weights."""

    def multiply_adds(self, output: Tensor) -> int:
        """Return the number of weight × input multiplications per image of `output`."""


@runtime_checkable
class Branching(Protocol):
    """A custom layer with several paths, which computes its own receptive field."""

    def receptive(self, before: Receptive) -> Receptive:
        """Return the layer's receptive field, given that of the layer `before` it."""


@runtime_checkable
class Connected(Protocol):
    """A custom convolution that stores kernels only for connected pairs of maps."""

    def kernel_names(self, layer: str) -> KernelNames:
        """Return the names of its kernels in the weights file; `layer` is the layer's name."""


@dataclass(frozen=True)
class Layer:
    """One named layer of a network, for one image.

    Attributes
    ----------
    name : str
        Its name in the `nn.Sequential`.
    family : Family
        Its general type.
    kind : str
        A short description, such as ``convolution 5×5``.
    size : tuple of int
        Shape of its output without the batch axis.
    parameters : int
        Number of trainable parameters.
    multiply_adds : int
        Multiplications of a weight by an input; pooling and activations have none.
    arithmetic : str
        The output's side as (N + 2P − F)/S + 1, in numbers; empty if that does not apply.
    receptive : Receptive or None
        None if each output value sees the whole image.
    """

    name: str
    family: Family
    kind: str
    size: tuple[int, ...]
    parameters: int
    multiply_adds: int
    arithmetic: str
    receptive: Receptive | None

    @property
    def shape(self) -> str:
        """The output's shape as text, ``6×28×28``."""
        return "×".join(str(side) for side in self.size)


def layer_table(model: nn.Sequential) -> list[Layer]:
    """Return a row for each named layer of `model`, by passing one blank image through it.

    The image is 28×28 unless the network has another `side`. The model's weights and training
    mode do not change.

    Raises
    ------
    TypeError
        A layer does not say what it is.
    """
    rows = []
    was_training = model.training
    model.eval()
    with torch.inference_mode():
        side = getattr(model, "side", 28)
        x = torch.zeros(1, 1, side, side, device=next(model.parameters()).device)
        seen: Receptive | None = IMAGE
        for name, layer in model.named_children():
            y = layer(x)
            family = _family(layer)
            seen = None if seen is None else _receptive(layer, family, seen)
            rows.append(
                Layer(
                    name=name,
                    family=family,
                    kind=_kind(layer),
                    size=tuple(y.shape[1:]),
                    parameters=sum(p.numel() for p in layer.parameters() if p.requires_grad),
                    multiply_adds=_multiply_adds(layer, x),
                    arithmetic=_arithmetic(layer, x, y),
                    receptive=seen,
                )
            )
            x = y
    model.train(was_training)
    return rows


def layer_facts(model: nn.Sequential) -> list[LayerFacts]:
    """Describe each named layer of a torch network, for `layers.json`.

    Raises
    ------
    TypeError
        See `layer_table`.
    """
    return [
        LayerFacts(
            name=row.name,
            family=row.family,
            kind=row.kind,
            shape=list(row.size),
            parameters=row.parameters,
            receptive=row.receptive,
            kernels=_kernel_names(row.name, layer),
        )
        for row, layer in zip(layer_table(model), model, strict=True)
    ]


def slide(field: Receptive, size: int, step: int, padding: int) -> Receptive:
    """Return the receptive field of a window of `size` sliding by `step` over a layer with `field`.

    >>> slide(Receptive(size=6, step=2, start=-2), size=3, step=2, padding=1)
    Receptive(size=10, step=4, start=-4)
    """
    return Receptive(
        size=field.size + (size - 1) * field.step,
        step=field.step * step,
        start=field.start - padding * field.step,
    )


def join(one: Receptive, other: Receptive) -> Receptive:
    """Return the receptive field of the sum of two layers with the same step.

    >>> join(Receptive(size=5, step=2, start=-2), Receptive(size=1, step=2, start=0))
    Receptive(size=5, step=2, start=-2)
    """
    start = min(one.start, other.start)
    end = max(one.start + one.size, other.start + other.size)
    return Receptive(size=end - start, step=one.step, start=start)


def _family(layer: nn.Module) -> Family:
    family: Family | None = getattr(layer, "family", _FAMILIES.get(type(layer)))
    if family is None:
        raise TypeError(
            f"{type(layer).__name__} does not say what it is: "
            "give it a `family` and a `kind`, or list it in lenet.models.layers"
        )
    return family


def _receptive(layer: nn.Module, family: Family, before: Receptive) -> Receptive | None:
    """Return a layer's receptive field, given that of the layer before it."""
    match layer:
        case Branching():
            return layer.receptive(before)
        case nn.ZeroPad2d() | nn.ConstantPad2d():
            return slide(before, 1, 1, layer.padding[0])
        case nn.Module(kernel_size=size, stride=step, padding=padding):
            dilated_size = (_side(size) - 1) * _side(getattr(layer, "dilation", 1)) + 1
            return slide(before, dilated_size, _side(step), _side(padding))
        case _:
            return None if family in _SEE_EVERYTHING else before


def _kernel_names(name: str, layer: nn.Module) -> KernelNames | None:
    match layer:
        case Connected():
            return layer.kernel_names(name)
        case nn.Conv2d():
            return KernelNames(
                weights=f"{name}.weight", bias="" if layer.bias is None else f"{name}.bias"
            )
        case _:
            return None


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
    """Run `layer` once and add up the multiplications of every module inside it."""
    total = 0

    def count(module: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal total
        match module:
            case nn.Conv2d():
                total += module.weight[0].numel() * output[0].numel()
            case nn.Linear():
                total += module.weight.numel() * (output[0].numel() // module.out_features)
            case Counted():
                total += module.multiply_adds(output)

    handles = [module.register_forward_hook(count) for module in layer.modules()]
    layer(x)
    for handle in handles:
        handle.remove()
    return total


def _arithmetic(layer: nn.Module, x: Tensor, y: Tensor) -> str:
    match layer:
        case nn.ZeroPad2d() | nn.ConstantPad2d():
            return f"{x.shape[-1]} + 2·{layer.padding[0]} = {y.shape[-1]}"
        case nn.Module(kernel_size=size, stride=step, padding=padding):
            n, p, f, s = x.shape[-1], _side(padding), _side(size), _side(step)
            fraction = f"({n} + 2·{p} − {f})/{s}"
            rounded = fraction if (n + 2 * p - f) % s == 0 else f"⌊{fraction}⌋"
            return f"{rounded} + 1 = {y.shape[-1]}"
        case _:
            return ""


def _side(size: object) -> int:
    side = size[0] if isinstance(size, tuple) else size
    assert isinstance(side, int), "padding must be a number, not a name such as 'same'"
    return side
