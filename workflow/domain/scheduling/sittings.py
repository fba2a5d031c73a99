"""The days on which a body sits, by the rule of its calendar."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from definitions.chain import Meets
from workflow.domain.calendar import business_days_after, first_of_month, is_business_day, months_between
from workflow.domain.series import nth_weekdays

WEEKDAYS = "月火水木金"
"""The days on which an office works, by their letter; the first is 0."""


@dataclass(frozen=True, slots=True)
class FixedDays:
    """Days that the body has decided on."""

    days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class EveryMonths:
    """The `week`-th weekday (0 is Monday) of every so many months, from the month of `since` on."""

    since: date
    every: int
    week: int
    weekday: int


@dataclass(frozen=True, slots=True)
class NamedMonths:
    """The `week`-th weekday (0 is Monday) of named months: 定例会 in 2, 6, 9 and 11 (or 3, 6, 9 and 12)."""

    months: tuple[int, ...]
    week: int
    weekday: int


CalendarRule = FixedDays | EveryMonths | NamedMonths


def rule_of(meets: Meets) -> EveryMonths | NamedMonths:
    """The rule of a body's regular days, as its chain says it."""
    weekday = WEEKDAYS.index(meets.weekday)
    if meets.every is None or meets.since is None:
        return NamedMonths(meets.months, meets.week, weekday)
    return EveryMonths(first_of_month(meets.since), meets.every, meets.week, weekday)


def sittings(rule: CalendarRule, first: date, last: date, closed: Collection[date] = ()) -> tuple[date, ...]:
    """The days from `first` to `last` on which a body of that rule sits, in order; never a day on which the office is
    closed. A fixed day that is closed is left out. A weekday of a month that is closed moves to the next business day, and
    is left out when that is in another month."""
    if isinstance(rule, FixedDays):
        found = [day for day in sorted(set(rule.days)) if is_business_day(day, closed)]
    else:
        moved = [_open(day, closed) for day in _by_rule(rule, first, last)]
        found = [day for day in moved if day is not None]
    return tuple(day for day in found if first <= day <= last)


def _by_rule(rule: EveryMonths | NamedMonths, first: date, last: date) -> list[date]:
    """The days of the rule in order, at least those from the month of the first day to the month of the last."""
    if isinstance(rule, EveryMonths):
        count = max(0, months_between(rule.since, last)) // rule.every + 1
        return nth_weekdays(rule.since, count, rule.every, rule.week, rule.weekday)
    beginning = first.replace(day=1)
    every_month = nth_weekdays(beginning, months_between(beginning, last) + 1, 1, rule.week, rule.weekday)
    return [day for day in every_month if day.month in rule.months]


def _open(day: date, closed: Collection[date]) -> date | None:
    """The day, or the next business day of its month."""
    found = day if is_business_day(day, closed) else business_days_after(day, 1, closed)
    return found if found.month == day.month else None
