"""The network that reads people's pictures: pairs of 3×3 convolutions, a LeNet of today.

Two 3×3 convolutions see as far as one of LeNet's 5×5 with fewer weights and one nonlinearity more
(Simonyan, Zisserman 2015, Very deep convolutional networks, section 2.3). Channels come in
multiples of 16, which a CPU multiplies at once.
"""

from collections import OrderedDict

from torch import nn


def reader(classes: int = 10, dropout: float = 0.0) -> nn.Sequential:
    """Build it with 247,770 weights for ten classes.

    >>> from lenet.models import layer_table
    >>> for layer in layer_table(reader()):
    ...     print(f"{layer.name:8} {layer.shape:8} {layer.parameters:7,} {layer.multiply_adds:9,}")
    conv1    16×26×26     144    97,344
    norm1    16×26×26      32         0
    relu1    16×26×26       0         0
    conv2    16×24×24   2,304 1,327,104
    norm2    16×24×24      32         0
    relu2    16×24×24       0         0
    pool2    16×12×12       0         0
    conv3    64×10×10   9,216   921,600
    norm3    64×10×10     128         0
    relu3    64×10×10       0         0
    conv4    64×8×8    36,864 2,359,296
    norm4    64×8×8       128         0
    relu4    64×8×8         0         0
    pool4    64×4×4         0         0
    conv5    192×1×1  196,608   196,608
    norm5    192×1×1      384         0
    relu5    192×1×1        0         0
    dropout5 192×1×1        0         0
    flat     192            0         0
    output   10         1,930     1,920
    """
    return nn.Sequential(
        OrderedDict(
            **_stage(1, nn.Conv2d(1, 16, 3, bias=False)),
            **_stage(2, nn.Conv2d(16, 16, 3, bias=False)),
            pool2=nn.MaxPool2d(2),
            **_stage(3, nn.Conv2d(16, 64, 3, bias=False)),
            **_stage(4, nn.Conv2d(64, 64, 3, bias=False)),
            pool4=nn.MaxPool2d(2),
            **_stage(5, nn.Conv2d(64, 192, 4, bias=False)),
            dropout5=nn.Dropout(dropout),
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
