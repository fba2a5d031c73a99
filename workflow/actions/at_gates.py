"""Conditions of every act of approval: the gate may be answered, and for the text that was seen."""

from datetime import datetime

from sqlalchemy.orm import Session

from definitions.chain import Gate
from workflow import queries
from workflow.domain import gates
from workflow.domain.cover import Text
from workflow.domain.errors import BadInput, NotFound, OtherText
from workflow.domain.facts import Facts
from workflow.domain.gates import GateClosed, Lack
from workflow.domain.language import say
from workflow.domain.path import Stay, stay_in
from workflow.queries.gate_facts import facts
from workflow.queries.plans import PlanFact


def stay_at(db: Session, plan: PlanFact, gate: str, now: datetime) -> tuple[Stay, Facts]:
    """The stay whose gate of that key may be answered now, with what is known of the plan: the stay the plan is in, or
    one it passed whose gate no longer holds. While the plan is stopped, only the gates it passed may be answered.

    Raises `NotFound`, `BadInput` (a gate of another stage), `GateClosed` (the plan is stopped).
    """
    if not plan.chain.has_gate(gate):
        raise NotFound("必要な手続", gate, [each.key for each in plan.stage.gates])
    stage = plan.chain.stage_of_gate(gate)
    stay = stay_in(plan.path, stage.key)
    if stay is None:
        raise _of_another_stage(plan, gate)
    known = facts(db, plan, now)
    if stay == plan.stay:
        if fell := gates.fallen(plan.chain, known):
            raise GateClosed(plan.stage, fell, queries.why(db, plan, now))
        return stay, known
    if gates.states(plan.chain, stay, known)[gate].open:
        raise _of_another_stage(plan, gate)
    return stay, known


def text_of(plan: PlanFact, gate: Gate, stay: Stay, known: Facts) -> Text:
    """The text by which the gate of the stay is judged. Raises `BadInput` while there is none."""
    text = gates.text_at(plan.chain, stay, gate, known)
    if text is None:
        raise BadInput("文書", "この段階の文書がまだありません", "先に版を登録してください。")
    return text


def must_be_seen(text: Text, seen: int) -> None:
    """Raises `OtherText` when the newest text is not the version that the person saw."""
    if text.number != seen:
        raise OtherText(seen, text.number)


def must_come_after_open_gates(db: Session, plan: PlanFact, gate: Gate, stay: Stay, known: Facts) -> None:
    """Raises `GateClosed` while a gate that comes before is shut."""
    state = gates.states(plan.chain, stay, known)[gate.key]
    if state.lack is Lack.AFTER:
        reasons = [r for r in queries.why(db, plan, known.now) if r.gate in gate.after]
        raise GateClosed(plan.chain.stage(stay.stage), [state], reasons)


def _of_another_stage(plan: PlanFact, gate: str) -> BadInput:
    return BadInput(
        "必要な手続",
        say(
            "「{gate}」は「{stage}」の手続です",
            gate=plan.chain.gate(gate).label,
            stage=plan.chain.stage_of_gate(gate).label,
        ),
        say("計画は今「{stage}」にあります。", stage=plan.stage.label),
    )
