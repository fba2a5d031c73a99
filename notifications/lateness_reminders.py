"""Reminders of a plan's schedule to its staff: five business days before the last day of something due that neither is done
nor stands on the agenda of a meeting in time, and on the first business day after that day, when it is late.

Each is sent once for a plan, a day of its schedule and the version of it: a changed schedule makes the old one's reminders
untrue, and whoever changed it after their time has just seen it. Plans that are suspended, withdrawn or finished get none:
a finished one owes nothing, and of a suspended one nobody may do what is due; the list of plans goes on to show its days."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from notifications.kinds import Kind
from notifications.reminders import Owed
from workflow.domain.calendar import business_days_after, end_of_day, tokyo_day
from workflow.domain.lateness import WARNED, Due, last_days, told_late_at, warned_at
from workflow.domain.plans import Status, Trigger
from workflow.queries.plan_sheet import expected, gates_to_come
from workflow.queries.plans import PlanFact, plan_fact, plans
from workflow.queries.pulse import mail_pulse
from workflow.store.tables import Plan, PlanWatch, ScheduleVersion, Step

StaffOf = Callable[[str, date], list[int]]
Unclaimed = Callable[[list[Owed]], list[Owed]]


class About(NamedTuple):
    """The subject of a reminder, as its claim names it: the plan's number, the version of its schedule, and the last day."""

    plan: int
    schedule: int
    last: date

    @classmethod
    def of(cls, claim: str) -> "About":
        _, plan, _, schedule, last, _ = claim.split(":")
        return cls(int(plan), int(schedule), date.fromisoformat(last))

    def claim(self, kind: Kind, person: int) -> str:
        return f"plan:{self.plan}:{kind}:{self.schedule}:{self.last.isoformat()}:{person}"


def lateness_owed(
    db: Session,
    staff_of: StaffOf,
    unclaimed: Unclaimed,
    now: datetime,
    closed: Collection[date],
    look_back: timedelta,
) -> list[Owed]:
    """Everything owed by `now` that was not claimed. One statement when no plan is near a day of its schedule."""
    near = _near(db, now, closed)
    known_at = _known_at(db, near)
    asked = [
        owed for plan in near for owed in _of_one(plan, staff_of, known_at[plan.id], now, closed, look_back)
    ]
    due = _still_due(db, near, unclaimed(asked), now) if asked else []
    return _without_untrue(db, due, now) if any(each.missed for each in due) else due


def _without_untrue(db: Session, due: list[Owed], now: datetime) -> list[Owed]:
    """Those that were owed in their time. A round that came after it, and found nothing owed, says of what is missed now that
    it has only become due again since. One statement."""
    last_round = mail_pulse(db, now).at
    return [each for each in due if not (each.missed and last_round and last_round > each.due_at)]


def waiting(due: Sequence[Due], last: date, plan: int, listed: dict[tuple[int, str], date]) -> list[Due]:
    """The things due on that day of which a gate stands on no agenda by then."""
    return [
        each
        for each in due
        if each.day == last
        and not (each.gates and all(listed.get((plan, gate), date.max) <= last for gate in each.gates))
    ]


def _near(db: Session, now: datetime, closed: Collection[date]) -> list[PlanFact]:
    """The running plans whose next day, by the day's comparison, has come near or passed. One statement."""
    until = business_days_after(tokyo_day(now), WARNED.business_days + 1, closed)
    rows = db.execute(
        plans()
        .join(PlanWatch, PlanWatch.plan_id == Plan.id)
        .where(PlanWatch.due_on <= until, Plan.status == Status.ACTIVE)
        .order_by(Plan.id)
    )
    return [plan_fact(db, row) for row in rows]


def _known_at(db: Session, near: Sequence[PlanFact]) -> dict[int, datetime | None]:
    """The moment at which the present schedule of each plan was entered; None when the log of steps does not tell."""
    numbers = [plan.id for plan in near]
    if not numbers:
        return {}
    changed = (
        select(func.max(ScheduleVersion.made_at))
        .where(ScheduleVersion.plan_id == Plan.id)
        .correlate(Plan)
        .scalar_subquery()
    )
    opened = (
        select(func.min(Step.taken_at))
        .where(Step.plan_id == Plan.id, Step.trigger == Trigger.OPEN)
        .correlate(Plan)
        .scalar_subquery()
    )
    rows = db.execute(select(Plan.id, changed, opened).where(Plan.id.in_(numbers)))
    return {plan: changed_at or opened_at for plan, changed_at, opened_at in rows}


def _of_one(
    plan: PlanFact,
    staff_of: StaffOf,
    known_at: datetime | None,
    now: datetime,
    closed: Collection[date],
    look_back: timedelta,
) -> Iterator[Owed]:
    """The reminders of one plan whose time has come, whether or not the thing is done."""
    for last in sorted(last_days(plan.schedule)):
        before, after = warned_at(last, closed), told_late_at(last, closed)
        for kind, due_at, until in (
            (Kind.PLAN_DUE, before, end_of_day(last)),
            (Kind.PLAN_LATE, after, after + look_back),
        ):
            if not now - look_back < due_at <= now or (known_at is not None and known_at >= due_at):
                continue
            about = About(plan.id, plan.schedule_number, last)
            for person in staff_of(plan.department, tokyo_day(due_at)):
                yield Owed(
                    claim=about.claim(kind, person),
                    kind=kind,
                    rule=kind,
                    recipient_id=person,
                    meeting_id=None,
                    plan_id=plan.id,
                    due_at=due_at,
                    until=until,
                    missed=until <= now,
                )


def _still_due(db: Session, near: Sequence[PlanFact], asked: list[Owed], now: datetime) -> list[Owed]:
    """Those of the reminders whose thing is neither done nor, before its day, on an agenda. Two statements for any."""
    wanted = {each.plan_id for each in asked}
    about = [plan for plan in near if plan.id in wanted]
    if not about:
        return []
    due = expected(db, about, now)
    listed = gates_to_come(db, [plan.id for plan in about], now)
    found = []
    for each in asked:
        plan, _, last = About.of(each.claim)
        known = listed if each.kind is Kind.PLAN_DUE else {}
        if waiting(due[plan], last, plan, known):
            found.append(each)
    return found
