"""Fetch a picture by its URL, from public addresses only unless private ones are allowed.

A URL is parsed by one strict pattern and its host is resolved once. Every address must be public,
and the connection is made to a checked address, never by name again. Each redirect is checked the
same way.
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
MAX_ADDRESSES = 4  # of one host, tried in turn
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
# No user name, no percent signs in the host, no zone.
_URL = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_.])?|\[[0-9a-f:.]{2,45}\])"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[^?#\\]*)?(?P<query>\?[^#\\]*)?(?:#[^\\]*)?",
    re.I,
)
# Browsers take a host whose last part is a number for an address, however it is written.
_NUMBER_LAST = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?", re.I)


class RefusalError(Exception):
    """Why a URL is not fetched."""


def is_url(source: str) -> bool:
    """Tell whether a picture is named by a URL, of any scheme, rather than a path.

    >>> is_url("https://example.org/3.png"), is_url("C:/3.png")
    (True, False)
    """
    return bool(_SCHEME.match(source))


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the public internet.

    Private, loopback, link-local (with the metadata services of clouds), shared, multicast,
    reserved and documentation addresses do not, nor do tunnels. IPv4 inside IPv6 is judged as IPv4.

    >>> is_public("93.184.215.14"), is_public("::ffff:127.0.0.1"), is_public("100.100.100.200")
    (True, False, False)
    """
    try:
        ip = ip_address(address)
    except ValueError:  # an address with a zone, for instance
        return False
    if isinstance(ip, IPv6Address):
        # NAT64 is how networks without IPv4 reach IPv4 addresses.
        embedded = IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else ip.ipv4_mapped
        if embedded is None and ip not in _GLOBAL_UNICAST:
            return False
        ip = embedded or ip
    special = any(ip in network for network in _SPECIAL if network.version == ip.version)
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or special)


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of `host` as the system resolves them."""
    entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in entries))


def dial(address: str, port: int, seconds: float) -> socket.socket:
    """Connect to an IP address; `ValueError` if it is a name, which would be resolved again."""
    return socket.create_connection((str(ip_address(address)), port), seconds)


def fetch(
    url: str,
    *,
    allow_private: bool = False,
    seconds: float = SECONDS,
    resolve: Resolve = resolve,
    dial: Dial = dial,
) -> bytes:
    """Return the bytes of a picture that the command line was given by its URL.

    The content type is not looked at. Proxies of the environment and cookies are not used.

    Parameters
    ----------
    url : str
        ``http`` or ``https``.
    allow_private : bool
        Fetch also from private addresses and from ports other than 80 and 443.
    seconds : float
        Limit for everything together: names, redirects, headers, content.
    resolve, dial : callable
        How a host becomes addresses, and how to connect to one of them.

    Raises
    ------
    PictureError
        It may not be fetched, does not answer, or is larger than 10 MB.
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
            return "no safe connection (TLS) could be made; check the address"
        case _:  # closed, filtered and broken ports read the same, so that nobody can scan with it
            return "its server gives no proper answer; check the address"


class _Target(NamedTuple):
    """What a URL names: a host without brackets, and path and query in ASCII."""

    tls: bool
    host: str
    port: int
    path: str
    authority: str  # as in the Host header


def _parse(url: str, allow_private: bool) -> _Target:
    """Take `url` apart, or raise `RefusalError` with the reason not to."""
    if not re.match("https?://", url, re.I):
        raise RefusalError("only http and https are read")
    authority = re.split(r"[/?#\\]", url.split("://", 1)[1], maxsplit=1)[0]
    if "@" in authority:
        raise RefusalError("there is a user name in it; download it first and give the file")
    if not authority.isascii():
        raise RefusalError("its host is not in ASCII; write it as xn--…")
    parts = _URL.fullmatch(url)
    if parts is None or not url.isprintable():
        raise RefusalError("it is not a proper URL; check host, port and characters")
    host, tls = parts["host"].lower(), parts["scheme"].lower() == "https"
    if _NUMBER_LAST.fullmatch(host):
        try:
            IPv4Address(host)
        except ValueError as error:
            reason = "its address is in an unusual form; write it as 1.2.3.4"
            raise RefusalError(reason) from error
    usual = 443 if tls else 80
    port = int(parts["port"] or usual)
    if not 0 < port < 65_536 or (port not in (80, 443) and not allow_private):
        raise RefusalError("only ports 80 and 443 are read from, unless --allow-private")
    path = quote((parts["path"] or "/") + (parts["query"] or ""), safe="/%:@!$&'()*+,;=~?[]")
    return _Target(tls, host.strip("[]"), port, path, host if port == usual else f"{host}:{port}")


def _seconds_left(deadline: float) -> float:
    if (seconds := deadline - time.monotonic()) <= 0:
        raise TimeoutError
    return seconds


def _in_time(work: Callable[[], Sequence[str]], deadline: float) -> Sequence[str]:
    """Return the result of `work`; the system's resolver has no deadline of its own."""
    future: Future[Sequence[str]] = Future()

    def settle() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # raised again in the thread that waits
            future.set_exception(error)

    Thread(target=settle, daemon=True).start()
    return future.result(_seconds_left(deadline))


def _connect(
    target: _Target, allow_private: bool, deadline: float, resolve: Resolve, dial: Dial
) -> socket.socket:
    """Return a connection to a checked address of the host, with TLS for https."""
    addresses = _in_time(lambda: resolve(target.host, target.port), deadline)
    if not allow_private and not all(map(is_public, addresses)):
        raise RefusalError("its address is not a public one; --allow-private reads from it")
    fault: OSError = ConnectionError("no address")
    tried = addresses[:MAX_ADDRESSES]
    for number, address in enumerate(tried):
        try:
            # Each gets a share of the time: without IPv6, packets to an IPv6 address may vanish.
            seconds = _seconds_left(deadline) / (len(tried) - number)
            connection = dial(address, target.port, seconds)
            break
        except OSError as error:
            fault = error
    else:
        raise fault
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
    """The bytes that come over a connection, up to a limit and a deadline for all of them.

    It stands in for the socket that `http.client` reads a response from.
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
    """Send the request; return the content, or the URL that it redirects to."""
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
        incoming.limit += 2 * MAX_BYTES  # the framing of chunks may cost as much again
        return _content(response)


def _content(response: HTTPResponse) -> bytes:
    too_large = (response.length or 0) > MAX_BYTES
    content = b"" if too_large else response.read(MAX_BYTES + 1)
    if too_large or len(content) > MAX_BYTES:
        raise RefusalError(f"it is larger than {MAX_BYTES // 1_000_000} MB; download it first")
    if response.length:
        raise ConnectionError("cut short")
    return content
