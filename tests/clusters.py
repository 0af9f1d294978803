"""Ray for tests: a cluster of its own that outlives the commands which use it, and parts of it."""

import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bulk import wait_for

TRIES = 3  # Ray gives its processes 15 seconds to start, which a busy machine exceeds
HEALTH = {  # a node that is gone is noticed soon
    "RAY_health_check_initial_delay_ms": "2000",
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_failure_threshold": "3",
}


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@dataclass
class Cluster:
    """A head without cores, and nodes that have them."""

    folder: Path
    port: int
    environment: dict[str, str]
    nodes: list[int] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def add_node(self, cpus: int = 1) -> int:
        """Start a raylet; return its process."""
        before = set(raylets(self.folder))
        self._start("--address", self.address, "--num-cpus", str(cpus))
        [pid] = set(raylets(self.folder)) - before
        self.nodes.append(pid)
        return pid

    def start_head(self, cpus: int) -> None:
        self._start(
            *("--head", "--port", str(self.port), "--num-cpus", str(cpus)),
            *("--include-dashboard", "false", "--temp-dir", str(self.folder)),
        )

    def _start(self, *words: str) -> None:
        command = [sys.executable, "-m", "ray.scripts.scripts", "start", *words]
        command += ["--node-ip-address", "127.0.0.1", "--disable-usage-stats"]
        command += ["--object-store-memory", "80000000"]
        for attempt in range(1, TRIES + 1):
            done = subprocess.run(command, capture_output=True, text=True, env=self.environment)
            if done.returncode == 0:
                return
            assert attempt < TRIES, done.stdout + done.stderr
            if "--head" in words:
                self.stop()

    def stop(self) -> None:
        """End every process of this cluster: each has its folder on its command line."""
        for pid in processes(str(self.folder)):
            try:
                os.kill(pid, 9)
            except ProcessLookupError:
                continue
        wait_for(lambda: not processes(str(self.folder)))


def processes(word: str) -> list[int]:
    """Processes with a word on their command line."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes()
        except OSError:
            continue
        if word.encode() in words and int(path.parent.name) != os.getpid():
            found.append(int(path.parent.name))
    return found


def raylets(folder: Path) -> list[int]:
    return [pid for pid in processes(str(folder)) if name_of(pid).endswith("raylet")]


def name_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode()
    except OSError:
        return ""


def actors(kind: str = "Reader") -> list[int]:
    """Processes in which such an actor lives; Ray writes its name there."""
    return [pid for pid in processes("ray::") if re.match(f"ray::_{kind}", name_of(pid))]


def actors_of(raylet: int) -> list[int]:
    """Those that live on a node."""
    return [pid for pid in actors() if parent_of(pid) == raylet]


def parent_of(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


@contextmanager
def running(cpus: int = 2) -> Iterator[Cluster]:
    """Start a cluster whose head has so many cores; end all of it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="lenet-test-", dir="/tmp"))
    environment = {**os.environ, **HEALTH, "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    environment |= {"RAY_AUTH_MODE": "token", "RAY_USAGE_STATS_ENABLED": "0"}
    cluster = Cluster(folder, free_port(), environment)
    environment["RAY_ADDRESS"] = cluster.address
    try:
        cluster.start_head(cpus)
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def settled(seconds: float = 0.3) -> None:
    """Let what was just started begin."""
    time.sleep(seconds)
