import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest
from PIL import Image

import lenet
from command import complaint, loaded_modules, on_a_terminal, run_lenet
from lenet.datasets import SOURCES
from lenet.run import Run

PICTURES = Path(str(resources.files("lenet").joinpath("pictures")))
THREE = next(PICTURES.glob("3-*.png"))


def test_version_is_that_of_the_package() -> None:
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


def test_help_and_predict_load_no_training_library() -> None:
    heavy = {"torch", "matplotlib", "sklearn", "onnx", "scipy"}
    assert not loaded_modules("--help") & (heavy | {"numpy", "onnxruntime", "cv2", "pooch"})
    assert not loaded_modules("predict", THREE) & heavy


def test_evaluate_needs_no_torch(quick_run: Run) -> None:
    modules = loaded_modules("evaluate", quick_run.folder)
    assert "sklearn" in modules
    assert "torch" not in modules


def test_train_prints_epochs_to_stderr_and_the_result_to_stdout(tmp_path: Path) -> None:
    done = run_lenet(
        *("train", "--data", "uci-digits", "--set", "epochs=2", "--set", "batch=32"),
        *("--seed", 3, "--no-report", "--runs", tmp_path),
    )
    assert done.returncode == 0, done.stderr
    assert (
        len(re.findall(r"^epoch \d/2  loss [\d.]+  validation \d+ errors", done.stderr, re.M)) == 2
    )
    assert done.stderr.startswith(
        "uci-digits: 10 classes, 0 1 2 3 4 5 6 7 8 9; "
        "smallest class 8 with 125 images, largest 1 with 131\n"
        "equal images: none\n"
        "split: 1,294 to train on, 144 held out, 359 to test\n"
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


def test_predict_can_use_a_run_folder(quick_run: Run) -> None:
    done = run_lenet("predict", "--model", quick_run.folder, THREE)
    assert done.returncode == 0, done.stderr


def test_show_model_prints_the_arithmetic_of_each_layer() -> None:
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
        (["train", "--resume", "nowhere"], 2, "no model 'nowhere': there are: finder, lenet5"),
        (
            ["train", "--resume", "x", "--seed", "1"],
            2,
            "--resume goes on with the run's own recipe",
        ),
        (
            ["train", "--resume", "x", "--runs", "y"],
            2,
            "leave out --recipe, --set, --data, --skip-broken, --start-from",
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


def test_a_reader_of_stdout_that_leaves_is_no_error() -> None:
    command = f"{sys.executable} -m lenet recipes --json | true"
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert done.stderr == ""


CLOSED = {
    "stdin": "<&-",
    "stdout": ">&-",
    "stderr": "2>&-",
    "stdout and stderr": ">&- 2>&-",
    "all three": "<&- >&- 2>&-",
}


def with_closed(streams: str, *words: object) -> subprocess.CompletedProcess[str]:
    """Run `lenet` from a shell that closes some of its standard streams."""
    command = f"{sys.executable} -m lenet {shlex.join(map(str, words))} {CLOSED[streams]}"
    return subprocess.run(command, shell=True, capture_output=True, text=True)


@pytest.mark.parametrize("streams", CLOSED)
def test_a_closed_stream_only_loses_its_own_output(streams: str, tmp_path: Path) -> None:
    drawing = tmp_path / "three.png"
    done = with_closed(streams, "predict", THREE, "--explain", drawing)
    shown = "" if ">&-" in CLOSED[streams].replace("2>&-", "") else f"{THREE}  3  "
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(shown)
    assert bool(done.stdout) == bool(shown)
    with Image.open(drawing) as picture:  # no output went into a file that was opened later
        picture.load()


@pytest.mark.parametrize("streams", ["stdout", "stderr", "stdout and stderr"])
def test_an_error_keeps_its_exit_code_when_a_stream_is_closed(streams: str) -> None:
    done = with_closed(streams, "recipes", "lenet6")
    assert (done.returncode, done.stdout) == (2, "")
    assert ("no recipe 'lenet6'" in done.stderr) is (streams == "stdout")
    assert "Traceback" not in done.stderr


def test_a_closed_stdin_holds_no_picture() -> None:
    done = with_closed("stdin", "predict", "-")
    assert done.returncode == 3
    assert complaint(done).startswith("standard input is empty")


@pytest.mark.parametrize("words", [["recipes", "lenet6"], ["predict", "http://127.1/3.png"]])
def test_lenet_debug_prints_the_chain_of_causes(words: list[str]) -> None:
    plain = run_lenet(*words, env={**os.environ, "LENET_DEBUG": "0"})
    debug = run_lenet(*words, env={**os.environ, "LENET_DEBUG": "1"})
    assert debug.returncode == plain.returncode
    assert plain.stderr.count("\n") == 1
    traceback, _, line = debug.stderr.strip().rpartition("\n")
    assert line + "\n" == plain.stderr
    assert traceback.startswith("Traceback (most recent call last):")
    if words[0] == "predict":
        causes = ["ipaddress.AddressValueError", "RefusalError", "lenet.errors.PictureError"]
        assert [traceback.count(f"\n{cause}") > 0 for cause in causes[::2]] == [True, True]
        assert causes[1] in traceback
        assert "direct cause" in traceback


def test_a_table_in_a_pipe_is_a_line_per_row_without_trailing_spaces() -> None:
    done = run_lenet("data", "list", env={**os.environ, "COLUMNS": "40"})
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(SOURCES)
    assert all(line == line.rstrip() for line in lines)


def test_a_table_wraps_text_on_a_terminal_and_never_a_number() -> None:
    _, shown = on_a_terminal("recipes", environment={"COLUMNS": "80", "NO_COLOR": "1"})
    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown).splitlines()
    assert max(map(len, lines)) <= 80
    assert any(
        re.fullmatch(r"lenet5 +61,706 +416,520 +10 +99\.\d\d ± .* \(5\)", line) for line in lines
    )
    _, narrow = on_a_terminal("recipes", environment={"COLUMNS": "60", "NO_COLOR": "1"})
    assert "    multiply-adds: 416,520" in narrow


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


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
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


def test_a_picture_with_an_odd_name_is_read(tmp_path: Path) -> None:
    for name in ("-x.png", "[red]3.png", "ünï cödé.png"):
        shutil.copy(THREE, tmp_path / name)
        done = run_lenet("predict", "--", name, cwd=tmp_path)
        assert done.stdout.startswith(f"{name}  3"), done.stderr


def test_a_missing_training_library_names_the_extra_to_install(tmp_path: Path) -> None:
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
