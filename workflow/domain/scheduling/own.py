"""A running plan as a scheduling problem: its own schedule, the meetings that were called, and what is left to do."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from definitions.chain import Body, Chain, PeriodGate
from workflow.domain.calendar import is_business_day, month_of, period_days, period_end
from workflow.domain.language import say
from workflow.domain.lateness import last_day_of
from workflow.domain.schedules import Line, PlanSchedule, line_name, shown_when
from workflow.domain.scheduling.from_chain import Pace, problem_of
from workflow.domain.scheduling.passes import business_days_between
from workflow.domain.scheduling.problem import (
    Activity,
    BodyCalendar,
    Days,
    Kind,
    Problem,
    Wish,
    WishKind,
    month_days,
)
from workflow.domain.scheduling.sessions import beyond, narrowed, sits_in_sessions, unfixed
from workflow.domain.scheduling.sittings import rule_of, sittings

YEARS_AHEAD = 3
"""Years for which the regular days of a body are counted on."""

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Sitting:
    """A meeting that was called, by its number."""

    number: int
    body: str
    day: date


@dataclass(frozen=True, slots=True)
class Basis:
    """All that is known of a running plan's time on a day. `path` names the stages it came through, the present one last;
    `ended` has the day of each activity that is done, `running` the first and the last day of a public comment that was
    opened, `put` the number of the meeting on whose agenda a gate is; `awaiting` has the day of each sitting that is over
    and whose result nobody has recorded yet, `in_writing` the last day of each 持ち回り that is under way; `sessions` are
    those of the assembly that are known."""

    plan: str
    chain: Chain
    schedule: PlanSchedule
    path: tuple[str, ...]
    today: date
    ended: Mapping[str, date] = field(default_factory=dict)
    running: Mapping[str, tuple[date, date]] = field(default_factory=dict)
    put: Mapping[str, int] = field(default_factory=dict)
    awaiting: Mapping[str, date] = field(default_factory=dict)
    in_writing: Mapping[str, date] = field(default_factory=dict)
    called: tuple[Sitting, ...] = ()
    closed: frozenset[date] = frozenset()
    sessions: tuple[Days, ...] = ()

    def with_schedule(self, schedule: PlanSchedule) -> "Basis":
        """The same plan with another schedule."""
        return replace(self, schedule=schedule)

    def without_meetings(self, gates: Collection[str]) -> "Basis":
        """The same plan, those gates put to no meeting yet."""
        return replace(
            self,
            put={gate: number for gate, number in self.put.items() if gate not in gates},
            in_writing={gate: day for gate, day in self.in_writing.items() if gate not in gates},
        )

    def with_meeting_on(self, number: int, day: date) -> "Basis":
        """The same plan, with that meeting on another day."""
        return replace(
            self,
            called=tuple(replace(each, day=day) if each.number == number else each for each in self.called),
        )

    @property
    def behind(self) -> Mapping[str, date]:
        """The days of the activities that nothing is to be planned for: those that are done, and the sittings that are over.
        Their results are taken to open their gates, as those of sittings to come are."""
        return {**self.awaiting, **self.ended}

    @property
    def until(self) -> date:
        """The last day that is looked at."""
        return _years_after(self.today, YEARS_AHEAD)


def pace_of(chain: Chain) -> Pace:
    """The lengths counted on where an office says none: those of `Pace`, and its usual work in a stage that nothing opens
    but the work itself (印刷); 決定 takes place as the plan arrives."""
    usual = Pace().usual_work
    return Pace(work={each.key: usual for each in chain.stages if not each.gates and not each.decided})


def whole_problem(basis: Basis) -> Problem:
    """The whole way of the plan, as if nothing of it were done, each gate not before the lines of the schedule that name it."""
    chain = basis.chain
    problem = problem_of(
        chain,
        basis.plan,
        basis.today,
        tuple(_calendar(basis, body) for body in chain.bodies),
        pace=pace_of(chain),
        closed=basis.closed,
        path=_way(chain, basis.path),
    )
    activities = tuple(_as_opened(each, basis) for each in problem.activities)
    known = {each.key for each in activities}
    wishes = tuple(wish for wish in _floors(basis) if wish.activity in known)
    return replace(problem, activities=activities, wishes=wishes)


def left(problem: Problem, basis: Basis) -> Problem | None:
    """The part of the way that is left from today on; None when all of it is done. Papers of a sitting go out today at
    the earliest, unless the gate is on its agenda already."""
    activities = tuple(
        _left(each, problem, basis) for each in problem.activities if each.key not in basis.behind
    )
    if not activities:
        return None
    known = {each.key for each in activities}
    finish = problem.finish if problem.finish in known else activities[-1].key
    wishes = tuple(wish for wish in problem.wishes if wish.activity in known)
    return replace(problem, activities=activities, finish=finish, wishes=wishes)


def planned_by(basis: Basis, activity: Activity) -> date | None:
    """The last day on which the schedule expects the activity to end: of its lines, a month's line on its last business
    day; else of the months of its stage, as of a comment, whose line says when it opens; None: it is planned nowhere."""
    lines = [] if activity.key in _comments(basis.chain) else lines_of(basis.schedule, activity.key)
    days = [last_day_of(line) for line in lines]
    days = days or [
        month_days(span.last).last for span in basis.schedule.spans if span.stage == activity.stage
    ]
    return open_by(max(days), basis.closed) if days else None


def _comments(chain: Chain) -> set[str]:
    return {gate.key for stage in chain.stages for gate in stage.gates if isinstance(gate, PeriodGate)}


def planned_decision(basis: Basis) -> date | None:
    """The last business day of the months that the schedule gives 決定; None when it gives none."""
    decided = {stage.key for stage in basis.chain.stages if stage.decided}
    months = [span.last for span in basis.schedule.spans if span.stage in decided]
    return open_by(month_days(max(months)).last, basis.closed) if months else None


def lines_of(schedule: PlanSchedule, gate: str) -> list[Line]:
    """The lines of the schedule that name the gate, in order of time."""
    return [line for line in schedule.lines if gate in line.gates]


def open_by(day: date, closed: Collection[date]) -> date:
    """The day, or the last business day before it."""
    while not is_business_day(day, closed):
        day -= _ONE_DAY
    return day


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


def _way(chain: Chain, path: Sequence[str]) -> list[str]:
    """The stages the plan came through, and those that the present one leads to first."""
    way = list(path)
    while following := chain.after(chain.stage(way[-1])):
        if following[0] in way:
            break
        way.append(following[0])
    return way


def _calendar(basis: Basis, body: Body) -> BodyCalendar:
    """The days of the body: its called meetings and the days of the schedule's lines, and beside them, where they name none,
    the days of its rule, or of the known sessions in which it sits, and every business day of a month or session for which a
    line names no day."""
    lines = [line for line in _lines_as_called(basis) if line.body == body.key]
    fixed = {each.day for each in basis.called if each.body == body.key}
    fixed |= {line.day for line in lines if line.day}
    sessions = basis.sessions if sits_in_sessions(body) else ()
    regular = sittings(rule_of(body.meets), basis.today, basis.until, basis.closed) if body.meets else ()
    months = {month_of(day) for day in fixed}
    unnamed = [month_days(line.month) for line in lines if not line.day]
    left = [day for day in beyond(regular, sessions) if month_of(day) not in months]
    own = unfixed(sessions, fixed) if body.meets else []
    asked = unfixed([days for month in unnamed for days in narrowed(month, sessions)], {*fixed, *left})
    open_days = tuple(sorted({*own, *asked}))
    days = {*fixed, *left, *(day for each in open_days for day in _business_days(each, basis.closed))}
    coming = tuple(sorted(day for day in days if day >= basis.today))
    return BodyCalendar(body.key, body.name, coming, body.assembly, open_days)


def _business_days(days: Days, closed: Collection[date]) -> list[date]:
    return [day for day in days.listed() if is_business_day(day, closed)]


def freed_lines(basis: Basis) -> list[Line]:
    """The lines of the schedule, each whose meeting was to come and was cancelled bound to none, its month not agreed."""
    held = {each.number for each in basis.called}
    return [
        replace(line, when=line.month, tentative=True, meeting=None)
        if line.meeting is not None and line.meeting not in held and line.day and line.day >= basis.today
        else line
        for line in basis.schedule.lines
    ]


def _lines_as_called(basis: Basis) -> Iterator[Line]:
    """The same lines, each that is bound to a meeting on the day of that meeting, wherever it was moved."""
    days = {each.number: each.day for each in basis.called}
    for line in freed_lines(basis):
        yield replace(line, when=days[line.meeting].isoformat()) if line.meeting in days else line


def _floors(basis: Basis) -> Iterator[Wish]:
    """The wishes that the lines of the schedule and the agendas are: not before their day, or the first of their month. A gate
    that is put to a meeting is answered there, also before the month of its line."""
    for line in _lines_as_called(basis):
        day = line.day or month_days(line.month).first
        name = say("{when}の{name}", when=shown_when(line.when), name=line_name(basis.chain, line))
        for gate in line.gates:
            if gate in basis.put or gate in basis.in_writing:
                continue
            yield Wish(WishKind.NOT_BEFORE, gate, name, day)
    for gate, number in basis.put.items():
        for sitting in basis.called:
            if sitting.number == number:
                named = basis.chain.body(sitting.body).name
                label = say("{when}の{name}", when=shown_when(sitting.day.isoformat()), name=named)
                yield Wish(WishKind.NOT_BEFORE, gate, label, sitting.day)


def _as_opened(activity: Activity, basis: Basis) -> Activity:
    """The activity; a comment that was opened is as long as it was opened for."""
    if activity.key not in basis.running:
        return activity
    opens, closes = basis.running[activity.key]
    return replace(activity, length=period_days(opens, closes, first_day_counts=activity.first_day_counts))


def _left(activity: Activity, problem: Problem, basis: Basis) -> Activity:
    """The part of the activity that is left: of a 持ち回り the business days until its last day, of a comment that was opened
    those until it is published."""
    after = tuple(link for link in activity.after if link.before not in basis.behind)
    activity = replace(activity, after=after)
    if activity.key in basis.in_writing:
        days = business_days_between(problem, basis.today - _ONE_DAY, basis.in_writing[activity.key])
        return replace(activity, kind=Kind.WORK, days=max(days, 1))
    if activity.key in basis.put and activity.kind is Kind.SITTING:
        return replace(activity, days=0)
    if activity.key not in basis.running or activity.kind is not Kind.COMMENT:
        return activity
    opens, _ = basis.running[activity.key]
    closes = period_end(opens, activity.length, first_day_counts=activity.first_day_counts)
    published = problem.days_after(closes, activity.answering + activity.publishing)
    days = max(business_days_between(problem, basis.today - _ONE_DAY, published), activity.publishing)
    return replace(activity, kind=Kind.WORK, days=days)
