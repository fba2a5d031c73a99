"""The standing of a plan beside its own schedule: things that should be done by now and are not (遅れ), and the next one due."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from definitions.chain import Chain, Offset
from definitions.labelled import Labelled
from definitions.rules.walk import reached_from, steps_of
from workflow.domain.calendar import (
    at_tokyo,
    business_days_after,
    last_of_month,
    month_of,
    offset_before,
    shown_day,
)
from workflow.domain.language import label, say
from workflow.domain.plans import Status
from workflow.domain.schedules import Line, PlanSchedule, line_name

WARNED = Offset(business_days=5, at=time(9))
"""The time at which staff are told that something will be due, counted back from its last day."""


class Course(Labelled):
    """The course of a plan beside its schedule."""

    LATE = "late", "遅れ"
    ON_TIME = "on_time", "予定どおり"
    EARLY = "early", "予定より早い"
    AHEAD = "ahead", "これから"
    UNPLANNED = "unplanned", "予定なし"
    ENDED = "ended", "終わった計画"


@dataclass(frozen=True, slots=True)
class Due:
    """Something the schedule expects of the plan: its last day, its name, and the gates it is about; none of the end of a
    stage."""

    day: date
    name: str
    gates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """A plan beside its schedule: its course, and what is due first of what is not done; None where nothing is."""

    course: Course
    due: Due | None = None

    def days_late(self, today: date) -> int:
        """Calendar days since the day on which that was due; 0 before it."""
        return max((today - self.due.day).days, 0) if self.due else 0


def standing(
    chain: Chain, schedule: PlanSchedule, stage: str, status: Status, passed: Collection[str], today: date
) -> Standing:
    """The standing of a plan in that stage; `passed` are the gates of the stage that are open. A plan that has come
    to its last stage has ended; a suspended one can be late: its schedule goes on. One whose first month is still to come
    is early only once something was done in it."""
    if status in (Status.FINISHED, Status.WITHDRAWN) or not chain.after(chain.stage(stage)):
        return Standing(Course.ENDED)
    due = min(dues(chain, schedule, stage, passed), key=lambda each: each.day, default=None)
    if due is None:
        return Standing(Course.UNPLANNED)
    if due.day < today:
        return Standing(Course.LATE, due)
    begins = next((span.first for span in schedule.spans if span.stage == stage), None)
    if begins is None or begins <= month_of(today):
        return Standing(Course.ON_TIME, due)
    ahead = stage == chain.first.key and not passed
    return Standing(Course.AHEAD if ahead else Course.EARLY, due)


def dues(chain: Chain, schedule: PlanSchedule, stage: str, passed: Collection[str]) -> Iterator[Due]:
    """The things that the schedule still expects of a plan in that stage: the lines of gates that are not open, and the end of each
    stage to come. A line without a gate binds nobody: that it took place is nowhere on record."""
    for line in owed_lines(chain, schedule, stage, passed):
        yield Due(last_day_of(line), line_name(chain, line), line.gates)
    left = stages_left(chain, stage)
    for span in schedule.spans:
        if span.stage in left:
            yield Due(
                last_of_month(span.last), say("「{stage}」の終わり", stage=chain.stage(span.stage).label)
            )


def owed_lines(chain: Chain, schedule: PlanSchedule, stage: str, passed: Collection[str]) -> Iterator[Line]:
    """The lines with a gate that is not open, of a plan in that stage."""
    for line, _ in open_lines(chain, schedule, stage, passed):
        yield line


def open_lines(
    chain: Chain, schedule: PlanSchedule, stage: str, passed: Collection[str]
) -> Iterator[tuple[Line, tuple[str, ...]]]:
    """The same lines, each with those of its gates that are not open."""
    left = stages_left(chain, stage)
    for line in schedule.lines:
        shut = tuple(key for key in line.gates if chain.stage_of_gate(key).key in left and key not in passed)
        if shut:
            yield line, shut


def stages_left(chain: Chain, stage: str) -> set[str]:
    """The stage and those after it to which a way leads from there: of two ways, not those of the one that was not taken."""
    order = [each.key for each in chain.stages]
    return set(order[order.index(stage) :]) & reached_from(steps_of(chain), (stage,))


def last_day_of(line: Line) -> date:
    """The last day on which a line can take place as planned: its day, or the last of its month."""
    return line.day or last_of_month(line.month)


def last_days(schedule: PlanSchedule) -> set[date]:
    """Every day that is the last one of something in the schedule, done or not."""
    return {last_day_of(line) for line in schedule.lines} | {
        last_of_month(span.last) for span in schedule.spans
    }


def warned_at(last: date, closed: Collection[date]) -> datetime:
    """The moment at which the staff are told that something will be due on that day."""
    return offset_before(last, WARNED, closed)


def told_late_at(last: date, closed: Collection[date]) -> datetime:
    """The moment at which the staff are told that what was due on that day is late: on the first business day after it."""
    return at_tokyo(business_days_after(last, 1, closed), WARNED.at)


def standing_words(found: Standing, today: date) -> str:
    """遅れ 12 日（部会での検討、6月30日まで）; 予定どおり."""
    if found.course is not Course.LATE or found.due is None:
        return label(found.course)
    return say(
        "遅れ {days} 日（{name}、{day}まで）",
        days=found.days_late(today),
        name=found.due.name,
        day=shown_day(found.due.day),
    )


def report_words(status: Status, found: Standing, today: date) -> str:
    """The standing of a plan in a report: what became of it when it is over, else how it stands, and whether it rests:
    完了; 最後の段階; 中断中、遅れ 12 日（…）."""
    if status in (Status.FINISHED, Status.WITHDRAWN):
        return label(status)
    course = say("最後の段階") if found.course is Course.ENDED else standing_words(found, today)
    return say("、").join([label(status), course]) if status is Status.SUSPENDED else course
