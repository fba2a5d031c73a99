"""The papers of a meeting (会議資料)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session, aliased

from workflow.domain.errors import NotFound
from workflow.domain.meetings import Scheduled
from workflow.domain.papers import PaperKind, PaperMark, added_since_begun, designation
from workflow.domain.rights import PaperAudience
from workflow.store.tables import AgendaItem, Document, Paper, Person, Plan
from workflow.store.uploads import media_type_of


@dataclass(frozen=True, slots=True)
class PaperFact:
    """An edition of a paper. `item` is None for one of the meeting itself; `why` the reason of a replacement; `replaced`:
    a later edition took its place; `withdrawn_why` is None while it stands."""

    id: int
    meeting: int
    item: int | None
    kind: PaperKind
    number: int
    edition: int
    title: str
    filename: str
    sha256: str
    size: int
    audience: PaperAudience
    audience_why: str | None
    late: bool
    why: str | None
    replaced: bool
    by: str
    at: datetime
    withdrawn_why: str | None

    @property
    def designation(self) -> str:
        return designation(self.kind, self.number)

    @property
    def media_type(self) -> str:
        return media_type_of(self.filename)

    @property
    def withdrawn(self) -> bool:
        return self.withdrawn_why is not None

    @property
    def current(self) -> bool:
        return not self.replaced and not self.withdrawn

    def marks(self, meeting: Scheduled) -> list[PaperMark]:
        """The marks that it bears at its meeting."""
        found = {
            PaperMark.WITHDRAWN: self.withdrawn,
            PaperMark.REPLACED: self.replaced,
            PaperMark.REPLACEMENT: self.edition > 1 and not self.replaced,
            PaperMark.LATE: self.late,
        }
        since_begun = added_since_begun(meeting, self.kind, self.at)
        return [*(mark for mark, holds in found.items() if holds), *([since_begun] if since_begun else [])]


def papers_of(db: Session, meeting: int) -> list[PaperFact]:
    """Every edition of every paper of the meeting, as they are called and the newest edition first. One statement."""
    return in_order(_fact(row) for row in db.execute(_papers().where(Paper.meeting_id == meeting)))


def in_order(papers: Iterable[PaperFact]) -> list[PaperFact]:
    """The papers as they are called, the newest edition first."""
    kinds = list(PaperKind)
    return sorted(papers, key=lambda each: (kinds.index(each.kind), each.number, -each.edition))


def paper(db: Session, number: int) -> PaperFact:
    """The edition of that number. One statement. Raises `NotFound`."""
    row = db.execute(_papers().where(Paper.id == number)).first()
    if row is None:
        raise NotFound("会議資料", str(number))
    return _fact(row)


def _papers() -> Select[*tuple[Any, ...]]:
    later = aliased(Paper)
    replaced = select(later.id).where(later.replaces_id == Paper.id).correlate(Paper).exists()
    return (
        select(
            Paper.id,
            Paper.meeting_id,
            Paper.item_id,
            Paper.kind,
            Paper.number,
            Paper.edition,
            Paper.title,
            Paper.filename,
            Paper.sha256,
            Document.size,
            Paper.audience,
            Paper.audience_why,
            Paper.late,
            Paper.why,
            replaced,
            Person.name,
            Paper.added_at,
            Paper.withdrawn_why,
        )
        .join(Person, Person.id == Paper.added_by)
        .join(Document, Document.sha256 == Paper.sha256)
    )


def _fact(row: Row[*tuple[Any, ...]]) -> PaperFact:
    read: dict[str, Any] = dict(zip(PaperFact.__slots__, row, strict=True))
    kinds = {"kind": PaperKind(read["kind"]), "audience": PaperAudience(read["audience"])}
    return PaperFact(**{**read, **kinds, "replaced": bool(read["replaced"])})


def items_of_departments(db: Session, meeting: int, departments: Iterable[str]) -> frozenset[int]:
    """The items on the meeting's agenda that are about a plan of one of the departments. One statement."""
    about = select(AgendaItem.id).join(Plan, Plan.id == AgendaItem.plan_id)
    theirs = AgendaItem.meeting_id == meeting, Plan.department_key.in_(list(departments))
    return frozenset(db.scalars(about.where(*theirs, AgendaItem.removed_at.is_(None))))
