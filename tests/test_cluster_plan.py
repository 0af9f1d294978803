"""The plan of a bulk reading: what its items are, and how it is kept."""

import json
from pathlib import Path

import pytest

from bulk import manifest_of, one, parquet, pictures, planned, tar
from lenet.cluster import HowToRead, places, sources
from lenet.cluster.distinct import Distinct
from lenet.cluster.manifest import Manifest, check_same, items_in, list_items, shard_size
from lenet.cluster.sources import find_items, key_of
from lenet.errors import DataError, UsageError
from lenet.storage import sha256


def keys(*words: object, recursive: bool = False) -> list[str]:
    return [key_of(item) for item in find_items(list(map(str, words)), recursive)]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    pictures(tmp_path / "scans", 3)
    pictures(tmp_path / "scans/b", 1)
    (tmp_path / "scans/notes.txt").touch()
    (tmp_path / "scans/.hidden.png").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_folders_patterns_and_files_are_in_the_order_given(here: Path) -> None:
    first = ["scans/00000.png", "scans/00001.png", "scans/00002.png"]
    assert keys("scans") == first
    assert keys("scans", recursive=True) == [*first, "scans/b/00000.png"]
    assert keys("nowhere.png", "scans/*1.png") == ["nowhere.png", "scans/00001.png"]
    assert keys("scans/**/*.png") == [*first, "scans/b/00000.png"]
    assert keys(f"{here}/s*/b/*") == [f"{here}/scans/b/00000.png"]
    assert keys("*/*0.png") == ["scans/00000.png"]
    assert keys(f"file://{here}/scans/b") == [f"file://{here}/scans/b/00000.png"]


def test_a_list_names_a_picture_on_each_line(here: Path) -> None:
    (here / "list.txt").write_bytes(b"a.png\n\n  b c.png \r\ns3://x/y.png")
    assert keys("@list.txt") == ["a.png", "b c.png", "s3://x/y.png"]
    tar(here / "a.tar", {"1.png": one(1)})
    (here / "list.txt").write_text("a.tar\nb.png")
    assert keys("@list.txt") == ["a.tar::1.png", "b.png"]


def test_the_pictures_in_tar_and_parquet_files_are_items(here: Path) -> None:
    tar(here / "a.tar", {"x/1.png": one(1), "x/1.json": b"{}", "2.JPG": b"no"})
    parquet(here / "b.parquet", [one(1), one(2)])
    assert keys("a.tar", "b.parquet") == [
        *("a.tar::x/1.png", "a.tar::2.JPG"),
        *("b.parquet::0", "b.parquet::1"),
    ]
    assert keys(".")[:3] == ["a.tar::x/1.png", "a.tar::2.JPG", "b.parquet::0"]


def test_addresses_of_any_store_that_fsspec_knows_are_listed(here: Path) -> None:
    import fsspec

    store = fsspec.filesystem("memory")
    for name in ("in/b.png", "in/a.png", "in/deep/c.png"):
        store.pipe(f"/bulk/{name}", one(0))
    assert keys("memory://bulk/in") == ["memory://bulk/in/a.png", "memory://bulk/in/b.png"]
    assert keys("memory://bulk/in/*/*.png") == ["memory://bulk/in/deep/c.png"]
    assert places.read("memory://bulk/in/a.png") == one(0)
    places.write_whole("memory://bulk/out/x", b"whole")
    assert places.list_folder("memory://bulk/out").files == ["x"]
    store.rm("/bulk", recursive=True)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("scans/b/*.jpg", "scans/b/*.jpg holds no pictures; name another source"),
        ("empty", "empty holds no pictures; name another source"),
        ("deep", "deep holds no pictures; --recursive looks into its folders"),
        ("@none.txt", "there is no list none.txt; check its name"),
        ("none.tar", "none.tar does not exist; check its name"),
        ("x.tar.gz", "x.tar.gz is compressed, so that nothing in it can be opened by itself: "),
        ("bad.tar", "bad.tar is no tar file or damaged ("),
        ("bad.parquet", "bad.parquet is no Parquet file or damaged ("),
        ("what://x/a*", "what://x cannot be opened: Protocol not known: what; give a path, or "),
    ],
)
def test_a_source_that_cannot_be_listed_is_refused(here: Path, source: str, said: str) -> None:
    (here / "empty").mkdir()
    pictures(here / "deep/b", 1)
    for name in ("bad.tar", "bad.parquet"):
        (here / name).write_bytes(b"neither" * 200)
    with pytest.raises(DataError) as caught:
        keys(source)
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize("source", ["-", "https://example.org/3.png"])
def test_what_is_no_file_is_not_read_in_bulk(source: str) -> None:
    with pytest.raises(UsageError, match="is not read in bulk: give files, folders, lists or"):
        keys(source)


def test_a_picture_named_twice_is_refused_by_its_name(here: Path) -> None:
    (here / "_manifest").mkdir()
    with pytest.raises(DataError, match=r"scans/00001\.png is among the pictures twice; name each"):
        list_items(".", ["scans", "scans/00001.png"], recursive=False)


def test_repeated_keys_are_found_among_many_also_from_files() -> None:
    many = [f"scans/{number}.png" for number in range(300_000)]
    with Distinct() as distinct:
        for key in many:
            distinct.add(key)
        assert distinct.repeated(iter(many)) is None
        distinct.add(many[77])
        assert distinct.repeated(iter(many)) == many[77]


def made(out: Path, words: list[str], shard_items: int = 4) -> Manifest:
    (out / "_manifest").mkdir(parents=True, exist_ok=True)
    listed = list_items(str(out), words, recursive=False)
    manifest = Manifest(
        sources=words,
        recursive=False,
        lists=sources.lists_of(words),
        base=str(Path.cwd()),
        model="reader",
        finder="finder",
        digests={},
        options=HowToRead(),
        items=listed.items,
        items_sha256=listed.sha256,
        shard_items=shard_items,
        shards=-(-listed.items // shard_items),
    )
    manifest.save(str(out))
    return manifest


def test_shards_are_consecutive_parts_of_the_plan(here: Path) -> None:
    pictures(here / "many", 10)
    manifest = made(here / "out", ["many"])
    shards = manifest.find_shards("out")
    found = [[key_of(item) for item in items_in("out", shard)] for shard in shards]
    assert list(map(len, found)) == [4, 4, 2]
    assert [key for part in found for key in part] == planned(here / "out") == keys("many")


def test_the_same_plan_made_twice_is_the_same_file(here: Path) -> None:
    made(here / "out", ["scans"])
    made(here / "again", ["scans"])
    for name in ("manifest.json", "items.jsonl"):
        first, second = (here / out / "_manifest" / name for out in ("out", "again"))
        assert first.read_bytes() == second.read_bytes()
    content = json.loads((here / "out/_manifest/manifest.json").read_text())
    digest = content.pop("sha256")
    assert digest == sha256(json.dumps(content, sort_keys=True).encode())
    assert manifest_of(here / "out").digest == digest


@pytest.mark.parametrize("name", ["manifest.json", "items.jsonl"])
def test_a_plan_that_was_altered_is_refused(here: Path, name: str) -> None:
    made(here / "out", ["scans"])
    path = here / "out/_manifest" / name
    path.write_bytes(path.read_bytes().replace(b"scans", b"scarf"))
    with pytest.raises(DataError, match="was altered: its digest differs; choose another --to"):
        manifest_of(here / "out").find_shards("out")
    path.write_bytes(b"{")
    if name == "manifest.json":
        with pytest.raises(DataError, match="is broken; choose another --to"):
            Manifest.load("out")


def test_another_command_is_refused_and_both_sides_are_named(here: Path) -> None:
    from lenet.cluster.manifest import asked_for

    (here / "list.txt").write_text("a.png")
    manifest = made(here / "out", ["@list.txt"])
    networks = {"model": "reader", "finder": "finder", "digests": {}}
    same = asked_for(["@list.txt"], False, networks, HowToRead())
    check_same(manifest, same, None, "out")
    check_same(manifest, same, 4, "out")
    for change, said in (
        ({"sources": ["scans"]}, "sources @list.txt, not scans;"),
        ({"model": "lenet5"}, "model reader, not lenet5;"),
        ({"options": HowToRead(single=True)}, "single False, not True;"),
        ({"lenet": "9.9"}, "version of lenet 0.1.0, not 9.9;"),
        ({"lists": {"@list.txt": "f" * 64}}, f"list @list.txt {sha256(b'a.png')[:16]}…, not ffff"),
    ):
        with pytest.raises(DataError) as caught:
            check_same(manifest, {**same, **change}, None, "out")
        assert str(caught.value).startswith(f"out holds the result of another job: {said}")
    with pytest.raises(DataError, match="--shard-items 4, not 5; repeat its command, or choose"):
        check_same(manifest, same, 5, "out")


def test_the_size_of_a_shard_is_a_minute_of_work_and_eight_for_each_worker() -> None:
    assert shard_size(10**8, 0.01, 4) == 6_000
    assert shard_size(1_000, 0.01, 4) == 32
    assert shard_size(10**8, 1e-6, 4) == 100_000
    assert shard_size(5, 300.0, 4) == 1


def test_a_million_names_are_planned_in_little_memory(tmp_path: Path) -> None:
    from command import printed

    path = tmp_path / "list.txt"
    path.write_text("".join(f"scans/{number:09}/page.png\n" for number in range(1_000_000)))
    (tmp_path / "out/_manifest").mkdir(parents=True)
    program = (
        "import resource, sys, time\n"
        "from lenet.cluster.manifest import list_items\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "items = list_items(sys.argv[1], [sys.argv[2]], False).items\n"
        "after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print(items, (after - before) // 1024)"
    )
    items, megabytes = printed(program, tmp_path / "out", f"@{path}").split()
    assert items == "1000000"
    assert int(megabytes) < 150
