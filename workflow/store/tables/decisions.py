"""Tables of decisions: outcomes, conditions, 決裁 and 後閲."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from workflow.store.tables.base import Record


class Decision(Record):
    """A body's outcome on one version. `supersedes_id` corrects an earlier one; the outcome None takes it
    back (引戻し). `manner` says how it came about: recorded, tallied or chair_alone (専決). `counts` are the votes it was
    tallied from. `late_text_why` says why a text registered after the meeting began is the one the body saw
    (後日登録)."""

    __tablename__ = "decision"
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    stage: Mapped[str] = mapped_column(String(60))
    visit: Mapped[int]
    gate_key: Mapped[str] = mapped_column(String(60))
    body_key: Mapped[str] = mapped_column(ForeignKey("body.key"))
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str | None] = mapped_column(String(30))
    manner: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text)
    decided_on: Mapped[date]
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"), unique=True)
    ratifies_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))
    recorded_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    late_text_why: Mapped[str | None] = mapped_column(Text)
    counts: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    __table_args__ = (
        Index(None, "plan_id", "stage", "visit"),
        # Only those that answer a 専決: whoever looks for decisions that answer none must not be led through it.
        Index(
            None,
            "ratifies_id",
            sqlite_where=text("ratifies_id IS NOT NULL"),
            postgresql_where=text("ratifies_id IS NOT NULL"),
        ),
        Index(
            None,
            "body_key",
            sqlite_where=text("manner = 'chair_alone'"),
            postgresql_where=text("manner = 'chair_alone'"),
        ),
    )


class Condition(Record):
    """A condition of a 条件付き了承. Closed once, by a person, with a note; `met_on` is the day it was met when that
    was entered later, None: the day it was closed."""

    __tablename__ = "condition"
    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]
    closed_note: Mapped[str | None] = mapped_column(Text)
    met_on: Mapped[date | None]


class Confirmation(Record):
    """An answer to the comparison of the text a decision covers (`base_sha256`) with a corrected one: it is the text
    agreed, or it is put to the body again. `manner` says in what right: the chair, a deputy, the vice chair, the
    secretariat, or from paper. The result None takes back the one it supersedes."""

    __tablename__ = "confirmation"
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    stage: Mapped[str] = mapped_column(String(60))
    visit: Mapped[int]
    gate_key: Mapped[str] = mapped_column(String(60))
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    base_sha256: Mapped[str] = mapped_column(String(64))
    result: Mapped[str | None] = mapped_column(String(20))
    manner: Mapped[str] = mapped_column(String(20))
    confirmed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text)
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("confirmation.id"), unique=True)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    __table_args__ = (Index(None, "plan_id", "stage", "visit"),)


class Signoff(Record):
    """A 決裁. `manner`: own, delegated (専決), deputy (代決, which requires a 後閲). The result None takes back
    the one it supersedes."""

    __tablename__ = "signoff"
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    stage: Mapped[str] = mapped_column(String(60))
    visit: Mapped[int]
    gate_key: Mapped[str] = mapped_column(String(60))
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    result: Mapped[str | None] = mapped_column(String(20))
    manner: Mapped[str] = mapped_column(String(20))
    principal_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    signed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(Text)
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("signoff.id"), unique=True)
    signed_at: Mapped[datetime]
    __table_args__ = (Index(None, "plan_id", "stage", "visit"),)


class ConfirmationReview(Record):
    """A 後閲: the chair has read what a deputy confirmed for them."""

    __tablename__ = "confirmation_review"
    confirmation_id: Mapped[int] = mapped_column(ForeignKey("confirmation.id"), primary_key=True)
    reviewed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reviewed_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text)


class Review(Record):
    """A 後閲: the principal has read what was signed for them."""

    __tablename__ = "review"
    signoff_id: Mapped[int] = mapped_column(ForeignKey("signoff.id"), primary_key=True)
    reviewed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reviewed_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text)
