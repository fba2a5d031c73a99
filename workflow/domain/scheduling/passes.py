"""The earliest and the latest days of one plan, its slack and its critical path.

Each activity ends on the earliest day that what it rests on permits, and later never makes earlier: so one pass forward
gives for every activity the earliest day of all schedules, and a bound from above can be met by some schedule only if
that one meets it. The latest days come from the same rule, asked backward by bisection. No solver is needed for one plan."""

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from workflow.domain.calendar import is_business_day, period_end
from workflow.domain.scheduling.problem import Activity, Kind, Placed, Problem, Schedule, WishKind

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The wishes of a problem, taken together: for an activity the first day it may begin with that wish's label, the last
    day it may end, and the length of a comment."""

    floors: Mapping[str, tuple[date, str]]
    ceilings: Mapping[str, date]
    lengths: Mapping[str, int]


def bounds(problem: Problem) -> Bounds:
    """The bounds that the wishes of the problem set."""
    floors: dict[str, tuple[date, str]] = {}
    ceilings: dict[str, date] = {}
    lengths: dict[str, int] = {}
    for wish in problem.wishes:
        if wish.kind is WishKind.AT_LEAST:
            lengths[wish.activity] = max(wish.length, lengths.get(wish.activity, 0))
        if wish.day and wish.kind in (WishKind.AT, WishKind.NOT_BEFORE):
            floors[wish.activity] = max((wish.day, wish.label), floors.get(wish.activity, (date.min, "")))
        if wish.day and wish.kind in (WishKind.AT, WishKind.NOT_AFTER):
            ceilings[wish.activity] = min(wish.day, ceilings.get(wish.activity, date.max))
    return Bounds(floors, ceilings, lengths)


@dataclass(frozen=True, slots=True)
class Done:
    """The days of what was done: of an activity's end, and of the beginning of one that runs (work begun, a comment
    opened, a sitting's papers sent)."""

    ended: Mapping[str, date] = field(default_factory=dict)
    begun: Mapping[str, date] = field(default_factory=dict)


def forward(problem: Problem, done: Done | None = None, today: date | None = None) -> Schedule | None:
    """The schedule in which every activity ends as early as it can, with every wish met; None when there is none. The
    target is no wish: a schedule that misses it is still one. What is `done` stays where it is, and all else comes on
    `today` at the earliest."""
    wanted, done = bounds(problem), done or Done()
    placed: dict[str, Placed] = {}
    for activity in problem.activities:
        ready, rests_on = _ready(problem, activity, placed)
        found = _as_done(problem, wanted, activity, ready, done, today) or place(
            problem, wanted, activity, ready, today
        )
        if found is None:
            return None
        over = activity.key not in done.ended and found.ends > wanted.ceilings.get(activity.key, date.max)
        if over:
            return None
        placed[activity.key] = replace(found, rests_on=None if found.held_by else rests_on)
    return Schedule(problem.plan, problem.finish, tuple(placed.values()))


@dataclass(frozen=True, slots=True)
class Need:
    """A sitting that is missing: the body of the activity must meet on that day at the earliest."""

    activity: Activity
    day: date


def supplied(
    problem: Problem, done: Done | None = None, today: date | None = None
) -> tuple[Problem, tuple[Need, ...]]:
    """The problem, with the sittings that it misses, each on the earliest day it can be of use; the target and last days
    apart. `done` and `today` are as in `forward`."""
    wanted, placed, needs = bounds(problem), dict[str, Placed](), list[Need]()
    done, first = done or Done(), max(problem.start, today or date.min)
    for activity in problem.activities:
        ready, _ = _ready(problem, activity, placed)
        found = _as_done(problem, wanted, activity, ready, done, today) or place(
            problem, wanted, activity, ready, today
        )
        if found is None:
            floor = max(wanted.floors.get(activity.key, (date.min, ""))[0], first)
            day = _open_day(problem, max(problem.days_after(ready, activity.days), floor))
            while problem.days_before(day, activity.days) < ready:
                day = problem.days_after(day, 1)
            needs.append(Need(activity, day))
            problem = _sitting_too(problem, activity.body, day)
            found = place(problem, wanted, activity, ready, today)
            assert found is not None  # noqa: S101 - its body sits on that day now
        placed[activity.key] = found
    return problem, tuple(needs)


def _sitting_too(problem: Problem, body: str, day: date) -> Problem:
    calendar = problem.calendar(body)
    others = tuple(each for each in problem.calendars if each.body != body)
    return replace(problem, calendars=(*others, replace(calendar, days=tuple(sorted({*calendar.days, day})))))


def _ready(problem: Problem, activity: Activity, placed: Mapping[str, Placed]) -> tuple[date, str | None]:
    """The day on which all it rests on has ended, and the last of that; the day before the plan's first for none."""
    ready, rests_on = problem.start - _ONE_DAY, None
    for link in activity.after:
        ended = problem.days_after(placed[link.before].ends, link.days)
        if ended > ready or rests_on is None:
            ready, rests_on = max(ended, ready), link.before
    return ready, rests_on


def place(
    problem: Problem, wanted: Bounds, activity: Activity, ready: date, today: date | None = None
) -> Placed | None:
    """The activity on the earliest day, when all it rests on has ended on `ready`; None when its body sits no more. A
    later `ready` never gives an earlier day: everything here rests on that."""
    wished, label = wanted.floors.get(activity.key, (date.min, ""))
    freely = _placed(problem, wanted, activity, ready, max(problem.start, today or date.min))
    if freely is None or freely.begins >= wished:
        return freely
    held = _placed(problem, wanted, activity, ready, max(problem.start, today or date.min, wished))
    return held and replace(held, held_by=label or None)


def _placed(problem: Problem, wanted: Bounds, activity: Activity, ready: date, floor: date) -> Placed | None:
    key = activity.key
    match activity.kind:
        case Kind.SITTING:
            days = problem.calendar(activity.body).days
            for day in days[bisect_left(days, max(ready, floor)) :]:
                papers = problem.days_before(day, activity.days)
                if papers >= ready:
                    return Placed(key, ready, day, day, papers=papers)
            return None
        case Kind.COMMENT:
            opens = _open_day(problem, max(problem.days_after(ready, max(activity.days, 1)), floor))
            return opened_on(problem, wanted, activity, ready, opens)
        case Kind.LETTER:
            sent = _open_day(problem, max(ready, floor))
            return Placed(key, ready, sent, _answered(problem, activity, sent))
        case _ if activity.days == 0:
            day = max(ready, floor)
            return Placed(key, ready, day, day)
        case _:
            since = max(ready, floor - _ONE_DAY)
            begins, ends = (problem.days_after(since, count) for count in (1, activity.days))
            return Placed(key, ready, begins, ends)


def opened_on(problem: Problem, wanted: Bounds, activity: Activity, ready: date, opens: date) -> Placed:
    """A comment that opens on that day: when it closes, and when its result is published."""
    length = max(activity.length, wanted.lengths.get(activity.key, 0))
    closes = period_end(opens, length, first_day_counts=activity.first_day_counts)
    published = problem.days_after(closes, activity.answering + activity.publishing)
    return Placed(activity.key, ready, opens, published, closes=closes)


def _answered(problem: Problem, activity: Activity, sent: date) -> date:
    return _open_day(problem, sent + timedelta(days=activity.length))


def _open_day(problem: Problem, day: date) -> date:
    """The day, or the next business day."""
    return problem.days_after(day - _ONE_DAY, 1)


def _as_done(
    problem: Problem, wanted: Bounds, activity: Activity, ready: date, done: Done, today: date | None
) -> Placed | None:
    """The activity as it was done, or as it goes on; None when it is still to begin."""
    ended, begun = done.ended.get(activity.key), done.begun.get(activity.key)
    if ended is not None:
        return Placed(activity.key, min(ready, ended), min(begun or ended, ended), ended)
    if begun is None:
        return None
    now = max(today or begun, begun)
    match activity.kind:
        case Kind.SITTING:
            floor = max(now, wanted.floors.get(activity.key, (now, ""))[0])
            return _placed(problem, wanted, replace(activity, days=0), begun, floor)
        case Kind.COMMENT:
            running = opened_on(problem, wanted, activity, begun, begun)
        case Kind.LETTER:
            running = Placed(activity.key, begun, begun, _answered(problem, activity, begun))
        case _:
            ends = max(begun, problem.days_after(begun - _ONE_DAY, activity.days))
            running = Placed(activity.key, begun, begun, ends)
    return replace(running, ends=max(running.ends, now))


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest safe days of an activity: when it may begin, and end, so that the target is still met. None: nothing
    after it is bound. `slack` is in business days; `sittings` counts those of its body in between (a sitting only)."""

    activity: str
    begins: date | None
    ends: date | None
    slack: int | None
    sittings: int | None = None


def backward(problem: Problem, target: date) -> tuple[Latest, ...] | None:
    """The latest safe day of each activity, for the plan to be decided on the target; every other activity as early as it
    can be. None when no schedule is decided by then."""
    earliest = forward(problem)
    if earliest is None or earliest.finished > target:
        return None
    last = latest_places(problem, target)
    return tuple(
        _latest(problem, each, earliest[each.key], *last[each.key])
        if each.key in last
        else Latest(each.key, None, None, None)
        for each in problem.activities
    )


def latest_places(problem: Problem, target: date) -> dict[str, tuple[Placed, date]]:
    """The last place of each activity that is bound, and the last day it may end, for the plan to be decided on the
    target, which a schedule meets. Work may begin in time and still end later than it had to."""
    wanted, ends, found = bounds(problem), dict[str, date](), dict[str, tuple[Placed, date]]()
    for activity in reversed(problem.activities):
        limit = _limit(problem, wanted, activity, ends, target)
        if limit is None:
            continue
        last = _last_place(problem, wanted, activity, limit)
        sits = activity.kind is Kind.SITTING
        ends[activity.key] = last.ends if sits else max(last.ends, _last_open_day(problem, limit))
        found[activity.key] = last, ends[activity.key]
    return found


def _limit(
    problem: Problem, wanted: Bounds, activity: Activity, ends: Mapping[str, date], target: date
) -> date | None:
    """The last day on which the activity may have ended: of its own wish, the target, its body's last sitting,
    and all that rests on it."""
    own = [wanted.ceilings[activity.key]] if activity.key in wanted.ceilings else []
    if activity.key == problem.finish:
        own.append(target)
    if activity.kind is Kind.SITTING:
        own.append(problem.calendar(activity.body).days[-1])
    resting = [
        (each, link)
        for each in problem.activities
        for link in each.after
        if link.before == activity.key and each.key in ends
    ]
    for each, link in resting:
        top = min([ends[each.key], *own])

        def in_time(day: date, each: Activity = each, days: int = link.days) -> bool:
            found = place(problem, wanted, each, problem.days_after(day, days))
            return found is not None and found.ends <= ends[each.key]

        own.append(last_day(problem.start - _ONE_DAY, top, in_time))
    return min(own) if own else None


def _last_place(problem: Problem, wanted: Bounds, activity: Activity, limit: date) -> Placed:
    """The activity as late as it may be to end by the limit."""

    def in_time(ready: date) -> bool:
        found = place(problem, wanted, activity, ready)
        return found is not None and found.ends <= limit

    last = place(problem, wanted, activity, last_day(problem.start - timedelta(days=1), limit, in_time))
    assert last is not None  # noqa: S101 - the earliest schedule meets the limit
    return last


def _last_open_day(problem: Problem, day: date) -> date:
    """The day, or the last business day before."""
    return day if is_business_day(day, problem.closed) else problem.days_before(day, 1)


def _latest(problem: Problem, activity: Activity, earliest: Placed, last: Placed, ends: date) -> Latest:
    slack = business_days_between(problem, earliest.ends, ends)
    if activity.kind is not Kind.SITTING:
        return Latest(activity.key, last.begins, ends, slack)
    days = problem.calendar(activity.body).days
    between = bisect_left(days, ends) - bisect_left(days, earliest.ends)
    return Latest(activity.key, last.begins, ends, slack, between)


def business_days_between(problem: Problem, first: date, last: date) -> int:
    """The business days after `first` up to `last`; below zero when `last` is before `first`."""
    if last < first:
        return -business_days_between(problem, last, first)
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    return sum(is_business_day(day, problem.closed) for day in days)


def loosened(problem: Problem) -> Problem:
    """The problem without its last days: what was wished by a day comes when it can, and what was wished at a sitting
    there or later."""
    kept = [wish for wish in problem.wishes if wish.kind is not WishKind.NOT_AFTER]
    return problem.wishing(
        replace(wish, kind=WishKind.NOT_BEFORE) if wish.kind is WishKind.AT else wish for wish in kept
    )


def last_day(first: date, last: date, holds: Callable[[date], bool]) -> date:
    """The last day from `first` to `last` for which it holds; it holds for `first`, and never again once it does not."""
    days = range(first.toordinal(), last.toordinal() + 1)
    found = bisect_left(days, True, key=lambda day: not holds(date.fromordinal(day)))
    return date.fromordinal(days[max(found - 1, 0)])
