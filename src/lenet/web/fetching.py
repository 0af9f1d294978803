"""Fetch what is at a URL."""

import socket
import ssl
import time
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from urllib.parse import urljoin

from lenet import __version__
from lenet.errors import PictureError
from lenet.web.addresses import Dial, Resolve, dial, is_public, resolve
from lenet.web.urls import Place, RefusalError
from lenet.web.wire import Wire, in_time, left

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
