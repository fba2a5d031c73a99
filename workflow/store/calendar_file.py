"""Calendars of others (.ics, RFC 5545) read for their entries: bounded in size, events and recurrences, and never
trusted."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO

from dateutil.rrule import rrulestr
from icalendar import Calendar, Component

from workflow.domain.calendar import FIRST_DAY, LAST_DAY, TOKYO, tokyo_day
from workflow.domain.closed_days import MOST, NamedDay
from workflow.domain.errors import BadInput
from workflow.domain.kept_calendars import MOST_ENTRIES, Entry, closing, read_from, read_until
from workflow.domain.language import say
from workflow.domain.validation import a_line

LARGEST = 256 * 1024
"""The largest calendar taken, in bytes."""
MOST_EVENTS = 1000
MOST_OF_A_NAME = 200
"""The longest subject of an entry that is kept, in characters; of a longer one, its beginning."""
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
    moved: dict[str, list[date]] = {}
    for each in entries:
        if isinstance(instead := getattr(each.get("RECURRENCE-ID"), "dt", None), date):
            moved.setdefault(str(each.get("UID")), []).append(instead)
    found: list[Entry] = []
    for number, entry in enumerate(entries, 1):
        name = _name(entry)
        place = say("予定「{name}」", name=name) if name else say("{number} 件目の予定", number=number)
        if str(entry.get("STATUS", "")).upper() == "CANCELLED" or _is_of_another_age(entry):
            continue
        for starts_at, ends_at in _occurrences(entry, place, last, moved, steps):
            if ends_at > since:
                a_line(say("{number} 件目の予定の件名", number=number), name)
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
    try:
        written = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        if b"BEGIN:VCALENDAR" not in content:
            raise _unreadable() from None
        raise BadInput(
            "予定表のファイル",
            "文字コードが UTF-8 ではありません",
            "UTF-8 の iCalendar（.ics）の形で書き出してください。",
        ) from None
    calendar = Calendar.from_ical(written)
    if calendar.name != "VCALENDAR":
        raise _unreadable()
    kinds = [each.name for each in calendar.subcomponents]
    if "VFREEBUSY" in kinds and "VEVENT" not in kinds:
        raise BadInput(
            "予定表のファイル",
            "空き時間情報（VFREEBUSY）だけで、予定がありません",
            "予定（VEVENT）のある形で書き出してください。",
        )
    return [each for each in calendar.subcomponents if each.name == "VEVENT"]


def _unreadable() -> BadInput:
    return BadInput(
        "予定表のファイル", "予定表として読めません", "iCalendar（.ics）の形で書き出してください。"
    )


def _name(entry: Component) -> str:
    """The subject of the entry as one line: other programs take longer ones and several lines. Empty where it has none."""
    given = str(next(iter(_listed(entry.get("SUMMARY"))), ""))
    seen = "".join(each for each in given if unicodedata.category(each) != "Cf")
    return " ".join(seen.split())[:MOST_OF_A_NAME].strip()


def _is_of_another_age(entry: Component) -> bool:
    """Return whether it takes place once, on a day that no calendar here knows."""
    value = getattr(entry.get("DTSTART"), "dt", None)
    if not isinstance(value, date) or any(name in entry for name in ("RRULE", "RDATE")):
        return False
    return not FIRST_DAY.year <= value.year <= LAST_DAY.year - 2


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
        return datetime.combine(value, time(), TOKYO)
    return value if value.tzinfo else value.replace(tzinfo=TOKYO)


def _day_by(starts_at: datetime, value: date) -> date:
    """The day by the clock of the entry that begins then: its rule counts the days there, its weekdays too."""
    if not isinstance(value, datetime):
        return value
    return _moment(value).astimezone(starts_at.tzinfo).date()


def _occurrences(
    entry: Component, place: str, last: date, moved: dict[str, list[date]], steps: Iterator[int]
) -> Iterator[tuple[datetime, datetime]]:
    """The beginnings and ends of the entry, those of its recurrences too."""
    first = _when(entry, "DTSTART", place)
    starts_at, length = _moment(first), _length(entry, first, place)
    own = "RECURRENCE-ID" in entry
    left_out = [] if own else list(moved.get(str(entry.get("UID")), []))
    left_out += [each.dt for given in _listed(entry.get("EXDATE")) for each in given.dts]
    gone = {_day_by(starts_at, each) for each in left_out}
    for begins in _beginnings(entry, place, starts_at, last, steps):
        if begins.date() not in gone and tokyo_day(begins) <= last:
            at = begins.astimezone(TOKYO)
            yield at, at + length


def _length(entry: Component, first: date, place: str) -> timedelta:
    whole = not isinstance(first, datetime)
    if "DTEND" in entry:
        length = _moment(_when(entry, "DTEND", place)) - _moment(first)
        if whole and not length:  # the last day itself, as some programs write it
            length = timedelta(days=1)
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
    entry: Component, place: str, starts_at: datetime, last: date, steps: Iterator[int]
) -> Iterator[datetime]:
    """The beginnings by the clock of the entry, each once."""
    rules, named = _listed(entry.get("RRULE")), _listed(entry.get("RDATE"))
    parameters = getattr(entry.get("RECURRENCE-ID"), "params", {})
    if "EXRULE" in entry or str(parameters.get("RANGE", "")).upper() == "THISANDFUTURE":
        raise _no_rule(place)
    found = set() if rules else {starts_at}
    for given in (each.dt for dates in named for each in dates.dts):
        if not isinstance(given, date):
            raise _no_rule(place)
        by_its_clock = _moment(given).astimezone(starts_at.tzinfo) if isinstance(given, datetime) else None
        found.add(by_its_clock or starts_at + (given - starts_at.date()))
    for rule in rules:
        found.update(_by_rule(rule, place, starts_at, last, steps))
    yield from sorted(found)


def _no_rule(place: str) -> BadInput:
    return BadInput(
        place,
        "この繰返し（RRULE）は読めません",
        "毎日・毎週・毎月・毎年の繰返しにするか、予定を一つずつに分けてください。",
    )


def _by_rule(
    rule: Any, place: str, starts_at: datetime, last: date, steps: Iterator[int]
) -> Iterator[datetime]:
    first = starts_at.date()
    parts = {str(key).upper(): value for key, value in rule.items()}
    if str(parts.get("FREQ", [""])[0]).upper() not in _FREQUENCIES or not _plain(parts, first):
        raise _no_rule(place)
    kept = {key: value for key, value in parts.items() if key in {*_PARTS, "BYDAY"}}
    ends = [_moment(each) for each in kept.get("UNTIL", []) if isinstance(each, datetime)]
    kept |= {"UNTIL": [_day_by(starts_at, each) for each in kept["UNTIL"]]} if "UNTIL" in kept else {}
    text = type(rule)(kept).to_ical().decode()
    for moment in rrulestr(text, dtstart=datetime.combine(first, time())):
        begins = starts_at + (moment.date() - first)
        if moment.date() > last or any(begins > end for end in ends):
            break
        if next(steps, None) is None:
            raise BadInput(place, "繰返しが多すぎます", "予定表から、古い繰返しの予定を除いてください。")
        yield begins


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
