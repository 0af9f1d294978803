"""Fetching an archive from a record of Zenodo, the repository of research data at CERN.

Zenodo is asked which files a record holds, where they are and their MD5:
https://developers.zenodo.org.
"""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from lenet.datasets import cache
from lenet.datasets.cache import Received, ServerError, get, progress
from lenet.errors import DataError
from lenet.storage import LockedError, cannot_write, locked, write_atomically

API = "https://zenodo.org/api/records"
LONGEST_RECORD = 2**20  # bytes of JSON
LARGEST = 2**29  # bytes of an archive


class _File(NamedTuple):
    url: str
    server: tuple[str, str]  # scheme and host
    suffix: str
    md5: str
    size: int


def fetch(
    record: int,
    target: Path,
    suffixes: Sequence[str],
    timeout: float | None = None,
    show_progress: bool = False,
) -> Path:
    """Fetch the archive of a record, verify it, and return where it is.

    It is written to `target` and its suffix, whole or not at all. If several processes fetch it,
    one does it for all.

    Parameters
    ----------
    record : int
        Number of the record.
    target : Path
        Where to put it, without its suffix.
    suffixes : sequence of str
        What the names of archives end in. The record's largest file of such a name is taken.
    timeout : float, optional
        Seconds that all may take.
    show_progress : bool
        Whether to show a progress bar on stderr, if that is a terminal.

    Raises
    ------
    DataError
        It cannot be fetched or written, or its size or MD5 is not what Zenodo says.
    """
    patience = float("inf") if timeout is None else timeout
    deadline = time.monotonic() + patience
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with locked(target.parent, patience):
            # Another process may have fetched it while we waited for the lock.
            for path in (Path(f"{target}{suffix}") for suffix in suffixes):
                if path.is_file():
                    return path
            file = _ask(record, suffixes, deadline)
            with progress(f"Downloading {target.name}", file.size, show_progress) as report:
                content = _download(file, deadline, report)
            path = Path(f"{target}{file.suffix}")
            write_atomically(path, content)
            return path
    except LockedError as error:
        raise _cannot_fetch("another process is still at it", record, target) from error
    except ServerError as error:
        why = f"{urlsplit(API).netloc} {error}"
        raise _cannot_fetch(why, record, target) from error
    except OSError as error:
        raise cannot_write(target.parent, error) from error


def _cannot_fetch(why: str, record: int, target: Path) -> DataError:
    return DataError(
        f"cannot download {target.name}: {why}; get its archive from "
        f"https://zenodo.org/records/{record} and put it into {target.parent} by hand"
    )


def _ask(record: int, suffixes: Sequence[str], deadline: float) -> _File:
    """Ask for the largest archive of a record (`ServerError`: there is none)."""
    patience = min(deadline, time.monotonic() + cache.GRACE)
    answer = get(f"{API}/{record}", Received(LONGEST_RECORD, patience, lambda _: None), follow=True)
    files = []
    try:
        for entry in json.loads(answer)["files"]:
            suffix = next((suffix for suffix in suffixes if entry["key"].endswith(suffix)), None)
            kind, _, digest = entry["checksum"].partition(":")
            if suffix and kind == "md5":
                url = str(entry["links"]["self"])
                server = urlsplit(url)[:2]
                files.append(_File(url, server, suffix, digest, int(entry["size"])))
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise ServerError("sent something else") from error
    if not files:
        raise ServerError("names no archive")
    file = max(files, key=lambda each: each.size)
    if file.server != urlsplit(API)[:2]:
        raise ServerError("refers to another server")
    if file.size > LARGEST:
        raise ServerError(f"names an archive of {file.size:,} bytes, the most is {LARGEST:,}")
    return file


def _download(file: _File, deadline: float, report: Callable[[int], None]) -> bytes:
    patience = min(deadline, time.monotonic() + cache.GRACE + file.size / cache.SLOWEST)
    content = get(file.url, Received(file.size, patience, report), follow=True)
    if hashlib.md5(content, usedforsecurity=False).hexdigest() != file.md5:
        raise ServerError("sent something else")
    return content
