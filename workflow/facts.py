"""What the records say of a plan, read for the gates. Few statements, whatever the plan's history."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from definitions.chain import BodyGate, Chain, PeriodGate, SignoffGate, Stage
from definitions.terms import Outcome
from workflow.errors import NotFound
from workflow.gates import DecisionFact, Facts, Manner, PeriodFact, SignoffFact, TextFact
from workflow.machine import Status
from workflow.records import (
    ChainText,
    CommentPeriod,
    Condition,
    Decision,
    Opinion,
    Plan,
    Signoff,
    Submission,
    Version,
)

REFUSALS = frozenset({Outcome.REJECTED, Outcome.RETURNED})
"""Answers to a chair's 専決 that shut its gate again."""


@dataclass(frozen=True, slots=True)
class PlanFact:
    """A plan with its chain and its current version."""

    id: int
    key: str
    title: str
    chain: Chain
    chain_sha256: str
    department: str
    stage: Stage
    status: Status
    visit: int
    revision: int
    entered_at: datetime
    text: TextFact | None
    sha256: str | None


_NEWEST = select(func.max(Version.number)).where(Version.plan_id == Plan.id).scalar_subquery()

PLAN_COLUMNS = (
    Plan.id,
    Plan.key,
    Plan.title,
    Plan.chain_sha256,
    Plan.department_key,
    Plan.stage,
    Plan.status,
    Plan.visit,
    Plan.revision,
    Plan.entered_at,
    Version.id.label("version_id"),
    Version.number,
    Version.stage.label("version_stage"),
    Version.visit.label("version_visit"),
    Version.sha256,
)


def plans() -> Select[tuple[object, ...]]:
    """Every plan with its current version: the statement to narrow, and to read with `plan_fact`."""
    return (
        select(*PLAN_COLUMNS)
        .select_from(Plan)
        .outerjoin(Version, (Version.plan_id == Plan.id) & (Version.number == _NEWEST))
    )


def plan_by_key(db: Session, key: str) -> PlanFact:
    """The plan of that key. Raises `NotFound`."""
    return _one(db, plans().where(Plan.key == key), key)


def plan_by_id(db: Session, plan_id: int) -> PlanFact:
    return _one(db, plans().where(Plan.id == plan_id), str(plan_id))


def _one(db: Session, statement: Select[tuple[object, ...]], key: str) -> PlanFact:
    row = db.execute(statement).first()
    if row is None:
        raise NotFound("計画", key)
    return plan_fact(db, row)


def plan_fact(db: Session, row: object) -> PlanFact:
    """A row of `plans()` as a fact."""
    r: tuple = tuple(row)  # type: ignore[type-arg, arg-type]
    chain = chain_of(db, r[3])
    text = None if r[10] is None else TextFact(version_id=r[10], number=r[11], stage=r[12], visit=r[13])
    return PlanFact(
        r[0], r[1], r[2], chain, r[3], r[4], chain.stage(r[5]), Status(r[6]), r[7], r[8], r[9], text, r[14]
    )


def chain_of(db: Session, sha256: str) -> Chain:
    """The chain of that text; read and parsed once in a process."""
    if sha256 not in _chains:
        text = db.scalar(select(ChainText.text).where(ChainText.sha256 == sha256))
        if text is None:
            raise NotFound("定義", sha256)
        _chains[sha256] = Chain.from_canonical_json(text)
    return _chains[sha256]


_chains: dict[str, Chain] = {}


def facts(db: Session, plan: PlanFact, now: datetime) -> Facts:
    """What the gates of the stage the plan stands in need to know. One to three statements."""
    kinds = {type(gate) for gate in plan.stage.gates}
    return Facts(
        now=now,
        stage=plan.stage.key,
        visit=plan.visit,
        text=plan.text,
        decisions=_decisions(db, plan) if BodyGate in kinds else {},
        signoffs=_signoffs(db, plan) if SignoffGate in kinds else {},
        periods=_periods(db, plan) if PeriodGate in kinds else {},
    )


def _decisions(db: Session, plan: PlanFact) -> dict[str, DecisionFact]:
    """The decision that holds at each gate: the newest that nothing supersedes."""
    later, ratification, undone = aliased(Decision), aliased(Decision), aliased(Decision)
    rows = db.execute(
        select(
            Decision.id,
            Decision.gate_key,
            Decision.version_id,
            Version.number,
            Decision.outcome,
            Decision.manner,
            Condition.text,
            ratification.outcome,
        )
        .join(Version, Version.id == Decision.version_id)
        .outerjoin(later, later.supersedes_id == Decision.id)
        .outerjoin(Condition, (Condition.decision_id == Decision.id) & Condition.closed_at.is_(None))
        .outerjoin(ratification, ratification.ratifies_id == Decision.id)
        .outerjoin(undone, undone.supersedes_id == ratification.id)
        .where(
            Decision.plan_id == plan.id,
            Decision.stage == plan.stage.key,
            Decision.visit == plan.visit,
            Decision.ratifies_id.is_(None),
            Decision.outcome.is_not(None),
            later.id.is_(None),
            undone.id.is_(None),
        )
        .order_by(Decision.id, Condition.id, ratification.id)
    ).all()
    found: dict[str, DecisionFact] = {}
    for row in rows:
        held = found.get(row[1])
        conditions = held.open_conditions if held and held.id == row[0] else ()
        if row[6] is not None and row[6] not in conditions:
            conditions = (*conditions, row[6])
        found[row[1]] = DecisionFact(
            id=row[0],
            version_id=row[2],
            version_number=row[3],
            outcome=Outcome(row[4]),
            manner=Manner(row[5]),
            open_conditions=conditions,
            refused=row[7] in REFUSALS,
        )
    return found


def _signoffs(db: Session, plan: PlanFact) -> dict[str, SignoffFact]:
    later = aliased(Signoff)
    rows = db.execute(
        select(Signoff.id, Signoff.gate_key, Signoff.version_id, Version.number, Signoff.result)
        .join(Version, Version.id == Signoff.version_id)
        .outerjoin(later, later.supersedes_id == Signoff.id)
        .where(
            Signoff.plan_id == plan.id,
            Signoff.stage == plan.stage.key,
            Signoff.visit == plan.visit,
            Signoff.result.is_not(None),
            later.id.is_(None),
        )
        .order_by(Signoff.id)
    )
    return {row[1]: SignoffFact(row[0], row[2], row[3], row[4] == "approved") for row in rows}


def _periods(db: Session, plan: PlanFact) -> dict[str, PeriodFact]:
    """The newest period of each gate. Late opinions are kept, but nobody owes them an answer."""
    unanswered = (
        select(func.count())
        .select_from(Opinion)
        .join(Submission, Submission.id == Opinion.submission_id)
        .where(
            Submission.period_id == CommentPeriod.id, Submission.late.is_(False), Opinion.answer_id.is_(None)
        )
        .scalar_subquery()
    )
    rows = db.execute(
        select(
            CommentPeriod.gate_key,
            CommentPeriod.opens_on,
            CommentPeriod.closes_on,
            CommentPeriod.version_id,
            CommentPeriod.shortened_why,
            unanswered,
            CommentPeriod.published_at,
        )
        .where(
            CommentPeriod.plan_id == plan.id,
            CommentPeriod.stage == plan.stage.key,
            CommentPeriod.visit == plan.visit,
        )
        .order_by(CommentPeriod.id)
    )
    return {
        row[0]: PeriodFact(row[1], row[2], row[3], row[4] is not None, row[5], row[6] is not None)
        for row in rows
    }
