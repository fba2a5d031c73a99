"""The tables: people, plans, meetings, what was decided, what was said by the public, and the event log.

Times are UTC, days are days in Asia/Tokyo. Decisions, signoffs, votes, steps and events are append-only: the
database itself refuses to change or delete one (see the first migration).
"""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

APPEND_ONLY = ("decision", "signoff", "vote", "step", "event")
"""Tables whose rows are never changed or deleted."""


class Utc(TypeDecorator[datetime]):
    """A moment in UTC: aware in Python, whichever database keeps it."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs its time zone: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Record(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012
        datetime: Utc,
        date: Date,
        dict[str, Any]: JSON,
        list[str]: JSON,
    }


# --- people, as of a day -----------------------------------------------------------------------------


class Department(Record):
    """A section of the office (課)."""

    __tablename__ = "department"
    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))


class Person(Record):
    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(320))


class Posting(Record):
    """Where a person serves and as what (職), from a day until a day; until None means still."""

    __tablename__ = "posting"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    department_key: Mapped[str] = mapped_column(ForeignKey("department.key"))
    office: Mapped[str | None] = mapped_column(String(200))
    since: Mapped[date]
    until: Mapped[date | None]
    __table_args__ = (Index(None, "office"),)


class Membership(Record):
    """A seat in a body, with its term (任期): from a day until a day, both included."""

    __tablename__ = "membership"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    body_key: Mapped[str] = mapped_column(ForeignKey("body.key"))
    role: Mapped[str] = mapped_column(String(20))
    since: Mapped[date]
    until: Mapped[date | None]
    __table_args__ = (Index(None, "body_key", "role"),)


class Deputy(Record):
    """Who may stand in for whom: sit in for them (代理), or sign for them (代決)."""

    __tablename__ = "deputy"
    id: Mapped[int] = mapped_column(primary_key=True)
    principal_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    deputy_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    since: Mapped[date]
    until: Mapped[date | None]


class Administrator(Record):
    """Who keeps the list of people, the closed days and the chains."""

    __tablename__ = "administrator"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    since: Mapped[date]
    until: Mapped[date | None]


class ClosedDay(Record):
    """A day the office is closed beside weekends and holidays."""

    __tablename__ = "closed_day"
    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))


class Credential(Record):
    """A person's password, as argon2id keeps it."""

    __tablename__ = "credential"
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime]


class SignIn(Record):
    """A session in a browser. Only the SHA-256 of its token is kept."""

    __tablename__ = "sign_in"
    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    began_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class FailedSignIn(Record):
    """A wrong password, counted so that guessing is slow. `name` is what was typed, known or not."""

    __tablename__ = "failed_sign_in"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    __table_args__ = (Index(None, "name", "at"),)


# --- plans -------------------------------------------------------------------------------------------


class ChainText(Record):
    """A chain as it stood when a plan began with it. Plans under way keep theirs."""

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


class Plan(Record):
    """A plan under way. `visit` rises with each 差戻し: what was agreed before it no longer opens gates."""

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
    __table_args__ = (Index(None, "department_key", "status"),)


class Document(Record):
    """The bytes of a document, by their SHA-256; they lie in the file store."""

    __tablename__ = "document"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)


class Version(Record):
    """A version of the plan's text. The newest one of a plan is its current version."""

    __tablename__ = "version"
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    number: Mapped[int]
    stage: Mapped[str] = mapped_column(String(60))
    visit: Mapped[int]
    sha256: Mapped[str] = mapped_column(ForeignKey("document.sha256"))
    filename: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text)
    added_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("plan_id", "number"),)


class Step(Record):
    """One trigger of the machine: the plan left a stage for another, or changed its status."""

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
    __table_args__ = (UniqueConstraint("plan_id", "revision"),)


# --- meetings ----------------------------------------------------------------------------------------


class Meeting(Record):
    """A sitting of a body, or a 持ち回り: it goes out at `starts_at` and `ends_at` is its last moment."""

    __tablename__ = "meeting"
    id: Mapped[int] = mapped_column(primary_key=True)
    body_key: Mapped[str] = mapped_column(ForeignKey("body.key"))
    title: Mapped[str] = mapped_column(String(200))
    form: Mapped[str] = mapped_column(String(20))
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(20))
    sequence: Mapped[int]
    minutes: Mapped[str] = mapped_column(Text)
    __table_args__ = (
        Index(None, "body_key", "starts_at"),
        CheckConstraint("ends_at >= starts_at", name="ends_after_start"),
    )


class AgendaItem(Record):
    """One version of one plan, put to a meeting for one gate: 審議 or 報告. Taken off is `removed_at`, which
    is not the same as 継続審議: nothing was decided. `ratifies_id` is the 専決 it reports; no foreign key, since
    decisions refer to items and PostgreSQL needs one of the two tables first."""

    __tablename__ = "agenda_item"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    position: Mapped[int]
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    gate_key: Mapped[str] = mapped_column(String(60))
    stage: Mapped[str] = mapped_column(String(60))
    visit: Mapped[int]
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    purpose: Mapped[str] = mapped_column(String(20))
    ratifies_id: Mapped[int | None]
    removed_at: Mapped[datetime | None]
    removed_why: Mapped[str | None] = mapped_column(Text)


class Attendance(Record):
    """Whether a member was there, and who sat in for them (代理出席)."""

    __tablename__ = "attendance"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    present: Mapped[bool]
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    __table_args__ = (UniqueConstraint("meeting_id", "member_id"),)


class Vote(Record):
    """A member's vote or 持ち回り answer. `turn` counts a member's votes on the item: taking one back is the
    next turn, with the choice `withdrawn`."""

    __tablename__ = "vote"
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    turn: Mapped[int]
    choice: Mapped[str] = mapped_column(String(20))
    casting: Mapped[bool]
    cast_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    cast_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("item_id", "member_id", "turn"),)


# --- what was decided --------------------------------------------------------------------------------


class Decision(Record):
    """A body's outcome on one version. `supersedes_id` corrects an earlier one; the outcome None takes it
    back (引戻し). `manner` says how it came about: recorded, tallied or chair_alone (専決)."""

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
    __table_args__ = (Index(None, "plan_id", "stage", "visit"),)


class Condition(Record):
    """A condition of a 条件付き了承. Closed once, by a person, with a note."""

    __tablename__ = "condition"
    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]
    closed_note: Mapped[str | None] = mapped_column(Text)


class Signoff(Record):
    """A 決裁. `manner`: own, delegated (専決), deputy (代決, which owes a 後閲). The result None
    takes back the one it supersedes."""

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


class Review(Record):
    """A 後閲: the principal has read what was signed for them."""

    __tablename__ = "review"
    signoff_id: Mapped[int] = mapped_column(ForeignKey("signoff.id"), primary_key=True)
    reviewed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reviewed_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text)


# --- public comment ----------------------------------------------------------------------------------


class CommentPeriod(Record):
    """A パブリックコメント: both days included, ends at 24:00 Asia/Tokyo of the last."""

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
    published_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime | None]
    __table_args__ = (UniqueConstraint("plan_id", "gate_key", "visit", "version_id"),)


class Submission(Record):
    """One letter, form, fax or visit: one person (人), perhaps several opinions (件)."""

    __tablename__ = "submission"
    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("comment_period.id"))
    number: Mapped[int]
    route: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(400))
    telephone: Mapped[str] = mapped_column(String(60))
    affiliation: Mapped[str] = mapped_column(String(400))
    received_at: Mapped[datetime]
    late: Mapped[bool]
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    __table_args__ = (UniqueConstraint("period_id", "number"),)


class Answer(Record):
    """区の考え方, to one opinion or to several that are alike."""

    __tablename__ = "answer"
    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("comment_period.id"), index=True)
    summary: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    disposition: Mapped[str] = mapped_column(String(20))
    answered_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime]


class Opinion(Record):
    __tablename__ = "opinion"
    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("answer.id"), index=True)
    __table_args__ = (UniqueConstraint("submission_id", "number"),)


# --- the log, and the mail that follows from it ------------------------------------------------------


class Event(Record):
    """One thing that happened. `hash` covers the row and the hash before it."""

    __tablename__ = "event"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    tag: Mapped[str] = mapped_column(String(40))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"), index=True)
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"), index=True)
    data: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))


class Delivery(Record):
    """One message to one person: the claim that it is owed, and what became of it. `claim` is unique."""

    __tablename__ = "delivery"
    id: Mapped[int] = mapped_column(primary_key=True)
    claim: Mapped[str] = mapped_column(String(300), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    rule: Mapped[str] = mapped_column(String(60))
    recipient_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"), index=True)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"))
    event_seq: Mapped[int | None] = mapped_column(ForeignKey("event.seq"))
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(20))
    attempts: Mapped[int]
    next_try_at: Mapped[datetime | None]
    message: Mapped[bytes | None] = mapped_column(LargeBinary)
    address: Mapped[str | None] = mapped_column(String(320))
    finished_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (Index(None, "state", "next_try_at"),)


class Cursor(Record):
    """How far a reader of the event log has come."""

    __tablename__ = "cursor"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    seq: Mapped[int]
