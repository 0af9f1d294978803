"""Files of this machine and objects in a store, opened in the same way.

Addresses of S3 (``s3://``), Google Cloud (``gs://``) and Azure (``az://``) are opened by PyArrow,
which needs no further package; any other, such as ``hdfs://`` or ``memory://``, by fsspec.
"""

import os
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

import pyarrow as pa
from pyarrow import fs

from lenet.errors import DataError
from lenet.storage import fsync_folder

TRIES = 4
WAIT_SECONDS = 0.5  # before the second try; twice as long before each further one
CONNECT_SECONDS, REQUEST_SECONDS = 5, 20  # what a store may take to answer
STORE_TRIES = 3  # of PyArrow itself, within one of ours

Result = TypeVar("Result")


class Listing(NamedTuple):
    """What a folder holds: names, sorted."""

    files: list[str]
    folders: list[str]


def is_remote(address: str) -> bool:
    """Tell whether an address is not a path of this machine.

    >>> is_remote("s3://bucket/a.png"), is_remote("file:///a.png"), is_remote("a.png")
    (True, False, False)
    """
    return "://" in address and not address.startswith("file://")


def local(address: str) -> str:
    """Return the path that an address of this machine stands for."""
    return address.removeprefix("file://")


def absolute(address: str) -> str:
    """Return an address that means the same in every process."""
    return address if is_remote(address) else os.path.abspath(local(address))  # noqa: PTH100


def join(folder: str, name: str) -> str:
    """Return the address of a name in a folder.

    >>> join("s3://bucket/out/", "a.png"), join("/", "a.png"), join(".", "a.png")
    ('s3://bucket/out/a.png', '/a.png', 'a.png')
    """
    return name if folder in ("", ".") else f"{folder.rstrip('/')}/{name}"


def read(address: str) -> bytes:
    """Return the content of a file.

    Raises
    ------
    FileNotFoundError
        It does not exist.
    DataError
        It cannot be read, after several tries.
    """
    with open_file(address) as file:
        return patiently(lambda: bytes(file.read()), f"read {address}")


def open_file(address: str) -> IO[bytes]:
    """Open a file for reading anywhere in it; raises as `read` does."""
    if not is_remote(address):
        return patiently(lambda: Path(local(address)).open("rb"), f"read {address}")
    system, path = _system(address)
    opened: IO[bytes] = patiently(lambda: system.open_input_file(path), f"read {address}")
    return opened


def open_new(address: str) -> IO[bytes]:
    """Open a file for writing from its start; `close` is what makes it appear in a store."""
    if not is_remote(address):
        return Path(local(address)).open("wb")
    system, path = _system(address)
    opened: IO[bytes] = patiently(lambda: system.open_output_stream(path), f"write {address}")
    return opened


def write_whole(address: str, content: bytes | memoryview) -> None:
    """Write a file whole or not at all, also where several do so at once.

    On this machine it is written under another name, synced and renamed; in a store it is one
    object put to its key.

    Raises
    ------
    DataError
        It cannot be written, after several tries.
    """
    if is_remote(address):
        patiently(lambda: _put(address, content), f"write {address}")
    else:
        patiently(lambda: _write_locally(Path(local(address)), content), f"write {address}")


def _put(address: str, content: bytes | memoryview) -> None:
    system, path = _system(address)
    stream = system.open_output_stream(path)
    stream.write(content)
    stream.close()  # not in a `finally`: after a failure it would put what there is


def _write_locally(path: Path, content: bytes | memoryview) -> None:
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        fsync_folder(path.parent)
    finally:
        with suppress(OSError):
            temporary.unlink()


def list_folder(address: str) -> Listing:
    """Return what a folder holds.

    Raises
    ------
    FileNotFoundError
        There is no such folder.
    DataError
        It cannot be listed, after several tries.
    """
    if not is_remote(address):
        return patiently(lambda: _list_locally(local(address)), f"list {address}")
    system, path = _system(address)
    found = patiently(
        lambda: system.get_file_info(fs.FileSelector(path, recursive=False)), f"list {address}"
    )
    files = sorted(info.base_name for info in found if info.type == fs.FileType.File)
    folders = sorted(info.base_name for info in found if info.type == fs.FileType.Directory)
    return Listing(files, folders)


def _list_locally(path: str) -> Listing:
    with os.scandir(path or ".") as entries:
        found = [(entry.name, entry.is_dir()) for entry in entries]
    found.sort()
    return Listing([n for n, folder in found if not folder], [n for n, folder in found if folder])


def is_folder(address: str) -> bool:
    """Tell whether an address is a folder; in a store, that keys begin with it."""
    if not is_remote(address):
        return os.path.isdir(local(address))  # noqa: PTH112 - `Path.is_dir` raises if it is long
    system, path = _system(address)
    info = patiently(lambda: system.get_file_info(path.rstrip("/")), f"look at {address}")
    return bool(info.type == fs.FileType.Directory)


def make_folder(address: str) -> None:
    """Make a folder and those above it; raises `DataError` where this cannot be."""
    if is_remote(address):
        system, path = _system(address)
        if not isinstance(system, fs.S3FileSystem):  # there, keys need no folders
            patiently(lambda: system.create_dir(path, recursive=True), f"make {address}")
    else:
        folder = Path(local(address))
        patiently(lambda: folder.mkdir(parents=True, exist_ok=True), f"make {address}")


def remove(address: str) -> None:
    """Remove a file if it is there."""
    with suppress(OSError):
        if is_remote(address):
            system, path = _system(address)
            system.delete_file(path)
        else:
            Path(local(address)).unlink()


def patiently(action: Callable[[], Result], what: str) -> Result:
    """Do what a disk or a store may refuse for a moment, and try again if it does.

    Raises
    ------
    FileNotFoundError
        It found nothing, which no patience changes.
    DataError
        It still fails: one line with `what` and the reason.
    """
    wait = WAIT_SECONDS
    for attempt in range(1, TRIES + 1):
        try:
            return action()
        except FileNotFoundError:
            raise
        except (OSError, pa.ArrowException) as error:
            if attempt == TRIES or isinstance(error, IsADirectoryError | NotADirectoryError):
                raise DataError(f"cannot {what}: {reason_of(error)}") from error
        time.sleep(wait)
        wait *= 2
    raise AssertionError("the last try returns or raises")


def reason_of(error: Exception) -> str:
    """Return in one line why a file system refused, and what to do."""
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    line = " ".join(said.split())[:300].rstrip(".")
    first = line[:1] if line[1:2].isupper() else line[:1].lower()  # AWS is no word
    return f"{first}{line[1:]}; see to that, then run the same command again: what is done is kept"


def _system(address: str) -> tuple[Any, str]:
    """Return the file system of an address, and its path there."""
    scheme, rest = address.split("://", 1)
    if scheme in ("s3", "gs", "az"):
        return _store(scheme, rest.split("/", 1)[0]), rest
    import fsspec

    try:
        system, path = fsspec.core.url_to_fs(address)
    except (ImportError, ValueError) as error:
        raise DataError(
            f"{address} cannot be opened: {error}; give a path, or s3://, gs:// or az://"
        ) from error
    return fs.PyFileSystem(fs.FSSpecHandler(system)), path


@lru_cache
def _store(scheme: str, bucket: str) -> Any:
    """Connect to an object store; it finds its credentials as its own tools do."""
    try:
        if scheme == "gs":
            return fs.GcsFileSystem()
        if scheme == "az":
            return fs.AzureFileSystem(os.environ.get("AZURE_STORAGE_ACCOUNT_NAME", ""))
        return _s3(bucket)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise DataError(f"cannot connect to {scheme}://{bucket}: {reason_of(error)}") from error


def _s3(bucket: str) -> Any:
    options: dict[str, Any] = {
        "connect_timeout": CONNECT_SECONDS,
        "request_timeout": REQUEST_SECONDS,
        "allow_delayed_open": True,  # a small file is one put
        "retry_strategy": fs.AwsStandardS3RetryStrategy(max_attempts=STORE_TRIES),
    }
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    if endpoint:  # which PyArrow does not look at
        parts = urlsplit(endpoint)
        options |= {"endpoint_override": parts.netloc, "scheme": parts.scheme}
    elif not os.environ.keys() & {"AWS_REGION", "AWS_DEFAULT_REGION"}:
        options["region"] = fs.resolve_s3_region(bucket)
    return fs.S3FileSystem(**options)
