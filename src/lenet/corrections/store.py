"""`Correction`, one corrected reading, and `Corrections`, the store of them."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from lenet.corrections.database import open_engine, prepare_tables, table
from lenet.errors import DataError

PAGE = 1_000  # rows fetched at once: about 1 MB


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
