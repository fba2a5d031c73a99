"""Use cases on the end of citizens' data: the authors of a public comment are erased, its opinions stay."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from workflow.domain.calendar import tokyo_day
from workflow.domain.events import Tag
from workflow.domain.rights import Act
from workflow.queries.actor import actor
from workflow.queries.erasing import Erasable, erasable
from workflow.queries.reading_rights import plan_to_read
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import Submission, Submitter


def erase_authors(office: Office, by: str, plan: str, months: int, *, now: datetime) -> list[Erasable]:
    """Erase who wrote to the public comments of a plan that ended `months` ago or earlier. Returns what was erased.

    Raises `NotAllowed`, `NotFound`.
    """
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        fact = plan_to_read(db, who, plan)
        who.require(Act.RUN_COMMENT, department=fact.department)
        return _erase(db, erasable(db, months, now, plan=fact.id), who.id, now)


def erase_authors_due(office: Office, months: int, *, now: datetime) -> list[Erasable]:
    """Erase who wrote to any public comment that ended `months` ago or earlier: the scheduler's. Returns what was erased."""
    with office.reading() as db:
        if not erasable(db, months, now):
            return []
    with office.writing() as db:
        return _erase(db, erasable(db, months, now), None, now)


def _erase(db: Session, due: Iterable[Erasable], by: int | None, now: datetime) -> list[Erasable]:
    erased = list(due)
    for each in erased:
        of_period = select(Submission.id).where(Submission.period_id == each.period)
        db.execute(delete(Submitter).where(Submitter.submission_id.in_(of_period)))
        record(
            db,
            Tag.AUTHORS_ERASED,
            at=now,
            by=by,
            plan=each.plan,
            period=each.period,
            submissions=each.submissions,
        )
    return erased
