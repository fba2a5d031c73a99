"""The items of a meeting that can be sent on to the next one of its body: continued, undecided, or taken off."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, false, func, null, select, union_all
from sqlalchemy.orm import Session, aliased

from workflow.domain.meetings import GOES_ON, MeetingStatus, Purpose
from workflow.queries.agenda import Line, agenda, agenda_lines, held_decision
from workflow.queries.meetings import MeetingFact, takes_items
from workflow.store.tables import AgendaItem, Meeting, Plan
from workflow.store.unindexed import unindexed

MOST_NUMBER = 2**31 - 1
"""The largest number of an item."""

_Matter = tuple[str | None, str | None, str | None]
"""The plan, the gate and, at no gate, the title: what makes two items the same matter."""


def lines_to_carry(db: Session, held: MeetingFact) -> list[Line]:
    """The lines of the meeting's agenda that go on, wait at no other meeting of the body, and were not put on the agenda of
    another one since. At most four statements, and one for each chain not yet loaded in this process."""
    items = agenda(db, held.id, with_removed=True)
    lines = agenda_lines(db, held.id, items, with_removed=True)
    listed = {_matter(line) for line in lines if line.removed_why is None}
    going_on = [line for line in lines if _goes_on(line)]
    elsewhere = _elsewhere(db, held, going_on)
    found: dict[_Matter, Line] = {}
    for line in going_on:
        matter = _matter(line)
        again = line.removed_why is not None and matter in listed
        if not again and elsewhere.get(matter, 0) < line.id:
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


def _elsewhere(db: Session, held: MeetingFact, lines: Iterable[Line]) -> dict[_Matter, int]:
    """The matters of the lines on the agendas of the body's other meetings, each with the number of the newest item on it; one
    that still waits there counts as newer than any. Of a body of many years only what treats the same plans, and of each title
    what waits and the newest item, is read. One statement, none without a line."""
    matters = {_matter(line) for line in lines}
    plans = {plan for plan, _, _ in matters if plan}
    titles = {title for plan, _, title in matters if title and not plan}
    listed = (
        select(Plan.key, AgendaItem.gate_key, AgendaItem.title, AgendaItem.id, _WAITS)
        .select_from(AgendaItem)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .outerjoin(Plan, Plan.id == AgendaItem.plan_id)
        .where(
            Meeting.body_key == held.body_key,
            Meeting.id != held.id,
            AgendaItem.removed_at.is_(None),
        )
    )
    asked = [listed.where(Plan.key.in_(plans), takes_items() | _WAS_HELD)] if plans else []
    if titles:
        # A title that every meeting has would lead through all of them.
        named = listed.where(takes_items(), unindexed(AgendaItem.title).in_(titles))
        asked += [named, _of_titles(held)]
    found: dict[_Matter, int] = {}
    for plan, gate, title, item, waiting_there in db.execute(union_all(*asked)) if asked else ():
        matter = plan, gate, None if gate else title
        found[matter] = max(found.get(matter, 0), MOST_NUMBER if waiting_there else item)
    return found


_WAITS = takes_items() & ~held_decision(AgendaItem.id).exists()


_WAS_HELD = Meeting.status == MeetingStatus.CLOSED


def _of_titles(held: MeetingFact) -> Select[*tuple[Any, ...]]:
    """The newest item at a closed meeting of the body with the title of each of the meeting's items that treat no plan."""
    own = aliased(AgendaItem)
    newest = (
        select(AgendaItem.id)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(
            AgendaItem.title == own.title,
            AgendaItem.plan_id.is_(None),
            AgendaItem.removed_at.is_(None),
            Meeting.body_key == held.body_key,
            Meeting.id != held.id,
            _WAS_HELD,
        )
        .order_by(AgendaItem.id.desc())
        .limit(1)
        .correlate(own)
        .scalar_subquery()
    )
    found = select(null(), null(), own.title, func.coalesce(newest, 0), false())
    return found.where(own.meeting_id == held.id, own.plan_id.is_(None), own.title.is_not(None))
