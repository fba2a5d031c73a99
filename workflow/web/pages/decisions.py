"""Answers at a plan's gates: one answer with its correction and 引戻し, conditions, 専決, 決裁, 後閲."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from definitions.terms import Outcome
from workflow import actions
from workflow.domain.errors import NotFound
from workflow.domain.language import label, say
from workflow.domain.rights import Act
from workflow.queries.reading_rights import plan_to_read
from workflow.web.confirm import confirmed
from workflow.web.pages.plan_view import answer_view
from workflow.web.permissions import Open, needs
from workflow.web.rendering import page, redirect
from workflow.web.session import Filled, FormUser, Page, Reader, Visitor

router = APIRouter(prefix="/plans/{key}", route_class=Page)
Text = Annotated[str, Form()]


class Signing(StrEnum):
    APPROVE = "approve"
    RETURN = "return"


@router.get("/decisions/{number}", openapi_extra=needs(Act.READ_PLAN))
def decision(request: Request, who: Reader, key: str, number: int) -> Response:
    return _answer(request, who, key, number, signoff=False)


@router.get("/signoffs/{number}", openapi_extra=needs(Act.READ_PLAN))
def signoff(request: Request, who: Reader, key: str, number: int) -> Response:
    return _answer(request, who, key, number, signoff=True)


@router.post("/decisions/{number}/correct", openapi_extra=needs(Act.RECORD_OUTCOME))
def correct(
    request: Request,
    who: FormUser,
    key: str,
    number: int,
    form: Filled,
    outcome: Annotated[Outcome, Form()],
    reason: Text = "",
    conditions: Text = "",
) -> Response:
    lines = [line.strip() for line in conditions.splitlines() if line.strip()]
    return confirmed(
        request,
        who,
        form,
        lambda office: actions.correct_decision(
            office, who.key, number, outcome, reason, conditions=lines, now=who.now
        ),
        title=say("結果を「{outcome}」に訂正する", outcome=label(outcome)),
        button=say("訂正する"),
        back=f"/plans/{key}#decisions",
        said=say("訂正を記録しました。前の記録も残っています。"),
    )


@router.post("/decisions/{number}/take-back", openapi_extra=needs(Open.SELF))
def take_back(
    request: Request, who: FormUser, key: str, number: int, form: Filled, reason: Text = ""
) -> Response:
    return confirmed(
        request,
        who,
        form,
        lambda office: actions.take_back_decision(office, who.key, number, reason, now=who.now),
        title=say("結果の記録を引き戻す"),
        button=say("引き戻す"),
        back=f"/plans/{key}#decisions",
        said=say("引き戻しました。"),
    )


@router.post("/conditions/{number}", openapi_extra=needs(Act.CLOSE_CONDITION))
def close_condition(who: FormUser, key: str, number: int, note: Text = "") -> Response:
    actions.close_condition(who.office, who.key, number, note, now=who.now)
    return redirect(f"/plans/{key}#gates", said=say("条件の解消を記録しました。"))


@router.post("/gates/{gate}/alone", openapi_extra=needs(Act.DECIDE_ALONE))
def decide_alone(
    request: Request,
    who: FormUser,
    key: str,
    gate: str,
    form: Filled,
    outcome: Annotated[Outcome, Form()],
    seen: Annotated[int, Form()],
    reason: Text = "",
) -> Response:
    return confirmed(
        request,
        who,
        form,
        lambda office: actions.decide_alone(
            office, who.key, key, gate, outcome, reason, seen=seen, now=who.now
        ),
        title=say("「{outcome}」を専決する", outcome=label(outcome)),
        button=say("専決する"),
        back=f"/plans/{key}#gates",
        said=say("専決を記録しました。次の会議への報告が残ります。"),
    )


@router.post("/gates/{gate}/sign", openapi_extra=needs(Act.SIGN))
def sign(
    request: Request,
    who: FormUser,
    key: str,
    gate: str,
    form: Filled,
    answer: Annotated[Signing, Form()],
    seen: Annotated[int, Form()],
    note: Text = "",
) -> Response:
    approve = answer is Signing.APPROVE
    return confirmed(
        request,
        who,
        form,
        lambda office: actions.sign(
            office, who.key, key, gate, seen=seen, approve=approve, note=note, now=who.now
        ),
        title=say("決裁する") if approve else say("決裁せずに返す"),
        button=say("決裁する") if approve else say("返す"),
        back=f"/plans/{key}#gates",
        said=say("決裁を記録しました。") if approve else say("決裁せずに返しました。"),
    )


@router.post("/signoffs/{number}/take-back", openapi_extra=needs(Open.SELF))
def take_back_signoff(who: FormUser, key: str, number: int, reason: Text = "") -> Response:
    actions.take_back_signoff(who.office, who.key, number, reason, now=who.now)
    return redirect(f"/plans/{key}#gates", said=say("決裁を引き戻しました。"))


@router.post("/signoffs/{number}/review", openapi_extra=needs(Act.REVIEW))
def review(who: FormUser, key: str, number: int, note: Text = "") -> Response:
    actions.review_signoff(who.office, who.key, number, note=note, now=who.now)
    return redirect(f"/plans/{key}#decisions", said=say("後閲を記録しました。"))


def _answer(request: Request, who: Visitor, key: str, number: int, *, signoff: bool) -> Response:
    with who.office.reading() as db:
        shown = answer_view(db, who, plan_to_read(db, who.person, key), signoff=signoff, number=number)
    if shown is None:
        raise NotFound("決裁" if signoff else "決定", str(number))
    return page(request, "plan_answer.html", who=who, Outcome=Outcome, **shown)
