"""The rows of every table, as a backup holds them: plain JSON, the same from SQLite and from PostgreSQL. The tables are
read from the database and not from the program, so that an older office is backed up as well."""

from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Date,
    DateTime,
    LargeBinary,
    MetaData,
    Table,
    Text,
    cast,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.types import UserDefinedType

from workflow.store import search_index

REVISION = "alembic_version"
"""The table that says the form of the database; a backup says it in its manifest."""

_AT_ONCE = 1000


def tables_of(connection: Connection) -> list[Table]:
    """The tables of the office, as they are in the database, without the index of the search: it follows from them."""
    found = MetaData()
    found.reflect(connection, resolve_fks=False, only=lambda name, _: not search_index.is_derived(name))
    return [table for name, table in sorted(found.tables.items()) if name != REVISION]


def read_rows(connection: Connection, table: Table) -> Iterator[list[list[Any]]]:
    """The rows of a table, some at a time, in the order of its key."""
    columns = [cast(column, Text) if isinstance(column.type, JSON) else column for column in table.columns]
    ordered = select(*columns).order_by(*table.primary_key.columns).execution_options(yield_per=_AT_ONCE)
    for rows in connection.execute(ordered).partitions():
        yield [[_written(value) for value in row] for row in rows]


def put_rows(connection: Connection, table: Table, columns: Sequence[str], rows: list[list[Any]]) -> None:
    """Insert the rows. Raises `KeyError` and `ValueError` for what no backup of these tables holds."""
    as_they_are = Table(table.name, MetaData(), *(_plain(column) for column in table.columns))
    read = [_reading(table.columns[name]) for name in columns]
    values = [
        {
            name: None if value is None else reads(value)
            for name, reads, value in zip(columns, read, row, strict=True)
        }
        for row in rows
    ]
    connection.execute(insert(as_they_are), values)


@contextmanager
def unguarded(connection: Connection) -> Iterator[None]:
    """Let rows be put in any order and exactly as they were: the triggers rest and references are checked at the end."""
    if connection.dialect.name == "postgresql":
        with _unguarded_postgresql(connection):
            yield
    else:
        with _unguarded_sqlite(connection):
            yield


def empty(connection: Connection, tables: Sequence[Table]) -> None:
    """Take away what the migrations wrote into new tables."""
    for table in tables:
        connection.execute(table.delete())


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return aware.isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    return b64encode(value).decode() if isinstance(value, bytes | memoryview) else value


class _JsonText(UserDefinedType[str]):
    """The text of a JSON column, put as it was."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "JSON"


def _plain(column: Column[Any]) -> Column[Any]:
    return Column(column.name, _JsonText() if isinstance(column.type, JSON) else column.type)


def _reading(column: Column[Any]) -> Any:
    if isinstance(column.type, DateTime):
        aware = bool(column.type.timezone)
        return lambda value: datetime.fromisoformat(value).replace(tzinfo=UTC if aware else None)
    if isinstance(column.type, Date):
        return date.fromisoformat
    return b64decode if isinstance(column.type, LargeBinary) else lambda value: value


@contextmanager
def _unguarded_sqlite(connection: Connection) -> Iterator[None]:
    connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    triggers: Mapping[str, str] = dict(
        connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).tuples().all()
    )
    for name in triggers:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    yield
    for definition in triggers.values():
        connection.exec_driver_sql(definition)
    if connection.execute(text("PRAGMA foreign_key_check")).first():
        raise ValueError("a row refers to another that is not there")


@contextmanager
def _unguarded_postgresql(connection: Connection) -> Iterator[None]:
    names = [name for name in inspect(connection).get_table_names() if name != REVISION]
    references = connection.execute(_REFERENCES).all()
    for table, name, _ in references:
        connection.exec_driver_sql(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for name in names:
        connection.exec_driver_sql(f'ALTER TABLE "{name}" DISABLE TRIGGER USER')
    yield
    for name in names:
        connection.exec_driver_sql(f'ALTER TABLE "{name}" ENABLE TRIGGER USER')
    for table, name, definition in references:
        # In its text a per cent sign would be one of the driver's.
        connection.exec_driver_sql(
            f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}'.replace("%", "%%")
        )
    for name in names:
        for column in inspect(connection).get_columns(name):
            _count_on(connection, name, column["name"])


def _count_on(connection: Connection, table: str, column: str) -> None:
    """Let the numbers that PostgreSQL gives follow those that are there."""
    sequence = connection.scalar(select(func.pg_get_serial_sequence(f'"{table}"', column)))
    if sequence is not None:
        highest = f'SELECT max("{column}") FROM "{table}"'  # noqa: S608 - names out of the catalogue
        connection.exec_driver_sql(f"SELECT setval('{sequence}', coalesce(({highest}), 0) + 1, false)")


_REFERENCES = text(
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
)
