"""The network that finds where digits stand in a page, and the order to read them in.

Nothing here imports torch: a trained finder is an ONNX file.
"""

from lenet.finder.candidates import Candidates
from lenet.finder.contrast import normalise_contrast
from lenet.finder.network import Finder, Found, Heat, found_in, shipped_finder
from lenet.finder.order import Row, grid, grid_text, rows, text
from lenet.finder.single import (
    POLARITIES,
    Fit,
    Preparation,
    Single,
    only_character,
    plain_character,
    polarity_of,
    preparations,
    prepare,
)

__all__ = [
    "POLARITIES",
    "Candidates",
    "Finder",
    "Fit",
    "Found",
    "Heat",
    "Preparation",
    "Row",
    "Single",
    "found_in",
    "grid",
    "grid_text",
    "normalise_contrast",
    "only_character",
    "plain_character",
    "polarity_of",
    "preparations",
    "prepare",
    "rows",
    "shipped_finder",
    "text",
]
