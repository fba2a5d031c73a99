"""The tokens by which programs act for people."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from workflow.store.tables import ApiToken, Person


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


def token_list(db: Session, person: str | None = None) -> list[TokenLine]:
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
