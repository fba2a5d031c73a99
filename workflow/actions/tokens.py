"""Use cases on tokens: a program acts for a person, within scopes, until a day. Only the SHA-256 of a token is
kept; the token itself is shown once."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from workflow.actions.random_tokens import sha256
from workflow.domain.accounts import Scope
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import AlreadyDone, BadInput, NotFound
from workflow.domain.events import Tag
from workflow.domain.rights import Act
from workflow.domain.validation import a_line
from workflow.queries.actor import actor, has_left
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import ApiToken, Person

LONGEST_LIFE = timedelta(days=365)
PREFIX = "sakutei_"
"""Begins every token, so that one that strays into a file is recognised."""


@dataclass(frozen=True, slots=True)
class Holder:
    """For whom a token acts, and within which scopes."""

    token: int
    key: str
    name: str
    scopes: frozenset[Scope]


def make_token(
    office: Office, by: str, name: str, scopes: Collection[Scope], *, expires_at: datetime, now: datetime
) -> str:
    """Make a token for oneself, and return it: it is never shown again.

    Raises `BadInput` (no scope, already over, or more than a year), `NotAllowed` (one has left), `NotFound`.
    """
    a_line("連携キーの名称", name)
    if not scopes:
        raise BadInput("使える範囲", "一つも選ばれていません", "必要な範囲だけを選んでください。")
    if not now < expires_at <= now + LONGEST_LIFE:
        raise BadInput("有効期限", "今から 1 年を超えるか、過ぎています", "1 年以内の日を指定してください。")
    token = PREFIX + secrets.token_urlsafe(32)
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        who.require_service()
        chosen = [scope for scope in Scope if scope in scopes]
        number = db.scalars(
            insert(ApiToken).returning(ApiToken.id),
            {
                "person_id": who.id,
                "name": name.strip(),
                "token_sha256": sha256(token),
                "scopes": chosen,
                "made_at": now,
                "expires_at": expires_at,
            },
        ).one()
        record(
            db,
            Tag.TOKEN_MADE,
            at=now,
            by=who.id,
            token=number,
            name=name.strip(),
            scopes=chosen,
            expires_at=expires_at.isoformat(),
        )
    return token


def revoke_token(office: Office, by: str, token: int, *, now: datetime) -> None:
    """End a token at once: one's own, or as administrator anybody's.

    Raises `AlreadyDone`, `NotAllowed`, `NotFound`.
    """
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        found = db.get(ApiToken, token)
        if found is None:
            raise NotFound("連携キー", str(token))
        if found.person_id == who.id:
            who.require_service()
        else:
            who.require(Act.CONNECT)
        if found.revoked_at is not None:
            raise AlreadyDone("この連携キーは既に失効しています。")
        db.execute(update(ApiToken).where(ApiToken.id == token).values(revoked_at=now))
        record(db, Tag.TOKEN_REVOKED, at=now, by=who.id, token=token, name=found.name)


def revoke_tokens(db: Session, person: int, now: datetime, *, by: int) -> None:
    """End all of a person's tokens."""
    valid = ApiToken.person_id == person, ApiToken.revoked_at.is_(None), ApiToken.expires_at > now
    for token, name in db.execute(
        select(ApiToken.id, ApiToken.name).where(*valid).order_by(ApiToken.id)
    ).all():
        db.execute(update(ApiToken).where(ApiToken.id == token).values(revoked_at=now))
        record(db, Tag.TOKEN_REVOKED, at=now, by=by, token=token, name=name)


def holder_of(db: Session, token: str, now: datetime) -> Holder | None:
    """Return the person that the token acts for; None when the token is unknown, expired or revoked, or the
    person has left."""
    row = db.execute(
        select(ApiToken.id, Person.key, Person.name, ApiToken.scopes)
        .join(Person, Person.id == ApiToken.person_id)
        .where(
            ApiToken.token_sha256 == sha256(token),
            ApiToken.expires_at > now,
            ApiToken.revoked_at.is_(None),
            ~has_left(tokyo_day(now)),
        )
    ).first()
    if row is None:
        return None
    return Holder(row.id, row.key, row.name, frozenset(Scope(scope) for scope in row.scopes))
