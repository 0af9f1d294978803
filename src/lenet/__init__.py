"""Reads handwritten digits with LeNet-family networks: train, measure, look inside, use.

The names below are the whole of the public Python interface that needs no further import; each is
loaded when it is first asked for, so that ``import lenet`` costs nothing and reading pictures
never loads torch.
"""

import os
from typing import TYPE_CHECKING, Any

# Before anything can import ONNX Runtime, see `lenet.runtime`.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

if TYPE_CHECKING:
    from lenet.comparison import compare as compare
    from lenet.datasets.given import make_dataset as Dataset
    from lenet.evaluation import evaluate as evaluate
    from lenet.experiment import export as export
    from lenet.experiment import load as load
    from lenet.experiment import train as train
    from lenet.experiment.estimator import Classifier as Classifier
    from lenet.inspection import Inspection as Inspection
    from lenet.reader import Reader as Reader
    from lenet.reader import Reading as Reading
    from lenet.recipe import Recipe as Recipe

__version__ = "0.1.0"
__all__ = [
    "Classifier",
    "Dataset",
    "Inspection",
    "Reader",
    "Reading",
    "Recipe",
    "compare",
    "evaluate",
    "export",
    "load",
    "train",
]

_HOMES = {
    "Classifier": "lenet.experiment.estimator",
    "Dataset": "lenet.datasets.given:make_dataset",
    "Inspection": "lenet.inspection",
    "Reader": "lenet.reader",
    "Reading": "lenet.reader",
    "Recipe": "lenet.recipe",
    "compare": "lenet.comparison",
    "evaluate": "lenet.evaluation",
    "export": "lenet.experiment",
    "load": "lenet.experiment",
    "train": "lenet.experiment",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        module, _, attribute = _HOMES[name].partition(":")
        return getattr(import_module(module), attribute or name)
    raise AttributeError(f"module 'lenet' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
