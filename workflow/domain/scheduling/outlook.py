"""The outlook of a running plan: each activity done, expected and latest safe, the critical path, the next day that cannot
be missed, and what a change of the schedule would do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from definitions.chain import Chain
from definitions.labelled import Labelled
from workflow.domain.calendar import month_label, month_of, shown_day
from workflow.domain.errors import BadInput
from workflow.domain.language import say
from workflow.domain.schedules import Line, PlanSchedule, Span, check_line, shown_time
from workflow.domain.scheduling.clashes import clash, clash_words
from workflow.domain.scheduling.critical import critical_path, sitting_time, step_words
from workflow.domain.scheduling.effects import (
    Effects,
    Lengthen,
    SendBack,
    changed,
    effect_words,
    effects_between,
)
from workflow.domain.scheduling.from_chain import comment_days
from workflow.domain.scheduling.own import (
    Basis,
    freed_lines,
    left,
    lines_of,
    planned_by,
    planned_decision,
    whole_problem,
)
from workflow.domain.scheduling.passes import Done, Need, backward, business_days_between, forward, supplied
from workflow.domain.scheduling.problem import Activity, Kind, Placed, Problem, Schedule
from workflow.domain.scheduling.watching import NextDay, next_day_words, watch


@dataclass(frozen=True, slots=True)
class Row:
    """An activity of the plan. `done` is the day it ended. Of one that is left: `planned` is its time in the schedule, in
    words; `expected` its end when the schedule is kept, or the sitting whose result is awaited, `earliest` when only the
    meetings bind it, both in words; `latest`
    the last safe day for the goal, None where nothing binds it or the goal cannot be met; `slack` the business days between
    the end that is expected and that; `late` the business days that it is expected after its last planned day."""

    activity: Activity
    done: date | None = None
    planned: str = ""
    expected: str = ""
    earliest: str = ""
    latest: date | None = None
    slack: int | None = None
    late: int = 0


@dataclass(frozen=True, slots=True)
class Outlook:
    """The outlook of a plan. `finish` is the day of 決定, `last_day` that of all (印刷); None: it is behind the plan.
    `goal` is the day for which the latest days are asked: the target, else the planned 決定, else the day expected.
    `clash` says why the goal cannot be met and what would mend it; empty when it can. `needs` are the meetings that are
    planned nowhere, all else counting on them at the earliest. `decided`: 決定 is behind the plan."""

    rows: tuple[Row, ...]
    decided: bool
    finish: date | None = None
    last_day: date | None = None
    goal: date | None = None
    path: tuple[str, ...] = ()
    next_day: str = ""
    clash: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


def outlook(basis: Basis, target: date | None = None) -> Outlook:
    """The outlook of the plan, with the latest days for that target."""
    whole = whole_problem(basis)
    problem = left(whole, basis)
    decided = whole.finish in basis.ended
    if problem is None:
        return Outlook(tuple(_done_row(basis, each) for each in whole.activities), decided)
    problem, needs = supplied(problem)
    expected = forward(problem)
    assert expected is not None  # noqa: S101 - no sitting is missing, and nothing has a last day
    goal = target or planned_decision(basis) or expected.finished
    goal = max(goal, basis.today) if not target else goal
    aimed = replace(problem, target=goal)
    found = None if decided else clash(aimed)
    last = None if decided or found else backward(problem, goal)
    following = watch(problem, _aimed(expected, None if found else goal), Done(), basis.today).next_day
    return Outlook(
        _rows(basis, whole, problem, expected, {each.activity: each.ends for each in last or ()}),
        decided,
        None if decided else expected.finished,
        expected.last_day,
        None if decided else goal,
        () if decided else tuple(step_words(problem, step) for step in critical_path(problem)),
        next_day_words(following) if following and not decided else "",
        tuple(clash_words(aimed, found)) if found else (),
        tuple(_need_words(problem, each) for each in needs),
    )


def next_day(basis: Basis) -> NextDay | None:
    """The next day that cannot be missed for the planned 決定, or for the one expected; None when 決定 is behind the plan, nothing is
    left, or nothing can be saved."""
    whole = whole_problem(basis)
    problem = left(whole, basis)
    if problem is None or whole.finish in basis.ended:
        return None
    problem, _ = supplied(problem)
    expected = forward(problem)
    assert expected is not None  # noqa: S101 - no sitting is missing, and nothing has a last day
    goal = max(planned_decision(basis) or expected.finished, basis.today)
    reached = clash(replace(problem, target=goal)) is None
    return watch(problem, _aimed(expected, goal if reached else None), Done(), basis.today).next_day


def _need_words(problem: Problem, need: Need) -> str:
    return say(
        "{body}を{day}以後に開く必要があります（{stage}の「{gate}」）。",
        body=problem.calendar(need.activity.body).name,
        day=shown_day(need.day),
        stage=need.activity.stage_label,
        gate=need.activity.label,
    )


def _aimed(expected: Schedule, goal: date | None) -> Schedule:
    """The schedule, its decision on the goal."""
    if goal is None:
        return expected
    placed = [
        replace(each, ends=goal) if each.activity == expected.finish else each for each in expected.placed
    ]
    return replace(expected, placed=tuple(placed))


def _rows(
    basis: Basis, whole: Problem, problem: Problem, expected: Schedule, latest: dict[str, date | None]
) -> tuple[Row, ...]:
    freely = forward(problem.wishing(()))
    return tuple(
        _done_row(basis, each)
        if each.key in basis.behind
        else _left_row(basis, problem, problem.activity(each.key), expected, freely, latest.get(each.key))
        for each in whole.activities
    )


def _done_row(basis: Basis, activity: Activity) -> Row:
    planned, done = _planned_words(basis, activity), basis.ended.get(activity.key)
    if done or activity.key not in basis.awaiting:
        return Row(activity, done, planned)
    held = shown_day(basis.awaiting[activity.key])
    return Row(activity, None, planned, say("{day}（結果の記録待ち）", day=held))


def _left_row(
    basis: Basis,
    problem: Problem,
    activity: Activity,
    expected: Schedule,
    freely: Schedule | None,
    latest: date | None,
) -> Row:
    ends, planned = expected[activity.key].ends, planned_by(basis, activity)
    return Row(
        activity,
        None,
        _planned_words(basis, activity),
        sitting_time(problem, activity, ends),
        sitting_time(problem, activity, freely[activity.key].ends) if freely else "",
        latest,
        business_days_between(problem, ends, latest) if latest else None,
        max(0, business_days_between(problem, planned, ends)) if planned else 0,
    )


def _planned_words(basis: Basis, activity: Activity) -> str:
    """The time of the activity in the schedule: of its lines, else the months of its stage."""
    lines = lines_of(basis.schedule, activity.key)
    if lines:
        return say("、").join(shown_time(line) for line in lines)
    last = next((span.last for span in basis.schedule.spans if span.stage == activity.stage), None)
    return say("{month}まで", month=month_label(last)) if last else ""


class Supposed(Labelled):
    """The kinds of change that can be supposed."""

    MOVE = "move", "会議・行事を別の日に"
    DROP = "drop", "会議・行事を外す"
    LENGTHEN = "lengthen", "募集期間を変える"
    RETURN = "return", "差戻しがあったら"


@dataclass(frozen=True, slots=True)
class Supposition:
    """A change that is supposed: `line` is the place of a line in the schedule, from 0, `when` its new time; `gate` is that
    of a comment with its `days`, or of a 差戻し to the stage `to`."""

    kind: Supposed
    line: int = 0
    when: str = ""
    gate: str = ""
    days: int = 0
    to: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a supposition in words, a line each, and the schedule that would follow it: None where a called meeting
    would move, which has that number."""

    words: tuple[str, ...]
    schedule: PlanSchedule | None = None
    meeting: int | None = None


def suppose(basis: Basis, change: Supposition) -> Result:
    """Return what the change would do to the plan. Raises `BadInput` for one that cannot be made."""
    whole = whole_problem(basis)
    after_basis, after_whole, meeting = _supposed(basis, whole, change)
    before, after = left(whole, basis), left(after_whole, after_basis)
    if before is None or after is None or whole.finish in basis.ended:
        raise BadInput("もしもの変更", "決定した計画です", "決定の前の計画で確かめてください。")
    found, words, needs = _compared(before, after)
    after, _ = supplied(after)
    schedule = None if meeting else followed(after_basis, after, found.after, needs)
    return Result((*words, *_remarks(basis, whole, change)), schedule, meeting)


def _remarks(basis: Basis, whole: Problem, change: Supposition) -> list[str]:
    """The words on what the change of a schedule does not do by itself."""
    if change.kind is Supposed.LENGTHEN:
        least = comment_days(basis.chain, change.gate)
        said: list[str] = [
            say("募集の日数は工程表には入りません。募集を始めるときに、終わりの日で決めます。")
        ]
        if change.days < least:
            short = say("この策定の流れでは、募集は {days} 日以上です。", days=least)
            said.append(short + say("それより短くするには、募集を始めるときに理由を書きます。"))
        return said
    if change.kind is Supposed.RETURN:
        return []
    labels = {each.key: each.label for each in whole.activities}
    gates = [gate for gate in _line(basis.schedule, change.line).gates if gate not in basis.behind]
    if change.kind is Supposed.DROP:
        return [
            say("工程表の行を外しても、「{gate}」の手続は必要です。", gate=labels[gate]) for gate in gates
        ]
    return [
        say(
            "「{gate}」は、招集した会議の議題に載っています。工程表を変えても、議題は変わりません。",
            gate=labels[gate],
        )
        for gate in gates
        if gate in basis.put or gate in basis.in_writing
    ]


def meeting_moved(basis: Basis, number: int, day: date) -> tuple[str, ...]:
    """The effects of a called meeting on another day, in words; empty for a plan that is decided."""
    moved, whole = basis.with_meeting_on(number, day), whole_problem(basis)
    before, after = left(whole, basis), left(whole_problem(moved), moved)
    if before is None or after is None or whole.finish in basis.ended:
        return ()
    return _compared(before, after)[1]


def _compared(before: Problem, after: Problem) -> tuple[Effects, tuple[str, ...], tuple[Need, ...]]:
    """The effects between what is left of a plan before and after a change, in words too, the decision and the last day first,
    and the meetings that are missing after it."""
    before, was_needed = supplied(before)
    after, needs = supplied(after)
    found = effects_between(before, after)
    assert found is not None  # noqa: S101 - no sitting is missing
    more = [_need_words(after, need) for need in needs if need not in was_needed]
    decision, *moved = effect_words(before, found, after)
    return found, (decision, _last_words(found), *more, *moved), needs


def _last_words(found: Effects) -> str:
    """The last day of all: 印刷まですべて終わるのは…"""
    before, after = found.before.last_day, found.after.last_day
    if before == after:
        return say("印刷などがすべて終わる日は、{day}のまま変わりません。", day=shown_day(after))
    return say(
        "印刷などがすべて終わる日は、{before}から{after}になります。",
        before=shown_day(before),
        after=shown_day(after),
    )


def _supposed(basis: Basis, whole: Problem, change: Supposition) -> tuple[Basis, Problem, int | None]:
    """The plan after the change, its way, and the number of the called meeting that would move."""
    if change.kind is Supposed.MOVE:
        return _line_moved(basis, change)
    if change.kind is Supposed.DROP:
        dropped = basis.with_schedule(_with_line(basis.schedule, change))
        return dropped, whole_problem(dropped), None
    activities = {each.key: each for each in whole.activities}
    if change.gate not in activities:
        raise BadInput("手続", "この計画の流れにありません", "一覧から選んでください。")
    activity = activities[change.gate]
    if change.kind is Supposed.LENGTHEN:
        if activity.kind is not Kind.COMMENT or activity.key in basis.ended:
            raise BadInput("手続", "これから行う募集ではありません", "一覧から選んでください。")
        if not 1 <= change.days <= MOST_DAYS:
            raise BadInput(
                "日数",
                say("{days} 日にはできません", days=change.days),
                say("1 から {most} までの日数を書いてください。", most=MOST_DAYS),
            )
        return basis, changed(whole, Lengthen(activity.key, change.days - activity.length)), None
    return basis, changed(whole, SendBack(activity.key, change.to)), None


def _line_moved(basis: Basis, change: Supposition) -> tuple[Basis, Problem, int | None]:
    """The same of a line that moves: with its meeting where that is called, else away from the agendas that it is on."""
    line = _line(basis.schedule, change.line)
    if line.meeting is not None and line.meeting in {each.number for each in basis.called}:
        day = Line(change.when).day
        if day is None:
            raise BadInput("時期", "招集した会議です", "移す日を、日付で書いてください。")
        moved = basis.with_meeting_on(line.meeting, day)
        return moved, whole_problem(moved), line.meeting
    check_line(basis.chain, replace(line, when=change.when), say("移す日か月"))
    moved = basis.with_schedule(_with_line(basis.schedule, change)).without_meetings(line.gates)
    return moved, whole_problem(moved), None


MOST_DAYS = 365
"""Calendar days of a comment that can be supposed."""


def _line(schedule: PlanSchedule, number: int) -> Line:
    if not 0 <= number < len(schedule.lines):
        raise BadInput("工程表の行", "工程表にありません", "画面を開き直し、一覧から選んでください。")
    return schedule.lines[number]


def _with_line(schedule: PlanSchedule, change: Supposition) -> PlanSchedule:
    """The schedule with the line on its new time, not agreed yet, or without it."""
    line = _line(schedule, change.line)
    rest = [each for each in schedule.lines if each is not line]
    if change.kind is Supposed.MOVE:
        rest.append(replace(line, when=change.when, tentative=True, meeting=None))
    return replace(schedule, lines=tuple(sorted(rest, key=lambda each: each.order)))


def followed(basis: Basis, problem: Problem, expected: Schedule, needs: Sequence[Need]) -> PlanSchedule:
    """The plan's schedule as it would follow what is expected: each line that is too early for its gate now moves to the month
    or the day of it, a gate that is done once more or whose meeting is missing gets a line, and the months of the stages
    follow. What moved is tentative until people agree."""
    after = {each.activity: each for each in expected.placed}
    lines = [_line_after(line, after) for line in freed_lines(basis)]
    lines += [
        Line(month_of(need.day), need.activity.body, None, "", (need.activity.key,), tentative=True)
        for need in needs
        if "#" not in need.activity.key and not lines_of(basis.schedule, need.activity.key)
    ]
    lines += [
        Line(month_of(after[each.key].begins), each.body, None, "", (gate,), tentative=True)
        for each in problem.activities
        if each.kind is Kind.SITTING and (gate := each.key.partition("#")[0]) != each.key
        if lines_of(basis.schedule, gate)
    ]
    spans = _one_after_another(
        _around(_span_after(span, problem, after), basis.chain, lines) for span in basis.schedule.spans
    )
    return PlanSchedule(spans, tuple(sorted(lines, key=lambda line: line.order)))


def _line_after(line: Line, after: dict[str, Placed]) -> Line:
    begins = max((after[gate].begins for gate in line.gates if gate in after), default=None)
    if begins is None or line.meeting is not None:
        return line
    in_time = begins <= line.day if line.day else month_of(begins) <= line.month
    if in_time:
        return line
    when = begins.isoformat() if line.day else month_of(begins)
    return replace(line, when=when, tentative=True)


def _one_after_another(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans, none of which begins or ends before the one of the stage before it."""
    found = list[Span]()
    for span in spans:
        before = found[-1] if found else span
        first, last = max(span.first, before.first), max(span.last, before.last)
        found.append(replace(span, first=first, last=max(first, last)))
    return tuple(found)


def _around(span: Span, chain: Chain, lines: Sequence[Line]) -> Span:
    """The span, from the first to the last of the lines of its stage: those of an earlier round stay where they were."""
    gates = {gate.key for gate in chain.stage(span.stage).gates}
    months = [line.month for line in lines if not gates.isdisjoint(line.gates)]
    return replace(span, first=min([span.first, *months]), last=max([span.last, *months]))


def _span_after(span: Span, problem: Problem, after: dict[str, Placed]) -> Span:
    """The span, longer where the stage is now worked on until later, and later where it now begins only then."""
    own = [after[each.key] for each in problem.activities if each.stage == span.stage]
    if not own:
        return span
    begins, ends = month_of(min(each.begins for each in own)), month_of(max(each.ends for each in own))
    first = begins if begins > span.last else span.first
    return replace(span, first=first, last=max(span.last, ends))
