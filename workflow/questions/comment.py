"""What came in during a public comment, counted."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflow.records import (
    Opinion,
    Submission,
)


@dataclass(frozen=True, slots=True)
class Counted:
    """What came in during a period: opinions (件), persons (人) by route, and what came too late."""

    opinions: int
    persons: int
    by_route: Mapping[str, int]
    late_opinions: int
    late_persons: int


def comment_counts(db: Session, period: int) -> Counted:
    """The counts of a public comment, as they are published: 「59件・11人（ファクス4人、…）」. One statement."""
    rows = db.execute(
        select(
            Submission.route,
            Submission.late,
            func.count(func.distinct(Submission.id)),
            func.count(Opinion.id),
        )
        .join(Opinion, Opinion.submission_id == Submission.id)
        .where(Submission.period_id == period)
        .group_by(Submission.route, Submission.late)
        .order_by(Submission.route)
    ).all()
    in_time = [row for row in rows if not row[1]]
    late = [row for row in rows if row[1]]
    return Counted(
        opinions=sum(row[3] for row in in_time),
        persons=sum(row[2] for row in in_time),
        by_route={row[0]: row[2] for row in in_time},
        late_opinions=sum(row[3] for row in late),
        late_persons=sum(row[2] for row in late),
    )
