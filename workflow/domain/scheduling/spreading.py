"""Many plans at once: a sitting for every gate of every plan, none too full, nobody and no room twice on a day.

One plan is exact without a solver (`passes`). Plans that share sittings are not: which of them waits is a choice. OR-Tools
CP-SAT makes it, and proves how far from the best it may be. The sitting of a gate is written as "not before its n-th day",
so that what rests on it is a plain implication, taken from the same rule as that of one plan."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from pydantic import TypeAdapter

from workflow.domain.scheduling.loads import (
    Capacity,
    Item,
    SittingLoad,
    days_shared,
    items,
    loads,
    peaks,
    rooms,
)
from workflow.domain.scheduling.passes import Bounds, bounds, forward, latest_places, place
from workflow.domain.scheduling.problem import Kind, Problem, Schedule, Wish, WishKind

UNPLACED = 10_000
"""The days late that a plan counts for which no way is found: more than of any plan that has one."""


Proposal = dict[str, Schedule]
"""The schedules of the plans that found a place, by plan."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A proposal for many plans. `late` is the sum of the calendar days by which plans miss their targets (a plan without
    one: the day it could be decided if it were alone), `peak` the sum over the bodies of the most items at a sitting.
    No proposal has fewer days late than `late_bound`, and none with as few days late a smaller peak than `peak_bound`.
    `unplaced` are plans for which no way was found: they have no schedule, and count `UNPLACED` days late. `rooms` has the
    room of each sitting whose body has rooms to choose from."""

    schedules: tuple[Schedule, ...]
    unplaced: tuple[str, ...]
    rooms: tuple[tuple[str, date, str], ...]
    late: int
    late_bound: int
    peak: int
    peak_bound: int

    @property
    def optimal(self) -> bool:
        """Return whether it is proved that no proposal is better."""
        return self.late == self.late_bound and self.peak == self.peak_bound


@dataclass(frozen=True, slots=True)
class _Way:
    """The ways of one plan. `days` are those that each gate may have. A gate not before its n-th day leaves another not
    before its m-th (`demands`: gate, n, other, m), and the decision not before a day (`decisions`: gate, n, day).
    `alone` is the day of the decision if the plan were alone."""

    problem: Problem
    days: Mapping[str, tuple[date, ...]]
    demands: tuple[tuple[str, int, str, int], ...]
    decisions: tuple[tuple[str, int, date], ...]
    alone: date

    def late(self, decided: date) -> int:
        """The calendar days by which a decision on that day is late."""
        return max(0, (decided - (self.problem.target or self.alone)).days)


_SPREAD = TypeAdapter(Spread)


def spread_to_rows(found: Spread) -> Any:
    """The proposal as JSON keeps it."""
    return _SPREAD.dump_python(found, mode="json")


def spread_from_rows(rows: Any) -> Spread:
    """The proposal again, from what `spread_to_rows` wrote."""
    return _SPREAD.validate_python(rows)


def spread(problems: Sequence[Problem], capacity: Capacity, *, seconds: float = 4.0) -> Spread:
    """Choose a sitting for every gate of every plan: the fewest days late, then the smallest peaks. The solver takes so many
    seconds at most, on two cores. Plans are told apart by their `plan`."""
    ways = [way for problem in problems if (way := _way(problem))]
    model = _Model(ways, capacity)
    first, order = _first_proposal(ways, capacity)
    late_bound, best = sum(way.late(way.alone) for way in ways), first
    if _days_late(ways, first) > late_bound:
        proved, best = model.fewest_days_late(first, 0.6 * seconds)
        late_bound, seconds = max(late_bound, proved), 0.4 * seconds
    late = _days_late(ways, best)
    if late == _days_late(ways, first):
        best = _flattened(ways, order, capacity, late)
    peak_bound, best = model.smallest_peaks(best, late, seconds)
    best = _pulled_forward(problems, best, capacity)
    held = loads(items(problems, best.values()), capacity)
    return Spread(
        tuple(best.values()),
        tuple(problem.plan for problem in problems if problem.plan not in best),
        tuple(_rooms_taken(held, capacity)),
        _days_late(ways, best) + UNPLACED * (len(problems) - len(ways)),
        late_bound + UNPLACED * (len(problems) - len(ways)),
        sum(peaks(held).values()),
        peak_bound,
    )


def _days_late(ways: Sequence[_Way], proposal: Proposal) -> int:
    placed = [(way, proposal.get(way.problem.plan)) for way in ways]
    return sum(way.late(schedule.finished) if schedule else UNPLACED for way, schedule in placed)


def _rooms_taken(held: Sequence[SittingLoad], capacity: Capacity) -> Iterator[tuple[str, date, str]]:
    bodies = defaultdict[date, list[str]](list)
    for load in held:
        if load.items[0].fixed:
            bodies[load.day].append(load.body)
    for day, its in bodies.items():
        for body, room in (rooms(its, capacity) or {}).items():
            yield body, day, room


def _at(problem: Problem, days: Mapping[str, date]) -> Schedule:
    """The plan's schedule with its gates at these sittings."""
    chosen = (Wish(WishKind.AT, gate, "", day) for gate, day in days.items())
    schedule = forward(problem.wishing((*problem.wishes, *chosen)))
    assert schedule is not None  # noqa: S101 - the model keeps the rules of one plan
    return schedule


_WORK_A_SECOND = 0.5
"""CP-SAT's own measure of work, which ends the search before the clock does on a machine that is not busy: so the same
input has the same result."""

_ROUNDS = 20
"""Times that the plans are placed one after the other, for a first proposal."""


def _first_proposal(ways: Sequence[_Way], capacity: Capacity) -> tuple[Proposal, list[Problem]]:
    """The best of some proposals that place the plans one after the other, with its order: by their targets at first, then
    those that came late sooner each time."""
    turn = {way.problem.plan: (way.problem.target or way.alone).toordinal() for way in ways}
    least, best = None, (dict[str, Schedule](), list[Problem]())
    for _ in range(_ROUNDS):
        order = sorted((way.problem for way in ways), key=lambda each: (turn[each.plan], each.plan))
        found = _one_by_one(order, capacity)
        late = _days_late(ways, found)
        if least is None or late < least:
            least, best = late, (found, order)
        if not late:
            break
        for way in ways:
            schedule = found.get(way.problem.plan)
            turn[way.problem.plan] -= min(way.late(schedule.finished), 365) if schedule else 365
    return best


def _flattened(ways: Sequence[_Way], order: Sequence[Problem], capacity: Capacity, late: int) -> Proposal:
    """The proposal of that order with as few items at a sitting of each body, one body after the other, as let it be no day
    later."""
    bodies = sorted({activity.body for each in order for activity in each.activities if activity.body})
    for body in bodies:

        def too_few(most: int, body: str = body, before: Capacity = capacity) -> bool:
            fewer = replace(before, items={**before.items, body: most})
            return _days_late(ways, _one_by_one(order, fewer)) > late

        most = bisect_left(range(capacity.most(body)), True, key=lambda n: not too_few(n))
        capacity = replace(capacity, items={**capacity.items, body: most})
    return _one_by_one(order, capacity)


def _one_by_one(problems: Sequence[Problem], capacity: Capacity) -> Proposal:
    """The plans in this order, each as early as what is left of the sittings lets it."""
    taken = _Taken(capacity)
    found: dict[str, Schedule] = {}
    for problem in problems:
        schedule = taken.earliest(problem)
        if schedule and taken.all_fit(its := items([problem], [schedule])):
            taken.put(its)
            found[problem.plan] = schedule
    return found


def _pulled_forward(problems: Sequence[Problem], best: Proposal, capacity: Capacity) -> Proposal:
    """The proposal without needless delay: each plan as early as the others leave it room, and no peak any higher."""
    highest = peaks(loads(items(problems, best.values()), capacity))
    within = replace(capacity, items={**capacity.items, **highest})
    its = {
        problem.plan: items([problem], [best[problem.plan]]) for problem in problems if problem.plan in best
    }
    found = dict(best)
    for problem in problems:
        if problem.plan not in best:
            continue
        taken = _Taken(within)
        taken.put([item for plan, of in its.items() if plan != problem.plan for item in of])
        earlier = taken.earliest(problem)
        if earlier and taken.all_fit(own := items([problem], [earlier])):
            found[problem.plan], its[problem.plan] = earlier, own
    return found


class _Taken:
    """The sittings as plans take them, one after the other."""

    def __init__(self, capacity: Capacity) -> None:
        self.capacity = capacity
        self.counts = Counter[tuple[str, date]]()
        self.bodies = defaultdict[date, set[str]](set)
        self.before = defaultdict[tuple[str, date], set[str]](set)

    def earliest(self, problem: Problem) -> Schedule | None:
        """The earliest schedule of the plan at sittings that take one more item."""
        bodies = {activity.body for activity in problem.activities}
        calendars = tuple(
            replace(each, days=tuple(day for day in each.days if self._takes_one(problem, each.body, day)))
            for each in problem.calendars
            if each.body in bodies
        )
        return forward(replace(problem, calendars=calendars))

    def _takes_one(self, problem: Problem, body: str, day: date) -> bool:
        item = Item(problem.plan, "", problem.staff, body, day, problem.fixed(body, day))
        return self._takes(item, Counter(), {})

    def all_fit(self, its: Sequence[Item]) -> bool:
        """Return whether the sittings take all the items of a plan together."""
        own, days = Counter[tuple[str, date]](), defaultdict[date, set[str]](set)
        for item in its:
            if not self._takes(item, own, days):
                return False
            own[item.body, item.sitting] += 1
            if item.fixed:
                days[item.day].add(item.body)
        return True

    def put(self, its: Sequence[Item]) -> None:
        """Take the items."""
        self.counts += Counter((item.body, item.sitting) for item in its)
        for item in its:
            if item.fixed:
                self.bodies[item.day].add(item.body)
                self.before[item.staff, item.day].add(item.body)

    def _takes(
        self, item: Item, own: Mapping[tuple[str, date], int], days: Mapping[date, Collection[str]]
    ) -> bool:
        """Return whether there is room for the item beside those of its plan, which are at these sittings."""
        key, mine = (item.body, item.sitting), set(days.get(item.day, ()))
        if self.counts[key] + own.get(key, 0) >= self.capacity.most(item.body):
            return False
        if not item.fixed:
            return True
        with_staff = self.before.get((item.staff, item.day), set()) | mine | {item.body}
        if item.staff and len(with_staff) > self.capacity.of(item.staff):
            return False
        held = self.bodies.get(item.day, set()) | mine
        return item.body in held or not held or rooms([*sorted(held), item.body], self.capacity) is not None


def _way(problem: Problem) -> _Way | None:
    """The ways of the plan; None when it has no schedule even alone."""
    earliest = forward(problem)
    if earliest is None:
        return None
    wanted, last = bounds(problem), _last_days(problem)
    days = {
        each.key: tuple(
            day
            for day in problem.calendar(each.body).days
            if earliest[each.key].begins <= day <= last.get(each.key, date.max)
        )
        for each in problem.activities
        if each.kind is Kind.SITTING
    }
    demands, decisions = list[tuple[str, int, str, int]](), list[tuple[str, int, date]]()
    for gate, its in days.items():
        before: dict[str, date | None] = {}
        for n, day in enumerate(its):
            for key, then in _leaves(problem, wanted, gate, day).items():
                if key in before and before[key] == then:
                    continue
                before[key] = then
                if key in days:
                    demands.append((gate, n, key, bisect_left(days[key], then or date.max)))
                if key == problem.finish and then:
                    decisions.append((gate, n, then))
    return _Way(problem, days, tuple(demands), tuple(decisions), earliest.finished)


def _last_days(problem: Problem) -> dict[str, date]:
    """The last days that wishes leave to the gates; none where nobody wished anything."""
    if not bounds(problem).ceilings:
        return {}
    far = max(day for each in problem.calendars for day in each.days) + timedelta(days=1500)
    return {key: ends for key, (_, ends) in latest_places(problem, far).items()}


def _leaves(problem: Problem, wanted: Bounds, gate: str, day: date) -> dict[str, date | None]:
    """The earliest days that a gate on that day leaves to the gates next after it, and to the decision where no gate comes
    before that. None: no sitting is left."""
    ended, found = {gate: day}, dict[str, date | None]()
    if gate == problem.finish:
        found[gate] = day
    for activity in problem.activities:
        links = [link for link in activity.after if link.before in ended]
        if not links or activity.key == gate:
            continue
        ready = max(problem.days_after(ended[link.before], link.days) for link in links)
        placed = place(problem, wanted, activity, ready)
        if activity.kind is Kind.SITTING:
            found[activity.key] = placed.begins if placed else None
        elif placed:
            ended[activity.key] = placed.ends
            if activity.key == problem.finish:
                found[activity.key] = placed.ends
    return found


@dataclass(frozen=True, slots=True)
class _Here:
    """A gate that may be at a sitting: it is when it has `reached` that day and not `passed` it."""

    staff: str
    reached: Any
    passed: Any


def _load(its: Sequence[_Here]) -> Any:
    """The items of a sitting."""
    return sum(here.reached for here in its) - sum(here.passed for here in its)


class _Model:
    """The choice as CP-SAT takes it. `not_before[plan, gate][n]`: the gate has its n-th day or a later one; past its last,
    the plan finds no place, and then none of its gates does."""

    def __init__(self, ways: Sequence[_Way], capacity: Capacity) -> None:
        from ortools.sat.python import cp_model  # 59 MB: only when many plans are placed

        self.cp, self.capacity, self.ways = cp_model, capacity, ways
        self.model = cp_model.CpModel()
        self.always = self.model.new_constant(1)
        self.not_before: dict[tuple[str, str], list[Any]] = {}
        self.levels: dict[str, list[tuple[int, Any]]] = {}
        self.sitting = defaultdict[tuple[str, date], list[_Here]](list)
        self.fixed = set[tuple[str, date]]()
        self.people: dict[tuple[str, str, date], Any] = {}
        self.held: dict[tuple[str, date], Any] = {}
        self.room: dict[tuple[str, date, str], Any] = {}
        self.peaks: list[Any] = []
        for way in ways:
            self._add_way(way)
        self.days_late = sum(way.late(way.alone) for way in ways) + sum(
            (days - before) * late
            for levels in self.levels.values()
            for (before, _), (days, late) in zip([(0, None), *levels], levels, strict=False)
        )
        for (body, _), its in self.sitting.items():
            if len(its) > capacity.most(body):
                self.model.add(_load(its) <= capacity.most(body))
        self._add_shared_days()

    def _add_way(self, way: _Way) -> None:
        """The plan's gates, what each leaves to others, and how late each makes the decision."""
        model, plan = self.model, way.problem.plan
        for gate, days in way.days.items():
            steps = [self.always, *(model.new_bool_var("") for _ in days)]
            for sooner, later in pairwise(steps):
                model.add_implication(later, sooner)
            self.not_before[plan, gate] = steps
            body = way.problem.activity(gate).body
            for n, day in enumerate(days):
                fixed = way.problem.fixed(body, day)
                here = _Here(way.problem.staff, steps[n], steps[n + 1])
                self.sitting[body, day if fixed else day.replace(day=1)].append(here)
                if fixed:
                    self.fixed.add((body, day))
        for gate, n, other, m in way.demands:
            model.add_implication(self.not_before[plan, gate][n], self.not_before[plan, other][m])
        least = way.late(way.alone)
        late = [(gate, n, way.late(day) - least) for gate, n, day in way.decisions]
        more = sorted({each for *_, each in late if each > 0})
        lost = model.new_bool_var("")
        levels = [*((each, model.new_bool_var("")) for each in more), (UNPLACED - least, lost)]
        for (_, sooner), (_, later) in pairwise(levels):
            model.add_implication(later, sooner)
        of = dict(levels)
        for gate, n, each in late:
            if each > 0:
                model.add_implication(self.not_before[plan, gate][n], of[each])
        for gate in way.days:
            model.add_implication(self.not_before[plan, gate][-1], lost)
            model.add_implication(lost, self.not_before[plan, gate][-1])
        self.levels[plan] = levels

    def _add_shared_days(self) -> None:
        """Nobody is before two bodies on one day, and no room holds two; where no day is fixed, that is seen later."""
        for day, sitting in days_shared([way.problem for way in self.ways]):
            bodies = [body for body in sitting if (body, day) in self.fixed]
            people = defaultdict[str, list[Any]](list)
            for body in bodies:
                for staff, its in self._by_staff(body, day).items():
                    people[staff].append(self._any(its, self.people, (staff, body, day)))
            for staff, there in people.items():
                if len(there) > self.capacity.of(staff):
                    self.model.add(sum(there) <= self.capacity.of(staff))
            self._add_rooms(day, [body for body in bodies if self.capacity.rooms.get(body)])

    def _by_staff(self, body: str, day: date) -> dict[str, list[_Here]]:
        found = defaultdict[str, list[_Here]](list)
        for here in self.sitting.get((body, day), ()):
            if here.staff:
                found[here.staff].append(here)
        return found

    def _any(self, its: Sequence[_Here], kept: dict[Any, Any], key: Any) -> Any:
        """A choice that is true when any of the items is at the sitting."""
        kept[key] = there = self.model.new_bool_var("")
        for here in its:
            self.model.add_bool_or(~here.reached, here.passed, there)
        return there

    def _add_rooms(self, day: date, bodies: Sequence[str]) -> None:
        rooms = defaultdict[str, list[Any]](list)
        for body in bodies:
            sits = self._any(self.sitting.get((body, day), ()), self.held, (body, day))
            own = {room: self.model.new_bool_var("") for room in self.capacity.rooms[body]}
            self.model.add_bool_or(~sits, *own.values())
            for room, chosen in own.items():
                self.room[body, day, room] = chosen
                rooms[room].append(chosen)
        for chosen in rooms.values():
            self.model.add_at_most_one(chosen)

    def fewest_days_late(self, first: Proposal, seconds: float) -> tuple[int, Proposal]:
        """The fewest days late, beginning from a first proposal: what is proved to be needed, and the best found."""
        self._hint(first)
        self.model.minimize(self.days_late)
        return self._solve(first, seconds)

    def smallest_peaks(self, first: Proposal, late: int, seconds: float) -> tuple[int, Proposal]:
        """The smallest sum of peaks without a day late more, as `fewest_days_late`."""
        self.model.clear_hints()
        self._hint(first)
        self.model.add(self.days_late <= late)
        most = peaks(loads(items([way.problem for way in self.ways], first.values()), self.capacity))
        for body in sorted({body for body, _ in self.sitting}):
            its = [each for (other, _), each in self.sitting.items() if other == body]
            peak = self.model.new_int_var(0, max(map(len, its)), "")
            for each in its:
                self.model.add(_load(each) <= peak)
            self.model.add_hint(peak, most.get(body, 0))
            self.peaks.append(peak)
        self.model.minimize(sum(self.peaks))
        return self._solve(first, seconds)

    def _hint(self, first: Proposal) -> None:
        """The first proposal, in every choice of the model."""
        for way in self.ways:
            schedule = first.get(way.problem.plan)
            for gate, days in way.days.items():
                for n, step in enumerate(self.not_before[way.problem.plan, gate][1:]):
                    self.model.add_hint(step, schedule is None or schedule[gate].begins > days[n])
            least = way.late(way.alone)
            for days_late, late in self.levels[way.problem.plan]:
                hinted = schedule is None or way.late(schedule.finished) - least >= days_late
                self.model.add_hint(late, hinted)
        found = items([way.problem for way in self.ways], first.values())
        people = {(item.staff, item.body, item.day) for item in found}
        held = {(item.body, item.day) for item in found}
        for key, there in self.people.items():
            self.model.add_hint(there, key in people)
        for (body, day), sits in self.held.items():
            self.model.add_hint(sits, (body, day) in held)
        for day in {day for _, day in self.held}:
            taken = rooms([body for body, other in sorted(held) if other == day], self.capacity) or {}
            for body in (body for body, other in self.held if other == day):
                for room in self.capacity.rooms[body]:
                    self.model.add_hint(self.room[body, day, room], taken.get(body) == room)

    def _solve(self, first: Proposal, seconds: float) -> tuple[int, Proposal]:
        """Return the bound that the solver proves, and its proposal; the first where it found none in time."""
        solver = self.cp.CpSolver()
        solver.parameters.max_time_in_seconds = seconds
        solver.parameters.max_deterministic_time = seconds * _WORK_A_SECOND
        solver.parameters.num_workers = 2
        solver.parameters.interleave_search = True
        solver.parameters.random_seed = 1
        solver.parameters.cp_model_probing_level = 0
        solver.parameters.symmetry_level = 0
        found = solver.solve(self.model) in (self.cp.OPTIMAL, self.cp.FEASIBLE)
        best = {
            way.problem.plan: _at(way.problem, days)
            for way in self.ways
            if found and (days := self._days(solver, way)) is not None
        }
        return max(0, round(solver.best_objective_bound)), best if found else first

    def _days(self, solver: Any, way: _Way) -> dict[str, date] | None:
        """The day chosen for each gate of the plan; None when it found no place."""
        found: dict[str, date] = {}
        for gate, days in way.days.items():
            n = sum(solver.value(step) for step in self.not_before[way.problem.plan, gate]) - 1
            if n == len(days):
                return None
            found[gate] = days[n]
        return found
