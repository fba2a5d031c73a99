"""The load of many plans' schedules: each sitting's items, people in two places, and who has too much in which month."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from workflow.domain.calendar import month_of
from workflow.domain.scheduling.problem import Kind, Problem, Schedule


@dataclass(frozen=True, slots=True)
class Capacity:
    """The most items that a sitting of a body takes (`items`, else `usual`), the rooms it can sit in (`rooms`; a body that
    is not named needs none of them), and the most items that one person has in a month before it is too much."""

    items: Mapping[str, int] = field(default_factory=dict, hash=False)
    usual: int = 8
    rooms: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    monthly: int = 4

    def most(self, body: str) -> int:
        """The most items at one sitting of the body."""
        return self.items.get(body, self.usual)


@dataclass(frozen=True, slots=True)
class Item:
    """A plan's gate at a sitting."""

    plan: str
    gate: str
    staff: str
    body: str
    day: date


@dataclass(frozen=True, slots=True)
class SittingLoad:
    """The items at a sitting, and the most it takes."""

    body: str
    day: date
    items: tuple[Item, ...]
    most: int

    @property
    def over(self) -> int:
        """The items too many."""
        return max(0, len(self.items) - self.most)


@dataclass(frozen=True, slots=True)
class PersonClash:
    """A person whose plans are at sittings of several bodies on one day."""

    staff: str
    day: date
    bodies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TooMuch:
    """A person with more items in a month than the office thinks well."""

    staff: str
    month: str
    items: int


def items(problems: Sequence[Problem], schedules: Iterable[Schedule]) -> list[Item]:
    """Every gate of the plans at its sitting, by day."""
    by_plan = {problem.plan: problem for problem in problems}
    found = [
        Item(schedule.plan, activity.key, problem.staff, activity.body, schedule[activity.key].begins)
        for schedule in schedules
        for problem in (by_plan[schedule.plan],)
        for activity in problem.activities
        if activity.kind is Kind.SITTING
    ]
    return sorted(found, key=lambda item: (item.day, item.body, item.plan, item.gate))


def loads(found: Iterable[Item], capacity: Capacity) -> list[SittingLoad]:
    """The load of each sitting that has any, by day."""
    held = defaultdict[tuple[date, str], list[Item]](list)
    for item in found:
        held[item.day, item.body].append(item)
    return [
        SittingLoad(body, day, tuple(its), capacity.most(body)) for (day, body), its in sorted(held.items())
    ]


def person_clashes(found: Iterable[Item]) -> list[PersonClash]:
    """The people who would be before two bodies on one day."""
    at = defaultdict[tuple[str, date], set[str]](set)
    for item in found:
        if item.staff:
            at[item.staff, item.day].add(item.body)
    return [
        PersonClash(staff, day, tuple(sorted(bodies)))
        for (staff, day), bodies in sorted(at.items())
        if len(bodies) > 1
    ]


def too_much(found: Iterable[Item], capacity: Capacity) -> list[TooMuch]:
    """The people with too many items in a month, most first."""
    counted = Counter((item.staff, month_of(item.day)) for item in found if item.staff)
    over = [TooMuch(staff, month, n) for (staff, month), n in counted.items() if n > capacity.monthly]
    return sorted(over, key=lambda each: (-each.items, each.month, each.staff))


def peaks(found: Iterable[SittingLoad]) -> dict[str, int]:
    """The most items at one sitting of each body."""
    most: dict[str, int] = {}
    for load in found:
        most[load.body] = max(most.get(load.body, 0), len(load.items))
    return most


def rooms(bodies: Sequence[str], capacity: Capacity) -> dict[str, str] | None:
    """A room for each of the bodies that sit on one day, for those that have rooms to choose from; None when there are too
    few."""
    taken: dict[str, str] = {}

    def finds(body: str, asked: set[str]) -> bool:
        """Take a room, from another body where that finds one elsewhere."""
        for room in capacity.rooms[body]:
            if room not in asked:
                asked.add(room)
                if room not in taken or finds(taken[room], asked):
                    taken[room] = body
                    return True
        return False

    placed = all(finds(body, set()) for body in bodies if capacity.rooms.get(body))
    return {body: room for room, body in taken.items()} if placed else None


def days_shared(problems: Sequence[Problem]) -> Iterator[tuple[date, tuple[str, ...]]]:
    """The days on which two or more bodies sit, with these."""
    sitting = defaultdict[date, set[str]](set)
    for problem in problems:
        for calendar in problem.calendars:
            for day in calendar.days:
                sitting[day].add(calendar.body)
    for day, bodies in sorted(sitting.items()):
        if len(bodies) > 1:
            yield day, tuple(sorted(bodies))


def over_in_month(count: int, sittings: int, body: str, capacity: Capacity) -> int:
    """The items of a month that are too many for the body's sittings in it, each taking what the office thinks well. A month
    in which none is called yet is counted as one sitting."""
    return max(0, count - capacity.most(body) * max(sittings, 1))
