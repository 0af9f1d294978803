"""The network that finds where digits stand in a page, and the order to read them in.

Nothing here imports torch: a trained finder is an ONNX file.
"""

from lenet.finder.contrast import normalise_contrast

__all__ = ["normalise_contrast"]
