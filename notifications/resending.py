"""Sending a delivery again by hand: permission and recipient."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from notifications.kinds import Kind
from notifications.outbox import AT_ONCE
from workflow.domain.calendar import tokyo_day
from workflow.domain.deliveries import State
from workflow.domain.errors import AlreadyDone, NotFound
from workflow.domain.events import Tag
from workflow.domain.rights import Act, Actor
from workflow.queries.actor import actor
from workflow.queries.people import Contact
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import AgendaItem, Delivery, Meeting, Person, Plan


def resend(office: Office, by: str, delivery_id: int, *, now: datetime) -> None:
    """Send a delivery again by hand, written anew to the recipient's present address. It says 再送, and has a Message-ID
    of its own: mail programs drop a second letter with the first one's.

    Raises `AlreadyDone` (it is still waiting to be sent), `NotAllowed`, `NotFound`.
    """
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        found = db.get(Delivery, delivery_id)
        if found is None:
            raise NotFound("通知", str(delivery_id))
        if delivery_id not in may_resend(db, who, [delivery_id]):
            who.refuse(Act.RESEND)
        if found.state in (State.PENDING, State.SENDING):
            raise AlreadyDone("この通知はまだ送信待ちです。送信を待ってください。")
        _again(db, who, found, now)


def resend_all(office: Office, by: str, *, now: datetime) -> int:
    """Send again everything that could not be sent and that the person may send again, what waits to be mended too; return
    how many that were. What is too late stays where it is listed.

    Raises `NotAllowed`, `NotFound`.
    """
    with office.reading() as db:
        who = actor(db, by, tokyo_day(now))
        waiting = db.scalars(select(Delivery.id).where(_WORTH_IT).order_by(Delivery.id)).all()
        numbers = sorted(may_resend(db, who, waiting))
    if waiting and not numbers:
        who.refuse(Act.RESEND)
    sent = 0
    for start in range(0, len(numbers), AT_ONCE):
        with office.writing() as db:
            these = Delivery.id.in_(numbers[start : start + AT_ONCE])
            for found in db.scalars(select(Delivery).where(these, _WORTH_IT).order_by(Delivery.id)).all():
                _again(db, who, found, now)
                sent += 1
    return sent


_WORTH_IT = Delivery.state.in_([State.FAILED, State.HELD])


def _again(db: Session, who: Actor, found: Delivery, now: datetime) -> None:
    was = State(found.state)
    values = {
        "state": State.PENDING,
        "attempts": 0,
        "resent": found.resent + 1,
        "next_try_at": now,
        "message": None,
        "address": None,
        "finished_at": None,
        "error": None,
    }
    db.execute(update(Delivery).where(Delivery.id == found.id).values(**values))
    record(
        db,
        Tag.DELIVERY_RESENT,
        at=now,
        by=who.id,
        plan=found.plan_id,
        meeting=found.meeting_id,
        delivery=found.id,
        kind=found.kind,
        was=was,
    )


def may_resend(db: Session, who: Actor, deliveries: Collection[int]) -> frozenset[int]:
    """Those of the deliveries that the person may send again: administrators, the 事務局 of the meeting's body,
    the 担当課 of the plan or, without one, of a plan on the meeting's agenda. One statement."""
    listed = aliased(Plan)
    rows = db.execute(
        select(Delivery.id, Meeting.body_key, Plan.department_key, listed.department_key)
        .outerjoin(Meeting, Meeting.id == Delivery.meeting_id)
        .outerjoin(Plan, Plan.id == Delivery.plan_id)
        .outerjoin(AgendaItem, AgendaItem.meeting_id == Delivery.meeting_id)
        .outerjoin(listed, listed.id == AgendaItem.plan_id)
        .where(Delivery.id.in_(deliveries))
    )
    return frozenset(
        number
        for number, body, department, on_the_agenda in rows
        if who.may(Act.RESEND, department=department or on_the_agenda, body=body)
    )


def would_get(db: Session, delivery: int) -> tuple[Kind, Contact]:
    """Return the kind of the delivery and its recipient at their present address. Raises `NotFound`."""
    row = db.execute(
        select(Delivery.kind, Person.id, Person.key, Person.name, Person.email)
        .join(Person, Person.id == Delivery.recipient_id)
        .where(Delivery.id == delivery)
    ).first()
    if row is None:
        raise NotFound("通知", str(delivery))
    return Kind(row.kind), Contact(row.id, row.key, row.name, row.email)
