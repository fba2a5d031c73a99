"""A body at its meeting: who sits there, by whom, and how each voted or answered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from definitions.chain import Body
from workflow.domain.calendar import tokyo_day
from workflow.domain.meetings import HeldMeeting, MeetingForm
from workflow.domain.votes import (
    AtItem,
    Ballot,
    Choice,
    Part,
    Room,
    Tally,
    has_vote,
    room_of,
    tally_of,
    valid_ballots,
)
from workflow.queries.actor import in_term
from workflow.queries.bodies import Seat, seats
from workflow.queries.meetings import at_a_gate
from workflow.store.tables import AgendaItem, Attendance, Deputy, ItemAttendance, Person, Vote


@dataclass(frozen=True, slots=True)
class Named:
    """A person by key and name."""

    id: int
    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """A member's place at a meeting. `present` is None while nothing was recorded; `deputy` sat in for them;
    `deputies` may (those registered on the day of the meeting). `presided`: it was named as the one that presided.
    `arrived_at` and `left_at` are set for who came late or left early."""

    seat: Seat
    present: bool | None
    deputy: Named | None
    deputies: tuple[Named, ...]
    presided: bool = False
    arrived_at: datetime | None = None
    left_at: datetime | None = None

    @property
    def acting(self) -> Named:
        """The person who acts from this place: the deputy who sits in, else the member."""
        return self.deputy or Named(self.seat.person_id, self.seat.key, self.seat.name)

    def filled_by(self, person: str, *, in_writing: bool) -> bool:
        """Return whether this person may vote for this seat: its member or, in a 持ち回り, any of their deputies;
        at a sitting, the person recorded as present."""
        if in_writing:
            return person in {self.seat.key, *(each.key for each in self.deputies)}
        return bool(self.present) and person == self.acting.key


@dataclass(frozen=True, slots=True)
class PlaceVote:
    """The vote of a place on an item: its choice, None when there is none, and the person who voted for it.
    `counts`: a vote of this place is counted; who presides may have one only in a tie. `expected`: the place is there
    and has not voted yet. `remark` are the opinion and the conditions given with it."""

    place: Place
    choice: Choice | None
    by: Named | None
    part: Part
    counts: bool
    expected: bool
    remark: str = ""

    @property
    def awaited(self) -> bool:
        return self.expected and self.choice is None


@dataclass(frozen=True, slots=True)
class Poll:
    """The votes on one item. `deciding` is that of who presides, on a tie."""

    votes: tuple[PlaceVote, ...]
    deciding: Choice | None
    tally: Tally
    presider: Place | None

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

    def counts(self, place: Place) -> bool:
        """Return whether a vote of that place is counted."""
        return any(each.counts for each in self.votes if each.place == place)

    @property
    def own(self) -> list[str]:
        """The names of the members whose vote was cast from their place, not entered by the 事務局."""
        cast = [each for each in self.votes if each.choice and each.by == each.place.acting]
        return [each.place.seat.name for each in cast]

    @property
    def uncounted(self) -> list[str]:
        """The names of the members whose vote is not counted: they are not there, or preside."""
        return [each.place.seat.name for each in self.votes if each.choice and not each.counts]


def places(db: Session, meeting: HeldMeeting) -> list[Place]:
    """The members of the meeting's day, the chair first, with who was there. Three statements."""
    day = tokyo_day(meeting.starts_at)
    members = seats(db, meeting.body_key, day)
    deputies = _deputies(db, [seat.person_id for seat in members], day)
    there = _attendance(db, meeting.id)
    return [_place(seat, there.get(seat.person_id), deputies.get(seat.person_id, [])) for seat in members]


def room(db: Session, body: Body, meeting: int, day: date, item: int, *, in_writing: bool) -> Room:
    """Return who takes part in an item of the meeting of that day. Three statements."""
    there, parts = _attendance(db, meeting), _parts(db, meeting).get(item, {})
    members = [_place(seat, there.get(seat.person_id), ()) for seat in seats(db, body.key, day)]
    return _room(body, members, parts, in_writing=in_writing)


def presider_of(body: Body, members: Sequence[Place]) -> Place | None:
    """Return the place that presides over a sitting; None while nobody is known to."""
    presider = _room(body, members, {}, in_writing=False).presider
    return next((place for place in members if place.seat.person_id == presider), None)


def answering(db: Session, body: Body, day: date) -> frozenset[int]:
    """Return the members whose answer a 持ち回り of that day asks for: without who presides where they only break a
    tie. One statement."""
    members = [_place(seat, None, ()) for seat in seats(db, body.key, day)]
    return _room(body, members, {}, in_writing=True).writing


def recused(item: InstrumentedAttribute[int], member: int) -> ColumnElement[bool]:
    """The condition that the member is recused from the item (除斥)."""
    found = select(ItemAttendance.id).where(
        ItemAttendance.item_id == item,
        ItemAttendance.member_id == member,
        ItemAttendance.part == Part.RECUSED,
    )
    return found.exists()


@dataclass(frozen=True, slots=True)
class Attended:
    """The recorded attendance of a member. `deputy` is the key of the person who attended for them; `presided`: they
    were named as the one who presided."""

    member: str
    name: str
    present: bool
    deputy: str | None
    presided: bool


def attendance_of(db: Session, meeting: int) -> list[Attended]:
    """The recorded attendance of the meeting of that number. One statement."""
    deputy = aliased(Person)
    rows = db.execute(
        select(Person.key, Person.name, Attendance.present, deputy.key, Attendance.presided)
        .join(Person, Person.id == Attendance.member_id)
        .outerjoin(deputy, deputy.id == Attendance.deputy_id)
        .where(Attendance.meeting_id == meeting)
        .order_by(Attendance.id)
    )
    return [Attended(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Apart:
    """A member who takes no part in one item of a meeting they attend."""

    item: int
    member: str
    name: str
    part: Part


def apart(db: Session, meeting: int) -> list[Apart]:
    """Return who takes no part in one item or another of the meeting. One statement."""
    rows = db.execute(
        select(ItemAttendance.item_id, Person.key, Person.name, ItemAttendance.part)
        .join(Person, Person.id == ItemAttendance.member_id)
        .join(AgendaItem, AgendaItem.id == ItemAttendance.item_id)
        .where(AgendaItem.meeting_id == meeting, ItemAttendance.part != Part.PRESENT)
        .order_by(AgendaItem.position, ItemAttendance.id)
    )
    return [Apart(item, key, name, Part(part)) for item, key, name, part in rows]


def polls(db: Session, meeting: HeldMeeting, body: Body, members: Sequence[Place]) -> Mapping[int, Poll]:
    """By item, how its members voted or answered and what that amounts to now. Two statements."""
    caster = aliased(Person)
    rows = db.execute(
        select(AgendaItem.id, Vote, caster)
        .outerjoin(Vote, Vote.item_id == AgendaItem.id)
        .outerjoin(caster, caster.id == Vote.cast_by)
        .where(AgendaItem.meeting_id == meeting.id, AgendaItem.removed_at.is_(None), at_a_gate())
        .order_by(AgendaItem.id, Vote.id)
    )
    cast: dict[int, list[_Cast]] = {}
    for item, vote, person in rows:
        held = cast.setdefault(item, [])
        if vote is not None:
            ballot = Ballot(vote.member_id, Choice(vote.choice), vote.casting)
            held.append(_Cast(ballot, _named(person), vote.remark or ""))
    parts = _parts(db, meeting.id)
    in_writing = meeting.form == MeetingForm.IN_WRITING
    return {
        item: _poll(body, votes, members, parts.get(item, {}), in_writing=in_writing)
        for item, votes in cast.items()
    }


class _Cast(NamedTuple):
    """A vote as it was cast, by whom, and what was said with it."""

    ballot: Ballot
    by: Named
    remark: str


def _poll(
    body: Body,
    cast: Sequence[_Cast],
    members: Sequence[Place],
    parts: Mapping[int, Part],
    *,
    in_writing: bool,
) -> Poll:
    ballots = [each.ballot for each in cast]
    here = _room(body, members, parts, in_writing=in_writing)
    valid = valid_ballots(ballots)
    own = {each.member: each.choice for each in valid if not each.casting}
    last = {each.ballot.member: each for each in cast if not each.ballot.casting}
    votes = []
    for place in members:
        member = place.seat.person_id
        counts = has_vote(body, here, member)
        votes.append(
            PlaceVote(
                place,
                own.get(member),
                last[member].by if member in last else None,
                parts.get(member, Part.PRESENT),
                counts=counts,
                expected=counts and (in_writing or member in here.present),
                remark=last[member].remark if member in own else "",
            )
        )
    return Poll(
        tuple(votes),
        next((each.choice for each in valid if each.casting and each.member == here.presider), None),
        tally_of(body, here, ballots),
        next((place for place in members if place.seat.person_id == here.presider), None),
    )


def _room(body: Body, members: Sequence[Place], parts: Mapping[int, Part], *, in_writing: bool) -> Room:
    return room_of(
        body,
        [
            AtItem(
                place.seat.person_id,
                place.seat.role,
                present=bool(place.present),
                by_deputy=place.deputy is not None,
                part=parts.get(place.seat.person_id, Part.PRESENT),
            )
            for place in members
        ],
        named=next((place.seat.person_id for place in members if place.presided), None),
        in_writing=in_writing,
    )


class _Recorded(NamedTuple):
    """The recorded attendance of one member."""

    present: bool
    deputy: Named | None
    presided: bool
    arrived_at: datetime | None
    left_at: datetime | None


def _place(seat: Seat, recorded: _Recorded | None, deputies: Sequence[Named]) -> Place:
    if recorded is None:
        return Place(seat, None, None, tuple(deputies))
    present, deputy, presided, arrived_at, left_at = recorded
    return Place(seat, present, deputy, tuple(deputies), presided, arrived_at, left_at)


def _attendance(db: Session, meeting: int) -> dict[int, _Recorded]:
    rows = db.execute(
        select(Attendance, Person)
        .outerjoin(Person, Person.id == Attendance.deputy_id)
        .where(Attendance.meeting_id == meeting)
    )
    return {
        row.member_id: _Recorded(
            row.present, _named(deputy) if deputy else None, row.presided, row.arrived_at, row.left_at
        )
        for row, deputy in rows
    }


def _parts(db: Session, meeting: int) -> dict[int, dict[int, Part]]:
    """By item and member, the part they take where it is not their attendance of the meeting."""
    rows = db.execute(
        select(ItemAttendance.item_id, ItemAttendance.member_id, ItemAttendance.part)
        .join(AgendaItem, AgendaItem.id == ItemAttendance.item_id)
        .where(AgendaItem.meeting_id == meeting)
    )
    found: dict[int, dict[int, Part]] = {}
    for item, member, part in rows:
        found.setdefault(item, {})[member] = Part(part)
    return found


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
