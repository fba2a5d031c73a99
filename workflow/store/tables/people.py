"""People, as of a day: their departments, their seats in bodies, and their deputies."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from workflow.store.tables.base import Record


class Department(Record):
    """A section of the office (課). `rank` is its place in the official order (建制順); those of one rank stand by key."""

    __tablename__ = "department"
    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    rank: Mapped[int] = mapped_column(server_default="0")
    __table_args__ = (Index(None, "rank", "key", unique=True),)


class Person(Record):
    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(320))


class Posting(Record):
    """A person's department and position (職), from a day until a day; until None means still. `rank` is their place in the
    official order of the department; those of one rank stand as they were added."""

    __tablename__ = "posting"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    department_key: Mapped[str] = mapped_column(ForeignKey("department.key"))
    position: Mapped[str | None] = mapped_column("office", String(200))
    rank: Mapped[int] = mapped_column(server_default="0")
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
    """A deputy of a person, who attends (代理) or signs (代決) for them. `absence`: the person is away in that time
    (代理期間), and their tasks and mail reach the deputy too."""

    __tablename__ = "deputy"
    id: Mapped[int] = mapped_column(primary_key=True)
    principal_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    deputy_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    since: Mapped[date]
    until: Mapped[date | None]
    absence: Mapped[bool] = mapped_column(server_default=false())


class Administrator(Record):
    """A person who manages the list of people, the closed days and the chains."""

    __tablename__ = "administrator"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    since: Mapped[date]
    until: Mapped[date | None]


class Auditor(Record):
    """A person who holds the role 監査, and watches over the record."""

    __tablename__ = "auditor"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    since: Mapped[date]
    until: Mapped[date | None]


class ClosedDay(Record):
    """A day the office is closed beside weekends and holidays: by a person, or by the kept calendar of that number."""

    __tablename__ = "closed_day"
    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    calendar_id: Mapped[int | None]


class ClosingRule(Record):
    """Days the office is closed each year: from one day of the year to another (12-29 to 01-03), first in the year
    `since_year` and last in `until_year`, None: without end. A span over the year's end belongs to the year it begins in."""

    __tablename__ = "closing_rule"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    first_on: Mapped[str] = mapped_column(String(5))
    last_on: Mapped[str] = mapped_column(String(5))
    since_year: Mapped[int]
    until_year: Mapped[int | None]
