"""URLs, taken apart in one way only."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address
from urllib.parse import quote

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
