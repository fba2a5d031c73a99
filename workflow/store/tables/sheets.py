"""The office's own Word templates for the papers of meetings."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from workflow.store.tables.base import Record


class SheetTemplate(Record):
    """A template for papers of a kind. The newest one of a kind is in use; without a `sha256`, the one that comes with
    the product is again."""

    __tablename__ = "sheet_template"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    sha256: Mapped[str | None] = mapped_column(ForeignKey("document.sha256"))
    filename: Mapped[str] = mapped_column(String(200))
    set_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime]
