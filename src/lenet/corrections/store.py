"""The store itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from typing import Any
from uuid import UUID

import numpy as np
import sqlalchemy as sa

from lenet.corrections import schema
from lenet.corrections.correction import Correction
from lenet.corrections.places import engine_at
from lenet.corrections.schema import table
from lenet.errors import DataError

PAGE = 1_000  # rows fetched at once


class Corrections:
    """The store.

    Parameters
    ----------
    place : str
        Path of an SQLite file, or a URL: ``sqlite:///…``, ``postgresql://…``.
    create : bool
        Make what is not there yet, and bring what an older lenet wrote up to date.

    Raises
    ------
    DataError
        It cannot be reached, is none, or was written by a lenet that this one does not understand.
    """

    def __init__(self, place: str, *, create: bool = True) -> None:
        self._engine, self.name = engine_at(place, create)
        try:
            with self._speaking(), self._engine.begin() as connection:
                schema.prepare(connection, self.name, create)
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
                    connection.execute(table.insert(), row)
            except sa.exc.IntegrityError:
                if before := self.get(correction.id):
                    return before
                raise
        return None

    def get(self, number: UUID) -> Correction | None:
        """Return the correction with this id, or None if there is none."""
        with self._speaking(), self._engine.connect() as connection:
            row = connection.execute(table.select().where(table.c.id == number)).one_or_none()
        return None if row is None else _correction(row)

    def newest(self, limit: int, after: UUID | None = None) -> list[Correction] | None:
        """Return at most `limit` corrections, the newest first, from the one `after` another.

        None where there is no `after`: it was deleted meanwhile, and nobody knows where it was.
        """
        query = table.select().order_by(table.c.time.desc(), table.c.id.desc()).limit(limit)
        with self._speaking(), self._engine.connect() as connection:
            if after is not None:
                there = sa.select(table.c.time).where(table.c.id == after)
                last = connection.execute(there).scalar_one_or_none()
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
            with self._speaking(), self._engine.connect() as connection:
                rows = connection.execute(query).all()
            yield from map(_correction, rows)
            if len(rows) < PAGE:
                return
            last = rows[-1].id

    def __len__(self) -> int:
        with self._speaking(), self._engine.connect() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()

    def delete(self, number: UUID) -> bool:
        """Forget a correction; return whether there was one."""
        with self._speaking(), self._engine.begin() as connection:
            return connection.execute(table.delete().where(table.c.id == number)).rowcount > 0

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

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
