"""Use cases that supersede a decision: correct it, take it back (引戻し)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from definitions.terms import Outcome
from workflow import queries
from workflow.actions.chair_decisions import must_be_decidable_alone, must_not_be_reported
from workflow.actions.decisions import (
    conditions_given,
    insert_decision,
    known_decision,
    must_be_answerable,
    write_conditions,
)
from workflow.actions.meetings import body_gate
from workflow.actions.stopping import noting_stops
from workflow.actions.taking_back import must_be_own, must_not_be_ended
from workflow.domain.calendar import tokyo_day
from workflow.domain.decisions import Manner
from workflow.domain.events import Tag
from workflow.domain.language import say
from workflow.domain.meetings import Purpose
from workflow.domain.rights import Actor
from workflow.domain.taking_back import TakingBack
from workflow.domain.validation import some_text
from workflow.queries.actor import actor
from workflow.queries.plans import plan_by_id
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import AgendaItem, Decision


def correct_decision(
    office: Office,
    by: str,
    decision: int,
    outcome: Outcome,
    reason: str,
    *,
    conditions: Sequence[str] = (),
    now: datetime,
) -> int:
    """Correct a decision by one that supersedes it; the first one stays readable. A 専決 is its chair's to correct,
    and only until it is on an agenda: the body hears what was decided. Returns the new number.

    Raises `AlreadyDone` (it was superseded before, or a 専決 is reported), `NotAllowed`, `BadInput`, `NotFound`.
    """
    some_text("訂正の理由", reason)
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        old = known_decision(db, decision)
        fact = plan_by_id(db, old.plan_id)
        item = db.get(AgendaItem, old.item_id) if old.item_id else None
        who.require(queries.right_to_decide(old.manner), body=old.body_key)
        if item is None:
            must_not_be_reported(db, decision)
            must_be_decidable_alone(fact, body_gate(fact, old.gate_key), outcome)
        else:
            must_be_answerable(fact.chain.body(old.body_key), Purpose(item.purpose), outcome)
        texts = conditions_given(outcome, conditions)
        with noting_stops(db, [old.plan_id], by=who.id, now=now):
            new = _supersede(db, old, outcome, reason, who, now)
            write_conditions(db, new, texts)
            record(
                db,
                Tag.DECISION_CORRECTED,
                at=now,
                by=who.id,
                plan=old.plan_id,
                meeting=item.meeting_id if item else None,
                decision=new,
                supersedes=decision,
                gate=old.gate_key,
                outcome=outcome,
                conditions=texts,
                sha256=old.sha256,
                reason=reason,
            )
        return new


def take_back_decision(office: Office, by: str, decision: int, reason: str, *, now: datetime) -> None:
    """引戻し: whoever recorded a decision takes it back, until somebody has built on it.

    Raises `AlreadyDone` (somebody has: the plan moved, a later body decided, a condition was closed, the
    meeting was closed), `NotNow` (somebody else recorded it), `NotAllowed` (their right has ended),
    `NotFound`.
    """
    some_text("引戻しの理由", reason)
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        old = known_decision(db, decision)
        right = queries.right_to_decide(old.manner)
        holds = who.may(right, body=old.body_key)
        what = say("決定 {decision}", decision=decision)
        must_be_own(who, right, what, recorded_by=old.recorded_by, holds=holds)
        if old.item_id is None:
            must_not_be_reported(db, decision)
        must_not_be_ended(_taking_back(db, old))
        item = db.get(AgendaItem, old.item_id) if old.item_id else None
        _supersede(db, old, None, reason, who, now)
        record(
            db,
            Tag.DECISION_TAKEN_BACK,
            at=now,
            by=who.id,
            plan=old.plan_id,
            meeting=item.meeting_id if item else None,
            decision=decision,
            gate=old.gate_key,
            reason=reason,
        )


def _supersede(
    db: Session, old: Decision, outcome: Outcome | None, reason: str, who: Actor, now: datetime
) -> int:
    copied = (
        "plan_id",
        "item_id",
        "stage",
        "visit",
        "gate_key",
        "body_key",
        "version_id",
        "sha256",
        "decided_on",
        "ratifies_id",
    )
    return insert_decision(
        db,
        **{name: getattr(old, name) for name in copied},
        # Nobody voted for what a correction says; a 専決 stays one, and is owed to its body.
        manner=Manner.RECORDED if old.manner == Manner.TALLIED else old.manner,
        outcome=outcome,
        note=reason,
        supersedes_id=old.id,
        recorded_by=who.id,
        recorded_at=now,
    )


def _taking_back(db: Session, decision: Decision) -> TakingBack:
    """Return until when the decision may be taken back."""
    plan = plan_by_id(db, decision.plan_id)
    given = queries.gate_answers(db, plan)
    return queries.taking_back(plan, given, next(a for a in given if a.id == (False, decision.id)))
