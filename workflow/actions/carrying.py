"""The use case that sends items of a meeting on to the next one of its body."""

from collections.abc import Sequence
from datetime import datetime

from workflow.actions.agenda import put_item
from workflow.actions.agenda_changes import take_off
from workflow.actions.matters import put_matter
from workflow.actions.meetings import held_by_right, meeting_taking_items, must_have_begun
from workflow.actions.open_meetings import keep_closed
from workflow.domain.errors import BadInput, NotNow
from workflow.domain.language import say
from workflow.domain.meetings import is_open
from workflow.domain.rights import Act
from workflow.queries.carrying import lines_to_carry
from workflow.queries.meetings import meeting as meeting_of
from workflow.queries.open_meetings import closings
from workflow.queries.reading_rights import plan_to_read
from workflow.store.database import Office
from workflow.store.tables import AgendaItem


def carry_over(office: Office, by: str, meeting: int, to: int, items: Sequence[int], *, now: datetime) -> int:
    """Put these items of a meeting that has begun on the agenda of another one of the same body, and return how many they
    are: what was continued, has no outcome, or was taken off. What has no outcome leaves the agenda of the first. A plan's
    newest text is put. An item that was closed to the public, itself or with its meeting, stays so, with its reason and what it rests on.

    Raises `BadInput` (no items, another body), `NotNow` (the item was settled, or waits at another meeting; not begun), and
    as `list_item`.
    """
    if not items:
        raise BadInput("議題", "選ばれていません", "次の会議に送る議題に印を付けてください。")
    doing = say("次の会議への送り")
    with office.writing() as db:
        who, held = held_by_right(db, by, meeting, Act.SET_AGENDA, now)
        must_have_begun(held, doing, now)
        _, target = meeting_taking_items(db, by, to, doing, now)
        if target.body_key != held.body_key or target.id == held.id:
            raise BadInput(
                "送り先の会議", "同じ会議体の別の会議ではありません", "この会議体の次の会議を選んでください。"
            )
        going = {line.id: line for line in lines_to_carry(db, meeting_of(db, meeting))}
        closed = closings(db, meeting)
        for number in items:
            line = going.get(number)
            if line is None:
                raise NotNow(
                    doing,
                    held.title,
                    say("議題 {item} は、済んだか、ほかの会議に載っています。", item=number),
                )
            if line.removed_why is None and is_open(held.status) and not (line.item and line.item.decided):
                take_off(db, db.get_one(AgendaItem, number), f"「{target.title}」に送る", by=who.id, now=now)
            if line.item is not None:
                new = put_item(db, who, target, line.item.plan, line.item.gate_key, line.purpose, None, now)
            else:
                about = plan_to_read(db, who, line.plan[0]).id if line.plan else None
                new = put_matter(db, who, target, about, line.purpose, line.title, line.planned_minutes, now)
            if why := closed.of(number):
                keep_closed(db, who, target, new, why, now)
        return len(items)
