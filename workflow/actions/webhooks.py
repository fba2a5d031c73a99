"""Use cases on webhooks: the other systems that receive each step."""

import base64
import ipaddress
import re
import secrets
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import insert, update

from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import AlreadyDone, BadInput, NotFound
from workflow.domain.events import Tag
from workflow.domain.language import say
from workflow.domain.rights import Act
from workflow.queries.actor import actor
from workflow.queries.webhooks import system_of
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import Webhook

SECRET_PREFIX = "whsec_"  # noqa: S105
"""Begins every secret, as the Standard Webhooks specification has it; what follows is base64."""


def add_webhook(office: Office, by: str, url: str, *, now: datetime) -> str:
    """Register the URL of a system that receives each step from now on. Returns the secret that signs the
    messages; it is shown once, and stored for signing. Raises `BadInput` (the URL), `NotAllowed`, `NotFound`."""
    a_url(url)
    secret = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        who.require(Act.CONNECT)
        number = db.scalars(
            insert(Webhook).returning(Webhook.id),
            {"url": url, "secret": secret, "made_by": who.id, "made_at": now},
        ).one()
        record(db, Tag.WEBHOOK_ADDED, at=now, by=who.id, webhook=number, system=system_of(url))
    return secret


def revoke_webhook(office: Office, by: str, webhook: int, *, now: datetime) -> None:
    """Tell that system nothing more. Raises `AlreadyDone`, `NotAllowed`, `NotFound`."""
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        who.require(Act.CONNECT)
        found = db.get(Webhook, webhook)
        if found is None:
            raise NotFound("他システムへの通知", str(webhook))
        if found.revoked_at is not None:
            raise AlreadyDone("この通知は既に停止しています。")
        db.execute(update(Webhook).where(Webhook.id == webhook).values(revoked_at=now))
        record(db, Tag.WEBHOOK_REVOKED, at=now, by=who.id, webhook=webhook, system=system_of(found.url))


def a_url(url: str) -> str:
    """A URL to call: https, or http on this very machine. Raises `BadInput`."""
    mend = say("https://example.lg.jp/hook の形で、500 文字以内で入力してください。")
    if len(url) > 500 or not re.fullmatch(r"[!-~]+", url):
        raise BadInput("通知先の URL", "長すぎるか、使えない文字があります", mend)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise BadInput("通知先の URL", "URL として読めません", mend) from None
    if parts.scheme not in ("https", "http") or not host or port == 0:
        raise BadInput("通知先の URL", "URL として読めません", mend)
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise BadInput("通知先の URL", "利用者名・パスワードや # を含んでいます", mend)
    if parts.scheme == "http" and not _this_machine(host):
        raise BadInput("通知先の URL", "暗号化されていません", mend)
    return url


def _this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
