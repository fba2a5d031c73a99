"""The schedule in the shape of the seed's section 7, as planned and as it came to be."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from definitions.chain import Chain
from workflow.calendar import month_of, tokyo_day
from workflow.facts import PlanFact
from workflow.machine import Trigger
from workflow.records import (
    AgendaItem,
    CommentPeriod,
    Meeting,
    Step,
)


@dataclass(frozen=True, slots=True)
class Month:
    """A line of the schedule in the shape of the seed's section 7: 月・計画策定工程・会議名・区議会. An assembly
    line is (body, what is reported)."""

    month: str
    work: tuple[str, ...]
    meetings: tuple[str, ...]
    assembly: tuple[tuple[str, str], ...]


def planned_schedule(chain: Chain) -> list[Month]:
    """The schedule as the chain plans it, month by month."""
    spans = [
        (stage.work or stage.label, stage.planned.first, stage.planned.last)
        for stage in chain.stages
        if stage.planned
    ]
    meetings, assembly = [], []
    for slot in chain.schedule:
        if slot.body and chain.body(slot.body).assembly:
            assembly.append((slot.month, chain.body(slot.body).name, slot.label or ""))
        else:
            name = chain.body(slot.body).name if slot.body else slot.event or ""
            meetings.append((slot.month, name))
    return _months(spans, meetings, assembly)


def held_schedule(db: Session, plan: PlanFact, now: datetime) -> list[Month]:
    """The same table as it came to be: the stages the plan stood in, the meetings that sat on it (a 持ち回り is
    no sitting)."""
    chain = plan.chain
    meetings, assembly = [], []
    rows = db.execute(
        select(Meeting.starts_at, Meeting.id, Meeting.body_key, AgendaItem.gate_key)
        .join(AgendaItem, AgendaItem.meeting_id == Meeting.id)
        .where(
            AgendaItem.plan_id == plan.id,
            AgendaItem.removed_at.is_(None),
            Meeting.status != "cancelled",
            Meeting.form != "in_writing",
        )
        .order_by(Meeting.starts_at, Meeting.id, AgendaItem.position)
    )
    seen: set[int] = set()
    for starts_at, meeting, body_key, gate in rows:
        month, body = month_of(tokyo_day(starts_at)), chain.body(body_key)
        if body.assembly:
            assembly.append((month, body.name, _slot_label(chain, gate)))
        elif meeting not in seen:
            meetings.append((month, body.name))
        seen.add(meeting)
    opened = select(CommentPeriod.opens_on, CommentPeriod.gate_key).where(CommentPeriod.plan_id == plan.id)
    for opens_on, gate in db.execute(opened):
        events = [slot.event for slot in chain.schedule if gate in slot.gates and slot.event]
        meetings.append((month_of(opens_on), events[0] if events else chain.gate(gate).label))
    return _months(_stood(db, plan, now), meetings, assembly)


def _slot_label(chain: Chain, gate: str) -> str:
    labels = [slot.label for slot in chain.schedule if gate in slot.gates and slot.label]
    return labels[0] if labels else chain.gate(gate).label


def _stood(db: Session, plan: PlanFact, now: datetime) -> list[tuple[str, str, str]]:
    """(work, first month, last month) for each time the plan stood in a stage. It reaches the last one and is
    done."""
    steps = db.execute(
        select(Step.taken_at, Step.to_stage)
        .where(Step.plan_id == plan.id, Step.trigger.in_([Trigger.OPEN, Trigger.ADVANCE, Trigger.SEND_BACK]))
        .order_by(Step.revision)
    ).all()
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
