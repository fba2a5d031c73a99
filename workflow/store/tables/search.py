"""The index of the search: everything that can be found, and its text in pieces. It follows from the record and can be
made anew at any time. The words of the pieces are in a table `search_words`, which each database has in a form of its own
(`workflow.store.search_index`)."""

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from workflow.store.tables.base import Record


class SearchEntry(Record):
    """A thing that can be found: the row `key` of its kind. `seq` is the last event that wrote it; `audience` to whom its text
    was open when it was read here; `unread` the SHA-256 of the document whose text is still to be read."""

    __tablename__ = "search_entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(Text)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"))
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"))
    audience: Mapped[str] = mapped_column(String(20))
    link: Mapped[str] = mapped_column(String(60))
    seq: Mapped[int]
    unread: Mapped[str | None] = mapped_column(String(64), index=True)
    __table_args__ = (UniqueConstraint("kind", "key"), Index(None, "kind", "seq"))


class SearchPiece(Record):
    """A piece of the text of an entry; `line` is the number of its first line, -1 for the title."""

    __tablename__ = "search_piece"
    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("search_entry.id"), index=True)
    line: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
