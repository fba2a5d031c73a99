"""Use cases on 専決: the chair decides alone, and the body hears of it or answers."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from definitions.chain import BodyGate
from definitions.terms import Outcome
from workflow.actions.at_gates import must_be_seen, must_come_after_open_gates, stay_at, text_of
from workflow.actions.decisions import insert_decision
from workflow.actions.meetings import body_gate
from workflow.actions.plans import must_be_active
from workflow.domain.calendar import tokyo_day
from workflow.domain.decisions import Manner
from workflow.domain.errors import AlreadyDone, BadInput, NotNow
from workflow.domain.events import Tag
from workflow.domain.language import label, say
from workflow.domain.meetings import ON_RECORD, MeetingStatus
from workflow.domain.rights import Act
from workflow.domain.validation import some_text
from workflow.queries.actor import actor
from workflow.queries.plans import PlanFact
from workflow.queries.reading_rights import plan_to_read
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import AgendaItem, Meeting


def decide_alone(
    office: Office, by: str, plan: str, gate: str, outcome: Outcome, reason: str, *, seen: int, now: datetime
) -> int:
    """専決: the chair decides alone when no meeting can be called. The gate opens provisionally; the body's
    next meeting must hear it or approve it. `seen` is the number of the version the chair read. Returns the
    decision's number.

    Raises `NotNow` (the body's rule has no 専決), `OtherText`, `GateClosed`, `NotAllowed`, `BadInput`, `NotFound`.
    """
    some_text("専決の理由", reason)
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        fact = plan_to_read(db, who, plan)
        must_be_active(fact, "専決")
        found = body_gate(fact, gate)
        body = fact.chain.body(found.body)
        who.require(Act.DECIDE_ALONE, body=body.key)
        if body.urgent is None:
            raise NotNow("専決", fact.stage.label, say("{body}の規定には専決がありません。", body=body.name))
        must_be_decidable_alone(fact, found, outcome)
        stay, known = stay_at(db, fact, gate, now)
        text = text_of(fact, found, stay, known)
        must_be_seen(text, seen)
        must_come_after_open_gates(db, fact, found, stay, known)
        decision = insert_decision(
            db,
            plan_id=fact.id,
            item_id=None,
            stage=stay.stage,
            visit=stay.visit,
            gate_key=gate,
            body_key=body.key,
            version_id=text.version_id,
            sha256=text.sha256,
            outcome=outcome,
            manner=Manner.CHAIR_ALONE,
            note=reason,
            decided_on=tokyo_day(now),
            recorded_by=who.id,
            recorded_at=now,
        )
        record(
            db,
            Tag.DECIDED_ALONE,
            at=now,
            by=who.id,
            plan=fact.id,
            decision=decision,
            gate=gate,
            outcome=outcome,
            sha256=text.sha256,
            reason=reason,
            owes=body.urgent,
        )
        return decision


def must_be_decidable_alone(plan: PlanFact, gate: BodyGate, outcome: Outcome) -> None:
    if outcome not in plan.chain.opens_on(gate) or outcome is Outcome.CONDITIONAL:
        raise BadInput(
            "専決",
            say("「{outcome}」は専決できません", outcome=label(outcome)),
            "了承など、手続が済む結果だけです。",
        )


def must_not_be_reported(db: Session, alone: int) -> None:
    meeting = db.scalar(
        select(Meeting.title)
        .join(AgendaItem, AgendaItem.meeting_id == Meeting.id)
        .where(
            AgendaItem.ratifies_id == alone,
            AgendaItem.removed_at.is_(None),
            Meeting.status.in_((*ON_RECORD, MeetingStatus.DRAFT)),
        )
        .limit(1)
    )
    if meeting is not None:
        raise AlreadyDone(
            say(
                "この専決は「{meeting}」の議題に載っているため、直せません。まだ結果がなければ、先に議題から外してください。",
                meeting=meeting,
            )
        )
