"""A body at its meeting: who sits there, by whom, and how each voted or answered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from definitions.chain import Body, Tie
from definitions.terms import Role
from workflow.domain.calendar import tokyo_day
from workflow.domain.meetings import HeldMeeting, MeetingForm
from workflow.domain.votes import Ballot, Choice, Tally, tally_of, valid_ballots
from workflow.queries.actor import in_term
from workflow.queries.bodies import Seat, seats
from workflow.store.tables import AgendaItem, Attendance, Deputy, Person, Vote


@dataclass(frozen=True, slots=True)
class Named:
    """A person by key and name."""

    id: int
    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """A member's place at a meeting. `present` is None while nothing was recorded; `deputy` sat in for them;
    `deputies` may (those registered on the day of the meeting)."""

    seat: Seat
    present: bool | None
    deputy: Named | None
    deputies: tuple[Named, ...]

    def filled_by(self, person: str, *, in_writing: bool) -> bool:
        """Return whether this person may vote for this seat: its member or, in a 持ち回り, any of their deputies;
        at a sitting, the person recorded as present."""
        if in_writing:
            return person in {self.seat.key, *(each.key for each in self.deputies)}
        there = self.deputy.key if self.deputy else self.seat.key
        return bool(self.present) and person == there


@dataclass(frozen=True, slots=True)
class PlaceVote:
    """The vote of a place on an item: its choice, None when there is none, and the person who voted for it.
    `counts`: a vote of this place is counted; a presiding chair votes only in a tie."""

    place: Place
    choice: Choice | None
    by: Named | None
    counts: bool

    @property
    def awaited(self) -> bool:
        return self.counts and self.choice is None


@dataclass(frozen=True, slots=True)
class Poll:
    """The votes on one item. `deciding` is the chair's on a tie."""

    votes: tuple[PlaceVote, ...]
    deciding: Choice | None
    tally: Tally

    def vote_of(self, member: str) -> PlaceVote | None:
        """The vote given from that member's place; None when there is none."""
        return next((each for each in self.votes if each.place.seat.key == member and each.choice), None)

    @property
    def voters(self) -> list[PlaceVote]:
        """The places that have a vote."""
        return [each for each in self.votes if each.counts]

    @property
    def missing(self) -> list[str]:
        """The names of the members whose vote is awaited."""
        return [each.place.seat.name for each in self.votes if each.awaited]


def places(db: Session, meeting: HeldMeeting) -> list[Place]:
    """The members of the meeting's day, the chair first, with who was there. Three statements."""
    day = tokyo_day(meeting.starts_at)
    members = seats(db, meeting.body_key, day)
    deputies = _deputies(db, [seat.person_id for seat in members], day)
    there = _attendance(db, meeting.id)
    return [_place(seat, there.get(seat.person_id), deputies.get(seat.person_id, [])) for seat in members]


@dataclass(frozen=True, slots=True)
class Attended:
    """The recorded attendance of a member. `deputy` is the key of the person who attended for them."""

    member: str
    name: str
    present: bool
    deputy: str | None


def attendance_of(db: Session, meeting: int) -> list[Attended]:
    """The recorded attendance of the meeting of that number. One statement."""
    deputy = aliased(Person)
    rows = db.execute(
        select(Person.key, Person.name, Attendance.present, deputy.key)
        .join(Person, Person.id == Attendance.member_id)
        .outerjoin(deputy, deputy.id == Attendance.deputy_id)
        .where(Attendance.meeting_id == meeting)
        .order_by(Attendance.id)
    )
    return [Attended(*row) for row in rows]


def polls(db: Session, meeting: HeldMeeting, body: Body, members: Sequence[Place]) -> Mapping[int, Poll]:
    """By item, how its members voted or answered and what that amounts to now. One statement."""
    caster = aliased(Person)
    rows = db.execute(
        select(AgendaItem.id, Vote, caster)
        .outerjoin(Vote, Vote.item_id == AgendaItem.id)
        .outerjoin(caster, caster.id == Vote.cast_by)
        .where(AgendaItem.meeting_id == meeting.id, AgendaItem.removed_at.is_(None))
        .order_by(AgendaItem.id, Vote.id)
    )
    cast: dict[int, list[tuple[Ballot, Named]]] = {}
    for item, vote, person in rows:
        held = cast.setdefault(item, [])
        if vote is not None:
            held.append((Ballot(vote.member_id, Choice(vote.choice), vote.casting), _named(person)))
    present = (
        None if meeting.form == MeetingForm.IN_WRITING else [p.seat.person_id for p in members if p.present]
    )
    return {item: _poll(body, votes, members, present) for item, votes in cast.items()}


def _poll(
    body: Body, cast: Sequence[tuple[Ballot, Named]], members: Sequence[Place], present: list[int] | None
) -> Poll:
    ballots = [ballot for ballot, _ in cast]
    own = {each.member: each.choice for each in valid_ballots(ballots) if not each.casting}
    casters = {ballot.member: person for ballot, person in cast if not ballot.casting}
    presides = present is not None and body.tie is Tie.CHAIR_DECIDES
    votes = (
        PlaceVote(
            place,
            own.get(place.seat.person_id),
            casters.get(place.seat.person_id),
            counts=(present is None or bool(place.present))
            and not (presides and place.seat.role is Role.CHAIR),
        )
        for place in members
    )
    tally = tally_of(
        body,
        ballots,
        members=[place.seat.person_id for place in members],
        chairs=[place.seat.person_id for place in members if place.seat.role is Role.CHAIR],
        present=present,
    )
    deciding = next((each.choice for each in valid_ballots(ballots) if each.casting), None)
    return Poll(tuple(votes), deciding, tally)


def _place(seat: Seat, recorded: tuple[bool, Named | None] | None, deputies: Sequence[Named]) -> Place:
    present, deputy = recorded or (None, None)
    return Place(seat, present, deputy, tuple(deputies))


def _attendance(db: Session, meeting: int) -> dict[int, tuple[bool, Named | None]]:
    rows = db.execute(
        select(Attendance.member_id, Attendance.present, Person)
        .outerjoin(Person, Person.id == Attendance.deputy_id)
        .where(Attendance.meeting_id == meeting)
    )
    return {member: (present, _named(deputy) if deputy else None) for member, present, deputy in rows}


def _deputies(db: Session, members: Iterable[int], day: date) -> dict[int, list[Named]]:
    found: dict[int, list[Named]] = {}
    rows = db.execute(
        select(Deputy.principal_id, Person)
        .join(Person, Person.id == Deputy.deputy_id)
        .where(Deputy.principal_id.in_(list(members)), in_term(Deputy, day))
        .order_by(Person.id)
    )
    for principal, person in rows:
        held = found.setdefault(principal, [])
        if _named(person) not in held:
            held.append(_named(person))
    return found


def _named(person: Person) -> Named:
    return Named(person.id, person.key, person.name)
