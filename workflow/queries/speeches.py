"""The remarks at a meeting (発言), in the order of its items."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from workflow.domain.errors import NotFound
from workflow.domain.minutes import Speaker, in_order
from workflow.store.tables import AgendaItem, Meeting, Person, Speech


@dataclass(frozen=True, slots=True)
class SpeechFact:
    """A remark as it stands. `member` is the key of a member, and `name` theirs or a guest's; both are empty for the
    chair and the 事務局."""

    id: int
    item: int
    speaker: Speaker
    member: str
    name: str
    text: str


def speeches(db: Session, meeting: int) -> Mapping[int, list[SpeechFact]]:
    """Return the remarks at each item of the meeting, in their order. One statement."""
    return _said(db, AgendaItem.meeting_id == meeting)


def newest_of(said: Mapping[int, Sequence[SpeechFact]]) -> int:
    """The number of the newest of the remarks; 0: there is none."""
    return max((each.id for at_item in said.values() for each in at_item), default=0)


def speeches_at(db: Session, item: int) -> list[SpeechFact]:
    """Return the remarks at the item, in their order. One statement."""
    return _said(db, AgendaItem.id == item).get(item, [])


def _said(db: Session, where: ColumnElement[bool]) -> dict[int, list[SpeechFact]]:
    rows = db.execute(
        select(Speech, Person.key, Person.name)
        .join(AgendaItem, AgendaItem.id == Speech.item_id)
        .outerjoin(Person, Person.id == Speech.member_id)
        .where(where, ~superseded())
        .order_by(Speech.item_id)
    )
    at_items: dict[int, dict[int, tuple[int | None, SpeechFact]]] = {}
    for row, key, member in rows:
        fact = SpeechFact(row.id, row.item_id, Speaker(row.speaker), key or "", member or row.name, row.text)
        at_items.setdefault(row.item_id, {})[row.place] = row.follows, fact
    found = {
        item: [at[place][1] for place in in_order((place, at[place][0]) for place in at) if at[place][1].text]
        for item, at in at_items.items()
    }
    return {item: said for item, said in found.items() if said}


@dataclass(frozen=True, slots=True)
class Besides:
    """The people at a meeting beside its members: guests by title and name, and the number of 傍聴者, None where nobody
    counted."""

    guests: tuple[str, ...]
    observers: int | None


def besides(db: Session, meeting: int) -> Besides:
    """Return who was at the meeting beside its members. One statement."""
    guests, observers = db.execute(
        select(Meeting.guests, Meeting.observers).where(Meeting.id == meeting)
    ).one()
    return Besides(tuple(guests), observers)


def superseded() -> ColumnElement[bool]:
    """The condition that a later record replaced the `Speech` of a statement, or took it back."""
    later = aliased(Speech)
    return select(later.id).where(later.supersedes_id == Speech.id).correlate(Speech).exists()


def item_of(db: Session, speech: int) -> int:
    """Return the number of the item at which that remark was made. Raises `NotFound`."""
    found = db.scalar(select(Speech.item_id).where(Speech.id == speech))
    if found is None:
        raise NotFound("発言", str(speech))
    return found


def meeting_of_item(db: Session, item: int) -> int:
    """Return the number of the meeting on whose agenda the item is. Raises `NotFound`."""
    found = db.scalar(select(AgendaItem.meeting_id).where(AgendaItem.id == item))
    if found is None:
        raise NotFound("議題", str(item))
    return found
