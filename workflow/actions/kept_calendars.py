"""Use cases on calendars of others: keep one, take what it says now, and remove it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from workflow.actions.people import keeper
from workflow.domain.addresses import a_url, host_of
from workflow.domain.calendar import tokyo_day
from workflow.domain.closed_days import built_on
from workflow.domain.errors import BadInput
from workflow.domain.events import Tag
from workflow.domain.kept_calendars import CalendarKind, Changes, Entry, changes, closing, day_changes
from workflow.domain.validation import a_line
from workflow.queries.closed_days import counted_over, entered_at
from workflow.queries.kept_calendars import (
    KeptCalendarFact,
    closing_entries,
    days_by_calendars,
    entries_read,
    kept_calendar,
)
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import CalendarEntry, ClosedDay, KeptCalendar

URL = "予定表の URL"
"""The name of an address in messages."""


def keep_calendar(
    office: Office,
    by: str,
    name: str,
    kind: CalendarKind,
    *,
    room: str = "",
    url: str = "",
    entries: Collection[Entry] = (),
    now: datetime,
) -> int:
    """Keep a calendar: of an address, which is read from now on, or of a file with these entries. `room` is the place of which
    a calendar of a room is. Returns its number. Raises `BadInput`, `NotAllowed`."""
    row = {
        "name": a_line("予定表の名称", name),
        "kind": kind,
        "room": a_line("会議室の名称", room) if kind is CalendarKind.ROOM else None,
        "url": a_url(URL, url) if url else None,
    }
    with office.writing() as db:
        who = keeper(db, by, now)
        added = {"added_by": who.id, "added_at": now}
        number = db.scalars(insert(KeptCalendar).returning(KeptCalendar.id), {**row, **added}).one()
        record(
            db, Tag.CALENDAR_KEPT, at=now, by=who.id, calendar=number, name=row["name"], kind=kind, room=row["room"],
            system=host_of(url) if url else None,
        )  # fmt: skip
        if row["url"] is None:
            _take(db, who.id, kept_calendar(db, number, now), entries, None, now)
        return number


def upload_calendar(
    office: Office, by: str, number: int, entries: Collection[Entry], *, now: datetime
) -> Changes:
    """Let the entries of a file supersede those of the calendar. Raises `BadInput` (it is read from an address), `NotFound`,
    `NotAllowed`."""
    with office.writing() as db:
        who = keeper(db, by, now)
        calendar = kept_calendar(db, number, now)
        if calendar.url:
            raise BadInput(
                "予定表のファイル",
                "この予定表は URL から読みます",
                "ファイルは、別の予定表として登録してください。",
            )
        return _take(db, who.id, calendar, entries, None, now)


def take_entries(
    office: Office, number: int, entries: Collection[Entry], etag: str | None, *, now: datetime
) -> Changes:
    """Let the entries read from the calendar's address supersede those before. `etag` is what its server calls this state.
    Raises `BadInput` (too many closed days), `NotFound`."""
    with office.writing() as db:
        return _take(db, None, kept_calendar(db, number, now), entries, etag, now)


def remove_calendar(office: Office, by: str, number: int, *, now: datetime) -> None:
    """Keep a calendar no more; what it said stays in the record. Its closed days to come go, but those on which something was
    built. Raises `NotFound`, `NotAllowed`."""
    with office.writing() as db:
        who = keeper(db, by, now)
        calendar = kept_calendar(db, number, now)
        db.execute(update(KeptCalendar).where(KeptCalendar.id == number).values(removed_at=now))
        record(db, Tag.CALENDAR_REMOVED, at=now, by=who.id, calendar=number, name=calendar.name)
        _close_their_days(db, who.id, now)


def _take(
    db: Session,
    by: int | None,
    calendar: KeptCalendarFact,
    entries: Collection[Entry],
    etag: str | None,
    now: datetime,
) -> Changes:
    known = entries_read(db, calendar.number, now)
    found = changes(known, entries)
    if not found and calendar.read_at:
        return found
    if found.new:
        db.execute(insert(CalendarEntry), [_row(calendar.number, each, now) for each in found.new])
    gone = [known[each] for each in found.gone]
    db.execute(update(CalendarEntry).where(CalendarEntry.id.in_(gone)).values(gone_at=now))
    kept = update(KeptCalendar).where(KeptCalendar.id == calendar.number)
    db.execute(kept.values(read_at=now, etag=etag))
    counts = {"new": len(found.new), "gone": len(found.gone)}
    record(db, Tag.CALENDAR_READ, at=now, by=by, calendar=calendar.number, name=calendar.name, **counts)
    if calendar.kind is CalendarKind.CLOSED:
        _close_their_days(db, by, now)
    return found


def _row(calendar: int, entry: Entry, now: datetime) -> dict[str, Any]:
    return {
        "calendar_id": calendar,
        "title": entry.title,
        "starts_at": entry.starts_at,
        "ends_at": entry.ends_at,
        "read_at": now,
        "gone_at": None,
    }


def _close_their_days(db: Session, by: int | None, now: datetime) -> None:
    """Enter the days to come that the calendars close, and take away those that none closes any more, as far as nothing was
    built on them."""
    today = tokyo_day(now)
    told = closing_entries(db, now)
    wanted = closing((each for _, each in told), today)
    closed = days_by_calendars(db, today)
    theirs = {day: name for day, (name, calendar) in closed.items() if calendar}
    found = day_changes(wanted, theirs, closed.keys() - theirs.keys())
    closing_it = {day: number for number, each in reversed(told) if each.whole_days for day in each.days}
    for day, name in found.new.items():
        calendar = closing_it[day]
        db.execute(insert(ClosedDay).values(day=day, name=name, calendar_id=calendar))
        record(db, Tag.CLOSED_DAY_ADDED, at=now, by=by, day=day, name=name, calendar=calendar)
    for day, name in found.renamed.items():
        db.execute(update(ClosedDay).where(ClosedDay.day == day).values(name=name))
        record(db, Tag.CLOSED_DAY_RENAMED, at=now, by=by, day=day, name=name)
    if not found.gone:
        return
    counted = counted_over(db, found.gone[0], found.gone[-1])
    for day in found.gone:
        if not built_on(day, entered_at(db, day), counted, now):
            db.execute(delete(ClosedDay).where(ClosedDay.day == day))
            record(db, Tag.CLOSED_DAY_REMOVED, at=now, by=by, day=day, name=theirs[day])
