"""Two 3×3 convolutions with batch normalisation and leaky ReLU, then two dense layers.

Source: Raahul M, CNN-Mnist-Handwritten-Digits.
"""

from collections import OrderedDict

from torch import nn

LEAK = 0.01


def cnn_batchnorm(classes: int = 10, dropout: float = 0.0) -> nn.Sequential:
    """Build it with 421,834 weights for ten classes, those of the normalisation included.

    >>> from lenet.models import layer_table
    >>> for layer in layer_table(cnn_batchnorm()):
    ...     print(f"{layer.name:6} {layer.shape:8} {layer.parameters:7,} {layer.multiply_adds:9,}")
    conv1  32×28×28     320   225,792
    norm1  32×28×28      64         0
    relu1  32×28×28       0         0
    pool1  32×14×14       0         0
    conv2  64×14×14  18,496 3,612,672
    norm2  64×14×14     128         0
    relu2  64×14×14       0         0
    pool2  64×7×7         0         0
    flat   3136           0         0
    dense3 128      401,536   401,408
    relu3  128            0         0
    output 10         1,290     1,280
    """
    return nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(1, 32, 3, padding=1),
            norm1=nn.BatchNorm2d(32),
            relu1=nn.LeakyReLU(LEAK),
            pool1=nn.MaxPool2d(2),
            conv2=nn.Conv2d(32, 64, 3, padding=1),
            norm2=nn.BatchNorm2d(64),
            relu2=nn.LeakyReLU(LEAK),
            pool2=nn.MaxPool2d(2),
            flat=nn.Flatten(),
            dense3=nn.Linear(64 * 7 * 7, 128),
            relu3=nn.LeakyReLU(LEAK),
            output=nn.Linear(128, classes),
        )
    )
