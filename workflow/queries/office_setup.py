"""The state of a new office's set-up, from its records."""

from collections import defaultdict
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from definitions.terms import Role
from workflow.domain.accounts import LinkPurpose
from workflow.domain.deliveries import State
from workflow.domain.events import Tag
from workflow.domain.office_setup import SeatedRoles, SetupFacts
from workflow.queries.actor import has_left, in_term
from workflow.queries.chains import body_name
from workflow.queries.people import can_sign_in
from workflow.store.tables import (
    Administrator,
    BodyRecord,
    ChainText,
    Delivery,
    Department,
    Event,
    MailedLink,
    Membership,
    Person,
    Plan,
    Posting,
)


def has_begun(db: Session) -> bool:
    """Return whether the office has, or once had, an administrator: nobody else begins its records. One statement."""
    return db.scalar(select(Administrator.id).limit(1)) is not None


def setup_facts(db: Session, day: date) -> SetupFacts:
    """The state of the office's set-up on that day. Two statements."""
    held = defaultdict[str, set[Role]](set)
    names = {}
    seated = (Membership.body_key == BodyRecord.key) & in_term(Membership, day)
    rows = db.execute(
        select(BodyRecord.key, BodyRecord.chain_sha256, Membership.role)
        .outerjoin(Membership, seated)
        .distinct()
        .order_by(BodyRecord.key)
    ).all()
    for key, chain, role in rows:
        names[key] = body_name(db, key, chain)
        held[key] |= {Role(role)} if role else set()
    counted = db.execute(
        select(
            _count(Department.key),
            _count(Person.id),
            select(func.count()).select_from(Person).where(_reached()).scalar_subquery(),
            select(func.count()).select_from(Person).where(uninvited(day)).scalar_subquery(),
            _count(ChainText.sha256),
            select(Plan.id).exists(),
            select(Event.seq).where(Event.tag == Tag.MAIL_TRIED).exists()
            | select(Delivery.id).where(Delivery.state == State.SENT).exists(),
        )
    ).one()
    departments, people, reached, waiting, chains, planned, mailed = counted
    bodies = tuple(SeatedRoles(key, name, frozenset(held[key])) for key, name in names.items())
    return SetupFacts(departments, people, reached, waiting, chains, bodies, bool(mailed), bool(planned))


def uninvited(day: date) -> ColumnElement[bool]:
    """The condition that the `Person` of a statement is staff who can neither sign in nor was invited. Who only sits
    in a body, from outside the office, needs no account."""
    posted = select(Posting.id).where(Posting.person_id == Person.id, in_term(Posting, day))
    sits = select(Membership.id).where(Membership.person_id == Person.id, in_term(Membership, day))
    outside = sits.correlate(Person).exists() & ~posted.correlate(Person).exists()
    return ~(_reached() | outside | has_left(day))


def _reached() -> ColumnElement[bool]:
    """The condition that the `Person` of a statement can sign in or was invited."""
    invited = select(MailedLink.id).where(
        MailedLink.person_id == Person.id, MailedLink.purpose == LinkPurpose.WELCOME
    )
    return can_sign_in() | invited.correlate(Person).exists()


def _count(column: InstrumentedAttribute[Any]) -> ScalarSelect[int]:
    return select(func.count(column)).scalar_subquery()
