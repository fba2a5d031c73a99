"""Restoring: a backup is checked whole, becomes an office beside the one that is there, and takes its place at once."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, ProgrammingError

from workflow.domain.calendar import TOKYO
from workflow.domain.errors import DatabaseUnusable, DocumentDamaged
from workflow.domain.language import say
from workflow.store import files, schema, search_index
from workflow.store.backup import archive
from workflow.store.backup.archive import Manifest
from workflow.store.backup.envelope import damaged
from workflow.store.backup.rows import empty, put_rows, tables_of, unguarded
from workflow.store.database import Office


@dataclass(frozen=True, slots=True)
class Restored:
    """A restored office. `kept` says where the database that was there stands now; None: there was none."""

    manifest: Manifest
    kept: str | None


def restore(office: Office, backup: BinaryIO, key: bytes | None, *, now: datetime) -> Restored:
    """Put the office of the backup in the place of the one that is there. Raises `BackupUnusable` and
    `DatabaseUnusable`; everything is as it was then."""
    manifest = archive.check(backup, key)
    schema.require_known(manifest.revision)
    name = f"replaced-{now.astimezone(TOKYO):%Y%m%d-%H%M%S}"
    with _documents(office.files, backup, key, name):
        if office.engine.dialect.name == "postgresql":
            kept = _into_postgresql(office, backup, key, manifest, name.replace("-", "_"))
        else:
            kept = _into_sqlite(office, backup, key, manifest, name)
    return Restored(manifest, kept)


@contextmanager
def _documents(store: Path, backup: BinaryIO, key: bytes | None, name: str) -> Iterator[None]:
    """Put the documents of the backup into the store. It loses none; those added go again when what follows fails."""
    added: list[Path] = []
    try:
        for part, content in archive.parts(backup, key):
            sha256 = archive.document_of(part)
            if sha256 is not None and not _is_whole(store, sha256):
                place = files.path_of(store, sha256)
                if place.exists():
                    place.rename(place.with_name(f"{sha256}.{name}"))
                else:
                    added.append(place)
                with files.arriving(store) as document:
                    while piece := content.read(1024 * 1024):
                        document.write(piece)
                    if files.keep(store, document) != sha256:
                        raise damaged()
        yield
    except BaseException:
        for place in added:
            place.unlink(missing_ok=True)
        raise


def _is_whole(store: Path, sha256: str) -> bool:
    try:
        files.checked(store, sha256)
    except DocumentDamaged:
        return False
    return True


def _fill(connection: Connection, backup: BinaryIO, key: bytes | None, manifest: Manifest) -> None:
    """Make the tables in the form of the backup, put its rows there and bring them to the present form."""
    schema.upgrade(connection, manifest.revision)
    tables = {table.name: table for table in tables_of(connection)}
    try:
        with unguarded(connection):
            empty(connection, list(tables.values()))
            for part, content in archive.parts(backup, key):
                name = archive.table_of(part)
                if name is not None:
                    put_rows(connection, tables[name], manifest.columns[name], archive.rows_of(content))
    except _NOT_ROWS_OF_OURS as error:
        raise damaged() from error
    if archive.head_of(connection) != (manifest.position, manifest.head):
        raise damaged()
    schema.upgrade(connection, "head")
    search_index.clear(connection)


_NOT_ROWS_OF_OURS = (
    *(KeyError, ValueError, TypeError, OverflowError),
    *(DataError, IntegrityError, InterfaceError, ProgrammingError),
)
"""The errors of Python and the databases at values that no backup of these tables holds."""


def _into_sqlite(
    office: Office, backup: BinaryIO, key: bytes | None, manifest: Manifest, name: str
) -> str | None:
    place = Path(make_url(office.url).database or ":memory:")
    if str(place).startswith((":memory:", "file:")):
        raise DatabaseUnusable("ファイルではありません", "接続先（SAKUTEI_DATABASE_URL）を確かめてください。")
    office.close()
    making = place.with_name(f".{place.name}.restoring-{os.getpid()}")
    try:
        restored = Office(f"sqlite:///{making}", office.files)
        try:
            with restored.migrating() as connection:
                _fill(connection, backup, key, manifest)
        finally:
            restored.close()
        _leave_one_file(making)
        return _exchange(place, making, place.with_name(f"{place.name}.{name}"), office.lock_timeout)
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            Path(f"{making}{suffix}").unlink(missing_ok=True)


def _exchange(place: Path, restored: Path, kept: Path, patience: float) -> str | None:
    """Let the restored database take the place, once nobody uses the one that is there."""
    if not place.exists() or not place.stat().st_size:
        restored.replace(place)
        files.sync_folder(place.parent)
        return None
    there = sqlite3.connect(place, timeout=patience, isolation_level=None)
    try:
        # Only the last one at a database can end its write-ahead log.
        there.execute("PRAGMA journal_mode = DELETE").fetchone()
        there.execute("BEGIN EXCLUSIVE")
        os.link(place, kept)
        restored.replace(place)
        files.sync_folder(place.parent)
    except sqlite3.OperationalError as error:
        raise _in_use() from error
    except sqlite3.DatabaseError:
        os.link(place, kept)  # no database any more: kept as it is
        restored.replace(place)
        files.sync_folder(place.parent)
    finally:
        there.close()
    return str(kept)


def _leave_one_file(place: Path) -> None:
    with suppress(sqlite3.OperationalError):
        database = sqlite3.connect(place, isolation_level=None)
        database.execute("PRAGMA journal_mode = DELETE").fetchone()
        database.close()
    with place.open("rb") as written:
        os.fsync(written.fileno())


def _into_postgresql(
    office: Office, backup: BinaryIO, key: bytes | None, manifest: Manifest, name: str
) -> str | None:
    """In one transaction: what is there moves into a schema of its own, and stays there."""
    with office.migrating() as connection:
        moved = connection.execute(_TABLES).scalars().all()
        if moved:
            if connection.scalar(_OTHERS):
                raise _in_use()
            connection.exec_driver_sql(f"CREATE SCHEMA {name}")
            for table in moved:
                connection.exec_driver_sql(f"ALTER TABLE {table} SET SCHEMA {name}")
        for function in connection.execute(_FUNCTIONS).scalars().all():
            connection.exec_driver_sql(f"ALTER FUNCTION {function} SET SCHEMA {name}")
        _fill(connection, backup, key, manifest)
    return say("スキーマ {name}", name=name) if moved else None


_TABLES = text(
    "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm') "
    "AND relnamespace = current_schema()::regnamespace"
)
_FUNCTIONS = text(
    "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = current_schema()::regnamespace "
    "AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')"
)
# The server's own workers are nobody's.
_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid() AND usesysid IS NOT NULL"
)


def _in_use() -> DatabaseUnusable:
    return DatabaseUnusable(
        "使っている処理があります",
        "`sakutei serve` と `sakutei scheduler` を止めてから、もう一度復元してください。何も変えていません。",
    )
