"""Chiefs of departments (所属長), and the plans their weekly report is about."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from workflow.domain.chiefs import is_chief
from workflow.domain.plans import Status, Trigger
from workflow.queries.actor import in_term
from workflow.queries.plans import PlanFact, plan_fact, plans
from workflow.store.tables import Department, Person, Plan, Posting, Step


@dataclass(frozen=True, slots=True)
class Chief:
    """A person who leads a department, with the title (職) that says so."""

    person_id: int
    name: str
    position: str
    department: str
    department_name: str


def chiefs(db: Session, day: date) -> list[Chief]:
    """The chiefs of that day, by department. One statement."""
    rows = db.execute(
        select(Person.id, Person.name, Posting.position, Department.key, Department.name)
        .join(Posting, Posting.person_id == Person.id)
        .join(Department, Department.key == Posting.department_key)
        .where(Posting.position.is_not(None), in_term(Posting, day))
        .order_by(Department.rank, Department.key, Posting.rank, Person.id)
    )
    return [
        Chief(person, name, position, key, department)
        for person, name, position, key, department in rows
        if position is not None and is_chief(position)
    ]


def departments_at_work(db: Session) -> frozenset[str]:
    """The departments that have a plan which is not over. One statement."""
    return frozenset(db.scalars(select(Plan.department_key).where(Plan.status.in_(_RUNNING)).distinct()))


def reported_plans(db: Session, departments: Collection[str], since: datetime) -> list[PlanFact]:
    """The plans of these departments that run or are suspended, and those that were finished or withdrawn since that
    moment, by department. One statement."""
    ended = (
        select(Step.id)
        .where(
            Step.plan_id == Plan.id,
            Step.trigger.in_([Trigger.FINISH, Trigger.WITHDRAW]),
            Step.taken_at >= since,
        )
        .correlate(Plan)
        .exists()
    )
    rows = db.execute(
        plans()
        .where(Plan.department_key.in_(sorted(departments)), or_(Plan.status.in_(_RUNNING), ended))
        .order_by(Plan.department_key, Plan.key)
    )
    return [plan_fact(db, row) for row in rows]


_RUNNING = (Status.ACTIVE, Status.SUSPENDED)
