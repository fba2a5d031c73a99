"""The plans as a sheet by months: for each, how it stands beside its schedule, what keeps it from moving, its meetings."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.domain import gates
from workflow.domain.calendar import tokyo_day
from workflow.domain.facts import Facts
from workflow.domain.lateness import Due, Standing, dues, standing
from workflow.domain.meetings import ON_RECORD
from workflow.domain.plans import Status
from workflow.domain.schedules import PlanSchedule
from workflow.queries.blockers import blocker_words
from workflow.queries.gate_facts import facts_of_all
from workflow.queries.meetings import at_a_gate, open_meeting
from workflow.queries.plans import PlanFact
from workflow.store.tables import AgendaItem, CommentPeriod, Meeting, Plan


@dataclass(frozen=True, slots=True)
class SheetMeeting:
    """A meeting at which the plan was treated, or will be."""

    number: int
    title: str
    starts_at: datetime

    @property
    def day(self) -> date:
        return tokyo_day(self.starts_at)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A plan on the sheet. `passed` are the gates of its stage that are open, none once it is over; `blocker` is the first
    thing that keeps it from moving, in words; empty when nothing does."""

    plan: PlanFact
    schedule: PlanSchedule
    standing: Standing
    passed: tuple[str, ...]
    blocker: str
    meetings: tuple[SheetMeeting, ...]
    comments: tuple[tuple[date, date], ...]
    now: datetime

    @property
    def dues(self) -> tuple[Due, ...]:
        """Everything that its schedule still expects of it; of one that is over, nothing."""
        if self.plan.status in OVER:
            return ()
        return tuple(dues(self.plan.chain, self.schedule, self.plan.stage.key, self.passed))

    @property
    def next_meeting(self) -> SheetMeeting | None:
        """The nearest meeting to come that treats the plan."""
        return next((each for each in self.meetings if each.starts_at >= self.now), None)

    @property
    def stays(self) -> list[tuple[str, date, date]]:
        """The stages the plan went through on its way here, each with its first day and its last."""
        begun = [tokyo_day(stay.since) for stay in self.plan.path]
        over = not self.plan.chain.after(self.plan.stage) or self.plan.status is Status.WITHDRAWN
        last = tokyo_day(self.plan.entered_at) if over else tokyo_day(self.now)
        return [
            (stay.stage, first, ended)
            for stay, first, ended in zip(self.plan.path, begun, [*begun[1:], last], strict=True)
        ]


OVER = (Status.FINISHED, Status.WITHDRAWN)


def sheet_rows(db: Session, plans: Sequence[PlanFact], now: datetime) -> list[SheetRow]:
    """The rows of these plans, in their order. Three statements, however many they are: gates are asked of those alone that
    are not over, two when all are."""
    if not plans:
        return []
    numbers = [plan.id for plan in plans]
    running = [plan for plan in plans if plan.status not in OVER]
    known = facts_of_all(db, running, Plan.id.in_([plan.id for plan in running]), now) if running else {}
    meetings, comments = _meetings(db, numbers), _comments(db, numbers)
    return [
        _row(plan, known.get(plan.id), tuple(meetings[plan.id].values()), tuple(comments[plan.id]), now)
        for plan in plans
    ]


def _row(
    plan: PlanFact,
    known: Facts | None,
    meetings: tuple[SheetMeeting, ...],
    comments: tuple[tuple[date, date], ...],
    now: datetime,
) -> SheetRow:
    """The row of one plan; `known` is None of one that is over."""
    schedule = plan.schedule
    states = gates.states(plan.chain, plan.stay, known).values() if known else ()
    passed = tuple(_open(states))
    stands = standing(plan.chain, schedule, plan.stage.key, plan.status, passed, tokyo_day(now))
    blocker = _first_blocker(plan, known, states) if known else ""
    return SheetRow(plan, schedule, stands, passed, blocker, meetings, comments, now)


def standings(db: Session, plans: Sequence[PlanFact], now: datetime) -> list[Standing]:
    """The standing of each of these plans beside its schedule. One statement."""
    known = facts_of_all(db, plans, Plan.id.in_([plan.id for plan in plans]), now)
    return [_standing(plan, known[plan.id], now) for plan in plans]


def expected(db: Session, plans: Sequence[PlanFact], now: datetime) -> dict[int, list[Due]]:
    """Everything that the schedule of each of these plans still expects, by the number of the plan. One statement."""
    known = facts_of_all(db, plans, Plan.id.in_([plan.id for plan in plans]), now)
    return {plan.id: _dues(plan, known[plan.id]) for plan in plans}


def gates_to_come(db: Session, plans: Sequence[int], now: datetime) -> dict[tuple[int, str], date]:
    """The gates that are on the agenda of a meeting to come, as (plan, gate), each with the first day. One statement."""
    rows = db.execute(
        select(AgendaItem.plan_id, AgendaItem.gate_key, Meeting.starts_at)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(
            AgendaItem.plan_id.in_(plans),
            at_a_gate(),
            AgendaItem.removed_at.is_(None),
            open_meeting(),
            Meeting.ends_at > now,
        )
        .order_by(Meeting.starts_at.desc())
    )
    return {(plan, gate): tokyo_day(starts_at) for plan, gate, starts_at in rows if plan and gate}


def _dues(plan: PlanFact, known: Facts) -> list[Due]:
    return list(dues(plan.chain, plan.schedule, plan.stage.key, open_gates(plan, known)))


def open_gates(plan: PlanFact, known: Facts) -> list[str]:
    """The gates of the plan's stage that are open."""
    return _open(gates.states(plan.chain, plan.stay, known).values())


def _open(states: Iterable[gates.GateState]) -> list[str]:
    return [state.gate.key for state in states if state.open]


def standing_of(plan: PlanFact, states: Iterable[gates.GateState], now: datetime) -> Standing:
    """The standing of the plan beside its schedule; `states` are those of the gates on its stage."""
    return standing(plan.chain, plan.schedule, plan.stage.key, plan.status, _open(states), tokyo_day(now))


def _standing(plan: PlanFact, known: Facts, now: datetime) -> Standing:
    return standing_of(plan, gates.states(plan.chain, plan.stay, known).values(), now)


def _first_blocker(plan: PlanFact, known: Facts, states: Iterable[gates.GateState]) -> str:
    """Return what keeps the plan from moving first, in words; `states` are those of the gates on its stage."""
    if plan.status is not Status.ACTIVE:
        return ""
    met = [*gates.fallen(plan.chain, known), *states]
    shut = next((state for state in met if not state.open), None)
    return blocker_words(plan, known, shut) if shut else ""


def _meetings(db: Session, plans: Sequence[int]) -> dict[int, dict[int, SheetMeeting]]:
    """The meetings of each plan by their numbers, in the order of their time."""
    rows = db.execute(
        select(AgendaItem.plan_id, Meeting.id, Meeting.title, Meeting.starts_at, Meeting.status)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(
            AgendaItem.plan_id.in_(plans),
            at_a_gate(),
            AgendaItem.removed_at.is_(None),
        )
    ).all()
    found: defaultdict[int, dict[int, SheetMeeting]] = defaultdict(dict)
    # Narrowed and put in order here: SQLite without figures about the tables would begin with the meetings of all years.
    for plan, number, title, starts_at, status in sorted(rows, key=lambda row: (row.starts_at, row.id)):
        if plan is not None and status in ON_RECORD and number not in found[plan]:
            found[plan][number] = SheetMeeting(number, title, starts_at)
    return found


def _comments(db: Session, plans: Sequence[int]) -> dict[int, list[tuple[date, date]]]:
    rows = db.execute(
        select(CommentPeriod.plan_id, CommentPeriod.opens_on, CommentPeriod.closes_on).where(
            CommentPeriod.plan_id.in_(plans),
            CommentPeriod.cancelled_at.is_(None),
            CommentPeriod.counts_as_id.is_(None),
        )
    )
    found: defaultdict[int, list[tuple[date, date]]] = defaultdict(list)
    for plan, opens_on, closes_on in rows:
        found[plan].append((opens_on, closes_on))
    return found
