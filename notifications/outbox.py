"""The durable queue between "owed" and "sent"."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from threading import Event as Stop
from typing import Any

from sqlalchemy import Select, bindparam, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from notifications import occasions
from notifications.kinds import Kind, State
from notifications.letters import Desk, NoLongerDue, Subject
from notifications.mail import MailDelayed, Mailer, MailRefused, MailServerGone, Stationery
from notifications.reminders import Owed
from notifications.resending import may_resend
from workflow.audit import Tag, record
from workflow.calendar import tokyo_day
from workflow.errors import AlreadyDone, BadInput, DatabaseUnusable, NotFound
from workflow.office import Office
from workflow.records import Delivery, Meeting, Person, Plan, Record
from workflow.rights import Act, actor

BATCH = 50
"""How many mails are claimed, and their results committed, at once."""

COMMIT_EVERY = 1.0
"""Seconds after which results are committed even when the batch is not done."""

LEASE = timedelta(minutes=10)
"""How long a claimed mail is its claimer's; after that somebody else sends it."""

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
"""The pauses between tries. After the last one fails, the delivery has failed."""

_TABLE = Record.metadata.tables["delivery"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A message to put in the outbox. `missed` is why it is not to be sent any more."""

    claim: str
    kind: Kind
    rule: str
    recipient_id: int
    due_at: datetime
    meeting_id: int | None = None
    plan_id: int | None = None
    event_seq: int | None = None
    missed: str | None = None


@dataclass(slots=True)
class Sending:
    """How many mails were sent, will be tried again, failed, or were no longer to be sent."""

    sent: int = 0
    delayed: int = 0
    failed: int = 0
    dropped: int = 0


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
        owed = occasions.owed(db, now)
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
            if not _send_batch(office, mailer, claimed.mails, clock, stop, result):
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


def listing(db: Session, meeting: int | None = None, *, limit: int = 500) -> list[Line]:
    """The newest deliveries, of one meeting or of all, newest first."""
    statement = _listing().order_by(None).order_by(Delivery.id.desc()).limit(limit)
    return _lines(db, statement if meeting is None else statement.where(Delivery.meeting_id == meeting))


def _entry(owed: Owed) -> Entry:
    return Entry(
        claim=owed.claim,
        kind=owed.kind,
        rule=owed.rule,
        recipient_id=owed.recipient_id,
        due_at=owed.due_at,
        meeting_id=owed.meeting_id,
        plan_id=owed.plan_id,
        missed="停止中に時機を逸しました" if owed.missed else None,
    )


# --- sending -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Mail:
    """A mail in our hands: its bytes, where to, and which try this is."""

    id: int
    kind: Kind
    attempts: int
    address: str
    message: bytes


@dataclass(frozen=True, slots=True)
class _Batch:
    found: bool
    mails: list[_Mail]


def _claim_batch(office: Office, stationery: Stationery, now: datetime, result: Sending) -> _Batch:
    """Take the next mails for us alone, written and stored; what cannot be written or is no longer due is
    finished here."""
    with office.writing() as db:
        numbers = db.scalars(
            select(Delivery.id)
            .where(Delivery.state.in_([State.PENDING, State.SENDING]), Delivery.next_try_at <= now)
            .order_by(Delivery.next_try_at, Delivery.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        desk, mails, changes = Desk(db, now), list[_Mail](), list[dict[str, Any]]()
        rows = db.execute(_WRITABLE.where(Delivery.id.in_(numbers)).order_by(Delivery.id)).all()
        for row in rows:
            mail, change = _write(desk, stationery, row, now)
            changes.append(change)
            if mail:
                mails.append(mail)
            result.failed += change["state"] == State.FAILED
            result.dropped += change["state"] in (State.DROPPED, State.MISSED)
        if changes:
            db.connection().execute(_CLAIMED, changes)
    return _Batch(bool(numbers), mails)


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
_WRITABLE = select(*_WRITABLE_COLUMNS).join(Person, Person.id == Delivery.recipient_id)

_CLAIMED = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("number"))
    .values(
        {
            name: bindparam(name)
            for name in ("state", "attempts", "next_try_at", "message", "address", "finished_at", "error")
        }
    )
)


def _write(
    desk: Desk, stationery: Stationery, row: Any, now: datetime
) -> tuple[_Mail | None, dict[str, Any]]:
    """The mail, and the row that says it is being sent; or none, and the row that says why not."""
    kind = Kind(row.kind)
    change: dict[str, Any] = {
        "number": row.id,
        "attempts": row.attempts,
        "message": None if kind.bears_link else row.message,
        "address": row.address,
        "next_try_at": None,
        "finished_at": now,
        "error": None,
    }
    about = Subject(
        row.claim,
        kind,
        row.recipient_id,
        row.name,
        row.email,
        row.meeting_id,
        row.plan_id,
        row.event_seq,
        written=row.message is not None,
    )
    try:
        letter = desk.letter(about)
        message, address = row.message, row.address
        if message is None:
            message, address = stationery.write(letter, row.claim, now), letter.address
    except NoLongerDue as reason:
        return None, {**change, "state": reason.state, "error": reason.why}
    except BadInput as error:
        return None, {**change, "state": State.FAILED, "error": error.message}
    mail = _Mail(row.id, kind, row.attempts + 1, address, message)
    return mail, {
        **change,
        "state": State.SENDING,
        "attempts": mail.attempts,
        "message": message,
        "address": address,
        "next_try_at": now + LEASE,
        "finished_at": None,
    }


def _send_batch(
    office: Office,
    mailer: Mailer,
    mails: Sequence[_Mail],
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
            _settle(office, [*done, *(_given_back(each, clock()) for each in rest)])
            return not stop.is_set()
        try:
            mailer.send(mail.address, mail.message)
            done.append(_outcome(mail, State.SENT, clock()))
            result.sent += 1
        except MailRefused as error:
            done.append(_outcome(mail, State.FAILED, clock(), error.message))
            result.failed += 1
        except MailServerGone as error:
            # The mail cannot be at fault: every other one would fare the same, so none of them is tried.
            done += [_tried(each, error, clock(), result) for each in rest]
            _settle(office, done)
            return False
        except MailDelayed as error:
            done.append(_tried(mail, error, clock(), result))
        if time.monotonic() - committed >= COMMIT_EVERY:
            _settle(office, done)
            done, committed = [], time.monotonic()
    _settle(office, done)
    return True


def _tried(mail: _Mail, error: MailDelayed, now: datetime, result: Sending) -> dict[str, Any]:
    """The row after a try in vain: when the next one is, or that there is none."""
    if mail.attempts > len(PAUSES):
        result.failed += 1
        return _outcome(mail, State.FAILED, now, error.message)
    result.delayed += 1
    row = _outcome(mail, State.PENDING, now, error.message)
    return {**row, "next_try_at": now + PAUSES[mail.attempts - 1], "finished_at": None}


def _given_back(mail: _Mail, now: datetime) -> dict[str, Any]:
    row = _outcome(mail, State.PENDING, now)
    return {**row, "attempts": mail.attempts - 1, "next_try_at": now, "finished_at": None}


def _outcome(mail: _Mail, state: State, now: datetime, error: str | None = None) -> dict[str, Any]:
    return {
        "number": mail.id,
        "held": mail.attempts,
        "secret": mail.kind.bears_link,
        "state": state,
        "attempts": mail.attempts,
        "next_try_at": None,
        "finished_at": now,
        "error": error,
    }


_SETTLED = (
    update(_TABLE)
    .where(
        _TABLE.c.id == bindparam("number"),
        _TABLE.c.state == State.SENDING.value,
        _TABLE.c.attempts == bindparam("held"),
    )
    .values({name: bindparam(name) for name in ("state", "attempts", "next_try_at", "finished_at", "error")})
)
"""Only while the mail is still ours: after our lease it may be in other hands."""

_WIPED = (
    update(_TABLE)
    .where(
        _TABLE.c.id == bindparam("number"),
        or_(_TABLE.c.state == State.SENT.value, _TABLE.c.state == State.FAILED.value),
    )
    .values(message=None)
)
"""A one-time link is to be found nowhere but in its reader's mail."""


def _settle(office: Office, done: Sequence[dict[str, Any]], tries: int = 3) -> None:
    """Commit results. Losing them would send the mails twice, so a busy database is asked again."""
    if not done:
        return
    try:
        with office.writing() as db:
            db.connection().execute(_SETTLED, list(done))
            if secret := [row for row in done if row["secret"]]:
                db.connection().execute(_WIPED, secret)
    except DatabaseUnusable:
        if tries <= 1:
            raise
        _settle(office, done, tries - 1)


_LISTED: tuple[Any, ...] = (
    Delivery.id,
    Delivery.kind,
    Delivery.state,
    Person.name,
    Delivery.address,
    Person.email,
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
        .join(Person, Person.id == Delivery.recipient_id)
        .outerjoin(Meeting, Meeting.id == Delivery.meeting_id)
        .outerjoin(Plan, Plan.id == Delivery.plan_id)
        .order_by(Delivery.id)
    )


def _lines(db: Session, statement: Select[Any]) -> list[Line]:
    return [
        Line(number, Kind(kind), State(state), name, address or email, *rest)
        for number, kind, state, name, address, email, *rest in db.execute(statement)
    ]
