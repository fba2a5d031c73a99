"""One's own account: who one is here today, and the browsers one is signed in with."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from definitions.terms import Role
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import NotFound
from workflow.queries.actor import in_term
from workflow.store.tables import BodyRecord, Credential, Department, Membership, Person, Posting, SignIn


@dataclass(frozen=True, slots=True)
class Account:
    """`posts` are (department, position or None), `seats` (body, role), both of the day asked for."""

    key: str
    name: str
    email: str
    has_password: bool
    posts: tuple[tuple[str, str | None], ...]
    seats: tuple[tuple[str, Role], ...]
    sessions: tuple[SignIn, ...]


def account(db: Session, key: str, now: datetime) -> Account:
    """The account of that key, its sessions newest first. Raises `NotFound`."""
    person = db.execute(
        select(
            Person.id,
            Person.key,
            Person.name,
            Person.email,
            Credential.person_id.is_not(None).label("has_password"),
        )
        .outerjoin(Credential, Credential.person_id == Person.id)
        .where(Person.key == key)
    ).first()
    if person is None:
        raise NotFound("職員", key)
    today = tokyo_day(now)
    posts = db.execute(
        select(Department.name, Posting.position)
        .join(Department, Department.key == Posting.department_key)
        .where(Posting.person_id == person.id, in_term(Posting, today))
        .order_by(Posting.id)
    )
    seats = db.execute(
        select(BodyRecord.name, Membership.role)
        .join(BodyRecord, BodyRecord.key == Membership.body_key)
        .where(Membership.person_id == person.id, in_term(Membership, today))
        .order_by(Membership.id)
    )
    sessions = db.scalars(
        select(SignIn)
        .where(SignIn.person_id == person.id, SignIn.expires_at > now)
        .order_by(SignIn.began_at.desc(), SignIn.token_sha256)
    )
    return Account(
        key=person.key,
        name=person.name,
        email=person.email,
        has_password=person.has_password,
        posts=tuple((name, position) for name, position in posts),
        seats=tuple((name, Role(role)) for name, role in seats),
        sessions=tuple(sessions),
    )


def email_of(db: Session, key: str) -> str:
    """The address the person of that key gets mail at. Raises `NotFound`."""
    found = db.scalar(select(Person.email).where(Person.key == key))
    if found is None:
        raise NotFound("職員", key)
    return found
