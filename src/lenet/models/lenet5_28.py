"""LeNet-5 on the 28×28 image as it is, without padding: the form most Keras tutorials build.

The second pooling leaves 16 maps of 4×4, so C5 is a full connection from 256 numbers and the
whole has 44,426 weights in place of 61,706.

Sources: ForresterDaniel, MNIST_LeNet-5 (tanh, dropout, L2); Mohammedali Patel,
Handwritten-Digit-Recognition-using-LeNet-5 (ReLU).
"""

from collections import OrderedDict

from torch import nn

from lenet.models.lenet5_1998 import Scale


def lenet5_relu(classes: int = 10, dropout: float = 0.0) -> nn.Sequential:
    """Build it with ReLU and no dropout layers.

    >>> from lenet.models import layer_table
    >>> for layer in layer_table(lenet5_relu()):
    ...     print(f"{layer.name:6} {layer.shape:8} {layer.parameters:6,} {layer.multiply_adds:7,}")
    C1     6×24×24     156  86,400
    relu1  6×24×24       0       0
    S2     6×12×12       0       0
    C3     16×8×8    2,416 153,600
    relu3  16×8×8        0       0
    S4     16×4×4        0       0
    flat   256           0       0
    C5     120      30,840  30,720
    relu5  120           0       0
    F6     84       10,164  10,080
    relu6  84            0       0
    output 10          850     840
    """
    return _lenet5_28("relu", nn.ReLU, classes)


def lenet5_relu_twice_divided(classes: int = 10, dropout: float = 0.0) -> nn.Sequential:
    """Build `lenet5_relu` behind one more division by 255, for an experiment.

    It begins as Keras begins its layers, with the uniform weights of Glorot and Bengio (2010) and
    no biases: with torch's own random biases, so faint an image never gets through to the output,
    and nothing is learnt.

    >>> from lenet.models import layer_table
    >>> for layer in layer_table(lenet5_relu_twice_divided())[:2]:
    ...     print(f"{layer.name:5} {layer.kind:22} {layer.shape}")
    input scale to 0..0.00392157 1×28×28
    C1    convolution 5×5        6×24×24
    """
    layers = dict(lenet5_relu(classes).named_children())
    for layer in layers.values():
        if isinstance(layer, nn.Conv2d | nn.Linear) and layer.bias is not None:
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
    return nn.Sequential(OrderedDict({"input": Scale(0, 1 / 255), **layers}))


def lenet5_regularized(classes: int = 10, dropout: float = 0.0) -> nn.Sequential:
    """Build it with tanh, and dropout after each of the two hidden dense layers.

    >>> from lenet.models import layer_table
    >>> for layer in layer_table(lenet5_regularized(dropout=0.5))[-7:]:
    ...     print(f"{layer.name:8} {layer.kind:15} {layer.shape:3} {layer.parameters:6,}")
    C5       full connection 120 30,840
    tanh5    tanh            120      0
    dropout5 dropout 0.5     120      0
    F6       full connection 84  10,164
    tanh6    tanh            84       0
    dropout6 dropout 0.5     84       0
    output   full connection 10     850
    """
    return _lenet5_28("tanh", nn.Tanh, classes, dropout)


def _lenet5_28(
    word: str, activation: type[nn.Module], classes: int, dropout: float | None = None
) -> nn.Sequential:
    """Build the common form; `word` names the activations, None leaves dropout layers out."""

    def dense(number: int, name: str, inputs: int, units: int) -> dict[str, nn.Module]:
        layers = {name: nn.Linear(inputs, units), f"{word}{number}": activation()}
        return layers if dropout is None else {**layers, f"dropout{number}": nn.Dropout(dropout)}

    return nn.Sequential(
        OrderedDict(
            {
                "C1": nn.Conv2d(1, 6, 5),
                f"{word}1": activation(),
                "S2": nn.AvgPool2d(2),
                "C3": nn.Conv2d(6, 16, 5),
                f"{word}3": activation(),
                "S4": nn.AvgPool2d(2),
                "flat": nn.Flatten(),
                **dense(5, "C5", 16 * 4 * 4, 120),
                **dense(6, "F6", 120, 84),
                "output": nn.Linear(84, classes),
            }
        )
    )
