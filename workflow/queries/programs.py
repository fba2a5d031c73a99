"""API tokens and their persons, and the webhooks of other systems."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from workflow.domain.errors import NotFound
from workflow.store.tables import ApiToken, Person, Webhook


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token as its holder, or an administrator, sees it: never the token itself."""

    number: int
    holder: str
    name: str
    scopes: tuple[str, ...]
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None

    def lives(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class WebhookLine:
    """Another system that receives events, and who registered it; never the secret."""

    id: int
    url: str
    name: str
    made_at: datetime
    revoked_at: datetime | None


def tokens(db: Session, person: str | None = None) -> list[TokenLine]:
    """The tokens of a person, or of everybody, newest first. One statement."""
    wanted: Select[*tuple[Any, ...]] = (
        select(
            ApiToken.id,
            Person.name,
            ApiToken.name,
            ApiToken.scopes,
            ApiToken.made_at,
            ApiToken.expires_at,
            ApiToken.revoked_at,
        )
        .join(Person, Person.id == ApiToken.person_id)
        .order_by(ApiToken.id.desc())
        .limit(200)
    )
    if person is not None:
        wanted = wanted.where(Person.key == person)
    return [
        TokenLine(number, holder, name, tuple(scopes), *moments)
        for number, holder, name, scopes, *moments in db.execute(wanted)
    ]


def webhooks(db: Session) -> list[WebhookLine]:
    """The webhooks, newest first. One statement."""
    return [WebhookLine(*row) for row in db.execute(_webhooks().order_by(Webhook.id.desc()).limit(200))]


def webhook(db: Session, number: int) -> WebhookLine:
    """The webhook of that number. One statement. Raises `NotFound`."""
    row = db.execute(_webhooks().where(Webhook.id == number)).first()
    if row is None:
        raise NotFound("他システムへの通知", str(number))
    return WebhookLine(*row)


def system_of(url: str) -> str:
    """The system a webhook calls, for those who need not know the rest of its URL: that may be a secret."""
    return urlsplit(url).netloc


def _webhooks() -> Select[*tuple[Any, ...]]:
    return select(Webhook.id, Webhook.url, Person.name, Webhook.made_at, Webhook.revoked_at).join(
        Person, Person.id == Webhook.made_by
    )
