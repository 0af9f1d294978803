"""Two machines for tests: network namespaces with an address each, and a cable between them.

They share files, as machines with a shared folder do, and nothing of the network.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bulk import wait_for
from clusters import HEALTH, TRIES

PORT = 6379
RAY = (sys.executable, "-m", "ray.scripts.scripts")


@dataclass(frozen=True)
class Machine:
    """A network namespace.

    Attributes
    ----------
    name : str
    address : str
        Its IP address.
    environment : dict of str
        Of what is run on it, with a home of its own.
    """

    name: str
    address: str
    environment: dict[str, str]

    def popen(self, command: Sequence[str], **options: object) -> "subprocess.Popen[str]":
        """Start a command on it."""
        words = ["ip", "netns", "exec", self.name, *command]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(words, env=self.environment, **{**pipes, **options})  # type: ignore[call-overload, no-any-return]

    def run(self, *command: str) -> str:
        """Run a command on it; return what it says."""
        process = self.popen(command)
        said, err = process.communicate(timeout=120)
        assert process.returncode == 0, said + err
        return said

    def start_ray(self, *words: str) -> None:
        """Run ``ray start``, again where its processes were too slow for each other."""
        command = ["start", *words, "--node-ip-address", self.address, "--num-cpus", "1"]
        command += ["--disable-usage-stats", "--object-store-memory", "80000000"]
        for attempt in range(1, TRIES + 1):
            process = self.popen([*RAY, *command])
            said, err = process.communicate(timeout=120)
            if process.returncode == 0:
                return
            assert attempt < TRIES, said + err
            self.end_all()

    def processes(self) -> list[int]:
        """All that run on it."""
        done = subprocess.run(["ip", "netns", "pids", self.name], capture_output=True, text=True)
        return list(map(int, done.stdout.split()))

    def end_all(self) -> None:
        """Cut its power."""
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        wait_for(lambda: not self.processes())

    def pull_the_cable(self) -> None:
        """Let nothing in or out."""
        self.run("ip", "link", "set", "cable", "down")


@contextmanager
def two_machines() -> Iterator[tuple[Machine, Machine]]:
    """Make two machines that reach each other; skip the test where that is not allowed."""
    number = os.getpid() % 250
    names = [f"lenet-{number}-{side}" for side in "ab"]
    folder = Path(tempfile.mkdtemp(prefix="lenet-homes-", dir="/tmp"))
    machines = []
    try:
        for side, name in enumerate(names, 1):
            home = folder / name
            home.mkdir()
            _ip("netns", "add", name)
            environment = {**os.environ, **HEALTH, "HOME": str(home), "RAY_AUTH_MODE": "token"}
            environment.pop("RAY_ADDRESS", None)
            machines.append(Machine(name, f"10.213.{number}.{side}", environment))
        first, second = machines
        ends = [f"lenet{number}{side}" for side in "ab"]
        _ip("link", "add", ends[0], "type", "veth", "peer", "name", ends[1])
        for machine, end in zip(machines, ends, strict=True):
            _ip("link", "set", end, "netns", machine.name, "name", "cable")
            machine.run("ip", "address", "add", f"{machine.address}/24", "dev", "cable")
            for device in ("lo", "cable"):
                machine.run("ip", "link", "set", device, "up")
        yield first, second
    finally:
        for machine in machines:
            machine.end_all()
        for name in names:
            subprocess.run(["ip", "netns", "delete", name], capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)


def _ip(*words: str) -> None:
    if shutil.which("ip") is None:
        pytest.skip("there is no command ip: install iproute2")
    done = subprocess.run(["ip", *words], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no network namespaces can be made here: {done.stderr.strip()}")


@contextmanager
def cluster_of(first: Machine, second: Machine) -> Iterator[str]:
    """Start Ray on both as docs/scale.md shows, with a token; give its address."""
    folder = Path(tempfile.mkdtemp(prefix="lenet-two-", dir="/tmp"))
    first.run(*RAY, "get-auth-token", "--generate")
    token = Path(first.environment["HOME"]) / ".ray/auth_token"
    shutil.copytree(token.parent, Path(second.environment["HOME"]) / ".ray")
    address = f"{first.address}:{PORT}"
    try:
        first.start_ray(
            *("--head", "--port", str(PORT), "--include-dashboard", "false"),
            *("--temp-dir", str(folder)),
        )
        second.start_ray("--address", address)
        time.sleep(0.5)  # its core is told to the head
        yield address
    finally:
        first.end_all()
        second.end_all()
        shutil.rmtree(folder, ignore_errors=True)
