"""Acts that may take away what a plan stands on: whoever does one leaves in the log that it stopped the plan."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.orm import Session

from workflow.domain import gates
from workflow.domain.events import Tag
from workflow.queries.gate_facts import facts
from workflow.queries.plans import plan_by_id
from workflow.store.event_log import record


@contextmanager
def noting_stops(db: Session, plans: Iterable[int], *, by: int, now: datetime) -> Iterator[None]:
    """Record of each plan, after the act within, that mandatory gates it passed fell by that act. It is stopped, and
    everyone concerned is told."""
    before = {plan: set(_fallen(db, plan, now)) for plan in plans}
    yield
    for plan, known in before.items():
        fell = [gate for gate in _fallen(db, plan, now) if gate not in known]
        if fell:
            record(db, Tag.PLAN_STOPPED, at=now, by=by, plan=plan, gates=fell)


def _fallen(db: Session, plan: int, now: datetime) -> list[str]:
    fact = plan_by_id(db, plan)
    return [state.gate.key for state in gates.fallen(fact.chain, facts(db, fact, now))]
