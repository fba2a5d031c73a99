"""Use cases on the draft of a sitting in one form: kept for its writer alone until it is recorded. They leave no event."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from workflow.actions.meetings import held_by_right
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import BadInput
from workflow.domain.language import say
from workflow.domain.rights import Act
from workflow.queries.actor import actor
from workflow.store.database import Office
from workflow.store.tables import SittingDraft

LONGEST_DRAFT = 300_000
"""The longest draft that is kept, in characters of all its fields with their names."""


def save_sitting_draft(
    office: Office, by: str, meeting: int, fields: Mapping[str, str], *, now: datetime
) -> None:
    """Keep the fields that were filled in, in place of those kept before; none: nothing is kept.

    Raises `BadInput` (too long), `NotAllowed`, `NotFound`.
    """
    length = sum(len(name) + len(value) for name, value in fields.items())
    if length > LONGEST_DRAFT:
        raise BadInput(
            "下書き",
            say("{length} 文字あります", length=length),
            say(
                "{longest} 文字までしか保存できません。書けた議題から「記録する」で記録してください。",
                longest=LONGEST_DRAFT,
            ),
        )
    with office.writing() as db:
        who, held = held_by_right(db, by, meeting, Act.KEEP_MINUTES, now)
        mine = (SittingDraft.meeting_id == held.id) & (SittingDraft.person_id == who.id)
        if not fields:
            db.execute(delete(SittingDraft).where(mine))
        elif db.scalar(select(SittingDraft.id).where(mine)) is None:
            row = {"meeting_id": held.id, "person_id": who.id, "fields": dict(fields), "saved_at": now}
            db.execute(insert(SittingDraft).values(**row))
        else:
            db.execute(update(SittingDraft).where(mine).values(fields=dict(fields), saved_at=now))


def discard_sitting_draft(office: Office, by: str, meeting: int, *, now: datetime) -> None:
    """Throw one's own draft away; without one it does nothing. Raises `HasLeft`."""
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        who.require_service()
        db.execute(
            delete(SittingDraft).where(SittingDraft.meeting_id == meeting, SittingDraft.person_id == who.id)
        )
