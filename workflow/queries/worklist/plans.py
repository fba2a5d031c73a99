"""Plans that wait for a person: to be signed, moved on, answered, given a text, freed of conditions."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session

from definitions.chain import BodyGate, SignoffGate
from workflow.domain import gates
from workflow.domain.gates import Facts, GateState, Lack
from workflow.domain.language import say
from workflow.domain.plans import Status
from workflow.domain.rights import Act, Actor
from workflow.queries.chains import chain_of
from workflow.queries.gate_facts import facts_of_all
from workflow.queries.meetings import MeetingFact
from workflow.queries.plans import PlanFact, plan_fact, plans
from workflow.queries.worklist.tasks import Task, Waiting, bodies_for, nearest
from workflow.store.tables import ChainText, Condition, Decision, Plan


def plans_waiting(
    db: Session, who: Actor, now: datetime, coming: Mapping[str, MeetingFact]
) -> Iterable[Task]:
    """Plans of the person's departments, those that wait for the positions they hold or sign for, and those whose
    conditions they may close."""
    positions = who.positions | {position for _, position in who.represented}
    bodies = bodies_for(who, Act.CLOSE_CONDITION)
    if not (who.departments or positions or bodies):
        return
    mine = Plan.department_key.in_(sorted(who.departments))
    signing, last = _stages(db, positions)
    going_on = or_(mine, *signing) & ~or_(false(), *last)
    which = (Plan.status == Status.ACTIVE) & or_(going_on, _has_open_condition(bodies))
    known = [plan_fact(db, row) for row in db.execute(plans().where(which).order_by(Plan.key))]
    known_facts = facts_of_all(db, known, which, now)
    for plan in known:
        states = gates.states(plan.chain, plan.stage, known_facts[plan.id])
        yield from _conditions(plan, known_facts[plan.id], bodies, coming)
        yield from _signatures(plan, states, positions, coming)
        if plan.department in who.departments:
            yield from _staff_work(plan, states, coming)


def _has_open_condition(bodies: list[str]) -> ColumnElement[bool]:
    """The condition that one of the bodies attached a condition in the plan's current stage, and nobody has
    closed it. The gates decide whether the decision still counts."""
    attached = (
        select(Condition.id)
        .join(Decision, Decision.id == Condition.decision_id)
        .where(
            Decision.plan_id == Plan.id,
            Decision.stage == Plan.stage,
            Decision.visit == Plan.visit,
            Decision.body_key.in_(bodies),
            Condition.closed_at.is_(None),
        )
    )
    return attached.correlate(Plan).exists()


def _conditions(
    plan: PlanFact, known: Facts, bodies: list[str], coming: Mapping[str, MeetingFact]
) -> Iterable[Task]:
    """The open conditions of the decisions in force on the plan's current text."""
    for gate in plan.stage.gates:
        decision = known.decisions.get(gate.key)
        if not isinstance(gate, BodyGate) or gate.body not in bodies or decision is None:
            continue
        if plan.text is None or decision.version_id != plan.text.version_id:
            continue
        for condition in decision.open_conditions:
            words = say("「{plan}」の条件: {text}", plan=plan.title, text=condition.text)
            near = nearest(coming, [plan.stage])
            yield Task(Waiting.CONDITION, words, plan.key, condition.number, **near)


def _signatures(
    plan: PlanFact,
    states: Mapping[str, GateState],
    positions: frozenset[str],
    coming: Mapping[str, MeetingFact],
) -> Iterable[Task]:
    for state in states.values():
        gate = state.gate
        waits = state.lack in (Lack.SIGNATURE, Lack.SIGNATURE_STALE)
        if isinstance(gate, SignoffGate) and waits and {gate.position, gate.delegate} & positions:
            words = say("「{plan}」の{gate}", plan=plan.title, gate=gate.label)
            yield Task(Waiting.SIGN, words, plan.key, gate=gate.key, **nearest(coming, [plan.stage]))


def _staff_work(
    plan: PlanFact, states: Mapping[str, GateState], coming: Mapping[str, MeetingFact]
) -> Iterable[Task]:
    lacks = {state.lack for state in states.values()}
    here = nearest(coming, [plan.stage])
    if lacks <= {None} and plan.chain.after(plan.stage):
        words = say("「{plan}」は「{stage}」から進めます", plan=plan.title, stage=plan.stage.label)
        there = nearest(coming, [plan.chain.stage(key) for key in plan.chain.after(plan.stage)])
        yield Task(Waiting.ADVANCE, words, plan.key, **there)
    if Lack.DOCUMENT in lacks:
        words = say("「{plan}」の{stage}の文書", plan=plan.title, stage=plan.stage.label)
        yield Task(Waiting.DOCUMENT, words, plan.key, **here)
    if lacks & {Lack.UNANSWERED, Lack.UNPUBLISHED}:
        words = say("「{plan}」のパブリックコメント", plan=plan.title)
        yield Task(Waiting.ANSWER_OPINIONS, words, plan.key, **here)


def _stages(
    db: Session, positions: frozenset[str]
) -> tuple[list[ColumnElement[bool]], list[ColumnElement[bool]]]:
    """The stages, chain by chain, on which one of the positions signs; and those that lead nowhere, where nothing
    waits any more."""
    signing, last = list[ColumnElement[bool]](), list[ColumnElement[bool]]()
    for sha256 in db.scalars(select(ChainText.sha256)):
        chain = chain_of(db, sha256)
        for stage in chain.stages:
            here = (Plan.chain_sha256 == sha256) & (Plan.stage == stage.key)
            signed = [gate for gate in stage.gates if isinstance(gate, SignoffGate)]
            if any({gate.position, gate.delegate} & positions for gate in signed):
                signing.append(here)
            if not chain.after(stage):
                last.append(here)
    return signing, last
