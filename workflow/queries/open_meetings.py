"""Open meetings (会議公開): what citizens read without signing in, and what their 事務局 decided about it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from definitions.chain import Body
from workflow.domain.errors import NotFound
from workflow.domain.events import Tag
from workflow.domain.meetings import MeetingForm, MeetingStatus, Purpose
from workflow.domain.minutes import MinutesKind, MinutesState
from workflow.domain.open_meetings import Closed, place_for_citizens
from workflow.domain.rights import PaperAudience
from workflow.queries.agenda import Line, agenda, agenda_lines
from workflow.queries.bodies import body_rule
from workflow.queries.calendar_feeds import entries_of
from workflow.queries.chains import chain_of
from workflow.queries.meetings import (
    MeetingFact,
    MeetingPage,
    coming_meetings,
    last_time_of,
    meeting_fact,
    meetings,
    of_bodies,
    past_meetings,
    was_called,
)
from workflow.queries.papers import PaperFact, papers_of
from workflow.store.tables import (
    AgendaItem,
    BodyRecord,
    Closing,
    Meeting,
    MinutesText,
    Paper,
    Publication,
    Record,
)


@dataclass(frozen=True, slots=True)
class OpenMeeting:
    """A meeting as citizens see it. One that is `closed` has no place."""

    number: int
    body_key: str
    body: str
    title: str
    form: MeetingForm
    starts_at: datetime
    ends_at: datetime
    place: str
    sequence: int
    cancelled: bool
    closed: Closed | None

    @property
    def in_writing(self) -> bool:
        return self.form is MeetingForm.IN_WRITING


@dataclass(frozen=True, slots=True)
class OpenPage:
    """A page of meetings; `following` is where to go on from, None at the end."""

    meetings: tuple[OpenMeeting, ...]
    following: str | None


@dataclass(frozen=True, slots=True)
class OpenEntry:
    """A meeting as a feed shows it, with when it was last called, moved or cancelled."""

    meeting: OpenMeeting
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line of an agenda as citizens see it, with its papers. One that is `closed` has neither a title nor papers."""

    id: int
    number: str
    title: str
    heading: bool
    closed: Closed | None
    papers: tuple[PaperFact, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """A text of minutes that is published."""

    kind: MinutesKind
    version: int
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """Everything of a meeting that citizens read. `observers` says how to attend. One that is closed has neither an agenda
    nor papers nor minutes."""

    meeting: OpenMeeting
    observers: str
    lines: tuple[OpenLine, ...] = ()
    papers: tuple[PaperFact, ...] = ()
    minutes: tuple[Published, ...] = ()

    def paper(self, number: int) -> PaperFact:
        """The paper of that number. Raises `NotFound` for every one that is not open."""
        of_items = (paper for line in self.lines for paper in line.papers)
        found = next((each for each in (*self.papers, *of_items) if each.id == number), None)
        if found is None:
            raise NotFound("会議資料", str(number))
        return found


@dataclass(frozen=True, slots=True)
class Closings:
    """The parts of a meeting that are closed now: the whole of it, and items, on its agenda or taken off."""

    meeting: Closed | None
    items: Mapping[int, Closed]

    @property
    def any(self) -> bool:
        return self.meeting is not None or bool(self.items)

    def of(self, item: int | None) -> Closed | None:
        """Why the item is closed: itself, or with the whole meeting; None where it is open. `item` None: what is the
        meeting's own."""
        return self.items.get(item, self.meeting) if item is not None else self.meeting


NOTHING_CLOSED = Closings(None, {})


def open_body_rules(db: Session) -> dict[str, Body]:
    """The bodies whose meetings are open, by key. One statement, beside each chain once in a process."""
    rows = db.execute(select(BodyRecord.key, BodyRecord.chain_sha256))
    rules = {key: chain_of(db, sha256).body(key) for key, sha256 in rows}
    return {key: rule for key, rule in rules.items() if rule.public}


def coming_open_meetings(db: Session, now: datetime, following: str | None = None) -> OpenPage:
    """The open meetings that are not over, nearest first. Three statements. Raises `BadInput`."""
    return _page(db, coming_meetings(db, _open(db), now, following=following))


def past_open_meetings(db: Session, now: datetime, following: str | None = None) -> OpenPage:
    """The open meetings that are over, newest first. Three statements. Raises `BadInput`."""
    return _page(db, past_meetings(db, _open(db), now, following=following))


def open_entries(db: Session, now: datetime) -> list[OpenEntry]:
    """The open meetings from 90 days back to everything coming, oldest first. Three statements."""
    found = entries_of(db, open_body_rules(db), now)
    closed = _closed_meetings(db, [each.meeting.id for each in found])
    return [OpenEntry(_shown(each.meeting, closed.get(each.meeting.id)), each.changed_at) for each in found]


def opened(db: Session, number: int) -> Opened:
    """Return everything that citizens read of the meeting of that number. Raises `NotFound` where its body's meetings are
    not open, and for one that was never called."""
    row = db.execute(meetings().where(Meeting.id == number, was_called())).first()
    rule = body_rule(db, row.body_key) if row else None
    if row is None or rule is None or not rule.public:
        raise NotFound("会議", str(number))
    held, closed = meeting_fact(db, row), closings(db, number)
    shown = _shown(held, closed.meeting)
    if closed.meeting:
        return Opened(shown, "")
    papers = [each for each in papers_of(db, number) if _is_open(each)]
    return Opened(
        shown,
        rule.observers or "" if not (held.in_writing or shown.cancelled) else "",
        tuple(_line(line, closed.items.get(line.id), papers) for line in _lines(db, number)),
        tuple(each for each in papers if each.item is None),
        tuple(published_minutes(db, number)),
    )


def closings(db: Session, meeting: int) -> Closings:
    """Return the parts of the meeting that are closed. One statement."""
    last: dict[int | None, Closing] = {}
    for row in db.scalars(select(Closing).where(Closing.meeting_id == meeting).order_by(Closing.id)):
        last[row.item_id] = row
    items = {item: row for item, row in last.items() if item is not None and row.closed}
    whole = last.get(None)
    return Closings(
        Closed(whole.reason, whole.basis) if whole and whole.closed else None,
        {item: Closed(row.reason, row.basis) for item, row in items.items()},
    )


def about_what_is_closed() -> ColumnElement[bool]:
    """The condition that the `Paper` of a statement is about something that is closed, as `closings` finds it: its item, or
    the whole meeting."""
    return _closed_now(Paper, Paper.meeting_id, Paper.item_id)


def items_closed() -> ColumnElement[bool]:
    """The condition that the `AgendaItem` of a statement is closed, as `closings` finds it, or its whole meeting."""
    return _closed_now(AgendaItem, AgendaItem.meeting_id, AgendaItem.id)


def _closed_now(
    of: type[Record], meeting: InstrumentedAttribute[int], item: InstrumentedAttribute[Any]
) -> ColumnElement[bool]:
    later = aliased(Closing)
    superseded = (
        select(later.id)
        .where(
            later.meeting_id == Closing.meeting_id,
            func.coalesce(later.item_id, 0) == func.coalesce(Closing.item_id, 0),
            later.id > Closing.id,
        )
        .correlate(Closing)
        .exists()
    )
    return (
        select(Closing.id)
        .where(
            Closing.meeting_id == meeting,
            or_(Closing.item_id.is_(None), Closing.item_id == item),
            Closing.closed,
            ~superseded,
        )
        .correlate(of)
        .exists()
    )


def published_minutes(db: Session, meeting: int) -> list[Published]:
    """The texts of the meeting's minutes that are published, each in its version. One statement."""
    rows = db.execute(
        select(Publication, MinutesText)
        .join(MinutesText, MinutesText.id == Publication.text_id)
        .where(MinutesText.meeting_id == meeting)
        .order_by(Publication.id)
    )
    last = {MinutesKind(text.kind): (done, text) for done, text in rows}
    return [
        Published(kind, text.version, text.text, done.done_at)
        for kind in MinutesKind
        if kind in last
        for done, text in [last[kind]]
        if done.published and MinutesState(text.state).final
    ]


def noticed_at(db: Session, meeting: int) -> datetime | None:
    """Return when people were last told of the day of the meeting: when it was called or moved; None before that. One
    statement."""
    return db.scalar(select(last_time_of(Tag.MEETING_CALLED, Tag.MEETING_MOVED, meeting=meeting)))


def _open(db: Session) -> ColumnElement[bool]:
    bodies = open_body_rules(db)
    return was_called() & of_bodies(bodies) if bodies else false()


def _page(db: Session, found: MeetingPage) -> OpenPage:
    closed = _closed_meetings(db, [each.id for each in found.meetings])
    shown = tuple(_shown(each, closed.get(each.id)) for each in found.meetings)
    return OpenPage(shown, found.following)


def _closed_meetings(db: Session, numbers: Collection[int]) -> dict[int, Closed]:
    rows = db.scalars(
        select(Closing).where(Closing.meeting_id.in_(numbers), Closing.item_id.is_(None)).order_by(Closing.id)
    )
    last = {row.meeting_id: row for row in rows}
    return {number: Closed(row.reason, row.basis) for number, row in last.items() if row.closed}


def _shown(held: MeetingFact, closed: Closed | None) -> OpenMeeting:
    return OpenMeeting(
        held.id,
        held.body_key,
        held.body,
        held.title,
        held.form,
        held.starts_at,
        held.ends_at,
        "" if closed else place_for_citizens(held.form, held.place),
        held.sequence,
        held.status is MeetingStatus.CANCELLED,
        closed,
    )


def _is_open(paper: PaperFact) -> bool:
    return paper.audience is PaperAudience.PUBLIC and paper.current


def _lines(db: Session, meeting: int) -> list[Line]:
    return agenda_lines(db, meeting, agenda(db, meeting))


def _line(line: Line, closed: Closed | None, papers: Sequence[PaperFact]) -> OpenLine:
    heading = line.purpose is Purpose.HEADING
    if closed:
        return OpenLine(line.id, line.number, "", heading, closed, ())
    under = tuple(each for each in papers if each.item == line.id)
    return OpenLine(line.id, line.number, line.title, heading, None, under)
