"""Weights to ONNX, and the proof that both give the same answers on real digits."""

import contextlib
import copy
import io
import logging
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from lenet.errors import ModelError
from lenet.metrics.calibration import Calibration
from lenet.reader import Classifier, softmax
from lenet.run import CONTRACT
from lenet.training import infer

TOLERANCE = 1e-5  # of a probability, between torch and ONNX Runtime


@dataclass(frozen=True)
class Exported:
    """One network as two ONNX files.

    Attributes
    ----------
    model : bytes
        Images ``(n, 1, 28, 28)`` in, ``logits`` ``(n, k)`` out.
    layers : bytes
        The same with the output of every named layer as an output of that name.
    """

    model: bytes
    layers: bytes


class _Watched(nn.Module):
    """A sequential network that returns what each of its layers gives."""

    def __init__(self, model: nn.Sequential) -> None:
        super().__init__()
        self.model = model

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        outputs = []
        for layer in self.model:
            images = layer(images)
            outputs.append(images)
        return tuple(outputs)


def to_onnx(
    model: nn.Sequential, classes: tuple[str, ...], calibration: Calibration | None = None
) -> Exported:
    """Export `model` with its calibration in the metadata; the batch size is free.

    The network is traced once, so the two files cannot differ in anything but their outputs.
    """
    names = [name for name, _ in model.named_children()]
    plain = copy.deepcopy(model).to("cpu").eval()
    plain.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    # The exporter talks to stdout, to logging and by warnings, none of it meant for our users.
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
    layers = program.model_proto
    del layers.metadata_props[:]
    facts = {
        "contract": str(CONTRACT),
        "classes": "\n".join(classes),
        "temperature": repr(calibration.temperature if calibration else 1.0),
    }
    if calibration and calibration.rejection is not None:
        facts["rejection"] = repr(calibration.rejection)
    for key, value in facts.items():
        layers.metadata_props.add(key=key, value=value)
    _forget_traces(layers)
    model_proto = onnx.ModelProto()
    model_proto.CopyFrom(layers)
    del model_proto.graph.output[:-1]
    for proto in (layers, model_proto):
        onnx.checker.check_model(proto, full_check=True)
    return Exported(model_proto.SerializeToString(), layers.SerializeToString())


def prove(exported: bytes, model: nn.Module, images: NDArray[np.uint8]) -> float:
    """Check that ONNX Runtime gives torch's digits and probabilities on `images`.

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
    scale = ours.temperature
    difference = np.abs(
        softmax(logits.astype(np.float64) / scale) - softmax(expected.astype(np.float64) / scale)
    ).max()
    # Where logits are large, as in 1998, their own rounding alone makes more of a difference.
    allowed = TOLERANCE + float(np.spacing(np.abs(expected).max())) / scale
    changed = int((logits.argmax(1) != expected.argmax(1)).sum())
    # Written so that a NaN, which is neither more nor less, is refused as well.
    if changed or not difference <= allowed:
        raise ModelError(
            f"the exported model disagrees with the trained one on {changed} of {len(images):,} "
            f"digits, and by up to {difference:.1e} in probability (allowed: 0 and "
            f"{allowed:.0e}); it was not kept"
        )
    return float(difference)


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
def _quiet() -> Any:
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)
