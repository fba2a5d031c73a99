"""Leases due deliveries to one worker for ten minutes, sends the mails among them, and records the results. Webhooks are
leased alike, and sent by `webhooks`."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event as Stop
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, select, update
from sqlalchemy.orm import Session

from notifications.kinds import Kind
from notifications.mail import MailDelayed, Mailer, MailRefused, MailServerGone, Stationery
from notifications.messages import LetterWriter
from notifications.subjects import NoLongerDue, Subject
from workflow.domain.deliveries import State
from workflow.domain.errors import BadInput, DatabaseUnusable
from workflow.store.database import Office, connection_of
from workflow.store.tables import Delivery, Person, Record

BATCH = 50
"""Number of deliveries that are claimed, and their results committed, at once."""

LEASE = timedelta(minutes=10)
"""Time for which a claimed delivery belongs to its worker; afterwards another worker sends it."""

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
"""The pauses between tries. After the last one fails, the delivery has failed."""

_TABLE = Record.metadata.tables["delivery"]


@dataclass(slots=True)
class Sending:
    """Numbers of deliveries that were sent, delayed until another attempt, failed, or dropped."""

    sent: int = 0
    delayed: int = 0
    failed: int = 0
    dropped: int = 0


class Written(NamedTuple):
    """A message as it goes out: where to, its bytes, and the schedule of the meeting it tells of."""

    address: str
    message: bytes
    tells: int | None = None


@dataclass(frozen=True, slots=True)
class LeasedDelivery:
    """A leased delivery: message, destination, attempt number. `row` is the row it was read from."""

    id: int
    attempts: int
    address: str
    message: bytes
    row: Any


@dataclass(frozen=True, slots=True)
class Taken:
    """A batch; `found` says whether there was anything, to be sent or to be finished unsent."""

    found: bool
    deliveries: list[LeasedDelivery]


def due_of(which: ColumnElement[bool]) -> Select[int]:
    """The statement that names the deliveries `which` are meant and whose time has come `now`; built once."""
    return (
        select(Delivery.id)
        .where(
            which,
            Delivery.state.in_([State.PENDING, State.SENDING]),
            Delivery.next_try_at <= bindparam("now"),
        )
        .order_by(Delivery.next_try_at, Delivery.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )


def take(
    db: Session,
    due: Select[int],
    writable: Select[*tuple[Any, ...]],
    write: Callable[[Any], Written],
    now: datetime,
    result: Sending,
) -> Taken:
    """Take the next of what is `due`, for us alone. `writable` reads what is needed of each, and `write` writes it.
    What it refuses with `NoLongerDue` or `BadInput` is finished here."""
    numbers = connection_of(db).execute(due, {"now": now}).scalars().all()
    if not numbers:
        return Taken(found=False, deliveries=[])
    deliveries, changes = list[LeasedDelivery](), list[dict[str, Any]]()
    for row in db.execute(writable.where(Delivery.id.in_(numbers)).order_by(Delivery.id)).all():
        delivery, change = _taken(row, write, now)
        changes.append(change)
        if delivery:
            deliveries.append(delivery)
        result.failed += change["state"] == State.FAILED
        result.dropped += change["state"] in (State.DROPPED, State.MISSED)
    if changes:
        db.connection().execute(_CLAIMED, changes)
    return Taken(found=True, deliveries=deliveries)


_CLAIMED = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("number"))
    .values(
        {
            name: bindparam(name)
            for name in (
                *("state", "attempts", "next_try_at", "message", "address", "told_sequence", "finished_at"),
                "error",
            )
        }
    )
)


def _taken(
    row: Any, write: Callable[[Any], Written], now: datetime
) -> tuple[LeasedDelivery | None, dict[str, Any]]:
    """The delivery, and the row that says it is being sent; or none, and the row that says why not."""
    change: dict[str, Any] = {
        "number": row.id,
        "attempts": row.attempts,
        "message": row.message,
        "address": row.address,
        "told_sequence": None,
        "next_try_at": None,
        "finished_at": now,
        "error": None,
    }
    try:
        address, message, tells = write(row)
    except NoLongerDue as reason:
        return None, {**change, "state": reason.state, "error": reason.why}
    except BadInput as error:
        return None, {**change, "state": State.FAILED, "error": error.message}
    delivery = LeasedDelivery(row.id, row.attempts + 1, address, message, row)
    return delivery, {
        **change,
        "state": State.SENDING,
        "attempts": delivery.attempts,
        "message": None if Kind(row.kind).bears_link else message,
        "address": address,
        "told_sequence": tells,
        "next_try_at": now + LEASE,
        "finished_at": None,
    }


def outcome(
    delivery: LeasedDelivery, state: State, now: datetime, error: str | None = None
) -> dict[str, Any]:
    """The row after a try that settled it."""
    return {
        "number": delivery.id,
        "held": delivery.attempts,
        "state": state,
        "attempts": delivery.attempts,
        "next_try_at": None,
        "finished_at": now,
        "error": error,
    }


def tried(delivery: LeasedDelivery, why: str, now: datetime, result: Sending) -> dict[str, Any]:
    """The row after a try in vain: when the next one is, or that there is none."""
    if delivery.attempts > len(PAUSES):
        result.failed += 1
        return outcome(delivery, State.FAILED, now, why)
    result.delayed += 1
    row = outcome(delivery, State.PENDING, now, why)
    return {**row, "next_try_at": now + PAUSES[delivery.attempts - 1], "finished_at": None}


def given_back(delivery: LeasedDelivery, now: datetime) -> dict[str, Any]:
    """The row of what was taken and not tried."""
    row = outcome(delivery, State.PENDING, now)
    return {**row, "attempts": delivery.attempts - 1, "next_try_at": now, "finished_at": None}


_SETTLED = (
    update(_TABLE)
    .where(
        _TABLE.c.id == bindparam("number"),
        _TABLE.c.state == State.SENDING.value,
        _TABLE.c.attempts == bindparam("held"),
    )
    .values({name: bindparam(name) for name in ("state", "attempts", "next_try_at", "finished_at", "error")})
)
"""Only while the delivery is still ours: after our lease it may be in other hands."""


def settle(office: Office, done: Sequence[dict[str, Any]], tries: int = 3) -> None:
    """Commit results. Losing them would send everything twice, so a busy database is asked again."""
    if not done:
        return
    try:
        with office.writing() as db:
            db.connection().execute(_SETTLED, list(done))
    except DatabaseUnusable:
        if tries <= 1:
            raise
        settle(office, done, tries - 1)


COMMIT_EVERY = 1.0
"""Seconds after which results are committed even when the batch is not done."""


log = logging.getLogger(__name__)


def send_due(
    office: Office,
    mailer: Mailer,
    stationery: Stationery,
    clock: Callable[[], datetime],
    stop: Stop | None = None,
) -> Sending:
    """Send every due mail over one connection, until none is left, the server is gone or `stop` is set: then the
    present mail is finished and the others are released. Each mail's bytes are stored before it is sent, but for those
    that contain a secret link. After a crash in between, the lease ends and the mail is sent again, with the same
    Message-ID."""
    result = Sending()
    stop = stop or Stop()
    try:
        while not stop.is_set():
            claimed = _claim_batch(office, stationery, clock(), result)
            if not claimed.found:
                break
            if not _send_batch(office, mailer, claimed.deliveries, clock, stop, result):
                break
    finally:
        mailer.close()
    return result


def _claim_batch(office: Office, stationery: Stationery, now: datetime, result: Sending) -> Taken:
    """Take the next mails for us alone, written and stored; what cannot be written or is no longer due is
    finished here."""
    with office.writing() as db:
        letters = LetterWriter(db, now)
        return take(db, _DUE, _WRITABLE, lambda row: _written(letters, stationery, row, now), now, result)


_WRITABLE_COLUMNS = (
    Delivery.id,
    Delivery.claim,
    Delivery.kind,
    Delivery.recipient_id,
    Delivery.meeting_id,
    Delivery.plan_id,
    Delivery.event_seq,
    Delivery.due_at,
    Delivery.attempts,
    Delivery.message,
    Delivery.address,
    Delivery.resent,
    Delivery.told_sequence,
    Person.name,
    Person.email,
)


_DUE = due_of(Delivery.webhook_id.is_(None))


_WRITABLE = select(*_WRITABLE_COLUMNS).join(Person, Person.id == Delivery.recipient_id)


def _written(letters: LetterWriter, stationery: Stationery, row: Any, now: datetime) -> Written:
    """Return the mail. Raises `NoLongerDue`, `BadInput`."""
    about = Subject(
        row.claim,
        Kind(row.kind),
        row.recipient_id,
        row.name,
        row.email,
        row.meeting_id,
        row.plan_id,
        row.event_seq,
        row.due_at,
        tried=row.attempts > 0,
        resent=row.resent > 0,
    )
    letter = letters.letter(about)
    if row.message is not None:
        return Written(row.address, row.message, row.told_sequence)
    message = stationery.write(letter, row.claim, now, resent=row.resent)
    return Written(stationery.address(letter), message, letter.tells)


def _send_batch(
    office: Office,
    mailer: Mailer,
    mails: Sequence[LeasedDelivery],
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
