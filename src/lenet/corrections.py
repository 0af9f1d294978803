"""The store of corrected readings: a digit image, what was answered, and what it truly is.

It is one SQLite file, or a PostgreSQL database by its URL; several services may share a database.
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

PAGE = 1_000  # rows fetched at once: about 1 MB
# A correction is sent while a person looks on: nobody waits longer than this for a database.
CONNECT_SECONDS = 2
STATEMENT_SECONDS = 5
SILENCE_SECONDS = 5  # until a host that sends nothing at all counts as gone
SCHEMA = 2  # version of the tables below; in version 1 a truth had to be a digit
LOCK = 0x6C656E65  # among PostgreSQL's advisory locks, for making the tables


@dataclass(frozen=True, eq=False)
class Correction:
    """One corrected reading.

    Attributes
    ----------
    id : UUID
        Made by the client that corrects.
    image : uint8 ndarray (28, 28)
        What the network was given.
    model : str
        Name of the model that answered.
    digest : str
        SHA-256 of its ONNX file.
    answer : int
        What it answered, 0..9.
    probability : float
        Probability of the answer.
    truth : int or None
        The true digit, 0..9; None if it is not a digit.
    time : datetime
        When it was corrected, with time zone.
    """

    id: UUID
    image: NDArray[np.uint8]
    model: str
    digest: str
    answer: int
    probability: float
    truth: int | None
    time: datetime

    def says_the_same(self, other: "Correction") -> bool:
        """Whether it has the same image and the same truth."""
        return self.truth == other.truth and np.array_equal(self.image, other.image)

    @property
    def held_out(self) -> bool:
        """Whether it is for testing, never for training: one in five, decided by its id."""
        return hashlib.sha256(self.id.bytes).digest()[0] % 5 == 0


class Corrections:
    """A store of corrections.

    Parameters
    ----------
    place : str
        Path of an SQLite file, or a URL: ``sqlite:///…``, ``postgresql://…``.
    create : bool
        Make a missing file and missing tables, and bring those of an older lenet up to date.

    Raises
    ------
    DataError
        It cannot be reached, is no store of corrections, or was written by a later lenet.
    """

    def __init__(self, place: str, *, create: bool = True) -> None:
        self._engine, self.name = open_engine(place, create)
        try:
            with self._one_line_errors(), self._engine.begin() as connection:
                prepare_tables(connection, self.name, create)
        except DataError:
            self.close()
            raise

    def add(self, correction: Correction) -> Correction | None:
        """Store a correction; once this returns, it is on disk.

        Returns
        -------
        Correction or None
            The one stored earlier under the same id, which stays; None if there was none.

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
        with self._one_line_errors():
            try:
                with self._engine.begin() as connection:
                    connection.execute(table.insert(), row)
            except sa.exc.IntegrityError:
                if stored := self.get(correction.id):
                    return stored
                raise
        return None

    def get(self, number: UUID) -> Correction | None:
        """Return the correction with this id, or None if there is none."""
        with self._one_line_errors(), self._engine.connect() as connection:
            row = connection.execute(table.select().where(table.c.id == number)).one_or_none()
        return None if row is None else _correction(row)

    def newest(self, limit: int, after: UUID | None = None) -> list[Correction] | None:
        """Return at most `limit` corrections, newest first.

        Parameters
        ----------
        limit : int
        after : UUID, optional
            Start with the correction that follows this one.

        Returns
        -------
        list of Correction, or None
            None if there is no correction `after`: it was deleted meanwhile.
        """
        query = table.select().order_by(table.c.time.desc(), table.c.id.desc()).limit(limit)
        with self._one_line_errors(), self._engine.connect() as connection:
            if after is not None:
                last = connection.execute(
                    sa.select(table.c.time).where(table.c.id == after)
                ).scalar_one_or_none()
                if last is None:
                    return None
                query = query.where(
                    sa.or_(
                        table.c.time < last,
                        sa.and_(table.c.time == last, table.c.id < after),
                    )
                )
            return [_correction(row) for row in connection.execute(query)]

    def __iter__(self) -> Iterator[Correction]:
        """Yield every correction, in the order of their ids."""
        last: UUID | None = None
        while True:
            query = table.select().order_by(table.c.id).limit(PAGE)
            if last is not None:
                query = query.where(table.c.id > last)
            with self._one_line_errors(), self._engine.connect() as connection:
                rows = connection.execute(query).all()
            yield from map(_correction, rows)
            if len(rows) < PAGE:
                return
            last = rows[-1].id

    def __len__(self) -> int:
        with self._one_line_errors(), self._engine.connect() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()

    def delete(self, number: UUID) -> bool:
        """Delete a correction; return whether it existed."""
        with self._one_line_errors(), self._engine.begin() as connection:
            return connection.execute(table.delete().where(table.c.id == number)).rowcount > 0

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _one_line_errors(self) -> Iterator[None]:
        """Turn an error of the database into one line without its password."""
        try:
            yield
        except sa.exc.SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            first = (str(cause).strip() or type(cause).__name__).splitlines()[0]
            raise DataError(
                f"cannot use the database {self.name}: {first}; check that it runs and is writable"
            ) from error


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


metadata = sa.MetaData()
version = sa.Table("schema_version", metadata, sa.Column("version", sa.Integer, nullable=False))
table = sa.Table(
    "corrections",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),  # made by the client: a retry adds nothing
    sa.Column("time", sa.DateTime, nullable=False, index=True),  # UTC
    sa.Column("model", sa.String(200), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("answer", sa.SmallInteger, nullable=False),
    sa.Column("probability", sa.Double, nullable=False),
    sa.Column("truth", sa.SmallInteger),  # null: not a digit
    sa.Column("image", sa.LargeBinary(784), nullable=False),
    sa.CheckConstraint("truth between 0 and 9", name="truth_is_a_digit"),
    sa.CheckConstraint("length(image) = 784", name="image_is_28_by_28"),
)


def open_engine(place: str, create: bool) -> tuple[sa.Engine, str]:
    """Return the engine for a file or URL, and the database's name without its password.

    Parameters
    ----------
    place : str
        Path of an SQLite file, or a URL: ``sqlite:///…``, ``postgresql://…``.
    create : bool
        Whether a missing file is made.

    Raises
    ------
    DataError
        `place` names no database that can keep corrections, or the file is missing.
    """
    url = _parse_url(place)
    if ":memory:" in (url.database or "") or url.query.get("mode") == "memory":
        raise DataError(f"{place} keeps nothing on disk: give a file")
    if url.get_backend_name() == "sqlite":
        path = Path(url.database or "")
        _prepare_file(path, create)
        engine = sa.create_engine(
            url,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"timeout": STATEMENT_SECONDS},
        )
        sa.event.listen(engine, "connect", _make_durable)
        return engine, str(path)
    engine = sa.create_engine(
        url,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            # The first is for data that is not acknowledged, the others for an idle connection.
            "tcp_user_timeout": SILENCE_SECONDS * 1000,
            "keepalives_idle": SILENCE_SECONDS - 2,
            "keepalives_interval": 1,
            "keepalives_count": 2,
            "options": f"-c statement_timeout={STATEMENT_SECONDS * 1000}",
        },
    )
    return engine, url.render_as_string(hide_password=True).replace("+psycopg", "")


def _parse_url(place: str) -> sa.URL:
    if "://" not in place:
        return sa.URL.create("sqlite", database=str(Path(place).expanduser()))
    try:
        url = sa.make_url(place)
    except (sa.exc.ArgumentError, ValueError):  # ValueError: the port is not a number
        # No cause is given: its text may hold the URL, and with it the password.
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


def _prepare_file(path: Path, create: bool) -> None:
    """Check that an SQLite file exists, or make one that only its owner may read."""
    if path.exists():
        return
    if not create:
        raise DataError(f"no corrections in {path}: `lenet serve --collect {path}` keeps some")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:  # another service was faster
        pass
    except OSError as error:
        raise DataError(
            f"cannot write {path}: {error.strerror}; choose another place for the corrections"
        ) from error


def _make_durable(connection: Any, _record: object) -> None:
    """Set SQLite up so that acknowledged writes survive a power cut and readers do not wait."""
    cursor = connection.cursor()
    with suppress(Exception):  # WAL needs shared memory, which some file systems lack
        cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def prepare_tables(connection: sa.Connection, name: str, create: bool) -> None:
    """Check that this lenet understands the tables.

    Parameters
    ----------
    connection : Connection
        In a transaction that the caller commits.
    name : str
        Name of the database, for errors.
    create : bool
        Make missing tables, and bring those of an older lenet up to date. Otherwise they are read
        as they are.

    Raises
    ------
    DataError
        They belong to something else, or to a later lenet.
    """
    # If two services start at once, one waits here for the other.
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    tables = set(sa.inspect(connection).get_table_names())
    if not tables & {"schema_version", "corrections"} and create:
        metadata.create_all(connection)
        connection.execute(version.insert(), {"version": SCHEMA})
        return
    if "schema_version" not in tables:
        raise DataError(f"{name} holds no corrections of lenet: give another database")
    versions = list(connection.execute(sa.select(version.c.version)).scalars())
    if versions == [1]:
        if create:
            _let_truth_be_null(connection)
            connection.execute(version.update().values(version=SCHEMA))
    elif versions != [SCHEMA]:
        raise DataError(
            f"the corrections in {name} have schema version "
            f"{', '.join(map(str, versions)) or 'none'}, this lenet knows 1 and {SCHEMA}: "
            "use the lenet that wrote them"
        )


def _let_truth_be_null(connection: sa.Connection) -> None:
    """Turn the tables of version 1 into those of version 2."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql("alter table corrections alter column truth drop not null")
        return
    # SQLite cannot change a column: a new table takes over.
    columns = ", ".join(column.name for column in table.columns)
    connection.exec_driver_sql("drop index ix_corrections_time")
    connection.exec_driver_sql("alter table corrections rename to corrections_1")
    table.create(connection)
    connection.exec_driver_sql(
        f"insert into corrections ({columns}) select {columns} from corrections_1"
    )
    connection.exec_driver_sql("drop table corrections_1")
