"""Running the service: port, connections, signals, log."""

import asyncio
import contextlib
import ctypes
import gc
import ipaddress
import json
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from types import FrameType

import cv2
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from lenet.errors import ServeError, debugging
from lenet.server.service import Service

DRAIN = 10  # seconds for running requests to finish after SIGTERM
IDLE = 30  # seconds that a connection is kept open for the next request
HEADERS = 10.0  # seconds for the headers of a request to arrive
MAX_HEADERS = 64_000  # bytes of headers
CONNECTIONS = 1_000

# Options of mallopt(3), and their values in bytes: arrays of a picture of a few megapixels fit.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
KEPT, LARGE = 16 << 20, 2 << 20


def is_loopback(host: str) -> bool:
    """Tell whether a service that listens on `host` can be reached from this machine only.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def bind(host: str, port: int) -> socket.socket:
    """Return a socket bound to `host` and `port`; port 0 takes a free one.

    Raises
    ------
    ServeError
        The port is in use or not allowed, or the host is not an address of this machine.
    """
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = addresses[0]
        return socket.create_server(address[:2], family=family, backlog=1024)
    except (OSError, UnicodeError, OverflowError) as error:
        reason = (getattr(error, "strerror", None) or "no such host or port").lower()
        raise ServeError(
            f"cannot listen on {host}, port {port}: {reason}; choose another --port or --host"
        ) from error


# Addresses that stand for all, each with a loopback address and one that is never in use.
ALL = {"0.0.0.0": ("127.0.0.1", "192.0.2.1"), "::": ("::1", "2001:db8::1")}


def address(listener: socket.socket) -> str:
    """Return the page's URL for a browser: where all addresses listen, this machine's own one."""
    host, port = listener.getsockname()[:2]
    if host in ALL:
        host = _own_address(listener.family, *ALL[host])
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _own_address(family: int, loopback: str, elsewhere: str) -> str:
    """Return this machine's address on its network, or `loopback` if it is on none."""
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((elsewhere, 9))  # chooses a route; nothing is sent
        except OSError:
            return loopback
        return str(probe.getsockname()[0])


class JsonLines(logging.Formatter):
    """Formats each event as one line of JSON: time, level, event, and the facts given as `extra`.

    With LENET_DEBUG=1 the traceback is added, which may contain private data.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line for a record."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {
            "time": time.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info and debugging():
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)


def log_to_stderr(access: bool = False) -> None:
    """Write the service's log to stderr; with `access`, also a line for each request."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("lenet.server")
    logger.handlers = [handler]
    logger.propagate = False
    logger.setLevel(logging.INFO if access else logging.WARNING)


class _Protocol(HttpToolsProtocol):
    """HTTP/1.1 that closes connections whose headers arrive too slowly or are too long.

    uvicorn limits neither. Without this class, 20 MB of headers took 34 MB of memory, 20 MB of
    trailers took 210 MB, and half a header kept its connection open forever. With it, these
    connections were closed after 0.8 MB, 3.7 MB and 10 seconds.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._in_headers = True
        self._received = 0
        self._deadline: asyncio.TimerHandle | None = None
        self._set_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        self._unset_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_headers:
            self._count(len(data))
            if self._deadline is None:
                self._set_deadline()

    def on_message_begin(self) -> None:
        self._in_headers = True
        self._received = 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._in_headers:  # a trailer of a chunked body
            self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_headers = False
        self._unset_deadline()
        super().on_headers_complete()

    def _count(self, size: int) -> None:
        self._received += size
        if self._received > MAX_HEADERS:
            self.transport.close()

    def _set_deadline(self) -> None:
        self._deadline = self.loop.call_later(HEADERS, self.transport.close)

    def _unset_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class _Server(uvicorn.Server):
    """Stops after all running requests on the first signal, and immediately on the second.

    uvicorn alone would ignore a second SIGTERM, exit with the signal instead of status 0, and stay
    ready until then.
    """

    def __init__(
        self, config: uvicorn.Config, service: Service, started: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._service = service
        self._say_started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._say_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Nothing else stops a thread that waits for a hanging database.
        timer = threading.Timer(DRAIN + 1, os._exit, (0,))
        timer.daemon = True
        timer.start()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self.should_exit:
            signal.signal(sig, signal.SIG_DFL)
            signal.raise_signal(sig)
        self._service.ready = False
        self.should_exit = True


def serve(
    app: ASGIApp, service: Service, listener: socket.socket, started: Callable[[], None]
) -> None:
    """Serve until a signal asks to stop, then finish the running requests.

    Parameters
    ----------
    app : ASGI application
    service : Service
    listener : socket
        The socket that `bind` returned.
    started : callable
        Called when the service accepts requests.
    """
    cv2.setNumThreads(1)  # pictures are read in parallel
    _allow_connections()
    _keep_memory()
    config = uvicorn.Config(
        app,
        http=_Protocol,
        ws="none",
        lifespan="on",
        log_config=None,
        log_level=logging.CRITICAL,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=DRAIN,
    )
    gc.collect()
    gc.freeze()  # never scan the objects made so far: saves 5 % of the CPU time for one digit
    _Server(config, service, started).run([listener])


def _keep_memory() -> None:
    """Make glibc keep a thread's memory from one picture to the next.

    By default it returns the memory and asks for it again: 460 page faults for a picture of 400×400
    instead of none, 19 % more CPU time and 9 % fewer pictures/s. Setting only one of the two
    thresholds costs 15 % more CPU time. Blocks larger than `LARGE` are still returned at once.
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):  # another C library
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_TRIM_THRESHOLD, KEPT)
        mallopt(M_MMAP_THRESHOLD, LARGE)


def _allow_connections() -> None:
    """Raise the limit of open files to fit the largest number of connections."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + 200  # and some for files and libraries
    if soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
