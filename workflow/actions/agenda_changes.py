"""Use cases on the changes of an agenda after its meeting was called: told to everybody invited, by hand or by themselves;
items taken off because their plan was sent back."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from workflow.actions.meetings import open_meeting
from workflow.domain.calendar import shown_moment
from workflow.domain.errors import NotNow
from workflow.domain.events import Tag
from workflow.domain.language import say
from workflow.domain.meetings import Purpose
from workflow.domain.plans import Trigger
from workflow.domain.rights import Act
from workflow.queries.agenda import held_decision
from workflow.queries.agenda_changes import due_to_be_told, untold_changes
from workflow.queries.closed_days import closed_days
from workflow.queries.meetings import takes_items
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import AgendaItem, Meeting


def tell_agenda_changes(office: Office, by: str, meeting: int, *, now: datetime) -> None:
    """Tell everybody invited of what changed on the agenda since the last letters.

    Raises `NotNow` (nothing changed; the meeting is over, or not called), `NotAllowed`, `NotFound`.
    """
    doing = say("議題の変更の通知")
    with office.writing() as db:
        who, held = open_meeting(db, by, meeting, doing, Act.CALL_MEETING, now)
        if held.ends_at <= now:
            raise NotNow(
                doing, held.title, say("会議は {at} に終わっています。", at=shown_moment(held.ends_at))
            )
        if not _tell(db, meeting, who.id, now):
            raise NotNow(doing, held.title, "前の通知の後に、議題の変更はありません。")


def tell_agenda_changes_due(office: Office, *, now: datetime) -> int:
    """Tell of the changes that nobody sent and whose time has come, and return of how many meetings. Whoever is quicker
    tells them: the others find nothing untold."""
    with office.reading() as db:
        due = list(due_to_be_told(db, now, closed_days(db)))
    for meeting in due:
        with office.writing() as db:
            _tell(db, meeting, None, now)
    return len(due)


def take_off_sent_back(
    db: Session, plan: int, stays: Collection[tuple[str, int]], reason: str, *, by: int, now: datetime
) -> None:
    """Take the plan's undecided items off the agendas of meetings that have not begun, where the plan is no longer at the
    stay they were put for: `stays` are those of its path, as (stage, visit)."""
    rows = db.scalars(
        select(AgendaItem)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(
            AgendaItem.plan_id == plan,
            AgendaItem.gate_key.is_not(None),
            AgendaItem.purpose != Purpose.RATIFY,
            AgendaItem.removed_at.is_(None),
            takes_items(),
            Meeting.starts_at > now,
            ~held_decision(AgendaItem.id).exists(),
        )
        .order_by(AgendaItem.id)
    ).all()
    for item in rows:
        if (item.stage, item.visit) not in stays:
            take_off(db, item, f"{Trigger.SEND_BACK.label}: {reason}", by=by, now=now)


def take_off(db: Session, listed: AgendaItem, reason: str, *, by: int, now: datetime) -> None:
    """Take an item off its agenda that may be taken off."""
    db.execute(
        update(AgendaItem).where(AgendaItem.id == listed.id).values(removed_at=now, removed_why=reason)
    )
    record(
        db,
        Tag.ITEM_REMOVED,
        at=now,
        by=by,
        plan=listed.plan_id,
        meeting=listed.meeting_id,
        item=listed.id,
        reason=reason,
    )


def _tell(db: Session, meeting: int, by: int | None, now: datetime) -> bool:
    """Record that the changes are told now; False when there are none."""
    changes = untold_changes(db, meeting)
    if changes:
        record(
            db,
            Tag.AGENDA_TOLD,
            at=now,
            by=by,
            meeting=meeting,
            added=list(changes.added),
            removed=[item for item, _ in changes.removed],
            reordered=changes.reordered,
        )
    return bool(changes)
