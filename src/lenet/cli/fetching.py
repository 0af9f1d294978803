"""Fetch a picture by its URL, from public addresses only unless private ones are allowed.

One strict pattern parses the URL, and its host is resolved once. Every address must be public, and
the connection is made to a checked address, so the name is not resolved again. Redirects are
checked the same way.
"""

import io
import re
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import quote, urljoin

from lenet import __version__
from lenet.errors import PictureError

MAX_BYTES = 10_000_000
MAX_HEADER = 65_536
MAX_REDIRECTS = 3
MAX_ADDRESSES = 4  # addresses of one host, tried in turn
SECONDS = 10.0

Resolve = Callable[[str, int], Sequence[str]]
Dial = Callable[[str, int, float], socket.socket]

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_SPECIAL = (
    IPv4Network("168.63.129.16/32"),  # Azure's own services, on an address that looks public
    IPv4Network("192.0.0.0/24"),  # protocol assignments; Oracle's metadata service
    IPv4Network("192.88.99.0/24"),  # 6to4 relays
    IPv6Network("2001::/23"),  # protocol assignments, Teredo among them
    IPv6Network("2002::/16"),  # 6to4: holds any IPv4 address
    IPv6Network("3fff::/20"),  # documentation
)

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
# No user name; no percent sign or zone in the host.
_URL = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_.])?|\[[0-9a-f:.]{2,45}\])"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[^?#\\]*)?(?P<query>\?[^#\\]*)?(?:#[^\\]*)?",
    re.I,
)
# Browsers read a host whose last part is a number, decimal or hexadecimal, as an IPv4 address.
_NUMBER_LAST = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?", re.I)


class RefusalError(Exception):
    """A URL is not fetched; the message says why."""


def is_url(source: str) -> bool:
    """Tell whether `source` is a URL, of any scheme, rather than a path.

    >>> is_url("https://example.org/3.png"), is_url("C:/3.png")
    (True, False)
    """
    return bool(_SCHEME.match(source))


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the public internet.

    Not public: private, loopback, link-local (where clouds have metadata services), shared,
    multicast, reserved, documentation and tunnel addresses. IPv4 inside IPv6 is judged as IPv4.

    >>> is_public("93.184.215.14"), is_public("::ffff:127.0.0.1"), is_public("100.100.100.200")
    (True, False, False)
    """
    try:
        ip = ip_address(address)
    except ValueError:  # an address with a zone, for instance
        return False
    if isinstance(ip, IPv6Address):
        # Networks without IPv4 reach IPv4 addresses through NAT64.
        embedded = IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else ip.ipv4_mapped
        if embedded is None and ip not in _GLOBAL_UNICAST:
            return False
        ip = embedded or ip
    special = any(ip in network for network in _SPECIAL if network.version == ip.version)
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or special)


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses that the system's resolver gives for `host`."""
    entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in entries))


def dial(address: str, port: int, seconds: float) -> socket.socket:
    """Connect to an IP address; `ValueError` for a name, which would be resolved again."""
    return socket.create_connection((str(ip_address(address)), port), seconds)


def fetch(
    url: str,
    *,
    allow_private: bool = False,
    seconds: float = SECONDS,
    resolve: Resolve = resolve,
    dial: Dial = dial,
) -> bytes:
    """Return the bytes of the picture at `url`.

    The content type is ignored. Cookies and the proxies of the environment are not used.

    Parameters
    ----------
    url : str
        ``http`` or ``https``.
    allow_private : bool
        Allow private addresses, and ports other than 80 and 443.
    seconds : float
        Time limit for the whole fetch: resolving, redirects, headers and content.
    resolve, dial : callable
        Functions that resolve a host and connect to one of its addresses.

    Raises
    ------
    PictureError
        The URL may not be fetched, gives no answer, or its content is larger than 10 MB.
    """
    shown = url if url.isprintable() else repr(url)
    shown = shown if len(shown) <= 200 else f"{shown[:200]}…"
    deadline = time.monotonic() + seconds
    try:
        for _ in range(1 + MAX_REDIRECTS):
            target = _parse(url, allow_private)
            with closing(_connect(target, allow_private, deadline, resolve, dial)) as connection:
                content = _get(target, connection, deadline)
            if isinstance(content, bytes):
                return content
            url = urljoin(url, content)
        raise RefusalError(
            f"it redirects more than {MAX_REDIRECTS} times; give the picture's own URL"
        )
    except (RefusalError, OSError, HTTPException, ValueError) as error:
        raise PictureError(f"{shown} cannot be fetched: {_reason(error, seconds)}") from error


def _reason(error: Exception, seconds: float) -> str:
    match error:
        case RefusalError():
            return str(error)
        case TimeoutError():
            return f"it took longer than {seconds:g} s; download it first and give the file"
        case ssl.SSLError():
            return "no secure connection (TLS) could be made; check the address"
        case _:  # one message for closed, filtered and broken ports, so that nobody can scan them
            return "its server gives no valid answer; check the address"


class _Target(NamedTuple):
    """The parts of a URL: `host` without brackets; `path` with the query, in ASCII."""

    tls: bool
    host: str
    port: int
    path: str
    authority: str  # the Host header: host, and port if it is not the default


def _parse(url: str, allow_private: bool) -> _Target:
    """Split `url` into its parts; `RefusalError` if it may not be fetched."""
    if not re.match("https?://", url, re.I):
        raise RefusalError("only http and https are supported")
    authority = re.split(r"[/?#\\]", url.split("://", 1)[1], maxsplit=1)[0]
    if "@" in authority:
        raise RefusalError("it contains a user name; download it first and give the file")
    if not authority.isascii():
        raise RefusalError("its host is not in ASCII; write it as xn--…")
    parts = _URL.fullmatch(url)
    if parts is None or not url.isprintable():
        raise RefusalError("it is not a valid URL; check host, port and characters")
    host, tls = parts["host"].lower(), parts["scheme"].lower() == "https"
    if _NUMBER_LAST.fullmatch(host):
        try:
            IPv4Address(host)
        except ValueError as error:
            reason = "its address is in an unusual form; write it as 1.2.3.4"
            raise RefusalError(reason) from error
    default_port = 443 if tls else 80
    port = int(parts["port"] or default_port)
    if not 0 < port < 65_536 or (port not in (80, 443) and not allow_private):
        raise RefusalError("only ports 80 and 443 are allowed, unless --allow-private")
    path = quote((parts["path"] or "/") + (parts["query"] or ""), safe="/%:@!$&'()*+,;=~?[]")
    authority = host if port == default_port else f"{host}:{port}"
    return _Target(tls, host.strip("[]"), port, path, authority)


def _seconds_left(deadline: float) -> float:
    if (seconds := deadline - time.monotonic()) <= 0:
        raise TimeoutError
    return seconds


def _run_until(work: Callable[[], Sequence[str]], deadline: float) -> Sequence[str]:
    """Return the result of `work`, run in a thread, as the resolver has no timeout of its own."""
    future: Future[Sequence[str]] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # raised again by `future.result`
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    return future.result(_seconds_left(deadline))


def _connect(
    target: _Target, allow_private: bool, deadline: float, resolve: Resolve, dial: Dial
) -> socket.socket:
    """Connect to a checked address of the host, with TLS for https."""
    addresses = _run_until(lambda: resolve(target.host, target.port), deadline)
    if not allow_private and not all(map(is_public, addresses)):
        raise RefusalError("its address is not public; --allow-private reads from it")
    last_error: OSError = ConnectionError("no address")
    tried = addresses[:MAX_ADDRESSES]
    for number, address in enumerate(tried):
        try:
            # Share the time out: without IPv6, an IPv6 address may never answer.
            seconds = _seconds_left(deadline) / (len(tried) - number)
            connection = dial(address, target.port, seconds)
            break
        except OSError as error:
            last_error = error
    else:
        raise last_error
    if not target.tls:
        return connection
    try:
        connection.settimeout(_seconds_left(deadline))
        context = ssl.create_default_context()
        return context.wrap_socket(connection, server_hostname=target.host)
    except BaseException:
        connection.close()
        raise


class _Incoming(io.RawIOBase):
    """The bytes received over a connection, up to a total limit and a deadline.

    It replaces the socket that `http.client` reads a response from.
    """

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self.connection, self.deadline, self.limit = connection, deadline, MAX_HEADER

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.connection.settimeout(_seconds_left(self.deadline))
        count = self.connection.recv_into(buffer)
        self.limit -= count
        if self.limit < 0:
            raise ConnectionError("more bytes than the limit")
        return count


def _get(target: _Target, connection: socket.socket, deadline: float) -> bytes | str:
    """Send the request; return the content, or the URL of a redirect."""
    headers = {
        "Host": target.authority,
        "User-Agent": f"lenet/{__version__}",
        "Accept": "image/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    request = HTTPConnection(target.host, target.port)
    request.sock = connection
    connection.settimeout(_seconds_left(deadline))
    request.request("GET", target.path, headers=headers)
    incoming = _Incoming(connection, deadline)
    with closing(HTTPResponse(incoming, method="GET")) as response:  # type: ignore[arg-type]
        response.begin()
        location = response.getheader("Location")
        if response.status in (301, 302, 303, 307, 308) and location:
            return location
        if response.status != 200:
            raise RefusalError(
                f"its server answers with status {response.status}; check the address"
            )
        incoming.limit += 2 * MAX_BYTES  # chunked encoding may double the size
        return _content(response)


def _content(response: HTTPResponse) -> bytes:
    too_large = (response.length or 0) > MAX_BYTES
    content = b"" if too_large else response.read(MAX_BYTES + 1)
    if too_large or len(content) > MAX_BYTES:
        raise RefusalError(f"it is larger than {MAX_BYTES // 1_000_000} MB; download it first")
    if response.length:
        raise ConnectionError("cut short")
    return content
