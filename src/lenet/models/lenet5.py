"""LeNet-5: LeCun, Bottou, Bengio, Haffner (1998), section II.B and figure 2, as it is taught today.

Three things differ from the paper's own: C3 is fully connected to S2, subsampling is a plain
average, and the output is a linear layer. The recipe ``lenet5-1998`` has them as in the paper.
"""

from collections import OrderedDict

from torch import nn


def lenet5(classes: int = 10, dropout: float = 0.0) -> nn.Sequential:
    """Build LeNet-5 with 61,706 weights for ten classes.

    >>> from lenet.models import layer_table
    >>> for layer in layer_table(lenet5()):
    ...     print(f"{layer.name:6} {layer.shape:9} {layer.parameters:6,} {layer.multiply_adds:8,}")
    input  1×32×32        0        0
    C1     6×28×28      156  117,600
    tanh1  6×28×28        0        0
    S2     6×14×14        0        0
    C3     16×10×10   2,416  240,000
    tanh3  16×10×10       0        0
    S4     16×5×5         0        0
    C5     120×1×1   48,120   48,000
    tanh5  120×1×1        0        0
    flat   120            0        0
    F6     84        10,164   10,080
    tanh6  84             0        0
    output 10           850      840
    """
    return nn.Sequential(
        OrderedDict(
            input=nn.ZeroPad2d(2),
            C1=nn.Conv2d(1, 6, 5),
            tanh1=nn.Tanh(),
            S2=nn.AvgPool2d(2),
            C3=nn.Conv2d(6, 16, 5),
            tanh3=nn.Tanh(),
            S4=nn.AvgPool2d(2),
            C5=nn.Conv2d(16, 120, 5),
            tanh5=nn.Tanh(),
            flat=nn.Flatten(),
            F6=nn.Linear(120, 84),
            tanh6=nn.Tanh(),
            output=nn.Linear(84, classes),
        )
    )
