"""供覧 and the discussion of a plan: kept apart from what is decided."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from workflow.store.tables.base import Record


class Circulation(Record):
    """A version somebody is asked to read (供覧), and when they did. It opens no gate."""

    __tablename__ = "circulation"
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    reader_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text)
    read_at: Mapped[datetime | None]
    __table_args__ = (UniqueConstraint("version_id", "reader_id"), Index(None, "reader_id", "read_at"))


class Remark(Record):
    """A word in the discussion of a plan. Taken back, it is shown as taken back, without its text."""

    __tablename__ = "remark"
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)
    taken_back_at: Mapped[datetime | None]
