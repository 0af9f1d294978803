"""Files from the first mirror that has them whole.

Nothing that arrives is trusted: it is held in memory, bounded in size and in time, until the
caller has checked it, so a broken mirror leaves no trace on disk.
"""

import io
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from urllib.parse import urlsplit

import pooch

from lenet.datasets.idx import DamagedError

# Well-known copies of MNIST: of Google's CVDF, and of the PyTorch project.
MIRRORS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
)
SILENCE = 5.0, 20.0  # seconds to connect, and without a byte, after which a mirror is given up
GRACE = 30.0  # seconds that even the smallest file may take
SLOWEST = 10_000  # bytes a second that a larger one must reach


class NoMirrorError(Exception):
    """No mirror gave the file; the text says of each why."""


class _MirrorError(Exception):
    """What one mirror did wrong."""


class _Basket(io.BytesIO):
    """Takes what arrives, until it is too much or too late."""

    def __init__(self, most: int, deadline: float, report: Callable[[int], None]) -> None:
        super().__init__()
        self.most, self.deadline, self.report = most, deadline, report

    def write(self, chunk: bytes, /) -> int:  # type: ignore[override]
        if time.monotonic() > self.deadline:
            raise _MirrorError("is too slow")
        if self.tell() + len(chunk) > self.most:
            raise _MirrorError("sent too much")
        self.report(len(chunk))
        return super().write(chunk)


class Mirrors:
    """The mirrors, those that failed behind the others.

    Parameters
    ----------
    deadline : float
        On the clock of `time.monotonic`; past it no mirror is asked or listened to.
    report : callable
        Is told the number of bytes of each piece that arrives, from another thread.
    """

    def __init__(self, deadline: float, report: Callable[[int], None]) -> None:
        self.addresses = list(MIRRORS)
        self.deadline, self.report = deadline, report

    def download(
        self, name: str, *, expected: int, most: int, unpack: Callable[[bytes], bytes]
    ) -> tuple[bytes, bytes]:
        """Return the file `name` from the first mirror that gives it well, packed and unpacked.

        Parameters
        ----------
        name : str
            Of the file, below each mirror's address.
        expected : int
            Bytes that should come; a mirror gets time for these.
        most : int
            Bytes that may come.
        unpack : callable
            Unpacks what came; raises `DamagedError` when it is not what was wanted.

        Raises
        ------
        NoMirrorError
        """
        faults = []
        for address in list(self.addresses):
            now = time.monotonic()
            if now >= self.deadline:
                faults.append("no time is left")
                break
            patience = min(self.deadline, now + GRACE + expected / SLOWEST)
            try:
                packed = _get(address + name, _Basket(most, patience, self.report))
                return packed, unpack(packed)
            except _MirrorError as fault:
                faults.append(f"{urlsplit(address).netloc} {fault}")
            except DamagedError:
                faults.append(f"{urlsplit(address).netloc} sent something else")
            self.addresses.remove(address)
            self.addresses.append(address)
        raise NoMirrorError("; ".join(faults))


def _get(url: str, basket: _Basket) -> bytes:
    """Get `url` in a thread that is left behind when time is up.

    Only so does the time hold: looking up a name, and a server that sends a byte now and then,
    know no deadline.
    """
    done: Future[None] = Future()
    threading.Thread(target=_fill, args=(url, basket, done), daemon=True).start()
    try:
        done.result(max(0.0, basket.deadline - time.monotonic()))
    except TimeoutError:
        raise _MirrorError("is too slow") from None
    return basket.getvalue()


def _fill(url: str, basket: _Basket, done: Future[None]) -> None:
    import requests

    responses: list[requests.Response] = []
    get = pooch.HTTPDownloader(
        chunk_size=2**16,
        timeout=SILENCE,
        allow_redirects=False,  # the mirrors have the files themselves
        headers={"Accept-Encoding": "identity"},
        hooks={"response": lambda response, **_: responses.append(response)},
    )
    try:
        get(url, basket, None)
        done.set_result(None)
    except _MirrorError as fault:
        done.set_exception(fault)
    except requests.HTTPError:
        done.set_exception(_MirrorError(f"answered {responses[-1].status_code}"))
    except requests.Timeout:
        done.set_exception(_MirrorError("is too slow"))
    except Exception:  # whatever a library makes of a broken network or answer
        done.set_exception(_MirrorError("broke off" if responses else "cannot be reached"))
    finally:
        for response in responses:
            response.close()


@contextmanager
def progress(total: int, show: bool) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on stderr, if that is a terminal; give the function that moves it on.

    Parameters
    ----------
    total : int
        Bytes to come; the function takes the number of those that just came.
    show : bool
        Nothing is shown when false.
    """
    if not show:
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    console = Console(stderr=True)
    with Progress(
        TextColumn("Downloading MNIST"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        console=console,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task("", total=total)
        yield lambda count: bar.update(task, advance=count)
