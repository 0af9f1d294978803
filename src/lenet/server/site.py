"""Serves the page's files: bundled, compressed once, and cached by browsers permanently.

The sources are small ES modules and style sheets. A browser would need about forty requests for
them, so the service bundles them itself, in plain Python. Scripts and styles are in a folder named
by a hash of their content: a new version has new URLs, and a browser fetches each URL only once.
What only one room needs is a script of its own, fetched when the room is entered.
Only ``index.html`` is checked every time.
"""

import gzip
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from http import HTTPStatus
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from lenet.server import api_examples
from lenet.server.api_page import api_page
from lenet.server.bundling import bundle, bundle_apart, join_styles

STYLES = ("tokens", "frame", "reading", "layers", "numbers")  # later ones override earlier ones
ENTRY, WORKER = "app", "worker"  # the modules that start the page, and its worker
ALONE = ("scheme.js", "apipage.js")  # scripts that import nothing
PLACEHOLDER = '"page/'  # in index.html, stands for the folder named by the hash
HASH_LENGTH = 12  # hexadecimal digits: 48 bits are enough to distinguish versions

FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


@dataclass(frozen=True)
class File:
    """One file to send."""

    content: bytes = field(repr=False)
    media_type: str
    cache: str

    @cached_property
    def compressed(self) -> bytes:
        """The content in gzip, at the highest level because it is done only once."""
        return gzip.compress(self.content, 9)

    @cached_property
    def tag(self) -> str:
        """The ETag."""
        return f'"{_hash(self.content)}"'

    def response(self, headers: Headers) -> Response:
        """Return the answer to a request with these headers."""
        response_headers = {
            "Cache-Control": self.cache,
            "ETag": self.tag,
            "Vary": "Accept-Encoding",
        }
        cached = headers.get("if-none-match", "").replace("W/", "").split(",")
        if self.tag in (tag.strip() for tag in cached):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=response_headers)
        if "gzip" in headers.get("accept-encoding", ""):
            response_headers["Content-Encoding"] = "gzip"
            return Response(self.compressed, headers=response_headers, media_type=self.media_type)
        return Response(self.content, headers=response_headers, media_type=self.media_type)


class Site:
    """The page as an ASGI application.

    Parameters
    ----------
    folder : Traversable, optional
        Where the sources are; by default, those of the package.
    api : callable, optional
        Returns the OpenAPI description, of which `/api` is made.
    model : str
        A model that is served, for the examples of `/api`.
    """

    def __init__(
        self,
        folder: Traversable | None = None,
        api: Callable[[], dict[str, Any]] | None = None,
        model: str = "",
    ) -> None:
        self.api = api
        self.model = model
        self.folder = folder or resources.files("lenet.server").joinpath("page")

    @cached_property
    def files(self) -> dict[str, File]:
        """The files by path; made on the first request, not at the start."""
        files = files_of(self.folder)
        if self.api:
            style, icon, script = (
                next(path.removeprefix("/") for path in files if path.endswith(name))
                for name in ("page.css", "icon.svg", "apipage.js")
            )
            page = api_page(self.api(), style, icon, script, self.model)
            files["/api"] = File(page.encode(), "text/html", ASK_AGAIN)
            for name, content in api_examples.files().items():
                kind = "image/png" if name.endswith(".png") else api_examples.OCTETS
                files[f"/{name}"] = File(content, kind, ASK_AGAIN)
        return files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for a file; ranges are not supported, because files are small."""
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "GET, HEAD"})
        file = self.files.get(scope["path"])
        if file is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        await file.response(Headers(scope=scope))(scope, receive, send)


def sources_of(folder: Traversable) -> dict[str, str]:
    """Return the text of each source of the page, by name."""
    return {item.name: item.read_text("utf-8") for item in folder.iterdir()}


def files_of(folder: Traversable) -> dict[str, File]:
    """Return the page's files by path, made from the sources in `folder`."""
    sources = sources_of(folder)
    modules = {
        name.removesuffix(".js"): text for name, text in sources.items() if name.endswith(".js")
    }
    contents = {
        **{
            f"{name}.js": (script, "text/javascript")
            for name, script in bundle_apart(modules, ENTRY).items()
        },
        "worker.js": (bundle(modules, WORKER), "text/javascript"),
        "page.css": (join_styles(sources[f"{name}.css"] for name in STYLES), "text/css"),
        **{name: (sources[name], "text/javascript") for name in ALONE},
        "icon.svg": (sources["icon.svg"], "image/svg+xml"),
    }
    version = _hash("".join(text for text, _ in contents.values()).encode())
    index = sources["index.html"].replace(PLACEHOLDER, f'"{version}/').encode()
    home = File(index, "text/html", ASK_AGAIN)
    joined = {
        f"/{version}/{name}": File(text.encode(), media_type, FOREVER)
        for name, (text, media_type) in contents.items()
    }
    return {"/": home, "/index.html": home, **joined}


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()[:HASH_LENGTH]
