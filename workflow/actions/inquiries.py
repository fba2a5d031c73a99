"""Use cases on 照会: the plan's 担当課 asks departments and people of the office about its text, they answer by a day, and
it says what it makes of each remark. They open no gate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from workflow import queries
from workflow.actions.plans import must_be_active
from workflow.domain.calendar import shown_day, tokyo_day
from workflow.domain.errors import AlreadyDone, BadInput, NotFound, NotNow
from workflow.domain.events import Tag
from workflow.domain.inquiries import GivenRemark, Silence, Verdict
from workflow.domain.language import say
from workflow.domain.rights import Act, Actor
from workflow.domain.validation import a_line, some_text
from workflow.queries.actor import actor
from workflow.queries.inquiries import AddresseeLine, InquiryFact, people_of, stands_for
from workflow.queries.plans import PlanFact
from workflow.queries.reading_rights import plan_to_read
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import (
    Addressee,
    Department,
    Inquiry,
    InquiryAnswer,
    InquiryQuestion,
    InquiryRemark,
    InquiryResponse,
    Person,
)


def inquire(
    office: Office,
    by: str,
    plan: str,
    title: str,
    text: str,
    questions: Sequence[str] = (),
    *,
    departments: Sequence[str] = (),
    people: Sequence[str] = (),
    due_on: date,
    silence: Silence,
    now: datetime,
) -> int:
    """照会: ask departments and people about the plan's current version, until the end of `due_on`; returns its number.

    Raises `NotAllowed`, `BadInput` (nobody, a department without staff, a person who serves in none, a day that is not
    to come, no text of the plan yet), `NotNow` (suspended or withdrawn), `NotFound`.
    """
    row = {
        "title": a_line("照会の件名", title),
        "text": some_text("照会文", text).strip(),
        "due_on": due_on,
        "silence": silence,
        "asked_at": now,
        "changed_at": now,
    }
    asked = [some_text("質問", each).strip() for each in questions]
    _must_be_to_come(due_on, now)
    with office.writing() as db:
        who, fact = _asking(db, by, plan, now)
        must_be_active(fact, "照会")
        if fact.text is None:
            raise BadInput("照会", "計画の文書がまだありません", "先に版を登録してください。")
        addressees = _some_addressees(db, fact, departments, people, now)
        number = db.scalars(
            insert(Inquiry).returning(Inquiry.id),
            {**row, "plan_id": fact.id, "version_id": fact.text.version_id, "asked_by": who.id},
        ).one()
        if asked:
            rows = [
                {"inquiry_id": number, "position": place, "text": each} for place, each in enumerate(asked, 1)
            ]
            db.execute(insert(InquiryQuestion), rows)
        _address(db, number, addressees, now)
        record(
            db,
            Tag.INQUIRED,
            at=now,
            by=who.id,
            plan=fact.id,
            inquiry=number,
            title=row["title"],
            number=fact.text.number,
            due_on=due_on.isoformat(),
            silence=silence,
            **_named(addressees),
        )
        return number


def add_addressees(
    office: Office,
    by: str,
    plan: str,
    inquiry: int,
    *,
    departments: Sequence[str] = (),
    people: Sequence[str] = (),
    now: datetime,
) -> int:
    """Ask more departments and people the same, by the same day; returns how many. Who is asked already is not asked
    again.

    Raises as `inquire` does; `AlreadyDone` (all were asked), `NotNow` (withdrawn, or its day is over).
    """
    with office.writing() as db:
        who, fact, asked = _asked_by_own(db, by, plan, inquiry, now)
        must_be_active(fact, "照会の宛先の追加")
        if asked.due_on < tokyo_day(now):
            raise NotNow(
                "照会の宛先の追加", asked.title, "回答の期限が過ぎています。先に期限を延長してください。"
            )
        before = {(each.department, each.person_id) for each in asked.addressees}
        wanted = _some_addressees(db, fact, departments, people, now)
        addressees = [each for each in wanted if (each.department, each.person_id) not in before]
        if not addressees:
            raise AlreadyDone("選んだ宛先には、既に照会しています。")
        _address(db, inquiry, addressees, now)
        _log(db, Tag.ADDRESSEES_ADDED, who, asked, now, **_named(addressees))
        return len(addressees)


def answer_inquiry(
    office: Office,
    by: str,
    plan: str,
    inquiry: int,
    remarks: Sequence[GivenRemark] = (),
    *,
    has_opinion: bool,
    addressee: int | None = None,
    now: datetime,
) -> int:
    """Answer for one's department, or oneself: 意見あり with remarks, or 意見なし; returns the turn of the answer, which
    supersedes the one before. After the last day it is taken and counts as late. `addressee` may be left out by who
    stands for only one. The log records the answer without its words.

    Raises `NotAllowed`, `BadInput` (an opinion without remarks, remarks without an opinion), `NotNow` (withdrawn),
    `NotFound`.
    """
    rows = [_a_remark(each) for each in remarks]
    if has_opinion and not rows:
        raise BadInput("意見", "1 件もありません", "意見を 1 件以上書くか、「意見なし」を選んでください。")
    if rows and not has_opinion:
        raise BadInput(
            "意見", "「意見なし」に意見が書かれています", "「意見あり」を選ぶか、意見を消してください。"
        )
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        fact = plan_to_read(db, who, plan)
        asked = queries.inquiry(db, fact, inquiry)
        own = _own_addressee(who, asked, addressee)
        _must_stand(asked, Act.ANSWER_INQUIRY)
        turn = len(own.answers) + 1
        answer = db.scalars(
            insert(InquiryAnswer).returning(InquiryAnswer.id),
            {
                "addressee_id": own.number,
                "turn": turn,
                "has_opinion": has_opinion,
                "given_by": who.id,
                "given_at": now,
            },
        ).one()
        if rows:
            of_questions = {each.position: each.id for each in asked.questions}
            db.execute(
                insert(InquiryRemark),
                [
                    {
                        "answer_id": answer,
                        "position": place,
                        "question_id": _question(of_questions, given.question),
                        "page": given.page,
                        "section": given.section,
                        "text": given.text,
                    }
                    for place, given in enumerate(rows, 1)
                ],
            )
        _log(db, Tag.INQUIRY_ANSWERED, who, asked, now, addressee=own.number, turn=turn)
        return turn


def respond_to_remark(
    office: Office,
    by: str,
    plan: str,
    inquiry: int,
    remark: int,
    verdict: Verdict,
    reason: str,
    *,
    now: datetime,
) -> None:
    """Say what the asking department makes of a remark, and why; said again, it supersedes what was said before.

    Raises `NotAllowed`, `BadInput` (no reason), `NotNow` (the inquiry is withdrawn), `AlreadyDone` (the addressee has
    answered anew), `NotFound`.
    """
    some_text("対応の理由", reason)
    with office.writing() as db:
        who, _, asked = _asked_by_own(db, by, plan, inquiry, now)
        current = {
            each.number: each
            for addressee in asked.addressees
            if addressee.answer
            for each in addressee.answer.remarks
        }
        earlier = {
            each.number
            for addressee in asked.addressees
            for answer in addressee.answers[:-1]
            for each in answer.remarks
        }
        if remark in earlier:
            raise AlreadyDone(
                "この意見は、その後の回答で改められました。新しい回答の意見に対応してください。"
            )
        if remark not in current:
            raise NotFound("この照会への意見", str(remark))
        turn = len(current[remark].responses) + 1
        db.execute(
            insert(InquiryResponse),
            {
                "remark_id": remark,
                "turn": turn,
                "verdict": verdict,
                "reason": reason.strip(),
                "given_by": who.id,
                "given_at": now,
            },
        )
        _log(db, Tag.REMARK_RESPONDED, who, asked, now, remark=remark, turn=turn)


def extend_inquiry(
    office: Office, by: str, plan: str, inquiry: int, due_on: date, reason: str, *, now: datetime
) -> None:
    """Give everybody inquired until a later day; also when the day is over.

    Raises `BadInput` (not later, or not to come; no reason), `NotNow` (withdrawn), `NotAllowed`, `NotFound`.
    """
    some_text("延長の理由", reason)
    _must_be_to_come(due_on, now)
    with office.writing() as db:
        who, fact, asked = _asked_by_own(db, by, plan, inquiry, now)
        must_be_active(fact, "照会の期限の延長")
        if due_on <= asked.due_on:
            raise BadInput(
                "回答の期限",
                say("{day} より後ではありません", day=shown_day(asked.due_on)),
                "いまの期限より後の日を指定してください。",
            )
        db.execute(update(Inquiry).where(Inquiry.id == inquiry).values(due_on=due_on, changed_at=now))
        _log(
            db,
            Tag.INQUIRY_EXTENDED,
            who,
            asked,
            now,
            was=asked.due_on.isoformat(),
            due_on=due_on.isoformat(),
            reason=reason,
        )


def withdraw_inquiry(office: Office, by: str, plan: str, inquiry: int, reason: str, *, now: datetime) -> None:
    """Withdraw the inquiry: nothing is answered any more, what was answered stays.

    Raises `BadInput` (no reason), `NotNow` (withdrawn already), `NotAllowed`, `NotFound`.
    """
    some_text("取下げの理由", reason)
    with office.writing() as db:
        who, _, asked = _asked_by_own(db, by, plan, inquiry, now)
        db.execute(
            update(Inquiry)
            .where(Inquiry.id == inquiry)
            .values(withdrawn_at=now, withdrawn_why=reason.strip())
        )
        _log(db, Tag.INQUIRY_WITHDRAWN, who, asked, now, reason=reason)


def _asking(db: Session, by: str, plan: str, now: datetime) -> tuple[Actor, PlanFact]:
    who = actor(db, by, tokyo_day(now))
    fact = plan_to_read(db, who, plan)
    who.require(Act.INQUIRE, department=fact.department)
    return who, fact


def _asked_by_own(
    db: Session, by: str, plan: str, number: int, now: datetime
) -> tuple[Actor, PlanFact, InquiryFact]:
    """An inquiry that the person's department asked and that stands."""
    who, fact = _asking(db, by, plan, now)
    asked = queries.inquiry(db, fact, number)
    _must_stand(asked, Act.INQUIRE)
    return who, fact, asked


def _must_stand(asked: InquiryFact, act: Act) -> None:
    if asked.withdrawn_at is not None:
        raise NotNow(act, asked.title, "この照会は取り下げられました。")


def _must_be_to_come(due_on: date, now: datetime) -> None:
    if due_on <= tokyo_day(now):
        raise BadInput(
            "回答の期限",
            say("{day} は、明日より前です", day=shown_day(due_on)),
            "明日以後の日を指定してください。",
        )


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A department or a person to be inquired, by key and by what the row holds."""

    key: str
    department: str | None = None
    person_id: int | None = None


def _some_addressees(
    db: Session, plan: PlanFact, departments: Sequence[str], people: Sequence[str], now: datetime
) -> list[_Wanted]:
    wanted = [
        *(_Wanted(key, department=_a_department(db, plan, key)) for key in dict.fromkeys(departments)),
        *(_Wanted(key, person_id=_a_person(db, key)) for key in dict.fromkeys(people)),
    ]
    if not wanted:
        raise BadInput("照会の宛先", "選ばれていません", "課か職員を、一つ以上選んでください。")
    reached = people_of(db, [(each.department, each.person_id) for each in wanted], tokyo_day(now))
    for each, contacts in zip(wanted, reached, strict=True):
        if not contacts:
            raise BadInput(
                "照会の宛先",
                say("「{key}」には、今日所属する職員がいません", key=each.key)
                if each.department
                else say("「{key}」は、今日どの課にも所属していません", key=each.key),
                "所属のある課か職員を選んでください。",
            )
    return wanted


def _a_department(db: Session, plan: PlanFact, key: str) -> str:
    if key == plan.department:
        raise BadInput("照会の宛先", "照会する課自身が含まれています", "ほかの課を選んでください。")
    found = db.scalar(select(Department.key).where(Department.key == key))
    if found is None:
        raise NotFound("課", key)
    return found


def _a_person(db: Session, key: str) -> int:
    found = db.scalar(select(Person.id).where(Person.key == key))
    if found is None:
        raise NotFound("職員", key)
    return found


def _address(db: Session, inquiry: int, addressees: Sequence[_Wanted], now: datetime) -> None:
    db.execute(
        insert(Addressee),
        [
            {
                "inquiry_id": inquiry,
                "department_key": each.department,
                "person_id": each.person_id,
                "added_at": now,
            }
            for each in addressees
        ],
    )


def _named(addressees: Sequence[_Wanted]) -> dict[str, Any]:
    return {
        "departments": [each.key for each in addressees if each.department],
        "people": [each.key for each in addressees if not each.department],
    }


def _a_remark(given: GivenRemark) -> GivenRemark:
    return GivenRemark(
        text=some_text("意見", given.text).strip(),
        question=given.question,
        page=a_line("箇所（ページ）", given.page, 60) if given.page.strip() else "",
        section=a_line("箇所（章・節）", given.section) if given.section.strip() else "",
    )


def _question(known: dict[int, int], position: int | None) -> int | None:
    if position is None:
        return None
    if position not in known:
        raise NotFound("この照会の質問", str(position))
    return known[position]


def _own_addressee(who: Actor, asked: InquiryFact, number: int | None) -> AddresseeLine:
    own = [each for each in asked.addressees if stands_for(who, each.department, each.person_id)]
    if not own:
        who.refuse(Act.ANSWER_INQUIRY)
    if number is None and len(own) > 1:
        raise BadInput(
            "照会の宛先",
            say("あなたが答えられる宛先が {count} あります", count=len(own)),
            "どの宛先として答えるかを指定してください。",
        )
    found = next((each for each in own if number is None or each.number == number), None)
    if found is None:
        raise NotFound("あなたが答えられる宛先", str(number))
    return found


def _log(db: Session, tag: Tag, who: Actor, asked: InquiryFact, now: datetime, **data: Any) -> None:
    record(db, tag, at=now, by=who.id, plan=asked.plan_id, inquiry=asked.id, title=asked.title, **data)
