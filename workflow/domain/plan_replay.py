"""A plan as its events make it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from definitions.chain import Chain
from workflow.domain.calendar import effective_from, end_of_day, parse_day, tokyo_day
from workflow.domain.events import Tag
from workflow.domain.path import Path, advanced, opened, sent_back
from workflow.domain.plans import Status

MOVES = {
    Tag.PLAN_OPENED: Status.ACTIVE,
    Tag.PLAN_ADVANCED: Status.ACTIVE,
    Tag.PLAN_SENT_BACK: Status.ACTIVE,
    Tag.PLAN_SUSPENDED: Status.SUSPENDED,
    Tag.PLAN_RESUMED: Status.ACTIVE,
    Tag.PLAN_WITHDRAWN: Status.WITHDRAWN,
    Tag.PLAN_FINISHED: Status.FINISHED,
}
"""The events that move a plan, and the status each leaves it in."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """A plan after some of its events."""

    status: Status
    revision: int
    path: Path


def replayed(
    chain: Chain, before: Replayed | None, tag: Tag, data: Mapping[str, Any], at: datetime
) -> Replayed:
    """The plan after one more event that moves it, recorded at that moment; `before` is None at the first."""
    on = parse_day(data["on"]) if data.get("on") else None
    if before is None:
        return Replayed(MOVES[tag], 1, opened(chain, effective_from(on, at)))
    revision, path = before.revision + 1, before.path
    if tag is Tag.PLAN_ADVANCED:
        path = advanced(chain, path, data["to"], revision=revision, at=moment_of_step(on, at))
    elif tag is Tag.PLAN_SENT_BACK:
        path = sent_back(chain, path, data["to"], revision=revision, at=moment_of_step(on, at))
    return Replayed(MOVES[tag], revision, path)


def moment_of_step(on: date | None, recorded_at: datetime) -> datetime:
    """The moment from which a step counts: when it was recorded, or the end of the earlier day on which it was
    taken."""
    return recorded_at if on is None or on == tokyo_day(recorded_at) else end_of_day(on)
