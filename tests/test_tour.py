"""The notebook, kept with what it shows and running; the page for those who come from elsewhere."""

import re
import subprocess
import sys
from copy import deepcopy
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from typer.main import get_command

from lenet.cli import app
from lenet.recipe import Recipe, builtin_names, measured_outcome

ROOT = Path(__file__).parent.parent
TOUR = ROOT / "notebooks/tour.ipynb"
MOST = 1_500_000  # bytes


@pytest.fixture(scope="module")
def tour() -> Any:
    if not TOUR.exists():
        pytest.skip("notebooks/ comes with the repository only")
    return nbformat.read(TOUR, as_version=4)  # type: ignore[no-untyped-call]


def code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook: Any) -> list[Any]:
    return [output for cell in code(notebook) for output in cell.outputs]


def printed(notebook: Any) -> str:
    """Everything that its cells print."""
    return "".join(output.get("text", "") for output in outputs(notebook))


def drawings(notebook: Any) -> int:
    return sum("image/png" in output.get("data", {}) for output in outputs(notebook))


def test_the_notebook_was_run_from_top_to_bottom_on_mnist(tour: Any) -> None:
    nbformat.validate(tour)
    cells = code(tour)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert {output.output_type for output in outputs(tour)} <= {"stream", "execute_result"}
    assert all(output.get("name", "stdout") == "stdout" for output in outputs(tour))
    assert "mnist: 60,000 images to learn from" in printed(tour), "run it with MNIST at hand"
    assert drawings(tour) >= 12


def test_the_notebook_holds_no_times_and_no_paths(tour: Any) -> None:
    text = TOUR.read_text("utf-8")
    assert len(text.encode()) < MOST
    assert not re.search(r"iopub|shell\.execute|\d{4}-\d\d-\d\d", text)
    shown = "".join(str({**output, "data": None}) for output in outputs(tour)) + "".join(
        str(output["data"].get("text/plain")) for output in outputs(tour) if "data" in output
    )
    assert not re.search(r"(^|[\s'\"(])(/\w+/|~/|[A-Z]:\\)", shown), "a path of some machine"
    assert all(not cell.metadata for cell in tour.cells)


def test_the_notebook_is_formatted_as_the_rest_of_the_source(tour: Any) -> None:
    for words in (["format", "--check"], ["check"]):
        command = [sys.executable, "-m", "ruff", *words, str(TOUR)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_file_that_the_notebook_links_to_exists(tour: Any) -> None:
    prose = "".join(cell.source for cell in tour.cells if cell.cell_type == "markdown")
    links = re.findall(r"\]\(([^)#]+)", prose)
    assert links
    for link in links:
        assert (TOUR.parent / link).exists(), link


@pytest.mark.slow
def test_the_notebook_runs_without_mnist(
    tour: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LENET_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    where, copy = {"metadata": {"path": str(tmp_path)}}, deepcopy(tour)
    NotebookClient(copy, timeout=300, kernel_name="python3", resources=where).execute()
    text = printed(copy)
    assert "uci-digits: 1,438 images to learn from, 359 to be tested on" in text
    assert re.search(r"^read: \d$", text, re.M)
    assert "torch and ONNX agree: True" in text
    accuracy = re.search(r"accuracy ([\d.]+) %", text)
    assert accuracy
    assert float(accuracy[1]) > 95
    assert drawings(copy) >= 12


# docs/coming-from.md


@pytest.fixture(scope="module")
def page() -> str:
    path = ROOT / "docs/coming-from.md"
    if not path.exists():
        pytest.skip("docs/ come with the repository only")
    return path.read_text("utf-8")


def test_every_command_on_the_page_exists(page: str) -> None:
    commands = [code.split()[1:] for code in re.findall(r"`(lenet [a-z][^`]*)`", page)]
    assert len(commands) > 25
    for verb, *words in commands:
        command: Any = get_command(app)
        for word in (verb, *words):
            if hasattr(command, "commands"):
                assert word in command.commands, " ".join((verb, *words))
                command = command.commands[word]
        known = {option for param in command.params for option in param.opts}
        asked = {word for word in words if word.startswith("-")}
        assert asked <= known, " ".join((verb, *words))
        for option, value in pairwise(words):
            if option == "--recipe":
                assert value in builtin_names()


def test_every_accuracy_on_the_page_is_the_measured_one(page: str) -> None:
    outcomes = [measured_outcome(Recipe.load(name)) for name in builtin_names()]
    measured = {
        f"{100 * each.accuracy:.2f} ± {100 * each.accuracy_sd:.2f} %"
        for each in outcomes
        if each and each.accuracy_sd is not None
    }
    quoted = re.findall(r"[\d.]+ ± [\d.]+ %", page)
    assert quoted
    assert set(quoted) <= measured
