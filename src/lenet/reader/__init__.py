"""Pictures in, readings out: a network run by ONNX Runtime, without torch."""

from lenet.reader.classifier import BATCH, Classifier, open_session, softmax
from lenet.reader.reader import DEFAULT_MODEL, Reader, Source
from lenet.reader.reading import Digit, Reading, Rejection

__all__ = [
    "BATCH",
    "DEFAULT_MODEL",
    "Classifier",
    "Digit",
    "Reader",
    "Reading",
    "Rejection",
    "Source",
    "open_session",
    "softmax",
]
