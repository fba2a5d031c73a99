"""The security log as administrators and auditors read it: newest first, narrowed by kind and person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.domain.security import SecurityKind
from workflow.store.tables import Person, Plan, SecurityEntry


@dataclass(frozen=True, slots=True)
class Secured:
    """One entry. `person` is None for nobody known; `plan` is (key, title); `event` is the number of the event that
    says more."""

    seq: int
    at: datetime
    kind: SecurityKind
    person: str | None
    plan: tuple[str, str] | None
    route: str
    event: int | None


@dataclass(frozen=True, slots=True)
class SecurityPage:
    """Entries, newest first; `before` is the number to go on from, None at the end."""

    entries: tuple[Secured, ...]
    before: int | None


def security_page(
    db: Session,
    *,
    kind: SecurityKind | None = None,
    person: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> SecurityPage:
    """The newest entries, those before the number `before` if there is one. `person` is a key or a whole name. One
    statement."""
    statement = (
        select(SecurityEntry, Person.name, Plan.key, Plan.title)
        .outerjoin(Person, Person.id == SecurityEntry.person_id)
        .outerjoin(Plan, Plan.id == SecurityEntry.plan_id)
        .order_by(SecurityEntry.seq.desc())
        .limit(limit + 1)
    )
    if kind is not None:
        statement = statement.where(SecurityEntry.kind == kind.value)
    if person is not None:
        statement = statement.where((Person.key == person) | (Person.name == person))
    if before is not None:
        statement = statement.where(SecurityEntry.seq < before)
    rows = db.execute(statement).all()
    entries = tuple(
        Secured(
            row.seq,
            row.at,
            SecurityKind(row.kind),
            name,
            (key, title) if key else None,
            row.route,
            row.event_seq,
        )
        for row, name, key, title in rows[:limit]
    )
    return SecurityPage(entries, entries[-1].seq if len(rows) > limit else None)
