"""The search over everything that a person may read. Their rights are asked of the record as it stands, and of the index
the text alone: what was closed a moment ago is not found, whatever the index still holds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, false, func, or_, select, true, tuple_
from sqlalchemy.orm import Session

from workflow.domain.minutes import MinutesState
from workflow.domain.rights import Act, Actor, PaperAudience
from workflow.domain.search import TITLE_LINE, Excerpt, Part, Piece, SearchKind, excerpt, marked, words_of
from workflow.queries.inquiries import own_addressees
from workflow.queries.open_meetings import about_what_is_closed
from workflow.queries.reading_rights import meetings_readable, plans_readable
from workflow.queries.search_sources import FINAL
from workflow.store import search_index
from workflow.store.database import connection_of
from workflow.store.tables import (
    Addressee,
    BodyRecord,
    Cursor,
    Department,
    Event,
    InquiryAnswer,
    InquiryRemark,
    Meeting,
    MinutesText,
    Paper,
    Plan,
    Reply,
    SearchEntry,
    SearchPiece,
)

FIRST_OF_EACH = 5
"""Results of each kind where all kinds are shown."""

ON_A_PAGE = 20
"""Results of one kind on a page."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing that was found: the row `key` of its kind. `line` is that of the excerpt in its text, None where the title
    alone was found. `plan` and `meeting` are the key or number, and the title, of those it belongs to; `link` what its
    address needs besides."""

    kind: SearchKind
    key: str
    title: tuple[Part, ...]
    excerpt: tuple[Part, ...]
    line: int | None
    plan: tuple[str, str] | None
    meeting: tuple[int, str, datetime] | None
    link: str


@dataclass(frozen=True, slots=True)
class HitGroup:
    """The results of one kind, of `count` that the person may read; `following` is the place to go on from, None at the
    end."""

    kind: SearchKind
    count: int
    hits: tuple[Hit, ...]
    following: str | None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The words that were looked for, and what was found. `behind` is the moment up to which the index follows the record,
    None where it is up to date; `reading`: the texts of some documents are not in the index yet."""

    words: tuple[str, ...]
    groups: tuple[HitGroup, ...]
    behind: datetime | None
    reading: bool

    @property
    def count(self) -> int:
        return sum(each.count for each in self.groups)


def search(
    db: Session,
    who: Actor,
    query: str,
    *,
    kind: SearchKind | None = None,
    following: str | None = None,
) -> SearchResult:
    """Look for all the words of the query in everything that the person may read, the latest written first: the first of
    each kind, or one page of a `kind`. A fixed number of statements. A query without letters or digits finds nothing."""
    words = words_of(query)
    behind, reading = _state(db)
    if not words:
        return SearchResult((), (), behind, reading)
    found = _matching(db, who, words, kind)
    ranked = found.add_columns(
        func.count().over(partition_by=SearchEntry.kind).label("count"),
        func.row_number()
        .over(partition_by=SearchEntry.kind, order_by=(SearchEntry.seq.desc(), SearchEntry.id.desc()))
        .label("place"),
    ).subquery()
    limit = FIRST_OF_EACH if kind is None else ON_A_PAGE
    wanted = select(SearchEntry, ranked.c.count).join(ranked, ranked.c.id == SearchEntry.id)
    if (after := _place(following)) is not None:
        # The whole is counted, and the page begins after its place.
        wanted = wanted.where(tuple_(SearchEntry.seq, SearchEntry.id) < tuple_(*after))
    else:
        wanted = wanted.where(ranked.c.place <= limit + 1)
    newest_first = wanted.order_by(SearchEntry.seq.desc(), SearchEntry.id.desc())
    rows = db.execute(newest_first.limit((limit + 1) * len(SearchKind))).all()
    by_kind: dict[SearchKind, list[SearchEntry]] = {}
    counts: dict[SearchKind, int] = {}
    for entry, count in rows:
        by_kind.setdefault(SearchKind(entry.kind), []).append(entry)
        counts[SearchKind(entry.kind)] = count
    shown = [entry for entries in by_kind.values() for entry in entries[:limit]]
    hits = _hits(db, shown, words)
    groups = [
        HitGroup(
            each,
            counts[each],
            tuple(hits[entry.id] for entry in by_kind[each][:limit]),
            _following(by_kind[each], limit),
        )
        for each in SearchKind
        if each in by_kind
    ]
    return SearchResult(words, tuple(groups), behind, reading)


def _following(entries: Sequence[SearchEntry], limit: int) -> str | None:
    return f"{entries[limit - 1].seq}-{entries[limit - 1].id}" if len(entries) > limit else None


def _place(following: str | None) -> tuple[int, int] | None:
    """The place that a page begins after; None for the first, and for what was never one."""
    seq, _, number = (following or "").partition("-")
    known = seq.isascii() and seq.isdecimal() and number.isascii() and number.isdecimal()
    if not known or max(len(seq), len(number)) > len(str(2**31)) - 1:
        return None
    return int(seq), int(number)


def _state(db: Session) -> tuple[datetime | None, bool]:
    """Return the moment up to which the index follows the record, None where that is all, and whether documents wait to be
    read. One statement, two while it is behind."""
    seen, last, waiting = connection_of(db).execute(_HOW_FAR).one()
    if (seen or 0) >= (last or 0):
        return None, waiting is not None
    reached = select(Event.at).where(Event.seq <= max(seen or 0, 1)).order_by(Event.seq.desc()).limit(1)
    return db.scalar(reached), waiting is not None


_HOW_FAR = select(
    select(Cursor.seq).where(Cursor.name == search_index.CURSOR).scalar_subquery(),
    select(func.max(Event.seq)).scalar_subquery(),
    select(func.min(SearchEntry.id)).where(SearchEntry.unread.is_not(None)).scalar_subquery(),
)


def _matching(
    db: Session, who: Actor, words: Sequence[str], kind: SearchKind | None
) -> Select[*tuple[Any, ...]]:
    """The entries in which every word is found, in whatever pieces, and which the person may read."""
    holding = SearchEntry.id.in_(search_index.entries(connection_of(db), words))
    readable = _readable(db, who)
    rights = [and_(SearchEntry.kind == each, readable[each]) for each in SearchKind if kind in (None, each)]
    return select(SearchEntry.id).where(holding, or_(*rights))


def _readable(db: Session, who: Actor) -> Mapping[SearchKind, ColumnElement[bool]]:
    """The condition for each kind that the person may read a `SearchEntry` of it: the rules of the page that it leads to.
    At most six statements, beside each chain once in a process."""
    bodies = db.scalars(select(BodyRecord.key)).all()
    departments = db.scalars(select(Department.key)).all()

    def of_plans(*which: ColumnElement[bool]) -> ColumnElement[bool]:
        return SearchEntry.plan_id.in_(select(Plan.id).where(*which))

    def of_meetings(*which: ColumnElement[bool]) -> ColumnElement[bool]:
        return SearchEntry.meeting_id.in_(select(Meeting.id).where(*which))

    def of_departments(act: Act) -> ColumnElement[bool]:
        theirs = [each for each in departments if who.may(act, department=each)]
        return of_plans(Plan.department_key.in_(theirs)) if theirs else false()

    def of_bodies(held: Iterable[str]) -> ColumnElement[bool]:
        return of_meetings(known, Meeting.body_key.in_(list(held)))

    plan, known = of_plans(plans_readable(db, who)), meetings_readable(db, who)
    meeting = of_meetings(known)
    whole = of_bodies(each for each in bodies if who.may_read_meeting_of(each))
    return {
        SearchKind.PLAN: plan,
        SearchKind.VERSION: plan,
        SearchKind.MEETING: meeting,
        SearchKind.ITEM: and_(meeting, or_(whole, plan)),
        SearchKind.PAPER: _papers(who, bodies, meeting, or_(whole, plan), of_bodies),
        SearchKind.MINUTES: _minutes(who, bodies, whole, of_bodies),
        SearchKind.DECISION: plan,
        SearchKind.CONDITION: plan,
        SearchKind.OPINION: and_(plan, of_departments(Act.RUN_COMMENT)),
        SearchKind.REPLY: and_(plan, or_(_published(), of_departments(Act.RUN_COMMENT))),
        SearchKind.INQUIRY: and_(plan, or_(of_departments(Act.READ_INQUIRY), _asked(who))),
        SearchKind.REMARK: and_(plan, or_(of_departments(Act.READ_INQUIRY), _answered(who))),
        SearchKind.PERSON: true(),
        SearchKind.BODY: true(),
    }


def _row(column: Any) -> ColumnElement[bool]:
    """The condition that the entry is that of the row with the number in the column."""
    return SearchEntry.key == cast(column, String)


def _papers(
    who: Actor, bodies: Sequence[str], meeting: Any, item: Any, of_bodies: Any
) -> ColumnElement[bool]:
    """Papers as `ReadMeeting` opens them, read by the index while they had the audience that they have."""
    own = of_bodies(each for each in bodies if who.may_at_meetings_of(each, Act.READ_BODY_PAPERS))
    withdrawn = of_bodies(each for each in bodies if who.may_at_meetings_of(each, Act.READ_WITHDRAWN_PAPERS))

    def of(*which: ColumnElement[bool]) -> ColumnElement[bool]:
        return select(Paper.id).where(_row(Paper.id), *which).correlate(SearchEntry).exists()

    return and_(
        meeting,
        of(Paper.audience == SearchEntry.audience),
        or_(
            and_(SearchEntry.audience == PaperAudience.PUBLIC, or_(item, of(~about_what_is_closed()))),
            and_(SearchEntry.audience == PaperAudience.OFFICE, item),
            and_(SearchEntry.audience == PaperAudience.BODY, own),
        ),
        or_(withdrawn, of(Paper.withdrawn_at.is_(None))),
    )


def _minutes(who: Actor, bodies: Sequence[str], whole: Any, of_bodies: Any) -> ColumnElement[bool]:
    """Texts that are final, read by the index when they were; drafts for those who may read them."""
    final = [each for each in MinutesState if each.final]
    text = select(MinutesText.id).where(_row(MinutesText.id), MinutesText.state.in_(final))
    standing = and_(SearchEntry.audience == FINAL, text.correlate(SearchEntry).exists())
    drafts = of_bodies(each for each in bodies if who.may(Act.READ_DRAFTS, body=each))
    return and_(whole, or_(standing, drafts))


def _published() -> ColumnElement[bool]:
    published = select(Reply.id).where(_row(Reply.id), Reply.published_at.is_not(None))
    return and_(SearchEntry.audience == FINAL, published.correlate(SearchEntry).exists())


def _asked(who: Actor) -> ColumnElement[bool]:
    """The person is among those of whom the inquiry of the entry asks."""
    own = select(Addressee.id).where(_row(Addressee.inquiry_id), own_addressees(who))
    return own.correlate(SearchEntry).exists()


def _answered(who: Actor) -> ColumnElement[bool]:
    """The remark of the entry is in an answer of the person or of their department."""
    own = (
        select(InquiryRemark.id)
        .join(InquiryAnswer, InquiryAnswer.id == InquiryRemark.answer_id)
        .join(Addressee, Addressee.id == InquiryAnswer.addressee_id)
        .where(_row(InquiryRemark.id), own_addressees(who))
    )
    return own.correlate(SearchEntry).exists()


def _hits(db: Session, entries: Sequence[SearchEntry], words: Sequence[str]) -> dict[int, Hit]:
    """The entries as they are shown, by their numbers. Four statements, and one more for each word."""
    numbers = [each.id for each in entries]
    plans = {
        row.id: (row.key, row.title)
        for row in db.execute(
            select(Plan.id, Plan.key, Plan.title).where(Plan.id.in_({each.plan_id for each in entries}))
        )
    }
    meetings = {
        row.id: (row.id, row.title, row.starts_at)
        for row in db.execute(
            select(Meeting.id, Meeting.title, Meeting.starts_at).where(
                Meeting.id.in_({each.meeting_id for each in entries})
            )
        )
    }
    places = _places(db, numbers, words)
    found = {}
    for each in entries:
        at = places.get(each.id)
        found[each.id] = Hit(
            SearchKind(each.kind),
            each.key,
            marked(each.title, words),
            at.parts if at else (),
            at.line if at else None,
            # Who reads a paper need not read the plan of its item.
            None if each.kind == SearchKind.PAPER else plans.get(each.plan_id),
            meetings.get(each.meeting_id),
            each.link,
        )
    return found


def _places(db: Session, numbers: Sequence[int], words: Sequence[str]) -> dict[int, Excerpt]:
    """The first place of a word in the text of each entry; none where the title alone holds them."""
    connection = connection_of(db)
    holding = or_(*(search_index.holds(connection, word) for word in words))
    first = (
        select(func.min(SearchPiece.id))
        .where(SearchPiece.entry_id.in_(numbers), SearchPiece.line != TITLE_LINE, holding)
        .group_by(SearchPiece.entry_id)
    )
    rows = db.execute(
        select(SearchPiece.entry_id, SearchPiece.line, SearchPiece.text).where(SearchPiece.id.in_(first))
    )
    return {entry: excerpt(Piece(line, written), words) for entry, line, written in rows}
