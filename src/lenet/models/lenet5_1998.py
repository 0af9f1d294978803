"""LeNet-5 as in the paper, every layer of it.

LeCun, Bottou, Bengio, Haffner (1998), Gradient-based learning applied to document recognition,
Proceedings of the IEEE 86 (11): section II.B, table I, figure 3, equations 5 to 9, appendix A.
"""

from collections import OrderedDict
from collections.abc import Sequence
from math import prod

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lenet.errors import UsageError
from lenet.run import Family, KernelNames

PAPER, INK = -0.1, 1.175  # makes the mean of the input about 0 and its variance about 1

# Table I: which maps of S2 each map of C3 sees. Three or four that lie side by side (5 and 0 are
# neighbours), four that do not, and all six.
C3_SEES = (
    *((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5)),
    *((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5)),
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5)),
    (0, 1, 2, 3, 4, 5),
)

# The ten digits of figure 3: the target output of F6, 7×12 pixels for each class. The bar above
# 0, 2, 4 and 5 is the paper's: it distinguishes them from letters of almost the same shape.
FIGURE_3 = """
.#####. ...##.. .#####. ####### .#####. .#####. ..####. ####### .#####. .#####.
....... ..###.. ....... .....## ....... ....... .##.... .....## ##...## ##..###
..###.. .####.. .#####. ....##. ....... ####### ##..... .....## ##...## ##...##
.##.##. ...##.. ##...## ...##.. .##..## ##..... ##..... ....##. ##...## ##...##
##...## ...##.. #....## ..####. .##..## ##..... ######. ...##.. .#####. ##..###
##...## ...##.. ....##. .....## ###..## .####.. ###..## ...##.. ##...## .######
##...## ...##.. ..###.. .....## ##...## ..####. ##...## ..##... ##...## .....##
##...## ...##.. .##.... .....## ##...## .....## ##...## ..##... ##...## .....##
.##.##. ...##.. ##..... ##...## ##..### ##...## ###..## ..##... ##...## ....##.
..###.. .###### ####### .#####. .###### .#####. .#####. ..##... .#####. .####..
....... ....... ....... ....... .....## ....... ....... ....... ....... .......
....... ....... ....... ....... .....## ....... ....... ....... ....... .......
"""


class Scale(nn.Module):
    """Shift and stretch 0..1 so that 0 becomes `paper` and 1 becomes `ink`."""

    family: Family = "scale"

    def __init__(self, paper: float, ink: float) -> None:
        super().__init__()
        self.paper, self.ink = paper, ink
        self.kind = f"scale to {paper:g}..{ink:g}"

    def forward(self, x: Tensor) -> Tensor:
        """Return an image of the same shape."""
        return self.paper + (self.ink - self.paper) * x


class Squash(nn.Module):
    """The squashing function of appendix A: 1.7159·tanh(2x/3), so that f(1) = 1, f(−1) = −1."""

    family: Family = "activation"
    kind = "1.7159·tanh(2x/3)"

    def forward(self, x: Tensor) -> Tensor:
        """Return a tensor of the same shape, within ±1.7159."""
        return 1.7159 * torch.tanh(2 / 3 * x)


class Subsampling(nn.Module):
    """The sum of each 2×2 square, times a trainable coefficient, plus a bias, for each map."""

    family: Family = "subsampling"
    kind = "subsampling 2×2"
    kernel_size, stride, padding = 2, 2, 0

    def __init__(self, maps: int) -> None:
        super().__init__()
        self.coefficient = nn.Parameter(torch.empty(maps))
        self.bias = nn.Parameter(torch.empty(maps))
        _spread(self.coefficient, fan_in=4)
        _spread(self.bias, fan_in=4)

    def forward(self, x: Tensor) -> Tensor:
        """Halve the side of ``(n, maps, side, side)``."""
        sums = 4 * F.avg_pool2d(x, 2)
        return sums * self.coefficient[:, None, None] + self.bias[:, None, None]


class PartialConvolution(nn.Module):
    """A convolution in which each map is connected to some maps of its input only.

    Only the existing kernels are parameters, so neither optimizer nor weight decay can touch the
    absent ones.

    Parameters
    ----------
    sees : sequence of sequences of int
        For each map of the output, the maps of the input it is connected to.
    inputs : int
        Maps of the input.
    kernel_size : int
        Side of a kernel.

    Attributes
    ----------
    kernels : Parameter, float32 (connections, kernel_size, kernel_size)
        One for each connection, in the order of `sees`.
    bias : Parameter, float32 (outputs,)
        One for each map of the output.
    """

    family: Family = "convolution"
    stride, padding = 1, 0

    def __init__(self, sees: Sequence[Sequence[int]], inputs: int, kernel_size: int) -> None:
        super().__init__()
        self.sees = [list(sources) for sources in sees]
        self.kernel_size = kernel_size
        self.kind = f"partial convolution {kernel_size}×{kernel_size}"
        self.shape = (len(sees), inputs, kernel_size, kernel_size)
        pairs = [out * inputs + source for out, sources in enumerate(sees) for source in sources]
        self.register_buffer("_pairs", torch.tensor(pairs), persistent=False)
        self.kernels = nn.Parameter(torch.empty(len(pairs), kernel_size, kernel_size))
        self.bias = nn.Parameter(torch.empty(len(sees)))
        begin = 0
        for out, sources in enumerate(sees):
            fan_in = len(sources) * kernel_size**2
            _spread(self.kernels[begin : begin + len(sources)], fan_in)
            _spread(self.bias[out : out + 1], fan_in)
            begin += len(sources)

    @property
    def weight(self) -> Tensor:
        """All kernels, float32 (outputs, inputs, kernel_size, kernel_size); absent ones are 0."""
        dense = self.kernels.new_zeros(prod(self.shape[:2]), *self.shape[2:])
        return dense.index_copy(0, self.get_buffer("_pairs"), self.kernels).view(self.shape)

    def forward(self, x: Tensor) -> Tensor:
        """Convolve without padding."""
        return F.conv2d(x, self.weight, self.bias)

    def multiply_adds(self, output: Tensor) -> int:
        """Return the multiplications behind one image, absent kernels not counted."""
        return self.kernels.numel() * output[0, 0].numel()

    def kernel_names(self, layer: str) -> KernelNames:
        """Return where the file of weights holds the kernels, if this is called `layer`."""
        return KernelNames(weights=f"{layer}.kernels", bias=f"{layer}.bias", connections=self.sees)


class RadialBasis(nn.Module):
    """Minus the squared Euclidean distance from the input to a fixed centre of each class."""

    family: Family = "distance"
    kind = "Euclidean radial basis"

    def __init__(self, centres: Tensor) -> None:
        super().__init__()
        self.register_buffer("centres", centres)

    def forward(self, x: Tensor) -> Tensor:
        """Turn ``(n, length)`` into ``(n, classes)``; 0 is a perfect match."""
        return -(x[:, None, :] - self.get_buffer("centres")).square().sum(2)

    def multiply_adds(self, output: Tensor) -> int:
        """Return the squared differences behind one image."""
        return self.get_buffer("centres").numel()


def lenet5_1998(classes: int = 10, dropout: float = 0.0) -> nn.Sequential:
    """Build the network of the paper: 60,000 trainable weights, and logits = −distance squared.

    >>> from lenet.models import layer_table
    >>> for layer in layer_table(lenet5_1998()):
    ...     print(f"{layer.name:7} {layer.shape:8} {layer.parameters:6,} {layer.multiply_adds:7,}")
    input   1×28×28       0       0
    pad     1×32×32       0       0
    C1      6×28×28     156 117,600
    squash1 6×28×28       0       0
    S2      6×14×14      12       0
    squash2 6×14×14       0       0
    C3      16×10×10  1,516 150,000
    squash3 16×10×10      0       0
    S4      16×5×5       32       0
    squash4 16×5×5        0       0
    C5      120×1×1  48,120  48,000
    squash5 120×1×1       0       0
    flat    120           0       0
    F6      84       10,164  10,080
    squash6 84            0       0
    output  10            0     840

    Raises
    ------
    UsageError
        `classes` is not 10: figure 3 has a bitmap for each digit, and nothing else is known.
    """
    if classes != 10:
        raise UsageError(
            f"lenet5-1998 compares with the bitmaps of the ten digits, found {classes} classes:"
            " use lenet5 for other classes"
        )
    model = nn.Sequential(
        OrderedDict(
            input=Scale(PAPER, INK),
            pad=nn.ConstantPad2d(2, PAPER),
            C1=nn.Conv2d(1, 6, 5),
            squash1=Squash(),
            S2=Subsampling(6),
            squash2=Squash(),
            C3=PartialConvolution(C3_SEES, inputs=6, kernel_size=5),
            squash3=Squash(),
            S4=Subsampling(16),
            squash4=Squash(),
            C5=nn.Conv2d(16, 120, 5),
            squash5=Squash(),
            flat=nn.Flatten(),
            F6=nn.Linear(120, 84),
            squash6=Squash(),
            output=RadialBasis(bitmaps().flatten(1)),
        )
    )
    for layer in model:
        if isinstance(layer, nn.Conv2d | nn.Linear):
            fan_in = layer.weight[0].numel()
            _spread(layer.weight, fan_in)
            if layer.bias is not None:
                _spread(layer.bias, fan_in)
    return model


def bitmaps() -> Tensor:
    """Return figure 3's digits, float32 (10, 12, 7): +1 = ink, −1 = paper."""
    rows = [line.split() for line in FIGURE_3.split("\n") if line]
    return torch.tensor(
        [[[1.0 if p == "#" else -1.0 for p in row[k]] for row in rows] for k in range(10)]
    )


def map_loss(logits: Tensor, labels: Tensor, j: float = 0.1) -> Tensor:
    """Return the loss of equation 9, the mean of y_D + log(e^−j + Σ_i e^−y_i).

    The constant `j` is the penalty of a rubbish class that competes with the ten, so this is the
    cross-entropy over eleven logits. It also keeps what is already far from being pushed on.

    Parameters
    ----------
    logits : float32 (n, k)
        −y: minus the squared distance to the centre of each class.
    labels : int64 (n,)
        The classes D that are wanted.
    j : float
        Distance of the rubbish class.
    """
    return F.cross_entropy(F.pad(logits, (0, 1), value=-j), labels)


def _spread(weights: Tensor, fan_in: int) -> None:
    """Draw initial weights as appendix A does: uniform within ±2.4 / fan-in."""
    with torch.no_grad():
        weights.uniform_(-2.4 / fan_in, 2.4 / fan_in)
