"""Jobs of reading in bulk for tests: small pictures, plans, and what came out."""

import io
import os
import signal
import tarfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image, ImageDraw

from lenet.cluster import HowToRead, Watcher, read_in_bulk
from lenet.cluster.manifest import Manifest, all_keys


def one(number: int) -> bytes:
    """Return a PNG file of 28×28 with a 1 on it, a little different for each number."""
    page = Image.new("L", (28, 28), 0)
    x = 10 + number % 7
    ImageDraw.Draw(page).line([(x, 4), (x + number % 3 - 1, 23)], fill=255, width=3)
    file = io.BytesIO()
    page.save(file, "PNG")
    return file.getvalue()


def pictures(folder: Path, count: int) -> Path:
    """Write so many pictures into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / f"{number:05}.png").write_bytes(one(number))
    return folder


def tar(path: Path, files: dict[str, bytes]) -> Path:
    """Write a tar file."""
    with tarfile.open(path, "w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def parquet(path: Path, contents: Sequence[bytes | None], *, group: int = 3) -> Path:
    """Write a Parquet file with pictures as Hugging Face stores them."""
    rows = [None if each is None else {"bytes": each, "path": None} for each in contents]
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    table = pa.table({"label": list(range(len(rows))), "image": pa.array(rows, kind)})
    pq.write_table(table, path, row_group_size=group)
    return path


def keys_in(out: Path | str) -> list[str]:
    """The keys of all rows, part after part."""
    return [row["picture"] for row in rows_in(out)]


def rows_in(out: Path | str) -> list[dict[str, Any]]:
    """All rows, part after part."""
    paths = sorted(Path(out).glob("part-*.parquet"))
    return [row for path in paths for row in pq.ParquetFile(path).read().to_pylist()]


def planned(out: Path) -> list[str]:
    """The keys of the plan."""
    return list(all_keys(str(out)))


def manifest_of(out: Path) -> Manifest:
    manifest = Manifest.load(str(out))
    assert manifest is not None
    return manifest


def parts(out: Path) -> dict[str, bytes]:
    """The bytes of each part file, by name."""
    return {path.name: path.read_bytes() for path in sorted(out.glob("part-*"))}


def leftovers(out: Path) -> list[str]:
    """What is in the folder beside the plan, part files and the sign of success."""
    return [
        path.name
        for path in out.iterdir()
        if path.name not in ("_manifest", "_SUCCESS") and not path.name.startswith("part-")
    ]


SINGLE = HowToRead(single=True)


def read(sources: Sequence[object], out: Path, **options: Any) -> Any:
    """Read in bulk in one process, each picture as one digit, unless `options` say otherwise."""
    words = [str(source) for source in sources]
    return read_in_bulk(words, str(out), **{"workers": 1, "options": SINGLE, **options})


class Stopping(Watcher):
    """Stops the job after some shards."""

    def __init__(self, shards: int) -> None:
        self.left = shards

    def passed(self, _report: object) -> None:
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt


def kill(pid: int) -> None:
    """SIGKILL."""
    os.kill(pid, signal.SIGKILL)


def wait_for(condition: Any, seconds: float = 60.0) -> Any:
    """Return what `condition` gives once that is true."""
    until = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < until, "in vain"
        time.sleep(0.02)
    return result
