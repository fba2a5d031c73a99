"""The use case on the marks that a reader makes at items of an agenda for themselves. They leave no event."""

from datetime import datetime

from sqlalchemy import delete, insert, select, update

from workflow.actions.agenda import known_item
from workflow.domain.agenda_marks import Mark, a_memo
from workflow.domain.calendar import tokyo_day
from workflow.queries.actor import actor
from workflow.queries.reading_rights import whole_meeting_to_read
from workflow.store.database import Office
from workflow.store.tables import AgendaMark


def mark_item(
    office: Office, by: str, item: int, mark: Mark | None, memo: str = "", *, now: datetime
) -> None:
    """Put one's own mark at an item, with a memo, in place of the one before; with neither, take it away.

    Raises `BadInput` (the memo), `NotAllowed` (to read the meeting), `NotFound`.
    """
    words = a_memo(memo)
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        whole_meeting_to_read(db, who, known_item(db, item).meeting_id)
        mine = (AgendaMark.item_id == item) & (AgendaMark.person_id == who.id)
        kept = {"mark": mark or "", "memo": words, "at": now}
        if mark is None and not words:
            db.execute(delete(AgendaMark).where(mine))
        elif db.scalar(select(AgendaMark.id).where(mine)) is None:
            db.execute(insert(AgendaMark).values(item_id=item, person_id=who.id, **kept))
        else:
            db.execute(update(AgendaMark).where(mine).values(**kept))
