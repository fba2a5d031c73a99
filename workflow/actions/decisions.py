"""Use cases on what a body decides: outcomes, recorded or tallied, and the conditions attached to them."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from definitions.chain import Body
from definitions.terms import Outcome
from workflow.actions.at_gates import must_come_after_open_gates, stay_at
from workflow.actions.items import (
    Sitting,
    must_agree_with_answers,
    must_be_quorate,
    must_be_recorded,
    sitting_of,
    tally_at,
    unanswered,
)
from workflow.actions.plans import must_be_active
from workflow.actions.stopping import noting_stops
from workflow.actions.votes import outcome_at
from workflow.domain.calendar import shown_moment, tokyo_day
from workflow.domain.decisions import Manner
from workflow.domain.errors import AlreadyDone, BadInput, NotFound, NotNow
from workflow.domain.events import Tag
from workflow.domain.gates import versions_at
from workflow.domain.language import label, say
from workflow.domain.meetings import MeetingForm, Purpose, allowed_outcomes
from workflow.domain.rights import Act, Actor
from workflow.domain.timing import TooEarly, must_be_in_time
from workflow.domain.validation import a_text, not_to_come, some_text
from workflow.domain.votes import counts_of
from workflow.queries.actor import actor
from workflow.queries.decisions import current_decision
from workflow.store.database import Office, connection_of
from workflow.store.event_log import record
from workflow.store.tables import Condition, Decision, Record


def record_outcome(
    office: Office,
    by: str,
    item: int,
    outcome: Outcome,
    *,
    conditions: Sequence[str] = (),
    note: str = "",
    late_text: str = "",
    now: datetime,
) -> int:
    """Record what a body decided on an item, from its minutes, and return the decision's number. `note` holds
    a 附帯意見 too.

    `late_text` says why a text registered after the meeting began is the one the body saw (後日登録).

    Raises `NotAllowed`, `NotFound`, `BadInput` (an answer this body does not give, conditions missing or out
    of place), `LateText`, `TooEarly`, `GateClosed` (a body that comes before has not agreed, or the plan is
    stopped), `QuorumMissing`, `AlreadyDone`, `NotNow` (the meeting is still to come, or its body votes).
    """
    with office.writing() as db:
        who, sitting = sitting_of(db, by, item, Act.RECORD_OUTCOME, now)
        must_be_recorded(sitting, outcome)
        _may_decide(db, sitting, outcome, late_text, now)
        must_agree_with_answers(db, sitting, outcome)
        must_be_quorate(db, sitting)
        return _write_decision(
            db,
            who,
            sitting,
            outcome,
            Manner.RECORDED,
            conditions=conditions,
            note=note,
            late_text=late_text,
            now=now,
        )


def decide_by_votes(
    office: Office,
    by: str,
    item: int,
    *,
    conditions: Sequence[str] = (),
    note: str = "",
    late_text: str = "",
    now: datetime,
) -> int:
    """Count the votes on an item and record the outcome they amount to; returns the decision's number. With
    `conditions` a carried motion is a 条件付き了承; with a `note`, an advisory body's is a 答申 with 附帯意見.

    Raises as `outcome_of_votes` and `record_outcome`.
    """
    with office.writing() as db:
        who, sitting = sitting_of(db, by, item, Act.RECORD_OUTCOME, now)
        outcome = outcome_at(db, sitting, conditions, note)
        _may_decide(db, sitting, outcome, late_text, now)
        counts = counts_of(tally_at(db, sitting))
        return _write_decision(
            db,
            who,
            sitting,
            outcome,
            Manner.TALLIED,
            counts,
            conditions=conditions,
            note=note,
            late_text=late_text,
            now=now,
        )


def close_condition(
    office: Office, by: str, condition: int, note: str, *, on: date | None = None, now: datetime
) -> None:
    """Close a condition of a 条件付き了承, with a note of how it was met, whatever the text. The last one opens the
    gate. `on` is the day it was met, when that is entered later.

    Raises `AlreadyDone`, `NotAllowed`, `BadInput` (no note, or a day to come), `NotFound`.
    """
    some_text("解消の内容", note)
    not_to_come("解消の日", on, now)
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        found = db.get(Condition, condition)
        if found is None:
            raise NotFound("条件", str(condition))
        decision = known_decision(db, found.decision_id)
        who.require(Act.CLOSE_CONDITION, body=decision.body_key)
        if found.closed_at is not None:
            raise AlreadyDone("この条件は既に解消されています。")
        db.execute(
            update(Condition)
            .where(Condition.id == condition)
            .values(closed_by=who.id, closed_at=now, closed_note=note, met_on=on)
        )
        record(
            db,
            Tag.CONDITION_CLOSED,
            at=now,
            by=who.id,
            plan=decision.plan_id,
            condition=condition,
            decision=decision.id,
            gate=decision.gate_key,
            note=note,
            on=on,
        )


def _may_decide(db: Session, sitting: Sitting, outcome: Outcome, late_text: str, now: datetime) -> None:
    """Raises the error that prevents a decision on this item now."""
    item, plan = sitting.item, sitting.plan
    if sitting.decided:
        raise AlreadyDone("この議題の結果は既に記録されています。直す場合は訂正の記録をしてください。")
    must_be_answerable(sitting.body, Purpose(item.purpose), outcome)
    _all_have_answered(db, sitting, now)
    if item.ratifies_id is not None:
        known_decision(db, item.ratifies_id)
        return
    must_be_active(plan, "結果の記録")
    if (item.stage, item.visit) not in {(stay.stage, stay.visit) for stay in plan.path}:
        raise NotNow(
            "結果の記録",
            plan.stage.label,
            "計画は議題に載せた後に差し戻されました。議題から外してください。",
        )
    stay, known = stay_at(db, plan, item.gate_key, now)
    put = versions_at(plan.chain, stay, sitting.gate, known)
    text = next(text for text in put if text.version_id == item.version_id)
    try:
        must_be_in_time(
            plan.chain,
            sitting.gate,
            stay,
            known,
            text=text,
            at=sitting.decided_at(now),
            late=late_text,
        )
    except TooEarly:
        must_come_after_open_gates(db, plan, sitting.gate, stay, known)
        raise


def _all_have_answered(db: Session, sitting: Sitting, now: datetime) -> None:
    """A 持ち回り is decided when its answers are in: at its deadline, or once every member has answered."""
    if sitting.meeting.form != MeetingForm.IN_WRITING or now >= sitting.meeting.ends_at:
        return
    missing = unanswered(db, sitting)
    if missing:
        raise NotNow(
            "結果の記録",
            sitting.meeting.title,
            say(
                "まだ回答していない委員が {count} 人います。全員の回答がそろうか、回答期限 {at} を過ぎてから記録してください。",
                count=len(missing),
                at=shown_moment(sitting.meeting.ends_at),
            ),
        )


def must_be_answerable(body: Body, purpose: Purpose, outcome: Outcome) -> None:
    allowed = allowed_outcomes(purpose, body)
    if outcome not in allowed:
        labels = say("・").join(label(each) for each in allowed)
        raise BadInput(
            "結果",
            say("{body}は「{outcome}」とは答えません", body=body.name, outcome=label(outcome)),
            say("{labels} のいずれかです。", labels=labels),
        )


def conditions_given(outcome: Outcome, conditions: Sequence[str]) -> list[str]:
    if outcome is Outcome.CONDITIONAL and not conditions:
        raise BadInput("条件", "条件付き了承に条件がありません", "条件を 1 つ以上書いてください。")
    if outcome is not Outcome.CONDITIONAL and conditions:
        raise BadInput(
            "条件",
            say("「{outcome}」に条件は付きません", outcome=label(outcome)),
            "条件付き了承として記録してください。",
        )
    return [some_text("条件", text) for text in conditions]


def write_conditions(db: Session, decision: int, texts: Sequence[str]) -> None:
    if texts:
        db.execute(insert(Condition), [{"decision_id": decision, "text": text} for text in texts])


def _write_decision(
    db: Session,
    who: Actor,
    sitting: Sitting,
    outcome: Outcome,
    manner: Manner,
    counts: dict[str, int] | None = None,
    *,
    conditions: Sequence[str],
    note: str,
    late_text: str,
    now: datetime,
) -> int:
    a_text("備考", note)
    late = a_text("後日登録の理由", late_text).strip() or None
    texts = conditions_given(outcome, conditions)
    item = sitting.item
    heard = [item.plan_id] if item.ratifies_id else []
    with noting_stops(db, heard, by=who.id, now=now):
        decision = insert_decision(
            db,
            plan_id=item.plan_id,
            item_id=item.id,
            stage=item.stage,
            visit=item.visit,
            gate_key=item.gate_key,
            body_key=sitting.body.key,
            version_id=item.version_id,
            sha256=sitting.sha256,
            outcome=outcome,
            manner=manner,
            note=note,
            decided_on=tokyo_day(sitting.decided_at(now)),
            ratifies_id=item.ratifies_id,
            recorded_by=who.id,
            recorded_at=now,
            late_text_why=late,
            counts=counts,
        )
        write_conditions(db, decision, texts)
        record(
            db,
            Tag.RATIFIED if item.ratifies_id else Tag.DECISION_RECORDED,
            at=now,
            by=who.id,
            plan=item.plan_id,
            meeting=item.meeting_id,
            decision=decision,
            gate=item.gate_key,
            outcome=outcome,
            manner=manner,
            counts=counts,
            conditions=texts,
            sha256=sitting.sha256,
            note=note,
            ratifies=item.ratifies_id,
            late_text=late,
        )
    return decision


def insert_decision(db: Session, **values: object) -> int:
    return int(connection_of(db).execute(_DECIDE, values).scalar_one())


_DECISION = Record.metadata.tables["decision"]

_DECIDE = insert(_DECISION).returning(_DECISION.c.id)


def known_decision(db: Session, decision: int) -> Decision:
    """The decision, which nothing supersedes. Raises `NotFound`, `AlreadyDone`."""
    found = db.get(Decision, decision)
    if found is None or found.outcome is None:
        raise NotFound("決定", str(decision))
    if db.scalar(select(Decision.id).where(Decision.id == decision, current_decision())) is None:
        raise AlreadyDone("この決定は既に訂正または引き戻されています。新しい記録を指定してください。")
    return found
