"""What a person gets who installs the wheel and nothing else."""

import re
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

import lenet

ROOT = Path(__file__).parent.parent
PINS = [
    line
    for line in (ROOT / "constraints.txt").read_text().splitlines()
    if line and not line.startswith("#")
]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
TRAINING_LIBRARIES = {"torch", "matplotlib", "sklearn", "onnx"}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Packages can be installed here; without a network the test is skipped."""
    folder = tmp_path_factory.mktemp("index")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir"]
    smallest = next(line for line in PINS if line.startswith("annotated-doc=="))
    if subprocess.run([*command, "-d", str(folder), smallest], capture_output=True).returncode:
        pytest.skip("no package index can be reached from here")


@pytest.fixture(scope="module")
def wheel(index: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir"]
    subprocess.run([*command, str(folder), str(ROOT)], check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_holds_weights_recipes_pictures_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for name in (
        "weights/lenet5/model.onnx",
        "weights/lenet5/layers.json",
        "weights/lenet5/run.json",
        "weights/reader/model.onnx",
        "experiment/report.html",
        "recipe/recipes/lenet5.toml",
        "pictures/",
        "py.typed",
    ):
        assert any(name in entry for entry in names), name
    assert all(entry.startswith(("lenet/", "lenet-")) for entry in names)


def test_the_wheel_predicts_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "empty", with_pip=True)
    python = tmp_path / "empty" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    install: list[str | Path] = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "-c",
        ROOT / "constraints.txt",
        wheel,
    ]
    subprocess.run(install, check=True, capture_output=True)
    (picture,) = (ROOT / "src/lenet/pictures").glob("3-*.png")
    done = subprocess.run(
        [python, "-m", "lenet", "predict", picture],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert "  3  " in done.stdout
    listed = subprocess.run([python, "-m", "pip", "list"], capture_output=True, text=True).stdout
    assert not TRAINING_LIBRARIES & set(listed.lower().split())
    refused = subprocess.run([python, "-m", "lenet", "train"], capture_output=True, text=True)
    assert refused.returncode == 2
    assert "pip install 'lenet[train]'" in refused.stderr


@pytest.mark.slow
def test_the_sdist_has_all_that_the_wheel_needs(wheel: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "build", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (from_sdist,) = tmp_path.glob("*.whl")
    assert zipfile.ZipFile(from_sdist).namelist() == zipfile.ZipFile(wheel).namelist()
    (sdist,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for name in ("LICENSE", "constraints.txt", "tests/conftest.py", "Makefile", "docs/cli.md"):
        assert name in names, name


def names_of(requirements: list[str]) -> list[str]:
    """The names of the packages that are asked for."""
    return [re.split(r"[\[><=;]", requirement)[0] for requirement in requirements]


def test_every_dependency_is_pinned_exactly() -> None:
    assert all(line.count("==") == 1 for line in PINS)
    assert "torch==2.13.0" in PINS
    pinned = {line.partition("==")[0].lower().replace("_", "-") for line in PINS}
    extras = PROJECT["project"]["optional-dependencies"].values()
    groups = PROJECT["dependency-groups"].values()
    asked = [
        *PROJECT["project"]["dependencies"],
        *(name for extra in extras for name in extra),
        *(name for group in groups for name in group if isinstance(name, str)),
        *PROJECT["build-system"]["requires"],
    ]
    for name in names_of(asked):
        assert name in pinned, name


def test_what_only_development_needs_is_not_published() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    assert set(extras) == {"train", "serve", "tensorboard", "documents", "parquet", "cluster"}
    published = {name for extra in extras.values() for name in names_of(extra)}
    for name in ("pytest", "ruff", "mypy", "coverage", "pdoc"):
        assert name not in published


def test_the_home_of_the_project_is_the_same_everywhere() -> None:
    urls = PROJECT["project"]["urls"]
    assert all(url.startswith(urls["Repository"]) for url in urls.values())
    assert f"repository-code: {urls['Repository']}\n" in (ROOT / "CITATION.cff").read_text()


def test_the_versions_agree() -> None:
    assert version("lenet") == lenet.__version__
    assert f"version: {lenet.__version__}" in (ROOT / "CITATION.cff").read_text()
