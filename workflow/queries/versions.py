"""The versions of a plan's text."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.queries.plans import PlanFact
from workflow.store.tables import Document, Person, Version


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version as a list shows it. `size` is in bytes."""

    number: int
    filename: str
    stage: str
    visit: int
    note: str
    at: datetime
    by: str
    size: int
    sha256: str


def versions(db: Session, plan: PlanFact) -> list[VersionLine]:
    """The versions of the plan's text, newest first. One statement."""
    rows = db.execute(
        select(
            Version.number,
            Version.filename,
            Version.stage,
            Version.visit,
            Version.note,
            Version.added_at,
            Person.name,
            Document.size,
            Version.sha256,
        )
        .join(Person, Person.id == Version.added_by)
        .join(Document, Document.sha256 == Version.sha256)
        .where(Version.plan_id == plan.id)
        .order_by(Version.number.desc())
    )
    return [VersionLine(*row) for row in rows]
