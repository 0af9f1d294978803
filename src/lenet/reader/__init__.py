"""Pictures in, readings out: a network run by ONNX Runtime, without torch."""

from lenet.reader.batches import Source
from lenet.reader.classifier import BATCH, Classifier, open_session, softmax
from lenet.reader.reader import DEFAULT_MODEL, Reader
from lenet.reader.reading import MIN_PROBABILITY, Digit, Reading, Rejection

__all__ = [
    "BATCH",
    "DEFAULT_MODEL",
    "MIN_PROBABILITY",
    "Classifier",
    "Digit",
    "Reader",
    "Reading",
    "Rejection",
    "Source",
    "open_session",
    "softmax",
]
