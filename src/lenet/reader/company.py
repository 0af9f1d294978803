"""Which regions of a picture are digits, seen in the company they stand in."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from lenet.picture import Crop

# A network that learnt to refuse gives as its score the logarithm of the odds that an image is a
# digit. Among digits these odds are better from the start, here by a factor of e² = 7.
AMONG_DIGITS = 2.0
LIKE_IN_HEIGHT = 1.6  # times the digits of the row, or their part


def are_digits(crops: Sequence[Crop], scores: Sequence[float], lowest: float) -> list[bool]:
    """Return for each crop of a picture whether it is a digit.

    That is one whose score is not below `lowest`; and in a row in which most are digits, two at
    least, also what is about as high as they and scores nearly as much.

    Parameters
    ----------
    crops : sequence of Crop
        All of one picture, n of them.
    scores : sequence of float
        As `Classifier.scores` returns them, n of them.
    lowest : float
        The score that is enough for a region alone; -inf where the network refuses nothing.
    """
    known = [score >= lowest for score in scores]
    if len(known) <= 2:  # two digits at least, and what they keep company
        return known
    rows = defaultdict(list)
    for place, crop in enumerate(crops):
        rows[crop.row].append(place)
    for row in rows.values():
        digits = [place for place in row if known[place]]
        if len(digits) < max(2, len(row) / 2):
            continue
        usual = float(np.median([crops[place].box[3] for place in digits]))
        for place in row:
            ratio = crops[place].box[3] / usual
            alike = 1 / LIKE_IN_HEIGHT <= ratio <= LIKE_IN_HEIGHT
            known[place] |= alike and scores[place] >= lowest - AMONG_DIGITS
    return known
