"""Let the network choose among the ways to cut the ink of a region."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lenet.picture import Crop, Found
from lenet.reader.classifier import Classifier, softmax

# How much more than all ink as one digit the least believed of several digits must be believed,
# and how much more still for each cut through connected ink, lest a w become four ones.
WHOLE, CUT = 2.0, 5.0
WITHOUT_SCORES = 0.1  # of these, where beliefs are logarithms of probabilities


def choose(
    pictures: Sequence[Found], classifier: Classifier
) -> list[tuple[tuple[Crop, ...], NDArray[np.float32]]]:
    """Return the crops of each picture, cut as the network believes most, and their logits.

    A way to cut is believed as much as the least believed of its crops: by their scores where the
    network has learned to refuse, else by the logarithm of the probability of their digits. Of the
    ways up the one is taken whose crops are believed most on average.
    """
    offered = {id(crop): crop for found in pictures for crop in _offered(found)}
    images = [crop.image for crop in offered.values()]
    logits = classifier.logits(np.stack(images) if images else np.empty((0, 28, 28), np.uint8))
    answers = logits.argmax(1)
    if classifier.rejection is not None:
        beliefs = classifier.scores(logits)
        belief = _Belief(offered, answers, beliefs, classifier.rejection, 1.0)
    else:
        beliefs = np.log(softmax(logits.astype(np.float64)).max(1))
        belief = _Belief(offered, answers, beliefs, -np.inf, WITHOUT_SCORES)
    place = {key: i for i, key in enumerate(offered)}
    chosen = []
    for found in pictures:
        ups = [[crop for region in up.crops for crop in belief.best(region)] for up in _ups(found)]
        crops = max(ups, key=belief.mean)
        rows = [place[id(crop)] for crop in crops]
        chosen.append((tuple(replace(crop, alternatives=()) for crop in crops), logits[rows]))
    return chosen


class _Belief:
    """How much the network believes that crops are digits."""

    def __init__(
        self,
        crops: dict[int, Crop],
        answers: NDArray[np.intp],
        beliefs: NDArray[np.float64],
        least: float,
        unit: float,
    ) -> None:
        self._answers: dict[int, int] = dict(zip(crops, answers.tolist(), strict=True))
        self._of: dict[int, float] = dict(zip(crops, beliefs.tolist(), strict=True))
        self._least, self._unit = least, unit

    def best(self, region: Crop) -> tuple[Crop, ...]:
        """Return the crops of a region, cut as is believed most."""
        whole = self._of[id(region)]
        best: tuple[Crop, ...] = (region,)
        highest = whole + WHOLE * self._unit
        for way in region.alternatives:
            lowest = min(self._of[id(crop)] for crop in way)
            if lowest < self._least or self._is_cut_into_strokes(way):
                continue
            cuts = max(0, sum(crop.cut for crop in way) - 1)
            value = lowest - CUT * self._unit * cuts
            if value > highest:
                best, highest = way, value
        if whole < self._least and len(best) == 1:
            # It is no digit, and not clearly several: what is apart is judged apart.
            apart = [way for way in region.alternatives if not any(crop.cut for crop in way)]
            best = max(apart, key=len, default=best)
        return best

    def _is_cut_into_strokes(self, way: Sequence[Crop]) -> bool:
        """Whether two 1s stand side by side that were cut apart: the strokes of an N, V or w."""
        strokes = [crop.cut and self._answers[id(crop)] == 1 for crop in way]
        return any(left and right for left, right in pairwise(strokes))

    def mean(self, crops: Sequence[Crop]) -> float:
        """Return how much crops are believed on average."""
        return sum(self._of[id(crop)] for crop in crops) / max(1, len(crops))


def _ups(found: Found) -> tuple[Found, ...]:
    return (found, *found.turned)


def _offered(found: Found) -> Iterator[Crop]:
    for up in _ups(found):
        for region in up.crops:
            yield region
            for way in region.alternatives:
                yield from way
