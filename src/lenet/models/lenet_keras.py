"""The network that Keras tutorials call LeNet: ReLU, max pooling, one wide dense layer.

Source: sebdisiena, MNIST_CNN_Classification (2024), based on a course script.
"""

from collections import OrderedDict

from torch import nn


def lenet_keras(classes: int = 10, dropout: float = 0.0) -> nn.Sequential:
    """Build the network; for ten classes it has 197,855 weights.

    >>> from lenet.models import layer_table
    >>> for layer in layer_table(lenet_keras()):
    ...     print(f"{layer.name:7} {layer.shape:8} {layer.parameters:7,} {layer.multiply_adds:7,}")
    conv1   30×24×24     780 432,000
    relu1   30×24×24       0       0
    pool1   30×12×12       0       0
    conv2   15×10×10   4,065 405,000
    relu2   15×10×10       0       0
    pool2   15×5×5         0       0
    flat    375            0       0
    dense3  500      188,000 187,500
    relu3   500            0       0
    dropout 500            0       0
    output  10         5,010   5,000
    """
    return nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(1, 30, 5),
            relu1=nn.ReLU(),
            pool1=nn.MaxPool2d(2),
            conv2=nn.Conv2d(30, 15, 3),
            relu2=nn.ReLU(),
            pool2=nn.MaxPool2d(2),
            flat=nn.Flatten(),
            dense3=nn.Linear(15 * 5 * 5, 500),
            relu3=nn.ReLU(),
            dropout=nn.Dropout(dropout),
            output=nn.Linear(500, classes),
        )
    )
