"""Facts that the gates need, read from the records. Few statements, whatever the plan's history."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, select
from sqlalchemy.orm import Session

from definitions.chain import BodyGate, PeriodGate, SignoffGate
from definitions.terms import Outcome
from workflow.domain.calendar import tokyo_day
from workflow.domain.decisions import Given, Manner, SignoffResult, current_records, first_records, in_force
from workflow.domain.gates import DecisionFact, Facts, OpenCondition, PeriodFact, SignoffFact
from workflow.queries.comments import unanswered_in
from workflow.queries.plans import PlanFact
from workflow.store.database import connection_of
from workflow.store.tables import (
    CommentPeriod,
    Condition,
    Decision,
    Plan,
    Signoff,
    Version,
)

REFUSALS = frozenset({Outcome.REJECTED, Outcome.RETURNED})
"""Answers to a chair's 専決 that close its gate again."""


def facts(db: Session, plan: PlanFact, now: datetime) -> Facts:
    """Return the facts that the gates of the plan's current stage need. One to three statements."""
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
    """The condition that the row belongs to the plan's current stage, on this visit."""
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
    answers = {
        first[each.ratifies]: each.result for each in current_records(given) if each.ratifies is not None
    }
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
            number, row.version_id, row.number, row.result == SignoffResult.APPROVED
        )
    return found


def _periods_of(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Every period, oldest first."""
    return (
        select(
            CommentPeriod.plan_id,
            CommentPeriod.gate_key,
            CommentPeriod.opens_on,
            CommentPeriod.closes_on,
            CommentPeriod.version_id,
            CommentPeriod.shortened_why.is_not(None),
            unanswered_in(CommentPeriod.id).scalar_subquery(),
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
