"""The changes of the agendas of called meetings that nobody was told of yet."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from workflow.domain.agenda_changes import (
    CHANGING,
    TELLING,
    TOLD_FROM,
    AgendaChanges,
    AgendaEvent,
    late_items,
    told_by_itself_at,
    untold,
)
from workflow.domain.calendar import business_days_after, end_of_day, tokyo_day
from workflow.domain.events import Tag
from workflow.domain.meetings import MeetingForm
from workflow.queries.chains import chain_of
from workflow.queries.meetings import BEGINS, MeetingFact, open_meeting
from workflow.store.database import connection_of
from workflow.store.tables import AgendaItem, Delivery, Event, Meeting, Plan, Version
from workflow.store.unindexed import unindexed


@dataclass(frozen=True, slots=True)
class NamedItem:
    """An item of an agenda by its name. `version` is the number of the text it puts at a gate, None at no gate; `why` the
    reason for which it was taken off."""

    title: str
    version: int | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class NamedChanges:
    """The changes of an agenda, by the names of its items. `replaced` are texts in whose place another version of the same
    document is put: the item as it was, and as it is."""

    added: tuple[NamedItem, ...]
    removed: tuple[NamedItem, ...]
    replaced: tuple[tuple[NamedItem, NamedItem], ...]
    reordered: bool


def agenda_events(db: Session, meeting: int) -> list[AgendaEvent]:
    """The events of the meeting that change its agenda, or of which the letters hold it, oldest first. One statement."""
    rows = connection_of(db).execute(_EVENTS, {"meeting": meeting})
    return [
        AgendaEvent(
            seq,
            at,
            Tag(tag),
            said.get("item"),
            tuple(said.get("items", ())),
            said.get("reason", ""),
            said.get("after"),
        )
        for seq, at, tag, data in rows
        for said in [json.loads(data)]
    ]


_EVENTS = (
    select(Event.seq, Event.at, Event.tag, Event.data)
    .where(Event.meeting_id == bindparam("meeting"), Event.tag.in_([*CHANGING, *TELLING]))
    .order_by(Event.seq)
)


def untold_changes(db: Session, meeting: int) -> AgendaChanges:
    """The changes of a called meeting's agenda that somebody invited does not know. Two statements."""
    return untold(agenda_events(db, meeting), agendas_told(db, meeting))


def items_late(db: Session, meeting: MeetingFact) -> frozenset[int]:
    """The items of the meeting that were put on its agenda after the last day to hand them in. One statement, none where no
    day is set."""
    return late_items(agenda_events(db, meeting.id), meeting.items_due) if meeting.items_due else frozenset()


def agendas_told(db: Session, meeting: int) -> set[int]:
    """The numbers of the events that the letters of those who are invited follow; the letter to who is not invited any more
    holds no agenda. One statement."""
    found: dict[int | None, int] = {}
    for recipient, told in connection_of(db).execute(_LETTERS, {"meeting": meeting}):
        if told is None:
            found.pop(recipient, None)
        else:
            found[recipient] = max(told, found.get(recipient, 0))
    return set(found.values())


_LETTERS = (
    select(Delivery.recipient_id, Delivery.told_agenda)
    .where(Delivery.meeting_id == bindparam("meeting"), Delivery.told_sequence.is_not(None))
    .order_by(Delivery.id)
)


def named_changes(db: Session, changes: AgendaChanges) -> NamedChanges:
    """The changes by the names of the items. One statement where there are any, beside each chain once in a process."""
    why = dict(changes.removed)
    rows = db.execute(
        select(AgendaItem.id, AgendaItem.title, AgendaItem.gate_key, Plan.id, Plan.title, Plan.chain_sha256,
               Version.number, Version.document)
        .outerjoin(Plan, Plan.id == AgendaItem.plan_id)
        .outerjoin(Version, Version.id == AgendaItem.version_id)
        .where(AgendaItem.id.in_([*changes.added, *why]))
    ).all() if changes.added or why else []  # fmt: skip
    named: dict[int, NamedItem] = {}
    puts: dict[int, tuple[int, str]] = {}
    for item, title, gate, plan, plan_title, chain, version, document in rows:
        words = title or plan_title
        if gate is not None:
            puts[item] = (plan, gate)
            words = "　".join(filter(None, (plan_title, chain_of(db, chain).document_name(document))))
        named[item] = NamedItem(words, version, why.get(item, ""))
    replaced = {old: new for old in why if old in puts for new in changes.added if puts.get(new) == puts[old]}
    return NamedChanges(
        added=tuple(named[item] for item in changes.added if item not in replaced.values()),
        removed=tuple(named[item] for item in why if item not in replaced),
        replaced=tuple((named[old], named[new]) for old, new in replaced.items()),
        reordered=changes.reordered,
    )


def due_to_be_told(db: Session, now: datetime, closed: Collection[date]) -> Iterator[int]:
    """The meetings of whose agenda a change is to be told by itself now. One statement, and two for each meeting whose time
    has come."""
    last_day = business_days_after(tokyo_day(now), TOLD_FROM.business_days + 1, closed)
    rows = connection_of(db).execute(_CHANGED, {"now": now, "until": end_of_day(last_day)}).all()
    for meeting, starts_at, changed_at in rows:
        due = changed_at is not None and told_by_itself_at(starts_at, changed_at, closed) <= now
        if due and untold_changes(db, meeting):
            yield meeting


_told, _changed = aliased(Event), aliased(Event)
_last_told = (
    select(func.max(_told.seq))
    .where(_told.meeting_id == Meeting.id, unindexed(_told.tag).in_(TELLING))
    .correlate(Meeting)
    .scalar_subquery()
)
_changed_at = (
    select(func.max(_changed.at))
    .where(
        _changed.meeting_id == Meeting.id, unindexed(_changed.tag).in_(CHANGING), _changed.seq > _last_told
    )
    .correlate(Meeting)
    .scalar_subquery()
)
_CHANGED = select(Meeting.id, Meeting.starts_at, _changed_at).where(
    open_meeting(),
    Meeting.ends_at > bindparam("now"),
    bindparam("until") > BEGINS,
    or_(bindparam("now") < BEGINS, Meeting.form == MeetingForm.IN_WRITING),
)
