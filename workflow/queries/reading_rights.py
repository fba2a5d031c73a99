"""Reading rights in the database: a plan or a meeting as far as a person may read it, and the conditions that narrow
lists. Everything that shows a plan or a meeting to a person asks here."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, any_, false, func, or_, select, true, union, union_all
from sqlalchemy.orm import Session

from workflow.domain.errors import NotFound
from workflow.domain.meetings import NEVER_CALLED
from workflow.domain.open_meetings import audience_while
from workflow.domain.rights import Act, Actor, PaperAudience, PlanReaders
from workflow.queries.agenda import Line
from workflow.queries.chains import chain_of, kept_chains
from workflow.queries.inquiries import given_answer, own_addressees
from workflow.queries.meetings import MeetingFact, meeting, of_bodies, was_called
from workflow.queries.open_meetings import NOTHING_CLOSED, Closings, closings
from workflow.queries.papers import PaperFact, paper, papers_of
from workflow.queries.plans import PlanFact, plan_by_key
from workflow.store.tables import Addressee, AgendaItem, ChainText, Circulation, Inquiry, Plan, PlansOpened

EVERYTHING = true()
"""The condition for the machine's own user, and for what is public: nothing is narrowed."""


def plan_readers(db: Session) -> PlanReaders:
    """The people to whom the office opens all its plans. One statement."""
    return PlanReaders(db.scalar(select(PlansOpened.whom)) or PlanReaders.CONCERNED)


def plan_to_read(db: Session, who: Actor, key: str) -> PlanFact:
    """The plan of that key, for a person who may read it. One statement, one more for who was asked to read it.
    Raises `NotFound`, `NotAllowed`."""
    plan = plan_by_key(db, key)
    if not may_read(db, who, plan):
        who.refuse(Act.READ_PLAN)
    return plan


def may_read(db: Session, who: Actor, plan: PlanFact) -> bool:
    """Return whether the person may read the plan. At most one statement."""
    return who.may_for(Act.READ_PLAN, plan.department, plan.chain) or bool(
        db.scalar(select(_asked(db, who)).where(Plan.id == plan.id).select_from(Plan))
    )


def plans_readable(db: Session, who: Actor) -> ColumnElement[bool]:
    """The condition that the person may read the `Plan` of a statement. At most one statement, beside each chain
    once in a process."""
    if who.may(Act.READ_PLAN):
        return true()
    chains = _chains_read(db, who)
    of_chains = [Plan.chain_sha256.in_(chains)] if chains else []
    return or_(*of_chains, _of_office(db, who))


def _chains_read(db: Session, who: Actor) -> list[str]:
    """The chains, by SHA-256, all of whose plans the person may read."""
    return [sha256 for sha256, chain in kept_chains(db).items() if who.may_for(Act.READ_PLAN, "", chain)]


def _of_office(db: Session, who: Actor) -> ColumnElement[bool]:
    """The condition that the `Plan` is one of the person's departments, or that they were asked about it."""
    served, asked = who.departments | who.represented_departments, _asked(db, who)
    return or_(Plan.department_key.in_(sorted(served)), asked) if served else asked


def _asked(db: Session, who: Actor) -> ColumnElement[bool]:
    """The condition that the person was asked about the `Plan`: by 供覧, or by an 照会 to them or their department. One
    that was withdrawn opens it no more, but to an addressee whose answer is on record."""
    circulated = select(Circulation.plan_id).where(Circulation.reader_id == who.id)
    inquired = (
        select(Inquiry.plan_id)
        .join(Addressee, Addressee.inquiry_id == Inquiry.id)
        .where(own_addressees(who), or_(Inquiry.withdrawn_at.is_(None), given_answer()))
    )
    asked = union_all(circulated, inquired)
    if db.get_bind().dialect.name == "postgresql":
        # Beside another condition it takes a subquery to hold of half of all plans, and an array of a few.
        return Plan.id == any_(func.array(asked.scalar_subquery()))
    return Plan.id.in_(asked)


@dataclass(frozen=True, slots=True)
class ReadMeeting:
    """A meeting as far as a person may read it: `whole`, or the day, the place, and the items about plans that they
    may read. `acts` are the further rights that they have at it; `closed` is what of it is closed to the public, as far as
    that narrows what they read."""

    meeting: MeetingFact
    whole: bool
    items: frozenset[int]
    acts: frozenset[Act]
    closed: Closings = NOTHING_CLOSED

    def of(self, agenda: Sequence[Line]) -> list[Line]:
        """Return those of the meeting's lines that the person may read."""
        return [line for line in agenda if self.whole or line.id in self.items]

    def knows(self, paper: PaperFact) -> bool:
        """Return whether the person may know that the paper is there: it is open to them, or was until it was withdrawn."""
        match audience_while(paper.audience, self.closed.of(paper.item)):
            case PaperAudience.PUBLIC:
                return True
            case PaperAudience.OFFICE:
                return self.whole or paper.item in self.items
            case PaperAudience.BODY:
                return Act.READ_BODY_PAPERS in self.acts

    def opens(self, paper: PaperFact) -> bool:
        """Return whether the person may read the paper."""
        return self.knows(paper) and (not paper.withdrawn or Act.READ_WITHDRAWN_PAPERS in self.acts)


def meeting_to_read(db: Session, who: Actor, number: int) -> ReadMeeting:
    """The meeting of that number, for a person who may read it. Raises `NotFound`, `NotAllowed`."""
    return as_read_by(db, who, meeting(db, number))


def as_read_by(db: Session, who: Actor, found: MeetingFact) -> ReadMeeting:
    """The meeting for a person who may read it: everything for its body; for other staff, and the readers of a plan whose
    chain names the body, no more than concerns the plans they read. One that was never called is known to who calls the
    body's meetings alone. Raises `NotFound`, `NotAllowed`."""
    body = found.body_key
    if found.status in NEVER_CALLED and not who.may(Act.CALL_MEETING, body=body):
        raise NotFound("会議", str(found.id))
    papers = (Act.READ_BODY_PAPERS, Act.READ_WITHDRAWN_PAPERS)
    acts = frozenset(act for act in papers if who.may_at_meetings_of(body, act))
    if who.may_read_meeting_of(body):
        return ReadMeeting(found, whole=True, items=frozenset(), acts=acts)
    if not who.may(Act.SEE_MEETINGS) and body not in bodies_followed(db, who):
        who.refuse(Act.SEE_MEETINGS)
    on_it = select(AgendaItem.id).join(Plan, Plan.id == AgendaItem.plan_id)
    items = db.scalars(on_it.where(AgendaItem.meeting_id == found.id, plans_readable(db, who)))
    return ReadMeeting(found, whole=False, items=frozenset(items), acts=acts, closed=closings(db, found.id))


def papers_to_know(db: Session, read: ReadMeeting) -> list[PaperFact]:
    """The papers of the meeting that the person may know of. One statement."""
    return [each for each in papers_of(db, read.meeting.id) if read.knows(each)]


def paper_to_read(db: Session, who: Actor, number: int, *, meeting: int | None = None) -> PaperFact:
    """The paper of that number, for a person who may read it; with `meeting`, one of that meeting. What they may not know of
    is not found. Raises `NotFound`, `NotAllowed`."""
    found = paper(db, number)
    read = meeting_to_read(db, who, found.meeting)
    if not read.knows(found) or meeting not in (None, found.meeting):
        raise NotFound("会議資料", str(number))
    if not read.opens(found):
        who.refuse(Act.READ_WITHDRAWN_PAPERS)
    return found


def whole_meeting_to_read(db: Session, who: Actor, number: int) -> ReadMeeting:
    """The meeting of that number, for a person who may read everything of it. Raises `NotFound`, `NotAllowed`."""
    found = meeting_to_read(db, who, number)
    if not found.whole:
        who.refuse(Act.READ_MEETING)
    return found


def meetings_readable(db: Session, who: Actor) -> ColumnElement[bool]:
    """The condition that the person may read at least the day and the place of the `Meeting` of a statement. At most
    two statements, beside each chain once in a process."""
    kept = [body for body, _ in who.seats if who.may(Act.CALL_MEETING, body=body)]
    known = or_(was_called(), of_bodies(kept)) if kept else was_called()
    if who.may(Act.SEE_MEETINGS):
        return known
    bodies = bodies_followed(db, who)
    return and_(known, of_bodies(bodies)) if bodies else false()


def bodies_followed(db: Session, who: Actor) -> frozenset[str]:
    """The bodies whose meetings concern the person: their own, those of whom they are the deputy, and those that the
    chains of the plans they may read name. At most two statements, beside each chain once in a process."""
    whole = list(kept_chains(db)) if who.may(Act.READ_PLAN) else _chains_read(db, who)
    # Of a chain whose plans they all may read, the first plan says enough.
    follows = select(Plan.id).where(Plan.chain_sha256 == ChainText.sha256).correlate(ChainText).exists()
    read = db.scalars(
        union(
            select(ChainText.sha256).where(ChainText.sha256.in_(whole), follows),
            select(Plan.chain_sha256).where(_of_office(db, who)),
        )
    )
    named = {body.key for sha256 in read for body in chain_of(db, sha256).bodies}
    return frozenset(named | {body for body, _ in who.seats} | who.represented_bodies)
