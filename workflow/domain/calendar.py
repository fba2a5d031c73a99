"""Days and moments of an office: business days, 年度, 令和, deadlines. Moments are UTC, days are days in
Asia/Tokyo. Every deadline is computed here and nowhere else."""

import re
from calendar import monthrange
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import jpholiday

from definitions.chain import Offset, months_later
from workflow.domain.blank import is_blank
from workflow.domain.errors import BadInput, missing
from workflow.domain.language import Dates, dates, say

TOKYO = ZoneInfo("Asia/Tokyo")
FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(2199, 12, 31)
"""The days that are taken from outside: with room to count from them in either direction."""
WEEKDAYS = ("月曜日", "火曜日", "水曜日", "木曜日", "金曜日", "土曜日", "日曜日")
_REIWA = date(2019, 5, 1)
_LONGEST_LOOK = 400
"""Most closed days in a row; a longer run means that the list of closed days is wrong."""


def tokyo_day(moment: datetime) -> date:
    """The day in Asia/Tokyo of a moment."""
    return moment.astimezone(TOKYO).date()


def at_tokyo(day: date, clock: time) -> datetime:
    """That time of that day in Asia/Tokyo, as UTC."""
    return datetime.combine(day, clock, TOKYO).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """24:00 of the day in Asia/Tokyo, as UTC: when a period that ends on it is over."""
    return at_tokyo(day + timedelta(days=1), time())


def effective_from(day: date | None, recorded_at: datetime) -> datetime:
    """The moment from which something counts that was recorded then and took place on that day: the beginning of an
    earlier day, else the moment it was recorded. None: it took place when it was recorded."""
    if day is None or day >= tokyo_day(recorded_at):
        return recorded_at
    return at_tokyo(day, time.min)


def is_business_day(day: date, closed: Collection[date] = ()) -> bool:
    """Return whether the office works: the day is no weekend, no national holiday, not 12月29日–1月3日 (the
    year's end of public offices, cf. 行政機関の休日に関する法律第1条), and none of its own closed days."""
    return _is_common_business_day(day) and day not in closed


def why_closed(day: date, closed: Mapping[date, str]) -> str | None:
    """Why the office does not work that day, in a word: a holiday's name, 年末年始, its own closed day's name, 土曜日;
    None on a business day. `closed` names the office's own, and is shown as the office wrote it."""
    if is_business_day(day, closed):
        return None
    if day in closed:
        return closed[day]
    if holiday := jpholiday.is_holiday_name(day):
        return say(holiday)
    return weekday(day) if day.weekday() >= 5 else say("年末年始")


def weekday(day: date) -> str:
    """日曜日, or Sunday."""
    return say(WEEKDAYS[day.weekday()])


def holidays(year: int) -> list[tuple[date, str]]:
    """国民の祝日 and 休日 of a calendar year, with their names in the language chosen."""
    return [(day, say(name)) for day, name in jpholiday.year_holidays(year)]


@lru_cache(maxsize=4096)
def _is_common_business_day(day: date) -> bool:
    year_end = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
    return day.weekday() < 5 and not year_end and not jpholiday.is_holiday(day)


def business_days_before(day: date, count: int, closed: Collection[date] = ()) -> date:
    """The day `count` business days before `day`; 0 is the day itself, whatever day that is."""
    return _walk(day, count, -1, closed)


def business_days_after(day: date, count: int, closed: Collection[date] = ()) -> date:
    """The day `count` business days after `day`; 0 is the day itself."""
    return _walk(day, count, 1, closed)


def _walk(day: date, count: int, step: int, closed: Collection[date]) -> date:
    idle = 0
    while count:
        day += timedelta(days=step)
        open_day = is_business_day(day, closed)
        count -= open_day
        idle = 0 if open_day else idle + 1
        if idle > _LONGEST_LOOK:
            raise BadInput(
                "閉庁日",
                say("{days} 日以上続いています", days=_LONGEST_LOOK),
                "閉庁日の登録を確かめてください。",
            )
    return day


def offset_before(day: date, offset: Offset, closed: Collection[date] = ()) -> datetime:
    """Return the time, in UTC, at an offset before a day (`3営業日前 09:00`)."""
    return at_tokyo(business_days_before(day, offset.business_days, closed), offset.at)


def period_end(opens_on: date, days: int, *, first_day_counts: bool) -> date:
    """The last day of a period of so many calendar days. Without `first_day_counts` the opening day is not
    counted (民法第140条本文); with it, it is (the 要綱 counts from the day itself)."""
    return opens_on + timedelta(days=days - first_day_counts)


def period_days(opens_on: date, closes_on: date, *, first_day_counts: bool) -> int:
    """Return the length of a period in days, counted as in `period_end`."""
    return (closes_on - opens_on).days + first_day_counts


def period_words(opens_on: date, closes_on: date) -> str:
    """令和5年11月8日（水）から11月26日（日）24:00まで: a period, as the person who reads chose to see days."""
    last = shown_day(closes_on).removeprefix(_year(opens_on))
    gap = "" if dates.get() is Dates.ERA else " "
    return say("{first}から{last}まで", first=shown_day(opens_on), last=f"{last}{gap}24:00")


def nendo(day: date) -> int:
    """The fiscal year (年度, from April) a day falls in, by its Western year."""
    return day.year - (day.month < 4)


def nendo_label(day: date) -> str:
    """令和5年度."""
    year = nendo(day)
    return f"令和{_era_year(year - 2018)}年度" if year >= 2019 else f"{year}年度"


def reiwa(day: date) -> str:
    """令和5年6月12日; before Reiwa, the Western year."""
    return f"{_year(day)}{day.month}月{day.day}日"


def _year(day: date) -> str:
    return f"令和{_era_year(day.year - 2018)}年" if day >= _REIWA else f"{day.year}年"


def _era_year(year: int) -> str:
    return "元" if year == 1 else str(year)


@lru_cache(maxsize=4096)
def reiwa_with_weekday(day: date) -> str:
    """令和5年6月12日（月）."""
    return f"{reiwa(day)}（{WEEKDAYS[day.weekday()][0]}）"


def reiwa_moment(moment: datetime) -> str:
    """令和5年6月12日（月）14:00, in Asia/Tokyo."""
    local = moment.astimezone(TOKYO)
    return f"{reiwa_with_weekday(local.date())}{local:%H:%M}"


def shown_day(day: date) -> str:
    """The day as the person who reads chose to see days: 令和5年6月12日（月）, or 2023-06-12."""
    return reiwa_with_weekday(day) if dates.get() is Dates.ERA else day.isoformat()


def shown_moment(moment: datetime) -> str:
    """The moment, in Asia/Tokyo, as the person who reads chose to see days."""
    local = moment.astimezone(TOKYO)
    return reiwa_moment(moment) if dates.get() is Dates.ERA else f"{local:%Y-%m-%d %H:%M}"


def shown_clock(moment: datetime) -> str:
    """The time of a moment in Asia/Tokyo: 14:00."""
    return f"{moment.astimezone(TOKYO):%H:%M}"


def month_of(day: date) -> str:
    """2023-06."""
    return f"{day:%Y-%m}"


def first_of_month(month: str) -> date:
    """The first day of a month, 2023-06."""
    return date.fromisoformat(f"{month}-01")


def last_of_month(month: str) -> date:
    """The last day of a month, 2023-06."""
    first = first_of_month(month)
    return first.replace(day=monthrange(first.year, first.month)[1])


def months_between(since: date, until: date) -> int:
    """The months from the one of the first day to the one of the other: 0 within a month, 1 from any day of it to any of the
    next."""
    return (until.year - since.year) * 12 + until.month - since.month


def months_through(first: str, last: str) -> Iterator[str]:
    """Every month from the first to the last, 2023-06."""
    while first <= last:
        yield first
        first = months_later(first, 1)


def month_label(month: str) -> str:
    """A month, 2023-06, as the person who reads chose to see days: 令和5年6月, or 2023-06."""
    first = first_of_month(month)
    return reiwa(first).removesuffix("1日") if dates.get() is Dates.ERA else month


def parse_day(text: str, place: str = "日付") -> date:
    """A day written as 2023-06-12, 2023/6/12, 令和5年6月12日 or R5.6.12. Raises `BadInput`."""
    mend = say("2023-06-12 または 令和5年6月12日 の形で書いてください。")
    if is_blank(text):
        raise missing(place, mend)
    plain = text.strip().translate(str.maketrans("０１２３４５６７８９／．－", "0123456789/.-"))
    western = re.fullmatch(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", plain)
    era = re.fullmatch(
        r"(?:令和|[Rr])(\d{1,2}|元)[年.](\d{1,2})[月.](\d{1,2})日?(?:（[月火水木金土日]）)?", plain
    )
    try:
        if western:
            found = date(*(int(part) for part in western.groups()))
            if FIRST_DAY <= found <= LAST_DAY:
                return found
        if era:
            year = 1 if era[1] == "元" else int(era[1])
            return date(2018 + year, int(era[2]), int(era[3]))
    except ValueError:
        pass
    raise BadInput(
        place,
        say("「{given}」は日付として読めません", given=text[:40]).replace("\n", "␤"),
        mend,
    )


def parse_moment(text: str, place: str = "日時") -> datetime:
    """A day and a time in Asia/Tokyo, 2023-06-12 14:00, as UTC. Raises `BadInput`."""
    mend = say("2023-06-12 14:00 の形で書いてください。")
    if is_blank(text):
        raise missing(place, mend)
    match = re.fullmatch(r"(.+?)[ T　](\d{1,2}):(\d{2})", text.strip())
    if match is None or int(match[2]) > 23 or int(match[3]) > 59:
        shown = text[:40].replace("\n", "␤")
        raise BadInput(
            place,
            say("「{given}」は日時として読めません", given=shown),
            mend,
        )
    return at_tokyo(parse_day(match[1], place), time(int(match[2]), int(match[3])))
