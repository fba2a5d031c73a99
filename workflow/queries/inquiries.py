"""照会 of a plan: the questions, the addressees, their answers, and the responses to these, as far as a person may read
them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from workflow.domain.errors import NotFound
from workflow.domain.inquiries import AnswerState, Silence, Verdict, answer_state
from workflow.domain.rights import Act, Actor
from workflow.queries.actor import in_term
from workflow.queries.people import Contact, staff
from workflow.queries.plans import PlanFact
from workflow.store.tables import (
    Addressee,
    Department,
    Inquiry,
    InquiryAnswer,
    InquiryQuestion,
    InquiryRemark,
    InquiryResponse,
    Person,
    Posting,
    Version,
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question of an inquiry, by its position from 1."""

    id: int
    position: int
    text: str


@dataclass(frozen=True, slots=True)
class Response:
    """A response of the asker to a remark."""

    verdict: Verdict
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class InquiryRemarkLine:
    """A remark of an answer; `question` is the position of the one it is on. `responses`, oldest first: the last counts."""

    number: int
    question: int | None
    page: str
    section: str
    text: str
    responses: tuple[Response, ...]

    @property
    def response(self) -> Response | None:
        return self.responses[-1] if self.responses else None


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """An answer of an addressee."""

    turn: int
    has_opinion: bool
    by: str
    at: datetime
    remarks: tuple[InquiryRemarkLine, ...]


@dataclass(frozen=True, slots=True)
class AddresseeLine:
    """An addressee: a department, by its key, or a person. `answers`, oldest first: the last counts."""

    number: int
    department: str | None
    person_id: int | None
    name: str
    added_at: datetime
    answers: tuple[AnswerLine, ...]

    @property
    def answer(self) -> AnswerLine | None:
        return self.answers[-1] if self.answers else None


@dataclass(frozen=True, slots=True)
class InquiryFact:
    """An inquiry with everything about it."""

    id: int
    plan_id: int
    title: str
    text: str
    version: int
    filename: str
    sha256: str
    due_on: date
    silence: Silence
    by: str
    at: datetime
    changed_at: datetime
    withdrawn_at: datetime | None
    withdrawn_why: str | None
    questions: tuple[Question, ...]
    addressees: tuple[AddresseeLine, ...]

    @property
    def answered(self) -> int:
        """The number of addressees who have answered."""
        return sum(each.answer is not None for each in self.addressees)

    def state_of(self, addressee: AddresseeLine, now: datetime) -> AnswerState:
        return answer_state(self.due_on, self.silence, addressee.answer.at if addressee.answer else None, now)


def inquiry(db: Session, plan: PlanFact, number: int) -> InquiryFact:
    """The plan's inquiry of that number. Six statements. Raises `NotFound`."""
    found = inquiry_by_id(db, number)
    if found is None or found.plan_id != plan.id:
        raise NotFound("この計画の照会", str(number))
    return found


def inquiry_by_id(db: Session, number: int) -> InquiryFact | None:
    """The inquiry of that number. Six statements."""
    row = db.execute(
        select(Inquiry, Version.number, Version.filename, Version.sha256, Person.name)
        .join(Version, Version.id == Inquiry.version_id)
        .join(Person, Person.id == Inquiry.asked_by)
        .where(Inquiry.id == number)
    ).first()
    if row is None:
        return None
    asked, version, filename, sha256, by = row
    questions = db.execute(
        select(InquiryQuestion.id, InquiryQuestion.position, InquiryQuestion.text)
        .where(InquiryQuestion.inquiry_id == number)
        .order_by(InquiryQuestion.position)
    )
    return InquiryFact(
        id=asked.id,
        plan_id=asked.plan_id,
        title=asked.title,
        text=asked.text,
        version=version,
        filename=filename,
        sha256=sha256,
        due_on=asked.due_on,
        silence=Silence(asked.silence),
        by=by,
        at=asked.asked_at,
        changed_at=asked.changed_at,
        withdrawn_at=asked.withdrawn_at,
        withdrawn_why=asked.withdrawn_why,
        questions=tuple(Question(*each) for each in questions),
        addressees=_addressees(db, number),
    )


def inquiry_to_read(db: Session, who: Actor, plan: PlanFact, number: int) -> InquiryFact:
    """The plan's inquiry as far as the person may read it: all of it for the asking department and 監査; for who is
    inquired, what they answered themselves and what was made of it. Raises `NotFound`, `NotAllowed`."""
    found = inquiry(db, plan, number)
    if reads_all_answers(who, plan):
        return found
    own = tuple(each for each in found.addressees if stands_for(who, each.department, each.person_id))
    if not own:
        who.refuse(Act.READ_INQUIRY)
    return replace(found, addressees=own)


def reads_all_answers(who: Actor, plan: PlanFact) -> bool:
    """Return whether the person reads the answers of every addressee of the plan's inquiries."""
    return who.may(Act.READ_INQUIRY, department=plan.department)


def stands_for(who: Actor, department: str | None, person_id: int | None) -> bool:
    """Return whether the person answers for that department, or is that person. Who serves in no department answers
    no more: an inquiry stays inside the office."""
    return bool(who.departments) and (department in who.departments or person_id == who.id)


def own_addressees(who: Actor) -> ColumnElement[bool]:
    """The condition that the person stands for the `Addressee` of a statement, as `stands_for` says."""
    if not who.departments:
        return false()
    return or_(Addressee.department_key.in_(sorted(who.departments)), Addressee.person_id == who.id)


def people_of(
    db: Session, addressees: Iterable[tuple[str | None, int | None]], day: date
) -> list[list[Contact]]:
    """The people of each addressee (department, person) that day: the department's staff, or the person while they
    serve in one. One statement for each."""
    return [
        staff(db, department, day) if department else _serving(db, person or 0, day)
        for department, person in addressees
    ]


def responded_by(db: Session, remark: int, at: datetime) -> tuple[str | None, int | None] | None:
    """The addressee (department, person) whose present answer holds the remark, once each remark of that answer has a
    response of that moment or before; None while one waits. One statement."""
    given, fellow = aliased(InquiryRemark), aliased(InquiryRemark)
    response = select(InquiryResponse.id).where(
        InquiryResponse.remark_id == fellow.id, InquiryResponse.given_at <= at
    )
    waiting = (
        select(fellow.id)
        .where(fellow.answer_id == InquiryAnswer.id, ~response.correlate(fellow).exists())
        .correlate(InquiryAnswer)
    )
    row = db.execute(
        select(Addressee.department_key, Addressee.person_id)
        .join(InquiryAnswer, InquiryAnswer.addressee_id == Addressee.id)
        .join(given, given.answer_id == InquiryAnswer.id)
        .where(given.id == remark, present_answer(), ~waiting.exists())
    ).first()
    return None if row is None else (row.department_key, row.person_id)


@dataclass(frozen=True, slots=True)
class StaffedDepartment:
    """A department with its staff of a day."""

    key: str
    name: str
    staff: tuple[Contact, ...]


def staffed_departments(db: Session, day: date) -> list[StaffedDepartment]:
    """Return the departments that somebody serves in that day, by key. One statement."""
    person = Person.id, Person.key, Person.name, Person.email
    rows = db.execute(
        select(Department.key, Department.name, *person)
        .join(Posting, Posting.department_key == Department.key)
        .join(Person, Person.id == Posting.person_id)
        .where(in_term(Posting, day))
        .group_by(Department.key, Department.name, Department.rank, *person)
        .order_by(Department.rank, Department.key, func.min(Posting.rank), Person.id)
    )
    return [
        StaffedDepartment(key, name, tuple(Contact(*row[2:]) for row in together))
        for (key, name), together in groupby(rows, key=lambda row: (row[0], row[1]))
    ]


def _serving(db: Session, person: int, day: date) -> list[Contact]:
    serves = select(Posting.id).where(Posting.person_id == Person.id, in_term(Posting, day)).exists()
    rows = db.execute(
        select(Person.id, Person.key, Person.name, Person.email).where(Person.id == person, serves)
    )
    return [Contact(*row) for row in rows]


def _addressees(db: Session, number: int) -> tuple[AddresseeLine, ...]:
    rows = db.execute(
        select(
            Addressee.id,
            Addressee.department_key,
            Addressee.person_id,
            func.coalesce(Department.name, Person.name),
            Addressee.added_at,
        )
        .outerjoin(Department, Department.key == Addressee.department_key)
        .outerjoin(Person, Person.id == Addressee.person_id)
        .where(Addressee.inquiry_id == number)
        .order_by(Addressee.id)
    ).all()
    answers = _answers(db, number)
    return tuple(AddresseeLine(*row, tuple(answers[row.id])) for row in rows)


def _answers(db: Session, number: int) -> defaultdict[int, list[AnswerLine]]:
    remarks = _remarks(db, number)
    rows = db.execute(
        select(InquiryAnswer, Person.name)
        .join(Addressee, Addressee.id == InquiryAnswer.addressee_id)
        .join(Person, Person.id == InquiryAnswer.given_by)
        .where(Addressee.inquiry_id == number)
        .order_by(InquiryAnswer.turn)
    )
    found = defaultdict(list)
    for answer, by in rows:
        found[answer.addressee_id].append(
            AnswerLine(answer.turn, answer.has_opinion, by, answer.given_at, tuple(remarks[answer.id]))
        )
    return found


def _remarks(db: Session, number: int) -> defaultdict[int, list[InquiryRemarkLine]]:
    responses = _responses(db, number)
    rows = db.execute(
        select(InquiryRemark, InquiryQuestion.position)
        .join(InquiryAnswer, InquiryAnswer.id == InquiryRemark.answer_id)
        .join(Addressee, Addressee.id == InquiryAnswer.addressee_id)
        .outerjoin(InquiryQuestion, InquiryQuestion.id == InquiryRemark.question_id)
        .where(Addressee.inquiry_id == number)
        .order_by(InquiryRemark.answer_id, InquiryRemark.position)
    )
    found = defaultdict(list)
    for remark, question in rows:
        found[remark.answer_id].append(
            InquiryRemarkLine(
                remark.id, question, remark.page, remark.section, remark.text, tuple(responses[remark.id])
            )
        )
    return found


def _responses(db: Session, number: int) -> defaultdict[int, list[Response]]:
    rows = db.execute(
        select(InquiryResponse, Person.name)
        .join(InquiryRemark, InquiryRemark.id == InquiryResponse.remark_id)
        .join(InquiryAnswer, InquiryAnswer.id == InquiryRemark.answer_id)
        .join(Addressee, Addressee.id == InquiryAnswer.addressee_id)
        .join(Person, Person.id == InquiryResponse.given_by)
        .where(Addressee.inquiry_id == number)
        .order_by(InquiryResponse.remark_id, InquiryResponse.turn)
    )
    found = defaultdict(list)
    for response, by in rows:
        found[response.remark_id].append(
            Response(Verdict(response.verdict), response.reason, by, response.given_at)
        )
    return found


def given_answer() -> ColumnElement[bool]:
    """The condition that the `Addressee` of a statement has answered."""
    return (
        select(InquiryAnswer.id)
        .where(InquiryAnswer.addressee_id == Addressee.id)
        .correlate(Addressee)
        .exists()
    )


def present_answer() -> ColumnElement[bool]:
    """The condition that no later answer supersedes the `InquiryAnswer` of a statement."""
    later = aliased(InquiryAnswer)
    return ~(
        select(later.id)
        .where(later.addressee_id == InquiryAnswer.addressee_id, later.turn > InquiryAnswer.turn)
        .correlate(InquiryAnswer)
        .exists()
    )
