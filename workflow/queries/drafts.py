"""The meetings in preparation at which a plan could be put on the agenda."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from workflow.domain.meetings import MeetingStatus
from workflow.store.tables import AgendaItem, Meeting


@dataclass(frozen=True, slots=True)
class Draft:
    """A meeting in preparation; `gates` are those at which the plan is on its agenda already."""

    meeting: int
    title: str
    starts_at: datetime
    gates: frozenset[str]


def drafts_for(db: Session, plan: int, bodies: Collection[str]) -> dict[str, list[Draft]]:
    """The meetings that these bodies prepare, nearest first, by body. One statement; none without a body."""
    if not bodies:
        return {}
    listed = and_(
        AgendaItem.meeting_id == Meeting.id, AgendaItem.plan_id == plan, AgendaItem.removed_at.is_(None)
    )
    rows = db.execute(
        select(Meeting.id, Meeting.body_key, Meeting.title, Meeting.starts_at, AgendaItem.gate_key)
        .outerjoin(AgendaItem, listed)
        .where(Meeting.body_key.in_(bodies), Meeting.status == MeetingStatus.DRAFT)
        .order_by(Meeting.starts_at, Meeting.id)
    )
    found: dict[str, dict[int, Draft]] = {}
    for number, body, title, starts_at, gate in rows:
        of_body = found.setdefault(body, {})
        gates = of_body[number].gates if number in of_body else frozenset()
        of_body[number] = Draft(number, title, starts_at, gates | {gate} if gate else gates)
    return {body: list(drafts.values()) for body, drafts in found.items()}
