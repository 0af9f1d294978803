"""Access control: every request and every answer passes through `Guard`.

A page of another site can make a visitor's browser send requests to a service on the visitor's
own machine, by its address or by a name that resolves to it. So `Host` must be a name of this
service, a request that changes anything must come from its own page, and no other site may read
an answer.
"""

import ipaddress
import logging
import re
import secrets
import socket
import time
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lenet.errors import UsageError
from lenet.server.refusals import error
from lenet.server.service import Metrics

log = logging.getLogger(__name__)
access_log = logging.getLogger("lenet.server.access")

LOCAL = ("localhost", "127.0.0.1", "[::1]")
SAFE = ("GET", "HEAD", "OPTIONS")
METHODS = frozenset(("GET", "HEAD", "OPTIONS", "POST", "DELETE"))  # others are counted as "other"
REFUSED = (401, 403, 404, 405)  # counted as one route, "refused"

CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors {}; object-src 'none'"
)
HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), geolocation=(), microphone=()"),
]

HOST = r"(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])"
ORIGIN = re.compile(rf"((https?)://{HOST})(?::(\d{{1,5}}))?(?=[/?#]|$)")
DEFAULT_PORTS = {"http": 80, "https": 443}  # browsers leave them out


@dataclass(frozen=True)
class Policy:
    """Who may use the service.

    Attributes
    ----------
    hosts : frozenset of str
        Allowed names in `Host`, in lower case and without port; ``*`` allows all.
    any_address : bool
        Whether `Host` may also be any IP address, which an attacker's host name cannot be.
    origins : frozenset of str
        Other sites whose pages may use the API.
    token : str
        What a request to the API must carry; empty for no token.
    embedders : frozenset of str
        Other sites whose pages may show this one in a frame.
    """

    hosts: frozenset[str] = frozenset(LOCAL)
    any_address: bool = False
    origins: frozenset[str] = field(default=frozenset())
    token: str = field(default="", repr=False)
    embedders: frozenset[str] = field(default=frozenset())

    @classmethod
    def of(
        cls,
        host: str,
        names: Iterable[str] = (),
        origins: Iterable[str] = (),
        token: str = "",
        embedders: Iterable[str] = (),
    ) -> "Policy":
        """Return the policy of a service bound to the address `host`.

        Raises
        ------
        UsageError
            One of `names` is not a host name, or one of `origins` or `embedders` is not an origin.
        """
        all_addresses = host in ("", "0.0.0.0", "::")
        hosts = {*LOCAL, *map(_host_name, names)}
        if all_addresses:
            machine = socket.gethostname()
            hosts |= {machine, f"{machine}.local"}
        else:
            hosts.add(f"[{host}]" if ":" in host else host)
        return cls(
            frozenset(name.lower() for name in hosts),
            all_addresses,
            frozenset(_origin(each, "--allow-origin") for each in origins),
            token,
            frozenset(_origin(each, "--allow-embed") for each in embedders),
        )

    # Not Starlette's TrustedHostMiddleware: it cannot allow every IP address, uses the first of
    # two `Host` headers, and its answer does not say how to allow a name.
    def knows(self, host: str) -> bool:
        """Whether `host`, the value of the header `Host`, is a name of this service."""
        name = _without_port(host.lower())
        return name in self.hosts or "*" in self.hosts or (self.any_address and _is_address(name))

    def trusts(self, origin: str, host: str) -> bool:
        """Whether a page from `origin` may use the service at `host`."""
        origin = origin.lower()
        try:
            netloc = urlsplit(origin).netloc
        except ValueError:  # such as "http://["
            return False
        return netloc == host.lower() or origin in self.origins

    def admits(self, authorization: str) -> bool:
        """Whether the header `Authorization` holds the token."""
        scheme, _, token = authorization.partition(" ")
        return not self.token or (
            scheme.lower() == "bearer"
            and secrets.compare_digest(token.strip().encode(), self.token.encode())
        )


def _host_name(text: str) -> str:
    if text != "*" and not re.fullmatch(HOST, text.lower()):
        raise UsageError(
            f"--allow-host {text!r} is not a host name: write it like example.org, without "
            "scheme, port or path, or * for any"
        )
    return text


def _origin(text: str, option: str) -> str:
    """Check that `text` is an origin exactly as browsers send it, and return it in lower case."""
    match = ORIGIN.match(text.lower())
    site = "https://example.org"
    if match:
        site, scheme, port = match[1], match[2], int(match[3] or 0)
        if 0 < port < 65_536 and port != DEFAULT_PORTS[scheme]:
            site = f"{site}:{port}"
        if text.lower() == site:
            return site
    raise UsageError(
        f"{option} {text!r} is not the origin of a site: give only scheme, host and port, "
        f"like {site}"
    )


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdecimal() else host


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


class Guard:
    """The outermost ASGI application: applies the policy, adds headers, counts and logs.

    Parameters
    ----------
    app : ASGI application
    policy : Policy
    metrics : Metrics
    """

    def __init__(self, app: ASGIApp, policy: Policy, metrics: Metrics) -> None:
        self.app = app
        self.policy = policy
        self.metrics = metrics
        ancestors = " ".join(sorted(policy.embedders)) or "'none'"
        content_policy = CONTENT_POLICY.format(ancestors).encode()
        self._headers = [(b"content-security-policy", content_policy), *HEADERS]
        self._inner: ASGIApp = self._admit
        if policy.origins:
            self._inner = CORSMiddleware(
                self._admit,
                allow_origins=policy.origins,
                allow_methods=("GET", "POST", "DELETE"),
                allow_headers=("Authorization",),
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # closes the connection; web sockets are not supported
        begin = time.perf_counter()
        status = 0

        async def send_guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), *self._headers]
            await send(message)

        try:
            await self._inner(scope, receive, send_guarded)
        except Exception as fault:
            _report(scope, fault)
            if not status:
                internal = error(HTTPStatus.INTERNAL_SERVER_ERROR, "internal error; it was logged")
                await internal(scope, receive, send_guarded)
        finally:
            self._count(scope, status, time.perf_counter() - begin)

    async def _admit(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self._refuse(scope) or self.app)(scope, receive, send)

    def _refuse(self, scope: Scope) -> Response | None:
        """Return the refusal of a request that is not allowed, or None."""
        headers = dict(scope["headers"])  # if a header is repeated, its last value
        host = headers.get(b"host", b"").decode("latin-1")
        hosts = sum(name == b"host" for name, _ in scope["headers"])
        if hosts != 1 or not self.policy.knows(host):
            return error(
                HTTPStatus.FORBIDDEN,
                "this host name is not served here: use the address that `lenet serve` printed, "
                "or start it with --allow-host",
            )
        origin = headers.get(b"origin")
        if scope["method"] not in SAFE and (
            not self.policy.trusts(origin.decode("latin-1"), host)
            if origin is not None
            else headers.get(b"sec-fetch-site", b"none") not in (b"none", b"same-origin")
        ):
            return error(
                HTTPStatus.FORBIDDEN,
                "requests from pages of other sites are refused: open the page of this service",
            )
        path = scope["path"]
        if (path.startswith("/v1/") or path == "/metrics") and scope["method"] != "OPTIONS":
            authorization = headers.get(b"authorization", b"").decode("latin-1")
            if not self.policy.admits(authorization):
                return error(
                    HTTPStatus.UNAUTHORIZED,
                    "the token is missing or wrong: use the address that `lenet serve` printed",
                    {"WWW-Authenticate": "Bearer"},
                )
        return None

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in METHODS else "other"
        route = getattr(scope.get("route"), "path", "preflight" if method == "OPTIONS" else "page")
        if status in REFUSED:
            route = "refused"
        self.metrics.answered(method, route, status, seconds)
        if access_log.isEnabledFor(logging.INFO):
            facts = {
                "method": method,
                "path": scope["path"],
                "status": status,
                "milliseconds": round(seconds * 1000, 1),
            }
            access_log.info("request", extra={"facts": facts})


def _report(scope: Scope, fault: Exception) -> None:
    """Log the error and where it happened, but nothing from the request's content."""
    frame = traceback.extract_tb(fault.__traceback__)[-1]
    facts = {
        "method": scope["method"],
        "path": scope["path"],
        "error": type(fault).__name__,
        "file": Path(frame.filename).name,
        "line": frame.lineno,
    }
    log.error("internal error", exc_info=fault, extra={"facts": facts})
