"""Meetings over time: a month of them, what is coming, what is past."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from workflow.domain.calendar import at_tokyo, end_of_day
from workflow.domain.errors import BadInput, NotFound
from workflow.domain.meetings import MeetingForm, MeetingStatus
from workflow.store.tables import BodyRecord, ClosedDay, CommentPeriod, Meeting, Plan

PAGE = 30
"""How many meetings a page of a list shows."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A meeting with the name of its body."""

    meeting: Meeting
    body: str


@dataclass(frozen=True, slots=True)
class MeetingPage:
    """A page of meetings; `following` is where to go on from, None at the end."""

    meetings: tuple[Listed, ...]
    following: str | None


@dataclass(frozen=True, slots=True)
class Period:
    """A パブリックコメント, of which plan."""

    plan: str
    title: str
    opens_on: date
    closes_on: date


def meetings_between(db: Session, first: date, last: date, body: str | None = None) -> list[Listed]:
    """The meetings that begin on these days, and each 持ち回り whose last day is one of them. One statement."""
    from_, to = at_tokyo(first, datetime.min.time()), end_of_day(last)
    begins = and_(Meeting.starts_at >= from_, Meeting.starts_at < to)
    answered_by = and_(Meeting.form == "in_writing", Meeting.ends_at >= from_, Meeting.ends_at < to)
    found = _meetings(body).where(or_(begins, answered_by)).order_by(Meeting.starts_at, Meeting.id)
    return [Listed(*row) for row in db.execute(found)]


def coming_meetings(
    db: Session, now: datetime, *, body: str | None = None, following: str | None = None
) -> MeetingPage:
    """The meetings that are not over, nearest first: one page, one statement. Raises `BadInput`."""
    rows = _meetings(body).where(Meeting.ends_at > now).order_by(Meeting.starts_at, Meeting.id)
    if following:
        at, number = _cursor(following)
        rows = rows.where(_or_same(Meeting.starts_at > at, at, Meeting.id > number))
    return _page(db, rows)


def past_meetings(
    db: Session, now: datetime, *, body: str | None = None, following: str | None = None
) -> MeetingPage:
    """The meetings that are over, newest first: one page, one statement. Raises `BadInput`."""
    rows = _meetings(body).where(Meeting.ends_at <= now).order_by(Meeting.starts_at.desc(), Meeting.id.desc())
    if following:
        at, number = _cursor(following)
        rows = rows.where(_or_same(Meeting.starts_at < at, at, Meeting.id < number))
    return _page(db, rows)


@dataclass(frozen=True, slots=True)
class MeetingFact:
    """A meeting. `starts_at` of a 持ち回り is when it went out, `ends_at` its last moment."""

    id: int
    body_key: str
    title: str
    form: MeetingForm
    starts_at: datetime
    ends_at: datetime
    place: str
    status: MeetingStatus
    minutes: str


def meeting(db: Session, number: int) -> MeetingFact:
    """The meeting of that number. One statement. Raises `NotFound`."""
    row = db.execute(_FACTS.where(Meeting.id == number)).first()
    if row is None:
        raise NotFound("会議", str(number))
    return _fact(row)


def meeting_list(
    db: Session,
    *,
    body: str | None = None,
    status: MeetingStatus | None = None,
    since: date | None = None,
    until: date | None = None,
    following: int | None = None,
    limit: int | None = None,
) -> tuple[list[MeetingFact], int | None]:
    """The meetings in the order they begin, on the days from `since` until `until`, after the meeting of the number
    `following`. The second value is the number to go on from, None at the end. One statement, and one more with
    `following`. Raises `NotFound`."""
    wanted = _FACTS.order_by(Meeting.starts_at, Meeting.id)
    if body is not None:
        wanted = wanted.where(Meeting.body_key == body)
    if status is not None:
        wanted = wanted.where(Meeting.status == status)
    if since is not None:
        wanted = wanted.where(Meeting.starts_at >= at_tokyo(since, time()))
    if until is not None:
        wanted = wanted.where(Meeting.starts_at < end_of_day(until))
    if following is not None:
        last = meeting(db, following)
        wanted = wanted.where(
            _or_same(Meeting.starts_at > last.starts_at, last.starts_at, Meeting.id > last.id)
        )
    rows = db.execute(wanted if limit is None else wanted.limit(limit + 1))
    found = [_fact(row) for row in rows]
    more = limit is not None and len(found) > limit
    return found[:limit], found[:limit][-1].id if more else None


_FACTS = select(
    Meeting.id,
    Meeting.body_key,
    Meeting.title,
    Meeting.form,
    Meeting.starts_at,
    Meeting.ends_at,
    Meeting.place,
    Meeting.status,
    Meeting.minutes,
)


def _fact(row: Any) -> MeetingFact:
    number, body, title, form, starts_at, ends_at, place, status, minutes = row
    form, status = MeetingForm(form), MeetingStatus(status)
    return MeetingFact(number, body, title, form, starts_at, ends_at, place, status, minutes)


def periods_between(db: Session, first: date, last: date) -> list[Period]:
    """The comment periods that open or close on these days. One statement."""
    rows = db.execute(
        select(Plan.key, Plan.title, CommentPeriod.opens_on, CommentPeriod.closes_on)
        .join(Plan, Plan.id == CommentPeriod.plan_id)
        .where(or_(CommentPeriod.opens_on.between(first, last), CommentPeriod.closes_on.between(first, last)))
        .order_by(CommentPeriod.opens_on, CommentPeriod.id)
    )
    return [Period(*row) for row in rows]


def closed_day_names(db: Session) -> dict[date, str]:
    """The office's own closed days, with why."""
    return {row.day: row.name for row in db.scalars(select(ClosedDay))}


def bodies(db: Session) -> list[tuple[str, str]]:
    """Every body, as (key, name)."""
    return [(key, name) for key, name in db.execute(select(BodyRecord.key, BodyRecord.name))]


def _meetings(body: str | None) -> Select[*tuple[Any, ...]]:
    found = select(Meeting, BodyRecord.name).join(BodyRecord, BodyRecord.key == Meeting.body_key)
    return found.where(Meeting.body_key == body) if body else found


def _or_same(beyond: ColumnElement[bool], at: datetime, further: ColumnElement[bool]) -> ColumnElement[bool]:
    return or_(beyond, and_(Meeting.starts_at == at, further))


def _page(db: Session, rows: Select[*tuple[Any, ...]]) -> MeetingPage:
    found = [Listed(*row) for row in db.execute(rows.limit(PAGE + 1))]
    shown = tuple(found[:PAGE])
    last = shown[-1].meeting if len(found) > PAGE else None
    return MeetingPage(shown, _cursor_at(last) if last else None)


def _cursor_at(last: Meeting) -> str:
    return f"{(last.starts_at - _EPOCH) // timedelta(microseconds=1)}-{last.id}"


def _cursor(text: str) -> tuple[datetime, int]:
    """The moment and the number of the last meeting shown. Raises `BadInput`."""
    since, _, number = text.partition("-")
    if not (since.isdecimal() and number.isdecimal() and len(since) <= 16 and len(number) <= 10):
        raise BadInput("一覧の続き", "読めません", "会議の一覧から開き直してください。")
    return _EPOCH + timedelta(microseconds=int(since)), int(number)


_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
