"""Answers at a plan's gates: the bodies' decisions and the 決裁, their open duties, and their validity."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Row, String, bindparam, cast, literal, null, select, union_all
from sqlalchemy.orm import Session, aliased

from definitions.chain import BodyGate, Gate, SignoffGate
from definitions.terms import Outcome
from workflow.domain import gates
from workflow.domain.calendar import tokyo_day
from workflow.domain.decisions import Manner, SignedAs, SignoffResult, Validity
from workflow.domain.facts import Facts, Place
from workflow.domain.gates import Lack
from workflow.domain.language import label, say
from workflow.domain.meetings import MeetingStatus, decided_day
from workflow.domain.path import Stay
from workflow.domain.rights import Act, Actor
from workflow.domain.taking_back import EndedBy, Kind, TakingBack
from workflow.queries.gate_facts import facts
from workflow.queries.plans import PlanFact
from workflow.store.tables import (
    AgendaItem,
    Condition,
    Decision,
    Meeting,
    Person,
    Review,
    Signoff,
    Utc,
    Version,
)


@dataclass(frozen=True, slots=True)
class Owed:
    """A duty that follows from an answer: a condition to close, or the 後閲 by the principal of a deputy who
    signed. `by`, `at` and `note` say who did it; None while it is open."""

    number: int
    words: str
    by: str | None
    at: datetime | None
    note: str | None


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """A body's decision or a 決裁: one answer at a gate, on one version. The result None takes back the answer
    it supersedes. `day` is the day it was given, `at` the moment it was recorded."""

    signoff: bool
    number: int
    stage: str
    visit: int
    gate: str
    version: int
    result: str | None
    manner: str
    note: str
    day: date
    by_id: int
    by_key: str
    by: str
    at: datetime
    supersedes: int | None
    ratifies: int | None
    item: int | None
    purpose: str | None
    meeting: int | None
    meeting_title: str | None
    meeting_closed: bool
    late_text: str | None = None
    owed: tuple[Owed, ...] = ()

    @property
    def place(self) -> Place:
        """The gate, in one visit of its stage."""
        return self.stage, self.visit, self.gate

    @property
    def id(self) -> tuple[bool, int]:
        """Decisions and 決裁 are numbered apart."""
        return self.signoff, self.number

    @property
    def words(self) -> str:
        if self.result is None:
            return say("引戻し")
        if self.signoff:
            return label(SignoffResult(self.result))
        return label(Outcome(self.result))


@dataclass(slots=True)
class _Growing:
    """An answer whose rows, one for each duty, are still being read."""

    row: Row[*tuple[Any, ...]]
    owed: list[Owed] = field(default_factory=list)


def current_decision(decision: type[Decision] = Decision) -> ColumnElement[bool]:
    """The condition that the decision of a statement was neither corrected nor taken back, as in
    `domain.decisions.current_records`."""
    later = aliased(Decision)
    superseded = select(later.id).where(later.supersedes_id == decision.id).correlate(decision)
    return decision.outcome.is_not(None) & ~superseded.exists()


def current_signoff() -> ColumnElement[bool]:
    """The 決裁 of a statement was not taken back."""
    later = aliased(Signoff)
    superseded = select(later.id).where(later.supersedes_id == Signoff.id).correlate(Signoff)
    return Signoff.result.is_not(None) & ~superseded.exists()


def gate_answers(db: Session, plan: PlanFact) -> list[GateAnswer]:
    """Everything answered at the plan's gates, oldest first. One statement."""
    found: dict[tuple[bool, int], _Growing] = {}
    rows = db.execute(_ANSWERS, {"plan": plan.id}).all()
    for row in sorted(rows, key=lambda r: (r.at, r.kind, r.number, r.owed_number or 0)):
        growing = found.setdefault((row.kind == "signoff", row.number), _Growing(row))
        if row.owed_number is not None:
            growing.owed.append(Owed(row.owed_number, row.owed_words, row.met_by, row.met_at, row.met_note))
    return [_answer(growing) for growing in found.values()]


def answers_in_force(plan: PlanFact, given: Sequence[GateAnswer], known: Facts) -> dict[Place, GateAnswer]:
    """The answer that counts at each gate on the plan's path."""
    by_id = {answer.id: answer for answer in given}
    found: dict[Place, GateAnswer] = {}
    for stay in plan.path:
        for gate in plan.chain.stage(stay.stage).gates:
            decision, signoff = known.decision(stay, gate.key), known.signoff(stay, gate.key)
            place = (stay.stage, stay.visit, gate.key)
            if decision is not None:
                found[place] = by_id[False, decision.decision.number]
            if signoff is not None:
                found[place] = by_id[True, signoff.number]
    return found


def validities(plan: PlanFact, given: Sequence[GateAnswer], known: Facts) -> dict[tuple[bool, int], Validity]:
    """The validity of each answer, by its `id`."""
    later = {(a.signoff, a.supersedes): a for a in given if a.supersedes is not None}
    counting = {answer.id for answer in answers_in_force(plan, given, known).values()}
    stays = {(stay.stage, stay.visit): stay for stay in plan.path}
    states = {stay: gates.states(plan.chain, stay, known) for stay in plan.path}

    def validity(answer: GateAnswer) -> Validity:
        if answer.result is None:
            return Validity.TAKING_BACK
        if newer := later.get(answer.id):
            return Validity.CORRECTED if newer.result is not None else Validity.TAKEN_BACK
        stay = stays.get((answer.stage, answer.visit))
        if stay is None:
            return Validity.VOID
        if answer.ratifies is not None:
            return Validity.IN_FORCE
        text = gates.text_at(plan.chain, stay, plan.chain.gate(answer.gate), known)
        if answer.id not in counting:
            return Validity.OVERRULED if text and text.number == answer.version else Validity.STALE
        if states[stay][answer.gate].lack is Lack.EARLY:
            return Validity.EARLY
        return Validity.IN_FORCE if text and text.sha256 in _covered(answer, stay) else Validity.STALE

    def _covered(answer: GateAnswer, stay: Stay) -> Collection[str]:
        decision, signoff = known.decision(stay, answer.gate), known.signoff(stay, answer.gate)
        if answer.signoff:
            return {signoff.sha256} if signoff else ()
        return decision.covered if decision else ()

    return {answer.id: validity(answer) for answer in given}


def answers_with_validity(db: Session, plan: PlanFact, now: datetime) -> list[tuple[GateAnswer, Validity]]:
    """The answers at the plan's gates that were neither corrected nor taken back, oldest first, each with its
    validity. Two statements."""
    given = gate_answers(db, plan)
    holds = validities(plan, given, facts(db, plan, now))
    return [(each, holds[each.id]) for each in given if not holds[each.id].superseded]


def right_to_decide(manner: str) -> Act:
    """The right by which a decision of that manner is recorded, corrected and taken back."""
    return Act.DECIDE_ALONE if manner == Manner.CHAIR_ALONE else Act.RECORD_OUTCOME


def reviews(who: Actor, gate: Gate, principal: int, held: Collection[tuple[int, str]]) -> bool:
    """Return whether the person is to review (後閲) a deputy's signature at the gate: the principal while they
    hold the position, afterwards the holder of the position. `held` are today's holders, from `people.held_positions`."""
    if not isinstance(gate, SignoffGate):
        return False
    mine = (who.id, gate.position) in held
    return mine and (who.id == principal or (principal, gate.position) not in held)


def taking_back(plan: PlanFact, given: Sequence[GateAnswer], answer: GateAnswer) -> TakingBack:
    """Return until when the answer may be taken back (引戻し)."""
    moved = (plan.stage.key, plan.visit) != (answer.stage, answer.visit)
    ends = [(EndedBy.MOVED, moved)]
    if answer.signoff:
        if answer.owed:
            ends.append((EndedBy.REVIEWED, any(owed.at for owed in answer.owed)))
        return TakingBack.of(Kind.SIGNOFF, ends)
    taken_back = {(a.signoff, a.supersedes) for a in given if a.supersedes is not None}
    after = [gate for gate in plan.chain.stage(answer.stage).gates if answer.gate in gate.after]
    stand = {
        (a.signoff, a.gate)
        for a in given
        if a.visit == answer.visit and a.result is not None and a.id not in taken_back
    }
    for end, kind in ((EndedBy.DECIDED, BodyGate), (EndedBy.SIGNED, SignoffGate)):
        gates_after = [gate.key for gate in after if isinstance(gate, kind)]
        if gates_after:
            signed = end is EndedBy.SIGNED
            ends.append((end, any((signed, gate) in stand for gate in gates_after)))
    if answer.owed:
        ends.append((EndedBy.CONDITION_MET, any(owed.at for owed in answer.owed)))
    if answer.manner == Manner.CHAIR_ALONE:
        ends.append((EndedBy.REPORTED, any(a.ratifies == answer.number for a in given)))
    if answer.meeting is not None:
        ends.append((EndedBy.CLOSED, answer.meeting_closed))
    return TakingBack.of(Kind.DECISION, ends)


def _answer(growing: _Growing) -> GateAnswer:
    row = growing.row
    return GateAnswer(
        signoff=row.kind == "signoff",
        number=row.number,
        stage=row.stage,
        visit=row.visit,
        gate=row.gate_key,
        version=row.version,
        result=row.result,
        manner=row.manner,
        note=row.note,
        day=decided_day(row.day, row.meeting_form, row.starts_at) if row.day else tokyo_day(row.at),
        by_id=row.by_id,
        by_key=row.by_key,
        by=row.by,
        at=row.at,
        supersedes=row.supersedes_id,
        ratifies=row.ratifies_id,
        item=row.item,
        purpose=row.purpose,
        meeting=row.meeting,
        meeting_title=row.meeting_title,
        meeting_closed=row.meeting_status == MeetingStatus.CLOSED,
        late_text=row.late_text_why,
        owed=tuple(growing.owed),
    )


_closer, _principal = aliased(Person), aliased(Person)
_NO_NUMBER, _NO_WORDS = cast(null(), Decision.id.type), cast(null(), String)
_DECISIONS = (
    select(
        literal("decision").label("kind"),
        Decision.id.label("number"),
        Decision.stage,
        Decision.visit,
        Decision.gate_key,
        Version.number.label("version"),
        Decision.outcome.label("result"),
        Decision.manner,
        Decision.note,
        Decision.decided_on.label("day"),
        Person.id.label("by_id"),
        Person.key.label("by_key"),
        Person.name.label("by"),
        Decision.recorded_at.label("at"),
        Decision.supersedes_id,
        Decision.ratifies_id,
        AgendaItem.id.label("item"),
        AgendaItem.purpose,
        Meeting.id.label("meeting"),
        Meeting.title.label("meeting_title"),
        Meeting.status.label("meeting_status"),
        Meeting.form.label("meeting_form"),
        Meeting.starts_at,
        Decision.late_text_why,
        Condition.id.label("owed_number"),
        Condition.text.label("owed_words"),
        _closer.name.label("met_by"),
        Condition.closed_at.label("met_at"),
        Condition.closed_note.label("met_note"),
    )
    .join(Version, Version.id == Decision.version_id)
    .join(Person, Person.id == Decision.recorded_by)
    .outerjoin(AgendaItem, AgendaItem.id == Decision.item_id)
    .outerjoin(Meeting, Meeting.id == AgendaItem.meeting_id)
    .outerjoin(Condition, Condition.decision_id == Decision.id)
    .outerjoin(_closer, _closer.id == Condition.closed_by)
    .where(Decision.plan_id == bindparam("plan"))
)
_SIGNOFFS = (
    select(
        literal("signoff"),
        Signoff.id,
        Signoff.stage,
        Signoff.visit,
        Signoff.gate_key,
        Version.number,
        Signoff.result,
        Signoff.manner,
        Signoff.note,
        cast(null(), Date),
        Person.id,
        Person.key,
        Person.name,
        Signoff.signed_at,
        Signoff.supersedes_id,
        _NO_NUMBER,
        _NO_NUMBER,
        _NO_WORDS,
        _NO_NUMBER,
        _NO_WORDS,
        _NO_WORDS,
        _NO_WORDS,
        cast(null(), Utc),
        _NO_WORDS,
        _principal.id,
        _principal.name,
        _closer.name,
        Review.reviewed_at,
        Review.note,
    )
    .join(Version, Version.id == Signoff.version_id)
    .join(Person, Person.id == Signoff.signed_by)
    .outerjoin(_principal, (_principal.id == Signoff.principal_id) & (Signoff.manner == SignedAs.DEPUTY))
    .outerjoin(Review, Review.signoff_id == Signoff.id)
    .outerjoin(_closer, _closer.id == Review.reviewed_by)
    .where(Signoff.plan_id == bindparam("plan"))
)
_ANSWERS = union_all(_DECISIONS, _SIGNOFFS)
