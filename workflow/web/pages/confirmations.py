"""Confirming, on the comparison, that a corrected text is the one a body agreed to."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from definitions.terms import Role
from workflow import actions, queries
from workflow.domain.calendar import parse_day
from workflow.domain.comparison import Comparison
from workflow.domain.confirming import confirms_as
from workflow.domain.cover import ConfirmationResult
from workflow.domain.language import label, say
from workflow.domain.rights import Act
from workflow.queries.bodies import chairs_of, seats
from workflow.queries.reading_rights import plan_to_read
from workflow.store import texts
from workflow.web.permissions import Open, needs
from workflow.web.rendering import page, redirect
from workflow.web.session import FormUser, Page, Reader

router = APIRouter(prefix="/plans/{key}", route_class=Page)
Text = Annotated[str, Form()]


@router.get("/gates/{gate}/confirm", openapi_extra=needs(Act.READ_PLAN))
def confirmation(request: Request, who: Reader, key: str, gate: str) -> Response:
    """Show what changed since the text the body agreed to, and ask whoever confirms for it."""
    with who.office.reading() as db:
        plan = plan_to_read(db, who.person, key)
        waiting = queries.confirmation_waiting(db, plan, gate, who.now)
        body = plan.chain.body(waiting.gate.body)
        chairs = chairs_of(db, [body.key], who.person.on)[body.key]
        named = seats(db, body.key, who.person.on, [Role.CHAIR])
    found = texts.comparison_of(who.office.files, waiting.base.sha256, waiting.current.sha256)
    return page(
        request,
        "text_confirm.html",
        who=who,
        plan=plan,
        waiting=waiting,
        body=body,
        chairs=named,
        found=found,
        comparison=found if isinstance(found, Comparison) else None,
        manner=confirms_as(who.person, body, chairs),
        may_enter=bool(named) and (body.key, Role.SECRETARIAT) in who.person.seats,
        own=waiting.current.by == who.person.id,
    )


@router.post("/gates/{gate}/confirm", openapi_extra=needs(Act.CONFIRM))
def confirm(
    who: FormUser,
    key: str,
    gate: str,
    answer: Annotated[ConfirmationResult, Form()],
    seen: Annotated[int, Form()],
    note: Text = "",
    person: Text = "",
    on: Text = "",
) -> Response:
    """Record the answer: of the person who reads, or of the chair, from paper."""
    actions.confirm_text(
        who.office,
        who.key,
        key,
        gate,
        seen=seen,
        result=answer,
        note=note,
        person=person.strip() or None,
        on=parse_day(on, "確認の日") if on.strip() else None,
        now=who.now,
    )
    return redirect(f"/plans/{key}#gates", said=say("「{answer}」を記録しました。", answer=label(answer)))


@router.post("/confirmations/{number}/review", openapi_extra=needs(Act.REVIEW))
def review(who: FormUser, key: str, number: int, note: Text = "") -> Response:
    actions.review_confirmation(who.office, who.key, number, note=note, now=who.now)
    return redirect(f"/plans/{key}#confirmation-{number}", said=say("後閲を記録しました。"))


@router.post("/confirmations/{number}/take-back", openapi_extra=needs(Open.SELF))
def take_back(who: FormUser, key: str, number: int, reason: Text = "") -> Response:
    actions.take_back_confirmation(who.office, who.key, number, reason, now=who.now)
    return redirect(f"/plans/{key}#confirmations", said=say("確認を引き戻しました。"))
