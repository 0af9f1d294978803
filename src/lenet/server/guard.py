"""Who may ask: the door that every request and every answer passes.

A page of another site can make a visitor's browser send requests to a service on the visitor's
own machine, by its address or by a name that resolves to it. So `Host` must be a name this
service is known by, what changes anything must come from its own page, and no other site may read
an answer.
"""

import ipaddress
import secrets
import socket
import sys
import time
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lenet.server.answers import error
from lenet.server.metrics import Metrics

LOCAL = ("localhost", "127.0.0.1", "[::1]")
SAFE = ("GET", "HEAD", "OPTIONS")

HEADERS = [
    (
        b"content-security-policy",
        b"default-src 'self'; img-src 'self' blob: data:; "
        b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), geolocation=(), microphone=()"),
]


@dataclass(frozen=True)
class Policy:
    """Who may ask.

    Attributes
    ----------
    hosts : frozenset of str
        Names in `Host` that are ours, in small letters and without port; ``*`` allows all.
    any_address : bool
        Whether `Host` may be any IP address as well: no attacker's name can be one.
    origins : frozenset of str
        Other sites whose pages may use the API.
    token : str
        What must be shown for the API; nothing if empty.
    """

    hosts: frozenset[str] = frozenset(LOCAL)
    any_address: bool = False
    origins: frozenset[str] = field(default=frozenset())
    token: str = field(default="", repr=False)

    @classmethod
    def of(
        cls, host: str, names: Iterable[str] = (), origins: Iterable[str] = (), token: str = ""
    ) -> "Policy":
        """Return the policy of a service bound to the address `host`."""
        everywhere = host in ("", "0.0.0.0", "::")
        known = {*LOCAL, *names}
        if everywhere:
            mine = socket.gethostname()
            known |= {mine, f"{mine}.local"}
        else:
            known.add(f"[{host}]" if ":" in host else host)
        return cls(
            frozenset(name.lower() for name in known),
            everywhere,
            frozenset(origin.rstrip("/").lower() for origin in origins),
            token,
        )

    def knows(self, host: str) -> bool:
        """Whether `host`, as the header has it, is a name of ours."""
        name = _without_port(host.lower())
        return name in self.hosts or "*" in self.hosts or (self.any_address and _is_address(name))

    def trusts(self, origin: str, host: str) -> bool:
        """Whether a page of `origin` may ask `host`."""
        origin = origin.lower()
        try:
            netloc = urlsplit(origin).netloc
        except ValueError:  # as of "http://["
            return False
        return netloc == host.lower() or origin in self.origins

    def admits(self, authorization: str) -> bool:
        """Whether the header `Authorization` shows the token."""
        scheme, _, shown = authorization.partition(" ")
        return not self.token or (
            scheme.lower() == "bearer"
            and secrets.compare_digest(shown.strip().encode(), self.token.encode())
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
    """The outermost ASGI application: refuses strangers, adds headers, counts.

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

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # closes it: there are no web sockets here
        begin = time.perf_counter()
        status = 0
        headers = dict(scope["headers"])  # of one that comes twice, the last counts
        allowed_origin = self._foreign(headers)

        async def send_guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), *HEADERS, *allowed_origin]
            await send(message)

        answer: Response | None = None
        try:
            answer = self._refuse(scope, headers) or self._preflight(scope, headers, allowed_origin)
            await (answer or self.app)(scope, receive, send_guarded)
        except Exception as fault:
            _report(scope, fault)
            if not status:
                internal = error(HTTPStatus.INTERNAL_SERVER_ERROR, "internal error; it was logged")
                await internal(scope, receive, send_guarded)
        finally:
            route = getattr(scope.get("route"), "path", "page")
            if answer is not None or status in (404, 405):
                route = "refused"
            method = scope["method"] if scope["method"] in KNOWN else "other"
            self.metrics.answered(method, route, status, time.perf_counter() - begin)

    def _refuse(self, scope: Scope, headers: dict[bytes, bytes]) -> Response | None:
        """Return the refusal of a request that may not be asked, or None."""
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
            shown = headers.get(b"authorization", b"").decode("latin-1")
            if not self.policy.admits(shown):
                return error(
                    HTTPStatus.UNAUTHORIZED,
                    "the token is missing or wrong: use the address that `lenet serve` printed",
                    {"WWW-Authenticate": "Bearer"},
                )
        return None

    def _foreign(self, headers: dict[bytes, bytes]) -> list[tuple[bytes, bytes]]:
        """Return the headers that let a page of an allowed other site read the answer."""
        origin = headers.get(b"origin", b"")
        if origin.decode("latin-1").lower() not in self.policy.origins:
            return []
        return [(b"access-control-allow-origin", origin), (b"vary", b"Origin")]

    def _preflight(
        self,
        scope: Scope,
        headers: dict[bytes, bytes],
        allowed_origin: list[tuple[bytes, bytes]],
    ) -> Response | None:
        asked = headers.get(b"access-control-request-method")
        if scope["method"] != "OPTIONS" or asked is None or not allowed_origin:
            return None
        return Response(
            status_code=HTTPStatus.NO_CONTENT,
            headers={
                "Access-Control-Allow-Methods": "GET, POST, DELETE",
                "Access-Control-Allow-Headers": "Authorization, Content-Type",
                "Access-Control-Max-Age": "600",
            },
        )


KNOWN = frozenset(("GET", "HEAD", "OPTIONS", "POST", "DELETE"))


def _report(scope: Scope, fault: Exception) -> None:
    """Say on stderr what broke and where, without anything of the request's content."""
    frame = traceback.extract_tb(fault.__traceback__)[-1]
    print(
        f"lenet: internal error in {scope['method']} {scope['path']!r}: {type(fault).__name__} "
        f"in {Path(frame.filename).name}, line {frame.lineno}",
        file=sys.stderr,
    )
