"""How far to believe that a place is a digit: what finder, reader and its surroundings say, in one.

A place that the finder proposes is described by thirty numbers, and a small network turns them into
the probability that a digit is there. It is fitted on drawn scenes for one finder and one reader
(`lenet.experiment.belief_run`).
"""

import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lenet.errors import ModelError
from lenet.finder import Candidates
from lenet.finder.candidates import crossing
from lenet.reader.classifier import Judgement

NEAR = 3.0  # heights of a digit: what is farther away says little about it
ALIKE = 0.6  # of the height: a neighbour about as high
LEVEL = 0.5  # heights: the middles of two digits in one row differ less
EPSILON = 1e-6  # of a probability: keeps its logarithm finite
ARRAYS = ("mean", "scale", "hidden", "output")
MOST = 12.0  # logits beyond are as good as certain
FACTS = 30  # numbers that `evidence` gives of a place
SCORE, CERTAINTY = 2, 3  # those of them that the reader alone says: its score and its log odds


@dataclass(frozen=True, eq=False)
class Belief:
    """A network of one hidden layer, on standardised evidence.

    Attributes
    ----------
    finder, reader : str
        SHA-256 of the two ONNX files that it was fitted for.
    mean, scale : ndarray of float64, (f,)
        Of the evidence, `FACTS` numbers each.
    hidden : ndarray of float64, (f + 1, m)
        Weights of the hidden units; their biases come last.
    output : ndarray of float64, (m + 1,)
    """

    finder: str
    reader: str
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    hidden: NDArray[np.float64]
    output: NDArray[np.float64]

    def __call__(self, evidence: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability, (n,), that places with `evidence` ``(n, f)`` are digits."""
        units = np.tanh((evidence - self.mean) / self.scale @ self.hidden[:-1] + self.hidden[-1])
        return np.asarray(_sigmoid(units @ self.output[:-1] + self.output[-1]), np.float64)

    def to_json(self) -> bytes:
        """Return the content of `belief.json`."""
        content = {
            name: np.round(value, 6).tolist() if isinstance(value, np.ndarray) else value
            for name, value in vars(self).items()
        }
        return (json.dumps(content) + "\n").encode()

    @classmethod
    def from_json(cls, content: bytes) -> "Belief":
        """Restore the result of `to_json` (`ModelError`: it is none)."""
        try:
            fields = json.loads(content)
            finder, reader = str(fields["finder"]), str(fields["reader"])
            arrays = [np.array(fields[name], np.float64) for name in ARRAYS]
            belief = cls(finder, reader, *arrays)
            if not 0 <= float(belief(np.zeros((1, FACTS)))[0]) <= 1:
                raise ValueError("not all of its numbers are finite")
        except (ValueError, TypeError, LookupError, AttributeError, OverflowError) as error:
            raise ModelError("belief.json is not valid: train the reader again") from error
        return belief


def evidence(
    found: Candidates,
    others: Candidates,
    images: NDArray[np.uint8],
    judgement: Judgement,
    side: float,
) -> NDArray[np.float64]:
    """Return what is known of each place, float64 (n, `FACTS`).

    Parameters
    ----------
    found, others : Candidates
        Where digits may stand, n of them, and where other characters do.
    images : ndarray of uint8, (n, 28, 28)
        What the reader saw of each.
    judgement : Judgement
        What the reader says of them.
    side : float
        Longer side of the page in pixels.
    """
    count = len(found)
    rows, answers = np.arange(count), judgement.answers
    certainty = judgement.probabilities[rows, answers]
    classes = found.classes.astype(np.float64)
    classes -= classes.max(1, keepdims=True, initial=-np.inf) if count else 0
    likely = np.exp(classes)
    likely /= likely.sum(1, keepdims=True)
    width, height = found.boxes[:, 2].astype(np.float64), found.boxes[:, 3].astype(np.float64)
    longer = np.maximum(width, height)
    chance = _sigmoid(found.digit.astype(np.float64)) * _sigmoid(judgement.scores)
    usual = _weighted_median(longer, chance)
    ink = images.mean((1, 2)) / 255
    whole = [
        np.log1p(chance.sum()),
        np.log1p(_sigmoid(others.other.astype(np.float64)).sum()),
        chance.max(initial=0),
        (chance**2).sum() / (chance.sum() + EPSILON),
    ]
    return np.column_stack(
        [
            np.clip(found.digit, -MOST, MOST),
            np.clip(found.other, -MOST, MOST),
            np.clip(judgement.scores, -MOST, MOST),
            np.log((certainty + EPSILON) / (1 - certainty + EPSILON)),
            np.log(likely[rows, answers] + EPSILON),
            likely.argmax(1) == answers,
            np.log(width / height),
            np.log(longer / side),
            np.log(longer / usual),
            ink,
            _near(found, found, chance, same=True),
            _near(found, others, _sigmoid(others.other.astype(np.float64)), same=False),
            np.tile(whole, (count, 1)),
            answers[:, None] == np.arange(10),
        ]
    )


def _near(
    found: Candidates, around: Candidates, chance: NDArray[np.float64], *, same: bool
) -> NDArray[np.float64]:
    """Return how much is near each place: in its row, of its height, and at all; float64 (n, 3).

    With `same`, both are the same places, and none is near itself.
    """
    boxes = np.concatenate([found.boxes, around.boxes]).astype(np.float64)
    count = len(found)
    x, y = boxes[:, 0] + boxes[:, 2] / 2, boxes[:, 1] + boxes[:, 3] / 2
    height = np.maximum(boxes[:, 3], boxes[:, 2])
    reach = np.where(np.arange(len(boxes)) < count, NEAR * height, 0)
    one, other = crossing(x - reach, x + reach + 1e-6)
    one, other = np.concatenate([one, other]), np.concatenate([other, one])
    kept = (one < count) & (other >= count)
    one, other = one[kept], other[kept]
    if same:
        kept = one != other - count
        one, other = one[kept], other[kept]
    away = np.hypot(x[one] - x[other], y[one] - y[other]) / height[one]
    weight = np.exp(-0.5 * (away / (NEAR / 2)) ** 2) * (away < NEAR) * chance[other - count]
    ratio = height[other] / height[one]
    alike = (ratio > ALIKE) & (ratio < 1 / ALIKE)
    beside = alike & (np.abs(y[one] - y[other]) < LEVEL * height[one])
    return np.column_stack(
        [np.bincount(one, weight * mask, count) for mask in (beside, alike, np.ones(len(one)))]
    )


def _weighted_median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    if not weights.sum() > 0:
        return float(np.median(values)) if len(values) else 1.0
    order = np.argsort(values)
    below = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(below, below[-1] / 2)])


def _sigmoid(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -60, 60))), np.float64)
