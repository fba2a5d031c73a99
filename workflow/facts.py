"""What the records say of a plan, read for the gates. Few statements, whatever the plan's history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, case, func, select
from sqlalchemy.orm import Session, aliased

from definitions.chain import BodyGate, Chain, PeriodGate, SignoffGate, Stage
from definitions.terms import Outcome
from workflow.errors import NotFound
from workflow.gates import DecisionFact, Facts, Manner, PeriodFact, SignoffFact, TextFact
from workflow.machine import Status
from workflow.office import connection_of
from workflow.records import (
    ChainText,
    CommentPeriod,
    Condition,
    Decision,
    Department,
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
    department_name: str
    first_month: str | None

    @property
    def dated(self) -> Chain:
        """The plan's chain in the plan's own months."""
        return self.chain.beginning(self.first_month) if self.first_month else self.chain


_any_version = aliased(Version)
_NEWEST = (
    select(func.max(_any_version.number))
    .where(_any_version.plan_id == Plan.id)
    .correlate(Plan)
    .scalar_subquery()
)

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
    Department.name.label("department_name"),
    Plan.first_month,
)


def plans() -> Select[*tuple[Any, ...]]:
    """Every plan with its current version: the statement to narrow, and to read with `plan_fact`."""
    return (
        select(*PLAN_COLUMNS)
        .select_from(Plan)
        .join(Department, Department.key == Plan.department_key)
        .outerjoin(Version, (Version.plan_id == Plan.id) & (Version.number == _NEWEST))
    )


def plan_by_key(db: Session, key: str) -> PlanFact:
    """The plan of that key. Raises `NotFound`."""
    return _one(db, _BY_KEY, key)


def plan_by_id(db: Session, plan_id: int) -> PlanFact:
    """The plan of that number. Raises `NotFound`."""
    return _one(db, _BY_ID, plan_id)


_BY_KEY = plans().where(Plan.key == bindparam("which"))
_BY_ID = plans().where(Plan.id == bindparam("which"))


def _one(db: Session, statement: Select[*tuple[Any, ...]], which: str | int) -> PlanFact:
    row = connection_of(db).execute(statement, {"which": which}).first()
    if row is None:
        raise NotFound("計画", str(which))
    return plan_fact(db, row)


def plan_fact(db: Session, row: Row[*tuple[Any, ...]]) -> PlanFact:
    """A row of `plans()` as a fact; what more the statement reads stands behind."""
    r = tuple(row)
    chain = chain_of(db, r[3])
    text = None if r[10] is None else TextFact(version_id=r[10], number=r[11], stage=r[12], visit=r[13])
    return PlanFact(
        r[0],
        r[1],
        r[2],
        chain,
        r[3],
        r[4],
        chain.stage(r[5]),
        Status(r[6]),
        r[7],
        r[8],
        r[9],
        text,
        r[14],
        r[15],
        r[16],
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
    ask, of_one = connection_of(db).execute, {"plan": plan.id}
    decisions = _decisions(ask(_DECISIONS, of_one).all()) if BodyGate in kinds else {}
    signoffs = _signoffs(ask(_SIGNOFFS, of_one).all()) if SignoffGate in kinds else {}
    periods = _periods(ask(_PERIODS, of_one).all()) if PeriodGate in kinds else {}
    return _facts(plan, now, decisions, signoffs, periods)


def facts_of_all(
    db: Session, known: Sequence[PlanFact], which: ColumnElement[bool], now: datetime
) -> dict[int, Facts]:
    """The facts of several plans, by number, in three statements however many they are; `which` narrows the
    plans as the reading of `known` did."""
    decisions = _decisions(db.execute(_decisions_of(which)).all())
    signoffs = _signoffs(db.execute(_signoffs_of(which)).all())
    periods = _periods(db.execute(_periods_of(which)).all())
    return {plan.id: _facts(plan, now, decisions, signoffs, periods) for plan in known}


def _facts(
    plan: PlanFact,
    now: datetime,
    decisions: Mapping[int, Mapping[str, DecisionFact]],
    signoffs: Mapping[int, Mapping[str, SignoffFact]],
    periods: Mapping[int, Mapping[str, PeriodFact]],
) -> Facts:
    return Facts(
        now=now,
        stage=plan.stage.key,
        visit=plan.visit,
        text=plan.text,
        decisions=decisions.get(plan.id, {}),
        signoffs=signoffs.get(plan.id, {}),
        periods=periods.get(plan.id, {}),
    )


def _here(table: type[Decision] | type[Signoff] | type[CommentPeriod]) -> ColumnElement[bool]:
    """The row is of the stage the plan stands in, on this visit."""
    return (table.plan_id == Plan.id) & (table.stage == Plan.stage) & (table.visit == Plan.visit)


def _decisions_of(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The decisions that nothing supersedes, with what is open on them and how a 専決 was answered."""
    later, ratification, undone = aliased(Decision), aliased(Decision), aliased(Decision)
    return (
        select(
            Decision.plan_id,
            Decision.id,
            Decision.gate_key,
            Decision.version_id,
            Version.number,
            Decision.outcome,
            Decision.manner,
            Condition.text,
            case((undone.id.is_(None), ratification.outcome)),
        )
        .join(Plan, _here(Decision))
        .join(Version, Version.id == Decision.version_id)
        .outerjoin(later, later.supersedes_id == Decision.id)
        .outerjoin(Condition, (Condition.decision_id == Decision.id) & Condition.closed_at.is_(None))
        .outerjoin(
            ratification,
            # Both are the plan's; said so that the index on it is used.
            (ratification.plan_id == Decision.plan_id) & (ratification.ratifies_id == Decision.id),
        )
        .outerjoin(undone, undone.supersedes_id == ratification.id)
        .where(which, Decision.ratifies_id.is_(None), Decision.outcome.is_not(None), later.id.is_(None))
        .order_by(Decision.id, Condition.id, ratification.id)
    )


def _decisions(rows: Sequence[Row[*tuple[Any, ...]]]) -> dict[int, dict[str, DecisionFact]]:
    """By plan and gate, the decision that holds: the newest."""
    found: dict[int, dict[str, DecisionFact]] = {}
    for plan, number, gate, version, version_number, outcome, manner, condition, answer in rows:
        held = found.setdefault(plan, {}).get(gate)
        same = held if held and held.id == number else None
        conditions = same.open_conditions if same else ()
        if condition is not None and condition not in conditions:
            conditions = (*conditions, condition)
        found[plan][gate] = DecisionFact(
            id=number,
            version_id=version,
            version_number=version_number,
            outcome=Outcome(outcome),
            manner=Manner(manner),
            open_conditions=conditions,
            refused=answer in REFUSALS or bool(answer is None and same and same.refused),
        )
    return found


def _signoffs_of(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    later = aliased(Signoff)
    return (
        select(
            Signoff.plan_id, Signoff.gate_key, Signoff.id, Signoff.version_id, Version.number, Signoff.result
        )
        .join(Plan, _here(Signoff))
        .join(Version, Version.id == Signoff.version_id)
        .outerjoin(later, later.supersedes_id == Signoff.id)
        .where(which, Signoff.result.is_not(None), later.id.is_(None))
        .order_by(Signoff.id)
    )


def _signoffs(rows: Sequence[Row[*tuple[Any, ...]]]) -> dict[int, dict[str, SignoffFact]]:
    found: dict[int, dict[str, SignoffFact]] = {}
    for plan, gate, number, version, version_number, result in rows:
        found.setdefault(plan, {})[gate] = SignoffFact(number, version, version_number, result == "approved")
    return found


def _periods_of(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Every period, oldest first. Late opinions are kept, but nobody owes them an answer."""
    unanswered = (
        select(func.count())
        .select_from(Opinion)
        .join(Submission, Submission.id == Opinion.submission_id)
        .where(
            Submission.period_id == CommentPeriod.id, Submission.late.is_(False), Opinion.answer_id.is_(None)
        )
        .scalar_subquery()
    )
    return (
        select(
            CommentPeriod.plan_id,
            CommentPeriod.gate_key,
            CommentPeriod.opens_on,
            CommentPeriod.closes_on,
            CommentPeriod.version_id,
            CommentPeriod.shortened_why.is_not(None),
            unanswered,
            CommentPeriod.published_at.is_not(None),
        )
        .join(Plan, _here(CommentPeriod))
        .where(which)
        .order_by(CommentPeriod.id)
    )


def _periods(rows: Sequence[Row[*tuple[Any, ...]]]) -> dict[int, dict[str, PeriodFact]]:
    found: dict[int, dict[str, PeriodFact]] = {}
    for plan, gate, *rest in rows:
        found.setdefault(plan, {})[gate] = PeriodFact(*rest)
    return found


# Built once: building a statement costs more than running it.
_ONE = Plan.id == bindparam("plan")
_DECISIONS, _SIGNOFFS, _PERIODS = _decisions_of(_ONE), _signoffs_of(_ONE), _periods_of(_ONE)
