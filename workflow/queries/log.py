"""The event log as people read it: newest first, narrowed, each event in words."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, select, tuple_
from sqlalchemy.orm import Session

from workflow.domain.calendar import at_tokyo, end_of_day
from workflow.domain.events import Names, Tag, event_words
from workflow.domain.language import label, say
from workflow.domain.rights import Actor
from workflow.queries.bodies import body_names
from workflow.queries.chains import chain_of
from workflow.queries.open_meetings import items_closed
from workflow.queries.reading_rights import plans_readable
from workflow.queries.takeovers import takeovers_among
from workflow.store.tables import AgendaItem, Department, Event, Meeting, Person, Plan


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A filter of events: by kind, by person (key or whole name), by plan (key or a part of its title), by
    meeting, from a day to a day (both included). None: all."""

    tag: Tag | None = None
    person: str | None = None
    plan: str | None = None
    meeting: int | None = None
    first: date | None = None
    last: date | None = None

    @property
    def by_time(self) -> bool:
        """Return whether the events are found by their time: the few of a plan or a meeting are found by it."""
        if self.plan is not None or self.meeting is not None:
            return False
        return any(each is not None for each in (self.tag, self.person, self.first, self.last))


@dataclass(frozen=True, slots=True)
class Logged:
    """One event. `by` is None when nobody was signed in; `plan` is (key, title), `meeting` (number, title)."""

    seq: int
    at: datetime
    by: str | None
    tag: Tag
    words: str
    plan: tuple[str, str] | None
    meeting: tuple[int, str] | None
    data: Mapping[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class LogPage:
    """Events, newest first; `before` is the number to go on from, None at the end."""

    events: tuple[Logged, ...]
    before: int | None


def log_page(
    db: Session, who: Actor, narrowed: Narrowed | None = None, *, before: int | None = None, limit: int = 50
) -> LogPage:
    """The newest events, those before the event of the number `before` if there is one. Those of a person, a kind or some
    days stand in the order of their time, which is that of their numbers but where a clock was put back. Of an item that is
    closed to the public and that the person may not read, no words are shown. Five statements, up to three more for what
    was asked and two for the items, beside each chain once in a process."""
    asked = narrowed or Narrowed()
    statement = _events(db, asked).limit(limit + 1)
    if asked.by_time:
        statement = statement.order_by(Event.at.desc(), Event.seq.desc())
    else:
        statement = statement.order_by(Event.seq.desc())
    if before is not None:
        statement = statement.where(_earlier(db, before) if asked.by_time else Event.seq < before)
    rows = db.execute(statement).all()
    shown = [(row, json.loads(row.data)) for row in rows[:limit]]
    names = _names(db, (data for _, data in shown))
    takeovers = takeovers_among(db, {row.at for row, _ in shown})
    withheld = _withheld(db, who, (data for _, data in shown))
    events = tuple(
        _without_words(_logged(db, row, data, names, taken_over=row.at in takeovers), withheld)
        for row, data in shown
    )
    return LogPage(events, events[-1].seq if len(rows) > limit else None)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as it is kept. `by` is the key of who did it, `name` the name; None when nobody was signed in."""

    seq: int
    at: datetime
    by: str | None
    name: str | None
    tag: Tag
    data: Mapping[str, Any]
    hash: str


def entries(db: Session, who: Actor, following: int = 0, limit: int = 200) -> tuple[list[Entry], int | None]:
    """The events after the number `following`, oldest first, without the words that `log_page` does not show the person. The
    second value is the number to go on from, None at the end. One statement, up to two more for the items."""
    rows = db.execute(_ENTRIES.where(Event.seq > following).order_by(Event.seq).limit(limit + 1))
    found = [_entry(row) for row in rows]
    withheld = _withheld(db, who, (each.data for each in found))
    found = [
        replace(each, data={"item": each.data["item"]}) if each.data.get("item") in withheld else each
        for each in found
    ]
    return found[:limit], found[limit - 1].seq if len(found) > limit else None


def last_entries(db: Session, count: int) -> list[Entry]:
    """The newest events, oldest first. One statement."""
    return [_entry(row) for row in db.execute(_ENTRIES.order_by(Event.seq.desc()).limit(count))][::-1]


_ENTRIES = select(Event.seq, Event.at, Person.key, Person.name, Event.tag, Event.data, Event.hash).outerjoin(
    Person, Person.id == Event.by
)


def _entry(row: Any) -> Entry:
    seq, at, by, name, tag, data, digest = row
    return Entry(seq, at, by, name, Tag(tag), json.loads(data), digest)


def last_event(db: Session) -> int:
    """The number of the newest event; 0 before the first."""
    return db.scalar(select(func.max(Event.seq))) or 0


def _earlier(db: Session, number: int) -> ColumnElement[bool]:
    """The condition that an event is before the one of that number in time, or at its time with a smaller number."""
    at = db.scalar(select(Event.at).where(Event.seq <= number).order_by(Event.seq.desc()).limit(1))
    if at is None:
        return Event.seq < number
    return tuple_(Event.at, Event.seq) < tuple_(literal(at, Event.at.type), literal(number))


MANY = 200
"""So many plans are looked for among the events; of more, the newest events are soon found among all."""


def _events(db: Session, narrowed: Narrowed) -> Select[*tuple[Any, ...]]:
    statement: Select[*tuple[Any, ...]] = (
        select(
            Event.seq,
            Event.at,
            Event.tag,
            Event.data,
            Event.hash,
            Person.name,
            Plan.key,
            Plan.title,
            Plan.chain_sha256,
            Meeting.id,
            Meeting.title.label("meeting"),
        )
        .outerjoin(Person, Person.id == Event.by)
        .outerjoin(Plan, Plan.id == Event.plan_id)
        .outerjoin(Meeting, Meeting.id == Event.meeting_id)
    )
    if narrowed.tag is not None:
        statement = statement.where(Event.tag == narrowed.tag)
    if narrowed.person is not None:
        named = (Person.key == narrowed.person) | (Person.name == narrowed.person)
        people = db.scalars(select(Person.id).where(named)).all()
        # One person's events lie in the order of their time; those of several of a name would have to be sorted.
        statement = statement.where(Event.by == people[0] if len(people) == 1 else Event.by.in_(people))
    if narrowed.plan is not None:
        called = (Plan.key == narrowed.plan) | Plan.title.contains(narrowed.plan, autoescape=True)
        found = db.scalars(select(Plan.id).where(called).limit(MANY + 1)).all()
        statement = statement.where(called if len(found) > MANY else Event.plan_id.in_(found))
    if narrowed.meeting is not None:
        statement = statement.where(Event.meeting_id == narrowed.meeting)
    if narrowed.first is not None:
        statement = statement.where(Event.at >= at_tokyo(narrowed.first, time()))
    if narrowed.last is not None:
        statement = statement.where(Event.at < end_of_day(narrowed.last))
    return statement


def _withheld(db: Session, who: Actor, told: Iterable[Mapping[str, Any]]) -> set[int]:
    """The items, among those that events tell of, which are closed to the public and are not the person's to read."""
    items = {data["item"] for data in told if isinstance(data.get("item"), int)}
    if not items:
        return set()
    reads = and_(Plan.id.is_not(None), plans_readable(db, who))
    rows = db.execute(
        select(AgendaItem.id, Meeting.body_key, reads)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .outerjoin(Plan, Plan.id == AgendaItem.plan_id)
        .where(AgendaItem.id.in_(items), items_closed())
    )
    return {item for item, body, read in rows if not read and not who.may_read_meeting_of(body)}


def _without_words(event: Logged, withheld: set[int]) -> Logged:
    item = event.data.get("item")
    if item not in withheld:
        return event
    words = say("{event}: 非公開の議題", event=label(event.tag))
    return replace(event, words=words, data={"item": item})


def _names(db: Session, told: Iterable[Mapping[str, Any]]) -> Names:
    fields = ("person", "principal", "deputy")
    keys = {str(data[field]) for data in told for field in fields if data.get(field)}
    return Names(
        people=dict(db.execute(select(Person.key, Person.name).where(Person.key.in_(keys))).all()),
        bodies=dict(body_names(db)),
        departments=dict(db.execute(select(Department.key, Department.name)).all()),
    )


def _logged(db: Session, row: Any, data: Mapping[str, Any], names: Names, *, taken_over: bool) -> Logged:
    tag = Tag(row.tag)
    chain = chain_of(db, row.chain_sha256) if row.chain_sha256 else None
    return Logged(
        row.seq,
        row.at,
        row.name,
        tag,
        event_words(tag, data, chain=chain, names=names, taken_over=taken_over),
        (row.key, row.title) if row.key else None,
        (row.id, row.meeting) if row.id else None,
        data,
        row.hash,
    )
