import base64
import json
from pathlib import Path

import numpy as np
import pytest

from lenet import datasets
from lenet.datasets import Dataset
from lenet.evaluation import read_scores
from lenet.evaluation.mistakes import MOST, find_mistakes
from lenet.reader import MIN_PROBABILITY, Classifier
from lenet.run import MISTAKES, MODEL, Run, shipped_names


def test_a_run_keeps_what_it_misread_and_its_scores_agree(quick_run: Run) -> None:
    kept = json.loads(quick_run.read(MISTAKES))
    scores = read_scores(quick_run)["test"]
    assert (kept["errors"], kept["total"]) == (scores.errors, scores.total)
    assert 0 < len(kept["mistakes"]) == min(MOST, scores.errors)
    test = datasets.load("uci-digits").test
    probabilities = Classifier(quick_run.read(MODEL)).probabilities(test.images)
    for each in kept["mistakes"]:
        assert base64.b64decode(each["image"]) == test.images[each["index"]].tobytes()
        assert each["truth"] == test.labels[each["index"]] != each["answer"]
        row = probabilities[each["index"]]
        assert (each["answer"], each["probability"]) == (row.argmax(), pytest.approx(row.max()))
    certainty = [each["probability"] for each in kept["mistakes"]]
    assert certainty == sorted(certainty, reverse=True)


@pytest.mark.parametrize("name", shipped_names())
def test_what_ships_knows_its_mistakes_of_the_real_test_digits(name: str, mnist_dir: Path) -> None:
    run = Run.find(name)
    kept = json.loads(run.read(MISTAKES))
    assert "CC BY-SA 3.0" in kept["licence"]
    assert kept["errors"] == read_scores(run)["test"].errors
    found = find_mistakes(Classifier(run.read(MODEL)), datasets.load("mnist", mnist_dir).test)
    where = [[each["index"] for each in of["mistakes"]] for of in (kept, found)]
    assert sorted(where[0]) == sorted(where[1])
    assert [kept[what] for what in ("refused", "uncertain", "confident_errors")] == [
        found[what] for what in ("refused", "uncertain", "confident_errors")
    ]


def test_of_too_many_the_most_certain_are_kept_and_all_are_counted(quick_run: Run) -> None:
    classifier = Classifier(quick_run.read(MODEL))
    digits = datasets.load("uci-digits").test
    # Every label is the next digit's: what is right is wrong here.
    shifted = Dataset("shifted", digits.images, (digits.labels + 1) % 10, digits.classes)
    few, many = find_mistakes(classifier, shifted, 5), find_mistakes(classifier, shifted, 10_000)
    assert few["errors"] == many["errors"] == len(many["mistakes"]) > 300
    assert few["mistakes"] == many["mistakes"][:5]
    assert "licence" not in few


def test_of_images_that_people_sent_none_is_kept_and_all_are_counted(quick_run: Run) -> None:
    classifier = Classifier(quick_run.read(MODEL))
    test = datasets.load("uci-digits").test
    both = Dataset(
        "mnist+corrections",
        test.images.repeat(2, axis=0),
        (test.labels.repeat(2) + 1) % 10,
        test.classes,
    )
    hidden = np.arange(len(both)) % 2 == 1
    found = find_mistakes(classifier, both, len(both), hidden)
    assert {each["index"] % 2 for each in found["mistakes"]} == {0}
    assert found["errors"] == 2 * len(found["mistakes"]) > 600
    assert found["licence"].endswith("; the others are not theirs")


def test_what_is_refused_or_uncertain_is_counted_once_and_is_no_confident_error(
    quick_run: Run,
) -> None:
    classifier = Classifier(quick_run.read(MODEL))
    test = datasets.load("uci-digits").test
    logits = classifier.logits(test.images)
    classifier.rejection = float(np.median(classifier.scores(logits)))
    classifier.temperature = 4.0  # so that much is uncertain
    found = find_mistakes(classifier, test, len(test))
    strange = classifier.scores(logits) < classifier.rejection
    unsure = classifier.calibrated(logits).max(axis=1) < MIN_PROBABILITY
    assert found["refused"] == strange.sum()
    assert 0 < found["uncertain"] == (unsure & ~strange).sum() < unsure.sum()
    statuses = [each["status"] for each in found["mistakes"]]
    assert found["confident_errors"] == statuses.count("digit") < found["errors"]
    for each in found["mistakes"]:
        assert (each["status"] == "not_a_digit") == strange[each["index"]]
