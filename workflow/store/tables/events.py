"""The event log, and the mail that follows from it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from workflow.store.tables.base import Record, Sentence


class Event(Record):
    """One thing that happened. `hash` covers the row and the hash before it. `wrote` names the rows written for it,
    with their hashes, as JSON: {table: {key: hash}}; the hash None says that the row was deleted."""

    __tablename__ = "event"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    tag: Mapped[str] = mapped_column(String(40))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"), index=True)
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"), index=True)
    data: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))
    wrote: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        Index(None, "at", "seq"),
        Index(None, "by", "at", "seq"),
        Index(None, "by", "tag", "at", "seq"),
        Index(None, "tag", "at", "seq"),
    )


class Touched(Record):
    """A row written in the present transaction, which no event names yet. Triggers note it, and in `held` what it holds
    as JSON: None, it was deleted."""

    __tablename__ = "touched"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    held: Mapped[str | None] = mapped_column(Text)
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012


class Delivery(Record):
    """One message to one person, or to the other system of a webhook: the claim and its state. `claim` is unique;
    `resent` counts how often it was sent again by hand; `told_sequence` is the schedule of the meeting that the
    letter, once sent, told of, `told_event` the last event before it was written, and `told_agenda` the number of the last
    event that its agenda follows."""

    __tablename__ = "delivery"
    id: Mapped[int] = mapped_column(primary_key=True)
    claim: Mapped[str] = mapped_column(String(300), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    rule: Mapped[str] = mapped_column(String(60))
    recipient_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    webhook_id: Mapped[int | None] = mapped_column(ForeignKey("webhook.id"))
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"), index=True)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"))
    event_seq: Mapped[int | None] = mapped_column(ForeignKey("event.seq"))
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(20))
    attempts: Mapped[int]
    resent: Mapped[int] = mapped_column(server_default="0")
    told_sequence: Mapped[int | None]
    told_event: Mapped[int | None]
    told_agenda: Mapped[int | None]
    next_try_at: Mapped[datetime | None]
    message: Mapped[bytes | None] = mapped_column(LargeBinary)
    address: Mapped[str | None] = mapped_column(String(320))
    finished_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Sentence)
    __table_args__ = (
        Index(None, "state", "next_try_at"),
        Index(None, "recipient_id", "state", "next_try_at"),
    )


class Pulse(Record):
    """The mark of the last round of whoever sends the mail, and by when the next is expected. `trouble` is why no mail goes
    at all, since `trouble_since`; `tries` counts the rounds that found it so."""

    __tablename__ = "pulse"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]
    expected_by: Mapped[datetime]
    trouble: Mapped[str | None] = mapped_column(Sentence)
    trouble_since: Mapped[datetime | None]
    tries: Mapped[int]


class Cursor(Record):
    """The position of a reader in the event log."""

    __tablename__ = "cursor"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    seq: Mapped[int]


class HeldEvent(Record):
    """An event of which no notice could be made, and why; it is read again from `next_try_at` on."""

    __tablename__ = "held_event"
    event_seq: Mapped[int] = mapped_column(ForeignKey("event.seq"), primary_key=True)
    since: Mapped[datetime]
    tries: Mapped[int]
    next_try_at: Mapped[datetime]
    error: Mapped[str] = mapped_column(Sentence)
