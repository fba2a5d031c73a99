"""Takeovers (移行登録): plans that were entered when they were already under way."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.domain.events import Tag
from workflow.store.tables import Event, Person

MOST_EVENTS = 4000
"""Most events of one takeover, which follow each other in the log, its own last."""


@dataclass(frozen=True, slots=True)
class Takeover:
    """A takeover: everything of the plan that was recorded at the moment `at` belongs to it."""

    at: datetime
    by: str
    reason: str
    filename: str


def takeover_of(db: Session, plan: int) -> Takeover | None:
    """The takeover of the plan of that number; None when it began here. One statement."""
    found = db.execute(
        select(Event.at, Person.name, Event.data)
        .join(Person, Person.id == Event.by)
        .where(Event.plan_id == plan, Event.tag == Tag.PLAN_TAKEN_OVER)
    ).first()
    if found is None:
        return None
    data = json.loads(found.data)
    return Takeover(found.at, found.name, data["reason"], data["filename"])


def taken_over_at(db: Session, events: Collection[int]) -> frozenset[datetime]:
    """The moments of the takeovers that the events of those numbers may belong to. One statement."""
    if not events:
        return frozenset()
    near = Event.seq.between(min(events), max(events) + MOST_EVENTS)
    return frozenset(db.scalars(select(Event.at).where(near, Event.tag == Tag.PLAN_TAKEN_OVER)))
