"""The items of a meeting that can be sent on to the next one of its body: continued, undecided, or taken off."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.domain.meetings import GOES_ON, TAKES_ITEMS, MeetingStatus, Purpose
from workflow.queries.agenda import Line, agenda, agenda_lines, held_decision
from workflow.queries.meetings import MeetingFact, takes_items
from workflow.store.tables import AgendaItem, Meeting, Plan

MOST_NUMBER = 2**31 - 1
"""The largest number of an item."""

_Matter = tuple[str | None, str | None, str | None]
"""The plan, the gate and, at no gate, the title: what makes two items the same matter."""


def lines_to_carry(db: Session, held: MeetingFact) -> list[Line]:
    """The lines of the meeting's agenda that go on, wait at no other meeting of the body, and were not put on the agenda of
    another one since. Four statements, and one for each chain not yet loaded in this process."""
    items = agenda(db, held.id, with_removed=True)
    lines = agenda_lines(db, held.id, items, with_removed=True)
    listed = {_matter(line) for line in lines if line.removed_why is None}
    elsewhere = _elsewhere(db, held)
    found: dict[_Matter, Line] = {}
    for line in lines:
        matter = _matter(line)
        again = line.removed_why is not None and matter in listed
        if _goes_on(line) and not again and elsewhere.get(matter, 0) < line.id:
            found[matter] = line
    return list(found.values())


def _goes_on(line: Line) -> bool:
    if line.item is not None:
        decided = line.item.decided
        return line.purpose is not Purpose.RATIFY and (decided is None or decided.outcome in GOES_ON)
    return not line.heading and line.result is None


def _matter(line: Line) -> _Matter:
    if line.item is not None:
        return line.item.plan, line.item.gate_key, None
    return line.plan[0] if line.plan else None, None, line.title


def _elsewhere(db: Session, held: MeetingFact) -> dict[_Matter, int]:
    """The matters on the agendas of the body's other meetings, each with the number of the newest item on it; one that still
    waits there counts as newer than any."""
    waits = takes_items() & ~held_decision(AgendaItem.id).exists()
    rows = db.execute(
        select(Plan.key, AgendaItem.gate_key, AgendaItem.title, AgendaItem.id, waits)
        .select_from(AgendaItem)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .outerjoin(Plan, Plan.id == AgendaItem.plan_id)
        .where(
            Meeting.body_key == held.body_key,
            Meeting.id != held.id,
            Meeting.status.in_([*TAKES_ITEMS, MeetingStatus.CLOSED]),
            AgendaItem.removed_at.is_(None),
        )
    )
    found: dict[_Matter, int] = {}
    for plan, gate, title, item, waiting in rows:
        matter = plan, gate, None if gate else title
        found[matter] = max(found.get(matter, 0), MOST_NUMBER if waiting else item)
    return found
