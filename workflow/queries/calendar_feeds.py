"""Calendar feeds: their entries and their owners."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import NotFound
from workflow.domain.events import Tag
from workflow.domain.language import say
from workflow.queries.actor import has_left, in_term
from workflow.queries.chains import body_name
from workflow.queries.meetings import (
    BY_TIME,
    MeetingFact,
    last_time_of,
    meeting_fact,
    meetings,
    of_bodies,
    was_called,
)
from workflow.store.tables import BodyRecord, Feed, Meeting, Membership, Person

BACK = timedelta(days=90)
"""The oldest entries of a feed begin this long ago."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A meeting as a feed shows it, with when it was last called, moved or cancelled."""

    meeting: MeetingFact
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class FeedShown:
    """A feed's name and its meetings, oldest first."""

    name: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class FeedLine:
    """A feed in its owner's list. `body` is the body's name; None for one's own meetings."""

    id: int
    body: str | None
    made_at: datetime
    revoked_at: datetime | None


def feed_shown(db: Session, token: str, now: datetime) -> FeedShown:
    """The feed of that token, from 90 days back to everything coming. One's own meetings are those of the bodies
    one sits in on their days; a body's are shown only to who sits in it today.

    Raises `NotFound` for an unknown or revoked token, and when one has left the body or the office.
    """
    row = db.execute(
        select(Feed, Person.name, BodyRecord.chain_sha256)
        .join(Person, Person.id == Feed.person_id)
        .outerjoin(BodyRecord, BodyRecord.key == Feed.body_key)
        .where(Feed.token_sha256 == token_sha256(token), Feed.revoked_at.is_(None), ~has_left(tokyo_day(now)))
    ).first()
    if row is None:
        raise NotFound("予定表", "このURL")
    feed, person, chain = row
    terms = db.scalars(select(Membership).where(Membership.person_id == feed.person_id)).all()
    if feed.body_key is not None:
        if not _seated(terms, feed.body_key, tokyo_day(now)):
            raise NotFound("予定表", "このURL")
        body = body_name(db, feed.body_key, chain) if chain else feed.body_key
        return FeedShown(body, tuple(entries_of(db, [feed.body_key], now)))
    found = entries_of(db, sorted({term.body_key for term in terms}), now)
    mine = (e for e in found if _seated(terms, e.meeting.body_key, tokyo_day(e.meeting.starts_at)))
    return FeedShown(say("{person}の会議", person=person), tuple(mine))


def feeds_of(db: Session, person: str) -> list[FeedLine]:
    """The person's feeds, the running ones first. One statement."""
    rows = db.execute(
        select(Feed.id, Feed.body_key, BodyRecord.chain_sha256, Feed.made_at, Feed.revoked_at)
        .join(Person, Person.id == Feed.person_id)
        .outerjoin(BodyRecord, BodyRecord.key == Feed.body_key)
        .where(Person.key == person)
        .order_by(Feed.revoked_at.is_not(None), Feed.id.desc())
    )
    return [
        FeedLine(number, body_name(db, body, chain) if body and chain else None, made_at, revoked_at)
        for number, body, chain, made_at, revoked_at in rows.all()
    ]


def bodies_of(db: Session, person: str, day: date) -> list[tuple[str, str]]:
    """The bodies the person sits in that day, as (key, name)."""
    rows = db.execute(
        select(BodyRecord.key, BodyRecord.name, BodyRecord.chain_sha256)
        .join(Membership, Membership.body_key == BodyRecord.key)
        .join(Person, Person.id == Membership.person_id)
        .where(Person.key == person, in_term(Membership, day))
        .distinct()
        .order_by(BodyRecord.name)
    )
    return [(key, body_name(db, key, chain)) for key, _, chain in rows.all()]


def token_sha256(token: str) -> str:
    """Return the digest of a feed's token, as stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def entries_of(db: Session, bodies: Collection[str], now: datetime) -> list[Entry]:
    """The meetings of these bodies that were called, from 90 days back, oldest first. One statement."""
    changed = last_time_of(Tag.MEETING_CALLED, Tag.MEETING_MOVED, Tag.MEETING_CANCELLED)
    rows = db.execute(
        meetings()
        .add_columns(changed.label("changed_at"))
        .where(of_bodies(bodies), was_called(), Meeting.ends_at > now - BACK)
        .order_by(*BY_TIME)
    )
    return [Entry(meeting_fact(db, row), row.changed_at or row.starts_at) for row in rows]


def _seated(terms: Iterable[Membership], body: str, day: date) -> bool:
    return any(
        term.body_key == body and term.since <= day and (term.until is None or day <= term.until)
        for term in terms
    )
