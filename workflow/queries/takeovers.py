"""Takeovers (移行登録): plans that were entered when they were already under way."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.domain.events import Tag
from workflow.store.tables import Event


@dataclass(frozen=True, slots=True)
class Takeover:
    """The takeover of a plan: everything of it until the moment `at` is a part of it."""

    at: datetime
    reason: str
    filename: str

    @classmethod
    def of(cls, at: datetime | None, data: str | None) -> "Takeover | None":
        """The takeover that an event says; None when there is no event."""
        if at is None or data is None:
            return None
        said = json.loads(data)
        return cls(at, said["reason"], said["filename"])


def takeover_of(db: Session, plan: int) -> Takeover | None:
    """The takeover of the plan of that number; None when it began here. One statement."""
    found = db.execute(
        select(Event.at, Event.data).where(Event.plan_id == plan, Event.tag == Tag.PLAN_TAKEN_OVER)
    ).first()
    return Takeover.of(*found) if found else None


def takeovers_among(db: Session, moments: Collection[datetime]) -> frozenset[datetime]:
    """Those of the moments at which plans were taken over: all events of a takeover have one moment. One statement."""
    if not moments:
        return frozenset()
    taken = select(Event.at).where(Event.tag == Tag.PLAN_TAKEN_OVER, Event.at.in_(moments))
    return frozenset(db.scalars(taken))
