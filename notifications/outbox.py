"""The durable queue between a due message and its sending."""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from notifications import due
from notifications.kinds import Kind
from notifications.reminders import Owed
from workflow.domain.addresses import host_of
from workflow.domain.deliveries import State
from workflow.domain.language import say
from workflow.store.database import Office
from workflow.store.tables import Delivery, Meeting, Person, Plan, Record, Webhook

_TABLE = Record.metadata.tables["delivery"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A message to put in the outbox, for a person or for another system. `missed` is why it is not to be sent any
    more."""

    claim: str
    kind: Kind
    rule: str
    due_at: datetime
    recipient_id: int | None = None
    webhook_id: int | None = None
    meeting_id: int | None = None
    plan_id: int | None = None
    event_seq: int | None = None
    missed: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A delivery as a person reads it."""

    id: int
    kind: Kind
    state: State
    recipient: str
    address: str
    meeting: str | None
    plan: str | None
    due_at: datetime
    attempts: int
    next_try_at: datetime | None
    finished_at: datetime | None
    error: str | None


AT_ONCE = 100
"""Number of messages from which on no more are put in the outbox in one transaction."""

BREATH = 0.03
"""Seconds between two such transactions, longer than one takes: whoever else waits to record something comes first."""


def claim(office: Office, now: datetime) -> int:
    """Put every due reminder in the outbox, once, the soonest meeting's first; returns the number of new ones."""
    with office.reading() as db:
        owed = sorted(due.owed(db, now), key=lambda each: (each.until, each.claim))
    written = 0
    for position, some in enumerate(_batches(owed)):
        if position:
            time.sleep(BREATH)
        with office.writing() as db:
            written += enqueue(db, [_entry(each) for each in some], now)
    return written


def enqueue_for(
    office: Office, people: Mapping[str, int], kind: Kind, rule: str, due_at: datetime, now: datetime
) -> int:
    """Put a message of that kind in the outbox for each of these people, by their claims; returns how many were not claimed
    before. Where none is new, nothing is written."""
    if not people:
        return 0
    with office.reading() as db:
        known = set(db.scalars(select(Delivery.claim).where(Delivery.claim.in_(people))))
    entries = [
        Entry(claim=claim, kind=kind, rule=rule, due_at=due_at, recipient_id=person)
        for claim, person in people.items()
        if claim not in known
    ]
    if not entries:
        return 0
    with office.writing() as db:
        return enqueue(db, entries, now)


def _batches(owed: Sequence[Owed]) -> Iterator[list[Owed]]:
    """Bounded parts. One rule's messages about one meeting stay together: one of them stands for all when it is asked
    whether they were claimed."""
    batch: list[Owed] = []
    for _, together in groupby(owed, key=lambda each: each.claim.rpartition(":")[0]):
        batch += together
        if len(batch) >= AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def enqueue(db: Session, entries: Sequence[Entry], now: datetime) -> int:
    """Insert what was not claimed before; returns how many that were."""
    if not entries:
        return 0
    rows = [
        {
            **{name: value for name, value in asdict(entry).items() if name != "missed"},
            "state": State.MISSED if entry.missed else State.PENDING,
            "attempts": 0,
            "next_try_at": None if entry.missed else now,
            "finished_at": now if entry.missed else None,
            "error": entry.missed,
        }
        for entry in entries
    ]
    dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(_TABLE).on_conflict_do_nothing(index_elements=["claim"])
    return len(db.execute(statement.returning(_TABLE.c.id), rows).all())


def of_webhook(db: Session, webhook: int, *, limit: int = 20) -> list[Line]:
    """The newest deliveries to another system, newest first."""
    statement = _listing().limit(limit)
    return _lines(db, statement.where(Delivery.webhook_id == webhook))


def listing(
    db: Session, meeting: int | None = None, *, states: Collection[State] = tuple(State), limit: int = 500
) -> list[Line]:
    """The newest deliveries, newest first: of one meeting or of all, in these states."""
    statement = _listing().limit(limit)
    if set(states) != set(State):
        # These few are looked for first: the order of the list would lead through all that was ever sent.
        few = aliased(Delivery)
        statement = statement.where(Delivery.id.in_(select(few.id).where(few.state.in_(states))))
    if meeting is not None:
        statement = statement.where(Delivery.meeting_id == meeting)
    return _lines(db, statement)


def _entry(owed: Owed) -> Entry:
    return Entry(
        claim=owed.claim,
        kind=owed.kind,
        rule=owed.rule,
        recipient_id=owed.recipient_id,
        due_at=owed.due_at,
        meeting_id=owed.meeting_id,
        plan_id=owed.plan_id,
        missed=say("停止中に時機を逸しました") if owed.missed else None,
    )


# --- sending -----------------------------------------------------------------------------------------


_LISTED: tuple[Any, ...] = (
    Delivery.id,
    Delivery.kind,
    Delivery.state,
    Person.name,
    case((Delivery.webhook_id.is_(None), func.coalesce(Delivery.address, Person.email))),
    Webhook.url,
    Meeting.title,
    Plan.title,
    Delivery.due_at,
    Delivery.attempts,
    Delivery.next_try_at,
    Delivery.finished_at,
    Delivery.error,
)


def _listing() -> Select[Any]:
    return (
        select(*_LISTED)
        .outerjoin(Person, Person.id == Delivery.recipient_id)
        .outerjoin(Webhook, Webhook.id == Delivery.webhook_id)
        .outerjoin(Meeting, Meeting.id == Delivery.meeting_id)
        .outerjoin(Plan, Plan.id == Delivery.plan_id)
        .order_by(Delivery.id.desc())
    )


def _lines(db: Session, statement: Select[Any]) -> list[Line]:
    return [
        Line(number, Kind(kind), State(state), name or say("他システム"), address or host_of(url), *rest)
        for number, kind, state, name, address, url, *rest in db.execute(statement)
    ]
