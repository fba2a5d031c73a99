"""Periods whose text the plan no longer has: what is said about it is said about nothing."""

from datetime import datetime

from sqlalchemy.orm import Session

from workflow.domain import gates
from workflow.domain.gates import Lack
from workflow.queries.comments import Consultation
from workflow.queries.gate_facts import facts


def is_voided(db: Session, asked: Consultation, now: datetime) -> bool:
    """Return whether the gate of the period, which stands in the plan's present stage, asks for a new one all the
    same: the text it is about was replaced. One to three statements."""
    if not asked.here:
        return False
    plan = asked.plan
    return gates.states(plan.chain, plan.stay, facts(db, plan, now))[asked.gate].lack is Lack.PERIOD
