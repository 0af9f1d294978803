"""UNIPEN: its text format, the places it lies in, its images, and fetching it from Zenodo."""

import hashlib
import io
import json
import lzma
import os
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from lenet import datasets
from lenet.cli import data as data_cli
from lenet.datasets import archive, cache, unipen, unipen_format, zenodo
from lenet.drawing.material import Handwriting
from lenet.errors import DataError
from lenet.storage import locked

INDEX = """.VERSION 1.0
.COMMENT made for this test
.INCLUDE abc/data/one.dat
.SEGMENT CHARACTER 0 OK "1"
.SEGMENT CHARACTER 1-2 ? "7"
"""
PEN = """.WRITER_ID Anna Müller
.COORD X Y T
.PEN_DOWN
10 90 1
10 10 2
.PEN_UP
.PEN_DOWN
0 100 5
50 100 6
50 0 7
.PEN_UP
.PEN_DOWN
20 50 9
80 50 9
.PEN_UP
"""


def tree(index: str = INDEX, pen: str = PEN, contributor: str = "abc") -> dict[str, bytes]:
    return {
        f"data/1a/{contributor}/one.dat": index.encode("latin-1"),
        "include/abc/data/one.dat": pen.encode("latin-1"),
    }


def segments(*lines: str, pen: str = PEN) -> list[list[list[list[float]]]]:
    """The strokes of each character, rounded, without the points between."""
    index = "\n".join([".INCLUDE abc/data/one.dat", *lines])
    hand = unipen_format.parse(tree(index, pen))
    return [
        [np.round(line[[0, -1]], 2).tolist() for line in hand.strokes(i)] for i in range(len(hand))
    ]


def test_a_character_is_its_strokes_in_a_box_of_longer_side_one() -> None:
    hand = unipen_format.parse(tree())
    assert hand.labels.tolist() == ["1", "7"]
    assert hand.writers.tolist() == [0, 0]
    bar, seven = hand.strokes(0), hand.strokes(1)
    assert [line[[0, -1]].tolist() for line in bar] == [[[0, 0], [0, 1]]]
    assert len(seven) == 2
    assert seven[0][0] == pytest.approx([0, 0])
    assert seven[0][-1] == pytest.approx([0.5, 1])
    assert seven[1][0] == pytest.approx([0.2, 0.5])
    gaps = np.hypot(*np.diff(seven[0], axis=0).T)
    assert gaps.max() <= 1.3 * unipen_format.SPACING


def test_components_are_written_in_many_ways() -> None:
    one, corner, dash = segments(
        '.SEGMENT CHARACTER 0 OK "a"', '.SEGMENT CHARACTER 1 OK "a"', '.SEGMENT CHARACTER 2 OK "a"'
    )
    both = [[[0.0, 0.0], [0.5, 1.0]], [[0.2, 0.5], [0.8, 0.5]]]
    assert (one, corner, dash) == (
        [[[0, 0], [0, 1]]],
        [[[0, 0], [0.5, 1]]],
        [[[0, 0], [1, 0]]],
    )
    for written in ("1-2", "1,2", "1+2", "1:0-2:1", "1-2:1", "1:0-2"):
        assert segments(f'.SEGMENT CHARACTER {written} ? "x"') == [both], written
    # From the second point of component 1 to the first of component 2; a single point.
    assert segments('.SEGMENT CHARACTER 1:1-2:0 ? "x"') == [
        [[[0.3, 0.0], [0.3, 1.0]], [[0.0, 0.5], [0.0, 0.5]]]
    ]
    assert segments('.SEGMENT CHARACTER 1:2 ? "."') == [[[[0, 0], [0, 0]]]]


def test_a_pen_up_block_counts_only_if_it_holds_points() -> None:
    pen = PEN.replace(".PEN_UP\n.PEN_DOWN\n0 100", ".PEN_UP\n10 10 3\n0 100 4\n.PEN_DOWN\n0 100")
    assert segments('.SEGMENT CHARACTER 2-3 ? "7"', pen=pen) == segments(
        '.SEGMENT CHARACTER 1-2 ? "7"'
    )
    # Drawn is only where the pen is down.
    assert segments('.SEGMENT CHARACTER 0-1 ? "1"', pen=pen) == [[[[0, 0], [0, 1]]]]


def test_a_block_without_points_or_at_the_origin_has_no_ink() -> None:
    pen = ".PEN_DOWN\n.PEN_UP\n.PEN_DOWN\n0 0\n.PEN_UP\n.PEN_DOWN\n5 5\n5 9\n"
    lines = (f'.SEGMENT CHARACTER {each} ? "1"' for each in ("0", "1", "0-2", "2"))
    assert segments(*lines, pen=pen) == [[[[0, 1], [0, 0]]]] * 2


def test_line_ends_and_columns_differ_between_files() -> None:
    expected = unipen_format.parse(tree())
    moved = PEN.replace("X Y T", "T Y X")
    moved = "\n".join(
        " ".join(reversed(line.split())) if line[0].isdigit() else line
        for line in moved.splitlines()
    )
    for pen in (PEN.replace("\n", "\r\n"), PEN.replace("\n", "\r"), moved):
        for index in (INDEX, INDEX.replace("\n", "\r\n")):
            found = unipen_format.parse(tree(index, pen))
            assert np.array_equal(found.points, expected.points)


def test_labels_may_hold_escaped_quotes_and_backslashes() -> None:
    index = (
        '.INCLUDE abc/data/one.dat\n.SEGMENT CHARACTER 0 OK "\\""\n'
        '.SEGMENT CHARACTER\t0\tOK\t"\\\\"\n.SEGMENT CHARACTER 0 "\xe9"\n'
        '.SEGMENT CHARACTER 0 ? "@"\n'
    )
    assert unipen_format.parse(tree(index)).labels.tolist() == ['"', "\\", "é", "@"]


def test_ligatures_are_not_taken_for_at_signs() -> None:
    index = '.INCLUDE abc/data/one.dat\n.SEGMENT CHARACTER 0 OK "\\@"\n'
    assert unipen_format.parse(tree(index)).labels.tolist() == [unipen_format.LIGATURE]


def test_files_may_include_others_and_hold_strokes_themselves() -> None:
    files = tree(INDEX.replace("abc/data/one.dat", "ABC/head.dat"))
    files["include/abc/head.dat"] = b".INCLUDE abc/data/one.dat\n"
    assert np.array_equal(unipen_format.parse(files).points, unipen_format.parse(tree()).points)
    alone = {"data/1a/abc/one.dat": (PEN + INDEX.replace(".INCLUDE", ".LEXICON")).encode("latin-1")}
    assert np.array_equal(unipen_format.parse(alone).points, unipen_format.parse(tree()).points)


def test_the_number_of_a_writer_tells_the_contributor() -> None:
    files = tree()
    for contributor, writer in (("abc", "Zoe"), ("xyz", "Anna"), ("abc", "Anna")):
        name = f"{contributor}{writer}".lower()
        files[f"data/1c/{contributor}/{name}.dat"] = INDEX.replace("abc/data/one", name).encode()
        files[f"include/{name}.dat"] = PEN.replace("Anna Müller", writer).encode("latin-1")
    hand = unipen_format.parse(files)
    assert hand.writers.tolist() == [1, 1, 0, 0, 2, 2, 1000, 1000]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"data/1a/abc/one.dat": INDEX.encode()}, "include/abc/data/one.dat is missing; bring"),
        (tree(".INCLUDE abc/data/one.dat"), "there is no character in it; bring the original"),
        (
            tree(INDEX, ".INCLUDE abc/data/one.dat"),
            "is included more than 10 files deep; bring the",
        ),
        (tree(INDEX.replace("1-2", "1-3")), "no components '1-3', there are 3; bring the"),
        (tree(INDEX.replace("1-2", "2-1")), "no components '2-1', there are 3"),
        (tree(INDEX.replace("1-2", "some")), "no components 'some', there are 3"),
        (tree(INDEX.replace('"7"', "7")), "cannot understand .*SEGMENT CHARACTER 1-2"),
        (tree(INDEX, PEN.replace("X Y T", "T")), ".COORD names no X and Y, found 'T'"),
        (tree(INDEX, PEN.replace("10 10 2", "10")), "includes a point without coordinates; bring"),
        (
            tree(INDEX, PEN.replace("10 10 2", "10 no")),
            "includes a point without coordinates; bring",
        ),
        (
            tree(INDEX, PEN.replace("10 10 2", "10 inf")),
            "includes a point that is not finite; bring",
        ),
    ],
)
def test_a_broken_file_is_an_error_of_one_line(files: dict[str, bytes], message: str) -> None:
    with pytest.raises(DataError, match=message) as error:
        unipen_format.parse(files)
    assert "\n" not in str(error.value)


def test_files_that_include_others_over_and_over_are_refused_at_once() -> None:
    files = {f"include/{level}": f".INCLUDE {level + 1}\n".encode() * 30 for level in range(8)} | {
        "include/8": b".PEN_DOWN\n1 2\n",
        "data/1a/abc/one.dat": b".INCLUDE 0\n",
    }
    with pytest.raises(DataError, match="includes more than 1,000 files; bring the original"):
        unipen_format.parse(files)


# Places and archives.


def packed(kind: str, files: dict[str, bytes], root: str = "CDROM/train_r01_v07/") -> bytes:
    buffer = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive_file:
            for name, content in files.items():
                archive_file.writestr(root + name, content)
        return buffer.getvalue()
    modes = {"tar": "w", "tgz": "w:gz", "tar.gz": "w:gz", "tar.xz": "w:xz", "tar.bz2": "w:bz2"}
    with tarfile.open(fileobj=buffer, mode=modes[kind]) as tar:  # type: ignore[call-overload]
        folder = tarfile.TarInfo(root + "include")
        folder.type = tarfile.DIRTYPE
        tar.addfile(folder)
        for name, content in files.items():
            member = tarfile.TarInfo(root + name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def unpack(files: dict[str, bytes], folder: Path) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("LENET_DATA", raising=False)
    monkeypatch.setattr(zenodo, "API", "http://127.0.0.1:9/api/records")  # nobody is there
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.mark.parametrize("kind", ["tar", "tgz", "tar.gz", "tar.xz", "tar.bz2", "zip"])
def test_every_kind_of_archive_is_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"unipen-CDROM-train_r01_v07.{kind}"
    path.write_bytes(packed(kind, tree()))
    expected = unipen_format.parse(tree())
    for place in (path, tmp_path):
        hand = unipen.load_handwriting(place)
        assert hand.labels.tolist() == ["1", "7"]
        assert np.array_equal(hand.points, expected.points)


@pytest.mark.parametrize(
    "inner", ["train_r01_v07", "CDROM/train_r01_v07", "unipen/CDROM/train_r01_v07", "."]
)
def test_a_folder_is_read_wherever_the_tree_is_in_it(tmp_path: Path, inner: str) -> None:
    unpack(tree(), tmp_path / "here" / inner)
    assert len(unipen.load_handwriting(tmp_path / "here")) == 2


def test_it_is_looked_for_in_all_data_folders(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    places = [tmp_path / "given", tmp_path / "named", tmp_path / "home" / "lenet" / "unipen"]
    places[1].mkdir()
    monkeypatch.setenv("LENET_DATA", str(places[1]))
    for place in reversed(places):
        file = place / "unipen-CDROM-train_r01_v07.tgz"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(packed("tgz", tree()))
        assert unipen.obtain(None, places[0], download=False) == file
        inner = unpack(tree(), place / "unipen" / "train_r01_v07")
        assert unipen.obtain(None, places[0], download=False) == inner


def test_if_it_is_nowhere_the_error_says_where_it_looked(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()  # of something else
    (tmp_path / "include").mkdir()
    with pytest.raises(DataError) as error:
        datasets.load("unipen", tmp_path, download=False)
    assert str(error.value) == (
        f"UNIPEN is not at hand: no folder train_r01_v07 and no archive of it in {tmp_path}, "
        f"{tmp_path}/home/lenet/unipen; `lenet data fetch unipen` downloads it"
    )
    with pytest.raises(DataError, match=r"no UNIPEN in .*/no: give the folder train_r01_v07 or an"):
        datasets.load(f"unipen:{tmp_path}/no")


def test_what_was_parsed_is_kept_until_the_archive_changes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "a.tgz"
    path.write_bytes(packed("tgz", tree()))
    parsed: list[int] = []
    real = unipen_format.parse

    def parse(files: Mapping[str, bytes]) -> Handwriting:
        parsed.append(len(files))
        return real(files)

    monkeypatch.setattr(unipen_format, "parse", parse)

    def load() -> int:
        unipen._load.cache_clear()  # as a new process
        return len(unipen.load_handwriting(path))

    assert (load(), load(), len(parsed)) == (2, 2, 1)
    [kept] = (tmp_path / "home" / "lenet" / "unipen").iterdir()
    kept.write_bytes(kept.read_bytes()[:100])
    assert (load(), load(), len(parsed)) == (2, 2, 2), "a damaged cache is parsed again"
    path.write_bytes(packed("tgz", tree(INDEX + '.SEGMENT CHARACTER 2 ? "-"\n')))
    assert (load(), load(), len(parsed)) == (3, 3, 3)
    folder = unpack(tree(), tmp_path / "train_r01_v07")
    assert len(unipen.load_handwriting(folder)) == 2
    os.utime(folder / "data/1a/abc/one.dat", (1, 1))
    assert len(unipen.load_handwriting(folder)) == 2
    assert len(parsed) == 5
    assert len(list((tmp_path / "home" / "lenet" / "unipen").iterdir())) == 1


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("no folder")
    path = tmp_path / "a.zip"
    path.write_bytes(packed("zip", tree()))
    assert len(unipen.load_handwriting(path)) == 2


@pytest.mark.parametrize("kind", ["tgz", "tar.xz", "tar.bz2", "zip", "tar"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_archive_is_an_error_of_one_line(
    tmp_path: Path, kind: str, share: float
) -> None:
    content = packed(kind, tree())
    path = tmp_path / "cut"
    path.write_bytes(content[: int(share * len(content.rstrip(b"\0")))])
    with pytest.raises(DataError, match=f"{path}") as error:
        unipen.load_handwriting(path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("kind", ["tgz", "tar.xz", "tar.bz2", "zip"])
def test_damaged_data_in_an_archive_is_called_so(tmp_path: Path, kind: str) -> None:
    content = bytearray(packed(kind, tree()))
    content[len(content) // 2] ^= 255
    path = tmp_path / "spoilt"
    path.write_bytes(content)
    with pytest.raises(DataError, match="spoilt is no archive or damaged .*; bring it again"):
        unipen.load_handwriting(path)


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no archive")
    with pytest.raises(DataError, match="notes.txt is no archive or damaged .*; bring it again"):
        unipen.load_handwriting(path)
    path.write_bytes(packed("zip", {"else": b""}))
    with pytest.raises(DataError, match="notes.txt: there is no character in it; bring the"):
        unipen.load_handwriting(path)


def test_hostile_archives_write_nothing_and_are_bounded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(archive, "MOST_UNPACKED", 100_000)
    evil = tree() | {"../../../../../evil.dat": b"evil", "/tmp/evil-unipen.dat": b"evil"}
    for kind in ("tgz", "zip"):
        path = tmp_path / "evil"
        path.write_bytes(packed(kind, evil))
        assert len(unipen.load_handwriting(path)) == 2
        path.write_bytes(packed(kind, tree() | {"data/bomb": bytes(200_000)}))
        with pytest.raises(DataError, match=r"evil is no .* \(it holds more than 100,000 bytes\)"):
            unipen.load_handwriting(path)
    assert {each.name for each in tmp_path.iterdir()} == {"evil", "home"}
    assert not Path("/tmp/evil-unipen.dat").exists()
    folder = unpack({"data/1a/abc/bomb.dat": bytes(200_000)}, tmp_path / "train_r01_v07")
    with pytest.raises(DataError, match="holds more than 100,000 bytes"):
        unipen.load_handwriting(folder)


def test_links_in_an_archive_are_passed_over(tmp_path: Path) -> None:
    buffer = io.BytesIO(packed("tar", tree()))
    with tarfile.open(fileobj=buffer, mode="a") as tar:
        link = tarfile.TarInfo("train_r01_v07/data/1a/abc/two.dat")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
        tar.addfile(link)
    (tmp_path / "a.tar").write_bytes(buffer.getvalue())
    assert len(unipen.load_handwriting(tmp_path / "a.tar")) == 2


def test_an_archive_that_may_not_be_read_is_an_error_of_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(packed("zip", tree()))
    real = Path.open

    def refuse(self: Path, *words: str, **named: str) -> object:
        if self == path:
            raise PermissionError(13, "Permission denied")
        return real(self, *words, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    message = "cannot read .*a.zip: Permission denied; check that it may be read"
    with pytest.raises(DataError, match=message):
        unipen.load_handwriting(path)
    with pytest.raises(DataError, match=message):
        archive.read_files(path, lambda _: True)


def test_a_folder_that_may_not_be_read_is_an_error_of_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(DataError, match="cannot read .*: Permission denied; check that it may"):
        unipen.load_handwriting(tmp_path)


# As a source of images.


def people(count: int, contributors: str = "ab") -> dict[str, bytes]:
    """A tree of people who each write some digits, letters and signs."""
    files = {}
    labels = ["1", "7", "4", "e", "o", "/", "-", "."]
    index = "\n".join(f'.SEGMENT CHARACTER {i} OK "{label}"' for i, label in enumerate(labels))
    for number in range(count):
        contributor = contributors[number % len(contributors)]
        pen = [f".WRITER_ID {number}", ".COORD X Y"]
        for part in range(len(labels)):
            points = np.random.default_rng([number, part]).integers(0, 100, (6, 2)).tolist()
            points += [[0, 0], [100, 20 if labels[part] == "-" else 100]]
            if labels[part] == "-":
                points = [[x, y // 5] for x, y in points]
            pen += [".PEN_DOWN", *(f"{x} {y}" for x, y in points), ".PEN_UP"]
        name = f"{contributor}/{number:03}.dat"
        files[f"data/1a/{name}"] = f".INCLUDE {name}\n{index}\n".encode()
        files[f"include/{name}"] = "\n".join(pen).encode()
    return files


@pytest.fixture
def hundred(tmp_path: Path) -> Path:
    path = tmp_path / "hundred.zip"
    path.write_bytes(packed("zip", people(100, "aaab")))
    return path


def test_test_writers_are_apart_and_stratified_by_contributor(hundred: Path) -> None:
    hand = unipen.load_handwriting(hundred)
    testing = unipen.test_writers(hand)
    assert len(testing) == unipen.TEST_WRITERS
    assert np.bincount(testing // unipen_format.WRITERS_PER_CONTRIBUTOR).tolist() == [30, 10]
    train, test = unipen.split_writers(hand, hand)
    assert set(test.writers) == set(testing)
    assert not set(train.writers) & set(testing)
    assert len(train) + len(test) == len(hand)
    few = hand.of_writers(range(6))
    assert len(unipen.test_writers(few)) == 3, "of few writers, half are for testing"


def test_its_digits_are_a_dataset_the_same_every_time(hundred: Path) -> None:
    splits = datasets.load(f"unipen:{hundred}")
    assert (len(splits.train), len(splits.test)) == (180, 120)
    assert splits.train.classes == tuple("0123456789")
    assert np.bincount(splits.train.labels).tolist() == [0, 60, 0, 0, 60, 0, 0, 60]
    ink = (splits.train.images > 64).sum((1, 2))
    assert (ink > 20).all()
    assert datasets.load(f"unipen:{hundred}").train.digest == splits.train.digest
    assert len({image.tobytes() for image in splits.train.images}) == 180


def test_its_letters_and_signs_are_nondigits_unless_they_look_like_digits(hundred: Path) -> None:
    train, test = datasets.load_others(f"unipen:{hundred}")
    assert train is not None
    assert test is not None
    assert train.classes == (datasets.NONE,)
    assert (len(train), len(test)) == (120, 80), "e and - of each, not o, / and the full stop"
    assert datasets.load_nondigits(f"unipen:{hundred}").digest == train.digest


def test_narrow_letters_and_slanted_dashes_could_be_digits(tmp_path: Path) -> None:
    pen = ".PEN_DOWN\n0 0\n30 100\n.PEN_DOWN\n0 0\n100 100\n.PEN_DOWN\n0 0\n100 30\n.PEN_UP\n"
    index = ".INCLUDE abc/data/one.dat\n" + "\n".join(
        f'.SEGMENT CHARACTER {i} OK "{label}"' for label in "t-" for i in range(3)
    )
    hand = unipen_format.parse(tree(index, pen))
    assert unipen._could_be_digits(hand).tolist() == [True, False, False, True, True, False]


def test_a_recipe_finds_letters_of_its_data_in_the_data_folder(
    monkeypatch: pytest.MonkeyPatch, hundred: Path
) -> None:
    folder = hundred.parent / "place"
    folder.mkdir()
    hundred.rename(folder / "train_r01_v07.zip")
    train, _ = datasets.load_others("unipen", folder)
    assert train is not None
    assert len(train) == 120
    assert len(datasets.load_nondigits("unipen", folder)) == 120


def test_only_a_place_makes_the_source_private() -> None:
    assert not datasets.Source.parse("unipen").is_private
    assert datasets.Source.parse("unipen:my/folder").public == "unipen"


@pytest.fixture(scope="session")
def real_archive() -> Path:
    root = Path(__file__).parents[1]
    for place in (root.parent, Path(os.environ.get("LENET_DATA") or root).parent):
        if (path := place / "shared/train/unipen/train_r01_v07.tar.xz").exists():
            return path
        if (path := place / "train/unipen/train_r01_v07.tar.xz").exists():
            return path
    pytest.skip("UNIPEN is not here: ../shared/train/unipen holds no archive of it")


@pytest.mark.slow
def test_the_real_archive_holds_what_its_authors_counted(real_archive: Path) -> None:
    hand = unipen.load_handwriting(real_archive)
    assert len(hand) == 89_767
    assert np.isin(hand.labels, list("0123456789")).sum() == 11_439
    assert len(set(hand.writers.tolist())) == 240
    assert len(set((hand.writers // unipen_format.WRITERS_PER_CONTRIBUTOR).tolist())) == 21
    assert hand.points.min() == 0
    assert hand.points.max() == 1
    assert len(unipen.test_writers(hand)) == 40


# Fetching it from a Zenodo on this machine.

ARCHIVE = packed("tgz", tree())
NAME = "unipen-CDROM-train_r01_v07.tgz"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, Zenodo)
        server.asked.append(self.path)
        body, status, headers = server.answer(self.path)
        self.send_response(status)
        for key, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


class Zenodo(ThreadingHTTPServer):
    """Answers for a record, and gives its file."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.content = ARCHIVE
        self.record = {"id": 1195803, "files": [self.file(), self.file("README.md", size=10**9)]}
        self.moved_to = ""

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def file(self, name: str = NAME, size: int = len(ARCHIVE), host: str = "") -> dict[str, object]:
        link = f"{host or self.origin}/api/records/1195803/files/{name}/content"
        md5 = hashlib.md5(ARCHIVE, usedforsecurity=False).hexdigest()
        return {"key": name, "size": size, "checksum": f"md5:{md5}", "links": {"self": link}}

    def answer(self, path: str) -> tuple[bytes, int, dict[str, str]]:
        if path == "/api/records/1195803" and self.moved_to:
            return b"", 302, {"Location": self.moved_to}
        if path in ("/api/records/1195803", "/api/records/4711"):
            return json.dumps(self.record).encode(), 200, {}
        if path.endswith("/content"):
            return self.content, 200, {}
        return b"gone", 404, {}

    def handle_error(self, *_: object) -> None: ...


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Zenodo]:
    with Zenodo() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        monkeypatch.setattr(zenodo, "API", f"{server.origin}/api/records")
        yield server
        server.shutdown()
        thread.join()


def test_a_missing_archive_is_fetched_once_and_verified(server: Zenodo, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    assert len(unipen.load_handwriting(None, folder)) == 2
    path = folder / "unipen" / "train_r01_v07.tgz"
    assert path.read_bytes() == ARCHIVE
    assert len(unipen.load_handwriting(None, folder)) == 2
    assert server.asked == [
        "/api/records/1195803",
        f"/api/records/1195803/files/{NAME}/content",
    ]
    unipen.obtain()
    assert (tmp_path / "home" / "lenet" / "unipen" / "train_r01_v07.tgz").exists()


def test_data_fetch_prints_where_the_archive_is(server: Zenodo, tmp_path: Path) -> None:
    words = ["fetch", "unipen", "--data-dir", str(tmp_path / "data")]
    path = str(tmp_path / "data" / "unipen" / "train_r01_v07.tgz")
    assert CliRunner().invoke(data_cli.app, words).stdout.splitlines() == [path]
    machine = json.loads(CliRunner().invoke(data_cli.app, [*words, "--json"]).stdout)
    assert machine == {"source": "unipen", "files": [{"path": path}]}
    assert len(server.asked) == 2


def test_a_record_that_moved_is_followed_on_the_same_server(server: Zenodo, tmp_path: Path) -> None:
    server.moved_to = "/api/records/4711"
    assert unipen.obtain(None, tmp_path).read_bytes() == ARCHIVE


def alter(**changes: object) -> Callable[[Zenodo], None]:
    return lambda server: server.record["files"][0].update(changes)  # type: ignore[index]


def set_attribute(name: str, value: object) -> Callable[[Zenodo], None]:
    return lambda server: setattr(server, name, value)


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (set_attribute("content", ARCHIVE[:-1] + b"\1"), "sent something else"),
        (set_attribute("content", ARCHIVE + b"\0"), "sent too much"),
        (set_attribute("record", {"files": "none"}), "sent something else"),
        (set_attribute("record", ["files"]), "sent something else"),
        (set_attribute("record", {"files": []}), "names no archive"),
        (set_attribute("record", {"files": "x" * 2**20}), "sent too much"),
        (set_attribute("moved_to", "https://example.org/x"), "refers to another server"),
        (set_attribute("moved_to", "/gone"), "answered 404"),
        (alter(links={"self": "https://example.org/a.tgz"}), "refers to another server"),
        (alter(size=10**9), "names an archive of 1,000,000,000 bytes, the most is 536,870,912"),
        (alter(checksum="sha256:00"), "names no archive"),
        (alter(size=float("inf")), "sent something else"),
        (alter(links={"self": "http://[/a.tgz"}), "sent something else"),
    ],
)
def test_a_fault_of_the_server_is_named_and_leaves_nothing_behind(
    server: Zenodo, tmp_path: Path, spoil: Callable[[Zenodo], None], fault: str
) -> None:
    spoil(server)
    with pytest.raises(DataError) as error:
        unipen.obtain(None, tmp_path / "data")
    assert str(error.value) == (
        f"cannot download train_r01_v07: 127.0.0.1:{server.server_port} {fault}; get its archive "
        f"from https://zenodo.org/records/1195803 and put it into {tmp_path}/data/unipen by hand"
    )
    assert not list((tmp_path / "data" / "unipen").iterdir())


def test_a_server_that_cannot_be_reached_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="train_r01_v07: 127.0.0.1:9 cannot be reached; get its"):
        datasets.load("unipen", tmp_path)


def test_no_fetch_lasts_longer_than_its_timeout(server: Zenodo, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is too slow; get its archive"):
        unipen.obtain(None, tmp_path, timeout=0)
    (tmp_path / "unipen").mkdir(exist_ok=True)
    with locked(tmp_path / "unipen"), pytest.raises(DataError, match="another process is still at"):
        unipen.obtain(None, tmp_path, timeout=0.2)


def test_what_another_process_fetched_meanwhile_is_taken(server: Zenodo, tmp_path: Path) -> None:
    (tmp_path / "train_r01_v07.tar.xz").write_bytes(lzma.compress(b""))
    found = zenodo.fetch(1195803, tmp_path / "train_r01_v07", unipen.ARCHIVES)
    assert found == tmp_path / "train_r01_v07.tar.xz"
    assert server.asked == []


def test_a_folder_that_cannot_be_made_is_a_data_error(server: Zenodo, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here")
    with pytest.raises(DataError, match="cannot write .*/file/unipen: Not a directory"):
        unipen.obtain(None, tmp_path / "file")
    assert cache.cache_folder("unipen") == tmp_path / "home" / "lenet" / "unipen"
