"""Pictures in, readings out: a network run by ONNX Runtime, without torch."""

from lenet.reader.classifier import (
    MIN_PROBABILITY,
    Classifier,
    Judgement,
    Status,
    softmax,
    status_of,
)
from lenet.reader.inputs import PictureInput
from lenet.reader.reader import DEFAULT_MODEL, Reader
from lenet.reader.reading import Digit, Reading, Rejection, percent

__all__ = [
    "DEFAULT_MODEL",
    "MIN_PROBABILITY",
    "Classifier",
    "Digit",
    "Judgement",
    "PictureInput",
    "Reader",
    "Reading",
    "Rejection",
    "Status",
    "percent",
    "softmax",
    "status_of",
]
