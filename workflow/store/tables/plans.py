"""Plans under way, the versions of their text, and the steps they took."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from workflow.store.tables.base import Record


class ChainText(Record):
    """A chain as it was when a plan began with it. Running plans keep theirs."""

    __tablename__ = "chain_text"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(Text)


class BodyRecord(Record):
    """A body that some chain names, so that people can be seated in it."""

    __tablename__ = "body"
    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    chain_sha256: Mapped[str] = mapped_column(ForeignKey("chain_text.sha256"))


class SecretariatContact(Record):
    """The contact of a body's 事務局, as its letters bear it; empty values where nothing was set."""

    __tablename__ = "secretariat_contact"
    body_key: Mapped[str] = mapped_column(ForeignKey("body.key"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(320))
    telephone: Mapped[str] = mapped_column(String(60))


class Plan(Record):
    """A plan under way. `visit` rises with each 差戻し: what was agreed before it no longer opens gates. `path` holds
    its stays, as `domain.path.to_rows` writes them; `document` is the main one of its documents, `stretch` that of the
    main one in the last stay. `first_month`, 2023-03, is where
    its schedule begins when that is not the chain's own; `forerunner_id` the finished plan that it revises (改定)."""

    __tablename__ = "plan"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    chain_sha256: Mapped[str] = mapped_column(ForeignKey("chain_text.sha256"))
    department_key: Mapped[str] = mapped_column(ForeignKey("department.key"))
    stage: Mapped[str] = mapped_column(String(60))
    status: Mapped[str] = mapped_column(String(20))
    visit: Mapped[int]
    revision: Mapped[int]
    entered_at: Mapped[datetime]
    first_month: Mapped[str | None] = mapped_column(String(7))
    path: Mapped[list[Any]]
    document: Mapped[str] = mapped_column(String(60))
    stretch: Mapped[int]
    forerunner_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"))
    __table_args__ = (
        Index(None, "department_key", "status", "key"),
        Index(None, "department_key", "key", "chain_sha256", "id"),
        Index(None, "status", "key"),
        Index(None, "title", "key"),
        Index(None, "key", "title", "id"),
        Index(None, "status", "chain_sha256", "id"),
        Index(None, "entered_at", "key"),
    )


class Document(Record):
    """The bytes of a document, by their SHA-256; they lie in the file store."""

    __tablename__ = "document"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)


class Version(Record):
    """A version of one of the plan's documents; the numbers run through all of them. The newest one of a document's
    stretch is the text by which the gates about it are judged.
    `counts_from` is the moment from which it counts when it was registered later (移行登録), and `counts_why` the reason;
    None: when it was registered."""

    __tablename__ = "version"
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    number: Mapped[int]
    stage: Mapped[str] = mapped_column(String(60))
    visit: Mapped[int]
    document: Mapped[str] = mapped_column(String(60))
    stretch: Mapped[int]
    sha256: Mapped[str] = mapped_column(ForeignKey("document.sha256"))
    filename: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text)
    added_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime]
    counts_from: Mapped[datetime | None]
    counts_why: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (UniqueConstraint("plan_id", "number"),)


class Declaration(Record):
    """The declared kind of a version: a new text, or a correction and of what kind. `conditions` are the numbers of
    those it meets, `why` the reason of a minor one. The newest declaration of a version counts."""

    __tablename__ = "declaration"
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    why: Mapped[str] = mapped_column(Text)
    conditions: Mapped[list[int]]
    declared_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    declared_at: Mapped[datetime]


class Step(Record):
    """One trigger of the machine: the plan left a stage for another, or changed its status. `counts_from` is the
    moment from which it counts when it was entered later (遡及); None: when it was taken."""

    __tablename__ = "step"
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    revision: Mapped[int]
    trigger: Mapped[str] = mapped_column(String(20))
    from_stage: Mapped[str | None] = mapped_column(String(60))
    to_stage: Mapped[str] = mapped_column(String(60))
    visit: Mapped[int]
    version_id: Mapped[int | None] = mapped_column(ForeignKey("version.id"))
    reason: Mapped[str] = mapped_column(Text)
    taken_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    taken_at: Mapped[datetime]
    counts_from: Mapped[datetime | None]
    __table_args__ = (UniqueConstraint("plan_id", "revision"),)


class PlansOpened(Record):
    """The one row that says to whom the office opens all its plans; none: to those concerned."""

    __tablename__ = "plans_opened"
    id: Mapped[int] = mapped_column(primary_key=True)
    whom: Mapped[str] = mapped_column(String(20))


class ScheduleVersion(Record):
    """A version of a plan's own schedule (工程表): 第1回変更 and those after it; 当初 is what the chain and the plan's first month
    make. `rows` is what `domain.schedules.PlanSchedule.to_rows` wrote, `agreed` who agreed to it. The newest one counts."""

    __tablename__ = "schedule_version"
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    number: Mapped[int]
    rows: Mapped[list[Any]]
    reason: Mapped[str] = mapped_column(Text)
    agreed: Mapped[str] = mapped_column(String(200))
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("plan_id", "number"),)


class PlanWatch(Record):
    """The finding of the day's comparison of record and schedule, for a plan: the last day of the first thing due, None where
    nothing is."""

    __tablename__ = "plan_watch"
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), primary_key=True)
    due_on: Mapped[date | None]
    watched_on: Mapped[date]
    __table_args__ = (Index(None, "due_on"),)


class SpreadProposal(Record):
    """The newest proposal that spreads the plans over the sittings of their bodies. `began_at` None: it waits to be computed;
    `ended_at` None: it is being computed. `result` is what `domain.scheduling.proposing.proposal_to_rows` wrote; None after the end:
    nothing was found in time."""

    __tablename__ = "spread_proposal"
    id: Mapped[int] = mapped_column(primary_key=True)
    asked_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    began_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    # A number is never used again: a form names the proposal that its reader saw.
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012
