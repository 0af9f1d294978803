import numpy as np
import pytest
from scipy.special import logsumexp

from lenet.metrics.calibration import REFUSED_DIGITS, calibrate


def answers(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits whose softmax is the true probability of each label."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2, (n, 10))
    noise = rng.gumbel(size=(n, 10))
    return logits, (logits + noise).argmax(1)


@pytest.mark.parametrize("factor", [0.5, 1.0, 4.0])
def test_the_temperature_undoes_scaled_logits(factor: float) -> None:
    logits, labels = answers(20_000)
    assert calibrate(factor * logits, labels).temperature == pytest.approx(factor, rel=0.05)


def test_without_non_digits_nothing_is_rejected() -> None:
    assert calibrate(*answers(100)).rejection is None


def test_low_scores_are_rejected_but_hardly_any_digit() -> None:
    logits, labels = answers(10_000)
    threshold = calibrate(logits + 20, labels, answers(2_000, 1)[0] - 20).rejection
    assert threshold is not None
    assert np.mean(logsumexp(logits + 20, axis=1) < threshold) <= REFUSED_DIGITS
    assert np.mean(logsumexp(answers(2_000, 1)[0] - 20, axis=1) < threshold) == 1


def test_digits_are_kept_when_non_digits_score_alike() -> None:
    logits, labels = answers(10_000)
    threshold = calibrate(logits, labels, answers(10_000, 1)[0]).rejection
    assert np.mean(logsumexp(logits, axis=1) < threshold) <= REFUSED_DIGITS
