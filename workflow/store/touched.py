"""The rows written in a transaction, and the hash of each: whatever statement writes one, a trigger notes its key and
what it holds then."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Connection, CursorResult, Date, Integer, Table, bindparam, text
from sqlalchemy.types import TypeEngine

from workflow.store.tables import Record, Utc

Written = dict[str, dict[str, str | None]]
"""The hash of each row written, by table and key; None: it was deleted."""

ROWS_AT_ONCE = 500
"""Number of rows that one event names when many are found."""


def forget(connection: Connection) -> None:
    """Forget what was written outside of a transaction of the program: no event names it."""
    connection.exec_driver_sql("DELETE FROM touched")


def written(connection: Connection) -> tuple[Written, tuple[int, str] | None]:
    """Return the rows written since the last call in this transaction, and the number and the hash of the last event:
    None when there is no such row, or no event."""
    rows, last = Written(), None
    for name, key, held, seq, digest in connection.exec_driver_sql(_WRITTEN).all():
        rows.setdefault(name, {})[key] = None if held is None else _form(name).hash(json.loads(held))
        last = None if seq is None else (seq, digest)
    return rows, last


_WRITTEN = (
    "DELETE FROM touched RETURNING name, key, held, "
    "(SELECT max(seq) FROM event), (SELECT hash FROM event ORDER BY seq DESC LIMIT 1)"
)


def rows_with_hashes(connection: Connection, table: str) -> Iterator[tuple[str, str]]:
    """Return the key and the hash of every row of a table, in no order. Rows are read as they are needed."""
    form = _form(table)
    yield from form.hashes(connection.execute(text(form.all_rows).execution_options(yield_per=1000)))


def rows_of_keys(connection: Connection, table: str, keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Return the key and the hash of each row of a table that has one of the keys, as events write them, in no order."""
    yield from _form(table).hashes(_of_keys(connection, table, keys))


def texts_of_keys(connection: Connection, table: str, keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Return the key of each row of a table that has one of the keys, and the text whose SHA-256 events name, in no order."""
    form = _form(table)
    rows = _of_keys(connection, table, keys)
    names = tuple(rows.keys())
    for values in rows:
        row = dict(zip(names, values, strict=True))
        yield str(row[form.key]), form.text(row)


def key_column(table: Table) -> Column[Any]:
    """The one column of a table's primary key."""
    (column,) = table.primary_key.columns
    return column


def _of_keys(connection: Connection, table: str, keys: Sequence[str]) -> CursorResult[Any]:
    form = _form(table)
    kind = key_column(Record.metadata.tables[table]).type
    sought = [found for key in keys if (found := _as_key(kind, key)) is not None]
    asked = text(f'{form.all_rows} WHERE "{form.key}" IN :keys')
    return connection.execute(asked.bindparams(bindparam("keys", sought, kind, expanding=True)))


def _as_key(kind: TypeEngine[Any], key: str) -> Any:
    """Return a key as its column holds it; None for what a forger wrote in place of one."""
    try:
        match kind:
            case Integer():
                return int(key) if len(key) < len(str(2**31)) else None
            case Date():
                return date.fromisoformat(key)
            case _:
                return key
    except ValueError:
        return None


class _Form:
    """The canonical form of a table's rows, the same on every database: columns that hold nothing are left out, so
    that a column added later changes no hash of a row that has no value in it. Rows come as the database's driver or
    its JSON gives them: they are hashed at every step, and the types of the columns would cost more than the rest."""

    def __init__(self, table: Table) -> None:
        self.name = table.name
        self.plain = {column.name: plain for column in table.columns if (plain := _plain(column))}
        self.key = key_column(table).name
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        self.all_rows = f"SELECT {columns} FROM {table.name}"  # noqa: S608 names of our own tables

    def hashes(self, rows: CursorResult[Any]) -> Iterator[tuple[str, str]]:
        """Return the key and the hash of each row."""
        names = tuple(rows.keys())
        for values in rows:
            row = dict(zip(names, values, strict=True))
            yield str(row[self.key]), self.hash(row)

    def hash(self, row: Mapping[str, Any]) -> str:
        return hashlib.sha256(self.text(row).encode()).hexdigest()

    def text(self, row: Mapping[str, Any]) -> str:
        """The table's name, and what the row holds on the line after it."""
        held = {name: value for name, value in row.items() if value is not None}
        for name, plain in self.plain.items():
            if name in held:
                held[name] = plain(held[name])
        return f"{self.name}\n{_CANONICAL.encode(held)}"


@cache
def _form(table: str) -> _Form:
    return _Form(Record.metadata.tables[table])


def _plain(column: Column[Any]) -> Callable[[Any], Any] | None:
    """Return how a value becomes one of JSON. What a forger put in its place stays as it is, and is another."""
    return next((plain for kind, plain in _PLAIN.items() if isinstance(column.type, kind)), None)


def _moment(value: Any) -> Any:
    """As SQLite keeps it."""
    if isinstance(value, str) and value[10:11] == "T":  # PostgreSQL's JSON
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return f"{value}.000000" if isinstance(value, str) and len(value) == _WITHOUT_FRACTION else value


_WITHOUT_FRACTION = len("2023-03-01 00:00:00")


def _day(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _json(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _truth(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value


_PLAIN: dict[type, Callable[[Any], Any]] = {Utc: _moment, Date: _day, JSON: _json, Boolean: _truth}
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=repr)
