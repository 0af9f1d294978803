"""The plan of a bulk reading: made once, then only read.

``OUT/_manifest/items.jsonl`` has a line for each item, and ``manifest.json``, written last, says
what they are read with and how many make a shard. It holds no time, host or machine, so that the
same plan made twice is the same file.
"""

import json
import os
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from lenet import __version__
from lenet.cluster import places
from lenet.cluster.distinct import Distinct
from lenet.cluster.sources import (
    Item,
    digest_of,
    find_items,
    is_relative,
    key_of,
    lines_of,
    lists_of,
)
from lenet.errors import DataError, UsageError
from lenet.run import shipped_names
from lenet.storage import sha256

FOLDER, MANIFEST, ITEMS = "_manifest", "manifest.json", "items.jsonl"
FORMAT = 1
ROWS = ("pictures", "digits")
SAMPLE = 128  # items, that are measured
SHARD_SECONDS = 60  # of work: long beside what a shard costs, short beside what is lost with it
SHARDS_PER_WORKER = 8
MOST_ITEMS = 100_000  # in a shard, which is held in memory


@dataclass(frozen=True)
class HowToRead:
    """What the rows of a bulk reading depend on, beside the networks.

    Attributes
    ----------
    rows : {"pictures", "digits"}
        What a row is.
    single, upside_down, grid, min_probability, keep_uncertain, polarity
        As `lenet.Reader` and its methods take them.
    pages : str or None
        Which pages of documents.
    picture_seconds : float
        What a picture or page may take; one that takes longer becomes a row with an error.
    """

    rows: str = "pictures"
    single: bool = False
    upside_down: bool = False
    grid: bool = False
    min_probability: float = 0.5
    keep_uncertain: bool = False
    polarity: str | None = None
    pages: str | None = None
    picture_seconds: float = 60.0


class Shard(NamedTuple):
    """A part of the manifest's lines."""

    number: int
    offset: int  # of its first line in the file
    size: int  # in bytes


class Manifest(BaseModel):
    """The content of ``manifest.json``.

    Attributes
    ----------
    sources : list of str
        As they were given.
    recursive : bool
        Whether folders within folders count.
    lists : dict
        SHA-256 of each list among them.
    base : str
        The folder that relative paths start from; empty if there are none.
    model, finder : str
        Names of the networks, and of their files the SHA-256, in `digests`.
    options : HowToRead
    items, shards, shard_items : int
        How many items, how many shards, how many items in each but the last.
    items_sha256 : str
        Of the file of items.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = FORMAT
    lenet: str = __version__
    sources: list[str]
    recursive: bool
    lists: dict[str, str]
    base: str
    model: str
    finder: str
    digests: dict[str, str]
    options: HowToRead
    items: int
    items_sha256: str
    shard_items: int
    shards: int

    @property
    def digest(self) -> str:
        """The SHA-256 of the manifest: what each part file says it belongs to."""
        return sha256(json.dumps(self.model_dump(), sort_keys=True).encode())

    @classmethod
    def load(cls, out: str) -> Self | None:
        """Return the manifest in the folder `out`, None if there is none.

        Raises
        ------
        DataError
            It is broken or was altered.
        """
        address = address_of(out, MANIFEST)
        try:
            content = json.loads(places.read(address))
            expected = content.pop("sha256")
            manifest = cls.model_validate(content)
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, AttributeError, ValidationError) as error:
            raise DataError(f"{address} is broken; choose another --to") from error
        if manifest.digest != expected:
            raise DataError(f"{address} was altered: its digest differs; choose another --to")
        return manifest

    def save(self, out: str) -> None:
        """Write it into the folder `out`."""
        content = {"sha256": self.digest, **self.model_dump()}
        places.write_whole(
            address_of(out, MANIFEST), json.dumps(content, indent=1).encode() + b"\n"
        )

    def find_shards(self, out: str) -> list[Shard]:
        """Return where the shards are in the file of items, whose digest is checked.

        Raises
        ------
        DataError
            The file is missing or was altered.
        """
        address = address_of(out, ITEMS)
        try:
            with places.open_file(address) as file:
                altered = digest_of(file) != self.items_sha256
            with places.open_file(address) as file:
                starts = _starts(lines_of(file), self.shard_items)
        except FileNotFoundError as error:
            raise DataError(f"{address} is missing; choose another --to") from error
        if altered:
            raise DataError(f"{address} was altered: its digest differs; choose another --to")
        return [
            Shard(number, start, end - start)
            for number, (start, end) in enumerate(pairwise(starts))
        ]


def _starts(lines: Iterable[bytes], each: int) -> "array[int]":
    """Return the offset of every line that begins a shard, and of the end."""
    starts = array("Q")
    offset = 0
    for number, line in enumerate(lines):
        if number % each == 0:
            starts.append(offset)
        offset += len(line) + 1
    starts.append(offset)
    return starts


def address_of(out: str, name: str) -> str:
    """Return the address of a file of the plan."""
    return places.join(places.join(out, FOLDER), name)


def items_in(out: str, shard: Shard) -> Iterator[Item]:
    """Yield the items of a shard."""
    with places.open_file(address_of(out, ITEMS)) as file:
        file.seek(shard.offset)
        lines = bytes(file.read(shard.size))
    yield from map(json.loads, lines.splitlines())


def all_keys(out: str) -> Iterator[str]:
    """Yield the key of every item."""
    with places.open_file(address_of(out, ITEMS)) as file:
        for line in lines_of(file):
            yield key_of(json.loads(line))


class Listed(NamedTuple):
    """What the sources were found to hold: how many items, their digest, and a sample of them."""

    items: int
    sha256: str
    sample: list[Item]


def list_items(out: str, sources: Sequence[str], recursive: bool) -> Listed:
    """Write the file of items, none of which is there twice.

    Raises
    ------
    DataError
        A source cannot be read, there are no pictures, a picture is named twice, or the disk or
        store refuses.
    """
    address = address_of(out, ITEMS)
    sample = _Sample()
    try:
        with Distinct() as keys:
            with places.open_new(address) as file:
                write, encode, add = file.write, json.JSONEncoder().encode, keys.add
                for item in find_items(sources, recursive):
                    write(encode(item).encode() + b"\n")
                    add(item if isinstance(item, str) else key_of(item))
                    sample.add(item)
            if (twice := keys.repeated(all_keys(out))) is not None:
                raise DataError(f"{twice} is among the pictures twice; name each once")
        with places.open_file(address) as file:
            return Listed(sample.count, digest_of(file), sample.items)
    except OSError as error:
        raise DataError(f"cannot write {address}: {places.reason_of(error)}") from error


class _Sample:
    """Some of the items, evenly spread, whatever their number turns out to be."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.count = 0
        self._step = 1

    def add(self, item: Item) -> None:
        if self.count % self._step == 0:
            self.items.append(item)
            if len(self.items) == 2 * SAMPLE:
                self.items = self.items[::2]
                self._step *= 2
        self.count += 1


def shard_size(items: int, seconds_each: float, workers: int) -> int:
    """Return how many items make a shard.

    >>> shard_size(10**8, 0.002, 64), shard_size(10_000, 0.002, 2), shard_size(3, 1, 8)
    (30000, 625, 1)
    """
    by_time = int(SHARD_SECONDS / max(seconds_each, 1e-9))
    by_workers = -(-items // (SHARDS_PER_WORKER * workers))
    return max(1, min(by_time, by_workers, MOST_ITEMS))


def check_same(
    manifest: Manifest, asked: dict[str, Any], shard_items: int | None, out: str
) -> None:
    """Compare a manifest with what is asked for now.

    Raises
    ------
    DataError
        It is another job's: the first difference is named, with both sides.
    """
    wanted = dict(asked)
    wanted["options"] = asdict(wanted["options"])
    if shard_items is not None:
        wanted["shard_items"] = shard_items
    have = manifest.model_dump()
    for group in ("options", "digests", "lists"):
        for sides in (have, wanted):
            sides.update(sides.pop(group))
    for name, value in wanted.items():
        if have.get(name) != value:
            raise DataError(
                f"{out} holds the result of another job: {_spoken(name)} "
                f"{_short(have.get(name))}, not {_short(value)}; repeat its command, or choose "
                "another --to"
            )


def _spoken(name: str) -> str:
    kinds = {"lenet": "version of lenet", "shard_items": "--shard-items", "base": "working folder"}
    return kinds.get(name, f"list {name}" if name.startswith("@") else name.replace("_", " "))


def _short(value: object) -> str:
    text = " ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) < 64 else f"{text[:16]}…" if " " not in text else f"{text[:60]}…"


def base_of(sources: Sequence[str], models: Sequence[str]) -> str:
    """Return the folder that relative paths start from; empty if no source or model is one."""
    relative = any(map(is_relative, sources)) or not set(models) <= set(shipped_names())
    return os.getcwd() if relative else ""  # noqa: PTH109


def check_options(options: HowToRead, shard_items: int | None) -> None:
    """Refuse what no job can have (`UsageError`)."""
    if options.rows not in ROWS:
        raise UsageError(f"rows are {options.rows!r}: say {' or '.join(ROWS)}")
    if not options.picture_seconds > 0:
        raise UsageError(f"--picture-seconds is {options.picture_seconds}: give more than 0")
    if shard_items is not None and not 1 <= shard_items <= MOST_ITEMS:
        raise UsageError(f"--shard-items is {shard_items}: give 1 to {MOST_ITEMS:,}")


def asked_for(
    sources: Sequence[str], recursive: bool, networks: dict[str, Any], options: HowToRead
) -> dict[str, Any]:
    """Return the fields of a manifest that follow from a command."""
    return {
        "lenet": __version__,
        "sources": list(sources),
        "recursive": recursive,
        "lists": lists_of(sources),
        "base": base_of(sources, (networks["model"], networks["finder"])),
        **networks,
        "options": options,
    }
