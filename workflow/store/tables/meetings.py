"""Meetings, their agendas, who is coming, who attended and how they voted."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from workflow.store.tables.base import Record, Sentence


class Meeting(Record):
    """A sitting of a body, or a 持ち回り: it goes out at `starts_at` and `ends_at` is its last moment. `papers_due` is the
    last day on which its papers are taken in time, `items_due` the last day to hand in items; what comes later is
    marked. `guests` are the 説明者 and 関係者 by title and name; `observers` counts the 傍聴者, None while nobody said how
    many."""

    __tablename__ = "meeting"
    id: Mapped[int] = mapped_column(primary_key=True)
    body_key: Mapped[str] = mapped_column(ForeignKey("body.key"))
    title: Mapped[str] = mapped_column(String(200))
    form: Mapped[str] = mapped_column(String(20))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(20))
    sequence: Mapped[int]
    papers_due: Mapped[date | None]
    items_due: Mapped[date | None]
    guests: Mapped[list[str]] = mapped_column(JSON, server_default="[]")
    observers: Mapped[int | None]
    __table_args__ = (
        Index(None, "body_key", "starts_at"),
        Index(None, "status", "body_key", "starts_at"),
        Index(None, "form", "ends_at"),
        Index(None, "ends_at", "body_key"),
        Index(None, "starts_at", "id", "status", "body_key"),
        Index(None, "status", "body_key", "ends_at"),
        CheckConstraint("ends_at >= starts_at", name="ends_after_start"),
    )


class AgendaItem(Record):
    """An item of an agenda. Most are one version of one plan, put to a meeting for one gate: 審議 or 報告. One without
    a gate has a `title`: a heading, a matter of the body's own, or an interim report on a plan; `result` is what came of
    it. Taken off is `removed_at`, which is not the same as 継続審議: nothing was decided. `ratifies_id` is the 専決 it
    reports; no foreign key, since decisions refer to items and PostgreSQL needs one of the two tables first. `approves_id`
    is the version of minutes it puts to the body's approval."""

    __tablename__ = "agenda_item"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    position: Mapped[int]
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"), index=True)
    gate_key: Mapped[str | None] = mapped_column(String(60))
    stage: Mapped[str | None] = mapped_column(String(60))
    visit: Mapped[int | None]
    version_id: Mapped[int | None] = mapped_column(ForeignKey("version.id"))
    purpose: Mapped[str] = mapped_column(String(20))
    title: Mapped[str | None] = mapped_column(String(200))
    planned_minutes: Mapped[int | None]
    result: Mapped[str | None] = mapped_column(Text)
    ratifies_id: Mapped[int | None]
    approves_id: Mapped[int | None]
    removed_at: Mapped[datetime | None]
    removed_why: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        Index(
            None,
            "approves_id",
            sqlite_where=text("approves_id IS NOT NULL"),
            postgresql_where=text("approves_id IS NOT NULL"),
        ),
        Index(
            None,
            "title",
            "id",
            sqlite_where=text("plan_id IS NULL"),
            postgresql_where=text("plan_id IS NULL"),
        ),
    )


class Paper(Record):
    """An edition of a paper of a meeting (会議資料), or of an item of its agenda; None: of the meeting itself (次第, 名簿).
    A paper keeps its kind and number: what replaces it (差し替え) is a row with the next edition, `replaces_id`, and `why`.
    `audience` and its latest reason, and a withdrawal, hold for all editions. `late`: it came after the day that was set
    then."""

    __tablename__ = "paper"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    number: Mapped[int]
    edition: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    filename: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(ForeignKey("document.sha256"))
    audience: Mapped[str] = mapped_column(String(20))
    audience_why: Mapped[str | None] = mapped_column(Text)
    late: Mapped[bool]
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("paper.id"))
    why: Mapped[str | None] = mapped_column(Text)
    added_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_why: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (UniqueConstraint("meeting_id", "kind", "number", "edition"),)


class Attendance(Record):
    """The attendance of a member, and the person who attended for them (代理出席). `presided`: this seat was named as
    the one that presided; where none is, the rule says which. `arrived_at` and `left_at` are set for who came late (遅参)
    or left early (退席)."""

    __tablename__ = "attendance"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    present: Mapped[bool]
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    presided: Mapped[bool] = mapped_column(server_default=false())
    arrived_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    __table_args__ = (UniqueConstraint("meeting_id", "member_id"),)


class ItemAttendance(Record):
    """The part of a member in one item, where it differs from their attendance of the meeting: absent, left (退席),
    recused (除斥); `present` takes the entry back."""

    __tablename__ = "item_attendance"
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    part: Mapped[str] = mapped_column(String(20))
    __table_args__ = (UniqueConstraint("item_id", "member_id"),)


class Speech(Record):
    """A remark at an item (発言), as minutes need it: questions and answers in their order, which is that of `place`, but
    where one was entered between others: it stands after the remark whose place it `follows`, 0 before all. A member
    has `member_id`; `name` is set for a guest alone. A correction supersedes and keeps both; one without text takes the
    remark back."""

    __tablename__ = "speech"
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    place: Mapped[int]
    follows: Mapped[int | None]
    speaker: Mapped[str] = mapped_column(String(20))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("speech.id"), unique=True)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]


class SittingDraft(Record):
    """The fields of a sitting's form that somebody filled in and has not recorded yet, by their names. A draft is for its
    writer alone, replaced by each save, and deleted once everything in it is recorded."""

    __tablename__ = "sitting_draft"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    fields: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("meeting_id", "person_id"),)


class AgendaMark(Record):
    """The mark that a reader put at an item of an agenda, with a memo; for themselves alone. `mark` is empty where there is
    only a memo."""

    __tablename__ = "agenda_mark"
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    mark: Mapped[str] = mapped_column(String(20))
    memo: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("item_id", "person_id"),)


class MinutesText(Record):
    """A version of one of the texts of a meeting's minutes. It changes while it is a draft; once the chair confirmed it, a
    correction is the next version, with a `reason`. `revision` counts the changes, and `edited` says that somebody
    changed what was drafted from the record; `note` is what the chair said, or how the confirmation was given. Who wrote
    or settled it is None where the log does not tell."""

    __tablename__ = "minutes_text"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    kind: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20), index=True)
    revision: Mapped[int]
    edited: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    written_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime | None]
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime | None]
    __table_args__ = (UniqueConstraint("meeting_id", "kind", "version"),)


class Vote(Record):
    """A member's vote or 持ち回り answer. `turn` counts a member's votes on the item: taking one back is the
    next turn, with the choice `withdrawn`. `remark` are the opinion and the conditions given with it."""

    __tablename__ = "vote"
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    turn: Mapped[int]
    choice: Mapped[str] = mapped_column(String(20))
    casting: Mapped[bool]
    cast_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    cast_at: Mapped[datetime]
    remark: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (UniqueConstraint("item_id", "member_id", "turn"),)


class LateAnswer(Record):
    """An answer to a 持ち回り that came after its last moment: kept and shown, never counted."""

    __tablename__ = "late_answer"
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    choice: Mapped[str] = mapped_column(String(20))
    remark: Mapped[str | None] = mapped_column(Text)
    given_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime]


class WrittenTerms(Record):
    """Why a meeting is held as a 持ち回り, and what its members are asked for."""

    __tablename__ = "written_terms"
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), primary_key=True)
    why: Mapped[str] = mapped_column(Text)
    asks: Mapped[str] = mapped_column(Text)


class WrittenConsent(Record):
    """A member's answer whether the body shall proceed in writing, where its rule asks that first. `turn` counts a
    member's answers; the last one holds."""

    __tablename__ = "written_consent"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    turn: Mapped[int]
    agrees: Mapped[bool]
    given_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("meeting_id", "member_id", "turn"),)


class Closing(Record):
    """A decision that a meeting is closed to the public, or an item of it; the meeting, where `item_id` is None. The last one
    holds: one that is not `closed` opens it again. `basis` is the provision it rests on, empty where it opens."""

    __tablename__ = "closing"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"))
    closed: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(String(200))
    recorded_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]


class Publication(Record):
    """The publication of a version of minutes, or its end. The last one of a meeting's text of that kind holds. `reason` is
    why it was withdrawn, empty where it was published."""

    __tablename__ = "publication"
    id: Mapped[int] = mapped_column(primary_key=True)
    text_id: Mapped[int] = mapped_column(ForeignKey("minutes_text.id"), index=True)
    published: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    done_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    done_at: Mapped[datetime]


class Rsvp(Record):
    """A member's answer to the invitation to a meeting that was to begin at `starts_at`: it counts for the meeting at
    that time only, until the member's next one. `deputy_id` is a registered deputy, `deputy_name` one who is not.
    `given_by` is the member, their deputy, or whoever entered it for them."""

    __tablename__ = "rsvp"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    starts_at: Mapped[datetime]
    intent: Mapped[str] = mapped_column(String(20))
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    deputy_name: Mapped[str] = mapped_column(String(200))
    remark: Mapped[str] = mapped_column(Text)
    way: Mapped[str] = mapped_column(String(20))
    given_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime]
    __table_args__ = (Index(None, "meeting_id", "member_id"),)


class SetAsideMail(Record):
    """A mail in the inbox for answers that was no answer that counts, and why; the newest are kept."""

    __tablename__ = "set_aside_mail"
    id: Mapped[int] = mapped_column(primary_key=True)
    sender: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(200))
    why: Mapped[str] = mapped_column(Sentence)
    at: Mapped[datetime]


class RsvpLink(Record):
    """A link in one mail, by which a member answers without signing in. Only the SHA-256 of its token is stored;
    deleting it revokes it."""

    __tablename__ = "rsvp_link"
    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[datetime]
