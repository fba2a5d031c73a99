"""The circulation (供覧) and the discussion of a plan: who was asked to read, who has read, and the remarks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import String, bindparam, cast, literal, null, select, union_all
from sqlalchemy.orm import Session, aliased

from definitions.terms import Role
from workflow.domain.rights import Act, Actor
from workflow.queries.actor import in_term
from workflow.queries.people import Contact, staff
from workflow.queries.plans import PlanFact
from workflow.store.tables import Circulation, Membership, Person, Remark, Version


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody asked to read a version; `read_at` None while they have not."""

    number: int
    reader_id: int
    reader: str
    version: int
    note: str
    by: str
    at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class RemarkLine:
    """A word in the discussion. Taken back, it has no text any more."""

    number: int
    by_id: int
    by: str
    text: str
    at: datetime
    taken_back_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reading:
    """The circulation and the discussion of a plan: `asked`, newest version first, and `said`, newest last."""

    asked: tuple[Asked, ...]
    said: tuple[RemarkLine, ...]


def reading(db: Session, plan: PlanFact) -> Reading:
    """The 供覧 and the discussion of the plan. One statement."""
    rows = db.execute(_READING, {"plan": plan.id}).all()
    asked = [
        Asked(r.number, r.person_id, r.person, r.version, r.text, r.asker, r.at, r.done_at)
        for r in rows
        if r.kind == "asked"
    ]
    said = [
        RemarkLine(r.number, r.person_id, r.person, r.text, r.at, r.done_at) for r in rows if r.kind == "said"
    ]
    asked.sort(key=lambda each: (-each.version, each.at, each.number))
    said.sort(key=lambda each: (each.at, each.number))
    return Reading(tuple(asked), tuple(said))


def concerned(who: Actor, act: Act, plan: PlanFact) -> bool:
    """Return whether the person may do that for the plan's department, or in any body of its chain."""
    return who.may_for(act, plan.department, plan.chain)


def circle(db: Session, plan: PlanFact, day: date) -> list[tuple[str, list[Contact]]]:
    """Return the people who may be asked to read the plan that day, in groups: its department, and each body of
    its chain. Two statements."""
    return [
        (name, people)
        for name, people in (
            (plan.department_name, staff(db, plan.department, day)),
            *_seated(db, plan, day),
        )
        if people
    ]


def _seated(db: Session, plan: PlanFact, day: date) -> Iterator[tuple[str, list[Contact]]]:
    rows = db.execute(
        select(Membership.body_key, Membership.role, Person.id, Person.key, Person.name, Person.email)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.body_key.in_([body.key for body in plan.chain.bodies]),
            in_term(Membership, day),
        )
        .order_by(Person.id)
    ).all()
    order = list(Role)
    for body in plan.chain.bodies:
        here = [row for row in rows if row.body_key == body.key]
        here.sort(key=lambda row: order.index(row.role))
        yield body.name, [Contact(row.id, row.key, row.name, row.email) for row in here]


_asker = aliased(Person)
_READING = union_all(
    select(
        literal("asked").label("kind"),
        Circulation.id.label("number"),
        Person.id.label("person_id"),
        Person.name.label("person"),
        Version.number.label("version"),
        Circulation.note.label("text"),
        _asker.name.label("asker"),
        Circulation.asked_at.label("at"),
        Circulation.read_at.label("done_at"),
    )
    .join(Person, Person.id == Circulation.reader_id)
    .join(_asker, _asker.id == Circulation.asked_by)
    .join(Version, Version.id == Circulation.version_id)
    .where(Circulation.plan_id == bindparam("plan")),
    select(
        literal("said"),
        Remark.id,
        Person.id,
        Person.name,
        literal(0),
        Remark.text,
        cast(null(), String),
        Remark.at,
        Remark.taken_back_at,
    )
    .join(Person, Person.id == Remark.by)
    .where(Remark.plan_id == bindparam("plan")),
)
