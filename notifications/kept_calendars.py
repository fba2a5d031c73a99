"""Reads the kept calendars that have an address, once a day; one that cannot be read keeps its entries and is tried again
within the hour. The addresses are called as those of webhooks are."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event as Stop

import httpx
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from notifications.network_guard import (
    GuardedClient,
    Network,
    NotReached,
    Refused,
    client,
    reaching,
    redirected,
)
from notifications.pulse import put
from workflow import actions
from workflow.actions.people import keeper
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import BadInput, NotFound
from workflow.queries.kept_calendars import PULSE_OF_CALENDAR, kept_calendar
from workflow.queries.pulse import CALENDAR
from workflow.store.calendar_file import LARGEST, entries_in
from workflow.store.database import Office
from workflow.store.tables import KeptCalendar, Pulse

EVERY = timedelta(days=1)
"""Time from a reading to the next one."""

PAUSE = timedelta(hours=1)
"""Time after a reading that failed until it is tried again."""


@dataclass(slots=True)
class CalendarsRead:
    """Numbers of calendars that were read, and of those that could not be."""

    read: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class _Address:
    """A calendar to be read. `etag` None: all of it is asked for."""

    number: int
    url: str
    etag: str | None


def read_due(
    office: Office,
    allowed: tuple[Network, ...],
    clock: Callable[[], datetime],
    stop: Stop | None = None,
) -> CalendarsRead:
    """Read every calendar that is due. `allowed` are the internal networks that may be called."""
    result, stop = CalendarsRead(), stop or Stop()
    due = _claimed(office, clock())
    with client(allowed) as guarded:
        for each in due:
            if stop.is_set():
                break
            if _read(office, guarded, each, clock()):
                result.read += 1
            else:
                result.failed += 1
    return result


def read_again(office: Office, by: str, number: int, *, now: datetime) -> None:
    """Let a calendar be read in the next round. Raises `BadInput` (it has no address), `NotAllowed`, `NotFound`."""
    with office.writing() as db:
        keeper(db, by, now)
        if kept_calendar(db, number, now).url is None:
            raise BadInput("予定表", "URL がありません", "ファイルを選んで読み直してください。")
        put(db, _pulse(number), now, expected_by=now)


def _claimed(office: Office, now: datetime) -> list[_Address]:
    """The calendars to read now, which no other process takes within the hour."""
    with office.reading() as db:
        if not _due(db, now):
            return []
    with office.writing() as db:
        due = _due(db, now)
        for each in due:
            put(db, _pulse(each.number), now, expected_by=now + PAUSE)
        return due


def _due(db: Session, now: datetime) -> list[_Address]:
    rows = db.execute(
        select(KeptCalendar.id, KeptCalendar.url, KeptCalendar.etag, KeptCalendar.read_at)
        .outerjoin(Pulse, PULSE_OF_CALENDAR)
        .where(
            KeptCalendar.url.is_not(None),
            KeptCalendar.removed_at.is_(None),
            or_(Pulse.name.is_(None), Pulse.expected_by <= now),
        )
        .order_by(KeptCalendar.id)
    )
    # A new year brings days that a recurring entry did not have to be asked for before.
    return [
        _Address(
            number, url or "", etag if read_at and tokyo_day(read_at).year == tokyo_day(now).year else None
        )
        for number, url, etag, read_at in rows
    ]


def _read(office: Office, guarded: GuardedClient, address: _Address, now: datetime) -> bool:
    try:
        found = _fetched(guarded, address)
        if found is not None:
            content, etag = found
            actions.take_entries(office, address.number, entries_in(content, now), etag, now=now)
    except NotFound:
        return True  # removed meanwhile
    except (Refused, NotReached) as error:
        _tell(office, address, now, error.words)
        return False
    except BadInput as error:
        _tell(office, address, now, error.message)
        return False
    with office.writing() as db:
        put(
            db, _pulse(address.number), now,
            at=now, expected_by=now + EVERY, trouble=None, trouble_since=None, tries=0,
        )  # fmt: skip
    return True


def _fetched(guarded: GuardedClient, address: _Address) -> tuple[bytes, str | None] | None:
    """The bytes of the calendar and what its server calls them; None: it has not changed. Raises `Refused`, `NotReached`."""
    headers = {"accept": "text/calendar", "accept-encoding": "identity", "user-agent": "sakutei-calendar/1"}
    if address.etag:
        headers["if-none-match"] = address.etag
    answer = guarded.opened("GET", address.url, headers=headers)
    try:
        if answer.status_code == httpx.codes.NOT_MODIFIED:
            return None
        if 300 <= answer.status_code < 400:
            raise Refused(redirected(answer.status_code))
        if answer.status_code != httpx.codes.OK:
            raise NotReached(f"HTTP {answer.status_code}")
        return _content(answer), _etag(answer)
    finally:
        answer.close()


def _content(answer: httpx.Response) -> bytes:
    """As much of the answer as a calendar may be long, and one byte more."""
    content = b""
    with reaching():
        for part in answer.iter_raw():
            content += part
            if len(content) > LARGEST:
                break
    return content[: LARGEST + 1]


def _etag(answer: httpx.Response) -> str | None:
    etag = answer.headers.get("etag", "")
    return etag if 0 < len(etag) <= 200 and etag.isascii() and etag.isprintable() else None


def _tell(office: Office, address: _Address, now: datetime, why: str) -> None:
    with office.writing() as db:
        since = db.scalar(select(Pulse.trouble_since).where(Pulse.name == _pulse(address.number)))
        put(db, _pulse(address.number), now, trouble=why, trouble_since=since or now)


def _pulse(number: int) -> str:
    return f"{CALENDAR}{number}"
