"""The house has one order of rooms, and every import goes down it."""

import ast
from pathlib import Path

import pytest

import lenet

SOURCE = Path(lenet.__file__).parent

# From the top: a room imports only rooms above it.
ROOMS = [
    "errors",
    "storage",
    "web",
    "recipe",
    "measured",
    "picture",
    "drawing",
    "corrections",
    "datasets",
    "models",
    "augment",
    "metrics",
    "run",
    "reader",
    "mistakes",
    "explanation",
    "evaluation",
    "finetuning",
    "inspection",
    "figures",
    "gallery",
    "training",
    "calibration",
    "export",
    "report",
    "experiment",
    "comparison",
    "server",
    "tensorboard",
    "cli",
]
LIGHT = [
    "errors",
    "storage",
    "web",
    "recipe",
    "measured",
    "picture",
    "drawing",
    "corrections",
    "datasets",
    "run",
    "reader",
    "mistakes",
    "explanation",
    "server",
]
HEAVY = {"torch", "jinja2", "sklearn", "matplotlib", "onnx", "onnxscript", "safetensors", "scipy"}


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


@pytest.mark.parametrize("room", ROOMS)
def test_every_import_goes_down(room: str) -> None:
    allowed = {*ROOMS[: ROOMS.index(room) + 1], "__version__"}
    for path in files_of(room):
        for name in imports(ast.parse(path.read_text("utf-8"))):
            if name.startswith("lenet."):
                assert name.split(".")[1] in allowed, f"{path.name} imports {name}"


@pytest.mark.parametrize("room", LIGHT)
def test_the_reading_half_imports_nothing_heavy_before_it_is_needed(room: str) -> None:
    for path in files_of(room):
        for node in ast.parse(path.read_text("utf-8")).body:
            heavy = {name.split(".")[0] for name in imports(node)} & HEAVY
            lazy = isinstance(node, ast.FunctionDef | ast.ClassDef | ast.If)
            assert lazy or not heavy, f"{path.name} imports {heavy} at once"


def test_nothing_in_the_package_can_run_code_from_a_file() -> None:
    for path in SOURCE.rglob("*.py"):
        text = path.read_text("utf-8")
        for word in ("torch.load", "import pickle", "joblib", "eval(", "exec(", "allow_pickle"):
            assert word not in text.replace(".eval()", ""), f"{path.name} says {word}"
