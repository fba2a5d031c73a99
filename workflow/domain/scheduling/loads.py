"""The load of many plans' schedules: each sitting's items, people in two places, and who has too much in which month."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from workflow.domain.calendar import first_of_month, month_of
from workflow.domain.schedules import Line
from workflow.domain.scheduling.problem import Kind, Problem, Schedule


@dataclass(frozen=True, slots=True)
class Capacity:
    """The most items that a sitting of a body takes (`items`, else `usual`), the rooms it can sit in (`rooms`; a body that
    is not named needs none of them), and the most items that one person has in a month before it is too much. A staff is one
    person, or a department with so many `people`: each of them can be before one body on a day."""

    items: Mapping[str, int] = field(default_factory=dict, hash=False)
    usual: int = 8
    rooms: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    monthly: int = 4
    people: Mapping[str, int] = field(default_factory=dict, hash=False)

    def most(self, body: str) -> int:
        """The most items at one sitting of the body."""
        return self.items.get(body, self.usual)

    def of(self, staff: str) -> int:
        """The people of that staff."""
        return self.people.get(staff, 1)


@dataclass(frozen=True, slots=True)
class Item:
    """A plan's gate at a sitting. Where only the month of the sitting is `fixed`, the day is any of it."""

    plan: str
    gate: str
    staff: str
    body: str
    day: date
    fixed: bool = True

    @property
    def sitting(self) -> date:
        """The day that stands for the sitting: the first of its month where no day is fixed."""
        return self.day if self.fixed else self.day.replace(day=1)


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
    """A staff whose plans are at sittings of more bodies on one day than it has people."""

    staff: str
    day: date
    bodies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TooMuch:
    """A staff with more items in a month than the office thinks well for its people."""

    staff: str
    month: str
    items: int


def items(problems: Sequence[Problem], schedules: Iterable[Schedule]) -> list[Item]:
    """Every gate of the plans at its sitting, by day."""
    by_plan = {problem.plan: problem for problem in problems}
    found = [
        Item(
            schedule.plan, activity.key, problem.staff, activity.body, day, problem.fixed(activity.body, day)
        )
        for schedule in schedules
        for problem in (by_plan[schedule.plan],)
        for activity in problem.activities
        if activity.kind is Kind.SITTING
        for day in (schedule[activity.key].begins,)
    ]
    return sorted(found, key=lambda item: (item.day, item.body, item.plan, item.gate))


def planned_items(
    plan: str,
    staff: str,
    lines: Iterable[tuple[Line, Sequence[str]]],
    put: Mapping[str, tuple[str, date]],
    today: date,
) -> Iterator[Item]:
    """The gates of a plan that are still to come to a body: those on the agenda of a meeting (`put`: its body and its day),
    and those of these lines of its schedule. One that should have come before today comes this month."""
    for gate, (body, day) in put.items():
        yield Item(plan, gate, staff, body, day)
    for line, gates in lines:
        if line.body is None:
            continue
        day = line.day or first_of_month(line.month)
        coming = line.day is not None and day >= today
        for gate in gates:
            if gate not in put:
                yield Item(plan, gate, staff, line.body, day if coming else max(day, today), coming)


@dataclass(frozen=True, slots=True)
class MonthLoad:
    """The items that come to a body in a month, the sittings of it whose day is known, and the items too many for them."""

    body: str
    month: str
    items: int
    sittings: int
    over: int


def month_loads(
    found: Sequence[Item], called: Iterable[tuple[str, date]], capacity: Capacity
) -> dict[tuple[str, str], MonthLoad]:
    """The load of each body in each month that has any, by body and month. `called` are the bodies' meetings to come."""
    counted = Counter((item.body, month_of(item.day)) for item in found)
    days = defaultdict[tuple[str, str], set[date]](set)
    for body, day in [*called, *((item.body, item.day) for item in found if item.fixed)]:
        days[body, month_of(day)].add(day)
    return {
        (body, month): MonthLoad(
            body, month, n, len(days[body, month]), over_in_month(n, len(days[body, month]), body, capacity)
        )
        for (body, month), n in counted.items()
    }


def too_full(found: Sequence[Item], months: Iterable[MonthLoad], capacity: Capacity) -> list[SittingLoad]:
    """The sittings on a known day with items too many, in months that have not too many as a whole."""
    told = {(each.body, each.month) for each in months if each.over}
    held = loads([item for item in found if item.fixed], capacity)
    return [load for load in held if load.over and (load.body, month_of(load.day)) not in told]


def loads(found: Iterable[Item], capacity: Capacity) -> list[SittingLoad]:
    """The load of each sitting that has any, by day."""
    held = defaultdict[tuple[date, str], list[Item]](list)
    for item in found:
        held[item.sitting, item.body].append(item)
    return [
        SittingLoad(body, day, tuple(its), capacity.most(body)) for (day, body), its in sorted(held.items())
    ]


def person_clashes(found: Iterable[Item], capacity: Capacity) -> list[PersonClash]:
    """The staff who would be before more bodies on one day than they have people."""
    at = defaultdict[tuple[str, date], set[str]](set)
    for item in found:
        if item.staff and item.fixed:
            at[item.staff, item.day].add(item.body)
    return [
        PersonClash(staff, day, tuple(sorted(bodies)))
        for (staff, day), bodies in sorted(at.items())
        if len(bodies) > capacity.of(staff)
    ]


def too_much(found: Iterable[Item], capacity: Capacity) -> list[TooMuch]:
    """The staff with too many items in a month, most first."""
    counted = Counter((item.staff, month_of(item.day)) for item in found if item.staff)
    over = [
        TooMuch(staff, month, n)
        for (staff, month), n in counted.items()
        if n > capacity.monthly * capacity.of(staff)
    ]
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
