"""The tables that corrections are kept in, and what becomes of those of an older lenet."""

import sqlalchemy as sa

from lenet.errors import DataError

SCHEMA = 2  # version of the tables below; in version 1 a truth had to be a digit

metadata = sa.MetaData()
version = sa.Table("schema_version", metadata, sa.Column("version", sa.Integer, nullable=False))
table = sa.Table(
    "corrections",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),  # made by the client: a retry doubles nothing
    sa.Column("time", sa.DateTime, nullable=False, index=True),  # UTC
    sa.Column("model", sa.String(200), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("answer", sa.SmallInteger, nullable=False),
    sa.Column("probability", sa.Double, nullable=False),
    sa.Column("truth", sa.SmallInteger),  # null: it is no digit
    sa.Column("image", sa.LargeBinary(784), nullable=False),
    sa.CheckConstraint("truth between 0 and 9", name="truth_is_a_digit"),
    sa.CheckConstraint("length(image) = 784", name="image_is_28_by_28"),
)
LOCK = 0x6C656E65  # of PostgreSQL's advisory locks, for making the tables


def prepare(connection: sa.Connection, name: str, create: bool) -> None:
    """See that the tables are ones that this lenet understands.

    Parameters
    ----------
    connection : Connection
        In a transaction that is to be committed.
    name : str
        Of the database, for a person.
    create : bool
        Make the tables if there are none, and bring those of an older lenet up to date. Without it
        they are read as they are.

    Raises
    ------
    DataError
        They are of something else, or of a later lenet.
    """
    # Of two services that start at once, one waits here for the other.
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
    found = list(connection.execute(sa.select(version.c.version)).scalars())
    if found == [1]:
        if create:
            _let_truth_be_null(connection)
            connection.execute(version.update().values(version=SCHEMA))
    elif found != [SCHEMA]:
        said = ", ".join(map(str, found)) or "none"
        raise DataError(
            f"the corrections in {name} have schema version {said}, this lenet knows 1 and "
            f"{SCHEMA}: use the lenet that wrote them"
        )


def _let_truth_be_null(connection: sa.Connection) -> None:
    """Make the tables of version 1 those of version 2."""
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
