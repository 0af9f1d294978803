"""Pictures in, readings out: a network run by ONNX Runtime, without torch."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image

from lenet.errors import ModelError, PictureError
from lenet.picture import decode, find_digits
from lenet.run import CONTRACT, MODEL, Run

Source = str | Path | bytes | Image.Image | NDArray[np.generic]

DEFAULT_MODEL = "lenet5"
BATCH = 256  # images that go through the network at once: its feature maps stay in the cache


@dataclass(frozen=True)
class Digit:
    """One digit of a picture.

    Attributes
    ----------
    digit : int
        The most probable one, 0..9.
    probabilities : tuple of float
        Of 0..9; they sum to 1.
    box : tuple of int
        x, y, width, height in pixels of the upright picture.
    status : str
        ``digit``, or ``uncertain`` when it should not be relied on.
    """

    digit: int
    probabilities: tuple[float, ...]
    box: tuple[int, int, int, int]
    status: Literal["digit", "uncertain"] = "digit"

    @property
    def probability(self) -> float:
        """Of the digit given."""
        return self.probabilities[self.digit]

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {
            "digit": self.digit,
            "probability": self.probability,
            "probabilities": list(self.probabilities),
            "status": self.status,
            "box": list(self.box),
        }


@dataclass(frozen=True)
class Reading:
    """What a `Reader` says of one picture; `str` gives the text.

    Attributes
    ----------
    picture : str
        Its name.
    status : str
        ``digits``, ``blank`` (nothing is on it) or ``nothing`` (no region of it is a digit).
    digits : tuple of Digit
        In reading order.
    rejected : tuple of dict
        Regions that are no digits: box and reason.
    """

    picture: str
    status: Literal["digits", "blank", "nothing"]
    digits: tuple[Digit, ...] = ()
    rejected: tuple[dict[str, Any], ...] = field(default=())

    @property
    def text(self) -> str:
        """The digits in reading order, ``?`` for an uncertain one."""
        return "".join(str(d.digit) if d.status == "digit" else "?" for d in self.digits)

    def __str__(self) -> str:
        return self.text

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {
            "picture": self.picture,
            "status": self.status,
            "text": self.text,
            "digits": [digit.to_dict() for digit in self.digits],
            "rejected": list(self.rejected),
        }


class Classifier:
    """A network in ONNX that tells digit images apart; safe to use from several threads.

    Parameters
    ----------
    model : bytes
        An ONNX file that `lenet.export` made.
    threads : int, optional
        CPU threads of one call; all cores by default.

    Attributes
    ----------
    classes : tuple of str
        Names of what it tells apart.
    temperature : float
        What logits are divided by, so that the probabilities are calibrated.
    """

    def __init__(self, model: bytes, threads: int = 0) -> None:
        try:
            self._session = open_session(model, threads)
            facts = self._session.get_modelmeta().custom_metadata_map
            self.classes = tuple(facts["classes"].split("\n"))
            self.temperature = float(facts["temperature"])
            (images,), (logits,) = self._session.get_inputs(), self._session.get_outputs()
            if (
                facts["contract"] != str(CONTRACT)
                or (images.type, images.shape[1:]) != ("tensor(float)", [1, 28, 28])
                or (logits.type, logits.shape[1:]) != ("tensor(float)", [len(self.classes)])
                or not 0 < self.temperature < math.inf
            ):
                raise ValueError("not what a network of ours takes and gives")
        except Exception:
            # ONNX Runtime has an exception class of its own for each of a dozen faults.
            raise ModelError(
                "the file is no ONNX model that lenet made: export it again with `lenet train`"
            ) from None
        self._input = images.name

    def logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return logits ``(n, k)`` of uint8 images ``(n, 28, 28)``, n of any size."""
        if not len(images):
            return np.empty((0, len(self.classes)), np.float32)
        return np.concatenate(list(self._batches(images)))

    def probabilities(self, images: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return calibrated probabilities ``(n, k)`` of uint8 images ``(n, 28, 28)``."""
        return softmax(self.logits(images).astype(np.float64) / self.temperature)

    def _batches(self, images: NDArray[np.uint8]) -> Iterator[NDArray[np.float32]]:
        for start in range(0, len(images), BATCH):
            batch = images[start : start + BATCH, None].astype(np.float32)
            batch /= 255
            yield self._session.run(None, {self._input: batch})[0]


class Reader:
    """Reads pictures of digits.

    Parameters
    ----------
    model : str or Path
        Name of a shipped model, or a run folder.
    threads : int, optional
        CPU threads of one call; all cores by default.

    Raises
    ------
    UsageError
        No model has that name.
    ModelError
        The model is missing, broken or altered, or does not tell the ten digits apart.

    Examples
    --------
    >>> import numpy as np
    >>> print(Reader().read(np.full((40, 40), 255, np.uint8)).status)
    blank
    """

    def __init__(self, model: str | Path = DEFAULT_MODEL, threads: int = 0) -> None:
        self.classifier = Classifier(Run.find(model).read(MODEL), threads)
        if self.classifier.classes != tuple("0123456789"):
            raise ModelError(
                f"model {model} tells {len(self.classifier.classes)} classes apart, not the digits "
                "0 to 9, so it cannot read pictures: choose another --model"
            )

    def read(self, picture: Source, *, tiff: bool = False) -> Reading:
        """Read one picture: a path, encoded bytes, a PIL image or an array.

        `tiff` allows TIFF files, whose decoder is best kept away from strangers' uploads.

        Raises
        ------
        PictureError
            It cannot be decoded, or is too large.
        """
        page = decode(picture, tiff=tiff)
        crops = find_digits(page)
        if not crops:
            return Reading(page.name, "blank")
        probabilities = self.classifier.probabilities(np.stack([crop.image for crop in crops]))
        digits = tuple(
            Digit(int(row.argmax()), tuple(row.tolist()), crop.box)
            for crop, row in zip(crops, probabilities, strict=True)
        )
        return Reading(page.name, "digits", digits)

    def read_all(
        self, pictures: Sequence[Source], *, tiff: bool = False
    ) -> Iterator[Reading | PictureError]:
        """Read pictures one after another; one that cannot be read gives its error instead."""
        for picture in pictures:
            try:
                yield self.read(picture, tiff=tiff)
            except PictureError as error:
                yield error


def open_session(model: bytes, threads: int = 0) -> onnxruntime.InferenceSession:
    """Open an ONNX file on the CPU; what is wrong with it is any of ONNX Runtime's exceptions."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3  # errors only: warnings would go to a person's stderr
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return probabilities of logits ``(n, k)``.

    >>> softmax(np.array([[0.0, 0.0]]))
    array([[0.5, 0.5]])
    """
    exponentials: NDArray[np.float64] = np.exp(logits - logits.max(axis=1, keepdims=True))
    exponentials /= exponentials.sum(axis=1, keepdims=True)
    return exponentials
