"""The answers of a body's members to the invitation to its meeting."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from definitions.chain import Body
from workflow.domain.calendar import tokyo_day
from workflow.domain.meetings import HeldMeeting
from workflow.domain.rights import Act
from workflow.domain.rsvp import Expected, Intent, Way, expected
from workflow.queries.actor import actor
from workflow.queries.attendance import Named, Place, places
from workflow.queries.bodies import Seat
from workflow.queries.meetings import MeetingFact
from workflow.store.tables import Person, Rsvp, SetAsideMail


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in force. `deputy` is the name of the deputy who comes, empty without one, and `deputy_key` their key
    where they are registered; `by` is the name of whoever gave the answer."""

    intent: Intent
    deputy: str
    deputy_key: str | None
    remark: str
    way: Way
    by: str
    by_key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Invited:
    """A member of the meeting's day with the answer in force, None while there is none. `deputies` may sit in for them
    that day."""

    seat: Seat
    answer: Answer | None
    deputies: tuple[Named, ...]


def invited(db: Session, meeting: HeldMeeting) -> list[Invited]:
    """The members of the meeting's day, the chair first, with their answers. Four statements."""
    return with_answers(db, meeting, places(db, meeting))


def with_answers(db: Session, meeting: HeldMeeting, members: Sequence[Place]) -> list[Invited]:
    """The members, as `places` gives them, with their answers. One statement."""
    given = answers(db, meeting)
    return [Invited(place.seat, given.get(place.seat.person_id), place.deputies) for place in members]


def invited_person(db: Session, meeting: HeldMeeting, person: int) -> Invited | None:
    """The member of that number; None for who is no member on the meeting's day."""
    return next((each for each in invited(db, meeting) if each.seat.person_id == person), None)


def right_to_read(db: Session, by: str, meeting: MeetingFact, now: datetime) -> None:
    """Check that the person may read the answers of all members, which may say that somebody is ill. Raises
    `NotAllowed`."""
    actor(db, by, tokyo_day(now)).require(Act.CALL_MEETING, body=meeting.body_key)


def answers(db: Session, meeting: HeldMeeting) -> dict[int, Answer]:
    """The newest answer of each member to the meeting at its present time, by the member's number. One statement."""
    giver, deputy = aliased(Person), aliased(Person)
    rows = db.execute(
        select(Rsvp, giver.name, giver.key, deputy.name, deputy.key)
        .join(giver, giver.id == Rsvp.given_by)
        .outerjoin(deputy, deputy.id == Rsvp.deputy_id)
        .where(Rsvp.meeting_id == meeting.id, Rsvp.starts_at == meeting.starts_at)
        .order_by(Rsvp.id)
    )
    return {
        row.member_id: Answer(
            Intent(row.intent),
            name or row.deputy_name,
            key,
            row.remark,
            Way(row.way),
            by,
            by_key,
            row.given_at,
        )
        for row, by, by_key, name, key in rows
    }


def expected_at(body: Body, members: Iterable[Invited]) -> Expected:
    """Return the attendance to expect at a meeting of the body."""
    return expected(body, [each.answer.intent if each.answer else None for each in members])


@dataclass(frozen=True, slots=True)
class SetAside:
    """A mail of the inbox for answers that was not taken as one, and why."""

    sender: str
    subject: str
    why: str
    at: datetime


def mails_set_aside(db: Session, *, limit: int = 30) -> list[SetAside]:
    """The newest mails that were not taken as answers, newest first. One statement."""
    columns = (SetAsideMail.sender, SetAsideMail.subject, SetAsideMail.why, SetAsideMail.at)
    rows = db.execute(select(*columns).order_by(SetAsideMail.id.desc()).limit(limit))
    return [SetAside(*row) for row in rows]
