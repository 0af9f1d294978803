"""Every contender with every seed: train what is missing, score it, keep the result."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lenet import datasets, experiment, training
from lenet.comparison.contenders import Classical, Contender, find_all, shared_data
from lenet.comparison.results import LEDGER, Ledger, Result, score_classical, score_run
from lenet.comparison.standings import Comparison, Standing
from lenet.datasets import Dataset
from lenet.datasets.parts import Parts
from lenet.errors import DataError, ModelError, OutcomeError, UsageError
from lenet.reader import Classifier
from lenet.recipe import Recipe
from lenet.run import MODEL, Run
from lenet.storage import sha256


@dataclass(frozen=True)
class Cell:
    """One contender with one seed."""

    contender: Contender
    seed: int
    digest: str


class Watcher(training.Watcher):
    """What a caller is told while a comparison goes on; every method does nothing here."""

    def opens(self, cell: Cell, position: int, total: int) -> None:
        """Hear that something will be trained or scored: cell `position`, from 1, of `total`."""

    def closes(self, result: Result, position: int, total: int, kept: bool) -> None:
        """Hear a result; `kept`: it was there from before."""

    def fails(self, error: OutcomeError) -> None:
        """Hear that a training diverged; the others go on."""


class Matrix:
    """All contenders with all their seeds, checked before anything is trained.

    Parameters
    ----------
    words : sequence of str
        What the contenders are called.
    seeds, data, runs, data_dir, device
        See `lenet.comparison.compare`.
    ledger : Path, optional
        The file of what is finished, `LEDGER` in `runs` if not given.

    Attributes
    ----------
    contenders : list of Contender
    cells : list of Cell
        Seed by seed, so that a matrix that was stopped has something of everybody.
    failures : list of str
        What diverged.
    """

    def __init__(
        self,
        words: Sequence[str],
        *,
        seeds: int = 5,
        data: Sequence[str] | None = None,
        runs: str | Path = "runs",
        data_dir: str | Path | None = None,
        device: str = "auto",
        ledger: Path | None = None,
    ) -> None:
        if seeds < 1:
            raise UsageError(f"a comparison needs one seed or more, found {seeds}: say --seeds 5")
        self.runs = Path(runs)
        self.data_dir = Path(data_dir) if data_dir else None
        self.device = device
        self.contenders = find_all(words, self.runs)
        self.sources = shared_data(self.contenders, data)
        self.splits = datasets.load_all(self.sources, self.data_dir, show_progress=True)
        for contender in self.contenders:
            _check_classes(contender, self.splits.test)
        self.ledger = Ledger(ledger or self.runs / LEDGER)
        self.digest = sha256((self.splits.train.digest + self.splits.test.digest).encode())
        cells = [
            Cell(contender, seed, digest)
            for contender in self.contenders
            for digest in [contender.digest(len(self.splits.test.classes))]
            for seed in contender.seeds(seeds)
        ]
        self.cells = sorted(cells, key=lambda cell: 0 if _is_run(cell) else cell.seed)
        self.failures: list[str] = []
        self._runs_scored: dict[str, Result] = {}

    def result(self, cell: Cell) -> Result | None:
        """Return the result of `cell` if it is there already."""
        if _is_run(cell):
            return self._runs_scored.get(cell.contender.name)
        return self.ledger.find(cell.digest, cell.seed, self.digest)

    def complete(
        self, watcher: Watcher, enough: Callable[[], bool] = lambda: False
    ) -> Iterator[Result]:
        """Fill the matrix, yielding each result; nothing new is begun once it is `enough`."""
        for position, cell in enumerate(self.cells, 1):
            result, kept = self.result(cell), True
            if result is None:
                if enough():
                    continue
                watcher.opens(cell, position, len(self.cells))
                try:
                    result, kept = self._obtain(cell, watcher), False
                except OutcomeError as error:
                    said = f"{cell.contender.name}, seed {cell.seed}: {error}"
                    self.failures.append(said)
                    watcher.fails(OutcomeError(said))
                    continue
            watcher.closes(result, position, len(self.cells), kept)
            yield result

    def comparison(self) -> Comparison:
        """Return how those stand that have a result."""
        found: dict[str, list[Result]] = {}
        for cell in self.cells:
            if result := self.result(cell):
                found.setdefault(cell.contender.name, []).append(result)
        standings = [
            Standing(each.name, each.kind, each.stochastic, tuple(found[each.name]))
            for each in self.contenders
            if each.name in found
        ]
        return Comparison.of(standings, self.splits.test.name, tuple(self.failures))

    def _obtain(self, cell: Cell, watcher: Watcher) -> Result:
        match cell.contender.what:
            case Run() as run:
                result = self._result(cell, score_run(run, self.splits.test))
                self._runs_scored[cell.contender.name] = result
                return result
            case Recipe() as recipe:
                changes = {"seed": cell.seed, "data": self.sources}
                run = self._train(recipe.with_changes(changes), watcher)
                result = self._result(cell, score_run(run, self.splits.test))
            case Classical() as kind:
                result = self._result(cell, score_classical(kind, cell.seed, self.splits))
        self.ledger.append(result)
        return result

    def _train(self, recipe: Recipe, watcher: Watcher) -> Run:
        """Train `recipe`, or take or finish the run that did so before."""
        begun = self._find_run(recipe)
        match begun and begun.manifest.state:
            case None:
                return experiment.train(
                    recipe,
                    runs=self.runs,
                    data_dir=self.data_dir,
                    device=self.device,
                    report=False,
                    watcher=watcher,
                )
            case "training":
                assert begun is not None
                return experiment.resume(
                    begun.folder, data_dir=self.data_dir, report=False, watcher=watcher
                )
            case "diverged":
                assert begun is not None
                raise OutcomeError(
                    f"training diverged before, see {begun.folder}; remove it to try again"
                )
            case _:
                assert begun is not None
                return begun

    def _find_run(self, recipe: Recipe) -> Run | None:
        """Find a run of the same recipe, whatever it is called, on the same data."""
        found: list[Run] = []
        for manifest in sorted(self.runs.glob("*/run.json")):
            try:
                run = Run.open(manifest.parent)
            except ModelError:
                continue  # somebody's broken folder is no reason to stop here
            if _intent(run.recipe) == _intent(recipe):
                found.append(run)
        if not found:
            return None
        facts = Parts.of(recipe, self.splits, self.data_dir).facts()
        order = ["done", "training", "diverged", "regressed"]
        same = [run for run in found if run.manifest.data == facts]
        return min(same, key=lambda run: order.index(run.manifest.state), default=None)

    def _result(self, cell: Cell, outcome: Mapping[str, object]) -> Result:
        return Result.model_validate(
            {
                "contender": cell.contender.name,
                "digest": cell.digest,
                "data": self.digest,
                "seed": cell.seed,
                "finished": datetime.now(UTC).astimezone().isoformat(timespec="seconds"),
                **outcome,
            }
        )


def _is_run(cell: Cell) -> bool:
    return isinstance(cell.contender.what, Run)


def _intent(recipe: Recipe) -> dict[str, object]:
    return recipe.model_dump(exclude={"name", "about"})


def _check_classes(contender: Contender, test: Dataset) -> None:
    if not isinstance(contender.what, Run):
        return
    classes = Classifier(contender.what.read(MODEL)).classes
    if classes != test.classes:
        raise DataError(
            f"{contender.name} tells {', '.join(classes)} apart, but {test.name} holds "
            f"{', '.join(test.classes)}: choose --data with the same classes, or leave it out"
        )


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
