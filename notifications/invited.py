"""The people invited to a meeting of a body: one answer for its letters, its notices and its page."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from definitions.terms import Role
from workflow.queries.absences import Cover, covers
from workflow.queries.bodies import Seat, seats
from workflow.queries.people import Contact


@dataclass(frozen=True, slots=True)
class Invited:
    """The members of the day, who stands in for those of them who are away, and the 事務局."""

    members: tuple[Seat, ...]
    covers: tuple[Cover, ...]
    secretariat: tuple[Seat, ...]

    @property
    def contacts(self) -> list[Contact]:
        """Each of them once."""
        deputies = (each.deputy for each in self.covers)
        seated = (seat.contact for seat in self.secretariat)
        return list(dict.fromkeys([*(seat.contact for seat in self.members), *deputies, *seated]))

    def deputy_for(self, person: int) -> tuple[str, ...]:
        """The names of the absent members for whom the person stands in."""
        return tuple(each.principal.name for each in self.covers if each.deputy.person_id == person)


def invited(db: Session, body: str, day: date) -> Invited:
    """The people invited to a meeting of the body on that day. Three statements."""
    members = seats(db, body, day)
    standing_in = covers(db, day, principals=[seat.person_id for seat in members])
    secretariat = seats(db, body, day, [Role.SECRETARIAT])
    return Invited(tuple(members), tuple(standing_in), tuple(secretariat))
