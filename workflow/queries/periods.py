"""The public comments of a plan, counted for its page."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from workflow.queries.plans import PlanFact
from workflow.store.tables import CommentPeriod, Opinion, Submission, Version


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """A パブリックコメント in one line: what came in time, in 件 and 人."""

    gate: str
    version: int
    opens_on: date
    closes_on: date
    published_at: datetime | None
    opinions: int
    persons: int


def periods(db: Session, plan: PlanFact) -> list[PeriodLine]:
    """The plan's public comments, oldest first. One statement."""
    rows = db.execute(
        select(
            CommentPeriod.gate_key,
            Version.number,
            CommentPeriod.opens_on,
            CommentPeriod.closes_on,
            CommentPeriod.published_at,
            func.count(Opinion.id),
            func.count(distinct(Submission.id)),
        )
        .join(Version, Version.id == CommentPeriod.version_id)
        .outerjoin(Submission, (Submission.period_id == CommentPeriod.id) & Submission.late.is_(False))
        .outerjoin(Opinion, Opinion.submission_id == Submission.id)
        .where(CommentPeriod.plan_id == plan.id)
        .group_by(CommentPeriod.id, Version.number)
        .order_by(CommentPeriod.id)
    )
    return [PeriodLine(*row) for row in rows]
