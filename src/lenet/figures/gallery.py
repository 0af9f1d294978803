"""The figures of runs and data by name, and saving figures as PNG or SVG."""

import io
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from lenet import figures
from lenet.datasets import Splits
from lenet.errors import UsageError, suggest
from lenet.inspection import Inspection
from lenet.storage import cannot_write, write_atomically

DPI = 144
GAP = 0.15  # inches between the figures of a sheet

# Figures of a finished run by name, except for the filters, one figure for each layer.
RUN_FIGURES: dict[str, Callable[[Inspection], Figure]] = {
    "curves": lambda run: figures.training_curves(run.history),
    "confusion": lambda run: figures.confusion(run.scores["test"]),
    "table": lambda run: figures.score_table(run.scores["test"]),
    "reliability": lambda run: figures.reliability(run.scores["test"]),
    "roc": lambda run: figures.roc(run.scores["test"], run.roc_curves),
    "mistakes": lambda run: figures.mistakes(
        run.test.images, run.test.labels, run.probabilities, run.test.classes
    ),
    "robustness": lambda run: figures.robustness(run.robustness),
}

# Figures of a dataset by name.
DATA_FIGURES: dict[str, Callable[[Splits], Figure]] = {
    "samples": lambda data: figures.samples(
        data.train.images, data.train.labels, data.train.classes
    ),
    "distribution": lambda data: figures.class_distribution(
        {"training": data.train.labels, "test": data.test.labels}, data.train.classes
    ),
    "means": lambda data: figures.mean_images(
        data.train.images, data.train.labels, data.train.classes
    ),
}
_ANONYMOUS = {"png": {"Software": None}, "svg": {"Date": None}}


def filters(run: Inspection, layers: Collection[str] = ()) -> dict[str, Figure]:
    """Draw the kernels of each convolution, or of the named ones, by layer.

    Raises
    ------
    UsageError
        A layer is not a convolution of this network.
    """
    for layer in layers:
        if layer not in run.kernels:
            raise UsageError(
                f"no convolution {layer!r} in this network: {suggest(layer, run.kernels)}"
            )
    return {
        layer: figures.filters(kernels.before, kernels.after, layer)
        for layer, kernels in run.kernels.items()
        if layer in layers or not layers
    }


def chosen(names: Collection[str], known: Collection[str]) -> list[str]:
    """Return the requested figures in the order of `known`; all of them if none is named.

    Raises
    ------
    UsageError
        A name is unknown.
    """
    for name in names:
        if name not in known:
            raise UsageError(f"no figure {name!r}: {suggest(name, known)}")
    return [name for name in known if name in names or not names]


def save(drawn: Mapping[str, Figure], output: Path) -> list[Path]:
    """Write figures to one file, or each to its own PNG in a folder.

    Parameters
    ----------
    drawn : mapping of str to Figure
        Figures by name, at least one.
    output : Path
        A file that ends in ``.png`` or ``.svg``, or a folder, which is created if necessary.

    Returns
    -------
    list of Path
        The files written; each is written completely or not at all.

    Raises
    ------
    UsageError, DataError
        The name has another ending, or the file cannot be written.
    """
    check_output(output)
    if not _is_folder(output):
        write_atomically(output, sheet(list(drawn.values()), output.suffix.lower()))
        return [output]
    try:
        output.mkdir(exist_ok=True)
    except OSError as error:
        raise cannot_write(output, error) from error
    paths = []
    for name, figure in drawn.items():
        paths.append(output / f"{name}.png")
        write_atomically(paths[-1], sheet([figure], ".png"))
    return paths


def check_output(output: Path) -> None:
    """Raise `UsageError` unless `output` is a PNG, an SVG or a folder."""
    if not _is_folder(output) and output.suffix.lower() not in (".png", ".svg"):
        raise UsageError(
            f"cannot draw a {output.suffix} file, asked for {output}: "
            "use a name that ends in .png or .svg, or a folder"
        )


def sheet(drawn: list[Figure], suffix: str) -> bytes:
    """Return figures, one below the other, as a PNG or SVG, by `suffix`."""
    pieces = [_encoded(figure, suffix.removeprefix(".")) for figure in drawn]
    if len(pieces) == 1:
        return pieces[0]
    return _stacked_png(pieces) if suffix == ".png" else _stacked_svg(pieces)


def _is_folder(output: Path) -> bool:
    try:
        return output.is_dir() or not output.suffix
    except OSError as error:  # for example, the name is too long
        raise cannot_write(output, error) from error


def _encoded(figure: Figure, form: str) -> bytes:
    file = io.BytesIO()
    # Without dates and random ids, the same figure gives the same bytes.
    settings: dict[Any, Any] = {"svg.hashsalt": "lenet"}
    with mpl.rc_context(settings):
        figure.savefig(file, format=form, dpi=DPI, metadata=_ANONYMOUS[form])
    return file.getvalue()


def _stacked_png(pieces: list[bytes]) -> bytes:
    images = [np.asarray(Image.open(io.BytesIO(piece)).convert("RGB")) for piece in pieces]
    gap, width = round(GAP * DPI), max(image.shape[1] for image in images)
    rows = [
        np.pad(image, ((0, gap), (0, width - image.shape[1]), (0, 0)), constant_values=255)
        for image in images
    ]
    file = io.BytesIO()
    Image.fromarray(np.concatenate(rows)[:-gap]).save(file, "PNG", dpi=(DPI, DPI))
    return file.getvalue()


def _stacked_svg(pieces: list[bytes]) -> bytes:
    ElementTree.register_namespace("", "http://www.w3.org/2000/svg")
    ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    drawings = [ElementTree.fromstring(piece) for piece in pieces]
    y, width = 0.0, 0.0
    for drawing in drawings:
        own_width, height = (
            float(drawing.get(side, "0").removesuffix("pt")) for side in ("width", "height")
        )
        # Nested drawings use the units of the whole, which are points.
        drawing.attrib |= {"width": f"{own_width:g}", "height": f"{height:g}", "y": f"{y:g}"}
        y, width = y + height + 72 * GAP, max(width, own_width)
    whole = ElementTree.Element(
        "{http://www.w3.org/2000/svg}svg",
        {"width": f"{width:g}pt", "height": f"{y:g}pt", "viewBox": f"0 0 {width:g} {y:g}"},
    )
    background = {"width": "100%", "height": "100%", "fill": "white"}
    ElementTree.SubElement(whole, "{http://www.w3.org/2000/svg}rect", background)
    whole.extend(drawings)
    return bytes(ElementTree.tostring(whole, "utf-8", xml_declaration=True))
