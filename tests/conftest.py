"""What several tests stand on."""

import gzip
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

# Many small trainings: a second thread would wait for the first more than it helps.
# The commands that tests start inherit it.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from lenet import experiment
from lenet.recipe import Recipe
from lenet.run import Run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from starlette.testclient import TestClient

    from lenet.server.service import Service
    from live_service import Live


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name bytes by nothing that they hold: archives hold the time, which may change their length.

    All processes need the same names; pytest numbers those that are equal.
    """
    if isinstance(val, bytes) and not (val.isascii() and val.decode().isprintable()):
        return "bytes"
    return None


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


@pytest.fixture(scope="module")
def service() -> "Service":
    """A service of lenet5 that is ready."""
    from services import service_of  # what it imports is not needed by most tests

    return service_of()


@pytest.fixture(scope="module")
def client(service: "Service") -> "Iterator[TestClient]":
    from starlette.testclient import TestClient

    from lenet.server.app import build
    from lenet.server.guard import Policy

    with TestClient(build(service, Policy()), base_url="http://localhost:8000") as client:
        yield client


@pytest.fixture(scope="module")
def both() -> "Iterator[TestClient]":
    """The service with all that ships."""
    from starlette.testclient import TestClient

    from lenet.server.app import build
    from lenet.server.guard import Policy
    from services import SHIPPED, service_of

    app = build(service_of(*SHIPPED), Policy())
    with TestClient(app, base_url="http://localhost:8000") as client:
        yield client


@pytest.fixture(scope="session")
def two() -> NDArray[np.uint8]:
    """The image that a network sees of a 2."""
    from lenet.reader import Reader
    from services import TWO

    return Reader("lenet5").read(TWO, single=True).digits[0].image


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Any]":
    import browser

    with browser.chromium(tmp_path_factory.mktemp("camera")) as running:
        yield running


@pytest.fixture(scope="session")
def served(
    chromium: "Any", tmp_path_factory: pytest.TempPathFactory, quick_run: Run
) -> "Iterator[Live]":
    """A service whose page is looked at; only where there is a browser to do so."""
    from lenet.reader import DEFAULT_MODEL
    from live_service import serving

    place = tmp_path_factory.mktemp("collected") / "corrections.db"
    with serving("lenet5", quick_run.folder, DEFAULT_MODEL, "--collect", place) as live:
        yield live


@pytest.fixture
def open_page(chromium: "Any", served: "Live") -> "Iterator[Any]":
    """Open the page in a window of its own; at the end nothing may have gone wrong in it."""
    from browser import windows

    with windows(chromium, served.address) as opened:
        yield opened
