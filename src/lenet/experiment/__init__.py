"""One whole run: data, training, export to ONNX, scores, report and model card."""

from lenet.experiment.exporting import export
from lenet.experiment.whole_run import load, resume, train

__all__ = ["export", "load", "resume", "train"]
