"""`lenet compare` on Ray: each cell is trained by an actor, and one process keeps the results."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from lenet.cluster.on_ray import Fleet, connected
from lenet.cluster.shards import Fault
from lenet.comparison import Matrix, Result, Watcher
from lenet.errors import DataError, LeNetError, OutcomeError


class Trained(NamedTuple):
    """What became of a cell: its result, or why its training diverged."""

    number: int
    result: Result | None
    diverged: str = ""


def complete_on_ray(
    matrix: Matrix, watcher: Watcher, starts: Callable[[str], None]
) -> Iterator[Result]:
    """Yield the result of each cell of a comparison, as `Matrix.complete` does.

    Cells are trained at the same time, each on one core, in the run folders that one after another
    would make; cells that are equal are trained once. `starts` is told in words where.

    Raises
    ------
    DataError
        Ray cannot be used, a machine lacks a folder, or a cell failed for good.
    """
    missing = _missing(matrix)
    total = len(matrix.cells)
    done = 0
    if missing:
        with connected() as (ray, words):
            starts(words)
            matrix.runs.mkdir(parents=True, exist_ok=True)
            base = str(Path.cwd())
            jobs = {number: number for number in missing}
            with closing(Fleet(ray, _Trainer, (base, matrix.arguments), jobs, 1)) as fleet:
                for outcome in fleet.work():
                    if isinstance(outcome, Fault):
                        cell = matrix.cells[outcome.number]
                        raise DataError(
                            f"{cell.contender.name}, seed {cell.seed}: {outcome.reason}"
                        )
                    if outcome.result is None:
                        matrix.give_up(matrix.cells[outcome.number], outcome.diverged, watcher)
                        continue
                    matrix.keep(matrix.cells[outcome.number], outcome.result)
                    done += 1
                    watcher.closes(outcome.result, done, total, False)
                    yield outcome.result
    for number, cell in enumerate(matrix.cells):
        if number not in missing and (result := matrix.result(cell)):
            done += 1
            watcher.closes(result, done, total, True)
            yield result


def _missing(matrix: Matrix) -> list[int]:
    """Return the cells without a result, of equal ones the first."""
    first: dict[tuple[str, int], int] = {}
    for number, cell in enumerate(matrix.cells):
        if matrix.result(cell) is None:
            first.setdefault((cell.digest, cell.seed), number)
    return list(first.values())


class _Trainer:
    """The actor: makes the same matrix, and obtains cells of it."""

    def __init__(self, base: str, arguments: dict[str, Any]) -> None:
        self._fault = ""
        try:
            os.chdir(base)
            if not Path(arguments["runs"]).is_dir():
                raise FileNotFoundError(arguments["runs"])
            self._matrix = Matrix(**arguments)
        except OSError as error:
            self._fault = f"a machine has no folder {error.filename or error}: share it among all"
        except LeNetError as error:
            self._fault = str(error)

    def ready(self) -> str:
        """Return what is wrong, nothing if nothing is."""
        return self._fault

    def work(self, number: int) -> Trained | Fault:
        """Obtain a cell; an earlier start of it is resumed."""
        try:
            return Trained(number, self._matrix.obtain(self._matrix.cells[number], Watcher()))
        except OutcomeError as error:
            return Trained(number, None, str(error))
        except LeNetError as error:
            return Fault(number, str(error), final=True)
        except Exception as error:
            return Fault(number, f"{type(error).__name__}: {error}", final=False)
