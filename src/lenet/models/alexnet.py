"""A small AlexNet: its five convolutions, overlapping pooling and two wide dense layers.

After Krizhevsky, Sutskever, Hinton (2012), ImageNet classification with deep convolutional neural
networks, with about a tenth of the channels and kernels that fit 28×28; no local normalisation.
"""

from collections import OrderedDict

from torch import nn


def alexnet_small(classes: int = 10, dropout: float = 0.0) -> nn.Sequential:
    """Build it with 347,274 weights for ten classes.

    >>> from lenet.models import layer_table
    >>> for layer in layer_table(alexnet_small()):
    ...     print(f"{layer.name:8} {layer.shape:8} {layer.parameters:6,} {layer.multiply_adds:9,}")
    conv1    32×28×28    832   627,200
    relu1    32×28×28      0         0
    pool1    32×13×13      0         0
    conv2    64×13×13 18,496 3,115,008
    relu2    64×13×13      0         0
    pool2    64×6×6        0         0
    conv3    96×6×6   55,392 1,990,656
    relu3    96×6×6        0         0
    conv4    96×6×6   83,040 2,985,984
    relu4    96×6×6        0         0
    conv5    64×6×6   55,360 1,990,656
    relu5    64×6×6        0         0
    pool5    64×2×2        0         0
    flat     256           0         0
    dropout6 256           0         0
    dense6   256      65,792    65,536
    relu6    256           0         0
    dropout7 256           0         0
    dense7   256      65,792    65,536
    relu7    256           0         0
    output   10        2,570     2,560
    """
    return nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(1, 32, 5, padding=2),
            relu1=nn.ReLU(),
            pool1=nn.MaxPool2d(3, stride=2),
            conv2=nn.Conv2d(32, 64, 3, padding=1),
            relu2=nn.ReLU(),
            pool2=nn.MaxPool2d(3, stride=2),
            conv3=nn.Conv2d(64, 96, 3, padding=1),
            relu3=nn.ReLU(),
            conv4=nn.Conv2d(96, 96, 3, padding=1),
            relu4=nn.ReLU(),
            conv5=nn.Conv2d(96, 64, 3, padding=1),
            relu5=nn.ReLU(),
            pool5=nn.MaxPool2d(3, stride=2),
            flat=nn.Flatten(),
            dropout6=nn.Dropout(dropout),
            dense6=nn.Linear(64 * 2 * 2, 256),
            relu6=nn.ReLU(),
            dropout7=nn.Dropout(dropout),
            dense7=nn.Linear(256, 256),
            relu7=nn.ReLU(),
            output=nn.Linear(256, classes),
        )
    )
