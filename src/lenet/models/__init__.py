"""Architectures: one file each, and a dict of their names.

Every network takes float32 ``(n, 1, 28, 28)`` in 0..1, 0 = paper and 1 = ink, and gives ``(n, k)``
logits, k = number of classes. Any other preprocessing - padding, another scale - is its own first
layer, so training, export, service and page cannot disagree about it. Only the finder takes pages
instead, see `lenet.models.finder`.

A network is a named `nn.Sequential`, with the paper's layer names where there is a paper; branches
stay inside one named layer. `lenet.models.layers` says how a layer describes itself.
"""

from collections.abc import Callable

from torch import nn

from lenet.errors import UsageError, suggest
from lenet.models.alexnet import alexnet_small
from lenet.models.best import best
from lenet.models.cnn_batchnorm import cnn_batchnorm
from lenet.models.fast import fast
from lenet.models.finder import finder
from lenet.models.layers import Layer, layer_table
from lenet.models.lenet5 import lenet5
from lenet.models.lenet5_28 import lenet5_regularized, lenet5_relu, lenet5_relu_twice_divided
from lenet.models.lenet5_1998 import lenet5_1998
from lenet.models.lenet_keras import lenet_keras
from lenet.models.reader import reader
from lenet.models.resnet import resnet_small
from lenet.recipe import FINDER

__all__ = ["MODELS", "PAGE_MODELS", "Layer", "build", "layer_table"]

# name -> function of (classes, dropout) that builds the network with fresh weights
MODELS: dict[str, Callable[[int, float], nn.Sequential]] = {
    "lenet5": lenet5,
    "lenet5-1998": lenet5_1998,
    "lenet5-relu": lenet5_relu,
    "lenet5-relu-twice-divided": lenet5_relu_twice_divided,
    "lenet5-regularized": lenet5_regularized,
    "lenet-keras": lenet_keras,
    "cnn-batchnorm": cnn_batchnorm,
    "fast": fast,
    "best": best,
    "reader": reader,
    "alexnet-small": alexnet_small,
    "resnet-small": resnet_small,
}
# The same for networks that take pages instead of digit images
PAGE_MODELS: dict[str, Callable[[int, float], nn.Sequential]] = {FINDER: finder}


def build(name: str, classes: int = 10, dropout: float = 0.0) -> nn.Sequential:
    """Build the network called `name` with fresh weights from torch's global generator.

    Raises
    ------
    UsageError
        No model has that name, or it has no dropout layers and `dropout` is not 0.
    """
    known = MODELS | PAGE_MODELS
    if name not in known:
        raise UsageError(f"no model {name!r}: {suggest(name, known)}")
    model = known[name](classes, dropout)
    if dropout and not any(isinstance(layer, nn.Dropout) for layer in model.modules()):
        raise UsageError(
            f"model {name} has no dropout layers, found dropout = {dropout}: set it to 0"
        )
    return model
