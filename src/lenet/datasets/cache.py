"""Where files that are fetched or made once are kept, and how a download behaves.

A download is held in memory, bounded in size and in time, until it is verified: a bad server leaves
no trace on disk.
"""

import ast
import hashlib
import io
import os
import threading
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import numpy as np
from numpy.typing import NDArray

from lenet.errors import DataError

if TYPE_CHECKING:
    import requests

SILENCE = 5.0, 20.0  # seconds to connect, and between two bytes, that a server may take
GRACE = 30.0  # seconds that even the smallest file may take
SLOWEST = 10_000  # bytes a second that a larger file must reach
CHUNK = 2**16  # bytes


class ServerError(Exception):
    """What is wrong with a server; the text follows its name."""


def cache_folder(name: str) -> Path:
    """Return the folder of this name in the user's cache."""
    import pooch

    return Path(pooch.os_cache("lenet")) / name


def folders(data_dir: Path | None, name: str) -> Iterator[Path]:
    """Yield the folders to look in: `data_dir`, ``$LENET_DATA``, and that in the user's cache.

    Raises
    ------
    DataError
        ``$LENET_DATA`` is no folder.
    """
    if data_dir is not None:
        yield data_dir
    if named := os.environ.get("LENET_DATA"):
        folder = Path(named).expanduser()
        if not folder.is_dir():
            raise DataError(f"LENET_DATA is {named}, which is no folder: correct it, or unset it")
        yield folder
    yield cache_folder(name)


def read_npz(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays in an .npz file of the cache; none if it is missing or damaged."""
    try:
        with path.open("rb") as file, np.load(file) as arrays:
            return dict(arrays)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error):
        return {}


def npz(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return the bytes of an .npz file."""
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def code_digest(package: ModuleType) -> bytes:
    """Return the SHA-256 of a package's files, without what changes nothing that its code does."""
    assert package.__file__ is not None, "it is a package with an __init__.py"
    folder, digest = Path(package.__file__).parent, hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            content = path.read_bytes()
            code = _code(content) if path.suffix == ".py" else content
            digest.update(f"{path.relative_to(folder)}\n".encode() + code)
    return digest.digest()


def _code(source: bytes) -> bytes:
    """Return Python source without comments, docstrings and layout, which change nothing.

    >>> _code(b"x = 1  # one") == _code(b"x = 1") != _code(b"x = 2")
    True
    """
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = node.body[1:]
    return ast.dump(tree).encode()


class Received(io.BytesIO):
    """Takes the bytes that arrive, until they are too many or too late.

    Parameters
    ----------
    most : int
        Bytes.
    deadline : float
        On the clock of `time.monotonic`.
    report : callable
        Is called with the number of bytes of each piece that arrives, from another thread.
    """

    def __init__(self, most: int, deadline: float, report: Callable[[int], None]) -> None:
        super().__init__()
        self.most, self.deadline, self.report = most, deadline, report

    def write(self, chunk: bytes, /) -> int:  # type: ignore[override]
        """Take a piece (`ServerError`: there are too many or too late)."""
        if time.monotonic() > self.deadline:
            raise ServerError("is too slow")
        if self.tell() + len(chunk) > self.most:
            raise ServerError("sent too much")
        self.report(len(chunk))
        return super().write(chunk)


def get(url: str, received: Received, *, follow: bool = False) -> bytes:
    """Get `url` in a thread that is abandoned at the deadline (`ServerError`).

    With `follow`, redirects within the same server are followed. The thread is needed because
    neither a look-up of a name nor a server that sends a byte now and then has a deadline.
    """
    import requests

    responses: list[requests.Response] = []
    done: Future[None] = Future()
    arguments = (url, received, follow, responses, done)
    threading.Thread(target=_fill, args=arguments, daemon=True).start()
    try:
        done.result(max(0.0, received.deadline - time.monotonic()))
    except ServerError:
        raise
    except requests.HTTPError as error:
        raise ServerError(f"answered {responses[-1].status_code}") from error
    except (TimeoutError, requests.Timeout) as error:
        raise ServerError("is too slow") from error
    except Exception as error:  # libraries raise nearly anything on a broken network or answer
        raise ServerError("broke off" if responses else "cannot be reached") from error
    return received.getvalue()


def _fill(
    url: str,
    received: Received,
    follow: bool,
    responses: list["requests.Response"],
    done: Future[None],
) -> None:
    import pooch

    def check(response: "requests.Response", **_: object) -> None:
        responses.append(response)
        target = urljoin(url, response.headers.get("Location", url))
        if follow and urlsplit(target)[:2] != urlsplit(url)[:2]:
            raise ServerError("refers to another server")

    download = pooch.HTTPDownloader(
        chunk_size=CHUNK,
        timeout=SILENCE,
        allow_redirects=follow,
        headers={"Accept-Encoding": "identity"},
        hooks={"response": check},
    )
    try:
        download(url, received, None)
        done.set_result(None)
    except Exception as error:
        done.set_exception(error)
    finally:
        for response in responses:
            response.close()


@contextmanager
def progress(
    text: str, total: int, show: bool, *, unit: str = "bytes"
) -> Iterator[Callable[[int], None]]:
    """Show a progress bar of `total` units on stderr, if `show` and that is a terminal.

    Yield a function that advances it by a number of units.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    console = Console(stderr=True)
    counts = (
        (DownloadColumn(), TransferSpeedColumn())
        if unit == "bytes"
        else (MofNCompleteColumn(), TimeRemainingColumn())
    )
    with Progress(
        TextColumn(text),
        BarColumn(),
        *counts,
        console=console,
        disable=not (show and console.is_terminal),
    ) as bar:
        task = bar.add_task("", total=total)
        yield lambda count: bar.update(task, advance=count)
