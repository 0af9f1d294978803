import base64
import os
import shlex
import signal
import sqlite3
import threading
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
import sqlalchemy as sa
from numpy.typing import NDArray
from starlette.testclient import TestClient

import postgres
from command import complaint, run_lenet
from lenet import datasets
from lenet.corrections import Correction, Corrections, open_engine
from lenet.datasets.corrections import export_corrections
from lenet.errors import DataError
from lenet.picture import normalise
from lenet.reader import DEFAULT_MODEL
from lenet.recipe import parse_changes
from lenet.server.app import build
from lenet.server.guard import Policy
from lenet.server.models import load_models
from lenet.server.service import Metrics, Service
from live_service import Live, serving
from services import service_of

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.database)]


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with postgres.server() as url:
        yield url


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where corrections can be kept, and none are yet."""
    if request.param == "sqlite":
        return str(tmp_path / "corrections.db")
    url: str = request.getfixturevalue("server")
    name = f"of_{uuid4().hex}"
    engine = sa.create_engine(f"{url}/postgres".replace("://", "+psycopg://", 1))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"create database {name}")
    engine.dispose()
    return f"{url}/{name}"


@pytest.fixture
def store(place: str) -> Iterator[Corrections]:
    store = Corrections(place)
    yield store
    store.close()


@pytest.fixture
def client(store: Corrections) -> Iterator[TestClient]:
    service = Service(load_models(["lenet5"]), Metrics())
    service.check()
    with TestClient(build(service, Policy(), store), base_url="http://localhost") as client:
        yield client


def correction(number: int = 0, **changes: Any) -> Correction:
    image = normalise(np.random.default_rng(number).integers(1, 256, (20, 12), np.uint8))
    facts = {
        "id": uuid4(), "image": image, "model": "lenet5", "digest": "d" * 64, "answer": 1,
        "probability": 0.61, "truth": number % 10, "time": datetime.now(UTC),
    }  # fmt: skip
    return Correction(**{**facts, **changes})


def facts(each: Correction) -> dict[str, Any]:
    return {**vars(each), "image": each.image.tobytes()}


def sent(number: int = 0, id: UUID | None = None) -> dict[str, Any]:  # noqa: A002
    """What the page sends."""
    each = correction(number)
    image = base64.b64encode(each.image.tobytes()).decode()
    return {"id": str(id or each.id), "model": "lenet5", "image": image, "truth": each.truth}


# The store


def test_a_correction_survives_a_round_trip(store: Corrections) -> None:
    given = correction(3)
    assert store.add(given) is None
    found = store.get(given.id)
    assert found is not None
    assert facts(found) == facts(given)
    assert found.time.tzinfo is UTC


def test_a_correction_may_say_that_an_image_is_not_a_digit(store: Corrections) -> None:
    given = correction(3, truth=None)
    store.add(given)
    found = store.get(given.id)
    assert found is not None
    assert facts(found) == facts(given)
    assert not found.says_the_same(correction(3, truth=0))


def test_the_next_service_finds_the_corrections(store: Corrections, place: str) -> None:
    given = correction()
    store.add(given)
    store.close()
    again = Corrections(place, create=False)
    assert [facts(each) for each in again] == [facts(given)]
    again.close()


def test_a_retry_adds_nothing_and_returns_what_has_the_same_id(
    store: Corrections,
) -> None:
    first = correction(1)
    store.add(first)
    retry = correction(1, id=first.id)
    before = store.add(retry)
    assert before is not None
    assert before.says_the_same(retry)
    assert before.time == first.time
    other = correction(1, id=first.id, truth=2)
    before = store.add(other)
    assert before is not None
    assert not before.says_the_same(other)
    assert len(store) == 1


def test_pages_list_the_newest_first_even_if_times_are_equal(store: Corrections) -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(7):
        store.add(correction(number, time=begin + timedelta(seconds=number // 3)))
    pages: list[Correction] = []
    after = None
    while page := store.newest(2, after):
        pages += page
        after = page[-1].id
    assert [each.time.second for each in pages] == [2, 1, 1, 1, 0, 0, 0]
    assert len({each.id for each in pages}) == 7
    assert {each.id for each in pages} == {each.id for each in store}


def test_a_deleted_correction_is_gone(store: Corrections) -> None:
    given = correction()
    store.add(given)
    assert store.delete(given.id)
    assert not store.delete(given.id)
    assert (store.get(given.id), len(store)) == (None, 0)


def test_the_database_refuses_a_truth_that_is_out_of_range(store: Corrections) -> None:
    with pytest.raises(DataError, match="cannot use the database"):
        store.add(correction(truth=10))
    assert len(store) == 0


def test_a_later_schema_is_refused(store: Corrections, place: str) -> None:
    with store._engine.begin() as connection:
        connection.execute(sa.text("update schema_version set version = 3"))
    with pytest.raises(DataError, match="have schema version 3, this lenet knows 1 and 2: use"):
        Corrections(place)


# What SQLAlchemy made of the first version's tables; as text, so that it stays what it was.
VERSION_1 = """CREATE TABLE corrections (
    id {id} NOT NULL,
    time {time} NOT NULL,
    model VARCHAR(200) NOT NULL,
    digest VARCHAR(64) NOT NULL,
    answer SMALLINT NOT NULL,
    probability {double} NOT NULL,
    truth SMALLINT NOT NULL,
    image {blob} NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT truth_is_a_digit CHECK (truth between 0 and 9),
    CONSTRAINT image_is_28_by_28 CHECK (length(image) = 784)
)"""
TYPES = {
    "sqlite": {"id": "CHAR(32)", "time": "DATETIME", "double": "DOUBLE", "blob": "BLOB"},
    "postgresql": {
        "id": "UUID",
        "time": "TIMESTAMP WITHOUT TIME ZONE",
        "double": "DOUBLE PRECISION",
        "blob": "BYTEA",
    },
}


def written_by_version_1(store: Corrections) -> list[Correction]:
    """Put the tables back to what the first version made, with some corrections in them."""
    given = [correction(number) for number in range(20)]
    with store._engine.begin() as connection:
        connection.execute(sa.text("drop table corrections"))
        types = TYPES[store._engine.dialect.name]
        connection.exec_driver_sql(VERSION_1.format_map(types))
        connection.exec_driver_sql("CREATE INDEX ix_corrections_time ON corrections (time)")
        connection.execute(sa.text("update schema_version set version = 1"))
    for each in given:
        store.add(each)
    with pytest.raises(DataError, match="cannot use the database"):
        store.add(correction(truth=None))
    return given


def test_a_store_of_version_1_is_updated_without_loss(store: Corrections, place: str) -> None:
    given = written_by_version_1(store)
    newer = Corrections(place)
    assert sorted(map(str, map(facts, newer))) == sorted(map(str, map(facts, given)))
    assert newer.add(correction(1, truth=None)) is None
    assert len(newer) == len(given) + 1
    with pytest.raises(DataError, match="cannot use the database"):
        newer.add(correction(truth=10))
    found = sa.inspect(newer._engine)
    assert set(found.get_table_names()) == {"corrections", "schema_version"}
    assert {index["name"] for index in found.get_indexes("corrections")} == {"ix_corrections_time"}
    newer.close()
    Corrections(place).close()  # and it stays so


def test_a_store_of_version_1_can_be_loaded_without_changing_it(
    store: Corrections, place: str
) -> None:
    given = written_by_version_1(store)
    splits = datasets.load(f"corrections:{place}")
    assert len(splits.train) + len(splits.test) == len(given)
    with store._engine.begin() as connection:
        assert connection.execute(sa.text("select version from schema_version")).scalar() == 1


def test_two_services_that_update_a_database_at_once_do_it_once(
    store: Corrections, place: str
) -> None:
    given = written_by_version_1(store)
    with ThreadPoolExecutor(2) as pool:
        stores = list(pool.map(lambda _: Corrections(place), range(2)))
    for each in stores:
        assert len(each) == len(given)
        each.close()


def test_a_database_of_another_program_is_left_alone(store: Corrections, place: str) -> None:
    with store._engine.begin() as connection:
        connection.execute(sa.text("drop table schema_version"))
    with pytest.raises(DataError, match="holds no corrections of lenet"):
        Corrections(place)


def test_two_stores_that_open_and_write_at_once_lose_nothing(place: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        stores = list(pool.map(lambda _: Corrections(place), range(2)))
    given = [correction(number) for number in range(200)]
    with ThreadPoolExecutor(8) as pool:
        kept = pool.map(lambda pair: stores[pair[0] % 2].add(pair[1]), enumerate(given))
        assert set(kept) == {None}
    for store in stores:
        assert {each.id for each in store} == {each.id for each in given}
        store.close()


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("/nowhere/c.db", "cannot write /nowhere/c.db: No such file or directory"),
        ("mysql://me@host/db", "no database of the kind 'mysql'"),
        ("sqlite://", "no database of the kind 'sqlite'"),
        ("postgresql://me:hunter2@127.0.0.1:1/db", "Connection refused"),
        ("://", "the database's URL cannot be read"),
        ("postgresql://me:hunter2/db", "the database's URL cannot be read"),
        ("postgresql://me:hunter2@host:port/db", "the database's URL cannot be read"),
        (":memory:", ":memory: keeps nothing on disk: give a file"),
        ("sqlite:///:memory:", "sqlite:///:memory: keeps nothing on disk"),
        ("sqlite:///file:x?mode=memory&uri=true", "keeps nothing on disk"),
    ],
)
def test_a_database_error_is_one_line_without_the_password(place: str, text: str) -> None:
    with pytest.raises(DataError) as refusal:
        Corrections(place)
    assert text in str(refusal.value)
    assert "\n" not in str(refusal.value)
    # Nor in the chain of causes, which LENET_DEBUG=1 shows.
    assert "hunter2" not in "".join(traceback.format_exception(refusal.value))


def test_a_file_that_is_not_a_database_is_refused_and_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_bytes(b"Dear reader, " * 100)
    with pytest.raises(DataError, match="file is not a database"):
        Corrections(str(path))
    assert path.read_bytes() == b"Dear reader, " * 100


def test_only_its_owner_may_read_an_sqlite_file_which_uses_a_log(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    Corrections(str(path)).close()
    assert path.stat().st_mode & 0o777 == 0o600
    connection = sqlite3.connect(path)
    assert connection.execute("pragma journal_mode").fetchone() == ("wal",)
    connection.close()


def test_a_database_that_falls_silent_is_abandoned_within_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: dict[str, Any] = {}
    create_engine = sa.create_engine

    def heard(url: sa.URL, **options: Any) -> sa.Engine:
        asked.update(options["connect_args"])
        return create_engine(url, **options)

    monkeypatch.setattr(sa, "create_engine", heard)
    open_engine("postgresql://me@host/db", create=False)
    silent = asked["keepalives_idle"] + asked["keepalives_interval"] * asked["keepalives_count"]
    assert (asked["connect_timeout"], asked["tcp_user_timeout"], silent) == (2, 5000, 5)


# As data


def test_one_correction_in_five_is_for_testing_and_stays_so() -> None:
    many = [correction(1, id=UUID(int=number)) for number in range(2_000)]
    assert 320 < sum(each.held_out for each in many) < 480
    assert [each.held_out for each in many[:9]] == [
        correction(2, id=each.id).held_out for each in many[:9]
    ]


def test_corrections_are_a_source_of_data(store: Corrections, place: str) -> None:
    given = [correction(number, id=UUID(int=number)) for number in range(40)]
    for each in given:
        store.add(each)
    splits = datasets.load(f"corrections:{place}")
    assert splits.train.classes == tuple("0123456789")
    for part, held_out in ((splits.train, False), (splits.test, True)):
        expected = {(e.image.tobytes(), e.truth) for e in given if e.held_out == held_out}
        found = zip(part.images, part.labels.tolist(), strict=True)
        assert {(image.tobytes(), label) for image, label in found} == expected


def test_two_corrections_are_enough_and_one_is_not(store: Corrections, place: str) -> None:
    store.add(correction(id=UUID(int=1)))
    with pytest.raises(DataError, match="holds 1 corrections to a digit: correct at least two"):
        datasets.load(f"corrections:{place}")
    store.add(correction(id=UUID(int=3)))
    splits = datasets.load(f"corrections:{place}")
    assert (len(splits.train), len(splits.test)) == (1, 1)


def test_corrections_to_no_digit_are_data_of_their_own_and_not_zeros(
    store: Corrections, place: str
) -> None:
    # By chance none of 20 would be held out in one run of 90: their ids are given.
    given = [correction(number, truth=None, id=UUID(int=number)) for number in range(20)]
    digits = [correction(number) for number in range(100, 110)]
    for each in [*given, *digits]:
        store.add(each)
    splits = datasets.load(f"corrections:{place}")
    assert len(splits.train) + len(splits.test) == len(digits)
    train, test = datasets.load_others(f"corrections:{place}")
    assert train is not None
    assert test is not None
    for part, held_out in ((train, False), (test, True)):
        expected = {each.image.tobytes() for each in given if each.held_out == held_out}
        assert {image.tobytes() for image in part.images} == expected
        assert part.classes == ("none",)
    refused = datasets.load_nondigits(f"corrections:{place}")
    assert refused.digest == train.digest


def test_one_correction_to_no_digit_is_trained_on_and_two_are_split(
    store: Corrections, place: str
) -> None:
    source = f"corrections:{place}"
    store.add(correction(truth=3))
    assert datasets.load_others(source) == (None, None)
    with pytest.raises(DataError, match="no correction says that something is no digit: leave"):
        datasets.load_nondigits(source)
    for number, tested in ((4, None), (6, 1)):
        store.add(correction(number, truth=None, id=UUID(int=number)))
        train, test = datasets.load_others(source)
        assert train is not None
        assert (len(train), test and len(test)) == (1, tested)


def test_loading_data_makes_no_database(tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"no corrections in .*: `lenet serve --collect .*` keeps some"
    ):
        datasets.load(f"corrections:{tmp_path / 'none.db'}")
    assert not list(tmp_path.iterdir())


def test_the_error_if_none_is_a_digit_says_how_to_train_on_them(tmp_path: Path) -> None:
    place = tmp_path / "c.db"
    store = Corrections(str(place))
    for number in range(10):
        store.add(correction(number, truth=None))
    store.close()
    with pytest.raises(DataError) as refusal:
        datasets.load(f"corrections:{place}")
    _, _, way = str(refusal.value).partition(
        '; to train on the corrections to "no digit" alone, say '
    )
    words = shlex.split(way)
    assert words[:3] == ["--data", "mnist", "--set"]
    nondigits = parse_changes(words[3:])["nondigits"]
    assert nondigits == ["nondigits:15000", f"corrections:{place}"]
    assert len(datasets.load_nondigits(nondigits[1])) > 4


def test_an_export_of_one_digit_joins_with_other_digits(
    store: Corrections, place: str, tmp_path: Path
) -> None:
    for number in range(5):
        store.add(correction(number, truth=1))
    folder = tmp_path / "exported"
    export_corrections(place, folder)
    joined = datasets.load_all(["uci-digits", f"folder:{folder}"])
    assert len(joined.train) + len(joined.test) == 1797 + 5


def test_a_correction_exported_for_testing_is_never_trained_on(
    store: Corrections, place: str, tmp_path: Path
) -> None:
    few = [correction(number, id=UUID(int=number)) for number in range(50)]
    few = [each for each in few if not each.held_out][:2]  # of which chance would test on none
    for each in few:
        store.add(each)
    export_corrections(place, tmp_path)
    (tested,) = (path.name for path in tmp_path.glob("test/*/*.png"))
    for number in range(100, 130):
        store.add(correction(number))
    export_corrections(place, tmp_path)
    learnt = {path.name for path in tmp_path.glob("train/*/*.png")}
    assert len(learnt) > 15
    assert tested not in learnt


def test_an_export_has_a_folder_per_digit_and_reads_back_the_same(
    store: Corrections, place: str, tmp_path: Path
) -> None:
    given = [correction(number) for number in range(30)]
    for each in given:
        store.add(each)
    folder = tmp_path / "exported"
    assert export_corrections(place, folder) == 30
    for part in ("train", "test"):
        assert sorted(path.name for path in (folder / part).iterdir()) == list("0123456789")

    def parts(source: str) -> list[set[tuple[bytes, str]]]:
        splits = datasets.load(source)
        return [
            {
                (image.tobytes(), part.classes[label])
                for image, label in zip(part.images, part.labels, strict=True)
            }
            for part in (splits.train, splits.test)
        ]

    assert parts(f"folder:{folder}") == parts(f"corrections:{place}")
    store.add(correction(31))
    assert export_corrections(place, folder) == 31


def test_corrections_to_no_digit_survive_an_export(
    store: Corrections, place: str, tmp_path: Path
) -> None:
    others = [correction(number, truth=None, id=UUID(int=number)) for number in range(30, 50)]
    for each in (*map(correction, range(30)), *others):
        store.add(each)
    folder = tmp_path / "exported"
    export_corrections(place, folder)
    assert {path.stem for path in folder.glob("*/none/*.png")} == {str(e.id) for e in others}
    splits = datasets.load(f"folder:{folder}")
    assert splits.train.classes == tuple("0123456789")
    train, test = datasets.load_others(f"folder:{folder}")
    assert train is not None
    assert test is not None
    for part, held_out in ((train, False), (test, True)):
        expected = {each.image.tobytes() for each in others if each.held_out == held_out}
        assert {image.tobytes() for image in part.images} == expected
    assert datasets.load_nondigits(f"folder:{folder}").digest == train.digest


def test_the_command_line_exports_corrections_and_refuses_other_data(tmp_path: Path) -> None:
    store = Corrections(str(tmp_path / "c.db"))
    given = correction(7)
    store.add(given)
    store.close()
    done = run_lenet("data", "export", f"corrections:{tmp_path / 'c.db'}", "--to", tmp_path / "to")
    assert (done.returncode, done.stdout) == (0, "")
    assert (tmp_path / "to" / "train" / "7" / f"{given.id}.png").is_file()
    refused = run_lenet("data", "export", "mnist", "--to", tmp_path / "to")
    assert refused.returncode == 2
    assert complaint(refused).startswith("'mnist' cannot be exported: say corrections:FILE")


# Over HTTP


def test_a_correction_is_kept_with_the_answer_of_the_model(
    client: TestClient, store: Corrections
) -> None:
    body = sent(4)
    response = client.post("/v1/corrections", json=body)
    assert response.status_code == 201
    said = response.json()
    answer = client.post("/v1/digits", json={"images": [body["image"]]}).json()["digits"][0]
    assert (said["answer"], said["probability"]) == (answer["digit"], answer["probability"])
    assert (said["truth"], said["image"], said["model"]) == (4, body["image"], "lenet5")
    kept = store.get(UUID(body["id"]))
    assert kept is not None
    assert kept.digest == client.get("/v1/models").json()["models"][0]["digest"]
    assert client.get(f"/v1/corrections/{body['id']}").json() == said


def test_the_answer_kept_for_a_refused_image_is_its_nearest_digit(
    tmp_path: Path, two: NDArray[np.uint8]
) -> None:
    store = Corrections(str(tmp_path / "c.db"))
    image = np.roll(two, 14, axis=1)  # its halves exchanged
    app = build(service_of(DEFAULT_MODEL), Policy(), store)
    with TestClient(app, base_url="http://localhost") as client:
        octets = {"Content-Type": "application/octet-stream"}
        said = client.post("/v1/digits", content=image.tobytes(), headers=octets).json()
        coded = base64.b64encode(image.tobytes()).decode()
        body = {"id": str(uuid4()), "image": coded, "truth": 9}
        kept = client.post("/v1/corrections", json=body).json()
    assert said["digits"][0]["status"] == "not_a_digit"
    assert kept["answer"] == said["digits"][0]["digit"]


def test_not_a_digit_is_a_truth_that_must_be_given(client: TestClient, store: Corrections) -> None:
    body = {**sent(4), "truth": None}
    said = client.post("/v1/corrections", json=body)
    assert (said.status_code, said.json()["truth"]) == (201, None)
    assert client.get("/v1/corrections").json()["corrections"] == [said.json()]
    kept = store.get(UUID(body["id"]))
    assert kept is not None
    assert kept.truth is None
    changed = client.post("/v1/corrections", json={**body, "truth": 0})
    assert changed.status_code == 409
    unsaid = sent(5)
    del unsaid["truth"]
    refused = client.post("/v1/corrections", json=unsaid)
    assert (refused.status_code, refused.json()["error"]) == (422, "truth: field required")


def test_a_repeated_correction_is_kept_once_and_a_changed_one_refused(client: TestClient) -> None:
    body = sent(4)
    first = client.post("/v1/corrections", json=body)
    again = client.post("/v1/corrections", json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    changed = client.post("/v1/corrections", json={**body, "truth": 5})
    assert changed.status_code == 409
    assert client.get("/v1/corrections").json()["total"] == 1
    assert "lenet_corrections_total 1.0" in client.get("/metrics").text


def test_corrections_are_listed_in_pages_and_can_be_deleted(client: TestClient) -> None:
    ids = [client.post("/v1/corrections", json=sent(n)).json()["id"] for n in range(3)]
    first = client.get("/v1/corrections?limit=2").json()
    rest = client.get(f"/v1/corrections?limit=2&after={first['next']}").json()
    assert first["total"] == 3
    assert [each["id"] for each in first["corrections"] + rest["corrections"]] == ids[::-1]
    assert rest["next"] is None
    assert client.delete(f"/v1/corrections/{ids[0]}").status_code == 204
    assert client.delete(f"/v1/corrections/{ids[0]}").status_code == 404
    assert client.get(f"/v1/corrections/{ids[0]}").status_code == 404
    assert client.get("/v1/models").json()["collect"] is True


def test_a_list_cannot_go_on_after_a_deleted_correction(
    client: TestClient,
) -> None:
    ids = [client.post("/v1/corrections", json=sent(n)).json()["id"] for n in range(3)]
    after = client.get("/v1/corrections?limit=1").json()["next"]
    assert after == ids[-1]
    client.delete(f"/v1/corrections/{after}")
    refused = client.get(f"/v1/corrections?after={after}")
    assert refused.status_code == 404
    assert (
        refused.json()["error"]
        == "no correction has the id given as `after`: start again without it"
    )


@pytest.mark.parametrize(
    ("changes", "status", "text"),
    [
        ({"id": "seven"}, 422, "id: "),
        ({"truth": 10}, 422, "truth: input should be less than or equal to 9"),
        ({"truth": "7"}, 422, "truth: "),
        ({"image": "AAAA"}, 422, "784 bytes in base64"),
        ({"model": "lenet6"}, 404, "no model 'lenet6'"),
        ({"more": 1}, 422, "more: "),
    ],
)
def test_an_invalid_correction_is_refused(
    client: TestClient, changes: dict[str, Any], status: int, text: str
) -> None:
    response = client.post("/v1/corrections", json={**sent(), **changes})
    assert response.status_code == status
    assert text in response.json()["error"]
    assert client.get("/v1/corrections").json()["total"] == 0


def test_why_the_database_failed_is_logged_once(
    client: TestClient, store: Corrections, caplog: pytest.LogCaptureFixture
) -> None:
    with store._engine.begin() as connection:
        connection.execute(sa.text("drop table corrections"))
    for _ in range(3):
        assert client.post("/v1/corrections", json=sent()).status_code == 503
    (record,) = [record for record in caplog.records if record.name.startswith("lenet")]
    assert record.levelname == "WARNING"
    assert record.getMessage().startswith(f"cannot use the database {store.name}: ")


def test_reading_goes_on_when_the_database_is_gone(client: TestClient, store: Corrections) -> None:
    with store._engine.begin() as connection:
        connection.execute(sa.text("drop table corrections"))
    refused = client.post("/v1/corrections", json=sent())
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "1"
    assert refused.json()["error"] == "the database cannot be reached at the moment: try again"
    octets = {"Content-Type": "application/octet-stream"}
    assert client.post("/v1/digits", content=bytes(784), headers=octets).status_code == 200


# Services in processes of their own


@pytest.mark.slow
def test_a_service_killed_while_writing_loses_no_acknowledged_correction(place: str) -> None:
    acknowledged: list[str] = []
    with serving("lenet5", "--collect", place) as live:

        def send(number: int) -> None:
            body = sent(number)
            try:
                status, _ = live.ask(
                    "POST", "/v1/corrections", str(body).replace("'", '"').encode(),
                    {"Content-Type": "application/json"},
                )  # fmt: skip
            except OSError:
                return
            except Exception as error:  # the line may break anywhere in an answer
                assert "http" in type(error).__module__  # noqa: PT017
                return
            if status == 201:
                acknowledged.append(body["id"])

        with ThreadPoolExecutor(8) as pool:
            jobs = [pool.submit(send, number) for number in range(1_000)]
            end = time.monotonic() + 60
            while len(acknowledged) < 300:
                assert time.monotonic() < end, f"only {len(acknowledged)} were acknowledged"
                time.sleep(0.005)
            live.process.send_signal(signal.SIGKILL)
            for job in jobs:
                job.result()
    assert 300 <= len(acknowledged) < 1_000
    store = Corrections(place, create=False)
    assert set(acknowledged) <= {str(each.id) for each in store}
    assert all(each.image.shape == (28, 28) for each in store)
    store.close()


@pytest.mark.slow
def test_two_services_on_one_database_lose_nothing(place: str) -> None:
    first = serving("lenet5", "--collect", place)
    second = serving("lenet5", "--collect", place)
    with first as one, second as two:
        bodies = [sent(number) for number in range(300)]
        statuses: list[int] = []
        lock = threading.Lock()

        def send(number: int) -> None:
            # Every correction goes to both, as of a client that retries elsewhere.
            for live in (one, two) if number % 2 else (two, one):
                status, _ = live.ask(
                    "POST", "/v1/corrections", str(bodies[number]).replace("'", '"').encode(),
                    {"Content-Type": "application/json"},
                )  # fmt: skip
                with lock:
                    statuses.append(status)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(send, range(len(bodies))))
        assert (statuses.count(201), statuses.count(200)) == (300, 300)
        assert one.ask("GET", "/v1/corrections")[1]["total"] == 300
        assert (one.stop(), two.stop()) == (0, 0)


@pytest.mark.slow
@pytest.mark.database
def test_a_database_that_hangs_keeps_no_service_from_stopping(server: str) -> None:
    place = f"{server}/postgres"
    store = Corrections(place)
    with serving("lenet5", "--collect", place) as live:
        with store._engine.connect() as connection:
            mine = connection.execute(sa.text("select pg_backend_pid()")).scalar_one()
            others = "select pid from pg_stat_activity where datname = 'postgres' and pid <> :mine"
            pids = connection.execute(sa.text(others), {"mine": mine}).scalars().all()
        assert pids
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            asked = threading.Thread(target=suppressed, args=(live, "/v1/corrections"))
            asked.start()
            time.sleep(0.5)
            begin = time.monotonic()
            live.process.send_signal(signal.SIGTERM)
            live.process.wait(20)
            assert time.monotonic() - begin < 18
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)
        asked.join()
    store.close()


def suppressed(live: Live, path: str) -> None:
    """Ask, whatever becomes of it."""
    with suppress(Exception):
        live.ask("GET", path)
