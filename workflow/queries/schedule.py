"""The schedule in the shape of the seed's section 7, as planned and as it came to be."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Date,
    Select,
    bindparam,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from definitions.chain import Chain
from workflow.domain.calendar import month_of, months_through, tokyo_day
from workflow.domain.errors import BadInput, NotFound
from workflow.domain.language import say
from workflow.domain.lateness import owed_lines, stages_left
from workflow.domain.meetings import ON_RECORD, MeetingForm
from workflow.domain.plans import Status, Trigger
from workflow.domain.schedule_results import Result, met, worked
from workflow.domain.schedules import Line, PlanSchedule, modelled, version_name
from workflow.queries.meetings import at_a_gate
from workflow.queries.plans import PlanFact
from workflow.store.tables import AgendaItem, CommentPeriod, Meeting, Person, ScheduleVersion, Step, Utc

NEAREST = 15
"""Meetings of a body, before and after the day, that a line may be bound to."""


@dataclass(frozen=True, slots=True)
class Month:
    """A line of the schedule in the shape of the seed's section 7: 月・計画策定工程・会議名・区議会. An assembly
    line is (body, what is reported)."""

    month: str
    work: tuple[str, ...]
    meetings: tuple[str, ...]
    assembly: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ComparedMonth:
    """A line of the schedule, planned against actual: each entry with its result."""

    month: str
    work: tuple[tuple[str, Result], ...]
    meetings: tuple[tuple[str, Result], ...]
    assembly: tuple[tuple[tuple[str, str], Result], ...]


@dataclass(frozen=True, slots=True)
class Ahead:
    """The part of a plan's schedule that it still owes in the month `now`: the meetings and events of gates that are not
    open, each with its month, and the work of its stage and of those to come. `running`: the plan is not over."""

    now: str
    running: bool
    work: frozenset[str] = frozenset()
    meetings: frozenset[tuple[str, str]] = frozenset()
    assembly: frozenset[tuple[str, tuple[str, str]]] = frozenset()


def ahead(plan: PlanFact, passed: Collection[str], now: datetime) -> Ahead:
    """The part of its schedule that the plan still owes; `passed` are the open gates of its stage."""
    chain, here = plan.chain, plan.stage
    lines = list(owed_lines(chain, plan.schedule, here.key, passed))
    left = stages_left(chain, here.key) if chain.after(here) else set[str]()
    meetings, assembly = _entries(chain, lines)
    return Ahead(
        month_of(tokyo_day(now)),
        plan.status in (Status.ACTIVE, Status.SUSPENDED),
        frozenset(stage.work or stage.label for stage in chain.stages if stage.key in left),
        frozenset(meetings),
        frozenset((month, (name, about)) for month, name, about in assembly),
    )


def compared(planned: Iterable[Month], held: Iterable[Month], owed: Ahead) -> list[ComparedMonth]:
    """The schedule as planned against the one as held, month by month."""
    plan, done = ({month.month: month for month in table} for table in (planned, held))
    now, running = owed.now, owed.running
    work = worked(_column(plan, _WORK), _column(done, _WORK), now, owed.work, running=running)
    meetings = met(_column(plan, _MEETINGS), _column(done, _MEETINGS), now, owed.meetings, running=running)
    assembly = met(_column(plan, _ASSEMBLY), _column(done, _ASSEMBLY), now, owed.assembly, running=running)
    return [
        ComparedMonth(
            name,
            tuple(work.get(name, ())),
            tuple(meetings.get(name, ())),
            tuple(assembly.get(name, ())),
        )
        for name in sorted({*work, *meetings, *assembly})
    ]


_WORK, _MEETINGS, _ASSEMBLY = attrgetter("work"), attrgetter("meetings"), attrgetter("assembly")


def _column(table: Mapping[str, Month], entries: Callable[[Month], Any]) -> dict[str, Any]:
    return {name: entries(month) for name, month in table.items() if entries(month)}


@dataclass(frozen=True, slots=True)
class ScheduleFact:
    """A version of a plan's schedule: 0 is 当初, as the chain and the plan's first month make it."""

    number: int
    schedule: PlanSchedule
    reason: str = ""
    agreed: str = ""
    made_by: str = ""
    made_at: datetime | None = None

    @property
    def name(self) -> str:
        return version_name(self.number)


def schedule_versions(db: Session, plan: PlanFact) -> list[ScheduleFact]:
    """Every version of the plan's schedule, newest first, down to 当初. One statement."""
    rows = db.execute(
        select(ScheduleVersion, Person.name)
        .join(Person, Person.id == ScheduleVersion.made_by)
        .where(ScheduleVersion.plan_id == plan.id)
        .order_by(ScheduleVersion.number.desc())
    )
    changed = [
        ScheduleFact(
            version.number,
            PlanSchedule.from_rows(version.rows),
            version.reason,
            version.agreed,
            name,
            version.made_at,
        )
        for version, name in rows
    ]
    return [*changed, ScheduleFact(0, modelled(plan.dated))]


@dataclass(frozen=True, slots=True)
class BoundMeeting:
    """A meeting that a line of a schedule may be bound to. `held`: it was called and not cancelled."""

    number: int
    body: str
    title: str
    day: date
    held: bool


def meetings_to_bind(
    db: Session, plan: PlanFact, schedule: PlanSchedule, now: datetime
) -> list[BoundMeeting]:
    """The meetings that lines of the schedule are bound to, and the called ones of each body of the plan's chain that are
    nearest to `now`, by day. One statement."""
    bound = [line.meeting for line in schedule.lines if line.meeting is not None]
    near = [_nearest(body.key, now, later=later) for body in plan.chain.bodies for later in (True, False)]
    if not near:  # a chain without a body calls no meeting
        return []
    rows = db.execute(
        select(Meeting.id, Meeting.body_key, Meeting.title, Meeting.starts_at, Meeting.status)
        .where(or_(Meeting.id.in_(bound), Meeting.id.in_(union_all(*near))))
        .order_by(Meeting.starts_at, Meeting.id)
    )
    return [
        BoundMeeting(number, body, title, tokyo_day(at), status in ON_RECORD)
        for number, body, title, at, status in rows
    ]


def on_days_of_meetings(db: Session, schedule: PlanSchedule) -> PlanSchedule:
    """The schedule, each line that names a meeting on the day of that meeting. One statement, none where no line does.
    Raises `NotFound`, `BadInput` (a meeting of another body, or one that is not held)."""
    named = {line.meeting for line in schedule.lines if line.meeting is not None}
    if not named:
        return schedule
    held = {meeting.id: meeting for meeting in db.scalars(select(Meeting).where(Meeting.id.in_(named)))}
    lines = (
        line if line.meeting is None else _on_its_day(line, line.meeting, held.get(line.meeting))
        for line in schedule.lines
    )
    return replace(schedule, lines=tuple(lines))


def _on_its_day(line: Line, number: int, meeting: Meeting | None) -> Line:
    if meeting is None:
        raise NotFound("会議", str(number))
    place = say("会議 {number}", number=number)
    if meeting.body_key != line.body:
        raise BadInput(
            place,
            "その行の会議体の会議ではありません",
            "その行の会議体が招集した会議を選ぶか、会議との結び付きを外してください。",
        )
    if meeting.status not in ON_RECORD:
        raise BadInput(
            place,
            "招集されていないか、中止された会議です",
            "招集した会議を選ぶか、会議との結び付きを外してください。",
        )
    return replace(line, when=tokyo_day(meeting.starts_at).isoformat(), tentative=False)


def _nearest(body: str, now: datetime, *, later: bool) -> Select[tuple[int]]:
    """The meetings of the body that were called, the nearest ones before or after `now`."""
    time, order = (
        (Meeting.starts_at >= now, Meeting.starts_at)
        if later
        else (Meeting.starts_at < now, Meeting.starts_at.desc())
    )
    called = (Meeting.status.in_(ON_RECORD), Meeting.form != MeetingForm.IN_WRITING)
    found = select(Meeting.id).where(Meeting.body_key == body, time, *called).order_by(order).limit(NEAREST)
    return select(found.subquery().c.id)


def planned_schedule(plan: PlanFact) -> list[Month]:
    """The schedule as planned, month by month."""
    chain, schedule = plan.chain, plan.schedule
    spans = []
    for span in schedule.spans:
        stage = chain.stage(span.stage)
        spans.append((stage.work or stage.label, span.first, span.last))
    return _months(spans, *_entries(chain, schedule.lines))


def _entries(chain: Chain, lines: Iterable[Line]) -> tuple[list[tuple[str, str]], list[tuple[str, str, str]]]:
    """The meetings and events of these lines, and what is reported to an assembly, each with its month."""
    meetings, assembly = [], []
    for line in lines:
        if line.body and chain.body(line.body).assembly:
            assembly.append((line.month, chain.body(line.body).name, line.label))
        else:
            name = chain.body(line.body).name if line.body else line.event or ""
            meetings.append((line.month, name))
    return meetings, assembly


def held_schedule(db: Session, plan: PlanFact, now: datetime) -> list[Month]:
    """The actual schedule: the stages of the plan, and the meetings that treated it (a 持ち回り is no sitting).
    One statement."""
    chain = plan.chain
    rows = db.execute(_COURSE, {"plan": plan.id}).all()
    meetings, assembly = [], []
    seen: set[int] = set()
    for row in sorted((row for row in rows if row.kind == "sat"), key=lambda r: (r.at, r.number, r.position)):
        month, body = _month(row.at), chain.body(row.key)
        if body.assembly:
            assembly.append((month, body.name, _slot_label(chain, row.gate)))
        elif row.number not in seen:
            meetings.append((month, body.name))
        seen.add(row.number)
    for row in sorted((row for row in rows if row.kind == "opened"), key=lambda r: r.number):
        events = [slot.event for slot in chain.schedule if row.gate in slot.gates and slot.event]
        meetings.append((month_of(row.day), events[0] if events else chain.gate(row.gate).label))
    steps = sorted((row for row in rows if row.kind == "stood"), key=lambda r: r.number)
    return _months(_stood(plan, [(row.at, row.key) for row in steps], now), meetings, assembly)


_NO_DAY, _NO_MOMENT = cast(null(), Date), cast(null(), Utc())
_COURSE: CompoundSelect[Any] = union_all(
    select(
        literal("stood").label("kind"),
        func.coalesce(Step.counts_from, Step.taken_at).label("at"),
        _NO_DAY.label("day"),
        Step.revision.label("number"),
        literal(0).label("position"),
        Step.to_stage.label("key"),
        literal("").label("gate"),
    ).where(
        Step.plan_id == bindparam("plan"),
        Step.trigger.in_([Trigger.OPEN, Trigger.ADVANCE, Trigger.SEND_BACK]),
    ),
    select(
        literal("sat"),
        Meeting.starts_at,
        _NO_DAY,
        Meeting.id,
        AgendaItem.position,
        Meeting.body_key,
        AgendaItem.gate_key,
    )
    .join(AgendaItem, AgendaItem.meeting_id == Meeting.id)
    .where(
        AgendaItem.plan_id == bindparam("plan"),
        at_a_gate(),
        AgendaItem.removed_at.is_(None),
        Meeting.status.in_(ON_RECORD),
        Meeting.form != MeetingForm.IN_WRITING,
    ),
    select(
        literal("opened"),
        _NO_MOMENT,
        CommentPeriod.opens_on,
        CommentPeriod.id,
        literal(0),
        literal(""),
        CommentPeriod.gate_key,
    ).where(
        CommentPeriod.plan_id == bindparam("plan"),
        CommentPeriod.cancelled_at.is_(None),
        CommentPeriod.counts_as_id.is_(None),
    ),
)


def _slot_label(chain: Chain, gate: str) -> str:
    labels = [slot.label for slot in chain.schedule if gate in slot.gates and slot.label]
    return labels[0] if labels else chain.gate(gate).label


def _stood(
    plan: PlanFact, steps: Sequence[tuple[datetime, str]], now: datetime
) -> list[tuple[str, str, str]]:
    """(work, first month, last month) for each visit of a stage. The last stage ends the plan in the month it is
    reached."""
    last = now if plan.chain.after(plan.stage) else plan.entered_at
    ends = [*(at for at, _ in steps[1:]), last]
    return [
        (plan.chain.stage(stage).work or plan.chain.stage(stage).label, _month(at), _month(end))
        for (at, stage), end in zip(steps, ends, strict=True)
    ]


def _month(moment: datetime) -> str:
    return month_of(tokyo_day(moment))


def _months(
    spans: Sequence[tuple[str, str, str]],
    meetings: Sequence[tuple[str, str]],
    assembly: Sequence[tuple[str, str, str]],
) -> list[Month]:
    named = [*(m for _, *pair in spans for m in pair), *(m[0] for m in meetings), *(a[0] for a in assembly)]
    if not named:
        return []
    table = []
    for month in months_through(min(named), max(named)):
        work = tuple(dict.fromkeys(name for name, first, last in spans if first <= month <= last))
        table.append(
            Month(
                month,
                work,
                tuple(name for at, name in meetings if at == month),
                tuple((name, label) for at, name, label in assembly if at == month),
            )
        )
    return table
