"""The office's own closed days: several of them as typed or pasted, and until when one can be taken away again."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from workflow.domain.blank import is_blank
from workflow.domain.calendar import LAST_DAY, parse_day, shown_day, shown_moment, tokyo_day
from workflow.domain.errors import BadInput, missing
from workflow.domain.language import say
from workflow.domain.pasted_tables import DAYS, below_headings
from workflow.domain.validation import a_line

MOST = 400
"""Most closed days entered at once: a year and some."""
LONGEST_LIST = 40_000
"""The longest list taken, in characters."""


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day on which the office is closed, and why."""

    day: date
    name: str


@dataclass(frozen=True, slots=True)
class YearRule:
    """Days closed each year: `first` and `last` as MM-DD, from the year `since` to `until`, None: without end. A span over
    the year's end belongs to the year it begins in. `number` is its number in the record."""

    number: int
    name: str
    first: str
    last: str
    since: int
    until: int | None = None

    def days(self) -> tuple[date, ...]:
        """Every day of it, of all years that can be counted in."""
        end = LAST_DAY.year - 1 if self.until is None else self.until
        return tuple(
            day for year in range(self.since, end + 1) for day in _days_in(self.first, self.last, year)
        )


@dataclass(frozen=True, slots=True)
class Counted:
    """A thing already done, at a moment, whose time was found by counting business days from `first` to `last`, both
    included. `words` name it."""

    words: str
    first: date
    last: date
    at: datetime


def days_between(first: date, last: date, name: str) -> list[NamedDay]:
    """The days from the first to the last, all by one name. Raises `BadInput`."""
    if last < first:
        raise BadInput(
            "最後の日",
            say("{day} は最初の日より前です", day=shown_day(last)),
            "最初の日か、それより後の日を指定してください。",
        )
    return _span(first, last, a_line("閉庁日の名称", name))


def read_days(text: str) -> list[NamedDay]:
    """The days of a list, one or a span a line, each with its name: 「2026-12-29〜2027-01-03 年末年始の休日」, or with the last
    day's year and month left out. Tabs, commas
    and spaces part the day from its name; empty lines and one of headings are left out. Raises `BadInput`, which names
    the line."""
    if len(text) > LONGEST_LIST:
        raise BadInput(
            "閉庁日の一覧",
            say("{length} 文字あります", length=len(text)),
            say("{longest} 文字以内にしてください。", longest=LONGEST_LIST),
        )
    found: dict[date, str] = {}
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    for number, line in below_headings(lines, DAYS, lambda each: _SIGNS.split(each[1].strip())[0]):
        place = say("閉庁日の一覧の {line} 行目", line=number)
        for each in _of_line(line.strip(), place):
            if each.day in found:
                raise BadInput(
                    place,
                    say("{day}が 2 度書かれています", day=shown_day(each.day)),
                    "どちらかの行を消してください。",
                )
            found[each.day] = each.name
        must_be_few(len(found))
    if not found:
        raise BadInput("閉庁日の一覧", "空です", "1 行に 1 件、日と名称を書いてください。")
    return [NamedDay(day, name) for day, name in sorted(found.items())]


def day_of_year(text: str, place: str) -> str:
    """A day of the year, written 12/29, 12-29 or 12月29日, as MM-DD. Raises `BadInput`, for 29 February too: a day of each
    year is wanted."""
    mend = say("12/29 または 12月29日 の形で書いてください。")
    if is_blank(text):
        raise missing(place, mend)
    plain = text.strip().translate(str.maketrans("０１２３４５６７８９／－", "0123456789/-"))
    match = re.fullmatch(r"(\d{1,2})[-/月](\d{1,2})日?", plain)
    try:
        if match:
            return f"{date(2001, int(match[1]), int(match[2])):%m-%d}"
    except ValueError:
        pass
    raise BadInput(
        place,
        say("「{given}」は毎年ある月日として読めません", given=text[:40]).replace("\n", "␤"),
        mend,
    )


def built_on(day: date, entered_at: datetime | None, counted: Iterable[Counted], now: datetime) -> str | None:
    """Name what was built on a closed day, in words; None: nothing, and it may be taken away.

    A wrong entry can be undone until somebody has built on it. Built on it is what was done and cannot be done anew: the
    day itself, once it has passed as a closed one, and whatever was sent at a time that was counted over it since it was
    entered. Times still to come are no such thing: they are counted anew. `entered_at` None: nobody knows when, and it is
    taken to have always been there.
    """
    if day < tokyo_day(now) and (entered_at is None or tokyo_day(entered_at) <= day):
        return say("{day}は、閉庁日のまま過ぎました。", day=shown_day(day))
    over = [
        each
        for each in counted
        if each.first <= day <= each.last and (entered_at is None or entered_at <= each.at)
    ]
    if not over:
        return None
    first = min(over, key=lambda each: each.at)
    said = say(
        "{what}を、この日を除いて数えた時に送りました（{at}）。", what=first.words, at=shown_moment(first.at)
    )
    return said + say("ほかに {count} 件あります。", count=len(over) - 1) if len(over) > 1 else said


@lru_cache(maxsize=4096)
def _days_in(first: str, last: str, year: int) -> tuple[date, ...]:
    begins = date.fromisoformat(f"{year}-{first}")
    ends = date.fromisoformat(f"{year + (last < first)}-{last}")
    return tuple(begins + timedelta(days=number) for number in range((ends - begins).days + 1))


_SIGNS = re.compile(r"[\s,，、〜～~]+")
_LINE = re.compile(r"(?P<day>[^\s,，、〜～~]+)(?:\s*[〜～~]\s*(?P<last>[^\s,，、]+))?[\s,，、]+(?P<name>.+)")


def _of_line(line: str, place: str) -> list[NamedDay]:
    match = _LINE.fullmatch(line)
    if match is None:
        raise BadInput(
            place,
            "日と名称に分けられません",
            "「2026-12-29 年末年始の休日」または「2026-12-29〜2027-01-03 年末年始の休日」の形で書いてください。",
        )
    first = parse_day(match["day"], place)
    last = _last_day(match["last"], first, place) if match["last"] else first
    if last < first:
        raise BadInput(
            place,
            say("{day} は最初の日より前です", day=shown_day(last)),
            "最初の日か、それより後の日を指定してください。",
        )
    return _span(first, last, a_line(place, match["name"]))


_SHORT = re.compile(r"(?:(\d{1,2})[-/月])?(\d{1,2})日?(?:[（(][月火水木金土日][）)])?")


def _last_day(text: str, first: date, place: str) -> date:
    """The last day of a span as people write it behind the first: in full, or as 10月3日, 10/3, 3日, in its year, month, or
    in the year after it when that is earlier. Raises `BadInput`."""
    short = _SHORT.fullmatch(unicodedata.normalize("NFKC", text))
    if short is None:
        return parse_day(text, place)
    month, day = int(short[1] or first.month), int(short[2])
    try:
        return date(first.year + (bool(short[1]) and (month, day) < (first.month, first.day)), month, day)
    except ValueError:
        return parse_day(text, place)


def _span(first: date, last: date, name: str) -> list[NamedDay]:
    length = (last - first).days + 1
    must_be_few(length)
    return [NamedDay(first + timedelta(days=number), name) for number in range(length)]


def must_be_few(count: int) -> None:
    """Raises `BadInput` when these are more days than are closed at once."""
    if count > MOST:
        raise BadInput(
            "閉庁日",
            say("一度に {most} 日を超えています", most=MOST),
            "期間を確かめるか、分けて登録してください。",
        )
