import importlib
import json
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from types import ModuleType

import numpy as np
import pytest
import scipy.stats
import torch
from PIL import Image
from typer.testing import CliRunner

from command import complaint, run_lenet
from lenet import comparison, metrics
from lenet.cli import app
from lenet.comparison import (
    CLASSICAL,
    LEDGER,
    Comparison,
    Ledger,
    Matrix,
    Pair,
    Result,
    Standing,
    Watcher,
    compare,
    tables,
)
from lenet.comparison.contenders import Contender, as_pixels, costs, find_all, fit
from lenet.datasets import load
from lenet.errors import DataError, ModelError, UsageError
from lenet.evaluation import read_scores
from lenet.models import build, layer_table
from lenet.reader import Classifier
from lenet.recipe import CLASSICAL_MODELS, Recipe, builtin_names
from lenet.run import MODEL, Run
from lenet.training import Epoch

QUICK = 'model = "lenet5"\ndata = "uci-digits"\nbatch = 32\nlearning_rate = 6e-3\nepochs = 2\n'
TOTAL = 359  # test digits of uci-digits


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A custom recipe that trains in a second."""
    path = tmp_path_factory.mktemp("recipes") / "quick.toml"
    path.write_text(QUICK)
    return str(path)


class Listener(Watcher):
    """Records what is trained and how many epochs were done before; may stop as by Ctrl-C."""

    def __init__(self, stop_in: str = "") -> None:
        self.begun: list[tuple[str, int]] = []
        self.kept: list[bool] = []
        self.stop_in = stop_in

    def begins(self, run: Run, epochs_done: int) -> None:
        self.begun.append((run.folder.name, epochs_done))

    def passed(self, epoch: Epoch) -> None:
        if self.begun[-1][0] == self.stop_in:
            raise KeyboardInterrupt

    def closes(self, result: Result, position: int, total: int, kept: bool) -> None:
        self.kept.append(kept)


@dataclass(frozen=True)
class Finished:
    """A comparison that was stopped during its second training, then resumed."""

    runs: Path
    stopped: Listener
    resumed: Listener
    outcome: Comparison

    @property
    def trained(self) -> Standing:
        (standing,) = (s for s in self.outcome.standings if s.kind == "recipe")
        return standing


@pytest.fixture(scope="module")
def finished(quick: str, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    runs = tmp_path_factory.mktemp("runs")
    stopped, resumed = Listener(stop_in="quick-2"), Listener()
    with pytest.raises(KeyboardInterrupt):
        compare([quick, "knn"], seeds=2, runs=runs, device="cpu", watcher=stopped)
    outcome = compare([quick, "knn"], seeds=2, runs=runs, device="cpu", watcher=resumed)
    return Finished(runs, stopped, resumed, outcome)


def result(name: str, seed: int, wrong: Sequence[int], total: int = 100) -> Result:
    return Result(
        contender=name,
        digest=name,
        data="data",
        seed=seed,
        total=total,
        errors=len(wrong),
        wrong=tuple(wrong),
        seconds=1.0,
        milliseconds=0.5,
        finished="2026-01-01T00:00:00+00:00",
        versions={},
    )


def standing(name: str, wrong: Sequence[Sequence[int]], stochastic: bool = True) -> Standing:
    results = tuple(result(name, seed, indices) for seed, indices in enumerate(wrong))
    return Standing(name, "recipe" if stochastic else "classical", stochastic, results)


# Statistics.


def test_mean_deviation_and_interval_come_from_error_counts() -> None:
    counts = [3, 5, 10]
    three_seeds = standing("a", [range(n) for n in counts])
    assert three_seeds.errors == (3, 5, 10)
    assert three_seeds.mean == 6
    assert three_seeds.sd == pytest.approx(np.std(counts, ddof=1))
    expected = scipy.stats.t.interval(0.95, 2, loc=6, scale=scipy.stats.sem(counts))
    interval = max(0, expected[0]) / 100, expected[1] / 100
    assert three_seeds.interval == pytest.approx(interval)
    assert three_seeds.interval_kind == "t"
    assert "6 ± 3.6" in tables.cells(three_seeds)


def test_a_single_result_has_a_wilson_interval_and_no_deviation() -> None:
    one_seed = standing("a", [range(7)])
    assert (one_seed.sd, one_seed.interval_kind) == (None, "wilson")
    assert one_seed.interval == metrics.wilson(7, 100)


def test_a_pair_is_tested_seed_by_seed_with_mcnemar() -> None:
    a = standing("a", [range(3), range(4), range(2)])
    b = standing("b", [range(2, 12), range(4, 12), range(20)])
    pair = Pair.of(a, b)
    expected = []
    for first, second in zip(a.results, b.results, strict=True):
        wrong = np.zeros((2, 100), bool)
        wrong[0, list(first.wrong)] = True
        wrong[1, list(second.wrong)] = True
        expected.append(metrics.mcnemar(wrong[0], wrong[1]))
    assert [duel.seeds for duel in pair.duels] == [(0, 0), (1, 1), (2, 2)]
    assert [(duel.only_first, duel.only_second) for duel in pair.duels] == [(2, 9), (4, 8), (0, 18)]
    assert [duel.p for duel in pair.duels] == expected
    assert pair.p == median(expected)
    assert expected[2] < 0.05 < pair.p
    assert pair.better is None


def test_the_better_one_is_named_if_the_difference_is_significant() -> None:
    outcome = Comparison.of([standing("b", [range(20)] * 2), standing("a", [range(2)] * 2)])
    (pair,) = outcome.pairs
    assert pair.better == "a"
    assert pair.p == 2 * 0.5**18
    verdict = "a is better than b: 2 against 20 errors, p < 0.0001, median of 2"
    assert tables.sentence(pair) == verdict


def test_a_single_result_is_compared_with_every_seed_of_the_other() -> None:
    one, many = standing("knn", [range(5)], stochastic=False), standing("a", [range(9)] * 3)
    assert [duel.seeds for duel in Pair.of(one, many).duels] == [(0, 0), (0, 1), (0, 2)]


def test_seeds_that_only_one_contender_has_are_not_compared() -> None:
    early, whole = standing("a", [range(5)]), standing("b", [range(9)] * 3)
    assert [duel.seeds for duel in Pair.of(early, whole).duels] == [(0, 0)]


# Training and scoring.


def test_a_comparison_counts_the_same_errors_as_the_runs(
    finished: Finished,
) -> None:
    runs, trained = finished.runs, finished.trained
    assert [r.seed for r in trained.results] == [0, 1]
    test = load("uci-digits").test
    for r in trained.results:
        run = Run.open(runs / f"quick-{r.seed + 1}")
        answers = Classifier(run.read(MODEL)).probabilities(test.images).argmax(1)
        assert run.manifest.seed == r.seed
        assert r.errors == read_scores(run)["test"].errors
        assert r.train_errors == read_scores(run)["train"].errors
        assert list(r.wrong) == np.flatnonzero(answers != test.labels).tolist()
        assert (r.parameters, r.multiply_adds) == (61_706, 416_520)
        assert r.size == len(run.read(MODEL))
        assert r.milliseconds > 0
        assert r.seconds == run.manifest.seconds


def test_deterministic_models_are_trained_once(finished: Finished) -> None:
    (knn,) = (s for s in finished.outcome.standings if s.name == "knn")
    assert [r.seed for r in knn.results] == [0]
    assert knn.interval_kind == "wilson"


def test_finished_trainings_are_reused_and_unfinished_ones_resumed(
    finished: Finished, quick: str
) -> None:
    assert finished.stopped.begun == [("quick-1", 0), ("quick-2", 0)]
    assert finished.resumed.begun == [("quick-2", 1)]
    assert finished.resumed.kept == [True, True, False]
    third = Listener()
    again = compare([quick, "knn"], seeds=2, runs=finished.runs, watcher=third)
    assert (third.begun, third.kept) == ([], [True] * 3)
    assert comparison.to_dict(again) == comparison.to_dict(finished.outcome)
    assert sorted(path.name for path in finished.runs.iterdir()) == [LEDGER, "quick-1", "quick-2"]
    assert len((finished.runs / LEDGER).read_bytes().splitlines()) == 3


def test_a_finished_run_without_its_line_is_not_trained_again(
    finished: Finished, quick: str, tmp_path: Path
) -> None:
    listener = Listener()
    matrix = Matrix([quick], seeds=2, runs=finished.runs, ledger=tmp_path / "new.jsonl")
    results = list(matrix.complete(listener))
    assert listener.begun == []
    assert [r.wrong for r in results] == [r.wrong for r in finished.trained.results]


def test_a_changed_recipe_is_trained_again_but_not_a_renamed_one(
    finished: Finished, tmp_path: Path
) -> None:
    renamed, changed = tmp_path / "renamed.toml", tmp_path / "changed.toml"
    renamed.write_text(f'about = "other words"\n{QUICK}')
    changed.write_text(QUICK.replace("6e-3", "5e-3"))
    same = Matrix([str(renamed)], seeds=1, runs=finished.runs)
    assert same.result(same.cells[0])
    other = Matrix([str(changed)], seeds=1, runs=finished.runs)
    assert other.result(other.cells[0]) is None


def test_results_on_other_data_are_not_reused(quick: str, tmp_path: Path) -> None:
    uci = load("uci-digits").test
    for label in range(10):
        folder = tmp_path / "data" / str(label)
        folder.mkdir(parents=True)
        for i, image in enumerate(uci.images[uci.labels == label][:10]):
            Image.fromarray(image).save(folder / f"{i}.png")
    cells = [
        Matrix(["knn"], data=data, runs=tmp_path)
        for data in (["uci-digits"], [f"folder:{tmp_path / 'data'}"])
    ]
    assert cells[0].cells[0].digest == cells[1].cells[0].digest
    assert cells[0].digest != cells[1].digest


def test_a_run_is_scored_as_it_is_and_compared_with_every_contender(
    finished: Finished, quick: str
) -> None:
    outcome = compare(["quick-2", quick], seeds=2, runs=finished.runs)
    by_name = {s.name: s for s in outcome.standings}
    assert by_name["quick-2"].errors == (by_name[quick].errors[1],)
    assert len(outcome.pairs[0].duels) == 2
    assert {duel.p for duel in outcome.pairs[0].duels if duel.seeds == (1, 1)} == {1.0}


def test_every_contender_gets_one_seed_before_the_next_seed(quick: str, tmp_path: Path) -> None:
    matrix = Matrix([quick, "knn", "random-forest"], seeds=2, runs=tmp_path)
    order = [(cell.contender.kind, cell.seed) for cell in matrix.cells]
    assert [seed for _, seed in order] == [0, 0, 0, 1, 1]
    assert not list(matrix.complete(Watcher(), enough=lambda: True))


def test_a_diverged_training_is_left_out_and_the_others_continue(tmp_path: Path) -> None:
    wild = tmp_path / "wild.toml"
    wild.write_text(f'{QUICK.replace("6e-3", "100")}optimizer = "sgd"\nweight_decay = 10\n')
    for _ in range(2):  # it is not tried a second time
        outcome = compare([str(wild), "knn"], seeds=1, runs=tmp_path / "runs", device="cpu")
        assert [s.name for s in outcome.standings] == ["knn"]
        assert re.search(r"wild\.toml, seed 0: training diverged", outcome.failures[0])
        assert len(list((tmp_path / "runs").glob("wild-*"))) == 1


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow if name == "gradient-boosting" else ())
        for name in CLASSICAL
    ],
)
def test_every_classical_model_reads_95_percent_of_the_digits(name: str) -> None:
    data = load("uci-digits")
    model, seconds = fit(CLASSICAL[name], 0, data.train)
    answers = model.predict(as_pixels(data.test.images))
    assert (answers != data.test.labels).sum() < TOTAL / 19
    assert seconds > 0


def test_a_linear_model_has_a_weight_for_each_pixel_and_class() -> None:
    model, _ = fit(CLASSICAL["logistic-regression"], 0, load("uci-digits").train)
    assert costs(model) == (7_850, 7_840)


# The ledger.


def test_a_truncated_last_line_is_dropped_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / LEDGER
    ledger = Ledger(path)
    for seed in (0, 1):
        ledger.append(result("a", seed, [1, 2]))
    path.write_bytes(path.read_bytes()[:-40])
    ledger = Ledger(path)
    assert [r.seed for r in ledger.results] == [0]
    ledger.append(result("a", 1, [3]))
    assert [r.seed for r in Ledger(path).results] == [0, 1]
    latest = Ledger(path).find("a", 1, "data")
    assert latest
    assert latest.wrong == (3,)


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("errors", 3, "3 errors, but 2 wrong images"),
        ("wrong", [2, 1], "wrong images must be ascending indices below 100"),
        ("wrong", [99, 100], "wrong images must be ascending indices below 100"),
        ("seed", "many", "seed: input should be a valid integer"),
    ],
)
def test_an_invalid_line_of_the_ledger_is_reported_by_number(
    field: str, value: object, text: str, tmp_path: Path
) -> None:
    path = tmp_path / LEDGER
    good = result("a", 0, [1, 2]).model_dump()
    path.write_text("".join(json.dumps(row) + "\n" for row in (good, {**good, field: value})))
    with pytest.raises(DataError, match=f"line 2 is not a result .*{text}.*: remove that line"):
        Ledger(path)


def test_an_unwritable_ledger_is_a_data_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match=r"cannot (read|write) .*choose another place"):
        Ledger(tmp_path / "file" / LEDGER).append(result("a", 0, []))


# User errors.


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["lenet-5"], "no recipe, run or classical model 'lenet-5': did you mean lenet5"),
        (["random-forrest"], "no recipe, run or .* 'random-forrest': did you mean random-forest"),
        (["quick-11"], "no recipe, run or classical model 'quick-11': did you mean quick-1"),
        (["zebra"], "'zebra': there are: .*lenet5, .*knn, .*gradient-boosting$"),
        (["missing.toml"], "no recipe file missing.toml"),
        (["knn", "svm-rbf", "knn"], "knn is named twice: name it once"),
        ([], "nothing to compare: name recipes, runs or classical models"),
        (["quick-1", "fast"], "quick-1 is tested on uci-digits and fast on mnist: choose one"),
    ],
)
def test_unknown_or_unfit_contenders_are_refused_before_training(
    words: list[str], text: str, finished: Finished
) -> None:
    with pytest.raises(UsageError, match=text):
        Matrix(words, runs=finished.runs)


@pytest.fixture
def run_named_fast(finished: Finished, tmp_path: Path) -> Path:
    """A folder of runs whose only run has the name of a recipe."""
    shutil.copytree(finished.runs / "quick-1", tmp_path / "fast")
    return tmp_path


def test_a_model_or_run_comes_before_a_recipe_of_its_name(run_named_fast: Path) -> None:
    shipped = Contender.find("reader", run_named_fast)
    assert isinstance(shipped.what, Run)
    assert shipped.what.recipe.name == "reader"
    run = Contender.find("fast", run_named_fast)
    assert isinstance(run.what, Run)
    assert run.what.folder == run_named_fast / "fast"
    assert isinstance(Contender.find("fast", Path("nowhere")).what, Recipe)
    for name in ("reader", "fast"):
        recipe = Contender.find(f"recipe:{name}", run_named_fast)
        assert (recipe.name, recipe.what) == (name, Recipe.load(name))
    with pytest.raises(UsageError, match="no recipe 'readr': did you mean reader"):
        Contender.find("recipe:readr", run_named_fast)


def test_a_model_and_the_recipe_of_its_name_can_be_compared() -> None:
    names = [each.name for each in find_all(["reader", "recipe:reader", "recipe:best"], Path())]
    assert names == ["reader", "recipe:reader", "best"]


@pytest.mark.parametrize(
    ("word", "trainings", "data", "line"),
    [
        (
            "lenet5",
            0,
            "mnist",
            "lenet5 is a finished model: recipe:lenet5 trains the recipe instead",
        ),
        ("recipe:lenet5", 0, "mnist", None),
        (
            "recipe:lenet5",
            5,
            "mnist",
            r"lenet5 will be trained 5 times, for 10 epochs; [\d.]+ s each, .* in total, when",
        ),
        ("recipe:reader", 1, "mnist", "reader will be trained once, .*; [\\d.]+ min when it was"),
        (
            "lenet5-regularized",
            2,
            "uci-digits",
            "trained 2 times, for up to 20 epochs; how long that takes was not measured",
        ),
        ("random-forest", 5, "mnist", "random-forest will be trained 5 times"),
    ],
)
def test_a_contender_says_what_will_be_trained_and_how_long_it_takes(
    word: str, trainings: int, data: str, line: str | None
) -> None:
    prospect = Contender.find(word, Path("nowhere")).prospect(trainings, [data])
    if line is None:
        assert prospect is None
    else:
        assert re.search(line, str(prospect))


def test_a_comparison_needs_a_seed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="needs one seed or more, found 0: use --seeds 5"):
        Matrix(["knn"], seeds=0, runs=tmp_path)


def test_a_run_with_other_classes_is_refused(finished: Finished, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for i in range(10):
            image = Image.new("L", (28, 28))
            image.paste(255, (8, 4, 14 + i, 24))
            image.save(tmp_path / name / f"{i}.png")
    with pytest.raises(
        DataError, match="quick-1 has the classes 0, 1, .*, but .* has a, b: choose"
    ):
        Matrix(["quick-1", "knn"], data=[f"folder:{tmp_path}"], runs=finished.runs)


def test_a_missing_or_unfinished_run_folder_is_refused(
    finished: Finished, quick: str, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match="no run folder runs/none"):
        Matrix(["runs/none"], runs=finished.runs)
    with pytest.raises(KeyboardInterrupt):
        compare([quick], seeds=1, runs=tmp_path, watcher=Listener("quick-1"))
    with pytest.raises(ModelError, match=r"its training is not finished; resume with `lenet train"):
        Matrix(["quick-1"], runs=tmp_path)


# The command line.


def test_compare_prints_results_to_stdout_and_progress_to_stderr(
    finished: Finished, quick: str, tmp_path: Path
) -> None:
    figure = tmp_path / "cost.svg"
    words = (quick, "knn", "svm-linear", "--seeds", 2, "--runs", finished.runs)
    done = run_lenet("compare", *words, "-o", figure)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^knn +6 +1\.67 % +0\.77 - 3\.60 % +1 ", done.stdout, re.M)
    assert re.search(r"quick\.toml +[\d.]+ ± [\d.]+ +[\d.]+ % .* 2 +61,706 +416,520 ", done.stdout)
    assert re.search(r"^knn is better than .*quick\.toml: .*, median of 2$", done.stdout, re.M)
    assert f"Errors in {TOTAL} test images of uci-digits" in done.stdout
    assert re.search(
        r"^1 of 4: .*, seed 0: \d+ errors in 359 .*, already finished$", done.stderr, re.M
    )
    assert re.search(r"^3 of 4: svm-linear, seed 0: .*, trained for [\d.]+ s$", done.stderr, re.M)
    assert done.stderr.startswith("svm-linear will be trained once\n1 of 4: ")
    assert "milliseconds for one image" in figure.read_text()


def printed(*words: object) -> str:
    """What `lenet` prints to stdout, run in this process to save time."""
    return CliRunner().invoke(app, list(map(str, words)), catch_exceptions=False).stdout


def test_compare_gives_the_same_numbers_as_json_and_markdown(
    finished: Finished, quick: str
) -> None:
    words = ("compare", quick, "knn", "--seeds", 2, "--runs", finished.runs)
    value = json.loads(printed(*words, "--json"))
    assert value == json.loads(json.dumps(comparison.to_dict(finished.outcome)))
    table = printed(*words, "--markdown")
    assert table == comparison.to_markdown(finished.outcome) + "\n"
    for contender in value["contenders"]:
        assert f"| `{contender['name']}` |" in table


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (["knn", "--seeds", "0"], 2, "a comparison needs one seed or more, found 0"),
        (["knn", "--json", "--markdown"], 2, "--json and --markdown exclude each other"),
        (["knn", "-o", "table.pdf"], 2, "cannot draw a .pdf file, asked for table.pdf"),
        (["knn", "-o", "nowhere/cost.png"], 4, "cannot write nowhere/cost.png: there is no folder"),
        (["runs/none"], 5, "no run folder runs/none"),
    ],
)
def test_a_user_error_in_compare_is_one_line_and_an_exit_code(
    words: list[str], code: int, text: str, tmp_path: Path
) -> None:
    done = run_lenet("compare", *words, "--data", "uci-digits", cwd=tmp_path)
    assert done.returncode == code
    assert text in complaint(done)
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_an_unwritable_folder_is_refused_before_training(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    done = run_lenet("compare", "knn", "-o", tmp_path / "cost.png", "--data", "uci-digits")
    assert done.returncode == 4
    assert "takes no files; choose another place" in complaint(done)


@pytest.mark.parametrize(
    "words", [["train", "--recipe", "knn"], ["evaluate", "knn"], ["predict", "--model", "knn", "x"]]
)
def test_classical_models_cannot_be_trained_alone_or_read_pictures(words: list[str]) -> None:
    done = run_lenet(*words)
    assert done.returncode == 2
    assert "knn is a classical model: `lenet compare knn" in complaint(done)


# The results page.


def tool(name: str) -> ModuleType:
    """Import a program of tools/, which is not a package."""
    folder = Path(__file__).parent.parent / "tools"
    if not folder.exists():
        pytest.skip("tools/ is only in the repository")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        return importlib.import_module(name)


def page_of(*results: Result) -> str:
    return str(tool("results_page").page(results, {}))


def measured(name: str, seed: int, errors: int, **facts: object) -> Result:
    """A result of the current version of a recipe."""
    digest = Contender.find(f"recipe:{name}", Path()).digest(10)
    measurement = result(name, seed, range(errors), total=10_000)
    return measurement.model_copy(update={"digest": digest, **facts})


def test_the_results_page_lists_goals_reached_missed_and_unmeasured() -> None:
    training = {"train_errors": 270, "train_total": 54_000}
    page = page_of(
        *(measured("fast", seed, errors) for seed, errors in enumerate([90, 84, 96])),
        *(measured("lenet5", seed, 115, **training) for seed in range(5)),
    )
    assert re.search(r"`fast` .* 99\.10 ± 0\.06 % \| 90 ± 6\.0 \| 0\.75 - 1\.05 % \| 3 \|", page)
    assert "The goal of 99 % is reached so far (n = 3)." in page
    assert "The goal of 98.9 % is **not reached**: 98.85 %." in page
    assert "Training accuracy 99.50 %, goal 99.4 %: reached." in page
    assert "0.05 points above the source's 98.8 %" in page
    assert re.search(r"`best` .*\| ≥ 99\.65 % \| not measured yet \|", page)


@pytest.mark.parametrize(
    ("errors", "text"), [(552, "the likely cause, though not proven"), (150, "too far to be")]
)
def test_the_results_page_states_the_outcome_of_the_experiment(errors: int, text: str) -> None:
    assert text in page_of(
        *(measured("lenet5-relu-twice-divided", seed, errors) for seed in (0, 1))
    )


def test_the_results_page_omits_results_of_changed_recipes() -> None:
    other = measured("fast", 0, 90, digest="of a recipe that has changed since")
    assert page_of(other) == page_of()


def test_the_results_tool_covers_all_recipes_and_classical_models() -> None:
    sessions = tool("results").SESSIONS
    # Neither recipes that fine-tune a shipped model nor a finder, which reads no MNIST.
    recipes = [
        name
        for name, recipe in ((name, Recipe.load(name)) for name in builtin_names())
        if not recipe.start_from and not recipe.material
    ]
    assert sorted(name for names in sessions for name in names) == sorted([*recipes, *CLASSICAL])


def test_the_results_page_in_the_repository_is_current() -> None:
    docs = Path(__file__).parent.parent / "docs"
    if not (docs / "results.jsonl").exists():
        pytest.skip("no results yet")
    expected = tool("results_page").page(
        Ledger(docs / "results.jsonl").results, tool("results").known_times()
    )
    assert (docs / "results.md").read_text("utf-8") == expected, "run tools/results.py --page"


# The experiment.


def test_the_experiment_is_lenet5_relu_on_images_scaled_by_1_255() -> None:
    recipe, plain = Recipe.load("lenet5-relu-twice-divided"), Recipe.load("lenet5-relu")
    differs = {"name", "about", "model"}
    assert recipe.model_dump(exclude=differs) == plain.model_dump(exclude=differs)
    dim, usual = build(recipe.model), build(plain.model)
    usual.load_state_dict(dim.state_dict())
    images = torch.rand(5, 1, 28, 28)
    torch.testing.assert_close(dim(images), usual(images / 255))
    assert sum(layer.parameters for layer in layer_table(dim)) == 44_426
    assert all(not bias.any() for name, bias in dim.named_parameters() if "bias" in name)


def test_the_recipe_module_lists_all_classical_models() -> None:
    assert tuple(CLASSICAL) == CLASSICAL_MODELS
