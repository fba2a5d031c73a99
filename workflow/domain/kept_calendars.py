"""Calendars of others that the office keeps: what they are of, their entries, and what a new reading of one changes."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from definitions.labelled import Labelled
from workflow.domain.calendar import at_tokyo, shown_clock, shown_day, shown_moment, tokyo_day
from workflow.domain.closed_days import must_be_few
from workflow.domain.language import say

MOST_ENTRIES = 2000
"""Most entries of one calendar that are still to come."""

_ONE_DAY = timedelta(days=1)


class CalendarKind(Labelled):
    """The use of a calendar: its whole days close the office, its entries are sessions (会期) of the assembly, or hours in
    which a room is taken."""

    CLOSED = "closed", "閉庁日"
    SESSIONS = "sessions", "議会の会期"
    ROOM = "room", "会議室"


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """An entry of a calendar, from a moment until another. A whole day lasts from midnight to midnight in Asia/Tokyo."""

    starts_at: datetime
    ends_at: datetime
    title: str

    @property
    def whole_days(self) -> bool:
        """Return whether it lasts for one whole day or several."""
        both = (self.starts_at, self.ends_at)
        return self.starts_at < self.ends_at and all(at_tokyo(tokyo_day(at), time()) == at for at in both)

    @property
    def first(self) -> date:
        """The day on which it begins."""
        return tokyo_day(self.starts_at)

    @property
    def last(self) -> date:
        """The day on which it ends; midnight belongs to the day before."""
        return max(self.first, tokyo_day(self.ends_at - timedelta.resolution))

    @property
    def days(self) -> list[date]:
        """Every day from its first to its last."""
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]

    @property
    def when(self) -> str:
        """The days, or the hours, in words."""
        if self.whole_days:
            first, last = shown_day(self.first), shown_day(self.last)
            return first if first == last else say("{first}〜{last}", first=first, last=last)
        same_day = self.first == self.last
        ends = shown_clock(self.ends_at) if same_day else shown_moment(self.ends_at)
        return say("{first}〜{last}", first=shown_moment(self.starts_at), last=ends)


def read_from(now: datetime) -> datetime:
    """The moment from which the entries of a calendar are read: those that ended before stay as they were last read."""
    return at_tokyo(tokyo_day(now).replace(day=1), time())


def read_until(now: datetime) -> date:
    """The last day whose entries are read: that of the year after next."""
    return date(tokyo_day(now).year + 2, 12, 31)


def closing(entries: Iterable[Entry], today: date) -> dict[date, str]:
    """The days from today on that the entries close, each with its name: whole days only. Raises `BadInput` (too many)."""
    days = ((day, each.title) for each in sorted(entries) if each.whole_days for day in each.days)
    found: dict[date, str] = {}
    for day, title in days:
        if day >= today:
            found.setdefault(day, title)
    must_be_few(len(found))
    return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class Changes:
    """The entries that a reading brought, and those that it no longer has."""

    new: tuple[Entry, ...]
    gone: tuple[Entry, ...]

    def __bool__(self) -> bool:
        return bool(self.new or self.gone)


def changes(known: Collection[Entry], read: Collection[Entry]) -> Changes:
    """The difference that a reading makes to the entries known before, each in order."""
    return Changes(tuple(sorted(set(read) - set(known))), tuple(sorted(set(known) - set(read))))


@dataclass(frozen=True, slots=True)
class DayChanges:
    """The changes that calendars make to the closed days: days to enter with their names, days to name anew, and days to take away."""

    new: Mapping[date, str]
    renamed: Mapping[date, str]
    gone: tuple[date, ...]


def day_changes(
    wanted: Mapping[date, str], theirs: Mapping[date, str], others: Collection[date]
) -> DayChanges:
    """The changes after which the closed days of calendars are the `wanted` ones. `theirs` are those that calendars closed
    before, with their names; `others` were closed by people, and stay theirs."""
    return DayChanges(
        {day: name for day, name in wanted.items() if day not in theirs and day not in others},
        {day: name for day, name in wanted.items() if theirs.get(day, name) != name},
        tuple(sorted(day for day in theirs if day not in wanted)),
    )
