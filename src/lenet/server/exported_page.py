"""The page as one file that needs no service: `lenet export RUN --page page.html`.

It is the page of `lenet serve`, with `alone.js` in place of `transport.js`. The answers of the API
are in the file, as JSON that no browser runs. A content security policy allows the file's own
scripts and styles by their hashes, and nothing from anywhere else.
"""

import base64
import re
import zlib
from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import orjson
from numpy.typing import NDArray

from lenet.errors import UsageError
from lenet.finder import Preparation
from lenet.run import LAYER_FACTS, WEIGHTS
from lenet.server.bundling import bundle, join_styles
from lenet.server.models import Content, Served, card_of, load_models
from lenet.server.models_api import embedding_from, model_entry
from lenet.server.networks import network_of
from lenet.server.results import Figure, Figures, figures_of, history_of, mistakes_of
from lenet.server.site import ENTRY, STYLES, WORKER, sources_of
from lenet.storage import write_atomically

SCHEME = '<script src="page/scheme.js"></script>'
ICON = '"page/icon.svg"'
API = '<p class="more"><a href="api" data-t="api"></a></p>'
STYLE = '<link rel="stylesheet" href="page/page.css">'
PROGRAM = '<script type="module" src="page/app.js"></script>\n'
WORKER_PLACE = '<meta name="worker" content="page/worker.js">\n'
CHARSET = '<meta charset="utf-8">\n'
END = "</body>"
CONTENTS: tuple[Content, ...] = (
    *("card", "scores", "mistakes", "history", "figures", "embedding", "network"),
)
_PAPER = re.compile(rb"\0{1,255}")
FIGURE_BYTES = 200_000  # of the figures of all runs: the file of lenet5 stays below 1 MB with them


def export_page(runs: Sequence[str | Path], path: Path) -> dict[str, int]:
    """Write the page of some models as one HTML file that needs no service and no network.

    Parameters
    ----------
    runs : sequence of str or path
        Run folders, or names of shipped models. The first is the one that the page begins with.
    path : Path
        The file; it is written whole or not at all.

    Returns
    -------
    dict of str to int
        The bytes of each model's weights, by its name.

    Raises
    ------
    UsageError
        There is no such run, it is no reader, or it takes no drawings.
    ModelError
        A run lacks a file that the page needs, or has layers that the page cannot compute.
    DataError
        The file cannot be written.
    """
    models = load_models(runs, allow_regressed=True)
    for served in models.values():
        _check(served)
    write_atomically(path, page_of(models).encode())
    return {
        name: sum(array.nbytes for layer in served.operations for array in layer.arrays.values())
        for name, served in models.items()
    }


def page_of(models: Mapping[str, Served]) -> str:
    """Return the HTML of the page of some models."""
    sources = sources_of(resources.files("lenet.server").joinpath("page"))
    modules = {
        name.removesuffix(".js"): text for name, text in sources.items() if name.endswith(".js")
    }
    modules["transport"] = modules["alone"]
    program, scheme = bundle(modules, ENTRY), sources["scheme.js"]
    style = join_styles(sources[f"{name}.css"] for name in STYLES)
    icon = f"data:image/svg+xml;base64,{base64.b64encode(sources['icon.svg'].encode()).decode()}"
    policy = (
        f"default-src 'none'; script-src {_allowed(program)} {_allowed(scheme)}; "
        f"style-src {_allowed(style)}; img-src data: blob:; worker-src blob:; "
        "base-uri 'none'; form-action 'none'"
    )
    data = [
        f'<script type="application/json" data-path="{path}">{_json(answer)}</script>\n'
        for path, answer in _answers(models).items()
    ]
    worker = f'<script type="text/plain" id="worker">{_safe(bundle(modules, WORKER))}</script>\n'
    page = sources["index.html"]
    for place, content in {
        CHARSET: f'{CHARSET}<meta http-equiv="Content-Security-Policy" content="{policy}">\n',
        WORKER_PLACE: "",
        SCHEME: f"<script>{_safe(scheme)}</script>",
        ICON: f'"{icon}"',
        STYLE: f"<style>{style}</style>",
        PROGRAM: "",
        API: "",
        END: f"{''.join(data)}{worker}<script>{_safe(program)}</script>\n{END}",
    }.items():
        if page.count(place) != 1:
            raise ValueError(f"index.html must have {place.strip()} once")
        page = page.replace(place, content)
    return page


def _check(served: Served) -> None:
    """Raise the error that says why the page cannot have a model, if it cannot."""
    for name in (LAYER_FACTS, WEIGHTS):
        served.run.read(name)
    if served.reader.classifier.preparation != Preparation():
        raise UsageError(
            f"{served.name} takes whole pictures of things, and the page only draws: "
            "name a model that reads writing"
        )
    _ = served.operations


def _answers(models: Mapping[str, Served]) -> dict[str, Any]:
    """Return what the API would answer, by path."""
    entries = [model_entry(served, index == 0) for index, served in enumerate(models.values())]
    listed = [entry.model_dump(mode="json") for entry in entries]
    answers: dict[str, Any] = {}
    digits = _Digits()
    budget = FIGURE_BYTES
    for entry, (name, served) in zip(listed, models.items(), strict=True):
        entry["has"] = [content for content in CONTENTS if content in entry["has"]]
        for content in entry["has"]:
            match content:
                case "card":
                    answer: Any = card_of(served).model_dump(mode="json")
                case "scores":
                    answer = {"test": served.scores["test"]}  # all that the page shows
                case "mistakes":
                    answer = mistakes_of(served).model_dump(mode="json", exclude_unset=True)
                    for mistake in answer["mistakes"]:
                        mistake["image"] = digits.number(mistake["image"])
                case "history":
                    answer = history_of(served).model_dump(mode="json")
                case "figures":
                    answer, budget = _some_figures(figures_of(served), budget)
                case "embedding":
                    answer = embedding_from(served)
                    # The same test images often serve several models.
                    place = f"images/{sha256(answer['images'].encode()).hexdigest()[:12]}"
                    answers[place] = answer["images"]
                    answer["images"] = {"at": place}
                case _:
                    answer = network_of(served, packed)
            answers[f"models/{quote(name, safe='')}/{content}"] = answer
    return {"models": {"models": listed, "collect": False}, **answers, "digits": digits.packed}


class _Digits:
    """Test digits, each once, whatever number of models misread it."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, image: str) -> int:
        """Return the number under which the file has an image, 784 bytes in base64."""
        return self._numbers.setdefault(image, len(self._numbers))

    @property
    def packed(self) -> str:
        """All of them in base64, one after the other; runs of paper are 0 and their length."""
        pixels = b"".join(map(base64.b64decode, self._numbers))
        packed = _PAPER.sub(lambda run: bytes([0, len(run[0])]), pixels)
        return base64.b64encode(packed).decode()


def _some_figures(found: Figures, budget: int) -> tuple[dict[str, Any], int]:
    """Return the figures that fit into a number of bytes, the names of the others, what is left."""
    kept: list[Figure] = []
    for figure in found["figures"]:
        if len(figure["image"]) <= budget:
            budget -= len(figure["image"])
            kept.append(figure)
    left_out = [figure["name"] for figure in found["figures"] if figure not in kept]
    return {"name": found["name"], "figures": kept, "left_out": left_out}, budget


def packed(numbers: NDArray[np.float32]) -> str:
    """Return numbers compressed and in base64: a fifth smaller than in base64 alone.

    Of every number the first byte, then of every number the second: the last bytes, which hold sign
    and exponent, are much alike.
    """
    planes = numbers.reshape(-1, 1).view(np.uint8).T.tobytes()
    return base64.b64encode(zlib.compress(planes, 9)).decode("ascii")


def _json(answer: Any) -> str:
    """Return JSON in which nothing can end the element that holds it."""
    return orjson.dumps(answer).decode().replace("<", "\\u003c")


def _safe(script: str) -> str:
    """Return a script, which must not hold what would end its element."""
    if "</script" in script.lower() or "<!--" in script:
        raise ValueError("a script of the page holds what would end it in HTML")
    return script


def _allowed(content: str) -> str:
    """Return the hash by which a content security policy allows an inline script or style."""
    return f"'sha256-{base64.b64encode(sha256(content.encode()).digest()).decode()}'"
