"""他システムへの通知: the other systems that receive each step, and their deliveries."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from notifications import outbox, resending, webhooks
from notifications.network_guard import must_be_callable
from workflow import actions
from workflow.actions.webhooks import URL
from workflow.domain.addresses import a_url
from workflow.domain.calendar import tokyo_day
from workflow.domain.deliveries import State
from workflow.domain.language import say
from workflow.domain.rights import Act
from workflow.queries.actor import actor
from workflow.queries.webhooks import webhook_by_id, webhook_list
from workflow.web.permissions import needs
from workflow.web.rendering import page, redirect
from workflow.web.session import FormUser, Page, Reader, Visitor

router = APIRouter(prefix="/settings/webhooks", route_class=Page)


@router.get("", openapi_extra=needs(Act.CONNECT))
def all_webhooks(request: Request, who: Reader) -> Response:
    _must_connect(who)
    with who.office.reading() as db:
        found = webhook_list(db)
    return page(request, "webhooks.html", who=who, hooks=found)


@router.post("", openapi_extra=needs(Act.CONNECT))
def add_webhook(request: Request, who: FormUser, url: Annotated[str, Form()] = "") -> Response:
    """The secret is on the answer alone, and not shown again."""
    _must_connect(who)
    must_be_callable(URL, a_url(URL, url.strip()), request.app.state.mail.networks)
    secret = actions.add_webhook(who.office, who.key, url.strip(), now=who.now)
    return page(request, "webhook_made.html", who=who, url=url.strip(), secret=secret)


@router.get("/{webhook}", openapi_extra=needs(Act.CONNECT))
def one_webhook(request: Request, who: Reader, webhook: int) -> Response:
    _must_connect(who)
    with who.office.reading() as db:
        found = webhook_by_id(db, webhook)
        lines = outbox.of_webhook(db, webhook)
    waiting = (State.PENDING, State.SENDING)
    return page(request, "webhook.html", who=who, hook=found, lines=lines, waiting=waiting)


@router.post("/{webhook}/test", openapi_extra=needs(Act.CONNECT))
def try_out(who: FormUser, webhook: int) -> Response:
    webhooks.try_out(who.office, who.key, webhook, now=who.now)
    said = say("試しの通知を送信待ちにしました。次の巡回で送られ、結果が下の一覧に出ます。")
    return redirect(f"/settings/webhooks/{webhook}", said=said)


@router.post("/{webhook}/revoke", openapi_extra=needs(Act.CONNECT))
def revoke(who: FormUser, webhook: int) -> Response:
    actions.revoke_webhook(who.office, who.key, webhook, now=who.now)
    return redirect("/settings/webhooks", said=say("通知を停止しました。"))


@router.post("/{webhook}/deliveries/{delivery}/resend", openapi_extra=needs(Act.CONNECT))
def resend(who: FormUser, webhook: int, delivery: int) -> Response:
    _must_connect(who)
    resending.resend(who.office, who.key, delivery, now=who.now)
    return redirect(f"/settings/webhooks/{webhook}", said=say("送信待ちに戻しました。次の巡回で送られます。"))


def _must_connect(who: Visitor) -> None:
    with who.office.reading() as db:
        actor(db, who.key, tokyo_day(who.now)).require(Act.CONNECT)
