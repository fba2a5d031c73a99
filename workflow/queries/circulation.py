"""The circulation (供覧) and the discussion of a plan: who was asked to read, who has read, and the remarks; and the
inquiries (照会), in short."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, String, bindparam, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session, aliased

from definitions.terms import Role
from workflow.domain.inquiries import AnswerState, Silence, answer_state
from workflow.domain.rights import Act, Actor
from workflow.queries.actor import in_term
from workflow.queries.inquiries import reads_all_answers, stands_for
from workflow.queries.people import Contact, staff
from workflow.queries.plans import PlanFact
from workflow.store.tables import (
    Addressee,
    Circulation,
    Inquiry,
    InquiryAnswer,
    Membership,
    Person,
    Remark,
    Version,
)


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
class InquiryLine:
    """An 照会 as the plan's page lists it. `addressees` are (department, person, time of the present answer)."""

    number: int
    title: str
    version: int
    at: datetime
    due_on: date
    silence: Silence
    withdrawn_at: datetime | None
    addressees: tuple[tuple[str | None, int | None, datetime | None], ...]

    @property
    def answered(self) -> int:
        return sum(at is not None for *_, at in self.addressees)

    def waits_for(self, who: Actor, now: datetime) -> bool:
        """Return whether an answer of the person, or of their department, is still awaited."""
        return self.withdrawn_at is None and any(
            answer_state(self.due_on, self.silence, at, now) is AnswerState.WAITING
            for department, person, at in self.addressees
            if stands_for(who, department, person)
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """The circulation and the discussion of a plan: `asked`, newest version first, and `said`, newest last; and its
    inquiries, newest first."""

    asked: tuple[Asked, ...]
    said: tuple[RemarkLine, ...]
    inquiries: tuple[InquiryLine, ...] = ()

    def inquiries_for(self, who: Actor, plan: PlanFact) -> list[InquiryLine]:
        """Return the inquiries whose page the person may open, each with the addressees they may see."""
        if reads_all_answers(who, plan):
            return list(self.inquiries)
        narrowed = (
            replace(line, addressees=tuple(each for each in line.addressees if stands_for(who, *each[:2])))
            for line in self.inquiries
        )
        return [line for line in narrowed if line.addressees]


def reading(db: Session, plan: PlanFact) -> Reading:
    """The 供覧, the discussion and the inquiries of the plan. One statement."""
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
    return Reading(tuple(asked), tuple(said), tuple(_inquiries(rows)))


def _inquiries(rows: Sequence[Row[Any]]) -> list[InquiryLine]:
    """The inquiries, newest first; a row is an addressee."""
    found: dict[int, InquiryLine] = {}
    for r in (row for row in rows if row.kind == "inquiry"):
        line = found.get(r.number) or InquiryLine(
            r.number, r.text, r.version, r.at, date.fromisoformat(r.due_on), Silence(r.asker), r.done_at, ()
        )
        each = (r.department, r.person_id or None, r.answered_at)
        found[r.number] = replace(line, addressees=(*line.addressees, each))
    return sorted(found.values(), key=lambda each: -each.number)


def concerned(who: Actor, act: Act, plan: PlanFact) -> bool:
    """Return whether the person may do that for the plan's department, or in any body of its chain."""
    return who.may_for(act, plan.department, plan.chain)


@dataclass(frozen=True, slots=True)
class Group:
    """A department or a body whose people may be asked to read a plan; `key` is department:KEY or body:KEY."""

    key: str
    name: str
    people: tuple[Contact, ...]


def circle(db: Session, plan: PlanFact, day: date) -> list[Group]:
    """Return the people who may be asked to read the plan that day, in groups: its department, and each body of
    its chain. Two statements."""
    people = tuple(staff(db, plan.department, day))
    department = Group(f"department:{plan.department}", plan.department_name, people)
    return [group for group in (department, *_seated(db, plan, day)) if group.people]


def _seated(db: Session, plan: PlanFact, day: date) -> Iterator[Group]:
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
        people = tuple(Contact(row.id, row.key, row.name, row.email) for row in here)
        yield Group(f"body:{body.key}", body.name, people)


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
        cast(null(), String).label("due_on"),
        cast(null(), String).label("department"),
        cast(null(), Circulation.read_at.type).label("answered_at"),
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
        cast(null(), String),
        cast(null(), String),
        cast(null(), Circulation.read_at.type),
    )
    .join(Person, Person.id == Remark.by)
    .where(Remark.plan_id == bindparam("plan")),
    select(
        literal("inquiry"),
        Inquiry.id,
        func.coalesce(Addressee.person_id, 0),
        literal(""),
        Version.number,
        Inquiry.title,
        Inquiry.silence,
        Inquiry.asked_at,
        Inquiry.withdrawn_at,
        cast(Inquiry.due_on, String),
        Addressee.department_key,
        select(func.max(InquiryAnswer.given_at))
        .where(InquiryAnswer.addressee_id == Addressee.id)
        .correlate(Addressee)
        .scalar_subquery(),
    )
    .join(Addressee, Addressee.inquiry_id == Inquiry.id)
    .join(Version, Version.id == Inquiry.version_id)
    .where(Inquiry.plan_id == bindparam("plan")),
)
