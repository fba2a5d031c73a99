"""The versions of a plan's documents."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, ScalarSelect, Select, func, select
from sqlalchemy.orm import Session, aliased

from workflow.domain.cover import TextKind
from workflow.domain.errors import NotFound
from workflow.queries.plans import PlanFact
from workflow.store.tables import Declaration, Document, Person, Version


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version as a list shows it. `document` is the key of its document, `before` the number of the version of it that
    came before. `size` is in bytes; `why` the reason of a minor correction. `counts_from` and `counts_why` are
    those of one that was registered later."""

    number: int
    document: str
    before: int | None
    filename: str
    stage: str
    visit: int
    note: str
    at: datetime
    by: str
    size: int
    sha256: str
    by_key: str
    kind: TextKind
    why: str
    counts_from: datetime | None
    counts_why: str | None


def versions(db: Session, plan: PlanFact) -> list[VersionLine]:
    """The versions of the plan's documents, newest first. One statement."""
    return [_line(row) for row in db.execute(_versions(plan).order_by(Version.number.desc()))]


def version(db: Session, plan: PlanFact, number: int) -> VersionLine:
    """The version of that number. One statement. Raises `NotFound`."""
    row = db.execute(_versions(plan).where(Version.number == number)).first()
    if row is None:
        raise NotFound("版", str(number))
    return _line(row)


def corrections_of(versions: Iterable[VersionLine], number: int, until: datetime) -> list[VersionLine]:
    """Those of the versions that corrected the version of that number before that moment, oldest first: up to the next
    new text of its document."""
    known = sorted(versions, key=lambda each: each.number)
    documents = {each.document for each in known if each.number == number}
    found = []
    for each in known:
        if each.number > number and each.at < until and each.document in documents:
            if not each.kind.correction:
                break
            found.append(each)
    return found


def conditions_named(db: Session, plan: PlanFact) -> dict[int, frozenset[int]]:
    """The numbers of the conditions that each version of the plan says to meet, by its number. One statement."""
    rows = db.execute(
        select(Version.number, Declaration.conditions)
        .join(Declaration, Declaration.id == newest_declaration())
        .where(Version.plan_id == plan.id)
    )
    return {number: frozenset(conditions) for number, conditions in rows}


def newest_declaration() -> ScalarSelect[int]:
    """The declaration that counts for the `Version` of a statement; none when it was never declared: a new text."""
    newest = select(func.max(Declaration.id)).where(Declaration.version_id == Version.id)
    return newest.correlate(Version).scalar_subquery()


def _line(row: Row[*tuple[Any, ...]]) -> VersionLine:
    read: dict[str, Any] = dict(zip(VersionLine.__slots__, row, strict=True))
    return VersionLine(**{**read, "kind": TextKind(read["kind"])})


def _versions(plan: PlanFact) -> Select[*tuple[Any, ...]]:
    earlier = aliased(Version)
    before = select(func.max(earlier.number)).where(
        earlier.plan_id == Version.plan_id,
        earlier.document == Version.document,
        earlier.number < Version.number,
    )
    return (
        select(
            Version.number,
            Version.document,
            before.correlate(Version).scalar_subquery(),
            Version.filename,
            Version.stage,
            Version.visit,
            Version.note,
            Version.added_at,
            Person.name,
            Document.size,
            Version.sha256,
            Person.key,
            func.coalesce(Declaration.kind, TextKind.NEW.value),
            func.coalesce(Declaration.why, ""),
            Version.counts_from,
            Version.counts_why,
        )
        .outerjoin(Declaration, Declaration.id == newest_declaration())
        .join(Person, Person.id == Version.added_by)
        .join(Document, Document.sha256 == Version.sha256)
        .where(Version.plan_id == plan.id)
    )
