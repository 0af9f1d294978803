"""Serves the page's files: bundled, compressed once, and cached by browsers permanently.

The sources are small ES modules and style sheets. A browser would need about forty requests for
them, so the service bundles them itself, in plain Python. Scripts and styles are in a folder named
by a hash of their content: a new version has new URLs, and a browser fetches each URL only once.
Only ``index.html`` is checked every time.
"""

import gzip
import re
from collections.abc import Callable, Mapping
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

from lenet.server.api_page import api_page

STYLES = ("tokens", "frame", "reading", "layers", "numbers")  # later ones override earlier ones
ENTRY = "app"  # the module that starts the page
PLACEHOLDER = '"page/'  # in index.html, stands for the folder named by the hash
HASH_LENGTH = 12  # hexadecimal digits: 48 bits are enough to distinguish versions

FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
_OTHER_FORM = re.compile(r"^(?:import|export)\b.*|\bimport\(", re.MULTILINE)
_COMMENT = r"/\*\*(?:(?!\*/).)*\*/"
_DOCUMENTATION = re.compile(rf"^ *{_COMMENT}\n|{_COMMENT} ?", re.MULTILINE | re.DOTALL)


def bundle(modules: Mapping[str, str], entry: str) -> str:
    r"""Bundle ES modules into one script.

    Each module becomes a function with its own scope, called once, after the modules it imports.
    Nothing is renamed or minified; only documentation comments are removed.

    Parameters
    ----------
    modules : mapping of str to str
        Sources by name without ``.js``. They may use ``import { a, b as c } from "./name.js";`` and
        ``export`` before a function, a class or a constant.
    entry : str
        The module to start with; modules it does not need are left out.

    Raises
    ------
    ValueError
        A module is missing, imports are circular, or use another form of import or export.

    >>> print(bundle({"app": 'import { one } from "./one.js";\none();\n',
    ...               "one": "export const one = () => 1;\n"}, "app"), end="")
    // one.js
    const $one = (() => {
    const one = () => 1;
    return { one };
    })();
    // app.js
    const $app = (() => {
    const { one } = $one;
    one();
    return {  };
    })();
    """
    scopes: dict[str, str] = {}

    def add(name: str, importers: tuple[str, ...]) -> None:
        if name in importers:
            raise ValueError(f"modules import in a circle: {' > '.join((*importers, name))}")
        if name in scopes:
            return
        if name not in modules:
            raise ValueError(f"{importers[-1]}.js imports {name}.js, which does not exist")
        for _, imported in _IMPORT.findall(modules[name]):
            add(imported, (*importers, name))
        scopes[name] = _scope(name, modules[name])

    add(entry, ())
    return "".join(scopes.values())


def _scope(name: str, source: str) -> str:
    code = _DOCUMENTATION.sub("", source)
    exported = _EXPORT.findall(code)
    code = _EXPORT.sub("", code)
    code = _IMPORT.sub(
        lambda match: f"const {{{match[1].replace(' as ', ': ')}}} = ${match[2]};\n", code
    )
    if other := _OTHER_FORM.search(code):
        raise ValueError(f"{name}.js: this import or export cannot be joined: {other[0]}")
    names = ", ".join(exported)
    return f"// {name}.js\nconst ${name} = (() => {{\n{code}return {{ {names} }};\n}})();\n"


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
    """

    def __init__(
        self, folder: Traversable | None = None, api: Callable[[], dict[str, Any]] | None = None
    ) -> None:
        self.api = api
        self.folder = folder or resources.files("lenet.server").joinpath("page")

    @cached_property
    def files(self) -> dict[str, File]:
        """The files by path; made on the first request, not at the start."""
        files = files_of(self.folder)
        if self.api:
            style, icon = (
                next(path.removeprefix("/") for path in files if path.endswith(name))
                for name in ("page.css", "icon.svg")
            )
            page = api_page(self.api(), style, icon)
            files["/api"] = File(page.encode(), "text/html", ASK_AGAIN)
        return files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for a file; ranges are not supported, because files are small."""
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "GET, HEAD"})
        file = self.files.get(scope["path"])
        if file is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        await file.response(Headers(scope=scope))(scope, receive, send)


def files_of(folder: Traversable) -> dict[str, File]:
    """Return the page's files by path, made from the sources in `folder`."""
    sources = {item.name: item.read_text("utf-8") for item in folder.iterdir()}
    modules = {
        name.removesuffix(".js"): text for name, text in sources.items() if name.endswith(".js")
    }
    contents = {
        "app.js": (bundle(modules, ENTRY), "text/javascript"),
        "page.css": ("".join(sources[f"{name}.css"] for name in STYLES), "text/css"),
        "scheme.js": (sources["scheme.js"], "text/javascript"),
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
