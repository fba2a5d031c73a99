"""Triggers of the database. A row of an append-only table is never changed, replaced or deleted; whatever writes a row
of a proven table is noted, so that an event names it."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, Table, UniqueConstraint, text

from workflow.store.tables import APPEND_ONLY, PROVEN, Record
from workflow.store.touched import key_column


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
            connection.execute(text(_NOTE))
            connection.execute(text(f"DROP TRIGGER IF EXISTS {guard.name} ON {guard.table}"))
        else:
            connection.execute(text(f"DROP TRIGGER IF EXISTS {guard.name}"))
        connection.execute(text(guard.statement))


def stop_noting(connection: Connection) -> None:
    """Take away the triggers that note rows: SQLite drops and renames no column that a trigger names."""
    if connection.dialect.name == "sqlite":
        for name in connection.execute(text(_ON_SQLITE)).scalars().all():
            if "_touched_" in name:
                connection.execute(text(f"DROP TRIGGER {name}"))


def missing(connection: Connection) -> list[Guard]:
    """Return the triggers that are not in the database, are switched off, or read otherwise than they should."""
    if connection.dialect.name == "postgresql":
        standing = set(connection.execute(text(_ON_POSTGRESQL)).scalars())
        return [guard for guard in _on_postgresql() if guard.name not in standing]
    written: dict[str, str] = dict(connection.execute(text(_ON_SQLITE)).all())
    return [guard for guard in _on_sqlite() if written.get(guard.name) != guard.statement]


_ON_SQLITE = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
# A restore keeps what it replaces, with its triggers, in a schema of its own.
_ON_POSTGRESQL = (
    "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
    " JOIN pg_namespace ON pg_namespace.oid = relnamespace"
    " WHERE NOT tgisinternal AND tgenabled = 'O' AND nspname = current_schema()"
)
_REFUSE = (
    "CREATE OR REPLACE FUNCTION sakutei_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
)
_NOTE = (
    "CREATE OR REPLACE FUNCTION sakutei_touched() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF TG_OP = 'DELETE' THEN INSERT INTO touched VALUES (TG_TABLE_NAME, to_jsonb(OLD) ->> TG_ARGV[0], NULL) "
    "ON CONFLICT (name, key) DO UPDATE SET held = NULL; "
    "ELSE INSERT INTO touched VALUES (TG_TABLE_NAME, to_jsonb(NEW) ->> TG_ARGV[0], to_json(NEW)::text) "
    "ON CONFLICT (name, key) DO UPDATE SET held = EXCLUDED.held; END IF; RETURN NULL; END $$"
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
    for table in PROVEN:
        name, key = f"{table}_touched", key_column(Record.metadata.tables[table]).name
        yield Guard(
            table,
            name,
            f"CREATE TRIGGER {name} AFTER INSERT OR UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION sakutei_touched('{key}')",
        )


def _on_sqlite() -> Iterator[Guard]:
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            yield _refusal(table, verb.lower(), verb)
        # INSERT OR REPLACE deletes the row in its way, and fires no trigger for it.
        yield _refusal(table, "replace", "INSERT", f"WHEN EXISTS ({_in_the_way(table)}) ")
    for name in PROVEN:
        yield from _notes(Record.metadata.tables[name])


def _notes(table: Table) -> Iterator[Guard]:
    pairs = ", ".join(f"'{column.name}', NEW.{column.name}" for column in table.columns)
    new = f"json_object({pairs})"
    for verb, row, held in (("INSERT", "NEW", new), ("UPDATE", "NEW", new), ("DELETE", "OLD", "NULL")):
        name = f"{table.name}_touched_{verb.lower()}"
        note = (
            f"INSERT INTO touched (name, key, held) VALUES ('{table.name}', {row}.{key_column(table).name}, {held}) "  # noqa: S608
            "ON CONFLICT (name, key) DO UPDATE SET held = excluded.held"
        )
        yield Guard(table.name, name, f"CREATE TRIGGER {name} AFTER {verb} ON {table.name} BEGIN {note}; END")


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
