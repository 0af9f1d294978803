import tomllib
from pathlib import Path

import pytest

from lenet.errors import UsageError
from lenet.recipe import Recipe, builtin_names, parse_changes


@pytest.mark.parametrize("name", builtin_names())
def test_every_built_in_recipe_is_valid_and_survives_a_round_trip(name: str) -> None:
    recipe = Recipe.load(name)
    assert recipe.name == name
    assert recipe.about
    assert Recipe.parse(tomllib.loads(recipe.to_toml()), "written") == recipe


def test_a_written_recipe_spells_out_every_field() -> None:
    assert set(tomllib.loads(Recipe().to_toml())) == set(Recipe.model_fields)


def test_a_recipe_file_gives_the_recipe_its_name(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("epochs = 3\n")
    assert Recipe.load(tmp_path / "mine.toml").name == "mine"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {"epochs": 0},
            "recipe lenet5: epochs: input should be greater than or equal to 1, found 0",
        ),
        ({"epochs": "many"}, "epochs: input should be a valid integer.*found 'many'"),
        ({"epoch": 3}, "recipe lenet5: no field 'epoch': did you mean epochs"),
        (
            {"optimizer": "adamx"},
            "optimizer: input should be 'adam', 'adamw' or 'sgd', found 'adamx'",
        ),
        ({"name": "a\x7fb"}, "name: only printable characters can be kept in a recipe"),
        ({"name": "x" * 300}, "name: string should have at most 80 characters"),
        ({"validation": 0, "patience": 3}, "patience needs a validation part"),
        ({"validation": 0, "keep": "best"}, 'keep = "best" needs a validation part'),
        ({"mean_teacher": 2}, "mean_teacher needs averaged weights: say averaging = 0.999"),
        (
            {"epochs": 3, "mean_teacher": 4, "averaging": 0.9},
            "mean_teacher counts some of the 3 epochs, found 4",
        ),
        ({"augment": {"shift": -1}}, "augment.shift: input should be greater.* found -1"),
        ({"augment.scale": 1.5}, "augment.scale: input should be less than .* found 1.5"),
        ({"augment.tilt": 3}, "no field 'augment.tilt': there are: shift, rotation"),
        ({"learning_rate": float("nan")}, "learning_rate: .*found nan"),
    ],
)
def test_a_wrong_field_is_refused_in_one_line(changes: dict[str, object], text: str) -> None:
    with pytest.raises(UsageError, match=text) as caught:
        Recipe.load("lenet5").with_changes(changes)
    assert "\n" not in str(caught.value)


def test_an_unknown_recipe_is_refused_with_the_nearest_names() -> None:
    with pytest.raises(UsageError, match="no recipe 'lenet-5': did you mean lenet5"):
        Recipe.load("lenet-5")


def test_a_missing_or_broken_recipe_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no recipe file .*mine\.toml; `lenet recipes` lists"):
        Recipe.load(tmp_path / "mine.toml")
    (tmp_path / "mine.toml").write_text("epochs = = 3")
    with pytest.raises(UsageError, match=r"mine\.toml is not valid TOML"):
        Recipe.load(tmp_path / "mine.toml")
    (tmp_path / "mine.toml").write_bytes(b"about = '\xff'")
    with pytest.raises(UsageError, match=r"mine\.toml is not valid TOML"):
        Recipe.load(tmp_path / "mine.toml")


@pytest.mark.parametrize("word", ["epochs", "=3", ""])
def test_a_change_without_a_value_is_refused(word: str) -> None:
    with pytest.raises(UsageError, match="--set takes field=value"):
        parse_changes([word])


@pytest.mark.parametrize("value", ["9" * 5000, "[" * 20_000, "1\nbatch=7"])
def test_a_value_that_is_not_toml_becomes_a_string(value: str) -> None:
    assert parse_changes([f"epochs={value}"]) == {"epochs": value}


def test_one_distortion_can_be_changed_without_the_others() -> None:
    changes = parse_changes(["augment.shift=2", "augment.rotation=5"])
    recipe = Recipe.load("lenet5").with_changes({"augment": {"elastic": 1}}).with_changes(changes)
    assert (recipe.augment.shift, recipe.augment.rotation, recipe.augment.elastic) == (2, 5, 1)


def test_nondigits_with_the_loss_of_1998_are_refused() -> None:
    with pytest.raises(UsageError, match='nondigits need loss = "cross-entropy", found "map-1998"'):
        Recipe.load("lenet5-1998").with_changes({"nondigits": "nondigits:100"})


def test_nondigits_without_calibration_are_refused() -> None:
    with pytest.raises(UsageError, match="nondigits need calibrate = true"):
        Recipe.load("reader").with_changes({"calibrate": False})


def test_calibrating_without_held_out_images_is_refused() -> None:
    with pytest.raises(UsageError, match="calibrate needs a validation part, found validation = 0"):
        Recipe.load("lenet5").with_changes({"validation": 0, "keep": "last", "calibrate": True})
