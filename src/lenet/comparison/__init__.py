"""Compare several models on the same test set: train where necessary, score, test significance.

A contender is a run folder (scored as it is), a recipe (trained once for each seed) or a classical
model of scikit-learn (trained and scored here, never exported). Each result is stored as a line of
a file and not computed again.
"""

from lenet.comparison.contenders import CLASSICAL, Classical, Contender
from lenet.comparison.matrix import Cell, Matrix, Watcher, compare
from lenet.comparison.results import LEDGER, Ledger, Result
from lenet.comparison.standings import Comparison, Pair, Standing
from lenet.comparison.tables import draw, to_dict, to_markdown

__all__ = [
    "CLASSICAL",
    "LEDGER",
    "Cell",
    "Classical",
    "Comparison",
    "Contender",
    "Ledger",
    "Matrix",
    "Pair",
    "Result",
    "Standing",
    "Watcher",
    "compare",
    "draw",
    "to_dict",
    "to_markdown",
]
