"""照会: asking departments and people, answering, and saying what is made of each remark."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from starlette.datastructures import FormData

from workflow import actions, queries
from workflow.domain.calendar import parse_day, shown_day, why_closed
from workflow.domain.errors import BadInput
from workflow.domain.inquiries import AnswerState, GivenRemark, Silence, Verdict
from workflow.domain.language import label, say
from workflow.domain.plans import Status
from workflow.domain.rights import Act
from workflow.domain.validation import typed_number
from workflow.queries import InquiryFact
from workflow.queries.closed_days import closed_day_names
from workflow.queries.inquiries import reads_all_answers, staffed_departments, stands_for
from workflow.queries.plans import PlanFact
from workflow.queries.reading_rights import plan_to_read
from workflow.web import inquiry_table
from workflow.web.confirm import confirmed
from workflow.web.guide import Refusal
from workflow.web.limits import Load, takes
from workflow.web.permissions import needs
from workflow.web.rendering import download, page, redirect
from workflow.web.session import Filled, FormUser, Page, Reader, Visitor
from workflow.web.spreadsheet import CSV, EXCEL, csv_file, workbook

router = APIRouter(prefix="/plans/{key}/inquiries", route_class=Page)

ROWS, MORE_ROWS, MOST_ROWS = 3, 5, 100
"""Number of rows for remarks in an empty form, those that more are asked for at once, and the most."""


@router.get("/new", openapi_extra=needs(Act.INQUIRE))
def inquiry_form(request: Request, who: Reader, key: str) -> Response:
    return _form(request, who, key, FormData())


@router.post("/new", openapi_extra=needs(Act.INQUIRE) | takes(Load.LONG_FORM))
def inquire(request: Request, who: FormUser, key: str, form: Filled) -> Response:
    """Ask first, with what is asked and whom, then inquire."""
    plan = _own_plan(who, key)
    try:
        due_on = parse_day(_typed(form, "due_on"), "回答の期限")
        silence = _silence(_typed(form, "silence"))
        questions = [line.strip() for line in _typed(form, "questions").splitlines() if line.strip()]
        return confirmed(
            request,
            who,
            form,
            lambda office: actions.inquire(
                office,
                who.key,
                key,
                _typed(form, "title"),
                _typed(form, "text"),
                questions,
                departments=_ticked(form, "department"),
                people=_ticked(form, "person"),
                due_on=due_on,
                silence=silence,
                now=who.now,
            ),
            title=say(
                "{plan}（第{number}版）について照会する",
                plan=plan.title,
                number=plan.text.number if plan.text else 0,
            ),
            button=say("照会する"),
            back=f"/plans/{key}#inquiries",
            said=say("照会しました。"),
            warning=_closed(who, due_on),
            facts=[
                (say("件名"), _typed(form, "title")),
                (say("照会文"), _typed(form, "text")),
                *((say("質問"), each) for each in questions),
                (say("回答の期限"), say("{day}の24時まで", day=shown_day(due_on))),
                (say("回答がないとき"), label(silence)),
            ],
        )
    except BadInput as error:
        return _form(request, who, key, form, problem=Refusal(error))


@router.get("/{number}", openapi_extra=needs(Act.READ_INQUIRY))
def inquiry(request: Request, who: Reader, key: str, number: int) -> Response:
    return _page(request, who, key, number)


@router.get("/{number}/answers.xlsx", openapi_extra=needs(Act.READ_INQUIRY))
def answers_as_xlsx(who: Reader, key: str, number: int) -> Response:
    asked = _read(who, key, number)
    table = workbook(say("照会"), inquiry_table.rows(asked, who.now), inquiry_table.WIDTHS)
    return download(table, EXCEL, f"{asked.title}.xlsx")


@router.get("/{number}/answers.csv", openapi_extra=needs(Act.READ_INQUIRY))
def answers_as_csv(who: Reader, key: str, number: int) -> Response:
    asked = _read(who, key, number)
    return download(csv_file(inquiry_table.rows(asked, who.now)), CSV, f"{asked.title}.csv")


@router.post("/{number}/answer", openapi_extra=needs(Act.ANSWER_INQUIRY) | takes(Load.LONG_FORM))
def answer(request: Request, who: FormUser, key: str, number: int, form: Filled) -> Response:
    """Give more rows when they are asked for, else record the answer."""
    typed = TypedAnswer.of(form)
    if form.get("step") == "more":
        more = min(MOST_ROWS, len(typed.rows) + MORE_ROWS)
        return _page(request, who, key, number, typed=typed.with_rows(more))
    try:
        actions.answer_inquiry(
            who.office,
            who.key,
            key,
            number,
            typed.remarks,
            has_opinion=_yes_or_no(typed.opinion),
            addressee=typed.addressee,
            now=who.now,
        )
    except BadInput as error:
        return _page(request, who, key, number, typed=typed, problem=Refusal(error))
    return redirect(f"/plans/{key}/inquiries/{number}", said=say("回答を記録しました。"))


@router.post("/{number}/remarks/{remark}/respond", openapi_extra=needs(Act.INQUIRE))
def respond(
    request: Request,
    who: FormUser,
    key: str,
    number: int,
    remark: int,
    verdict: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    try:
        actions.respond_to_remark(
            who.office, who.key, key, number, remark, _verdict(verdict), reason, now=who.now
        )
    except BadInput as error:
        kept = {"remark": remark, "verdict": verdict, "reason": reason}
        return _page(request, who, key, number, responding=kept, problem=Refusal(error))
    return redirect(f"/plans/{key}/inquiries/{number}#remark-{remark}", said=say("対応を記録しました。"))


@router.post("/{number}/extend", openapi_extra=needs(Act.INQUIRE))
def extend(
    request: Request,
    who: FormUser,
    key: str,
    number: int,
    form: Filled,
    due_on: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Show who will be told first, then extend."""
    _own_plan(who, key)
    try:
        day = parse_day(due_on, "回答の期限")
        return confirmed(
            request,
            who,
            form,
            lambda office: actions.extend_inquiry(office, who.key, key, number, day, reason, now=who.now),
            title=say("照会の期限を{day}まで延長する", day=shown_day(day)),
            button=say("期限を延長する"),
            back=f"/plans/{key}/inquiries/{number}",
            said=say("期限を延長しました。"),
            warning=_closed(who, day),
        )
    except BadInput as error:
        return _page(request, who, key, number, problem=Refusal(error))


@router.post("/{number}/withdraw", openapi_extra=needs(Act.INQUIRE))
def withdraw(
    request: Request,
    who: FormUser,
    key: str,
    number: int,
    form: Filled,
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Show who will be told first, then withdraw."""
    _own_plan(who, key)
    try:
        return confirmed(
            request,
            who,
            form,
            lambda office: actions.withdraw_inquiry(office, who.key, key, number, reason, now=who.now),
            title=say("照会を取り下げる"),
            button=say("照会を取り下げる"),
            back=f"/plans/{key}/inquiries/{number}",
            said=say("照会を取り下げました。"),
            warning=say("取り下げると、元には戻せません。回答していない宛先は、計画を読めなくなります。"),
        )
    except BadInput as error:
        return _page(request, who, key, number, problem=Refusal(error))


@router.get("/{number}/addressees", openapi_extra=needs(Act.INQUIRE))
def more_addressees(request: Request, who: Reader, key: str, number: int) -> Response:
    return _addressees(request, who, key, number, FormData())


@router.post("/{number}/addressees", openapi_extra=needs(Act.INQUIRE))
def add_addressees(request: Request, who: FormUser, key: str, number: int, form: Filled) -> Response:
    """Show who will be asked first, then ask them."""
    _own_plan(who, key)
    try:
        return confirmed(
            request,
            who,
            form,
            lambda office: actions.add_addressees(
                office,
                who.key,
                key,
                number,
                departments=_ticked(form, "department"),
                people=_ticked(form, "person"),
                now=who.now,
            ),
            title=say("照会の宛先を追加する"),
            button=say("照会する"),
            back=f"/plans/{key}/inquiries/{number}",
            said=say("照会しました。"),
        )
    except BadInput as error:
        return _addressees(request, who, key, number, form, problem=Refusal(error))


@dataclass(frozen=True, slots=True)
class TypedRow:
    """A row of the answer's form as typed: `question` is a position, or empty."""

    page: str = ""
    section: str = ""
    question: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class TypedAnswer:
    """The answer's form as typed; `addressee` is whose form it is."""

    addressee: int | None
    opinion: str
    rows: tuple[TypedRow, ...]

    @classmethod
    def of(cls, form: FormData) -> "TypedAnswer":
        columns = (
            [str(each) for each in form.getlist(name)] for name in ("page", "section", "question", "text")
        )
        rows = tuple(TypedRow(*row) for row in zip(*columns, strict=False))
        return cls(typed_number(form.get("addressee")), _typed(form, "opinion"), rows[:MOST_ROWS])

    @classmethod
    def given(cls, addressee: queries.AddresseeLine) -> "TypedAnswer":
        """The form with the addressee's present answer, to be changed."""
        said = addressee.answer
        rows = [
            TypedRow(each.page, each.section, str(each.question or ""), each.text)
            for each in (said.remarks if said else ())
        ]
        opinion = "" if said is None else "yes" if said.has_opinion else "no"
        return cls(addressee.number, opinion, tuple(rows)).with_rows(max(ROWS, len(rows) + 1))

    def with_rows(self, count: int) -> "TypedAnswer":
        more = max(0, count - len(self.rows))
        return TypedAnswer(self.addressee, self.opinion, (*self.rows, *[TypedRow()] * more))

    @property
    def remarks(self) -> list[GivenRemark]:
        """The rows in which something is written."""
        return [
            GivenRemark(row.text, _position(row.question), row.page, row.section)
            for row in self.rows
            if any(each.strip() for each in (row.text, row.page, row.section))
        ]


def _page(
    request: Request,
    who: Visitor,
    key: str,
    number: int,
    *,
    typed: TypedAnswer | None = None,
    responding: dict[str, object] | None = None,
    problem: str | None = None,
) -> Response:
    with who.office.reading() as db:
        plan = plan_to_read(db, who.person, key)
        asked = queries.inquiry_to_read(db, who.person, plan, number)
    own = [each for each in asked.addressees if stands_for(who.person, each.department, each.person_id)]
    stands = asked.withdrawn_at is None
    forms = [
        (each, typed.with_rows(ROWS) if typed and typed.addressee == each.number else TypedAnswer.given(each))
        for each in own
    ]
    return page(
        request,
        "inquiry.html",
        code=422 if problem else 200,
        who=who,
        plan=plan,
        asked=asked,
        whole=reads_all_answers(who.person, plan),
        states=[(each, asked.state_of(each, who.now)) for each in asked.addressees],
        forms=forms if stands else [],
        may_manage=stands and who.person.may(Act.INQUIRE, department=plan.department),
        active=plan.status is Status.ACTIVE,
        responding=responding or {},
        problem=problem,
        verdicts=[(each.value, label(each)) for each in Verdict],
        State=AnswerState,
    )


def _form(
    request: Request, who: Visitor, key: str, form: FormData, *, problem: str | None = None
) -> Response:
    plan = _own_plan(who, key)
    if plan.text is None:
        raise BadInput("照会", "計画の文書がまだありません", "先に版を登録してください。")
    return _choosing(request, who, plan, form, "inquiry_new.html", problem)


def _addressees(
    request: Request, who: Visitor, key: str, number: int, form: FormData, *, problem: str | None = None
) -> Response:
    plan = _own_plan(who, key)
    with who.office.reading() as db:
        asked = queries.inquiry(db, plan, number)
    return _choosing(request, who, plan, form, "inquiry_addressees.html", problem, asked)


def _choosing(
    request: Request,
    who: Visitor,
    plan: PlanFact,
    form: FormData,
    template: str,
    problem: str | None,
    asked: InquiryFact | None = None,
) -> Response:
    with who.office.reading() as db:
        departments = staffed_departments(db, who.person.on)
    before = {(each.department, each.person_id) for each in asked.addressees} if asked else set()
    return page(
        request,
        template,
        code=422 if problem else 200,
        who=who,
        plan=plan,
        asked=asked,
        departments=departments,
        before=before,
        typed={name: _typed(form, name) for name in ("title", "text", "questions", "due_on", "silence")},
        ticked={("department", each) for each in _ticked(form, "department")}
        | {("person", each) for each in _ticked(form, "person")},
        silences=[(each.value, label(each)) for each in Silence],
        problem=problem,
    )


def _own_plan(who: Visitor, key: str) -> PlanFact:
    """The plan, for who may inquire about it."""
    with who.office.reading() as db:
        plan = plan_to_read(db, who.person, key)
    who.person.require(Act.INQUIRE, department=plan.department)
    return plan


def _read(who: Visitor, key: str, number: int) -> InquiryFact:
    with who.office.reading() as db:
        return queries.inquiry_to_read(db, who.person, plan_to_read(db, who.person, key), number)


def _closed(who: Visitor, day: date) -> str:
    """The warning for a last day on which the office does not work; empty on a business day."""
    with who.office.reading() as db:
        why = why_closed(day, closed_day_names(db))
    return say("{day} は閉庁日です（{why}）。", day=shown_day(day), why=why) if why else ""


def _typed(form: FormData, name: str) -> str:
    return str(form.get(name) or "")


def _ticked(form: FormData, name: str) -> list[str]:
    return list(dict.fromkeys(str(each) for each in form.getlist(name)))


def _silence(value: str) -> Silence:
    if value not in set(Silence):
        raise BadInput("回答がないとき", "選ばれていません", "どちらかを選んでください。")
    return Silence(value)


def _verdict(value: str) -> Verdict:
    if value not in set(Verdict):
        raise BadInput("対応", "選ばれていません", "採用・一部採用・不採用・参考から選んでください。")
    return Verdict(value)


def _yes_or_no(value: str) -> bool:
    if value not in ("yes", "no"):
        raise BadInput("意見の有無", "選ばれていません", "「意見あり」か「意見なし」を選んでください。")
    return value == "yes"


def _position(value: str) -> int | None:
    return typed_number(value) if value else None
