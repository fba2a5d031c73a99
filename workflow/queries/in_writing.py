"""A 持ち回り beside its answers: why it is held, the consent to it, and answers that came too late."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.domain.votes import Choice
from workflow.queries.bodies import seats
from workflow.store.tables import AgendaItem, LateAnswer, Person, WrittenConsent, WrittenTerms


@dataclass(frozen=True, slots=True)
class Terms:
    """Why a meeting is held as a 持ち回り, and what its members are asked for."""

    why: str
    asks: str


def terms(db: Session, meeting: int) -> Terms | None:
    """The terms of the 持ち回り; None while nobody has said them. One statement."""
    row = db.execute(
        select(WrittenTerms.why, WrittenTerms.asks).where(WrittenTerms.meeting_id == meeting)
    ).first()
    return Terms(*row) if row else None


@dataclass(frozen=True, slots=True)
class Consent:
    """The answers to whether the body shall proceed in writing, by the member's number, among so many members."""

    given: Mapping[int, bool]
    members: int

    @property
    def agreed(self) -> int:
        return sum(self.given.values())

    @property
    def refused(self) -> int:
        return len(self.given) - self.agreed

    @property
    def reached(self) -> bool:
        """Return whether more than half of all members agree."""
        return self.agreed * 2 > self.members


def consent(db: Session, meeting: int, body: str, day: date) -> Consent:
    """The consent of the members of that day, the last answer of each. Two statements."""
    members = {seat.person_id for seat in seats(db, body, day)}
    rows = db.execute(
        select(WrittenConsent.member_id, WrittenConsent.agrees)
        .where(WrittenConsent.meeting_id == meeting)
        .order_by(WrittenConsent.turn)
    )
    return Consent({member: agrees for member, agrees in rows if member in members}, len(members))


@dataclass(frozen=True, slots=True)
class Late:
    """An answer that came after the last moment."""

    name: str
    choice: Choice
    remark: str
    at: datetime


def late_answers(db: Session, meeting: int) -> dict[int, list[Late]]:
    """By item, the answers to the 持ち回り that came too late, oldest first. One statement."""
    rows = db.execute(
        select(LateAnswer.item_id, Person.name, LateAnswer.choice, LateAnswer.remark, LateAnswer.given_at)
        .join(Person, Person.id == LateAnswer.member_id)
        .join(AgendaItem, AgendaItem.id == LateAnswer.item_id)
        .where(AgendaItem.meeting_id == meeting)
        .order_by(LateAnswer.id)
    )
    found: dict[int, list[Late]] = {}
    for item, name, choice, remark, at in rows:
        found.setdefault(item, []).append(Late(name, Choice(choice), remark or "", at))
    return found
