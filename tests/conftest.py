"""What several tests stand on."""

import gzip
import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

# Many small trainings: a second thread would wait for the first more than it helps.
# The commands that tests start inherit it.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from lenet import experiment
from lenet.recipe import Recipe
from lenet.run import Run

# Small enough to train in seconds: the embedded digits, twice through.
QUICK = {"name": "quick", "data": "uci-digits", "epochs": 2, "batch": 32}


@pytest.fixture(scope="session")
def mnist_dir() -> Path:
    """The folder of the real MNIST; without it the test is skipped."""
    folder = Path(os.environ.get("LENET_DATA", ""))
    if not os.environ.get("LENET_DATA") or not any(folder.glob("t10k-images*")):
        pytest.skip("MNIST is not here: set LENET_DATA to the folder of its four files")
    return folder


@pytest.fixture(scope="session")
def mnist_images(mnist_dir: Path) -> NDArray[np.uint8]:
    """The 10,000 test images."""
    path = next(mnist_dir.glob("t10k-images*"))
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    return np.frombuffer(content, np.uint8, offset=16).reshape(-1, 28, 28)


@pytest.fixture(scope="session")
def quick_recipe() -> Recipe:
    return Recipe.load("lenet5").with_changes(QUICK)


@pytest.fixture(scope="session")
def quick_run(tmp_path_factory: pytest.TempPathFactory, quick_recipe: Recipe) -> Run:
    """A finished run on the embedded digits; tests must not change it."""
    return experiment.train(quick_recipe, runs=tmp_path_factory.mktemp("runs"), device="cpu")
