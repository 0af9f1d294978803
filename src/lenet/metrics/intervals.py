"""How far to trust a count of errors: intervals, and a test of who is better."""

from collections.abc import Sequence
from math import comb, sqrt
from statistics import NormalDist, mean, stdev

import numpy as np
from numpy.typing import ArrayLike


def wilson(errors: int, total: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the Wilson score interval of the rate `errors / total` (Wilson, 1927).

    >>> low, high = wilson(0, 10_000)
    >>> f"{low:.4%} {high:.4%}"
    '0.0000% 0.0384%'
    """
    if not 0 <= errors <= total or total == 0:
        raise ValueError(f"errors must be 0..total and total > 0, found {errors} in {total}")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    rate = errors / total
    middle = rate + z * z / (2 * total)
    reach = z * sqrt(rate * (1 - rate) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    # Rounding may step over the ends, where the interval begins or ends exactly.
    low = 0.0 if errors == 0 else (middle - reach) / scale
    high = 1.0 if errors == total else (middle + reach) / scale
    return low, high


def mcnemar(errors_a: ArrayLike, errors_b: ArrayLike) -> float:
    """Return the two-sided exact McNemar p-value that A and B are equally good (McNemar, 1947).

    Parameters
    ----------
    errors_a, errors_b : bool array (n,)
        Which of the same n images each got wrong. Only images that one of them got wrong and
        the other right say anything: under the hypothesis each is a fair coin.
    """
    a, b = np.asarray(errors_a, bool), np.asarray(errors_b, bool)
    if a.shape != b.shape or a.ndim != 1:
        raise ValueError(f"need the same images for both, found {a.shape} and {b.shape}")
    only_a, only_b = int((a & ~b).sum()), int((b & ~a).sum())
    differ = only_a + only_b
    tail = sum(comb(differ, i) for i in range(min(only_a, only_b) + 1))
    p: float = 2 * tail / 2**differ
    return min(1.0, p)


def t_interval(values: Sequence[float], confidence: float = 0.95) -> tuple[float, ...]:
    """Return (mean, standard deviation, low, high) over seeds, by Student's t.

    Raises
    ------
    ValueError
        Fewer than two values: nothing can be said of their spread.
    """
    if len(values) < 2:
        raise ValueError(f"a spread needs two values or more, found {len(values)}")
    from scipy.stats import t

    middle, spread = mean(values), stdev(values)
    reach = float(t.ppf((1 + confidence) / 2, len(values) - 1)) * spread / sqrt(len(values))
    return middle, spread, middle - reach, middle + reach
