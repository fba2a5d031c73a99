"""A backup, written and read: a tar file in an envelope, with the rows of every table, the documents and at its end a
manifest that names every part with its SHA-256."""

import fcntl
import gzip
import hashlib
import json
import os
import re
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from io import BytesIO, RawIOBase
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from alembic.migration import MigrationContext
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import Connection, text

from workflow.domain.errors import BackupUnusable, DatabaseUnusable, DocumentDamaged
from workflow.store import files, private_files
from workflow.store.backup.envelope import Envelope, damaged, opened, sealed
from workflow.store.backup.rows import read_rows, tables_of
from workflow.store.database import Office, connection_of

_FORMAT = 1
_MANIFEST = "manifest.json"
_ROWS = re.compile(r"rows/([a-z0-9_]+)/[0-9]{6}\.json\.gz")
_DOCUMENT = re.compile(r"documents/([0-9a-f]{64})")
_LONGEST_ROWS = 1024 * 1024 * 1024
"""The most that the rows of one part may unpack to, in bytes."""

MAKING = ".sakutei-making-"
"""The beginning of the name of a backup that is being made."""


class Manifest(BaseModel):
    """The contents of a backup. `position` and `head` are the number and the hash of its last event (0 and empty: none);
    `columns` are those of each table; `missing` are documents that the office itself no longer had whole."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    made_at: datetime
    revision: str
    position: int
    head: str
    columns: dict[str, list[str]]
    parts: dict[str, str]
    missing: list[str]


def write(office: Office, to: Path, key: bytes | None, *, now: datetime) -> Manifest:
    """Back the office up into a new file, while it is in use. The file appears under its name when it is whole and on the
    disk. Raises `BackupUnusable` when there is a file already, `DatabaseUnusable` when there is no office."""
    if to.exists():
        raise BackupUnusable("同じ名前のファイルがあります", "別の名前を指定してください。")
    private_files.make_folder_if_missing(to.parent)
    files.take_away_what_was_left(to.parent, MAKING)
    descriptor, name = tempfile.mkstemp(prefix=MAKING, dir=to.parent)
    try:
        with os.fdopen(descriptor, "wb") as making:
            fcntl.flock(making, fcntl.LOCK_EX)
            envelope = sealed(making, key)
            manifest = _fill(office, envelope, now)
            envelope.finish()
            making.flush()
            os.fsync(making.fileno())
        os.link(name, to)  # never over another
        files.sync_folder(to.parent)
    except FileExistsError:
        raise BackupUnusable("同じ名前のファイルがあります", "別の名前を指定してください。") from None
    finally:
        with suppress(FileNotFoundError):
            Path(name).unlink()
    return manifest


def check(backup: BinaryIO, key: bytes | None) -> Manifest:
    """Read the backup from its beginning to its end. Raises `BackupUnusable` unless every part is there as it was."""
    seen: dict[str, str] = {}
    manifest = None
    with _readable():
        for name, part in parts(backup, key):
            if name == _MANIFEST:
                manifest = _manifest_of(part)
            elif name in seen or manifest is not None:
                raise damaged()
            else:
                seen[name] = hashlib.file_digest(cast(Any, part), "sha256").hexdigest()
    if manifest is None or manifest.parts != seen:
        raise damaged()
    return manifest


def parts(backup: BinaryIO, key: bytes | None) -> Iterator[tuple[str, IO[bytes]]]:
    """The parts of a backup in their order, each to be read before the next. Raises `BackupUnusable`."""
    with _readable():
        stream = opened(backup, key)
        with tarfile.open(fileobj=cast(Any, stream), mode="r|") as archive:
            for member in archive:
                content = archive.extractfile(member) if _is_ours(member) else None
                if content is None:
                    raise damaged()
                yield member.name, content
        _read_to_the_end(stream)


def table_of(part: str) -> str | None:
    """The table whose rows the part holds; None: it holds none."""
    found = _ROWS.fullmatch(part)
    return found[1] if found else None


def document_of(part: str) -> str | None:
    """The SHA-256 of the document that the part is; None: it is none."""
    found = _DOCUMENT.fullmatch(part)
    return found[1] if found else None


def rows_of(part: IO[bytes]) -> list[list[Any]]:
    """The rows in a part. Raises `BackupUnusable`."""
    with _readable():
        with gzip.open(part) as unpacked:
            content = unpacked.read(_LONGEST_ROWS + 1)
        rows = json.loads(content) if len(content) <= _LONGEST_ROWS else None
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise damaged()
    return rows


def head_of(connection: Connection) -> tuple[int, str]:
    """The number and the hash of the last event; (0, "") before the first."""
    last = connection.execute(text("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1")).first()
    return (last.seq, last.hash) if last else (0, "")


def _fill(office: Office, envelope: Envelope, now: datetime) -> Manifest:
    with tarfile.open(fileobj=cast(Any, envelope), mode="w|", format=tarfile.PAX_FORMAT) as archive:
        seen: dict[str, str] = {}
        with office.reading() as db:
            connection = connection_of(db)
            revision = MigrationContext.configure(connection).get_current_revision()
            if revision is None:
                raise DatabaseUnusable("まだ準備されていません", "`sakutei init` を実行してください。")
            position, head = head_of(connection)
            columns = {}
            for table in tables_of(connection):
                columns[table.name] = [column.name for column in table.columns]
                for number, rows in enumerate(read_rows(connection, table)):
                    packed = gzip.compress(json.dumps(rows, ensure_ascii=False).encode(), 6, mtime=0)
                    _put(archive, seen, f"rows/{table.name}/{number:06}.json.gz", packed)
            documents = (
                connection.execute(text("SELECT sha256 FROM document ORDER BY sha256")).scalars().all()
            )
        # After the rows: a document is in the store before a row names it, and none is ever taken away.
        missing = [sha256 for sha256 in documents if not _put_document(archive, seen, office.files, sha256)]
        manifest = Manifest(
            format=_FORMAT,
            made_at=now,
            revision=revision,
            position=position,
            head=head,
            columns=columns,
            parts=seen,
            missing=missing,
        )
        _put(archive, {}, _MANIFEST, manifest.model_dump_json(indent=1).encode())
    return manifest


def _put(archive: tarfile.TarFile, seen: dict[str, str], name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, BytesIO(content))
    seen[name] = hashlib.sha256(content).hexdigest()


def _put_document(archive: tarfile.TarFile, seen: dict[str, str], store: Path, sha256: str) -> bool:
    """Return whether the document was there as it should be. Where it is not, the backup goes without it."""
    try:
        place = files.checked(store, sha256)
    except DocumentDamaged:
        return False
    member = tarfile.TarInfo(f"documents/{sha256}")
    member.size = place.stat().st_size
    with place.open("rb") as document:
        archive.addfile(member, document)
    seen[member.name] = sha256
    return True


def _manifest_of(part: IO[bytes]) -> Manifest:
    try:
        manifest = Manifest.model_validate_json(part.read())
    except ValidationError:
        raise damaged() from None
    if manifest.format != _FORMAT:
        raise _newer()
    return manifest


def _newer() -> BackupUnusable:
    return BackupUnusable("このプログラムより新しい形式です", "新しい版のプログラムを使ってください。")


def _is_ours(member: tarfile.TarInfo) -> bool:
    # A few bytes of a sparse file read as terabytes.
    return (
        member.isreg()
        and not member.issparse()
        and (
            member.name == _MANIFEST or bool(_ROWS.fullmatch(member.name) or _DOCUMENT.fullmatch(member.name))
        )
    )


def _read_to_the_end(stream: RawIOBase) -> None:
    while stream.read(1024 * 1024):
        pass


@contextmanager
def _readable() -> Iterator[None]:
    """Whatever a reader says of damaged bytes, people are told in our words."""
    try:
        yield
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error, ValueError, RecursionError) as error:
        raise damaged() from error
