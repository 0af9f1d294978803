"""Which regions of a picture are digits, seen on their ground and in their company."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from lenet.picture import Crop

# A network that learnt to refuse gives as its score the logarithm of the odds that an image is a
# digit. Among digits these odds are better from the start, here by a factor of e² = 7.
AMONG_DIGITS = 2.0
# In pictures of things there is no paper: what differs from the most frequent colour is of all
# shades, so noise seems to reach a third of the ink's contrast, and a fifth or less around 99 of
# 100 digits that people wrote. So much more is asked for, times that share.
ON_NOISE = 15.0
LIKE_IN_HEIGHT = 1.6  # times the digits of the row, or their part


def are_digits(
    crops: Sequence[Crop], scores: Sequence[float], lowest: float, noise: float = 0.0
) -> list[bool]:
    """Return for each crop of a picture whether it is a digit.

    That is one whose score is not below what is asked for: `lowest`, and `ON_NOISE` times the noise
    more. In a row in which most are digits, two at least, that is also what is about as high as
    they and scores at most `AMONG_DIGITS` less.

    Parameters
    ----------
    crops : sequence of Crop
        All of one picture, n of them.
    scores : sequence of float
        As `Classifier.scores` returns them, n of them.
    lowest : float
        The score that is enough for a region alone; -inf where the network refuses nothing.
    noise : float
        Of the picture, as in `Found`.
    """
    lowest += ON_NOISE * noise
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
