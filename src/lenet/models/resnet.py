"""A small ResNet: three residual blocks that halve the side and double the channels.

After He, Zhang, Ren, Sun (2016), Deep residual learning for image recognition, section 4.2 (the
form for CIFAR-10) with n = 1.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn

from lenet.models.layers import join, slide
from lenet.run import Family, Receptive


class Residual(nn.Module):
    """Two normalised 3×3 convolutions whose output is added to their input.

    Where the shape changes, a 1×1 convolution brings the input to the new shape.

    Parameters
    ----------
    inputs, outputs : int
        Number of channels.
    stride : int
        Stride of the first convolution and of the shortcut.
    """

    family: Family = "residual"
    kind = "residual block 3×3"

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.around: nn.Module = nn.Identity()
        if stride != 1 or inputs != outputs:
            shortcut = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.around = nn.Sequential(shortcut, nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        """Turn ``(n, inputs, side, side)`` into ``(n, outputs, side / stride, side / stride)``."""
        inner = torch.relu(self.norm1(self.conv1(x)))
        return torch.relu(self.around(x) + self.norm2(self.conv2(inner)))

    def receptive(self, before: Receptive) -> Receptive:
        """Return the receptive field of the sum, given that of the layer `before` it."""
        convolved = slide(slide(before, 3, self.stride, padding=1), 3, 1, padding=1)
        return join(convolved, slide(before, 1, self.stride, padding=0))


def resnet_small(classes: int = 10, dropout: float = 0.0) -> nn.Sequential:
    """Build the network; it has 77,754 weights for ten classes.

    >>> from lenet.models import layer_table
    >>> for layer in layer_table(resnet_small()):
    ...     print(f"{layer.name:6} {layer.shape:8} {layer.parameters:6,} {layer.multiply_adds:9,}")
    conv1  16×28×28    144   112,896
    norm1  16×28×28     32         0
    relu1  16×28×28      0         0
    block2 16×28×28  4,672 3,612,672
    block3 32×14×14 14,528 2,809,856
    block4 64×7×7   57,728 2,809,856
    pool4  64×1×1        0         0
    flat   64            0         0
    output 10          650       640
    """
    return nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(1, 16, 3, padding=1, bias=False),
            norm1=nn.BatchNorm2d(16),
            relu1=nn.ReLU(),
            block2=Residual(16, 16, stride=1),
            block3=Residual(16, 32, stride=2),
            block4=Residual(32, 64, stride=2),
            pool4=nn.AvgPool2d(7),
            flat=nn.Flatten(),
            output=nn.Linear(64, classes),
        )
    )
