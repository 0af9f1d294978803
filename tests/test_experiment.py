import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

import lenet
from command import printed
from lenet import experiment
from lenet.datasets import load
from lenet.errors import DataError, ModelError, OutcomeError, UsageError
from lenet.evaluation import evaluate, read_scores
from lenet.reader import Classifier
from lenet.recipe import Recipe
from lenet.run import MODEL, RESUME, Run
from lenet.storage import locked, weights_digest
from lenet.training import Epoch, Watcher, infer


def digest_of(run: Run) -> str:
    weights = experiment.load(run.folder).state_dict()
    return weights_digest({name: np.asarray(tensor) for name, tensor in weights.items()})


def test_a_run_leaves_scores_history_and_card_that_agree(quick_run: Run) -> None:
    scores = read_scores(quick_run)
    history = [json.loads(line) for line in quick_run.read("history.jsonl").splitlines()]
    assert [epoch["epoch"] for epoch in history] == [1, 2]
    assert quick_run.manifest.state == "done"
    assert set(scores) == {"test", "validation", "train"}
    assert scores["test"].total == len(load("uci-digits").test)
    assert scores["validation"].errors == history[-1]["validation_errors"]
    assert scores["test"].summary() in quick_run.read("README.md").decode()
    assert quick_run.manifest.weights in quick_run.read("README.md").decode()


def test_the_recipe_of_a_run_repeats_it_bit_for_bit(quick_run: Run, tmp_path: Path) -> None:
    again = experiment.train(
        str(quick_run.folder / "recipe.toml"), runs=tmp_path, device="cpu", report=False
    )
    assert again.manifest.weights == quick_run.manifest.weights == digest_of(again)


def test_the_exported_network_answers_as_torch_does_on_a_thousand_digits(quick_run: Run) -> None:
    images = load("uci-digits").train.images[:1000]
    network = experiment.load(quick_run.folder)
    expected = torch.softmax(infer(network, images).double(), 1).numpy()
    found = Classifier(quick_run.read(MODEL)).probabilities(images)
    assert np.abs(found - expected).max() <= 1e-5
    assert (found.argmax(1) == expected.argmax(1)).all()


def test_evaluating_again_gives_the_scores_of_the_run(quick_run: Run) -> None:
    scores = read_scores(quick_run)
    assert evaluate(quick_run.folder) == scores["test"]
    assert evaluate(quick_run.folder, part="validation") == scores["validation"]


def test_data_with_other_classes_cannot_be_scored(quick_run: Run, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for i in range(10):
            image = Image.new("L", (28, 28))
            image.paste(255, (8, 4, 14 + i, 24))
            image.save(tmp_path / name / f"{i}.png")
    with pytest.raises(
        DataError, match="the model's classes are 0, 1, .*, but those of .* are a, b"
    ):
        evaluate(quick_run.folder, data=[f"folder:{tmp_path}"])


def test_a_validation_part_that_was_not_held_out_cannot_be_scored(
    quick_recipe: Recipe, tmp_path: Path
) -> None:
    recipe = quick_recipe.with_changes({"validation": 0, "epochs": 1})
    run = experiment.train(recipe, runs=tmp_path, device="cpu", report=False)
    with pytest.raises(UsageError, match="has no validation part"):
        evaluate(run.folder, part="validation")


class StopAfter(Watcher):
    """Stops a training like Ctrl-C does, once an epoch is over."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch

    def passed(self, epoch: Epoch) -> None:
        if epoch.epoch == self.epoch:
            raise KeyboardInterrupt


@pytest.fixture
def stopped(quick_recipe: Recipe, tmp_path: Path) -> Path:
    """The folder of a run that was stopped after its first epoch."""
    with pytest.raises(KeyboardInterrupt):
        experiment.train(quick_recipe, runs=tmp_path, device="cpu", watcher=StopAfter(1))
    (folder,) = tmp_path.iterdir()
    return folder


def test_a_resumed_run_ends_with_the_same_weights_and_history(
    quick_run: Run, stopped: Path
) -> None:
    assert Run.open(stopped).manifest.state == "training"
    (stopped / ".model.onnx.123.tmp").write_bytes(b"left behind")
    run = experiment.resume(stopped, report=False)
    assert run.manifest.weights == quick_run.manifest.weights
    assert len(run.read("history.jsonl").splitlines()) == 2
    assert not list(stopped.glob(".*.tmp"))
    assert not (stopped / RESUME).exists()


def test_a_finished_run_or_one_whose_data_changed_is_not_resumed(
    quick_run: Run, stopped: Path
) -> None:
    with pytest.raises(UsageError, match="cannot be resumed, its state is 'done'"):
        experiment.resume(quick_run.folder)
    facts = json.loads((stopped / "run.json").read_text())
    facts["data"]["train_digest"] = "0" * 64
    (stopped / "run.json").write_text(json.dumps(facts))
    with pytest.raises(DataError, match="has changed since the run began"):
        experiment.resume(stopped)


def run_quick(tmp_path: Path, epochs: int, extra: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    words = ["train", "--data", "uci-digits", "--set", "batch=32", "--no-report"]
    words += ["--set", f"epochs={epochs}"]
    return subprocess.Popen(
        [sys.executable, "-m", "lenet", *words, "--runs", str(tmp_path), *extra],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def wait_for_epoch(process: subprocess.Popen[str], epoch: int) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if re.match(rf"epoch +{epoch}/", line):
            return
    raise AssertionError(f"ended before epoch {epoch}")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The run that the stopped ones are held against."""
    folder = tmp_path_factory.mktemp("undisturbed")
    process = run_quick(folder, 6)
    _, talk = process.communicate()
    assert process.returncode == 0, talk
    return Run.open(folder / "lenet5-1")


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)]
)
def test_after_any_signal_a_run_resumes_bit_for_bit(
    number: signal.Signals, code: int, undisturbed: Run, tmp_path: Path
) -> None:
    stopped = run_quick(tmp_path, 6)
    wait_for_epoch(stopped, 3)
    stopped.send_signal(number)
    _, talk = stopped.communicate(timeout=30)
    assert stopped.returncode == code
    (folder,) = tmp_path.iterdir()
    if number != signal.SIGKILL:
        assert f"stopped; resume with: lenet train --resume {folder}" in talk

    resumed = subprocess.run(
        [sys.executable, "-m", "lenet", "train", "--resume", str(folder), "--no-report", "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(resumed.stdout)["manifest"]["weights"] == undisturbed.manifest.weights
    assert len((folder / "history.jsonl").read_text().splitlines()) == 6


def test_a_diverged_run_keeps_the_last_good_weights(quick_recipe: Recipe, tmp_path: Path) -> None:
    # The decay of each step, rate · 10, is 0.8 at first and far beyond 2 once the rate has risen.
    recipe = quick_recipe.with_changes(
        {"optimizer": "sgd", "learning_rate": 2, "weight_decay": 10, "warmup": 0.9, "epochs": 6}
    )
    with pytest.raises(
        OutcomeError, match=r"diverged in epoch (\d+).*weights of epoch \d+ are kept"
    ):
        experiment.train(recipe, runs=tmp_path, device="cpu")
    run = Run.open(tmp_path / "quick-1")
    assert run.manifest.state == "diverged"
    weights = experiment.load(run.folder).state_dict().values()
    assert all(torch.isfinite(weight).all() for weight in weights)
    with pytest.raises(ModelError, match="its training diverged; train again with a lower"):
        run.read(MODEL)


def test_no_folder_is_made_for_a_training_that_cannot_begin(
    quick_recipe: Recipe, tmp_path: Path
) -> None:
    with pytest.raises(DataError):
        experiment.train(
            quick_recipe.with_changes({"data": f"idx:{tmp_path}/nowhere"}), runs=tmp_path / "runs"
        )
    with pytest.raises(UsageError, match="no model 'lenet6': did you mean lenet5"):
        experiment.train(quick_recipe.with_changes({"model": "lenet6"}), runs=tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_a_run_that_another_process_trains_is_not_resumed(stopped: Path) -> None:
    with (
        locked(stopped),
        pytest.raises(ModelError, match="another process is training in .*quick-1: wait for it"),
    ):
        experiment.resume(stopped)


@pytest.mark.parametrize("name", ["resume.safetensors", "recipe.toml"])
def test_a_run_whose_files_were_altered_is_not_resumed(name: str, stopped: Path) -> None:
    content = bytearray((stopped / name).read_bytes())
    content[-2] ^= 1
    (stopped / name).write_bytes(content)
    with pytest.raises(ModelError, match=f"{name} was altered"):
        experiment.resume(stopped)


def test_a_diverging_run_exits_with_1_and_names_the_last_good_weights(
    tmp_path: Path,
) -> None:
    wild = ("optimizer=sgd", "learning_rate=2", "weight_decay=10", "warmup=0.9", "epochs=6")
    changes = [word for change in (*wild, "batch=32") for word in ("--set", change)]
    command = [sys.executable, "-m", "lenet", "train", "--data", "uci-digits", *changes]
    done = subprocess.run([*command, "--runs", str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 1
    assert re.search(r"^lenet: training diverged in epoch \d.*are kept in", done.stderr, re.M)


def test_python_offers_what_the_command_line_does(quick_run: Run) -> None:
    assert lenet.train is experiment.train
    assert isinstance(lenet.load(quick_run.folder), torch.nn.Sequential)
    assert set(lenet.__all__) <= set(dir(lenet))


def peak_megabytes(*words: object) -> tuple[str, float]:
    """What a command prints, and the most memory that was its own.

    Mapped files, the libraries, do not count: how many of their pages are resident depends on how
    the files lie in the page cache, and other processes share them.
    """
    program = (
        "import contextlib, sys\n"
        "from pathlib import Path\n"
        "from lenet.cli import main\n"
        "with contextlib.suppress(SystemExit):\n"
        "    main()\n"
        "lines = Path('/proc/self/status').read_text().splitlines()\n"
        "kilobytes = {line.split()[0]: line.split()[1] for line in lines if line.endswith('kB')}\n"
        "print((int(kilobytes['VmHWM:']) - int(kilobytes['RssFile:'])) / 1024)"
    )
    text, _, peak = printed(program, *words).strip().rpartition("\n")
    return text, float(peak)


def test_an_epoch_of_mnist_needs_less_than_700_megabytes(mnist_dir: Path, tmp_path: Path) -> None:
    text, peak = peak_megabytes("train", "--set", "epochs=1", "--runs", tmp_path)
    assert peak < 700
    scores = read_scores(Run.open(tmp_path / "lenet5-1"))["test"]
    assert scores.total == 10_000
    assert scores.errors < 600
    assert scores.summary() in text


def test_reading_a_megapixel_needs_less_than_160_megabytes(tmp_path: Path) -> None:
    page = Image.new("RGB", (1000, 1000), "ivory")
    ImageDraw.Draw(page).line([(300, 250), (700, 250), (450, 800)], fill="navy", width=40)
    page.save(tmp_path / "7.png")
    text, peak = peak_megabytes("predict", tmp_path / "7.png")
    assert "  7  " in text
    assert peak < 160


class Counting(Watcher):
    """Keeps the count that it heard last."""

    def sees(self, epoch: int, images: int, total: int) -> None:
        self.seen, self.total = images, total


def test_extra_data_are_trained_on_but_not_tested_on(tmp_path: Path, quick_recipe: Recipe) -> None:
    recipe = quick_recipe.with_changes(
        {
            "extra_data": "drawn:300",
            "nondigits": "nondigits:200",
            "validation": 0.1,
            "calibrate": True,
            "epochs": 1,
        }
    )
    watcher = Counting()
    run = experiment.train(recipe, runs=tmp_path, device="cpu", report=False, watcher=watcher)
    plain = load("uci-digits")
    assert run.manifest.data["test"] == len(plain.test)
    assert run.manifest.data["train"] == round(0.9 * len(plain.train)) + 270
    assert run.manifest.data["nondigits"] == 180
    assert watcher.seen == watcher.total == run.manifest.data["train"] + 180
    classifier = Classifier(run.read(MODEL))
    assert classifier.rejection is not None
    assert classifier.temperature != 1
    assert evaluate(run.folder).total == len(plain.test)
