"""The Word templates in use for the papers of meetings."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflow.domain.sheets import SheetKind
from workflow.store.tables import Person, SheetTemplate


@dataclass(frozen=True, slots=True)
class TemplateFact:
    """The office's own template for a kind, and who set it when."""

    kind: SheetKind
    sha256: str
    filename: str
    by: str
    at: datetime


def own_templates(db: Session) -> dict[SheetKind, TemplateFact]:
    """The office's own templates in use; a kind that is missing has the one that comes with the product. One statement."""
    newest = select(func.max(SheetTemplate.id)).group_by(SheetTemplate.kind)
    rows = db.execute(
        select(SheetTemplate, Person.name)
        .join(Person, Person.id == SheetTemplate.set_by)
        .where(SheetTemplate.id.in_(newest), SheetTemplate.sha256.is_not(None))
    )
    found = (
        TemplateFact(SheetKind(row.kind), row.sha256 or "", row.filename, name, row.set_at)
        for row, name in rows
    )
    return {each.kind: each for each in found}
