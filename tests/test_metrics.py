"""Scores compared with calculations by hand, scikit-learn and published examples."""

import gzip
import json
import math
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import classification_report, log_loss, roc_auc_score

from lenet.metrics import (
    MNIST_CORRECTED,
    MNIST_DROPPED,
    Scores,
    corrected,
    evaluate,
    is_mnist_test,
    mcnemar,
    roc_curves,
    t_interval,
    wilson,
)

# Six images of three classes: truth 0 0 1 1 2 2, answers 0 1 1 1 2 0.
TRUTH = np.array([0, 0, 1, 1, 2, 2])
SIX = np.array(
    [
        [0.7, 0.2, 0.1],
        [0.3, 0.6, 0.1],
        [0.1, 0.8, 0.1],
        [0.25, 0.5, 0.25],
        [0.0, 0.1, 0.9],
        [0.6, 0.3, 0.1],
    ]
)
ABC = ("a", "b", "c")


@pytest.fixture(scope="module")
def random_scores() -> tuple[np.ndarray, np.ndarray]:
    """Answers for 2,000 images of ten classes, mostly correct."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 10, 2_000)
    logits = rng.normal(size=(2_000, 10)) + 2 * np.eye(10)[truth]
    p = np.exp(logits)
    return p / p.sum(axis=1, keepdims=True), truth


def with_errors(errors: int, total: int) -> Scores:
    """Scores of `total` images of two classes, `errors` of them wrong."""
    confusion = np.array([[total - errors, errors], [0, 0]])
    return Scores(("0", "1"), confusion, 0.0, (None, None), ())


def test_confusion_rows_are_true_classes_and_columns_are_answers() -> None:
    assert evaluate(SIX, TRUTH, ABC).confusion.tolist() == [[1, 1, 0], [0, 2, 0], [1, 0, 1]]


def test_scores_of_six_images_match_a_calculation_by_hand() -> None:
    scores = evaluate(SIX, TRUTH, ABC)
    assert (scores.errors, scores.total) == (2, 6)
    assert scores.error_rate == 2 / 6
    assert scores.accuracy == 4 / 6
    assert scores.loss == pytest.approx(-math.log(0.7 * 0.3 * 0.8 * 0.5 * 0.9 * 0.1) / 6)
    a, b, c = scores.per_class
    assert (a.precision, a.recall, a.f1, a.support) == (0.5, 0.5, 0.5, 2)
    assert (b.precision, b.recall, b.f1, b.support) == pytest.approx((2 / 3, 1, 0.8, 2))
    assert (c.precision, c.recall, c.f1, c.support) == pytest.approx((1, 0.5, 2 / 3, 2))
    assert scores.macro.precision == pytest.approx((1 / 2 + 2 / 3 + 1) / 3)
    # Share of the eight pairs (image of the class, other image) in the right order.
    assert [row.auc for row in scores.per_class] == [7 / 8, 7 / 8, pytest.approx(5.5 / 8)]


def test_scores_agree_with_scikit_learn_on_the_images_themselves(
    random_scores: tuple[np.ndarray, np.ndarray],
) -> None:
    p, truth = random_scores
    names = [f"digit {i}" for i in range(10)]
    scores = evaluate(p, truth, names)
    report = classification_report(truth, p.argmax(1), target_names=names, output_dict=True)
    for row in (*scores.per_class, scores.macro, scores.weighted):
        theirs = report[row.name.replace("average", "avg")]
        ours = (row.precision, row.recall, row.f1, row.support)
        assert ours == pytest.approx(tuple(theirs.values()), abs=1e-12)
    assert scores.accuracy == report["accuracy"]
    assert scores.loss == pytest.approx(log_loss(truth, p))
    area = roc_auc_score(truth, p, multi_class="ovr", average="macro")
    assert scores.macro.auc == pytest.approx(area)


def test_every_error_count_is_reported_exactly() -> None:
    # int(rate * total) is one too low for 7 of these counts, int((1 - accuracy) * total) for 409.
    total = 2_007
    assert [with_errors(e, total).errors for e in range(total + 1)] == list(range(total + 1))
    assert any(int(e / total * total) != e for e in range(total + 1)), (
        "this total does not show the fault"
    )


def test_the_summary_states_errors_total_and_interval() -> None:
    assert with_errors(98, 10_000).summary() == (
        "98 errors in 10,000 (0.98 %), 95 % interval 0.80 - 1.19 %"
    )
    assert with_errors(1, 360).summary().startswith("1 error in 360 (0.28 %)")


def test_scores_survive_json_unchanged(random_scores: tuple[np.ndarray, np.ndarray]) -> None:
    scores = evaluate(*random_scores, [str(i) for i in range(10)])
    again = Scores.from_dict(json.loads(json.dumps(scores.to_dict())))
    assert again == scores
    assert again.loss == scores.loss
    assert again.confusion.dtype == np.int64
    assert again != evaluate(SIX, TRUTH, ABC)


def test_json_scores_contain_total_errors_accuracy_and_interval() -> None:
    values = evaluate(SIX, TRUTH, ABC).to_dict()
    assert (values["errors"], values["total"]) == (2, 6)
    assert values["interval"] == list(wilson(2, 6))
    assert values["per_class"][1]["name"] == "b"


def test_the_table_has_a_row_for_each_class_and_both_averages() -> None:
    table = evaluate(SIX, TRUTH, ABC).table()
    assert [line[0] for line in table] == [
        "class", "a", "b", "c", "macro average", "weighted average"
    ]  # fmt: skip
    assert table[1] == ("a", "0.5000", "0.5000", "0.5000", "2", "0.87500")


def test_a_class_without_images_scores_zero_and_has_no_auc() -> None:
    scores = evaluate(SIX[:4], TRUTH[:4], ABC)
    assert scores.auc[2] is None
    assert scores.per_class[2].recall == 0
    assert scores.table()[3][-1] == "-"
    assert roc_curves(SIX[:4], TRUTH[:4])[2] is None
    assert Scores.from_dict(scores.to_dict()) == scores


def test_a_set_of_one_class_has_no_auc_at_all() -> None:
    scores = evaluate(SIX[:2], TRUTH[:2], ABC)
    assert scores.auc == (None, None, None)
    assert scores.macro.auc is None


def test_probability_zero_for_the_true_class_gives_a_finite_loss() -> None:
    scores = evaluate([[1.0, 0.0]], [1], ("0", "1"))
    assert scores.loss == pytest.approx(-math.log(2.0**-149))


def test_answers_as_accurate_as_their_confidence_are_calibrated() -> None:
    # 100 answers at 0.6 with 60 correct, 100 answers at 0.9 with 90 correct.
    p = np.repeat([[0.6, 0.4], [0.9, 0.1]], 100, axis=0)
    truth = np.array([0] * 60 + [1] * 40 + [0] * 90 + [1] * 10)
    scores = evaluate(p, truth, ("0", "1"))
    assert scores.calibration_error == pytest.approx(0, abs=1e-12)
    filled = [part for part in scores.calibration if part.count]
    assert [(part.count, part.correct) for part in filled] == [(100, 60), (100, 90)]
    assert [part.confidence for part in filled] == pytest.approx([0.6, 0.9])
    assert len(scores.calibration) == 15


def test_overconfidence_increases_the_calibration_error() -> None:
    scores = evaluate([[1.0, 0.0]] * 10, [0] * 7 + [1] * 3, ("0", "1"))
    assert scores.calibration_error == pytest.approx(0.3)
    assert scores.calibration[-1].accuracy == 0.7


def test_the_area_under_the_roc_curve_is_the_auc_of_the_scores(
    random_scores: tuple[np.ndarray, np.ndarray],
) -> None:
    curves = roc_curves(*random_scores)
    areas = evaluate(*random_scores, [str(i) for i in range(10)]).auc
    for curve, area in zip(curves, areas, strict=True):
        assert curve is not None
        false_positive, true_positive = curve
        assert (false_positive[0], true_positive[-1]) == (0, 1)
        assert np.trapezoid(true_positive, false_positive) == pytest.approx(area)
        assert len(false_positive) < 1_000, "collinear points were kept"


# Newcombe (1998), Statistics in Medicine 17, table I, method 3.
@pytest.mark.parametrize(
    ("errors", "total", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_published_intervals(
    errors: int, total: int, low: float, high: float
) -> None:
    assert wilson(errors, total) == pytest.approx((low, high), abs=5e-5)


def test_wilson_agrees_with_scipy_at_any_confidence() -> None:
    for confidence in (0.5, 0.9, 0.99):
        theirs = binomtest(31, 10_000).proportion_ci(confidence, method="wilson")
        assert wilson(31, 10_000, confidence) == pytest.approx((theirs.low, theirs.high))


def test_wilson_intervals_stay_within_zero_and_one() -> None:
    assert wilson(0, 7)[0] == 0
    assert wilson(7, 7)[1] == 1


def test_mcnemar_depends_only_on_images_where_the_models_differ() -> None:
    # 9 to 1 is the smallest difference of ten that is significant at 5 %: 2 * (1 + 10) / 2**10.
    a = np.array([1] * 9 + [0] * 1 + [1] * 50 + [0] * 500, bool)
    b = np.array([0] * 9 + [1] * 1 + [1] * 50 + [0] * 500, bool)
    assert mcnemar(a, b) == mcnemar(b, a) == 22 / 1024
    assert mcnemar(a, a) == 1


def test_mcnemar_is_the_exact_binomial_test() -> None:
    for only_a, only_b in [(59, 6), (3, 4), (5, 5), (700, 900)]:
        a = np.repeat([True, False], [only_a, only_b])
        assert mcnemar(a, ~a) == pytest.approx(binomtest(only_a, only_a + only_b).pvalue)


def test_the_t_interval_of_five_seeds_matches_the_textbook() -> None:
    middle, spread, low, high = t_interval([98, 102, 95, 105, 100])
    assert middle == 100
    assert spread == pytest.approx(math.sqrt(58 / 4))
    reach = 2.7764451 * math.sqrt(58 / 4 / 5)
    assert (low, high) == pytest.approx((100 - reach, 100 + reach))
    with pytest.raises(ValueError, match="needs two or more values, found 1"):
        t_interval([98])


def test_fifteen_test_labels_of_mnist_are_corrected_or_dropped(mnist_dir: Path) -> None:
    labels = mnist_labels(mnist_dir)
    truth, kept = corrected(labels)
    changed = np.flatnonzero(truth != labels)
    assert changed.tolist() == sorted(MNIST_CORRECTED)
    assert {i: (labels[i], truth[i]) for i in changed} == MNIST_CORRECTED
    assert {i: labels[i] for i in np.flatnonzero(~kept)} == MNIST_DROPPED
    assert (len(MNIST_CORRECTED), len(MNIST_DROPPED)) == (10, 5)


def test_labels_of_other_datasets_are_not_corrected(mnist_dir: Path) -> None:
    labels = mnist_labels(mnist_dir)
    assert is_mnist_test(labels.astype(np.uint8))
    for other in (labels[:-1], labels[::-1], labels + 256, np.zeros(10_000, np.int64)):
        assert not is_mnist_test(other)
        with pytest.raises(ValueError, match="not those of MNIST's test set"):
            corrected(other)


@pytest.mark.parametrize(
    ("probabilities", "labels", "fault"),
    [
        (np.zeros((0, 3)), np.zeros(0, int), "n > 0 images"),
        (SIX, TRUTH[:5], "found"),
        (SIX[:, :2], TRUTH, "found"),
        (SIX, TRUTH + 1, r"0\.\.2"),
        (SIX, TRUTH.astype(float), "must be integers"),
        (np.log(SIX + 1), TRUTH, "sum to one"),
        (np.full((6, 3), np.nan), TRUTH, "sum to one"),
    ],
)
def test_invalid_probabilities_and_labels_are_refused(
    probabilities: np.ndarray, labels: np.ndarray, fault: str
) -> None:
    with pytest.raises(ValueError, match=fault):
        evaluate(probabilities, labels, ABC)


def test_importing_metrics_does_not_import_scikit_learn() -> None:
    code = "import sys, lenet.metrics; sys.exit('sklearn' in sys.modules or 'scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def mnist_labels(folder: Path) -> np.ndarray:
    """Read the labels of MNIST's test set, plain or compressed."""
    path = folder / "t10k-labels-idx1-ubyte"
    if path.exists():
        content = path.read_bytes()
    else:
        content = gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes())
    assert struct.unpack(">II", content[:8]) == (2049, 10_000)
    return np.frombuffer(content, np.uint8, offset=8).astype(np.int64)
