"""A network run by ONNX Runtime, without torch: logits, and what they mean."""

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lenet.errors import ModelError
from lenet.finder import Preparation
from lenet.runtime import input_batches, open_session

MIN_PROBABILITY = 0.5  # an answer less probable than this is uncertain, unless told otherwise

Status = Literal["digit", "uncertain", "not_a_digit"]


@dataclass(frozen=True, eq=False)
class Judgement:
    """What a network says of n images.

    Attributes
    ----------
    answers : int64 ndarray (n,)
        The most probable class of each.
    probabilities : float64 ndarray (n, k)
        Calibrated; each row sums to 1.
    scores : float64 ndarray (n,)
        How much each looks like any class, see `Classifier.scores`.
    refused : bool ndarray (n,)
        Whether the score is below the network's threshold: the image shows none of its classes.
    doubtful : bool ndarray (n,)
        Whether the answer is less probable than was asked for, refused or not.
    """

    answers: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    scores: NDArray[np.float64]
    refused: NDArray[np.bool_]
    doubtful: NDArray[np.bool_]

    @property
    def statuses(self) -> list[Status]:
        """The status of each image."""
        return list(map(status_of, self.refused.tolist(), self.doubtful.tolist()))


def status_of(refused: bool, doubtful: bool) -> Status:
    """Return the status of an image.

    >>> status_of(True, True), status_of(False, True), status_of(False, False)
    ('not_a_digit', 'uncertain', 'digit')
    """
    if refused:
        return "not_a_digit"
    return "uncertain" if doubtful else "digit"


class Classifier:
    """A network in ONNX that classifies digit images; safe to use from several threads.

    (`lenet.Classifier` is another class: an estimator of scikit-learn, which trains.)

    It can be pickled. A copy in another process uses one thread, since such processes are many.

    Parameters
    ----------
    model : bytes
        An ONNX file that `lenet.experiment.export` made.
    threads : int, optional
        CPU threads of one call; all cores by default.

    Attributes
    ----------
    classes : tuple of str
        Names of its classes.
    temperature : float
        What logits are divided by, so that the probabilities are calibrated.
    rejection : float or None
        The score below which an image shows none of its classes; None where none was fitted.
    preparation : Preparation
        How the pictures that it was trained on became images, as those that it reads do.

    Raises
    ------
    ModelError
        It is no such file.
    """

    def __init__(self, model: bytes, threads: int = 0) -> None:
        from lenet.run import CONTRACT  # slow to import, and a copy does not need it

        try:
            self._session = open_session(model, threads)
            facts = self._session.get_modelmeta().custom_metadata_map
            self.classes = tuple(facts["classes"].split("\n"))
            self.temperature = float(facts["temperature"])
            self.rejection = float(facts["rejection"]) if "rejection" in facts else None
            self.preparation = Preparation.from_facts(facts)
            (images,), (logits,) = self._session.get_inputs(), self._session.get_outputs()
            if (
                facts["contract"] != str(CONTRACT)
                or (images.type, images.shape[1:]) != ("tensor(float)", [1, 28, 28])
                or (logits.type, logits.shape[1:]) != ("tensor(float)", [len(self.classes)])
                or not 0 < self.temperature < math.inf
                or not math.isfinite(self.rejection or 0)
            ):
                raise ValueError("its input, output or metadata are not those of lenet's networks")
        except Exception as error:
            # ONNX Runtime has an exception class of its own for each of a dozen faults.
            raise ModelError(
                "the file is no ONNX model that lenet made: export it again: `lenet export RUN`"
            ) from error
        self._model, self._input = model, images.name

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_session"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._session = open_session(self._model, threads=1)

    @property
    def lowest_score(self) -> float:
        """The score below which an image is refused; -inf where none is."""
        return -math.inf if self.rejection is None else self.rejection

    def logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return logits ``(n, k)`` of uint8 images ``(n, 28, 28)``, n of any size."""
        if not len(images):
            return np.empty((0, len(self.classes)), np.float32)
        batches = input_batches(images)
        return np.concatenate([self._session.run(None, {self._input: part})[0] for part in batches])

    def judge(
        self, logits: NDArray[np.floating], min_probability: float = MIN_PROBABILITY
    ) -> Judgement:
        """Return the answers, probabilities, scores and verdicts that `logits` ``(n, k)`` mean.

        Examples
        --------
        >>> from lenet.reader import Reader
        >>> classifier = Reader().classifier
        >>> blank = np.zeros((1, 28, 28), np.uint8)
        >>> classifier.judge(classifier.logits(blank)).statuses
        ['not_a_digit']
        """
        probabilities = self.calibrated(logits)
        scores = self.scores(logits)
        return Judgement(
            answers=probabilities.argmax(axis=1),
            probabilities=probabilities,
            scores=scores,
            refused=scores < self.lowest_score,
            doubtful=probabilities.max(axis=1) < min_probability,
        )

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


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return probabilities of logits ``(n, k)``.

    >>> softmax(np.array([[0.0, 0.0]]))
    array([[0.5, 0.5]])
    """
    exponentials: NDArray[np.float64] = np.exp(logits - logits.max(axis=1, keepdims=True))
    exponentials /= exponentials.sum(axis=1, keepdims=True)
    return exponentials
