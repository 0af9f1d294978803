"""Data sets with a name, fetched from a server on this machine: small copies of the true form."""

import bz2
import gzip
import hashlib
import io
import json
import re
import struct
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from command import complaint, run_lenet
from lenet import datasets
from lenet.cli import data as data_cli
from lenet.datasets import Splits, archive, cache, mnist, named
from lenet.datasets.named import NAMED
from lenet.errors import DataError
from lenet.evaluation import LICENCES
from lenet.finder import Preparation

ROOT = Path(__file__).parents[1]
UCI = datasets.load("uci-digits")
SMALL = Splits(UCI.train.subset(slice(60)), UCI.test.subset(slice(60)))
PARTS = {"train": SMALL.train, "test": SMALL.test}
CAPITALS = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
# The 47 classes of EMNIST's paper: capitals stand for small letters that look like them.
BALANCED = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", *CAPITALS, *"abdefghnqrt")


def idx(array: NDArray[Any], kind: int = 0x8) -> bytes:
    dtype = {0x8: ">u1", 0xC: ">i4"}[kind]
    shape = struct.pack(f">{1 + array.ndim}I", kind << 8 | array.ndim, *array.shape)
    return shape + array.astype(dtype).tobytes()


def emnist_labels(split: str, part: str) -> NDArray[np.int64]:
    count = {"digits": 10, "letters": 26, "balanced": 47}[split]
    return np.arange(len(PARTS[part])) % count + (split == "letters")


def like_mnist() -> dict[str, bytes]:
    files = {}
    for part, data in (("train", SMALL.train), ("t10k", SMALL.test)):
        files[f"{part}-images-idx3-ubyte.gz"] = gzip.compress(idx(data.images))
        files[f"{part}-labels-idx1-ubyte.gz"] = gzip.compress(idx(data.labels))
    return files


def qmnist() -> dict[str, bytes]:
    files = {}
    for part, data in PARTS.items():
        # Series, writer, number, class code, number in NIST, duplicate, unused.
        others = np.tile([4, 2100, 7, 30, 281_769, 0, 0], (len(data), 1))
        extended = np.column_stack([data.labels, others])
        files[f"qmnist-{part}-images-idx3-ubyte.gz"] = gzip.compress(idx(data.images))
        files[f"qmnist-{part}-labels-idx2-int.gz"] = gzip.compress(idx(extended, 0xC))
    return files


def emnist_members() -> dict[str, bytes]:
    members = {
        "gzip/emnist-digits-mapping.txt": lines(f"{label} {48 + label}" for label in range(10)),
        "gzip/emnist-letters-mapping.txt": lines(f"{n} {64 + n} {96 + n}" for n in range(1, 27)),
        "gzip/emnist-balanced-mapping.txt": lines(
            f"{label} {ord(name)}" for label, name in enumerate(BALANCED)
        ),
    }
    for split in ("digits", "letters", "balanced"):
        for part, data in PARTS.items():
            start = f"gzip/emnist-{split}-{part}"
            stored = idx(data.images.transpose(0, 2, 1))
            members[f"{start}-images-idx3-ubyte.gz"] = gzip.compress(stored)
            labels = gzip.compress(idx(emnist_labels(split, part)))
            members[f"{start}-labels-idx1-ubyte.gz"] = labels
    return members


def lines(texts: Iterator[str]) -> bytes:
    return "".join(f"{text}\n" for text in texts).encode()


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return buffer.getvalue()


def usps_text(data: datasets.Dataset) -> str:
    """Digits that fill 16×16 from edge to edge, in the form of LIBSVM."""
    rows = []
    for image, label in zip(data.images, data.labels, strict=True):
        x, y, w, h = cv2.boundingRect(image)
        whole = cv2.resize(image[y : y + h, x : x + w], (16, 16), interpolation=cv2.INTER_AREA)
        values = whole.reshape(-1) / 127.5 - 1
        pixels = " ".join(f"{index}:{value:.6g}" for index, value in enumerate(values, 1))
        rows.append(f"{label + 1} {pixels} \n")
    return "".join(rows)


EMNIST = zipped(emnist_members())
FILES: dict[str, dict[str, bytes]] = {
    "fashion-mnist": like_mnist(),
    "kmnist": like_mnist(),
    "qmnist": qmnist(),
    **{name: {"gzip.zip": EMNIST} for name in named.EMNIST_SPLITS},
    "usps": {
        "usps.bz2": bz2.compress(usps_text(SMALL.train).encode()),
        "usps.t.bz2": bz2.compress(usps_text(SMALL.test).encode()),
    },
}


class Handler(BaseHTTPRequestHandler):
    """Serves ``/<manner>/<name of the data set>/<file>``."""

    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, Server)
        _, manner, name, file = self.path.split("/")
        server.asked.append(file)
        content = server.files[name][file]
        if manner == "404":
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if manner == "altered":
            content = content[:-1] + bytes([content[-1] ^ 1])
        if manner in ("cut", "slow"):
            content = content[: len(content) // 2]
        self.wfile.write(content)
        if manner == "slow":
            server.closing.wait()

    def log_message(self, *_: object) -> None: ...


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.files = {name: dict(files) for name, files in FILES.items()}
        self.closing = threading.Event()

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
def _small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: Server) -> None:
    """No test may reach for the real servers."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("LENET_DATA", raising=False)
    for name in NAMED:
        publish(monkeypatch, server, name)


def publish(
    monkeypatch: pytest.MonkeyPatch, server: Server, name: str, *manners: str, **files: bytes
) -> None:
    """Let the small files of a data set be those that are published, in these manners."""
    server.files[name] |= {key.replace("_", "."): content for key, content in files.items()}
    collection = NAMED[name].collection
    contents = [server.files[name][part.published] for part in collection.files]
    originals = tuple(
        replace(part, packed=len(content), md5=hashlib.md5(content).hexdigest())
        for part, content in zip(collection.files, contents, strict=True)
    )
    address = f"http://127.0.0.1:{server.server_port}"
    mirrors = tuple(f"{address}/{manner}/{name}/" for manner in manners or ("good",))
    small = replace(collection, files=originals, mirrors=mirrors)
    monkeypatch.setitem(NAMED, name, replace(NAMED[name], collection=small))


def folder_of(name: str) -> str:
    return "emnist" if name.startswith("emnist") else name


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


# --- what is loaded ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_a_named_data_set_is_fetched_once_and_kept_in_the_cache(
    server: Server, tmp_path: Path, name: str
) -> None:
    splits = datasets.load(name)
    assert splits.train.name == splits.test.name == name
    assert (len(splits.train), len(splits.test)) == (60, 60)
    kept = tmp_path / "home" / "lenet" / folder_of(name)
    assert sorted(server.asked) == names(tmp_path / "home") == names(kept) == sorted(FILES[name])
    again = datasets.load(name, download=False)
    assert again.train.digest == splits.train.digest
    assert len(server.asked) == len(FILES[name])


@pytest.mark.parametrize("name", ["fashion-mnist", "kmnist", "qmnist"])
def test_idx_files_give_their_images_and_labels_unchanged(name: str) -> None:
    splits = datasets.load(name)
    for part, true in ((splits.train, SMALL.train), (splits.test, SMALL.test)):
        assert np.array_equal(part.images, true.images)
        assert np.array_equal(part.labels, true.labels)


def test_classes_have_the_names_that_their_authors_gave() -> None:
    fashion, kuzushiji = (datasets.load(name).train.classes for name in ("fashion-mnist", "kmnist"))
    assert (len(fashion), fashion[0], fashion[9]) == (10, "T-shirt/top", "Ankle boot")
    assert datasets.load("fashion-mnist").preparation == Preparation("squeeze")
    assert datasets.load("kmnist").preparation is None
    assert kuzushiji == ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")
    for name in ("qmnist", "emnist-digits", "usps"):
        assert datasets.load(name).test.classes == tuple("0123456789")


@pytest.mark.parametrize("name", named.EMNIST_SPLITS)
def test_characters_of_emnist_are_upright(name: str) -> None:
    splits = datasets.load(name)
    seven = int(np.flatnonzero(SMALL.train.labels == 7)[0])
    upright = splits.train.images[seven]
    assert np.array_equal(upright, SMALL.train.images[seven])
    assert not np.array_equal(upright, upright.T), "a 7 is not its own mirror image"
    assert np.array_equal(splits.test.images, SMALL.test.images)


def test_letters_of_emnist_have_labels_from_0_and_names() -> None:
    splits = datasets.load("emnist-letters")
    assert splits.train.classes == CAPITALS
    assert (splits.train.labels.min(), splits.train.labels.max()) == (0, 25)
    assert np.array_equal(splits.test.labels, np.arange(60) % 26)


def test_the_balanced_split_of_emnist_has_47_classes_with_names() -> None:
    splits = datasets.load("emnist-balanced")
    assert splits.train.classes == BALANCED
    assert np.array_equal(splits.train.labels, np.arange(60) % 47)


def test_all_splits_of_emnist_are_read_from_one_download(server: Server, tmp_path: Path) -> None:
    for name in named.EMNIST_SPLITS:
        datasets.load(name, tmp_path / "data")
    assert server.asked == ["gzip.zip"]
    assert names(tmp_path / "data") == ["gzip.zip"]


def test_digits_of_usps_are_scaled_as_mnist_was() -> None:
    splits = datasets.load("usps")
    assert np.array_equal(splits.test.labels, SMALL.test.labels)
    images = np.concatenate([splits.train.images, splits.test.images])
    heights, widths = (images.max(2) > 0).sum(1), (images.max(1) > 0).sum(1)
    assert np.maximum(heights, widths).max() == 20
    assert np.maximum(heights, widths).min() >= 19
    mass = images.sum((1, 2))
    for axis in (1, 2):
        centre = np.arange(28) @ images.sum(3 - axis).T / mass
        assert np.abs(centre - 13.5).max() < 1.2
    true = np.concatenate([SMALL.train.images, SMALL.test.images]).astype(float)
    upright, turned = (
        np.mean(
            [np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(images, other, strict=True)]
        )
        for other in (true, true.transpose(0, 2, 1))
    )
    assert upright > turned + 0.2


# --- where files are looked for ----------------------------------------------------------------


@pytest.mark.parametrize("inner", ["", "kmnist"])
def test_files_placed_by_hand_are_found(server: Server, tmp_path: Path, inner: str) -> None:
    place = tmp_path / "data" / inner
    place.mkdir(parents=True)
    for file, content in FILES["kmnist"].items():
        (place / file).write_bytes(content)
    assert len(datasets.load("kmnist", tmp_path / "data").train) == 60
    assert server.asked == []


def test_the_files_of_mnist_are_not_taken_for_another_data_set(
    monkeypatch: pytest.MonkeyPatch, server: Server, tmp_path: Path
) -> None:
    place = tmp_path / "data"
    place.mkdir()
    for part in mnist.PARTS:
        (place / part.published).write_bytes(gzip.compress(b"MNIST's own, of the same name"))
    before = {path: path.read_bytes() for path in place.iterdir()}
    monkeypatch.setenv("LENET_DATA", str(place))
    datasets.load("fashion-mnist")
    datasets.load("fashion-mnist", place)
    assert len(server.asked) == 4
    assert names(place / "fashion-mnist") == []
    assert {path: path.read_bytes() for path in place.iterdir()} == before


def test_without_downloads_the_error_says_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(DataError) as error:
        datasets.load("emnist-letters", tmp_path / "data", download=False)
    assert str(error.value) == (
        f"EMNIST is not at hand: no gzip.zip in {tmp_path}/data/emnist, {tmp_path}/data, "
        f"{tmp_path}/home/lenet/emnist; `lenet data fetch emnist-letters` downloads it"
    )
    assert not (tmp_path / "data").exists()


def test_a_wrong_file_in_the_folder_of_its_data_set_is_refused(
    server: Server, tmp_path: Path
) -> None:
    path = tmp_path / "usps" / "usps.t.bz2"
    path.parent.mkdir()
    path.write_bytes(b"<html>moved</html>")
    with pytest.raises(DataError) as error:
        datasets.load("usps", tmp_path)
    expected = NAMED["usps"].collection.files[0].md5
    assert str(error.value) == (
        f"{path} is not USPS's usps.t.bz2: its MD5 is "
        f"{hashlib.md5(b'<html>moved</html>').hexdigest()}, expected {expected}; remove it, and "
        "`lenet data fetch usps` brings the original"
    )
    assert server.asked == []
    assert path.read_bytes() == b"<html>moved</html>"


# --- faults ------------------------------------------------------------------------------------

FAULTS = {
    "404": "answered 404",
    "altered": "sent something else",
    "cut": "broke off",
    "slow": "is too slow",
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", ["kmnist", "emnist-letters", "usps"])
def test_a_faulty_server_is_named_and_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, server: Server, tmp_path: Path, name: str, fault: str
) -> None:
    monkeypatch.setattr(cache, "GRACE", 0.5 if fault == "slow" else cache.GRACE)
    publish(monkeypatch, server, name, fault)
    done = CliRunner().invoke(data_cli.app, ["fetch", name, "--data-dir", str(tmp_path / "data")])
    assert isinstance(done.exception, DataError)
    assert done.exception.exit_code == 4
    title = NAMED[name].collection.title
    text = f"cannot download {title}: 127.0.0.1:{server.server_port} {FAULTS[fault]}; put its "
    assert str(done.exception).startswith(text)
    assert f"into {tmp_path}/data/{folder_of(name)} by hand" in str(done.exception)
    assert "\n" not in str(done.exception)
    assert names(tmp_path) == []
    publish(monkeypatch, server, name, fault, "good")
    assert len(datasets.load(name, tmp_path / "data").test) == 60, "the next mirror is asked"


def test_a_command_without_the_data_ends_with_one_line_and_status_4(tmp_path: Path) -> None:
    path = tmp_path / "emnist" / "gzip.zip"
    path.parent.mkdir()
    path.write_bytes(b"half")
    done = run_lenet("data", "fetch", "emnist-digits", "--data-dir", tmp_path)
    assert done.returncode == 4
    assert complaint(done).startswith(f"{path} is not EMNIST's gzip.zip: its MD5 is ")


MEMBERS = emnist_members()
LETTERS = "gzip/emnist-letters-train-images-idx3-ubyte.gz"
MAPPING = "gzip/emnist-letters-mapping.txt"


def without(name: str) -> dict[str, bytes]:
    return {key: content for key, content in MEMBERS.items() if key != name}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"<html>", " is no archive or damaged ("),
        (zipped(MEMBERS)[:-2000], " is no archive or damaged (File is not a zip file); bring it"),
        (zipped(without(LETTERS)), f" holds no {LETTERS}; bring the original file"),
        (
            zipped(without(LETTERS) | {f"../{LETTERS}": MEMBERS[LETTERS]}),
            f" holds no {LETTERS}; bring the original file",
        ),
        (
            zipped(MEMBERS | {LETTERS: MEMBERS[LETTERS][:-100]}),
            f"/{LETTERS} is a truncated gzip file; download it again",
        ),
        (
            zipped(MEMBERS | {LETTERS: gzip.compress(idx(SMALL.train.images) + bytes(10**7))}),
            f"/{LETTERS} holds more than the 47,056 bytes expected; bring the original file",
        ),
        (
            zipped(MEMBERS | {LETTERS: MEMBERS[MAPPING]}),
            f"/{LETTERS} is not an IDX image file",
        ),
        *(
            (
                zipped(MEMBERS | {MAPPING: mapping}),
                f"/{MAPPING} is no list of labels and characters; bring the original file",
            )
            for mapping in (b"", b"1", b"1 A", b"1 65\n3 66", b"1 -1", b"\xff")
        ),
        (zipped(MEMBERS | {MAPPING: b"0 65\n1 66"}), "emnist-letters: label 26 is out of range"),
    ],
)
def test_a_bad_archive_of_emnist_is_refused_with_one_line(
    monkeypatch: pytest.MonkeyPatch, server: Server, tmp_path: Path, content: bytes, text: str
) -> None:
    publish(monkeypatch, server, "emnist-letters", gzip_zip=content)
    with pytest.raises(DataError) as error:
        datasets.load("emnist-letters", tmp_path / "data")
    start = "" if text.startswith("emnist") else f"{tmp_path}/data/emnist/gzip.zip"
    assert str(error.value).startswith(f"{start}{text}")
    assert "\n" not in str(error.value)
    assert names(tmp_path) == ["gzip.zip"], "nothing is unpacked to the disk"


def test_a_zip_bomb_is_refused_before_it_is_unpacked(
    monkeypatch: pytest.MonkeyPatch, server: Server, tmp_path: Path
) -> None:
    monkeypatch.setattr(archive, "MOST_UNPACKED", 10**6)
    bomb = zipped(MEMBERS | {"gzip/bomb.txt": bytes(2 * 10**6)})
    publish(monkeypatch, server, "emnist-letters", gzip_zip=bomb)
    with pytest.raises(DataError, match=r"gzip.zip is no .* \(it holds more than 1,000,000 bytes"):
        datasets.load("emnist-letters", tmp_path / "data")


LINE = usps_text(SMALL.test.subset(slice(1))).split()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (" ".join(LINE[:-1]), "holds other lines than a label 1 to 10 and 256 values from -1 to 1"),
        (" ".join(["0", *LINE[1:]]), "holds other lines than a label 1 to 10"),
        (" ".join(["11", *LINE[1:]]), "holds other lines than a label 1 to 10"),
        (" ".join(["1.5", *LINE[1:]]), "holds other lines than a label 1 to 10"),
        (" ".join([*LINE[:-1], "256:1.5"]), "holds other lines than a label 1 to 10"),
        (" ".join([*LINE[:-1], "256:nan"]), "holds other lines than a label 1 to 10"),
        (" ".join([*LINE[:-1], "257:0.5"]), "holds other lines than a label 1 to 10"),
        (" ".join([*LINE[:-1], "256:x"]), "is not in the format of LIBSVM ("),
        (" ".join(LINE) + "\n1 1:0\n", "is not in the format of LIBSVM ("),
        ("<html>µ", "is not in the format of LIBSVM ("),
        (None, "is truncated; download it again"),
        ("bomb", "holds more text than expected; download it again"),
    ],
)
def test_a_bad_file_of_usps_is_refused_with_one_line(
    monkeypatch: pytest.MonkeyPatch, server: Server, tmp_path: Path, text: str | None, fault: str
) -> None:
    monkeypatch.setattr(named, "MOST_TEXT", 10**6)
    whole = "1" * (10**6 + 1) if text == "bomb" else text
    content = bz2.compress((whole or usps_text(SMALL.test)).encode())
    publish(
        monkeypatch, server, "usps", usps_t_bz2=content[: -50 if text is None else len(content)]
    )
    with pytest.raises(DataError) as error:
        datasets.load("usps", tmp_path)
    assert str(error.value).startswith(f"{tmp_path}/usps/usps.t.bz2 {fault}")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda rows: rows[:, :7], "holds 7 numbers a label, expected 8; bring the original file"),
        (lambda rows: rows[:, 0], "is not an IDX label file: its magic number is 0xc01, expected"),
    ],
)
def test_other_labels_than_those_of_qmnist_are_refused(
    monkeypatch: pytest.MonkeyPatch,
    server: Server,
    tmp_path: Path,
    spoil: Callable[[NDArray[np.int64]], NDArray[np.int64]],
    fault: str,
) -> None:
    file = "qmnist-test-labels-idx2-int.gz"
    rows = np.tile(SMALL.test.labels[:, None], (1, 8))
    server.files["qmnist"][file] = gzip.compress(idx(spoil(rows), 0xC))
    publish(monkeypatch, server, "qmnist")
    with pytest.raises(DataError, match=re.escape(f"{tmp_path}/qmnist/{file} {fault}")):
        datasets.load("qmnist", tmp_path)


# --- the command and the docs ------------------------------------------------------------------


def test_data_fetch_prints_where_each_file_is_and_its_md5(tmp_path: Path) -> None:
    words = ["fetch", "usps", "--data-dir", str(tmp_path)]
    shown = CliRunner().invoke(data_cli.app, words)
    assert shown.exit_code == 0, shown.exception
    files = NAMED["usps"].collection.files
    assert shown.stdout.splitlines() == [
        f"{tmp_path}/usps/{part.published}  MD5 {part.md5}" for part in files
    ]
    machine = json.loads(CliRunner().invoke(data_cli.app, [*words, "--json"]).stdout)
    assert machine["files"][1] == {
        "path": f"{tmp_path}/usps/usps.bz2",
        "md5": files[1].md5,
        "size": len(FILES["usps"]["usps.bz2"]),
    }


def test_every_named_data_set_is_a_source_with_licence_and_citation_in_the_docs() -> None:
    page = " ".join((ROOT / "docs/data.md").read_text("utf-8").split())
    for name, each in NAMED.items():
        assert name in datasets.SOURCES
        assert f"| `{name}` |" in page
        assert each.citation in page
        assert LICENCES[name] == each.licence
