"""The health of an office's database and documents, looked at from outside the rules."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, MetaData, and_, exists, func, select, text

from workflow.domain.errors import DocumentDamaged, SakuteiError
from workflow.domain.language import say
from workflow.store import files, schema
from workflow.store.database import Office, connection_of


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check, in words."""

    what: str
    wrong: bool
    words: str


def health(office: Office) -> Iterator[Finding]:
    """Check one thing after the other. A database of another form is not looked at further."""
    try:
        schema.require_current(office)
    except SakuteiError as error:
        yield Finding(say("データベースの形"), True, error.message)
        return
    yield Finding(say("データベースの形"), False, say("このプログラムの形です"))
    with office.reading() as db:
        connection = connection_of(db)
        if connection.dialect.name == "sqlite":
            yield _pages(connection)
        yield _references(connection)
        yield _guards(office, connection)
        documents = connection.execute(text("SELECT sha256 FROM document")).scalars().all()
    yield _documents(office.files, documents)


def _pages(connection: Connection) -> Finding:
    found = connection.execute(text("PRAGMA integrity_check(10)")).scalars().all()
    whole = found == ["ok"]
    return Finding(say("ファイルの構造"), not whole, say("壊れていません") if whole else " / ".join(found))


def _references(connection: Connection) -> Finding:
    """Every reference leads to a row, whatever the database itself believes."""
    tables = MetaData()
    tables.reflect(connection)
    broken = []
    for table in tables.tables.values():
        for reference in table.foreign_key_constraints:
            there = reference.referred_table.alias()
            pairs = [(each.parent, there.c[each.column.name]) for each in reference.elements]
            lost = and_(*(column.is_not(None) for column, _ in pairs)) & ~exists(
                select(there).where(*(column == other for column, other in pairs))
            )
            count = connection.scalar(select(func.count()).select_from(table).where(lost))
            if count:
                broken.append(say("{table} から {count} 件", table=table.name, count=count))
    return Finding(say("行どうしの参照"), bool(broken), say("、").join(broken) or say("すべてたどれます"))


def _guards(office: Office, connection: Connection) -> Finding:
    """The triggers, indexes and constraints are those of a new database."""
    if connection.dialect.name == "sqlite":
        there, expected = _sqlite_guards(connection), _new_sqlite_guards()
    else:
        there, expected = _postgresql_guards(connection), _new_postgresql_guards(office)
    lost = expected.keys() - there.keys()
    changed = {name for name in expected.keys() & there.keys() if there[name] != expected[name]}
    words = [say("{name} がありません", name=name) for name in sorted(lost)] + [
        say("{name} が書き換えられています", name=name) for name in sorted(changed)
    ]
    whole = say("{count} 件すべてあります", count=len(expected))
    return Finding(say("トリガーと制約"), bool(words), say("、").join(words) or whole)


def _sqlite_guards(connection: Connection) -> dict[str, str]:
    found = connection.execute(
        text("SELECT name, sql FROM sqlite_master WHERE type IN ('trigger', 'index') AND sql IS NOT NULL")
    )
    return dict(found.tuples().all())


def _new_sqlite_guards() -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        office = Office(f"sqlite:///{Path(folder, 'new.db')}", Path(folder))
        try:
            schema.migrate(office)
            with office.reading() as db:
                return _sqlite_guards(connection_of(db))
        finally:
            office.close()


def _postgresql_guards(connection: Connection) -> dict[str, str]:
    """Definitions without the schema they stand in."""
    here = str(connection.scalar(select(func.current_schema())))
    return {
        name: definition.replace(f"{here}.", "")
        for name, definition in connection.execute(_DEFINITIONS).tuples().all()
    }


def _new_postgresql_guards(office: Office) -> dict[str, str]:
    """Made in a schema of its own, in a transaction that is taken back."""
    with office.engine.connect() as connection:
        connection.exec_driver_sql("CREATE SCHEMA sakutei_check")
        connection.exec_driver_sql("SET LOCAL search_path = sakutei_check")
        schema.upgrade(connection, "head")
        found = _postgresql_guards(connection)
        connection.rollback()
    return found


_DEFINITIONS = text(
    "SELECT relname || '.' || tgname, pg_get_triggerdef(pg_trigger.oid) || ' ' || tgenabled::text || ' ' || prosrc FROM pg_trigger "
    "JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid "
    "WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace "
    "UNION ALL SELECT conname, pg_get_constraintdef(oid) || ' ' || convalidated FROM pg_constraint "
    "WHERE contype <> 'n' AND connamespace = current_schema()::regnamespace "
    "UNION ALL SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
)


def _documents(store: Path, documents: Sequence[str]) -> Finding:
    damaged = []
    for sha256 in documents:
        try:
            files.checked(store, sha256)
        except DocumentDamaged as error:
            damaged.append(error.message)
    whole = say("{count} 件すべて登録時のとおりです", count=len(documents))
    return Finding(say("文書"), bool(damaged), say("、").join(damaged) or whole)
