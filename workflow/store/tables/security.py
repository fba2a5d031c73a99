"""The security log."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from workflow.store.tables.base import Record


class SecurityEntry(Record):
    """A sign-in, a refusal, or a reading of citizens' data. It holds keys alone: no name, no address, nothing typed.
    `person_id` is None for nobody known; `route` is the template of the address, with its method, and names nobody;
    `event_seq` is the event that says more. `hash` covers the row and the hash before it."""

    __tablename__ = "security_entry"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"))
    route: Mapped[str] = mapped_column(String(200))
    event_seq: Mapped[int | None] = mapped_column(ForeignKey("event.seq"))
    hash: Mapped[str] = mapped_column(String(64))
    __table_args__ = (Index(None, "kind", "at"),)
