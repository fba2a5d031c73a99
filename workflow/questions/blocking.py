"""Why a plan cannot move: which gate, what is missing, who can give it, at which coming meeting."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from definitions.chain import BodyGate, SignoffGate
from workflow import gates
from workflow.calendar import parse_day, reiwa, reiwa_moment
from workflow.facts import PlanFact, facts
from workflow.gates import GateState, Lack
from workflow.records import (
    AgendaItem,
    Decision,
    Meeting,
)


@dataclass(frozen=True, slots=True)
class Coming:
    """A meeting that can lift a block: the next one of the body, or the one that waits for its record."""

    meeting: int
    title: str
    starts_at: datetime
    listed: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a gate is shut. `who` can lift it, at the meeting `coming`; `words` say all of it."""

    gate: str
    label: str
    lack: Lack
    detail: tuple[str, ...]
    words: str
    who: str
    coming: Coming | None = None


@dataclass(frozen=True, slots=True)
class Blockers:
    """A plan, the states of its gates, and the reasons of those that are shut."""

    plan: PlanFact
    states: tuple[GateState, ...]
    reasons: tuple[Reason, ...]


def blockers(db: Session, plan: PlanFact, now: datetime) -> Blockers:
    """Every gate on the stage the plan stands in, and what keeps it from moving. At most four statements."""
    states = tuple(gates.states(plan.chain, plan.stage, facts(db, plan, now)).values())
    return Blockers(plan, states, tuple(_reasons(db, plan, states, now)))


def why(db: Session, plan: PlanFact, now: datetime) -> tuple[Reason, ...]:
    """Why the plan cannot leave its stage: which gate, what is missing, who can give it, at which coming
    meeting. Empty when every gate is open."""
    return blockers(db, plan, now).reasons


def _reasons(db: Session, plan: PlanFact, states: Iterable[GateState], now: datetime) -> Iterable[Reason]:
    shut = [state for state in states if not state.open]
    coming = _coming(db, plan, shut, now)
    for state in shut:
        gate = state.gate
        meeting = coming.get(gate.key)
        who = _who(plan, state)
        words = f"{gate.label}: {_missing(plan, state)}{_meeting_words(state, meeting, now)}"
        lack = state.lack or Lack.AFTER
        yield Reason(gate.key, gate.label, lack, state.detail, f"{words}（{who}）", who, meeting)


_MEETING_LIFTS = {Lack.DECISION, Lack.STALE, Lack.OUTCOME, Lack.REFUSED}


def _coming(db: Session, plan: PlanFact, shut: Sequence[GateState], now: datetime) -> dict[str, Coming]:
    wanted = {
        s.gate.key: s.gate.body for s in shut if isinstance(s.gate, BodyGate) and s.lack in _MEETING_LIFTS
    }
    if not wanted:
        return {}
    item = aliased(AgendaItem)
    version = plan.text.version_id if plan.text else None
    listed = and_(
        item.meeting_id == Meeting.id,
        item.plan_id == plan.id,
        item.version_id == version,
        item.removed_at.is_(None),
        item.gate_key.in_(list(wanted)),
    )
    decided = select(Decision.id).where(Decision.item_id == item.id).exists()
    rows = db.execute(
        select(Meeting.id, Meeting.body_key, Meeting.title, Meeting.starts_at, item.gate_key)
        .outerjoin(item, listed)
        .where(
            Meeting.body_key.in_(set(wanted.values())),
            Meeting.status == "called",
            or_(Meeting.starts_at >= now, item.id.is_not(None) & ~decided),
        )
        .order_by(Meeting.starts_at, Meeting.id)
    ).all()
    found: dict[str, Coming] = {}
    for gate, body in wanted.items():
        of_body = [row for row in rows if row.body_key == body and row.gate_key in (None, gate)]
        best = sorted(of_body, key=lambda row: row.gate_key != gate)[:1]
        for row in best:
            found[gate] = Coming(row.id, row.title, row.starts_at, row.gate_key == gate)
    return found


def _missing(plan: PlanFact, state: GateState) -> str:
    gate, detail = state.gate, "、".join(state.detail)
    if isinstance(gate, BodyGate):
        body = plan.chain.body(gate.body).name
        needed = "または".join(outcome.label for outcome in plan.chain.opens_on(gate))
    else:
        body = needed = ""
    current = f"第{plan.text.number}版" if plan.text else "文書"
    return {
        Lack.AFTER: f"先に「{detail}」が済む必要があります。",
        Lack.DOCUMENT: f"「{plan.stage.label}」の文書がまだ登録されていません。",
        Lack.DECISION: f"{body}の{needed}がまだありません。",
        Lack.STALE: f"{body}の{needed}は{detail}へのもので、現在の{current}には効きません。{current}を諮り直す必要があります。",
        Lack.OUTCOME: f"{body}の結果は「{detail}」です。あらためて{needed}が必要です。",
        Lack.CONDITIONS: f"{body}の条件が解消されていません: {detail}。",
        Lack.REFUSED: f"会長の専決を{body}が承認しませんでした。あらためて{needed}が必要です。",
        Lack.PERIOD: "現在の版のパブリックコメントが、必要な日数で始められていません。",
        Lack.RUNNING: f"パブリックコメントの募集中です（{_day_words(state)} 24:00 まで）。",
        Lack.UNANSWERED: f"回答（区の考え方）のない意見が {detail} 件あります。",
        Lack.UNPUBLISHED: "パブリックコメントの結果がまだ公表されていません。",
        Lack.SIGNATURE: "決裁がまだありません。",
        Lack.SIGNATURE_STALE: f"決裁は{detail}へのもので、現在の{current}には効きません。",
        Lack.SIGNATURE_RETURNED: "決裁されずに返されました。",
    }[state.lack or Lack.AFTER]


def _day_words(state: GateState) -> str:
    return reiwa(parse_day(state.detail[0])) if state.lack is Lack.RUNNING else ""


def _who(plan: PlanFact, state: GateState) -> str:
    gate = state.gate
    if state.lack is Lack.AFTER:
        return "先の関門が開けば進みます"
    if isinstance(gate, BodyGate):
        body = plan.chain.body(gate.body)
        return f"{body.name}（会長: {body.chair}）の事務局または会長が記録します"
    if isinstance(gate, SignoffGate):
        delegate = f"、専決: {gate.delegate}" if gate.delegate else ""
        return f"{gate.office}が決裁します{delegate}"
    return "計画の担当課の職員が行います"


def _meeting_words(state: GateState, coming: Coming | None, now: datetime) -> str:
    if not isinstance(state.gate, BodyGate) or state.lack not in _MEETING_LIFTS:
        return ""
    if coming is None:
        return "次の会議はまだ招集されていません。"
    when = f"「{coming.title}」（{reiwa_moment(coming.starts_at)}）"
    if coming.starts_at <= now:
        return f"{when}の結果の記録を待っています。"
    return f"次の会議は{when}です。" if coming.listed else f"次の会議は{when}です。まだ議題に載っていません。"
