"""The finder learns from scenes what it is to answer."""

import copy
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from lenet import experiment
from lenet.datasets.scenes import Scenes
from lenet.drawing.scenes.block import CUT, OTHER
from lenet.errors import OutcomeError, UsageError
from lenet.experiment import finder_run
from lenet.experiment.exporting import prove_finder, to_onnx
from lenet.finder import Finder, normalise_contrast
from lenet.finder.candidates import peaks
from lenet.models import build, layer_table
from lenet.models.finder import SIDE, STRIDE, split
from lenet.recipe import Recipe
from lenet.run import Run
from lenet.training.finder_trainer import FinderTrainer, batch_of
from lenet.training.targets import Targets, count_errors, loss_of, targets_of
from lenet.training.watching import Epoch, Watcher
from scenes import plain_scenes

RECIPE = Recipe.load("finder").with_changes({"epochs": 2, "batch": 4, "averaging": 0.9})
PAGE = 96


def targets_for(*characters: tuple[int, int, int, int, int], side: int = PAGE) -> Targets:
    """Return the targets of one scene whose ink is unknown."""
    ids = np.zeros((1, side // 2, side // 2), np.uint8)
    return targets_of([np.array(characters, np.int16).reshape(-1, 5)], ids)


def perfect_output(targets: Targets) -> torch.Tensor:
    """Return what a network would answer that knows the truth."""
    n, _, height, width = targets.heat.shape
    maps = torch.zeros(n, 16, height, width)
    maps[:, :2] = torch.logit(targets.heat, 1e-4)
    maps[:, 2:6] = targets.box
    known = targets.classes >= 0
    maps.permute(0, 2, 3, 1)[known] += torch.nn.functional.pad(
        10 * torch.nn.functional.one_hot(targets.classes[known], 10).float(), (6, 0)
    )
    ink = torch.nn.functional.pixel_unshuffle((targets.ink[:, None] - 0.5) * 20, 2)
    return torch.cat([maps, ink], 1)


# What it should answer.


def test_the_network_keeps_to_its_budget() -> None:
    layers = layer_table(build("finder"))
    assert sum(layer.parameters for layer in layers) == 363_380 <= 400_000
    assert sum(layer.multiply_adds for layer in layers) / (SIDE // STRIDE) ** 2 == 78_624


def test_a_position_sees_what_the_table_of_layers_says() -> None:
    network = build("finder").eval()
    page = torch.rand(1, 1, 256, 256, requires_grad=True)
    network(page)[0, :, 32, 32].sum().backward()
    assert page.grad is not None
    _, rows, columns = page.grad[0].abs().nonzero().T
    field = layer_table(network)[-1].receptive
    assert field is not None
    for seen in (rows, columns):
        start = field.start + 32 * field.step
        assert start <= seen.min() and seen.max() < start + field.size
        assert seen.max() - seen.min() > field.size - 16  # where it lies in the coarsest step


def test_perfect_answers_are_decoded_to_the_truth() -> None:
    scenes = plain_scenes(6)
    _, targets = batch_of(scenes, np.arange(6))
    maps, ink = (part.numpy() for part in split(perfect_output(targets)))
    for i in range(6):
        truth = scenes.characters[scenes.first[i] : scenes.first[i + 1]]
        found = peaks(maps[i], maps[i, 0], 0, (PAGE, PAGE), (1.0, 1.0), 0)
        found = found.take(found.digit > 2)
        order = np.lexsort(found.boxes[:, :2].round().T)
        expected = truth[np.lexsort(truth[:, 1:3].T)]
        assert (found.classes[order].argmax(1) == expected[:, 0]).all()
        np.testing.assert_allclose(found.boxes[order], expected[:, 1:], atol=0.01)
    assert ((ink[:, 0] > 0) == (scenes.ids > 0)).all()
    assert count_errors(perfect_output(targets), targets)[0] == 0


def test_perfect_answers_cost_next_to_nothing() -> None:
    _, targets = batch_of(plain_scenes(4), np.arange(4))
    perfect = loss_of(perfect_output(targets), targets)
    blank = loss_of(torch.zeros_like(perfect_output(targets)), targets)
    assert perfect.total < 0.1 * blank.total
    assert perfect.box < 1e-6 < blank.box


@pytest.mark.parametrize("longer", [65, 80])
def test_a_digit_too_large_for_a_level_must_stay_silent(longer: int) -> None:
    targets = targets_for((3, 5, 5, 30, longer))
    assert targets.heat.max() == 0
    assert targets.heat_counts.min() == 1


@pytest.mark.parametrize("longer", [6, 12, 47, 64])
def test_a_digit_near_the_ends_of_the_sizes_is_ignored(longer: int) -> None:
    targets = targets_for((3, 8, 8, longer // 2, longer))
    middle = targets.heat_counts[0, :, (8 + longer // 2) // 4, (8 + longer // 4) // 4]
    assert targets.heat.max() == 0
    assert middle.tolist() == [0, 0]


@pytest.mark.parametrize("longer", [13, 46])
def test_a_digit_of_the_right_size_is_a_peak_at_its_centre(longer: int) -> None:
    targets = targets_for((7, 20, 16, longer - 2, longer))
    row, column = divmod(int(targets.heat[0, 0].argmax()), PAGE // 4)
    assert targets.heat[0, 0, row, column] == 1
    assert abs((column + 0.5) * 4 - (20 + longer / 2 - 1)) <= 2
    assert abs((row + 0.5) * 4 - (16 + longer / 2)) <= 2
    assert targets.classes[0, row, column] == 7
    assert targets.box[0, 1, row, column] == pytest.approx(math.log(longer / 16))


def test_another_character_is_a_peak_of_its_own_and_no_digit() -> None:
    targets = targets_for((OTHER, 20, 20, 16, 24))
    assert targets.heat[0, 0].max() == 0
    assert targets.heat[0, 1].max() == 1
    assert (targets.classes == -1).all()


def test_a_large_other_character_is_unsure_only_about_other_characters() -> None:
    counts = targets_for((OTHER, 20, 20, 30, 50)).heat_counts
    assert counts[0, 0].min() == 1
    assert counts[0, 1].min() == 0


def test_between_two_digits_each_position_learns_the_nearer() -> None:
    targets = targets_for((1, 20, 20, 14, 30), (2, 34, 20, 14, 30))
    assert set(targets.classes.unique().tolist()) == {-1, 1, 2}
    columns = [(targets.classes[0] == digit).nonzero()[:, 1] for digit in (1, 2)]
    assert columns[0].max() < columns[1].min()


def test_a_centre_at_the_edge_stays_on_the_map() -> None:
    targets = targets_for((4, 80, 84, 16, 12), (5, 0, 0, 2, 20))
    assert (targets.heat[0, 0] == 1).sum() == 2


def test_what_is_ignored_gives_no_gradient() -> None:
    ids = np.zeros((1, PAGE // 2, PAGE // 2), np.uint8)
    ids[0, 10:20, 10:15] = 1
    targets = targets_of([np.array([(CUT, 20, 20, 10, 20)], np.int16)], ids)
    output = torch.zeros(1, 20, PAGE // 4, PAGE // 4, requires_grad=True)
    loss_of(output, targets).total.backward()
    assert output.grad is not None
    maps, ink = split(output.grad)
    assert maps[0, :, 5:10, 5:7].abs().max() == 0
    assert ink[0, 0, 10:20, 10:15].abs().max() == 0
    assert maps[0, :2, 15:, 15:].abs().min() > 0


def test_a_page_without_characters_teaches_silence() -> None:
    targets = targets_for()
    loss = loss_of(torch.zeros(1, 20, PAGE // 4, PAGE // 4), targets)
    assert loss.heat > 0
    assert (loss.box, loss.classes) == (0, 0)


# Training.


def trained(recipe: Recipe, train: Scenes, validation: Scenes | None = None) -> FinderTrainer:
    trainer = FinderTrainer(recipe, train, validation)
    list(trainer.epochs())
    return trainer


@pytest.fixture(scope="module")
def few() -> FinderTrainer:
    """A training of two short epochs."""
    return trained(RECIPE, plain_scenes(10), plain_scenes(4, seed=1))


def test_a_page_and_its_negative_give_the_network_the_same_contrast() -> None:
    image = plain_scenes(1).images[0]
    np.testing.assert_allclose(
        normalise_contrast(255 - image), -normalise_contrast(image), atol=1e-3
    )


def test_some_pages_are_negated_and_some_bent_as_the_seed_says() -> None:
    scenes = plain_scenes(1)
    plain = batch_of(scenes, np.zeros(60, int))[0]
    assert (plain == plain[0]).all()
    drawn = batch_of(scenes, np.zeros(60, int), np.random.default_rng(0))[0]
    again = batch_of(scenes, np.zeros(60, int), np.random.default_rng(0))[0]
    assert (drawn == again).all()
    signs = [(page * plain[0]).sum().sign().item() for page in drawn]
    same = [(page == plain[0]).all().item() for page in drawn]
    assert 5 < signs.count(-1) < 40
    assert 10 < sum(same) < 50


def test_the_loss_falls_from_the_first_epoch_on(few: FinderTrainer) -> None:
    first, second = few.history
    assert second.loss < first.loss
    assert first.images == 10
    assert first.validation_images == len(plain_scenes(4, seed=1).characters)
    assert second.validation_loss is not None and math.isfinite(second.validation_loss)


def test_a_resumed_training_of_a_finder_is_bit_identical(few: FinderTrainer) -> None:
    train, validation = plain_scenes(10), plain_scenes(4, seed=1)
    stopped = FinderTrainer(RECIPE, train, validation)
    next(stopped.epochs())
    resumed = FinderTrainer(RECIPE, train, validation)
    tensors, facts = copy.deepcopy(stopped.state())
    resumed.restore(tensors, facts)
    list(resumed.epochs())
    expected, weights = few.result().state_dict(), resumed.result().state_dict()
    assert all(torch.equal(expected[name], weights[name]) for name in expected)
    assert resumed.history[1].loss == few.history[1].loss


def test_a_finder_that_diverges_says_so() -> None:
    wild = RECIPE.with_changes({"learning_rate": 100, "schedule": "constant", "epochs": 9})
    trainer = FinderTrainer(wild.with_changes({"weight_decay": 10}), plain_scenes(8), None)
    with pytest.raises(OutcomeError, match="training diverged in epoch"):
        list(trainer.epochs())


def test_onnx_gives_what_torch_gives_for_pages_of_any_size(few: FinderTrainer) -> None:
    network = few.result()
    exported = to_onnx(network, tuple("0123456789"))
    assert prove_finder(exported.model, network) < 1e-3
    pages = torch.randn(3, 1, 48, 112)
    with torch.inference_mode():
        expected = split(network(pages))
    for values, wanted in zip(Finder(exported.model).run(pages.numpy()), expected, strict=True):
        np.testing.assert_allclose(values, wanted.numpy(), atol=1e-3)
    assert len(exported.model) < 1_600_000
