"""Public comments whose authors have to be erased."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from workflow.domain.calendar import tokyo_day
from workflow.domain.comments import erased_on
from workflow.domain.plans import Status
from workflow.queries.comments import found_later
from workflow.store.tables import CommentPeriod, Plan, Reply, Step, Submission, Submitter


@dataclass(frozen=True, slots=True)
class Erasable:
    """A public comment that ended so long ago that its authors have to be erased, and how many submissions still have
    one."""

    plan: int
    period: int
    ended_at: datetime
    submissions: int


def erasable(db: Session, months: int, now: datetime, *, plan: int | None = None) -> list[Erasable]:
    """The public comments that ended `months` ago or earlier and have authors, oldest first; with `plan` those of that
    plan alone. One statement."""
    kept = (
        select(Submission.period_id, func.count().label("submissions"))
        .join(Submitter, Submitter.submission_id == Submission.id)
        .group_by(Submission.period_id)
        .subquery()
    )
    answered = select(func.max(Reply.published_at)).where(Reply.period_id == CommentPeriod.id)
    stepped = select(func.max(Step.taken_at)).where(Step.plan_id == CommentPeriod.plan_id)
    asked = (
        select(
            CommentPeriod.plan_id,
            CommentPeriod.id,
            CommentPeriod.cancelled_at,
            CommentPeriod.published_at,
            answered.correlate(CommentPeriod).scalar_subquery().label("answered_at"),
            stepped.correlate(CommentPeriod).scalar_subquery().label("stepped_at"),
            found_later().label("owes_answers"),
            Plan.status,
            kept.c.submissions,
        )
        .join(Plan, Plan.id == CommentPeriod.plan_id)
        .join(kept, kept.c.period_id == CommentPeriod.id)
        .order_by(CommentPeriod.id)
    )
    if plan is not None:
        asked = asked.where(CommentPeriod.plan_id == plan)
    today = tokyo_day(now)
    return [
        Erasable(row.plan_id, row.id, ended_at, row.submissions)
        for row in db.execute(asked)
        if (ended_at := _ended_at(row)) is not None and today >= erased_on(ended_at, months)
    ]


def _ended_at(row: Row[Any]) -> datetime | None:
    """The last publication, or the cancellation. A plan that is over publishes and cancels nothing more. None while the
    comment goes on."""
    over = row.status in (Status.WITHDRAWN, Status.FINISHED)
    if row.cancelled_at is not None:
        return row.cancelled_at  # type: ignore[no-any-return]
    if row.published_at is None:
        return row.stepped_at if over else None
    if row.owes_answers and not over:
        return None
    return max(row.published_at, row.answered_at or row.published_at)  # type: ignore[no-any-return]
