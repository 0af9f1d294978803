"""The house has one order of rooms, and every import goes down it."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import house
import lenet

SOURCE = Path(lenet.__file__).parent

ROOMS = [room.removesuffix("/").removesuffix(".py") for room in house.ROOMS]
HEAVY = {
    "torch",
    "jinja2",
    "skimage",
    "sklearn",
    "matplotlib",
    "onnx",
    "onnxscript",
    "scipy",
    "tensorboard",
    "pyarrow",
    "fsspec",
    "ray",
}


def files_of(room: str) -> list[Path]:
    single = SOURCE / f"{room}.py"
    return [single] if single.exists() else sorted((SOURCE / room).rglob("*.py"))


def imports(tree: ast.AST) -> list[str]:
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def test_every_file_of_the_package_is_in_a_room() -> None:
    found = {path.relative_to(SOURCE).parts[0].removesuffix(".py") for path in SOURCE.rglob("*.py")}
    assert found - {"__init__", "__main__"} == set(ROOMS)


def test_the_readme_shows_the_rooms_in_their_order() -> None:
    readme = SOURCE.parents[1] / "README.md"
    assert house.table() in readme.read_text("utf-8"), "run python tools/house.py --table"


def test_no_file_imports_itself_by_a_detour() -> None:
    assert house.rings() == []


def test_contributing_lists_the_rooms_in_their_order() -> None:
    page = (SOURCE.parent.parent / "CONTRIBUTING.md").read_text("utf-8")
    listed = re.search(r"in this order: ([^.]+)\.", page)
    assert listed
    assert re.split(r",\s+", listed[1]) == ROOMS


@pytest.mark.parametrize("room", ROOMS)
def test_every_import_goes_down(room: str) -> None:
    allowed = {*ROOMS[: ROOMS.index(room) + 1], "__version__"}
    for path in files_of(room):
        for name in imports(ast.parse(path.read_text("utf-8"))):
            if name.startswith("lenet."):
                assert name.split(".")[1] in allowed, f"{path.name} imports {name}"


@pytest.mark.parametrize("room", ["cli", "reader", "server", "server.app"])
def test_reading_and_serving_load_no_training_library(room: str) -> None:
    program = f"import sys, lenet.{room}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert f"lenet.{room}" in loaded
    assert not {name.split(".")[0] for name in loaded} & HEAVY


def test_only_runtime_imports_onnx_runtime() -> None:
    for path in SOURCE.rglob("*.py"):
        named = {name.split(".")[0] for name in imports(ast.parse(path.read_text("utf-8")))}
        assert "onnxruntime" not in named or path.name == "runtime.py", path


def test_one_file_imports_ray_and_only_the_cluster_uses_it() -> None:
    found = [
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if "ray" in {name.split(".")[0] for name in imports(ast.parse(path.read_text("utf-8")))}
    ]
    assert found == ["cluster/on_ray.py"]


def test_nothing_in_the_package_can_run_code_from_a_file() -> None:
    for path in SOURCE.rglob("*.py"):
        text = path.read_text("utf-8")
        for word in ("torch.load", "import pickle", "joblib", "eval(", "exec(", "allow_pickle"):
            assert word not in text.replace(".eval()", ""), f"{path.name} says {word}"
