"""Use cases on the papers of a meeting (会議資料): enter, replace, withdraw, retitle, number anew, open them to more or fewer people; and
the day by which they are due."""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath

from sqlalchemy import ColumnElement, and_, func, insert, select, update
from sqlalchemy.orm import Session

from workflow.actions.agenda import known_item
from workflow.actions.meetings import held_by_right, open_meeting, refuse_at, still_listed
from workflow.domain.calendar import shown_day, tokyo_day
from workflow.domain.errors import AlreadyDone, BadInput, NotFound, NotNow
from workflow.domain.events import Tag
from workflow.domain.language import say
from workflow.domain.meetings import MeetingStatus, is_open
from workflow.domain.papers import PaperKind, is_late, renumbered
from workflow.domain.rights import Act, Actor, PaperAudience
from workflow.domain.validation import a_line, some_text
from workflow.queries.actor import actor
from workflow.queries.agenda import agenda, agenda_lines
from workflow.queries.papers import PaperFact, papers_of
from workflow.queries.reading_rights import paper_to_read
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.files import Arriving, Kept
from workflow.store.tables import AgendaItem, Document, Meeting, Paper, Plan

MOST_PAPERS = 500
"""The most papers of a meeting, all kinds and editions together."""


def add_paper(
    office: Office,
    by: str,
    meeting: int,
    filename: str,
    content: bytes | Arriving | Kept,
    *,
    item: int | None = None,
    title: str = "",
    kind: PaperKind = PaperKind.PAPER,
    audience: PaperAudience = PaperAudience.OFFICE,
    now: datetime,
) -> int:
    """Enter a paper of the meeting, or of an item of its agenda, under the next number of its kind, and return its row's
    number. Left out, the `title` is the file's name. The 事務局 enters papers at any time; the 担当課 of an item's plan, for
    that item and open to the office, while the meeting is open.

    Raises `NotNow` (cancelled; closed, for the 担当課; the item was taken off), `NotAllowed`, `BadInput`, `NotFound`.
    """
    name = _filename(filename)
    titled = a_line("資料の名称", title or PurePath(name).stem)
    with office.reading() as db:
        _may_enter(db, by, meeting, item, audience, now)
    # After the permission check, so that only authorised users store files.
    kept = office.keep(content)
    with office.writing() as db:
        entry = _may_enter(db, by, meeting, item, audience, now)
        new = _write(
            db,
            entry,
            kept,
            {
                "kind": kind,
                "number": _next_number(db, meeting, kind),
                "edition": 1,
                "title": titled,
                "filename": name,
                "audience": audience,
            },
            now,
        )
        _record(db, Tag.PAPER_ADDED, entry, new, now, sha256=kept.sha256)
        return new.id


def replace_paper(
    office: Office,
    by: str,
    paper: int,
    filename: str,
    content: bytes | Arriving | Kept,
    reason: str,
    *,
    title: str = "",
    now: datetime,
) -> int:
    """Put another file in the place of a paper (差し替え), under its number, and return the number of the new edition's row.
    Left out, the `title` stays. The earlier edition can still be read.

    Raises `AlreadyDone` (replaced or withdrawn already, or by the same bytes), and as `add_paper`.
    """
    name = _filename(filename)
    some_text("差し替えの理由", reason)
    with office.reading() as db:
        _may_change(db, by, paper, now)
    kept = office.keep(content)
    with office.writing() as db:
        entry, old = _may_change(db, by, paper, now)
        if old.sha256 == kept.sha256:
            raise AlreadyDone("差し替える前と同じ内容です。直したファイルを選んでください。")
        new = _write(
            db,
            entry,
            kept,
            {
                "kind": old.kind,
                "number": old.number,
                "edition": old.edition + 1,
                "title": a_line("資料の名称", title) if title else old.title,
                "filename": name,
                "audience": old.audience,
                "audience_why": old.audience_why,
                "replaces_id": old.id,
                "why": reason,
            },
            now,
        )
        _record(db, Tag.PAPER_REPLACED, entry, new, now, sha256=kept.sha256, reason=reason)
        return new.id


def withdraw_paper(office: Office, by: str, paper: int, reason: str, *, now: datetime) -> None:
    """Withdraw a paper, all editions of it. Its number is not given again (欠番), and only the 事務局 and 監査 can still
    read it. Raises as `replace_paper`."""
    some_text("取下げの理由", reason)
    with office.writing() as db:
        entry, old = _may_change(db, by, paper, now)
        db.execute(update(Paper).where(_editions(old)).values(withdrawn_at=now, withdrawn_why=reason))
        _record(db, Tag.PAPER_WITHDRAWN, entry, old, now, reason=reason)


def retitle_paper(office: Office, by: str, paper: int, title: str, *, now: datetime) -> None:
    """Correct the title of a paper's present edition. The log keeps the earlier one, unless the paper is for the body alone.
    Raises as `replace_paper`."""
    titled = a_line("資料の名称", title)
    with office.writing() as db:
        entry, old = _may_change(db, by, paper, now)
        db.execute(update(Paper).where(Paper.id == paper).values(title=titled))
        _record(db, Tag.PAPER_RETITLED, entry, old, now, was=old.title, title=titled)


def open_paper_to(
    office: Office, by: str, paper: int, audience: PaperAudience, reason: str, *, now: datetime
) -> None:
    """Open a paper, all editions of it, to more or fewer people. Raises `AlreadyDone` (it is open to them), `NotAllowed`,
    `BadInput`, `NotFound`."""
    some_text("閲覧範囲を変える理由", reason)
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        old = paper_to_read(db, who, paper)
        held = db.get_one(Meeting, old.meeting)
        who.require(Act.SET_AGENDA, body=held.body_key)
        if old.audience is audience:
            raise AlreadyDone("既にそのとおりです。")
        db.execute(update(Paper).where(_editions(old)).values(audience=audience, audience_why=reason))
        entry = _Entry(who, held, old.item, _plan_of(db, old.item))
        _record(db, Tag.PAPER_OPENED_TO, entry, old, now, audience=audience, reason=reason)


def set_papers_due(office: Office, by: str, meeting: int, day: date | None, *, now: datetime) -> None:
    """Set the last day on which papers of the meeting are taken in time (提出期限); None: there is none. What came before
    keeps the mark that it has. Raises `BadInput` (after the meeting), `NotNow`, `NotAllowed`, `NotFound`."""
    with office.writing() as db:
        who, held = open_meeting(db, by, meeting, "資料の提出期限の設定", Act.SET_AGENDA, now)
        if day is not None and day > tokyo_day(held.starts_at):
            raise BadInput(
                "資料の提出期限",
                say("{day} は会議の日より後です", day=shown_day(day)),
                "会議の日以前の日を指定してください。",
            )
        db.execute(update(Meeting).where(Meeting.id == meeting).values(papers_due=day))
        record(db, Tag.PAPERS_DUE_SET, at=now, by=who.id, meeting=meeting, day=day)


def renumber_papers(office: Office, by: str, meeting: int, *, now: datetime) -> int:
    """Number the papers of a meeting that is being prepared anew, in the order of its agenda, and return how many have
    another number. Once it is called, a number stays.

    Raises `AlreadyDone` (they are in that order), `NotNow` (it was called, or discarded), `NotAllowed`, `NotFound`.
    """
    doing = say("資料の番号の付け直し")
    with office.writing() as db:
        who, held = held_by_right(db, by, meeting, Act.SET_AGENDA, now)
        if held.status != MeetingStatus.DRAFT:
            refuse_at(held, doing)
        lines = agenda_lines(db, meeting, agenda(db, meeting))
        new = renumbered(papers_of(db, meeting), [line.id for line in lines])
        if not new:
            raise AlreadyDone("資料の番号は、既に議題の順です。")
        # Out of the way first: two papers never have the same number.
        for (kind, was), number in new.items():
            _give_number(db, meeting, kind, was, number + MOST_PAPERS)
        for (kind, _), number in new.items():
            _give_number(db, meeting, kind, number + MOST_PAPERS, number)
        told = [[kind, was, number] for (kind, was), number in new.items()]
        record(db, Tag.PAPERS_RENUMBERED, at=now, by=who.id, meeting=meeting, renumbered=told)
        return len(new)


@dataclass(frozen=True, slots=True)
class _Entry:
    """The person who enters a paper, its meeting and item, and the plan of that item."""

    who: Actor
    held: Meeting
    item: int | None
    plan: tuple[int, str] | None
    """Its number and its department."""


def _may_enter(
    db: Session, by: str, meeting: int, item: int | None, audience: PaperAudience, now: datetime
) -> _Entry:
    """Raises `NotFound`, `NotAllowed`, `NotNow`."""
    held = db.get(Meeting, meeting)
    if held is None:
        raise NotFound("会議", str(meeting))
    entry = _entry(db, by, held, item, say("会議資料の登録"), now)
    if item is not None:
        listed = known_item(db, item)
        if listed.meeting_id != meeting:
            raise NotFound("この会議の議題", str(item))
        still_listed(item, listed.removed_why)
    if audience is not PaperAudience.OFFICE:
        entry.who.require(Act.SET_AGENDA, body=held.body_key)
    return entry


def _may_change(db: Session, by: str, paper: int, now: datetime) -> tuple[_Entry, PaperFact]:
    """The paper's present edition, for who may replace or withdraw it. Raises `NotFound`, `NotAllowed`, `NotNow`,
    `AlreadyDone`."""
    old = paper_to_read(db, actor(db, by, tokyo_day(now)), paper)
    entry = _entry(db, by, db.get_one(Meeting, old.meeting), old.item, say("会議資料の変更"), now)
    if old.withdrawn:
        raise AlreadyDone(say("{paper}は既に取り下げられています。", paper=old.designation))
    if old.replaced:
        raise AlreadyDone(
            say("{paper}は既に差し替えられています。画面を開き直してください。", paper=old.designation)
        )
    return entry, old


def _entry(db: Session, by: str, held: Meeting, item: int | None, doing: str, now: datetime) -> _Entry:
    """Raises `NotAllowed`, `NotNow`."""
    who, plan = actor(db, by, tokyo_day(now)), _plan_of(db, item)
    if not who.may(Act.ENTER_PAPERS, body=held.body_key):
        who.require(Act.ENTER_PAPERS, department=plan[1] if plan else None)
        if not is_open(held.status):
            why = say("終了した会議の資料は、会議体の事務局が登録します。")
            raise NotNow(doing, held.title, why)
    if held.status == MeetingStatus.CANCELLED:
        refuse_at(held, doing)
    return _Entry(who, held, item, plan)


def _plan_of(db: Session, item: int | None) -> tuple[int, str] | None:
    """The number and the department of the plan that the item is about."""
    about = select(Plan.id, Plan.department_key).join(AgendaItem, AgendaItem.plan_id == Plan.id)
    found = db.execute(about.where(AgendaItem.id == item)).first()
    return (found.id, found.department_key) if found else None


def _filename(filename: str) -> str:
    # As Windows writes names, so that one from a Mac is found by what people type.
    written = unicodedata.normalize("NFC", filename.replace("\\", "/"))
    return a_line("ファイル名", PurePath(written).name)


def _next_number(db: Session, meeting: int, kind: PaperKind) -> int:
    """The number after the last that was given, withdrawn ones included. Raises `NotNow` when there are too many."""
    of_meeting = Paper.meeting_id == meeting
    if (db.scalar(select(func.count()).select_from(Paper).where(of_meeting)) or 0) >= MOST_PAPERS:
        raise NotNow(
            "会議資料の登録",
            say("会議 {meeting}", meeting=meeting),
            say("一つの会議の資料は {most} 件までです。", most=MOST_PAPERS),
        )
    last = db.scalar(select(func.max(Paper.number)).where(of_meeting, Paper.kind == kind))
    return (last or 0) + 1


def _give_number(db: Session, meeting: int, kind: PaperKind, was: int, number: int) -> None:
    of_paper = Paper.meeting_id == meeting, Paper.kind == kind, Paper.number == was
    db.execute(update(Paper).where(*of_paper).values(number=number))


def _write(db: Session, entry: _Entry, kept: Kept, values: dict[str, object], now: datetime) -> Paper:
    if db.get(Document, kept.sha256) is None:
        db.execute(insert(Document).values(sha256=kept.sha256, size=kept.size))
    return db.scalars(
        insert(Paper).returning(Paper),
        {
            "meeting_id": entry.held.id,
            "item_id": entry.item,
            "sha256": kept.sha256,
            "late": is_late(entry.held.papers_due, now),
            "added_by": entry.who.id,
            "added_at": now,
            **values,
        },
    ).one()


def _editions(of: PaperFact) -> ColumnElement[bool]:
    """The condition of all editions of the paper."""
    return and_(Paper.meeting_id == of.meeting, Paper.kind == of.kind, Paper.number == of.number)


def _record(
    db: Session,
    tag: Tag,
    entry: _Entry,
    paper: Paper | PaperFact,
    now: datetime,
    audience: PaperAudience | None = None,
    sha256: str | None = None,
    **words: str,
) -> None:
    """Log what was done to the paper. Of one that is for the body alone, the log and the plan's history, which others read,
    have no words: its row keeps them, and the event names that."""
    given = audience or PaperAudience(paper.audience)
    closed = PaperAudience.BODY in (given, paper.audience)
    record(
        db,
        tag,
        at=now,
        by=entry.who.id,
        plan=entry.plan[0] if entry.plan and not closed else None,
        meeting=entry.held.id,
        paper=paper.id,
        item=entry.item,
        series=paper.kind,
        number=paper.number,
        edition=paper.edition,
        audience=given,
        **({"sha256": sha256} if sha256 else {}),
        **({} if closed else words),
    )
