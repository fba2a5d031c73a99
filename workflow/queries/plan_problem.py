"""The time of running plans, as a scheduling problem is made from it: what is done, what is on agendas, called meetings."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from definitions.chain import BodyGate, DocumentGate, Gate, PeriodGate
from workflow.domain import gates
from workflow.domain.calendar import at_tokyo, tokyo_day
from workflow.domain.facts import Facts
from workflow.domain.meetings import ON_RECORD, MeetingForm, MeetingStatus
from workflow.domain.path import Stay, stay_in
from workflow.domain.plans import Status
from workflow.domain.scheduling.from_chain import stage_work
from workflow.domain.scheduling.outlook import meeting_moved
from workflow.domain.scheduling.own import Basis, Sitting
from workflow.queries.agenda import held_decision
from workflow.queries.closed_days import closed_days
from workflow.queries.gate_facts import facts_of_all
from workflow.queries.kept_calendars import sessions
from workflow.queries.meetings import at_a_gate
from workflow.queries.plans import PlanFact, plan_fact, plans
from workflow.store.tables import AgendaItem, Meeting, Plan
from workflow.store.unindexed import unindexed


def plan_problem(db: Session, plan: PlanFact, now: datetime) -> Basis:
    """The time of the plan, as of `now`. Five statements."""
    return plan_problems(db, [plan], now)[0]


def plan_problems(db: Session, known: Sequence[PlanFact], now: datetime) -> list[Basis]:
    """The same of several plans, in their order. Five statements, however many they are."""
    if not known:
        return []
    today, closed = tokyo_day(now), closed_days(db)
    which = Plan.id.in_([plan.id for plan in known])
    facts = facts_of_all(db, known, which, now)
    known_sessions = sessions(db, now)
    listed = _listed(db, [plan.id for plan in known], now)
    put = {plan.id: _put(listed[plan.id], now) for plan in known}
    called = _called(
        db,
        {body.key for plan in known for body in plan.chain.bodies},
        min([today.replace(day=1), *(each.first for each in known_sessions)]),
        {number for plan in known for number in (*_bound(plan), *put[plan.id].values())},
    )
    ended = {plan.id: _ended(plan, facts[plan.id]) for plan in known}
    return [
        Basis(
            plan.key,
            plan.chain,
            plan.schedule,
            tuple(stay.stage for stay in plan.path),
            today,
            ended=ended[plan.id],
            running=_running(plan, facts[plan.id]),
            put={gate: number for gate, number in put[plan.id].items() if gate not in ended[plan.id]},
            awaiting=_days(plan, facts[plan.id], _over(listed[plan.id], put[plan.id], now)),
            in_writing=_days(plan, facts[plan.id], _circulating(listed[plan.id], now)),
            called=called,
            closed=closed,
            sessions=known_sessions,
        )
        for plan in known
    ]


@dataclass(frozen=True, slots=True)
class Touched:
    """A plan on the agenda of a meeting, and what the meeting on another day does to it, in words."""

    plan: PlanFact
    words: tuple[str, ...]


MOST_TOUCHED = 10
"""Plans of one meeting whose schedules are compared at once."""


def touched(
    db: Session, which: ColumnElement[bool], *, meeting: int, day: date, now: datetime, besides: str = ""
) -> tuple[list[Touched], int]:
    """Those of the running plans on the agenda of the meeting, the one of the key `besides` apart, with the effects of holding it on
    that day; the first of them, and how many there are more. Six statements at most."""
    there = select(AgendaItem.plan_id).where(
        AgendaItem.meeting_id == meeting, AgendaItem.removed_at.is_(None), at_a_gate()
    )
    wanted = plans().where(which, Plan.id.in_(there), Plan.status == Status.ACTIVE, Plan.key != besides)
    known = [plan_fact(db, row) for row in db.execute(wanted.order_by(Plan.key))]
    shown = known[:MOST_TOUCHED]
    found = [
        Touched(plan, meeting_moved(basis, meeting, day))
        for plan, basis in zip(shown, plan_problems(db, shown, now), strict=True)
    ]
    return found, len(known) - len(shown)


def _bound(plan: PlanFact) -> Iterator[int]:
    """The numbers of the meetings to which lines of the plan's schedule are bound."""
    return (line.meeting for line in plan.schedule.lines if line.meeting)


def _called(db: Session, bodies: set[str], since: date, further: set[int]) -> tuple[Sitting, ...]:
    """The meetings of the bodies from that day on, and those of the numbers whenever they are: the former fix the days of the
    present month and of sessions, the latter those of lines and agendas."""
    held = select(Meeting.id, Meeting.body_key, Meeting.starts_at).where(
        Meeting.form != MeetingForm.IN_WRITING
    )
    lately = held.where(
        Meeting.status.in_(ON_RECORD),
        Meeting.body_key.in_(sorted(bodies)),
        Meeting.starts_at >= at_tokyo(since, time()),
    )
    numbered = held.where(Meeting.id.in_(further), unindexed(Meeting.status).in_(ON_RECORD))
    rows = db.execute(lately.union(numbered)).all()
    in_order = sorted(rows, key=lambda row: (row.starts_at, row.id))
    return tuple(Sitting(number, body, tokyo_day(at)) for number, body, at in in_order)


@dataclass(frozen=True, slots=True)
class _Listed:
    """An item that puts a gate of a plan on the agenda of a meeting that is not closed, without a result that holds."""

    gate: str
    stage: str
    visit: int
    version: int | None
    meeting: int
    in_writing: bool
    ends_at: datetime


def _listed(db: Session, known: Sequence[int], now: datetime) -> dict[int, list[_Listed]]:
    """The gates of the plans that are on agendas, by plan, in order of time. One statement."""
    rows = db.execute(
        select(
            AgendaItem.plan_id,
            AgendaItem.gate_key,
            AgendaItem.stage,
            AgendaItem.visit,
            AgendaItem.version_id,
            Meeting.id,
            Meeting.form,
            Meeting.ends_at,
        )
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(
            AgendaItem.plan_id.in_(known),
            at_a_gate(),
            AgendaItem.removed_at.is_(None),
            unindexed(Meeting.status) == MeetingStatus.CALLED,
            (Meeting.ends_at > now) | ~held_decision(AgendaItem.id).exists(),
        )
        .order_by(Meeting.starts_at, Meeting.id)
    )
    found: defaultdict[int, list[_Listed]] = defaultdict(list)
    for plan, gate, stage, visit, version, number, form, ends_at in rows:
        if plan is not None and gate is not None and stage is not None and visit is not None:
            written = form == MeetingForm.IN_WRITING
            found[plan].append(_Listed(gate, stage, visit, version, number, written, ends_at))
    return found


def _put(listed: Sequence[_Listed], now: datetime) -> dict[str, int]:
    """The numbers of the meetings still to be held on whose agendas the gates are."""
    return {each.gate: each.meeting for each in listed if not each.in_writing and each.ends_at > now}


def _over(listed: Sequence[_Listed], put: Mapping[str, int], now: datetime) -> list[_Listed]:
    """The items whose results are awaited. A gate that is put to a later meeting too waits for that one."""
    return [each for each in listed if each.ends_at <= now and each.gate not in put]


def _circulating(listed: Sequence[_Listed], now: datetime) -> list[_Listed]:
    return [each for each in listed if each.in_writing and each.ends_at > now]


def _days(plan: PlanFact, facts: Facts, listed: Sequence[_Listed]) -> dict[str, date]:
    """The last day of each of the items, by gate, that put the text by which the gate is judged now."""
    return {each.gate: tokyo_day(each.ends_at) for each in listed if _is_of_now(plan, facts, each)}


def _is_of_now(plan: PlanFact, facts: Facts, item: _Listed) -> bool:
    stay = stay_in(plan.path, item.stage)
    if stay is None or stay.visit != item.visit:
        return False
    text = gates.text_at(plan.chain, stay, plan.chain.gate(item.gate), facts)
    return text is not None and text.version_id == item.version


def _ended(plan: PlanFact, facts: Facts) -> Mapping[str, date]:
    """The day of each activity of the plan that is done. A stage it passed is, but for gates that fell."""
    fell = {state.gate.key for state in gates.fallen(plan.chain, facts)}
    ended: dict[str, date] = {}
    for stay, left in zip(plan.path, [*plan.path[1:], None], strict=True):
        if left is not None:
            ended[stage_work(stay.stage)] = tokyo_day(left.since)
        ended.update(_ended_in(plan, facts, stay, left, fell))
    if plan.status is Status.FINISHED or plan.stage.decided:
        ended[stage_work(plan.stage.key)] = tokyo_day(plan.entered_at)
    return ended


def _ended_in(
    plan: PlanFact, facts: Facts, stay: Stay, left: Stay | None, fell: set[str]
) -> Iterator[tuple[str, date]]:
    for key, state in gates.states(plan.chain, stay, facts).items():
        passed = left is not None and key not in fell
        if state.open or passed:
            day = _day_of(plan, facts, stay, state.gate)
            yield key, day or tokyo_day((left or stay).since)


def _day_of(plan: PlanFact, facts: Facts, stay: Stay, gate: Gate) -> date | None:
    """The day on which the gate was answered; None when nothing on record says it."""
    if isinstance(gate, DocumentGate):
        texts = gates.versions_at(plan.chain, stay, gate, facts)
        return tokyo_day(max(texts[0].at, stay.since)) if texts else None
    if isinstance(gate, BodyGate):
        held = facts.decision(stay, gate.key)
        return tokyo_day(held.at) if held else None
    if isinstance(gate, PeriodGate):
        period = facts.period(stay, gate.key)
        return tokyo_day(period.published_at) if period and period.published_at else None
    signoff = facts.signoff(stay, gate.key)
    return tokyo_day(signoff.at) if signoff else None


def _running(plan: PlanFact, facts: Facts) -> dict[str, tuple[date, date]]:
    """The first and the last day of each public comment of the present stage that was opened."""
    found = {}
    for gate in plan.stage.gates:
        period = facts.period(plan.stay, gate.key) if isinstance(gate, PeriodGate) else None
        if period:
            found[gate.key] = period.opens_on, period.closes_on
    return found
