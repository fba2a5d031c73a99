"""The part of a meeting's letter that asks a member whether they attend, with a link of their own to answer by."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from notifications.composing import mark
from workflow.actions.minted_links import MintedLink
from workflow.actions.rsvp import mint_rsvp_link
from workflow.domain.meetings import HeldMeeting
from workflow.domain.rsvp import why_no_rsvp
from workflow.queries.bodies import Seat
from workflow.queries.rsvp import answers


@dataclass(frozen=True, slots=True)
class Question:
    """The question as the letters of several people word it: `given` is the answer so far, else empty."""

    given: str
    name: str = mark("name")
    token: str = mark("token")


@dataclass(frozen=True, slots=True)
class Asked:
    """The question of one letter, None without one, what it says to its recipient alone, and the link in it."""

    question: Question | None = None
    personal: Mapping[str, str] = field(default_factory=dict)
    link: MintedLink | None = None


NOT_ASKED = Asked()


class RsvpLinks:
    """Asks members in their letters; the answers to one meeting are read once."""

    def __init__(self, db: Session, now: datetime) -> None:
        self._db, self._now = db, now
        self._given: dict[int, dict[int, str]] = {}

    def asked(self, meeting: HeldMeeting, members: Iterable[Seat], recipient: int) -> Asked:
        """The question to the recipient, with a new link; none to who is none of the members, or when the meeting takes
        no answers."""
        member = next((seat for seat in members if seat.person_id == recipient), None)
        if member is None or why_no_rsvp(meeting, self._now) is not None:
            return NOT_ASKED
        if meeting.id not in self._given:
            found = answers(self._db, meeting)
            self._given[meeting.id] = {who: answer.intent.label for who, answer in found.items()}
        link = mint_rsvp_link(meeting.id, recipient, self._now)
        question = Question(self._given[meeting.id].get(recipient, ""))
        return Asked(question, {"name": member.name, "token": link.token}, link)
