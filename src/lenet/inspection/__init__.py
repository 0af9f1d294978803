"""Looking inside a finished run: its layers and kernels, what decided an answer, its weak spots."""

from lenet.inspection.inspection import Inspection

__all__ = ["Inspection"]
