"""The database of corrections: SQLite or PostgreSQL, its tables and their older versions."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from lenet.errors import DataError

# A correction is sent while a person looks on: nobody waits longer than this for a database.
CONNECT_SECONDS = 2
STATEMENT_SECONDS = 5
SILENCE_SECONDS = 5  # until a host that sends nothing at all counts as gone

SCHEMA = 2  # version of the tables below; in version 1 a truth had to be a digit
LOCK = 0x6C656E65  # among PostgreSQL's advisory locks, for making the tables

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
