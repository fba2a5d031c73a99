"""A plan's schedule beside what was done: what is late, what will be, and the next day that cannot be missed."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from definitions.labelled import Labelled
from workflow.domain.calendar import shown_day
from workflow.domain.language import label, say
from workflow.domain.scheduling.passes import (
    Done,
    business_days_between,
    forward,
    last_day,
    loosened,
    supplied,
)
from workflow.domain.scheduling.problem import Activity, Kind, Problem, Schedule


class Course(Labelled):
    """The course of an activity beside the schedule."""

    DONE = "done", "済"
    EARLY = "early", "予定より早い"
    ON_TIME = "on_time", "予定どおり"
    WILL_BE_LATE = "will_be_late", "遅れる見込み"
    LATE = "late", "遅れ"


@dataclass(frozen=True, slots=True)
class Watched:
    """An activity beside the schedule. `expected` is the day it ended, or will at the earliest; None: no sitting is left.
    `late` counts business days after the day planned, below zero before it."""

    activity: Activity
    course: Course
    planned: date
    expected: date | None
    late: int


@dataclass(frozen=True, slots=True)
class NextDay:
    """The next day that cannot be missed: the activity must have ended on it. When it is missed, `finish_then` is the earliest
    day on which the plan is decided, `last_then` that on which all of it has ended, printing too. `short`: too few sittings are
    planned for that, and those that are missing count on the earliest days they can be of use."""

    activity: Activity
    day: date
    finish_then: date
    last_then: date
    short: bool = False


@dataclass(frozen=True, slots=True)
class Watch:
    """The plan beside its schedule: each activity, when the plan will be decided (None: no sitting is left), and the next
    day that cannot be missed (None: nothing is left, or nothing can be saved)."""

    activities: tuple[Watched, ...]
    finish: date | None
    next_day: NextDay | None


def watch(problem: Problem, schedule: Schedule, done: Done, today: date) -> Watch:
    """Compare the schedule with what was done by `today`. What is left comes as early as it can."""
    free = loosened(problem)
    expected = forward(free, done, today)
    watched = tuple(_watched(problem, each, schedule, expected, done, today) for each in problem.activities)
    if expected is None:
        return Watch(watched, None, None)
    goal = max(schedule.finished, expected.finished)
    days = list(_last_days(free, expected, done, today, goal))
    following = min(days, key=lambda each: each[0], default=None)
    next_day = _next_day(free, done, today, *following) if following else None
    return Watch(watched, expected.finished, next_day)


def _watched(
    problem: Problem,
    activity: Activity,
    schedule: Schedule,
    expected: Schedule | None,
    done: Done,
    today: date,
) -> Watched:
    planned = schedule[activity.key].ends
    ends = done.ended.get(activity.key) or (expected[activity.key].ends if expected else None)
    late = business_days_between(problem, planned, ends or max(today, planned))
    if activity.key in done.ended:
        course = Course.EARLY if late < 0 else Course.DONE
    elif planned < today:
        late = business_days_between(problem, planned, today)
        course = Course.LATE
    elif ends is None or late > 0:
        course = Course.WILL_BE_LATE
    else:
        course = Course.EARLY if late < 0 else Course.ON_TIME
    return Watched(activity, course, planned, ends, late)


def _last_days(
    problem: Problem, expected: Schedule, done: Done, today: date, goal: date
) -> Iterator[tuple[date, Activity]]:
    """The last day on which each activity that is left may end, for the plan to be decided by the goal. Those that the
    decision does not wait for are left out."""
    for activity in problem.activities:
        first = expected[activity.key].ends
        if activity.key in done.ended or first > goal:
            continue

        def in_time(day: date, key: str = activity.key) -> bool:
            then = forward(problem, _ended(done, key, day), today)
            return then is not None and then.finished <= goal

        day = last_day(first, goal, in_time)
        if activity.kind is Kind.SITTING:
            days = problem.calendar(activity.body).days
            day = days[bisect_right(days, day) - 1]
        if day < goal or activity.key == problem.finish:
            yield day, activity


def _next_day(problem: Problem, done: Done, today: date, day: date, activity: Activity) -> NextDay:
    sits = activity.kind is Kind.SITTING
    days = problem.calendar(activity.body).days
    following = next((each for each in days if each > day), None) if sits else None
    missed = _ended(done, activity.key, following or problem.days_after(day, 1))
    more, needs = supplied(problem, missed, today)
    then = forward(more, missed, today)
    assert then is not None  # noqa: S101 - no sitting is missing, and nothing has a last day
    short = bool(needs) or (sits and following is None)
    return NextDay(activity, day, then.finished, then.last_day, short)


def _ended(done: Done, key: str, day: date) -> Done:
    return replace(done, ended={**done.ended, key: day})


def watched_words(watched: Watched) -> str:
    """The course in words: 遅れ 3営業日, 済（遅れ 3営業日）, 予定どおり."""
    if watched.late <= 0:
        return label(watched.course)
    if watched.course is Course.DONE:
        return say("済（遅れ {days}営業日）", days=watched.late)
    return say("{course} {days}営業日", course=label(watched.course), days=watched.late)


def next_day_words(next_day: NextDay) -> str:
    """The next day that cannot be missed, and the price of missing it: the earliest days of 決定 and of 印刷."""
    values = {
        "label": next_day.activity.label,
        "day": shown_day(next_day.day),
        "price": _price_words(shown_day(next_day.finish_then), shown_day(next_day.last_then)),
    }
    if next_day.short:
        return say(
            "「{label}」は{day}を逃すと、決定までの会議の予定がもうありません。すぐに開いても、{price}になります。",
            **values,
        )
    return say("「{label}」は{day}を逃すと、{price}になります。", **values)


def _price_words(finish: str, last: str) -> str:
    if finish == last:
        return say("決定は早くて{finish}", finish=finish)
    return say("決定は早くて{finish}、印刷などがすべて終わるのは{last}", finish=finish, last=last)
