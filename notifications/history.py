"""The notices of one meeting, person by person: sent, failed, or still to come."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications.due import foreseen_for
from notifications.invited import invited
from notifications.kinds import Kind
from notifications.meeting_letters import CALLINGS
from workflow.domain.calendar import tokyo_day
from workflow.domain.deliveries import NOT_SENT, State
from workflow.domain.meetings import HeldMeeting
from workflow.store.tables import Delivery, Person


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one person. `state` is None while it is only foreseen, `delivery` too; `at` is when it was
    finished."""

    kind: Kind
    due_at: datetime
    state: State | None
    at: datetime | None
    error: str | None
    delivery: int | None

    @property
    def failed(self) -> bool:
        return self.state in NOT_SENT

    def worth_sending_again(self, *, to_come: bool) -> bool:
        """Return whether the notice may be sent again: it failed or was missed, or it was sent and its meeting is
        still to come."""
        return self.failed or (to_come and self.state is State.SENT)


@dataclass(frozen=True, slots=True)
class Told:
    """A person with their notices, earliest first."""

    name: str
    address: str
    notices: tuple[Notice, ...]


def notices_of(db: Session, meeting: HeldMeeting, now: datetime) -> list[Told]:
    """Everybody invited, and everybody else with a notice about the meeting, each with their notices. A fixed
    number of statements, however many people and notices."""
    notices: dict[int, list[Notice]] = {}
    claims = set()
    for sent in db.scalars(
        select(Delivery).where(Delivery.meeting_id == meeting.id, Delivery.recipient_id.is_not(None))
    ):
        claims.add(sent.claim)
        notices.setdefault(sent.recipient_id or 0, []).append(
            Notice(Kind(sent.kind), sent.due_at, State(sent.state), sent.finished_at, sent.error, sent.id)
        )
    for owed in foreseen_for(db, meeting, now):
        if owed.claim not in claims:
            notices.setdefault(owed.recipient_id, []).append(
                Notice(owed.kind, owed.due_at, None, None, None, None)
            )
    contacts = invited(db, meeting.body_key, tokyo_day(meeting.starts_at)).contacts
    people = {seat.person_id: (seat.name, seat.email) for seat in contacts}
    people |= _named(db, notices.keys() - people.keys())
    return [
        Told(name, address, tuple(sorted(notices.get(person, ()), key=lambda each: each.due_at)))
        for person, (name, address) in people.items()
    ]


def recipients_of(db: Session, meeting: HeldMeeting, kind: Kind, now: datetime) -> list[str]:
    """The names of those a notice of that kind about the meeting goes to, were it sent now."""
    if kind in CALLINGS:
        return [seat.name for seat in invited(db, meeting.body_key, tokyo_day(meeting.starts_at)).contacts]
    owed = (each.recipient_id for each in foreseen_for(db, meeting, now) if each.kind is kind)
    return [name for name, _ in _named(db, owed).values()]


def _named(db: Session, people: Iterable[int]) -> dict[int, tuple[str, str]]:
    rows = db.execute(
        select(Person.id, Person.name, Person.email).where(Person.id.in_(list(people))).order_by(Person.id)
    )
    return {person: (name, email) for person, name, email in rows}
