"""Who will get what, before anything happens: nothing is sent or written here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from notifications.kinds import Kind
from notifications.letters import meeting_words
from notifications.mail import Letter, Stationery
from notifications.notices import (
    known_meeting,
    recipients_of_change,
    recipients_of_decision,
    recipients_of_meeting,
    recipients_of_sending_back,
)
from workflow.audit import Tag
from workflow.calendar import reiwa_moment, tokyo_day
from workflow.engine.meetings import Form, MeetingStatus
from workflow.facts import PlanFact
from workflow.people import Seat
from workflow.records import Meeting


@dataclass(frozen=True, slots=True)
class Preview:
    """One mail that would go out."""

    name: str
    address: str
    subject: str


def of_meeting(
    db: Session,
    stationery: Stationery,
    *,
    body: str,
    title: str,
    form: Form,
    starts_at: datetime,
    ends_at: datetime,
    place: str,
) -> list[Preview]:
    """The invitations that calling this meeting would send."""
    meeting = Meeting(
        body_key=body,
        title=title,
        form=form,
        starts_at=starts_at,
        ends_at=ends_at,
        place=place,
        status=MeetingStatus.CALLED,
        sequence=0,
        minutes="",
    )
    return _of_meeting(
        db, stationery, Kind.MEETING_CALLED, meeting, recipients_of_meeting(db, body, tokyo_day(starts_at))
    )


def of_move(
    db: Session,
    stationery: Stationery,
    meeting: int,
    *,
    starts_at: datetime,
    ends_at: datetime,
    place: str | None = None,
) -> list[Preview]:
    """What moving the meeting would send, to who is invited on the new day or was before."""
    held = known_meeting(db, meeting)
    moved = Meeting(
        body_key=held.body_key,
        title=held.title,
        form=held.form,
        starts_at=starts_at,
        ends_at=ends_at,
        place=held.place if place is None else place,
    )
    on_the_day = recipients_of_meeting(db, held.body_key, tokyo_day(starts_at))
    known = {seat.person_id for seat in on_the_day}
    before = [seat for seat in recipients_of_change(db, meeting) if seat.person_id not in known]
    return _of_meeting(
        db, stationery, Kind.MEETING_MOVED, moved, [*on_the_day, *before], reiwa_moment(held.starts_at)
    )


def of_cancellation(db: Session, stationery: Stationery, meeting: int) -> list[Preview]:
    """What cancelling the meeting would send."""
    held = known_meeting(db, meeting)
    return _of_meeting(db, stationery, Kind.MEETING_CANCELLED, held, recipients_of_change(db, meeting))


def of_decision(
    db: Session, stationery: Stationery, plan: PlanFact, gate: str, tag: Tag, now: datetime
) -> list[Preview]:
    """What recording, correcting or taking back a decision at that gate would send."""
    context = {
        "heading": tag.label,
        "plan": plan.title,
        "gate": plan.chain.gate(gate).label,
        "stage": plan.stage.label,
    }
    people = recipients_of_decision(db, plan.id, gate, tokyo_day(now))
    return _previews(stationery, Kind.DECISION, people, context, plan.chain.key, None)


def of_sending_back(
    db: Session, stationery: Stationery, plan: PlanFact, to: str, now: datetime
) -> list[Preview]:
    """What a 差戻し of the plan to that stage would send."""
    context = {"plan": plan.title, "was": plan.stage.label, "to": plan.chain.stage(to).label}
    people = recipients_of_sending_back(db, plan.id, to, plan.stage.key, tokyo_day(now))
    return _previews(stationery, Kind.PLAN_SENT_BACK, people, context, plan.chain.key, None)


def _of_meeting(
    db: Session,
    stationery: Stationery,
    kind: Kind,
    meeting: Meeting,
    people: Iterable[Seat],
    was: str | None = None,
) -> list[Preview]:
    words, chain = meeting_words(db, meeting)
    return _previews(stationery, kind, people, {"meeting": words, "was": was}, chain, meeting.body_key)


def _previews(
    stationery: Stationery,
    kind: Kind,
    people: Iterable[Seat],
    context: Mapping[str, object],
    chain: str,
    body: str | None,
) -> list[Preview]:
    return [
        Preview(
            seat.name,
            seat.email,
            stationery.subject(Letter(kind, seat.name, seat.email, context, chain, body)),
        )
        for seat in people
    ]
