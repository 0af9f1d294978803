import base64
import json
from pathlib import Path

import numpy as np
import pytest

from lenet import datasets
from lenet.datasets import Dataset
from lenet.evaluation import MOST_MISTAKES, find_mistakes, read_scores
from lenet.reader import MIN_PROBABILITY, Classifier
from lenet.run import MISTAKES, MODEL, Run, shipped_readers


def test_a_run_keeps_its_mistakes_and_its_scores_agree(quick_run: Run) -> None:
    kept = json.loads(quick_run.read(MISTAKES))
    scores = read_scores(quick_run)["test"]
    assert (kept["errors"], kept["total"]) == (scores.errors, scores.total)
    assert 0 < len(kept["mistakes"]) == min(MOST_MISTAKES, scores.errors)
    test = datasets.load("uci-digits").test
    probabilities = Classifier(quick_run.read(MODEL)).probabilities(test.images)
    for mistake in kept["mistakes"]:
        assert base64.b64decode(mistake["image"]) == test.images[mistake["index"]].tobytes()
        assert mistake["truth"] == test.labels[mistake["index"]] != mistake["answer"]
        row = probabilities[mistake["index"]]
        assert (mistake["answer"], mistake["probability"]) == (
            row.argmax(),
            pytest.approx(row.max()),
        )
    answers = probabilities.argmax(axis=1)
    (wrong,) = np.nonzero(answers != test.labels)
    assert kept["wrong"] == {
        "index": wrong.tolist(),
        "truth": test.labels[wrong].tolist(),
        "answer": answers[wrong].tolist(),
    }
    certainty = [mistake["probability"] for mistake in kept["mistakes"]]
    assert certainty == sorted(certainty, reverse=True)


@pytest.mark.parametrize("name", shipped_readers())
def test_shipped_mistakes_are_those_made_on_the_real_test_set(name: str, mnist_dir: Path) -> None:
    run = Run.find(name)
    kept = json.loads(run.read(MISTAKES))
    assert "CC BY-SA 3.0" in kept["licence"]
    assert kept["errors"] == read_scores(run)["test"].errors
    result = find_mistakes(Classifier(run.read(MODEL)), datasets.load("mnist", mnist_dir).test)
    indices = [[mistake["index"] for mistake in part["mistakes"]] for part in (kept, result)]
    assert sorted(indices[0]) == sorted(indices[1])
    assert [kept[what] for what in ("refused", "uncertain", "confident_errors")] == [
        result[what] for what in ("refused", "uncertain", "confident_errors")
    ]


def test_the_most_certain_mistakes_are_kept_and_all_are_counted(quick_run: Run) -> None:
    classifier = Classifier(quick_run.read(MODEL))
    digits = datasets.load("uci-digits").test
    # Every label is the next digit's: what is right is wrong here.
    shifted = Dataset("shifted", digits.images, (digits.labels + 1) % 10, digits.classes)
    few, many = find_mistakes(classifier, shifted, 5), find_mistakes(classifier, shifted, 10_000)
    assert few["errors"] == many["errors"] == len(many["mistakes"]) > 300
    assert few["mistakes"] == many["mistakes"][:5]
    assert few["wrong"] == many["wrong"]
    assert len(few["wrong"]["index"]) == few["errors"]
    assert "licence" not in few


def test_hidden_images_are_counted_but_never_kept(quick_run: Run) -> None:
    classifier = Classifier(quick_run.read(MODEL))
    test = datasets.load("uci-digits").test
    both = Dataset(
        "mnist+corrections",
        test.images.repeat(2, axis=0),
        (test.labels.repeat(2) + 1) % 10,
        test.classes,
    )
    hidden = np.arange(len(both)) % 2 == 1
    result = find_mistakes(classifier, both, len(both), hidden)
    assert {mistake["index"] % 2 for mistake in result["mistakes"]} == {0}
    assert result["errors"] == 2 * len(result["mistakes"]) > 600
    assert result["licence"].endswith("; this does not cover the other images")


def test_a_refused_or_uncertain_mistake_is_not_a_confident_error(
    quick_run: Run,
) -> None:
    classifier = Classifier(quick_run.read(MODEL))
    test = datasets.load("uci-digits").test
    logits = classifier.logits(test.images)
    classifier.rejection = float(np.median(classifier.scores(logits)))
    classifier.temperature = 4.0  # so that much is uncertain
    result = find_mistakes(classifier, test, len(test))
    refused = classifier.scores(logits) < classifier.rejection
    unsure = classifier.calibrated(logits).max(axis=1) < MIN_PROBABILITY
    assert result["refused"] == refused.sum()
    assert 0 < result["uncertain"] == (unsure & ~refused).sum() < unsure.sum()
    statuses = [mistake["status"] for mistake in result["mistakes"]]
    assert result["confident_errors"] == statuses.count("digit") < result["errors"]
    for mistake in result["mistakes"]:
        assert (mistake["status"] == "not_a_digit") == refused[mistake["index"]]
