"""A recipe as an estimator of scikit-learn."""

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

import lenet
from lenet import datasets
from lenet.datasets import Splits
from lenet.errors import DataError, UsageError
from lenet.recipe import Recipe
from lenet.training import Trainer

# Enough for the clouds of points that scikit-learn's checks are about.
SMALL = Recipe.load("fast").with_changes({"epochs": 8, "batch": 16})
# Enough for most of 300 digits.
QUICK = SMALL.with_changes({"epochs": 3})
ONCE = SMALL.with_changes({"epochs": 1})


@pytest.fixture(scope="module")
def uci() -> Splits:
    digits = datasets.load("uci-digits")
    few = np.arange(300)
    return Splits(digits.train.subset(few), digits.test.subset(few[:100]))


@pytest.fixture(scope="module")
def fitted(uci: Splits) -> lenet.Classifier:
    return lenet.Classifier(QUICK, device="cpu").fit(uci.train.images, uci.train.labels)


def same(one: lenet.Classifier, other: lenet.Classifier) -> bool:
    """Whether two networks have the same weights."""
    pairs = zip(
        one.network_.state_dict().values(), other.network_.state_dict().values(), strict=True
    )
    return all(torch.equal(a, b) for a, b in pairs)


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_scikit_learns_own_checks_find_nothing() -> None:
    outcomes = check_estimator(lenet.Classifier(SMALL, device="cpu"), on_skip=None, on_fail=None)
    assert sum(each["status"] == "passed" for each in outcomes) > 50
    assert {
        each["check_name"]: each["exception"] for each in outcomes if each["status"] == "failed"
    } == {}


def test_it_learns_what_a_trainer_learns(fitted: lenet.Classifier, uci: Splits) -> None:
    trainer = Trainer(QUICK, uci.train, None)
    assert fitted.history_[-1].loss == list(trainer.epochs())[-1].loss
    weights = trainer.result().state_dict()
    assert all(torch.equal(weights[k], w) for k, w in fitted.network_.state_dict().items())
    assert fitted.score(uci.test.images, uci.test.labels) > 0.7
    assert fitted.classes_.tolist() == list(range(10))


@pytest.mark.parametrize(
    "form",
    [
        lambda images: images.reshape(-1, 784),
        lambda images: images[:, None].astype(np.float32),
        lambda images: images[..., None],
        lambda images: torch.from_numpy(images / 1.0).requires_grad_(),
    ],
)
def test_images_of_any_shape_are_the_same_rows(
    form: Callable[[NDArray[np.uint8]], Any], fitted: lenet.Classifier, uci: Splits
) -> None:
    expected = fitted.predict_proba(uci.test.images)
    assert expected.shape == (100, 10)
    assert expected.sum(1) == pytest.approx(1)
    assert np.array_equal(fitted.predict_proba(form(uci.test.images)), expected)


def test_the_unit_of_the_numbers_does_not_matter(fitted: lenet.Classifier, uci: Splits) -> None:
    images, labels = uci.train.images / 7 - 20, uci.train.labels
    other = lenet.Classifier(QUICK, device="cpu").fit(images, labels)
    assert same(fitted, other)
    assert (other.lowest_, other.highest_) == (-20, 255 / 7 - 20)
    beyond = np.where(uci.test.images == 255, 1e300, uci.test.images / 7 - 20)
    assert np.array_equal(other.predict(beyond), fitted.predict(uci.test.images))


@pytest.mark.filterwarnings(
    "ignore:(overflow|invalid value) encountered in reduce"
)  # of scikit-learn's own sum
def test_numbers_as_large_as_they_can_be_are_taken(uci: Splits) -> None:
    largest = np.finfo(np.float64).max
    rows = np.where(uci.train.images[:40].reshape(40, -1) > 127, largest, -largest)
    fitted = lenet.Classifier(ONCE, device="cpu").fit(rows, uci.train.labels[:40])
    assert np.isfinite(fitted.predict_proba(rows)).all()


@pytest.mark.parametrize("features", [1, 10, 64, 900])
def test_rows_of_any_length_are_taken(features: int) -> None:
    generator = np.random.default_rng(0)
    labels = np.arange(60) % 2
    rows = generator.normal(size=(60, features)) + 6 * labels[:, None]
    fitted = lenet.Classifier(SMALL, device="cpu").fit(rows, labels)
    assert fitted.n_features_in_ == features
    assert fitted.score(rows, labels) > 0.9
    with pytest.raises(ValueError, match="features"):
        fitted.predict(np.zeros((1, features + 1)))


def test_the_seed_is_the_recipes_unless_one_is_given(uci: Splits) -> None:
    def fit(random_state: Any) -> lenet.Classifier:
        classifier = lenet.Classifier(ONCE, random_state=random_state, device="cpu")
        return classifier.fit(uci.test.images, uci.test.labels)

    own = fit(None)
    assert same(fit(ONCE.seed), own)
    drawn = fit(np.random.RandomState(1))
    assert same(fit(np.random.RandomState(1)), drawn)
    assert not same(drawn, own)


def test_a_pickled_estimator_answers_the_same(fitted: lenet.Classifier, uci: Splits) -> None:
    copy = pickle.loads(pickle.dumps(fitted))
    expected = fitted.predict_proba(uci.test.images)
    assert np.array_equal(copy.predict_proba(uci.test.images), expected)
    assert not hasattr(clone(fitted), "network_")


def test_a_search_chooses_among_recipes_and_answers_in_words() -> None:
    rows, labels = load_digits(return_X_y=True)
    names = np.array(["even", "odd"])[labels % 2]
    pipeline = make_pipeline(StandardScaler(), lenet.Classifier(device="cpu"))
    recipes = [SMALL.with_changes({"epochs": epochs}) for epochs in (1, 4)]
    search = GridSearchCV(pipeline, {"classifier__recipe": recipes}, cv=2)
    search.fit(rows[:300], names[:300])
    assert search.best_params_["classifier__recipe"].epochs == 4
    assert search.score(rows[300:600], names[300:600]) > 0.7
    assert set(search.predict(rows[:20])) == {"even", "odd"}


def test_a_recipe_that_calibrates_holds_out_a_share(uci: Splits) -> None:
    recipe = ONCE.with_changes({"calibrate": True, "validation": 0.2})
    classifier = lenet.Classifier(recipe, device="cpu")
    fitted = classifier.fit(uci.train.images, uci.train.labels)
    assert (fitted.history_[-1].images, fitted.history_[-1].validation_images) == (240, 60)
    assert fitted.temperature_ != 1
    with pytest.raises(DataError, match="X: a share of 0.2 of its 2 images is 0; bring more"):
        classifier.fit(uci.train.images[:2], uci.train.labels[:2])


@pytest.mark.parametrize(
    ("recipe", "text"),
    [
        ("fst", "no recipe 'fst': did you mean fast"),
        ("finder", "the recipe finder learns from more than images with labels: use lenet.train"),
        ("reader", "the recipe reader learns from more than images with labels: use lenet.train"),
    ],
)
def test_a_recipe_of_other_data_is_refused(recipe: str, text: str) -> None:
    with pytest.raises(UsageError, match=text):
        lenet.Classifier(recipe).fit(np.zeros((4, 784)), [0, 1, 0, 1])
