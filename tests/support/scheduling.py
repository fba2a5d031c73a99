"""Small scheduling problems, a checker that shares no code with the passes, and a search through every schedule."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product

from hypothesis import strategies as st

from workflow.domain.calendar import is_business_day
from workflow.domain.scheduling.problem import (
    Activity,
    BodyCalendar,
    Kind,
    Link,
    Placed,
    Problem,
    Schedule,
    Wish,
    WishKind,
)

START = date(2024, 4, 22)
"""A Monday before 昭和の日 and the holidays of May."""
_DAY = timedelta(days=1)


def violations(problem: Problem, schedule: Schedule) -> list[str]:
    """The rules that a schedule breaks, counted day by day."""
    placed = {each.activity: each for each in schedule.placed}
    assert list(placed) == [each.key for each in problem.activities]
    found = []
    for activity in problem.activities:
        mine = placed[activity.key]
        ended = [_plus(problem, placed[link.before].ends, link.days) for link in activity.after]
        ready = max(ended, default=problem.start - _DAY)
        if not _keeps(problem, activity, mine, ready):
            found.append(activity.key)
    return found + [wish.label for wish in problem.wishes if not _meets(problem, placed, wish)]


def _keeps(problem: Problem, activity: Activity, mine: Placed, ready: date) -> bool:
    if mine.begins < ready or mine.ends < mine.begins or mine.begins < problem.start:
        return False
    match activity.kind:
        case Kind.SITTING:
            [days] = [each.days for each in problem.calendars if each.body == activity.body]
            in_hand = _business_days(problem, ready - _DAY, mine.begins - _DAY)
            return mine.begins in days and in_hand >= activity.days
        case Kind.COMMENT:
            assert mine.closes is not None
            return (
                is_business_day(mine.begins, problem.closed)
                and _business_days(problem, ready, mine.begins) >= max(activity.days, 1)
                and (mine.closes - mine.begins).days + activity.first_day_counts >= activity.length
                and _business_days(problem, mine.closes, mine.ends)
                >= activity.answering + activity.publishing
            )
        case Kind.LETTER:
            open_days = all(is_business_day(day, problem.closed) for day in (mine.begins, mine.ends))
            return open_days and (mine.ends - mine.begins).days >= activity.length
        case _:
            return _business_days(problem, ready, mine.ends) >= activity.days


def _meets(problem: Problem, placed: dict[str, Placed], wish: Wish) -> bool:
    mine = placed[wish.activity]
    match wish.kind:
        case WishKind.AT:
            return mine.begins == wish.day
        case WishKind.NOT_BEFORE:
            return wish.day is not None and mine.begins >= wish.day
        case WishKind.NOT_AFTER:
            return wish.day is not None and mine.ends <= wish.day
        case WishKind.AT_LEAST:
            assert mine.closes is not None
            counts = problem.activity(wish.activity).first_day_counts
            return (mine.closes - mine.begins).days + counts >= wish.length


def _business_days(problem: Problem, after: date, until: date) -> int:
    days = (after + n * _DAY for n in range(1, (until - after).days + 1))
    return sum(is_business_day(day, problem.closed) for day in days)


def _plus(problem: Problem, day: date, count: int) -> date:
    while count:
        day += _DAY
        count -= is_business_day(day, problem.closed)
    return day


def every_schedule(problem: Problem, horizon: int) -> Iterator[Schedule]:
    """Each schedule that keeps every rule and wish: sittings on any of their days, the rest on any days of the horizon.
    For very small problems only."""
    days = [problem.start + n * _DAY for n in range(horizon)]
    choices = [list(_ways(problem, each, days)) for each in problem.activities]
    for way in product(*choices):
        schedule = Schedule(problem.plan, problem.finish, way)
        if not violations(problem, schedule):
            yield schedule


def _ways(problem: Problem, activity: Activity, days: list[date]) -> Iterator[Placed]:
    lengths = [wish.length for wish in problem.wishes if wish.activity == activity.key]
    match activity.kind:
        case Kind.SITTING:
            for day in problem.calendar(activity.body).days:
                yield Placed(activity.key, day, day, day)
        case Kind.COMMENT:
            for opens in days:
                length = max([activity.length, *lengths])
                closes = opens + (length - activity.first_day_counts) * _DAY
                ends = _plus(problem, closes, activity.answering + activity.publishing)
                yield Placed(activity.key, opens, opens, ends, closes=closes)
        case Kind.LETTER:
            for sent in days:
                answered = sent + activity.length * _DAY
                while not is_business_day(answered, problem.closed):
                    answered += _DAY
                yield Placed(activity.key, sent, sent, answered)
        case _:
            for begins in days:
                ends = begins if activity.days == 0 else _plus(problem, begins - _DAY, activity.days)
                yield Placed(activity.key, begins, begins, ends)


_BODIES = ("bukai", "honbu")


@st.composite
def problems(draw: st.DrawFn, most: int = 4, wishes: int = 0) -> Problem:
    """Problems of a few activities in any order of resting, with sittings in the next four weeks."""
    within = st.integers(0, 27).map(lambda n: START + n * _DAY)
    closed = frozenset(draw(st.sets(within, max_size=2)))
    open_days = within.filter(lambda day: is_business_day(day, closed))
    calendars = tuple(
        BodyCalendar(body, body, tuple(sorted(draw(st.sets(open_days, min_size=1, max_size=4)))))
        for body in _BODIES
    )
    activities: list[Activity] = []
    for number in range(draw(st.integers(1, most))):
        before = draw(st.sets(st.sampled_from(activities), max_size=2)) if activities else set()
        links = tuple(Link(each.key, draw(st.integers(0, 2))) for each in activities if each in before)
        kind = draw(st.sampled_from([*Kind, Kind.SITTING, Kind.SITTING]))
        activities.append(
            Activity(
                f"a{number}",
                f"A{number}",
                "s",
                kind,
                links,
                days=draw(st.integers(0, 3)),
                body=draw(st.sampled_from(_BODIES)) if kind is Kind.SITTING else "",
                length=draw(st.integers(1, 6)),
                first_day_counts=draw(st.booleans()),
                answering=draw(st.integers(0, 2)),
            )
        )
    asked = tuple(draw(_wish(activities, calendars, n)) for n in range(draw(st.integers(0, wishes))))
    return Problem("p", START, tuple(activities), calendars, activities[-1].key, None, asked, closed)


@st.composite
def _wish(
    draw: st.DrawFn, activities: list[Activity], calendars: tuple[BodyCalendar, ...], number: int
) -> Wish:
    activity, label = draw(st.sampled_from(activities)), f"wish {number}"
    day = START + draw(st.integers(0, 27)) * _DAY
    kinds = [WishKind.NOT_BEFORE, WishKind.NOT_AFTER]
    if activity.kind is Kind.COMMENT:
        kinds.append(WishKind.AT_LEAST)
    if activity.kind is Kind.SITTING:
        kinds.append(WishKind.AT)
    kind = draw(st.sampled_from(kinds))
    if kind is WishKind.AT_LEAST:
        return Wish(kind, activity.key, label, length=draw(st.integers(1, 10)))
    if kind is WishKind.AT:
        [calendar] = [each for each in calendars if each.body == activity.body]
        day = draw(st.sampled_from(calendar.days))
    return Wish(kind, activity.key, label, day)
