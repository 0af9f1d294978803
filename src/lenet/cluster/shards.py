"""Reading one shard, wherever that is: items in, a part file out."""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, cast

import cv2

from lenet import __version__
from lenet.cluster import places
from lenet.cluster.loading import Loader
from lenet.cluster.manifest import HowToRead, Manifest, Shard, items_in
from lenet.cluster.memory import keep_it_small, without_pandas
from lenet.cluster.parts import PartWriter, part_name, rows_of, schema
from lenet.cluster.sources import Item, key_of
from lenet.cluster.time_limit import Limited, OverdueError
from lenet.errors import DataError, LeNetError, PictureError
from lenet.picture import Picture, Polarity
from lenet.picture.page_numbers import PageNumbers
from lenet.reader import Reading
from lenet.reader.inputs import FileContent, LoadedInput, decode_input_pages
from lenet.reader.page_reading import Options, refuse_idle
from lenet.reader.reader import load_networks
from lenet.reader.task import Document, Task
from lenet.run import BELIEF, MODEL, Run

BATCH = 32  # items that are read together, everywhere, so that the rows are the same
BATCH_BYTES = 32_000_000  # of files that are held for it
MEASURED_SECONDS = 3.0  # at most, to find out how long an item takes


class Report(NamedTuple):
    """What was done with a shard."""

    shard: int
    items: int
    seconds: float


class Fault(NamedTuple):
    """Why a job, such as a shard, failed; `final` if all will, and trying again is in vain."""

    number: int
    reason: str
    final: bool


def network_facts(model: str, finder: str) -> dict[str, Any]:
    """Return the fields of a manifest that describe the networks."""
    reads, finds = Run.find(model).require_reader(), Run.find(finder).require_finder()
    digests = {
        "model": reads.manifest.files.get(MODEL, ""),
        "finder": finds.manifest.files.get(MODEL, ""),
        "belief": reads.manifest.files.get(BELIEF, ""),
    }
    return {
        "model": model,
        "finder": finder,
        "digests": {f"digest of the {name}": digest for name, digest in digests.items()},
    }


def make_task(model: str, finder: str, how: HowToRead) -> Task:
    """Load the networks, for one thread, and say how (`UsageError`: an option has no effect)."""
    networks = load_networks(Run.find(model), Run.find(finder), 1)
    options = Options(
        how.single, how.upside_down, how.grid, how.min_probability, how.keep_uncertain
    )
    networks = replace(networks, polarity=cast("Polarity | None", how.polarity))
    refuse_idle(options, networks)
    return Task(networks, options, True, PageNumbers.of(how.pages))


class ShardReader:
    """Reads shards of one manifest, with networks of its own.

    Parameters
    ----------
    out : str
        The folder that holds the manifest and gets the part files.
    digest : str
        The manifest's.

    Raises
    ------
    LeNetError
        This machine has no such folder or manifest, another version of lenet, or other networks.
    """

    def __init__(self, out: str, digest: str) -> None:
        cv2.setNumThreads(1)  # there are as many readers as cores
        keep_it_small()
        manifest = Manifest.load(out)
        if manifest is None or manifest.digest != digest:
            raise DataError(
                f"a machine does not find the plan in {out}: give --to a folder that all of them "
                "share, or an address in a store"
            )
        if manifest.lenet != __version__:
            raise DataError(
                f"a machine has lenet {__version__}, the plan was made by {manifest.lenet}: "
                "install the same everywhere"
            )
        if manifest.base:
            try:
                os.chdir(manifest.base)
            except OSError as error:
                raise DataError(
                    f"a machine has no folder {manifest.base}, where the sources are: share it, or "
                    "name them by addresses in a store"
                ) from error
        if network_facts(manifest.model, manifest.finder)["digests"] != manifest.digests:
            raise DataError(
                f"a machine has another model {manifest.model}: install the same everywhere"
            )
        self._out, self._manifest, self._digest = out, manifest, digest
        self._task = make_task(manifest.model, manifest.finder, manifest.options)
        self._columns = schema(manifest.options.rows, not self._task.networks.reads_digits)
        self._pages = _PageReader(self._task, manifest.options.picture_seconds)

    def __call__(self, shard: Shard) -> Report:
        """Read a shard and write its part file.

        Raises
        ------
        DataError
            The part file cannot be written, or a store does not answer.
        """
        started = time.perf_counter()
        model = self._manifest.digests["digest of the model"]
        part = PartWriter(self._columns, self._digest, model, shard.number)
        items = 0
        for key, answer in self._pages.read(items_in(self._out, shard)):
            part.add(rows_of(key, answer, self._manifest.options.rows))
            items += 1
        part.write(places.join(self._out, part_name(shard.number)))
        return Report(shard.number, items, time.perf_counter() - started)


class _PageReader:
    """Reads items, page by page, each in the time that it may take."""

    def __init__(self, task: Task, seconds: float) -> None:
        self._task, self._limited, self._load = task, Limited(seconds), Loader()
        self._late = f"takes longer than {seconds:g} seconds to read; save it smaller"

    def read(self, items: Iterable[Item]) -> Iterator[tuple[str, Reading | PictureError]]:
        """Yield the key of each item with each of its pages' readings, one at least."""
        for batch, loaded in self._batches(items):
            try:
                answers = self._limited(lambda stamped: self._task(stamped), loaded)
            except OverdueError:  # one of them is too slow; which, is found out
                answers = [
                    self._alone(item, each) for item, each in zip(batch, loaded, strict=True)
                ]
            for item, answer in zip(batch, answers, strict=True):
                key = key_of(item)
                if isinstance(answer, Document):
                    yield from ((key, page) for page in self._document(key, answer.source))
                else:
                    yield key, answer

    def _batches(self, items: Iterable[Item]) -> Iterator[tuple[list[Item], list[LoadedInput]]]:
        batch: list[Item] = []
        loaded: list[LoadedInput] = []
        size = 0
        for item in items:
            batch.append(item)
            loaded.append(self._load(item))
            size += len(loaded[-1].content) if isinstance(loaded[-1], FileContent) else 0
            if len(batch) == BATCH or size > BATCH_BYTES:
                yield batch, loaded
                batch, loaded, size = [], [], 0
        if batch:
            yield batch, loaded

    def _alone(self, item: Item, loaded: LoadedInput) -> Reading | Document | PictureError:
        try:
            [answer] = self._limited(lambda stamped: self._task(stamped), [loaded])
        except OverdueError:
            return PictureError(f"{key_of(item)} {self._late}")
        return answer

    def _document(self, key: str, source: LoadedInput) -> Iterator[Reading | PictureError]:
        pages = decode_input_pages(source, self._task.pages, all_formats=True)
        count = 0
        while True:
            try:
                answers = self._limited(lambda _: self._next_page(pages), [])
            except OverdueError:
                yield PictureError(f"{key} (after page {count}) {self._late}")
                return
            except PictureError as error:  # the file was removed meanwhile
                yield error
                return
            if not answers:
                return
            yield from answers
            count += 1

    def _next_page(self, pages: Iterator[Picture | PictureError]) -> list[Reading | PictureError]:
        page = next(pages, None)
        return [] if page is None else cast("list[Reading | PictureError]", self._task.read([page]))


def read_safely(reader: Callable[[Shard], Report], shard: Shard) -> Report | Fault:
    """Read a shard; return what is wrong instead of raising it."""
    try:
        return reader(shard)
    except LeNetError as error:
        return Fault(shard.number, str(error), final=True)
    except Exception as error:
        return Fault(shard.number, f"{type(error).__name__}: {error}", final=False)


def in_a_process(out: str, digest: str) -> Callable[[list[Shard]], list[Report | Fault]]:
    """Return the function that reads shards in a process of the pool."""
    without_pandas()
    try:
        reader = ShardReader(out, digest)
    except LeNetError as error:
        reason = str(error)
        return lambda shards: [Fault(shard.number, reason, final=True) for shard in shards]
    return lambda shards: [read_safely(reader, shard) for shard in shards]


def seconds_each(sample: Sequence[Item], task: Task, how: HowToRead) -> float:
    """Return how long an item takes, measured on a sample for a few seconds."""
    pages = _PageReader(task, how.picture_seconds)
    for _ in pages.read(sample[:1]):  # the first one also fills caches
        pass
    count, started = 0, time.perf_counter()
    seconds = 0.0
    while count < len(sample) and seconds < MEASURED_SECONDS:
        part = sample[count : count + BATCH // 4]
        for _ in pages.read(part):
            pass
        count += len(part)
        seconds = time.perf_counter() - started
    return seconds / max(count, 1)
