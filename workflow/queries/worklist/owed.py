"""Tasks that others left for a person: 照会, 供覧, 後閲, 専決 to report, meetings to call and to close."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, String, cast, func, literal, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from definitions.terms import Role
from workflow.domain.calendar import at_tokyo, shown_day, shown_moment, tokyo_day
from workflow.domain.confirming import ConfirmedAs
from workflow.domain.decisions import SignedAs
from workflow.domain.inquiries import Silence
from workflow.domain.language import say
from workflow.domain.meetings import MeetingForm, MeetingStatus
from workflow.domain.plans import Status
from workflow.domain.rights import SEATED, Act, Actor
from workflow.queries.agenda import owed_to_its_body
from workflow.queries.chains import chain_of
from workflow.queries.decisions import current_signoff, reviews
from workflow.queries.inquiries import given_answer, own_addressees, present_answer
from workflow.queries.meetings import MeetingFact, meeting_to_come, open_meeting
from workflow.queries.people import held_positions
from workflow.queries.worklist.tasks import Near, Task, Waiting, before, bodies_for, nearest
from workflow.store.tables import (
    Addressee,
    Circulation,
    Confirmation,
    ConfirmationReview,
    Decision,
    Inquiry,
    InquiryAnswer,
    InquiryRemark,
    InquiryResponse,
    Meeting,
    Membership,
    Plan,
    Review,
    Rsvp,
    Signoff,
    Version,
)

_Value = TypeVar("_Value")
_Column = ColumnElement[_Value] | InstrumentedAttribute[_Value]


class _OwedRow(NamedTuple):
    """One thing owed. `words` are what it says beside the title, or the key of its gate, of a meeting to close how
    many there are; `whose` is the number of the
    principal, the key of the department or body, the last day to answer, or the first and last day of a term."""

    kind: str
    number: int
    key: str
    title: str
    chain_sha256: str
    stage: str
    words: str
    at: datetime
    whose: str


def owed(
    db: Session,
    who: Actor,
    coming: Mapping[str, MeetingFact],
    now: datetime,
    *,
    unfinished: Collection[int],
    first: int | None,
) -> tuple[list[Task], int]:
    """後閲, 専決 to report, 照会, 供覧, invitations to answer, meetings to call and to close: duties that others left for the person,
    in one statement, and one more for the holders of a position while a 後閲 is open. `unfinished` are those meetings of the
    person's bodies that are over and have an item without an outcome: they are not to be closed yet. Of the others at least the
    `first` are read, the longest over first, or all; the second value counts the rest."""
    rows = _owed_rows(db, who, now, first and first + len(unfinished))
    closings = [row for row in rows if row.kind == Waiting.CLOSE]
    read = {row.number for row in closings if row.number not in unfinished}
    more = int(closings[0].words) - len(unfinished) - len(read) if closings else 0
    rows = [row for row in rows if row.kind != Waiting.CLOSE or row.number in read]
    return list(_owed_tasks(db, who, coming, rows)), more


def _owed_rows(db: Session, who: Actor, now: datetime, most: int | None) -> list[_OwedRow]:
    parts = [_circulations(who), _invitations(who, now)]
    if who.departments:
        parts += [_inquiries(who, now), _remarks_to_respond(who)]
    if who.positions:
        parts.append(_reviews())
    if chaired := [body for body, role in who.seats if role == Role.CHAIR]:
        parts.append(_reviews_of_confirmations(chaired))
    if bodies := bodies_for(who, Act.SET_AGENDA):
        parts.append(_ratifications(bodies))
    if bodies := bodies_for(who, Act.CALL_MEETING):
        parts += [_closings(bodies, now, most), _drafts(bodies)]
    return sorted((_OwedRow(*row) for row in db.execute(union_all(*parts))), key=lambda r: (r.kind, r.number))


def _owed_tasks(
    db: Session, who: Actor, coming: Mapping[str, MeetingFact], rows: Collection[_OwedRow]
) -> Iterable[Task]:
    owes_review = any(row.kind == Waiting.REVIEW for row in rows)
    officers = held_positions(db, who.positions, who.on) if owes_review else frozenset()
    for row in rows:
        kind = Waiting(row.kind)
        if kind is Waiting.RSVP and not _in_that_term(tokyo_day(row.at), row.whose):
            continue
        if kind in (Waiting.CLOSE, Waiting.SUMMON, Waiting.RSVP):
            words = _meeting_words(kind, row.title)
            yield Task(kind, words, due=row.at, meeting=row.number, meeting_title=row.title)
            continue
        if kind in (Waiting.ANSWER_INQUIRY, Waiting.RESPOND):
            due = _last_minute(row.whose) if kind is Waiting.ANSWER_INQUIRY else None
            yield Task(kind, _owed_words(kind, row), row.key, row.number, due)
            continue
        chain = chain_of(db, row.chain_sha256)
        near = Near()
        if kind is Waiting.REVIEW:
            if not reviews(who, chain.gate(row.words), int(row.whose), officers):
                continue
        elif kind is Waiting.READ and not who.may_for(Act.READ, row.whose, chain):
            continue
        elif kind is Waiting.RATIFY:
            near = before(coming.get(row.whose))
        else:
            near = nearest(coming, [chain.stage(row.stage)])
        yield Task(kind, _owed_words(kind, row), row.key, row.number, **near)


def _meeting_words(kind: Waiting, title: str) -> str:
    if kind is Waiting.SUMMON:
        return say("準備中の会議「{meeting}」の招集がまだです", meeting=title)
    if kind is Waiting.RSVP:
        return say("{meeting}への出欠の回答", meeting=title)
    return say("{meeting}の終了", meeting=title)


def _owed_words(kind: Waiting, row: _OwedRow) -> str:
    match kind:
        case Waiting.REVIEW:
            return say("「{plan}」の代決（{at}）の後閲", plan=row.title, at=shown_moment(row.at))
        case Waiting.REVIEW_CONFIRMATION:
            return say("「{plan}」の訂正の代理確認（{at}）の後閲", plan=row.title, at=shown_moment(row.at))
        case Waiting.RATIFY:
            day = shown_day(tokyo_day(row.at))
            return say("「{plan}」の専決（{at}）を次の会議に報告", plan=row.title, at=day)
        case Waiting.ANSWER_INQUIRY:
            return say("「{plan}」の照会「{title}」への回答", plan=row.title, title=row.words)
        case Waiting.RESPOND:
            return say("「{plan}」の照会「{title}」の意見への対応", plan=row.title, title=row.words)
        case _:
            return say("「{plan}」第{number}版の供覧", plan=row.title, number=row.words)


def _owed_columns(
    kind: Waiting, number: _Column[int], words: _Column[str], at: _Column[datetime], whose: _Column[str]
) -> tuple[ColumnElement[Any], ...]:
    return (
        literal(kind.value).label("kind"),
        number.label("number"),
        Plan.key.label("key"),
        Plan.title.label("title"),
        Plan.chain_sha256.label("chain_sha256"),
        Plan.stage.label("stage"),
        words.label("words"),
        at.label("at"),
        whose.label("whose"),
    )


def _reviews() -> Select[*tuple[Any, ...]]:
    """Open 後閲 of deputies' signatures, for all people; `reviews` selects the person's."""
    principal = cast(Signoff.principal_id, String)
    return (
        select(*_owed_columns(Waiting.REVIEW, Signoff.id, Signoff.gate_key, Signoff.signed_at, principal))
        .join(Plan, Plan.id == Signoff.plan_id)
        .outerjoin(Review, Review.signoff_id == Signoff.id)
        .where(
            Signoff.manner == SignedAs.DEPUTY,
            current_signoff(),
            Review.signoff_id.is_(None),
        )
    )


def _reviews_of_confirmations(bodies: list[str]) -> Select[*tuple[Any, ...]]:
    """Open 後閲 of what deputies confirmed for the chairs of these bodies."""
    later = aliased(Confirmation)
    return (
        select(
            *_owed_columns(
                Waiting.REVIEW_CONFIRMATION,
                Confirmation.id,
                Confirmation.gate_key,
                Confirmation.confirmed_at,
                Decision.body_key,
            )
        )
        .join(Plan, Plan.id == Confirmation.plan_id)
        .join(Decision, Decision.id == Confirmation.decision_id)
        .outerjoin(later, later.supersedes_id == Confirmation.id)
        .outerjoin(ConfirmationReview, ConfirmationReview.confirmation_id == Confirmation.id)
        .where(
            Decision.body_key.in_(bodies),
            Confirmation.manner == ConfirmedAs.DEPUTY,
            Confirmation.result.is_not(None),
            later.id.is_(None),
            ConfirmationReview.confirmation_id.is_(None),
        )
    )


def _circulations(who: Actor) -> Select[*tuple[Any, ...]]:
    version = cast(Version.number, String)
    return (
        select(
            *_owed_columns(Waiting.READ, Circulation.id, version, Circulation.asked_at, Plan.department_key)
        )
        .join(Plan, Plan.id == Circulation.plan_id)
        .join(Version, Version.id == Circulation.version_id)
        .where(Circulation.reader_id == who.id, Circulation.read_at.is_(None))
    )


def _last_minute(day: str) -> datetime:
    """The last minute of the day to answer, which people call that day."""
    return at_tokyo(date.fromisoformat(day), time(23, 59))


def _inquiries(who: Actor, now: datetime) -> Select[*tuple[Any, ...]]:
    """Inquiries that the person, or their department, has still to answer: past the last day only those where silence
    means nothing."""
    waits = or_(Inquiry.silence == Silence.ANSWER_WANTED, Inquiry.due_on >= tokyo_day(now))
    asked = select(Addressee.inquiry_id).where(own_addressees(who), ~given_answer())
    return (
        select(
            *_owed_columns(
                Waiting.ANSWER_INQUIRY,
                Inquiry.id,
                Inquiry.title,
                Inquiry.asked_at,
                cast(Inquiry.due_on, String),
            )
        )
        .join(Plan, Plan.id == Inquiry.plan_id)
        .where(
            Inquiry.withdrawn_at.is_(None),
            Plan.status == Status.ACTIVE,
            waits,
            Inquiry.id.in_(asked),
        )
    )


def _remarks_to_respond(who: Actor) -> Select[*tuple[Any, ...]]:
    """Inquiries of the person's department with a remark in a present answer that nobody responded to."""
    waiting = (
        select(InquiryRemark.id)
        .join(InquiryAnswer, InquiryAnswer.id == InquiryRemark.answer_id)
        .join(Addressee, Addressee.id == InquiryAnswer.addressee_id)
        .outerjoin(InquiryResponse, InquiryResponse.remark_id == InquiryRemark.id)
        .where(Addressee.inquiry_id == Inquiry.id, present_answer(), InquiryResponse.id.is_(None))
    )
    return (
        select(
            *_owed_columns(Waiting.RESPOND, Inquiry.id, Inquiry.title, Inquiry.asked_at, Plan.department_key)
        )
        .join(Plan, Plan.id == Inquiry.plan_id)
        .where(
            Plan.department_key.in_(sorted(who.departments)),
            Plan.status == Status.ACTIVE,
            Inquiry.withdrawn_at.is_(None),
            waiting.correlate(Inquiry).exists(),
        )
    )


def _closings(bodies: list[str], now: datetime, most: int | None) -> Select[*tuple[Any, ...]]:
    """Meetings that are over and which nobody closed, at most so many, the longest over first; `words` counts them all."""
    count = cast(func.count().over(), String)
    found = (
        _meeting_columns(Waiting.CLOSE, Meeting.ends_at, words=count)
        .where(Meeting.body_key.in_(bodies), open_meeting(), Meeting.ends_at <= now)
        .order_by(Meeting.ends_at, Meeting.id)
        .limit(most)
    )
    return select(*found.subquery().c)


def _invitations(who: Actor, now: datetime) -> Select[*tuple[Any, ...]]:
    """Meetings to come of the bodies the person is a member of in some term, which they have not said whether they attend:
    `_in_that_term` selects those of which they are a member on the day."""
    answer = select(Rsvp.id).where(
        Rsvp.meeting_id == Meeting.id, Rsvp.starts_at == Meeting.starts_at, Rsvp.member_id == who.id
    )
    term = cast(Membership.since, String) + "/" + func.coalesce(cast(Membership.until, String), "")
    return (
        _meeting_columns(Waiting.RSVP, Meeting.starts_at, term)
        .join(Membership, Membership.body_key == Meeting.body_key)
        .distinct()
        .where(
            Membership.person_id == who.id,
            Membership.role.in_(SEATED),
            meeting_to_come(now),
            Meeting.form != MeetingForm.IN_WRITING,
            ~answer.correlate(Meeting).exists(),
        )
    )


def _in_that_term(day: date, term: str) -> bool:
    """Return whether the day lies in the term, whose first and last day are parted by a stroke; the last one may be open."""
    since, _, until = term.partition("/")
    return since <= day.isoformat() and (not until or day.isoformat() <= until)


def _drafts(bodies: list[str]) -> Select[*tuple[Any, ...]]:
    """Meetings that are prepared and were not called yet."""
    return _meeting_columns(Waiting.SUMMON, Meeting.starts_at).where(
        Meeting.body_key.in_(bodies), Meeting.status == MeetingStatus.DRAFT
    )


def _meeting_columns(
    kind: Waiting,
    at: _Column[datetime],
    whose: _Column[str] = Meeting.body_key,
    words: _Column[str] | None = None,
) -> Select[*tuple[Any, ...]]:
    nothing = literal("")
    return select(
        literal(kind.value).label("kind"),
        Meeting.id.label("number"),
        nothing.label("key"),
        Meeting.title.label("title"),
        nothing.label("chain_sha256"),
        nothing.label("stage"),
        (nothing if words is None else words).label("words"),
        at.label("at"),
        whose.label("whose"),
    )


def _ratifications(bodies: list[str]) -> Select[*tuple[Any, ...]]:
    """専決 that the body's meeting has neither heard nor answered."""
    return (
        select(
            *_owed_columns(Waiting.RATIFY, Decision.id, literal(""), Decision.recorded_at, Decision.body_key)
        )
        .join(Plan, Plan.id == Decision.plan_id)
        .where(Decision.body_key.in_(bodies), owed_to_its_body())
    )
