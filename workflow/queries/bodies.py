"""The bodies, with who sits in them on a day and when they meet next."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import Session

from definitions.chain import Body, Chain
from definitions.terms import Role
from workflow.domain.errors import NotFound
from workflow.domain.rights import SEATED, Actor
from workflow.queries.actor import in_term
from workflow.queries.chains import body_name, chain_of
from workflow.queries.meetings import MeetingFact, called_meetings, next_meetings
from workflow.queries.people import Contact, Term, TermState, term_state
from workflow.store.database import connection_of
from workflow.store.tables import BodyRecord, Membership, Person


@dataclass(frozen=True, slots=True)
class BodyLine:
    """A body in the list: its rule, how many sit in it that day, and its next meeting."""

    rule: Body
    members: int
    secretariat: int
    coming: MeetingFact | None


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A person in a body, with the term of the seat."""

    key: str
    name: str
    email: str
    role: Role
    term: Term


@dataclass(frozen=True, slots=True)
class BodyFact:
    """One body: its rule and the chain that last named it, who sits in it that day (the chair first), who did or
    will, and its coming meetings."""

    rule: Body
    chain: Chain
    members: tuple[HeldRole, ...]
    secretariat: tuple[HeldRole, ...]
    others: tuple[HeldRole, ...]
    coming: tuple[MeetingFact, ...]


def body_list(db: Session, which: ColumnElement[bool], day: date, now: datetime) -> list[BodyLine]:
    """Every body by key, with the next of those meetings. Three statements, beside each chain once in a process."""
    counted: defaultdict[str, Counter[bool]] = defaultdict(Counter)
    rows = db.execute(
        select(Membership.body_key, Membership.role, Membership.person_id)
        .where(in_term(Membership, day))
        .distinct()
    )
    for body, role, _ in rows:
        counted[body][role == Role.SECRETARIAT] += 1
    next_of = next_meetings(db, which, now, running=True)
    return [
        BodyLine(
            chain_of(db, record.chain_sha256).body(record.key),
            counted[record.key][False],
            counted[record.key][True],
            next_of.get(record.key),
        )
        for record in db.scalars(select(BodyRecord).order_by(BodyRecord.key)).all()
    ]


def body_names(db: Session) -> list[tuple[str, str]]:
    """(key, name) of every body. One statement, beside each chain once in a process."""
    rows = db.execute(select(BodyRecord.key, BodyRecord.chain_sha256).order_by(BodyRecord.key)).all()
    return [(key, body_name(db, key, sha256)) for key, sha256 in rows]


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


def chairs_of(db: Session, bodies: Iterable[str], day: date) -> dict[str, frozenset[int]]:
    """The holders of each body's chair that day, by body; empty for a body whose chair is vacant. One statement."""
    wanted = sorted(set(bodies))
    rows = db.execute(
        select(Membership.body_key, Membership.person_id).where(
            Membership.body_key.in_(wanted), Membership.role == Role.CHAIR, in_term(Membership, day)
        )
    ).all()
    return {body: frozenset(person for held, person in rows if held == body) for body in wanted}


def places_of(db: Session, who: Actor, body: str) -> set[int]:
    """The members of the body, on the day of the act, for whom the person may vote: themselves, and their
    principals."""
    return {seat.person_id for seat in seats(db, body, who.on)} & {who.id, *who.principals}


@dataclass(frozen=True, slots=True)
class SeatedBody:
    """A body with its rule and everybody who sits in it on a day, the chair first."""

    key: str
    name: str
    rule: Body
    on: date
    members: tuple[Seat, ...]

    @property
    def chair(self) -> str:
        """The position (職) that chairs it."""
        return self.rule.chair


def seated_body(db: Session, key: str, day: date) -> SeatedBody:
    """The body of that key with its members and 事務局 of that day. Two statements, beside its chain once in a
    process. Raises `NotFound`."""
    found = known_body(db, key)
    rule = chain_of(db, found.chain_sha256).body(key)
    seated = seats(db, key, day, [*SEATED, Role.SECRETARIAT])
    return SeatedBody(key, rule.name, rule, day, tuple(seated))


def body_chain(db: Session, key: str) -> Chain:
    """Return the newest chain that names the body. One statement, and one for it once in a process."""
    return chain_of(db, known_body(db, key).chain_sha256)


def body_rule(db: Session, key: str) -> Body:
    """Return the body as the newest chain that names it defines it. One statement, and one for its chain once in
    a process."""
    return chain_of(db, known_body(db, key).chain_sha256).body(key)


def body(db: Session, which: ColumnElement[bool], key: str, day: date, now: datetime) -> BodyFact:
    """The body of that key, with those of its coming meetings. Three statements, beside its chain once in a process. Raises `NotFound`."""
    record = known_body(db, key)
    chain = chain_of(db, record.chain_sha256)
    rows = db.execute(
        select(
            Membership.id,
            Membership.since,
            Membership.until,
            Membership.role,
            Person.key,
            Person.name,
            Person.email,
        )
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.body_key == key)
        .order_by(Membership.since.desc(), Membership.id)
    ).all()
    held = [
        HeldRole(
            row.key,
            row.name,
            row.email,
            Role(row.role),
            Term(row.id, row.since, row.until, term_state(row.since, row.until, day)),
        )
        for row in rows
    ]
    here = [each for each in held if each.term.state is TermState.NOW]
    return BodyFact(
        rule=chain.body(key),
        chain=chain,
        members=_by_role([each for each in here if each.role in SEATED]),
        secretariat=_by_role([each for each in here if each.role is Role.SECRETARIAT]),
        others=tuple(each for each in held if each.term.state is not TermState.NOW),
        coming=tuple(called_meetings(db, which, now, body=key, limit=10)),
    )


def known_body(db: Session, key: str) -> BodyRecord:
    """The body of that key. Raises `NotFound` with the keys there are."""
    found = db.get(BodyRecord, key)
    if found is None:
        raise NotFound("会議体", key, list(db.scalars(select(BodyRecord.key).order_by(BodyRecord.key))))
    return found


def _by_role(held: Sequence[HeldRole]) -> tuple[HeldRole, ...]:
    order = list(Role)
    return tuple(sorted(held, key=lambda each: (order.index(each.role), each.term.number)))
