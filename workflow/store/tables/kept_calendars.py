"""Calendars of others: closed days, sessions of the assembly, rooms that are taken."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from workflow.store.tables.base import Record


class KeptCalendar(Record):
    """A calendar that is kept until `removed_at`. `url` None: its file is uploaded. `room` is the place that a calendar of a
    room is of. `read_at` is when its entries last changed, None: it was never read; `etag` is what its server called that
    state."""

    __tablename__ = "kept_calendar"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    room: Mapped[str | None] = mapped_column(String(200))
    url: Mapped[str | None] = mapped_column(String(500))
    added_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    etag: Mapped[str | None] = mapped_column(String(200))
    removed_at: Mapped[datetime | None]


class CalendarEntry(Record):
    """An entry of a kept calendar: read at a moment, and gone from it at another, None: it is there still."""

    __tablename__ = "calendar_entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    calendar_id: Mapped[int] = mapped_column(ForeignKey("kept_calendar.id"))
    title: Mapped[str] = mapped_column(String(200))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    read_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]
    __table_args__ = (Index(None, "calendar_id", "gone_at", "ends_at"),)
