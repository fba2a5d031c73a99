"""The durable queue between "owed" and "sent"."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from threading import Event as Stop
from typing import Any

from sqlalchemy import Select, case, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from notifications import due
from notifications.kinds import Kind
from notifications.leases import (
    LEASE,
    PAUSES,
    Parcel,
    Sending,
    Taken,
    due_of,
    given_back,
    outcome,
    settle,
    take,
    tried,
)
from notifications.mail import MailDelayed, Mailer, MailRefused, MailServerGone, Stationery
from notifications.messages import Desk, Subject
from notifications.reminders import Owed
from notifications.resending import may_resend
from workflow.domain.calendar import tokyo_day
from workflow.domain.deliveries import State
from workflow.domain.errors import AlreadyDone, NotFound
from workflow.domain.events import Tag
from workflow.domain.language import say
from workflow.domain.rights import Act
from workflow.queries.actor import actor
from workflow.queries.programs import system_of
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import Delivery, Meeting, Person, Plan, Record, Webhook

COMMIT_EVERY = 1.0
"""Seconds after which results are committed even when the batch is not done."""

__all__ = [
    "LEASE",
    "PAUSES",
    "Entry",
    "Line",
    "Sending",
    "claim",
    "enqueue",
    "failed",
    "listing",
    "of_webhook",
    "resend",
    "send_due",
]

_TABLE = Record.metadata.tables["delivery"]

log = logging.getLogger(__name__)


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


def claim(office: Office, now: datetime) -> int:
    """Put every reminder owed by now in the outbox, once; returns how many are new."""
    with office.reading() as db:
        owed = due.owed(db, now)
    if not owed:
        return 0
    with office.writing() as db:
        return enqueue(db, [_entry(each) for each in owed], now)


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


def send_due(
    office: Office,
    mailer: Mailer,
    stationery: Stationery,
    clock: Callable[[], datetime],
    stop: Stop | None = None,
) -> Sending:
    """Send everything whose time has come, over one connection, until nothing is left, the server is gone or
    `stop` is set: then the message in hand is finished and the rest is given back.

    Each mail's bytes are stored before it is sent. Whoever crashes in between leaves a lease that ends; the
    same bytes are then sent again, with the same Message-ID.
    """
    result = Sending()
    stop = stop or Stop()
    try:
        while not stop.is_set():
            claimed = _claim_batch(office, stationery, clock(), result)
            if not claimed.found:
                break
            if not _send_batch(office, mailer, claimed.parcels, clock, stop, result):
                break
    finally:
        mailer.close()
    return result


def resend(office: Office, by: str, delivery_id: int, *, now: datetime) -> None:
    """Send a delivery again by hand, written anew to the recipient's present address, with its Message-ID.

    Raises `AlreadyDone` (it is still waiting to be sent), `NotAllowed`, `NotFound`.
    """
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        found = db.get(Delivery, delivery_id)
        if found is None:
            raise NotFound("通知", str(delivery_id))
        if delivery_id not in may_resend(db, who, [delivery_id]):
            who.refuse(Act.RESEND)
        if found.state in (State.PENDING, State.SENDING):
            raise AlreadyDone("この通知はまだ送信待ちです。送信を待ってください。")
        values = {
            "state": State.PENDING,
            "attempts": 0,
            "next_try_at": now,
            "message": None,
            "address": None,
            "finished_at": None,
            "error": None,
        }
        db.execute(update(Delivery).where(Delivery.id == delivery_id).values(**values))
        record(
            db,
            Tag.DELIVERY_RESENT,
            at=now,
            by=who.id,
            plan=found.plan_id,
            meeting=found.meeting_id,
            delivery=delivery_id,
            kind=found.kind,
            was=found.state,
        )


def failed(db: Session) -> list[Line]:
    """What could not be sent and waits for a person."""
    return _lines(db, _listing().where(Delivery.state == State.FAILED))


def unsent(db: Session, *, limit: int = 200) -> list[Line]:
    """The newest of what could not be sent, or not in time, newest first."""
    narrowed = _listing().where(Delivery.state.in_([State.FAILED, State.MISSED]))
    return _lines(db, narrowed.order_by(None).order_by(Delivery.id.desc()).limit(limit))


def of_webhook(db: Session, webhook: int, *, limit: int = 20) -> list[Line]:
    """The newest deliveries to another system, newest first."""
    statement = _listing().order_by(None).order_by(Delivery.id.desc()).limit(limit)
    return _lines(db, statement.where(Delivery.webhook_id == webhook))


def listing(
    db: Session, meeting: int | None = None, *, state: State | None = None, limit: int = 500
) -> list[Line]:
    """The newest deliveries, newest first: of one meeting or of all, in one state or in any."""
    statement = _listing().order_by(None).order_by(Delivery.id.desc()).limit(limit)
    for column, value in ((Delivery.meeting_id, meeting), (Delivery.state, state)):
        if value is not None:
            statement = statement.where(column == value)
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


def _claim_batch(office: Office, stationery: Stationery, now: datetime, result: Sending) -> Taken:
    """Take the next mails for us alone, written and stored; what cannot be written or is no longer due is
    finished here."""
    with office.writing() as db:
        desk = Desk(db, now)
        return take(db, _DUE, _WRITABLE, lambda row: _written(desk, stationery, row, now), now, result)


_WRITABLE_COLUMNS = (
    Delivery.id,
    Delivery.claim,
    Delivery.kind,
    Delivery.recipient_id,
    Delivery.meeting_id,
    Delivery.plan_id,
    Delivery.event_seq,
    Delivery.attempts,
    Delivery.message,
    Delivery.address,
    Person.name,
    Person.email,
)
_DUE = due_of(Delivery.webhook_id.is_(None))
_WRITABLE = select(*_WRITABLE_COLUMNS).join(Person, Person.id == Delivery.recipient_id)


def _written(desk: Desk, stationery: Stationery, row: Any, now: datetime) -> tuple[str, bytes]:
    """Where the mail goes, and its bytes. Raises `NoLongerDue`, `BadInput`."""
    about = Subject(
        row.claim,
        Kind(row.kind),
        row.recipient_id,
        row.name,
        row.email,
        row.meeting_id,
        row.plan_id,
        row.event_seq,
        tried=row.attempts > 0,
    )
    letter = desk.letter(about)
    if row.message is not None:
        return row.address, row.message
    return letter.address, stationery.write(letter, row.claim, now)


def _send_batch(
    office: Office,
    mailer: Mailer,
    mails: Sequence[Parcel],
    clock: Callable[[], datetime],
    stop: Stop,
    result: Sending,
) -> bool:
    """Send the batch and commit its results; False when no more is to be sent now."""
    done: list[dict[str, Any]] = []
    taken_at, committed = clock(), time.monotonic()
    for position, mail in enumerate(mails):
        rest = mails[position:]
        if stop.is_set() or clock() > taken_at + LEASE / 2:
            settle(office, [*done, *(given_back(each, clock()) for each in rest)])
            return not stop.is_set()
        try:
            mailer.send(mail.address, mail.message)
            done.append(outcome(mail, State.SENT, clock()))
            result.sent += 1
        except MailRefused as error:
            done.append(outcome(mail, State.FAILED, clock(), error.message))
            result.failed += 1
        except MailServerGone as error:
            # The mail cannot be at fault: every other one would fare the same, so none of them is tried.
            done += [tried(each, error.message, clock(), result) for each in rest]
            settle(office, done)
            return False
        except MailDelayed as error:
            done.append(tried(mail, error.message, clock(), result))
        except Exception as error:
            # Whatever it is, the mails before this one have gone and must not go twice.
            log.exception("%s", mail.id)
            done.append(tried(mail, type(error).__name__, clock(), result))
        if time.monotonic() - committed >= COMMIT_EVERY:
            settle(office, done)
            done, committed = [], time.monotonic()
    settle(office, done)
    return True


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
        .order_by(Delivery.id)
    )


def _lines(db: Session, statement: Select[Any]) -> list[Line]:
    return [
        Line(number, Kind(kind), State(state), name or say("他システム"), address or system_of(url), *rest)
        for number, kind, state, name, address, url, *rest in db.execute(statement)
    ]
