"""Triggers of the database. A row of an append-only table is never changed, replaced or deleted."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, Table, UniqueConstraint, text

from workflow.store.tables import APPEND_ONLY, Record


class Guard(NamedTuple):
    """A trigger on a table, and the statement that makes it."""

    table: str
    name: str
    statement: str


def set_up(connection: Connection) -> None:
    """Make every trigger that is missing or not as it should be. The tables must be those of this program."""
    for guard in missing(connection):
        if connection.dialect.name == "postgresql":
            connection.execute(text(_REFUSE))
            connection.execute(text(f"DROP TRIGGER IF EXISTS {guard.name} ON {guard.table}"))
        else:
            connection.execute(text(f"DROP TRIGGER IF EXISTS {guard.name}"))
        connection.execute(text(guard.statement))


def missing(connection: Connection) -> list[Guard]:
    """Return the triggers that are not in the database, are switched off, or read otherwise than they should."""
    if connection.dialect.name == "postgresql":
        standing = set(connection.execute(text(_ON_POSTGRESQL)).scalars())
        return [guard for guard in _on_postgresql() if guard.name not in standing]
    written: dict[str, str] = dict(connection.execute(text(_ON_SQLITE)).tuples().all())
    return [guard for guard in _on_sqlite() if written.get(guard.name) != guard.statement]


_ON_SQLITE = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
_ON_POSTGRESQL = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'"
_REFUSE = (
    "CREATE OR REPLACE FUNCTION sakutei_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
)


def _on_postgresql() -> Iterator[Guard]:
    for table in APPEND_ONLY:
        name = f"{table}_append_only"
        yield Guard(
            table,
            name,
            f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION sakutei_append_only()",
        )


def _on_sqlite() -> Iterator[Guard]:
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            yield _refusal(table, verb.lower(), verb)
        # INSERT OR REPLACE deletes the row in its way, and fires no trigger for it.
        yield _refusal(table, "replace", "INSERT", f"WHEN EXISTS ({_in_the_way(table)}) ")


def _refusal(table: str, what: str, verb: str, when: str = "") -> Guard:
    name = f"{table}_no_{what}"
    return Guard(
        table,
        name,
        f"CREATE TRIGGER {name} BEFORE {verb} ON {table} {when}"
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
    )


def _in_the_way(table: str) -> str:
    """The query for rows that have a unique key of the new one."""
    same = (
        " AND ".join(f"{column} = NEW.{column}" for column in key)
        for key in unique_keys(Record.metadata.tables[table])
    )
    return f"SELECT 1 FROM {table} WHERE {' OR '.join(same)}"  # noqa: S608 names of our own tables


def unique_keys(table: Table) -> list[list[str]]:
    """Return the columns of each unique key of a table."""
    keys = [table.primary_key, *(each for each in table.constraints if isinstance(each, UniqueConstraint))]
    named = [[column.name for column in key.columns] for key in keys]
    indexed = [[column.name for column in index.columns] for index in table.indexes if index.unique]
    return sorted(named + indexed)
