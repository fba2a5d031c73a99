"""Leases due deliveries to one worker for ten minutes, writes the mails among them, sends them, and records the results.
The database is locked to take a batch and to keep what came of it, never while something is written or sent. Webhooks are
leased and kept alike, and sent by `webhooks`."""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, groupby
from threading import Event as Stop
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, aliased

from notifications import pulse
from notifications.composing import Letter, Stationery
from notifications.kinds import Kind
from notifications.meeting_letters import ABOUT_MEETINGS
from notifications.messages import LetterWriter
from notifications.subjects import NoLongerDue, Subject
from notifications.transport import (
    MailDelayed,
    Mailer,
    MailRefused,
    MailServerGone,
    MailUncertain,
    OfficeRefused,
)
from workflow.actions.minted_links import keep_links
from workflow.domain.deliveries import State
from workflow.domain.errors import BadInput, DatabaseUnusable, Unwritable
from workflow.domain.language import say
from workflow.store.database import Office, connection_of
from workflow.store.tables import Delivery, Person, Record

log = logging.getLogger(__name__)

BATCH = 100
"""Number of deliveries that are claimed, and their results committed, at once."""

LEASE = timedelta(minutes=10)
"""Time for which a claimed delivery belongs to its worker; afterwards another worker sends it."""

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, *[240] * 29))
"""The pauses between tries of what the server, which is there, does not take now: five days in all (RFC 5321, 4.5.4.1).
After the last one fails, the delivery has failed."""

IN_A_ROW = 10
"""Number of mails not taken one after the other from which the server is the cause and not the mails."""

_TABLE = Record.metadata.tables["delivery"]


@dataclass(slots=True)
class Sending:
    """Numbers of deliveries that were sent, delayed until another attempt, failed, dropped, or held until something of the
    office's own is mended."""

    sent: int = 0
    delayed: int = 0
    failed: int = 0
    dropped: int = 0
    held: int = 0

    def count(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Count those that were finished unsent."""
        for row in rows:
            self.held += row["state"] is State.HELD
            self.failed += row["state"] is State.FAILED
            self.dropped += row["state"] in (State.DROPPED, State.MISSED)


class Written(NamedTuple):
    """A message as it goes out: where to, its bytes, its kind as it was written, and for a mail the letter in it."""

    address: str
    message: bytes
    kind: Kind
    letter: Letter | None = None


@dataclass(frozen=True, slots=True)
class LeasedDelivery:
    """A leased delivery, written: message, destination, attempt number, its kind and its letter, if it is a mail. `row` is
    the row it was read from. `first` is the delivery whose mail it goes with: its own number, unless one mail says what
    several were to say. `secret`: a secret link is in the message, which is therefore never stored."""

    id: int
    attempts: int
    address: str
    message: bytes
    kind: Kind
    letter: Letter | None
    row: Any
    first: int
    secret: bool

    @property
    def told_sequence(self) -> int | None:
        """The schedule of the meeting it tells of."""
        return self.letter.tells if self.letter else None

    @property
    def told_agenda(self) -> int | None:
        """The number of the last event that the meeting's agenda in it follows."""
        return self.letter.tells_agenda if self.letter else None

    @property
    def told_event(self) -> int | None:
        """The number of the last event before it was written."""
        return self.letter.log[0] if self.letter and self.letter.log else None


@dataclass(frozen=True, slots=True)
class _Batch:
    """A leased batch as it was written: the deliveries to send, and the row of each that is finished unsent or held."""

    deliveries: list[LeasedDelivery] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)


_DUE_NOW = (
    Delivery.state.in_([State.PENDING, State.SENDING, State.HELD]),
    Delivery.next_try_at <= bindparam("now"),
)


def due_of(which: ColumnElement[bool]) -> Select[int]:
    """The statement that names the deliveries `which` are meant and whose time has come `now`; built once."""
    return (
        select(Delivery.id).where(which, *_DUE_NOW).order_by(Delivery.next_try_at, Delivery.id).limit(BATCH)
    )


def lease(office: Office, due: Select[int], now: datetime, also: Select[int] | None = None) -> list[int]:
    """Take the next of what is `due`, for us alone, and `also` what goes together with these `numbers`; return the numbers
    of all. Nobody is kept waiting when nothing is."""
    with office.reading() as db:
        if connection_of(db).execute(due, {"now": now}).first() is None:
            return []
    with office.writing() as db:
        connection = connection_of(db)
        numbers = list(connection.execute(due.with_for_update(skip_locked=True), {"now": now}).scalars())
        if numbers and also is not None:
            together = also.with_for_update(skip_locked=True)
            numbers += connection.execute(together, {"now": now, "numbers": numbers}).scalars()
        if numbers:
            connection.execute(_LEASED, {"numbers": numbers, "until": now + LEASE})
        return numbers


_LEASED = (
    update(_TABLE)
    .where(_TABLE.c.id.in_(bindparam("numbers", expanding=True)))
    .values(
        state=State.SENDING.value, attempts=_TABLE.c.attempts + 1, next_try_at=bindparam("until"), error=None
    )
)


def write_batch(
    office: Office,
    writable: Select[*tuple[Any, ...]],
    numbers: Sequence[int],
    writer: Callable[[Session], Callable[[Any], Written]],
    now: datetime,
    result: Sending,
    joined: Callable[[list[LeasedDelivery]], list[LeasedDelivery]] = list,
) -> list[LeasedDelivery]:
    """Write the leased deliveries from their `writable` rows, with no lock held, put those in one message that are to be
    `joined`, then keep them. When the database cannot give what one of them needs, each is written alone, and that one is
    held."""
    try:
        with office.reading() as db:
            rows = db.execute(writable.where(Delivery.id.in_(numbers)).order_by(Delivery.id)).all()
            batch = _write_each(rows, writer(db), now)
    except (DBAPIError, DatabaseUnusable) as error:
        if len(numbers) > 1:
            alone = (write_batch(office, writable, [each], writer, now, result) for each in numbers)
            return [delivery for deliveries in alone for delivery in deliveries]
        log.exception("%s", numbers)
        _hold(office, numbers[0], unexpected(error), now, result)
        return []
    deliveries = joined(batch.deliveries)
    with office.writing() as db:
        _keep(db, deliveries, batch.rows, now, result)
    return deliveries


def _hold(office: Office, number: int, why: str, now: datetime, result: Sending) -> None:
    with office.writing() as db:
        connection_of(db).execute(_HELD, {"number": number, "error": why, "until": now + PAUSES[2]})
    result.held += 1


_HELD = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("number"), _TABLE.c.state == State.SENDING.value)
    .values(state=State.HELD.value, error=bindparam("error"), next_try_at=bindparam("until"))
)


def _write_each(rows: Sequence[Any], write: Callable[[Any], Written], now: datetime) -> _Batch:
    """Write each leased delivery. What `write` refuses with `NoLongerDue` or `BadInput` is finished unsent. What cannot be
    written for another reason is nobody's fault outside the office: it is held, alone, and written again later; the others
    go."""
    batch = _Batch()
    for row in rows:
        try:
            written = write(row)
        except NoLongerDue as reason:
            batch.rows.append(_unsent(row, reason.state, reason.why, now))
        except Unwritable as error:
            batch.rows.append(_held(row, error.message, now))
        except BadInput as error:
            batch.rows.append(_unsent(row, State.FAILED, error.message, now))
        except DBAPIError:
            raise
        except Exception as error:
            log.exception("%s", row.id)
            batch.rows.append(_held(row, unexpected(error), now))
        else:
            secret = written.kind.bears_link
            batch.deliveries.append(
                LeasedDelivery(row.id, row.attempts, *written, row, first=row.id, secret=secret)
            )
    return batch


def unexpected(error: Exception) -> str:
    """The reason why something could not be made, in words, when nobody foresaw it."""
    return say("予期しない誤りのため作成できません（{error}）", error=type(error).__name__)


def _keep(
    db: Session,
    deliveries: Sequence[LeasedDelivery],
    unsent: Sequence[dict[str, Any]],
    now: datetime,
    result: Sending,
) -> None:
    """Keep what was written before it is sent, and finish what will not be. Only while it is still ours."""
    if rows := [*(_under_way(each, now) for each in deliveries), *unsent]:
        db.connection().execute(_KEPT, rows)
        keep_links(db, [each.letter.link for each in deliveries if each.letter and each.letter.link])
        result.count(unsent)


def _under_way(delivery: LeasedDelivery, now: datetime) -> dict[str, Any]:
    """The row of what is about to be sent."""
    return {
        "number": delivery.id,
        "held": delivery.attempts,
        "state": State.SENDING,
        "attempts": delivery.attempts,
        "next_try_at": now + LEASE,
        "message": None if delivery.secret else delivery.message,
        "address": delivery.address,
        **_told(delivery),
        "finished_at": None,
        "error": None,
    }


def _unsent(row: Any, state: State, why: str, now: datetime) -> dict[str, Any]:
    """The row of what is finished without a try."""
    return {
        "number": row.id,
        "held": row.attempts,
        "state": state,
        "attempts": row.attempts - 1,
        "next_try_at": None,
        "message": None,
        "address": None,
        "kind": row.kind,
        "told_sequence": row.told_sequence,
        "told_agenda": row.told_agenda,
        "told_event": row.told_event,
        "finished_at": now,
        "error": why,
    }


def _held(row: Any, why: str, now: datetime) -> dict[str, Any]:
    """The row of what waits until the office's own fault is mended."""
    unsent = _unsent(row, State.HELD, why, now)
    return {**unsent, "attempts": row.attempts, "next_try_at": now + pause_after(row.attempts)}


def pause_after(attempts: int) -> timedelta:
    """The pause after so many tries in vain."""
    return PAUSES[min(attempts, len(PAUSES)) - 1]


def outcome(
    delivery: LeasedDelivery,
    state: State,
    now: datetime,
    error: str | None = None,
    *,
    until: datetime | None = None,
) -> dict[str, Any]:
    """The row after a try: of what is settled, or with `until`, of what waits for another. What the server refused told
    nobody anything."""
    return {
        "number": delivery.id,
        "held": delivery.attempts,
        "state": state,
        **_told(delivery if state is State.SENT else delivery.row),
        "attempts": delivery.attempts,
        "next_try_at": until,
        "finished_at": None if until else now,
        "error": error,
    }


def tried(delivery: LeasedDelivery, why: str, now: datetime, result: Sending) -> dict[str, Any]:
    """The row after a try in vain: when the next one is, or that there is none."""
    if delivery.attempts > len(PAUSES):
        result.failed += 1
        return outcome(delivery, State.FAILED, now, why)
    result.delayed += 1
    return outcome(delivery, State.PENDING, now, why, until=now + pause_after(delivery.attempts))


def put_aside(delivery: LeasedDelivery, why: str, now: datetime) -> dict[str, Any]:
    """The row after a try that failed by the office's fault or ours: it waits, alone, until that is mended."""
    return outcome(delivery, State.HELD, now, why, until=now + pause_after(delivery.attempts))


def may_have_arrived(delivery: LeasedDelivery, row: dict[str, Any]) -> dict[str, Any]:
    """The row after a try of which nobody knows whether the server took it: what it told may be known."""
    return {**row, **_told(delivery)}


def _told(said: Any) -> dict[str, Any]:
    return {
        "kind": said.kind,
        "told_sequence": said.told_sequence,
        "told_agenda": said.told_agenda,
        "told_event": said.told_event,
    }


def given_back(delivery: LeasedDelivery, now: datetime) -> dict[str, Any]:
    """The row of what was taken and not tried."""
    return {**outcome(delivery, State.PENDING, now, until=now), "attempts": delivery.attempts - 1}


_RESULT = (
    *("state", "attempts", "next_try_at", "kind"),
    *("told_sequence", "told_agenda", "told_event", "finished_at", "error"),
)
_OURS = update(_TABLE).where(
    _TABLE.c.id == bindparam("number"),
    _TABLE.c.state == State.SENDING.value,
    _TABLE.c.attempts == bindparam("held"),
)
"""Only while the delivery is still ours: after our lease it may be in other hands."""
_SETTLED = _OURS.values({name: bindparam(name) for name in _RESULT})
_KEPT = _SETTLED.values(
    {name: func.coalesce(bindparam(name), _TABLE.c[name]) for name in ("message", "address")}
)


def settle(
    office: Office,
    done: Sequence[dict[str, Any]],
    also: Callable[[Session], None] = lambda _: None,
    tries: int = 3,
) -> None:
    """Commit results, and what `also` follows from them. Losing them would send everything twice, so a busy database is
    asked again."""
    if not done:
        return
    try:
        with office.writing() as db:
            db.connection().execute(_SETTLED, list(done))
            also(db)
    except DatabaseUnusable:
        if tries <= 1:
            raise
        settle(office, done, also, tries - 1)


COMMIT_EVERY = 1.0
"""Seconds after which results are committed even when the batch is not done."""


def send_due(
    office: Office,
    mailer: Mailer,
    stationery: Stationery,
    clock: Callable[[], datetime],
    stop: Stop | None = None,
) -> Sending:
    """Send every due mail over one connection, until none is left, the server is gone or `stop` is set: then the
    present mail is finished and the others are released. While no mail goes at all, everything waits, and nothing is
    given up: see `pulse`. Each mail is written from what is true when it is sent, every time it is tried; after a crash
    it is tried again when the lease ends, with the same Message-ID."""
    result = Sending()
    stop = stop or Stop()
    try:
        while not stop.is_set():
            numbers = lease(office, _DUE, clock(), _OF_THE_SAME_PEOPLE)
            if not numbers:
                break
            now = clock()
            writer, joined = partial(_writer, stationery, now), partial(_joined, stationery, now)
            mails = write_batch(office, _WRITABLE, numbers, writer, now, result, joined)
            if not _send_batch(office, mailer, mails, clock, stop, result):
                break
    finally:
        mailer.close()
    return result


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
    Delivery.address,
    Delivery.told_sequence,
    Delivery.told_agenda,
    Delivery.told_event,
    Delivery.resent,
    Person.name,
    Person.email,
)


_DUE = due_of(Delivery.webhook_id.is_(None))

_TAKEN = aliased(Delivery)
_OF_THE_SAME_PEOPLE = (
    select(Delivery.id)
    .where(
        Delivery.kind.in_([kind.value for kind in ABOUT_MEETINGS]),
        Delivery.recipient_id.in_(
            select(_TAKEN.recipient_id).where(_TAKEN.id.in_(bindparam("numbers", expanding=True)))
        ),
        Delivery.id.not_in(bindparam("numbers", expanding=True)),
        *_DUE_NOW,
    )
    .order_by(Delivery.id)
)
"""All that is due about meetings to the people of the deliveries `numbers`: each of them gets one mail."""


_WRITABLE = select(*_WRITABLE_COLUMNS).join(Person, Person.id == Delivery.recipient_id)


def _writer(stationery: Stationery, now: datetime, db: Session) -> Callable[[Any], Written]:
    letters = LetterWriter(db, now)
    return lambda row: _mail(letters, stationery, row, now)


def _mail(letters: LetterWriter, stationery: Stationery, row: Any, now: datetime) -> Written:
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
        tried=row.address is not None,
        resent=row.resent > 0,
    )
    letter = letters.letter(about)
    message = stationery.write(letter, row.claim, now, resent=row.resent)
    return Written(stationery.address(letter), message, letter.kind, letter)


def _joined(stationery: Stationery, now: datetime, deliveries: list[LeasedDelivery]) -> list[LeasedDelivery]:
    """The deliveries, where several tell one person about meetings in one mail. What somebody sends again by hand goes by
    itself, and so does a mail that may have arrived, as it was: its number is the same then. What cannot be put together
    goes apart."""
    mails: dict[object, list[LeasedDelivery]] = {}
    for each in deliveries:
        row = each.row
        together = each.kind in ABOUT_MEETINGS and not row.resent
        mails.setdefault(
            (row.recipient_id, row.told_sequence is not None) if together else each.id, []
        ).append(each)
    return [each for mail in mails.values() for each in _in_one_mail(stationery, now, mail)]


def _in_one_mail(stationery: Stationery, now: datetime, mail: list[LeasedDelivery]) -> list[LeasedDelivery]:
    letters = [each.letter for each in mail if each.letter]
    if len(letters) < 2:
        return mail
    try:
        message = stationery.write_together(letters, [each.row.claim for each in mail], now)
    except Exception:
        log.exception("%s", [each.id for each in mail])
        return mail
    first, secret = mail[0].id, any(each.secret for each in mail)
    return [replace(each, message=message, first=first, secret=secret) for each in mail]


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
    in_a_row = 0
    taken_at, committed = clock(), time.monotonic()
    waiting = deque(list(together) for _, together in groupby(mails, key=lambda each: each.first))
    while waiting:
        if stop.is_set() or clock() > taken_at + LEASE / 2:
            rest = list(chain.from_iterable(waiting))
            _settle_mails(office, [*done, *(given_back(each, clock()) for each in rest)], clock())
            return not stop.is_set()
        mail = waiting.popleft()
        in_a_row += 1
        try:
            mailer.send(mail[0].address, mail[0].message)
            done += [outcome(each, State.SENT, clock()) for each in mail]
            result.sent += len(mail)
            in_a_row = 0
        except OfficeRefused as error:
            done += [put_aside(each, error.message, clock()) for each in mail]
            result.held += len(mail)
            in_a_row = 0
        except MailRefused as error:
            done += [outcome(each, State.FAILED, clock(), error.message) for each in mail]
            result.failed += len(mail)
            in_a_row = 0
        except MailServerGone as error:
            rest = [*mail, *chain.from_iterable(waiting)]
            _put_off(office, done, rest, error.message, clock(), result)
            return False
        except MailUncertain as error:
            done += [may_have_arrived(each, tried(each, error.message, clock(), result)) for each in mail]
        except MailDelayed as error:
            done += [tried(each, error.message, clock(), result) for each in mail]
        except Exception as error:
            # Whatever it is, the mails before this one have gone and must not go twice.
            log.exception("%s", mail[0].id)
            why = say("予期しない誤りのため送れません（{error}）", error=type(error).__name__)
            done += [may_have_arrived(each, put_aside(each, why, clock())) for each in mail]
            result.held += len(mail)
            in_a_row = 0
        if in_a_row >= IN_A_ROW:
            rest, words = list(chain.from_iterable(waiting)), str(done[-1]["error"])
            _put_off(office, done, rest, words, clock(), result)
            return False
        if time.monotonic() - committed >= COMMIT_EVERY:
            _settle_mails(office, done, clock())
            done, committed = [], time.monotonic()
    _settle_mails(office, done, clock())
    return True


def _settle_mails(office: Office, done: Sequence[dict[str, Any]], now: datetime) -> None:
    went = any(row["state"] == State.SENT for row in done)
    settle(office, done, lambda db: pulse.recover(db, now) if went else None)


def _put_off(
    office: Office,
    done: Sequence[dict[str, Any]],
    rest: Sequence[LeasedDelivery],
    why: str,
    now: datetime,
    result: Sending,
) -> None:
    """No mail goes, whichever it is: nothing more is tried, and everything waits until the server is asked again."""
    result.delayed += len(rest)
    with office.writing() as db:
        until = pulse.put_off(db, why, now)
        back = [{**given_back(each, until), "error": why} for each in rest]
        if rows := [*done, *back]:
            db.connection().execute(_SETTLED, rows)
