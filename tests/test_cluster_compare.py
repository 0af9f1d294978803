"""Comparing on Ray: the table of one machine, and no cell trained twice."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bulk import kill, wait_for
from clusters import Cluster, actors, running
from command import run_lenet
from lenet.comparison import LEDGER

pytest.importorskip("ray", reason="Ray is not installed: pip install 'lenet[cluster]'")
pytestmark = pytest.mark.cluster

QUICK = 'model = "lenet5"\ndata = "uci-digits"\nbatch = 32\nlearning_rate = 6e-3\nepochs = 2\n'


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with running(cpus=2) as started:
        yield started


@pytest.fixture(scope="module")
def recipes(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("recipes")
    for name in ("quick", "equal"):
        (folder / f"{name}.toml").write_text(QUICK)
    return [str(folder / f"{name}.toml") for name in ("quick", "equal")]


def table(said: str) -> list[dict[str, Any]]:
    """The standings without what a clock has measured."""
    standings: list[dict[str, Any]] = json.loads(said)["contenders"]
    for standing in standings:
        del standing["training_seconds"], standing["milliseconds_per_image"]
    return standings


def compare(words: list[str], runs: Path, environment: dict[str, str], *more: str) -> Any:
    command = ("compare", *words, "--seeds", "2", "--runs", runs, "--json", "--device", "cpu")
    return run_lenet(*command, *more, env={**environment, "OMP_NUM_THREADS": "1"})


def test_the_table_is_the_local_one_and_equal_cells_are_trained_once(
    cluster: Cluster, recipes: list[str], tmp_path: Path
) -> None:
    words = [*recipes, "knn"]
    done = compare(words, tmp_path / "ray", cluster.environment, "--workers", "ray")
    assert done.returncode == 0, done.stderr
    assert "training with Ray at 127.0.0.1:" in done.stderr
    local = compare(words, tmp_path / "local", dict(os.environ))
    assert table(done.stdout) == table(local.stdout)
    for folder in ("ray", "local"):
        assert len((tmp_path / folder / LEDGER).read_text().splitlines()) == 3
        assert len(list((tmp_path / folder).glob("*/run.json"))) == 2
    again = compare(words, tmp_path / "ray", cluster.environment, "--workers", "ray")
    assert table(again.stdout) == table(done.stdout)
    assert "training with" not in again.stderr


def test_a_cell_whose_actor_is_killed_is_resumed_and_not_trained_anew(
    cluster: Cluster, recipes: list[str], tmp_path: Path
) -> None:
    import threading

    runs = tmp_path / "runs"

    def end_one() -> None:
        wait_for(lambda: list(runs.glob("*/resume.safetensors")), 200)
        kill(actors("Trainer")[0])

    killer = threading.Thread(target=end_one)
    killer.start()
    done = compare(recipes[:1], runs, cluster.environment, "--workers", "ray")
    killer.join()
    assert done.returncode == 0, done.stderr
    assert len((runs / LEDGER).read_text().splitlines()) == 2
    assert len(list(runs.glob("*/run.json"))) == 2
    local = compare(recipes[:1], tmp_path / "local", dict(os.environ))
    assert table(done.stdout) == table(local.stdout)
