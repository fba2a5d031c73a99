"""The pulse of whoever sends the mail: each round leaves a mark, and so does what keeps all mail from going."""

from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from workflow.domain.deliveries import State
from workflow.queries.pulse import MAIL
from workflow.store.database import Office, connection_of
from workflow.store.tables import Pulse, Record

MARKED_EVERY = timedelta(minutes=5)
"""A round that comes sooner after the last mark leaves none: most rounds have nothing to do and write nothing."""

PATIENCE = timedelta(minutes=15)
"""Time after a round in which nobody misses the next one; longer where rounds are rarer."""

SERVER_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10))
"""The pauses before the mail server is asked again; the last one, from then on. Never so long that what can still be in
time waits for it."""

_DELIVERY = Record.metadata.tables["delivery"]


def mark(office: Office, now: datetime, every: timedelta) -> None:
    """Leave the mark of a round that ended now; the next one comes after `every`."""
    with office.reading() as db:
        last = connection_of(db).execute(_LAST).scalar()
    if last is not None and last <= now < last + MARKED_EVERY:
        return
    with office.writing() as db:
        put(db, MAIL, now, at=now, expected_by=now + max(PATIENCE, 3 * every + MARKED_EVERY))


def put_off(db: Session, why: str, now: datetime) -> datetime:
    """Note that no mail goes, and put off all that waits until the server is asked again; return when that is."""
    tries = db.scalar(select(Pulse.tries).where(Pulse.name == MAIL)) or 0
    since = db.scalar(select(Pulse.trouble_since).where(Pulse.name == MAIL))
    until = now + SERVER_PAUSES[min(tries, len(SERVER_PAUSES) - 1)]
    put(db, MAIL, now, trouble=why, trouble_since=since or now, tries=tries + 1)
    db.connection().execute(_WAITING.where(_DELIVERY.c.next_try_at < until).values(next_try_at=until))
    return until


def recover(db: Session, now: datetime) -> None:
    """After a mail went: nothing keeps the others any more, and all that waits goes now."""
    cleared = db.connection().execute(_CLEAR)
    if cleared.rowcount:
        _hurry(db, now)


def hurry(office: Office, now: datetime) -> None:
    """Let all mail that waits be tried now."""
    with office.writing() as db:
        _hurry(db, now)


def _hurry(db: Session, now: datetime) -> None:
    db.connection().execute(_WAITING.where(_DELIVERY.c.next_try_at > now).values(next_try_at=now))


_LAST = select(Pulse.at).where(Pulse.name == MAIL)
_CLEAR = (
    update(Pulse)
    .where(Pulse.name == MAIL, Pulse.trouble.is_not(None))
    .values(trouble=None, trouble_since=None, tries=0)
)
_WAITING = update(_DELIVERY).where(
    _DELIVERY.c.webhook_id.is_(None), _DELIVERY.c.state.in_([State.PENDING.value, State.HELD.value])
)


def put(db: Session, name: str, now: datetime, *, patience: timedelta = PATIENCE, **values: object) -> None:
    """Change a pulse; the first time, nobody misses the next round for `patience`."""
    known = db.connection().execute(update(Pulse).where(Pulse.name == name).values(**values))
    if not known.rowcount:
        row = {"name": name, "at": now, "expected_by": now + patience, "tries": 0, **values}
        db.execute(insert(Pulse).values(**row))
