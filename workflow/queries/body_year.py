"""The year of a body: by month, its sittings with their items, and the plans whose schedules lead to it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from definitions.chain import months_later
from workflow.domain.calendar import month_of, tokyo_day
from workflow.domain.lateness import last_day_of, open_lines
from workflow.domain.meetings import TAKES_ITEMS, MeetingStatus, Purpose
from workflow.domain.plans import Status
from workflow.domain.rights import Act, Actor
from workflow.domain.schedules import Line
from workflow.domain.scheduling.loads import Capacity, over_in_month
from workflow.queries.bodies import body_rule
from workflow.queries.chains import kept_chains
from workflow.queries.gate_facts import facts_of_all
from workflow.queries.meetings import BY_TIME, MeetingFact, meeting_fact, meetings
from workflow.queries.plan_sheet import gates_to_come, open_gates
from workflow.queries.plans import PlanFact, plan_fact, plans
from workflow.queries.reading_rights import EVERYTHING, meetings_readable, plans_readable
from workflow.store.tables import AgendaItem, Meeting, Plan


@dataclass(frozen=True, slots=True)
class ComingSitting:
    """A meeting of the body that is called or prepared, with the number of its items that the person may read."""

    meeting: MeetingFact
    items: int

    @property
    def draft(self) -> bool:
        return self.meeting.status is MeetingStatus.DRAFT


@dataclass(frozen=True, slots=True)
class Expected:
    """A gate that a plan's schedule leads to the body, and that no agenda has yet. `late`: the day on which it was due is
    past."""

    plan: PlanFact
    line: Line
    gate: str
    late: bool

    @property
    def stage(self) -> str:
        """The label of the stage that the gate lets the plan leave."""
        return self.plan.chain.stage_of_gate(self.gate).label

    @property
    def about(self) -> str:
        """The label of the gate: what the body does there."""
        return self.plan.chain.gate(self.gate).label


@dataclass(frozen=True, slots=True)
class BodyMonth:
    """A month of the body. `over`: the items that are too many for its sittings."""

    month: str
    sittings: tuple[ComingSitting, ...]
    expected: tuple[Expected, ...]
    over: int

    @property
    def items(self) -> int:
        """The items of its sittings and what is expected besides."""
        return sum(each.items for each in self.sittings) + len(self.expected)


@dataclass(frozen=True, slots=True)
class BodyYear:
    """The months to come of a body, the present one first; what should have come to it before stands in the present one."""

    name: str
    months: tuple[BodyMonth, ...]


def body_year(db: Session, who: Actor, key: str, now: datetime, count: int) -> BodyYear:
    """The next months of the body, so many, as far as the person may read them. Nine statements at most, beside each chain
    once in a process. Raises `NotFound`."""
    name = body_rule(db, key).name
    names = [months_later(month_of(tokyo_day(now)), number) for number in range(count)]
    sitting, coming = defaultdict[str, list[ComingSitting]](list), defaultdict[str, list[Expected]](list)
    for held in _sittings(db, who, key, now):
        sitting[month_of(tokyo_day(held.meeting.starts_at))].append(held)
    for each in _expected(db, plans_readable(db, who), key, now):
        coming[max(each.line.month, names[0])].append(each)
    capacity = Capacity()
    return BodyYear(
        name,
        tuple(_month(month, sitting[month], coming[month], key, capacity) for month in names),
    )


def _month(
    month: str,
    held: Sequence[ComingSitting],
    expected: Sequence[Expected],
    body: str,
    capacity: Capacity,
) -> BodyMonth:
    count = sum(each.items for each in held) + len(expected)
    return BodyMonth(month, tuple(held), tuple(expected), over_in_month(count, len(held), body, capacity))


def _sittings(db: Session, who: Actor, body: str, now: datetime) -> list[ComingSitting]:
    read = EVERYTHING if who.may_read_meeting_of(body) else plans_readable(db, who)
    counted = (
        select(func.count())
        .select_from(AgendaItem)
        .outerjoin(Plan, Plan.id == AgendaItem.plan_id)
        .where(
            AgendaItem.meeting_id == Meeting.id,
            AgendaItem.removed_at.is_(None),
            AgendaItem.purpose != Purpose.HEADING,
            read,
        )
        .correlate(Meeting)
        .scalar_subquery()
    )
    to_come = TAKES_ITEMS if who.may(Act.CALL_MEETING, body=body) else [MeetingStatus.CALLED]
    rows = db.execute(
        meetings()
        .add_columns(counted.label("items"))
        .where(
            Meeting.body_key == body,
            meetings_readable(db, who),
            Meeting.status.in_(to_come),
            Meeting.ends_at > now,
        )
        .order_by(*BY_TIME)
    )
    return [ComingSitting(meeting_fact(db, row), row.items) for row in rows]


def _expected(db: Session, which: ColumnElement[bool], body: str, now: datetime) -> list[Expected]:
    """Everything that the running plans' schedules lead to the body and that is on no agenda, by its last day."""
    chains = sorted(sha256 for sha256, chain in kept_chains(db).items() if chain.has_body(body))
    running = (which, Plan.chain_sha256.in_(chains), Plan.status.in_([Status.ACTIVE, Status.SUSPENDED]))
    known = [plan_fact(db, row) for row in db.execute(plans().where(*running).order_by(Plan.key))]
    if not known:
        return []
    numbers = [plan.id for plan in known]
    facts, put = facts_of_all(db, known, Plan.id.in_(numbers), now), gates_to_come(db, numbers, now)
    today = tokyo_day(now)
    found = [
        Expected(plan, line, gate, last_day_of(line) < today)
        for plan in known
        for line, left in open_lines(
            plan.chain, plan.schedule, plan.stage.key, open_gates(plan, facts[plan.id])
        )
        if line.body == body
        for gate in left
        if (plan.id, gate) not in put
    ]
    return sorted(found, key=lambda each: (last_day_of(each.line), each.plan.key))
