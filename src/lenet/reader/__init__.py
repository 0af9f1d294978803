"""Pictures in, readings out: a network run by ONNX Runtime, without torch."""

from lenet.reader.batches import Source
from lenet.reader.classifier import Classifier, softmax
from lenet.reader.reader import DEFAULT_MODEL, Reader
from lenet.reader.reading import MIN_PROBABILITY, Digit, Reading, Rejection, percent

__all__ = [
    "DEFAULT_MODEL",
    "MIN_PROBABILITY",
    "Classifier",
    "Digit",
    "Reader",
    "Reading",
    "Rejection",
    "Source",
    "percent",
    "softmax",
]
