"""Shards on the cores of this machine: a process for each, started again when it is ended."""

import threading
from collections.abc import Generator, Iterable
from contextlib import suppress
from queue import SimpleQueue

from lenet.cluster.manifest import Shard
from lenet.cluster.shards import Fault, Report, in_a_process
from lenet.errors import DataError
from lenet.reader.workers import Worker, packed

TRIES = 3  # of a shard, whose process was ended or which failed in an unknown way


def read_locally(
    shards: Iterable[Shard], out: str, digest: str, workers: int
) -> Generator[Report | Fault]:
    """Read shards in `workers` processes; yield what became of each, in the order they end.

    Parameters
    ----------
    shards : iterable of Shard
        They are taken one by one.
    out, digest : str
        As `ShardReader` takes them.
    workers : int
    """
    rest, lock = iter(shards), threading.Lock()
    outcomes: SimpleQueue[Report | Fault | None] = SimpleQueue()
    slots = [_Slot(out, digest) for _ in range(workers)]

    def work(slot: "_Slot") -> None:
        try:
            while not slot.ended:
                with lock:
                    shard = next(rest, None)
                if shard is None:
                    return
                outcomes.put(slot.read(shard))
        finally:
            outcomes.put(None)

    threads = [threading.Thread(target=work, args=(slot,), daemon=True) for slot in slots]
    for thread in threads:
        thread.start()
    try:
        working = len(threads)
        while working:
            outcome = outcomes.get()
            if outcome is None:
                working -= 1
            else:
                yield outcome
    finally:
        for slot in slots:
            slot.end()
        for thread in threads:
            thread.join()


class _Slot:
    """A place for one process at a time."""

    def __init__(self, out: str, digest: str) -> None:
        self._task = packed((in_a_process, (out, digest)))
        self._worker: Worker | None = None
        self._lock = threading.Lock()
        self.ended = False

    def read(self, shard: Shard) -> Report | Fault:
        """Return what became of a shard, after up to `TRIES` tries."""
        outcome: Report | Fault
        for _ in range(TRIES):
            try:
                [outcome] = self._ready().ask(packed([shard]))
            except DataError as error:
                outcome = Fault(shard.number, str(error), final=False)
                self._close()
            if isinstance(outcome, Report) or outcome.final or self.ended:
                break
        return outcome

    def _ready(self) -> Worker:
        with self._lock:
            if self.ended:
                raise DataError("the job was stopped")
            if self._worker is not None:
                return self._worker
            self._worker = worker = Worker()
        worker.ask(self._task)
        return worker

    def _close(self) -> None:
        with self._lock:
            if self._worker is not None:
                with suppress(OSError):
                    self._worker.close()
                self._worker = None

    def end(self) -> None:
        """End the process, whatever it is doing."""
        self.ended = True
        self._close()
