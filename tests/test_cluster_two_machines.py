"""Reading in bulk on two machines with addresses of their own, of which one is lost."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bulk import leftovers, parts, pictures, planned, read, rows_in, wait_for
from clusters import actors
from namespaces import Machine, cluster_of, two_machines

if TYPE_CHECKING:
    from subprocess import Popen

pytest.importorskip("ray", reason="Ray is not installed: pip install 'lenet[cluster]'")
pytestmark = pytest.mark.cluster

PICTURES, SHARD = 1_200, 50
WORDS = ("predict", "scans", "--single", "--shard-items", str(SHARD), "--workers", "ray", "--json")


@pytest.fixture
def machines() -> Iterator[tuple[Machine, Machine]]:
    with two_machines() as both:
        yield both


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bulk")
    pictures(folder / "scans", PICTURES)
    return folder


@pytest.fixture(scope="module")
def expected(scans: Path) -> dict[str, bytes]:
    """The part files that this machine writes alone."""
    here = Path.cwd()
    os.chdir(scans)
    try:
        read(["scans"], scans / "local", workers=2, shard_items=SHARD)
    finally:
        os.chdir(here)
    return parts(scans / "local")


def start(machine: Machine, address: str, where: Path, out: Path) -> "Popen[str]":
    command = [sys.executable, "-m", "lenet", *WORDS, "--to", str(out)]
    there = Machine(machine.name, machine.address, {**machine.environment, "RAY_ADDRESS": address})
    return there.popen(command, cwd=where)


def on(machine: Machine) -> list[int]:
    """The actors of a machine."""
    return sorted(set(actors()) & set(machine.processes()))


@pytest.mark.parametrize("loss", ["power", "cable"])
def test_both_machines_read_and_the_loss_of_one_loses_nothing(
    machines: tuple[Machine, Machine],
    scans: Path,
    expected: dict[str, bytes],
    tmp_path: Path,
    loss: str,
) -> None:
    first, second = machines
    out = tmp_path / "out"
    with cluster_of(first, second) as address:
        process = start(first, address, scans, out)
        wait_for(lambda: on(first) and on(second), 120)
        wait_for(lambda: len(list(out.glob("part-*"))) >= 4, 120)
        if loss == "power":
            second.end_all()
        else:
            second.pull_the_cable()
        said, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
    events = [json.loads(line) for line in said.splitlines()]
    [workers] = [event["workers"] for event in events if event["event"] == "workers"]
    assert f"Ray at {address}: 2 cores on 2 machines" in workers
    assert (events[-1]["read"], events[-1]["failed"]) == (PICTURES, {})
    assert [row["picture"] for row in rows_in(out)] == planned(out)
    assert parts(out) == expected
    assert leftovers(out) == []


def test_without_the_token_nobody_reads_on_the_cluster(
    machines: tuple[Machine, Machine], scans: Path, tmp_path: Path
) -> None:
    first, second = machines
    with cluster_of(first, second) as address:
        (Path(second.environment["HOME"]) / ".ray/auth_token").write_text("0" * 64)
        process = start(second, address, scans, tmp_path / "out")
        said, err = process.communicate(timeout=300)
    assert process.returncode == 4, said + err
    [line] = [line for line in err.splitlines() if line.startswith("lenet: ")]
    assert line.startswith(f"lenet: Ray at {address} cannot be used: ")
    assert "the token (RAY_AUTH_MODE=token, ~/.ray/auth_token)" in line
    assert parts(tmp_path / "out") == {}
