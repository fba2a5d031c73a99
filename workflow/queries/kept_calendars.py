"""The calendars of others that are kept, and what follows from their entries: sessions and rooms that are taken."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, cast, func, literal, select
from sqlalchemy.orm import Session

from workflow.domain.addresses import host_of
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import NotFound
from workflow.domain.kept_calendars import CalendarKind, Entry, closing, read_from
from workflow.domain.scheduling.problem import Days
from workflow.domain.scheduling.sessions import merged
from workflow.queries.pulse import CALENDAR
from workflow.store.tables import CalendarEntry, ClosedDay, KeptCalendar, Pulse

MOST_SHOWN = 200
"""Most entries of a calendar that are shown."""


@dataclass(frozen=True, slots=True)
class KeptCalendarFact:
    """A kept calendar. `url` is an address that may be a secret, None: its file is uploaded. `read_at` is when its entries
    last changed, `seen_at` when its address was last read in full, None: never. `trouble` is why it cannot be read, since
    `trouble_since`. `entries` counts those still to come."""

    number: int
    name: str
    kind: CalendarKind
    room: str | None
    url: str | None
    read_at: datetime | None
    seen_at: datetime | None
    trouble: str | None
    trouble_since: datetime | None
    entries: int

    @property
    def host(self) -> str | None:
        """The system it is read from, without what may be a secret."""
        return host_of(self.url) if self.url else None


def kept_calendars(db: Session, now: datetime) -> list[KeptCalendarFact]:
    """The calendars that are kept, by number. One statement."""
    return [_fact(row) for row in db.execute(_calendars(now).order_by(KeptCalendar.id))]


def kept_calendar(db: Session, number: int, now: datetime) -> KeptCalendarFact:
    """The calendar of that number. One statement. Raises `NotFound`, also when it was removed."""
    row = db.execute(_calendars(now).where(KeptCalendar.id == number)).first()
    if row is None:
        raise NotFound("取り込む予定表", str(number))
    return _fact(row)


def coming_entries(db: Session, number: int, now: datetime, most: int = MOST_SHOWN) -> list[Entry]:
    """The first entries of the calendar that have not ended, in order. One statement."""
    chosen = _entries(CalendarEntry.calendar_id == number, CalendarEntry.ends_at > now).limit(most)
    return [Entry(*row) for row in db.execute(chosen)]


def entries_read(db: Session, number: int, now: datetime) -> dict[Entry, int]:
    """The entries that a new reading of the calendar supersedes, with their numbers. One statement."""
    chosen = _entries(CalendarEntry.calendar_id == number, CalendarEntry.ends_at > read_from(now))
    return {Entry(*row[:3]): row[3] for row in db.execute(chosen.add_columns(CalendarEntry.id))}


def closing_entries(db: Session, now: datetime) -> list[tuple[int, Entry]]:
    """The entries of all calendars of closed days that have not ended, each with the number of its calendar. One statement."""
    chosen = _entries(KeptCalendar.kind == CalendarKind.CLOSED, CalendarEntry.ends_at > now)
    return [(row[3], Entry(*row[:3])) for row in db.execute(chosen.add_columns(KeptCalendar.id))]


def days_by_calendars(db: Session, today: date) -> dict[date, tuple[str, int | None]]:
    """The closed days from today on, each with its name and the number of the calendar that closed it, None: a person did.
    One statement."""
    chosen = select(ClosedDay.day, ClosedDay.name, ClosedDay.calendar_id).where(ClosedDay.day >= today)
    return {day: (name, calendar) for day, name, calendar in db.execute(chosen.order_by(ClosedDay.day))}


def days_left(db: Session, number: int, now: datetime) -> list[date]:
    """The closed days to come that the calendar no longer has, and that could not be taken away. Two statements."""
    wanted = closing((each for _, each in closing_entries(db, now)), tokyo_day(now))
    closed = days_by_calendars(db, tokyo_day(now))
    return [day for day, (_, calendar) in closed.items() if calendar == number and day not in wanted]


def sessions(db: Session, now: datetime) -> tuple[Days, ...]:
    """The sessions of the assembly that are known, from those of this month on. One statement."""
    chosen = _entries(KeptCalendar.kind == CalendarKind.SESSIONS, CalendarEntry.ends_at > read_from(now))
    found = (Entry(*row) for row in db.execute(chosen))
    return merged(Days(each.first, each.last) for each in found)


def rooms_taken(db: Session, starts_at: datetime, ends_at: datetime) -> list[tuple[str, Entry]]:
    """The entries of rooms that lie in part between the two moments, each with its room. One statement."""
    chosen = _entries(
        KeptCalendar.kind == CalendarKind.ROOM,
        CalendarEntry.starts_at < ends_at,
        CalendarEntry.ends_at > starts_at,
    )
    return [(row[3], Entry(*row[:3])) for row in db.execute(chosen.add_columns(KeptCalendar.room))]


def _entries(*which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        select(CalendarEntry.starts_at, CalendarEntry.ends_at, CalendarEntry.title)
        .join(KeptCalendar, KeptCalendar.id == CalendarEntry.calendar_id)
        .where(CalendarEntry.gone_at.is_(None), KeptCalendar.removed_at.is_(None), *which)
        .order_by(CalendarEntry.starts_at, CalendarEntry.id)
    )


def _calendars(now: datetime) -> Select[*tuple[Any, ...]]:
    coming = (
        select(func.count())
        .where(
            CalendarEntry.calendar_id == KeptCalendar.id,
            CalendarEntry.gone_at.is_(None),
            CalendarEntry.ends_at > now,
        )
        .scalar_subquery()
    )
    return (
        select(
            *(KeptCalendar.id, KeptCalendar.name, KeptCalendar.kind, KeptCalendar.room, KeptCalendar.url),
            *(KeptCalendar.read_at, Pulse.at, Pulse.trouble, Pulse.trouble_since, coming),
        )
        .outerjoin(Pulse, PULSE_OF_CALENDAR)
        .where(KeptCalendar.removed_at.is_(None))
    )


PULSE_OF_CALENDAR = Pulse.name == literal(CALENDAR) + cast(KeptCalendar.id, String)
"""Each calendar that is read from an address has a pulse of its own."""


def _fact(row: Row[*tuple[Any, ...]]) -> KeptCalendarFact:
    number, name, kind, room, url, read_at, seen_at, *rest = row
    return KeptCalendarFact(
        number, name, CalendarKind(kind), room, url, read_at, seen_at if read_at else None, *rest
    )
