"""Who may send a delivery again by hand, and who gets it then."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from notifications.kinds import Kind
from workflow.domain.errors import NotFound
from workflow.domain.rights import Act, Actor
from workflow.queries.seats import Contact
from workflow.store.tables import AgendaItem, Delivery, Meeting, Person, Plan


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
    """What is sent again and to whom, at their present address. Raises `NotFound`."""
    row = db.execute(
        select(Delivery.kind, Person.id, Person.key, Person.name, Person.email)
        .join(Person, Person.id == Delivery.recipient_id)
        .where(Delivery.id == delivery)
    ).first()
    if row is None:
        raise NotFound("通知", str(delivery))
    return Kind(row.kind), Contact(row.id, row.key, row.name, row.email)
