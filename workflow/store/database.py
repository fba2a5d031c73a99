"""One office: its database, its file store, its transactions."""

import logging
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import Session

from workflow.domain.errors import BadInput, DatabaseUnusable, SakuteiError, StorageFull
from workflow.domain.language import say
from workflow.store import event_log, files, private_files, security_log, touched
from workflow.store.files import Arriving, Kept

log = logging.getLogger(__name__)

Reading = Session
"""The session of `Office.reading`, for modules that only pass it to queries and do not use the database
themselves."""

WRITER_LOCK = 0x73616B75
"""The PostgreSQL advisory lock a writing transaction holds: one writer an office, as `BEGIN IMMEDIATE` is."""

LONGEST_PAUSE = 4
"""Longest pause between two statements of a writing transaction on PostgreSQL, in seconds: a process that hangs
is disconnected, and the next one writes within 5 s. SQLite has no such limit: a process that hangs there has to
be ended."""

LONGEST_STATEMENT = 5
"""Longest time for one statement of a writing transaction on PostgreSQL, in seconds."""

_BEGIN_READING = {"sqlite": "BEGIN"}
# PostgreSQL is told with its BEGIN, so that this costs no statement.
_ONE_STATE = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
_BEGIN_MIGRATING = {
    "sqlite": "BEGIN IMMEDIATE",
    "postgresql": f"SELECT pg_advisory_xact_lock({WRITER_LOCK})",
}
# The limits hold from the next statement on: waiting for the lock has its own.
_BEGIN_WRITING = {
    "sqlite": "BEGIN IMMEDIATE",
    "postgresql": (
        f"SELECT pg_advisory_xact_lock({WRITER_LOCK}), "
        f"set_config('idle_in_transaction_session_timeout', '{LONGEST_PAUSE}s', true), "
        f"set_config('statement_timeout', '{LONGEST_STATEMENT}s', true)"
    ),
}


class Office:
    """Access to one office's records: `reading()` and `writing()` are its only transactions."""

    def __init__(
        self,
        url: str,
        files: Path,
        *,
        name: str = "",
        key_file: Path | None = None,
        lock_timeout: float = 10.0,
        collector: Path | None = None,
    ) -> None:
        """`name` is what the office calls itself (庁名), empty when it is not known. `key_file` holds its key; None: it lies beside the
        documents. `lock_timeout` is in seconds: how long a
        writer waits for another before `DatabaseUnusable`. `collector` is the file to which the security log is handed on. Raises `DatabaseUnusable` when the URL is none."""
        self.url = url
        self.files = files
        self.name = name
        self.key_file = key_file or files.with_name("signing.key")
        self.lock_timeout = lock_timeout
        self.collector = collector
        try:
            self.engine = _engine(url, lock_timeout)
        except (ArgumentError, NoSuchModuleError) as error:
            raise DatabaseUnusable(
                "接続先（SAKUTEI_DATABASE_URL）を読めません",
                "postgresql+psycopg://利用者@ホスト/名前 の形で書いてください。",
            ) from error

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that sees one state and changes nothing."""
        with (
            _translated(self.engine.url.password),
            self._begun(_BEGIN_READING) as connection,
            Session(connection) as db,
        ):
            yield db

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that excludes every other writer of this office, and commits at its end or not at
        all."""
        with (
            _translated(self.engine.url.password),
            self._begun(_BEGIN_WRITING) as connection,
            Session(connection) as db,
        ):
            touched.forget(connection)
            yield db
            db.flush()
            event_log.name_the_rest(connection)
            self._finish(db)

    def keep(self, content: bytes | Arriving | Kept) -> Kept:
        """Put a document into the store. Raises `BadInput`, `StorageFull`."""
        kept = files.measured(content)
        files.keep(self.files, content)
        return kept

    def _finish(self, db: Session) -> None:
        self._commit(db)

    def _commit(self, db: Session) -> None:
        lines = security_log.lines_entered(db) if self.collector else []
        connection_of(db).commit()
        if self.collector and lines:
            security_log.hand_on(self.collector, lines)

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """A transaction that may change the tables themselves, and may take its time; it excludes every writer."""
        with _translated(self.engine.url.password), self._begun(_BEGIN_MIGRATING) as connection:
            yield connection
            connection.commit()

    @contextmanager
    def _begun(self, statements: Mapping[str, str]) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            if statements is _BEGIN_READING and self.engine.dialect.name == "postgresql":
                connection.execution_options(**_ONE_STATE)
            if self.engine.dialect.name in statements:
                connection.exec_driver_sql(statements[self.engine.dialect.name])
            yield connection


class ObservedOffice(Office):
    """The same office; calls `look(session)` before each commit, which may write more."""

    def __init__(self, office: Office, look: Callable[[Session], None]) -> None:
        self.url, self.files, self.lock_timeout = office.url, office.files, office.lock_timeout
        self.engine, self.collector = office.engine, office.collector
        self.name, self.key_file = office.name, office.key_file
        self.look = look

    def _finish(self, db: Session) -> None:
        self.look(db)
        self._commit(db)


class DryRunOffice(ObservedOffice):
    """The same office, where a use case runs in full and is then taken back: `look` sees what it would leave."""

    def keep(self, content: bytes | Arriving | Kept) -> Kept:
        return files.measured(content)

    def _finish(self, db: Session) -> None:
        self.look(db)
        connection_of(db).rollback()


class JoinedOffice(Office):
    """The same office within one transaction of its own `writing()`: use cases run in it one after the other, each in
    full or not at all, and all of them are kept or none. `files` may be another store."""

    def __init__(self, office: Office, db: Session, files: Path) -> None:
        self.url, self.files, self.lock_timeout = office.url, files, office.lock_timeout
        self.engine, self.collector = office.engine, office.collector
        self.name, self.key_file = office.name, office.key_file
        self._db = db

    @contextmanager
    def reading(self) -> Iterator[Session]:
        yield self._db

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with self._db.begin_nested():
            yield self._db


def connection_of(db: Session) -> Connection:
    """The connection of a session that `reading()` or `writing()` gave. The statements of every step deal in rows
    and not in objects, and cost half when they are executed here and not by the session."""
    connection = db.bind
    if not isinstance(connection, Connection):
        raise TypeError("a session of `Office.reading` or `Office.writing` is needed")
    return connection


_UNANSWERED = 5
"""Time for which either end of a PostgreSQL connection waits until the other receives its data, in seconds."""


def _engine(url: str, lock_timeout: float) -> Engine:
    # hide_parameters: an error that reaches a log must not carry a mail, a token or a password's hash.
    if make_url(url).get_backend_name() == "sqlite":
        _make_private(make_url(url).database)
        engine = create_engine(
            url, connect_args={"timeout": lock_timeout, "check_same_thread": False}, hide_parameters=True
        )
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    return create_engine(
        url,
        connect_args={
            "options": f"-c lock_timeout={int(lock_timeout * 1000)} -c tcp_user_timeout={_UNANSWERED * 1000}",
            "connect_timeout": _UNANSWERED,
            "tcp_user_timeout": _UNANSWERED * 1000,
            "keepalives_idle": _UNANSWERED,
            "keepalives_interval": 1,
            "keepalives_count": 3,
        },
        pool_pre_ping=True,
        hide_parameters=True,
    )


def _make_private(database: str | None) -> None:
    """SQLite gives what it makes beside a database the rights of the database. What cannot be made here, SQLite
    says when it connects."""
    if database and database != ":memory:" and not database.startswith("file:"):
        with suppress(OSError):
            private_files.make_file(Path(database))
            for suffix in ("-wal", "-shm", "-journal"):
                private_files.shut(Path(database + suffix))


def _prepare_sqlite(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None
    # secure_delete: what was erased lies no more in the free parts of the file.
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


@contextmanager
def _translated(password: str | None) -> Iterator[None]:
    try:
        yield
    except (DataError, OverflowError) as error:
        raise BadInput("値", "記録できない値です", "画面を開き直して、入力し直してください。") from error
    except DBAPIError as error:
        problem = str(error.orig)
        if isinstance(error, OperationalError) or any(sign in problem for sign in _SIGNS):
            raise _unusable(problem.replace(password, "…") if password else problem) from error
        raise


def _unusable(problem: str) -> SakuteiError:
    if any(sign in problem for sign in _FULL):
        return StorageFull()
    for sign, words, mend in _TROUBLES:
        if sign in problem:
            return DatabaseUnusable(words, mend)
    # Visitors are not told which machine and which user: that is for who reads the log.
    reference = secrets.token_hex(4)
    log.error("照会番号 %s: %s", reference, " ".join(problem.split()))
    return DatabaseUnusable(
        say("いま接続できません（照会番号 {reference}）", reference=reference),
        "時間をおいて、もう一度お試しください。続くときは、照会番号をシステム管理者に知らせてください。",
    )


_FULL = ("disk is full", "No space left on device")

_TROUBLES = (
    ("locked", "他の処理が書き込み中です", "少し待ってから、もう一度操作してください。"),
    ("lock timeout", "他の処理が書き込み中です", "少し待ってから、もう一度操作してください。"),
    (
        "idle-in-transaction timeout",
        "処理が途中で止まっていたため、記録されずに打ち切られました",
        "もう一度操作してください。",
    ),
    (
        "statement timeout",
        "処理に時間がかかりすぎたため、記録されずに打ち切られました",
        "少し待ってから、もう一度操作してください。",
    ),
    ("readonly", "読み取り専用です", "ファイルと置き場所の書込権限を確かめてください。"),
    ("read-only", "読み取り専用です", "接続する利用者の権限を確かめてください。"),
    ("no such table", "まだ準備されていません", "`sakutei init` を実行してください。"),
    ("no such column", "古い形式です", "`sakutei init` を実行して更新してください。"),
    ("unable to open", "ファイルを開けません", "置き場所があるか、権限があるかを確かめてください。"),
    ("not a database", "SQLite のファイルではありません", "接続先を確かめてください。"),
)
_SIGNS = (*_FULL, *(sign for sign, *_ in _TROUBLES))
