"""What the records say of a plan, read for the gates. Few statements, whatever the plan's history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from definitions.chain import BodyGate, Chain, PeriodGate, SignoffGate, Stage
from definitions.terms import Outcome
from workflow.calendar import tokyo_day
from workflow.domain.decisions import Given, first_records, in_force, standing
from workflow.errors import NotFound
from workflow.gates import DecisionFact, Facts, Manner, OpenCondition, PeriodFact, SignoffFact, TextFact
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
    """Every decision of the visit, superseded ones too, with what is open on it."""
    return (
        select(
            Decision.plan_id,
            Decision.id,
            Decision.gate_key,
            Decision.version_id,
            Version.number,
            Decision.outcome,
            Decision.manner,
            Decision.decided_on,
            Decision.supersedes_id,
            Decision.ratifies_id,
            Condition.id.label("condition"),
            Condition.text,
        )
        .join(Plan, _here(Decision))
        .join(Version, Version.id == Decision.version_id)
        .outerjoin(Condition, (Condition.decision_id == Decision.id) & Condition.closed_at.is_(None))
        .where(which)
        .order_by(Decision.id, Condition.id)
    )


def _decisions(rows: Sequence[Row[*tuple[Any, ...]]]) -> dict[int, dict[str, DecisionFact]]:
    """By plan and gate, the decision in force."""
    by_number = {row.id: row for row in rows}
    given = [
        Given(
            row.id,
            (row.plan_id, row.gate_key),
            row.decided_on,
            row.outcome,
            row.supersedes_id,
            row.ratifies_id,
        )
        for row in by_number.values()
    ]
    first = first_records(given)
    answers = {first[each.ratifies]: each.result for each in standing(given) if each.ratifies is not None}
    conditions: dict[int, list[OpenCondition]] = {}
    for row in rows:
        if row.condition is not None:
            conditions.setdefault(row.id, []).append(OpenCondition(row.condition, row.text))
    found: dict[int, dict[str, DecisionFact]] = {}
    for number in in_force(given).values():
        row = by_number[number]
        found.setdefault(row.plan_id, {})[row.gate_key] = DecisionFact(
            id=number,
            version_id=row.version_id,
            version_number=row.number,
            outcome=Outcome(row.outcome),
            manner=Manner(row.manner),
            open_conditions=tuple(conditions.get(number, ())),
            refused=answers.get(first[number]) in REFUSALS,
        )
    return found


def _signoffs_of(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Every 決裁 of the visit, those taken back too."""
    return (
        select(
            Signoff.plan_id,
            Signoff.id,
            Signoff.gate_key,
            Signoff.version_id,
            Version.number,
            Signoff.result,
            Signoff.signed_at,
            Signoff.supersedes_id,
        )
        .join(Plan, _here(Signoff))
        .join(Version, Version.id == Signoff.version_id)
        .where(which)
        .order_by(Signoff.id)
    )


def _signoffs(rows: Sequence[Row[*tuple[Any, ...]]]) -> dict[int, dict[str, SignoffFact]]:
    """By plan and gate, the 決裁 in force."""
    by_number = {row.id: row for row in rows}
    given = [
        Given(row.id, (row.plan_id, row.gate_key), tokyo_day(row.signed_at), row.result, row.supersedes_id)
        for row in rows
    ]
    found: dict[int, dict[str, SignoffFact]] = {}
    for number in in_force(given).values():
        row = by_number[number]
        found.setdefault(row.plan_id, {})[row.gate_key] = SignoffFact(
            number, row.version_id, row.number, row.result == "approved"
        )
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
