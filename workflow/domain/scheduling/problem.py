"""A plan's scheduling problem: its activities with what each rests on, the sittings of the bodies, a start, an aim, and
people's wishes. Frozen data that can be kept as JSON."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Self

from pydantic import TypeAdapter

from definitions.labelled import Labelled
from workflow.domain.calendar import (
    business_days_after,
    business_days_before,
    first_of_month,
    last_of_month,
    month_of,
)


class Kind(Labelled):
    """The kind of an activity, which says how long it takes."""

    WORK = "work", "作業"
    SITTING = "sitting", "会議"
    COMMENT = "comment", "パブリックコメント"
    LETTER = "letter", "照会・協議"
    SIGNOFF = "signoff", "決裁"


@dataclass(frozen=True, slots=True)
class Link:
    """An activity that must have ended, and the business days that must lie between."""

    before: str
    days: int = 0


@dataclass(frozen=True, slots=True)
class Activity:
    """A part of the way of one plan. `after` is what it rests on; without any it may begin on the plan's first day.

    `days` counts business days: how long the work or the 決裁 takes; how long before the sitting its papers go out; how
    long after the last thing it rests on a comment opens (one at least). `length` counts calendar days: of the comment, or
    until a letter is answered. A comment has ended when its opinions are answered (`answering`, business days) and
    published (`publishing`). `visit` rises when it is done again after a 差戻し."""

    key: str
    label: str
    stage: str
    kind: Kind
    after: tuple[Link, ...] = ()
    days: int = 0
    body: str = ""
    length: int = 0
    first_day_counts: bool = True
    answering: int = 0
    publishing: int = 0
    mandatory: bool = False
    visit: int = 1
    stage_label: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Days:
    """The days from a first to a last one: a month, a session (会期) of the assembly."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def whole_month(self) -> bool:
        """Return whether they are a month from its first day to its last."""
        return self == month_days(month_of(self.first))

    def listed(self) -> list[date]:
        """Each of the days."""
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]


def month_days(month: str) -> Days:
    """The days of a month (2023-06)."""
    return Days(first_of_month(month), last_of_month(month))


@dataclass(frozen=True, slots=True)
class BodyCalendar:
    """A body's sittings in order; `assembly`: it sits in the 定例会 of the assembly. In each of `open` it sits once, on a day
    that is not fixed yet: `days` has every business day of it."""

    body: str
    name: str
    days: tuple[date, ...]
    assembly: bool = False
    open: tuple[Days, ...] = ()

    def open_days(self, day: date) -> Days | None:
        """The days of which that one is the body's, perhaps; None: it is fixed."""
        return next((each for each in self.open if day in each), None)


class WishKind(Labelled):
    """The kind of a wish about one activity."""

    AT = "at", "この会議で"
    NOT_BEFORE = "not_before", "この日以後に"
    NOT_AFTER = "not_after", "この日までに"
    AT_LEAST = "at_least", "募集期間を長く"


@dataclass(frozen=True, slots=True)
class Wish:
    """A person's wish about an activity. `label` is how it is called in messages, in their words. `day`: the sitting; the
    first day on which it may begin (a sitting takes place, a comment opens); the last day on which it may end. `length`:
    calendar days of a comment at least."""

    kind: WishKind
    activity: str
    label: str
    day: date | None = None
    length: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """All that a plan's schedule is made from. Each activity stands after those it rests on. `finish` is the activity by
    which the plan is decided; `target` is the day by which it should be, None: as early as can be."""

    plan: str
    start: date
    activities: tuple[Activity, ...]
    calendars: tuple[BodyCalendar, ...]
    finish: str
    target: date | None = None
    wishes: tuple[Wish, ...] = ()
    closed: frozenset[date] = frozenset()
    staff: str = ""

    def activity(self, key: str) -> Activity:
        """The activity of that key; KeyError when there is none."""
        found = next((each for each in self.activities if each.key == key), None)
        if found is None:
            raise KeyError(key)
        return found

    def calendar(self, body: str) -> BodyCalendar:
        """The sittings of the body; none where it has no calendar."""
        return next((each for each in self.calendars if each.body == body), BodyCalendar(body, body, ()))

    def fixed(self, body: str, day: date) -> bool:
        """Return whether the body sits on that very day, rather than once in its month or session."""
        return self.calendar(body).open_days(day) is None

    def wishing(self, wishes: Iterable[Wish]) -> Self:
        """The same problem with these wishes instead of its own."""
        return replace(self, wishes=tuple(wishes))

    def days_after(self, day: date, count: int) -> date:
        """The day `count` business days after `day`; 0 is the day itself."""
        return _days_after(day, count, self.closed)

    def days_before(self, day: date, count: int) -> date:
        """The day `count` business days before `day`; 0 is the day itself."""
        return _days_before(day, count, self.closed)


@lru_cache(maxsize=1 << 17)
def _days_after(day: date, count: int, closed: frozenset[date]) -> date:
    return business_days_after(day, count, closed)


@lru_cache(maxsize=1 << 17)
def _days_before(day: date, count: int, closed: frozenset[date]) -> date:
    return business_days_before(day, count, closed)


def in_order(activities: Sequence[Activity]) -> tuple[Activity, ...]:
    """The activities, each after those it rests on, else in the order given."""
    left, found, done = list(activities), list[Activity](), set[str]()
    while left:
        following = next(each for each in left if all(link.before in done for link in each.after))
        left.remove(following)
        found.append(following)
        done.add(following.key)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Placed:
    """An activity in a schedule. What it rests on had ended on `ready`. A comment opens on `begins`, closes on `closes`,
    and its result is published on `ends`; the papers of a sitting go out on `papers`. `rests_on` is the activity it
    waited for last; None: the plan's first day, or the wish `held_by`."""

    activity: str
    ready: date
    begins: date
    ends: date
    closes: date | None = None
    papers: date | None = None
    rests_on: str | None = None
    held_by: str | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """The days of a plan's activities, in the order of its problem."""

    plan: str
    finish: str
    placed: tuple[Placed, ...]

    def __getitem__(self, key: str) -> Placed:
        found = next((each for each in self.placed if each.activity == key), None)
        if found is None:
            raise KeyError(key)
        return found

    @property
    def finished(self) -> date:
        """The day on which the plan is decided."""
        return self[self.finish].ends

    @property
    def last_day(self) -> date:
        """The day on which all of it has ended, printing too."""
        return max(each.ends for each in self.placed)


_PROBLEM, _SCHEDULE = TypeAdapter(Problem), TypeAdapter(Schedule)


def problem_to_rows(problem: Problem) -> Any:
    """The problem as JSON keeps it."""
    rows = _PROBLEM.dump_python(problem, mode="json")
    return {**rows, "closed": sorted(rows["closed"])}


def problem_from_rows(rows: Any) -> Problem:
    """The problem again, from what `problem_to_rows` wrote."""
    return _PROBLEM.validate_python(rows)


def to_rows(schedule: Schedule) -> Any:
    """The schedule as JSON keeps it."""
    return _SCHEDULE.dump_python(schedule, mode="json")


def from_rows(rows: Any) -> Schedule:
    """The schedule again, from what `to_rows` wrote."""
    return _SCHEDULE.validate_python(rows)
