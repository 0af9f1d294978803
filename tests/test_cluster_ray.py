"""Reading in bulk on Ray, on two cores of this machine, while parts of it fail."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bulk import kill, leftovers, parts, pictures, planned, read, rows_in, wait_for
from clusters import Cluster, actors, actors_of, free_port, running
from command import complaint
from documents import endless_pdf

ray = pytest.importorskip("ray", reason="Ray is not installed: pip install 'lenet[cluster]'")
pytestmark = pytest.mark.cluster

PICTURES, SHARD = 1_200, 100
WORDS = ("predict", "scans", "--single", "--shard-items", str(SHARD))


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with running(cpus=2) as started:
        yield started


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bulk")
    pictures(folder / "scans", PICTURES)
    return folder


@pytest.fixture(scope="module")
def expected(scans: Path) -> dict[str, bytes]:
    """The part files that two processes of this machine write."""
    here = Path.cwd()
    os.chdir(scans)
    try:
        read(["scans"], scans / "local", workers=2, shard_items=SHARD)
    finally:
        os.chdir(here)
    return parts(scans / "local")


def start(
    where: Path, environment: dict[str, str], out: str, *words: str
) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "lenet", *WORDS, "--to", out, "--workers", "ray", *words]
    return subprocess.Popen(
        command,
        cwd=where,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def number_of_parts(out: Path) -> int:
    return len(list(out.glob("part-*")))


def test_ray_started_here_writes_the_same_bytes_and_leaves_nothing(
    scans: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    (home / "tmp").mkdir(parents=True)
    environment = {**os.environ, "HOME": str(home), "TMPDIR": str(home / "tmp")}
    environment.pop("RAY_ADDRESS", None)
    before = set(Path("/tmp").glob("*ray*"))
    status, _, err = finish(start(scans, environment, str(tmp_path / "out")))
    assert status == 0, err
    assert "reading with Ray, started on this machine: " in err
    assert parts(tmp_path / "out") == expected
    assert [str(path) for path in home.rglob("*") if path.is_file()] == []
    assert set(Path("/tmp").glob("*ray*")) == before


def check(out: Path, expected: dict[str, bytes]) -> None:
    """All keys are there, each once, in the same bytes as from this machine's processes."""
    assert [row["picture"] for row in rows_in(out)] == planned(out)
    assert parts(out) == expected
    assert leftovers(out) == []
    assert (out / "_SUCCESS").exists()


@pytest.mark.parametrize("after", [0, 3, 8])
def test_an_actor_that_is_killed_costs_its_shard_at_most(
    cluster: Cluster, scans: Path, expected: dict[str, bytes], tmp_path: Path, after: int
) -> None:
    out = tmp_path / "out"
    process = start(scans, cluster.environment, str(out), "--json")
    victims = wait_for(actors) if not after else []
    wait_for(lambda: number_of_parts(out) >= after)
    kill((victims or wait_for(actors))[0])
    status, said, err = finish(process)
    assert status == 0, err
    done = json.loads(said.splitlines()[-1])
    assert (done["pictures"], done["read"], done["failed"]) == (PICTURES, PICTURES, {})
    check(out, expected)


@pytest.mark.parametrize("after", [1, 6])
def test_a_driver_that_is_killed_goes_on_when_it_is_started_again(
    cluster: Cluster, scans: Path, expected: dict[str, bytes], tmp_path: Path, after: int
) -> None:
    out = tmp_path / "out"
    process = start(scans, cluster.environment, str(out))
    wait_for(lambda: number_of_parts(out) >= after)
    kill(process.pid)
    process.communicate()
    wait_for(lambda: not actors())
    there = number_of_parts(out)
    assert there < len(expected)
    status, said, err = finish(start(scans, cluster.environment, str(out), "--json"))
    assert status == 0, err
    done = json.loads(said.splitlines()[-1])
    assert done["kept"] == there
    check(out, expected)


@pytest.mark.parametrize("point", ["planned", "read"])
def test_a_driver_that_dies_as_it_has_planned_or_read_everything_goes_on(
    cluster: Cluster, scans: Path, expected: dict[str, bytes], tmp_path: Path, point: str
) -> None:
    out = tmp_path / "out"
    program = (
        "import os, sys\n"
        "from lenet.cluster import HowToRead, Manifest, bulk\n"
        "def end(*_):\n"
        "    os.kill(os.getpid(), 9)\n"
        "class Watcher(bulk.Watcher):\n"
        "    checks = end\n"
        "if sys.argv[2] == 'planned':\n"
        "    Manifest.save = end\n"
        "bulk.read_in_bulk(['scans'], sys.argv[1], workers='ray', shard_items=100,\n"
        "    options=HowToRead(single=True), watcher=Watcher())\n"
    )
    words = [sys.executable, "-c", program, str(out), point]
    done = subprocess.run(words, cwd=scans, env=cluster.environment, timeout=300)
    assert done.returncode == -signal.SIGKILL
    wait_for(lambda: not actors())
    there = len(expected) if point == "read" else 0
    assert number_of_parts(out) == there
    assert (out / "_manifest/manifest.json").exists() == (point == "read")
    assert not (out / "_SUCCESS").exists()
    status, said, err = finish(start(scans, cluster.environment, str(out), "--json"))
    assert status == 0, err
    assert json.loads(said.splitlines()[-1])["kept"] == there
    check(out, expected)


def test_a_node_that_is_lost_costs_the_shards_it_held(
    cluster: Cluster, scans: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    node = cluster.add_node(cpus=1)
    out = tmp_path / "out"
    process = start(scans, cluster.environment, str(out), "--json")
    wait_for(lambda: number_of_parts(out) >= 2)
    kill(node)
    status, said, err = finish(process)
    assert status == 0, err
    events = [json.loads(line) for line in said.splitlines()]
    [workers] = [event["workers"] for event in events if event["event"] == "workers"]
    assert "3 cores on 2 machines" in workers
    check(out, expected)


def test_a_straggler_that_wakes_up_writes_the_same_part_again(
    cluster: Cluster, scans: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    node = cluster.add_node(cpus=1)
    out = tmp_path / "out"
    process = start(scans, cluster.environment, str(out), "--json")
    [straggler] = wait_for(lambda: actors_of(node))
    wait_for(lambda: number_of_parts(out) >= 1)
    for pid in (straggler, node):  # to Ray the node is dead, and its shards go to others
        os.kill(pid, signal.SIGSTOP)
    status, _, err = finish(process)
    assert status == 0, err
    check(out, expected)
    before = inodes(out)
    os.kill(straggler, signal.SIGCONT)
    try:
        wait_for(lambda: inodes(out) != before)
        kill(straggler)
    finally:
        kill(node)
    assert parts(out) == expected


def inodes(out: Path) -> list[int]:
    """What tells whether a file was replaced by an equal one."""
    return [path.stat().st_ino for path in sorted(out.glob("part-*"))]


def test_what_cannot_be_read_is_a_row_and_the_job_ends(cluster: Cluster, tmp_path: Path) -> None:
    folder = pictures(tmp_path / "scans", 600)
    broken = [folder / f"{number:05}.png" for number in range(50, 600, 100)]
    for path in broken:  # 1 %
        path.write_bytes(path.read_bytes()[:-30])
    with (folder / "large.png").open("wb") as file:
        file.truncate(200_000_000)
    (folder / "slow.pdf").write_bytes(endless_pdf())
    missing = [f"gone/{number}.png" for number in range(3)]
    (tmp_path / "missing.txt").write_text("\n".join(missing))
    words = ("@missing.txt", "--picture-seconds", "2", "--json")
    out = tmp_path / "out"
    status, said, err = finish(start(tmp_path, cluster.environment, str(out), *words))
    assert status == 3, err
    done = json.loads(said.splitlines()[-1])
    assert (done["pictures"], done["digits"], done["failed"]) == (605, 594, {})
    kinds = {"broken": 6, "missing": 3, "too large": 1, "too slow": 1}
    assert done["unreadable"] == kinds
    rows = rows_in(out)
    assert [row["picture"] for row in rows] == planned(out)
    errors = {row["picture"] for row in rows if row["error"]}
    bad = [f"scans/{path.name}" for path in broken]
    assert errors == {*bad, *missing, "scans/large.png", "scans/slow.pdf"}
    assert (out / "_SUCCESS").exists()


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        ("raise RuntimeError('no such card')", "RuntimeError: no such card"),
        ("os._exit(7)", "exit code 7|connection error code 2"),
    ],
    ids=["error", "exit"],
)
def test_actors_that_die_at_every_start_end_the_job_with_their_cause(
    cluster: Cluster, scans: Path, tmp_path: Path, fault: str, cause: str
) -> None:
    program = (
        "import os, re, sys\n"
        "from lenet.cluster import bulk, on_ray, HowToRead\n"
        "class Broken(on_ray._Reader):\n"
        "    def __init__(self, *_):\n"
        f"        {fault}\n"
        "on_ray._Reader = Broken\n"
        "try:\n"
        "    bulk.read_in_bulk(['scans'], sys.argv[1], workers='ray', shard_items=400)\n"
        "except Exception as error:\n"
        "    print(type(error).__name__, error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "out")],
        cwd=scans,
        env=cluster.environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout.startswith("DataError the processes on Ray end as they start: ")
    assert re.search(cause, done.stdout), done.stdout
    assert "\n" not in done.stdout.strip()
    assert parts(tmp_path / "out") == {}


def refused(scans: Path, environment: dict[str, str], out: Path) -> str:
    process = start(scans, environment, str(out))
    status, said, err = finish(process)
    done: Any = subprocess.CompletedProcess([], status, said, err)
    assert status == 4, err
    assert parts(out) == {}
    return complaint(done)


def test_an_address_nobody_answers_at_is_one_line(scans: Path, tmp_path: Path) -> None:
    port = free_port()
    environment = {**os.environ, "RAY_ADDRESS": f"127.0.0.1:{port}"}
    said = refused(scans, environment, tmp_path / "out")
    assert said == (
        f"no Ray cluster answers at 127.0.0.1:{port} (connection refused): check RAY_ADDRESS, or "
        "leave it unset to start Ray on this machine"
    )


def test_a_ray_client_is_refused(scans: Path, tmp_path: Path) -> None:
    said = refused(scans, {**os.environ, "RAY_ADDRESS": "ray://head:10001"}, tmp_path / "out")
    assert said.startswith("RAY_ADDRESS is ray://head:10001: a Ray client is not supported; run ")


def test_without_ray_the_package_to_install_is_named(scans: Path, tmp_path: Path) -> None:
    (tmp_path / "none/ray").mkdir(parents=True)
    (tmp_path / "none/ray/__init__.py").write_text("raise ImportError('none')")
    path = f"{tmp_path / 'none'}:{os.environ.get('PYTHONPATH', '')}"
    said = refused(scans, {**os.environ, "PYTHONPATH": path}, tmp_path / "out")
    assert said == (
        "--workers ray needs Ray, which is not installed: pip install 'lenet[cluster]'; "
        "--workers local does without it"
    )


def test_other_versions_on_the_cluster_are_named(
    cluster: Cluster, scans: Path, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import ray\nours, ray.__version__ = ray.__version__, '2.1.0'\n"
    )
    path = f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}"
    said = refused(scans, {**cluster.environment, "PYTHONPATH": path}, tmp_path / "out")
    assert said.startswith(f"Ray at {cluster.address} is version {ray.__version__} on Python 3.")
    assert "here it is 2.1.0 on Python 3." in said
    assert said.endswith("install the same everywhere")
