"""Answers to an invitation: on the meeting's page, and by a mailed link without signing in. Only a form answers, not
opening a link: mail programs open links to look at them."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from workflow import actions
from workflow.actions import GivenRsvp, LinkedRsvp
from workflow.domain.calendar import shown_clock
from workflow.domain.errors import BadInput, NotNow, RsvpLinkUnusable, TooManyTries
from workflow.domain.language import say
from workflow.domain.rights import Act
from workflow.domain.rsvp import Intent, why_no_rsvp
from workflow.web.guide import Refusal
from workflow.web.limits import Load, takes
from workflow.web.pages.meetings import Number
from workflow.web.permissions import Open, needs
from workflow.web.rendering import page, redirect
from workflow.web.session import FormUser, Page

router = APIRouter(route_class=Page)

Text = Annotated[str, Form()]


@router.post("/meetings/{number}/rsvp", openapi_extra=needs(Open.SIGNED_IN))
def give(
    who: FormUser,
    number: Number,
    intent: Annotated[Intent, Form()],
    member: Text = "",
    deputy: Text = "",
    deputy_name: Text = "",
    remark: Text = "",
) -> Response:
    """Answer for oneself or for a member one is the deputy of, or record what a member told the 事務局."""
    reply = GivenRsvp(intent, deputy, deputy_name, remark)
    actions.give_rsvp(who.office, who.key, number, reply, member=member or None, now=who.now)
    return redirect(f"/meetings/{number}#rsvp", said=say("出欠の回答を記録しました。"))


@router.post("/meetings/{number}/rsvp/links/revoke", openapi_extra=needs(Act.CALL_MEETING))
def revoke_links(who: FormUser, number: Number, member: Text = "") -> Response:
    count = actions.revoke_rsvp_links(who.office, who.key, number, member or None, now=who.now)
    return redirect(
        f"/meetings/{number}#rsvp", said=say("回答用リンクを {count} 件、無効にしました。", count=count)
    )


@router.api_route("/answer/{token}", methods=["GET", "HEAD"], openapi_extra=needs(Open.SELF))
def link_page(request: Request, token: str) -> Response:
    try:
        return _form(request, _linked(request, token))
    except RsvpLinkUnusable as over:
        return _over(request, over)


@router.post("/answer/{token}", openapi_extra=needs(Open.SELF) | takes(Load.KEY))
def give_by_link(
    request: Request,
    token: str,
    intent: Text = "",
    deputy: Text = "",
    deputy_name: Text = "",
    remark: Text = "",
) -> Response:
    """Answer by the link. The token replaces the CSRF check, as for the links to set a password."""
    state = request.app.state
    typed = {"intent": intent, "deputy": deputy, "deputy_name": deputy_name, "remark": remark}
    try:
        linked = _linked(request, token)
        try:
            reply = GivenRsvp(_intent(intent), deputy, deputy_name, remark)
            actions.give_rsvp_by_link(state.office, token, reply, now=state.clock())
        except (BadInput, NotNow, TooManyTries) as refused:
            return _form(request, linked, typed, refused)
    except RsvpLinkUnusable as over:
        return _over(request, over)
    return redirect(request.url.path, said=say("お答えを承りました。ありがとうございます。"))


def _linked(request: Request, token: str) -> LinkedRsvp:
    state = request.app.state
    with state.office.reading() as db:
        return actions.linked_rsvp(db, token, state.clock())


def _intent(text: str) -> Intent:
    """Raises `BadInput`."""
    if text not in set(Intent):
        raise BadInput("出欠の回答", "選ばれていません", "出席・欠席・代理出席のいずれかを選んでください。")
    return Intent(text)


def _form(
    request: Request,
    linked: LinkedRsvp,
    typed: dict[str, str] | None = None,
    refused: BadInput | NotNow | TooManyTries | None = None,
) -> Response:
    codes: dict[type, int] = {BadInput: 422, NotNow: 409, TooManyTries: 429}
    shown: dict[str, Any] = {"typed": typed or {}, "refused": Refusal(refused) if refused else None}
    return page(
        request,
        "rsvp.html",
        code=codes.get(type(refused), 200),
        meeting=linked.meeting,
        member=linked.member,
        why=why_no_rsvp(linked.meeting, request.app.state.clock()),
        clock=shown_clock,
        **shown,
    )


def _over(request: Request, over: RsvpLinkUnusable) -> Response:
    return page(request, "rsvp_over.html", code=410, message=over.message)
