"""The network that reads people's pictures: 3×3 convolutions, a LeNet of today.

Two 3×3 convolutions see as far as one of LeNet's 5×5 with fewer weights and one nonlinearity more
(Simonyan, Zisserman 2015, Very deep convolutional networks, section 2.3). Channels come in
multiples of 16, which a CPU multiplies at once.
"""

from collections import OrderedDict

from torch import nn


def reader(classes: int = 10, dropout: float = 0.0) -> nn.Sequential:
    """Build it with 399,258 weights for ten classes.

    >>> from lenet.models import layer_table
    >>> for layer in layer_table(reader()):
    ...     print(f"{layer.name:8} {layer.shape:8} {layer.parameters:7,} {layer.multiply_adds:9,}")
    conv1    16×26×26     144    97,344
    norm1    16×26×26      32         0
    relu1    16×26×26       0         0
    conv2    32×24×24   4,608 2,654,208
    norm2    32×24×24      64         0
    relu2    32×24×24       0         0
    pool2    32×12×12       0         0
    conv3    48×10×10  13,824 1,382,400
    norm3    48×10×10      96         0
    relu3    48×10×10       0         0
    conv4    64×8×8    27,648 1,769,472
    norm4    64×8×8       128         0
    relu4    64×8×8         0         0
    pool4    64×4×4         0         0
    conv5    96×4×4    55,296   884,736
    norm5    96×4×4       192         0
    relu5    96×4×4         0         0
    conv6    192×1×1  294,912   294,912
    norm6    192×1×1      384         0
    relu6    192×1×1        0         0
    dropout6 192×1×1        0         0
    flat     192            0         0
    output   10         1,930     1,920
    """
    return nn.Sequential(
        OrderedDict(
            **_stage(1, nn.Conv2d(1, 16, 3, bias=False)),
            **_stage(2, nn.Conv2d(16, 32, 3, bias=False)),
            pool2=nn.MaxPool2d(2),
            **_stage(3, nn.Conv2d(32, 48, 3, bias=False)),
            **_stage(4, nn.Conv2d(48, 64, 3, bias=False)),
            pool4=nn.MaxPool2d(2),
            **_stage(5, nn.Conv2d(64, 96, 3, padding=1, bias=False)),
            **_stage(6, nn.Conv2d(96, 192, 4, bias=False)),
            dropout6=nn.Dropout(dropout),
            flat=nn.Flatten(),
            output=nn.Linear(192, classes),
        )
    )


def _stage(number: int, convolution: nn.Conv2d) -> dict[str, nn.Module]:
    return {
        f"conv{number}": convolution,
        f"norm{number}": nn.BatchNorm2d(convolution.out_channels),
        f"relu{number}": nn.ReLU(),
    }
