"""Meetings over time: a month of them, what is coming, what is past."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Row, ScalarSelect, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from workflow.domain.calendar import at_tokyo, end_of_day
from workflow.domain.errors import BadInput, NotFound
from workflow.domain.events import Tag
from workflow.domain.meetings import NEVER_CALLED, TAKES_ITEMS, HeldMeeting, MeetingForm, MeetingStatus
from workflow.queries.chains import body_name
from workflow.store.tables import AgendaItem, BodyRecord, Event, Meeting
from workflow.store.unindexed import unindexed

PAGE = 30
"""Number of meetings on one page of a list."""


@dataclass(frozen=True, slots=True)
class MeetingFact:
    """A meeting with the name of its body, and the SHA-256 of the newest chain that names it. `starts_at` of a 持ち回り is
    when it went out, `ends_at` its last moment."""

    id: int
    body_key: str
    body: str
    chain_sha256: str
    title: str
    form: MeetingForm
    starts_at: datetime
    ends_at: datetime
    place: str
    status: MeetingStatus
    sequence: int
    papers_due: date | None
    items_due: date | None

    @property
    def in_writing(self) -> bool:
        return self.form is MeetingForm.IN_WRITING


@dataclass(frozen=True, slots=True)
class MeetingPage:
    """A page of meetings; `following` is where to go on from, None at the end."""

    meetings: tuple[MeetingFact, ...]
    following: str | None


def open_meeting() -> ColumnElement[bool]:
    """The `Meeting` of a statement was called, and is neither cancelled nor closed, as `is_open` says of one."""
    return Meeting.status == MeetingStatus.CALLED


def was_called() -> ColumnElement[bool]:
    """The `Meeting` of a statement is no draft, nor one that was discarded: people were told of it."""
    return Meeting.status.not_in(NEVER_CALLED)


def takes_items() -> ColumnElement[bool]:
    """The `Meeting` of a statement is prepared, or called and not over: items wait at it."""
    return Meeting.status.in_(TAKES_ITEMS)


def meeting_to_come(now: datetime, *, running: bool = False) -> ColumnElement[bool]:
    """The `Meeting` of a statement is open and begins later; with `running`, also one that has begun and whose end is
    still to come."""
    return open_meeting() & ((Meeting.ends_at if running else Meeting.starts_at) > now)


def meeting_begun(now: datetime) -> ColumnElement[bool]:
    """The `Meeting` of a statement is open and has begun, whether or not its end is past."""
    return open_meeting() & (Meeting.starts_at <= now)


def meeting_over(now: datetime, held: type[Meeting] = Meeting) -> ColumnElement[bool]:
    """The meeting of a statement was closed, or its end is past and it was not cancelled."""
    closed = held.status == MeetingStatus.CLOSED
    return closed | ((held.status != MeetingStatus.CANCELLED) & (held.ends_at <= now))


def of_bodies(bodies: Collection[str], held: type[Meeting] = Meeting) -> ColumnElement[bool]:
    """The meeting of a statement is one of these bodies: said of each that is found, and no way to find them. It would
    lead through everything that the bodies ever held."""
    return unindexed(held.body_key).in_(sorted(bodies))


BEGINS: ColumnElement[datetime] = func.coalesce(Meeting.starts_at, Meeting.ends_at)
"""The time at which a meeting begins, said of each that is found, and no way to find them: it would lead through everything
that was ever held."""

BY_TIME = (BEGINS, Meeting.id)
"""The order by the time they begin, of meetings that were found."""


def last_time_of(*kinds: Tag, meeting: Any = Meeting.id) -> ScalarSelect[datetime]:
    """The last time that something of these kinds happened to the `Meeting` of a statement, or to that of the number. The kinds
    are said of what happened to it: they would lead through everything of them that ever happened anywhere."""
    newest = select(func.max(Event.at)).where(Event.meeting_id == meeting, unindexed(Event.tag).in_(kinds))
    return newest.correlate(Meeting).scalar_subquery()


def at_a_gate(item: type[AgendaItem] = AgendaItem) -> ColumnElement[bool]:
    """The condition that the item is put at a gate, which its outcome answers."""
    return item.gate_key.is_not(None)


MEETING_COLUMNS = (
    Meeting.id,
    Meeting.body_key,
    BodyRecord.chain_sha256,
    Meeting.title,
    Meeting.form,
    Meeting.starts_at,
    Meeting.ends_at,
    Meeting.place,
    Meeting.status,
    Meeting.sequence,
    Meeting.papers_due,
    Meeting.items_due,
)


def meetings() -> Select[*tuple[Any, ...]]:
    """Every meeting: the statement to narrow, and to read with `meeting_fact`."""
    return select(*MEETING_COLUMNS).select_from(Meeting).join(BodyRecord, BodyRecord.key == Meeting.body_key)


def meeting_fact(db: Session, row: Row[*tuple[Any, ...]]) -> MeetingFact:
    """A row of `meetings()` as a fact; further columns of the statement follow it. No statement, beside the
    body's chain once in a process."""
    return MeetingFact(
        id=row.id,
        body_key=row.body_key,
        body=body_name(db, row.body_key, row.chain_sha256),
        chain_sha256=row.chain_sha256,
        title=row.title,
        form=MeetingForm(row.form),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        place=row.place,
        status=MeetingStatus(row.status),
        sequence=row.sequence,
        papers_due=row.papers_due,
        items_due=row.items_due,
    )


def meeting(db: Session, number: int) -> MeetingFact:
    """The meeting of that number. One statement. Raises `NotFound`."""
    row = db.execute(meetings().where(Meeting.id == number)).first()
    if row is None:
        raise NotFound("会議", str(number))
    return meeting_fact(db, row)


def meetings_of_numbers(db: Session, numbers: Collection[int]) -> dict[int, MeetingFact]:
    """The meetings of those numbers, by number. One statement, none without a number."""
    if not numbers:
        return {}
    return {row.id: meeting_fact(db, row) for row in db.execute(meetings().where(Meeting.id.in_(numbers)))}


def next_meetings(
    db: Session, which: ColumnElement[bool], now: datetime, *, running: bool = False
) -> dict[str, MeetingFact]:
    """The next of those meetings of each body, by its key; with `running`, one that has begun and is not over counts. One
    statement."""
    body = aliased(BodyRecord)
    nearest = (
        select(Meeting.id)
        .where(Meeting.body_key == body.key, which, meeting_to_come(now, running=running))
        .order_by(*BY_TIME)
        .limit(1)
        .correlate(body)
        .scalar_subquery()
    )
    rows = db.execute(meetings().where(Meeting.id.in_(select(nearest).select_from(body))))
    return {row.body_key: meeting_fact(db, row) for row in rows}


def called_meetings(
    db: Session, which: ColumnElement[bool], now: datetime, *, body: str | None = None, limit: int = 50
) -> list[MeetingFact]:
    """The nearest of those meetings that are open and not over, of one body or of all. One statement."""
    rows = _meetings_of(body).where(which, meeting_to_come(now, running=True))
    rows = rows.order_by(*BY_TIME).limit(limit)
    return [meeting_fact(db, row) for row in db.execute(rows)]


def draft_meetings(db: Session, which: ColumnElement[bool], *, body: str) -> list[MeetingFact]:
    """Those of the meetings of the body that are being prepared, nearest first. One statement."""
    rows = _meetings_of(body).where(which, Meeting.status == MeetingStatus.DRAFT)
    return [meeting_fact(db, row) for row in db.execute(rows.order_by(Meeting.starts_at, Meeting.id))]


def meetings_after(db: Session, held: HeldMeeting) -> list[MeetingFact]:
    """The meetings of the same body, prepared or called, that begin after this one, nearest first. One statement."""
    rows = _meetings_of(held.body_key).where(takes_items(), Meeting.starts_at > held.starts_at)
    return [meeting_fact(db, row) for row in db.execute(rows.order_by(Meeting.starts_at, Meeting.id))]


_any_meeting = aliased(Meeting)


def meetings_of_day(
    db: Session,
    which: ColumnElement[bool],
    day: date,
    *,
    body: str | None = None,
    following: str | None = None,
) -> MeetingPage:
    """Those of the meetings that begin on the day, and each 持ち回り whose last day it is: one page, one statement. Raises
    `BadInput`."""
    rows = meetings().where(which, Meeting.id.in_(_held_between(day, day, body)))
    return _page_after(db, rows.order_by(Meeting.starts_at, Meeting.id), following)


def meetings_between(
    db: Session, which: ColumnElement[bool], first: date, last: date, *, limit: int
) -> list[MeetingFact]:
    """The first of those of the meetings that begin on these days, and each 持ち回り whose last day is one of them. One
    statement."""
    rows = meetings().where(which, Meeting.id.in_(_held_between(first, last)))
    return [meeting_fact(db, row) for row in db.execute(rows.order_by(*BY_TIME).limit(limit))]


def _held_between(first: date, last: date, body: str | None = None) -> CompoundSelect[int]:
    """The numbers of the meetings that begin on these days, and of each 持ち回り whose last day is one of them."""
    from_, to = at_tokyo(first, time()), end_of_day(last)
    held = select(_any_meeting.id).where(_any_meeting.body_key == body if body else true())
    return held.where(_any_meeting.starts_at >= from_, _any_meeting.starts_at < to).union(
        held.where(
            _any_meeting.form == MeetingForm.IN_WRITING,
            _any_meeting.ends_at >= from_,
            _any_meeting.ends_at < to,
        )
    )


def coming_meetings(
    db: Session,
    which: ColumnElement[bool],
    now: datetime,
    *,
    body: str | None = None,
    following: str | None = None,
) -> MeetingPage:
    """Those of the meetings that are not over, nearest first: one page, one statement. Raises `BadInput`."""
    rows = _meetings_of(body).where(which, Meeting.ends_at > now).order_by(*BY_TIME)
    return _page_after(db, rows, following)


def past_meetings(
    db: Session,
    which: ColumnElement[bool],
    now: datetime,
    *,
    body: str | None = None,
    following: str | None = None,
) -> MeetingPage:
    """Those of the meetings that are over, newest first: one page, one statement. Raises `BadInput`."""
    rows = (
        _meetings_of(body)
        .where(which, Meeting.starts_at <= now, Meeting.ends_at <= now)
        .order_by(Meeting.starts_at.desc(), Meeting.id.desc())
    )
    if following:
        at, number = _cursor(following)
        rows = rows.where(_or_same(Meeting.starts_at < at, at, Meeting.id < number))
    return _page(db, rows)


def meeting_list(
    db: Session,
    which: ColumnElement[bool],
    *,
    body: str | None = None,
    status: MeetingStatus | None = None,
    since: date | None = None,
    until: date | None = None,
    following: int | None = None,
    limit: int | None = None,
) -> tuple[list[MeetingFact], int | None]:
    """Those of the meetings, in the order they begin, on the days from `since` until `until`, after the meeting of the number
    `following`. The second value is the number to go on from, None at the end. One statement, and one more with
    `following`. Raises `NotFound`."""
    wanted = meetings().where(which).order_by(Meeting.starts_at, Meeting.id)
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
    found = [meeting_fact(db, row) for row in rows]
    more = limit is not None and len(found) > limit
    return found[:limit], found[:limit][-1].id if more else None


def _meetings_of(body: str | None) -> Select[*tuple[Any, ...]]:
    return meetings().where(Meeting.body_key == body) if body else meetings()


def _or_same(beyond: ColumnElement[bool], at: datetime, further: ColumnElement[bool]) -> ColumnElement[bool]:
    return or_(beyond, and_(Meeting.starts_at == at, further))


def _page_after(db: Session, rows: Select[*tuple[Any, ...]], following: str | None) -> MeetingPage:
    """A page of those meetings, which stand in the order they begin. Raises `BadInput`."""
    if following:
        at, number = _cursor(following)
        rows = rows.where(_or_same(Meeting.starts_at > at, at, Meeting.id > number))
    return _page(db, rows)


def _page(db: Session, rows: Select[*tuple[Any, ...]]) -> MeetingPage:
    found = [meeting_fact(db, row) for row in db.execute(rows.limit(PAGE + 1))]
    shown = tuple(found[:PAGE])
    last = shown[-1] if len(found) > PAGE else None
    return MeetingPage(shown, _cursor_at(last) if last else None)


def _cursor_at(last: MeetingFact) -> str:
    return f"{(last.starts_at - _EPOCH) // timedelta(microseconds=1)}-{last.id}"


def _cursor(text: str) -> tuple[datetime, int]:
    """The moment and the number of the last meeting shown. Raises `BadInput`."""
    since, _, number = text.partition("-")
    if not (since.isdecimal() and number.isdecimal() and len(since) <= 16 and len(number) <= 10):
        raise BadInput("一覧の続き", "読めません", "会議の一覧から開き直してください。")
    return _EPOCH + timedelta(microseconds=int(since)), int(number)


_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
