"""The marks of one reader at the items of an agenda. Nobody else is shown them."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.domain.agenda_marks import Mark
from workflow.store.tables import AgendaItem, AgendaMark


@dataclass(frozen=True, slots=True)
class OwnMark:
    """A mark of the person who asks; `mark` is None where there is only a memo."""

    mark: Mark | None
    memo: str


def marks_of(db: Session, person: int, meeting: int) -> Mapping[int, OwnMark]:
    """Return the person's own marks at the items of the meeting, by item. One statement."""
    rows = db.execute(
        select(AgendaMark.item_id, AgendaMark.mark, AgendaMark.memo)
        .join(AgendaItem, AgendaItem.id == AgendaMark.item_id)
        .where(AgendaItem.meeting_id == meeting, AgendaMark.person_id == person)
    )
    return {item: OwnMark(Mark(mark) if mark else None, memo) for item, mark, memo in rows}
