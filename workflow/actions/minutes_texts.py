"""The versions of a meeting's minutes as the use cases write them."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from workflow.domain.minutes import MinutesKind, MinutesState, draft_of
from workflow.queries.meetings import meeting as meeting_of
from workflow.queries.minutes import minutes_facts
from workflow.store.tables import MinutesText


def newest_text(db: Session, meeting: int, kind: MinutesKind) -> MinutesText | None:
    """The newest version of the text; None where there is none."""
    mine = (MinutesText.meeting_id == meeting) & (MinutesText.kind == kind)
    return db.scalar(select(MinutesText).where(mine).order_by(MinutesText.version.desc()).limit(1))


def drafted(db: Session, meeting: int, kind: MinutesKind) -> str:
    """Return the draft of the text, made from the record as it is."""
    return draft_of(kind, minutes_facts(db, meeting_of(db, meeting)))


def begin_version(
    db: Session,
    meeting: int,
    kind: MinutesKind,
    text: str,
    *,
    edited: bool,
    by: int,
    now: datetime,
    reason: str = "",
) -> int:
    """Begin the next version of the text, as a draft, and return its number."""
    last = newest_text(db, meeting, kind)
    version = last.version + 1 if last else 1
    row = {
        "meeting_id": meeting,
        "kind": kind,
        "version": version,
        "text": text,
        "state": MinutesState.DRAFT,
        "revision": 0,
        "edited": edited,
        "reason": reason,
        "note": "",
        "written_by": by,
        "written_at": now,
    }
    db.execute(insert(MinutesText).values(row))
    return version


def rewrite(db: Session, row: MinutesText, text: str, *, edited: bool, by: int, now: datetime) -> None:
    """Put another text into a draft."""
    change(db, row, text=text, edited=edited, revision=row.revision + 1, written_by=by, written_at=now)


def change(db: Session, row: MinutesText, **values: Any) -> None:
    """Change columns of a version."""
    db.execute(update(MinutesText).where(MinutesText.id == row.id).values(**values))
    db.refresh(row)


def mark_approved(db: Session, text: int, *, approved: bool) -> None:
    """Mark a confirmed version as approved by the body, or as confirmed again where that was recorded by mistake."""
    row = db.get_one(MinutesText, text)
    if MinutesState(row.state).final:
        change(db, row, state=MinutesState.APPROVED if approved else MinutesState.CONFIRMED)
