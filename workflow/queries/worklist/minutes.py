"""Minutes that wait: for the chair to confirm them, and, before a deadline or past it, for the 事務局 to have them final."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from definitions.chain import ReminderKind, minutes_days
from workflow.domain.calendar import end_of_day, shown_day
from workflow.domain.language import label, say
from workflow.domain.meetings import MeetingStatus
from workflow.domain.minutes import MinutesKind, MinutesState, last_day
from workflow.domain.rights import Act, Actor, Capacity
from workflow.queries.chains import chain_of
from workflow.queries.closed_days import closed_days
from workflow.queries.meetings import meeting, meeting_over
from workflow.queries.minutes import confirmers, final_minutes
from workflow.queries.worklist.tasks import Task, Waiting, bodies_for
from workflow.store.tables import BodyRecord, Meeting, MinutesText
from workflow.store.unindexed import unindexed

HORIZON = timedelta(days=365)
"""Minutes of an older meeting wait for nobody any more."""


def minutes_waiting(db: Session, who: Actor, now: datetime) -> Iterable[Task]:
    """Minutes that wait for the person. A statement for who chairs a body, one for who is of a 事務局 and two more where
    minutes have deadlines; and those of `confirmers` for each text that a chair was asked to confirm."""
    yield from _to_confirm(db, who)
    yield from _due(db, who, now)


def _to_confirm(db: Session, who: Actor) -> Iterable[Task]:
    chaired = sorted({body for body, _ in who.seats if Capacity.CHAIR in who.capacities(body=body)})
    if not chaired:
        return
    rows = db.execute(
        select(MinutesText.meeting_id, MinutesText.kind)
        .join(Meeting, Meeting.id == MinutesText.meeting_id)
        .where(Meeting.body_key.in_(chaired), MinutesText.state == MinutesState.PUT)
        .order_by(MinutesText.id)
    ).all()
    for number, kind in rows:
        held = meeting(db, number)
        if any(each.person_id == who.id for each in confirmers(db, held, who.on)):
            words = say("{meeting}の{kind}の確認", meeting=held.title, kind=label(MinutesKind(kind)))
            yield Task(Waiting.CONFIRM_MINUTES, words, meeting=number, meeting_title=held.title)


def _due(db: Session, who: Actor, now: datetime) -> Iterable[Task]:
    wanted = _deadlines(db, bodies_for(who, Act.KEEP_MINUTES))
    if not wanted:
        return
    held = aliased(Meeting)
    late = [
        and_(unindexed(held.body_key) == body, ~final_minutes(_KINDS[kind][0], held)) for body, kind in wanted
    ]
    kinds = sorted({_KINDS[kind][0] for _, kind in wanted})
    # The meetings are found by status, body and end, so each status is named, and `late` names no column: the archive is not
    # read through.
    recent = select(held.id).where(
        held.status.in_([status for status in MeetingStatus if status is not MeetingStatus.CANCELLED]),
        held.body_key.in_({body for body, _ in wanted}),
        held.ends_at > now - HORIZON,
        meeting_over(now, held),
        or_(*late),
    )
    rows = db.execute(
        select(Meeting.id, Meeting.title, Meeting.body_key, Meeting.ends_at, *map(final_minutes, kinds))
        .where(Meeting.id.in_(recent))
        .order_by(Meeting.ends_at)
    ).all()
    closed = closed_days(db)
    for number, title, body, over, *final in rows:
        finals = dict(zip(kinds, final, strict=True))
        for kind, (text, task) in _KINDS.items():
            if (days := wanted.get((body, kind))) is not None and not finals[text]:
                last = last_day(over, days, closed)
                late_by = (who.on - last).days
                named = {"meeting": title, "kind": label(text)}
                words = (
                    say("{meeting}の{kind}（遅れ {days} 日）", **named, days=late_by)
                    if late_by > 0
                    else say("{meeting}の{kind}（{day}まで）", **named, day=shown_day(last))
                )
                yield Task(task, words, due=end_of_day(last), meeting=number, meeting_title=title)


def _deadlines(db: Session, bodies: list[str]) -> dict[tuple[str, ReminderKind], int]:
    """The business days of each kind of text, by body. One statement where there is a body."""
    if not bodies:
        return {}
    return {
        (body.key, kind): days
        for record in db.scalars(select(BodyRecord).where(BodyRecord.key.in_(bodies))).all()
        for body in [chain_of(db, record.chain_sha256).body(record.key)]
        for kind in _KINDS
        if (days := minutes_days(body, kind)) is not None
    }


_KINDS = {
    ReminderKind.SUMMARY_DEADLINE: (MinutesKind.SUMMARY, Waiting.SUMMARY_DUE),
    ReminderKind.MINUTES_DEADLINE: (MinutesKind.FULL, Waiting.MINUTES_DUE),
}
