"""The critical path: the activities that the decision waits for, and what missing each does, in words for an official."""

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import date, timedelta

from workflow.domain.calendar import month_label, month_of, period_words, shown_day
from workflow.domain.language import say
from workflow.domain.scheduling.passes import backward, forward, loosened
from workflow.domain.scheduling.problem import Activity, Kind, Placed, Problem, Schedule, Wish, WishKind


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the critical path. `slack` is in business days. Of a sitting, `following` is the next one of its body, and
    `finish_then` the day the plan is decided when this one is missed; None: there is no sitting to go to."""

    activity: Activity
    placed: Placed
    slack: int
    finish: date
    following: date | None = None
    finish_then: date | None = None


def critical_path(problem: Problem) -> tuple[Step, ...]:
    """The steps that the earliest decision waits for, first to last; empty when there is no schedule. The work before a
    sitting may have slack on it: the days that its body lets pass."""
    schedule = forward(problem)
    if schedule is None:
        return ()
    latest = {each.activity: each.slack or 0 for each in backward(problem, schedule.finished) or ()}
    steps: list[Step] = []
    key: str | None = schedule.finish
    while key:
        activity, placed = problem.activity(key), schedule[key]
        step = Step(activity, placed, latest[key], schedule.finished)
        if activity.kind is Kind.SITTING:
            then = missed(problem, key, _last_of_sitting(problem, activity, placed.begins))
            following = next_sitting(problem, activity, placed.begins)
            step = replace(step, following=following, finish_then=then.finished if then else None)
        steps.append(step)
        key = placed.rests_on
    return tuple(reversed(steps))


def next_sitting(problem: Problem, activity: Activity, day: date) -> date | None:
    """The sitting of the activity's body that follows the one of that day."""
    days = problem.calendar(activity.body).days
    position = bisect_right(days, _last_of_sitting(problem, activity, day))
    return days[position] if position < len(days) else None


def _last_of_sitting(problem: Problem, activity: Activity, day: date) -> date:
    """The last day on which the sitting may be: the day, or the last of a month or session in which none is fixed."""
    calendar = problem.calendar(activity.body)
    among = calendar.open_days(day)
    return max(each for each in calendar.days if each in among) if among else day


def missed(problem: Problem, key: str, day: date) -> Schedule | None:
    """The schedule when the activity does not begin by that day; None when there is none any more. What was wished to be
    at a sitting, or by a day, then comes as early as it can."""
    free = loosened(problem)
    return forward(free.wishing((*free.wishes, Wish(WishKind.NOT_BEFORE, key, "", day + timedelta(days=1)))))


def step_words(problem: Problem, step: Step) -> str:
    """The step in words: when it is, what it waits for, what missing it does."""
    placed, label = step.placed, step.activity.label
    held = [say("「{wish}」という希望によります。", wish=placed.held_by)] if placed.held_by else []
    if step.activity.kind is Kind.SITTING:
        body, day = (
            problem.calendar(step.activity.body).name,
            sitting_time(problem, step.activity, placed.begins),
        )
        said = say(
            "{day}、{body}で{stage}の「{label}」。",
            day=day,
            body=body,
            stage=step.activity.stage_label,
            label=label,
        )
        return "".join([said, *held, missing_words(problem, step)])
    if placed.closes:
        period, ends = period_words(placed.begins, placed.closes), shown_day(placed.ends)
        said = say("「{label}」は{period}、結果の公表は{ends}。", label=label, period=period, ends=ends)
    else:
        begins, ends = shown_day(placed.begins), shown_day(placed.ends)
        said = say("「{label}」は{begins}から{ends}まで。", label=label, begins=begins, ends=ends)
    return "".join([said, *held, slack_words(step.slack)])


def slack_words(days: int) -> str:
    """The slack of an activity: 余裕は3営業日です。"""
    return say("余裕は{days}営業日です。", days=days) if days else say("余裕はありません。")


def missing_words(problem: Problem, step: Step) -> str:
    """The price of missing a sitting: 9月定例会に間に合わないと、次は11月定例会で、決定は…になります。"""
    name = sitting_name(problem, step.activity, step.placed.begins)
    if step.following is None or step.finish_then is None:
        return say("{sitting}に間に合わないと、決定までの会議の予定がもうありません。", sitting=name)
    following = sitting_name(problem, step.activity, step.following)
    if step.finish_then == step.finish:
        return say(
            "{sitting}に間に合わないと、次は{following}ですが、決定の日は変わりません。",
            sitting=name,
            following=following,
        )
    return say(
        "{sitting}に間に合わないと、次は{following}で、決定は{day}になります。",
        sitting=name,
        following=following,
        day=shown_day(step.finish_then),
    )


def sitting_time(problem: Problem, activity: Activity, day: date) -> str:
    """The time of a sitting in words: its day, or the month or session in which none is fixed yet."""
    among = problem.calendar(activity.body).open_days(day) if activity.kind is Kind.SITTING else None
    if among is None:
        return shown_day(day)
    if among.whole_month:
        return say("{month}中", month=month_label(month_of(day)))
    return say("{first}〜{last}の会期中", first=shown_day(among.first), last=shown_day(among.last))


def sitting_name(problem: Problem, activity: Activity, day: date) -> str:
    """A sitting as officials call it: 9月定例会, or the body with its day."""
    calendar = problem.calendar(activity.body)
    among = calendar.open_days(day)
    if calendar.assembly:
        return say("{month}月定例会", month=(among.first if among else day).month)
    if among:
        return say("{day}の{body}", day=month_label(month_of(day)), body=calendar.name)
    return say("{day}の{body}", day=shown_day(day), body=calendar.name)
