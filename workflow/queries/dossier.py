"""The dossier of a plan (一件書類) as facts: everything of the plan that its reader may read, and what was left out, with the
reason."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.domain.calendar import shown_day, tokyo_day
from workflow.domain.errors import NotAllowed, NotFound
from workflow.domain.language import in_japanese, say
from workflow.domain.minutes import MinutesKind
from workflow.domain.rights import Act, Actor
from workflow.domain.sheets import ApprovalsSheet, MeetingSheet, ScheduleSheet
from workflow.queries.agenda import agenda, agenda_lines
from workflow.queries.meeting_sheets import meeting_sheet
from workflow.queries.meetings import MeetingFact, meetings_of_numbers, was_called
from workflow.queries.minutes import MinutesVersion, minutes_versions, parts_on
from workflow.queries.papers import PaperFact
from workflow.queries.plan_papers import approvals_paper, schedule_paper
from workflow.queries.plans import PlanFact, plan_by_key
from workflow.queries.reading_rights import ReadMeeting, as_read_by, papers_to_know
from workflow.queries.versions import VersionLine, versions
from workflow.store.tables import AgendaItem, Meeting


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that is not in the dossier, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class DossierMeeting:
    """A meeting that treated the plan, as far as the reader may read it: its sheet and final minutes, None and none where
    they may not read all of it; then `parts`, what the minutes tell of the plan. `papers` are those of the plan's items and
    of the meeting itself."""

    meeting: MeetingFact
    sheet: MeetingSheet | None
    minutes: tuple[MinutesVersion, ...]
    parts: tuple[tuple[str, str], ...]
    papers: tuple[PaperFact, ...]


@dataclass(frozen=True, slots=True)
class Dossier:
    """The facts of a dossier. `versions` are oldest first."""

    plan: PlanFact
    schedule: ScheduleSheet
    approvals: ApprovalsSheet
    versions: tuple[VersionLine, ...]
    meetings: tuple[DossierMeeting, ...]
    left_out: tuple[LeftOut, ...]


def dossier(db: Session, who: Actor | None, key: str, office: str, now: datetime) -> Dossier:
    """The dossier of the plan for a person who may take it; `who` None: the machine's own user, who reads everything. Some
    statements for each meeting. Raises `NotFound`, `NotAllowed`."""
    plan = plan_to_take(db, who, key)
    left: list[LeftOut] = []
    with in_japanese():
        return Dossier(
            plan,
            schedule_paper(db, plan, office, now),
            approvals_paper(db, plan, office, now),
            tuple(reversed(versions(db, plan))),
            tuple(_meetings(db, who, plan, office, now, left)),
            tuple(left),
        )


def plan_to_take(db: Session, who: Actor | None, key: str) -> PlanFact:
    """The plan of that key, for a person who may take its dossier. One statement. Raises `NotFound`, `NotAllowed`."""
    plan = plan_by_key(db, key)
    if who is not None:
        who.require(Act.TAKE_DOSSIER, department=plan.department)
    return plan


def _meetings(
    db: Session, who: Actor | None, plan: PlanFact, office: str, now: datetime, left: list[LeftOut]
) -> Iterator[DossierMeeting]:
    on_it: dict[int, set[int]] = {}
    rows = db.execute(
        select(AgendaItem.meeting_id, AgendaItem.id)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(AgendaItem.plan_id == plan.id, AgendaItem.removed_at.is_(None), was_called())
    )
    for meeting, item in rows:
        on_it.setdefault(meeting, set()).add(item)
    known = meetings_of_numbers(db, on_it)
    for held in sorted(known.values(), key=lambda each: (each.starts_at, each.id)):
        read = _read(db, who, held)
        if read is None:
            left.append(LeftOut(_named(held), say("この会議を読む権利がありません")))
        else:
            yield _meeting(db, read, on_it[held.id], office, now, left)


def _read(db: Session, who: Actor | None, held: MeetingFact) -> ReadMeeting | None:
    if who is None:
        return ReadMeeting(held, whole=True, items=frozenset(), acts=frozenset(Act))
    try:
        return as_read_by(db, who, held)
    except (NotAllowed, NotFound):
        return None


def _meeting(
    db: Session, read: ReadMeeting, items: set[int], office: str, now: datetime, left: list[LeftOut]
) -> DossierMeeting:
    held = read.meeting
    papers = []
    for paper in papers_to_know(db, read):
        what = say("{meeting}の{paper}", meeting=_named(held), paper=f"{paper.designation}　{paper.title}")
        if paper.item is not None and paper.item not in items:
            left.append(LeftOut(what, say("ほかの議題の資料です")))
        elif not read.opens(paper):
            left.append(LeftOut(what, say("取り下げられた資料です")))
        else:
            papers.append(paper)
    if Act.READ_BODY_PAPERS not in read.acts:
        left.append(
            LeftOut(
                say("{meeting}の、会議体だけの資料", meeting=_named(held)),
                say("あれば、会議体の人だけが読めます"),
            )
        )
    if not read.whole:
        left.append(
            LeftOut(
                say("{meeting}の次第・会議録の全体", meeting=_named(held)),
                say("会議の全体を読む権利がありません。この計画についての部分だけを入れました"),
            )
        )
        lines = {line.id for line in read.of(agenda_lines(db, held.id, agenda(db, held.id)))}
        return DossierMeeting(held, None, (), tuple(parts_on(db, held, items & lines)), tuple(papers))
    final = minutes_versions(db, held.id, drafts=False)
    for kind in MinutesKind:
        if not any(each.kind is kind for each in final):
            left.append(
                LeftOut(
                    say("{meeting}の{kind}", meeting=_named(held), kind=kind.label),
                    say("確定したものがありません"),
                )
            )
    sheet = meeting_sheet(db, held, office, now, shows=read.opens)
    return DossierMeeting(held, sheet, tuple(final), (), tuple(papers))


def _named(held: MeetingFact) -> str:
    return say("{day}の{meeting}", day=shown_day(tokyo_day(held.starts_at)), meeting=held.title)
