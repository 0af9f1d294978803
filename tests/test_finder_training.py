"""The finder learns from scenes what it is to answer."""

import copy
import json
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner, Result

from command import complaint, run_lenet
from lenet import experiment
from lenet.cli.program import app
from lenet.comparison.contenders import find_all as find_contenders
from lenet.datasets.scenes import Scenes
from lenet.drawing.material import Material
from lenet.drawing.scenes.block import CUT, OTHER
from lenet.errors import ModelError, OutcomeError, UsageError
from lenet.evaluation import read_detections
from lenet.experiment import finder_run
from lenet.experiment.exporting import prove_finder, to_onnx
from lenet.experiment.finder_run import card
from lenet.finder import Finder, normalise_contrast
from lenet.finder.candidates import Candidates, peaks
from lenet.metrics.detection import DetectionScores, Matches, match
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
        assert start <= seen.min()
        assert seen.max() < start + field.size
        assert seen.max() - seen.min() > field.size - 16  # where it lies in the coarsest step


def test_perfect_answers_are_decoded_to_the_truth() -> None:
    scenes = plain_scenes(6)
    _, targets = batch_of(scenes, np.arange(6))
    maps, ink = (part.numpy() for part in split(perfect_output(targets)))
    for i in range(6):
        truth = scenes.characters[scenes.first[i] : scenes.first[i + 1]]
        found = peaks(maps[i], maps[i, 0], 0, (0, 0, PAGE, PAGE), (1.0, 1.0), (0, 0))
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
    assert loss.box == loss.classes == 0


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
    assert second.validation_loss is not None
    assert math.isfinite(second.validation_loss)


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


# The whole run.


class StopAfter(Watcher):
    """Stops a training like Ctrl-C does, once an epoch is over."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch

    def passed(self, epoch: Epoch) -> None:
        if epoch.epoch == self.epoch:
            raise KeyboardInterrupt


@pytest.fixture(scope="module")
def places() -> Iterator[None]:
    """Plain scenes instead of those that take minutes to draw."""

    def load(count: int, seed: int, material: Material, *, show_progress: bool) -> Scenes:
        return plain_scenes(count, seed)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finder_run, "load_material", lambda *_, held_out: Material())
        patch.setattr(finder_run, "load_scenes", load)
        yield


@pytest.fixture(scope="module")
def run(places: None, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A whole run on a few scenes, stopped and resumed."""
    folder = tmp_path_factory.mktemp("runs")
    recipe = RECIPE.with_changes({"data": "scenes:10", "validation": 0.4})
    with pytest.raises(KeyboardInterrupt):
        experiment.train(recipe, runs=folder, device="cpu", watcher=StopAfter(1))
    return experiment.resume(folder / "finder-1")


def lenet(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_whole_run_of_a_finder_leaves_all_that_is_known_of_it(
    run: Run, few: FinderTrainer
) -> None:
    assert run.manifest.state == "done"
    assert {"model.onnx", "layers.json", "scores.json", "README.md"} <= set(run.manifest.files)
    assert run.manifest.data["name"] == "scenes:10 (mnist, unipen, things)"
    assert len(run.read("history.jsonl").splitlines()) == 2
    weights, expected = experiment.load(run.folder).state_dict(), few.result().state_dict()
    assert all(torch.equal(weights[name], expected[name]) for name in weights)
    card = run.read("README.md").decode()
    assert read_detections(run)["test"].summary() in card
    assert "CC BY 4.0" in card
    assert Recipe.load(run.folder / "recipe.toml") == run.recipe


def test_a_finder_can_be_taught_further(run: Run, tmp_path: Path) -> None:
    words = (
        "--data",
        "scenes:10",
        "--set",
        "validation=0.4",
        "--set",
        "epochs=1",
        "--set",
        "batch=4",
    )
    answer = lenet(
        "train", "--recipe", "finder", "--start-from", run.folder, *words, "--runs", tmp_path
    )
    assert answer.exit_code == 0, answer.output
    assert "digits found" in answer.output
    taught = Run.find(tmp_path / "finder-1")
    assert taught.manifest.state == "done"
    assert f'start_from = "{run.folder}"' in taught.read("recipe.toml").decode()


def test_onnx_gives_what_torch_gives_for_pages_of_any_size(run: Run) -> None:
    network, exported = experiment.load(run.folder), run.read("model.onnx")
    assert prove_finder(exported, network) < 1e-3
    assert len(exported) < 1_600_000
    for n, height, width in ((1, 16, 16), (3, 48, 112)):
        pages = torch.randn(n, 1, height, width)
        with torch.inference_mode():
            expected = split(network(pages))
        for values, wanted in zip(Finder(exported).run(pages.numpy()), expected, strict=True):
            np.testing.assert_allclose(values, wanted.numpy(), atol=1e-3)


def test_an_export_that_answers_otherwise_is_refused(run: Run) -> None:
    with pytest.raises(ModelError, match="the exported finder disagrees with the trained one by"):
        prove_finder(run.read("model.onnx"), build("finder").eval())


def test_the_scores_of_a_run_count_every_digit_once(run: Run) -> None:
    scores = read_detections(run)
    for part, seed in (("validation", 1), ("test", 2)):
        scenes = plain_scenes(4, seed)
        assert scores[part].digits == len(scenes.characters)
        assert scores[part].scenes == 4
        ids = targets_of([scenes.characters[:0]] * 4, scenes.ids)
        inked = scores[part].ink_right + scores[part].ink_missed
        assert inked == (scenes.ids > 0).sum() == ids.ink.numel() - (scenes.ids == 0).sum()


def test_what_a_finder_sees_is_drawn_size_by_size(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "page.png"
    Image.fromarray(np.asarray(plain_scenes(1, 0).images[0])).save(page)
    heats = Finder(run.read("model.onnx")).look(np.asarray(Image.open(page)))
    for heat in heats:
        width, height = heat.size
        assert heat.contrast.shape == (height, width)
        digits, others, ink = heat.probabilities
        assert digits.shape == others.shape == (-(-height // 4), -(-width // 4))
        assert ink.shape == (-(-height // 2), -(-width // 2))
        assert 0 < digits.min() <= digits.max() < 1
    answer = lenet("show", "finder", page, "--model", run.folder, "-o", tmp_path / "seen.png")
    assert answer.exit_code == 0
    with Image.open(tmp_path / "seen.png") as drawn:
        assert drawn.height > 100 * len(heats)
    refused = run_lenet("show", "finder", page, "--model", "lenet5", "-o", tmp_path / "no.png")
    assert refused.returncode == 2
    assert complaint(refused).startswith("lenet5 reads digits and does not find them: name a ")
    assert not (tmp_path / "no.png").exists()


def test_the_card_names_the_licences_of_the_pictures_drawn_on(run: Run, tmp_path: Path) -> None:
    scores = read_detections(run)
    lines = {"bricks 1.2: CC0\n": "- bricks 1.2: CC0", "": "- pictures of a folder of your own"}
    for text, line in lines.items():
        file = tmp_path / "LICENCES.txt"
        file.unlink(missing_ok=True)
        if text:
            file.write_text(text, "utf-8")
        recipe = run.recipe.with_changes({"material": ["mnist", f"things:{tmp_path}"]})
        assert line in card(Run(run.folder, recipe, run.manifest), scores)
        assert str(tmp_path) not in card(Run(run.folder, recipe, run.manifest), scores)


@pytest.mark.slow
def test_a_run_of_a_finder_can_be_exported_again(run: Run) -> None:
    renewed = experiment.export(run.folder)
    assert renewed.difference < 1e-3
    assert renewed.written == []


def test_evaluating_a_finder_says_how_many_digits_it_finds(run: Run) -> None:
    answer = lenet("evaluate", run.folder)
    assert answer.exit_code == 0
    assert "digits found" in answer.output
    assert "16-32 px" in answer.output
    counts = json.loads(lenet("evaluate", run.folder, "--split", "validation", "--json").output)
    assert counts["digits"] == len(plain_scenes(4, seed=1).characters)


@pytest.mark.parametrize(
    "words",
    [
        ("predict", "a.png", "--model"),
        ("compare",),
        ("show", "layers", "a.png", "-o", "a.svg", "--model"),
        ("show", "run", "-o", "a.svg"),
        ("evaluate", "--data", "uci-digits"),
        ("evaluate", "--split", "train"),
    ],
    ids=" ".join,
)
def test_what_a_finder_cannot_do_is_one_line_with_what_can(words: list[str], run: Run) -> None:
    error = lenet(*words, run.folder).exception
    assert isinstance(error, UsageError)
    assert "finder" in str(error) or "does not read them" in str(error)
    assert "\n" not in str(error)


def test_a_recipe_of_a_finder_is_not_compared() -> None:
    with pytest.raises(UsageError, match="finder trains a finder, which does not read"):
        find_contenders(["recipe:finder"], Path())


def test_the_layers_of_the_finder_are_shown_for_a_page_of_256_pixels() -> None:
    answer = lenet("show", "model", "finder", "--json")
    layers = json.loads(answer.output)
    assert layers[-1]["size"] == [20, 64, 64]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data": "mnist"}, "a finder learns from scenes: say data = "),
        ({"data": ["scenes:10", "scenes:20"]}, "a finder learns from scenes"),
        ({"material": []}, "a finder needs material"),
        ({"nondigits": "nondigits:10"}, "a finder has no nondigits: leave it out"),
        ({"calibrate": True}, "a finder has no calibrate: leave it out"),
        ({"extra_data": "uci-digits"}, "a finder has no extra_data"),
        ({"validation": 0}, "a finder needs a validation part"),
        ({"model": "lenet5"}, "scenes:100000 is for a finder alone"),
    ],
)
def test_a_recipe_that_makes_no_sense_for_a_finder_is_refused(
    changes: dict[str, object], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        Recipe.load("finder").with_changes(changes)


def test_a_recipe_for_digit_images_takes_no_material() -> None:
    with pytest.raises(UsageError, match="material is for a finder alone"):
        Recipe.load("lenet5").with_changes({"material": "unipen"})


# Scores.


def candidates(*places: tuple[float, float, float, float, float, int]) -> Candidates:
    """Return places found: x, y, w, h, logit and class, the most probable first."""
    table = np.array(places, np.float32).reshape(-1, 6)
    classes = np.eye(10, dtype=np.float32)[table[:, 5].astype(int)]
    zeros = np.zeros(len(table))
    return Candidates(
        table[:, :4], table[:, 4], zeros.astype(np.float32), classes, zeros.astype(int)
    )


TRUTH = np.array(
    [(1, 10, 10, 4, 20), (8, 50, 10, 14, 20), (CUT, 90, 10, 10, 20), (OTHER, 10, 60, 20, 20)],
    np.int16,
)


def test_places_are_matched_with_the_digits_they_fit() -> None:
    found = candidates(
        (9, 10, 5, 20, 3, 1),  # the 1
        (50, 11, 14, 19, 2, 3),  # the 8, taken for a 3
        (51, 10, 14, 20, 1, 8),  # the 8 again
        (90, 10, 10, 20, 1, 0),  # cut off: neither right nor wrong
        (10, 60, 20, 20, 0, 5),  # no digit
    )
    sizes, false = match(found, TRUTH).counts(0.5)
    assert [size[1:] for size in sizes] == [(0, 0, 0), (2, 2, 1), (0, 0, 0), (0, 0, 0)]
    assert false == 2
    assert match(found, TRUTH).counts(0.8)[1] == 0


def test_the_threshold_is_where_f1_is_best() -> None:
    found = candidates((10, 10, 4, 20, 3, 1), (50, 10, 14, 20, 1, 8), (150, 10, 14, 20, -2, 8))
    threshold = match(found, TRUTH).best_threshold()
    assert 1 / (1 + math.exp(2)) < threshold < 1 / (1 + math.exp(-1))
    assert match(candidates(), TRUTH).best_threshold() == 0.5


def test_a_page_without_characters_or_places_is_scored_too() -> None:
    nothing = np.empty((0, 5), np.int16)
    joined = Matches.join(
        [match(candidates(), nothing), match(candidates((1, 1, 9, 9, 0, 1)), nothing)]
    )
    sizes, false = joined.counts(0.5)
    assert (sum(size.digits for size in sizes), false) == (0, 1)
    scores = DetectionScores(0.5, 2, sizes, false, 0, 0, 0)
    assert (scores.recall, scores.precision, scores.class_accuracy, scores.ink_f1) == (0, 0, 0, 0)
    assert DetectionScores.from_dict(scores.to_dict()) == scores


@pytest.mark.slow
def test_a_finder_learns_to_find_the_digits_of_plain_scenes() -> None:
    recipe = RECIPE.with_changes({"epochs": 6, "batch": 16, "averaging": 0.98, "warmup": 0.2})
    trainer = trained(recipe, plain_scenes(320))
    finder = Finder(to_onnx(trainer.result(), finder_run.CLASSES).model)
    matched = finder_run.find_all(finder, plain_scenes(40, seed=1))
    sizes, false = matched.counts(matched.best_threshold())
    found, digits = (sum(size[i] for size in sizes) for i in (2, 1))
    assert found > 0.9 * digits
    assert false < 0.1 * digits
