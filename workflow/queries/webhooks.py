"""The webhooks: which other systems are told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from workflow.domain.errors import NotFound
from workflow.store.tables import Person, Webhook


@dataclass(frozen=True, slots=True)
class WebhookLine:
    """Another system that receives events, and who registered it; never the secret."""

    id: int
    url: str
    name: str
    made_at: datetime
    revoked_at: datetime | None


def webhook_list(db: Session) -> list[WebhookLine]:
    """The webhooks, newest first. One statement."""
    return [WebhookLine(*row) for row in db.execute(_webhooks().order_by(Webhook.id.desc()).limit(200))]


def webhook_by_id(db: Session, number: int) -> WebhookLine:
    """The webhook of that number. One statement. Raises `NotFound`."""
    row = db.execute(_webhooks().where(Webhook.id == number)).first()
    if row is None:
        raise NotFound("他システムへの通知", str(number))
    return WebhookLine(*row)


def _webhooks() -> Select[*tuple[Any, ...]]:
    return select(Webhook.id, Webhook.url, Person.name, Webhook.made_at, Webhook.revoked_at).join(
        Person, Person.id == Webhook.made_by
    )
