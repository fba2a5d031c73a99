"""The schedule in the shape of the seed's section 7, as planned and as it came to be."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import CompoundSelect, Date, bindparam, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from definitions.chain import Chain
from definitions.labelled import Labelled
from workflow.domain.calendar import month_of, tokyo_day
from workflow.domain.meetings import ON_RECORD, MeetingForm
from workflow.domain.plans import Trigger
from workflow.domain.schedules import PlanSchedule, modelled, version_name
from workflow.queries.meetings import at_a_gate
from workflow.queries.plans import PlanFact
from workflow.store.tables import AgendaItem, CommentPeriod, Meeting, Person, ScheduleVersion, Step, Utc

Entry = TypeVar("Entry")

MOST_TO_BIND = 200
"""Meetings offered to be bound to a line."""


@dataclass(frozen=True, slots=True)
class Month:
    """A line of the schedule in the shape of the seed's section 7: 月・計画策定工程・会議名・区議会. An assembly
    line is (body, what is reported)."""

    month: str
    work: tuple[str, ...]
    meetings: tuple[str, ...]
    assembly: tuple[tuple[str, str], ...]


class Match(Labelled):
    """The result of an entry of the schedule: as planned, planned only, or not planned for that month."""

    AS_PLANNED = "as_planned", "予定どおり"
    PLANNED = "planned", "予定"
    UNPLANNED = "unplanned", "予定外"


@dataclass(frozen=True, slots=True)
class ComparedMonth:
    """A line of the schedule, planned against actual: each entry with how it came out."""

    month: str
    work: tuple[tuple[str, Match], ...]
    meetings: tuple[tuple[str, Match], ...]
    assembly: tuple[tuple[tuple[str, str], Match], ...]


def compared(planned: Iterable[Month], held: Iterable[Month]) -> list[ComparedMonth]:
    """The schedule as planned against the one as held, month by month."""
    tables = [{month.month: month for month in table} for table in (planned, held)]
    nothing = Month("", (), (), ())
    lines = []
    for name in sorted({*tables[0], *tables[1]}):
        plan, done = (table.get(name, nothing) for table in tables)
        lines.append(
            ComparedMonth(
                name,
                _matched(plan.work, done.work),
                _matched(plan.meetings, done.meetings),
                _matched(plan.assembly, done.assembly),
            )
        )
    return [line for line in lines if line.work or line.meetings or line.assembly]


def _matched(planned: Sequence[Entry], held: Sequence[Entry]) -> tuple[tuple[Entry, Match], ...]:
    left = Counter(held)
    found = []
    for entry in planned:
        found.append((entry, Match.AS_PLANNED if left[entry] > 0 else Match.PLANNED))
        left[entry] -= 1
    return (*found, *((entry, Match.UNPLANNED) for entry, times in left.items() for _ in range(times)))


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
    """A meeting that a line of a schedule may be bound to."""

    number: int
    body: str
    title: str
    day: date


def meetings_to_bind(db: Session, plan: PlanFact, since: datetime) -> list[BoundMeeting]:
    """The called meetings of the bodies of the plan's chain since that moment, by day. One statement."""
    rows = db.execute(
        select(Meeting.id, Meeting.body_key, Meeting.title, Meeting.starts_at)
        .where(
            Meeting.body_key.in_([body.key for body in plan.chain.bodies]),
            Meeting.status.in_(ON_RECORD),
            Meeting.form != MeetingForm.IN_WRITING,
            Meeting.starts_at >= since,
        )
        .order_by(Meeting.starts_at, Meeting.id)
        .limit(MOST_TO_BIND)
    )
    return [BoundMeeting(number, body, title, tokyo_day(at)) for number, body, title, at in rows]


def planned_schedule(plan: PlanFact) -> list[Month]:
    """The schedule as planned, month by month."""
    chain, schedule = plan.chain, plan.schedule
    spans = []
    for span in schedule.spans:
        stage = chain.stage(span.stage)
        spans.append((stage.work or stage.label, span.first, span.last))
    meetings, assembly = [], []
    for line in schedule.lines:
        if line.body and chain.body(line.body).assembly:
            assembly.append((line.month, chain.body(line.body).name, line.label))
        else:
            name = chain.body(line.body).name if line.body else line.event or ""
            meetings.append((line.month, name))
    return _months(spans, meetings, assembly)


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
    for month in _range(min(named), max(named)):
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


def _range(first: str, last: str) -> Iterable[str]:
    day = date.fromisoformat(f"{first}-01")
    while month_of(day) <= last:
        yield month_of(day)
        day = (day + timedelta(days=32)).replace(day=1)
