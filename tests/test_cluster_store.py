"""Reading in bulk from and into an object store, which does not always answer."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bulk import SINGLE, Stopping, one, read, tar
from lenet.cluster import places
from lenet.cluster.manifest import Manifest, all_keys
from lenet.cluster.shards import Fault, Report, ShardReader, read_safely
from lenet.errors import DataError
from store import Store, serving

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with serving(tmp_path_factory.mktemp("moto")) as store:
        for number in range(6):
            store.put(f"scans/{number}.png", one(number))
        path = tar(tmp_path_factory.mktemp("tar") / "a.tar", {"x.png": one(1), "y.png": one(2)})
        store.put("scans/a.tar", path.read_bytes())
        yield store


@pytest.fixture
def store(bucket: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The store, of which little patience is asked, and which has no fault yet."""
    monkeypatch.setattr(places, "WAIT_SECONDS", 0.01)
    monkeypatch.setattr(places, "REQUEST_SECONDS", 1)
    monkeypatch.setattr(places, "STORE_TRIES", 1)
    places._store.cache_clear()
    bucket.asked.clear()
    yield bucket
    bucket.fault = lambda _method, _path: None
    places._store.cache_clear()


def rows(address: str) -> list[dict[str, object]]:
    import pyarrow.parquet as pq

    names = [name for name in places.list_folder(address).files if name.startswith("part-")]
    found = []
    for name in names:
        with places.open_file(f"{address}/{name}") as file:
            found += pq.ParquetFile(file).read().to_pylist()
    return found


def test_a_store_is_read_from_and_written_to(store: Store, tmp_path: Path) -> None:
    out = f"{store.address}/out"
    (tmp_path / "list.txt").write_text(f"{store.address}/scans/none.png\n")
    sources = [f"{store.address}/scans", f"@{tmp_path}/list.txt"]
    summary = read(sources, out, shard_items=4)  # type: ignore[arg-type]
    found = rows(out)
    assert [row["picture"] for row in found] == list(all_keys(out))
    errors = {row["picture"]: row["error"] for row in found if row["error"]}
    missing = f"{store.address}/scans/none.png"
    assert errors == {missing: f"{missing} does not exist; check the path"}
    assert (summary.counts.pictures, summary.counts.digits) == (9, 8)
    assert store.names("out") == ["_SUCCESS", *(f"part-{n:06}.parquet" for n in range(3))]
    again = read(sources, out)  # type: ignore[arg-type]
    assert (again.kept, again.read, again.counts) == (3, 0, summary.counts)


def reader(store: Store, name: str) -> tuple[ShardReader, str]:
    """A reader of a plan of one shard."""
    out = f"{store.address}/{name}"

    class Planned(Stopping):
        def begins(self, *_: object) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read([f"{store.address}/scans"], out, shard_items=100, watcher=Planned(0))  # type: ignore[arg-type]
    manifest = Manifest.load(out)
    assert manifest is not None
    return ShardReader(out, manifest.digest), out


def outcome(of: ShardReader, out: str) -> Report | Fault:
    manifest = Manifest.load(out)
    assert manifest is not None
    return read_safely(of, manifest.find_shards(out)[0])


@pytest.mark.parametrize("status", [500, 503])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_store_that_fails_for_a_while_is_asked_again(
    store: Store, status: int, method: str
) -> None:
    reads, out = reader(store, f"flaky-{status}-{method}")
    left = 3

    def fault(asked: str, path: str) -> int | None:
        nonlocal left
        hit = asked == method and re.search(r"/(scans|part-)", path) is not None and left > 0
        left -= hit
        return status if hit else None

    store.fault = fault
    assert isinstance(outcome(reads, out), Report)
    assert left == 0
    assert [row["error"] for row in rows(out)] == [None] * 8


@pytest.mark.parametrize("status", [500, 503])
@pytest.mark.parametrize(("method", "word"), [("GET", "read"), ("PUT", "write")])
def test_a_store_that_keeps_failing_is_one_line_and_leaves_nothing(
    store: Store, status: int, method: str, word: str
) -> None:
    reads, out = reader(store, f"broken-{status}-{method}")
    store.fault = lambda asked, path: (
        status if asked == method and re.search(r"/(scans|part-)", path) else None
    )
    fault = outcome(reads, out)
    assert isinstance(fault, Fault)
    assert fault.final
    assert re.match(rf"cannot {word} s3://.*: .*{status}.*; see to that, then run", fault.reason)
    assert "\n" not in fault.reason
    store.fault = lambda _method, _path: None
    assert store.names(out.rpartition("/")[2]) == []


def test_a_store_that_does_not_answer_is_given_up(store: Store) -> None:
    reads, out = reader(store, "slow")

    def fault(asked: str, path: str) -> int | None:
        if asked == "PUT" and "part-" in path:
            time.sleep(10)
        return None

    store.fault = fault
    fault_found = outcome(reads, out)
    assert isinstance(fault_found, Fault)
    assert fault_found.reason.startswith(f"cannot write {out}/part-000000.parquet: ")


def test_a_bucket_that_is_not_there_is_one_line(store: Store) -> None:
    with pytest.raises(DataError, match=r"cannot list s3://no-such-bucket: when .*NO_SUCH_BUCKET"):
        read(["s3://no-such-bucket/x*"], f"{store.address}/other", options=SINGLE)  # type: ignore[arg-type]
