"""A network run by ONNX Runtime, without torch."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet.errors import ModelError
from lenet.runtime import BATCH, open_session


class Classifier:
    """A network in ONNX that tells digit images apart; safe to use from several threads.

    It can be sent to another process, where it uses one thread, since such processes are many.

    Parameters
    ----------
    model : bytes
        An ONNX file that `lenet.experiment.export` made.
    threads : int, optional
        CPU threads of one call; all cores by default.

    Attributes
    ----------
    classes : tuple of str
        Names of what it tells apart.
    temperature : float
        What logits are divided by, so that the probabilities are calibrated.
    rejection : float or None
        The score below which an image shows none of its classes; None where none was fitted.
    """

    def __init__(self, model: bytes, threads: int = 0) -> None:
        from lenet.run import CONTRACT  # takes long to import, and no copy needs it

        try:
            self._session = open_session(model, threads)
            facts = self._session.get_modelmeta().custom_metadata_map
            self.classes = tuple(facts["classes"].split("\n"))
            self.temperature = float(facts["temperature"])
            self.rejection = float(facts["rejection"]) if "rejection" in facts else None
            (images,), (logits,) = self._session.get_inputs(), self._session.get_outputs()
            if (
                facts["contract"] != str(CONTRACT)
                or (images.type, images.shape[1:]) != ("tensor(float)", [1, 28, 28])
                or (logits.type, logits.shape[1:]) != ("tensor(float)", [len(self.classes)])
                or not 0 < self.temperature < math.inf
                or not math.isfinite(self.rejection or 0)
            ):
                raise ValueError("not what a network of ours takes and gives")
        except Exception:
            # ONNX Runtime has an exception class of its own for each of a dozen faults.
            raise ModelError(
                "the file is no ONNX model that lenet made: export it again with `lenet train`"
            ) from None
        self._model, self._input = model, images.name

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_session"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._session = open_session(self._model, threads=1)

    def logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return logits ``(n, k)`` of uint8 images ``(n, 28, 28)``, n of any size."""
        if not len(images):
            return np.empty((0, len(self.classes)), np.float32)
        return np.concatenate(list(self._batches(images)))

    def probabilities(self, images: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return calibrated probabilities ``(n, k)`` of uint8 images ``(n, 28, 28)``."""
        return self.calibrated(self.logits(images))

    def calibrated(self, logits: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the probabilities ``(n, k)`` of `logits` ``(n, k)``."""
        return softmax(logits.astype(np.float64) / self.temperature)

    def scores(self, logits: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return how much each of the images with `logits` ``(n, k)`` looks like any class, (n,).

        It is the logarithm of the sum of exponentials of the logits, the negative energy of Liu,
        Wang, Owens and Li, "Energy-based out-of-distribution detection", NeurIPS 2020: high for
        what the network was trained on, low for what is unlike all of it.
        """
        top = logits.max(axis=1).astype(np.float64)
        scores: NDArray[np.float64] = top + np.log(np.exp(logits - top[:, None]).sum(axis=1))
        return scores

    def _batches(self, images: NDArray[np.uint8]) -> Iterator[NDArray[np.float32]]:
        for start in range(0, len(images), BATCH):
            batch = images[start : start + BATCH, None].astype(np.float32)
            batch /= 255
            yield self._session.run(None, {self._input: batch})[0]


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return probabilities of logits ``(n, k)``.

    >>> softmax(np.array([[0.0, 0.0]]))
    array([[0.5, 0.5]])
    """
    exponentials: NDArray[np.float64] = np.exp(logits - logits.max(axis=1, keepdims=True))
    exponentials /= exponentials.sum(axis=1, keepdims=True)
    return exponentials
