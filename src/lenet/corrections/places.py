"""Where corrections can be kept: a file of SQLite, or a PostgreSQL database by its URL."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from lenet.errors import DataError

CONNECT_SECONDS = 2
STATEMENT_SECONDS = 5
SILENCE_SECONDS = 5  # after which a host that says nothing at all is taken to be gone


def engine_at(place: str, create: bool) -> tuple[sa.Engine, str]:
    """Return the engine for what a person wrote, and the place's name without its password.

    Raises
    ------
    DataError
        It is no place for corrections, or a file that is not there and not to be made either.
    """
    url = _url_of(place)
    if ":memory:" in (url.database or "") or url.query.get("mode") == "memory":
        raise DataError(f"{place} is no place to keep corrections in: give a file")
    name = url.render_as_string(hide_password=True).replace("+psycopg", "")
    if url.get_backend_name() == "sqlite":
        name = _prepare_file(url, create)
        options: dict[str, Any] = {"connect_args": {"timeout": STATEMENT_SECONDS}}
    else:
        options = {
            "connect_args": {
                "connect_timeout": CONNECT_SECONDS,
                # For when what was sent is not acknowledged, and for when nothing is to be sent.
                "tcp_user_timeout": SILENCE_SECONDS * 1000,
                "keepalives_idle": SILENCE_SECONDS - 2,
                "keepalives_interval": 1,
                "keepalives_count": 2,
                "options": f"-c statement_timeout={STATEMENT_SECONDS * 1000}",
            }
        }
    engine = sa.create_engine(url, pool_pre_ping=True, hide_parameters=True, **options)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _make_durable)
    return engine, name


def _url_of(place: str) -> sa.URL:
    """Return the URL of what a person wrote; a plain word is a file."""
    if "://" not in place:
        return sa.URL.create("sqlite", database=str(Path(place).expanduser()))
    try:
        url = sa.make_url(place)
    except (sa.exc.ArgumentError, ValueError):  # the latter of a port that is no number
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
