"""A 持ち回り: why it is held, the consent to it, a longer time to answer."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from workflow import actions
from workflow.domain.calendar import parse_moment, shown_moment
from workflow.domain.language import say
from workflow.domain.rights import Act
from workflow.web.confirm import confirmed
from workflow.web.pages.meetings import Number, known
from workflow.web.permissions import Open, needs
from workflow.web.rendering import redirect
from workflow.web.session import Filled, FormUser, Page

router = APIRouter(prefix="/meetings/{number}", route_class=Page)


@router.post("/terms", openapi_extra=needs(Act.CALL_MEETING))
def explain_writing(
    who: FormUser, number: Number, why: Annotated[str, Form()] = "", asks: Annotated[str, Form()] = ""
) -> Response:
    actions.explain_writing(who.office, who.key, number, why, asks, now=who.now)
    return redirect(f"/meetings/{number}#writing", said=say("持ち回りの理由と、求める内容を記録しました。"))


@router.post("/consent", openapi_extra=needs(Open.SIGNED_IN))
def give_consent(
    who: FormUser,
    number: Number,
    agrees: Annotated[bool, Form()],
    member: Annotated[str, Form()] = "",
) -> Response:
    """Agree to a 持ち回り or not, for oneself or for the member whose deputy one is; who may is the engine's."""
    actions.give_consent(who.office, who.key, number, agrees=agrees, member=member or None, now=who.now)
    said = say("同意すると記録しました。") if agrees else say("同意しないと記録しました。")
    return redirect(f"/meetings/{number}#writing", said=said)


@router.post("/extend", openapi_extra=needs(Act.CALL_MEETING))
def extend_answering(
    request: Request, who: FormUser, number: Number, form: Filled, reason: Annotated[str, Form()] = ""
) -> Response:
    """Give longer to answer: show the recipients of the notices first, then extend."""
    held = known(who, number)
    ends_at = parse_moment(f"{form.get('until', '')} {form.get('ends', '')}", "回答期限")
    return confirmed(
        request,
        who,
        form,
        lambda office: actions.extend_answering(office, who.key, number, ends_at, reason, now=who.now),
        title=say("{title}の回答期限を {at} に延ばす", title=held.title, at=shown_moment(ends_at)),
        button=say("延長する"),
        back=f"/meetings/{number}#writing",
        said=say("回答期限を延ばしました。"),
    )
