"""A proposal that spreads the running plans over the sittings of their bodies: the problems it is made from, and the part of each
plan, which becomes the next version of its schedule when somebody takes it."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from pydantic import TypeAdapter

from workflow.domain.calendar import month_of
from workflow.domain.schedules import SESSION, Line, PlanSchedule
from workflow.domain.scheduling.loads import Capacity, Item, items, loads, peaks
from workflow.domain.scheduling.outlook import followed
from workflow.domain.scheduling.own import Basis, freed_lines, left, open_by, planned_decision, whole_problem
from workflow.domain.scheduling.passes import forward, supplied
from workflow.domain.scheduling.problem import (
    BodyCalendar,
    Kind,
    Problem,
    Schedule,
    Wish,
    WishKind,
    month_days,
)
from workflow.domain.scheduling.spreading import Spread


@dataclass(frozen=True, slots=True)
class Given:
    """A running plan as it goes into a proposal: `seen` is the number of its schedule."""

    basis: Basis
    seen: int
    staff: str


@dataclass(frozen=True, slots=True)
class Move:
    """A gate that the proposal moves, from the time that the schedule says to another: a day (2023-06-14), or the month where no
    day is fixed. One that comes later than its line says in any case is among them: else the schedule would still say so."""

    gate: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Part:
    """The part of one plan: its moves, the days by which it is decided too late before and after, and its schedule as it would
    be (`rows`). It holds while the schedule has the number `seen`, and the plan stands as `mark` says."""

    plan: str
    seen: int
    mark: str
    moves: tuple[Move, ...]
    late_before: int
    late_after: int
    rows: list[Any]


@dataclass(frozen=True, slots=True)
class Peak:
    """The most items at a sitting of the body, before and after."""

    body: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class OfficeProposal:
    """A proposal for so many `plans`. `over_before` are the items too many at sittings as the schedules stand; the proposal has
    none. No other has fewer days late than `late_bound`; `optimal`: it is proved that none is better, its peaks
    included. `unplaced` are plans for which no way was found."""

    plans: int
    parts: tuple[Part, ...]
    unplaced: tuple[str, ...]
    over_before: int
    late_before: int
    late_after: int
    late_bound: int
    peaks: tuple[Peak, ...]
    optimal: bool


_ADAPTER = TypeAdapter(OfficeProposal)


def proposal_to_rows(proposal: OfficeProposal) -> Any:
    """The proposal as JSON keeps it."""
    return _ADAPTER.dump_python(proposal, mode="json")


def proposal_from_rows(rows: Any) -> OfficeProposal:
    """The proposal again, from what `proposal_to_rows` wrote."""
    return _ADAPTER.validate_python(rows)


def mark_of(basis: Basis) -> str:
    """A mark of how far the plan has come, and what of it is on agendas or runs: another one when any of that changes."""
    stands = [
        list(basis.path),
        sorted(basis.ended),
        sorted(basis.put.items()),
        sorted((gate, str(day)) for gate, day in (*basis.awaiting.items(), *basis.in_writing.items())),
        sorted((gate, *map(str, days)) for gate, days in basis.running.items()),
        sorted((each.number, str(each.day)) for each in basis.called if each.number in basis.put.values()),
    ]
    return sha256(json.dumps(stands).encode()).hexdigest()


def problems_together(given: Sequence[Given]) -> list[Problem]:
    """The problems of what is left of the plans that still come to a body, on calendars that they share."""
    alone = [problem for each in given if (problem := _left(each)) and _sits(problem)]
    bases = {each.basis.plan: each.basis for each in given}
    regular = {body.key for basis in bases.values() for body in basis.chain.bodies if body.meets}
    until = max((basis.until for basis in bases.values()), default=date.min)
    calendars = _shared(alone, regular, until)
    return [_held(bases[problem.plan], _on(problem, calendars)) for problem in alone]


def _left(given: Given) -> Problem | None:
    basis = given.basis
    problem = left(whole_problem(basis), basis)
    decided = whole_problem(basis).finish in basis.ended
    target = None if decided else planned_decision(basis)
    return problem and replace(problem, target=target, staff=given.staff)


def _sits(problem: Problem) -> bool:
    return any(each.kind is Kind.SITTING for each in problem.activities)


def _shared(problems: Sequence[Problem], regular: Collection[str], until: date) -> dict[str, BodyCalendar]:
    """The days of each body, as all the plans know them. A month of which none of them knows the day has those days on which any
    plan would be there, and its last. A body without a rule for its regular days sits in the same months of the years that
    follow, until that day."""
    fixed, expected = defaultdict[str, set[date]](set), defaultdict[str, set[date]](set)
    named: dict[str, BodyCalendar] = {}
    for problem in problems:
        for each in problem.calendars:
            named[each.body] = each
            fixed[each.body] |= {day for day in each.days if problem.fixed(each.body, day)}
        enough, needs = supplied(problem)
        found = forward(enough)
        assert found is not None  # noqa: S101 - no sitting is missing
        needed = {(need.activity.body, need.day) for need in needs}
        for item in items([enough], [found]):
            if not item.fixed or (item.body, item.day) in needed:
                expected[item.body].add(item.day)
        for each in problem.calendars:
            expected[each.body] |= {open_by(days.last, problem.closed) for days in each.open}
    for body in named.keys() - set(regular):
        known = fixed[body] | expected[body]
        expected[body] |= {day for each in known for day in _years_after(problems[0], each, until)}
    return {body: _calendar(named[body], fixed[body], expected[body]) for body in named}


def _years_after(problem: Problem, day: date, until: date) -> Iterator[date]:
    """A business day in the same month of each year after, up to that day."""
    for year in range(day.year + 1, until.year + 1):
        eve = date(year, day.month, min(day.day, 20)) - timedelta(days=1)
        if eve < until:
            yield problem.days_after(eve, 1)


def _calendar(named: BodyCalendar, fixed: set[date], expected: set[date]) -> BodyCalendar:
    known = {month_of(day) for day in fixed}
    more = {day for day in expected if month_of(day) not in known}
    months = sorted({month_of(day) for day in more})
    return replace(named, days=tuple(sorted(fixed | more)), open=tuple(month_days(month) for month in months))


def _on(problem: Problem, calendars: Mapping[str, BodyCalendar]) -> Problem:
    """The problem on these calendars, with the sittings it still misses."""
    shared = tuple(calendars[each.body] for each in problem.calendars)
    enough, _ = supplied(replace(problem, calendars=shared))
    return enough


def _held(basis: Basis, problem: Problem) -> Problem:
    """The problem, its gates that a called meeting has stay there, as far as they can."""
    days = {each.number: each.day for each in basis.called}
    at = {gate: days[number] for gate, number in basis.put.items() if number in days}
    for line in basis.schedule.lines:
        if line.meeting in days:
            at |= dict.fromkeys(line.gates, days[line.meeting])
    sitting = {each.key for each in problem.activities if each.kind is Kind.SITTING}
    stay = [Wish(WishKind.AT, gate, "", day) for gate, day in at.items() if gate in sitting]
    held = problem.wishing((*problem.wishes, *stay))
    return held if forward(held) else problem


def proposal_of(
    given: Sequence[Given], problems: Sequence[Problem], found: Spread, capacity: Capacity
) -> OfficeProposal:
    """The proposal that the schedules found make, beside what the plans would do without it."""
    before = {problem.plan: schedule for problem in problems if (schedule := forward(problem))}
    after = {schedule.plan: schedule for schedule in found.schedules}
    of = {each.basis.plan: each for each in given}
    were = loads(items(problems, before.values()), capacity)
    now = peaks(loads(items(problems, after.values()), capacity))
    return OfficeProposal(
        len(problems),
        tuple(
            part
            for problem in problems
            if problem.plan in after
            if (part := _part(of[problem.plan], problem, before[problem.plan], after[problem.plan])).moves
        ),
        found.unplaced,
        sum(load.over for load in were),
        sum(_late(problem, before[problem.plan], before[problem.plan]) for problem in problems),
        found.late,
        found.late_bound,
        tuple(Peak(body, most, now.get(body, 0)) for body, most in sorted(peaks(were).items())),
        found.optimal,
    )


def _late(problem: Problem, alone: Schedule, schedule: Schedule) -> int:
    return max(0, (schedule.finished - (problem.target or alone.finished)).days)


def _part(given: Given, problem: Problem, before: Schedule, after: Schedule) -> Part:
    were, will = (
        {item.gate: _when(item) for item in items([problem], [schedule])} for schedule in (before, after)
    )
    lines = _lines(given.basis)
    moves = tuple(
        Move(gate, said, will[gate])
        for gate, when in were.items()
        if when != will[gate] or _lags(lines.get(gate), will[gate])
        if (said := lines[gate].when if gate in lines else when) != will[gate]
    )
    return Part(
        problem.plan,
        given.seen,
        mark_of(given.basis),
        moves,
        _late(problem, before, before),
        _late(problem, before, after),
        _moved(given.basis, problem, after, moves).to_rows(),
    )


def _lines(basis: Basis) -> dict[str, Line]:
    """The line of the schedule that says the time of each gate, of those that no called meeting has."""
    return {
        gate: line
        for line in basis.schedule.lines
        if line.meeting is None
        for gate in line.gates
        if gate not in basis.put
    }


def _lags(line: Line | None, when: str) -> bool:
    """Return whether the line says an earlier time than that. A session goes on in the month after its own."""
    if line is None or line.when.endswith(SESSION):
        return False
    return (line.when if line.day else line.month) < (when if line.day else when[: len(line.month)])


def _when(item: Item) -> str:
    return item.day.isoformat() if item.fixed else month_of(item.day)


def _moved(basis: Basis, problem: Problem, after: Schedule, moves: Sequence[Move]) -> PlanSchedule:
    """The plan's schedule with these gates at their new time, not agreed yet, and all that follows from that."""
    lines = freed_lines(basis)
    for move in moves:
        last = max((n for n, line in enumerate(lines) if move.gate in line.gates), default=None)
        if last is None:
            body = problem.activity(move.gate).body
            lines.append(Line(move.after, body, None, "", (move.gate,), tentative=True))
        elif lines[last].meeting is None:
            lines[last] = replace(lines[last], when=move.after, tentative=True)
    ordered = PlanSchedule(basis.schedule.spans, tuple(sorted(lines, key=lambda line: line.order)))
    return followed(basis.with_schedule(ordered), problem, after, ())
