"""`tools/ship_model.py` puts the model of a finished run into the package."""

import runpy
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lenet.errors import ModelError
from lenet.run import MODEL, Run
from lenet.storage import sha256

TOOL = Path(__file__).parents[1] / "tools/ship_model.py"


@pytest.fixture
def ship(tmp_path: Path) -> Callable[..., Path]:
    if not TOOL.exists():
        pytest.skip("tools/ is only in the repository")
    function: Callable[..., Path] = runpy.run_path(str(TOOL))["ship"]
    function.__globals__["PACKAGE"] = tmp_path
    return function


def test_a_shipped_model_is_what_the_run_has(ship: Callable[..., Path], tmp_path: Path) -> None:
    run = Run.find("finder")
    folder = ship(run, "other")
    assert folder == tmp_path / "other"
    shipped = Run.open(folder)
    assert shipped.read(MODEL) == run.read(MODEL)
    files = {path.name for path in folder.iterdir()}
    assert files == {*shipped.manifest.files, "run.json"}
    assert all(
        sha256((folder / name).read_bytes()) == d for name, d in shipped.manifest.files.items()
    )
    assert "# other" in (folder / "README.md").read_text("utf-8")


def test_a_run_without_a_belief_gets_none(ship: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="has no belief to be fitted anew: leave out --belief"):
        ship(Run.find("lenet5"), "other", new_belief=True)
    assert not (tmp_path / "other").exists()


def test_a_run_that_is_not_finished_is_not_shipped(
    ship: Callable[..., Path], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(Run.find("lenet5").folder, tmp_path / "run"))
    manifest = folder / "run.json"
    manifest.write_text(manifest.read_text("utf-8").replace('"done"', '"diverged"'), "utf-8")
    with pytest.raises(ModelError, match="is diverged: only a finished run is shipped"):
        ship(Run.open(folder), "other")
