"""Export of weights to ONNX, and the check that both give the same answers for real digits."""

import contextlib
import copy
import io
import logging
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from lenet.datasets import load
from lenet.datasets.parts import preparation_of
from lenet.errors import ModelError, UsageError
from lenet.experiment.plain_onnx import plain_onnx
from lenet.finder import Finder, Preparation, normalise_contrast
from lenet.metrics.calibration import Calibration
from lenet.models.finder import OverPages, split
from lenet.models.layers import layer_facts
from lenet.models.weights import network_of
from lenet.reader import Classifier
from lenet.run import CONTRACT, LAYER_FACTS, LAYERS, MODEL, Run
from lenet.storage import LockedError, locked
from lenet.training import infer

PROOF_SHAPES = (16, 16), (8, 24)  # rows and columns of digits on the pages that prove a finder
PAGE_TOLERANCE = 1e-3  # largest difference of a logit of a finder: 0.03 % in probability
TOLERANCE = 1e-5  # largest difference of a probability between torch and ONNX Runtime
PROOF_IMAGES = 1000  # real digits on which an export must agree with torch


@dataclass(frozen=True)
class Exported:
    """The files that an export makes from one network.

    Attributes
    ----------
    model : bytes
        ONNX: images ``(n, 1, 28, 28)`` in, ``logits`` ``(n, k)`` out. Of a finder: pages
        ``(n, 1, h, w)`` in, ``maps`` ``(n, 16, h/4, w/4)`` and ``ink`` ``(n, 1, h/2, w/2)`` out.
    layers : bytes
        The same network, with every named layer as an output of that name.
    facts : bytes
        A description of each layer, as JSON.
    """

    model: bytes
    layers: bytes
    facts: bytes

    @property
    def files(self) -> dict[str, bytes]:
        """File contents by name."""
        return {MODEL: self.model, LAYERS: self.layers, LAYER_FACTS: self.facts}


@dataclass(frozen=True)
class Renewed:
    """The result of exporting a run again.

    Attributes
    ----------
    run : Run
    written : list of str
        Names of the files that are new or changed; the others were up to date.
    difference : float
        The largest difference between a probability in torch and in ONNX; of a finder, a logit.
    """

    run: Run
    written: list[str]
    difference: float


class _AllLayers(nn.Module):
    """Wraps a sequential network to return the output of every layer, and a finder's in parts."""

    def __init__(self, model: nn.Sequential) -> None:
        super().__init__()
        self.model = model

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        outputs = []
        for layer in self.model:
            images = layer(images)
            outputs.append(images)
        return (*outputs, *split(images)) if isinstance(self.model, OverPages) else tuple(outputs)


def export(model: str | Path) -> Renewed:
    """Export a finished run again: make its ONNX files and `layers.json` from its weights.

    Temperature and rejection threshold are kept. If interrupted, it can be run again.

    Parameters
    ----------
    model : str or path
        A run folder.

    Raises
    ------
    UsageError
        There is no such run, or it ships with the package.
    ModelError
        The run is unfinished, broken or altered; or ONNX disagrees with torch, and nothing was
        written.
    DataError
        The folder cannot be written.
    """
    run = Run.find(model)
    if run.is_shipped:
        raise UsageError(
            f"{run.folder.name} ships with lenet and stays as it is: "
            f"copy {run.folder} and export the copy"
        )
    try:
        with locked(run.folder):
            return _renew(Run.open(run.folder))  # opened again, now that nobody else changes it
    except LockedError as error:
        raise ModelError(
            f"another process is working in {run.folder}: wait for it, or stop it first"
        ) from error


def to_onnx(
    model: nn.Sequential,
    classes: tuple[str, ...],
    calibration: Calibration | None = None,
    preparation: Preparation | None = None,
) -> Exported:
    """Export `model`, for any batch size and size of page.

    Calibration and preparation are in the metadata. The network is written or traced once, so the
    two ONNX files differ only in their outputs.
    """
    layers = plain_onnx(model) or _traced(model)
    del layers.metadata_props[:]
    for key, value in _metadata(classes, calibration, preparation).items():
        layers.metadata_props.add(key=key, value=value)
    _strip_metadata(layers)
    model_proto = onnx.ModelProto()
    model_proto.CopyFrom(layers)
    del model_proto.graph.output[: -2 if isinstance(model, OverPages) else -1]
    for proto in (layers, model_proto):
        onnx.checker.check_model(proto, full_check=True)
    facts = ",\n".join(layer.model_dump_json() for layer in layer_facts(model))
    return Exported(
        model_proto.SerializeToString(), layers.SerializeToString(), f"[\n{facts}\n]\n".encode()
    )


def prove(exported: bytes, model: nn.Module, images: NDArray[np.uint8]) -> float:
    """Check that ONNX Runtime and torch give the same digits and probabilities for `images`.

    Returns
    -------
    float
        The largest difference between two probabilities.

    Raises
    ------
    ModelError
        A probability differs by more than `TOLERANCE` plus rounding, or a digit that is more
        probable than the others by more than that.
    """
    classifier = Classifier(exported)
    expected = infer(model, images).numpy()
    ours = classifier.calibrated(classifier.logits(images))
    theirs = classifier.calibrated(expected)
    difference = np.abs(ours - theirs).max()
    # Large logits, such as those of the 1998 network, are themselves rounded more coarsely.
    rounding = float(np.spacing(np.abs(expected).max())) / classifier.temperature
    allowed = TOLERANCE + rounding
    # Where two classes are as probable, the last bit decides; a short training leaves such images.
    answers = ours.argmax(1)[:, None]
    behind = theirs.max(1) - np.take_along_axis(theirs, answers, 1)[:, 0]
    changed = int((behind > allowed).sum())
    # `not <=` also refuses NaN.
    if changed or not difference <= allowed:
        raise ModelError(
            f"the exported model disagrees with the trained one on {changed} of {len(images):,} "
            f"digits, and by up to {difference:.1e} in probability (allowed: 0 and "
            f"{allowed:.0e}); it was not kept"
        )
    return float(difference)


def prove_finder(exported: bytes, model: nn.Module) -> float:
    """Check that ONNX Runtime and torch give the same for pages of real digits in two shapes.

    Returns
    -------
    float
        The largest difference between two values.

    Raises
    ------
    ModelError
        Two values differ by more than `PAGE_TOLERANCE`.
    """
    finder, difference = Finder(exported), 0.0
    digits = load("uci-digits").train.images
    for rows, columns in PROOF_SHAPES:
        tiles = digits[: rows * columns].reshape(rows, columns, 28, 28)
        page = tiles.swapaxes(1, 2).reshape(rows * 28, columns * 28)
        pages = normalise_contrast(255 - page)[None, None]
        with torch.inference_mode():
            expected = split(model(torch.from_numpy(pages)))
        for values, wanted in zip(finder.run(pages), expected, strict=True):
            difference = max(difference, float(np.abs(values - wanted.numpy()).max()))
    if not difference <= PAGE_TOLERANCE:  # which also refuses NaN
        raise ModelError(
            f"the exported finder disagrees with the trained one by up to {difference:.1e} "
            f"(allowed: {PAGE_TOLERANCE:.0e}); it was not kept"
        )
    return difference


def _renew(run: Run) -> Renewed:
    calibration = _calibration_of(run)
    network = network_of(run)
    classes = tuple(run.manifest.data["classes"])
    exported = to_onnx(network, classes, calibration, preparation_of(run))
    if run.recipe.finds:
        difference = prove_finder(exported.model, network)
    else:
        digits = load("uci-digits").train.images  # part of scikit-learn: no download
        difference = prove(exported.model, network, digits[:PROOF_IMAGES])
    renewed, written = run.replace(exported.files)
    return Renewed(renewed, written, difference)


def _calibration_of(run: Run) -> Calibration | None:
    """Return the calibration in a finished run's `model.onnx`; None if nothing was fitted."""
    if run.manifest.state not in ("done", "regressed"):
        run.read(MODEL)  # raises the error that says why there is none
    if not run.recipe.calibrate:
        return None
    if MODEL in run.manifest.files:
        content = run.read(MODEL)
    else:  # an export was interrupted; the file is still whole, either the old or the new one
        try:
            content = (run.folder / MODEL).read_bytes()
        except OSError as error:
            raise ModelError(
                f"{run.folder} has no {MODEL}, which holds its temperature: "
                "restore it or train again"
            ) from error
    classifier = Classifier(content)
    return Calibration(classifier.temperature, classifier.rejection)


def _traced(model: nn.Sequential) -> Any:
    """Trace `model`; return an ONNX program that outputs every layer."""
    names = [name for name, _ in model.named_children()]
    if isinstance(model, OverPages):
        images, outputs = "pages", [*names, "maps", "ink"]
        side = 16 * torch.export.Dim("h", min=1), 16 * torch.export.Dim("w", min=1)
        dynamic = {0: torch.export.Dim("n"), 2: side[0], 3: side[1]}
        example = torch.zeros(2, 1, 64, 96)
    else:
        images, outputs = "images", [*names[:-1], "logits"]
        dynamic = {0: torch.export.Dim("n")}
        example = torch.zeros(2, 1, 28, 28)
    copied = copy.deepcopy(model).to("cpu").eval()
    copied.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    # The exporter prints, logs and warns; none of that is useful to our users.
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings(), _quiet():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            _AllLayers(copied),
            # Two images, because the exporter would treat a batch size of 1 as a constant.
            (example,),
            input_names=[images],
            output_names=outputs,
            dynamic_shapes={"images": dynamic},
            dynamo=True,
            optimize=True,
            verbose=False,
        )
    assert program is not None, "the dynamo exporter always returns a program"
    return program.model_proto


def _metadata(
    classes: tuple[str, ...], calibration: Calibration | None, preparation: Preparation | None
) -> Mapping[str, str]:
    facts = {
        "contract": str(CONTRACT),
        "classes": "\n".join(classes),
        "temperature": repr(calibration.temperature if calibration else 1.0),
    }
    if calibration and calibration.rejection is not None:
        facts["rejection"] = repr(calibration.rejection)
    return {**facts, **(preparation.facts() if preparation else {})}


def _strip_metadata(model: Any) -> None:
    """Delete the exporter's metadata, which contains paths of this machine."""
    model.doc_string = ""
    model.graph.doc_string = ""
    for part in (model.graph, *model.graph.node, *model.functions):
        del part.metadata_props[:]
        part.doc_string = ""
    for value in (*model.graph.input, *model.graph.output, *model.graph.value_info):
        del value.metadata_props[:]


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)
