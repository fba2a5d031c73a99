"""Chiefs of departments (所属長): the titles (職) by which they are known, and the moment of their weekly report."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from workflow.domain.calendar import at_tokyo, is_business_day

TITLES = ("課長", "室長", "所長", "館長", "局長", "部長", "センター長", "事務長")
"""The titles of those who lead a section or stand above it; a prefix (IT推進課長, 担当課長) may come before them. A 係長 leads no
section, a 課長補佐 assists, and a 副課長 stands second."""

REPORTED_AT = time(9)
"""The time of the weekly report on its day."""


def is_chief(position: str | None) -> bool:
    """Return whether that title in a department makes its holder a chief of it."""
    if position is None or not position.endswith(TITLES):
        return False
    return not position.endswith(tuple(f"副{title}" for title in TITLES))


def week_of(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def reported_at(week: date, closed: Collection[date]) -> datetime | None:
    """The moment of the report of the week that begins on that Monday: on its first business day; None in a week that has
    none."""
    days = (week + timedelta(days=number) for number in range(7))
    first = next((day for day in days if is_business_day(day, closed)), None)
    return at_tokyo(first, REPORTED_AT) if first else None
