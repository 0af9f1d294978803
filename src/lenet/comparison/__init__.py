"""Several models side by side on the same test set: trained where needed, scored, and judged.

A contender is a run folder (scored as it is), a recipe (trained once for each seed) or a classical
model of scikit-learn (trained and scored here, never exported). What is finished is kept as a line
in a file and not done again.
"""

from collections.abc import Sequence
from pathlib import Path

from lenet.comparison.classical import CLASSICAL, Classical
from lenet.comparison.contenders import Contender
from lenet.comparison.ledger import LEDGER, Ledger, Result
from lenet.comparison.matrix import Cell, Matrix, Watcher
from lenet.comparison.rendering import draw, to_dict, to_markdown
from lenet.comparison.standings import Comparison, Pair, Standing

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


def compare(
    contenders: Sequence[str],
    *,
    seeds: int = 5,
    data: Sequence[str] | None = None,
    runs: str | Path = "runs",
    data_dir: str | Path | None = None,
    device: str = "auto",
    watcher: Watcher | None = None,
) -> Comparison:
    """Train what has to be trained, score everything on one test set, and judge.

    Parameters
    ----------
    contenders : sequence of str
        Run folders, recipes (built-in names or TOML files), classical models.
    seeds : int
        Recipes are trained once with each seed 0..seeds-1.
    data : sequence of str, optional
        Data to train and test on in place of the contenders' own, which have to agree.
    runs : path
        Folder of the run folders and of the file in which finished results are kept.
    data_dir : path, optional
        Where MNIST is looked for first.
    device : str
        ``auto``, ``cpu``, ``cuda`` or ``mps``.
    watcher : Watcher, optional
        Is told how it goes.

    Raises
    ------
    UsageError
        An unknown contender, one named twice, fewer than one seed, or data that do not agree.
    DataError
        The data cannot be read, or has other classes than a run.
    ModelError
        A run folder is missing, broken or unfinished.

    Examples
    --------
    >>> import tempfile
    >>> outcome = compare(["svm-linear", "knn"], data=["uci-digits"], runs=tempfile.mkdtemp())
    >>> [(standing.name, standing.errors) for standing in outcome.standings]
    [('knn', (6,)), ('svm-linear', (18,))]
    >>> outcome.pairs[0].better
    'knn'
    """
    matrix = Matrix(contenders, seeds=seeds, data=data, runs=runs, data_dir=data_dir, device=device)
    for _ in matrix.complete(watcher or Watcher()):
        pass
    return matrix.comparison()
