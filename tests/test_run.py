import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import torch

from lenet.errors import DataError, ModelError, UsageError
from lenet.recipe import Recipe
from lenet.run import MODEL, Manifest, Run
from lenet.storage import read_tensors, safetensors_bytes, weights_digest, write_atomically

MANIFEST = Manifest(
    started="2026-01-01T00:00:00+00:00", seed=0, device="cpu", threads=1, versions={}
)


@pytest.fixture
def copied_run(quick_run: Run, tmp_path: Path) -> Run:
    return Run.open(Path(shutil.copytree(quick_run.folder, tmp_path / "copied")))


def test_each_training_gets_its_own_folder(tmp_path: Path) -> None:
    recipe = Recipe(name="lenet5")
    names = [Run.create(recipe, MANIFEST, tmp_path).folder.name for _ in range(3)]
    assert names == ["lenet5-1", "lenet5-2", "lenet5-3"]


def test_trainings_that_start_at_the_same_moment_do_not_share_a_folder(tmp_path: Path) -> None:
    folders: list[Path] = []

    def create() -> None:
        folders.append(Run.create(Recipe(name="x"), MANIFEST, tmp_path).folder)

    threads = [threading.Thread(target=create) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(folders)) == 16
    assert {path.name for path in tmp_path.iterdir()} == {f"x-{n}" for n in range(1, 17)}


def test_a_recipe_name_cannot_lead_out_of_the_runs_folder(tmp_path: Path) -> None:
    run = Run.create(Recipe(name="../../etc/x"), MANIFEST, tmp_path / "runs")
    assert run.folder.parent == tmp_path / "runs"


def test_a_finished_run_holds_a_digest_for_every_file(quick_run: Run) -> None:
    there = {path.name for path in quick_run.folder.iterdir()}
    assert there == {
        "recipe.toml",
        "model.safetensors",
        "model.onnx",
        "layers.onnx",
        "layers.json",
        "history.jsonl",
        "scores.json",
        "mistakes.json",
        "embedding.json",
        "measured.json",
        "README.md",
        "report.html",
        "figures",
        "run.json",
    }
    files = {
        path.relative_to(quick_run.folder).as_posix()
        for path in quick_run.folder.rglob("*")
        if path.is_file()
    }
    assert set(quick_run.manifest.files) == files - {"run.json"}


def test_an_altered_file_is_refused_by_its_digest(copied_run: Run) -> None:
    content = bytearray(copied_run.read(MODEL))
    content[len(content) // 2] ^= 1
    (copied_run.folder / MODEL).write_bytes(content)
    with pytest.raises(
        ModelError, match=r"model\.onnx was altered: its SHA-256 is .*run\.json says"
    ):
        copied_run.read(MODEL)


def test_the_error_for_a_missing_file_names_it(copied_run: Run) -> None:
    (copied_run.folder / MODEL).unlink()
    with pytest.raises(ModelError, match=r"cannot read .*model\.onnx: No such file"):
        copied_run.read(MODEL)


def test_the_error_for_an_unfinished_run_says_how_to_resume_it(tmp_path: Path) -> None:
    run = Run.create(Recipe(name="x"), MANIFEST, tmp_path)
    with pytest.raises(ModelError, match=r"has no model\.onnx: .*lenet train --resume .*x-1"):
        run.read(MODEL)


def test_a_folder_that_is_not_a_run_is_refused(tmp_path: Path, copied_run: Run) -> None:
    with pytest.raises(ModelError, match=r"is not a run folder: it has no run\.json"):
        Run.open(tmp_path)
    with pytest.raises(ModelError, match="no run folder .*nowhere; `lenet train` makes one"):
        Run.open(tmp_path / "nowhere")
    (copied_run.folder / "run.json").write_text("{}")
    with pytest.raises(ModelError, match=r"is broken: run\.json or recipe\.toml cannot be read"):
        Run.open(copied_run.folder)


def test_a_missing_run_is_refused_with_the_nearest_name(copied_run: Run) -> None:
    missing = copied_run.folder.with_name("copide")
    with pytest.raises(ModelError, match=r"no run folder .*copide; did you mean .*copied\?"):
        Run.find(missing)


def test_a_folder_of_the_same_name_does_not_hide_a_shipped_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lenet5").mkdir()
    monkeypatch.chdir(tmp_path)
    assert Run.find("lenet5").recipe.model == "lenet5"


def test_an_edited_recipe_is_refused(copied_run: Run) -> None:
    path = copied_run.folder / "recipe.toml"
    path.write_text(path.read_text().replace("seed = 0", "seed = 5"))
    with pytest.raises(ModelError, match=r"recipe\.toml was altered"):
        Run.open(copied_run.folder)


def test_a_folder_that_could_not_be_made_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(DataError, match="cannot write .*No space left on device"):
        Run.create(Recipe(name="x"), MANIFEST, tmp_path)
    assert not list(tmp_path.iterdir())


def test_an_altered_weights_file_is_refused(tmp_path: Path) -> None:
    content = bytearray(safetensors_bytes({"k": torch.rand(100)}, {"loss": 1}))
    content[-7] ^= 4
    (tmp_path / "x.safetensors").write_bytes(content)
    with pytest.raises(ModelError, match=r"x\.safetensors was altered: its digest differs"):
        read_tensors(tmp_path / "x.safetensors")


def test_a_run_of_another_contract_is_refused(copied_run: Run) -> None:
    facts = json.loads((copied_run.folder / "run.json").read_text())
    (copied_run.folder / "run.json").write_text(json.dumps({**facts, "contract": 99}))
    with pytest.raises(ModelError, match="has format version 99, this lenet reads 1"):
        Run.open(copied_run.folder)


def test_an_unknown_model_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UsageError, match="no model 'lenet-5': did you mean lenet5"):
        Run.find("lenet-5")


def test_a_model_is_found_by_its_name_its_folder_and_its_onnx_file(quick_run: Run) -> None:
    assert Run.find("lenet5").recipe.model == "lenet5"
    assert Run.find(quick_run.folder).folder == quick_run.folder
    assert Run.find(quick_run.folder / "model.onnx").folder == quick_run.folder


def test_an_interrupted_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"old")

    def refuse(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(DataError, match="cannot write .*file: No space left on device; free some"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_is_complete_after_kill_9_at_any_moment(tmp_path: Path) -> None:
    """The writer is killed again and again; what it leaves is one of the values it wrote."""
    path = tmp_path / "file"
    program = (
        "import sys; from pathlib import Path; from lenet.storage import write_atomically\n"
        "for i in range(100_000): write_atomically(Path(sys.argv[1]), bytes([i % 256]) * 300_000)"
    )
    write_atomically(path, bytes(300_000))
    for pause in (0.15, 0.2, 0.25, 0.3, 0.35):
        writer = subprocess.Popen([sys.executable, "-c", program, str(path)])
        with pytest.raises(subprocess.TimeoutExpired):
            writer.wait(pause)
        writer.kill()
        writer.wait()
        content = path.read_bytes()
        assert len(content) == 300_000
        assert len(set(content)) == 1


def test_the_weights_digest_depends_on_everything_but_their_order() -> None:
    a, b = np.zeros((2, 3), np.float32), np.ones(4, np.float32)
    digest = weights_digest({"a": a, "b": b})
    assert weights_digest({"b": b, "a": a}) == digest
    others: list[dict[str, np.ndarray]] = [
        {"a": a, "c": b},
        {"a": a.reshape(3, 2), "b": b},
        {"a": a.astype(np.float64), "b": b},
        {"a": a, "b": b + 1},
    ]
    assert all(weights_digest(other) != digest for other in others)


def test_tensors_in_any_memory_order_survive_a_round_trip(
    tmp_path: Path,
) -> None:
    kernel = torch.rand(4, 3, 5, 5).to(memory_format=torch.channels_last)
    (tmp_path / "x.safetensors").write_bytes(safetensors_bytes({"k": kernel}, {"loss": 0.1 + 0.2}))
    tensors, facts = read_tensors(tmp_path / "x.safetensors")
    assert torch.equal(tensors["k"], kernel)
    assert facts == {"loss": 0.1 + 0.2}


def test_the_weights_of_a_model_are_read_without_torch() -> None:
    weights = Run.find("lenet5").folder / "model.safetensors"
    program = (
        "import sys; from pathlib import Path; from lenet.storage import read_arrays\n"
        "arrays, facts = read_arrays(Path(sys.argv[1]))\n"
        "print(facts['model'], sum(a.size for a in arrays.values()), 'torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, weights], capture_output=True, text=True, check=True
    )
    tensors, _ = read_tensors(weights)
    assert done.stdout.split() == ["lenet5", str(sum(t.numel() for t in tensors.values())), "False"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x08",
        b"\xff" * 100,
        b"\x80\x04\x95pickle",
        (1 << 62).to_bytes(8, "little") + b"{}",
        (9).to_bytes(8, "little") + b"{not json",
        (2).to_bytes(8, "little") + b"{}",
    ],
    ids=["empty", "short", "noise", "pickle", "huge header", "no json", "not ours"],
)
def test_a_broken_weights_file_is_refused_in_one_line(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.safetensors").write_bytes(content)
    with pytest.raises(ModelError, match=r"x\.safetensors is broken or was not made by lenet"):
        read_tensors(tmp_path / "x.safetensors")
