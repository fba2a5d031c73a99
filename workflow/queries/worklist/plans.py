"""Plans that wait for a person: to be signed, moved on, answered, given a text, freed of conditions, confirmed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from definitions.chain import BodyGate, SignoffGate
from workflow.domain import gates
from workflow.domain.calendar import end_of_day, tokyo_day
from workflow.domain.confirming import ConfirmedAs, confirms_as
from workflow.domain.facts import Facts
from workflow.domain.gates import GateState, Lack, Unconfirmed, text_at, unconfirmed
from workflow.domain.language import say
from workflow.domain.lateness import Course, standing_words
from workflow.domain.plans import Status
from workflow.domain.rights import Act, Actor
from workflow.queries.bodies import chairs_of
from workflow.queries.chains import chain_of
from workflow.queries.comments import found_later
from workflow.queries.gate_facts import facts_of_all
from workflow.queries.meetings import MeetingFact
from workflow.queries.plan_sheet import standing_of
from workflow.queries.plans import PlanFact, plan_fact, plans
from workflow.queries.worklist.tasks import Task, Waiting, bodies_for, nearest
from workflow.store.tables import ChainText, CommentPeriod, Decision, Plan


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
    # Without a body there is no decision to look for: a condition that nothing meets leads through every plan.
    decided = [_has_own_decision(bodies)] if bodies else []
    which = (Plan.status == Status.ACTIVE) & or_(mine, *_signing(db, positions), *decided)
    # Put in order here: asked for it, SQLite would read the department's plans of all years in that order.
    known = [plan_fact(db, row) for row in db.execute(plans().where(which))]
    known.sort(key=lambda plan: plan.key)
    known_facts = facts_of_all(db, known, which, now)
    waiting = {plan.id: unconfirmed(plan.chain, known_facts[plan.id]) for plan in known}
    chairs = chairs_of(db, (each.gate.body for found in waiting.values() for each in found), who.on)
    for plan in known:
        facts = known_facts[plan.id]
        states = gates.states(plan.chain, plan.stay, facts)
        fallen = gates.fallen(plan.chain, facts)
        yield from _conditions(plan, facts, bodies, coming)
        yield from _confirmations(plan, waiting[plan.id], who, chairs)
        yield from _signatures(plan, [*fallen, *states.values()], positions, coming)
        if plan.department in who.departments:
            yield from _staff_work(plan, states, fallen, coming)
            yield from _late(plan, states, now)


def addenda(db: Session, who: Actor) -> Iterable[Task]:
    """Opinions in time, found after the result of their comment was published, that are still to be answered or
    published."""
    if not who.departments:
        return
    rows = db.execute(
        select(Plan.key, Plan.title, CommentPeriod.id)
        .join(CommentPeriod, CommentPeriod.plan_id == Plan.id)
        .where(
            Plan.department_key.in_(sorted(who.departments)),
            Plan.status == Status.ACTIVE,
            CommentPeriod.published_at.is_not(None),
            found_later(),
        )
    )
    for row in sorted(rows, key=lambda row: row.id):
        words = say("「{plan}」のパブリックコメントの追補", plan=row.title)
        yield Task(Waiting.ANSWER_OPINIONS, words, row.key)


def _has_own_decision(bodies: list[str]) -> ColumnElement[bool]:
    """The condition that one of the bodies has decided on the plan: its conditions may be open, or a corrected text may
    wait for a confirmation. The gates decide which."""
    decided = select(Decision.id).where(Decision.plan_id == Plan.id, Decision.body_key.in_(bodies))
    return decided.correlate(Plan).exists()


def _conditions(
    plan: PlanFact, known: Facts, bodies: list[str], coming: Mapping[str, MeetingFact]
) -> Iterable[Task]:
    """The conditions of the decisions in force that neither a note closed nor a correction waits to close."""
    for stay in plan.path:
        for gate in plan.chain.stage(stay.stage).gates:
            decision = known.decision(stay, gate.key)
            text = text_at(plan.chain, stay, gate, known)
            if not isinstance(gate, BodyGate) or gate.body not in bodies or decision is None or text is None:
                continue
            if text.sha256 not in decision.covered:
                continue
            for condition in decision.open_conditions(text.sha256):
                words = say("「{plan}」の条件: {text}", plan=plan.title, text=condition.text)
                near = nearest(coming, [plan.stage])
                yield Task(Waiting.CONDITION, words, plan.key, condition.number, **near)


def _confirmations(
    plan: PlanFact, waiting: Iterable[Unconfirmed], who: Actor, chairs: Mapping[str, frozenset[int]]
) -> Iterable[Task]:
    """The corrected texts that the person may confirm for a body."""
    for each in waiting:
        body = plan.chain.body(each.gate.body)
        manner = confirms_as(who, body, chairs[body.key])
        if manner and (manner is ConfirmedAs.SECRETARIAT or each.current.by != who.id):
            words = say(
                "「{plan}」第{number}版の確認（{gate}）",
                plan=plan.title,
                number=each.current.number,
                gate=each.gate.label,
            )
            yield Task(Waiting.CONFIRM, words, plan.key, gate=each.gate.key)


def _signatures(
    plan: PlanFact,
    states: Iterable[GateState],
    positions: frozenset[str],
    coming: Mapping[str, MeetingFact],
) -> Iterable[Task]:
    for state in states:
        gate = state.gate
        waits = state.lack in (Lack.SIGNATURE, Lack.SIGNATURE_STALE)
        if isinstance(gate, SignoffGate) and waits and {gate.position, gate.delegate} & positions:
            words = say("「{plan}」の{gate}", plan=plan.title, gate=gate.label)
            yield Task(Waiting.SIGN, words, plan.key, gate=gate.key, **nearest(coming, [plan.stage]))


def _staff_work(
    plan: PlanFact,
    states: Mapping[str, GateState],
    fallen: Sequence[GateState],
    coming: Mapping[str, MeetingFact],
) -> Iterable[Task]:
    lacks = {state.lack for state in states.values()}
    here = nearest(coming, [plan.stage])
    for state in fallen:
        words = say(
            "「{plan}」は止まっています: 済んだ「{gate}」が効力を失いました",
            plan=plan.title,
            gate=state.gate.label,
        )
        yield Task(Waiting.STOPPED, words, plan.key, gate=state.gate.key, **here)
    if lacks <= {None} and not fallen and not plan.chain.after(plan.stage):
        words = say("「{plan}」は完了できます", plan=plan.title)
        yield Task(Waiting.FINISH, words, plan.key, **here)
    elif lacks <= {None} and not fallen:
        words = say("「{plan}」は「{stage}」から進めます", plan=plan.title, stage=plan.stage.label)
        there = nearest(coming, [plan.chain.stage(key) for key in plan.chain.after(plan.stage)])
        yield Task(Waiting.ADVANCE, words, plan.key, **there)
    if Lack.DOCUMENT in lacks:
        words = say("「{plan}」の{stage}の文書", plan=plan.title, stage=plan.stage.label)
        yield Task(Waiting.DOCUMENT, words, plan.key, **here)
    if lacks & {Lack.UNANSWERED, Lack.UNPUBLISHED}:
        words = say("「{plan}」のパブリックコメント", plan=plan.title)
        yield Task(Waiting.ANSWER_OPINIONS, words, plan.key, **here)


def _late(plan: PlanFact, states: Mapping[str, GateState], now: datetime) -> Iterable[Task]:
    found, today = standing_of(plan, states.values(), now), tokyo_day(now)
    if found.course is Course.LATE and found.due:
        words = say("「{plan}」: {standing}", plan=plan.title, standing=standing_words(found, today))
        yield Task(Waiting.LATE, words, plan.key, due=end_of_day(found.due.day))


def _signing(db: Session, positions: frozenset[str]) -> list[ColumnElement[bool]]:
    """The chains that have a 決裁 by one of the positions: a passed one may have fallen."""
    return [
        Plan.chain_sha256 == sha256
        for sha256 in db.scalars(select(ChainText.sha256))
        if any(
            isinstance(gate, SignoffGate) and {gate.position, gate.delegate} & positions
            for stage in chain_of(db, sha256).stages
            for gate in stage.gates
        )
    ]
