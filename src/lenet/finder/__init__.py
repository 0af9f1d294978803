"""The network that finds where digits stand in a page, and the order to read them in.

Nothing here imports torch: a trained finder is an ONNX file.
"""

from lenet.finder.candidates import Candidates
from lenet.finder.contrast import normalise_contrast
from lenet.finder.network import Finder, Found, Heat, found_in
from lenet.finder.order import grid, grid_text, rows, text

__all__ = [
    "Candidates",
    "Finder",
    "Found",
    "Heat",
    "found_in",
    "grid",
    "grid_text",
    "normalise_contrast",
    "rows",
    "text",
]
