"""Use cases on webhooks: the other systems that receive each step."""

import base64
import secrets
from datetime import datetime

from sqlalchemy import insert, update

from workflow.domain.addresses import a_url, host_of
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import AlreadyDone, NotFound
from workflow.domain.events import Tag
from workflow.domain.rights import Act
from workflow.queries.actor import actor
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import Webhook

SECRET_PREFIX = "whsec_"  # noqa: S105
"""Begins every secret, as the Standard Webhooks specification has it; what follows is base64."""


URL = "通知先の URL"
"""The name of an address in messages."""


def add_webhook(office: Office, by: str, url: str, *, now: datetime) -> str:
    """Register the URL of a system that receives each step from now on. Returns the secret that signs the
    messages; it is shown once, and stored for signing. Raises `BadInput` (the URL), `NotAllowed`, `NotFound`."""
    a_url(URL, url)
    secret = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        who.require(Act.CONNECT)
        number = db.scalars(
            insert(Webhook).returning(Webhook.id),
            {"url": url, "secret": secret, "made_by": who.id, "made_at": now},
        ).one()
        record(db, Tag.WEBHOOK_ADDED, at=now, by=who.id, webhook=number, system=host_of(url))
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
        record(db, Tag.WEBHOOK_REVOKED, at=now, by=who.id, webhook=webhook, system=host_of(found.url))
