"""The parts of a meeting's letter that are for its recipient alone: the question whether they attend, with a link of
their own to answer by, and for whom they stand in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from notifications.mail import mark
from workflow.actions.rsvp import mint_rsvp_link
from workflow.domain.calendar import tokyo_day
from workflow.domain.meetings import HeldMeeting
from workflow.domain.rsvp import why_no_rsvp
from workflow.queries.absences import covers
from workflow.queries.bodies import seats
from workflow.queries.rsvp import answers


@dataclass(frozen=True, slots=True)
class Question:
    """The question as the letters of several people word it: `given` is the answer so far, else empty."""

    given: str
    name: str = mark("name")
    token: str = mark("token")


@dataclass(frozen=True, slots=True)
class Asked:
    """The question of one letter, None without one, and what it says to its recipient alone."""

    question: Question | None = None
    personal: Mapping[str, str] = field(default_factory=dict)


NOT_ASKED = Asked()


class RsvpLinks:
    """Asks members in their letters; what the letters of one meeting share is read once."""

    def __init__(self, db: Session, now: datetime) -> None:
        self._db, self._now = db, now
        self._members: dict[int, dict[int, tuple[str, str]]] = {}
        self._covers: dict[int, list[tuple[int, str]]] = {}

    def asked(self, meeting: HeldMeeting, recipient: int) -> Asked:
        """The question to the recipient, with a new link; none to who is no member, or when the meeting takes no
        answers."""
        if meeting.id not in self._members:
            self._members[meeting.id] = self._names_and_answers(meeting)
        found = self._members[meeting.id].get(recipient)
        if found is None:
            return NOT_ASKED
        token = mint_rsvp_link(self._db, meeting.id, recipient, self._now)
        return Asked(Question(found[1]), {"name": found[0], "token": token})

    def deputy_for(self, meeting: HeldMeeting, recipient: int) -> tuple[str, ...]:
        """The names of the absent members for whom the recipient stands in on the day of the meeting."""
        if meeting.id not in self._covers:
            day = tokyo_day(meeting.starts_at)
            members = [seat.person_id for seat in seats(self._db, meeting.body_key, day)]
            self._covers[meeting.id] = [
                (each.deputy.person_id, each.principal.name)
                for each in covers(self._db, day, principals=members)
            ]
        return tuple(name for deputy, name in self._covers[meeting.id] if deputy == recipient)

    def _names_and_answers(self, meeting: HeldMeeting) -> dict[int, tuple[str, str]]:
        if why_no_rsvp(meeting, self._now) is not None:
            return {}
        given = {member: answer.intent.label for member, answer in answers(self._db, meeting).items()}
        members = seats(self._db, meeting.body_key, tokyo_day(meeting.starts_at))
        return {seat.person_id: (seat.name, given.get(seat.person_id, "")) for seat in members}
