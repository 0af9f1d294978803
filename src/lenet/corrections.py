"""The store of corrected readings: a digit image, what was answered, and what it truly is.

SQLite in one file, or PostgreSQL by its URL; several services may keep theirs in one database.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from lenet.errors import DataError

SCHEMA = 1  # version of the tables below
CONNECT_SECONDS = 2
STATEMENT_SECONDS = 5
PAGE = 1_000  # rows fetched at once

_metadata = sa.MetaData()
_version = sa.Table("schema_version", _metadata, sa.Column("version", sa.Integer, nullable=False))
_table = sa.Table(
    "corrections",
    _metadata,
    sa.Column("id", sa.Uuid, primary_key=True),  # made by the client: a retry doubles nothing
    sa.Column("time", sa.DateTime, nullable=False, index=True),  # UTC
    sa.Column("model", sa.String(200), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("answer", sa.SmallInteger, nullable=False),
    sa.Column("probability", sa.Double, nullable=False),
    sa.Column("truth", sa.SmallInteger, nullable=False),
    sa.Column("image", sa.LargeBinary(784), nullable=False),
    sa.CheckConstraint("truth between 0 and 9", name="truth_is_a_digit"),
    sa.CheckConstraint("length(image) = 784", name="image_is_28_by_28"),
)
_LOCK = 0x6C656E65  # of PostgreSQL's advisory locks, for making the tables


@dataclass(frozen=True, eq=False)
class Correction:
    """One corrected reading.

    Attributes
    ----------
    id : UUID
        Made by whoever corrects.
    image : uint8 ndarray (28, 28)
        What the network saw.
    model : str
        Name of the model that answered.
    digest : str
        SHA-256 of its ONNX file.
    answer : int
        What it answered, 0..9.
    probability : float
        Of the answer.
    truth : int
        What it is, 0..9.
    time : datetime
        When it was corrected, with time zone.
    """

    id: UUID
    image: NDArray[np.uint8]
    model: str
    digest: str
    answer: int
    probability: float
    truth: int
    time: datetime

    def says_the_same(self, other: "Correction") -> bool:
        """Whether it says of the same image that it is the same digit."""
        return self.truth == other.truth and np.array_equal(self.image, other.image)

    @property
    def held_out(self) -> bool:
        """Whether it is for testing, never for learning: one in five, always the same ones."""
        return hashlib.sha256(self.id.bytes).digest()[0] % 5 == 0


class Corrections:
    """The store.

    Parameters
    ----------
    place : str
        Path of an SQLite file, or a URL: ``sqlite:///…``, ``postgresql://…``.
    create : bool
        Make what is not there yet.

    Raises
    ------
    DataError
        It cannot be reached, is none, or was written by a lenet that this one does not understand.
    """

    def __init__(self, place: str, *, create: bool = True) -> None:
        url = _url(place)
        self.name = url.render_as_string(hide_password=True).replace("+psycopg", "")
        if url.get_backend_name() == "sqlite":
            self.name = _prepare_file(url, create)
            options: dict[str, Any] = {"connect_args": {"timeout": STATEMENT_SECONDS}}
        else:
            options = {
                "connect_args": {
                    "connect_timeout": CONNECT_SECONDS,
                    "options": f"-c statement_timeout={STATEMENT_SECONDS * 1000}",
                }
            }
        self._engine = sa.create_engine(url, pool_pre_ping=True, hide_parameters=True, **options)
        if self._engine.dialect.name == "sqlite":
            sa.event.listen(self._engine, "connect", _make_durable)
        try:
            self._check(create)
        except DataError:
            self.close()
            raise

    def add(self, correction: Correction) -> Correction | None:
        """Keep a correction; once this returns, it is on the disk.

        Returns
        -------
        Correction or None
            The one that was kept before under the same id; None if there was none.

        Raises
        ------
        DataError
            The database refuses.
        """
        row = {
            "id": correction.id,
            "time": correction.time.astimezone(UTC).replace(tzinfo=None),
            "model": correction.model[:200],
            "digest": correction.digest,
            "answer": correction.answer,
            "probability": correction.probability,
            "truth": correction.truth,
            "image": correction.image.tobytes(),
        }
        with self._speaking():
            try:
                with self._engine.begin() as connection:
                    connection.execute(_table.insert(), row)
            except sa.exc.IntegrityError:
                if before := self.get(correction.id):
                    return before
                raise
        return None

    def get(self, number: UUID) -> Correction | None:
        """Return the correction with this id, or None if there is none."""
        with self._speaking(), self._engine.connect() as connection:
            row = connection.execute(_table.select().where(_table.c.id == number)).one_or_none()
        return None if row is None else _correction(row)

    def newest(self, limit: int, after: UUID | None = None) -> list[Correction]:
        """Return at most `limit` corrections, the newest first, from the one `after` another."""
        query = _table.select().order_by(_table.c.time.desc(), _table.c.id.desc()).limit(limit)
        with self._speaking(), self._engine.connect() as connection:
            if after is not None:
                last = sa.select(_table.c.time).where(_table.c.id == after).scalar_subquery()
                query = query.where(
                    sa.or_(
                        _table.c.time < last,
                        sa.and_(_table.c.time == last, _table.c.id < after),
                    )
                )
            return [_correction(row) for row in connection.execute(query)]

    def __iter__(self) -> Iterator[Correction]:
        """Yield every correction, in the order of their ids."""
        last: UUID | None = None
        while True:
            query = _table.select().order_by(_table.c.id).limit(PAGE)
            if last is not None:
                query = query.where(_table.c.id > last)
            with self._speaking(), self._engine.connect() as connection:
                rows = connection.execute(query).all()
            yield from map(_correction, rows)
            if len(rows) < PAGE:
                return
            last = rows[-1].id

    def __len__(self) -> int:
        with self._speaking(), self._engine.connect() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(_table)).scalar_one()

    def delete(self, number: UUID) -> bool:
        """Forget a correction; return whether there was one."""
        with self._speaking(), self._engine.begin() as connection:
            return connection.execute(_table.delete().where(_table.c.id == number)).rowcount > 0

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _check(self, create: bool) -> None:
        """Make the tables if there are none, or see that they are those of this lenet."""
        with self._speaking(), self._engine.begin() as connection:
            # Of two services that start at once, one waits here for the other.
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            tables = set(sa.inspect(connection).get_table_names())
            if not tables & {"schema_version", "corrections"} and create:
                _metadata.create_all(connection)
                connection.execute(_version.insert(), {"version": SCHEMA})
                return
            if "schema_version" not in tables:
                raise DataError(f"{self.name} holds no corrections of lenet: give another database")
            found = list(connection.execute(sa.select(_version.c.version)).scalars())
            if found != [SCHEMA]:
                said = ", ".join(map(str, found)) or "none"
                raise DataError(
                    f"the corrections in {self.name} have schema version {said}, this lenet knows "
                    f"{SCHEMA}: use the lenet that wrote them"
                )

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        """Turn what the database raises into one line without its password."""
        try:
            yield
        except sa.exc.SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            first = (str(cause).strip() or type(cause).__name__).splitlines()[0]
            raise DataError(
                f"cannot use the database {self.name}: {first}; see that it runs and may be written"
            ) from None


def _url(place: str) -> sa.URL:
    """Return the URL of what a person wrote; a plain word is a file."""
    if "://" not in place:
        return sa.URL.create("sqlite", database=str(Path(place).expanduser()))
    try:
        url = sa.make_url(place)
    except sa.exc.ArgumentError:
        raise DataError(
            "the database's URL cannot be read: give a file, or postgresql://user@host/name"
        ) from None
    if url.drivername in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername == "sqlite" and url.database:
        return url
    raise DataError(
        f"no database of the kind {url.drivername!r}: give a file, or postgresql://user@host/name"
    )


def _prepare_file(url: sa.URL, create: bool) -> str:
    """See that an SQLite file may be there; a new one is for its owner's eyes only."""
    path = Path(url.database or "")
    if not path.exists():
        if not create:
            raise DataError(f"no corrections in {path}: `lenet serve --collect {path}` keeps some")
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:  # another service was faster
            pass
        except OSError as error:
            raise DataError(
                f"cannot write {path}: {error.strerror}; choose another place for the corrections"
            ) from None
    return str(path)


def _make_durable(connection: Any, _record: object) -> None:
    """Have SQLite write so that what it acknowledged outlives a power cut, and readers wait not."""
    cursor = connection.cursor()
    with suppress(Exception):  # some file systems have no shared memory: then without WAL
        cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _correction(row: Any) -> Correction:
    return Correction(
        id=row.id,
        image=np.frombuffer(row.image, np.uint8).reshape(28, 28),
        model=row.model,
        digest=row.digest,
        answer=row.answer,
        probability=row.probability,
        truth=row.truth,
        time=row.time.replace(tzinfo=UTC),
    )
