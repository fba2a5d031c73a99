"""Calendars of others (.ics, RFC 5545) read for their entries: bounded in size, events and recurrences, and never
trusted."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO

from dateutil.rrule import rrulestr
from icalendar import Calendar, Component

from workflow.domain.calendar import FIRST_DAY, LAST_DAY, TOKYO, at_tokyo, tokyo_day
from workflow.domain.closed_days import MOST, NamedDay
from workflow.domain.errors import BadInput
from workflow.domain.kept_calendars import MOST_ENTRIES, Entry, closing, read_from, read_until
from workflow.domain.language import say
from workflow.domain.validation import a_line

LARGEST = 256 * 1024
"""The largest calendar taken, in bytes."""
MOST_EVENTS = 1000
MOST_STEPS = 20_000
"""Most recurrences of all entries together that are looked at."""
_FREQUENCIES = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
_PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}
_WEEKDAYS = {"WEEKLY": r"MO|TU|WE|TH|FR|SA|SU", "MONTHLY": r"([1-4]|-1)(MO|TU|WE|TH|FR|SA|SU)"}
"""The weekdays by which a rule may repeat: those that every week, or every month, has."""


@dataclass(frozen=True, slots=True)
class CalendarDays:
    """The whole days of a calendar that are still to come, each once; `timed` are the names of entries that have a time of
    the day, and close no day."""

    days: tuple[NamedDay, ...]
    timed: tuple[str, ...]

    def listed(self) -> str:
        """The days as `read_days` reads them, one a line."""
        return "\n".join(f"{each.day.isoformat()} {each.name}" for each in self.days)


def closed_days_in(file: BinaryIO, now: datetime) -> CalendarDays:
    """The days of the calendar from today to the end of the year after next; cancelled entries are left out, recurring ones
    taken apart. Raises `BadInput`, which names the entry."""
    found = _read(file.read(LARGEST + 1), now)
    days = closing(found, tokyo_day(now))
    timed = dict.fromkeys(each.title for each in found if not each.whole_days)
    return CalendarDays(tuple(NamedDay(day, name) for day, name in days.items()), tuple(timed))


def entries_in(content: bytes, now: datetime) -> tuple[Entry, ...]:
    """The entries of a calendar that end after the beginning of this month, to the end of the year after next, each once;
    cancelled ones are left out, recurring ones taken apart. Raises `BadInput`, which names the entry."""
    return tuple(sorted(set(_read(content, now))))


def _read(content: bytes, now: datetime) -> list[Entry]:
    try:
        return _taken_apart(_entries(content), now)
    except BadInput:
        raise
    except Exception as error:
        # Whatever a hostile file breaks in a parser, it is that file alone which is not read.
        raise _unreadable() from error


def _taken_apart(entries: list[Component], now: datetime) -> list[Entry]:
    since, last, steps = read_from(now), read_until(now), iter(range(MOST_STEPS))
    moved: dict[str, set[date]] = {}
    for each in entries:
        if isinstance(instead := getattr(each.get("RECURRENCE-ID"), "dt", None), date):
            moved.setdefault(str(each.get("UID")), set()).add(_day(instead))
    found: list[Entry] = []
    for number, entry in enumerate(entries, 1):
        name = _name(entry, number)
        place = say("予定「{name}」", name=name)
        if str(entry.get("STATUS", "")).upper() == "CANCELLED":
            continue
        for starts_at, ends_at in _occurrences(entry, place, last, moved, steps):
            if ends_at > since:
                found.append(Entry(starts_at, ends_at, name))
            _not_too_many(place, found)
    return found


def _not_too_many(place: str, found: list[Entry]) -> None:
    if len(found) > MOST_ENTRIES:
        raise BadInput(
            place,
            say("予定が {most} 件を超えています", most=MOST_ENTRIES),
            "期間を短くして書き出してください。",
        )


def _entries(content: bytes) -> list[Component]:
    if len(content) > LARGEST:
        raise BadInput("予定表のファイル", say("大きすぎます"), "256 KB 以内にしてください。")
    if content.upper().count(b"BEGIN:VEVENT") > MOST_EVENTS:
        raise BadInput(
            "予定表のファイル",
            say("予定が {most} 件を超えています", most=MOST_EVENTS),
            "期間を短くして書き出してください。",
        )
    calendar = Calendar.from_ical(content)
    if calendar.name != "VCALENDAR":
        raise _unreadable()
    return [each for each in calendar.subcomponents if each.name == "VEVENT"]


def _unreadable() -> BadInput:
    return BadInput(
        "予定表のファイル", "予定表として読めません", "iCalendar（.ics）の形で書き出してください。"
    )


def _name(entry: Component, number: int) -> str:
    return a_line(say("{number} 件目の予定の件名", number=number), str(entry.get("SUMMARY", "")))


def _when(entry: Component, key: str, place: str) -> date:
    value = getattr(entry.get(key), "dt", None)
    if not isinstance(value, date) or not FIRST_DAY <= _day(value) <= LAST_DAY - timedelta(days=MOST):
        raise BadInput(
            place, say("{key} が日付として読めません", key=key), "予定表の元の予定を直してください。"
        )
    return value


def _day(value: date) -> date:
    if not isinstance(value, datetime):
        return value
    return tokyo_day(value) if value.tzinfo else value.date()


def _moment(value: date) -> datetime:
    """The moment, where it names no zone by the clock of Asia/Tokyo; of a day, its midnight."""
    if not isinstance(value, datetime):
        return at_tokyo(value, time())
    return value if value.tzinfo else value.replace(tzinfo=TOKYO)


def _occurrences(
    entry: Component, place: str, last: date, moved: dict[str, set[date]], steps: Iterator[int]
) -> Iterator[tuple[datetime, datetime]]:
    """The beginnings and ends of the entry, those of its recurrences too."""
    first = _when(entry, "DTSTART", place)
    starts_at, length = _moment(first), _length(entry, first, place)
    own = "RECURRENCE-ID" in entry
    left_out = set() if own else moved.get(str(entry.get("UID")), set())
    left_out = left_out | {_day(each.dt) for given in _listed(entry.get("EXDATE")) for each in given.dts}
    for day in _beginnings(entry, place, _day(first), last, steps):
        if day not in left_out and day <= last:
            begins = starts_at + (day - _day(first))
            yield begins, begins + length


def _length(entry: Component, first: date, place: str) -> timedelta:
    whole = not isinstance(first, datetime)
    if "DTEND" in entry:
        length = _moment(_when(entry, "DTEND", place)) - _moment(first)
    elif isinstance(given := getattr(entry.get("DURATION"), "dt", None), timedelta):
        length = given
    else:
        length = timedelta(days=int(whole))
    if not timedelta(days=int(whole)) <= length <= timedelta(days=MOST):
        raise BadInput(
            place, say("{days} 日の長さです", days=length.days), "予定表の元の予定を直してください。"
        )
    return length


def _beginnings(
    entry: Component, place: str, first: date, last: date, steps: Iterator[int]
) -> Iterator[date]:
    rules = _listed(entry.get("RRULE"))
    if not rules:
        yield first
        return
    for rule in rules:
        parts = {str(key).upper(): value for key, value in rule.items()}
        if str(parts.get("FREQ", [""])[0]).upper() not in _FREQUENCIES or not _plain(parts, first):
            raise BadInput(
                place,
                "この繰返し（RRULE）は読めません",
                "毎日・毎週・毎月・毎年の繰返しにするか、予定を一つずつに分けてください。",
            )
        kept = {key: value for key, value in parts.items() if key in {*_PARTS, "BYDAY"}}
        kept |= {"UNTIL": [_day(each) for each in kept["UNTIL"]]} if "UNTIL" in kept else {}
        text = type(rule)(kept).to_ical().decode()
        for moment in rrulestr(text, dtstart=datetime.combine(first, datetime.min.time())):
            if moment.date() > last:
                break
            if next(steps, None) is None:
                raise BadInput(place, "繰返しが多すぎます", "予定表から、古い繰返しの予定を除いてください。")
            yield moment.date()


def _plain(parts: dict[str, Any], first: date) -> bool:
    """Return whether the rule says nothing that no day could meet: it repeats its first day, or weekdays."""
    frequency = str(parts["FREQ"][0]).upper()
    implied = {
        "YEARLY": {"BYMONTH": [first.month], "BYMONTHDAY": [first.day]},
        "MONTHLY": {"BYMONTHDAY": [first.day]},
    }
    more = {key: value for key, value in parts.items() if key not in _PARTS}
    if frequency in _WEEKDAYS and more.keys() == {"BYDAY"}:
        fits = all(re.fullmatch(_WEEKDAYS[frequency], str(each)) for each in more["BYDAY"])
    else:
        said = implied.get(frequency, {})
        fits = all([_number(each) for each in value] == said.get(key) for key, value in more.items())
    return fits and all(int(each) >= 1 for key in ("INTERVAL", "COUNT") for each in parts.get(key, []))


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, int) else str(value)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
