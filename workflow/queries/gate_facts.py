"""Facts for the gates: the records of plans, read in one statement."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    Integer,
    Select,
    String,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy import Text as Words
from sqlalchemy.orm import Session, aliased

from definitions.terms import Outcome
from workflow.domain.calendar import effective_from
from workflow.domain.cover import Confirmation, ConfirmationResult, Text, TextKind
from workflow.domain.decisions import Manner, SignoffResult
from workflow.domain.facts import ConditionFact, DecisionFact, Facts, PeriodFact, Place, SignoffFact, Stretch
from workflow.domain.meetings import MeetingForm
from workflow.queries.comments import unanswered_in
from workflow.queries.plans import PlanFact
from workflow.queries.versions import newest_declaration
from workflow.store import tables
from workflow.store.database import connection_of
from workflow.store.tables import (
    AgendaItem,
    CommentPeriod,
    Condition,
    Decision,
    Declaration,
    Meeting,
    Plan,
    Signoff,
    Utc,
    Version,
)


def facts(db: Session, plan: PlanFact, now: datetime) -> Facts:
    """Return the records the gates on the plan's path are judged by. One statement."""
    rows = connection_of(db).execute(_RECORDS, {"plan": plan.id})
    return _sorted(_Record(*row) for row in rows)[plan.id].facts(plan, now)


def facts_of_all(
    db: Session, known: Sequence[PlanFact], which: ColumnElement[bool], now: datetime
) -> dict[int, Facts]:
    """The facts of several plans, by number, in one statement however many they are; `which` narrows the plans as
    the reading of `known` did."""
    found = _sorted(_Record(*row) for row in db.execute(_records_of(which)))
    return {plan.id: found[plan.id].facts(plan, now) for plan in known}


class _Record(NamedTuple):
    """A row of `_records_of`. What a kind of record does not have is None: hence `Any`. `about` is the record it belongs
    to or answers, `again` the one it supersedes."""

    kind: str
    plan: int
    number: int
    stage: Any
    visit: Any
    gate: Any
    version: Any
    sha256: Any
    result: Any
    manner: Any
    at: Any
    again: Any
    about: Any
    words: Any
    first: Any
    last: Any


@dataclass
class _Known:
    """The records of one plan."""

    texts: dict[Stretch, list[Text]] = field(default_factory=dict)
    decisions: dict[Place, list[DecisionFact]] = field(default_factory=dict)
    signoffs: dict[Place, list[SignoffFact]] = field(default_factory=dict)
    periods: dict[Place, PeriodFact] = field(default_factory=dict)

    def facts(self, plan: PlanFact, now: datetime) -> Facts:
        return Facts(now, plan.path, self.texts, self.decisions, self.signoffs, self.periods)


def _sorted(records: Iterable[_Record]) -> dict[int, _Known]:
    """The records by plan. Each kind is read after those it refers to."""
    by_kind: defaultdict[str, list[_Record]] = defaultdict(list)
    for record in sorted(records, key=lambda each: each.number):
        by_kind[record.kind].append(record)
    found: defaultdict[int, _Known] = defaultdict(_Known)
    named: dict[int, frozenset[int]] = {}
    for each in by_kind["version"]:
        text = _text(each)
        named[text.version_id] = text.conditions
        found[each.plan].texts.setdefault((each.gate, each.visit), []).append(text)
    conditions: defaultdict[int, list[ConditionFact]] = defaultdict(list)
    for each in by_kind["condition"]:
        met_at = None if each.at is None else effective_from(each.first, each.at)
        conditions[each.about].append(ConditionFact(each.number, each.words or "", met_at))
    confirmations: defaultdict[int, list[Confirmation]] = defaultdict(list)
    for each in by_kind["confirmation"]:
        confirmations[each.about].append(_confirmation(each, named))
    for each in by_kind["decision"]:
        decision = _decision(each, conditions[each.number], confirmations[each.number])
        found[each.plan].decisions.setdefault(_place(each), []).append(decision)
    for each in by_kind["signoff"]:
        found[each.plan].signoffs.setdefault(_place(each), []).append(_signoff(each))
    for each in by_kind["period"]:
        found[each.plan].periods[_place(each)] = _period(each)
    return found


def _place(row: _Record) -> Place:
    return row.stage, row.visit, row.gate


def _text(row: _Record) -> Text:
    return Text(
        version_id=row.number,
        number=row.version,
        sha256=row.sha256,
        at=row.at,
        by=row.about,
        kind=TextKind(row.manner or TextKind.NEW),
        conditions=frozenset(json.loads(row.words or "[]")),
    )


def _confirmation(row: _Record, named: dict[int, frozenset[int]]) -> Confirmation:
    return Confirmation(
        number=row.number,
        at=row.at,
        base=row.words,
        sha256=row.sha256,
        result=None if row.result is None else ConfirmationResult(row.result),
        supersedes=row.again,
        conditions=named.get(row.version, frozenset()),
    )


def _decision(
    row: _Record, conditions: Iterable[ConditionFact], confirmations: Iterable[Confirmation]
) -> DecisionFact:
    return DecisionFact(
        number=row.number,
        at=row.at,
        outcome=None if row.result is None else Outcome(row.result),
        manner=Manner(row.manner),
        version=row.version,
        sha256=row.sha256,
        supersedes=row.again,
        ratifies=row.about,
        conditions=tuple(conditions),
        confirmations=tuple(confirmations),
        late_text=row.words is not None,
    )


def _signoff(row: _Record) -> SignoffFact:
    result = None if row.result is None else SignoffResult(row.result)
    return SignoffFact(row.number, row.at, result, row.version, row.sha256, row.again)


def _period(row: _Record) -> PeriodFact:
    return PeriodFact(
        opens_on=row.first,
        closes_on=row.last,
        sha256=row.sha256,
        shortened=row.words is not None,
        unanswered=row.about,
        published_at=row.at,
    )


_NOTHING: dict[str, ColumnElement[Any]] = {
    "number": cast(null(), Integer),
    "stage": cast(null(), String),
    "visit": cast(null(), Integer),
    "gate": cast(null(), String),
    "version": cast(null(), Integer),
    "sha256": cast(null(), String),
    "result": cast(null(), String),
    "manner": cast(null(), String),
    "at": cast(null(), Utc),
    "again": cast(null(), Integer),
    "about": cast(null(), Integer),
    "words": cast(null(), Words),
    "first": cast(null(), Date),
    "last": cast(null(), Date),
}


def _line(kind: str, **columns: Any) -> Select[*tuple[Any, ...]]:
    """The columns of a `_Record`; those not named are empty."""
    filled = {**_NOTHING, **columns}
    return select(
        literal(kind).label("kind"), Plan.id.label("plan"), *(filled[name].label(name) for name in _NOTHING)
    )


def _records_of(which: ColumnElement[bool]) -> CompoundSelect[*tuple[Any, ...]]:
    """Everything recorded of the plans' texts, decisions, 決裁 and public comments, superseded ones too."""
    parts = (_versions(), _decisions(), _conditions(), _confirmations(), _signoffs(), _periods())
    return union_all(*(part.where(which) for part in parts))


def _versions() -> Select[*tuple[Any, ...]]:
    """The `gate` of a version is its document, `visit` that of its stretch, `about` who registered it."""
    return (
        _line(
            "version",
            number=Version.id,
            gate=Version.document,
            visit=Version.stretch,
            version=Version.number,
            sha256=Version.sha256,
            manner=Declaration.kind,
            at=func.coalesce(Version.counts_from, Version.added_at),
            about=Version.added_by,
            words=cast(Declaration.conditions, Words),
        )
        .join(Version, Version.plan_id == Plan.id)
        .outerjoin(Declaration, Declaration.id == newest_declaration())
    )


_ANSWERED_AT = case((Decision.recorded_at < Meeting.ends_at, Decision.recorded_at), else_=Meeting.ends_at)
_DECIDED_AT = case(
    (Meeting.id.is_(None), Decision.recorded_at),
    (Meeting.form == MeetingForm.IN_WRITING, _ANSWERED_AT),
    else_=Meeting.starts_at,
)
"""The moment of a decision: its meeting's beginning; of a 持ち回り, when its answers were taken together, at the
latest its last moment; of a 専決, when it was recorded."""


def _decisions() -> Select[*tuple[Any, ...]]:
    return (
        _line(
            "decision",
            number=Decision.id,
            stage=Decision.stage,
            visit=Decision.visit,
            gate=Decision.gate_key,
            version=Version.number,
            sha256=Decision.sha256,
            result=Decision.outcome,
            manner=Decision.manner,
            at=_DECIDED_AT,
            again=Decision.supersedes_id,
            about=Decision.ratifies_id,
            words=Decision.late_text_why,
        )
        .join(Decision, Decision.plan_id == Plan.id)
        .join(Version, Version.id == Decision.version_id)
        .outerjoin(AgendaItem, AgendaItem.id == Decision.item_id)
        .outerjoin(Meeting, Meeting.id == AgendaItem.meeting_id)
    )


def _conditions() -> Select[*tuple[Any, ...]]:
    return (
        _line(
            "condition",
            number=Condition.id,
            at=Condition.closed_at,
            about=Condition.decision_id,
            words=Condition.text,
            first=Condition.met_on,
        )
        .join(Decision, Decision.plan_id == Plan.id)
        .join(Condition, Condition.decision_id == Decision.id)
    )


def _confirmations() -> Select[*tuple[Any, ...]]:
    """The `version` of a confirmation is the number of its row, `words` the SHA-256 it was compared with."""
    given = tables.Confirmation
    return _line(
        "confirmation",
        number=given.id,
        version=given.version_id,
        sha256=given.sha256,
        result=given.result,
        at=given.confirmed_at,
        again=given.supersedes_id,
        about=given.decision_id,
        words=cast(given.base_sha256, Words),
    ).join(given, given.plan_id == Plan.id)


def _signoffs() -> Select[*tuple[Any, ...]]:
    return (
        _line(
            "signoff",
            number=Signoff.id,
            stage=Signoff.stage,
            visit=Signoff.visit,
            gate=Signoff.gate_key,
            version=Version.number,
            sha256=Signoff.sha256,
            result=Signoff.result,
            at=Signoff.signed_at,
            again=Signoff.supersedes_id,
        )
        .join(Signoff, Signoff.plan_id == Plan.id)
        .join(Version, Version.id == Signoff.version_id)
    )


def _periods() -> Select[*tuple[Any, ...]]:
    """Those that were not cancelled. `about` counts the opinions without an answer, `words` says why the period is
    shorter."""
    asked_about = aliased(Version)
    return (
        _line(
            "period",
            number=CommentPeriod.id,
            stage=CommentPeriod.stage,
            visit=CommentPeriod.visit,
            gate=CommentPeriod.gate_key,
            sha256=asked_about.sha256,
            at=CommentPeriod.published_at,
            about=unanswered_in(CommentPeriod.id).scalar_subquery(),
            words=CommentPeriod.shortened_why,
            first=CommentPeriod.opens_on,
            last=CommentPeriod.closes_on,
        )
        .join(CommentPeriod, CommentPeriod.plan_id == Plan.id)
        .join(asked_about, asked_about.id == CommentPeriod.version_id)
        .where(CommentPeriod.cancelled_at.is_(None))
    )


# Built once: building a statement costs more than running it.
_RECORDS = _records_of(Plan.id == bindparam("plan"))
