"""Mail that could not be sent, or not even made, and calendars that could not be read."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, String, cast, null, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from definitions.terms import Role
from workflow.domain.addresses import host_of
from workflow.domain.deliveries import State
from workflow.domain.language import say
from workflow.domain.rights import Actor
from workflow.queries.kept_calendars import PULSE_OF_CALENDAR
from workflow.queries.worklist.tasks import Task, Waiting
from workflow.store.tables import Delivery, HeldEvent, KeptCalendar, Meeting, Person, Plan, Pulse, Webhook


def mail_waiting(db: Session, who: Actor, now: datetime) -> Iterable[Task]:
    """Mail that could not be sent: most urgent when its meeting is still to come."""
    bodies = sorted({body for body, role in who.seats if role == Role.SECRETARIAT})
    if not (bodies or who.departments or who.administrator):
        return
    stuck = aliased(Delivery)
    statement = (
        select(
            Delivery.id,
            Person.name,
            Webhook.url,
            Delivery.error,
            Plan.key,
            Meeting.id,
            Meeting.title,
            Meeting.starts_at,
        )
        .outerjoin(Person, Person.id == Delivery.recipient_id)
        .outerjoin(Webhook, Webhook.id == Delivery.webhook_id)
        .outerjoin(Meeting, Meeting.id == Delivery.meeting_id)
        .outerjoin(Plan, Plan.id == Delivery.plan_id)
        .where(Delivery.id.in_(select(stuck.id).where(stuck.state.in_([State.FAILED, State.HELD]))))
        .order_by(Delivery.id)
        .limit(100)
    )
    if not who.administrator:
        statement = statement.where(
            or_(Meeting.body_key.in_(bodies), Plan.department_key.in_(sorted(who.departments)))
        )
    for number, name, url, error, key, meeting, title, starts_at in db.execute(statement):
        why = error or say("送れませんでした")
        if name:
            words = say("{name}さんへの通知: {why}", name=name, why=why)
        else:
            words = say("他システム（{system}）への通知: {why}", system=host_of(url), why=why)
        due = starts_at if starts_at and starts_at > now else None
        yield Task(Waiting.FAILED_MAIL, words, key, number, due, meeting, title)


def troubles_waiting(db: Session, who: Actor) -> Iterable[Task]:
    """Events of the log of which no notice can be made, and kept calendars whose address cannot be read: for
    administrators."""
    if not who.administrator:
        return
    for number, name, why in db.execute(_TROUBLES):
        if name is None:
            words = say("記録{number}の通知を作れません: {why}", number=number, why=why)
            yield Task(Waiting.HELD_EVENT, words, number=number)
        else:
            yield Task(Waiting.UNREAD_CALENDAR, say("{name}: {why}", name=name, why=why), number=number)


_UNREAD = (
    select(KeptCalendar.id, KeptCalendar.name, Pulse.trouble)
    .join(Pulse, PULSE_OF_CALENDAR)
    .where(KeptCalendar.removed_at.is_(None), Pulse.trouble.is_not(None))
)
_TROUBLES: CompoundSelect[Any] = union_all(
    select(HeldEvent.event_seq, cast(null(), String), HeldEvent.error), _UNREAD
)
