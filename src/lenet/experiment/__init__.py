"""One whole run: data, training, export to ONNX, scores, report and model card."""

from lenet.experiment.training import load, resume, train

__all__ = ["load", "resume", "train"]
