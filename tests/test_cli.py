import json
import re
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest
from PIL import Image

import lenet
from command import complaint, loaded_modules, run_lenet
from lenet.run import Run

PICTURES = Path(str(resources.files("lenet").joinpath("pictures")))
THREE = next(PICTURES.glob("3-*.png"))


def test_version_is_the_packages_own() -> None:
    assert run_lenet("--version").stdout == f"lenet {lenet.__version__}\n"


VERBS = [
    "demo",
    "train",
    "evaluate",
    "export",
    "predict",
    "compare",
    "serve",
    "recipes",
    "show",
    "data",
]
VERBS += [
    f"show {what}"
    for what in ["data", "model", "run", "filters", "embedding", "layers", "attention"]
]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_and_a_sentence_in_it(verb: str) -> None:
    done = run_lenet(*verb.split(), "--help")
    assert done.returncode == 0
    assert "Usage: lenet" in done.stdout
    assert re.search(r"[A-Z][^│╭╰]+\.", done.stdout)


def test_the_reading_half_of_the_command_line_loads_no_training_library() -> None:
    heavy = {"torch", "matplotlib", "sklearn", "onnx", "scipy"}
    assert not loaded_modules("--help") & (heavy | {"numpy", "onnxruntime", "cv2", "pooch"})
    assert not loaded_modules("predict", THREE) & heavy


def test_evaluate_needs_no_torch(quick_run: Run) -> None:
    modules = loaded_modules("evaluate", quick_run.folder)
    assert "sklearn" in modules
    assert "torch" not in modules


def test_train_prints_a_line_per_epoch_to_stderr_and_the_result_to_stdout(tmp_path: Path) -> None:
    done = run_lenet(
        *("train", "--data", "uci-digits", "--set", "epochs=2", "--set", "batch=32"),
        *("--seed", 3, "--no-report", "--runs", tmp_path),
    )
    assert done.returncode == 0, done.stderr
    assert (
        len(re.findall(r"^epoch \d/2  loss [\d.]+  validation \d+ errors", done.stderr, re.M)) == 2
    )
    assert re.search(r"^test +\d+ errors in 359 \([\d.]+ %\), 95 % interval", done.stdout, re.M)
    run = Run.open(tmp_path / "lenet5-1")
    assert run.recipe.seed == run.manifest.seed == 3
    assert run.recipe.data == ("uci-digits",)


def test_evaluate_prints_counts_classes_and_confusion(quick_run: Run) -> None:
    done = run_lenet("evaluate", quick_run.folder)
    assert done.returncode == 0
    assert re.search(
        r"^\d+ errors in 359 \([\d.]+ %\), 95 % interval [\d.]+ - [\d.]+ %", done.stdout
    )
    for word in ("precision", "recall", "F1", "support", "macro average", "weighted", "truth"):
        assert word in done.stdout
    value = json.loads(run_lenet("evaluate", quick_run.folder, "--json").stdout)
    assert sum(map(sum, value["confusion"])) == 359


def test_predict_prints_the_digit_and_its_probability() -> None:
    done = run_lenet("predict", THREE)
    assert done.returncode == 0
    assert re.fullmatch(rf"{re.escape(str(THREE))}  3  (> )?[\d.]+ %\n", done.stdout)


def test_predict_as_json_is_one_reading_per_line_in_the_order_given(tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_text("hello")
    done = run_lenet("predict", "--json", THREE, bad, THREE)
    assert done.returncode == 3
    first, second, third = map(json.loads, done.stdout.splitlines())
    assert first == third
    assert first["text"] == "3"
    assert set(second) == {"picture", "error"}


def test_predict_can_use_a_run_of_ones_own(quick_run: Run) -> None:
    done = run_lenet("predict", "--model", quick_run.folder, THREE)
    assert done.returncode == 0, done.stderr


def test_show_model_spells_the_arithmetic_out() -> None:
    text = run_lenet("show", "model", "lenet5").stdout
    assert "(32 + 2·0 − 5)/1 + 1 = 28" in text
    assert re.search(r"total +61,706 +416,520", text)
    rows = json.loads(run_lenet("show", "model", "lenet5", "--json").stdout)
    assert sum(row["parameters"] for row in rows) == 61_706


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (["train", "--recipe", "lenet-5"], 2, "no recipe 'lenet-5': did you mean lenet5"),
        (["train", "--recipe", "knn"], 2, "knn is a classical model: `lenet compare knn"),
        (["show", "layers", THREE, "--model", "knn", "-o", "x.png"], 2, "no feature maps; choose"),
        (["train", "--set", "epochs=0"], 2, "epochs: input should be greater than or equal to 1"),
        (["train", "--set", "epoch=1"], 2, "no field 'epoch': did you mean epochs"),
        (["train", "--data", "mnits"], 2, "no dataset 'mnits': did you mean mnist"),
        (["train", "--data", "uci-digits", "--device", "gpu"], 2, "no device 'gpu'"),
        (["train", "--resume", "runs/nowhere"], 5, "no run folder runs/nowhere"),
        (["train", "--resume", "nowhere"], 2, "no model 'nowhere': there are: lenet5"),
        (
            ["train", "--resume", "x", "--seed", "1"],
            2,
            "--resume goes on with the run's own recipe",
        ),
        (
            ["train", "--resume", "x", "--runs", "y"],
            2,
            "leave out --recipe, --set, --data, --start-from",
        ),
        (["show", "model", "lenet-5"], 2, "no model 'lenet-5': did you mean lenet5"),
        (["predict", "--model", "lenet-5", THREE], 2, "no model 'lenet-5': did you mean lenet5"),
        (["predict", "--model", "runs/none", THREE], 5, "no run folder runs/none"),
        (["evaluate", "nothing"], 2, "no model 'nothing'"),
        (["predict", "missing.png"], 3, "missing.png"),
        (["predict", "."], 3, "folder without pictures"),
    ],
)
def test_a_mistake_is_one_line_and_its_exit_code(
    words: list[object], code: int, text: str, tmp_path: Path
) -> None:
    done = run_lenet(*words, cwd=tmp_path)
    assert done.returncode == code
    assert text in complaint(done)
    assert done.stdout == ""


def test_a_name_with_odd_characters_in_it_is_still_one_line(tmp_path: Path) -> None:
    assert complaint(run_lenet("evaluate", "runs/a\nb\x1b", cwd=tmp_path)).startswith(
        r"no run folder runs/a\nb\x1b"
    )
    long = run_lenet("evaluate", "runs/" + "x" * 300, cwd=tmp_path)
    assert long.returncode == 5
    assert complaint(long).startswith("no run folder runs/xxx")


def test_output_that_nobody_reads_to_its_end_is_no_error_to_speak_of() -> None:
    command = f"{sys.executable} -m lenet recipes --json | true"
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert done.stderr == ""


def test_an_unknown_verb_or_option_is_a_usage_error() -> None:
    assert run_lenet("trian").returncode == 2
    assert run_lenet("train", "--recpie", "x").returncode == 2
    assert run_lenet("predict").returncode == 2


def test_an_altered_model_is_refused(quick_run: Run, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(quick_run.folder, tmp_path / "altered"))
    content = bytearray((folder / "model.onnx").read_bytes())
    content[1000] ^= 0x10
    (folder / "model.onnx").write_bytes(content)
    done = run_lenet("predict", "--model", folder, THREE)
    assert done.returncode == 5
    assert "was altered: its SHA-256 is" in complaint(done)


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = run_lenet(
        *(
            "train",
            "--data",
            "uci-digits",
            "--set",
            "epochs=1",
            "--runs",
            tmp_path / "file" / "runs",
        )
    )
    assert done.returncode == 4
    assert "cannot write" in complaint(done)


def test_a_picture_named_like_an_option_or_with_odd_characters_is_read(tmp_path: Path) -> None:
    for name in ("-x.png", "[red]3.png", "ünï cödé.png"):
        shutil.copy(THREE, tmp_path / name)
        done = run_lenet("predict", "--", name, cwd=tmp_path)
        assert done.stdout.startswith(f"{name}  3"), done.stderr


def test_training_without_its_libraries_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise ModuleNotFoundError('No torch', name='torch')")
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from lenet.cli import main; main()"
    )
    command = [sys.executable, "-c", program, "show", "model", "lenet5"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert complaint(done) == "this needs torch, which is not installed: pip install 'lenet[train]'"


def test_a_tiff_is_read_from_the_command_line(tmp_path: Path) -> None:
    Image.open(THREE).convert("L").save(tmp_path / "three.tiff")
    assert "  3  " in run_lenet("predict", tmp_path / "three.tiff").stdout
