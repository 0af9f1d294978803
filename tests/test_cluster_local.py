"""Reading in bulk on the cores of this machine, without Ray."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from bulk import (
    Stopping,
    kill,
    leftovers,
    manifest_of,
    one,
    parquet,
    parts,
    pictures,
    planned,
    read,
    rows_in,
    tar,
    wait_for,
)
from command import complaint, run_lenet
from documents import endless_pdf, page_image, tiff
from lenet.cluster import HowToRead
from lenet.cluster import places as places_module
from lenet.cluster.bulk import Summary  # noqa: TC001
from lenet.cluster.parts import kind_of
from lenet.cluster.shards import ShardReader
from lenet.errors import DataError, PictureError
from lenet.picture import decode
from lenet.reader import Reader
from pages import encode, rows_of


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a picture of every sort, good and bad, and a job that has read them."""
    folder = tmp_path_factory.mktemp("material")
    scans = pictures(folder / "scans", 40)
    (scans / "sheet.png").write_bytes(encode(rows_of("735", "42", gap=75)))
    (scans / "pages.tif").write_bytes(tiff([page_image("17"), page_image("71")]))
    (scans / "blank.png").write_bytes(encode(rows_of(" ")))
    (scans / "bad.png").write_bytes(one(0)[:-30])
    (scans / "text.png").write_bytes(b"no picture at all")
    tar(folder / "more.tar", {f"{number}.png": one(number) for number in range(9)})
    parquet(folder / "rows.parquet", [one(1), None, one(2), b"no", one(3)])
    with (scans / "large.png").open("wb") as file:
        file.truncate(200_000_000)
    sources = [folder / name for name in ("scans", "more.tar", "rows.parquet", "missing.png")]
    summary = read(sources, folder / "out", options=HowToRead(), shard_items=16, workers=2)
    (folder / "summary.json").write_text(json.dumps(summary.to_dict()))
    return folder


def test_every_picture_is_there_once_whatever_became_of_it(material: Path) -> None:
    out = material / "out"
    rows = Counter(row["picture"] for row in rows_in(out))
    assert list(rows) == planned(out)
    assert [key for key, count in rows.items() if count > 1] == [f"{material}/scans/pages.tif"]
    assert leftovers(out) == []
    success = json.loads((out / "_SUCCESS").read_text())
    assert success == {"manifest": manifest_of(out).digest, "pictures": len(rows)}


def test_rows_are_the_readings_that_predict_gives(material: Path) -> None:
    rows = rows_in(material / "out")
    reader = Reader()
    for name in ("sheet.png", "pages.tif", "00003.png"):
        path = f"{material}/scans/{name}"
        found = [row for row in rows if row["picture"] == path]
        for row, reading in zip(found, reader.read_pages(path, all_formats=True), strict=True):
            assert not isinstance(reading, PictureError)
            assert row.pop("error") is None
            assert row == nearly(reading.to_dict())


def nearly(value: Any) -> Any:
    """A reading as a dictionary, whose numbers may be rounded to 32 bits."""
    if isinstance(value, dict):
        return {name: nearly(each) for name, each in value.items()}
    if isinstance(value, list):
        return [nearly(each) for each in value]
    return pytest.approx(value, abs=1e-6) if isinstance(value, float) else value


def test_what_cannot_be_read_is_a_row_with_its_error(material: Path) -> None:
    errors = {row["picture"]: row["error"] for row in rows_in(material / "out") if row["error"]}
    said = {key.removeprefix(f"{material}/").removeprefix("scans/"): e for key, e in errors.items()}
    assert set(said) == {
        *("bad.png", "large.png", "text.png", "rows.parquet::1", "rows.parquet::3", "missing.png")
    }
    assert "is too large: 200,000,000 bytes, limit 100,000,000" in said["large.png"]
    assert "missing.png does not exist; check the path" in said["missing.png"]
    assert "rows.parquet::1 is empty: it holds no bytes of a picture" in said["rows.parquet::1"]
    summary = json.loads((material / "summary.json").read_text())
    assert summary["unreadable"] == {
        "broken": 1,
        "empty": 1,
        "missing": 1,
        "no picture": 2,
        "too large": 1,
    }
    assert summary["pictures"] == len(planned(material / "out"))
    assert (summary["pages"], summary["blank"]) == (summary["pictures"] + 1, 1)
    assert summary["digits"] == sum(len(row["digits"] or ()) for row in rows_in(material / "out"))


def test_part_files_say_what_they_belong_to_and_nothing_of_this_machine(material: Path) -> None:
    path = material / "out/part-000001.parquet"
    facts = pq.read_schema(path).metadata
    manifest = manifest_of(material / "out")
    assert facts[b"lenet.manifest"].decode() == manifest.digest
    assert facts[b"lenet.model"].decode() == manifest.digests["digest of the model"]
    assert facts[b"lenet.shard"] == b"1"
    assert os.uname().nodename.encode() not in path.read_bytes()


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with 24 pictures, which is the current one."""
    pictures(tmp_path / "scans", 24)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_stopped_job_goes_on_and_does_only_what_is_missing(job: Path) -> None:
    out = job / "out"
    with pytest.raises(KeyboardInterrupt):
        read(["scans"], out, shard_items=4, watcher=Stopping(2))
    assert leftovers(out) == []
    before = parts(out)
    assert len(before) >= 2
    assert not (out / "_SUCCESS").exists()
    (out / ".part-000004.parquet.0123.tmp").write_bytes(b"half")
    broken = out / "part-000001.parquet"
    broken.write_bytes(broken.read_bytes()[:100])
    summary: Summary = read(["scans"], out)
    assert (summary.kept, summary.shards) == (len(before) - 1, 6)
    assert summary.read == 4 * (6 - summary.kept)
    assert leftovers(out) == []
    assert {**parts(out), **before} == parts(out)
    assert [row["picture"] for row in rows_in(out)] == planned(out)
    again: Summary = read(["scans"], out)
    assert (again.kept, again.read, again.counts) == (6, 0, summary.counts)


def test_new_pictures_in_a_folder_do_not_change_a_plan(job: Path) -> None:
    first = read(["scans"], job / "out", shard_items=12)
    (job / "scans/new.png").write_bytes(one(0))
    assert read(["scans"], job / "out").counts == first.counts
    shutil.copy(job / "out/part-000001.parquet", job / "out/part-000002.parquet")
    with pytest.raises(DataError, match=r"holds part-000002\.parquet, which is not of this job"):
        read(["scans"], job / "out")


def test_a_part_file_with_other_keys_is_not_taken_for_whole(job: Path) -> None:
    out = job / "out"
    read(["scans"], out, shard_items=12)
    path = out / "part-000001.parquet"
    table = pq.ParquetFile(path).read()
    pq.write_table(table.slice(1), path)
    (out / "_SUCCESS").unlink()
    with pytest.raises(DataError, match="does not hold the pictures of its shard, each once: rem"):
        read(["scans"], out)
    assert not (out / "_SUCCESS").exists()


def test_a_row_for_each_digit_has_the_columns_of_the_csv(job: Path) -> None:
    (job / "scans/sheet.png").write_bytes(encode(rows_of("735", "42", gap=75)))
    (job / "scans/text.png").write_bytes(b"none")
    how = HowToRead(rows="digits")
    summary = read(["scans/sheet.png", "scans/text.png"], job / "out", options=how)
    *digits, error = rows_in(job / "out")
    listed = run_lenet("predict", "--csv", "scans/sheet.png").stdout.splitlines()
    names = listed[0].split(",")
    for row, line in zip(digits, listed[1:], strict=True):
        for name, text in zip(names, line.split(","), strict=True):
            value = row[name]
            assert str("" if value is None else value) == text or float(text) == pytest.approx(
                value, abs=1e-6
            )
        assert len(row["probabilities"]) == 10
    assert error["digit"] is None
    assert error["error"].startswith("scans/text.png is text; save it as PNG")
    assert (summary.counts.pictures, summary.counts.pages, summary.counts.digits) == (2, 2, 5)


@pytest.mark.slow
def test_a_page_that_takes_too_long_is_an_error_and_the_others_are_read(job: Path) -> None:
    (job / "scans/endless.pdf").write_bytes(endless_pdf())
    how = HowToRead(single=True, picture_seconds=1.5)
    summary = read(["scans"], job / "out", options=how, shard_items=25)
    [error] = [row for row in rows_in(job / "out") if row["error"]]
    assert error["picture"] == "scans/endless.pdf"
    assert "takes longer than 1.5 seconds to read" in error["error"]
    assert summary.counts.unreadable == {"too slow": 1}
    assert summary.counts.digits == 24


def test_two_that_write_the_same_part_at_once_leave_one_whole_file(job: Path) -> None:
    out = job / "out"
    read(["scans"], out, shard_items=12)
    before = parts(out)
    manifest = manifest_of(out)
    shards = manifest.find_shards(str(out))
    readers = [ShardReader(str(out), manifest.digest) for _ in range(2)]
    (out / "part-000000.parquet").unlink()
    threads = [threading.Thread(target=reader, args=(shards[0],)) for reader in readers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert parts(out) == before
    assert leftovers(out) == []


@pytest.mark.slow
def test_a_process_that_is_killed_is_replaced_and_its_shard_read_again(job: Path) -> None:
    count = 6_000  # seconds of work: with fewer, all could be read before a process is killed
    pictures(job / "scans", count)
    command = [sys.executable, "-m", "lenet", "predict", "scans", "--single", "--to", "out"]
    command += ["--workers", "2", "--shard-items", "500", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            if json.loads(line)["event"] == "workers":
                break
        children = wait_for(lambda: children_of(process.pid))
        kill(children[0])
        *_, done = map(json.loads, process.stdout)
    assert process.returncode == 0
    assert (done["pictures"], done["failed"]) == (count, {})
    assert [row["picture"] for row in rows_in(job / "out")] == planned(job / "out")


def children_of(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for path in listed for child in path.read_text().split()]


@pytest.mark.slow
@pytest.mark.parametrize("shards", [0, 2, 4])
def test_a_job_whose_program_is_killed_goes_on(job: Path, shards: int) -> None:
    pictures(job / "scans", 600)
    command = [sys.executable, "-m", "lenet", "predict", "scans", "--single", "--to", "out"]
    command += ["--workers", "2", "--shard-items", "100"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        wait_for(lambda: (job / "out/_manifest/manifest.json").exists())
        wait_for(lambda: len(list((job / "out").glob("part-*"))) >= shards)
        children = children_of(process.pid)
        process.send_signal(signal.SIGKILL)
    wait_for(lambda: not any(Path(f"/proc/{child}").exists() for child in children))
    done = run_lenet(*command[3:])
    assert done.returncode == 0, done.stderr
    assert [row["picture"] for row in rows_in(job / "out")] == planned(job / "out")
    assert leftovers(job / "out") == []


@pytest.mark.slow
def test_a_full_disk_ends_the_job_with_one_line_and_nothing_half_written(job: Path) -> None:
    wide = pictures(job / "wide", 600)
    program = (
        "import resource, sys; from lenet.cluster import places; places.WAIT_SECONDS = 0.01;"
        "from lenet.cluster.manifest import Manifest; from lenet.cluster.shards import *;"
        "manifest = Manifest.load('out'); reader = ShardReader('out', manifest.digest);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, 4_000));"
        "print(read_safely(reader, manifest.find_shards('out')[0]))"
    )
    with pytest.raises(KeyboardInterrupt):
        read([wide], job / "out", shard_items=300, watcher=_StopAtBegin())
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "final=True" in done.stdout, done.stderr
    assert re.search(
        r"cannot write out/part-000000\.parquet: file too large; see to that, then run the same "
        r"command again: what is done is kept",
        done.stdout,
    )
    assert leftovers(job / "out") == []
    assert parts(job / "out") == {}


class _StopAtBegin(Stopping):
    def __init__(self) -> None:
        super().__init__(0)

    def begins(self, *_: object) -> None:
        raise KeyboardInterrupt


def test_the_command_reads_into_parquet_and_says_what_became_of_it(job: Path) -> None:
    (job / "scans/bad.png").write_bytes(b"none")
    words = ("predict", "scans", "--single", "--to", "out", "--workers", "1")
    done = run_lenet(*words)
    assert done.returncode == 3
    assert done.stdout.splitlines()[:2] == [
        "25 pictures, 24 digits; 0 blank, 0 without a digit",
        "1 could not be read: 1 no picture",
    ]
    assert re.search(
        r"25 pictures read in [\d.]+ s, [\d,]+ a second, 0\.\d+ core-hours\n", done.stdout
    )
    assert done.stdout.endswith("8 part files in out\n") or "part files in out" in done.stdout
    assert "listing the pictures …\n25 pictures in " in done.stderr
    other = run_lenet(*words, "--model", "lenet5")
    assert other.returncode == 4
    assert complaint(other) == (
        "out holds the result of another job: model reader, not lenet5; repeat its command, or "
        "choose another --to"
    )
    loaded = run_lenet("predict", "--workers", "3", "scans")
    assert (loaded.returncode, complaint(loaded)) == (
        *(2, "--workers needs --to: name a folder for the readings"),
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--workers", "many"], "--workers is 'many': say ray, local or a number of processes"),
        (["--workers", "0"], "--workers is 0: give 1 to 4,096 processes"),
        (["--shard-items", "-1"], "--shard-items is -1: give 1 to 100,000"),
        (["--picture-seconds", "-1"], "--picture-seconds is -1.0: give more than 0"),
        (["--csv"], "--csv does not go with --to: leave it out"),
    ],
)
def test_options_that_make_no_sense_are_refused(job: Path, words: list[str], said: str) -> None:
    from test_predict import predict

    done = predict("scans", "--to", "out", *words, code=2)
    assert str(done.exception) == said
    assert not (job / "out").exists()


def test_two_jobs_do_not_write_to_one_folder(job: Path) -> None:
    from lenet.storage import locked

    (job / "out/_manifest").mkdir(parents=True)
    with locked(job / "out/_manifest"), pytest.raises(DataError) as caught:
        read(["scans"], job / "out")
    assert str(caught.value).endswith("/out: wait for it, or choose another --to")


def test_neither_ray_nor_torch_is_loaded_to_read_here(job: Path) -> None:
    from command import loaded_modules

    loaded = loaded_modules("predict", "scans", "--single", "--to", "out", "--workers", "1")
    assert "lenet.cluster.pool" in loaded
    assert not {"ray", "torch", "sklearn"} & loaded


def test_a_process_that_reads_goes_without_pandas(job: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        read(["scans"], job / "out", watcher=_StopAtBegin())
    program = (
        "import sys; from lenet.cluster.shards import Report, in_a_process;"
        "from lenet.cluster.manifest import Manifest; manifest = Manifest.load('out');"
        "work = in_a_process('out', manifest.digest);"
        "[outcome] = work(manifest.find_shards('out')[:1]);"
        "print(isinstance(outcome, Report), outcome, 'pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.startswith("True Report("), done.stdout + done.stderr
    assert done.stdout.endswith(" False\n")


def test_the_kinds_of_errors_follow_from_what_decoding_says(tmp_path: Path) -> None:
    said = {}
    for name, content in (("empty", b""), ("text", b"abc"), ("broken", one(1)[:50])):
        path = tmp_path / f"{name}.png"
        path.write_bytes(content)
        with pytest.raises(PictureError) as caught:
            decode(path)
        said[name] = kind_of(str(caught.value))
    assert said == {"empty": "empty", "text": "no picture", "broken": "broken"}
    assert kind_of("something else") == "other"


def test_a_store_that_refuses_for_a_moment_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places_module, "WAIT_SECONDS", 0)
    calls = []

    def action() -> str:
        calls.append(1)
        if len(calls) < 3:
            raise OSError("AWS Error SLOW_DOWN (HTTP status 503)\nmore")
        return "done"

    assert places_module.patiently(action, "read it") == "done"
    with pytest.raises(DataError, match="cannot read it: timed out; see to that, then run the"):
        places_module.patiently(_timed_out, "read it")


def _timed_out() -> None:
    raise TimeoutError("timed out")
