"""照会: questions on a plan's text to departments and people of the office, their answers, and what the asker made of
them. It opens no gate."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from workflow.store.tables.base import Record


class Inquiry(Record):
    """An 照会 about one version of a plan's text. `due_on` is the last day to answer, to its end in Tokyo; `changed_at` is
    when it was last set."""

    __tablename__ = "inquiry"
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date] = mapped_column(index=True)
    silence: Mapped[str] = mapped_column(String(20))
    asked_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_why: Mapped[str | None] = mapped_column(Text)


class InquiryQuestion(Record):
    __tablename__ = "inquiry_question"
    id: Mapped[int] = mapped_column(primary_key=True)
    inquiry_id: Mapped[int] = mapped_column(ForeignKey("inquiry.id"), index=True)
    position: Mapped[int]
    text: Mapped[str] = mapped_column(Text)


class Addressee(Record):
    """A department, or a person, who is inquired; one of the two is null."""

    __tablename__ = "addressee"
    id: Mapped[int] = mapped_column(primary_key=True)
    inquiry_id: Mapped[int] = mapped_column(ForeignKey("inquiry.id"))
    department_key: Mapped[str | None] = mapped_column(ForeignKey("department.key"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    added_at: Mapped[datetime]
    __table_args__ = (
        UniqueConstraint("inquiry_id", "department_key"),
        UniqueConstraint("inquiry_id", "person_id"),
    )


class InquiryAnswer(Record):
    """An answer of an addressee. The one of the latest turn counts; those before it are kept."""

    __tablename__ = "inquiry_answer"
    id: Mapped[int] = mapped_column(primary_key=True)
    addressee_id: Mapped[int] = mapped_column(ForeignKey("addressee.id"))
    turn: Mapped[int]
    has_opinion: Mapped[bool]
    given_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("addressee_id", "turn"),)


class InquiryRemark(Record):
    """One opinion of an answer, in its order: on a question, or on none; `page` and `section` say the place in the text."""

    __tablename__ = "inquiry_remark"
    id: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("inquiry_answer.id"), index=True)
    position: Mapped[int]
    question_id: Mapped[int | None] = mapped_column(ForeignKey("inquiry_question.id"))
    page: Mapped[str] = mapped_column(String(60))
    section: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)


class InquiryResponse(Record):
    """A response of the asker to a remark. The one of the latest turn counts; those before it are kept."""

    __tablename__ = "inquiry_response"
    id: Mapped[int] = mapped_column(primary_key=True)
    remark_id: Mapped[int] = mapped_column(ForeignKey("inquiry_remark.id"))
    turn: Mapped[int]
    verdict: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    given_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("remark_id", "turn"),)
