"""パブリックコメント: the period, what was sent in, and the answers."""

import secrets
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from workflow.store.tables.base import Record


class CommentPeriod(Record):
    """A パブリックコメント: both days included, ends at 24:00 Asia/Tokyo of the last. `shut_days` of them the form was
    shut, because the plan was suspended. `changed_at` is when its days were last set. With `counts_as_id` nothing was asked
    anew: the office decided that the comment held in an earlier visit still counts, and its days are those of that
    one."""

    __tablename__ = "comment_period"
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    stage: Mapped[str] = mapped_column(String(60))
    visit: Mapped[int]
    gate_key: Mapped[str] = mapped_column(String(60))
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    shortened_why: Mapped[str | None] = mapped_column(Text)
    places: Mapped[list[str]]
    contact: Mapped[str] = mapped_column(Text)
    published_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime | None]
    shut_days: Mapped[int] = mapped_column(default=0, server_default="0")
    changed_at: Mapped[datetime | None]
    cancelled_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    cancelled_at: Mapped[datetime | None]
    cancelled_why: Mapped[str | None] = mapped_column(Text)
    counts_as_id: Mapped[int | None] = mapped_column(ForeignKey("comment_period.id"))
    counts_why: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        Index(None, "plan_id", "published_at", "cancelled_at"),
        Index(None, "opens_on"),
        Index(None, "closes_on"),
        Index(None, "published_at", "cancelled_at"),
        Index(
            "uq_comment_period_standing",
            "plan_id",
            "gate_key",
            "visit",
            "version_id",
            unique=True,
            sqlite_where=text("cancelled_at IS NULL"),
            postgresql_where=text("cancelled_at IS NULL"),
        ),
    )


class Submission(Record):
    """One letter, form, fax or visit: one person (人), perhaps several opinions (件)."""

    __tablename__ = "submission"
    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("comment_period.id"))
    number: Mapped[int]
    route: Mapped[str] = mapped_column(String(20))
    received_at: Mapped[datetime]
    late: Mapped[bool]
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    __table_args__ = (UniqueConstraint("period_id", "number"),)


class Submitter(Record):
    """The person who sent a submission in. To erase them, the row is deleted, and the submission has none. The random
    `salt` keeps anybody from finding out a name or an address from the row's hash, which stays in the log."""

    __tablename__ = "submitter"
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(400))
    telephone: Mapped[str] = mapped_column(String(60))
    affiliation: Mapped[str] = mapped_column(String(400))
    salt: Mapped[str] = mapped_column(String(64), default=lambda: secrets.token_hex(32))


class Reply(Record):
    """区の考え方, to one opinion or to several that are alike. Published later than its period, it is of a 追補."""

    __tablename__ = "answer"
    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("comment_period.id"), index=True)
    summary: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    disposition: Mapped[str] = mapped_column(String(20))
    answered_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime]
    published_at: Mapped[datetime | None]


class Opinion(Record):
    __tablename__ = "opinion"
    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("answer.id"), index=True)
    __table_args__ = (UniqueConstraint("submission_id", "number"),)
