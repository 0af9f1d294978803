"""The network of the best single reader: seven convolutions with batch normalisation.

After Chris Deotte, 25 Million Images! [0.99757] MNIST (2018): pairs of 3×3 convolutions, then a
5×5 convolution of stride 2 in place of pooling. Here the normalisation comes before ReLU.
"""

from collections import OrderedDict

from torch import nn


def best(classes: int = 10, dropout: float = 0.0) -> nn.Sequential:
    """Build it with 325,994 weights for ten classes.

    >>> from lenet.models import layer_table
    >>> for layer in layer_table(best()):
    ...     print(f"{layer.name:8} {layer.shape:8} {layer.parameters:7,} {layer.multiply_adds:9,}")
    conv1    32×26×26     288   194,688
    norm1    32×26×26      64         0
    relu1    32×26×26       0         0
    conv2    32×24×24   9,216 5,308,416
    norm2    32×24×24      64         0
    relu2    32×24×24       0         0
    conv3    32×12×12  25,600 3,686,400
    norm3    32×12×12      64         0
    relu3    32×12×12       0         0
    dropout3 32×12×12       0         0
    conv4    64×10×10  18,432 1,843,200
    norm4    64×10×10     128         0
    relu4    64×10×10       0         0
    conv5    64×8×8    36,864 2,359,296
    norm5    64×8×8       128         0
    relu5    64×8×8         0         0
    conv6    64×4×4   102,400 1,638,400
    norm6    64×4×4       128         0
    relu6    64×4×4         0         0
    dropout6 64×4×4         0         0
    conv7    128×1×1  131,072   131,072
    norm7    128×1×1      256         0
    relu7    128×1×1        0         0
    dropout7 128×1×1        0         0
    flat     128            0         0
    output   10         1,290     1,280
    """
    return nn.Sequential(
        OrderedDict(
            **_stage(1, nn.Conv2d(1, 32, 3, bias=False)),
            **_stage(2, nn.Conv2d(32, 32, 3, bias=False)),
            **_stage(3, nn.Conv2d(32, 32, 5, stride=2, padding=2, bias=False)),
            dropout3=nn.Dropout(dropout),
            **_stage(4, nn.Conv2d(32, 64, 3, bias=False)),
            **_stage(5, nn.Conv2d(64, 64, 3, bias=False)),
            **_stage(6, nn.Conv2d(64, 64, 5, stride=2, padding=2, bias=False)),
            dropout6=nn.Dropout(dropout),
            **_stage(7, nn.Conv2d(64, 128, 4, bias=False)),
            dropout7=nn.Dropout(dropout),
            flat=nn.Flatten(),
            output=nn.Linear(128, classes),
        )
    )


def _stage(number: int, convolution: nn.Conv2d) -> dict[str, nn.Module]:
    return {
        f"conv{number}": convolution,
        f"norm{number}": nn.BatchNorm2d(convolution.out_channels),
        f"relu{number}": nn.ReLU(),
    }
