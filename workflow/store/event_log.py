"""The event log: every event chained by hash to the one before it."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from workflow.domain.errors import AuditBroken
from workflow.domain.events import Tag
from workflow.store.database import connection_of
from workflow.store.tables import Event, Record

GENESIS = "0" * 64
"""The hash before the first event."""


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
    """Append one event and return its number. The caller's transaction already excludes other writers."""
    connection = connection_of(db)
    last = connection.execute(_LAST).first()
    seq, before = (last.seq + 1, last.hash) if last else (1, GENESIS)
    text = _CANONICAL.encode(data)
    row = {"at": at, "by": by, "tag": tag, "plan_id": plan, "meeting_id": meeting, "data": text}
    connection.execute(_APPEND, {"seq": seq, "hash": _hash(before, seq, row), **row})
    return seq


_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
_EVENT = Record.metadata.tables["event"]
_LAST = select(_EVENT.c.seq, _EVENT.c.hash).order_by(_EVENT.c.seq.desc()).limit(1)
_APPEND = insert(_EVENT)


def verify(db: Session) -> int:
    """Walk the whole log and return how many events it holds.

    Raises `AuditBroken` at the first event that was changed, removed or put in between.
    """
    before, expected = GENESIS, 1
    columns = (
        Event.seq,
        Event.at,
        Event.by,
        Event.tag,
        Event.plan_id,
        Event.meeting_id,
        Event.data,
        Event.hash,
    )
    for row in db.execute(select(*columns).order_by(Event.seq).execution_options(yield_per=1000)):
        if row.seq != expected:
            raise AuditBroken(expected, "この番号の出来事が失われています")
        if _hash(before, row.seq, dict(row._mapping)) != row.hash:
            raise AuditBroken(row.seq, "内容が記録された時と異なります")
        before, expected = row.hash, expected + 1
    return expected - 1


def _hash(before: str, seq: int, row: Mapping[str, Any]) -> str:
    at: datetime = row["at"]
    fields = [
        before,
        str(seq),
        at.astimezone(UTC).isoformat(timespec="microseconds"),
        *(str(row[name]) for name in ("by", "tag", "plan_id", "meeting_id", "data")),
    ]
    return hashlib.sha256("\n".join(fields).encode()).hexdigest()
