"""Use cases on feeds: a calendar to subscribe to, by a secret URL."""

import secrets
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import AlreadyDone, BadInput, NotFound
from workflow.domain.events import Tag
from workflow.domain.language import say
from workflow.queries.actor import actor
from workflow.queries.bodies import known_body
from workflow.queries.calendar_feeds import token_sha256
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import Feed


def make_feed(office: Office, by: str, body: str | None = None, *, now: datetime) -> str:
    """Make a feed of a body's meetings, or (with no body) of one's own, and return its token: only its SHA-256 is
    stored, so it is shown only once. Raises `BadInput` (one does not sit in the body), `NotAllowed` (one has
    left), `NotFound`."""
    token = secrets.token_urlsafe(32)
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        who.require_service()
        if body is not None and body not in {seat for seat, _ in who.seats}:
            name = known_body(db, body).name
            raise BadInput(
                "購読する会議体",
                say("{name}の委員または事務局ではありません", name=name),
                "ご自身の所属する会議体を選んでください。",
            )
        feed = db.scalars(
            insert(Feed).returning(Feed.id),
            {"person_id": who.id, "body_key": body, "token_sha256": token_sha256(token), "made_at": now},
        ).one()
        record(db, Tag.FEED_MADE, at=now, by=who.id, feed=feed, body=body)
    return token


def revoke_feed(office: Office, by: str, feed: int, *, now: datetime) -> None:
    """Stop one's own feed: its URL shows nothing from now on. Raises `AlreadyDone`, `NotAllowed` (one has
    left), `NotFound`."""
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        who.require_service()
        found = db.scalar(select(Feed).where(Feed.id == feed, Feed.person_id == who.id))
        if found is None:
            raise NotFound("予定表の購読", str(feed))
        if found.revoked_at is not None:
            raise AlreadyDone("この購読は既に停止されています。")
        db.execute(update(Feed).where(Feed.id == feed).values(revoked_at=now))
        record(db, Tag.FEED_REVOKED, at=now, by=who.id, feed=feed, body=found.body_key)


def revoke_feeds(db: Session, person: int, now: datetime, *, by: int) -> None:
    """Stop all of a person's feeds."""
    shown = Feed.person_id == person, Feed.revoked_at.is_(None)
    for feed, body in db.execute(select(Feed.id, Feed.body_key).where(*shown).order_by(Feed.id)).all():
        db.execute(update(Feed).where(Feed.id == feed).values(revoked_at=now))
        record(db, Tag.FEED_REVOKED, at=now, by=by, feed=feed, body=body)
