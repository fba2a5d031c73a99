"""Use cases on a proposal that spreads the plans over the sittings of their bodies (割り振りの案): asked for, computed outside of any
request, and taken plan by plan or thrown away. It changes no schedule until somebody takes it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from workflow.actions.schedules import put_schedule
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import AlreadyDone
from workflow.domain.rights import Act, Actor
from workflow.domain.schedules import PlanSchedule
from workflow.domain.scheduling.proposing import (
    mark_of,
    problems_together,
    proposal_of,
    proposal_to_rows,
)
from workflow.queries.actor import actor
from workflow.queries.plan_problem import plan_problem
from workflow.queries.reading_rights import plan_to_read
from workflow.queries.spread import SpreadState, newest_proposal, office_capacity, part_to_take, running_plans
from workflow.store.database import Office
from workflow.store.solver import LONGEST, solved
from workflow.store.tables import SpreadProposal

GIVEN_UP = timedelta(seconds=2 * LONGEST)
"""The time after which somebody else computes a proposal whose computing has not ended."""


def ask_spread(office: Office, by: str, *, now: datetime) -> int:
    """Ask for a proposal for all plans that are under way, in place of the one before, and return its number. Raises `NotAllowed`,
    `AlreadyDone` (one is being computed)."""
    with office.writing() as db:
        who = _who(db, by, now)
        newest = newest_proposal(db)
        if newest and newest.state is SpreadState.COMPUTING:
            raise AlreadyDone("割り振りの案は、いま計算しています。できるまでお待ちください。")
        db.execute(delete(SpreadProposal))
        asked = insert(SpreadProposal).values(asked_by=who.id, asked_at=now)
        return db.execute(asked.returning(SpreadProposal.id)).scalar_one()


def discard_spread(office: Office, by: str, number: int, *, now: datetime) -> None:
    """Throw the proposal away, computed or not. Raises `NotAllowed`, `AlreadyDone` (it is there no more)."""
    with office.writing() as db:
        _who(db, by, now)
        gone = db.execute(
            delete(SpreadProposal).where(SpreadProposal.id == number).returning(SpreadProposal.id)
        )
        if gone.first() is None:
            raise AlreadyDone("ご覧になった後に、割り振りの案が変わりました。画面を開き直してください。")


def take_part(
    office: Office, by: str, plan: str, number: int, reason: str, agreed: str, *, now: datetime
) -> int:
    """Make the plan's part of the proposal the next version of its schedule, and return the number of that version.

    Raises `AlreadyDone` (another proposal, another schedule, or the plan has come further), `NotNow` (a day of it is past), and as
    `change_schedule`."""
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        fact = plan_to_read(db, who, plan)
        who.require(Act.CHANGE_SCHEDULE, department=fact.department)
        part = part_to_take(db, number, plan, now)
        schedule = PlanSchedule.from_rows(part.rows)
        if fact.schedule_number == part.seen and mark_of(plan_problem(db, fact, now)) != part.mark:
            raise AlreadyDone(
                "案ができた後に、計画の手続や会議の議題が変わりました。もう一度、案を作ってください。"
            )
        return put_schedule(db, who, plan, schedule, reason, agreed, seen=part.seen, now=now)


def compute_spread(office: Office, *, now: datetime) -> bool:
    """Compute the proposal that was asked for, and return whether there was one. The scheduler's; the office waits for nothing."""
    waits = or_(SpreadProposal.began_at.is_(None), SpreadProposal.began_at < now - GIVEN_UP)
    waiting = (SpreadProposal.ended_at.is_(None), waits)
    with office.reading() as db:
        if db.scalar(select(SpreadProposal.id).where(*waiting)) is None:
            return False
    with office.writing() as db:
        begun = update(SpreadProposal).where(*waiting).values(began_at=now)
        number = db.scalar(begun.returning(SpreadProposal.id))
    if number is None:
        return False
    result = None
    try:
        result = _result(office, now)
    finally:
        with office.writing() as db:
            ended = update(SpreadProposal).where(SpreadProposal.id == number)
            db.execute(ended.values(ended_at=now, result=result))
    return True


def _result(office: Office, now: datetime) -> Any:
    """The proposal as it is kept; None when none was found in time."""
    with office.reading() as db:
        given, capacity = running_plans(db, now), office_capacity(db, tokyo_day(now))
    problems = problems_together(given)
    found = solved(problems, capacity)
    return proposal_to_rows(proposal_of(given, problems, found, capacity)) if found else None


def _who(db: Session, by: str, now: datetime) -> Actor:
    """The person, who may change the schedule of some plan. Raises `NotAllowed`."""
    who = actor(db, by, tokyo_day(now))
    if not who.may_somewhere(Act.CHANGE_SCHEDULE):
        who.refuse(Act.CHANGE_SCHEDULE)
    return who
