"""A bulk reading from plan to summary: what is missing is read, and then all of it is checked."""

import json
import time
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from lenet.cluster import places
from lenet.cluster.manifest import (
    FOLDER,
    HowToRead,
    Manifest,
    Shard,
    asked_for,
    check_options,
    check_same,
    items_in,
    list_items,
    shard_size,
)
from lenet.cluster.parts import Counts, belongs, count_part, number_in, part_name, stale
from lenet.cluster.pool import read_locally
from lenet.cluster.shards import Fault, Report, make_task, network_facts, seconds_each
from lenet.cluster.sources import key_of
from lenet.errors import DataError, UsageError
from lenet.picture.page_numbers import PageNumbers
from lenet.reader import DEFAULT_MODEL
from lenet.runtime import available_cores
from lenet.storage import LockedError, locked

SUCCESS = "_SUCCESS"
MAX_WORKERS = 4096
LOOKS = 16  # at part files of an earlier start, at once
Workers = int | Literal["local", "ray"]


@dataclass(frozen=True)
class Summary:
    """The outcome of a bulk reading.

    Attributes
    ----------
    out : str
        The folder of the part files.
    counts : Counts
        What all part files hold together.
    failed : dict
        Shards that could not be read, and why.
    shards, kept : int
        How many shards there are, and how many were already there.
    read : int
        Pictures that were read now.
    seconds, core_hours : float
        What that took: on the clock, and of all workers together.
    """

    out: str
    counts: Counts
    failed: dict[int, str] = field(default_factory=dict)
    shards: int = 0
    kept: int = 0
    read: int = 0
    seconds: float = 0.0
    core_hours: float = 0.0

    @property
    def rate(self) -> float:
        """Pictures a second, that were read now."""
        return self.read / self.seconds if self.seconds else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return it as a dictionary for JSON."""
        return {
            **{name: value for name, value in asdict(self.counts).items() if name != "unreadable"},
            "unreadable": dict(sorted(self.counts.unreadable.items())),
            "failed": {str(shard): reason for shard, reason in sorted(self.failed.items())},
            "shards": self.shards,
            "kept": self.kept,
            "read": self.read,
            "pictures_per_second": round(self.rate, 1),
            "seconds": round(self.seconds, 3),
            "core_hours": round(self.core_hours, 6),
        }


class Watcher:
    """Callbacks during a bulk reading; every method does nothing by default."""

    def plans(self) -> None:
        """Handle the start of planning."""

    def begins(self, manifest: Manifest, missing: int) -> None:
        """Handle the plan, of which so many shards are not done yet."""

    def starts(self, engine: str) -> None:
        """Handle the words that say where the work is done."""

    def passed(self, report: Report) -> None:
        """Handle a shard that was read."""

    def fails(self, fault: Fault) -> None:
        """Handle a shard that could not be read."""

    def checks(self) -> None:
        """Handle the start of the last check."""


def read_in_bulk(
    sources: Sequence[str],
    to: str,
    *,
    workers: Workers = "local",
    model: str = DEFAULT_MODEL,
    finder: str = "finder",
    recursive: bool = False,
    options: HowToRead | None = None,
    shard_items: int | None = None,
    watcher: Watcher | None = None,
) -> Summary:
    """Read any number of pictures into Parquet files; what is already done is not done again.

    Parameters
    ----------
    sources : sequence of str
        See `lenet.cluster.sources.find_items`.
    to : str
        A folder, or an address in an object store: gets a part file for each shard.
    workers : int or {"local", "ray"}
        So many processes of this machine, one for each of its cores, or Ray.
    model, finder : str
        Names of shipped models, or run folders.
    recursive : bool
        Whether folders within folders are read.
    options : HowToRead, optional
    shard_items : int, optional
        Items in a shard; by default about a minute's work.
    watcher : Watcher, optional
        Receives callbacks.

    Raises
    ------
    UsageError
        An option is none, or no model has that name.
    DataError
        A source cannot be listed, `to` holds another job's result or cannot be written, a store
        does not answer, or Ray cannot be used.
    ModelError
        A model is missing, broken or altered.
    """
    options, watcher = options or HowToRead(), watcher or Watcher()
    check_options(options, shard_items)
    PageNumbers.of(options.pages)
    count = _number_of(workers)
    networks = network_facts(model, finder)
    places.make_folder(places.join(to, FOLDER))
    with ExitStack() as stack:
        _lock(to, stack)
        asked = asked_for(sources, recursive, networks, options)
        manifest = Manifest.load(to)
        if manifest is None:
            watcher.plans()
            manifest = _plan(to, asked, shard_items, count)
        else:
            check_same(manifest, asked, shard_items, to)
        return _Job(to, manifest, watcher).run(workers, count)


def _number_of(workers: Workers) -> int:
    if isinstance(workers, str):
        if workers not in ("local", "ray"):
            raise UsageError(f"--workers is {workers!r}: say ray, local or a number of processes")
        return available_cores()
    if not 1 <= workers <= MAX_WORKERS:
        raise UsageError(f"--workers is {workers}: give 1 to {MAX_WORKERS:,} processes")
    return workers


def _lock(out: str, stack: ExitStack) -> None:
    if places.is_remote(out):
        return  # two at once do the same work twice, and write the same files
    try:
        stack.enter_context(locked(Path(places.local(places.join(out, FOLDER)))))
    except LockedError as error:
        raise DataError(
            f"another lenet is writing to {out}: wait for it, or choose another --to"
        ) from error


def _plan(out: str, asked: dict[str, Any], shard_items: int | None, workers: int) -> Manifest:
    task = make_task(asked["model"], asked["finder"], asked["options"])
    listed = list_items(out, asked["sources"], asked["recursive"])
    if shard_items is None:
        each = seconds_each(listed.sample, task, asked["options"])
        shard_items = shard_size(listed.items, each, workers)
    manifest = Manifest(
        **asked,
        items=listed.items,
        items_sha256=listed.sha256,
        shard_items=shard_items,
        shards=-(-listed.items // shard_items),
    )
    manifest.save(out)
    return manifest


class _Job:
    """What is left to do of a plan."""

    def __init__(self, out: str, manifest: Manifest, watcher: Watcher) -> None:
        self._out, self._manifest, self._watcher = out, manifest, watcher
        self._shards = manifest.find_shards(out)

    def run(self, workers: Workers, count: int) -> Summary:
        """Read what is missing, check everything, and say that it is whole."""
        kept = self._kept()
        missing = [shard for shard in self._shards if shard.number not in kept]
        self._watcher.begins(self._manifest, len(missing))
        started = time.perf_counter()
        reports: list[tuple[int, float]] = []
        failed: dict[int, str] = {}
        if missing:
            places.remove(places.join(self._out, SUCCESS))
            try:
                with closing(self._engine(workers, count, missing)) as outcomes:
                    self._follow(outcomes, reports, failed)
            finally:
                self._sweep(places.list_folder(self._out).files)
        seconds = time.perf_counter() - started
        counts = self._check(failed)
        summary = Summary(
            self._out,
            counts,
            failed,
            len(self._shards),
            len(kept),
            sum(items for items, _ in reports),
            seconds,
            sum(each for _, each in reports) / 3600,
        )
        if not failed:
            facts = {"manifest": self._manifest.digest, "pictures": counts.pictures}
            content = json.dumps(facts).encode() + b"\n"
            places.write_whole(places.join(self._out, SUCCESS), content)
        return summary

    def _kept(self) -> set[int]:
        """Return the shards whose part files are there; remove what was left half-written."""
        files = places.list_folder(self._out).files
        self._sweep(files)
        numbers = [number for number in map(number_in, files) if number is not None]
        if beyond := [number for number in numbers if number >= len(self._shards)]:
            raise DataError(
                f"{self._out} holds {part_name(beyond[0])}, which is not of this job; choose "
                "another --to"
            )
        digest = self._manifest.digest

        def is_ours(number: int) -> bool:
            return belongs(places.join(self._out, part_name(number)), digest, number)

        with ThreadPoolExecutor(LOOKS) as pool:
            ours = pool.map(is_ours, numbers)
            return {number for number, good in zip(numbers, ours, strict=True) if good}

    def _sweep(self, files: Sequence[str]) -> None:
        for name in stale(files):
            places.remove(places.join(self._out, name))

    def _engine(
        self, workers: Workers, count: int, missing: Sequence[Shard]
    ) -> Generator[Report | Fault]:
        digest, out = self._manifest.digest, places.absolute(self._out)
        if workers == "ray":
            from lenet.cluster.on_ray import read_on_ray

            return read_on_ray(missing, out, digest, self._watcher.starts)
        count = min(count, len(missing))
        self._watcher.starts(f"{count} processes of this machine" if count > 1 else "one process")
        return read_locally(missing, out, digest, count)

    def _follow(
        self,
        outcomes: Iterable[Report | Fault],
        reports: list[tuple[int, float]],
        failed: dict[int, str],
    ) -> None:
        for outcome in outcomes:
            if isinstance(outcome, Report):
                reports.append((outcome.items, outcome.seconds))
                self._watcher.passed(outcome)
            elif outcome.final:
                raise DataError(outcome.reason)
            else:
                failed[outcome.number] = outcome.reason
                self._watcher.fails(outcome)

    def _check(self, failed: Iterable[int]) -> Counts:
        self._watcher.checks()
        counts, without = Counts(), set(failed)
        for shard in self._shards:
            if shard.number not in without:
                keys = map(key_of, items_in(self._out, shard))
                count_part(places.join(self._out, part_name(shard.number)), keys, counts)
        return counts
