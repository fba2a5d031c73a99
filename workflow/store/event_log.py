"""The event log: every event names the rows written for it, and is chained by hash to the one before it."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, text
from sqlalchemy.orm import Session

from workflow.domain.errors import AuditBroken
from workflow.domain.events import Tag
from workflow.domain.security import CHANGES_OF_RIGHTS, SecurityKind
from workflow.store import hash_chain, security_log
from workflow.store.hash_chain import Position, following, link
from workflow.store.named_rows import NamedRows
from workflow.store.tables import PROVEN, Record
from workflow.store.touched import ROWS_AT_ONCE, Written, forget, rows_with_hashes, written

AT_ONCE = 20_000
"""The newest events, whose chain is verified while somebody waits for a page: less than half a second. All of the
record is proven by `workflow.store.proof`."""


def record(
    db: Session,
    tag: Tag,
    *,
    at: datetime,
    by: int | None,
    plan: int | None = None,
    meeting: int | None = None,
    **data: Any,
) -> int:
    """Append one event and return its number. It names the rows written since the event before it in this
    transaction. The caller's transaction already excludes other writers."""
    db.flush()
    connection = db.connection()
    row = {"at": at, "by": by, "tag": tag, "plan_id": plan, "meeting_id": meeting}
    wrote, last = written(connection)
    seq = _append(connection, row, data, wrote, last or _last(connection))
    if tag in CHANGES_OF_RIGHTS:
        security_log.enter(db, SecurityKind.RIGHTS_CHANGED, at=at, by=by, event=seq)
    return seq


def head(db: Session) -> Position | None:
    """Return the number and the hash of the last event; None before the first."""
    return _last(db.connection())


def name_the_rest(connection: Connection) -> None:
    """Name the rows written after the last event of a transaction, in an event of their own."""
    rest, last = written(connection)
    if rest:
        _name(connection, rest, last)


def name_rows_found(connection: Connection) -> None:
    """Name every row that is not the one its last event names: those of before the log proved rows, and those whose
    form a migration changed."""
    forget(connection)
    named = NamedRows()
    for seq, wrote in connection.execute(_NAMING.execution_options(yield_per=1000)):
        named.add(seq, wrote)
    for table in PROVEN:
        found = [
            (key, digest)
            for key, digest in rows_with_hashes(connection, table)
            if named.hash_of(table, key) != digest
        ]
        for start in range(0, len(found), ROWS_AT_ONCE):
            rows: Written = {table: dict(found[start : start + ROWS_AT_ONCE])}
            _name(connection, rows, _last(connection))


def _last(connection: Connection) -> Position | None:
    last = connection.execute(_LAST).first()
    return (last.seq, last.hash) if last else None


def _name(connection: Connection, rows: Written, last: Position | None) -> None:
    row = {"at": datetime.now(UTC), "by": None, "tag": Tag.ROWS_NAMED, "plan_id": None, "meeting_id": None}
    _append(connection, row, {"rows": sum(map(len, rows.values()))}, rows, last)


def _append(
    connection: Connection,
    row: dict[str, Any],
    data: Mapping[str, Any],
    wrote: Written,
    last: Position | None,
) -> int:
    seq, before = following(last)
    row |= {"data": _CANONICAL.encode(data), "wrote": _CANONICAL.encode(wrote) if wrote else None}
    digest = link(before, seq, row["at"], _told([row[name] for name in _TOLD]))
    connection.execute(_APPEND, {"seq": seq, "hash": digest, **row})
    return seq


_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
_TOLD = ("by", "tag", "plan_id", "meeting_id", "data", "wrote")
_EVENT = Record.metadata.tables["event"]
_LAST = select(_EVENT.c.seq, _EVENT.c.hash).order_by(_EVENT.c.seq.desc()).limit(1)
_APPEND = insert(_EVENT)
_NAMING = select(_EVENT.c.seq, _EVENT.c.wrote).where(_EVENT.c.wrote.is_not(None)).order_by(_EVENT.c.seq)


def verify(db: Session, *, newest: int | None = None) -> int:
    """Walk the chain, or its `newest` events, and return how many events were walked.

    Raises `AuditBroken` at the first event that was changed, removed or put in between.
    """
    connection = db.connection()
    last = connection.execute(_LAST).first()
    walked = 0
    for _, broken in walk(connection, after=max(0, last.seq - newest) if last and newest is not None else 0):
        if broken is not None:
            raise broken
        walked += 1
    return walked


def hash_of(connection: Connection, seq: int) -> str | None:
    """Return the hash of an event as it stands; None when there is no such event."""
    found = connection.execute(_HASH, {"seq": seq}).scalar()
    return None if found is None else str(found)


def events_of(connection: Connection, tags: Iterable[Tag], *, until: int) -> Iterable[Row[Any]]:
    """Return the events of those tags up to that number, oldest first, as `walk` gives them; nothing of them is checked."""
    return connection.execute(_OF_TAGS, {"tags": list(tags), "until": until})


def walk(connection: Connection, *, after: int = 0) -> Iterator[tuple[Row[Any], AuditBroken | None]]:
    """Return each event after that number, oldest first, as the database's driver gives it, and what is broken in
    the chain there."""
    known = (after, hash_of(connection, after) or "") if after else None
    events = connection.execute(_EVENTS, {"after": after})
    for row, broken in hash_chain.walk(events, lambda row: _told(row[2:]), known):
        yield row, AuditBroken(*broken) if broken else None


def covered_by_hash(event: Row[Any]) -> list[str]:
    """Return the texts that the hash of an event covers after the hash of the one before it; the event as `walk` gives it."""
    return hash_chain.covered(event.seq, event.at, _told(event[2:]))


_HASH = select(_EVENT.c.hash).where(_EVENT.c.seq == bindparam("seq"))
_COLUMNS = 'SELECT seq, at, "by", tag, plan_id, meeting_id, data, wrote, hash FROM event'
_EVENTS = text(f"{_COLUMNS} WHERE seq > :after ORDER BY seq").execution_options(yield_per=1000)
_OF_TAGS = (
    text(f"{_COLUMNS} WHERE seq <= :until AND tag IN :tags ORDER BY seq")
    .bindparams(bindparam("tags", expanding=True))
    .execution_options(yield_per=1000)
)


def _told(row: Sequence[Any]) -> Sequence[Any]:
    """The part of a row that its hash covers: who, what, its plan and its meeting, the data, and the rows written,
    which events of before the log named rows do not have."""
    return row[:5] if row[5] is None else row[:6]
