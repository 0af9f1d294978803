"""Let the network choose among the ways to cut the ink of a region."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lenet.picture import Crop, Found
from lenet.reader.classifier import Classifier, softmax

# How much more than all ink as one digit the least believed of several digits must be believed,
# and how much more still for each cut through connected ink, lest a w become four ones.
WHOLE, CUT = 2.0, 5.0
# A region believed so much as one digit stays one. A figure of the network that ships, `reader`:
# of 322 regions that can be cut, 242 of them touching pairs, none that it believed more than 2.1
# was believed more in parts. Scores of other networks may lie elsewhere.
SURE = 8.0
WITHOUT_SCORES = 0.1  # of these, where beliefs are logarithms of probabilities


def choose(
    pictures: Sequence[Found], classifier: Classifier
) -> list[tuple[tuple[Crop, ...], NDArray[np.float32]]]:
    """Return the crops of each picture, cut as the network believes most, and their logits.

    A way to cut is believed as much as the least believed of its crops: by their scores where the
    network has learned to refuse, else by the logarithm of the probability of their digits. Of the
    ways up the one is taken whose crops are believed most on average.
    """
    belief = _Belief(classifier)
    regions = [crop for found in pictures for up in _ups(found) for crop in up.crops]
    belief.ask(regions)
    ways = {region: region.alternatives for region in regions if not belief.sure(region)}
    belief.ask(crop for alternatives in ways.values() for way in alternatives for crop in way)
    chosen = []
    for found in pictures:
        ups = [
            [crop for region in up.crops for crop in belief.best(region, ways.get(region, ()))]
            for up in _ups(found)
        ]
        crops = max(ups, key=belief.mean)
        chosen.append((tuple(replace(crop, offer=tuple) for crop in crops), belief.logits(crops)))
    return chosen


class _Belief:
    """How much a network believes that crops are digits."""

    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier
        self._place: dict[Crop, int] = {}  # of its logits
        self._logits = np.empty((0, 10), np.float32)
        self._beliefs: list[float] = []
        self._answers: list[int] = []
        if classifier.rejection is None:  # beliefs are 0 at most
            self._least, self._unit, self._sure = -np.inf, WITHOUT_SCORES, -WHOLE * WITHOUT_SCORES
        else:
            self._least, self._unit, self._sure = classifier.rejection, 1.0, SURE

    def ask(self, crops: Iterable[Crop]) -> None:
        """Ask the network about crops, all of them together."""
        images = []
        for crop in crops:
            if crop not in self._place:
                self._place[crop] = len(self._place)
                images.append(crop.image)
        if not images:
            return
        logits = self._classifier.logits(np.stack(images))
        if self._classifier.rejection is None:
            beliefs = np.log(softmax(logits.astype(np.float64)).max(1))
        else:
            beliefs = self._classifier.scores(logits)
        self._logits = np.concatenate([self._logits, logits])
        self._beliefs += beliefs.tolist()
        self._answers += logits.argmax(1).tolist()

    def logits(self, crops: Sequence[Crop]) -> NDArray[np.float32]:
        """Return the logits of crops that it was asked about, (n, 10)."""
        return self._logits[[self._place[crop] for crop in crops]]

    def sure(self, region: Crop) -> bool:
        """Whether a region is one digit so surely that no other way to cut it counts."""
        return self._of(region) >= self._sure

    def best(self, region: Crop, ways: tuple[tuple[Crop, ...], ...]) -> tuple[Crop, ...]:
        """Return the crops of a region, cut as is believed most: whole, or in one of `ways`."""
        best: tuple[Crop, ...] = (region,)
        if not ways:
            return best
        whole = self._of(region)
        highest = whole + WHOLE * self._unit
        for way in ways:
            lowest = min(self._of(crop) for crop in way)
            if lowest < self._least or self._is_cut_into_strokes(way):
                continue
            cuts = max(0, sum(crop.cut for crop in way) - 1)
            value = lowest - CUT * self._unit * cuts
            if value > highest:
                best, highest = way, value
        if whole < self._least and len(best) == 1:
            # It is no digit, and not clearly several: what is apart is judged apart.
            apart = [way for way in ways if not any(crop.cut for crop in way)]
            best = max(apart, key=len, default=best)
        return best

    def _is_cut_into_strokes(self, way: Sequence[Crop]) -> bool:
        """Whether two 1s stand side by side that were cut apart: the strokes of an N, V or w."""
        strokes = [crop.cut and self._answers[self._place[crop]] == 1 for crop in way]
        return any(left and right for left, right in pairwise(strokes))

    def mean(self, crops: Sequence[Crop]) -> float:
        """Return how much crops are believed on average."""
        return sum(self._of(crop) for crop in crops) / max(1, len(crops))

    def _of(self, crop: Crop) -> float:
        return self._beliefs[self._place[crop]]


def _ups(found: Found) -> tuple[Found, ...]:
    return (found, *found.turned)
