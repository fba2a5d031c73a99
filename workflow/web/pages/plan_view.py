"""The data of a plan's page, and the acts its reader may do. With those for signing in, at most twelve
statements, whatever the plan's history (one more under a chain that sets a body, a 決裁 and a public comment on
the same stage, and one more for the holders of an office while a 後閲 is open)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from definitions.chain import BodyGate, PeriodGate, SignoffGate, Stage
from definitions.terms import Outcome
from workflow import actions, queries
from workflow.domain.confirming import confirms_as
from workflow.domain.cover import Text, TextKind
from workflow.domain.decisions import Manner, SignedAs, Validity
from workflow.domain.facts import ConditionFact, Facts, Place
from workflow.domain.gates import (
    GateState,
    Lack,
    about_present_text,
    correctable_conditions,
    takes_new_text,
    to_confirm,
    unconfirmed,
)
from workflow.domain.language import say
from workflow.domain.lateness import Course
from workflow.domain.meetings import Purpose, allowed_outcomes
from workflow.domain.plans import Status
from workflow.domain.rights import Act, Actor
from workflow.domain.schedules import version_name
from workflow.queries import Blockers, GateAnswer, VersionLine
from workflow.queries.bodies import chairs_of
from workflow.queries.confirmations import ConfirmationLine
from workflow.queries.drafts import drafts_for
from workflow.queries.gate_facts import facts
from workflow.queries.people import held_positions
from workflow.queries.plan_sheet import standing_of
from workflow.queries.plans import PlanFact
from workflow.queries.reading_rights import plan_to_read
from workflow.queries.takeovers import takeover_of
from workflow.store.database import Reading
from workflow.web.pages.gate_view import AnswerView, GateView
from workflow.web.pages.plan_next import next_act
from workflow.web.session import Visitor
from workflow.wire.sheets.offered import plan_papers_offered

EVENTS_SHOWN = 50
"""Number of events in the history on a plan's page."""


def plan_view(db: Reading, who: Visitor, key: str) -> dict[str, Any]:
    """Everything on the page of a plan. Raises `NotFound`."""
    plan = plan_to_read(db, who.person, key)
    found = queries.blockers(db, plan, who.now)
    versions = queries.versions(db, plan)
    given = queries.gate_answers(db, plan)
    validities = queries.validities(plan, given, found.facts)
    officers = _held_positions(db, given, who.person)
    views = [_answer_view(plan, each, validities[each.id], who.person, officers) for each in given]
    in_force = queries.answers_in_force(plan, given, found.facts)
    judged = [*found.fallen, *found.states]
    waiting = unconfirmed(plan.chain, found.facts)
    chairs = chairs_of(db, (each.gate.body for each in waiting), who.person.on) if waiting else {}
    confirmations = queries.confirmations(db, plan)
    correctable = [
        condition
        for document in plan.chain.documents
        for condition in correctable_conditions(plan.chain, found.facts, document.key)
    ]
    events, older = queries.newest_first(db, plan, limit=EVENTS_SHOWN)
    reading = queries.reading(db, plan)
    inquiries = reading.inquiries_for(who.person, plan)
    held = queries.held_schedule(db, plan, who.now)
    views_of_gates = [_gate_view(found, state, in_force, who.person, chairs) for state in judged]
    listing = {view.body.key for view in views_of_gates if view.body and view.may_list}
    drafts = drafts_for(db, plan.id, listing)
    owes_review = [view for view in views if view.owes_review]
    return {
        "plan": plan,
        "gates": views_of_gates,
        "drafts": drafts,
        "next": next_act(plan, views_of_gates, drafts, owes_review, who.person, who.now),
        "blocker": next((view.reason for view in views_of_gates if _blocks_first(view)), None),
        "standing": standing_of(plan, found.states, who.now),
        "Course": Course,
        "today": who.person.on,
        "next_meeting": found.next_meeting(who.now),
        "awaits_body": any(view.body and not view.state.open for view in views_of_gates),
        "newest": max(views, key=lambda view: view.answer.at, default=None),
        "fallen": found.fallen,
        "shut": len(found.reasons),
        "following": [plan.chain.stage(each) for each in plan.chain.after(plan.stage)],
        "earlier": [plan.chain.stage(stay.stage) for stay in plan.path[:-1]][::-1],
        "may_move": who.person.may(Act.MOVE_PLAN, department=plan.department),
        "may_correct_plan": who.person.may(Act.CORRECT_PLAN, department=plan.department),
        "departments": queries.departments(db) if plan.department in who.person.departments else [],
        "may_add": who.person.may(Act.ADD_VERSION, department=plan.department),
        "versions": [(version, _of_version(views, version)) for version in versions],
        "losing": _losing(plan, views),
        "kinds": _kinds(plan, found.facts, correctable),
        "correctable": correctable,
        "declarable": _declarable(plan, found.facts, confirmations),
        "confirmations": confirmations,
        "numbers": {version.sha256: version.number for version in versions[::-1]},
        "stages": _by_stage(plan, views),
        "owes_review": owes_review,
        "periods": queries.periods(db, plan),
        "schedule": queries.compared(
            queries.planned_schedule(plan),
            held,
            queries.ahead(plan, [state.gate.key for state in found.states if state.open], who.now),
        ),
        "schedule_version": version_name(plan.schedule_number),
        "plan_papers": plan_papers_offered(),
        "may_take_dossier": who.person.may(Act.TAKE_DOSSIER, department=plan.department),
        "asked": reading.asked,
        "said_so_far": reading.said,
        "to_read": [
            each
            for each in reading.asked
            if each.reader_id == who.person.id
            and each.read_at is None
            and queries.concerned(who.person, Act.READ, plan)
        ],
        "inquiries": inquiries,
        "to_answer": [each for each in inquiries if each.waits_for(who.person, who.now)],
        "may_inquire": who.person.may(Act.INQUIRE, department=plan.department),
        "may_circulate": queries.concerned(who.person, Act.CIRCULATE, plan),
        "may_discuss": queries.concerned(who.person, Act.DISCUSS, plan),
        "events": events,
        "takeover": events[0].takeover if events else None,
        "older": older,
    }


def answer_view(
    db: Reading, who: Visitor, plan: PlanFact, *, signoff: bool, number: int
) -> dict[str, Any] | None:
    """One answer with what corrected it and what may be done about it; None when the plan has no such answer."""
    given = queries.gate_answers(db, plan)
    answer = next((each for each in given if each.id == (signoff, number)), None)
    if answer is None:
        return None
    validities = queries.validities(plan, given, facts(db, plan, who.now))
    officers = _held_positions(db, given, who.person)
    view = _answer_view(plan, answer, validities[answer.id], who.person, officers)
    stands = not view.validity.superseded
    mine = stands and answer.by_id == who.person.id
    back = queries.taking_back(plan, given, answer)
    right_ended = None if view.holds_right else say("記録したときの権限が終わったため、引き戻せません。")
    return {
        "plan": plan,
        "view": view,
        "takeover": takeover_of(db, plan.id),
        "later": next(
            (each for each in given if each.signoff == signoff and each.supersedes == number), None
        ),
        "earlier": next((each for each in given if each.id == (signoff, answer.supersedes)), None),
        "may_correct": stands and view.may_change and not signoff,
        "may_take_back": mine and right_ended is None and back.ended is None,
        "until": (right_ended or back.words) if mine else None,
        "outcomes": _outcomes(plan, answer) if not signoff else (),
    }


def _gate_view(
    found: Blockers,
    state: GateState,
    in_force: Mapping[Place, GateAnswer],
    who: Actor,
    chairs: Mapping[str, frozenset[int]],
) -> GateView:
    plan, gate = found.plan, state.gate
    stage = plan.chain.stage_of_gate(gate.key)
    stay = next(stay for stay in plan.path if stay.stage == stage.key)
    document = plan.chain.document_of(gate)
    text = found.facts.text(stay, document)
    body = plan.chain.body(gate.body) if isinstance(gate, BodyGate) else None
    answer = in_force.get((stay.stage, stay.visit, gate.key))
    stopped = bool(found.fallen) and stay == plan.stay
    waits = to_confirm(plan.chain, stay, gate, found.facts)
    workable = plan.status is Status.ACTIVE and text is not None and not stopped
    alone: tuple[Outcome, ...] = ()
    signs_as = None
    if isinstance(gate, BodyGate) and body and body.urgent and workable and state.lack in _DECIDABLE:
        openers = tuple(each for each in plan.chain.opens_on(gate) if each is not Outcome.CONDITIONAL)
        alone = openers if who.may(Act.DECIDE_ALONE, body=body.key) else ()
    if isinstance(gate, SignoffGate) and workable and state.lack in _SIGNABLE:
        signs_as = actions.signs_as(who, gate)
    return GateView(
        state=state,
        stage=stage,
        document=plan.chain.document_name(document),
        text=text.number if text else None,
        reason=next((reason for reason in found.reasons if reason.gate == gate.key), None),
        body=body,
        answer=answer,
        conditions=answer.owed if answer and not answer.signoff else (),
        may_close=body is not None and who.may(Act.CLOSE_CONDITION, body=body.key),
        may_list=body is not None and who.may(Act.SET_AGENDA, body=body.key),
        may_record=body is not None and who.may(Act.RECORD_OUTCOME, body=body.key),
        alone=alone,
        signs_as=signs_as,
        confirm=waits is not None,
        may_confirm=waits is not None
        and body is not None
        and (confirms_as(who, body, chairs.get(body.key, frozenset())) is not None),
        comment=isinstance(gate, PeriodGate) and state.lack is not Lack.AFTER,
        may_ask=workable
        and state.lack is Lack.PERIOD
        and who.may(Act.RUN_COMMENT, department=plan.department),
    )


def _blocks_first(view: GateView) -> bool:
    """Return whether the gate is shut for itself, and not only until another is open."""
    return view.reason is not None and view.reason.lack is not Lack.AFTER


_DECIDABLE = (Lack.DECISION, Lack.STALE, Lack.UNCONFIRMED, Lack.EARLY, Lack.OUTCOME, Lack.REFUSED)
_SIGNABLE = (Lack.SIGNATURE, Lack.SIGNATURE_STALE, Lack.SIGNATURE_RETURNED, Lack.EARLY)


def _held_positions(db: Reading, given: Sequence[GateAnswer], who: Actor) -> frozenset[tuple[int, str]]:
    """Return today's holders of the reader's positions, when an open 後閲 depends on them."""
    owed = any(each.signoff and owed.at is None for each in given for owed in each.owed)
    return held_positions(db, who.positions, who.on) if owed and who.positions else frozenset()


def _answer_view(
    plan: PlanFact, answer: GateAnswer, validity: Validity, who: Actor, held: frozenset[tuple[int, str]]
) -> AnswerView:
    gate = plan.chain.gate(answer.gate)
    body = plan.chain.body(gate.body) if isinstance(gate, BodyGate) else None
    stands = not validity.superseded
    holds_right = owes_review = False
    if isinstance(gate, SignoffGate):
        holds_right = actions.signs_as(who, gate) is not None
        principals = [owed.number for owed in answer.owed if owed.at is None]
        owes_review = stands and any(queries.reviews(who, gate, each, held) for each in principals)
    elif body is not None:
        holds_right = who.may(queries.right_to_decide(answer.manner), body=body.key)
    return AnswerView(
        answer=answer,
        validity=validity,
        gate=gate,
        body=body,
        in_what_right=SignedAs(answer.manner) if answer.signoff else Manner(answer.manner),
        holds_right=holds_right,
        may_change=stands and holds_right and (not answer.signoff or answer.by_id == who.id),
        owes_review=owes_review,
    )


def _kinds(plan: PlanFact, known: Facts, correctable: Sequence[ConditionFact]) -> tuple[TextKind, ...]:
    """The kinds of version that may be registered, of any document: where a text was settled, or a public comment is
    under way, only corrections of it."""
    documents = [document.key for document in plan.chain.documents]
    active = plan.status is Status.ACTIVE
    possible = {
        TextKind.NEW: active and any(takes_new_text(plan.chain, known, each) for each in documents),
        TextKind.CONDITIONS: bool(correctable),
        TextKind.MINOR: any(known.text(plan.stay, each) for each in documents),
    }
    return tuple(kind for kind, may in possible.items() if may)


def _declarable(plan: PlanFact, known: Facts, given: Iterable[ConfirmationLine]) -> list[Text]:
    """The present texts whose kind may be said anew: they follow another, and nobody confirmed them."""
    confirmed = {each.version for each in given if each.current}
    versions = (known.versions(plan.stay, document.key) for document in plan.chain.documents)
    return [texts[-1] for texts in versions if len(texts) > 1 and texts[-1].number not in confirmed]


def _of_version(views: Sequence[AnswerView], version: VersionLine) -> list[AnswerView]:
    """Return the answers on the version, without those corrected or taken back."""
    return [v for v in views if v.answer.version == version.number and not v.validity.superseded]


def _losing(plan: PlanFact, views: Sequence[AnswerView]) -> list[AnswerView]:
    """Return the answers that a new text would make stale: those in force on the stages that share it."""
    here = {
        (stay.stage, stay.visit, gate.key)
        for document in plan.chain.documents
        for stay, gate in about_present_text(plan.chain, plan.path, document.key)
    }
    return [
        view
        for view in views
        if view.validity is Validity.IN_FORCE
        and (view.answer.stage, view.answer.visit, view.answer.gate) in here
        and view.answer.ratifies is None
    ]


def _by_stage(plan: PlanFact, views: Sequence[AnswerView]) -> list[tuple[Stage, list[AnswerView]]]:
    """The answers stage by stage, the present stage first."""
    position = plan.chain.stages.index(plan.stage)
    order = [*plan.chain.stages[: position + 1][::-1], *plan.chain.stages[position + 1 :]]
    found = [(stage, [v for v in views if v.answer.stage == stage.key]) for stage in order]
    return [(stage, here) for stage, here in found if here]


def _outcomes(plan: PlanFact, answer: GateAnswer) -> tuple[Outcome, ...]:
    gate = plan.chain.gate(answer.gate)
    assert isinstance(gate, BodyGate)  # noqa: S101
    purpose = Purpose(answer.purpose) if answer.purpose else Purpose.DELIBERATE
    return allowed_outcomes(purpose, plan.chain.body(gate.body))
