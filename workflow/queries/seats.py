"""Seats, positions and deputies on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import Session

from definitions.terms import Role
from workflow.domain.errors import NotFound
from workflow.domain.rights import SEATED, Actor
from workflow.queries.actor import in_term
from workflow.store.database import connection_of
from workflow.store.tables import BodyRecord, ClosedDay, Deputy, Membership, Person, Posting


@dataclass(frozen=True, slots=True)
class Contact:
    """A person, and where their mail goes."""

    person_id: int
    key: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Seat:
    """A person in a body on a day."""

    person_id: int
    key: str
    name: str
    email: str
    role: Role

    @property
    def contact(self) -> Contact:
        return Contact(self.person_id, self.key, self.name, self.email)


def seats(db: Session, body: str, day: date, roles: Iterable[Role] = SEATED) -> list[Seat]:
    """Return the seats of the body with one of the roles that day, the chair first. By default the members,
    without the 事務局."""
    rows = connection_of(db).execute(_SEATS, {"body": body, "roles": list(roles), "day": day})
    order = list(Role)
    found = sorted((Seat(*row[:4], role=Role(row[4])) for row in rows), key=lambda s: order.index(s.role))
    return list({seat.person_id: seat for seat in reversed(found)}.values())[::-1]


_DAY: ColumnElement[date] = bindparam("day")
_SEATS = (
    select(Person.id, Person.key, Person.name, Person.email, Membership.role)
    .join(Membership, Membership.person_id == Person.id)
    .where(
        Membership.body_key == bindparam("body"),
        Membership.role.in_(bindparam("roles", expanding=True)),
        in_term(Membership, _DAY),
    )
    .order_by(Person.id)
)


def places_of(db: Session, who: Actor, body: str) -> set[int]:
    """The members of the body, on the day of the act, for whom the person may vote: themselves, and their
    principals."""
    return {seat.person_id for seat in seats(db, body, who.on)} & {who.id, *who.principals}


def holders(db: Session, position: str, day: date) -> list[Contact]:
    """Return the holders of the position (職) that day."""
    rows = db.execute(
        select(Person.id, Person.key, Person.name, Person.email)
        .join(Posting, Posting.person_id == Person.id)
        .where(Posting.position == position, in_term(Posting, day))
        .order_by(Person.id)
    )
    return [Contact(*row) for row in rows]


def held_positions(db: Session, positions: Iterable[str], day: date) -> frozenset[tuple[int, str]]:
    """Return the holders of the positions (職) that day, as (person, position)."""
    rows = db.execute(
        select(Posting.person_id, Posting.position).where(
            Posting.position.in_(sorted(positions)), in_term(Posting, day)
        )
    )
    return frozenset((person, position) for person, position in rows if position)


def staff(db: Session, department: str, day: date) -> list[Contact]:
    """Return the staff of the department that day."""
    rows = db.execute(
        select(Person.id, Person.key, Person.name, Person.email)
        .join(Posting, Posting.person_id == Person.id)
        .where(Posting.department_key == department, in_term(Posting, day))
        .order_by(Person.id)
        .distinct()
    )
    return [Contact(*row) for row in rows]


def is_deputy_of(db: Session, deputy: int, principal: int, day: date) -> bool:
    """Return whether `deputy` is a deputy of `principal` that day."""
    found = select(Deputy.id).where(
        Deputy.deputy_id == deputy, Deputy.principal_id == principal, in_term(Deputy, day)
    )
    return db.scalar(found.limit(1)) is not None


def person_id(db: Session, key: str) -> int:
    """The number of the person of that key. Raises `NotFound`."""
    found = db.scalar(select(Person.id).where(Person.key == key))
    if found is None:
        raise NotFound("職員", key)
    return found


def known_body(db: Session, key: str) -> BodyRecord:
    """The body of that key. Raises `NotFound` with the keys there are."""
    found = db.get(BodyRecord, key)
    if found is None:
        raise NotFound("会議体", key, list(db.scalars(select(BodyRecord.key).order_by(BodyRecord.key))))
    return found


def closed_days(db: Session) -> frozenset[date]:
    """The office's own closed days."""
    return frozenset(db.scalars(select(ClosedDay.day)))
