"""Fetch a picture by its URL, and reach nothing but public addresses unless asked to.

A URL is taken apart by one strict pattern, its host is resolved once, every address found must be
public, and the connection is dialled to an address that was checked, never by name again. Each
redirect passes through the same gate.
"""

import io
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import quote, urljoin

from lenet import __version__
from lenet.errors import PictureError

_UNICAST6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_SPECIAL = (
    IPv4Network("168.63.129.16/32"),  # Azure's own services, on an address that looks public
    IPv4Network("192.0.0.0/24"),  # protocols; Oracle's metadata service
    IPv4Network("192.88.99.0/24"),  # relays of 6to4
    IPv6Network("2001::/23"),  # protocols, Teredo among them
    IPv6Network("2002::/16"),  # 6to4: any IPv4 address inside
    IPv6Network("3fff::/20"),  # documentation
)

Resolve = Callable[[str, int], Sequence[str]]
Dial = Callable[[str, int, float], socket.socket]


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the public internet.

    Not so are private, loopback, link-local (with the metadata services of clouds), shared,
    multicast, reserved and documentation addresses, and tunnels. IPv4 inside IPv6 is judged as
    IPv4.

    >>> is_public("93.184.215.14"), is_public("::ffff:127.0.0.1"), is_public("100.100.100.200")
    (True, False, False)
    """
    try:
        found = ip_address(address)
    except ValueError:  # with a zone, for instance
        return False
    if isinstance(found, IPv6Address):
        inside = found.ipv4_mapped
        if found in _NAT64:  # what networks without IPv4 reach IPv4 by
            inside = IPv4Address(int(found) & 0xFFFFFFFF)
        if inside is not None:
            found = inside
        elif found not in _UNICAST6:
            return False
    return (
        found.is_global
        and not found.is_multicast
        and not found.is_reserved
        and not any(found in network for network in _SPECIAL if network.version == found.version)
    )


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of `host`, as the system finds them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def dial(address: str, port: int, seconds: float) -> socket.socket:
    """Return a connection to an IP address, which no name server is asked about."""
    connection = socket.create_connection((str(ip_address(address)), port), seconds)
    if ip_address(connection.getpeername()[0]) != ip_address(address):
        connection.close()
        raise OSError("another address answered")
    return connection


_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
# No user name, no escapes, no zone: what this does not match is not fetched.
_URL = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_.])?|\[[0-9a-f:.]{2,45}\])"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[^?#\\]*)?(?P<query>\?[^#\\]*)?(?:#[^\\]*)?",
    re.I,
)
# As browsers do, a host whose last part is a number is an address, and then in the usual form only.
_NUMBER_LAST = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?", re.I)


def is_url(source: str) -> bool:
    """Tell whether `source` is a URL, of whatever scheme, and no path.

    >>> is_url("https://example.org/3.png"), is_url("C:/3.png")
    (True, False)
    """
    return bool(_SCHEME.match(source))


class RefusalError(Exception):
    """Why a URL is not fetched."""


@dataclass(frozen=True)
class Place:
    """Where a URL leads.

    Attributes
    ----------
    safe : bool
        Whether it is ``https``.
    host : str
        A name or an address, in lower case and without brackets.
    port : int
        From 1 to 65,535.
    target : str
        Path and query, in ASCII.
    """

    safe: bool
    host: str
    port: int
    target: str

    @classmethod
    def of(cls, url: str, allow_private: bool) -> "Place":
        """Take `url` apart, or raise `RefusalError` with the reason not to."""
        parts = _URL.fullmatch(url)
        if not re.match("https?://", url, re.I):
            raise RefusalError("only http and https are read")
        authority = re.split(r"[/?#\\]", url.split("://", 1)[1], maxsplit=1)[0]
        if "@" in authority:
            raise RefusalError("there is a user name in it; download it first and give the file")
        if not authority.isascii():
            raise RefusalError("its host is not in ASCII; write it as xn--…")
        if parts is None or not url.isprintable():
            raise RefusalError("it is not a proper URL; check host, port and characters")
        host = parts["host"].lower()
        if _NUMBER_LAST.fullmatch(host):
            try:
                IPv4Address(host)
            except ValueError:
                raise RefusalError(
                    "its address is in an unusual form; write it as 1.2.3.4"
                ) from None
        safe = parts["scheme"].lower() == "https"
        port = int(parts["port"] or (443 if safe else 80))
        if not 0 < port < 65_536 or (port not in (80, 443) and not allow_private):
            raise RefusalError("only ports 80 and 443 are read from, unless --allow-private")
        target = (parts["path"] or "/") + (parts["query"] or "")
        return cls(safe, host.strip("[]"), port, quote(target, safe="/%:@!$&'()*+,;=~?[]"))

    @property
    def authority(self) -> str:
        """Host and, where it is unusual, port: what a server is told that it is."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.safe else 80) else f"{host}:{self.port}"


class Wire:
    """What `http.client` takes for a socket.

    Parameters
    ----------
    connection : socket
        What it writes to and reads from.
    deadline : float
        Of `time.monotonic`, for all of it together.
    limit : int
        How many bytes may come in.
    """

    def __init__(self, connection: socket.socket, deadline: float, limit: int) -> None:
        self.connection, self.deadline, self.limit = connection, deadline, limit

    def sendall(self, content: bytes) -> None:
        """Send all of `content`."""
        self.connection.settimeout(left(self.deadline))
        self.connection.sendall(content)

    def makefile(self, *_mode: Any) -> io.BufferedReader:
        """Return what comes in, to be read."""
        return io.BufferedReader(_Incoming(self))

    def close(self) -> None:
        """Leave it open: `http.client` closes before it reads."""


class _Incoming(io.RawIOBase):
    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._wire.connection.settimeout(left(self._wire.deadline))
        count = self._wire.connection.recv_into(buffer)
        self._wire.limit -= count
        if self._wire.limit < 0:
            raise ConnectionError("more than was asked for")
        return count


def left(deadline: float) -> float:
    """Return the seconds to `deadline`; none left is a `TimeoutError`."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def in_time(work: Callable[[], Sequence[str]], deadline: float) -> Sequence[str]:
    """Return what `work` gives; the system's resolver has no deadline of its own."""
    outcome: list[Sequence[str]] = []
    faults: list[BaseException] = []

    def try_it() -> None:
        try:
            outcome.append(work())
        except BaseException as fault:  # raised again below, in the thread that asked
            faults.append(fault)

    thread = threading.Thread(target=try_it, daemon=True)
    thread.start()
    thread.join(left(deadline))
    if faults:
        raise faults[0]
    if not outcome:
        raise TimeoutError
    return outcome[0]


MAX_BYTES = 10_000_000
MAX_HEADER = 65_536
MAX_REDIRECTS = 3
MAX_ADDRESSES = 4  # of one host, tried in turn
SECONDS = 10.0


def fetch(
    url: str,
    *,
    allow_private: bool = False,
    seconds: float = SECONDS,
    resolve: Resolve = resolve,
    dial: Dial = dial,
) -> bytes:
    """Fetch what is at a URL.

    What it is shows in its bytes, so no header about that is read. Proxies of the environment and
    cookies are not used.

    Parameters
    ----------
    url : str
        ``http`` or ``https``.
    allow_private : bool
        Fetch also from private addresses and from ports other than 80 and 443.
    seconds : float
        For everything together: names, redirects, headers, content.
    resolve, dial : callable
        How a host gets addresses, and how one of them is connected to.

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
            place = Place.of(url, allow_private)
            connection = _connect(place, allow_private, deadline, resolve, dial)
            with closing(connection):
                answer = _ask(place, connection, deadline)
            if isinstance(answer, bytes):
                return answer
            url = urljoin(url, answer.to)
        raise RefusalError(
            f"it redirects more than {MAX_REDIRECTS} times; give the picture's own URL"
        )
    except RefusalError as refusal:
        raise PictureError(f"{shown} cannot be fetched: {refusal}") from None
    except TimeoutError:
        fault = f"it took longer than {seconds:g} s; download it first and give the file"
    except ssl.SSLError:
        fault = "no safe connection (TLS) could be made; check the address"
    except (OSError, HTTPException, ValueError):  # ValueError: what http.client cannot parse
        # Closed, filtered and broken read the same, so that an answer tells nobody which it is.
        fault = "its server gives no proper answer; check the address"
    raise PictureError(f"{shown} cannot be fetched: {fault}")


@dataclass(frozen=True)
class _Redirect:
    to: str


def _connect(
    place: Place, allow_private: bool, deadline: float, resolve: Resolve, dial: Dial
) -> socket.socket:
    """Return a connection to a checked address of the host."""
    addresses = in_time(lambda: resolve(place.host, place.port), deadline)
    if not allow_private and not all(map(is_public, addresses)):
        raise RefusalError("its address is not a public one; --allow-private reads from it")
    fault: OSError = ConnectionError("no address")
    tried = addresses[:MAX_ADDRESSES]
    for number, address in enumerate(tried):
        try:
            # A share of the time for each: a network without IPv6 may swallow what goes there.
            connection = dial(address, place.port, left(deadline) / (len(tried) - number))
        except OSError as error:
            fault = error
            continue
        if not place.safe:
            return connection
        try:
            connection.settimeout(left(deadline))
            return ssl.create_default_context().wrap_socket(connection, server_hostname=place.host)
        except BaseException:
            connection.close()
            raise
    raise fault


def _ask(place: Place, connection: socket.socket, deadline: float) -> bytes | _Redirect:
    """Ask for the picture, and return its bytes or where else to look."""
    wire = Wire(connection, deadline, MAX_HEADER)
    client = HTTPConnection(place.host, place.port)
    client.sock = wire
    client.putrequest("GET", place.target, skip_host=True, skip_accept_encoding=True)
    for name, value in {
        "Host": place.authority,
        "User-Agent": f"lenet/{__version__}",
        "Accept": "image/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }.items():
        client.putheader(name, value)
    client.endheaders()
    with closing(client.getresponse()) as response:
        if response.status in (301, 302, 303, 307, 308) and (to := response.getheader("Location")):
            return _Redirect(to)
        if response.status != 200:
            raise RefusalError(
                f"its server answers with status {response.status}; check the address"
            )
        wire.limit += 2 * MAX_BYTES  # chunks may cost as much again
        return _content(response)


def _content(response: HTTPResponse) -> bytes:
    content = b"" if (response.length or 0) > MAX_BYTES else response.read(MAX_BYTES + 1)
    if (response.length or 0) > MAX_BYTES or len(content) > MAX_BYTES:
        raise RefusalError(f"it is larger than {MAX_BYTES // 1_000_000} MB; download it first")
    if response.length:
        raise ConnectionError("cut short")
    return content
