"""The list of people, and one person through the years: what holds on a day, what is past and what is to come."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from definitions.chain import Body
from definitions.labelled import Labelled
from definitions.terms import Role
from workflow.domain.accounts import LinkPurpose
from workflow.domain.errors import NotFound
from workflow.domain.validation import comparable_address
from workflow.queries.accounts import has_second_step
from workflow.queries.actor import has_left, in_term
from workflow.queries.chains import chain_of
from workflow.store.tables import (
    Administrator,
    Auditor,
    BodyRecord,
    Credential,
    Department,
    Deputy,
    MailedLink,
    Membership,
    Person,
    Posting,
    ProviderIdentity,
)


class TermState(Labelled):
    """The state of a term on a day."""

    NOW = "now", "現在"
    COMING = "coming", "これから"
    PAST = "past", "終了"


@dataclass(frozen=True, slots=True)
class Term:
    """From a day until a day, both included; until None means still. `number` is its row's."""

    number: int
    since: date
    until: date | None
    state: TermState


@dataclass(frozen=True, slots=True)
class Contact:
    """A person, and where their mail goes."""

    person_id: int
    key: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class HeldPosting:
    department: str
    position: str | None
    term: Term


@dataclass(frozen=True, slots=True)
class HeldSeat:
    rule: Body
    role: Role
    term: Term

    @property
    def body(self) -> str:
        return self.rule.key

    @property
    def name(self) -> str:
        return self.rule.name


@dataclass(frozen=True, slots=True)
class HeldDeputyship:
    """`key` and `name` are of the other person."""

    key: str
    name: str
    term: Term


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person in the list, with what they hold that day: (department's name, 職) and (body, role)."""

    key: str
    name: str
    email: str
    postings: tuple[tuple[str, str | None], ...]
    seats: tuple[tuple[Body, Role], ...]


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """A page of people in the order of their keys; `following` is the key to go on from, None at the end."""

    people: tuple[PersonLine, ...]
    following: str | None


@dataclass(frozen=True, slots=True)
class PersonFact:
    """One person with every term they ever had, the newest first. `deputies` are their deputies; `principals` are
    those whose deputy they are. `can_sign_in`: they have a password. `provider` is the issuer of the OIDC identity
    they are bound to. `has_second_step`: they have an
    authenticator app or a passkey in use. `invited_at` is when they were last invited, None: never."""

    key: str
    name: str
    email: str
    postings: tuple[HeldPosting, ...]
    seats: tuple[HeldSeat, ...]
    deputies: tuple[HeldDeputyship, ...]
    principals: tuple[HeldDeputyship, ...]
    administrator: tuple[Term, ...]
    auditor: tuple[Term, ...]
    can_sign_in: bool
    provider: str | None
    has_second_step: bool
    invited_at: datetime | None


def people_list(
    db: Session,
    day: date,
    *,
    query: str = "",
    department: str | None = None,
    following: str | None = None,
    limit: int = 50,
    by_address: bool = False,
) -> PeoplePage:
    """People by key, one page, with what they hold that day. `query` is looked for in name and key, with `by_address`
    in the address too; `department` narrows to who serves there that day, in its order. Three statements."""
    narrowed = select(Person.id, Person.key, Person.name, Person.email).limit(limit + 1)
    if query:
        columns = [Person.name, Person.key, *([Person.email] if by_address else [])]
        narrowed = narrowed.where(or_(*(column.contains(query, autoescape=True) for column in columns)))
    if department:
        narrowed = _in_their_order(narrowed, department, day, following)
    else:
        narrowed = narrowed.where(Person.key > (following or "")).order_by(Person.key)
    rows = db.execute(narrowed).all()
    shown, more = rows[:limit], len(rows) > limit
    numbers = [row.id for row in shown]
    postings, seats = _postings_of(db, numbers, day), _seats_of(db, numbers, day)
    people = tuple(
        PersonLine(row.key, row.name, row.email, tuple(postings[row.id]), tuple(seats[row.id]))
        for row in shown
    )
    return PeoplePage(people, shown[-1].key if more else None)


def _in_their_order(
    people: Select[*tuple[Any, ...]], department: str, day: date, following: str | None
) -> Select[*tuple[Any, ...]]:
    """Those who serve in the department that day, in its order, after the one of the key `following`."""
    rank = _rank_in(department, day, Person)
    if following:
        last = aliased(Person)
        before = select(_rank_in(department, day, last)).where(last.key == following).scalar_subquery()
        people = people.where(or_(rank > before, (rank == before) & (Person.key > following)))
    return people.where(rank.is_not(None)).order_by(rank, Person.key)


def _rank_in(department: str, day: date, person: type[Person]) -> ScalarSelect[int | None]:
    serves = (Posting.person_id == person.id) & (Posting.department_key == department)
    return (
        select(func.min(Posting.rank))
        .where(serves, in_term(Posting, day))
        .correlate(person)
        .scalar_subquery()
    )


@dataclass(frozen=True, slots=True)
class PersonName:
    """A person by key, name and address."""

    key: str
    name: str
    email: str


def people_by_key(
    db: Session, following: str = "", limit: int | None = None
) -> tuple[list[PersonName], str | None]:
    """Everybody in the order of their keys, from the key after `following`. The second value is the key to go on
    from, None at the end. One statement."""
    wanted = select(Person.key, Person.name, Person.email).where(Person.key > following).order_by(Person.key)
    rows = db.execute(wanted if limit is None else wanted.limit(limit + 1))
    found = [PersonName(*row) for row in rows]
    more = limit is not None and len(found) > limit
    return found[:limit], found[:limit][-1].key if more else None


def departments(db: Session) -> list[tuple[str, str]]:
    """(key, name) of every department, in the official order (建制順)."""
    in_order = Department.rank, Department.key
    return list(db.execute(select(Department.key, Department.name).order_by(*in_order)))


@dataclass(frozen=True, slots=True)
class Invitable:
    """A person who has no password yet, with their departments that day; `invited_at` is when they were last invited, None:
    never."""

    key: str
    name: str
    email: str
    departments: tuple[str, ...]
    invited_at: datetime | None


def invitable(db: Session, day: date) -> list[Invitable]:
    """Everybody who cannot sign in yet and has not left, by key. Two statements."""
    rows = db.execute(
        select(Person.id, Person.key, Person.name, Person.email, _last_invited())
        .where(~can_sign_in(), ~has_left(day))
        .order_by(Person.key)
    ).all()
    postings = _postings_of(db, [row[0] for row in rows], day)
    return [
        Invitable(key, name, email, tuple(each for each, _ in postings[number]), invited)
        for number, key, name, email, invited in rows
    ]


def can_sign_in() -> ColumnElement[bool]:
    """The condition that the `Person` of a statement has a password, or an identity of a provider."""
    return or_(
        *(
            select(table.person_id).where(table.person_id == Person.id).correlate(Person).exists()
            for table in (Credential, ProviderIdentity)
        )
    )


def _last_invited() -> ScalarSelect[datetime]:
    """The moment at which the `Person` of a statement was last invited; NULL: never."""
    return (
        select(func.max(MailedLink.made_at))
        .where(MailedLink.person_id == Person.id, MailedLink.purpose == LinkPurpose.WELCOME)
        .correlate(Person)
        .scalar_subquery()
    )


def colleagues(db: Session, key: str, limit: int = 1000) -> list[tuple[str, str]]:
    """(key, name) of everybody else, to choose from."""
    others = select(Person.key, Person.name).where(Person.key != key).order_by(Person.key).limit(limit)
    return list(db.execute(others))


def person(db: Session, key: str, day: date) -> PersonFact:
    """The person of that key; the `state` of each term is as of the day. Eight statements. Raises `NotFound`."""
    row = db.execute(select(Person, _last_invited()).where(Person.key == key)).first()
    if row is None:
        raise NotFound("職員", key)
    found, invited_at = row
    return PersonFact(
        key=found.key,
        name=found.name,
        email=found.email,
        postings=_held_postings(db, found.id, day),
        seats=_held_seats(db, found.id, day),
        deputies=_deputyships(db, Deputy.principal_id == found.id, Deputy.deputy_id, day),
        principals=_deputyships(db, Deputy.deputy_id == found.id, Deputy.principal_id, day),
        administrator=_named(db, Administrator, found.id, day),
        auditor=_named(db, Auditor, found.id, day),
        can_sign_in=db.get(Credential, found.id) is not None,
        provider=db.scalar(select(ProviderIdentity.issuer).where(ProviderIdentity.person_id == found.id)),
        has_second_step=has_second_step(db, found.id),
        invited_at=invited_at,
    )


def people_of_address(db: Session, address: str, among: Select[int]) -> list[Person]:
    """Return those among the people of that statement who have the mail address. It is compared here: databases fold
    letters each in their own way."""
    asked = comparable_address(address)
    if asked is None:
        return []
    people = db.scalars(select(Person).where(Person.id.in_(among)).order_by(Person.id))
    return [each for each in people if comparable_address(each.email) == asked]


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


def administrators(db: Session, day: date) -> list[Contact]:
    """The administrators of that day."""
    return _who_are(db, Administrator, day)


def auditors(db: Session, day: date) -> list[Contact]:
    """Return who holds the role 監査 that day."""
    return _who_are(db, Auditor, day)


def _who_are(db: Session, table: type[Administrator] | type[Auditor], day: date) -> list[Contact]:
    rows = db.execute(
        select(Person.id, Person.key, Person.name, Person.email)
        .join(table, table.person_id == Person.id)
        .where(in_term(table, day))
        .distinct()
        .order_by(Person.id)
    )
    return [Contact(*row) for row in rows]


def staff(db: Session, department: str, day: date) -> list[Contact]:
    """Return the staff of the department that day, in its order."""
    rows = db.execute(
        select(Person.id, Person.key, Person.name, Person.email)
        .join(Posting, Posting.person_id == Person.id)
        .where(Posting.department_key == department, in_term(Posting, day))
        .group_by(Person.id, Person.key, Person.name, Person.email)
        .order_by(func.min(Posting.rank), Person.id)
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


def term_state(since: date, until: date | None, day: date) -> TermState:
    """Return the state of a term on that day; both ends included."""
    if day < since:
        return TermState.COMING
    return TermState.NOW if until is None or day <= until else TermState.PAST


def _postings_of(
    db: Session, people: Sequence[int], day: date
) -> defaultdict[int, list[tuple[str, str | None]]]:
    found = defaultdict(list)
    rows = db.execute(
        select(Posting.person_id, Department.name, Posting.position)
        .join(Department, Department.key == Posting.department_key)
        .where(Posting.person_id.in_(people), in_term(Posting, day))
        .order_by(Posting.id)
    )
    for number, department, position in rows:
        found[number].append((department, position))
    return found


def _seats_of(db: Session, people: Sequence[int], day: date) -> defaultdict[int, list[tuple[Body, Role]]]:
    found = defaultdict(list)
    rows = db.execute(
        select(Membership.person_id, BodyRecord.key, BodyRecord.chain_sha256, Membership.role)
        .join(BodyRecord, BodyRecord.key == Membership.body_key)
        .where(Membership.person_id.in_(people), in_term(Membership, day))
        .order_by(Membership.id)
    )
    for number, body, sha256, role in rows:
        found[number].append((chain_of(db, sha256).body(body), Role(role)))
    return found


def _held_postings(db: Session, number: int, day: date) -> tuple[HeldPosting, ...]:
    rows = db.execute(
        select(Posting, Department.name)
        .join(Department, Department.key == Posting.department_key)
        .where(Posting.person_id == number)
        .order_by(Posting.since.desc(), Posting.id.desc())
    )
    return tuple(HeldPosting(name, held.position, _term(held, day)) for held, name in rows)


def _held_seats(db: Session, number: int, day: date) -> tuple[HeldSeat, ...]:
    rows = db.execute(
        select(Membership, BodyRecord.chain_sha256)
        .join(BodyRecord, BodyRecord.key == Membership.body_key)
        .where(Membership.person_id == number)
        .order_by(Membership.since.desc(), Membership.id.desc())
    )
    return tuple(
        HeldSeat(chain_of(db, sha256).body(held.body_key), Role(held.role), _term(held, day))
        for held, sha256 in rows
    )


def _deputyships(
    db: Session, mine: ColumnElement[bool], other: InstrumentedAttribute[int], day: date
) -> tuple[HeldDeputyship, ...]:
    rows = db.execute(
        select(Deputy, Person.key, Person.name)
        .join(Person, Person.id == other)
        .where(mine)
        .order_by(Deputy.since.desc(), Deputy.id.desc())
    )
    return tuple(HeldDeputyship(key, name, _term(held, day)) for held, key, name in rows)


def _named(
    db: Session, table: type[Administrator] | type[Auditor], number: int, day: date
) -> tuple[Term, ...]:
    rows: Iterable[Administrator | Auditor] = db.scalars(
        select(table).where(table.person_id == number).order_by(table.since.desc())
    )
    return tuple(_term(held, day) for held in rows)


def _term(held: Posting | Membership | Deputy | Administrator | Auditor, day: date) -> Term:
    return Term(held.id, held.since, held.until, term_state(held.since, held.until, day))
