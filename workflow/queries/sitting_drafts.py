"""The draft of a sitting in one form, for its writer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.queries.speeches import Besides
from workflow.store.tables import Meeting, SittingDraft


@dataclass(frozen=True, slots=True)
class Draft:
    """The fields that somebody filled in and did not record yet, by their names."""

    fields: Mapping[str, str]
    saved_at: datetime


def sitting_draft(db: Session, person: int, meeting: int) -> Draft | None:
    """Return the person's own draft of the meeting's sitting; None while there is none. One statement."""
    row = db.execute(
        select(SittingDraft.fields, SittingDraft.saved_at).where(
            SittingDraft.meeting_id == meeting, SittingDraft.person_id == person
        )
    ).first()
    return Draft(row.fields, row.saved_at) if row else None


def besides_with_draft(db: Session, person: int, meeting: int) -> tuple[Besides, Draft | None]:
    """Return who was at the meeting beside its members, and the person's own draft as `sitting_draft` does. One
    statement."""
    row = db.execute(
        select(Meeting.guests, Meeting.observers, SittingDraft.fields, SittingDraft.saved_at)
        .outerjoin(SittingDraft, (SittingDraft.meeting_id == Meeting.id) & (SittingDraft.person_id == person))
        .where(Meeting.id == meeting)
    ).one()
    draft = Draft(row.fields, row.saved_at) if row.saved_at else None
    return Besides(tuple(row.guests), row.observers), draft
