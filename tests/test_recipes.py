"""`lenet recipes`, and what it knows about each recipe without torch."""

import importlib
import io
import json
import re
from pathlib import Path

import pytest
from rich.console import Console

from command import complaint, loaded_modules, run_lenet
from lenet.cli import console
from lenet.cli import recipes as verb
from lenet.comparison import Ledger
from lenet.models import build, layer_table
from lenet.recipe import MEASURED, Recipe, builtin_names, measured_outcome, network_costs

ROOT = Path(__file__).parent.parent


def test_the_list_has_network_cost_and_accuracy_of_each_recipe() -> None:
    lines = run_lenet("recipes").stdout.splitlines()
    row = next(i for i, line in enumerate(lines) if line.startswith("lenet5 "))
    assert re.fullmatch(r"lenet5 +61,706 +416,520 +10 +99\.\d\d ± \d\.\d\d % \(5\)", lines[row])
    assert re.search(r"^lenet5 +LeNet-5 as usually built", "\n".join(lines), re.M)
    assert sum(line.endswith("; network lenet5-1998") for line in lines) == 1
    listed = {line.split()[0] for line in lines if line and line[0] != " "}
    assert set(builtin_names()) <= listed


def test_listing_recipes_loads_no_training_library() -> None:
    assert not loaded_modules("recipes") & {"torch", "sklearn", "matplotlib", "onnx", "cv2"}


def test_the_list_as_json_has_whole_recipes_with_costs_and_outcomes() -> None:
    listed = {each["name"]: each for each in json.loads(run_lenet("recipes", "--json").stdout)}
    assert list(listed) == builtin_names()
    lenet5 = listed["lenet5"]
    assert (lenet5["parameters"], lenet5["multiply_adds"]) == (61_706, 416_520)
    assert lenet5["optimizer"] == "adamw"
    outcome = lenet5["measured"]
    assert (outcome["data"], outcome["total"], outcome["seeds"]) == ("mnist", 10_000, 5)
    assert outcome["accuracy"] == pytest.approx(1 - outcome["errors"] / 10_000)
    assert outcome["accuracy_sd"] == pytest.approx(outcome["sd"] / 10_000)


@pytest.mark.parametrize("width", [40, 60, 80])
def test_no_line_of_the_list_is_wider_than_the_terminal(
    width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Console(file=io.StringIO(), width=width, force_terminal=True, soft_wrap=True)
    for module in (verb, console):
        monkeypatch.setattr(module, "out", terminal)
    verb.recipes()
    assert isinstance(terminal.file, io.StringIO)
    shown = re.sub(r"\x1b\[[0-9;]*m", "", terminal.file.getvalue()).splitlines()
    assert max(map(len, shown)) <= width
    assert any("61,706" in line for line in shown)


def test_a_recipe_is_printed_with_the_comments_on_its_origin(tmp_path: Path) -> None:
    text = run_lenet("recipes", "lenet5-regularized").stdout
    assert text.startswith("# ")
    copy = tmp_path / "lenet5-regularized.toml"
    copy.write_text(text, "utf-8")
    assert Recipe.load(copy) == Recipe.load("lenet5-regularized")
    (tmp_path / "mine.toml").write_text("epochs = 3\n", "utf-8")
    assert "epochs = 3  # " in run_lenet("recipes", tmp_path / "mine.toml").stdout
    assert json.loads(run_lenet("recipes", "fast", "--json").stdout)["epochs"] == 2


def test_an_unknown_recipe_is_one_line() -> None:
    done = run_lenet("recipes", "lenet6")
    assert done.returncode == 2
    assert complaint(done).startswith("no recipe 'lenet6': did you mean lenet5?")


def test_the_shipped_costs_are_those_of_the_networks() -> None:
    for name in builtin_names():
        layers = layer_table(build(Recipe.load(name).model))
        costs = network_costs(Recipe.load(name).model)
        assert costs is not None, f"{name}: run tools/results.py --page"
        assert costs.parameters == sum(layer.parameters for layer in layers)
        assert costs.multiply_adds == sum(layer.multiply_adds for layer in layers)
    assert network_costs("of one's own") is None


def test_an_outcome_belongs_to_the_recipe_as_it_was_measured() -> None:
    lenet5 = Recipe.load("lenet5")
    shipped = measured_outcome(lenet5)
    assert shipped
    assert shipped.seconds > 0
    assert measured_outcome(lenet5.with_changes({"seed": 7, "about": "said otherwise"}))
    assert measured_outcome(lenet5.with_changes({"learning_rate": 5e-3})) is None
    assert measured_outcome(lenet5.with_changes({"data": "uci-digits"})) is None
    assert measured_outcome(lenet5.with_changes({"name": "mine"})) is None


def test_the_shipped_outcomes_are_those_of_the_published_results() -> None:
    if not (ROOT / "tools").exists() or not (ROOT / "docs/results.jsonl").exists():
        pytest.skip("tools/ and docs/ come with the repository only")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "tools")
        standing_of = importlib.import_module("results_page").standing_of
        shipped = importlib.import_module("results_shipped").shipped
    expected = shipped(standing_of(Ledger(ROOT / "docs/results.jsonl").results))
    shipped_file = json.loads((ROOT / "src/lenet" / MEASURED).read_text("utf-8"))
    assert shipped_file == expected, "run tools/results.py --page"
