"""The report page of a run, with its figures."""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from io import BytesIO
from typing import Any

import numpy as np
from jinja2 import Environment, StrictUndefined, Template
from matplotlib.figure import Figure
from PIL import Image

from lenet import figures
from lenet.figures import gallery
from lenet.inspection import Inspection
from lenet.metrics import rate
from lenet.models import layer_table
from lenet.reader import percent
from lenet.run import REPORT

MAX_EXAMPLES = 3  # digits whose layer outputs are shown
MAX_MISTAKES = 120  # shown, highest probability first
MAX_FILTERS = 4  # convolutions whose kernels are shown, starting with the first

# Figures from `gallery.RUN_FIGURES`. The others are left out: the page has its own table of scores
# and shows only `MAX_MISTAKES`.
SHOWN = ("curves", "confusion", "reliability", "roc", "robustness")

PARTS = {"test": "test", "validation": "held out", "train": "learnt from"}


@dataclass(frozen=True)
class Drawn:
    """A figure embedded in the page: a data URL, width and height in CSS pixels."""

    source: str
    width: int
    height: int


def report_files(run: Inspection) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of each figure of a run, then of the page that shows them."""
    drawn: dict[str, Future[Drawn]] = {}
    with ThreadPoolExecutor(1) as pool:  # packs one figure while the next is drawn
        for name, figure in _figures(run):
            content = gallery.sheet([figure], ".png")
            drawn[name] = pool.submit(_embedded, content)
            yield f"figures/{name}.png", content
    yield REPORT, page(run, {name: made.result() for name, made in drawn.items()}).encode()


def page(run: Inspection, drawn: Mapping[str, Drawn]) -> str:
    """Return the report as one HTML page that needs no network and no other file.

    Parameters
    ----------
    run : Inspection
        A finished run.
    drawn : mapping of str to Drawn
        Its figures by name: those of `SHOWN`, ``mistakes``, ``filters-<layer>`` and ``layers-<n>``.
    """
    manifest = run.run.manifest
    table = layer_table(run.network)
    return _template().render(
        run=run.run,
        recipe=[
            (name, _as_text(getattr(run.run.recipe, name)), field.description)
            for name, field in type(run.run.recipe).model_fields.items()
        ],
        manifest=manifest,
        begun=f"{datetime.fromisoformat(manifest.started):%d %B %Y, %H:%M}".lstrip("0"),
        parts={PARTS[name]: scores for name, scores in run.scores.items()},
        scores=run.scores["test"],
        robustness=run.robustness,
        epochs=len(run.history),
        epoch_seconds=np.mean([epoch["seconds"] for epoch in run.history]),
        layers=table,
        parameters=sum(layer.parameters for layer in table),
        multiply_adds=sum(layer.multiply_adds for layer in table),
        drawn=drawn,
        filters={k.removeprefix("filters-"): v for k, v in drawn.items() if k[:8] == "filters-"},
        digits=[
            (drawn[f"layers-{number}"], _answer(run, index))
            for number, index in enumerate(_examples(run), 1)
        ],
        convolutions=len(run.kernels),
    )


def _figures(run: Inspection) -> Iterator[tuple[str, Figure]]:
    for name in SHOWN:
        yield name, gallery.RUN_FIGURES[name](run)
    yield (
        "mistakes",
        figures.mistakes(
            run.test.images, run.test.labels, run.probabilities, run.test.classes, MAX_MISTAKES
        ),
    )
    for layer, figure in gallery.filters(run, list(run.kernels)[:MAX_FILTERS]).items():
        yield f"filters-{layer}", figure
    for number, index in enumerate(_examples(run), 1):
        image = run.test.images[index]
        yield (
            f"layers-{number}",
            figures.feature_maps(run.layers.outputs(image), run.test.classes, image),
        )


def _examples(run: Inspection) -> list[int]:
    """Choose test images to show: the first of a few classes, and the most confident mistake."""
    answers, labels = run.probabilities.argmax(axis=1), run.test.labels
    right, wrong = np.flatnonzero(answers == labels), np.flatnonzero(answers != labels)
    firsts = {int(labels[i]): int(i) for i in right[::-1]}
    chosen = sorted(firsts.values())
    if len(wrong):
        confidence = run.probabilities[wrong].max(axis=1)
        chosen = [*chosen[: MAX_EXAMPLES - 1], int(wrong[confidence.argmax()])]
    return chosen[:MAX_EXAMPLES]


def _answer(run: Inspection, index: int) -> str:
    truth, row = run.test.labels[index], run.probabilities[index]
    answer, classes = int(row.argmax()), run.test.classes
    verdict = "correctly" if answer == truth else f"but it is {classes[truth]}"
    return f"Test image {index:,}: read as {classes[answer]} at {percent(row.max())}, {verdict}."


def _embedded(png: bytes) -> Drawn:
    """Return a figure as a data URL, reduced to 256 colours, which is enough for every figure."""
    picture = Image.open(BytesIO(png))
    scale = 96 / gallery.DPI
    file = BytesIO()
    picture.convert("RGB").quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(
        file, "PNG", optimize=True
    )
    content = min(png, file.getvalue(), key=len)
    return Drawn(
        "data:image/png;base64," + base64.b64encode(content).decode(),
        round(picture.width * scale),
        round(picture.height * scale),
    )


@cache
def _template() -> Template:
    # Names chosen by users (recipe, data, classes) must not act as markup.
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["rate"] = rate
    environment.filters["count"] = lambda number: f"{number:,}"
    return environment.from_string(
        resources.files("lenet").joinpath("experiment", "report.html").read_text("utf-8")
    )


def _as_text(value: Any) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(value)
    if hasattr(value, "model_dump"):
        nonzero = {name: amount for name, amount in value.model_dump().items() if amount}
        return ", ".join(f"{name} {amount:g}" for name, amount in nonzero.items()) or "none"
    return value if isinstance(value, str) else json.dumps(value)
