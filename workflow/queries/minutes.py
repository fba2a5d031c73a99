"""The minutes of a meeting: the facts they are made from, the versions of their texts, and who confirms them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from definitions.chain import Body
from definitions.terms import Role
from workflow.domain.calendar import reiwa_moment, reiwa_with_weekday, shown_clock, tokyo_day
from workflow.domain.minutes import (
    Attendee,
    ItemFacts,
    MinutesFacts,
    MinutesKind,
    MinutesState,
    Remark,
    Speaker,
    draft_of,
    item_heading,
    part_on,
)
from workflow.domain.seats import chair_label, seat_label
from workflow.queries.actor import in_term
from workflow.queries.agenda import Line, agenda, agenda_lines, numbered_apart
from workflow.queries.attendance import Place, apart, places, presider_of
from workflow.queries.bodies import body_rule, seats
from workflow.queries.meetings import MeetingFact
from workflow.queries.people import Contact
from workflow.queries.speeches import SpeechFact, besides, speeches
from workflow.store.tables import AgendaItem, Meeting, MinutesText, Person, Posting


@dataclass(frozen=True, slots=True)
class MinutesVersion:
    """A version of a text. `revision` counts its edits; `edited`: somebody changed what was drafted. `reason` says why it
    corrects the version before, `note` what the chair said, or how it was confirmed."""

    id: int
    kind: MinutesKind
    version: int
    text: str
    state: MinutesState
    revision: int
    edited: bool
    reason: str
    note: str
    written_by: str
    written_at: datetime | None
    settled_by: str
    settled_at: datetime | None


def minutes_versions(db: Session, meeting: int, *, drafts: bool) -> list[MinutesVersion]:
    """Return the versions of both texts of the meeting, the newest first; without `drafts`, those that are final. One
    statement."""
    settler = aliased(Person)
    wanted = (
        select(MinutesText, Person.name, settler.name)
        .outerjoin(Person, Person.id == MinutesText.written_by)
        .outerjoin(settler, settler.id == MinutesText.settled_by)
        .where(MinutesText.meeting_id == meeting)
        .order_by(MinutesText.version.desc())
    )
    rows = db.execute(wanted).all()
    found = [
        MinutesVersion(
            row.id,
            MinutesKind(row.kind),
            row.version,
            row.text,
            MinutesState(row.state),
            row.revision,
            row.edited,
            row.reason,
            row.note,
            writer or "",
            row.written_at,
            settled_by or "",
            row.settled_at,
        )
        for row, writer, settled_by in rows
    ]
    return [each for each in found if drafts or each.state.final]


def final_minutes(kind: MinutesKind, held: type[Meeting] = Meeting) -> ColumnElement[bool]:
    """The condition that the text of the meeting of a statement is final: its newest version is."""
    newest = (
        select(MinutesText.state)
        .where(MinutesText.meeting_id == held.id, MinutesText.kind == kind)
        .order_by(MinutesText.version.desc())
        .limit(1)
    )
    state = func.coalesce(newest.correlate(held).scalar_subquery(), MinutesState.DRAFT)
    return state.in_([each for each in MinutesState if each.final])


def current_text(db: Session, meeting: int, kind: MinutesKind, *, drafts: bool) -> str:
    """Return the current text of the meeting's minutes; empty where there is none to read. One statement."""
    found = minutes_versions(db, meeting, drafts=drafts)
    return next((each.text for each in found if each.kind is kind), "")


def approval_items(db: Session, texts: Iterable[int]) -> Mapping[int, tuple[int, int]]:
    """By text, the meeting and the item that put it to approval. One statement."""
    rows = db.execute(
        select(AgendaItem.approves_id, AgendaItem.meeting_id, AgendaItem.id).where(
            AgendaItem.approves_id.in_(list(texts)), AgendaItem.removed_at.is_(None)
        )
    )
    return {text: (meeting, item) for text, meeting, item in rows if text is not None}


def confirmers(db: Session, held: MeetingFact, day: date) -> list[Contact]:
    """Return who confirms the minutes of the meeting on that day: who presided, while they chair the body or are its vice
    chair; else its chair, and while the seat is vacant its vice chair. Six statements, beside a chain once in a process."""
    presider = presider_of(body_rule(db, held.body_key), places(db, held))
    heads = seats(db, held.body_key, day, [Role.CHAIR, Role.VICE_CHAIR])
    presided = [each for each in heads if presider and each.person_id == presider.seat.person_id]
    chairs = [each for each in heads if each.role is Role.CHAIR]
    return [each.contact for each in presided or chairs or heads]


def minutes_facts(db: Session, held: MeetingFact) -> MinutesFacts:
    """Gather what the record tells of the meeting, for its minutes. A fixed number of statements, however many items and
    remarks there are, beside each chain once in a process."""
    rule, members = body_rule(db, held.body_key), places(db, held)
    presider = None if held.in_writing else presider_of(rule, members)
    offices = _offices(db, [place.seat.person_id for place in members], tokyo_day(held.starts_at))
    people = {place.seat.key: _attendee(place, rule, offices) for place in members}
    there = besides(db, held.id)
    lines = agenda_lines(db, held.id, agenda(db, held.id))
    parted: dict[int, list[str]] = {}
    for each in apart(db, held.id):
        parted.setdefault(each.item, []).append(f"{each.part.label} {each.name}")
    said = speeches(db, held.id)
    presiding = people[presider.seat.key].named if presider else ""
    chair = presiding or chair_label(rule)
    return MinutesFacts(
        number=held.id,
        body=held.body,
        title=held.title,
        day=reiwa_with_weekday(tokyo_day(held.starts_at)),
        begins=shown_clock(held.starts_at),
        ends=_ends(held),
        form=held.form.label,
        in_writing=held.in_writing,
        place=held.place,
        presider=presiding,
        members=len(members),
        attendance=tuple(people[place.seat.key] for place in members if place.present),
        absent=tuple(people[place.seat.key] for place in members if place.present is False),
        guests=there.guests,
        observers=there.observers,
        items=tuple(
            _item(
                line,
                number,
                [_remark(each, people, chair) for each in said.get(line.id, [])],
                parted.get(line.id, []),
            )
            for number, line in numbered_apart(lines)
        ),
    )


def _ends(held: MeetingFact) -> str:
    same_day = tokyo_day(held.starts_at) == tokyo_day(held.ends_at)
    return shown_clock(held.ends_at) if same_day else reiwa_moment(held.ends_at)


def _attendee(place: Place, rule: Body, offices: Mapping[int, str]) -> Attendee:
    return Attendee(
        seat_label(place.seat.role, rule),
        offices.get(place.seat.person_id, ""),
        place.seat.name,
        place.deputy.name if place.deputy else "",
        shown_clock(place.arrived_at) if place.arrived_at else "",
        shown_clock(place.left_at) if place.left_at else "",
    )


def _item(line: Line, number: str, remarks: Sequence[Remark], apart: Sequence[str]) -> ItemFacts:
    item, decided = line.item, line.item.decided if line.item else None
    return ItemFacts(
        id=line.id,
        number=number,
        title=f"{item.title}（{item.stage}・{item.gate}）" if item else line.title,
        heading=line.heading,
        papers=(),
        remarks=tuple(remarks),
        outcome=decided.outcome.label if decided else "",
        note=decided.note if decided else "",
        counts=decided.counts or {} if decided else {},
        conditions=tuple(each.text for each in decided.conditions) if decided else (),
        result=line.result or "",
        apart=tuple(apart),
    )


def _remark(said: SpeechFact, people: Mapping[str, Attendee], chair: str) -> Remark:
    if said.speaker is Speaker.CHAIR:
        return Remark(chair, said.text)
    member = people.get(said.member)
    # A member whose seat was corrected after they spoke is named all the same.
    return Remark(member.named if member else said.name or said.speaker.label, said.text)


def _offices(db: Session, people: Sequence[int], day: date) -> dict[int, str]:
    """The position (職) of each of these people on that day. One statement."""
    rows = db.execute(
        select(Posting.person_id, Posting.position)
        .where(Posting.person_id.in_(people), Posting.position.is_not(None), in_term(Posting, day))
        .order_by(Posting.id)
    )
    return {person: position for person, position in rows if position}


def summary_draft(db: Session, held: MeetingFact) -> str:
    """Return the 概要 that closing the meeting would keep: the draft there is, else the one made from the record."""
    kept = current_text(db, held.id, MinutesKind.SUMMARY, drafts=True)
    return kept or draft_of(MinutesKind.SUMMARY, minutes_facts(db, held))


def parts_on(db: Session, held: MeetingFact, items: Collection[int]) -> list[tuple[str, str]]:
    """Return what the final minutes of the meeting tell of each of these items: its heading and what follows it. The
    会議録 is asked first, then the 概要; an item of which neither tells is left out."""
    finals = minutes_versions(db, held.id, drafts=False)
    texts = [
        each.text for kind in (MinutesKind.FULL, MinutesKind.SUMMARY) for each in finals if each.kind is kind
    ]
    if not texts:
        return []
    asked = [item for item in minutes_facts(db, held).items if item.id in items]
    found = [(item, next(filter(None, (part_on(item, text) for text in texts)), "")) for item in asked]
    return [(item_heading(item), part.partition("\n")[2]) for item, part in found if part]
