"""Part files: the readings of a shard as Parquet, the same bytes whoever writes them.

A row is a page, with the columns of a reading's JSON, or a digit, with those of `lenet predict
--csv`. What cannot be read is a row with its error.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from lenet.cluster import places
from lenet.errors import DataError, PictureError
from lenet.reader import Reading

ROWS_TOGETHER = 2_000  # rows in a row group
MANIFEST_KEY, MODEL_KEY, SHARD_KEY = b"lenet.manifest", b"lenet.model", b"lenet.shard"
PREFIX, SUFFIX = "part-", ".parquet"

# What an error says, and the kind that the summary counts it as.
KINDS = (
    (" does not exist", "missing"),
    (" too large", "too large"),
    ("takes longer than", "too slow"),
    (" is broken", "broken"),
    (" cannot be drawn", "broken"),
    (" is empty", "empty"),
    (" pip install ", "needs another package"),
    (" save it as ", "no picture"),
)


def part_name(shard: int) -> str:
    """Return the name of a shard's part file.

    >>> part_name(7)
    'part-000007.parquet'
    """
    return f"{PREFIX}{shard:06}{SUFFIX}"


def text_of(key: str) -> str:
    r"""Return a key as Parquet can hold it: names of files need not be valid text.

    >>> text_of("a.png"), text_of("\udcff.png")
    ('a.png', '\\udcff.png')
    """
    return key if key.isascii() else key.encode("utf-8", "backslashreplace").decode()


def schema(rows: str, classes: bool) -> pa.Schema:
    """Return the columns of part files.

    Parameters
    ----------
    rows : {"pictures", "digits"}
    classes : bool
        Whether the network names other classes than the ten digits.
    """
    answer = pa.field("class", pa.string()) if classes else pa.field("digit", pa.int8())
    probabilities = pa.field("probabilities", pa.list_(pa.float32()))
    if rows == "digits":
        return pa.schema(
            [
                *[("picture", pa.string()), ("page", pa.int32()), ("status", pa.string())],
                *[("row", pa.int32()), ("number", pa.int32()), ("place", pa.int32())],
                *[answer, ("probability", pa.float32()), probabilities],
                ("digit_status", pa.string()),
                *[(side, pa.int32()) for side in ("x", "y", "width", "height")],
                ("error", pa.string()),
            ]
        )
    box = pa.field("box", pa.list_(pa.int32()))
    probability, indices = pa.field("probability", pa.float32()), pa.list_(pa.int32())
    number = pa.struct([("text", pa.string()), box, probability, ("digits", indices)])
    digit = pa.struct([answer, probability, probabilities, ("status", pa.string()), box])
    rejected = pa.struct([box, ("reason", pa.string())])
    return pa.schema(
        [
            *[("picture", pa.string()), ("page", pa.int32()), ("status", pa.string())],
            *[("text", pa.string()), ("numbers", pa.list_(number)), ("digits", pa.list_(digit))],
            *[("rejected", pa.list_(rejected)), ("error", pa.string())],
        ]
    )


def rows_of(key: str, answer: Reading | PictureError, rows: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a page: one, or with ``digits`` one for each digit, if there are any."""
    picture = text_of(key)
    if isinstance(answer, PictureError):
        yield {"picture": picture, "error": text_of(str(answer))}
    elif rows == "pictures":
        yield {**answer.to_dict(), "picture": picture}
    elif not answer.digits:
        yield {"picture": picture, "page": answer.page, "status": answer.status}
    else:
        yield from _digit_rows(picture, answer)


def _digit_rows(picture: str, reading: Reading) -> Iterator[dict[str, Any]]:
    number = 0
    for row, numbers in enumerate(reading.rows, 1):
        for indices in filter(None, numbers):
            number += 1
            for index in indices:
                digit = reading.digits[index].to_dict()
                x, y, width, height = digit.pop("box")
                digit["digit_status"] = digit.pop("status")
                yield {
                    "picture": picture,
                    "page": reading.page,
                    "status": reading.status,
                    "row": row,
                    "number": number,
                    "place": index + 1,
                    **digit,
                    "x": x,
                    "y": y,
                    "width": width,
                    "height": height,
                }


class PartWriter:
    """Collects the rows of a shard, packed, and writes them as one file.

    Parameters
    ----------
    columns : pyarrow.Schema
    manifest, model : str
        Digests that go into the file's metadata.
    shard : int
        Its number.
    """

    def __init__(self, columns: pa.Schema, manifest: str, model: str, shard: int) -> None:
        facts = {MANIFEST_KEY: manifest, MODEL_KEY: model, SHARD_KEY: str(shard)}
        self._schema = columns.with_metadata(facts)
        self._buffer = pa.BufferOutputStream()
        self._writer = pq.ParquetWriter(self._buffer, self._schema, compression="zstd")
        self._rows: list[dict[str, Any]] = []

    def add(self, rows: Iterable[dict[str, Any]]) -> None:
        """Add rows."""
        self._rows += rows
        if len(self._rows) >= ROWS_TOGETHER:
            self._flush()

    def _flush(self) -> None:
        table = pa.Table.from_pylist(self._rows, self._schema)
        self._writer.write_table(table, row_group_size=len(self._rows))
        self._rows = []

    def write(self, address: str) -> None:
        """Write the file whole or not at all (`DataError`: it cannot be)."""
        if self._rows:
            self._flush()
        self._writer.close()
        places.write_whole(address, memoryview(self._buffer.getvalue()))


@dataclass
class Counts:
    """What part files hold.

    Attributes
    ----------
    pictures, pages : int
        What was read, or could not be.
    digits, uncertain : int
    blank, nothing : int
        Pages with nothing on them, and with something of which nothing is a digit.
    unreadable : Counter
        Pictures and pages that could not be read, by kind.
    """

    pictures: int = 0
    pages: int = 0
    digits: int = 0
    uncertain: int = 0
    blank: int = 0
    nothing: int = 0
    unreadable: Counter[str] = field(default_factory=Counter)


def kind_of(error: str) -> str:
    """Return the kind of an error by its text.

    >>> kind_of("a.png does not exist; check the path")
    'missing'
    """
    return next((kind for words, kind in KINDS if words in error), "other")


def belongs(address: str, manifest: str, shard: int) -> bool:
    """Tell whether a part file is whole, of this manifest, and of this shard."""
    try:
        with places.open_file(address) as file:
            facts = pq.read_schema(file).metadata or {}
    except (OSError, pa.ArrowException):
        return False
    return (facts.get(MANIFEST_KEY), facts.get(SHARD_KEY)) == (
        manifest.encode(),
        str(shard).encode(),
    )


def count_part(address: str, keys: Iterable[str], counts: Counts) -> None:
    """Count what is in a part file, and check that its keys are these, each once and in order.

    Raises
    ------
    DataError
        The file is missing, broken or holds other keys.
    """
    import pyarrow.compute as pc  # 9 MB, which who only writes does not need

    try:
        with places.open_file(address) as file, pq.ParquetFile(file) as opened:
            names = opened.schema_arrow.names
            status = "digits.list.element.status" if "digits" in names else "digit_status"
            table = opened.read(["picture", "page", "status", "error", status])
    except (OSError, pa.ArrowException) as error:
        reason = " ".join(str(error).split())
        raise DataError(
            f"{address} is missing or broken ({reason}): run the same command again"
        ) from error
    pictures = table["picture"]
    written = pc.run_end_encode(pictures.combine_chunks()).values.to_pylist()
    if written != list(map(text_of, keys)):
        raise DataError(
            f"{address} does not hold the pictures of its shard, each once: remove it, and run "
            "the same command again"
        )
    _count(table, len(written), counts)


def _count(table: pa.Table, pictures: int, counts: Counts) -> None:
    import pyarrow.compute as pc

    counts.pictures += pictures
    for error in table["error"].drop_null().to_pylist():
        counts.unreadable[kind_of(error)] += 1
    if "digits" in table.column_names:
        pages = table
        statuses = pc.list_flatten(table["digits"]).combine_chunks().field("status")
    else:
        pages = table.group_by(["picture", "page", "status"]).aggregate([])
        statuses = table["digit_status"].drop_null()
    counts.pages += len(pages)
    counts.digits += len(statuses)
    counts.uncertain += _number_of(statuses, "uncertain")
    counts.blank += _number_of(pages["status"], "blank")
    counts.nothing += _number_of(pages["status"], "nothing")


def _number_of(values: Any, wanted: str) -> int:
    import pyarrow.compute as pc

    return int(pc.sum(pc.equal(values, wanted)).as_py() or 0)


def number_in(name: str) -> int | None:
    """Return the shard of a part file's name, None if it is another file.

    >>> number_in("part-000007.parquet"), number_in("notes.txt")
    (7, None)
    """
    digits = name.removeprefix(PREFIX).removesuffix(SUFFIX)
    number = int(digits) if digits.isdecimal() else None
    return number if number is not None and part_name(number) == name else None


def stale(names: Sequence[str]) -> list[str]:
    """Return the names that interrupted writes left behind."""
    return [name for name in names if name.startswith(f".{PREFIX}") and name.endswith(".tmp")]
