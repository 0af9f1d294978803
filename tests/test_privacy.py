"""What appears in a fresh home, and which sockets are opened, while `lenet` works.

Without the switch of `lenet/__init__.py`, ONNX Runtime leaves a device id and a database under
the cache folder when it is imported, and looks its collector up in the DNS some six seconds later.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path

import pytest

from live_service import Live
from services import PICTURES

SEVEN = str(PICTURES[7])
DOCS = Path(__file__).parents[1] / "docs" / "privacy.md"
LENET = (sys.executable, "-m", "lenet")
SECONDS_UNTIL_SENT = 15  # twice what ONNX Runtime takes to look up its collector


class Home:
    """A fresh home; programs run in it leave files, and a trace of their sockets."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.trace = folder.parent / "trace"
        for name in ("tmp", "work"):
            (folder / name).mkdir(parents=True)
        kept = ("PATH", "PYTHONPATH", "LANG", "OMP_NUM_THREADS", "SYSTEMROOT")
        self.environment = {name: os.environ[name] for name in kept if name in os.environ}
        self.environment |= {"HOME": str(folder), "TMPDIR": str(folder / "tmp")}

    @contextmanager
    def start(self, *command: str) -> Iterator[subprocess.Popen[str]]:
        tracer = ["strace", "-f", "-qq", "-o", str(self.trace), "-e", "trace=socket,connect"]
        process = subprocess.Popen(
            [*(tracer if can_trace() else ()), *command],
            cwd=self.folder / "work",
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        with process:
            yield process
        assert process.returncode == 0

    def run(self, *command: str) -> str:
        with self.start(*command) as process:
            return process.communicate()[0]

    @property
    def leftovers(self) -> list[str]:
        """Files, and folders with nothing in them, as the docs write them."""
        paths = [path for path in self.folder.rglob("*") if path.is_file() or is_empty(path)]
        names = (str(path.relative_to(self.folder)) for path in paths)
        return [
            "~/" + name
            if name.startswith(".")
            else name.replace("tmp/", "$TMPDIR/", 1).removeprefix("work/")
            for name in names
            if name not in ("tmp", "work")
        ]

    @property
    def internet(self) -> list[str]:
        """What the traced processes asked the system for, of sockets that leave this machine."""
        lines = self.trace.read_text().splitlines() if can_trace() else []
        return [line for line in lines if "AF_INET" in line]


def is_empty(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())


def can_trace() -> bool:
    """Whether strace is here and allowed; where it is not, only files are looked at."""
    strace = shutil.which("strace")
    return (
        strace is not None
        and subprocess.run([strace, "-qq", "-o", os.devnull, "true"]).returncode == 0
    )


def section() -> str:
    """What the docs say is written."""
    return DOCS.read_text("utf-8")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def test_predicting_writes_nothing_and_opens_no_socket(home: Home) -> None:
    assert home.run(*LENET, "predict", SEVEN).split()[1] == "7"
    assert home.leftovers == home.internet == []


def test_reading_many_in_processes_writes_nothing_and_opens_no_socket(home: Home) -> None:
    program = (
        "import sys, lenet\n"
        "readings = lenet.Reader(threads=2).read_many(sys.argv[1] for _ in range(600))\n"
        "print(sum(str(reading) == '7' for reading in readings))"
    )
    assert home.run(sys.executable, "-c", program, SEVEN) == "600\n"
    assert home.leftovers == home.internet == []


def test_onnx_runtime_imported_after_lenet_writes_nothing(home: Home) -> None:
    home.run(sys.executable, "-c", "import lenet, onnxruntime")
    assert home.leftovers == home.internet == []


def test_onnx_runtime_imported_before_lenet_leaves_what_the_docs_say(home: Home) -> None:
    home.run(sys.executable, "-c", "import onnxruntime, lenet; lenet.Reader()")
    named = [name for name in ("~/.cache/Microsoft", "$TMPDIR/.ses") if f"`{name}`" in section()]
    assert len(named) == 2
    for name in home.leftovers:
        assert name.startswith(tuple(named)), name


@pytest.mark.slow
def test_serving_writes_nothing_and_opens_no_socket_but_its_own(home: Home) -> None:
    with home.start(*LENET, "serve", "--port", "0") as process:
        assert process.stdout
        port = int(process.stdout.readline().rstrip().rstrip("/").rpartition(":")[2])
        live = Live(process, "", port)
        status, said = live.ask(
            "POST", "/v1/read", Path(SEVEN).read_bytes(), {"Content-Type": "image/png"}
        )
        assert (status, said["text"]) == (200, "7")
        time.sleep(SECONDS_UNTIL_SENT)
        stop(process)
    assert home.leftovers == []
    if can_trace():
        [own] = home.internet
        assert re.search(r"socket\(AF_INET, SOCK_STREAM", own)


def stop(process: subprocess.Popen[str]) -> None:
    """Ask a service to stop: strace, if there is one, ends with it."""
    pid = process.pid
    if can_trace():
        pid = int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[-1])
    os.kill(pid, 15)


@pytest.mark.slow
def test_training_writes_what_the_docs_name_and_opens_no_socket(home: Home) -> None:
    home.run(*LENET, "train", "--data", "uci-digits", "--set", "epochs=1")
    named = re.findall(r"^\| `([^`]+)` \|", section(), re.MULTILINE)
    assert len(named) == 10
    for name in home.leftovers:
        assert any(fnmatch(name, pattern) for pattern in named), name
    assert any(name.startswith("runs/lenet5-1/") for name in home.leftovers)
    assert home.internet == []
