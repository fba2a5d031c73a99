"""The agenda of a meeting: what is on it, what was decided, what could still be put on it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from definitions.chain import BodyGate
from definitions.terms import Outcome
from workflow.domain import gates
from workflow.domain.decisions import Manner
from workflow.domain.errors import NotFound
from workflow.domain.facts import Facts
from workflow.domain.gates import GateState, Lack, text_at
from workflow.domain.meetings import HeldMeeting, Purpose, decided_day, numbered
from workflow.domain.path import Stay
from workflow.domain.plans import Status
from workflow.queries.chains import chain_of
from workflow.queries.decisions import current_decision
from workflow.queries.gate_facts import facts_of_all
from workflow.queries.meetings import at_a_gate, of_bodies, takes_items
from workflow.queries.plans import PlanFact, plan_fact, plans
from workflow.store.tables import AgendaItem, ChainText, Condition, Decision, Meeting, Person, Plan, Version
from workflow.store.unindexed import unindexed


@dataclass(frozen=True, slots=True)
class ConditionShown:
    """A condition of a 条件付き了承; `closed_at` None while it is open."""

    number: int
    text: str
    closed_at: datetime | None
    closed_note: str | None


@dataclass(frozen=True, slots=True)
class Decided:
    """The outcome that holds on an item, who recorded it and when."""

    id: int
    outcome: Outcome
    manner: Manner
    note: str
    by: str
    at: datetime
    on: date
    conditions: tuple[ConditionShown, ...] = ()
    counts: dict[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """An item of an agenda. `document` is the name of the document it puts, empty where the plan has only one;
    `current` the number of the newest version of that: the item is stale when it is not the version put."""

    id: int
    position: int
    purpose: Purpose
    plan: str
    title: str
    stage: str
    gate_key: str
    gate: str
    document: str
    filename: str
    version: int
    current: int
    sha256: str
    decided: Decided | None
    removed_why: str | None
    registered_at: datetime

    @property
    def stale(self) -> bool:
        return self.decided is None and self.purpose is not Purpose.RATIFY and self.version != self.current


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an agenda as it is read out: its number, with headings that of the section's items in brackets. `item` is
    set where it is put at a gate, `plan` and its title where it reports on one; `result` is what came of one at no gate.
    `approves` is the version of minutes that it puts to approval."""

    id: int
    number: str
    purpose: Purpose
    title: str
    planned_minutes: int | None
    item: Item | None
    plan: tuple[str, str] | None
    result: str | None
    removed_why: str | None
    approves: int | None = None

    @property
    def heading(self) -> bool:
        return self.purpose is Purpose.HEADING


@dataclass(frozen=True, slots=True)
class Candidate:
    """A plan whose current stage has a gate of the body, and which could be put on its agenda. `after` are the
    gates that must be open first."""

    plan: str
    title: str
    gate: str
    label: str
    stage: str
    version: int
    after: tuple[str, ...]
    elsewhere: str | None
    """The other meeting whose agenda this version is on, without an outcome yet."""


@dataclass(frozen=True, slots=True)
class AloneDecided:
    """A chair's 専決 that the body has not heard or answered yet."""

    decision: int
    plan: str
    title: str
    outcome: Outcome
    on: date


@dataclass(frozen=True, slots=True)
class Put:
    """The plan and the meeting of an agenda item, by number."""

    plan: int
    meeting: int


def agenda(db: Session, meeting: int, *, with_removed: bool = False) -> list[Item]:
    """Return the items of the meeting's agenda that are at a gate, in its order; `with_removed` includes those taken
    off. Two statements, and
    one for each chain not yet loaded in this process."""
    on_it = [] if with_removed else [AgendaItem.removed_at.is_(None)]
    newest = aliased(Version)
    of_stretch = and_(
        newest.plan_id == Plan.id,
        newest.document == Version.document,
        newest.stretch == Version.stretch,
    )
    current = select(func.max(newest.number)).where(of_stretch).correlate(Plan, Version).scalar_subquery()
    rows = db.execute(
        select(
            AgendaItem,
            Plan.key,
            Plan.title,
            Plan.chain_sha256,
            Version,
            current,
            Meeting,
            Decision,
            Person.name,
        )
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .join(Plan, Plan.id == AgendaItem.plan_id)
        .join(Version, Version.id == AgendaItem.version_id)
        .outerjoin(Decision, (Decision.item_id == AgendaItem.id) & current_decision())
        .outerjoin(Person, Person.id == Decision.recorded_by)
        .where(AgendaItem.meeting_id == meeting, *on_it)
        .order_by(AgendaItem.position, AgendaItem.id)
    ).all()
    conditions = _conditions(db, [decision.id for *_, decision, _recorder in rows if decision])
    found = []
    for item, key, title, sha256, version, number, held, decision, recorder in rows:
        chain = chain_of(db, sha256)
        found.append(
            Item(
                id=item.id,
                position=item.position,
                purpose=Purpose(item.purpose),
                plan=key,
                title=title,
                stage=chain.stage(item.stage).label,
                gate_key=item.gate_key,
                gate=chain.gate(item.gate_key).label,
                document=chain.document_name(version.document),
                filename=version.filename,
                version=version.number,
                current=number,
                sha256=version.sha256,
                decided=_decided(decision, held, recorder, conditions) if decision else None,
                removed_why=item.removed_why,
                registered_at=version.counts_from or version.added_at,
            )
        )
    return found


def agenda_lines(
    db: Session, meeting: int, items: Sequence[Item], *, with_removed: bool = False
) -> list[Line]:
    """Return the whole agenda of the meeting, its items at a gate among the rest; `items` are those, as `agenda` gives
    them. One statement."""
    on_it = [] if with_removed else [AgendaItem.removed_at.is_(None)]
    at_gates = {item.id: item for item in items}
    rows = db.execute(
        select(AgendaItem, Plan.key, Plan.title)
        .outerjoin(Plan, Plan.id == AgendaItem.plan_id)
        .where(AgendaItem.meeting_id == meeting, *on_it)
        .order_by(AgendaItem.position, AgendaItem.id)
    ).all()
    numbers = numbered([Purpose(row.purpose) for row, _, _ in rows])
    return [
        Line(
            id=row.id,
            number=number,
            purpose=Purpose(row.purpose),
            title=row.title or title or "",
            planned_minutes=row.planned_minutes,
            item=at_gates.get(row.id),
            plan=(key, title) if key is not None and title is not None else None,
            result=row.result,
            removed_why=row.removed_why,
            approves=row.approves_id,
        )
        for (row, key, title), number in zip(rows, numbers, strict=True)
        if row.gate_key is None or row.id in at_gates
    ]


def put(db: Session, item: int) -> Put:
    """Return the plan and the meeting of the agenda item at a gate of that number. One statement. Raises `NotFound`."""
    wanted = select(AgendaItem.plan_id, AgendaItem.meeting_id).where(AgendaItem.id == item, at_a_gate())
    found: Any = db.execute(wanted).first()
    if found is None:
        raise NotFound("議題", str(item))
    return Put(*found)


def candidates(db: Session, meeting: HeldMeeting, now: datetime) -> list[Candidate]:
    """The plans that have a text and a closed gate of the meeting's body, without those on this agenda already; a
    plan on another agenda is marked. A fixed number of statements, however many plans there are."""
    return _candidates(db, meeting.body_key, meeting.id, now)


def candidates_of(db: Session, body: str, now: datetime) -> list[Candidate]:
    """The plans that can be put on the agenda of a new meeting of the body, as `candidates` does."""
    return _candidates(db, body, None, now)


def reportable(db: Session, which: ColumnElement[bool], *, limit: int) -> list[tuple[str, str]]:
    """Those of the plans that are under way, which a matter may report on: key and title, in the order of the keys. One
    statement."""
    rows = db.execute(
        select(Plan.key, Plan.title)
        .where(Plan.status == Status.ACTIVE, which)
        .order_by(Plan.key)
        .limit(limit)
    )
    return [(key, title) for key, title in rows]


def _candidates(db: Session, body: str, meeting: int | None, now: datetime) -> list[Candidate]:
    chains = _chains_with(db, body)
    if not chains:
        return []
    which = (Plan.status == Status.ACTIVE) & Plan.chain_sha256.in_(chains)
    # The words put in order are no column: the index of that would lead through every plan there ever was.
    wanted = plans().where(which).order_by(unindexed(Plan.title), Plan.key)
    known = [plan_fact(db, row) for row in db.execute(wanted)]
    all_facts = facts_of_all(db, known, which, now)
    listed, waiting = _listed(db, meeting) if meeting is not None else set(), _waiting(db, body, which)
    found = []
    for plan in known:
        for stay, state in _shut(plan, all_facts[plan.id]):
            gate = state.gate
            text = text_at(plan.chain, stay, gate, all_facts[plan.id])
            if not isinstance(gate, BodyGate) or gate.body != body or text is None:
                continue
            item = (plan.id, gate.key, text.version_id)
            if item in listed:
                continue
            found.append(
                Candidate(
                    plan=plan.key,
                    title=plan.title,
                    gate=gate.key,
                    label=gate.label,
                    stage=plan.chain.stage(stay.stage).label,
                    version=text.number,
                    after=state.detail if state.lack is Lack.AFTER else (),
                    elsewhere=waiting.get(item),
                )
            )
    return found


def _shut(plan: PlanFact, known: Facts) -> list[tuple[Stay, GateState]]:
    """The shut gates that may be put to a body: those before the plan, or while it is stopped, those it passed."""
    stops = bool(gates.fallen(plan.chain, known))
    stays = plan.path[:-1] if stops else plan.path[-1:]
    judged = ((stay, state) for stay in stays for state in gates.states(plan.chain, stay, known).values())
    return [(stay, state) for stay, state in judged if not state.open]


def undecided() -> Select[str]:
    """The titles of the meetings, prepared or called, with an item that has no outcome yet, one line an item."""
    return (
        select(Meeting.title)
        .join(AgendaItem, AgendaItem.meeting_id == Meeting.id)
        .where(
            takes_items(),
            at_a_gate(),
            AgendaItem.removed_at.is_(None),
            ~held_decision(AgendaItem.id).exists(),
        )
    )


def held_decision(item: ColumnElement[int] | InstrumentedAttribute[int]) -> Select[int]:
    """The current decision on the item."""
    return select(Decision.id).where(Decision.item_id == item, current_decision())


def owed_to_its_body() -> ColumnElement[bool]:
    """The condition that the decision is a chair's current 専決, which the body has neither received nor
    answered. The index of these few is taken only where the statement itself says which they are."""
    alone = Decision.manner == literal(Manner.CHAIR_ALONE.value, literal_execute=True)
    answer = aliased(Decision)
    answered = select(answer.id).where(answer.ratifies_id == Decision.id, current_decision(answer))
    return alone & current_decision() & ~answered.exists()


def alone_decided(db: Session, meeting: HeldMeeting) -> list[AloneDecided]:
    """The 専決 that the meeting's body has still to receive, without those on this agenda already. One statement."""
    here = select(AgendaItem.id).where(
        AgendaItem.meeting_id == meeting.id,
        AgendaItem.ratifies_id == Decision.id,
        AgendaItem.removed_at.is_(None),
    )
    rows = db.execute(
        select(Decision.id, Plan.key, Plan.title, Decision.outcome, Decision.decided_on)
        .join(Plan, Plan.id == Decision.plan_id)
        .where(Decision.body_key == meeting.body_key, owed_to_its_body(), ~here.exists())
        .order_by(Decision.id)
    )
    return [
        AloneDecided(number, key, title, Outcome(outcome or ""), on)
        for number, key, title, outcome, on in rows
    ]


def _decided(
    decision: Decision, held: Meeting, recorder: str | None, conditions: dict[int, list[ConditionShown]]
) -> Decided:
    return Decided(
        decision.id,
        Outcome(decision.outcome or ""),
        Manner(decision.manner),
        decision.note,
        recorder or "",
        decision.recorded_at,
        decided_day(decision.decided_on, held.form, held.starts_at),
        tuple(conditions.get(decision.id, ())),
        decision.counts,
    )


def _conditions(db: Session, decisions: Sequence[int]) -> dict[int, list[ConditionShown]]:
    found: dict[int, list[ConditionShown]] = {}
    if not decisions:
        return found
    rows = db.execute(
        select(
            Condition.decision_id, Condition.id, Condition.text, Condition.closed_at, Condition.closed_note
        )
        .where(Condition.decision_id.in_(decisions))
        .order_by(Condition.id)
    )
    for decision, number, text, closed_at, closed_note in rows:
        found.setdefault(decision, []).append(ConditionShown(number, text, closed_at, closed_note))
    return found


def _chains_with(db: Session, body: str) -> list[str]:
    """The chains in which the body has a gate."""
    return [
        sha256
        for sha256 in db.scalars(select(ChainText.sha256))
        if any(
            isinstance(gate, BodyGate) and gate.body == body
            for stage in chain_of(db, sha256).stages
            for gate in stage.gates
        )
    ]


def _listed(db: Session, meeting: int) -> set[tuple[int, str, int]]:
    rows: Iterable[Any] = db.execute(
        select(AgendaItem.plan_id, AgendaItem.gate_key, AgendaItem.version_id).where(
            AgendaItem.meeting_id == meeting, AgendaItem.removed_at.is_(None), at_a_gate()
        )
    )
    return {(plan, gate, version) for plan, gate, version in rows}


def _waiting(db: Session, body: str, which: ColumnElement[bool]) -> dict[tuple[int, str, int], str]:
    """Return the undecided items about these plans on the agendas of the body's meetings, each with the title of its
    meeting."""
    items = undecided().add_columns(AgendaItem.plan_id, AgendaItem.gate_key, AgendaItem.version_id)
    rows = db.execute(items.join(Plan, Plan.id == AgendaItem.plan_id).where(which, of_bodies([body])))
    return {(plan, gate, version): title for title, plan, gate, version in rows}


def numbered_apart(lines: Sequence[Line]) -> Iterable[tuple[str, Line]]:
    """The lines with numbers that differ, whatever the headings: 1(2) is the second under the first heading."""
    section = ""
    for line in lines:
        if line.heading:
            section = line.number
        yield (line.number if line.heading else f"{section}{line.number}"), line
