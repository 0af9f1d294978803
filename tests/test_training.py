import math

import numpy as np
import pytest
import torch

from lenet.datasets import Dataset
from lenet.datasets.builtin import load_uci_digits
from lenet.errors import OutcomeError, UsageError
from lenet.recipe import Recipe
from lenet.training import Epoch, Trainer, as_input, choose_device, infer
from lenet.training.trainer import TURN, balanced_weights, turned

RECIPE = Recipe(
    model="lenet5",
    epochs=3,
    batch=16,
    learning_rate=3e-3,
    weight_decay=0.1,
    schedule="one-cycle",
    keep="last",
)


def stripes(n: int, seed: int = 0) -> Dataset:
    """Two easy classes: horizontal and vertical bars at random places, with noise."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 60, (n, 28, 28), np.uint8)
    labels = rng.integers(0, 2, n)
    for image, label, place in zip(images, labels, rng.integers(6, 20, n), strict=True):
        image[(slice(place, place + 3), slice(4, 24))[:: 1 if label else -1]] = 255
    return Dataset("stripes", images, labels.astype(np.int64), ("vertical", "horizontal"))


def weights_of(trainer: Trainer) -> dict[str, torch.Tensor]:
    return {name: t.clone() for name, t in trainer.result().state_dict().items()}


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(a[name], b[name]) for name in a)


def trained(recipe: Recipe, train: Dataset, validation: Dataset | None) -> Trainer:
    trainer = Trainer(recipe, train, validation)
    list(trainer.epochs())
    return trainer


def test_a_network_learns_to_distinguish_bars() -> None:
    trainer = trained(RECIPE, stripes(400), stripes(100, seed=1))
    assert trainer.history[-1].validation_errors == 0
    assert trainer.history[-1].loss < trainer.history[0].loss


def test_equal_seeds_give_equal_weights_and_other_seeds_others() -> None:
    data = stripes(100)
    once = weights_of(trained(RECIPE, data, None))
    assert same(once, weights_of(trained(RECIPE, data, None)))
    other = RECIPE.with_changes({"seed": 1})
    assert not same(once, weights_of(trained(other, data, None)))


def test_training_does_not_change_the_callers_random_state() -> None:
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    trained(RECIPE, stripes(50), None)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"optimizer": "adam", "schedule": "exponential", "keep": "best"},
        {"optimizer": "sgd", "schedule": "cosine", "averaging": 0.9, "keep": "best"},
        {"schedule": "constant", "averaging": 0.99},
        {"averaging": 0.9, "mean_teacher": 2, "augment": {"rotation": 10}},
        {"patience": 1, "learning_rate": 0.05, "schedule": "constant", "optimizer": "sgd"},
        {"augment": {"shift": 2, "elastic": 3}},
        {"model": "fast"},
        {"model": "lenet5-regularized", "dropout": 0.5},
    ],
    ids=[
        "adamw one-cycle",
        "adam exponential best",
        "sgd cosine averaged best",
        "averaged last",
        "mean teacher",
        "patience last",
        "augmented",
        "batch norm",
        "dropout",
    ],
)
@pytest.mark.parametrize("stop_after", [1, 2])
def test_resuming_gives_bit_identical_weights(changes: dict[str, object], stop_after: int) -> None:
    recipe = RECIPE.with_changes(changes)
    train, validation = stripes(100), stripes(40, seed=1)
    straight = trained(recipe, train, validation)

    stopped = Trainer(recipe, train, validation)
    epochs = stopped.epochs()
    for _ in range(stop_after):
        next(epochs, None)
    resumed = Trainer(recipe, train, validation)
    resumed.restore(*stopped.state())
    torch.rand(100)  # other random numbers drawn in between
    list(resumed.epochs())

    assert same(weights_of(straight), weights_of(resumed))
    numbers = [(e.epoch, e.loss, e.validation_loss, e.learning_rate) for e in straight.history]
    assert numbers == [
        (e.epoch, e.loss, e.validation_loss, e.learning_rate) for e in resumed.history
    ]


def test_a_mean_teacher_makes_one_look_say_what_three_say_together() -> None:
    digits = load_uci_digits()
    recipe = RECIPE.with_changes({"model": "fast", "epochs": 8, "averaging": 0.95})

    def unlike(taught: int) -> tuple[list[Epoch], float]:
        trainer = trained(recipe.with_changes({"mean_teacher": taught}), digits.train, None)
        images = as_input(torch.from_numpy(digits.test.images))
        network = trainer.result()
        with torch.inference_mode():
            looks = [network(turned(images, angle)) for angle in (-TURN, 0, TURN)]
        three = torch.stack(looks).mean(0)
        return trainer.history, float((looks[1] - three).std() / three.std())

    alone, apart = unlike(0)
    taught, near = unlike(4)
    assert [epoch.loss for epoch in alone[:4]] == [epoch.loss for epoch in taught[:4]]
    assert near < apart


def test_every_image_is_used_once_per_epoch_with_a_smaller_last_batch() -> None:
    seen: list[int] = []
    trainer = Trainer(RECIPE.with_changes({"batch": 30, "epochs": 1}), stripes(100), None)
    (epoch,) = trainer.epochs(seen.append)
    assert seen == [30, 60, 90, 100]
    assert epoch.images == 100


def test_early_stopping_respects_patience_and_keeps_the_best_weights() -> None:
    # This training does not improve on its first epochs, so it stops early.
    recipe = RECIPE.with_changes(
        {"epochs": 50, "patience": 3, "keep": "best", "learning_rate": 0.05, "optimizer": "sgd"}
    )
    trainer = trained(recipe.with_changes({"schedule": "constant"}), stripes(60), stripes(40, 1))
    losses = [epoch.validation_loss or 0.0 for epoch in trainer.history]
    best = int(np.argmin(losses))
    assert len(losses) == min(50, best + 1 + 3)
    logits = infer(trainer.result(), stripes(40, 1).images)
    labels = torch.from_numpy(stripes(40, 1).labels)
    assert torch.nn.functional.cross_entropy(logits, labels).item() == pytest.approx(losses[best])


def test_averaged_weights_are_validated_and_kept() -> None:
    trainer = trained(RECIPE.with_changes({"averaging": 0.99}), stripes(100), None)
    assert trainer.averaged is not None
    assert same(weights_of(trainer), dict(trainer.averaged.state_dict()))
    assert not same(weights_of(trainer), dict(trainer.model.state_dict()))


def test_hidden_weight_decay_excludes_biases_and_the_output_layer() -> None:
    recipe = RECIPE.with_changes({"weight_decay_on": "hidden-weights"})
    decayed, free = Trainer(recipe, stripes(10), None).optimizer.param_groups
    assert decayed["weight_decay"] == 0.1
    assert free["weight_decay"] == 0
    assert sum(p.numel() for p in decayed["params"]) == 150 + 2400 + 48_000 + 10_080
    assert sum(p.numel() for p in free["params"]) == 6 + 16 + 120 + 84 + 84 * 2 + 2


def test_adams_weight_decay_equals_an_l2_penalty_in_the_loss() -> None:
    """Keras's l2(0.001) adds 0.001·‖w‖² to the loss; weight_decay = 0.002 has that gradient."""
    weight = torch.nn.Parameter(torch.tensor([0.5, -2.0]))
    twin = torch.nn.Parameter(weight.detach().clone())
    ours = torch.optim.Adam([weight], lr=0.1, weight_decay=0.002)
    theirs = torch.optim.Adam([twin], lr=0.1)
    for _ in range(5):
        for parameter, optimizer, penalty in ((weight, ours, 0.0), (twin, theirs, 0.001)):
            optimizer.zero_grad()
            loss = parameter.sin().sum() + penalty * parameter.square().sum()
            loss.backward()
            optimizer.step()
    assert torch.allclose(weight, twin, atol=1e-6)


@pytest.mark.parametrize("batch", [1, 10, 50, 100])
@pytest.mark.parametrize("warmup", [0.001, 0.1, 0.5, 0.999])
def test_one_cycle_works_with_a_single_step(batch: int, warmup: float) -> None:
    recipe = RECIPE.with_changes({"epochs": 1, "batch": batch, "warmup": warmup})
    assert len(trained(recipe, stripes(100 if batch > 1 else 9), None).history) == 1


def test_one_cycle_reaches_its_peak_and_ends_near_zero() -> None:
    recipe = RECIPE.with_changes({"epochs": 10, "batch": 50})
    rates = [e.learning_rate for e in trained(recipe, stripes(100), None).history]
    assert max(rates) == pytest.approx(3e-3, rel=0.05)
    assert rates[-1] < 1e-5


def test_divergence_reports_the_epoch() -> None:
    recipe = RECIPE.with_changes({"learning_rate": 2, "weight_decay": 10, "optimizer": "sgd"})
    with pytest.raises(OutcomeError, match=r"training diverged in epoch \d.*learning_rate below"):
        trained(recipe.with_changes({"epochs": 30}), stripes(200), None)


def test_an_unavailable_device_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no device 'gpu': say auto, cpu, cuda or mps"):
        choose_device("gpu")
    if not torch.cuda.is_available():
        with pytest.raises(UsageError, match="no cuda device.*--device cpu"):
            choose_device("cuda")


def test_logits_do_not_depend_on_the_batch_size() -> None:
    model = trained(RECIPE.with_changes({"epochs": 1}), stripes(50), None).result()
    images = stripes(30).images
    assert torch.allclose(infer(model, images, 30), infer(model, images, 7), atol=1e-6)
    assert math.isfinite(infer(model, images).sum().item())


def test_a_network_learns_low_logits_for_images_of_no_class() -> None:
    rng = np.random.default_rng(5)
    noise = Dataset(
        "noise", rng.integers(0, 255, (200, 28, 28), np.uint8), np.zeros(200, np.int64), ("none",)
    )
    trainer = Trainer(RECIPE, stripes(400), None, nondigits=noise)
    history = list(trainer.epochs())
    classes, none = (
        infer(trainer.result(), part.images).logsumexp(1) for part in (stripes(100, 1), noise)
    )
    # The logit of "none" is always 0, so at 0 both are equally probable.
    assert (classes > 0).all()
    assert (none < 0).float().mean() > 0.95
    assert history[-1].images == 600
    assert infer(trainer.result(), noise.images).shape == (200, 2)


def test_without_images_of_no_class_training_is_unchanged() -> None:
    plain = trained(RECIPE, stripes(100), None)
    again = Trainer(RECIPE, stripes(100), None, nondigits=None)
    list(again.epochs())
    assert same(weights_of(plain), weights_of(again))


def test_balanced_class_weights_let_a_rare_class_count_as_much() -> None:
    labels = torch.tensor([0] * 6 + [1] * 2 + [2] * 4 + [4] * 5)  # 3 is absent, 4 is no class
    weights = balanced_weights(labels, 4)
    assert weights.tolist() == pytest.approx([12 / 18, 2.0, 1.0, 4.0])
    assert sum(weights[label].item() for label in labels if label < 4) == pytest.approx(12)
    data = stripes(400)
    kept = np.flatnonzero((data.labels == 0) | (np.cumsum(data.labels == 1) <= 15))
    recipe = RECIPE.with_changes({"epochs": 4})
    recalls = {}
    for how in ("none", "balanced"):
        model = trained(
            recipe.with_changes({"class_weights": how}), data.subset(kept), None
        ).result()
        test = stripes(200, seed=1)
        answers = infer(model, test.images).argmax(1).numpy()
        recalls[how] = (answers == test.labels)[test.labels == 1].mean()
    assert recalls["balanced"] > recalls["none"] + 0.3


def test_class_weights_need_the_cross_entropy() -> None:
    with pytest.raises(UsageError, match='class_weights need loss = "cross-entropy", found "map-1'):
        Recipe.load("lenet5-1998").with_changes({"class_weights": "balanced"})
