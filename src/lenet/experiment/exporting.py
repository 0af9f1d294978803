"""Weights to ONNX, and the proof that both give the same answers for real digits."""

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
from lenet.errors import ModelError, UsageError
from lenet.metrics.calibration import Calibration
from lenet.models.layers import layer_facts
from lenet.models.weights import network_of
from lenet.reader import Classifier
from lenet.run import CONTRACT, LAYER_FACTS, LAYERS, MODEL, Run
from lenet.storage import LockedError, locked
from lenet.training import infer

TOLERANCE = 1e-5  # of a probability, between torch and ONNX Runtime
PROOF_IMAGES = 1000  # real digits on which an export has to agree with torch


@dataclass(frozen=True)
class Exported:
    """One network as the files that are made of it.

    Attributes
    ----------
    model : bytes
        ONNX: images ``(n, 1, 28, 28)`` in, ``logits`` ``(n, k)`` out.
    layers : bytes
        The same with the output of every named layer as an output of that name.
    facts : bytes
        What each layer is, as JSON.
    """

    model: bytes
    layers: bytes
    facts: bytes

    @property
    def files(self) -> dict[str, bytes]:
        """Content by file name."""
        return {MODEL: self.model, LAYERS: self.layers, LAYER_FACTS: self.facts}


@dataclass(frozen=True)
class Renewed:
    """A run whose weights were exported again.

    Attributes
    ----------
    run : Run
    written : list of str
        Names of the files that are new or have changed; the others were up to date.
    difference : float
        The largest difference between a probability in torch and in ONNX.
    """

    run: Run
    written: list[str]
    difference: float


class _Watched(nn.Module):
    """A sequential network that returns the output of each of its layers."""

    def __init__(self, model: nn.Sequential) -> None:
        super().__init__()
        self.model = model

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        outputs = []
        for layer in self.model:
            images = layer(images)
            outputs.append(images)
        return tuple(outputs)


def export(model: str | Path) -> Renewed:
    """Make the ONNX files and `layers.json` of a finished run again, from its weights.

    Temperature and rejection threshold stay as they are. If interrupted, it can be repeated.

    Parameters
    ----------
    model : str or path
        A run folder.

    Raises
    ------
    UsageError
        There is no such run, or it ships with the package.
    ModelError
        The run is unfinished, broken or altered; or ONNX does not agree with torch, and then
        nothing was written.
    DataError
        The folder cannot be written.
    """
    found = Run.find(model)
    if found.is_shipped:
        raise UsageError(
            f"{found.folder.name} ships with lenet and stays as it is: "
            f"copy {found.folder} and export the copy"
        )
    try:
        with locked(found.folder):
            return _renew(Run.open(found.folder))
    except LockedError as error:
        raise ModelError(
            f"another process is working in {found.folder}: wait for it, or stop it first"
        ) from error


def to_onnx(
    model: nn.Sequential, classes: tuple[str, ...], calibration: Calibration | None = None
) -> Exported:
    """Export `model` with its calibration in the metadata; the batch size is free.

    The network is traced once, so the two ONNX files can differ in nothing but their outputs.
    """
    layers = _traced(model)
    del layers.metadata_props[:]
    for key, value in _metadata(classes, calibration).items():
        layers.metadata_props.add(key=key, value=value)
    _forget_traces(layers)
    model_proto = onnx.ModelProto()
    model_proto.CopyFrom(layers)
    del model_proto.graph.output[:-1]
    for proto in (layers, model_proto):
        onnx.checker.check_model(proto, full_check=True)
    facts = ",\n".join(layer.model_dump_json() for layer in layer_facts(model))
    return Exported(
        model_proto.SerializeToString(), layers.SerializeToString(), f"[\n{facts}\n]\n".encode()
    )


def prove(exported: bytes, model: nn.Module, images: NDArray[np.uint8]) -> float:
    """Check that ONNX Runtime gives torch's digits and probabilities for `images`.

    Returns
    -------
    float
        The largest difference between two probabilities.

    Raises
    ------
    ModelError
        A digit differs, or a probability by more than `TOLERANCE` and the rounding of a logit.
    """
    ours = Classifier(exported)
    logits = ours.logits(images)
    expected = infer(model, images).numpy()
    difference = np.abs(ours.calibrated(logits) - ours.calibrated(expected)).max()
    # Where logits are large, as in 1998, their own rounding makes more of a difference.
    allowed = TOLERANCE + float(np.spacing(np.abs(expected).max())) / ours.temperature
    changed = int((logits.argmax(1) != expected.argmax(1)).sum())
    # "not <=" also refuses a NaN.
    if changed or not difference <= allowed:
        raise ModelError(
            f"the exported model disagrees with the trained one on {changed} of {len(images):,} "
            f"digits, and by up to {difference:.1e} in probability (allowed: 0 and "
            f"{allowed:.0e}); it was not kept"
        )
    return float(difference)


def _renew(run: Run) -> Renewed:
    calibration = _calibration_of(run)
    network = network_of(run)
    exported = to_onnx(network, tuple(run.manifest.data["classes"]), calibration)
    images = load("uci-digits").train.images[:PROOF_IMAGES]  # always at hand
    difference = prove(exported.model, network, images)
    renewed, written = run.replace(exported.files)
    return Renewed(renewed, written, difference)


def _calibration_of(run: Run) -> Calibration | None:
    """Return what a finished run's `model.onnx` says of its logits; None if nothing was fitted."""
    if run.manifest.state not in ("done", "regressed"):
        run.read(MODEL)  # says why there is none
    if not run.recipe.calibrate:
        return None
    if MODEL in run.manifest.files:
        content = run.read(MODEL)
    else:  # an export was interrupted; each file is whole, though, be it the old or the new one
        try:
            content = (run.folder / MODEL).read_bytes()
        except OSError as error:
            raise ModelError(
                f"{run.folder} has no {MODEL}, which holds its temperature: "
                "restore the file or train again"
            ) from error
    classifier = Classifier(content)
    return Calibration(classifier.temperature, classifier.rejection)


def _traced(model: nn.Sequential) -> Any:
    """Return `model` as an ONNX program that gives the output of every layer."""
    names = [name for name, _ in model.named_children()]
    plain = copy.deepcopy(model).to("cpu").eval()
    plain.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    # The exporter writes to stdout, logs and warns; none of it is meant for our users.
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings(), _quiet():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            _Watched(plain),
            # Two images, because a batch of one is taken for a constant.
            (torch.zeros(2, 1, 28, 28),),
            input_names=["images"],
            output_names=[*names[:-1], "logits"],
            dynamic_shapes={"images": {0: torch.export.Dim("n")}},
            dynamo=True,
            optimize=True,
            verbose=False,
        )
    assert program is not None, "the dynamo exporter always returns a program"
    return program.model_proto


def _metadata(classes: tuple[str, ...], calibration: Calibration | None) -> Mapping[str, str]:
    facts = {
        "contract": str(CONTRACT),
        "classes": "\n".join(classes),
        "temperature": repr(calibration.temperature if calibration else 1.0),
    }
    if calibration and calibration.rejection is not None:
        facts["rejection"] = repr(calibration.rejection)
    return facts


def _forget_traces(model: Any) -> None:
    """Drop the exporter's notes, which hold paths of the machine it ran on."""
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
