"""The items of a bulk reading: every picture that the sources name, one after another.

An item is a picture that can be opened by itself, as it stands in a line of the manifest: the
address of a file, ``[tar, member, offset, size]`` or ``[parquet, row]``. Only one folder's names
are held at a time, however many pictures there are.
"""

import fnmatch
import glob
import hashlib
import os
import tarfile
from collections.abc import Iterator, Sequence
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from lenet.cluster import places
from lenet.errors import DataError, UsageError
from lenet.picture.formats import SUFFIXES

Item = str | list[Any]
LIST = "@"  # before the name of a file that holds a source on each line
PART = "::"  # between a container and what is in it, in a key
CONTAINERS = (".tar", ".parquet")
PACKED = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar.zst")


def key_of(item: Item) -> str:
    """Return the name of an item, which no other item has.

    >>> key_of("a.png"), key_of(["b.tar", "3.png", 512, 99]), key_of(["c.parquet", 7])
    ('a.png', 'b.tar::3.png', 'c.parquet::7')
    """
    return item if isinstance(item, str) else f"{item[0]}{PART}{item[1]}"


def find_items(sources: Sequence[str], recursive: bool) -> Iterator[Item]:
    """Yield the items of all sources, in order; a folder's are sorted by name.

    Parameters
    ----------
    sources : sequence of str
        Files, folders, patterns such as ``scans/*.png``, ``@list`` with a file a line, tar files
        and Parquet files with a column of pictures; each a path, or an address such as ``s3://…``.
    recursive : bool
        Whether folders within folders count too.

    Raises
    ------
    DataError
        A folder, list or container is missing or broken, or holds no pictures.
    UsageError
        A source cannot be read in bulk.
    """
    for source in sources:
        if source == "-" or source.startswith(("http://", "https://")):
            raise UsageError(
                f"{source} is not read in bulk: give files, folders, lists or addresses in a store"
            )
        found = False
        for item in _items(source, recursive):
            found = True
            yield item
        if not found:
            raise DataError(f"{source} holds no pictures{_hint(source, recursive)}")


def _hint(source: str, recursive: bool) -> str:
    is_folder = not source.startswith(LIST) and places.is_folder(source)
    if is_folder and not recursive and places.list_folder(source).folders:
        return "; --recursive looks into its folders"
    return "; name another source"


def lists_of(sources: Sequence[str]) -> dict[str, str]:
    """Return the SHA-256 of each list among the sources."""
    digests = {}
    for source in sources:
        if source.startswith(LIST):
            with _open_list(source) as file:
                digests[source] = digest_of(file)
    return digests


def digest_of(file: IO[bytes]) -> str:
    """Return the SHA-256 of an open file, of which little is held at a time."""
    digest = hashlib.sha256()
    while block := file.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


def is_relative(source: str) -> bool:
    """Tell whether it depends on the working folder what a source means."""
    path = source.removeprefix(LIST)
    return not places.is_remote(path) and not os.path.isabs(places.local(path))  # noqa: PTH117


def _items(source: str, recursive: bool) -> Iterator[Item]:
    if source.startswith(LIST):
        yield from _listed(source)
    elif glob.has_magic(source) and not os.path.lexists(source):
        for address in _matching(source):
            yield from _inside(address)
    elif places.is_folder(source):
        yield from _in_folder(source, recursive)
    else:
        yield from _inside(source)


def _open_list(source: str) -> IO[bytes]:
    try:
        return places.open_file(source.removeprefix(LIST))
    except FileNotFoundError as error:
        raise DataError(f"there is no list {source.removeprefix(LIST)}; check its name") from error


def _listed(source: str) -> Iterator[Item]:
    with _open_list(source) as file:
        for number, line in enumerate(lines_of(file), 1):
            try:
                address = line.decode().strip()
            except UnicodeDecodeError as error:
                raise DataError(
                    f"{source}, line {number} is not UTF-8 text; write the list anew"
                ) from error
            if address.endswith((*CONTAINERS, *PACKED)):
                yield from _inside(address)
            elif address:
                yield address


def lines_of(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines of an open file, without their ends; only few are held at a time."""
    rest = b""
    while block := bytes(file.read(1 << 20)):
        lines = (rest + block).split(b"\n")
        rest = lines.pop()
        yield from lines
    if rest:
        yield rest


def _in_folder(folder: str, recursive: bool) -> Iterator[Item]:
    try:
        files, folders = places.list_folder(folder)
    except FileNotFoundError:
        return  # it has been removed since its parent was listed
    for name in files:
        suffix = os.path.splitext(name)[1].lower()  # noqa: PTH122
        if not name.startswith(".") and (suffix in SUFFIXES or name.endswith(CONTAINERS)):
            yield from _inside(places.join(folder, name))
    for name in folders if recursive else ():
        if not name.startswith("."):
            yield from _in_folder(places.join(folder, name), recursive)


def _matching(pattern: str) -> Iterator[str]:
    """Yield the files that match a pattern, sorted within each folder."""
    head, marker, path = pattern.rpartition("://")
    if marker and head != "file":
        bucket, _, path = path.partition("/")
        yield from _match(f"{head}://{bucket}", path.split("/"))
    else:
        path = places.local(pattern)
        if path.startswith("/"):
            yield from _match("/", path.lstrip("/").split("/"))
        else:
            yield from _match("", path.split("/"))


def _match(folder: str, parts: list[str]) -> Iterator[str]:
    first, rest = parts[0], parts[1:]
    if first != "**" and rest and not glob.has_magic(first):
        yield from _match(places.join(folder, first), rest)
        return
    try:
        files, folders = places.list_folder(folder)
    except FileNotFoundError:
        return
    shown = [name for name in folders if not name.startswith(".")]
    if first == "**":
        if rest:
            yield from _match(folder, rest)
        else:
            yield from (places.join(folder, name) for name in files)
        for name in shown:
            yield from _match(places.join(folder, name), parts)
        return
    for name in fnmatch.filter(shown if rest else files, first):
        if first.startswith(".") or not name.startswith("."):
            if rest:
                yield from _match(places.join(folder, name), rest)
            else:
                yield places.join(folder, name)


def _inside(address: str) -> Iterator[Item]:
    """Yield the items of a file: those in a container, or the file itself."""
    if address.endswith(PACKED):
        raise DataError(
            f"{address} is compressed, so that nothing in it can be opened by itself: unpack it to "
            "a plain .tar"
        )
    if not address.endswith(CONTAINERS):
        yield address
        return
    try:
        file = places.open_file(address)
    except FileNotFoundError as error:
        raise DataError(f"{address} does not exist; check its name") from error
    with file:
        yield from (_in_tar if address.endswith(".tar") else _in_parquet)(address, file)


def _in_tar(address: str, file: IO[bytes]) -> Iterator[Item]:
    try:
        with tarfile.open(fileobj=file, mode="r:") as archive:
            while (member := archive.next()) is not None:
                archive.members = []  # type: ignore[attr-defined]  # they would all be kept
                suffix = os.path.splitext(member.name)[1].lower()  # noqa: PTH122
                if member.isreg() and suffix in SUFFIXES:
                    yield [address, member.name, member.offset_data, member.size]
    except (tarfile.TarError, OSError, EOFError) as error:
        raise DataError(f"{address} is no tar file or damaged ({error}); bring it again") from error


def _in_parquet(address: str, file: IO[bytes]) -> Iterator[Item]:
    try:
        with pq.ParquetFile(file) as opened:
            picture_column(address, opened.schema_arrow.names)
            rows = opened.metadata.num_rows
    except (OSError, pa.ArrowException) as error:
        reason = str(error).splitlines()[0]
        raise DataError(
            f"{address} is no Parquet file or damaged ({reason}); bring it again"
        ) from error
    yield from ([address, row] for row in range(rows))


def picture_column(address: str, names: Sequence[str]) -> str:
    """Return the name of the column of pictures in a Parquet file (`DataError`: not one)."""
    from lenet.datasets.parquet import IMAGE_NAMES  # 13 MB, which most workers do not need

    fitting = [name for name in names if name.lower() in IMAGE_NAMES]
    if len(fitting) != 1:
        raise DataError(
            f"{address} has {len(fitting)} columns of pictures named {', '.join(IMAGE_NAMES)}, "
            f"expected one; it has {', '.join(names[:12])}"
        )
    return fitting[0]
