"""The figures of a run, of data and of a picture by name, and as PNG or SVG."""

import io
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
from matplotlib.figure import Figure
from PIL import Image

from lenet import figures
from lenet.datasets import Splits
from lenet.errors import UsageError, suggest
from lenet.inspection import Inspection
from lenet.storage import cannot_write, write_atomically

DPI = 144
GAP = 0.15  # inches between the figures of a sheet

# name -> what draws it of a finished run; all but the filters, of which each layer has its own
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

# name -> what draws it of a source of data
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


def filters(run: Inspection, layers: Collection[str] = ()) -> dict[str, Figure]:
    """Draw the kernels of each convolution, or of those named, by layer.

    Raises
    ------
    UsageError
        A layer is no convolution of this network.
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
    """Return the figures asked for, in the order of those `known`; all where none is named.

    Raises
    ------
    UsageError
        There is no figure of a name.
    """
    for name in names:
        if name not in known:
            raise UsageError(f"no figure {name!r}: {suggest(name, known)}")
    return [name for name in known if name in names or not names]


def save(drawn: Mapping[str, Figure], output: Path) -> list[Path]:
    """Write figures to a file, all on one sheet, or each to its own PNG in a folder.

    Parameters
    ----------
    drawn : mapping of str to Figure
        At least one.
    output : Path
        A name that ends in ``.png`` or ``.svg``; or a folder, which is made if it is not there.

    Returns
    -------
    list of Path
        What was written; each file whole or not at all.

    Raises
    ------
    UsageError, DataError
        The name ends in something else, or it cannot be written.
    """
    check_output(output)
    if not _is_folder(output):
        write_atomically(output, sheet(list(drawn.values()), output.suffix.lower()))
        return [output]
    try:
        output.mkdir(exist_ok=True)
    except OSError as error:
        raise cannot_write(output, error) from None
    paths = []
    for name, figure in drawn.items():
        paths.append(output / f"{name}.png")
        write_atomically(paths[-1], sheet([figure], ".png"))
    return paths


def check_output(output: Path) -> None:
    """Refuse a name that is neither a picture's nor a folder's (`UsageError`, `DataError`)."""
    if not _is_folder(output) and output.suffix.lower() not in (".png", ".svg"):
        raise UsageError(
            f"cannot draw a {output.suffix} file, asked for {output}: "
            "say a name that ends in .png or .svg, or a folder"
        )


def sheet(drawn: list[Figure], suffix: str) -> bytes:
    """Return figures below each other as one PNG or SVG, by `suffix`."""
    pieces = [_encoded(figure, suffix.removeprefix(".")) for figure in drawn]
    if len(pieces) == 1:
        return pieces[0]
    return _stacked_png(pieces) if suffix == ".png" else _stacked_svg(pieces)


def _is_folder(output: Path) -> bool:
    try:
        return output.is_dir() or not output.suffix
    except OSError as error:  # a name that is too long, for one
        raise cannot_write(output, error) from None


def _encoded(figure: Figure, form: str) -> bytes:
    file = io.BytesIO()
    # Without date and chance, the same figure is the same bytes.
    settings: dict[Any, Any] = {"svg.hashsalt": "lenet"}
    with mpl.rc_context(settings):
        figure.savefig(file, format=form, dpi=DPI, metadata=_ANONYMOUS[form])
    return file.getvalue()


_ANONYMOUS = {"png": {"Software": None}, "svg": {"Date": None}}


def _stacked_png(pieces: list[bytes]) -> bytes:
    pictures = [Image.open(io.BytesIO(piece)).convert("RGB") for piece in pieces]
    gap = round(GAP * DPI)
    width = max(picture.width for picture in pictures)
    height = sum(picture.height + gap for picture in pictures) - gap
    whole = Image.new("RGB", (width, height), "white")
    y = 0
    for picture in pictures:
        whole.paste(picture, (0, y))
        y += picture.height + gap
    file = io.BytesIO()
    whole.save(file, "PNG", dpi=(DPI, DPI))
    return file.getvalue()


def _stacked_svg(pieces: list[bytes]) -> bytes:
    ElementTree.register_namespace("", "http://www.w3.org/2000/svg")
    ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    drawings = [ElementTree.fromstring(piece) for piece in pieces]
    y, width = 0.0, 0.0
    for drawing in drawings:
        across, down = (float(drawing.get(side, "0").removesuffix("pt")) for side in _SIDES)
        # The units of the whole are points, and so must be those of its pieces.
        for name, value in zip((*_SIDES, "y"), (across, down, y), strict=True):
            drawing.set(name, f"{value:g}")
        y, width = y + down + 72 * GAP, max(width, across)
    whole = ElementTree.Element(
        "{http://www.w3.org/2000/svg}svg",
        {"width": f"{width:g}pt", "height": f"{y:g}pt", "viewBox": f"0 0 {width:g} {y:g}"},
    )
    background = {"width": "100%", "height": "100%", "fill": "white"}
    ElementTree.SubElement(whole, "{http://www.w3.org/2000/svg}rect", background)
    whole.extend(drawings)
    return bytes(ElementTree.tostring(whole, "utf-8", xml_declaration=True))


_SIDES = ("width", "height")
