"""Changes of a plan's way, and what each does to every later activity, to 決定 and to 印刷."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from workflow.domain.calendar import shown_day
from workflow.domain.errors import BadInput
from workflow.domain.language import say
from workflow.domain.scheduling.critical import sitting_time
from workflow.domain.scheduling.passes import forward
from workflow.domain.scheduling.problem import Activity, Kind, Link, Problem, Schedule, in_order


@dataclass(frozen=True, slots=True)
class MoveSitting:
    """The sitting of a body on one day is held on another."""

    body: str
    day: date
    to: date


@dataclass(frozen=True, slots=True)
class Lengthen:
    """An activity takes so much longer: calendar days of a comment or a letter, business days of anything else."""

    activity: str
    by: int


@dataclass(frozen=True, slots=True)
class Drop:
    """A round is left out: what rested on it rests on what it rested on."""

    activity: str


@dataclass(frozen=True, slots=True)
class SendBack:
    """差戻し: at that gate the plan is sent back to a stage, and does all of its way to the gate again."""

    gate: str
    to: str


Change = MoveSitting | Lengthen | Drop | SendBack


@dataclass(frozen=True, slots=True)
class Moved:
    """An activity that ends on another day than before; None: it was not, or is no more, on the plan's way."""

    activity: Activity
    before: date | None
    after: date | None


@dataclass(frozen=True, slots=True)
class Effects:
    """The effects of a change: what moved, in order, the decision and the last day of all."""

    moved: tuple[Moved, ...]
    before: Schedule
    after: Schedule


def effects(problem: Problem, change: Change) -> Effects | None:
    """Return what the change does; None when there is no schedule before or after it (`clash` says why). Raises
    `BadInput` for a change that cannot be made."""
    return effects_between(problem, changed(problem, change))


def effects_between(problem: Problem, new: Problem) -> Effects | None:
    """Return what became of the schedule of the problem in that of the new one; None when either has none."""
    before, after = forward(problem), forward(new)
    if before is None or after is None:
        return None
    return Effects(tuple(_moved(problem, new, before, after)), before, after)


def changed(problem: Problem, change: Change) -> Problem:
    """The problem after the change. Raises `BadInput`."""
    match change:
        case MoveSitting():
            return _with_sitting_moved(problem, change)
        case Lengthen():
            longer = _longer(problem.activity(change.activity), change.by)
            return _with(problem, [longer if each.key == longer.key else each for each in problem.activities])
        case Drop():
            return _without(problem, problem.activity(change.activity))
        case SendBack():
            return _sent_back(problem, problem.activity(change.gate), change.to)


def _moved(problem: Problem, new: Problem, before: Schedule, after: Schedule) -> Iterator[Moved]:
    was = {each.activity: each.ends for each in before.placed}
    now = {each.activity: each.ends for each in after.placed}
    gone = [each for each in problem.activities if each.key not in now]
    for activity in (*new.activities, *gone):
        days = was.get(activity.key), now.get(activity.key)
        if days[0] != days[1]:
            yield Moved(activity, *days)


def _with(problem: Problem, activities: Sequence[Activity]) -> Problem:
    return replace(problem, activities=in_order(activities))


def _with_sitting_moved(problem: Problem, change: MoveSitting) -> Problem:
    calendar = problem.calendar(change.body)
    if change.day not in calendar.days:
        said = say("{body}は{day}に開かれません", body=calendar.name, day=shown_day(change.day))
        raise BadInput("開催日", said, "開催日の一覧から選んでください。")
    days = tuple(sorted({*calendar.days, change.to} - {change.day}))
    others = [each for each in problem.calendars if each.body != change.body]
    return replace(problem, calendars=(*others, replace(calendar, days=days)))


def _longer(activity: Activity, by: int) -> Activity:
    if activity.kind in (Kind.COMMENT, Kind.LETTER):
        return replace(activity, length=activity.length + by)
    return replace(activity, days=activity.days + by)


def _without(problem: Problem, dropped: Activity) -> Problem:
    if dropped.mandatory or dropped.key == problem.finish:
        said = say("「{gate}」は省けません", gate=dropped.label)
        raise BadInput("必要な手続", said, "必須でない手続を選んでください。")
    kept = [replace(each, after=_past(each, dropped)) for each in problem.activities if each != dropped]
    wishes = [wish for wish in problem.wishes if wish.activity != dropped.key]
    return _with(problem, kept).wishing(wishes)


def _past(activity: Activity, dropped: Activity) -> tuple[Link, ...]:
    """The links of the activity, those to the dropped one led on to what that rested on."""
    links = [link for link in activity.after if link.before != dropped.key]
    for own in activity.after:
        if own.before == dropped.key:
            links += [Link(link.before, max(link.days, own.days)) for link in dropped.after]
    return tuple(dict.fromkeys(links))


def _sent_back(problem: Problem, gate: Activity, to: str) -> Problem:
    stages = list(dict.fromkeys(each.stage for each in problem.activities))
    if to not in stages[: stages.index(gate.stage) + 1]:
        raise BadInput(
            "差戻しの先", say("通ってきた段階ではありません"), "通ってきた段階から選んでください。"
        )
    back = set(stages[stages.index(to) :])
    before = _before(problem, gate)
    newest = {
        _name_of(each): each for each in problem.activities if each.key in before and each.stage in back
    }
    again = list(newest.values())
    visit = max(each.visit for each in problem.activities) + 1
    named = {each.key: f"{_name_of(each)}#{visit}" for each in again}
    copies = [
        replace(each, key=named[each.key], visit=visit, after=_second(each, gate, named)) for each in again
    ]
    rest = [
        each
        if each in again
        else replace(
            each, after=tuple(Link(named.get(link.before, link.before), link.days) for link in each.after)
        )
        for each in problem.activities
    ]
    finish = named.get(problem.finish, problem.finish)
    return replace(_with(problem, [*rest, *copies]), finish=finish)


def _name_of(activity: Activity) -> str:
    """The key of the activity, whichever time it is done."""
    return activity.key.partition("#")[0]


def _second(activity: Activity, gate: Activity, named: dict[str, str]) -> tuple[Link, ...]:
    """The links of an activity done again: among those done again, else from the gate that sent the plan back."""
    links = tuple(Link(named[link.before], link.days) for link in activity.after if link.before in named)
    return links or (Link(gate.key),)


def _before(problem: Problem, gate: Activity) -> set[str]:
    """The keys of the activity and of all that it rests on."""
    found = {gate.key}
    for activity in reversed(problem.activities):
        if activity.key in found:
            found |= {link.before for link in activity.after}
    return found


def effect_words(problem: Problem, found: Effects, new: Problem | None = None) -> list[str]:
    """The effects in words: a line for the decision, which people ask for first, and one for each activity that moved. `new` is
    the problem after the change, where its sittings differ."""
    lines = [
        _moved_words(problem, new or problem, each)
        for each in found.moved
        if each.activity.key != found.after.finish
    ]
    before, after = found.before.finished, found.after.finished
    if before == after:
        return [say("決定は{day}のまま変わりません。", day=shown_day(after)), *lines]
    days, first, then = abs((after - before).days), shown_day(before), shown_day(after)
    if after < before:
        said = say("決定は{before}から{after}へ、{days}日早まります。", before=first, after=then, days=days)
    else:
        said = say("決定は{before}から{after}へ、{days}日遅れます。", before=first, after=then, days=days)
    return [said, *lines]


def _moved_words(problem: Problem, new: Problem, moved: Moved) -> str:
    name = _name(moved.activity)
    if moved.after is None:
        return say("{name}は行いません。", name=name)
    after = sitting_time(new, moved.activity, moved.after)
    if moved.before is None:
        return say("{name}の{visit}回目は{day}。", name=name, visit=moved.activity.visit, day=after)
    before = sitting_time(problem, moved.activity, moved.before)
    if before == after:
        day = shown_day(moved.after)
        return say("{name}は{month}のままですが、早くても{day}になります。", name=name, month=after, day=day)
    return say("{name}は{before}から{after}へ。", name=name, before=before, after=after)


def _name(activity: Activity) -> str:
    if activity.kind is Kind.SITTING:
        return say("{stage}の「{label}」", stage=activity.stage_label, label=activity.label)
    return say("「{label}」", label=activity.label)
