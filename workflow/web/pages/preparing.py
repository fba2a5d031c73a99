"""A meeting in preparation: made with what is to go on its agenda, changed, discarded; called (招集), with the letter that
everybody invited will get."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from starlette.datastructures import FormData

from notifications.composing import Stationery
from notifications.invited import invited
from notifications.kinds import Kind
from notifications.meeting_letters import sample
from workflow import actions
from workflow.domain.calendar import parse_day, tokyo_day
from workflow.domain.errors import BadInput
from workflow.domain.language import say
from workflow.domain.rights import Act
from workflow.queries.agenda import candidates_of
from workflow.queries.meeting_warnings import warnings_of
from workflow.web.agenda_form import EVERY_PLAN, entered, put_on, ticked_of
from workflow.web.guide import Refusal
from workflow.web.pages.meetings import Number, bodies_called_by, form_choices, known, terms_of, typed_in
from workflow.web.permissions import needs
from workflow.web.pulse import when_sent
from workflow.web.rendering import page, redirect
from workflow.web.session import Filled, FormUser, Page, Reader, Visitor

router = APIRouter(route_class=Page)


@router.get("/meetings/new", openapi_extra=needs(Act.CALL_MEETING))
def new(
    request: Request, who: Reader, body: str = "", add: Annotated[list[str] | None, Query()] = None
) -> Response:
    """The form of a new meeting; `add` are the plans to put on its agenda, ticked before (`plan:gate`)."""
    return _form_page(request, who, {"body": body}, add or ())


@router.post("/meetings/new", openapi_extra=needs(Act.CALL_MEETING))
def prepare(request: Request, who: FormUser, form: Filled) -> Response:
    """Prepare a meeting with what was ticked and typed on its agenda. Nobody is told; with `then`, its 招集 is next."""
    ticked = [str(value) for value in form.getlist("add")]
    if form.get("show"):
        return _form_page(request, who, typed_in(form), ticked, every=form.get("show") == EVERY_PLAN)
    try:
        asked = entered(form)
        number = actions.prepare_meeting(
            who.office,
            who.key,
            str(form.get("body", "")),
            items_due=_items_due(form),
            now=who.now,
            **terms_of(form),
        )
    except BadInput as error:
        return _form_page(request, who, typed_in(form), ticked, problem=Refusal(error), code=422)
    _, refusals = put_on(who, number, asked)
    words = say("会議を準備しました。招集するまで、委員には知らされません。")
    to = (
        f"/meetings/{number}/summon" if form.get("then") and not refusals else f"/meetings/{number}#preparing"
    )
    return redirect(to, said="".join([words, *refusals])[:300])


@router.post("/meetings/{number}/draft", openapi_extra=needs(Act.CALL_MEETING))
def change(who: FormUser, number: Number, form: Filled) -> Response:
    """Change a meeting in preparation. Nobody is told."""
    actions.change_draft(
        who.office, who.key, number, items_due=_items_due(form), now=who.now, **terms_of(form)
    )
    return redirect(f"/meetings/{number}#preparing", said=say("準備中の会議を変更しました。"))


@router.post("/meetings/{number}/discard", openapi_extra=needs(Act.CALL_MEETING))
def discard(who: FormUser, number: Number, reason: Annotated[str, Form()] = "") -> Response:
    """Discard a meeting in preparation. Nobody is told."""
    actions.discard_draft(who.office, who.key, number, reason, now=who.now)
    return redirect(
        f"/meetings/{number}", said=say("会議を取りやめました。議題は、ほかの会議に載せ直せます。")
    )


@router.get("/meetings/{number}/summon", openapi_extra=needs(Act.CALL_MEETING))
def summon_page(request: Request, who: Reader, number: Number) -> Response:
    """The letter of 招集 and its recipients, before it is sent."""
    held = known(who, number)
    who.person.require(Act.CALL_MEETING, body=held.body_key)
    stationery = Stationery(request.app.state.mail)
    with who.office.reading() as db:
        letter = sample(db, held, Kind.MEETING_CALLED, who.now)
        people = invited(db, held.body_key, tokyo_day(held.starts_at))
        warnings = warnings_of(db, held, who.now)
    return page(
        request,
        "meeting_summon.html",
        who=who,
        meeting=held,
        warnings=warnings,
        people=people.contacts,
        deputy_for=people.deputy_for,
        subject=stationery.subject(letter),
        text=stationery.text(letter),
    )


@router.post("/meetings/{number}/summon", openapi_extra=needs(Act.CALL_MEETING))
def summon(request: Request, who: FormUser, number: Number) -> Response:
    """Call the meeting: the letters go out, once."""
    actions.summon(who.office, who.key, number, now=who.now)
    when = when_sent(who.mail, request.app.state.mail)
    return redirect(f"/meetings/{number}", said=say("会議を招集しました。{when}", when=when))


def _form_page(
    request: Request,
    who: Visitor,
    typed: Mapping[str, str],
    ticked: Collection[str],
    *,
    every: bool = False,
    problem: str = "",
    code: int = 200,
) -> Response:
    """The form of a new meeting, with what was typed and, for the body chosen or the only one there is, the plans that
    wait for it: those ticked, or `every` one, with a mark."""
    with who.office.reading() as db:
        mine = bodies_called_by(db, who.person)
        body = typed.get("body") or (mine[0][0] if len(mine) == 1 else "")
        waiting = candidates_of(db, body, who.now) if body in dict(mine) else []
    return page(
        request,
        "meeting_form.html",
        code=code,
        who=who,
        kind="new",
        typed={**typed, "body": body},
        problem=problem,
        bodies=mine,
        forms=form_choices(),
        candidates=waiting,
        ticked=ticked_of(waiting, ticked, every=every),
    )


def _items_due(form: FormData) -> date | None:
    """The last day to hand in items, None when the form names none. Raises `BadInput`."""
    typed = str(form.get("items_due", "")).strip()
    return parse_day(typed, say("議題の提出期限")) if typed else None
