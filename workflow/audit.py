"""The event log: every event chained by hash to the one before it."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from workflow.errors import AuditBroken
from workflow.records import Event

GENESIS = "0" * 64
"""The hash before the first event."""


class Tag(StrEnum):
    """Everything that can be logged: a closed list."""

    PERSON_ADDED = "person.added"
    PERSON_CHANGED = "person.changed"
    PERSON_POSTED = "person.posted"
    MEMBER_SEATED = "member.seated"
    TERM_ENDED = "term.ended"
    DEPUTY_NAMED = "deputy.named"
    ADMINISTRATOR_NAMED = "administrator.named"
    DEPARTMENT_ADDED = "department.added"
    CLOSED_DAY_ADDED = "closed_day.added"
    PLAN_OPENED = "plan.opened"
    VERSION_ADDED = "version.added"
    PLAN_ADVANCED = "plan.advanced"
    PLAN_SENT_BACK = "plan.sent_back"
    PLAN_SUSPENDED = "plan.suspended"
    PLAN_RESUMED = "plan.resumed"
    PLAN_WITHDRAWN = "plan.withdrawn"
    MEETING_CALLED = "meeting.called"
    MEETING_MOVED = "meeting.moved"
    MEETING_CANCELLED = "meeting.cancelled"
    MEETING_CLOSED = "meeting.closed"
    ITEM_LISTED = "item.listed"
    ITEM_REMOVED = "item.removed"
    ATTENDANCE_ENTERED = "attendance.entered"
    VOTE_CAST = "vote.cast"
    VOTE_TAKEN_BACK = "vote.taken_back"
    DECISION_RECORDED = "decision.recorded"
    DECISION_CORRECTED = "decision.corrected"
    DECISION_TAKEN_BACK = "decision.taken_back"
    DECIDED_ALONE = "decision.chair_alone"
    RATIFIED = "decision.ratified"
    CONDITION_CLOSED = "condition.closed"
    SIGNED = "signoff.signed"
    SIGNOFF_TAKEN_BACK = "signoff.taken_back"
    SIGNOFF_REVIEWED = "signoff.reviewed"
    COMMENT_OPENED = "comment.opened"
    OPINION_RECEIVED = "opinion.received"
    OPINIONS_ANSWERED = "opinion.answered"
    COMMENT_PUBLISHED = "comment.published"
    DELIVERY_RESENT = "delivery.resent"


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
    last = db.execute(select(Event.seq, Event.hash).order_by(Event.seq.desc()).limit(1)).first()
    seq, before = (last.seq + 1, last.hash) if last else (1, GENESIS)
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    row = {"at": at, "by": by, "tag": tag, "plan_id": plan, "meeting_id": meeting, "data": text}
    db.execute(insert(Event).values(seq=seq, hash=_hash(before, seq, row), **row))
    return seq


def verify(db: Session) -> int:
    """Walk the whole log and return how many events it holds.

    Raises `AuditBroken` at the first event that was changed, removed or put in between.
    """
    before, expected = GENESIS, 1
    columns = (Event.seq, Event.at, Event.by, Event.tag, Event.plan_id, Event.meeting_id, Event.data, Event.hash)
    for row in db.execute(select(*columns).order_by(Event.seq).execution_options(yield_per=1000)):
        if row.seq != expected:
            raise AuditBroken(expected, "この番号の出来事が失われています")
        if _hash(before, row.seq, row._mapping) != row.hash:
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
