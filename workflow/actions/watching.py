"""The day's comparison of the record and each plan's schedule."""

from datetime import datetime

from sqlalchemy import bindparam, delete, insert, or_, select
from sqlalchemy.orm import Session

from workflow.domain.calendar import tokyo_day
from workflow.domain.plans import Status
from workflow.queries.plan_sheet import standings
from workflow.queries.plans import plan_fact, plans
from workflow.store.database import Office
from workflow.store.tables import Plan, PlanWatch

AT_ONCE = 200
"""Plans compared in one transaction, so that nobody waits for long."""


def watch_plans(office: Office, *, now: datetime) -> int:
    """Compare every running plan with its schedule, once a day in Tokyo, and return how many were; 0 when that is done
    already. What was found lets lists be narrowed to what is late."""
    compared, after = 0, 0
    while True:
        with office.reading() as db:
            waiting = db.scalars(_WAITING.params(today=tokyo_day(now), after=after)).all()
        if not waiting:
            return compared
        with office.writing() as db:
            _watch(db, list(waiting), now)
        compared, after = compared + len(waiting), waiting[-1]


_WAITING = (
    select(Plan.id)
    .outerjoin(PlanWatch, PlanWatch.plan_id == Plan.id)
    .where(
        Plan.status.in_([Status.ACTIVE, Status.SUSPENDED]),
        Plan.id > bindparam("after"),
        or_(PlanWatch.watched_on.is_(None), PlanWatch.watched_on < bindparam("today")),
    )
    .order_by(Plan.id)
    .limit(AT_ONCE)
)


def _watch(db: Session, numbers: list[int], now: datetime) -> None:
    known = [plan_fact(db, row) for row in db.execute(plans().where(Plan.id.in_(numbers)))]
    found = standings(db, known, now)
    db.execute(delete(PlanWatch).where(PlanWatch.plan_id.in_(numbers)))
    db.execute(
        insert(PlanWatch),
        [
            {
                "plan_id": plan.id,
                "due_on": each.due.day if each.due else None,
                "watched_on": tokyo_day(now),
            }
            for plan, each in zip(known, found, strict=True)
        ],
    )
