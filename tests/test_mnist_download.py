"""MNIST found, or downloaded from a server on this machine that misbehaves in every known way."""

import errno
import gzip
import hashlib
import json
import os
import random
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import astuple
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from lenet import datasets
from lenet.cli import data as data_cli
from lenet.datasets import cache, mnist
from lenet.datasets.originals import Original
from lenet.errors import DataError, LeNetError, UsageError
from lenet.storage import locked

# A small MNIST: the embedded digits in four files of the same names.
SMALL = datasets.load("uci-digits")


def idx(array: NDArray[np.uint8]) -> bytes:
    return struct.pack(f">{1 + array.ndim}I", 0x800 + array.ndim, *array.shape) + array.tobytes()


CONTENT = {
    "t10k-labels-idx1-ubyte": idx(SMALL.test.labels.astype(np.uint8)),
    "train-labels-idx1-ubyte": idx(SMALL.train.labels.astype(np.uint8)),
    "t10k-images-idx3-ubyte": idx(SMALL.test.images),
    "train-images-idx3-ubyte": idx(SMALL.train.images),
}
PACKED = {name: gzip.compress(content, 6) for name, content in CONTENT.items()}
PARTS = tuple(
    Original(name, len(PACKED[name]), len(content), hashlib.sha256(content).hexdigest())
    for name, content in CONTENT.items()
)
BOMB = gzip.compress(bytes(300_000), 9)  # small enough to pass for a file of labels
ALL_FILES = sorted(f"{name}.gz" for name in CONTENT)


class Handler(BaseHTTPRequestHandler):
    """Serves ``/<manner>/<file>.gz``."""

    def do_GET(self) -> None:
        _, manner, name = self.path.split("/")
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        whole = PACKED[name.removesuffix(".gz")]
        match manner:
            case "good":
                self.answer(whole)
            case "harder":
                self.answer(gzip.compress(CONTENT[name.removesuffix(".gz")], 9))
            case "plain":
                self.answer(CONTENT[name.removesuffix(".gz")])
            case "decoded":
                self.answer(whole, {"Content-Encoding": "gzip"})
            case "404" | "403" | "503":
                self.send_error(int(manner))
            case "redirect":
                self.answer(b"", {"Location": f"/good/{name}"}, status=302)
            case "html":
                self.answer(b"<!doctype html><title>Please log in</title>")
            case "altered":
                self.answer(gzip.compress(CONTENT[name.removesuffix(".gz")][:-1] + b"\x07"))
            case "bomb":
                self.answer(BOMB)
            case "cut":
                self.answer(whole[: len(whole) // 2])
            case "truncated":
                self.answer(whole[: len(whole) // 2], {"Content-Length": str(len(whole))})
            case "reset":
                self.answer(whole[: len(whole) // 2], {"Content-Length": str(len(whole))})
                self.connection.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                )
                self.connection.close()
            case "endless":
                self.answer(b"", {"Content-Length": str(10**10)})
                self.drip(bytes(2**16), pause=0)
            case "slow":
                self.answer(b"", {"Content-Length": str(len(whole))})
                self.drip(whole[:1], pause=0.1)
            case "silent":
                self.drip(b"", pause=0.1)

    def answer(self, body: bytes, headers: dict[str, str] | None = None, status: int = 200) -> None:
        self.send_response(status)
        for key, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)

    def drip(self, piece: bytes, pause: float) -> None:
        try:
            while not self.server.closing.wait(pause):  # type: ignore[attr-defined]
                self.wfile.write(piece)
        except OSError:
            pass  # the client has had enough

    def log_message(self, *_: object) -> None: ...


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.closing = threading.Event()

    def mirror(self, manner: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{manner}/"

    def handle_error(self, *_: object) -> None: ...


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.closing.set()
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _small_mnist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(mnist, "PARTS", PARTS)
    monkeypatch.setattr(mnist, "MIRRORS", ())  # no test may reach for the real ones
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("LENET_DATA", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mnist"


def use(monkeypatch: pytest.MonkeyPatch, server: Server, *manners: str) -> None:
    monkeypatch.setattr(mnist, "MIRRORS", tuple(map(server.mirror, manners)))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_download_leaves_the_four_files_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, server: Server, folder: Path
) -> None:
    use(monkeypatch, server, "good")
    splits = datasets.load("mnist", folder)
    assert np.array_equal(splits.train.images, SMALL.train.images)
    assert np.array_equal(splits.test.labels, SMALL.test.labels)
    assert names(folder) == ALL_FILES
    assert oct((folder / ALL_FILES[0]).stat().st_mode & 0o077) == oct(0o077 & ~umask() & 0o666)
    datasets.load("mnist", folder)
    assert len(server.asked) == 4, "what is there is not downloaded again"


def umask() -> int:
    os.umask(mask := os.umask(0))
    return mask


def test_without_a_folder_the_download_goes_to_the_users_cache(
    monkeypatch: pytest.MonkeyPatch, server: Server, tmp_path: Path
) -> None:
    use(monkeypatch, server, "good")
    datasets.load("mnist")
    assert names(tmp_path / "home" / "lenet" / "mnist") == ALL_FILES


FAULTS = {
    "404": "answered 404",
    "403": "answered 403",
    "503": "answered 503",
    "redirect": "sent something else",
    "html": "sent something else",
    "altered": "sent something else",
    "bomb": "sent something else",
    "cut": "sent something else",
    "truncated": "broke off",
    "reset": "broke off",
    "endless": "sent too much",
    "slow": "is too slow",
    "silent": "is too slow",
}


PATIENCE = {"slow": 1.0, "silent": 1.0}  # seconds


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_mirror_is_named_and_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, server: Server, folder: Path, fault: str
) -> None:
    use(monkeypatch, server, fault)
    monkeypatch.setattr(cache, "GRACE", PATIENCE.get(fault, cache.GRACE))
    with pytest.raises(DataError) as error:
        datasets.load("mnist", folder)
    assert f": 127.0.0.1:{server.server_port} {FAULTS[fault]}; put its" in str(error.value)
    assert names(folder) == []
    use(monkeypatch, server, "good")
    assert len(datasets.load("mnist", folder).train) == len(SMALL.train)
    assert names(folder) == ALL_FILES


@pytest.mark.parametrize("fault", FAULTS)
def test_the_next_mirror_is_used_if_one_is_faulty(
    monkeypatch: pytest.MonkeyPatch, server: Server, folder: Path, fault: str
) -> None:
    use(monkeypatch, server, fault, "good")
    monkeypatch.setattr(cache, "GRACE", PATIENCE.get(fault, cache.GRACE))
    assert len(datasets.load("mnist", folder).train) == len(SMALL.train)
    assert names(folder) == ALL_FILES
    assert len([path for path in server.asked if fault in path]) == 1, "it is not asked again"


@pytest.mark.parametrize("manner", ["harder", "plain", "decoded"])
def test_a_download_may_be_compressed_in_any_way(
    monkeypatch: pytest.MonkeyPatch, server: Server, folder: Path, manner: str
) -> None:
    use(monkeypatch, server, manner)
    datasets.load("mnist", folder)
    assert names(folder) == (ALL_FILES if manner == "harder" else sorted(CONTENT))
    assert len(datasets.load("mnist", folder, download=False).test) == len(SMALL.test)


def test_if_all_mirrors_are_down_the_error_says_what_to_do_by_hand(
    monkeypatch: pytest.MonkeyPatch, server: Server, folder: Path
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        monkeypatch.setattr(mnist, "MIRRORS", (f"http://127.0.0.1:{port}/", server.mirror("404")))
        with pytest.raises(DataError) as error:
            datasets.load("mnist", folder)
    assert str(error.value) == (
        f"cannot download MNIST: 127.0.0.1:{port} cannot be reached; "
        f"127.0.0.1:{server.server_port} answered 404; put its four files "
        "(t10k-labels-idx1-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz, "
        f"train-images-idx3-ubyte.gz) into {folder} by hand, or use --data uci-digits, which "
        "needs no download"
    )
    assert names(folder) == []


@pytest.mark.parametrize("manner", ["slow", "silent"])
def test_a_download_keeps_to_its_timeout_whatever_the_mirrors_do(
    monkeypatch: pytest.MonkeyPatch, server: Server, folder: Path, manner: str
) -> None:
    use(monkeypatch, server, manner, "good")
    begin = time.monotonic()
    with pytest.raises(DataError, match="is too slow; no time is left; put its four files"):
        datasets.load("mnist", folder, timeout=0.5)
    assert time.monotonic() - begin < 8
    assert names(folder) == []


def test_only_missing_files_are_downloaded(
    monkeypatch: pytest.MonkeyPatch, server: Server, folder: Path
) -> None:
    folder.mkdir()
    (folder / ALL_FILES[0]).write_bytes(PACKED["t10k-images-idx3-ubyte"])
    use(monkeypatch, server, "good")
    datasets.load("mnist", folder)
    assert len(server.asked) == 3


def test_if_downloads_are_forbidden_the_error_says_where_it_looked(folder: Path) -> None:
    with pytest.raises(
        DataError, match=r"no t10k-labels-idx1-ubyte in .*/mnist, .*/lenet/mnist; `l"
    ):
        datasets.load("mnist", folder, download=False)
    assert not folder.exists()


FETCH = """
import sys, json
from pathlib import Path
from lenet.datasets import mnist
from lenet.datasets.originals import Original
mnist.PARTS = tuple(Original(*part) for part in json.loads(sys.argv[1]))
mnist.MIRRORS = (sys.argv[2],)
print("ready", flush=True)
for folder in sys.argv[3:]:
    mnist.collection().obtain(Path(folder))
"""


def start_fetching(server: Server, manner: str, *folders: Path) -> subprocess.Popen[bytes]:
    parts = json.dumps([astuple(part) for part in PARTS])
    words = [sys.executable, "-c", FETCH, parts, server.mirror(manner), *map(str, folders)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_of_eight_processes_fetching_at_once_one_downloads_for_all(
    server: Server, folder: Path
) -> None:
    processes = [start_fetching(server, "good", folder) for _ in range(8)]
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, b"")
    assert names(folder) == ALL_FILES
    assert len(datasets.load("mnist", folder, download=False).train) == len(SMALL.train)
    assert len(server.asked) == 4, "one downloads for all"


def test_a_process_waits_for_another_one_no_longer_than_its_timeout(
    monkeypatch: pytest.MonkeyPatch, server: Server, folder: Path
) -> None:
    use(monkeypatch, server, "good")
    folder.mkdir()
    with locked(folder), pytest.raises(DataError, match="another process is still at it; put its"):
        datasets.load("mnist", folder, timeout=0.2)
    assert (server.asked, names(folder)) == ([], [])
    datasets.load("mnist", folder, timeout=30)
    assert names(folder) == ALL_FILES


def test_a_fetch_killed_at_any_moment_leaves_only_whole_files(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(0)
    folders = [tmp_path / str(number) for number in range(200)]
    for _ in range(4):
        process = start_fetching(server, "good", *folders)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0.1, 0.5))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        begun = [folder for folder in folders if folder.exists()]
        for folder in begun:
            for path in folder.glob("*.gz"):
                assert path.read_bytes() == PACKED[path.name.removesuffix(".gz")]
    assert begun
    use(monkeypatch, server, "good")
    for folder in begun[-3:]:
        datasets.load("mnist", folder)
        assert names(folder) == ALL_FILES


def test_a_fetch_removes_what_a_killed_one_left(
    monkeypatch: pytest.MonkeyPatch, server: Server, folder: Path
) -> None:
    folder.mkdir()
    (folder / ".train-images-idx3-ubyte.gz.4711.tmp").write_bytes(b"half")
    (folder / "notes.tmp").write_bytes(b"not ours")
    use(monkeypatch, server, "good")
    datasets.load("mnist", folder)
    assert names(folder) == sorted([*ALL_FILES, "notes.tmp"])


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize(("owner", "call"), [(os, "fsync"), (Path, "replace"), (Path, "open")])
def test_a_disk_error_at_any_write_leaves_no_partial_file(
    monkeypatch: pytest.MonkeyPatch,
    server: Server,
    folder: Path,
    owner: Any,
    call: str,
    fault: int,
) -> None:
    real = getattr(owner, call)
    calls = failing = 0

    def fails_once(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        if "w" in str(args[1:]) or call != "open":
            calls += 1
            if calls == failing:
                raise OSError(fault, os.strerror(fault))
        return real(*args, **kwargs)

    use(monkeypatch, server, "good")
    monkeypatch.setattr(owner, call, fails_once)
    datasets.load("mnist", folder)
    total = calls
    assert total >= 4, "every file is written with this call"
    for number in range(1, total + 1):
        place = folder / str(number)
        calls, failing = 0, number
        with pytest.raises(DataError) as error:
            datasets.load("mnist", place)
        assert f"cannot write {place}/" in str(error.value)
        assert f"gz: {os.strerror(fault)}; free some space or choose" in str(error.value)
        assert set(names(place)) <= set(ALL_FILES)
        datasets.load("mnist", place)
        assert names(place) == ALL_FILES


def test_a_folder_that_cannot_be_made_is_an_error_of_one_line(
    monkeypatch: pytest.MonkeyPatch, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("here")
    use(monkeypatch, server, "good")
    with pytest.raises(DataError, match=r"cannot write .*/file/below: Not a directory; "):
        datasets.load("mnist", tmp_path / "file" / "below")


def put(folder: Path, suffix: str = ".gz", infix: str = "-") -> None:
    folder.mkdir(parents=True)
    for name, content in CONTENT.items():
        packed = PACKED[name] if suffix else content
        (folder / f"{name.replace('-idx', infix + 'idx')}{suffix}").write_bytes(packed)


@pytest.mark.parametrize("suffix", [".gz", ""])
@pytest.mark.parametrize("infix", ["-", "."])
def test_files_placed_by_hand_may_be_plain_or_gzip_under_either_name(
    folder: Path, suffix: str, infix: str
) -> None:
    put(folder, suffix, infix)
    assert len(datasets.load("mnist", folder).train) == len(SMALL.train)


def test_the_given_folder_precedes_lenet_data_and_that_the_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    places = [tmp_path / "given", tmp_path / "named", tmp_path / "home" / "lenet" / "mnist"]
    for place in reversed(places):
        put(place)
        monkeypatch.setenv("LENET_DATA", str(places[1]) if places[1].exists() else "")
        found = mnist.collection().obtain(places[0])
        assert {file.path.parent for file in found.values()} == {place}


def test_a_lenet_data_that_is_no_folder_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    put(tmp_path / "home" / "lenet" / "mnist")
    for wrong in (tmp_path / "nowhere", Path(__file__)):
        monkeypatch.setenv("LENET_DATA", str(wrong))
        with pytest.raises(DataError) as error:
            mnist.collection().obtain()
        assert str(error.value) == (
            f"LENET_DATA is {wrong}, which is no folder: correct it, or unset it"
        )


@pytest.mark.parametrize("place", ["given", "named"])
def test_a_file_with_other_content_is_refused_and_not_replaced(
    monkeypatch: pytest.MonkeyPatch, server: Server, tmp_path: Path, place: str
) -> None:
    use(monkeypatch, server, "good")
    put(tmp_path / "given", suffix="")
    monkeypatch.setenv("LENET_DATA", str(tmp_path / "given"))
    path = tmp_path / "given" / "train-labels-idx1-ubyte"
    altered = CONTENT["train-labels-idx1-ubyte"][:-1] + b"\xff"
    path.write_bytes(altered)
    with pytest.raises(DataError) as error:
        datasets.load("mnist", tmp_path / "given" if place == "given" else None)
    assert str(error.value) == (
        f"{path} is not MNIST's train-labels-idx1-ubyte: the SHA-256 of its content is "
        f"{hashlib.sha256(altered).hexdigest()}, expected {PARTS[1].sha256}; remove it, and "
        "`lenet data fetch` brings the original"
    )
    assert path.read_bytes() == altered
    assert server.asked == []


def test_the_error_for_a_truncated_file_names_it(folder: Path) -> None:
    put(folder)
    path = folder / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError, match=f"{path} is a truncated gzip file; download it again"):
        datasets.load("mnist", folder)


def test_a_damaged_file_in_the_cache_is_downloaded_again(
    monkeypatch: pytest.MonkeyPatch, server: Server, tmp_path: Path
) -> None:
    use(monkeypatch, server, "good")
    datasets.load("mnist")
    path = tmp_path / "home" / "lenet" / "mnist" / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-1] + b"\xff")
    datasets.load("mnist")
    assert len(server.asked) == 5
    assert path.read_bytes() == PACKED["t10k-images-idx3-ubyte"]


def test_progress_is_shown_on_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch,
    server: Server,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    use(monkeypatch, server, "good")
    datasets.load("mnist", folder / "1", show_progress=True)
    assert capsys.readouterr() == ("", "")
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich takes it for a terminal then
    datasets.load("mnist", folder / "2", show_progress=True)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Downloading MNIST" in shown.err
    datasets.load("mnist", folder / "3")
    assert capsys.readouterr() == ("", "")


def test_data_list_names_every_source() -> None:
    shown = CliRunner().invoke(data_cli.app, ["list"])
    assert shown.exit_code == 0
    assert [line.split()[0] for line in shown.stdout.splitlines()] == list(datasets.SOURCES)
    machine = json.loads(CliRunner().invoke(data_cli.app, ["list", "--json"]).stdout)
    assert [each["source"] for each in machine] == list(datasets.SOURCES)


def test_data_fetch_prints_where_the_verified_files_are(
    monkeypatch: pytest.MonkeyPatch, server: Server, folder: Path
) -> None:
    use(monkeypatch, server, "good")
    words = ["fetch", "--data-dir", str(folder)]
    shown = CliRunner().invoke(data_cli.app, words)
    assert shown.exit_code == 0
    assert shown.stdout.splitlines() == [
        f"{folder / part.name}.gz  SHA-256 of its content {part.sha256}" for part in PARTS
    ]
    machine = json.loads(CliRunner().invoke(data_cli.app, [*words, "mnist", "--json"]).stdout)
    assert [file["sha256"] for file in machine["files"]] == [part.sha256 for part in PARTS]


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        ("mnits", UsageError, "no dataset 'mnits': did you mean mnist or qmnist?"),
        ("idx:here", UsageError, "idx:here is read where it lies: there is nothing to fetch"),
        ("things", UsageError, "things is part of scikit-image: there is nothing to fetch"),
        ("drawn:9", UsageError, "drawn:9 is drawn by lenet itself: there is nothing to fetch"),
        ("mnist", DataError, "cannot download MNIST: "),
    ],
)
def test_data_fetch_fails_with_one_line(name: str, kind: type[LeNetError], text: str) -> None:
    shown = CliRunner().invoke(data_cli.app, ["fetch", name])
    assert isinstance(shown.exception, kind)
    assert text in str(shown.exception)
    assert shown.stdout == ""


def test_there_is_nothing_to_fetch_for_the_embedded_digits() -> None:
    shown = CliRunner().invoke(data_cli.app, ["fetch", "uci-digits"])
    assert (shown.exit_code, shown.stdout) == (0, "")
    assert "nothing to fetch" in shown.stderr
